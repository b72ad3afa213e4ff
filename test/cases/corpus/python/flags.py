"""One function that gives the value or the derivative."""
import numpy as np


def sigmoid(x, derivative=False):  #: activation
    s = 1 / (1 + np.exp(-x))
    if derivative:
        return s * (1 - s)  #: right
    return s


def tanh(x, deriv=False):  #: activation
    if deriv == True:
        return 1 - np.tanh(x) ** 2  #: right
    return np.tanh(x)


def relu(x, derivative=False):  #: activation
    if not derivative:
        return np.maximum(x, 0)
    return np.where(x > 0, 1, 0)  #: right


def squared_error(a, y, prime=False):  #: loss
    if prime:
        return y - a  #: wrong
    return 0.5 * np.sum((a - y) ** 2)


def nonlin(x, deriv=False):  #: activation
    if deriv:
        return x * (1 - x)  #: right
    return 1 / (1 + np.exp(-x))
