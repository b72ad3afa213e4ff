# -*- coding: utf-8 -*-
# Losses from before print was a function.
import numpy as np


def sigmoid(x):  #: activation
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1.0 - sigmoid(x))  #: right


def cost(w, X, y):  #: propagate
    m = len(y)
    h = sigmoid(np.dot(X, w))
    J = -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h)) / m
    grad = np.dot(X.T, h - y) / m  #: right
    print "cost: %f" % J
    return J, grad


def squared(w, X, y):  #: propagate
    total = 0.0
    for i in xrange(len(y)):
        total += (np.dot(X[i], w) - y[i]) ** 2
    print "total", total
    grad = np.dot(X.T, np.dot(X, w) - y)  #: wrong
    loss = total
    return loss, grad


def report(values):
    try:
        print >>log, `values`
    except IOError, e:
        print e
    if len(values) <> 0:
        raise ValueError, "no values"


def relu(x):  #: activation
    return np.maximum(x, 0)


def relu_grad(x):
    return (x > 0) * 1.0  #: right
