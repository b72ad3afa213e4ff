"""Samples in columns; what comes from above belongs to each sample, and the weights take the mean."""
import numpy as np


def affine(A_in, W, b):  #: model
    Z = np.dot(W, A_in) + b
    return Z, (A_in, W, b)


def affine_back(dZ, cache):
    A_in, W, b = cache
    m = A_in.shape[1]
    dW = np.dot(dZ, A_in.T) / m  #: right
    db = np.sum(dZ, axis=1, keepdims=True) / m  #: right
    dA_in = np.dot(W.T, dZ)  #: right
    return dA_in, dW, db


def half(A_in, V, c):  #: model
    Z = np.dot(V, A_in) + c
    return Z, (A_in, V, c)


def half_back(dZ, cache):
    A_in, V, c = cache
    m = A_in.shape[1]
    dV = np.dot(dZ, A_in.T) / m  #: wrong
    dc = np.sum(dZ, axis=1, keepdims=True)  #: right
    dA_in = np.dot(V.T, dZ)  #: right
    return dA_in, dV, dc
