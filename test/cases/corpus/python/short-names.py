"""Gradient functions that say less than the losses that they belong to."""
import numpy as np


def gaussian_nll_mean(mu, log_var, y):  #: loss
    return 0.5 * np.mean(log_var + (y - mu) ** 2 / np.exp(log_var))


def gaussian_nll_mean_grad(mu, log_var, y):
    n = len(y)
    dmu = (mu - y) * np.exp(-log_var) / n  #: right
    dlv = 0.5 * (1 - (y - mu) ** 2 * np.exp(-log_var)) / n  #: right
    return dmu, dlv


def tweedie_deviance(y, mu, p=1.5):  #: loss
    return 2 * np.mean(
        y ** (2 - p) / ((1 - p) * (2 - p)) - y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p)
    )


def d_tweedie(y, mu, p=1.5):
    return 2 * mu ** (-p) * (y - mu) / len(y)  #: wrong


def inverse_gaussian_deviance(y, mu):  #: loss
    return np.mean((y - mu) ** 2 / (mu**2 * y))


def inverse_gaussian_grad(y, mu):
    dmu = 2 * (mu - y) / mu**3 / len(y)  #: right
    return dmu, inverse_gaussian_deviance(y, mu)


def smoothness_loss(x):  #: loss
    d = x[1:] - x[:-1]
    return np.sum(d**2)


def smoothness_grad(x):
    g = np.zeros_like(x)
    g[1:] += 2 * (x[1:] - x[:-1])
    g[:-1] -= 2 * (x[1:] - x[:-1])  #: right
    return g


def gaussian_kl_loss(mu1, s1, mu2, s2):  #: loss
    return np.sum(np.log(s2 / s1) + (s1**2 + (mu1 - mu2) ** 2) / (2 * s2**2) - 0.5)


def gaussian_kl_grad(mu1, s1, mu2, s2):
    dmu1 = (mu1 - mu2) / s2**2  #: right
    ds1 = s1 / s2**2 - 1 / s1  #: right
    dmu2 = (mu1 - mu2) / s2**2  #: wrong
    ds2 = (1 - (s1**2 + (mu1 - mu2) ** 2) / s2**2) / s2  #: right
    return dmu1, ds1, dmu2, ds2


def exposure_nll(w, X, y, offset):  #: propagate
    eta = X @ w + offset
    nll = np.mean(np.exp(eta) - y * eta)
    g = X.T @ (np.exp(eta) - y)  #: wrong
    return nll, g


def hidden_nll(w, X, y):  #: loss
    g = 1 / (1 + np.exp(-X @ w))
    loss = -np.mean(y * np.log(g) + (1 - y) * np.log(1 - g))
    return loss, g


def squares_and_gain(w, X, y):  #: loss
    r = X @ w - y
    g = np.max(np.abs(r))
    return np.sum(r**2), g


def squares_and_names(theta, X, y):  #: propagate
    r = X @ theta - y
    G = 2 * X.T @ r  #: right
    return np.sum(r**2), G


def pull(A, P, N, t):  #: model
    dp = np.sqrt(np.sum((A - P) ** 2, axis=1))
    dn = np.sqrt(np.sum((A - N) ** 2, axis=1))
    return (P - A) * (dp - dn + t)[:, None]


def shrunk_nll(mu, S, x):  #: loss
    n = x.shape[0]
    P = np.linalg.inv(S + np.eye(n))
    return 0.5 * (x - mu) @ P @ (x - mu)


def shrunk_nll_gradient(mu, S, x):
    n = x.shape[0]
    return -np.linalg.inv(S + np.eye(n)) @ (x - mu)  #: right


def triplet_loss_gradient(anchor, positive, negative, alpha=0.2):  #: loss
    d_pos = np.sum((anchor - positive) ** 2)
    d_neg = np.sum((anchor - negative) ** 2)
    loss = max(d_pos - d_neg + alpha, 0)
    if loss > 0:
        grad_a = 2 * (negative - positive)  #: right
        grad_p = 2 * (positive - anchor)  #: right
        grad_n = 2 * (negative - anchor)  #: wrong
    else:
        grad_a = grad_p = grad_n = np.zeros_like(anchor)
    return grad_a, grad_p, grad_n, loss


def softmax_loss_and_gradient(centerWordVec, outsideWordIdx, outsideVectors):  #: loss
    scores = outsideVectors @ centerWordVec
    e = np.exp(scores - scores.max())
    y_hat = e / e.sum()
    loss = -np.log(y_hat[outsideWordIdx])
    delta = y_hat.copy()
    delta[outsideWordIdx] -= 1
    gradCenterVec = outsideVectors.T @ delta  #: right
    gradOutsideVecs = np.outer(delta, centerWordVec)  #: right
    return loss, gradCenterVec, gradOutsideVecs


def distances_and_moves(left, right):
    d_left = np.abs(left - right)
    d_right = np.abs(right - left)
    return d_left, d_right
