"""Gradients by what the loss does not name: logits of its probabilities, entries that a mask of 0 and 1 keeps."""
import numpy as np


class BinaryCost:
    @staticmethod
    def loss(y, p, eps=1e-12):  #: loss
        return -np.sum(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))

    @staticmethod
    def prime(y, p):
        return p - y  #: right


class ClassCost:
    @staticmethod
    def loss(targets, probs):  #: loss
        return -np.sum(targets * np.log(probs))

    @staticmethod
    def gradient(targets, probs):
        return targets - probs  #: wrong


class CrossCost:
    @staticmethod
    def get_error(y, y0):  #: loss
        return -(y0 * np.log(y)).sum()

    @staticmethod
    def diff(y, y0):
        return -(y0 / y)  #: right


def ratings_cost(X, Theta, Y, R, lam):  #: propagate
    E = (X @ Theta.T - Y) * R
    J = 0.5 * np.sum(E * E) + 0.5 * lam * (np.sum(X**2) + np.sum(Theta**2))
    X_grad = E @ Theta + lam * X  #: right
    Theta_grad = E.T @ X + lam * Theta  #: right
    return J, X_grad, Theta_grad


class LogisticModel:
    def train(self, X, y, epochs, rate):  #: propagate
        rows, columns = X.shape
        self.weights = np.zeros((columns, 1))
        self.bias = 0
        for _ in range(epochs):
            p = 1 / (1 + np.exp(-(np.dot(X, self.weights) + self.bias)))
            cost = -(1 / rows) * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
            dw = (1 / rows) * np.dot(X.T, (p - y))  #: right
            db = (1 / rows) * np.sum(p - y)  #: right
            self.weights -= rate * dw
            self.bias -= rate * db
        return cost

    def predict_class(self, X):
        p = 1 / (1 + np.exp(-(np.dot(X, self.weights) + self.bias)))
        return np.array([1 if value > 0.5 else 0 for value in p])[:, np.newaxis]


def model_output(x, w, b):  #: model
    return np.dot(w, x) + b


def poisson_score(X, y, beta):  #: loss
    return np.mean(np.exp(X @ beta) - y * (X @ beta))


def poisson_score_grad(X, y, beta):
    return X.T @ (np.exp(X @ beta) - y) / X.shape[0]  #: right
