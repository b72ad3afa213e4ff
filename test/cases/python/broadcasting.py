import numpy as np


def column_against_row_vector(y_true, y_pred):
    y_true = y_true.reshape(-1, 1)
    return np.mean((y_true - y_pred) ** 2)


def pairwise_loss(x, y):
    d = x[:, None] - y[None, :]
    return np.sum(d ** 2)


def explicit_columns(X, y, w, b):
    y = y.reshape(-1, 1)
    z = np.dot(X, w) + b
    loss = np.mean((z - y) ** 2)
    return loss


def weighted_loss(X, y, w, sample_weight):
    r = X @ w - y
    return np.sum(sample_weight * r ** 2) / np.sum(sample_weight)


def centred_loss(X, y, w):
    Xc = X - X.mean(axis=0)
    r = Xc @ w - y
    return r @ r / len(y)


def newaxis_loss(X, y, w):
    pred = (X * w[np.newaxis, :]).sum(axis=1)
    return ((pred - y) ** 2).mean()


def column_weights(w, X, y):
    m = X.shape[0]
    h = 1 / (1 + np.exp(-np.dot(X, w)))
    cost = (1 / m) * np.sum(-np.dot(y.T, np.log(h)) - np.dot((1 - y).T, np.log(1 - h)))
    grad = (1 / m) * np.dot(X.T, h - y)
    return cost, grad


def einsum_loss(W, X, Y):
    P = np.einsum("ij,jk->ik", X, W)
    return 0.5 * np.einsum("ik,ik->", P - Y, P - Y)
