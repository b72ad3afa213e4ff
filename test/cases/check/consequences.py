"""Gradients that are wrong only because one that they are computed from is."""
import numpy as np


def backward(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    e = np.exp(z2)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(p)) / m
    dz2 = (p - Y) / m  #: right
    dW2 = a1.T @ dz2  #: right
    db2 = dz2.sum(axis=0)  #: right
    dz1 = (dz2 @ W2.T) * (1 - a1)  #: wrong gradient-wrong-power
    dW1 = X.T @ dz1  #: wrong gradient-follows-wrong
    db1 = dz1.sum(axis=0)  #: wrong gradient-follows-wrong
    return loss, dW1, db1, dW2, db2


def two_mistakes(X, y, w, v):
    h = np.tanh(X @ w)
    r = h * v - y
    loss = np.sum(r**2)
    dr = r  #: wrong gradient-constant-factor
    dh = dr * v  #: wrong gradient-constant-factor
    dv = np.sum(dr * h)  #: wrong gradient-missing-factor
    dw = X.T @ (dh * (1 - h))  #: wrong gradient-differs
    return loss, dw, dv
