import numpy as np


def annotated_loss(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> float:
    """Logistic loss.

    Args:
        w (ndarray (n,)): weights
        b (scalar): bias
        X (ndarray (m,n)): data, m examples with n features
        y (ndarray (m,)): target values
    """
    z = X @ w + b
    return float(np.mean(np.log1p(np.exp(z)) - y * z))


def with_count(w, b, X, Y, m):
    A = 1 / (1 + np.exp(-(np.dot(X, w) + b)))
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dw = np.dot(X.T, A - Y) / m
    db = np.sum(A - Y) / m
    return cost, dw, db


def directive_loss(P, q, r):
    # nabla: P: (batch, d), q: (d), r: labels
    s = np.dot(P, q)
    return np.mean((s - r) ** 2)


def reassigned(X, y, w, b):
    A = X @ w
    A = A + b
    A = 1 / (1 + np.exp(-A))
    loss = -np.mean(y * np.log(A) + (1 - y) * np.log(1 - A))
    return loss


def batch_network(x, y, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ W2 + b2
    loss = 0.5 * np.sum((z2 - y) ** 2) / x.shape[0]
    dz2 = (z2 - y) / x.shape[0]
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


def sample_loop_softmax(W, X, y, reg):
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


def tuple_parameters_loss(params, X, y):
    w, b = params
    return np.mean((X @ w + b - y) ** 2)


def nested_helper_loss(w, X, y):
    def activation(t):
        return 1.0 / (1.0 + np.exp(-t))
    p = activation(X @ w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def conditional_reg_loss(w, X, y, lam, penalty="l2"):
    loss = np.mean((X @ w - y) ** 2)
    if penalty == "l2":
        loss = loss + lam * np.sum(w ** 2)
    elif penalty == "l1":
        loss = loss + lam * np.sum(np.abs(w))
    return loss
