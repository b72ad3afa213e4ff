import numpy as np


def compute_cost(X, y, w, b):
    m = X.shape[0]
    f = X @ w + b
    return np.sum((f - y) ** 2) / (2 * m)


def compute_gradient(X, y, w, b):
    m, n = X.shape
    err = X @ w + b - y
    dj_dw = X.T @ err / m
    dj_db = err.sum() / m
    return dj_dw, dj_db


def mse(X, y, theta):
    residual = X.dot(theta) - y
    return np.dot(residual, residual) / len(y)


def mse_gradient(X, y, theta):
    return 2 * X.T.dot(X.dot(theta) - y) / len(y)


def half_squared_error(y_true, y_pred):
    return 0.5 * np.mean((y_true - y_pred) ** 2)
