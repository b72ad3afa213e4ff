"""Layers as pairs of functions, with a cache that the forward function returns."""
import numpy as np


def affine_forward(x, w, b):  #: model
    """
    Inputs:
    - x: input data, of shape (N, D)
    - w: weights, of shape (D, M)
    - b: biases, of shape (M,)
    """
    N = x.shape[0]
    out = np.dot(x.reshape(N, -1), w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = np.dot(dout, w.T).reshape(x.shape)  #: right
    dw = np.dot(x.reshape(N, -1).T, dout)  #: right
    db = np.sum(dout, axis=0)  #: right
    return dx, dw, db


def dense_forward(x, w, b):  #: model
    return x @ w + b, (x, w, b)


def dense_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w  #: wrong
    dw = dout.T @ x  #: wrong
    db = dout  #: wrong
    return dx, dw, db


def linear_forward(A, W, b):  #: model
    """
    A -- activations of the previous layer, of shape (units before, examples)
    W -- weights, of shape (units, units before)
    b -- biases, of shape (units, 1)
    """
    Z = np.dot(W, A) + b
    cache = (A, W, b)
    return Z, cache


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    dW = np.dot(dZ, A_prev.T)  #: right
    db = np.sum(dZ, axis=1, keepdims=True)  #: right
    dA_prev = np.dot(W.T, dZ)  #: right
    return dA_prev, dW, db


def leaky_forward(x, slope=0.01):  #: activation
    out = np.where(x > 0, x, slope * x)
    return out, (x, slope)


def leaky_backward(dout, cache):
    x, slope = cache
    dx = np.where(x > 0, dout, slope * dout)  #: right
    return dx


def tanh_forward(x):  #: activation
    out = np.tanh(x)
    return out, out


def tanh_backward(dout, cache):
    out = cache
    return dout * (1 - out ** 2)  #: right


def sigmoid_forward(x):  #: activation
    out = 1 / (1 + np.exp(-x))
    return out, out


def sigmoid_backward(dout, cache):
    return dout * cache * (1 + cache)  #: wrong


def softplus_forward(x):  #: activation
    out = np.log(1 + np.exp(x))
    cache = {"x": x}
    return out, cache


def softplus_backward(dout, cache):
    x = cache["x"]
    dx = dout / (1 + np.exp(-x))  #: right
    return dx


def scale_forward(x, gamma, beta):  #: model
    out = gamma * x + beta
    cache = {"x": x, "gamma": gamma}
    return out, cache


def scale_backward(dout, cache):
    x, gamma = cache["x"], cache["gamma"]
    dx = dout * gamma  #: right
    dgamma = np.sum(dout * x, axis=0)  #: right
    dbeta = np.mean(dout, axis=0)  #: wrong
    return dx, dgamma, dbeta


def linear_mean_forward(A, W, b):  #: model
    Z = W.dot(A) + b
    return Z, (A, W, b)


def linear_mean_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1. / m * np.dot(dZ, A_prev.T)  #: right
    db = 1. / m * np.sum(dZ, axis=1, keepdims=True)  #: right
    dA_prev = np.dot(W.T, dZ)  #: right
    return dA_prev, dW, db


def relu(Z):  #: activation
    A = np.maximum(0, Z)
    cache = Z
    return A, cache


def relu_backward(dA, cache):
    Z = cache
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0  #: right
    return dZ
