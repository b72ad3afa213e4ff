"""Sequences of parameters by torch.optim on a quadratic function, and minima by SciPy: optimizers.json."""

import json
import pathlib

import numpy as np
import scipy.optimize
import torch

torch.set_default_dtype(torch.float64)

A = [[3.0, 0.5, -0.2], [0.5, 1.0, 0.3], [-0.2, 0.3, 0.4]]
B = [1.0, -2.0, 0.5]
START = [1.5, -0.7, 2.0]
STEPS = 20

# Options in the terms of Nabla, and the optimizer that they stand for.
CASES = [
    ({"optimizer": "gradient-descent", "learningRate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    (
        {"optimizer": "gradient-descent", "learningRate": 0.1, "weightDecay": 0.2},
        lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.2),
    ),
    (
        {"optimizer": "momentum", "learningRate": 0.05, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    ),
    (
        {"optimizer": "momentum", "learningRate": 0.05, "momentum": 0.5, "weightDecay": 0.1},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1),
    ),
    (
        {"optimizer": "nesterov", "learningRate": 0.05, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    (
        {"optimizer": "nesterov", "learningRate": 0.02, "momentum": 0.8, "weightDecay": 0.1},
        lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.8, nesterov=True, weight_decay=0.1),
    ),
    ({"optimizer": "adam", "learningRate": 0.1}, lambda p: torch.optim.Adam(p, lr=0.1)),
    (
        {"optimizer": "adam", "learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.1},
        lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    ),
    ({"optimizer": "adamw", "learningRate": 0.1}, lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0)),
    (
        {"optimizer": "adamw", "learningRate": 0.1, "weightDecay": 0.3},
        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.3),
    ),
    ({"optimizer": "rmsprop", "learningRate": 0.02}, lambda p: torch.optim.RMSprop(p, lr=0.02)),
    (
        {"optimizer": "rmsprop", "learningRate": 0.02, "beta2": 0.9, "momentum": 0.7, "weightDecay": 0.1, "epsilon": 1e-4},
        lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9, momentum=0.7, weight_decay=0.1, eps=1e-4),
    ),
    ({"optimizer": "adagrad", "learningRate": 0.5}, lambda p: torch.optim.Adagrad(p, lr=0.5)),
    (
        {"optimizer": "adagrad", "learningRate": 0.5, "weightDecay": 0.1, "epsilon": 1e-3},
        lambda p: torch.optim.Adagrad(p, lr=0.5, weight_decay=0.1, eps=1e-3),
    ),
    (
        {"optimizer": "gradient-descent", "learningRate": 0.1, "clipNorm": 0.5},
        lambda p: torch.optim.SGD(p, lr=0.1),
    ),
    ({"optimizer": "adam", "learningRate": 0.1, "clipNorm": 1.0}, lambda p: torch.optim.Adam(p, lr=0.1)),
]

a = torch.tensor(A)
b = torch.tensor(B)


def sequence(options, make):
    theta = torch.tensor(START, requires_grad=True)
    optimizer = make([theta])
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        (0.5 * theta @ a @ theta - b @ theta).backward()
        if "clipNorm" in options:
            # The library divides by the norm plus 1e-6; the rule in the papers does not.
            norm = theta.grad.norm()
            if norm > options["clipNorm"]:
                theta.grad *= options["clipNorm"] / norm
        optimizer.step()
        path.append(theta.detach().tolist())
    return {"options": options, "path": path}


SCHEDULES = [
    ({"kind": "step", "every": 4, "factor": 0.3}, lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.3)),
    ({"kind": "exponential", "factor": 0.8}, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8)),
    ({"kind": "cosine"}, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS)),
    (
        {"kind": "cosine", "floor": 0.1},
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.05),
    ),
    (
        {"kind": "constant", "warmUp": 5},
        lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.2, end_factor=1.0, total_iters=4),
    ),
    (
        {"kind": "exponential", "factor": 0.9, "warmUp": 4},
        lambda o: torch.optim.lr_scheduler.SequentialLR(
            o,
            [
                torch.optim.lr_scheduler.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=3),
                torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
            ],
            [4],
        ),
    ),
]


def rates(schedule, make):
    theta = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.5)
    scheduler = make(optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {"schedule": schedule, "rates": found}


# Functions of the optimization literature, by name; the test writes them out once more.
FUNCTIONS = {
    "rosenbrock": (scipy.optimize.rosen, scipy.optimize.rosen_der, [-1.2, 1.0]),
    "log-cosh": (
        lambda x: float(np.sum(np.log(np.cosh(x - np.arange(3))) * [1, 10, 100])),
        lambda x: np.tanh(x - np.arange(3)) * [1, 10, 100],
        [3.0, -2.0, 0.5],
    ),
}


def minimum(name):
    f, gradient, start = FUNCTIONS[name]
    result = scipy.optimize.minimize(
        f, start, jac=gradient, method="L-BFGS-B", options={"gtol": 1e-12, "ftol": 0, "maxiter": 1000}
    )
    return {"name": name, "start": start, "minimum": result.x.tolist(), "evaluations": int(result.nfev)}


data = {
    "matrix": A,
    "vector": B,
    "start": START,
    "sequences": [sequence(options, make) for options, make in CASES],
    "schedules": [rates(schedule, make) for schedule, make in SCHEDULES],
    "minima": [minimum(name) for name in FUNCTIONS],
}
# One line per entry, so that changes can be read.
lines = []
for key, value in data.items():
    nested = isinstance(value, list) and isinstance(value[0], dict)
    text = "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]" if nested else json.dumps(value)
    lines.append(f"{json.dumps(key)}: {text}")
path = pathlib.Path(__file__).with_name("optimizers.json")
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
