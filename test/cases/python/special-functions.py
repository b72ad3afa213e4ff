import math

import numpy as np
from scipy import special, stats
from scipy.special import expit, log_expit, log_softmax, logsumexp, softmax, xlog1py, xlogy
from scipy.stats import norm

verf = np.vectorize(math.erf)
ROOT_2 = math.sqrt(2.0)


def gelu(x):
    return 0.5 * x * (1 + verf(x / ROOT_2))


def gelu_prime(x):
    return 0.5 * (1 + verf(x / ROOT_2)) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def gelu_by_distribution(x):
    return x * norm.cdf(x)


def gelu_by_distribution_derivative(x):
    return norm.cdf(x) + x * norm.pdf(x)


def gelu_by_complement(x):
    return 0.5 * x * special.erfc(-x / np.sqrt(2))


def probit_nll(w, X, y):
    z = X @ w
    loss = -np.sum(y * norm.logcdf(z) + (1 - y) * np.log(stats.norm.sf(z)))
    dz = -y * norm.pdf(z) / norm.cdf(z) + (1 - y) * norm.pdf(z) / norm.cdf(-z)
    dw = X.T @ dz
    return loss, dw


def gaussian_nll(y, mu, scale):
    return -np.mean(norm.logpdf(y, loc=mu, scale=scale))


def bce(p, y):
    return -np.mean(xlogy(y, p) + xlog1py(1 - y, -p))


def logistic_loss(w, X, y):
    return -np.mean(log_expit(y * (X @ w)))


def softmax_loss(W, X, Y):
    P = softmax(X @ W, axis=1)
    loss = -np.mean(np.sum(xlogy(Y, P), axis=1))
    dW = X.T @ (P - Y) / X.shape[0]
    return loss, dW


def cross_entropy(Z, Y):
    return -np.mean(np.sum(Y * log_softmax(Z, axis=1), axis=1))


def label_loss(Z, y):
    return np.mean(logsumexp(Z, axis=1) - Z[np.arange(len(y)), y])


def kl_loss(p, q):
    return np.sum(special.rel_entr(p, q))


def bounded(w, X, y):
    a = expit(X @ w)
    return np.mean(np.arcsin(a - y) ** 2 + np.arctanh((a - y) / 2) ** 2)
