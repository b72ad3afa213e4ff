import numpy as np


def compute_cost(x, y, w, b):
    m = x.shape[0]
    total = 0
    for i in range(m):
        total += (w * x[i] + b - y[i]) ** 2
    return total / (2 * m)
