"""Writes torch_second.json: Jacobians, Hessians and Hessian-vector products of the functions in second.json, by PyTorch.

The points are written by `UPDATE_ORACLES=1 npx vitest run test/unit/core/breadthSecond`.
Needs: pip install torch
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.autograd.functional import hessian, hvp, jacobian

HERE = Path(__file__).parent


def tensor(entry):
    return torch.tensor(entry["data"], dtype=torch.float64).reshape(entry["shape"])


def run(case, point):
    inputs = {name: tensor(entry) for name, entry in point["inputs"].items()}

    def function(parameter):
        return eval(case["torch"], {"torch": torch, "F": F, **inputs, case["by"]: parameter})

    at = inputs[case["by"]]
    if case["kind"] == "jacobian":
        found = jacobian(function, at)
    elif case["kind"] == "hessian":
        found = hessian(function, at)
    else:
        found = hvp(function, at, inputs["v"])[1]
    return found.flatten().tolist()


cases = json.loads((HERE / "second.json").read_text())
results = [[run(case, p) for p in case["points"]] for case in cases]
(HERE / "torch_second.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")
print(f"{len(results)} functions")
