"""Whole sequences: each step goes on from the state before it, and the gradients come back through time."""
import numpy as np

n_units = 16
n_symbols = 30
U = np.random.randn(n_units, n_symbols) * 0.05
V = np.random.randn(n_units, n_units) * 0.05
O = np.random.randn(n_symbols, n_units) * 0.05
c = np.zeros((n_units, 1))
d = np.zeros((n_symbols, 1))


def sequence_loss(tokens, following, state):  #: propagate
    x, s, p = {}, {}, {}
    s[-1] = np.copy(state)
    loss = 0
    for t in range(len(tokens)):
        x[t] = np.zeros((n_symbols, 1))
        x[t][tokens[t]] = 1
        s[t] = np.tanh(np.dot(U, x[t]) + np.dot(V, s[t - 1]) + c)
        z = np.dot(O, s[t]) + d
        p[t] = np.exp(z) / np.sum(np.exp(z))
        loss += -np.log(p[t][following[t], 0])
    dU, dV, dO = np.zeros_like(U), np.zeros_like(V), np.zeros_like(O)
    dc, dd = np.zeros_like(c), np.zeros_like(d)
    carried = np.zeros_like(s[0])
    for t in reversed(range(len(tokens))):
        error = np.copy(p[t])
        error[following[t]] -= 1
        dO += np.dot(error, s[t].T)  #: right
        dd += error  #: right
        back = np.dot(O.T, error) + carried
        raw = (1 - s[t] ** 2) * back
        dc += raw  #: right
        dU += np.dot(raw, x[t].T)  #: right
        dV += np.dot(raw, s[t - 1].T)  #: right
        carried = np.dot(V.T, raw)
    for g in [dU, dV, dO, dc, dd]:
        np.clip(g, -5, 5, out=g)
    return loss, dU, dV, dO, dc, dd, s[len(tokens) - 1]


def sequence_loss_forgetful(tokens, following, state):  #: propagate
    x, s, p = {}, {}, {}
    s[-1] = np.copy(state)
    loss = 0
    for t in range(len(tokens)):
        x[t] = np.zeros((n_symbols, 1))
        x[t][tokens[t]] = 1
        s[t] = np.tanh(np.dot(U, x[t]) + np.dot(V, s[t - 1]) + c)
        z = np.dot(O, s[t]) + d
        p[t] = np.exp(z) / np.sum(np.exp(z))
        loss += -np.log(p[t][following[t], 0])
    dU, dV, dO = np.zeros_like(U), np.zeros_like(V), np.zeros_like(O)
    dc, dd = np.zeros_like(c), np.zeros_like(d)
    for t in reversed(range(len(tokens))):
        error = np.copy(p[t])
        error[following[t]] -= 1
        dO += np.dot(error, s[t].T)  #: right
        dd += error  #: right
        raw = (1 - s[t] ** 2) * np.dot(O.T, error)
        dc += raw  #: wrong
        dU += np.dot(raw, x[t].T)  #: wrong
        dV += np.dot(raw, s[t - 1].T)  #: wrong
    return loss, dU, dV, dO, dc, dd


def moving_average(values, decay):
    mean = 0.0
    for v in values:
        mean = decay * mean + (1 - decay) * v
    return mean


def forward_probabilities(observed, start, step, emit):
    alpha = start * emit[:, observed[0]]
    for t in range(1, len(observed)):
        alpha = (alpha @ step) * emit[:, observed[t]]
    return alpha.sum()


def train(xs, ys, w, b, rate):
    for t in range(len(xs)):
        p = 1 / (1 + np.exp(-(np.dot(w, xs[t]) + b)))
        dw = (p - ys[t]) * xs[t]
        db = p - ys[t]
        w = w - rate * dw
        b = b - rate * db
    return w, b
