import numpy as np


def euclidean_distance(a, b):
    return np.sqrt(np.sum((a - b) ** 2))


def cosine_similarity(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


def rbf_kernel(x, y, gamma):
    return np.exp(-gamma * np.sum((x - y) ** 2))


def update(w, dw, lr):
    return w - lr * dw


def sgd_step(params, grads, lr=0.01):
    for k in params:
        params[k] -= lr * grads[k]
    return params


def accuracy(y_true, y_pred):
    return np.mean(y_true == y_pred)


def train(X, y, w, b, epochs, lr):
    for epoch in range(epochs):
        cost, grads = propagate(w, b, X, y)
        w = w - lr * grads["dw"]
        b = b - lr * grads["db"]
    return w, b


def propagate(w, b, X, y):
    raise NotImplementedError


def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in range(x.size):
        xp = x.copy()
        xp[i] += h
        xm = x.copy()
        xm[i] -= h
        grad[i] = (f(xp) - f(xm)) / (2 * h)
    return grad


def entropy(p):
    return -np.sum(p * np.log(p))


def gaussian_pdf(x, mu, sigma):
    return np.exp(-(x - mu) ** 2 / (2 * sigma ** 2)) / np.sqrt(2 * np.pi * sigma ** 2)


def activate(context):
    context.subscriptions.append(1)


def step_decay(epoch):
    return 0.1 * 0.5 ** (epoch // 10)


def celsius(f):
    return (f - 32) * 5 / 9


def standardize(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def initialize(n):
    return np.random.randn(n, 1) * 0.01, 0.0


def adam(w, grad, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad ** 2
    m_hat = m / (1 - beta1 ** t)
    v_hat = v / (1 - beta2 ** t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
