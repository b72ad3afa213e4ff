"""Cost and gradient in one function."""
import numpy as np


def sigmoid(z):  #: activation
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):  #: propagate
    """
    Cost and gradients of logistic regression.

    w -- weights, of shape (num_px * num_px * 3, 1)
    X -- data, of shape (num_px * num_px * 3, number of examples)
    """
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * np.dot(X, (A - Y).T)  #: right
    db = 1 / m * np.sum(A - Y)  #: right
    cost = np.squeeze(cost)
    grads = {"dw": dw, "db": db}
    return grads, cost


def linear_cost(theta, X, y):  #: propagate
    m = len(y)
    error = X.dot(theta) - y
    J = (error ** 2).sum() / (2 * m)
    grad = X.T.dot(error) / m  #: right
    return J, grad


def linear_cost_short(theta, X, y):  #: propagate
    m = len(y)
    error = X @ theta - y
    J = 1 / (2 * m) * error.T @ error
    grad = X.T @ error  #: wrong
    return J, grad


def ridge(w, X, y, lam):  #: propagate
    r = X @ w - y
    loss = r @ r + lam * w @ w
    grad = 2 * X.T @ r + 2 * lam * w  #: right
    return loss, grad


def ridge_forgotten(w, X, y, lam):  #: propagate
    r = X @ w - y
    loss = np.sum(r ** 2) + lam * np.sum(w ** 2)
    grad = 2 * X.T @ r  #: wrong
    return loss, grad


def softmax_loss_vectorized(W, X, y, reg):  #: propagate
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[np.arange(num_train), y])) / num_train
    loss += reg * np.sum(W * W)
    dscores = probs.copy()
    dscores[np.arange(num_train), y] -= 1
    dscores /= num_train
    dW = X.T.dot(dscores) + 2 * reg * W  #: right
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):  #: propagate
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train + reg * np.sum(W * W)
    binary = (margins > 0).astype(float)
    binary[np.arange(num_train), y] = -np.sum(binary, axis=1)
    dW = X.T.dot(binary) / num_train + 2 * reg * W  #: right
    return loss, dW


def two_layer(W1, b1, W2, b2, X, Y):  #: propagate
    m = X.shape[1]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cost = -np.sum(np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)) / m
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m  #: right
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m  #: right
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m  #: right
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m  #: right
    return cost, {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def poisson_nll(w, X, y):  #: propagate
    eta = X @ w
    mu = np.exp(eta)
    nll = np.mean(mu - y * eta)
    g = X.T @ (mu - y) / len(y)  #: right
    return nll, g
