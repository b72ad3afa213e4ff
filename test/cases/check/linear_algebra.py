"""Quadratic forms, traces, determinants, inverses and Gaussian likelihoods."""
import numpy as np

def quadratic(A, b, x):
    loss = 0.5 * x @ A @ x - b @ x
    grad_x = 0.5 * (A + A.T) @ x - b  #: right
    return loss, grad_x

def quadratic_of_a_symmetric_matrix(A, b, x):
    loss = 0.5 * x @ A @ x - b @ x
    grad_x = A @ x - b  #: right
    return loss, grad_x

def quadratic_sign(A, b, x):
    loss = 0.5 * x @ A @ x - b @ x
    grad_x = A @ x + b  #: wrong gradient-term-factor
    return loss, grad_x

def rayleigh_loss(A, x):
    loss = (x @ A @ x) / (x @ x)
    grad_x = 2 * (A @ x - loss * x) / (x @ x)  #: right
    return loss, grad_x

def trace_loss(A, X, B):
    loss = np.trace(A @ X @ B)
    dX = A.T @ B.T  #: right
    return loss, dX

def frobenius_loss(X, Y, W):
    R = X @ W - Y
    loss = np.linalg.norm(R, 'fro') ** 2
    dW = 2 * X.T @ R  #: right
    return loss, dW

def frobenius_loss_without_factor(X, Y, W):
    R = X @ W - Y
    loss = np.linalg.norm(R, 'fro') ** 2
    dW = X.T @ R  #: wrong gradient-missing-factor
    return loss, dW

def gaussian_nll(x, mu, Sigma):
    d = x - mu
    Sigma_inv = np.linalg.inv(Sigma)
    nll = 0.5 * d @ Sigma_inv @ d + 0.5 * np.log(np.linalg.det(Sigma))
    dmu = -Sigma_inv @ d  #: right
    dSigma = 0.5 * (Sigma_inv - np.outer(Sigma_inv @ d, Sigma_inv @ d))  #: right
    return nll, dmu, dSigma

def gaussian_nll_with_mistakes(x, mu, Sigma):
    d = x - mu
    Sigma_inv = np.linalg.inv(Sigma)
    nll = 0.5 * d @ Sigma_inv @ d + 0.5 * np.log(np.linalg.det(Sigma))
    dmu = Sigma_inv @ d  #: wrong gradient-sign
    dSigma = 0.5 * (Sigma_inv + np.outer(Sigma_inv @ d, Sigma_inv @ d))  #: wrong gradient-term-factor
    return nll, dmu, dSigma

def samples_nll(X, mu, Sigma):
    m, n = X.shape
    D = X - mu
    sign, logdet = np.linalg.slogdet(Sigma)
    quad = np.sum(D @ np.linalg.inv(Sigma) * D)
    loss = 0.5 * (m * logdet + quad)
    dmu = -np.sum(D @ np.linalg.inv(Sigma), axis=0)  #: right
    dSigma = 0.5 * (m * np.linalg.inv(Sigma) - np.linalg.inv(Sigma) @ D.T @ D @ np.linalg.inv(Sigma))  #: right
    return loss, dmu, dSigma

def precision_nll(X, mu, precision):
    m = X.shape[0]
    D = X - mu
    loss = 0.5 * np.einsum('ij,jk,ik->', D, precision, D) / m - 0.5 * np.linalg.slogdet(precision)[1]
    dprecision = 0.5 * (D.T @ D / m - np.linalg.inv(precision))  #: right
    return loss, dprecision

def mahalanobis_loss(x, mu, Sigma):
    d = x - mu
    loss = d.T @ np.linalg.solve(Sigma, d)
    grad_mu = -2 * np.linalg.solve(Sigma, d)  #: right
    return loss, grad_mu

def solution_loss(A, b, t):
    x = np.linalg.solve(A, b)
    loss = np.sum((x - t) ** 2)
    db = 2 * np.linalg.solve(A.T, x - t)  #: right
    return loss, db

def logdet_loss(X):
    loss = np.linalg.slogdet(np.eye(X.shape[0]) + X @ X.T)[1]
    dX = 2 * np.linalg.solve(np.eye(X.shape[0]) + X @ X.T, X)  #: right
    return loss, dX

def determinant_loss(A):
    loss = np.log(np.linalg.det(A))
    dA = np.linalg.inv(A).T  #: right
    return loss, dA

def determinant_loss_with_a_missing_inverse(A):
    loss = np.log(np.linalg.det(A))
    dA = 2 * A.T  #: wrong gradient-differs
    return loss, dA

def cumulative_loss(u, y):
    c = np.cumsum(u)
    loss = np.sum((c - y) ** 2)
    r = 2 * (c - y)
    du = np.cumsum(r[::-1])[::-1]  #: right
    return loss, du

def cumulative_loss_forward(u, y):
    c = np.cumsum(u)
    loss = np.sum((c - y) ** 2)
    r = 2 * (c - y)
    du = np.cumsum(r)  #: wrong gradient-differs
    return loss, du

def diagonal_loss(A, y):
    d = np.diag(A)
    loss = np.sum((d - y) ** 2)
    dA = np.diag(2 * (d - y))  #: right
    return loss, dA


def regularised_nll(mu, S, x):
    n = len(mu)
    P = np.linalg.inv(S + np.eye(n))
    r = x - mu
    loss = 0.5 * r @ P @ r
    dmu = -P @ r  #: right
    return loss, dmu


def shrunk_nll(mu, S, x):
    n = x.shape[0]
    K = S + 0.1 * np.eye(n)
    r = x - mu
    return 0.5 * r @ np.linalg.inv(K) @ r + 0.5 * np.linalg.slogdet(K)[1]


def shrunk_nll_gradient(mu, S, x):
    n = x.shape[0]
    dmu = -np.linalg.inv(S + 0.1 * np.eye(n)) @ (x - mu)  #: right
    return dmu
