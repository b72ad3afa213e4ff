import numpy as np


def loss_and_grad(theta, X, y):
    z = X @ theta
    h = 1 / (1 + np.exp(-z))
    loss = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
    grad = X.T @ (h - y) / len(y)
    return loss, grad
