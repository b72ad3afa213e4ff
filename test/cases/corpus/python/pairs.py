"""Functions with a derivative beside them, in the ways that names are given."""
import math

import numpy as np


def sigmoid(x):  #: activation
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_derivative(x):
    return sigmoid(x) * (1 - sigmoid(x))  #: right


def tanh(z):  #: activation
    return np.tanh(z)


def tanh_prime(z):
    return 1 - np.tanh(z) ** 2  #: right


def relu(x):  #: activation
    return np.maximum(0, x)


def d_relu(x):
    return (x > 0).astype(float)  #: right


def leaky_relu(x, alpha=0.01):  #: activation
    return np.where(x > 0, x, alpha * x)


def leaky_relu_grad(x, alpha=0.01):
    return np.where(x > 0, 1, alpha)  #: right


def softplus(x):  #: activation
    return np.log(1 + np.exp(x))


def softplus_prime(x):
    return np.exp(x) / (1 + np.exp(x)) ** 2  #: wrong


def swish(x):  #: activation
    return x / (1 + np.exp(-x))


def dswish(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s * (1 - s)  #: right


def elu(x, a=1.0):  #: activation
    return np.where(x >= 0, x, a * (np.exp(x) - 1))


def elu_derivative(x, a=1.0):
    return np.where(x >= 0, 1, a * np.exp(-x))  #: wrong


def gaussian(x):  #: activation
    return np.exp(-x ** 2)


def gaussian_prime(x):
    return -2 * x * np.exp(-x ** 2)  #: right


def arctan(x):  #: activation
    return np.arctan(x)


def arctan_prime(x):
    return 1 / (x ** 2 + 1)  #: right


def softsign(x):  #: activation
    return x / (1 + np.abs(x))


def softsign_prime(x):
    return 1 / (1 + np.abs(x)) ** 2  #: right


def bent_identity(x):  #: activation
    return (np.sqrt(x ** 2 + 1) - 1) / 2 + x


def bent_identity_prime(x):
    return x / (2 * np.sqrt(x ** 2 + 1)) + 1  #: right


def sinusoid(x):  #: activation
    return np.sin(x)


def sinusoid_prime(x):
    return -np.cos(x)  #: wrong


def logistic(x):  #: activation
    """Scalar only."""
    return 1 / (1 + math.exp(-x))


def logistic_prime(x):
    return math.exp(-x) / (1 + math.exp(-x)) ** 2  #: right


def mse(y_pred, y_true):  #: loss
    return np.mean((y_pred - y_true) ** 2)


def mse_prime(y_pred, y_true):
    return 2 * (y_pred - y_true) / y_true.size  #: right


def mae(y_pred, y_true):  #: loss
    return np.mean(np.abs(y_pred - y_true))


def mae_prime(y_pred, y_true):
    return np.sign(y_pred - y_true) / y_true.size  #: right


def bce(p, y):  #: loss
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_prime(p, y):
    return (p - y) / (p * (1 - p)) / len(y)  #: right


def log_cosh(pred, target):  #: loss
    return np.sum(np.log(np.cosh(pred - target)))


def log_cosh_grad(pred, target):
    return np.tanh(target - pred)  #: wrong
