"""GELU and its approximation by tanh, with derivatives of one and of the other; settings by default beside labels."""
import math

import numpy as np


def quick_gelu(z):  #: activation
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


def quick_gelu_derivative(z):
    inner = np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)
    t = np.tanh(inner)
    slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z * z)
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope  #: right


def tanh_gelu(x):  #: activation
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def tanh_gelu_derivative(x):
    below = 0.5 * (1 + math.erf(x / math.sqrt(2)))
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return below + x * density


def erf_gelu(x):  #: activation
    return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


def erf_gelu_derivative(x):
    below = 0.5 * (1 + math.erf(x / math.sqrt(2)))
    return below + x * math.exp(-x * x / 2) / (2 * math.pi)  #: wrong


def weighted_bce(target, chance, hit=1.0, miss=1.0):  #: loss
    chance = np.clip(chance, 1e-8, 1 - 1e-8)
    return -np.mean(hit * target * np.log(chance) + miss * (1 - target) * np.log(1 - chance))


def weighted_bce_derivative(target, chance, hit=1.0, miss=1.0):
    return -hit * target / chance + miss * (1 - target) / (1 - chance)  #: wrong


def mean_cross_entropy(labels, probs):  #: loss
    return -np.mean(np.sum(labels * np.log(probs), axis=1))


def mean_cross_entropy_derivative(labels, probs):
    return probs - labels  #: wrong
