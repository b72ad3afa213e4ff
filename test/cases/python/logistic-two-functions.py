import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def compute_cost(w, b, X, y):
    """Mean cross-entropy of a logistic model."""
    h = sigmoid(X @ w + b)
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))


def compute_gradient(w, b, X, y):
    m = X.shape[0]
    err = sigmoid(X @ w + b) - y
    dj_dw = X.T @ err / m
    dj_db = np.sum(err) / m
    return dj_dw, dj_db
