"""Classes whose methods say which is which: value and derivative, call and gradient; functions with suffixes."""
import numpy as np
from scipy.special import expit


class Logistic:
    def output(self, z):  #: activation
        return 1.0 / (1.0 + np.exp(-z))

    def derivative(self, z):
        s = self.output(z)
        return s * (1.0 - s)  #: right


class Rectifier:
    def function(self, z):  #: activation
        return np.maximum(0.0, z)

    def derivative(self, z):
        return np.where(z > 0, 1.0, 0.0)  #: right


class Leaky:
    def __init__(self, slope=0.2):
        self.slope = slope

    def __call__(self, z):  #: activation
        value = np.maximum(self.slope * z, z)
        deriv = np.where(z > 0, 1, self.slope)  #: right
        return value, deriv


class Expit:
    def activate(self, z):  #: activation
        return expit(z)

    def derivative(self, z):
        return expit(z) * (1 + expit(z))  #: wrong


class SquareLoss:
    def get_error(self, out, want):  #: loss
        return 0.5 * np.sum((out - want) ** 2)

    def diff(self, out, want):
        return out - want  #: right


class HalfRoot:
    def get_error(self, out, want):  #: loss
        return 0.5 * np.sqrt(np.sum((out - want) ** 2))

    def diff(self, out, want):
        return out - want  #: wrong


def tanh_value(x):  #: activation
    return np.tanh(x)


def tanh_deriv(fx, x):
    return 1.0 - fx * fx  #: right


def gauss(s):  #: activation
    return np.exp(-(s**2))


def gaussp(s):
    return -2 * s * np.exp(-(s**2))  #: right


def nonlin(x, deriv=True):  #: activation
    if deriv:
        return np.exp(-x) / (1 + np.exp(-x)) ** 2  #: right
    return 1 / (1 + np.exp(-x))
