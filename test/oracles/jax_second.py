"""Writes jax_second.json: the same derivatives as torch_second.py, by JAX.

Needs: pip install jax
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
HERE = Path(__file__).parent


def array(entry):
    return jnp.asarray(np.array(entry["data"], dtype=np.float64).reshape(entry["shape"]))


def run(case, point):
    inputs = {name: array(entry) for name, entry in point["inputs"].items()}
    at = tuple(inputs[name] for name in case["by"])
    given = tuple(inputs[name] for name in case["upstream"])
    places = tuple(range(len(at)))

    def function(*parameters):
        own = dict(zip(case["by"], parameters))
        return eval(case["jax"], {"jax": jax, "jnp": jnp, **inputs, **own})

    kind = case["kind"]
    if kind == "jacobian":
        found = jax.jacrev(function, places)(*at)
    elif kind == "hessian" and function(*at).ndim > 0:
        found = (jnp.diag(jax.hessian(lambda *p: function(*p).sum())(*at)),)
    elif kind == "hessian":
        found = (jax.hessian(function, places)(*at)[0][-1],)
    elif kind == "hvp":
        found = jax.jvp(jax.grad(function, places), at, given)[1]
    elif kind == "vjp":
        found = jax.vjp(function, *at)[1](given[0])
    else:
        found = (jax.jvp(function, at, given)[1],)
    return [value for part in found for value in np.asarray(part).ravel().tolist()]


cases = json.loads((HERE / "second.json").read_text())
results = [[run(case, p) for p in case["points"]] for case in cases]
(HERE / "jax_second.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")
print(f"{len(results)} functions")
