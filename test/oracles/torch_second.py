"""Writes torch_second.json: Jacobians, Hessians and their products with vectors of the functions in second.json, by PyTorch.

The points are written by `UPDATE_ORACLES=1 npx vitest run test/unit/core/breadthSecond`.
Needs: pip install torch
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vjp

HERE = Path(__file__).parent


def tensor(entry):
    return torch.tensor(entry["data"], dtype=torch.float64).reshape(entry["shape"])


def run(case, point):
    inputs = {name: tensor(entry) for name, entry in point["inputs"].items()}
    at = tuple(inputs[name] for name in case["by"])
    given = tuple(inputs[name] for name in case["upstream"])

    def function(*parameters):
        own = dict(zip(case["by"], parameters))
        return eval(case["torch"], {"torch": torch, "F": F, **inputs, **own})

    kind = case["kind"]
    if kind == "jacobian":
        found = jacobian(function, at)
    elif kind == "hessian" and function(*at).dim() > 0:
        whole = hessian(lambda *p: function(*p).sum(), at)[0][0]
        found = (torch.diag(whole),)
    elif kind == "hessian":
        found = (hessian(function, at)[0][-1],)
    elif kind == "hvp":
        found = hvp(function, at, given)[1]
    elif kind == "vjp":
        found = vjp(function, at, given[0])[1]
    else:
        found = (jvp(function, at, given)[1],)
    return [value for part in found for value in part.flatten().tolist()]


cases = json.loads((HERE / "second.json").read_text())
results = [[run(case, p) for p in case["points"]] for case in cases]
(HERE / "torch_second.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")
print(f"{len(results)} functions")
