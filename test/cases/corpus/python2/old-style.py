# -*- coding: utf-8 -*-
import numpy as np


def sigmoid(x):  #: activation
	return 1.0 / (1.0 + np.exp(-x))


def dsigmoid(y):
	return y * (1.0 - y)  #: right


def cost(theta, X, y):  #: loss
	m = len(y)
	h = sigmoid(np.dot(X, theta))
	print "cost at", theta
	return -(1.0 / m) * (np.dot(y, np.log(h)) + np.dot(1 - y, np.log(1 - h)))


def gradient(theta, X, y):
	m = len(y)
	h = sigmoid(np.dot(X, theta))
	return (1.0 / m) * np.dot(X.T, h - y)  #: right


def square_cost(theta, X, y):  #: loss
	total = 0.0
	for i in xrange(len(y)):
		total += (np.dot(X[i], theta) - y[i]) ** 2
	print >>log, total
	return total


class Tanh:
	def output(self, z):  #: activation
		return np.tanh(z)

	def derivative(self, z):
		return 1.0 + np.tanh(z) ** 2  #: wrong


def train(theta, X, y, rate):  #: propagate
	for epoch in xrange(100):
		print 'epoch %d' % epoch
		hidden = sigmoid(np.dot(X, theta))
		delta = (y - hidden) * dsigmoid(hidden)
		theta += rate * np.dot(X.T, delta)  #: right
	return theta
