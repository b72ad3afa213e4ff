import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def not_transposed(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * np.dot(X, A - Y)
    db = 1 / m * np.sum(A - Y)
    return cost, {"dw": dw, "db": db}


def not_summed(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * np.dot(X.T, A - Y)
    db = 1 / m * (A - Y)
    return cost, {"dw": dw, "db": db}


def sign(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * np.dot(X.T, Y - A)
    db = 1 / m * np.sum(X @ w + b - Y)
    return cost, {"dw": dw, "db": db}
