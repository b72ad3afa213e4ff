"""Parts of axes: penalties without the intercept, neighbours along a chain, gradients that are filled part by part."""
import numpy as np


def sigmoid(z):  #: activation
    return 1 / (1 + np.exp(-z))


def penalised_cost(theta, X, y, lam):  #: loss
    m = len(y)
    h = sigmoid(X @ theta)
    J = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m
    return J + lam / (2 * m) * np.sum(theta[1:] ** 2)


def penalised_cost_gradient(theta, X, y, lam):
    m = len(y)
    grad = X.T @ (sigmoid(X @ theta) - y) / m
    grad[1:] += lam / m * theta[1:]  #: right
    return grad


def ridge_cost(theta, X, y, lam):  #: loss
    m = X.shape[0]
    return (np.sum((X.dot(theta) - y) ** 2) + lam * np.sum(np.square(theta[1:]))) / (2 * m)


def ridge_cost_gradient(theta, X, y, lam):
    m = X.shape[0]
    return (X.T.dot(X.dot(theta) - y) + lam * np.r_[0, theta[1:]]) / m  #: right


def joined_cost(theta, X, y, lam):  #: loss
    return 0.5 * np.sum((X @ theta - y) ** 2) + 0.5 * lam * theta[1:].dot(theta[1:])


def joined_cost_gradient(theta, X, y, lam):
    return X.T @ (X @ theta - y) + lam * np.concatenate(([0], theta[1:]))  #: right


def whole_cost(theta, X, y, lam):  #: loss
    return 0.5 * np.sum((X @ theta - y) ** 2) + 0.5 * lam * (theta[1:] ** 2).sum()


def whole_cost_gradient(theta, X, y, lam):
    return X.T @ (X @ theta - y) + lam * theta  #: wrong


def copied_cost(theta, X, y, lam):  #: loss
    return 0.5 * np.mean((X @ theta - y) ** 2) + 0.5 * lam * np.sum(theta[1:] ** 2)


def copied_cost_gradient(theta, X, y, lam):
    kept = theta.copy()
    kept[0] = 0
    return X.T @ (X @ theta - y) / len(y) + lam * kept  #: right


def chain_cost(x):  #: loss
    return np.sum((x[1:] - x[:-1]) ** 2)


def chain_cost_grad(x):
    g = np.zeros_like(x)
    g[1:] += 2 * (x[1:] - x[:-1])
    g[:-1] -= 2 * (x[1:] - x[:-1])  #: right
    return g


def valley(x):  #: loss
    return sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def valley_der(x):
    mid = x[1:-1]
    before = x[:-2]
    after = x[2:]
    der = np.zeros_like(x)
    der[1:-1] = 200 * (mid - before**2) - 400 * (after - mid**2) * mid - 2 * (1 - mid)
    der[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
    der[-1] = 200 * (x[-1] - x[-2] ** 2)  #: right
    return der


def smooth_cost(u, y, lam):  #: loss
    return 0.5 * np.sum((u - y) ** 2) + 0.5 * lam * np.sum((u[1:] - u[:-1]) ** 2)


def smooth_cost_grad(u, y, lam):
    d = u[1:] - u[:-1]
    g = u - y
    g[1:] += lam * d
    g[:-1] += lam * d  #: wrong
    return g


def layer_cost(W, X, Y, lam):  #: loss
    return 0.5 * np.sum((X @ W - Y) ** 2) + 0.5 * lam * np.sum(W[1:, :] ** 2)


def layer_cost_grad(W, X, Y, lam):
    G = X.T @ (X @ W - Y)
    G[1:, :] += lam * W[1:, :]  #: right
    return G
