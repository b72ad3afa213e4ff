import numpy as np


def nonlin(x, deriv=False):
    if deriv == True:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def relu(x, derivative=False):
    if derivative:
        return np.where(x > 0, 1.0, 0.0)
    return np.maximum(x, 0)


def activation(x, kind="tanh"):
    if kind == "tanh":
        return np.tanh(x)
    elif kind == "relu":
        return np.maximum(0, x)
    raise ValueError(kind)
