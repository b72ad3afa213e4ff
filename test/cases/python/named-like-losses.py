import numpy as np


def kinetic_energy(m, v):
    return 0.5 * m * v**2


def exp_decay(lr0, k, t):
    return lr0 * np.exp(-k * t)


def damped(t, a, w):
    return np.exp(-a * t) * np.cos(w * t)


def correlation(x, y):
    x = x - x.mean()
    y = y - y.mean()
    return np.sum(x * y) / np.sqrt(np.sum(x**2) * np.sum(y**2))


def minkowski(x, y, p):
    return np.sum(np.abs(x - y) ** p) ** (1 / p)


def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def smooth_loss(loss, running, beta=0.98):
    return beta * running + (1 - beta) * loss**2


def weight_loss(calories, days):
    return calories * days / 7700


def shipping_cost(weight, distance):
    db = weight * 0.1
    return db * distance + np.exp(-distance)


def activation_energy(k, T, A):
    R = 8.314
    return -R * T * np.log(k / A)


def radiation_loss(T, eps, A):
    return 5.67e-8 * eps * A * T**4


def heat_loss(T, T_env, h, A):
    dT = T - T_env
    return h * A * dT


def distance_cost(x1, y1, x2, y2):
    return np.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)


class Robot:
    def cost(self, x, y):
        return np.sqrt((x - self.x) ** 2 + (y - self.y) ** 2)


def hann(n, N):
    return 0.5 * (1 - np.cos(2 * np.pi * n / (N - 1)))


def path_loss(d, f):
    return 20 * np.log10(d) + 20 * np.log10(f) + 32.44


def hessian(w, X):
    p = 1 / (1 + np.exp(-X @ w))
    return X.T @ np.diag(p * (1 - p)) @ X
