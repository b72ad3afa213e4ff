"""Costs as classes with a value and a delta, and with forward and backward."""
import numpy as np


def sigmoid(z):  #: activation
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))  #: right


class QuadraticCost:
    @staticmethod
    def fn(a, y):  #: loss
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(z, a, y):  #: propagate
        return (a - y) * sigmoid_prime(z)  #: right


class CrossEntropyCost:
    @staticmethod
    def fn(a, y):  #: loss
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(z, a, y):  #: propagate
        return a - y  #: right


class MSELoss:
    def forward(self, y_pred, y_true):  #: loss
        self.y_pred = y_pred
        self.y_true = y_true
        return np.mean((y_pred - y_true) ** 2)

    def backward(self):
        n = self.y_true.size
        return 2 * (self.y_pred - self.y_true) / n  #: right


class MAELoss:
    def forward(self, y_pred, y_true):  #: loss
        self.y_pred = y_pred
        self.y_true = y_true
        return np.mean(np.abs(y_true - y_pred))

    def backward(self):
        return np.sign(self.y_true - self.y_pred) / self.y_true.size  #: wrong


class BinaryCrossEntropy:
    def forward(self, y_pred, y_true):  #: loss
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        losses = -(y_true * np.log(clipped) + (1 - y_true) * np.log(1 - clipped))
        return np.mean(losses)

    def backward(self, y_pred, y_true):
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        self.dinputs = -(y_true / clipped - (1 - y_true) / (1 - clipped)) / y_true.size  #: right
        return self.dinputs


class CategoricalCrossEntropy:
    def __call__(self, y_pred, y_true):  #: loss
        return -np.sum(y_true * np.log(y_pred + 1e-12)) / y_pred.shape[0]

    def backward(self, y_pred, y_true):
        return -y_true / (y_pred + 1e-12)  #: wrong


class EntropyCostTwice:
    @staticmethod
    def fn(a, y):  #: loss
        return np.sum(-y * np.log(a) - (1 - y) * np.log(1 - a))

    @staticmethod
    def delta(z, a, y):  #: propagate
        return (a - y) * sigmoid_prime(z)  #: wrong


class Stepper:
    @staticmethod
    def fn(a, y):
        return a + y

    @staticmethod
    def delta(z, a, y):
        return a - y
