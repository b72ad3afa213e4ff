import numpy as np


class LogisticRegression:
    def __init__(self, n):
        self.w = np.zeros(n)
        self.b = 0.0

    def _sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def loss(self, X, y):
        p = self._sigmoid(X @ self.w + self.b)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, X, y):
        p = self._sigmoid(X @ self.w + self.b)
        dw = X.T @ (p - y) / len(y)
        db = np.mean(p - y)
        return dw, db


class MSELoss:
    @staticmethod
    def loss(y_true, y_pred):
        return np.mean(np.power(y_true - y_pred, 2))

    @staticmethod
    def gradient(y_true, y_pred):
        return 2 * (y_pred - y_true) / y_true.size


class Quadratic:
    def __call__(self, a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2
