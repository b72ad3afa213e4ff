"""Layers with the gradient from above, networks whose class states its shapes."""
import numpy as np

class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad_output):
        return grad_output * self.out * (1 - self.out)  #: right

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_output):
        return grad_output * (1 + self.out ** 2)  #: wrong gradient-term-sign

class ReLU:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0  #: right
        dx = dout
        return dx

class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros((1, n_out))
        self.lr = lr

    def forward(self, X):
        self.a1 = np.tanh(np.dot(X, self.W1) + self.b1)
        self.a2 = 1 / (1 + np.exp(-(np.dot(self.a1, self.W2) + self.b2)))
        return self.a2

    def loss(self, y_hat, y):
        m = y.shape[0]
        return -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)) / m

    def backward(self, X, y):
        m = X.shape[0]
        dz2 = self.a2 - y
        dW2 = np.dot(self.a1.T, dz2) / m  #: right
        db2 = np.sum(dz2, axis=0, keepdims=True) / m  #: right
        dz1 = np.dot(dz2, self.W2.T) * (1 - self.a1 ** 2)
        dW1 = np.dot(X.T, dz1) / m  #: right
        db1 = np.sum(dz1, axis=0, keepdims=True) / m  #: right
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2

class Regression:
    def __init__(self, d, k):
        self.W = 0.1 * np.random.randn(d, k)
        self.b = np.zeros((1, k))

    def loss(self, X, Y):
        R = X @ self.W + self.b - Y
        return np.sum(R ** 2) / len(X)

    def gradient(self, X, Y):
        R = X @ self.W + self.b - Y
        dW = 2 * X.T @ R / len(X)  #: right
        db = 2 * np.sum(R, axis=0, keepdims=True) / len(X)  #: right
        return dW, db

class ColumnRegression(Regression):
    def __init__(self, d, k):
        self.W = 0.1 * np.random.randn(d, k)
        self.b = np.zeros((1, k))

    def loss(self, X, Y):
        R = X @ self.W + self.b - Y
        return np.sum(R ** 2) / len(X)

    def gradient(self, X, Y):
        R = X @ self.W + self.b - Y
        dW = 2 * X.T @ R / len(X)  #: right
        db = 2 * np.sum(R, axis=1, keepdims=True) / len(X)  #: wrong gradient-shape
        return dW, db

class LeakyReLU:
    def __init__(self, alpha=0.01):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dout):
        return np.where(self.x > 0, dout, self.alpha * dout)  #: right

class Net:
    def __init__(self, d, h):
        self.params = {"W1": np.random.randn(d, h), "b1": np.zeros(h), "W2": np.random.randn(h, 1), "b2": np.zeros(1)}

    def loss(self, X, y):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        a = np.tanh(X @ W1 + b1)
        out = a @ W2 + b2
        N = X.shape[0]
        loss = np.sum((out - y) ** 2) / N
        dout = 2 * (out - y) / N  #: right
        grads = {}
        grads["W2"] = a.T @ dout  #: right
        grads["b2"] = np.sum(dout, axis=0)  #: right
        dz = dout @ W2.T * (1 - a ** 2)
        grads["W1"] = X.T @ dz  #: right
        grads["b1"] = np.sum(dz, axis=1)  #: wrong gradient-shape
        return loss, grads
