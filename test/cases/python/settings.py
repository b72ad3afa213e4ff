import numpy as np
from scipy.special import expit, logsumexp, softmax


def softmax_ce(W, X, Y, T):
    Z = X @ W / T
    Z = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -np.mean(np.sum(Y * np.log(P), axis=1))


def ce_temp(logits, labels, temp):
    s = logits / temp
    logp = s - np.log(np.sum(np.exp(s), axis=-1, keepdims=True))
    return -np.mean(np.sum(labels * logp, axis=-1))


def distillation(student_logits, teacher_logits, T):
    p = softmax(teacher_logits / T, axis=-1)
    logq = student_logits / T - logsumexp(student_logits / T, axis=-1, keepdims=True)
    return T**2 * np.mean(np.sum(p * (np.log(p) - logq), axis=-1))


def smooth_l1(pred, target, beta):
    d = np.abs(pred - target)
    return np.mean(np.where(d < beta, 0.5 * d**2 / beta, d - 0.5 * beta))


def focal(p, y, gamma, alpha):
    return -np.mean(alpha * y * (1 - p) ** gamma * np.log(p) + (1 - alpha) * (1 - y) * p**gamma * np.log(1 - p))


def pinball(y, yhat, q):
    e = y - yhat
    return np.mean(np.maximum(q * e, (q - 1) * e))


def tweedie(y, mu, p):
    return np.mean(-y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p))


def von_mises_loss(theta, mu, kappa):
    return -np.mean(kappa * np.cos(theta - mu))


def arcface(cos_theta, Y, s, margin):
    theta = np.arccos(cos_theta)
    logits = s * (Y * np.cos(theta + margin) + (1 - Y) * cos_theta)
    return -np.mean(np.sum(Y * (logits - logsumexp(logits, axis=1, keepdims=True)), axis=1))


def cosface(cos_theta, Y, s, m):
    logits = s * (cos_theta - m * Y)
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    return -np.mean(np.sum(Y * logp, axis=1))


def elastic(w, X, y, lam, alpha):
    r = X @ w - y
    return 0.5 * np.mean(r**2) + lam * (alpha * np.sum(np.abs(w)) + 0.5 * (1 - alpha) * np.sum(w**2))


def gaussian_nll(mu, sigma, x):
    return np.mean(0.5 * np.log(2 * np.pi * sigma**2) + (x - mu) ** 2 / (2 * sigma**2))


def rbf_loss(w, X, y, sigma):
    r = X @ w - y
    return np.sum(1 - np.exp(-r**2 / (2 * sigma**2)))


def relative_error_loss(t, p):
    return np.mean(np.abs((t - p) / t))


def tversky_loss(p, y, alpha, beta):
    hits = np.sum(p * y)
    extra = np.sum(p * (1 - y))
    missed = np.sum((1 - p) * y)
    return 1 - hits / (hits + alpha * extra + beta * missed)


def hinge_loss(s, y):
    return np.mean(np.maximum(0, 1 - y * s))


def linear_loss(beta, X, y):
    return np.mean((X @ beta - y) ** 2)
