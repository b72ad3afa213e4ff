"""Gradients that do not say which of several inputs they are by."""
import numpy as np


def cost(u, v):
    return 0.5 * np.sum((u - 2 * v) ** 2)


def cost_grad(u, v):
    return 4 * v - 2 * u  #: right


def polar(r, theta):
    return r**2 * np.cos(theta) + r


def polar_grad(r, theta):
    return -(r**2) * np.sin(theta)  #: right


def spiral(r, theta):
    return r**2 * np.cos(theta) + r


def spiral_grad(r, theta):
    return r**2 * np.sin(theta)  #: wrong gradient-sign


def weighted_bce(target, chance, hit=1.0, miss=1.0):
    chance = np.clip(chance, 1e-8, 1 - 1e-8)
    return -np.mean(hit * target * np.log(chance) + miss * (1 - target) * np.log(1 - chance))


def weighted_bce_derivative(target, chance, hit=1.0, miss=1.0):
    return -hit * target / chance + miss * (1 - target) / (1 - chance)  #: wrong gradient-missing-factor


def score(w, x, y):
    return np.mean((x @ w - y) ** 2)


def score_grad(w, x, y):
    return 2 * w * np.mean(x @ w - y)  #: wrong gradient-differs
