"""Networks that are trained without a loss in sight: what flows back at the output tells which of the usual ones is meant."""
import numpy as np


def sigmoid(x):  #: activation
    return 1 / (1 + np.exp(-x))


def sigmoid_prime(a):
    return a * (1 - a)  #: right


class TwoLayers:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros((1, n_out))

    def train(self, X, y, epochs, rate):  #: propagate
        for _ in range(epochs):
            hidden = sigmoid(np.dot(X, self.W1) + self.b1)
            output = sigmoid(np.dot(hidden, self.W2) + self.b2)
            error = y - output
            delta2 = error * sigmoid_prime(output)
            delta1 = np.dot(delta2, self.W2.T) * sigmoid_prime(hidden)
            self.W2 += rate * np.dot(hidden.T, delta2)  #: right
            self.b2 += rate * np.sum(delta2, axis=0, keepdims=True)  #: right
            self.W1 += rate * np.dot(X.T, delta1)  #: right
            self.b1 += rate * np.sum(delta1, axis=0, keepdims=True)  #: right


class WithoutSlope:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros((1, n_out))

    def train(self, X, y, epochs, rate):  #: propagate
        for _ in range(epochs):
            hidden = sigmoid(np.dot(X, self.W1) + self.b1)
            output = sigmoid(np.dot(hidden, self.W2) + self.b2)
            delta2 = output - y
            delta1 = np.dot(delta2, self.W2.T)
            self.W2 -= rate * np.dot(hidden.T, delta2)  #: right
            self.b2 -= rate * np.sum(delta2, axis=0, keepdims=True)  #: right
            self.W1 -= rate * np.dot(X.T, delta1)  #: wrong


class Climbing:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros((1, n_out))

    def train(self, X, y, epochs, rate):  #: propagate
        for _ in range(epochs):
            hidden = sigmoid(np.dot(X, self.W1) + self.b1)
            output = sigmoid(np.dot(hidden, self.W2) + self.b2)
            delta2 = (output - y) * sigmoid_prime(output)
            delta1 = np.dot(delta2, self.W2.T) * sigmoid_prime(hidden)
            self.W2 -= rate * np.dot(hidden.T, delta2)  #: right
            self.b2 -= rate * np.sum(delta2, axis=0, keepdims=True)  #: right
            self.W1 += rate * np.dot(X.T, delta1)  #: wrong


class Split:
    def __init__(self, x, y):
        self.input = x
        self.weights1 = np.random.rand(self.input.shape[1], 4)
        self.weights2 = np.random.rand(4, 1)
        self.y = y

    def feedforward(self):  #: model
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):  #: propagate
        d_weights2 = np.dot(self.layer1.T, 2 * (self.y - self.output) * sigmoid_prime(self.output))  #: right
        d_weights1 = np.dot(  #: right
            self.input.T,
            np.dot(2 * (self.y - self.output) * sigmoid_prime(self.output), self.weights2.T)
            * sigmoid_prime(self.layer1),
        )
        self.weights1 += d_weights1
        self.weights2 += d_weights2
