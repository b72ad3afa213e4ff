"""Writes the tables of this folder, and what is in them (tables.json).

    pip install numpy pandas pyarrow
    python make.py
"""

import gzip
import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

HERE = Path(__file__).parent
expected = {}


def plain(value):
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        return value.decode() if isinstance(value, bytes) else value
    value = float(value)
    return None if math.isnan(value) else str(value) if math.isinf(value) else value


def note(file, columns):
    expected[file] = {name: [plain(v) for v in values] for name, values in columns.items()}


def array(name, a, columns=None):
    np.save(HERE / f"{name}.npy", a)
    if columns is None:
        if a.ndim == 1:
            columns = {name: a.tolist()}
        else:
            columns = {
                f"{name}[{', '.join(map(str, k))}]": a[(slice(None), *k)].tolist() for k in np.ndindex(a.shape[1:])
            }
    note(f"{name}.npy", columns)


rng = np.random.default_rng(5)

# Every numeric dtype in both byte orders, in both orders of axes.
SPECIAL = [0.0, -1.5, 2.0, math.inf, math.nan, 1e-3]
for order in "<>":
    way = "little" if order == "<" else "big"
    for kind in ["f2", "f4", "f8"]:
        array(f"{kind}_{way}", np.array(SPECIAL, dtype=order + kind))
    for kind in ["i2", "i4", "i8", "u2", "u4", "u8"]:
        info = np.iinfo(kind)
        array(f"{kind}_{way}", np.array([0, 1, info.min, info.max, 77], dtype=order + kind))
    array(f"text_{way}", np.array(["a", "žluť", "😀", "a"], dtype=order + "U4"))
array("i1", np.array([0, -128, 127], dtype="i1"))
array("u1", np.array([0, 128, 255], dtype="u1"))
array("truth", np.array([True, False, True]))
array("bytes", np.array([b"ab", b"c", b"ab"]))
matrix = rng.standard_normal((7, 3))
array("c_order", matrix)
array("fortran", np.asfortranarray(matrix))
array("fortran_ints", np.asfortranarray(np.arange(24, dtype=">i4").reshape(4, 6)))
array("cube", np.arange(24.0).reshape(3, 2, 4))
array("cube_fortran", np.asfortranarray(np.arange(24.0).reshape(3, 2, 4)))
record = np.array([(1.5, 2, b"x"), (-3.25, 4, b"y")], dtype=[("a", "<f8"), ("b", ">i2"), ("c", "S1")])
array("record", record, {f"record.{k}": record[k].tolist() for k in "abc"})
wide = np.lib.format
with open(HERE / "version_2.npy", "wb") as file:
    wide.write_array(file, np.array([1.0, 2.0]), version=(2, 0))
note("version_2.npy", {"version_2": [1.0, 2.0]})

y = np.array([0, 1, 1, 0, 1, 0, 0])
columns = {f"X[{j}]": matrix[:, j].tolist() for j in range(3)} | {"y": y.tolist()}
np.savez(HERE / "stored.npz", X=matrix, y=y)
note("stored.npz", columns)
np.savez_compressed(HERE / "deflated.npz", X=np.asfortranarray(matrix), y=y)
note("deflated.npz", columns)
np.savez(HERE / "lengths.npz", X_train=matrix, y_train=y, X_test=matrix[:2], classes=np.array(["a", "b"]))
note("lengths.npz", {f"X_train[{j}]": matrix[:, j].tolist() for j in range(3)} | {"y_train": y.tolist()})

# A table of all that columns hold, with and without missing values.
frame = {
    "f64": [1.5, -2.25, None, 1e300],
    "f32": [0.5, None, 2.5, -1.0],
    "i64": [1, 2**53, -5, None],
    "i32": [1, -2, 3, -4],
    "u8": [0, 255, 7, None],
    "flag": [True, False, None, True],
    "name": ["a", None, "žluť", "a"],
}
types = {
    "f64": pa.float64(),
    "f32": pa.float32(),
    "i64": pa.int64(),
    "i32": pa.int32(),
    "u8": pa.uint8(),
    "flag": pa.bool_(),
    "name": pa.string(),
}
table = pa.table({name: pa.array(values, types[name]) for name, values in frame.items()})
for codec in ["NONE", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD"]:
    file = f"{codec.lower()}.parquet"
    pq.write_table(table, HERE / file, compression=codec)
    note(file, frame)
pq.write_table(table, HERE / "groups.parquet", row_group_size=3, data_page_size=8, use_dictionary=False)
note("groups.parquet", frame)
pq.write_table(table, HERE / "pages.parquet", data_page_version="2.0", compression="ZSTD")
note("pages.parquet", frame)
nested = table.append_column("list", pa.array([[1], [2, 3], [], [4]]))
pq.write_table(nested, HERE / "nested.parquet")
note("nested.parquet", frame)
dates = pa.table(
    {
        "day": pa.array([0, 19000], pa.date32()),
        "time": pa.array([0, 1_600_000_000_123], pa.timestamp("ms")),
        "price": pa.array(["1.25", "-3.50"]).cast(pa.decimal128(9, 2)),
    }
)
pq.write_table(dates, HERE / "dates.parquet")
note(
    "dates.parquet",
    {
        "day": ["1970-01-01", "2022-01-08"],
        "time": ["1970-01-01T00:00:00.000Z", "2020-09-13T12:26:40.123Z"],
        "price": [1.25, -3.5],
    },
)

categories = table.append_column("city", pa.array(["x", "y", "x", None]).dictionary_encode())
with_city = frame | {"city": ["x", "y", "x", None]}
for name, codec in [("plain", "uncompressed"), ("lz4", "lz4"), ("zstd", "zstd")]:
    feather.write_feather(categories, HERE / f"{name}.feather", compression=codec)
    note(f"{name}.feather", with_city)
# Batches, and blocks of the compressed buffers that refer to those before them.
long = pa.table({"n": pa.array(np.arange(60_000) % 1000, pa.int64()), "one": pa.array(np.ones(60_000))})
feather.write_feather(long, HERE / "blocks.feather", compression="lz4", chunksize=40_000)
with pa.OSFile(str(HERE / "batches.arrow"), "wb") as sink, pa.ipc.new_file(sink, categories.schema) as writer:
    for batch in categories.to_batches(max_chunksize=3):
        writer.write_batch(batch)
note("batches.arrow", with_city)
with pa.OSFile(str(HERE / "stream.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=2)
note("stream.arrows", frame)

# pandas' own ways of writing JSON.
small = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, None, -2.5], "c": ["x", "y", "x"]})
values = {"a": [1, 2, 3], "b": [0.5, None, -2.5], "c": ["x", "y", "x"]}
for way in ["records", "split", "columns", "table"]:
    # The index is a column of its own only where the way of writing keeps it among them.
    own = {"index": [0, 1, 2]} | values if way == "table" else values
    small.to_json(HERE / f"{way}.json", orient=way)
    note(f"{way}.json", own)
small.to_json(HERE / "lines.jsonl", orient="records", lines=True)
note("lines.jsonl", values)

text = "a,b,c\n1,0.5,x\n2,,y\n3,-2.5,x\n"
(HERE / "plain.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
note("plain.csv.gz", values)
(HERE / "lines.jsonl.gz").write_bytes(gzip.compress((HERE / "lines.jsonl").read_bytes(), mtime=0))
note("lines.jsonl.gz", values)
(HERE / "array.npy.gz").write_bytes(gzip.compress((HERE / "c_order.npy").read_bytes(), mtime=0))
note("array.npy.gz", {f"array[{j}]": matrix[:, j].tolist() for j in range(3)})
for way, encoding, mark in [
    ("little", "utf-16-le", "\ufeff"),
    ("big", "utf-16-be", "\ufeff"),
    ("unmarked", "utf-16-le", ""),
]:
    (HERE / f"utf16_{way}.csv").write_bytes((mark + text).encode(encoding))
    note(f"utf16_{way}.csv", values)
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("table.csv", text)
(HERE / "one.zip").write_bytes(packed.getvalue())
note("one.zip", values)

(HERE / "tables.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
