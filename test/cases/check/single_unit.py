import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(W, b, X, Y):
    m = X.shape[0]
    A = sigmoid(X @ W + b)
    J = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    grads = {"dW": X.T @ (A - Y) / m, "db": (A - Y).sum() / m}
    return J, grads  #: right, right


def mean_loss(X, Y, W1, b1):
    D = X @ W1 + b1 - Y
    J = np.mean(D**2)
    dW1 = 2 * X.T @ D / len(Y)  #: right
    return J, dW1
