"""The same as a script, with gradients that stand in the updates alone."""
import numpy as np


def squash(x):  #: activation
    return 1 / (1 + np.exp(-x))


X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1

for i in range(60000):  #: propagate
    l1 = squash(np.dot(X, syn0))
    l2 = squash(np.dot(l1, syn1))
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
    syn1 += l1.T.dot(l2_delta)  #: right
    syn0 += X.T.dot(l1_delta)  #: right
