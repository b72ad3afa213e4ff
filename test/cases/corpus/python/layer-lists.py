"""Networks of any number of layers: weights and biases are lists that the constructor makes over the sizes."""
import numpy as np


def logistic(z):  #: activation
    return 1.0 / (1.0 + np.exp(-z))


def logistic_prime(z):
    return logistic(z) * (1.0 - logistic(z))  #: right


def class_chances(z):  #: activation
    shifted = np.exp(z - np.max(z))
    return shifted / np.sum(shifted)


class Stack:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(rows, 1) for rows in sizes[1:]]
        self.weights = [np.random.randn(rows, cols) / np.sqrt(cols) for cols, rows in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):  #: model
        for b, w in zip(self.biases, self.weights):
            a = logistic(np.dot(w, a) + b)
        return a

    def cost_derivative(self, output, y):
        return output - y

    def backprop(self, x, y):  #: propagate
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = logistic(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * logistic_prime(zs[-1])  #: right
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())  #: right
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * logistic_prime(zs[-l])  #: right
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())  #: right
        return nabla_b, nabla_w


class StackWithoutSlope:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(rows, 1) for rows in sizes[1:]]
        self.weights = [np.random.randn(rows, cols) for cols, rows in zip(sizes[:-1], sizes[1:])]

    def backprop(self, x, y):  #: propagate
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        for b, w in zip(self.biases, self.weights):
            activation = logistic(np.dot(w, activation) + b)
            activations.append(activation)
        delta = activations[-1] - y  #: right
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].T)  #: right
        delta = np.dot(self.weights[-1].T, delta)  #: wrong
        nabla_b[-2] = delta
        nabla_w[-2] = np.dot(delta, activations[-3].T)  #: wrong
        return nabla_b, nabla_w


class SoftStack:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.biases = [np.zeros((rows, 1)) for rows in sizes[1:]]
        self.weights = []
        for k in range(len(sizes) - 1):
            self.weights.append(0.1 * np.random.randn(sizes[k + 1], sizes[k]))

    def backprop(self, x, y):  #: propagate
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activations = [x]
        for b, w in zip(self.biases[:-1], self.weights[:-1]):
            activations.append(np.tanh(np.dot(w, activations[-1]) + b))
        activations.append(class_chances(np.dot(self.weights[-1], activations[-1]) + self.biases[-1]))
        delta = activations[-1] - y  #: right
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())  #: right
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * (1 - activations[-l] ** 2)  #: right
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())  #: right
        return nabla_b, nabla_w


class ColumnHead:
    """One sample as a column, with a one-hot label that nothing says to be one."""

    def backprop(self, x, y):  #: propagate
        z = np.dot(self.W, x) + self.b
        e = np.exp(z - np.max(z))
        a = e / np.sum(e)
        loss = -np.sum(y * np.log(a))
        delta = a - y  #: right
        db = delta
        dW = np.dot(delta, x.transpose())  #: right
        return db, dW


class Shapes:
    """Lists of arrays of which no gradient is taken."""

    def __init__(self, sizes):
        self.masks = [np.ones((rows, 1)) for rows in sizes]

    def areas(self):
        return [np.sum(mask) for mask in self.masks]
