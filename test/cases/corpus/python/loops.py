"""Sums written as loops."""
import math

import numpy as np


def compute_cost(X, y, w, b):  #: loss
    m = X.shape[0]
    cost = 0.0
    for i in range(m):
        f = np.dot(X[i], w) + b
        cost = cost + (f - y[i]) ** 2
    return cost / (2 * m)


def compute_gradient(X, y, w, b):
    m, n = X.shape
    dj_dw = np.zeros((n,))
    dj_db = 0.0
    for i in range(m):
        err = (np.dot(X[i], w) + b) - y[i]
        for j in range(n):
            dj_dw[j] = dj_dw[j] + err * X[i, j]
        dj_db = dj_db + err
    dj_dw = dj_dw / m  #: right
    dj_db = dj_db / m  #: right
    return dj_db, dj_dw


def total_log_loss(p, y):  #: loss
    total = 0
    for k in range(len(y)):
        total -= y[k] * math.log(p[k]) + (1 - y[k]) * math.log(1 - p[k])
    return total


def mean_hinge(scores, labels):  #: loss
    loss = 0.0
    for s, t in zip(scores, labels):
        loss += max(0, 1 - s * t)
    return loss / len(labels)


def squared(w, X, y):  #: loss
    return sum((np.dot(w, x) - t) ** 2 for x, t in zip(X, y)) / len(y)


def cost_by_samples(X, y, w, b):  #: loss
    m = X.shape[0]
    total = 0.0
    for i in range(m):
        total = total + (np.dot(X[i], w) + b - y[i]) ** 2
    return total / (2 * m)


def gradient_by_samples(X, y, w, b):
    m, n = X.shape
    dj_dw = np.zeros(n)
    dj_db = 0.0
    for i in range(m):
        err = np.dot(X[i], w) + b - y[i]
        for j in range(n):
            dj_dw[j] = dj_dw[j] + err * X[i, j]
        dj_db = dj_db + err
    dj_dw = dj_dw / m  #: right
    dj_db = dj_db / m  #: right
    return dj_dw, dj_db
