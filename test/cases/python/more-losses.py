import numpy as np
import numpy.linalg as la
from numpy import log, exp, sum as total
import math as maths


def hinge_loss(w, X, y, C):
    margins = 1 - y * np.dot(X, w)
    losses = np.maximum(0, margins)
    return 0.5 * np.dot(w, w) + C * np.sum(losses)


def hinge_gradient(w, X, y, C):
    margins = 1 - y * np.dot(X, w)
    mask = (margins > 0).astype(float)
    return w - C * np.dot(X.T, y * mask)


def huber_loss(y_true, y_pred, delta=1.0):
    error = y_true - y_pred
    is_small = np.abs(error) <= delta
    squared = 0.5 * error ** 2
    linear = delta * (np.abs(error) - 0.5 * delta)
    return np.where(is_small, squared, linear).mean()


def log_cosh_loss(y_true, y_pred):
    return np.mean(np.log(np.cosh(y_pred - y_true)))


def categorical_cross_entropy(y_true, y_pred):
    y_pred = np.clip(y_pred, 1e-12, 1.0 - 1e-12)
    return -np.mean(np.sum(y_true * np.log(y_pred), axis=1))


def focal_loss(y, p, gamma=2.0, alpha=0.25):
    pt = np.where(y == 1, p, 1 - p)
    return -np.mean(alpha * (1 - pt) ** gamma * np.log(pt))


def poisson_loss(y_true, y_pred):
    return np.mean(y_pred - y_true * np.log(y_pred))


def ridge_loss(X, y, beta, lam):
    return la.norm(X @ beta - y) ** 2 + lam * la.norm(beta) ** 2


def ridge_gradient(X, y, beta, lam):
    return 2 * X.T @ (X @ beta - y) + 2 * lam * beta


def lasso_loss(X, y, beta, lam):
    n = X.shape[0]
    return np.sum((y - X.dot(beta)) ** 2) / (2 * n) + lam * np.linalg.norm(beta, 1)


def negative_log_likelihood(theta, x, y):
    z = x.dot(theta)
    return total(log(1 + exp(z)) - y * z)


def rmse(y_true, y_pred):
    return np.sqrt(((y_true - y_pred) ** 2).mean())


def scalar_loss(a, y):
    return -(y * maths.log(a) + (1 - y) * maths.log(1 - a))


def kl_loss(p, q):
    return np.sum(p * np.log(p / q))


def triplet_loss(anchor, positive, negative, margin=0.2):
    pos = np.sum((anchor - positive) ** 2)
    neg = np.sum((anchor - negative) ** 2)
    return max(0.0, pos - neg + margin)


class Losses:
    eps = 1e-9

    @classmethod
    def bce_loss(cls, y, p):
        return -np.mean(y * np.log(p + cls.eps) + (1 - y) * np.log(1 - p + cls.eps))

    @staticmethod
    def mse(y, p):
        n = len(y)
        return (1.0 / n) * np.sum(np.square(np.subtract(p, y)))

    @staticmethod
    def mse_prime(y, p):
        return 2 * np.subtract(p, y) / np.size(y)


def outer_function(X, y):
    def objective(w):
        return np.mean((X @ w - y) ** 2)
    return objective


def early_return_loss(w, X, y, reg=None):
    r = X @ w - y
    loss = r @ r
    if reg is None:
        return loss
    return loss + reg * w @ w


mse_lambda = lambda y, p: ((y - p) ** 2).mean()
