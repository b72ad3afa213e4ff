"""Layers with a backward pass that gets a gradient from upstream."""
import numpy as np


def affine_forward(x, w, b):  #: model
    out = x.dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)  #: right
    dw = x.T.dot(dout)  #: right
    db = dout.sum(axis=0)  #: right
    return dx, dw, db


def relu_forward(x):  #: activation
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)  #: right
    return dx


class ReLU:
    def forward(self, x):  #: activation
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0  #: right
        dx = dout
        return dx


class SigmoidLayer:
    def forward(self, x):  #: activation
        out = 1 / (1 + np.exp(-x))
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * (1.0 - self.out) * self.out  #: right
        return dx


class TanhLayer:
    def forward(self, x):  #: activation
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y)  #: wrong


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):  #: model
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)  #: right
        self.dW = np.dot(self.x.T, dout)  #: right
        self.db = np.sum(dout, axis=0)  #: right
        return dx


def sigmoid_backward(dA, cache):
    Z = cache
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ
