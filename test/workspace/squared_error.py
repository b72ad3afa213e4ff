import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(w, b, X, y):
    a = sigmoid(X @ w + b)
    return np.mean((a - y)**2)


def gradient(w, b, X, y):
    a = sigmoid(X @ w + b)
    m = X.shape[0]
    dw = 2/m * X.T @ ((a - y) * a * (1 - a))
    db = 2/m * np.sum((a - y) * a * (1 - a))
    return dw, db
