import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_backward(parameters, X, Y):
    m = X.shape[1]
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]

    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return cost, grads


def rows_network(X, y, params):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    N, D = X.shape
    h = np.maximum(0, X.dot(W1) + b1)
    out = h.dot(W2) + b2
    diff = out - y
    loss = np.sum(diff ** 2) / N
    dout = 2 * diff / N
    grads = {}
    grads["W2"] = h.T.dot(dout)
    grads["b2"] = dout.sum(axis=0)
    dh = dout.dot(W2.T)
    dh[h <= 0] = 0
    grads["W1"] = X.T.dot(dh)
    grads["b1"] = dh.sum(axis=0)
    return loss, grads
