"""What makes the weights says their shapes: the sum that is forgotten for a bias shows."""
import numpy as np


def init_weights():
    W1 = np.random.rand(20, 64) - 0.5
    b1 = np.random.rand(20, 1) - 0.5
    W2 = np.random.rand(5, 20) - 0.5
    b2 = np.random.rand(5, 1) - 0.5
    return W1, b1, W2, b2


def softmax(s):  #: activation
    return np.exp(s) / sum(np.exp(s))


def forward_prop(W1, b1, W2, b2, X):  #: model
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    table = np.zeros((Y.size, Y.max() + 1))
    table[np.arange(Y.size), Y] = 1
    return table.T


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):  #: propagate
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)  #: right
    db2 = 1 / m * np.sum(dZ2)  #: wrong
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)  #: right
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)  #: right
    return dW1, db1, dW2, db2
