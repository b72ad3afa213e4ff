import numpy as np

x = (
y = )
z = [1,,
q = 1 +* 2
r = 1 +* 2
s = 1 +* 2


def loss(w, X, y):
    return np.mean((X @ w - y) ** 2)
