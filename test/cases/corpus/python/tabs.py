"""Indented by tabs."""
import numpy as np


class Sigmoid:
	def forward(self, x):  #: activation
		self.out = 1 / (1 + np.exp(-x))
		return self.out

	def backward(self, dout):
		dx = dout * self.out * (1 - self.out)  #: right
		return dx


def loss(w, X, y):  #: propagate
	r = X.dot(w) - y
	if y.ndim == 1:
		cost = (r ** 2).sum() / 2
		grad = X.T.dot(r)  #: right
	return cost, grad


def mixed(p, y):  #: loss
  e = p - y
  return np.mean(e ** 2)


def mixed_grad(p, y):
    e = p - y
    return 2 * e  #: wrong
