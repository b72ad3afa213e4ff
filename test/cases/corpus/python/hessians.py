"""Hessians that are written by hand, beside the loss, beside the gradient alone, and times a vector."""

import numpy as np
from scipy.optimize import minimize


def sigmoid(t):  #: activation
    return 1.0 / (1.0 + np.exp(-t))


class RidgeLogit:
    """Newton's method needs the curvature, too."""

    def __init__(self, strength=0.5):
        self.strength = strength

    def cost(self, w, X, y):  #: loss
        p = sigmoid(X @ w)
        fit = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
        return fit + 0.5 * self.strength * np.sum(w ** 2)

    def gradient(self, w, X, y):
        p = sigmoid(X @ w)
        return X.T @ (p - y) + self.strength * w  #: right

    def hessian(self, w, X, y):
        p = sigmoid(X @ w)
        return X.T @ np.diag(p * (1 - p)) @ X + self.strength * np.eye(X.shape[1])  #: right


class UnweightedLogit:
    def cost(self, w, X, y):  #: loss
        p = sigmoid(X.dot(w))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, w, X, y):
        p = sigmoid(X.dot(w))
        return X.T.dot(p - y) / len(y)  #: right

    def hessian(self, w, X, y):
        p = sigmoid(X.dot(w))
        return X.T.dot(X * p[:, None]) / len(y)  #: wrong


def poisson_nll(beta, X, counts):  #: loss
    eta = X @ beta
    return np.sum(np.exp(eta) - counts * eta)


def poisson_gradient(beta, X, counts):
    return X.T @ (np.exp(X @ beta) - counts)  #: right


def poisson_hessian(beta, X, counts):
    mu = np.exp(X @ beta)
    return (X * mu[:, None]).T @ X  #: right


def poisson_hess_vec(beta, v, X, counts):
    mu = np.exp(X @ beta)
    return X.T @ (mu * (X @ v))  #: right


def least_squares(theta, A, b):  #: loss
    r = A @ theta - b
    return 0.5 * r @ r


def least_squares_gradient(theta, A, b):
    return A.T @ (A @ theta - b)  #: right


def least_squares_hessp(theta, p, A, b):
    return 2 * A.T @ (A @ p)  #: wrong


def valley(x):  #: loss
    return (1.5 - x[0]) ** 2 + 40.0 * (x[1] - x[0] ** 2) ** 2


def valley_slope(x):
    inner = x[1] - x[0] ** 2
    return np.array([-2 * (1.5 - x[0]) - 160.0 * x[0] * inner, 80.0 * inner])  #: right


def valley_curvature(x):
    return np.array([[2 - 160.0 * x[1] + 480.0 * x[0] ** 2, -160.0 * x[0]], [-160.0 * x[0], 80.0]])  #: right


fit = minimize(valley, [0.1, 0.2], jac=valley_slope, hess=valley_curvature, method="trust-ncg")


def bowl(x):  #: loss
    return x[0] ** 4 + 3.0 * x[0] * x[1] + np.exp(x[1])


def bowl_grad(x):
    return np.array([4 * x[0] ** 3 + 3.0 * x[1], 3.0 * x[0] + np.exp(x[1])])  #: right


def bowl_hess(x):
    return np.array([[12 * x[0] ** 2, 3.0], [3.0, x[1]]])  #: wrong


def probit_gradient(w, X, y):  #: gradient
    return X.T @ (np.tanh(X @ w) - y)


def probit_hessian(w, X, y):
    t = np.tanh(X @ w)
    return X.T @ np.diag(1 - t ** 2) @ X  #: right


def newton(X, y, w):  #: propagate
    """The Hessian of one step, with its inverse."""
    p = sigmoid(X @ w)
    loss = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y)  #: right
    hessian = X.T @ (X * (p * (1 - p))[:, None])  #: right
    return loss, grad, hessian


def damped_newton(X, y, w):  #: propagate
    """The curvature with a little added, so that it can be inverted."""
    p = sigmoid(X @ w)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y) / len(y)  #: right
    H = X.T @ (X * (p * (1 - p))[:, None]) / len(y) + 0.01 * np.eye(X.shape[1])  #: right
    return loss, grad, H


def bounded_newton(X, y, w):  #: propagate
    """A bound of the curvature that does not change from step to step."""
    p = sigmoid(X @ w)
    loss = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad = X.T @ (p - y)  #: right
    H = X.T @ X / 4
    return loss, grad, H


def quartic(x):
    return np.sum(x ** 4 - x ** 2)


def quartic_hessian(x):
    """A matrix that its gradient is not written for."""
    return np.diag(12 * x ** 2 - 2)
