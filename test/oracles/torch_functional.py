"""Writes torch_functional.json: the functions of torch.nn.functional with their parameters.

Needs: pip install torch
"""

import inspect
import json
import re
from pathlib import Path

import torch.nn.functional as F

HERE = Path(__file__).parent


def parameters(function):
    """Names of the parameters: by the signature, or by the first lines of the documentation of what is built in."""
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:
        call = re.match(r"\s*\w+\(([^)]*)\)", function.__doc__)
        return [part.split("=")[0].strip() for part in (call.group(1) if call else "").split(",") if part.strip() not in ("", "*")]


def names():
    """Functions, without those that only overwrite their argument and those that other modules use."""
    for name in dir(F):
        found = getattr(F, name)
        in_place = name.endswith("_") and hasattr(F, name[:-1])
        own = getattr(found, "__module__", None) not in ("torch.overrides", "typing", "torch._jit_internal")
        if callable(found) and not inspect.isclass(found) and name[0] != "_" and name.islower() and own and not in_place:
            yield name


lines = [f"{json.dumps(name)}: {json.dumps(parameters(getattr(F, name)))}" for name in names()]
(HERE / "torch_functional.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(lines)} functions")
