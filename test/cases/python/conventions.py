import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def sigmoid_backward(dA, Z):
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


def relu(Z):
    A = np.maximum(0, Z)
    return A


def relu_backward(dA, cache):
    Z = cache
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def tanh(x):
    return np.tanh(x)


def dtanh(y):
    return 1.0 - y ** 2


def bce_loss(w, X, y):
    p = 1 / (1 + np.exp(-X @ w))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_loss_gradient(w, X, y, m):
    p = 1 / (1 + np.exp(-X @ w))
    return X.T @ (p - y) / m


def distance_based_loss(t, x):
    dt = 0.1
    return np.sum((t - x) ** 2) * dt


def in_place(W, b, X):
    m = X.shape[0]
    scores = X.dot(W) + b
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, scores)
    loss = np.mean(scores)
    return loss


def aliased_loss(X, y, w):
    r = X @ w
    e = r
    e -= y
    return np.sum(r ** 2)


def viewed_loss(X, y, w):
    r = X @ w
    c = r.reshape(-1, 1)
    c *= 2
    return np.sum((r - y) ** 2)


def masked_loss(x, y, w):
    d = w * x - y
    g = d ** 2
    g[d < 0] *= 0.5
    g[d > 2] = 4
    loss = g.sum()
    return loss


def aliased_gradient(W, X, y, reg):
    N = X.shape[0]
    r = X.dot(W) - y
    loss = np.sum(r * r) / N + reg * np.sum(W * W)
    grads = {}
    dW = 2 * X.T.dot(r) / N
    grads["W"] = dW
    dW += 2 * reg * W
    return loss, grads


def shift(v):
    v -= v.mean()


def changed_by_callee_loss(X, y, w):
    r = X @ w - y
    shift(r)
    return np.sum(r ** 2)


def shuffled_loss(X, y, w):
    np.random.shuffle(X)
    return np.sum((X @ w - y) ** 2)


def out_argument_loss(x, y):
    d = x - y
    np.multiply(d, d, out=d)
    np.maximum(d, 1, d)
    return d.sum()


def stopping_loss(x, y):
    e = x - y
    for k in range(5):
        e = e / 2
        if np.sum(e) < 1:
            break
    return np.sum(e ** 2)
