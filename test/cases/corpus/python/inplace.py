"""Statements that change arrays in place."""
import numpy as np


def elu(x, a):  #: activation
    out = x.copy()
    out[x < 0] = a * (np.exp(x[x < 0]) - 1)
    return out


def elu_grad(x, a):
    g = np.ones_like(x)
    g[x < 0] = a * np.exp(x[x < 0])  #: right
    return g


def relu(x):  #: activation
    y = np.copy(x)
    y[y < 0] = 0
    return y


def relu_grad(x):
    g = np.zeros_like(x)
    g[x > 0] = 1  #: right
    return g


def ridge_loss(w, X, y, lam):  #: propagate
    r = X.dot(w)
    r -= y
    loss = np.sum(r ** 2)
    loss *= 0.5
    loss += 0.5 * lam * np.sum(w ** 2)
    grad = X.T.dot(r)
    grad += lam * w  #: right
    return loss, grad


def cross_entropy(scores, y):  #: propagate
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = scores.shape[0]
    loss = -log_probs[np.arange(n), y].mean()
    dscores = np.exp(log_probs)
    dscores[np.arange(n), y] -= 1
    dscores /= n  #: right
    return loss, dscores
