"""Second derivatives beside losses and gradients: right, wrong, and put in their place on purpose."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def logistic_loss(w, X, y):
    p = sigmoid(X @ w)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def logistic_grad(w, X, y):
    return X.T @ (sigmoid(X @ w) - y)  #: right


def logistic_hessian(w, X, y):
    p = sigmoid(X @ w)
    return X.T @ np.diag(p) @ X  #: wrong gradient-lacks-factor


def ridge_loss(w, X, y, lam):
    r = X @ w - y
    return 0.5 * r @ r + 0.5 * lam * w @ w


def ridge_grad(w, X, y, lam):
    return X.T @ (X @ w - y) + lam * w  #: right


def ridge_hessian(w, X, y, lam):
    return X.T @ X + lam * np.eye(len(w))  #: right


def ridge_hess_vec(w, v, X, y, lam):
    return X.T @ (X @ v)  #: wrong gradient-differs


def newton_step(w, X, y):
    p = sigmoid(X @ w)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y) / len(y)  #: right
    H = X.T @ (X * (p * (1 - p))[:, None]) / len(y) + 0.01 * np.eye(X.shape[1])  #: right
    return loss, grad, H


def bounded_step(w, X, y):
    p = sigmoid(X @ w)
    loss = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y)  #: right
    H = X.T @ X / 4  #: unknown
    return loss, grad, H


def brier(preds, dtrain):
    y = dtrain.get_label()
    p = sigmoid(preds)
    grad = 2 * (p - y) * p * (1 - p)
    hess = 2 * p * (1 - p) * (1 - 2 * p * (p - y))  #: wrong gradient-differs
    return grad, hess


def brier_expected(preds, dtrain):
    y = dtrain.get_label()
    p = sigmoid(preds)
    grad = 2 * (p - y) * p * (1 - p)
    hess = 2 * (p * (1 - p)) ** 2  #: unknown
    return grad, hess


def quantile(preds, dtrain):
    y = dtrain.get_label()
    grad = np.where(preds > y, 0.1, -0.9)
    hess = np.ones_like(preds)
    return grad, hess  #: unknown


def probit_like(preds, dtrain):
    """A gradient with the curvature that is expected of it, as in Fisher's scoring."""
    y = dtrain.get_label()
    grad = np.exp(preds) - y
    hess = 2 * np.exp(preds) - y + 1  #: unknown
    return grad, hess
