"""Functions of a point whose coordinates are read one by one, with what is written beside them."""
import numpy as np


def rosenbrock(x, b=100.0):  #: loss
    return b * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def rosenbrock_grad(x, b=100.0):
    df_dx = -4 * b * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
    df_dy = 2 * b * (x[1] - x[0] ** 2)
    return np.array([df_dx, df_dy])  #: right


def himmelblau(p):  #: loss
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def himmelblau_gradient(p):
    x, y = p
    gx = 4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7)  #: right
    gy = 2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)  #: right
    return np.array([gx, gy])


def booth(p):  #: loss
    x, y = p
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


def booth_gradient(p):
    x, y = p
    gx = 2 * (x + 2 * y - 7) + 2 * (2 * x + y - 5)  #: wrong
    gy = 4 * (x + 2 * y - 7) + 2 * (2 * x + y - 5)  #: right
    return np.array([gx, gy])


class Saddle:
    def __call__(self, q, scale=3.0):  #: loss
        u = q[0]
        v = q[1]
        return scale * u**2 - v**2 + u * v**3

    def grad(self, q, scale=3.0):
        g = np.zeros(2)
        g[0] = 2 * scale * q[0] + q[1] ** 3
        g[1] = -2 * q[1] + 3 * q[0] * q[1] ** 2  #: right
        return g


def rate_nll(params, load, counts, hours):  #: loss
    a, C = params
    rate = C * np.exp(a * load)
    return -np.sum(counts * np.log(rate) - hours * rate)


def rate_nll_grad(params, load, counts, hours):
    a, C = params
    rate = C * np.exp(a * load)
    grad_a = np.sum(load * (hours * rate - counts))  #: right
    grad_C = np.sum(hours * np.exp(a * load) - counts)  #: wrong
    return np.array([grad_a, grad_C])
