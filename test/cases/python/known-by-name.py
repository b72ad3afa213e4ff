import numpy as np


def swish(z, beta):
    return z / (1 + np.exp(-beta * z))


def prelu(z, a):
    return np.maximum(0, z) + a * np.minimum(0, z)


def glu(a, b):
    return a * (1 / (1 + np.exp(-b)))


def threshold(z, theta=0.2, value=5.0):
    return np.where(z > theta, z, value)


def bent_identity(x):
    return (np.sqrt(x**2 + 1) - 1) / 2 + x


def kl_div(log_q, p):
    return np.sum(p * (np.log(p) - log_q)) / p.shape[0]


def info_nce(Q, K, tau):
    S = Q @ K.T / tau
    L = S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
    return -np.mean(np.diag(L))


def triplet(a, p, n, margin=1.0):
    return np.maximum(0, np.linalg.norm(a - p) - np.linalg.norm(a - n) + margin)


def tukey(r, c=4.685):
    return np.mean(np.where(np.abs(r) <= c, c**2 / 6 * (1 - (1 - (r / c) ** 2) ** 3), c**2 / 6))


def mahalanobis(x, mu, Sigma):
    d = x - mu
    return d @ np.linalg.inv(Sigma) @ d


def quadratic_form(x, A):
    return x.T @ A @ x


def total_variation(x, y, lam):
    return 0.5 * np.sum((x - y) ** 2) + lam * np.sum(np.abs(x[1:] - x[:-1]))


def contrastive_search(k, t):
    return k * t
