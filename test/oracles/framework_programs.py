"""
Runs the corpus' code by PyTorch, JAX and NumPy at the points of framework_points.json and writes what it returns and its
gradients to framework_values.json: by automatic differentiation of the forward code, or by finite differences for NumPy.
Where the code registers a derivative of its own, it is compared with that of its forward code.

    NABLA_UPDATE=1 npx vitest run test/unit/lang/frameworks   # writes the points
    python3 test/oracles/framework_programs.py                # needs torch, jax, jaxtyping and numpy
"""
import inspect
import json
import re
import types
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)

HERE = Path(__file__).parent
CORPUS = HERE.parent / "cases" / "corpus"


def load(name):
    module = types.ModuleType(re.sub(r"\W", "_", name))
    text = (CORPUS / f"{name}.py").read_text()
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)
    return module


def nested(entry):
    """The values of an input as nested lists of its shape."""
    values = [int(v) if entry["integer"] else float(v) for v in entry["values"]]
    for length in reversed((entry["dims"] or [])[1:]):
        values = [values[k : k + length] for k in range(0, len(values), length)]
    return values if entry["dims"] else values[0]


def sorted_codes(values):
    """Arguments by name, with entries of containers put together, and attributes by path."""
    arguments, attributes = {}, {}
    for code, value in values.items():
        root, rest = re.match(r"(\w+)(.*)", code, re.S).groups()
        if rest == "":
            arguments[root] = value
        elif rest.startswith("."):
            attributes[rest[1:]] = value
        elif rest.startswith('["'):
            arguments.setdefault(root, {})[rest[2:-2]] = value
        else:
            arguments.setdefault(root, {})[int(rest[1:-1])] = value
    for name, value in arguments.items():
        if isinstance(value, dict) and all(isinstance(key, int) for key in value):
            arguments[name] = tuple(value[key] for key in sorted(value))
    return arguments, attributes


def made(cls):
    """An object with 3 for every argument that has no default."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    needed = {p.name: 3 for p in parameters if p.default is p.empty and p.kind == p.POSITIONAL_OR_KEYWORD}
    return cls(**needed)


class Context:
    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors


def plain(function):
    """The function without the derivative that is registered for it."""
    return getattr(function, "fun", function)


def forward(module, name, values):
    """What the code returns, without the gradients that it returns besides."""
    result = called(module, name, values)
    return result[0] if isinstance(result, tuple) else result


def called(module, name, values):
    arguments, attributes = sorted_codes(values)
    owner, _, method = name.rpartition(".")
    if owner == "":
        return plain(getattr(module, name))(**arguments)
    cls = getattr(module, owner)
    if issubclass(cls, torch.autograd.Function):
        takes_context = "setup_context" not in cls.__dict__
        return cls.forward(*([Context()] if takes_context else []), **arguments)
    if issubclass(cls, torch.nn.Module):
        receiver = made(cls)
        weights = {path for path, _ in receiver.named_parameters()}
        for path, value in attributes.items():
            if path not in weights:
                setattr(receiver, path, value)
        given = {path: value for path, value in attributes.items() if path in weights}
        return torch.func.functional_call(receiver, given, (), arguments)
    found = inspect.getattr_static(cls, method)
    receiver = None if isinstance(found, staticmethod) else made(cls)
    for path, value in attributes.items():
        object.__setattr__(receiver, path, value)
    return getattr(cls if receiver is None else receiver, method)(**arguments)


def number(result):
    count = np.prod(result.shape, dtype=int)
    return result.reshape(()) if count == 1 else (result**2).sum() / 2


def flat(x):
    return [float(v) for v in np.asarray(x.detach() if torch.is_tensor(x) else x).reshape(-1)]


def settings(module, name):
    """Arguments with a default, which are plain numbers."""
    owner, _, method = name.rpartition(".")
    found = getattr(module, owner or name)
    function = plain(getattr(found, method) if owner else found)
    return {p.name for p in inspect.signature(function).parameters.values() if p.default is not p.empty}


def by_torch(module, point):
    name = point["function"]
    numbers = settings(module, name)

    def inputs(moving):
        return {
            code: nested(entry)
            if code in numbers or (code.startswith("self.") and code not in point["wanted"] and entry["dims"] is None)
            else torch.tensor(nested(entry), requires_grad=code in moving)
            for code, entry in point["inputs"].items()
        }

    values = inputs(point["wanted"])
    result = forward(module, name, values)
    moved = [values[code] for code in point["wanted"]]
    found = torch.autograd.grad(number(result), moved)
    gradients = {code: flat(g) for code, g in zip(point["wanted"], found)}
    return {"value": flat(result), "gradients": gradients, "registered": registered_by_torch(module, name, inputs)}


def registered_by_torch(module, name, inputs):
    cls = getattr(module, name.split(".")[0])
    if not (inspect.isclass(cls) and issubclass(cls, torch.autograd.Function)):
        return {}
    names = [p for p in inspect.signature(cls.forward).parameters if p != "ctx"]

    def run(moving, call):
        values = inputs([moving])
        result = call(values)
        above = torch.linspace(0.5, 1.5, max(result.numel(), 1)).reshape(result.shape)
        return torch.autograd.grad(result, values[moving], above, allow_unused=True)[0]

    agreeing = {}
    for code, value in inputs([]).items():
        if not (torch.is_tensor(value) and value.is_floating_point()):
            continue
        theirs = run(code, lambda values: cls.apply(*[values.get(p, default(cls, p)) for p in names]))
        if theirs is None:
            continue
        own = run(code, lambda values: forward(module, name, values))
        agreeing[code] = bool(theirs.shape == own.shape and torch.allclose(theirs, own, rtol=1e-9, atol=0))
    return agreeing


def default(cls, name):
    value = inspect.signature(cls.forward).parameters[name].default
    return None if value is inspect.Parameter.empty else value


def by_jax(module, point):
    inputs = {code: jnp.array(nested(entry)) for code, entry in point["inputs"].items()}
    moving = point["wanted"]

    def run(*values):
        return forward(module, point["function"], {**inputs, **dict(zip(moving, values))})

    values = [inputs[code] for code in moving]
    result = run(*values)
    found = jax.grad(lambda *v: number(run(*v)), argnums=tuple(range(len(values))))(*values)
    gradients = {code: flat(g) for code, g in zip(moving, found)}
    return {"value": flat(result), "gradients": gradients, "registered": registered_by_jax(module, point, inputs)}


def registered_by_jax(module, point, inputs):
    function = getattr(module, point["function"], None)
    if not isinstance(function, (jax.custom_vjp, jax.custom_jvp)):
        return {}
    names = list(inspect.signature(function.fun).parameters)
    order = [name for name in names if name in inputs]
    agreeing = {}
    for moving in point["wanted"]:
        # Arguments that are not differentiated by must not be traced.
        numbers = {name: inputs[name] if name == moving else np.asarray(inputs[name]) for name in order}

        def run(call, value):
            return call(*[value if name == moving else numbers[name] for name in order])

        above = jnp.linspace(0.5, 1.5, max(run(function.fun, inputs[moving]).size, 1))
        pair = []
        for call in (function, function.fun):
            result, pull = jax.vjp(lambda value: run(call, value), inputs[moving])
            pair.append(pull(above.reshape(result.shape))[0])
        agreeing[moving] = bool(jnp.allclose(pair[0], pair[1], rtol=1e-9, atol=0))
    return agreeing


def by_numpy(module, point):
    inputs = {code: np.array(nested(entry)) for code, entry in point["inputs"].items()}

    def run(moving, value):
        given = {**inputs, moving: value} if moving else inputs
        return np.asarray(forward(module, point["function"], {code: v.copy() for code, v in given.items()}))

    result = run(None, None)
    gradients = {}
    for code in point["wanted"]:
        start = inputs[code].astype(float)
        slopes = []
        for place in np.ndindex(start.shape):
            def along(step):
                value = start.copy()
                value[place] += step
                return float(number(run(code, value)))

            h = 1e-4 * max(1.0, abs(start[place]))
            slope = [(along(s) - along(-s)) / (2 * s) for s in (h, h / 2)]
            slopes.append((4 * slope[1] - slope[0]) / 3)
        gradients[code] = [float(s) for s in slopes]
    return {"value": flat(result), "gradients": gradients, "registered": {}}


RUNNERS = {"torch": by_torch, "jax": by_jax, "python": by_numpy}


def main():
    points = json.loads((HERE / "framework_points.json").read_text())
    modules = {name: load(name) for name in {point["file"] for point in points.values()}}
    values, failed = {}, []
    for key, point in points.items():
        try:
            values[key] = RUNNERS[point["file"].split("/")[0]](modules[point["file"]], point)
        except Exception as error:
            failed.append(f"{key} cannot be run: {type(error).__name__}: {error}")
    if failed:
        raise SystemExit("\n".join(failed))
    lines = [f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in values.items()]
    (HERE / "framework_values.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(values)} definitions")


if __name__ == "__main__":
    main()
