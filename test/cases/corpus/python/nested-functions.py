"""Activations inside of the function that hands them out, and helpers that are nothing of the kind."""
import numpy as np


def functions_of(name):
    known = {}

    def register(fn):
        known[fn.__name__] = fn
        return fn

    @register
    def leakyrelu(Z, derivative=False):  #: activation
        leak = 0.01
        if derivative:
            return np.where(Z > 0, 1, leak)  #: right
        return np.maximum(Z, Z * leak)

    @register
    def sigmoid(Z, derivative=False):  #: activation
        if derivative:
            return np.exp(-Z) / (1 + np.exp(-Z))  #: wrong
        return 1 / (1 + np.exp(-Z))

    def clean(text):
        return text.strip().lower()

    def spread(values):
        return np.sqrt(np.mean((values - np.mean(values)) ** 2))

    return known[clean(name)]
