"""Classes that hold a function and its derivative."""
import numpy as np


class Sigmoid:
    def __call__(self, x):  #: activation
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        return self.__call__(x) * (1 - self.__call__(x))  #: right


class TanH():
    def __call__(self, x):  #: activation
        return 2 / (1 + np.exp(-2 * x)) - 1

    def gradient(self, x):
        return 1 - np.power(self.__call__(x), 2)  #: right


class SELU():
    def __init__(self):
        self.alpha = 1.6732632423543772848170429916717
        self.scale = 1.0507009873554804934193349852946

    def __call__(self, x):  #: activation
        return self.scale * np.where(x >= 0.0, x, self.alpha * (np.exp(x) - 1))

    def gradient(self, x):
        return self.scale * np.where(x >= 0.0, 1, self.alpha * np.exp(x))  #: right


class SquareLoss:
    def loss(self, y, y_pred):  #: loss
        return 0.5 * np.power((y - y_pred), 2)

    def gradient(self, y, y_pred):
        return -(y - y_pred)  #: right


class CrossEntropy:
    def loss(self, y, p):  #: loss
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def gradient(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -(y / p) + (1 - y) / (1 - p)  #: right


class Huber:
    def __init__(self, delta=1.0):
        self.delta = delta

    def loss(self, y, p):  #: loss
        d = np.abs(y - p)
        return np.where(d <= self.delta, 0.5 * d ** 2, self.delta * (d - 0.5 * self.delta))

    def gradient(self, y, p):
        r = p - y
        return np.where(np.abs(r) <= self.delta, r, self.delta * np.sign(r))  #: right


class L2Regularization:
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, w):  #: regulariser
        return self.alpha * 0.5 * w.T.dot(w)

    def grad(self, w):
        return self.alpha * w  #: right


class L1Regularization:
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, w):  #: regulariser
        return self.alpha * np.linalg.norm(w, 1)

    def grad(self, w):
        return self.alpha * np.sign(w)  #: right


class ElasticNet:
    def __init__(self, alpha, l1_ratio=0.5):
        self.alpha = alpha
        self.l1_ratio = l1_ratio

    def __call__(self, w):  #: regulariser
        l1 = self.l1_ratio * np.sum(np.abs(w))
        l2 = (1 - self.l1_ratio) * 0.5 * np.sum(w ** 2)
        return self.alpha * (l1 + l2)

    def grad(self, w):
        return self.alpha * (self.l1_ratio * np.sign(w) + (1 - self.l1_ratio) * 2 * w)  #: wrong


class QuadraticCost(object):
    @staticmethod
    def fn(a, y):  #: loss
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(a, y):
        return a - y  #: right


class Hinge:
    @staticmethod
    def loss(y, f):  #: loss
        return np.maximum(0, 1 - y * f).mean()

    @staticmethod
    def gradient(y, f):
        return np.where(y * f < 1, -y, 0) / len(y)  #: right


class Poisson:
    @staticmethod
    def loss(y, log_rate):  #: loss
        return np.sum(np.exp(log_rate) - y * log_rate)

    @staticmethod
    def gradient(y, log_rate):
        return np.exp(log_rate) + y  #: wrong
