"""Writes torch_breadth.json: values and gradients of the functions in breadth.json, by PyTorch.

The points are written by `UPDATE_ORACLES=1 npx vitest run test/unit/core/breadth`.
Needs: pip install torch
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).parent


def class_list(mask):
    """The classes of a 0/1 vector as torch's multi-label losses take them: their numbers, then -1."""
    chosen = torch.nonzero(mask).flatten()
    return torch.cat([chosen, torch.full((len(mask) - len(chosen),), -1)])


def tensor(entry):
    dtype = torch.int64 if entry["integer"] else torch.float64
    made = torch.tensor(entry["data"], dtype=dtype).reshape(entry["shape"])
    return made.requires_grad_() if entry["parameter"] else made


def run(case, point):
    inputs = {name: tensor(entry) for name, entry in point["inputs"].items()}
    value = eval(case["code"]["torch"], {"torch": torch, "math": math, "F": F, "class_list": class_list, **inputs})
    value.backward()
    gradients = {}
    for name, entry in point["inputs"].items():
        if entry["parameter"]:
            grad = inputs[name].grad
            gradients[name] = (torch.zeros_like(inputs[name]) if grad is None else grad).flatten().tolist()
    return {"value": value.item(), "gradients": gradients}


cases = json.loads((HERE / "breadth.json").read_text())
results = {case["name"]: [run(case, p) for p in case["points"]] for case in cases}
lines = [f"{json.dumps(name)}: {json.dumps(found)}" for name, found in results.items()]
(HERE / "torch_breadth.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(results)} functions")
