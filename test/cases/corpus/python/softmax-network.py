"""A network for several classes, with parameters in a dict of the object."""
import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.params = {}
        self.params["W1"] = 0.01 * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = 0.01 * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y, reg=0.0):  #: propagate
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        N, D = X.shape
        h = np.maximum(0, X.dot(W1) + b1)
        scores = h.dot(W2) + b2
        shifted = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[range(N), y])) / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        dscores = probs
        dscores[range(N), y] -= 1
        dscores /= N
        grads["W2"] = h.T.dot(dscores) + 2 * reg * W2  #: right
        grads["b2"] = np.sum(dscores, axis=0)  #: right
        dh = dscores.dot(W2.T)
        dh[h <= 0] = 0
        grads["W1"] = X.T.dot(dh) + reg * W1  #: wrong
        grads["b1"] = np.sum(dh, axis=0)  #: right
        return loss, grads


def forward(X, params):  #: model
    cache = {}
    cache["A0"] = X
    for l in range(1, 3):
        cache[f"Z{l}"] = cache[f"A{l - 1}"] @ params[f"W{l}"] + params[f"b{l}"]
        cache[f"A{l}"] = np.tanh(cache[f"Z{l}"])
    return cache["A2"], cache


def mse(Y_hat, Y):  #: loss
    return 0.5 * np.sum((Y_hat - Y) ** 2)


def backward(params, cache, Y):  #: propagate
    grads = {}
    dA = cache["A2"] - Y
    for l in range(2, 0, -1):
        dZ = dA * (1 - cache["A" + str(l)] ** 2)
        grads["dW" + str(l)] = cache["A" + str(l - 1)].T @ dZ  #: right
        grads["db" + str(l)] = dZ.sum(axis=0)  #: right
        dA = dZ @ params["W" + str(l)].T
    return grads
