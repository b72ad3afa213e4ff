"""Lambdas, nested functions, and imports under other names."""
import numpy
from numpy import dot, exp, log, mean, tanh
import numpy as N

sigmoid = lambda x: 1 / (1 + exp(-x))  #: activation
dsigmoid = lambda x: sigmoid(x) * (1 - sigmoid(x))  #: right

square = lambda a, y: 0.5 * (a - y) ** 2  #: loss
dsquare = lambda a, y: a - y  #: right


def cross_entropy(p, y):  #: loss
    return -mean(y * log(p) + (1 - y) * log(1 - p))


def silu(x):  #: activation
    return x * numpy.reciprocal(1 + numpy.exp(-x))


def gelu(x):  #: activation
    return 0.5 * x * (1 + tanh(N.sqrt(2 / N.pi) * (x + 0.044715 * N.power(x, 3))))


def logistic_loss(w, X, y):  #: loss
    def inner(z):
        return 1 / (1 + exp(-z))

    p = inner(dot(X, w))
    return -mean(y * log(p) + (1 - y) * log(1 - p))
