"""Gradients that get their last factor where they are returned, and whose names say only half of what they are by."""
import numpy as np
from helpers import sigmoid


def cost(X, y, w, b):  #: loss
    m = X.shape[0]
    total = 0.0
    for i in range(m):
        f = sigmoid(np.dot(X[i], w) + b)
        total += -y[i] * np.log(f) - (1 - y[i]) * np.log(1 - f)
    return total / m


def cost_gradient(X, y, w, b):
    m, n = X.shape
    dj_dw = np.zeros(n)
    dj_db = 0.0
    for i in range(m):
        err = sigmoid(np.dot(X[i], w) + b) - y[i]
        dj_dw += err * X[i]
        dj_db += err
    return dj_db / m, dj_dw / m  #: right


def line_cost(x, y, w, b):  #: loss
    return np.mean((w * x + b - y) ** 2)


def line_cost_gradient(x, y, w, b):
    err = w * x + b - y
    b_part = 2 * np.mean(err)  #: right
    w_part = 2 * np.mean(err * x)  #: right
    return b_part, w_part


def softmax(z):  #: activation
    e = np.exp(z - np.max(z))
    return e / e.sum()


def word_cost(center, target, outside):  #: propagate
    """target -- integer, the position of the word"""
    probs = softmax(outside.dot(center))
    cost = -np.log(probs[target])
    probs[target] -= 1
    grad_center = outside.T.dot(probs)  #: right
    grad = np.outer(probs, center)  #: right
    return cost, grad_center, grad


def ridge_penalty(theta):  #: regulariser
    return np.sum(theta**2)


def ridge_penalty_grad(theta):
    return theta  #: wrong


def weight_penalty(w):  #: regulariser
    return 0.5 * np.sum(w**2)


def weight_penalty_grad(w):
    return w  #: right
