"""The same with the prediction first, classes, and a slip."""
import numpy as np


def softmax(s):  #: activation
    e = np.exp(s - np.max(s, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def forward_prop(X, W1, b1, W2, b2):  #: model
    Z1 = W1.dot(X) + b1
    A1 = np.tanh(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return A2, A1, Z1


def cross_entropy(A2, Y):  #: loss
    return -np.sum(Y * np.log(A2 + 1e-9)) / Y.shape[1]


def back_prop(X, Y, A1, A2, W2):  #: propagate
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = dZ2.dot(A1.T) / m  #: right
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m  #: right
    dZ1 = W2.T.dot(dZ2) * (1 - A1)  #: wrong
    dW1 = dZ1.dot(X.T) / m  #: wrong
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m  #: wrong
    return dW1, db1, dW2, db2


def update(W1, b1, W2, b2, dW1, db1, dW2, db2, rate):
    return W1 - rate * dW1, b1 - rate * db1, W2 - rate * dW2, b2 - rate * db2
