import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = np.sum((A - Y) ** 2) / m
    dA = 2 * (A - Y) / m
    dZ = dA * A * (1 - A)
    dw = np.dot(X.T, dZ)
    db = np.sum(dZ)
    return cost, {"dw": dw, "db": db}
