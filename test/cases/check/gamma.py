"""Likelihoods with the gamma function, their gradients and some slips in them."""
import math

import numpy as np
import torch
from scipy.special import betaln, digamma, gammaln, polygamma, psi


def poisson_nll(lam, y):
    return np.sum(lam - y * np.log(lam) + gammaln(y + 1))


def poisson_nll_grad(lam, y):
    return 1 - y / lam  #: right


def negative_binomial_nll(r, mu, y):
    return -np.sum(
        gammaln(y + r) - gammaln(r) - gammaln(y + 1) + r * np.log(r / (r + mu)) + y * np.log(mu / (r + mu))
    )


def negative_binomial_nll_grad(r, mu, y):
    return -np.sum(digamma(y + r) - digamma(r) + np.log(r / (r + mu)) + 1 - (r + y) / (r + mu))  #: right


def negative_binomial_wrong_grad(r, mu, y):
    loss = -np.sum(gammaln(y + r) - gammaln(r) + r * np.log(r / (r + mu)) + y * np.log(mu / (r + mu)))
    grad = -np.sum(digamma(y + r) + digamma(r) + np.log(r / (r + mu)) + 1 - (r + y) / (r + mu))  #: wrong gradient-term-sign
    return loss, grad


def beta_nll(params, x):
    a, b = params
    return -np.sum((a - 1) * np.log(x) + (b - 1) * np.log(1 - x) - betaln(a, b))


def beta_nll_grad(params, x):
    a, b = params
    m = len(x)
    da = m * (psi(a) - psi(a + b)) - np.sum(np.log(x))  #: right
    db = m * (psi(b) - psi(a + b)) - np.sum(np.log(x))  #: wrong gradient-missing-term
    return np.array([da, db])


class GammaLikelihood:
    def loss(self, shape, scale, x):
        return np.mean(x / scale - (shape - 1) * np.log(x) + shape * np.log(scale) + gammaln(shape))

    def gradient(self, shape, scale, x):
        d_shape = psi(shape) + np.log(scale) - np.mean(np.log(x))  #: right
        d_scale = shape / scale - np.mean(x) / scale**2  #: right
        return d_shape, d_scale


def dirichlet_nll(alpha, p):
    return torch.lgamma(alpha).sum() - torch.lgamma(alpha.sum()) - ((alpha - 1) * torch.log(p)).sum()


def dirichlet_nll_grad(alpha, p):
    return torch.digamma(alpha) - torch.digamma(alpha.sum()) - torch.log(p)


def dirichlet_nll_backward(alpha, p):
    return torch.digamma(alpha) - torch.log(p)


def log_factorial(n):
    return math.lgamma(n + 1)


def fit_shape(k, s):
    loss = gammaln(k) - k * np.log(k) + k * s
    grad = digamma(k) - np.log(k) - 1 + s  #: right
    hess = polygamma(1, k) - 1 / k  #: right
    return loss, grad, hess
