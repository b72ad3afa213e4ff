"""Objectives of boosted trees: the first and the second derivative of a loss that is not there."""

import numpy as np


def logit_objective(preds, dtrain):  #: gradient
    labels = dtrain.get_label()
    p = 1.0 / (1.0 + np.exp(-preds))
    grad = p - labels
    hess = p * (1.0 - p)  #: right
    return grad, hess


def weighted_objective(y_pred, train_data):  #: gradient
    y_true = train_data.get_label()
    weight = train_data.get_weight()
    p = 1.0 / (1.0 + np.exp(-y_pred))
    grad = weight * (p - y_true)
    hess = weight * p * (1.0 - p)  #: right
    return grad, hess


def brier(preds, dtrain):  #: gradient
    target = dtrain.get_label()
    p = 1.0 / (1.0 + np.exp(-preds))
    grad = 2 * (p - target) * p * (1 - p)
    hess = 2 * p * (1 - p) * (1 - p - (p - target))  #: wrong
    return grad, hess


def log_cosh_objective(y_true, y_pred):  #: gradient
    d = y_pred - y_true
    grad = np.tanh(d)
    hess = 1.0 - grad ** 2  #: right
    return grad, hess


def pseudo_huber(y_true, y_pred):  #: gradient
    d = y_pred - y_true
    scale = 1 + d ** 2
    root = np.sqrt(scale)
    grad = d / root
    hess = 1 / (scale * scale)  #: wrong
    return grad, hess


def asymmetric(y_true, y_pred):  #: gradient
    residual = y_true - y_pred
    grad = np.where(residual < 0, -2 * 10.0 * residual, -2 * residual)
    hess = np.where(residual < 0, 2 * 10.0, 2.0)  #: right
    return grad, hess


class Poisson:
    def __init__(self, offset=0.5):
        self.offset = offset

    def objective(self, preds, dtrain):  #: gradient
        y = dtrain.get_label()
        mu = np.exp(preds + self.offset)
        return mu - y, mu  #: right


def make_focal(gamma):
    def objective(preds, dtrain):  #: gradient
        y = dtrain.get_label()
        p = 1 / (1 + np.exp(-preds))
        grad = (p - y) * gamma
        hess = -p * (1 - p) * gamma  #: wrong
        return grad, hess

    return objective


def quantile(preds, dtrain):  #: gradient
    """The curvature is 0, and 1 is put in its place."""
    y = dtrain.get_label()
    grad = np.where(preds > y, 0.1, -0.9)
    hess = np.ones_like(preds)
    return grad, hess


def expected(preds, dtrain):  #: gradient
    """The curvature of the mean, which is never negative."""
    y = dtrain.get_label()
    p = 1 / (1 + np.exp(-preds))
    grad = 2 * (p - y) * p * (1 - p)
    hess = 2 * (p * (1 - p)) ** 2
    return grad, hess


def softmax(x):  #: activation
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def classes(y_true, y_pred):  #: gradient
    """Twice the diagonal, which bounds the whole of it."""
    p = softmax(y_pred)
    grad = p - y_true
    hess = 2.0 * p * (1.0 - p)
    return grad, hess


def positive(preds, dtrain):  #: gradient
    """The curvature, kept above 0."""
    y = dtrain.get_label()
    p = 1 / (1 + np.exp(-preds))
    grad = 2 * (p - y) * p * (1 - p)
    hess = np.maximum(2 * p * (1 - p) * (p * (1 - p) + (p - y) * (1 - 2 * p)), 1e-6)  #: right
    return grad, hess


def turned_round(preds, dtrain):  #: gradient
    """The gradient is that of the labels: either it or the curvature has the wrong sign."""
    d = dtrain - preds
    root = np.sqrt(1 + d ** 2)
    grad = d / root
    hess = 1 / root ** 3
    return grad, hess


class MeanLogLoss:
    """The loss is a mean, and trees are given what belongs to each sample."""

    def loss(self, y_true, y_pred):  #: loss
        p = 1 / (1 + np.exp(-y_pred))
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))

    def gradient(self, y_true, y_pred):
        p = 1 / (1 + np.exp(-y_pred))
        grad = p - y_true  #: right
        hess = p * (1 - p)  #: right
        return grad, hess


class HardnessLoss:
    """Written for probabilities, differentiated by the scores that they are the sigmoid of."""

    def __init__(self, power):
        self.power = power

    def of_label(self, y, p):
        p = np.clip(p, 1e-12, 1 - 1e-12)
        return np.where(y, p, 1 - p)

    def __call__(self, y_true, y_pred):  #: loss
        q = self.of_label(y_true, y_pred)
        return -((1 - q) ** self.power) * np.log(q)

    def grad(self, y_true, y_pred):
        side = 2 * y_true - 1
        q = self.of_label(y_true, y_pred)
        return side * (1 - q) ** self.power * (self.power * q * np.log(q) + q - 1)  #: right

    def hess(self, y_true, y_pred):
        side = 2 * y_true - 1
        q = self.of_label(y_true, y_pred)
        g = self.power
        u = side * (1 - q) ** g
        du = -side * g * (1 - q) ** (g - 1)
        v = g * q * np.log(q) + q - 1
        dv = g * np.log(q) + g + 1
        return (du * v + u * dv) * side * q * (1 - q)  #: right


def steps(preds, dtrain):
    """Nothing of a second derivative."""
    y = dtrain.get_label()
    return preds - y, len(y)
