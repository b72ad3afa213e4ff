"""Gradients that are summed up in loops over samples, features and classes."""
import numpy as np


def sigmoid(z):  #: activation
    return 1 / (1 + np.exp(-z))


def compute_cost_logistic(X, y, w, b):  #: loss
    m = X.shape[0]
    cost = 0.0
    for i in range(m):
        z_i = np.dot(X[i], w) + b
        f_wb_i = sigmoid(z_i)
        cost += -y[i] * np.log(f_wb_i) - (1 - y[i]) * np.log(1 - f_wb_i)
    cost = cost / m
    return cost


def compute_gradient_logistic(X, y, w, b):
    m, n = X.shape
    dj_dw = np.zeros((n,))
    dj_db = 0.
    for i in range(m):
        f_wb_i = sigmoid(np.dot(X[i], w) + b)
        err_i = f_wb_i - y[i]
        for j in range(n):
            dj_dw[j] = dj_dw[j] + err_i * X[i, j]
        dj_db = dj_db + err_i
    dj_dw = dj_dw / m  #: right
    dj_db = dj_db / m  #: right
    return dj_db, dj_dw


class Ridge:
    def compute_cost(self, X, y, w, b, lambda_=1):  #: loss
        m = X.shape[0]
        n = len(w)
        cost = 0.
        for i in range(m):
            f_wb_i = np.dot(X[i], w) + b
            cost = cost + (f_wb_i - y[i]) ** 2
        cost = cost / (2 * m)
        reg_cost = 0
        for j in range(n):
            reg_cost += (w[j] ** 2)
        reg_cost = (lambda_ / (2 * m)) * reg_cost
        return cost + reg_cost

    def compute_gradient(self, X, y, w, b, lambda_=1):
        m, n = X.shape
        dj_dw = np.zeros((n,))
        dj_db = 0.0
        for i in range(m):
            err = (np.dot(X[i], w) + b) - y[i]
            for j in range(n):
                dj_dw[j] = dj_dw[j] + err * X[i, j]
            dj_db = dj_db + err
        dj_dw = dj_dw / m
        dj_db = dj_db / m  #: right
        for j in range(n):
            dj_dw[j] = dj_dw[j] + (lambda_ / m) * w[j]
        return dj_db, dj_dw  #: right


def cost_of_line(x, y, w, b):  #: loss
    m = x.shape[0]
    total = 0
    for i in range(m):
        f_wb = w * x[i] + b
        total = total + (f_wb - y[i]) ** 2
    return 1 / (2 * m) * total


def gradient_of_line(x, y, w, b):
    m = x.shape[0]
    dj_dw = 0
    dj_db = 0
    for i in range(m):
        f_wb = w * x[i] + b
        dj_dw += (f_wb - y[i]) * x[i]
        dj_db += f_wb - y[i]
    dj_dw = dj_dw / m  #: right
    dj_db = dj_db  #: wrong
    return dj_dw, dj_db


def softmax_loss_naive(W, X, y, reg):  #: propagate
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W  #: right
    return loss, dW


def svm_loss_naive(W, X, y, reg):  #: propagate
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W  #: right
    return loss, dW
