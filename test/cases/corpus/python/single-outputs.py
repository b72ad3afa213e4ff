"""Networks of one output: the mean over a column of labels is one over the samples."""
import numpy as np


def squash(v):  #: activation
    return 1 / (1 + np.exp(-v))


def one_step(X, y, W1, b1, W2, b2, rate):  #: propagate
    hidden = np.maximum(0, X @ W1 + b1)
    p = squash(hidden @ W2 + b2)
    loss = np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p)))
    N = X.shape[0]
    d2 = p - y
    dW2 = hidden.T @ d2 / N  #: right
    db2 = np.sum(d2, axis=0, keepdims=True) / N  #: right
    d1 = d2 @ W2.T * (hidden > 0)
    dW1 = X.T @ d1 / N  #: right
    db1 = np.sum(d1, axis=0, keepdims=True) / N  #: right
    W1 -= rate * dW1
    b1 -= rate * db1
    W2 -= rate * dW2
    b2 -= rate * db2
    return W1, b1, W2, b2, loss


def step_of_squares(X, y, W1, W2):  #: propagate
    hidden = np.tanh(X @ W1)
    prediction = hidden @ W2
    loss = np.mean((prediction - y) ** 2)
    N = X.shape[0]
    d2 = (prediction - y) / N
    dW2 = hidden.T @ d2  #: wrong
    dW1 = X.T @ (d2 @ W2.T * (1 - hidden ** 2))  #: wrong
    return loss, dW1, dW2
