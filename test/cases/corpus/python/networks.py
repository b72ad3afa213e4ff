"""Networks over several methods: forward, loss, and a backward pass that is the gradient of both together."""
import numpy as np


def sigmoid(z):  #: activation
    return 1 / (1 + np.exp(-z))


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.01
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out) * 0.01
        self.b2 = np.zeros((1, n_out))
        self.lr = lr

    def forward(self, X):  #: model
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = np.tanh(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.a2 = sigmoid(self.z2)
        return self.a2

    def loss(self, y, y_hat):  #: loss
        m = y.shape[0]
        return -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)) / m

    def backward(self, X, y):  #: propagate
        m = X.shape[0]
        dz2 = self.a2 - y
        dW2 = np.dot(self.a1.T, dz2) / m  #: right
        db2 = np.sum(dz2, axis=0, keepdims=True) / m  #: right
        dz1 = np.dot(dz2, self.W2.T) * (1 - self.a1 ** 2)
        dW1 = np.dot(X.T, dz1) / m  #: right
        db1 = np.sum(dz1, axis=0, keepdims=True) / m  #: right
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1

    def train(self, X, y, epochs):
        for _ in range(epochs):
            y_hat = self.forward(X)
            print(self.loss(y, y_hat))
            self.backward(X, y)


class TwoLayerRegressor:
    def __init__(self, n_in, n_hidden):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, 1)
        self.b2 = np.zeros(1)

    def forward(self, X):  #: model
        self.z1 = X @ self.W1 + self.b1
        self.h = np.maximum(0, self.z1)
        return self.h @ self.W2 + self.b2

    def compute_loss(self, y_pred, y_true):  #: loss
        return np.mean((y_pred - y_true) ** 2)

    def backward(self, X, y_true, y_pred):  #: propagate
        n = X.shape[0]
        d_out = 2 * (y_pred - y_true) / n
        self.dW2 = self.h.T @ d_out  #: right
        self.db2 = d_out.sum(axis=0)  #: right
        d_h = d_out @ self.W2.T
        self.dW1 = X.T @ d_h  #: wrong
        self.db1 = d_h.sum(axis=0)  #: wrong


class LogisticRegression:
    def predict_proba(self, X):  #: model
        return sigmoid(X @ self.w + self.b)

    def loss(self, y, p):  #: loss
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradients(self, X, y):  #: propagate
        p = self.predict_proba(X)
        dw = X.T @ (p - y) / len(y)  #: right
        db = np.mean(p - y)  #: right
        return dw, db


def forward_propagation(X, parameters):  #: model
    """
    X -- input data of size (n_x, m)
    """
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def compute_cost(A2, Y):  #: loss
    """
    A2 -- output of the second activation, of shape (1, number of examples)
    Y -- labels, of shape (1, number of examples)
    """
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    cost = -np.sum(logprobs) / m
    cost = float(np.squeeze(cost))
    return cost


def backward_propagation(parameters, cache, X, Y):  #: propagate
    m = X.shape[1]
    W1 = parameters["W1"]
    W2 = parameters["W2"]
    A1 = cache["A1"]
    A2 = cache["A2"]
    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A1.T)  #: right
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)  #: right
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)  #: right
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)  #: right
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads
