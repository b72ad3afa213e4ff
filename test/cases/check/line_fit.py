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

def svm_cost(w, X, y, C):
    return 0.5 * np.dot(w, w) + C * np.sum(np.maximum(0, 1 - y * (X @ w)) ** 2)

def svm_cost_gradient(w, X, y, C):
    margins = np.maximum(0, 1 - y * (X @ w))
    dC = -2 * C * margins * y
    dw = w + X.T @ dC  #: right
    return dw

def squared_loss(y_hat, y):
    return np.mean((y_hat - y) ** 2)

def squared_loss_grad(y_hat, y):
    dy = 2 * (y_hat - y) / len(y)  #: right
    return dy
