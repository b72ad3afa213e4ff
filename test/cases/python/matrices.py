import numpy as np
from scipy.special import expit, logsumexp, softmax


def attend(q, K, V):
    s = K @ q / np.sqrt(len(q))
    e = np.exp(s - s.max())
    a = e / e.sum()
    return a @ V


def softmax_rows(Z):
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


def rms_norm(x, g):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-6) * g


def layer_norm(x, g, b):
    mu = x.mean(-1, keepdims=True)
    v = x.var(-1, keepdims=True)
    return g * (x - mu) / np.sqrt(v + 1e-5) + b


def linear(X, W, b):
    return X @ W.T + b


def relu_layer(X, W, b):
    return np.maximum(0, X @ W + b)


def mse_layer(X, W, b, Y):
    return np.mean((X @ W + b - Y) ** 2)


def mse_layer_t(X, W, b, Y):
    return np.mean((X @ W.T + b - Y) ** 2)


def margin_ranking(x1, x2, y):
    return np.mean(np.maximum(0, -y * (x1 - x2) + 0.5))


def margin_ranking_m(x1, x2, y, margin):
    return np.mean(np.maximum(0, -y * (x1 - x2) + margin))


def crammer_singer(S, Y):
    correct = np.sum(S * Y, axis=1, keepdims=True)
    m = np.max(S + (1 - Y), axis=1, keepdims=True)
    return np.mean(m - correct)


def trace_loss(A, B, C):
    return np.trace(A @ B @ A.T @ C)


def value_only(X, Wv, Y):
    V = X @ Wv
    O = V
    return np.sum((O - Y) ** 2)


def highway(X, Wh, bh, Wt, bt):
    H = np.tanh(X @ Wh + bh)
    T = expit(X @ Wt + bt)
    return T * H + (1 - T) * X


def highway_loss(X, Wh, Wt, Y):
    H = np.tanh(X @ Wh)
    T = 1 / (1 + np.exp(-(X @ Wt)))
    O = T * H + (1 - T) * X
    return 0.5 * np.sum((O - Y) ** 2)


def quadratic_form(x, A):
    return x @ A @ x


def rayleigh(x, A):
    return (x @ A @ x) / (x @ x)


def vae(mu, logvar, x, xhat):
    rec = np.sum((x - xhat) ** 2)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return rec + kl


def vae_loss(x, x_hat, mu, log_var):
    bce = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))
    return bce - 0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var))


def info_nce_t(Q, K, tau):
    S = Q @ K.T / tau
    return np.mean(logsumexp(S, axis=1) - np.diag(S))


def clip_loss(I, T, tau):
    S = I @ T.T / tau
    a = -np.mean(np.diag(S - logsumexp(S, axis=1, keepdims=True)))
    b = -np.mean(np.diag(S - logsumexp(S, axis=0, keepdims=True)))
    return (a + b) / 2
