"""Writes jax_breadth.json: values and gradients of the functions in breadth.json that name a JAX function.

Needs: pip install jax
"""

import json
from pathlib import Path

import jax
import jax.nn as nn
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
HERE = Path(__file__).parent


def array(entry):
    dtype = jnp.int64 if entry["integer"] else jnp.float64
    return jnp.array(entry["data"], dtype=dtype).reshape(entry["shape"])


def run(case, point):
    inputs = {name: array(entry) for name, entry in point["inputs"].items()}
    parameters = {name: inputs[name] for name, entry in point["inputs"].items() if entry["parameter"]}

    def loss(chosen):
        return eval(case["code"]["jax"], {"jax": jax, "nn": nn, "jnp": jnp, **inputs, **chosen})

    value, gradients = jax.value_and_grad(loss)(parameters)
    return {
        "value": value.item(),
        "gradients": {name: grad.flatten().tolist() for name, grad in gradients.items()},
    }


cases = [c for c in json.loads((HERE / "breadth.json").read_text()) if "jax" in c["code"]]
results = {case["name"]: [run(case, p) for p in case["points"]] for case in cases}
lines = [f"{json.dumps(name)}: {json.dumps(found)}" for name, found in results.items()]
(HERE / "jax_breadth.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(results)} functions")
