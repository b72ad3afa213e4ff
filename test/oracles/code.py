"""Runs the sources in test/oracles/code.json with NumPy, PyTorch and JAX, and stores what they compute.

Settings that are single numbers are handed over as plain numbers, as callers do.

The sources and inputs are written by `UPDATE_ORACLES=1 npx vitest run test/unit/core/code`.
Needs: pip install numpy torch jax
"""

import json
from pathlib import Path

import jax
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)

MAKERS = {
    "numpy": lambda a: a if a.shape else a[()],
    "torch": torch.tensor,
    "jax": jax.numpy.asarray,
}

path = Path(__file__).with_name("code.json")
cases = json.loads(path.read_text())
for case in cases:
    outputs = {}
    for target, make in MAKERS.items():
        scope = {}
        for name, value in case["inputs"].items():
            if value.get("number"):
                scope[name] = value["data"][0]
                continue
            dtype = np.int64 if value["integer"] else np.float64
            scope[name] = make(np.array(value["data"], dtype=dtype).reshape(value["shape"]))
        exec(case["code"][target], scope)
        result = np.asarray(scope[case["result"]], dtype=np.float64)
        outputs[target] = {"shape": list(result.shape), "data": result.ravel().tolist()}
    case["outputs"] = outputs
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path.write_text(f"[\n{lines}\n]\n")
print(f"{len(cases)} cases")
