"""Parameters known by their gradients alone: m and c are settings by name."""
import numpy as np

def mse(x, y, m, c):
    return np.mean((y - (m * x + c)) ** 2)

def mse_gradients(x, y, m, c):
    n = len(x)
    dm = (-2 / n) * np.sum(x * (y - (m * x + c)))  #: right
    dc = (-2 / n) * np.sum(y + (m * x + c))  #: wrong gradient-differs
    return dm, dc

def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2

def rosenbrock_grad(x, y):
    dx = -2 * (1 - x) - 400 * x * (y - x ** 2)  #: right
    dy = 200 * (y - x ** 2)  #: right
    return np.array([dx, dy])

def neg_log_likelihood(mu, sigma, x):
    n = len(x)
    return n * np.log(sigma) + 0.5 * n * np.log(2 * np.pi) + np.sum((x - mu) ** 2) / (2 * sigma ** 2)

def grad_neg_log_likelihood(mu, sigma, x):
    n = len(x)
    dmu = -np.sum(x - mu) / sigma ** 2  #: right
    dsigma = n / sigma - np.sum((x - mu) ** 2) / sigma ** 3  #: right
    return dmu, dsigma
