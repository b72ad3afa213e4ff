"""A gradient that names no loss belongs to the one that has no other; fits by a formula have none."""
import numpy as np


def squash(v):  #: activation
    return 1 / (1 + np.exp(-v))


def compute_mse(y, tx, w):  #: loss
    e = y - tx.dot(w)
    return 0.5 * np.mean(e ** 2)


def compute_gradient(y, tx, w):
    e = y - tx.dot(w)
    grad = -tx.T.dot(e) / len(e)
    return grad, e  #: right


def compute_loss_logistic(y, tx, w):  #: loss
    s = tx.dot(w)
    return np.sum(np.log(1 + np.exp(s)) - y * s) / len(y)


def compute_gradient_logistic(y, tx, w):
    return tx.T.dot(squash(tx.dot(w)) - y) / len(y)  #: right


def least_squares(y, tx):
    w = np.linalg.solve(tx.T.dot(tx), tx.T.dot(y))
    loss = compute_mse(y, tx, w)
    return w, loss


def ridge_regression(y, tx, lambda_):
    penalty = 2 * tx.shape[0] * lambda_ * np.identity(tx.shape[1])
    w = np.linalg.solve(tx.T.dot(tx) + penalty, tx.T.dot(y))
    loss = compute_mse(y, tx, w)
    return w, loss


class Squares:
    def loss(self, y, f):  #: loss
        return np.mean((y - f) ** 2) / 2

    def negative_gradient(self, y, f):
        return y - f  #: right


class Logs:
    def loss(self, y, f):  #: loss
        return np.mean(np.log(1 + np.exp(-y * f)))

    def negative_gradient(self, y, f):
        return y / (1 + np.exp(-y * f))  #: wrong


class Learner:
    def fit(self, X, residuals, epochs, rate):  #: propagate
        N = len(X)
        for _ in range(epochs):
            hidden = np.maximum(0, np.dot(X, self.W1) + self.b1)
            out = np.dot(hidden, self.W2) + self.b2
            err = out - residuals.reshape(-1, 1)
            grad_W2 = np.dot(hidden.T, err) / N  #: right
            grad_b2 = np.mean(err, axis=0)  #: right
            grad_h = np.dot(err, self.W2.T) * (hidden > 0)
            grad_W1 = np.dot(X.T, grad_h) / N  #: right
            grad_b1 = np.mean(grad_h, axis=0)  #: right
            self.W2 -= rate * grad_W2
            self.b2 -= rate * grad_b2
            self.W1 -= rate * grad_W1
            self.b1 -= rate * grad_b1
        return self
