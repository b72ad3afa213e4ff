import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y, lam):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    cost = cost + lam / (2 * m) * np.sum(w ** 2)
    dw = 1 / m * np.dot(X.T, A - Y) + lam / m * w
    db = 1 / m * np.sum(A - Y)
    return cost, {"dw": dw, "db": db}


def loss_with_dot_penalty(w, b, X, y, lambda_=0.1):
    p = sigmoid(X @ w + b)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    loss += lambda_ * np.dot(w, w)
    grad_w = X.T @ (p - y) / len(y) + 2 * lambda_ * w
    grad_b = np.mean(p - y)
    return loss, grad_w, grad_b


def ridge_penalty(w, lam):
    return lam * np.sum(np.square(w))
