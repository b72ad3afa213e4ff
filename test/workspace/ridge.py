import numpy as np


def ridge_loss(w, b, X, y, lam):
    m = X.shape[0]
    residual = X @ w + b - y
    cost = np.sum(residual**2) / (2*m) + lam/(2*m) * np.sum(w**2)
    dw = X.T @ residual / m + lam/m * w
    db = np.mean(residual)
    return cost, dw, db
