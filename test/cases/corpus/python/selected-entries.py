"""Entries that are selected by a condition, on either side of an assignment."""
import numpy as np


def elu(x, alpha):  #: activation
    out = np.zeros_like(x)
    out[x >= 0] = x[x >= 0]
    out[x < 0] = alpha * (np.exp(x[x < 0]) - 1)
    return out


def elu_derivative(x, alpha):
    g = np.ones_like(x)
    g[x < 0] = alpha * np.exp(x[x < 0])  #: right
    return g


def leaky_relu(x, a):  #: activation
    y = x.copy()
    y[y < 0] *= a
    return y


def leaky_relu_derivative(x, a):
    dx = np.ones_like(x)
    dx[x < 0] = -a  #: wrong
    return dx


def relu6(x):  #: activation
    y = np.maximum(x, 0)
    y[y > 6] = 6
    return y


def relu6_grad(x):
    g = np.zeros_like(x)
    g[np.logical_and(x > 0, x < 6)] = 1  #: right
    return g


def hard_tanh(x):  #: activation
    y = x.copy()
    y[x > 1] = 1
    y[x < -1] = -1
    return y


def hard_tanh_grad(x):
    g = np.ones_like(x)
    g[(x > 1) | (x < -1)] = 0  #: right
    return g


def softshrink(x, lam):  #: activation
    y = np.zeros(x.shape)
    y[x > lam] = x[x > lam] - lam
    y[x < -lam] = x[x < -lam] + lam
    return y


def softshrink_grad(x, lam):
    g = np.zeros(x.shape)
    g[x > lam] = 1
    g[x < -lam] = -1  #: wrong
    return g


def stable_sigmoid(x):  #: activation
    out = np.empty_like(x)
    pos = x >= 0
    neg = ~pos
    out[pos] = 1 / (1 + np.exp(-x[pos]))
    e = np.exp(x[neg])
    out[neg] = e / (1 + e)
    return out


class ELU:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):  #: activation
        self.x = x
        out = x.copy()
        out[x < 0] = self.alpha * (np.exp(x[x < 0]) - 1)
        return out

    def backward(self, grad):
        dx = grad.copy()
        neg = self.x < 0
        dx[neg] = grad[neg] * self.alpha * np.exp(self.x[neg])  #: right
        return dx


class PReLU:
    def forward(self, x):  #: model
        self.x = x
        return np.where(x > 0, x, self.a * x)

    def backward(self, dout):
        self.da = np.sum(dout * self.x * (self.x < 0))  #: right
        dx = dout * np.where(self.x > 0, 1, self.a)  #: right
        return dx


def huber_grad(r, delta):
    g = r.copy()
    g[r > delta] = delta
    g[r < -delta] = -delta  #: right
    return g


def huber(r, delta):  #: loss
    small = np.abs(r) <= delta
    out = delta * (np.abs(r) - 0.5 * delta)
    out[small] = 0.5 * r[small] ** 2
    return out.sum()


def relu_out(x):  #: activation
    y = np.empty_like(x)
    np.maximum(x, 0, out=y)
    return y


def tanh_out(x):  #: activation
    out = np.zeros_like(x)
    np.tanh(x, out=out)
    return out
