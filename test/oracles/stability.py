"""Measures with NumPy from which size of a variable on losses and gradients break down, and stores it in stability.json.

Each case is a model in the line language of test/support/model.ts, and the same quantity written for NumPy and for mpmath.
`broken`: infinite or undefined although the exact value is not. `lost`: relative error above 1e-6 in double precision.
Needs: pip install numpy mpmath
"""

import json
from pathlib import Path

import mpmath
import numpy as np

mpmath.mp.dps = 700
np.seterr(all="ignore")


def sigmoid(n, z):
    return 1 / (1 + n.exp(-z))


def bce(n, z, y):
    a = sigmoid(n, z)
    return -(y * n.log(a) + (1 - y) * n.log(1 - a))


def bce_chain(n, z, y):
    a = sigmoid(n, z)
    e = n.exp(-z)
    return -(y / a - (1 - y) / (1 - a)) * (e / (1 + e) ** 2)


def softmax_ce(n, z, y):
    e = [n.exp(z), n.exp(z * 0), n.exp(z * 0 - 0.5)]
    s = e[0] + e[1] + e[2]
    return -n.log(e[0] / s) if y == 1 else -n.log(e[1] / s)


def shifted_ce(n, z, y):
    m = z if z > 0 else z * 0
    e = [n.exp(z - m), n.exp(-m), n.exp(-m - 0.5)]
    s = e[0] + e[1] + e[2]
    return -n.log(e[0] / s) if y == 1 else -n.log(e[1] / s)


def tanh_by_exp(n, z, y):
    return (n.exp(z) - n.exp(-z)) / (n.exp(z) + n.exp(-z))


def variance(n, z, y):
    x = [z + d for d in (-0.9, 0.3, 0.6)]
    mean = (x[0] + x[1] + x[2]) / 3
    return (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) / 3 - mean * mean


def focal(n, z, y):
    p = sigmoid(n, z)
    pt = p if y == 1 else 1 - p
    return -(1 - pt) * n.log(pt)


BCE = "param z[m]; label y[m] binary\na[i<m] = 1/(1+exp(-z[i]))\nJ = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))"
CE = "param z[m,k]; label y[m,k] onehot\nE[i<m,q<k] = exp(z[i,q])\nS[i<m] = sum(q<k, E[i,q])\nP[i<m,q<k] = E[i,q]/S[i]\nJ = -1/m*sum(i<m, sum(q<k, y[i,q]*log(P[i,q])))"
SHIFTED = CE.replace("E[i<m,q<k] = exp(z[i,q])", "M[i<m] = max(q<k, z[i,q])\nE[i<m,q<k] = exp(z[i,q] - M[i])")
CASES = [
    ("binary cross-entropy", BCE, "value", bce),
    ("binary cross-entropy, chain rule", BCE, "chain", bce_chain),
    ("logits", "param z[m]; label y[m] binary\nJ = 1/m*sum(i<m, log(1+exp(z[i])) - y[i]*z[i])", "value",
     lambda n, z, y: n.log(1 + n.exp(z)) - y * z),
    ("logits, chain rule", "param z\nJ = log(1+exp(z))", "chain", lambda n, z, y: n.exp(z) / (1 + n.exp(z))),
    ("softmax cross-entropy", CE, "value", softmax_ce),
    ("softmax cross-entropy, shifted", SHIFTED, "value", shifted_ce),
    ("log-cosh", "param z\nJ = log(cosh(z))", "value", lambda n, z, y: n.log(n.cosh(z))),
    ("log-cosh, chain rule", "param z\nJ = log(cosh(z))", "chain", lambda n, z, y: n.sinh(z) / n.cosh(z)),
    ("tanh by exponentials", "param z\nt = (exp(z) - exp(-z))/(exp(z) + exp(-z))", "value", tanh_by_exp),
    ("softplus", "param z\nJ = log(1 + exp(z))", "value", lambda n, z, y: n.log(1 + n.exp(z))),
    ("Poisson of the rate", "param z[m]; label y[m] positive\nl[i<m] = exp(z[i])\nJ = 1/m*sum(i<m, l[i] - y[i]*log(l[i]))",
     "value", lambda n, z, y: n.exp(z) - n.log(n.exp(z))),
    ("variance", "param z[m]\nmu = 1/m*sum(i<m, z[i])\nv = 1/m*sum(i<m, z[i]^2) - mu^2", "value", variance),
    ("focal", "param z[m]; label y[m] binary\np[i<m] = 1/(1+exp(-z[i]))\npt[i<m] = where(y[i] == 1, p[i], 1 - p[i])\nJ = -1/m*sum(i<m, (1 - pt[i])*log(pt[i]))",
     "value", focal),
    ("swish, chain rule", "param z\ns = 1/(1+exp(-z))\nf = z*s", "chain",
     lambda n, z, y: sigmoid(n, z) + z * (n.exp(-z) / (1 + n.exp(-z)) ** 2)),
]
NUMPY_TYPES = {"double": (np.float64, 1e-6), "single": (np.float32, 1e-3)}


class Exact:
    exp, log, sinh, cosh = mpmath.exp, mpmath.log, mpmath.sinh, mpmath.cosh


def outcome(f, size, kind):
    number, tolerance = NUMPY_TYPES[kind]
    worst = "fine"
    for y in (0, 1):
        z = number(size)
        value = float(f(np, z, number(y)))
        exact = f(Exact, mpmath.mpf(float(z)), y)
        if abs(exact) > np.finfo(number).max:
            continue
        if not np.isfinite(value):
            return "broken"
        if abs(mpmath.mpf(value) - exact) > tolerance * max(abs(exact), 0.5):
            worst = "lost"
    return worst


def worst(f, size, kind):
    near = [outcome(f, size * (1 - 0.01 * k / 8), kind) for k in range(8)]
    return "lost" if "lost" in near else near[0]


def bisect(low, high, test, accuracy):
    while abs(high - low) > accuracy * abs(high):
        middle = (low + high) / 2
        low, high = (low, middle) if test(middle) else (middle, high)
    return abs(high)


def thresholds(f, side, kind):
    found = {}
    sizes = [side * 1.3**k for k in range(50)]
    previous = sizes[0]
    limit = None
    for size in sizes[1:]:
        if outcome(f, size, kind) == "broken" and outcome(f, 1.1 * size, kind) == "broken":
            limit = bisect(previous, size, lambda s: outcome(f, s, kind) == "broken", 1e-6)
            found["broken"] = limit
            break
        previous = size
    previous = sizes[0]
    for size in sizes[1:]:
        if limit is not None and abs(size) >= limit:
            size = side * limit * (1 - 1e-6)
        if worst(f, size, kind) == "lost":
            lost = bisect(previous, size, lambda s: worst(f, s, kind) == "lost", 1e-3)
            if limit is None or lost < 0.97 * limit:
                found["lost"] = lost
            break
        if limit is not None and abs(size) >= limit * (1 - 1e-5):
            break
        previous = size
    return found


rows = []
for name, model, what, f in CASES:
    row = {"name": name, "model": model, "what": what}
    for kind in NUMPY_TYPES:
        row[kind] = {"above": thresholds(f, 1, kind), "below": thresholds(f, -1, kind)}
    rows.append(row)
    print(name, row["double"], row["single"])
path = Path(__file__).with_name("stability.json")
path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
