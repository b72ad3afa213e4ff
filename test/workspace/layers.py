"""Functions whose values are arrays, and a loss with kinks."""
import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def relu_layer(W, b, X):
    z = X @ W.T + b
    return np.maximum(0, z)


def hinge_loss(w, b, X, y):
    f = X @ w + b
    return np.mean(np.maximum(0, 1 - y * f))
