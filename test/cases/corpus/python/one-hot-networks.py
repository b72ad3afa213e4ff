"""Networks whose backward method makes its one-hot labels, and derivatives of softmax."""
import numpy as np


class ReluNetwork:
    def __init__(self, n_in, n_hidden, n_out):
        self.weights1 = np.random.randn(n_in, n_hidden) * 0.1
        self.bias1 = np.zeros((1, n_hidden))
        self.weights2 = np.random.randn(n_hidden, n_out) * 0.1
        self.bias2 = np.zeros((1, n_out))

    def softmax(self, x):  #: activation
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def forward(self, X):  #: model
        self.z1 = X @ self.weights1 + self.bias1
        self.a1 = np.maximum(0, self.z1)
        self.z2 = self.a1 @ self.weights2 + self.bias2
        self.a2 = self.softmax(self.z2)
        return self.a2

    def backward(self, X, y, output, rate):  #: propagate
        m = X.shape[0]
        targets = np.zeros((m, output.shape[1]))
        targets[np.arange(m), y] = 1
        dz2 = output - targets
        dw2 = self.a1.T @ dz2 / m  #: right
        db2 = np.sum(dz2, axis=0, keepdims=True) / m  #: right
        dz1 = dz2 @ self.weights2.T * (self.z1 > 0)
        dw1 = X.T @ dz1 / m  #: right
        db1 = np.sum(dz1, axis=0, keepdims=True) / m  #: right
        self.weights1 -= rate * dw1
        self.bias1 -= rate * db1
        self.weights2 -= rate * dw2
        self.bias2 -= rate * db2


class LinearOutputNetwork:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros((1, n_out))

    def forward(self, X):  #: model
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        return self.Z2

    def backward(self, X, y, output, rate):  #: propagate
        m = X.shape[0]
        d_output = output - y
        d_hidden = d_output @ self.W2.T * (1 - self.A1)
        dW2 = self.A1.T @ d_output / m  #: right
        db2 = np.sum(d_output, axis=0, keepdims=True) / m  #: right
        dW1 = X.T @ d_hidden / m  #: wrong
        db1 = np.sum(d_hidden, axis=0, keepdims=True) / m  #: wrong
        self.W1 -= rate * dW1
        self.b1 -= rate * db1
        self.W2 -= rate * dW2
        self.b2 -= rate * db2


def row_softmax(x):  #: activation
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def row_softmax_derivative(x):
    s = row_softmax(x)
    return s * (1 - s)  #: wrong


def softmax(x):  #: activation
    e = np.exp(x - np.max(x))
    return e / e.sum()


def softmax_prime(s):
    return s * (1 - s)  #: wrong


def logistic(x):  #: activation
    return 1 / (1 + np.exp(-x))


def logistic_prime(s):
    return s * (1 - s)  #: right
