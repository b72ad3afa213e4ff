"""
Runs the functions of test/cases/python with real NumPy at the points of numpy_points.json and writes what they return,
and their variables at the end, to numpy_values.json.

    NABLA_UPDATE=1 npx vitest run test/unit/lang/oracle   # writes the points
    python3 test/oracles/numpy_programs.py                # needs numpy and scipy
"""
import json
import re
import sys
import types
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
CASES = HERE.parent / "cases" / "python"


def load(name):
    module = types.ModuleType(name.replace("-", "_"))
    source = (CASES / f"{name}.py").read_text()
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module


def value_of(entry):
    if entry["dims"] is None:
        number = entry["values"][0]
        return np.int64(number) if entry["integer"] else np.float64(number)
    return np.array(entry["values"], dtype=int if entry["integer"] else float).reshape(entry["dims"])


class Holder:
    pass


def arguments(function, receiver, inputs):
    """Builds the arguments from inputs by the code that reads them: w, parameters["W1"], self.w, cache[0]."""
    roots = {}
    for code, entry in inputs.items():
        value = value_of(entry)
        root, rest = re.match(r"(\w+)(.*)", code, re.S).groups()
        if rest == "":
            roots[root] = value
        elif rest.startswith("["):
            roots.setdefault(root, {})[json.loads(rest[1:-1])] = value
        else:
            setattr(roots.setdefault(root, receiver or Holder()), rest[1:], value)
    for root, value in roots.items():
        if isinstance(value, dict) and all(isinstance(k, int) for k in value):
            roots[root] = [value[k] for k in sorted(value)]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return {name: roots[name] for name in names if name in roots}


def flatten(value, path, out):
    if isinstance(value, dict):
        for key, item in value.items():
            flatten(item, f"{path}.{key}", out)
    elif isinstance(value, (tuple, list)):
        for k, item in enumerate(value):
            flatten(item, f"{path}.{k}", out)
    elif isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        array = np.asarray(value, dtype=float)
        if array.size <= 400 and np.all(np.isfinite(array)):
            out[path] = array.ravel().tolist()


def call(module, name, inputs, flag):
    owner = None
    parts = name.split(".")
    target = getattr(module, parts[0])
    receiver = None
    if len(parts) > 1:
        owner = target
        function = owner.__dict__[parts[1]]
        if isinstance(function, staticmethod):
            function = function.__func__
        elif isinstance(function, classmethod):
            function = function.__func__
            receiver = owner
        else:
            receiver = owner.__new__(owner)
    else:
        function = target
    given = arguments(function, receiver, inputs)
    if receiver is not None:
        given[function.__code__.co_varnames[0]] = receiver
    if flag:
        given[flag] = True
    local = {}

    def watch(frame, event, _):
        if event == "return" and frame.f_code is function.__code__:
            local.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        result = function(**given)
    finally:
        sys.setprofile(None)
    out = {}
    flatten(result, "return", out)
    for key, item in local.items():
        if key not in given or isinstance(item, (dict, list, tuple)):
            flatten(item, key, out)
    return out


def main():
    points = json.loads((HERE / "numpy_points.json").read_text())
    values = {}
    for key, point in points.items():
        module = load(point["file"])
        entry = {}
        try:
            entry["main"] = call(module, point["function"], point["inputs"], None)
            if point["gradientFunction"]:
                inputs = {point["rename"].get(code, code): value for code, value in point["inputs"].items()}
                entry["gradient"] = call(module, point["gradientFunction"], inputs, point["flag"])
        except Exception as error:  # recorded: the test lists which definitions may fail
            entry["error"] = f"{type(error).__name__}: {error}"
        values[key] = entry
    text = json.dumps(values, indent=1)
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)
    (HERE / "numpy_values.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
