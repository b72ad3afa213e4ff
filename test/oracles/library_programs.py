"""
Runs the functions of the fixtures that use PyTorch and JAX at the points of library_points.json and writes what they
return, and the gradients by automatic differentiation, to library_values.json.

    NABLA_UPDATE=1 npx vitest run test/unit/lang/libraries   # writes the points
    python3 test/oracles/library_programs.py                 # needs torch and jax
"""
import inspect
import json
import re
import types
from pathlib import Path

import jax
import jax.numpy as jnp
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)

HERE = Path(__file__).parent
CASES = HERE.parent / "cases" / "python"


def load(name):
    module = types.ModuleType(name.replace("-", "_"))
    exec(compile((CASES / f"{name}.py").read_text(), f"{name}.py", "exec"), module.__dict__)
    return module


def nested(entry):
    """The values of an input as nested lists of its shape."""
    values = [int(v) if entry["integer"] else float(v) for v in entry["values"]]
    for length in reversed((entry["dims"] or [])[1:]):
        values = [values[k : k + length] for k in range(0, len(values), length)]
    return values if entry["dims"] else values[0]


def target(module, name, receiver):
    parts = name.split(".")
    if len(parts) == 1:
        return getattr(module, name)
    return getattr(receiver, parts[1])




def build(module, point, values):
    """Arguments of the function by name, attributes set on an object of its class."""
    owner = point["function"].split(".")
    receiver = getattr(module, owner[0]).__new__(getattr(module, owner[0])) if len(owner) > 1 else None
    arguments = {}
    for code, value in values.items():
        root, rest = re.match(r"(\w+)(.*)", code, re.S).groups()
        if rest == "":
            arguments[root] = value
        else:
            receiver.__dict__.setdefault(rest[1:], value)
    return target(module, point["function"], receiver), arguments


def flat(x):
    return [float(v) for v in x.reshape(-1)]


def settings(module, point):
    """Arguments with a default, which some functions take as plain numbers only."""
    name, *method = point["function"].split(".")
    found = getattr(module, name)
    function = getattr(found, method[0]) if method else found
    return {p.name for p in inspect.signature(function).parameters.values() if p.default is not p.empty}


def by_torch(module, point):
    plain = settings(module, point)

    def run(moving):
        inputs = {}
        for code, entry in point["inputs"].items():
            is_number = code in plain and entry["dims"] is None
            inputs[code] = nested(entry) if is_number else torch.tensor(nested(entry), requires_grad=code == moving)
        function, arguments = build(module, point, inputs)
        return function(**arguments), inputs.get(moving)

    result, _ = run(None)
    gradients = {}
    for code, entry in point["inputs"].items():
        if result.dim() > 0 or entry["integer"] or (code in plain and entry["dims"] is None):
            continue
        try:
            moved, value = run(code)
            # What is only compared with something has no gradient.
            if moved.requires_grad:
                gradients[code] = flat(torch.autograd.grad(moved, value)[0])
        except RuntimeError as error:
            # PyTorch does not differentiate by weights of classes.
            if not re.search("not differentiable|not implemented", str(error)):
                raise
    return {"value": flat(result), "gradients": gradients}


def by_jax(module, point):
    inputs = {code: jnp.array(nested(entry)) for code, entry in point["inputs"].items()}
    moving = [code for code, entry in point["inputs"].items() if not entry["integer"]]

    def run(*values):
        function, arguments = build(module, point, {**inputs, **dict(zip(moving, values))})
        return function(**arguments)

    values = [inputs[code] for code in moving]
    result = run(*values)
    if result.ndim > 0:
        return {"value": flat(result), "gradients": {}}
    found = jax.grad(run, argnums=tuple(range(len(values))))(*values)
    return {"value": flat(result), "gradients": {code: flat(g) for code, g in zip(moving, found)}}


def main():
    points = json.loads((HERE / "library_points.json").read_text())
    modules = {name: load(name) for name in {point["file"] for point in points.values()}}
    values = {}
    for key, point in points.items():
        run = by_torch if point["file"].startswith("torch-") else by_jax
        values[key] = run(modules[point["file"]], point)
    lines = [f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in values.items()]
    (HERE / "library_values.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
