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
    """The arrays of the case, which are row-major doubles in files, in the precision asked for."""
    kind = np.float64 if case["dtype"] == "f64" else np.float32
    arrays = {
        name: np.fromfile(array["path"]).reshape(array["shape"]).astype(kind) for name, array in case["arrays"].items()
    }
    parameters = case["parameters"]
    state.clear()
    state.update(arrays, m=arrays["X"].shape[0], parameters=parameters)
    if torch:
        for name, array in arrays.items():
            state["t" + name] = torch.from_numpy(array.copy() if name in parameters else array)
        for name in parameters:
            state["t" + name].requires_grad_(True)
        if state["ty"].dim() == 2:
            state["classes"] = state["ty"].argmax(1)
    if jax:
        state.update({"j" + name: jnp.asarray(array) for name, array in arrays.items()})


def numbers(*names):
    return tuple(state[name] for name in names)


# ---- logistic regression


def numpy_textbook():
    X, y, w, b, m = numbers("X", "y", "w", "b", "m")
    a = 1 / (1 + np.exp(-(X @ w + b)))
    loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    r = a - y
    return loss, X.T @ r / m, r.mean()


def numpy_stable():
    X, y, w, b, m = numbers("X", "y", "w", "b", "m")
    z = X @ w + b
    e = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - y * z + np.log1p(e))
    r = np.where(z >= 0, 1, e) / (1 + e) - y
    return loss, r @ X / m, r.mean()


def differentiated(loss_of):
    """Loss and gradients by PyTorch's own differentiation."""

    def run():
        own = [state["t" + name] for name in state["parameters"]]
        for parameter in own:
            parameter.grad = None
        loss = loss_of()
        loss.backward()
        return (loss, *[parameter.grad for parameter in own])

    return run


def compiled(name, function, *arrays):
    def run():
        state.setdefault(name, torch.compile(function, dynamic=False))
        with torch.no_grad():
            return state[name](*numbers(*arrays))

    return run


def by_hand(function, *arrays):
    def run():
        with torch.no_grad():
            return function(*numbers(*arrays))

    return run


def jitted(name, loss, *data):
    def run():
        own = ["j" + parameter for parameter in state["parameters"]]
        f = state.setdefault(name, jax.jit(jax.value_and_grad(loss, argnums=tuple(range(len(own))))))
        value, gradients = f(*numbers(*own), *numbers(*data))
        return (value, *[gradient.block_until_ready() for gradient in gradients])

    return run


def logits():
    return torch.mv(state["tX"], state["tw"]) + state["tb"]


def focal():
    z, y = logits(), state["ty"]
    a = torch.sigmoid(z)
    return (y * (1 - a) ** 2 * F.softplus(-z) + (1 - y) * a**2 * F.softplus(z)).mean()


def logistic_by_hand(X, y, w, b):
    z = X @ w + b
    r = torch.sigmoid(z) - y
    return F.binary_cross_entropy_with_logits(z, y), r @ X / X.shape[0], r.mean()


def read():
    return state["tX"].sum(), state["tw"].detach() * 0, torch.zeros(1)


# ---- softmax regression


def numpy_softmax():
    X, y, W, b, m = numbers("X", "y", "W", "b", "m")
    Z = X @ W + b
    Z -= Z.max(1, keepdims=True)
    E = np.exp(Z)
    S = E.sum(1, keepdims=True)
    R = E / S - y
    return np.mean(np.log(S[:, 0]) - (y * Z).sum(1)), X.T @ R / m, R.mean(0)


def softmax_by_hand(X, y, W, b):
    Z = X @ W + b
    L = torch.log_softmax(Z, 1)
    R = torch.exp(L) - y
    return -(L * y).sum() / X.shape[0], X.T @ R / X.shape[0], R.mean(0)


# ---- a network of one hidden layer


def network():
    H = torch.relu(state["tX"] @ state["tW"] + state["tc"])
    return F.cross_entropy(H @ state["tV"] + state["td"], state["classes"])


def network_by_hand(X, y, W, c, V, d):
    m = X.shape[0]
    H = torch.relu(X @ W + c)
    L = torch.log_softmax(H @ V + d, 1)
    R = (torch.exp(L) - y) / m
    D = (R @ V.T) * (H > 0)
    return -(L * y).sum() / m, X.T @ D, D.sum(0), H.T @ R, R.sum(0)


CONTENDERS = {
    "logistic": {"NumPy, textbook": numpy_textbook, "NumPy, stable": numpy_stable},
    "focal": {},
    "softmax": {"NumPy": numpy_softmax},
    "network": {},
}
if torch:
    LOGISTIC = ("tX", "ty", "tw", "tb")
    SOFTMAX = ("tX", "ty", "tW", "tb")
    NETWORK = ("tX", "ty", "tW", "tc", "tV", "td")
    CONTENDERS["logistic"] |= {
        "PyTorch, autograd": differentiated(lambda: F.binary_cross_entropy_with_logits(logits(), state["ty"])),
        "PyTorch, by hand": by_hand(logistic_by_hand, *LOGISTIC),
        "PyTorch, compiled": compiled("compiled", logistic_by_hand, *LOGISTIC),
        "read (PyTorch sum)": read,
    }
    CONTENDERS["focal"] |= {"PyTorch, autograd": differentiated(focal)}
    CONTENDERS["softmax"] |= {
        "PyTorch, autograd": differentiated(
            lambda: F.cross_entropy(state["tX"] @ state["tW"] + state["tb"], state["classes"])
        ),
        "PyTorch, by hand": by_hand(softmax_by_hand, *SOFTMAX),
        "PyTorch, compiled": compiled("compiled", softmax_by_hand, *SOFTMAX),
    }
    CONTENDERS["network"] |= {
        "PyTorch, autograd": differentiated(network),
        "PyTorch, by hand": by_hand(network_by_hand, *NETWORK),
        "PyTorch, compiled": compiled("compiled", network_by_hand, *NETWORK),
    }
if jax:

    def jax_logistic(w, b, X, y):
        z = X @ w + b
        return jnp.mean(jax.nn.softplus(z) - y * z)

    def jax_softmax(W, b, X, y):
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(X @ W + b), 1))

    def jax_network(W, c, V, d, X, y):
        H = jax.nn.relu(X @ W + c)
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(H @ V + d), 1))

    CONTENDERS["logistic"]["JAX, jit"] = jitted("jit", jax_logistic, "jX", "jy")
    CONTENDERS["softmax"]["JAX, jit"] = jitted("jit", jax_softmax, "jX", "jy")
    CONTENDERS["network"]["JAX, jit"] = jitted("jit", jax_network, "jX", "jy")


def exact():
    """Gradient of logistic regression in the 80 bits of long doubles."""
    X, y, w, b = (state[name].astype(np.longdouble) for name in ("X", "y", "w", "b"))
    total = np.zeros(len(w) + 1, np.longdouble)
    for k in range(0, len(y), 20000):
        part = X[k : k + 20000]
        r = 1 / (1 + np.exp(-((part * w).sum(1) + b))) - y[k : k + 20000]
        total[:-1] += (part * r[:, None]).sum(0)
        total[-1] += r.sum()
    return 0.0, total / len(y)


def flat(result):
    return [float(value) for array in result[1:] for value in np.asarray(array).reshape(-1)]


for line in sys.stdin:
    case = json.loads(line)
    try:
        if case["what"] == "names":
            answer = {"names": {model: list(runs) for model, runs in CONTENDERS.items()}}
        elif case["what"] == "load":
            load(case)
            answer = {}
        elif case["what"] == "gradient":
            run = exact if case["contender"] == "exact" else CONTENDERS[case["model"]][case["contender"]]
            answer = {"gradient": flat(run())}
        else:
            run = CONTENDERS[case["model"]][case["contender"]]
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
