import numpy as np
from math import exp, log


def sigma(z):
    return 1 / (1 + exp(-z))


def loss(w, b, x, y):
    a = sigma(np.dot(w, x) + b)
    return -(y * log(a) + (1 - y) * log(1 - a))


def bce(a, y):
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


def bce_derivative(a, y):
    return (a - y) / (a * (1 - a))


def squared(w, b, x, y):
    a = sigma(np.dot(w, x) + b)
    loss = 0.5 * (a - y) ** 2
    da = a - y
    dz = da * a * (1 - a)
    dw = dz * x
    db = dz
    return loss, dw, db
