"""Losses over arrays with what they are made of, without gradients."""
import numpy as np
from numpy import exp, log


def focal_loss(p, y, alpha=0.25, gamma=2.0):  #: loss
    pt = np.where(y == 1, p, 1 - p)
    weight = np.where(y == 1, alpha, 1 - alpha)
    return -np.mean(weight * (1 - pt) ** gamma * log(pt))


def quantile_loss(q, y, f):  #: loss
    e = y - f
    return np.mean(np.maximum(q * e, (q - 1) * e))


def hinge_loss(w, b, X, y, C=1.5):  #: loss
    margins = y * (X @ w + b)
    return 0.5 * w @ w + C * np.sum(np.maximum(0, 1 - margins))


def poisson_deviance(w, X, y):  #: loss
    rate = exp(X.dot(w))
    return 2 * np.sum(y * log(y / rate) - (y - rate))


def kl_loss(mu, logvar):  #: loss
    return -0.5 * np.sum(1 + logvar - mu ** 2 - exp(logvar))


def softmax_loss(W, X, y, reg=0.1):  #: loss
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    logp = scores - log(exp(scores).sum(axis=1, keepdims=True))
    data_loss = -logp[np.arange(len(y)), y].mean()
    return data_loss + 0.5 * reg * np.sum(W * W)


def dice_loss(p, t, smooth=1.0):  #: loss
    inter = np.sum(p * t)
    return 1 - (2 * inter + smooth) / (np.sum(p) + np.sum(t) + smooth)


def logcosh_loss(y_true, y_pred):  #: loss
    return np.mean(np.log(np.cosh(y_pred - y_true)))


def triplet_loss(anchor, positive, negative, margin=0.5):  #: loss
    near = np.sum((anchor - positive) ** 2, axis=-1)
    far = np.sum((anchor - negative) ** 2, axis=-1)
    return np.mean(np.maximum(0.0, near - far + margin))


def ridge_cost(theta, X, y, lam):  #: loss
    m = len(y)
    residual = np.dot(X, theta) - y
    return (np.dot(residual, residual) + lam * np.dot(theta, theta)) / (2 * m)
