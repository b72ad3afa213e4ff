"""One step of a recurrent cell, forward and backward."""
import numpy as np


def sigmoid(x):  #: activation
    return 1 / (1 + np.exp(-x))


def rnn_step_forward(x, prev_h, Wx, Wh, b):  #: model
    """
    - x: input of this step, of shape (N, D)
    - prev_h: state before, of shape (N, H)
    - Wx: weights of the input, of shape (D, H)
    - Wh: weights of the state, of shape (H, H)
    - b: biases, of shape (H,)
    """
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h ** 2)
    dx = dz.dot(Wx.T)  #: right
    dprev_h = dz.dot(Wh.T)  #: right
    dWx = x.T.dot(dz)  #: right
    dWh = prev_h.T.dot(dz)  #: right
    db = dz.sum(axis=0)  #: right
    return dx, dprev_h, dWx, dWh, db


class RNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev):  #: model
        Wx, Wh, b = self.params
        t = np.dot(h_prev, Wh) + np.dot(x, Wx) + b
        h_next = np.tanh(t)
        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        x, h_prev, h_next = self.cache
        dt = dh_next * (1 - h_next)  #: wrong
        db = np.sum(dt, axis=0)  #: wrong
        dWh = np.dot(h_prev.T, dt)  #: wrong
        dh_prev = np.dot(dt, Wh.T)  #: wrong
        dWx = np.dot(x.T, dt)  #: wrong
        dx = np.dot(dt, Wx.T)  #: wrong
        self.grads[0][...] = dWx
        return dx, dh_prev


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):  #: model
    """
    - x: input of this step, of shape (N, D)
    - prev_h: state before, of shape (N, H)
    - prev_c: cell state before, of shape (N, H)
    - Wx: weights of the input, of shape (D, 4H)
    - Wh: weights of the state, of shape (H, 4H)
    - b: biases, of shape (4H,)
    """
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H:2 * H])
    o = sigmoid(a[:, 2 * H:3 * H])
    g = np.tanh(a[:, 3 * H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def lstm_cell(xt, a_prev, c_prev, Wf, bf, Wi, bi, Wc, bc, Wo, bo):  #: model
    concat = np.concatenate([a_prev, xt], axis=0)
    ft = sigmoid(np.dot(Wf, concat) + bf)
    it = sigmoid(np.dot(Wi, concat) + bi)
    cct = np.tanh(np.dot(Wc, concat) + bc)
    c_next = ft * c_prev + it * cct
    ot = sigmoid(np.dot(Wo, concat) + bo)
    a_next = ot * np.tanh(c_next)
    return a_next


class GatedCell:
    """State update with a single gate."""

    def forward(self, x, h):  #: model
        self.x = x
        self.h = h
        self.z = sigmoid(x @ self.Wz + h @ self.Uz)
        self.c = np.tanh(x @ self.Wc)
        self.out = self.z * h + (1 - self.z) * self.c
        return self.out

    def backward(self, dout):
        dz = dout * (self.h - self.c)
        dc = dout * (1 - self.z)
        daz = dz * self.z * (1 - self.z)
        dac = dc * (1 - self.c ** 2)
        self.dWz = self.x.T @ daz  #: right
        self.dUz = self.h.T @ daz  #: right
        self.dWc = self.x.T @ dac  #: right
        dh = dout * self.z + daz @ self.Uz.T  #: right
        dx = daz @ self.Wz.T + dac @ self.Wc.T  #: right
        return dx, dh


def lstm_gates_forward(x, h, c, Wf, Wi, Wg, Wo):  #: model
    f = sigmoid(x @ Wf)
    i = sigmoid(x @ Wi)
    g = np.tanh(x @ Wg)
    o = sigmoid(x @ Wo)
    next_c = f * c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, c, f, i, g, o, next_c)
    return next_h, next_c, cache


def lstm_gates_backward(dnext_h, dnext_c, cache):
    x, c, f, i, g, o, next_c = cache
    tanh_c = np.tanh(next_c)
    dct = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    dc = dct * f  #: right
    dWf = x.T @ (dct * c * f * (1 - f))  #: right
    dWi = x.T @ (dct * g * i * (1 - i))  #: right
    dWg = x.T @ (dct * i * (1 - g))  #: wrong
    dWo = x.T @ (dnext_h * tanh_c * o * (1 - o))  #: right
    return dc, dWf, dWi, dWg, dWo
