import numpy as np
from scipy.special import softmax
from scipy.stats import norm


def softmax_temperature(W, X, Y, T):
    m = X.shape[0]
    P = softmax(X @ W / T, axis=1)
    loss = -np.sum(Y * np.log(P)) / m
    dW = X.T @ (P - Y) / (m * T)  #: right
    return loss, dW


def softmax_temperature_forgotten(W, X, Y, T):
    m = X.shape[0]
    P = softmax(X @ W / T, axis=1)
    loss = -np.sum(Y * np.log(P)) / m
    dW = X.T @ (P - Y) / m  #: wrong gradient-missing-factor
    return loss, dW


def smooth_l1(pred, target, beta):
    d = pred - target
    loss = np.mean(np.where(np.abs(d) < beta, 0.5 * d**2 / beta, np.abs(d) - 0.5 * beta))
    dpred = np.where(np.abs(d) < beta, d / beta, np.sign(d)) / len(d)  #: right
    return loss, dpred


def pinball(y, yhat, q):
    e = y - yhat
    loss = np.mean(np.maximum(q * e, (q - 1) * e))
    dyhat = np.where(e > 0, -q, 1 - q) / len(y)  #: right
    return loss, dyhat


def tweedie(y, mu, p):
    loss = np.mean(-y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p))
    dmu = (-y * mu ** (-p) + mu ** (1 - p)) / len(y)  #: right
    return loss, dmu


def tversky(p, y, alpha, beta):
    hits = np.sum(p * y)
    extra = np.sum(p * (1 - y))
    missed = np.sum((1 - p) * y)
    total = hits + alpha * extra + beta * missed
    loss = 1 - hits / total
    dp = -y / total + hits * (y + alpha * (1 - y) - beta * y) / total**2  #: right
    return loss, dp


def layer(X, W, b, Y):
    D = X @ W + b - Y
    loss = np.mean(D**2)
    dW = 2 * X.T @ D / D.size  #: right
    db = 2 * D.sum(axis=0) / D.size  #: right
    return loss, dW, db


def single_unit(X, W, b, Y):
    D = X @ W + b - Y
    loss = np.mean(D**2)
    dW = 2 * X.T @ D / len(Y)  #: right
    db = 2 * np.mean(D)  #: right
    return loss, dW, db


def quadratic(x, A):
    loss = x @ A @ x
    dx = (A + A.T) @ x  #: right
    dA = np.outer(x, x)  #: right
    return loss, dx, dA


def quadratic_of_symmetric(x, A):
    loss = x @ A @ x
    dx = A @ x  #: wrong gradient-missing-factor
    return loss, dx


def vae(mu, logvar):
    loss = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    dmu = mu
    dlogvar = 0.5 * (np.exp(logvar) - 1)  #: right
    return loss, dmu, dlogvar


def trace_loss(A, B, C):
    loss = np.trace(A @ B @ A.T @ C)
    dA = C.T @ A @ B.T + C @ A @ B  #: right
    dB = A.T @ C.T @ A  #: right
    return loss, dA, dB


def highway(X, Wh, Wt, Y):
    H = np.tanh(X @ Wh)
    T = 1 / (1 + np.exp(-(X @ Wt)))
    O = T * H + (1 - T) * X
    loss = 0.5 * np.sum((O - Y) ** 2)
    dO = O - Y  #: right
    dWh = X.T @ (dO * T * (1 - H**2))  #: right
    dWt = X.T @ (dO * (H - X) * T * (1 - T))  #: right
    return loss, dWh, dWt


def probit(w, X, y):
    z = X @ w
    loss = -np.sum(y * norm.logcdf(z) + (1 - y) * norm.logcdf(-z))
    dz = -y * norm.pdf(z) / norm.cdf(z) + (1 - y) * norm.pdf(z) / norm.cdf(-z)  #: right
    dw = X.T @ dz  #: right
    return loss, dw


def probit_as_logit(w, X, y):
    z = X @ w
    loss = -np.sum(y * norm.logcdf(z) + (1 - y) * norm.logcdf(-z))
    dw = X.T @ (norm.cdf(z) - y)  #: wrong gradient-differs
    return loss, dw


def gaussian(x, mu, sigma):
    loss = -np.sum(norm.logpdf(x, mu, sigma))
    dmu = -np.sum(x - mu) / sigma**2  #: right
    dsigma = np.sum(1 / sigma - (x - mu) ** 2 / sigma**3)  #: right
    return loss, dmu, dsigma
