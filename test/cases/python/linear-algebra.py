import numpy as np


def gaussian_nll(x, mu, Sigma):
    d = x - mu
    nll = 0.5 * d @ np.linalg.solve(Sigma, d) + 0.5 * np.linalg.slogdet(Sigma)[1]
    dmu = -np.linalg.inv(Sigma) @ d
    return nll, dmu


def determinant_loss(A, B):
    sign, logdet = np.linalg.slogdet(A.T @ A + np.eye(A.shape[1]))
    loss = sign * logdet + np.linalg.det(B) + np.trace(np.linalg.inv(B).T)
    return loss


def quadratic_loss(A, b, x):
    loss = 0.5 * x @ A @ x - b @ x
    grad_x = 0.5 * (A + A.T) @ x - b
    return loss, grad_x


def cumulative_loss(u, y):
    c = np.cumsum(u)
    loss = np.sum((c - y) ** 2)
    du = 2 * np.cumsum((c - y)[::-1])[::-1]
    return loss, du


def rows_loss(U, Y):
    C = np.cumsum(U, axis=1)
    loss = np.mean((C - Y) ** 2)
    return loss


def diagonal_loss(W, y):
    d = np.diag(W @ W.T)
    loss = np.sum((d - y) ** 2)
    return loss
