import numpy as np


def loss(a, y):
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


def cost(w):
    return (w - 3) ** 2


def squared_error(a, b):
    return (a - b) ** 2


def hinge(score, y):
    return np.maximum(0, 1 - y * score)


def focal_loss(p, gamma):
    return -((1 - p) ** gamma) * np.log(p)


def example_loss(w, b, x, y):
    e = w * x + b - y
    return e * e


def quality(w, X, y):
    e = X @ w - y
    return np.dot(e, e)


def picked(logits, labels):
    p = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def bce_with_logits(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))


def ridge_penalty(w, lam):
    return lam * np.sum(w**2)


def energy_loss(w, X):
    return 0.5 * np.sum((X @ w) ** 2)
