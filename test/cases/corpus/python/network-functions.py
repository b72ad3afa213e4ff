"""Forward, loss and backward as functions that hand each other every activation."""
import numpy as np


def squash(v):  #: activation
    return 1 / (1 + np.exp(-v))


def forward(X, W1, b1, W2, b2):  #: model
    z1 = np.dot(X, W1) + b1
    a1 = squash(z1)
    z2 = np.dot(a1, W2) + b2
    a2 = squash(z2)
    return a1, a2


def log_loss(y_true, y_pred):  #: loss
    return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))


def backward(X, y, a1, a2, W2):  #: propagate
    m = len(y)
    dz2 = a2 - y.reshape(-1, 1)
    dW2 = np.dot(a1.T, dz2) / m  #: right
    db2 = np.mean(dz2, axis=0)  #: right
    dz1 = np.dot(dz2, W2.T) * a1 * (1 - a1)
    dW1 = np.dot(X.T, dz1) / m  #: right
    db1 = np.mean(dz1, axis=0)  #: right
    return dW1, db1, dW2, db2
