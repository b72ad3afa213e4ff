"""Reads one table and says how long that took, or writes one: data_peer.py duckdb|pandas|make PATH [THREADS]

    pip install duckdb pandas numpy pyarrow
"""

import json
import resource
import sys
import time


def duckdb(path, threads):
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    columns = connection.sql(f"select * from '{path}'").fetchnumpy()
    return sum(float(column.sum()) for column in columns.values())


def pandas(path, threads):
    import pandas

    frame = pandas.read_parquet(path) if path.endswith(".parquet") else pandas.read_csv(path)
    return float(frame.to_numpy().sum())


def make(path):
    import duckdb

    duckdb.sql(f"copy (select * from '{path}') to '{path.removesuffix('.csv')}.parquet' (format parquet)")


reader, path, *rest = sys.argv[1:]
if reader == "make":
    make(path)
else:
    threads = int(rest[0])
    began = time.perf_counter()
    total = {"duckdb": duckdb, "pandas": pandas}[reader](path, threads)
    ms = 1e3 * (time.perf_counter() - began)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = 1e3 * (used.ru_utime + used.ru_stime)
    print(json.dumps({"ms": ms, "cpu": cpu, "peak": used.ru_maxrss / 1e3, "sum": total}))
