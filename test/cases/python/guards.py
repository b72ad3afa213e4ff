import numpy as np


def loss_eps(A, Y):
    eps = 1e-8
    m = Y.shape[0]
    return -np.sum(Y * np.log(A + eps) + (1 - Y) * np.log(1 - A + eps)) / m


def loss_clip(y_true, y_pred, eps=1e-15):
    y_pred = np.clip(y_pred, eps, 1 - eps)
    return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))


def loss_logits(logits, y):
    return np.mean(np.logaddexp(0, logits) - y * logits)


def loss_softplus(z, y):
    return np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - y * z)


def nielsen_cost(a, y):
    return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))
