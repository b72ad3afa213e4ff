"""A loss returned with one gradient that does not say what it is by: the first argument of its shape, as for optimizers."""
import numpy as np


def ridge(theta, X, y, penalties):  #: loss
    r = X @ theta - y
    value = 0.5 * r @ r + 0.5 * np.sum(penalties * theta ** 2)
    g = X.T @ r + penalties * theta
    return value, g  #: right


def ridge_slip(theta, X, y, penalties):  #: loss
    r = X @ theta - y
    value = 0.5 * r @ r + 0.5 * np.sum(penalties * theta ** 2)
    grad = X.T @ r - penalties * theta  #: wrong
    return value, grad


def logistic(parameters, input, output):  #: loss
    """
    :param parameters: weight vector
    :param input: feature vector
    :param output: label, 0 or 1
    """
    p = 1 / (1 + np.exp(-np.dot(input, parameters)))
    cost = -output * np.log(p) - (1 - output) * np.log(1 - p)
    gradient = (p - output) * input  #: right
    return cost, gradient
