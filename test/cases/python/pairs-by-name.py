import numpy as np


class MSE:
    def __call__(self, pred, target):
        return ((pred - target) ** 2).mean()

    def gradient(self, pred, target):
        return 2.0 * (pred - target) / pred.size


def poisson_nll(beta, X, y):
    mu = np.exp(X @ beta)
    return np.sum(mu - y * np.log(mu))


def poisson_grad(beta, X, y):
    mu = np.exp(X @ beta)
    return X.T @ (mu - y)


def neg_log_likelihood(mu, sigma, x):
    n = len(x)
    return n * np.log(sigma) + np.sum((x - mu) ** 2) / (2 * sigma**2)


def grad_nll(mu, sigma, x):
    n = len(x)
    dmu = -np.sum(x - mu) / sigma**2
    dsigma = n / sigma - np.sum((x - mu) ** 2) / sigma**3
    return dmu, dsigma


def squared_mse(w, X, y):
    return np.mean((X @ w - y) ** 2)


def squared_mae(w, X, y):
    return np.mean(np.abs(X @ w - y))


def squared_grad(w, X, y):
    return 2 * X.T @ (X @ w - y) / len(y)
