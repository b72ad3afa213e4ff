"""Derivatives of softmax as matrices, of the input or of the output, filled element by element or built at once."""
import numpy as np


def softmax(x):  #: activation
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def softmax_grad(x):
    s = softmax(x).reshape(-1, 1)
    return np.diagflat(s) - np.dot(s, s.T)  #: right


class OfOutput:
    def softmax(self, z):  #: activation
        e = np.exp(z - z.max())
        return e / e.sum()

    def softmax_jacobian(self, s):
        return np.diag(s) - np.outer(s, s)  #: right


class OfEntries:
    def softmax(self, z):  #: activation
        e = np.exp(z - np.max(z))
        return e / np.sum(e)

    def softmax_derivative(self, z):
        s = self.softmax(z)
        n = len(s)
        jac = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if i == j:
                    jac[i, j] = s[i] * (1 - s[i])
                else:
                    jac[i, j] = -s[i] * s[j]
        return jac  #: right


class Added:
    def softmax(self, z):  #: activation
        e = np.exp(z - np.max(z))
        return e / np.sum(e)

    def softmax_derivative(self, z):
        s = self.softmax(z)
        return np.diag(s) + np.outer(s, s)  #: wrong


class SwappedEntries:
    def softmax(self, z):  #: activation
        e = np.exp(z - np.max(z))
        return e / np.sum(e)

    def softmax_derivative(self, z):
        s = self.softmax(z)
        n = len(s)
        jac = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if i == j:
                    jac[i, j] = s[i] * (1 - s[i])
                else:
                    jac[i, j] = s[i] * s[j]
        return jac  #: wrong


class Covariance:
    """A matrix made of a vector, and no derivative."""

    def spread(self, p):
        return np.diag(p) - np.outer(p, p)
