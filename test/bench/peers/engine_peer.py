"""NumPy, PyTorch and JAX as contenders: answers one line of JSON per line of JSON from stdin; times are in ms per call."""

import json
import os
import sys
import time

import numpy as np

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
THREADS = int(os.environ["OMP_NUM_THREADS"])
state = {}

try:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(THREADS)
except ImportError:
    torch = None
try:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
except ImportError:
    jax = None


def load(case):
    m, n = case["m"], case["n"]
    kind = np.float64 if case["dtype"] == "f64" else np.float32
    state.clear()
    X = np.fromfile(case["X"]).reshape(m, n).astype(kind)
    y = np.fromfile(case["y"]).astype(kind)
    w = np.array(case["w"], kind)
    b = kind(case["b"])
    state.update(X=X, y=y, w=w, b=b, m=m)
    if torch:
        state.update(
            tX=torch.from_numpy(X),
            ty=torch.from_numpy(y),
            tw=torch.from_numpy(w.copy()).requires_grad_(True),
            tb=torch.tensor(float(b), dtype=torch.from_numpy(X).dtype, requires_grad=True),
        )
    if jax:

        def loss(w, b, X, y):
            z = X @ w + b
            return jnp.mean(jax.nn.softplus(z) - y * z)

        state.update(
            jX=jnp.asarray(X),
            jy=jnp.asarray(y),
            jw=jnp.asarray(w),
            jb=jnp.asarray(b),
            jf=jax.jit(jax.value_and_grad(loss, argnums=(0, 1))),
        )


def numpy_textbook():
    X, y, w, b, m = (state[k] for k in ("X", "y", "w", "b", "m"))
    a = 1 / (1 + np.exp(-(X @ w + b)))
    loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    r = a - y
    return loss, X.T @ r / m, r.mean()


def numpy_stable():
    X, y, w, b, m = (state[k] for k in ("X", "y", "w", "b", "m"))
    z = X @ w + b
    e = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - y * z + np.log1p(e))
    r = np.where(z >= 0, 1, e) / (1 + e) - y
    return loss, r @ X / m, r.mean()


def focal_of(z, y):
    a = torch.sigmoid(z)
    return (y * (1 - a) ** 2 * F.softplus(-z) + (1 - y) * a**2 * F.softplus(z)).mean()


def torch_autograd(loss_of=lambda z, y: F.binary_cross_entropy_with_logits(z, y)):
    w, b = state["tw"], state["tb"]
    w.grad = b.grad = None
    loss = loss_of(torch.mv(state["tX"], w) + b, state["ty"])
    loss.backward()
    return loss, w.grad, b.grad


def manual(X, y, w, b):
    z = X @ w + b
    r = torch.sigmoid(z) - y
    return F.binary_cross_entropy_with_logits(z, y), r @ X / X.shape[0], r.mean()


def torch_manual():
    with torch.no_grad():
        return manual(state["tX"], state["ty"], state["tw"], state["tb"])


def torch_compiled():
    state.setdefault("compiled", torch.compile(manual, dynamic=False))
    with torch.no_grad():
        return state["compiled"](state["tX"], state["ty"], state["tw"], state["tb"])


def jax_jit():
    loss, (gw, gb) = state["jf"](state["jw"], state["jb"], state["jX"], state["jy"])
    return loss, gw.block_until_ready(), gb.block_until_ready()


def read():
    return state["tX"].sum(), state["tw"].detach() * 0, 0.0


CONTENDERS = {"NumPy, textbook": numpy_textbook, "NumPy, stable": numpy_stable}
if torch:
    CONTENDERS |= {
        "PyTorch, autograd": torch_autograd,
        "PyTorch, by hand": torch_manual,
        "PyTorch, compiled": torch_compiled,
        "PyTorch, autograd, focal": lambda: torch_autograd(focal_of),
        "read (PyTorch sum)": read,
    }
if jax:
    CONTENDERS["JAX, jit"] = jax_jit

for line in sys.stdin:
    case = json.loads(line)
    try:
        if case["what"] == "names":
            answer = {"names": list(CONTENDERS), "numpy": np.__version__}
        elif case["what"] == "load":
            load(case)
            answer = {}
        else:
            run = CONTENDERS[case["what"]]
            run()
            began = time.perf_counter()
            for _ in range(case["repeat"]):
                result = run()
            spent = (time.perf_counter() - began) * 1e3 / case["repeat"]
            answer = {"ms": spent, "loss": float(result[0])}
    except Exception as error:
        answer = {"error": repr(error)[:300]}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
