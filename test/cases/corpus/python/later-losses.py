"""Training loops that compute their loss after the step, or step in a branch: the gradients are those of the pass."""
import numpy as np


def line(x, m, b):
    return x.dot(m) + b


def squares(y, guess):  #: loss
    return np.mean(np.power(y - guess, 2))


def cost_of(m, b, x, y):  #: loss
    return np.sum((y - (m * x + b)) ** 2) / len(x)


def fit_by_branches(x, y, m, b, epochs, rate):  #: propagate
    guess = line(x, m, b)
    before = 0
    for _ in range(epochs):
        guess = line(x, m, b)
        loss = squares(y, guess)
        if np.array_equal(before, loss):
            break
        else:
            before = loss
            dm = -(2 / x.shape[0]) * x.T.dot(y - guess)  #: right
            db = -(2 / x.shape[0]) * np.sum(y - guess)  #: right
            m -= rate * dm
            b -= rate * db
    return m, b


def fit_and_note(x, y, m, b, rate, epochs):  #: propagate
    N = len(x)
    history = []
    for _ in range(epochs):
        guess = m * x + b
        dm = (1 / N) * np.sum(-2 * x * (y - guess))  #: right
        db = (1 / N) * np.sum(-2 * (y - guess))  #: right
        m -= dm * rate
        b -= db * rate
        cost = cost_of(m, b, x, y)
        history.append(cost)
    return m, b, history


def fit_and_note_slip(x, y, m, b, rate, epochs):  #: propagate
    N = len(x)
    history = []
    for _ in range(epochs):
        guess = m * x + b
        dm = (1 / N) * np.sum(-2 * (y - guess))  #: wrong
        db = (1 / N) * np.sum(-2 * (y - guess))  #: right
        m -= dm * rate
        b -= db * rate
        cost = cost_of(m, b, x, y)
        history.append(cost)
    return m, b, history


def relu(Z):  #: activation
    return np.maximum(0, Z)


def deriv_relu(Z):
    return Z > 0  #: right
