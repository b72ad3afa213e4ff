import numpy as np


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


def softmax_loss(W, b, X, Y):
    m = X.shape[0]
    P = softmax(X @ W + b)
    loss = -np.sum(Y * np.log(P)) / m
    dZ = (P - Y) / m
    dW = X.T @ dZ
    db = np.sum(dZ, axis=0)
    return loss, dW, db


def softmax_columns(W, b, X, Y):
    m = X.shape[1]
    Z = np.dot(W, X) + b
    T = np.exp(Z)
    A = T / np.sum(T, axis=0, keepdims=True)
    cost = -1 / m * np.sum(Y * np.log(A))
    dW = 1 / m * np.dot(A - Y, X.T)
    db = 1 / m * np.sum(A - Y, axis=1, keepdims=True)
    return cost, dW, db


def softmax_labels(W, X, y):
    m = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(m), y])) / m
    dscores = probs.copy()
    dscores[np.arange(m), y] -= 1
    dW = X.T.dot(dscores) / m
    return loss, dW
