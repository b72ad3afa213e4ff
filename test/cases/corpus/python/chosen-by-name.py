"""Activations and their derivatives in two functions that choose by the same names, and methods with names of their own."""
import numpy as np


class Net:
    def squash(self, kind, x):
        if kind == "sigmoid":  #: activation
            return 1 / (1 + np.exp(-x))
        elif kind == "tanh":  #: activation
            return np.tanh(x)
        elif kind == "relu":  #: activation
            return np.where(x >= 0, x, 0)
        else:
            raise ValueError(kind)

    def derivate_fun(self, kind, x):
        if kind == "sigmoid":
            s = 1 / (1 + np.exp(-x))
            return s * (1 - s)  #: right
        elif kind == "tanh":
            return (1 - np.tanh(x)) ** 2  #: wrong
        elif kind == "relu":
            return np.where(x >= 0, 1, 0)  #: right
        else:
            raise ValueError(kind)


class Swish:
    def transfer(self, z):  #: activation
        return z / (1 + np.exp(-z))

    def initial(self, fan_in, fan_out=1):
        return np.random.randn(fan_in, fan_out)

    def activation_prime(self, z):
        s = 1 / (1 + np.exp(-z))
        return s + z * s * (1 - s)  #: right


class MSE:
    def calc(y_hat, y):  #: loss
        return np.sum((y_hat - y) ** 2) / (2 * y.shape[1])

    def grad(y_hat, y):
        return (y_hat - y) / y.shape[1]  #: right


class SummedMSE:
    def calc(y_hat, y):  #: loss
        return np.sum((y_hat - y) ** 2) / (2 * y.shape[1])

    def grad(y_hat, y):
        return np.sum(y_hat - y) / y.shape[1]  #: wrong


def gaussian_nll(x, mu, sigma):  #: loss
    if sigma <= 0:
        return np.inf
    eps = np.finfo(float).eps
    return np.sum(0.5 * ((x - mu) / sigma) ** 2 + np.log(sigma + eps))


def mean_cost(x, y, w, b, m):  #: loss
    total = 0
    for i in range(m):
        total += (w * x[i] + b - y[i]) ** 2
    return total / (2 * m)
