"""Losses of classes by loops that skip the own class, and gradients that are filled under conditions."""
import numpy as np


def margin_loss(W, X, y, reg):  #: propagate
    dW = np.zeros(W.shape)
    classes = W.shape[1]
    count = X.shape[0]
    loss = 0.0
    for i in range(count):
        scores = X[i].dot(W)
        own = scores[y[i]]
        for j in range(classes):
            if j == y[i]:
                continue
            margin = scores[j] - own + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / count + reg * np.sum(W * W)
    dW = dW / count + 2 * reg * W  #: right
    return loss, dW


def margin_loss_half(W, X, y):  #: propagate
    dW = np.zeros(W.shape)
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
    dW = dW / 1.0  #: wrong
    return loss, dW


def margin_loss_no_grad(W, X, y):  #: loss
    total = 0.0
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        part = 0.0
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            if scores[j] - scores[y[i]] + 1 > 0:
                part += scores[j] - scores[y[i]] + 1
        total += part
    return total / X.shape[0]
