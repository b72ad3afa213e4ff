"""Axes that consist of pieces: a column of ones, gates side by side, a state on top of an input."""
import numpy as np


def add_ones(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])


def split_rows(X, share):
    n_train = int(share * len(X))
    return X[:n_train], X[n_train:]


def sigmoid(z):  #: activation
    return 1 / (1 + np.exp(-z))


def logistic_cost(theta, X, y):  #: loss
    m = len(y)
    Xb = np.c_[np.ones((m, 1)), X]
    h = sigmoid(Xb.dot(theta))
    J = -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h)) / m
    grad = Xb.T.dot(h - y) / m  #: right
    return J, grad


def ridge_cost(theta, X, y, lam):  #: loss
    m = X.shape[0]
    A = np.concatenate((np.ones((m, 1)), X), axis=1)
    r = A @ theta - y
    J = (r @ r + lam * np.sum(theta[1:] ** 2)) / (2 * m)
    grad = A.T @ r / m
    grad[1:] += lam / m * theta[1:]  #: right
    return J, grad


def ridge_cost_all(theta, X, y, lam):  #: loss
    m = X.shape[0]
    A = np.insert(X, 0, 1, axis=1)
    r = A @ theta - y
    J = np.sum(r ** 2) / (2 * m) + lam / (2 * m) * np.sum(theta[1:] ** 2)
    grad = A.T @ r / m + lam / m * theta  #: wrong
    return J, grad


def two_layer_cost(T1, T2, X, Y):  #: loss
    m = X.shape[0]
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = a1 @ T1.T
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    a3 = sigmoid(a2 @ T2.T)
    J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
    d3 = a3 - Y
    d2 = d3 @ T2[:, 1:] * sigmoid(z2) * (1 - sigmoid(z2))
    T1_grad = d2.T @ a1 / m  #: right
    T2_grad = d3.T @ a2 / m  #: right
    return J, T1_grad, T2_grad


def two_layer_cost_short(T1, T2, X, Y):  #: loss
    m = X.shape[0]
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = a1 @ T1.T
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    a3 = sigmoid(a2 @ T2.T)
    J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
    d3 = a3 - Y
    d2 = d3 @ T2[:, 1:] * sigmoid(z2)
    T1_grad = d2.T @ a1 / m  #: wrong
    T2_grad = d3.T @ a2 / m  #: right
    return J, T1_grad, T2_grad


def gated_step_forward(x, prev_h, prev_c, Wx, Wh, b):  #: model
    """x: (N, D), prev_h, prev_c: (N, H), Wx: (D, 4H), Wh: (H, 4H), b: (4H,)"""
    H = prev_h.shape[1]
    gates = x @ Wx + prev_h @ Wh + b
    i = sigmoid(gates[:, :H])
    f = sigmoid(gates[:, H:2 * H])
    o = sigmoid(gates[:, 2 * H:3 * H])
    g = np.tanh(gates[:, 3 * H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)


def gated_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    dprev_c = dc * f  #: right
    di = dc * g * i * (1 - i)
    df = dc * prev_c * f * (1 - f)
    do = dnext_h * tanh_c * o * (1 - o)
    dg = dc * i * (1 - g ** 2)
    dgates = np.hstack((di, df, do, dg))
    dx = dgates @ Wx.T  #: right
    dprev_h = dgates @ Wh.T  #: right
    dWx = x.T @ dgates  #: right
    dWh = prev_h.T @ dgates  #: right
    db = dgates.sum(axis=0)  #: right
    return dx, dprev_h, dprev_c, dWx, dWh, db


def split_step_forward(x, prev_h, prev_c, Wx, Wh, b):  #: model
    ai, af, ao, ag = np.split(np.dot(x, Wx) + np.dot(prev_h, Wh) + b, 4, axis=1)
    i, f, o, g = sigmoid(ai), sigmoid(af), sigmoid(ao), np.tanh(ag)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)


def split_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    dprev_c = dc * f  #: right
    da = np.concatenate([
        dc * g * i * (1 - i),
        dc * prev_c * f * (1 - f),
        dnext_h * tanh_c * o * (1 - o),
        dc * i * (1 - g),
    ], axis=1)
    dx = np.dot(da, Wx.T)  #: wrong
    dprev_h = np.dot(da, Wh.T)  #: wrong
    dWx = np.dot(x.T, da)  #: wrong
    dWh = np.dot(prev_h.T, da)  #: wrong
    db = np.sum(da, axis=0)  #: wrong
    return dx, dprev_h, dprev_c, dWx, dWh, db


def stacked_cell_forward(xt, a_prev, parameters):  #: model
    W, b, V = parameters["W"], parameters["b"], parameters["V"]
    n_x, m = xt.shape
    n_a = V.shape[1]
    concat = np.zeros((n_a + n_x, m))
    concat[:n_a, :] = a_prev
    concat[n_a:, :] = xt
    a_next = np.tanh(np.dot(W, concat) + b)
    y_t = np.dot(V, a_next)
    return a_next, (xt, a_prev, a_next, parameters)


def stacked_cell_backward(da_next, cache):
    xt, a_prev, a_next, parameters = cache
    n_a = a_prev.shape[0]
    concat = np.concatenate((a_prev, xt), axis=0)
    dz = (1 - a_next ** 2) * da_next
    dW = np.dot(dz, concat.T)  #: right
    db = np.sum(dz, axis=1, keepdims=True)  #: right
    da_prev = np.dot(parameters["W"][:, :n_a].T, dz)  #: right
    dxt = np.dot(parameters["W"][:, n_a:].T, dz)  #: right
    return dxt, da_prev, dW, db
