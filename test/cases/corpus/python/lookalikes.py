"""Colours, boxes, guards and layouts: none of them is a loss, whatever letters it uses."""
import math

import numpy as np


def yuv_to_rgb(y, u, v):
    r = y + 1.14 * v
    g = y - 0.395 * u - 0.581 * v
    b = y + 2.033 * u
    if r < 0.0:
        r = 0.0
    if g < 0.0:
        g = 0.0
    return (r, g, b)


def rgb_to_hls(r, g, b):
    top = max(r, g, b)
    low = min(r, g, b)
    l = (top + low) / 2.0
    s = (top - low) / (2.0 - top - low)
    h = (g - b) / (top - low)
    return h, l, s


def is_bad_length(n):
    return int(n) != n or n <= 0


def draw_tree(l, depth, pen):
    pen.forward(l)
    l = l * 0.7
    pen.left(30)
    if depth > 0:
        draw_tree(l, depth - 1, pen)


def rescale_points(pos, scale=1.0):
    pos = pos - np.mean(pos, axis=0)
    top = np.max(np.abs(pos))
    return pos * scale / top


def great_circle(lat1, lon1, lat2, lon2):
    a = math.sin((lat2 - lat1) / 2) ** 2
    a += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 6371 * 2 * math.asin(math.sqrt(a))


def page_rank(A, d, steps):
    n = A.shape[0]
    r = np.ones(n) / n
    for _ in range(steps):
        r = (1 - d) / n + d * A.T @ r
    return r


def momentum_step(w, v, grad, lr, beta):
    v = beta * v + (1 - beta) * grad
    return w - lr * v, v


def half_life(t, t0):
    return 0.5 ** (t / t0)


def compound_interest(p, r, n):
    return p * (1 + r) ** n


def moving_average(old, new, alpha):
    return alpha * new + (1 - alpha) * old


def spring_energy(k, x):
    return 0.5 * k * x**2


def drag(v, rho, area, c):
    return 0.5 * rho * v**2 * area * c


def to_decibel(p, ref):
    return 10 * math.log10(p / ref)


def hann_window(n, length):
    return 0.5 - 0.5 * np.cos(2 * np.pi * n / (length - 1))


def elo_expected(a, b):
    return 1 / (1 + 10 ** ((b - a) / 400))


def elo_update(rating, expected, score, k=32):
    return rating + k * (score - expected)


def body_mass_index(mass, height):
    return mass / height**2
