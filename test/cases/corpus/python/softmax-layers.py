"""Softmax as a layer of its own, and together with its loss."""
import numpy as np


class Softmax:
    def forward(self, inputs):  #: activation
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        for index, (single_output, single_dvalues) in enumerate(zip(self.output, dvalues)):
            single_output = single_output.reshape(-1, 1)
            jacobian = np.diagflat(single_output) - np.dot(single_output, single_output.T)
            self.dinputs[index] = np.dot(jacobian, single_dvalues)  #: right


class SoftmaxClosed:
    def forward(self, x):  #: activation
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, dout):
        dx = self.out * dout
        sumdx = np.sum(dx, axis=1, keepdims=True)
        dx -= self.out * sumdx  #: right
        return dx


class SoftmaxDiagonal:
    def forward(self, x):  #: activation
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.out = e / np.sum(e, axis=1, keepdims=True)
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)  #: wrong


class SoftmaxVector:
    def forward(self, x):  #: activation
        e = np.exp(x - np.max(x))
        self.y = e / np.sum(e)
        return self.y

    def backward(self, grad):
        jacobian = np.diag(self.y) - np.outer(self.y, self.y)
        return jacobian @ grad  #: right


def softmax(x):  #: activation
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def cross_entropy_error(y, t):  #: loss
    batch_size = y.shape[0]
    return -np.sum(t * np.log(y + 1e-7)) / batch_size


class SoftmaxWithLoss:
    def forward(self, x, t):  #: loss
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        dx = (self.y - self.t) / batch_size  #: right
        return dx


class SoftmaxWithLossUnscaled:
    def forward(self, x, t):  #: loss
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        dx = (self.t - self.y) * dout  #: wrong
        return dx


class SigmoidWithLoss:
    def forward(self, x, t):  #: loss
        self.t = t
        self.y = 1 / (1 + np.exp(-x))
        return -np.mean(t * np.log(self.y) + (1 - t) * np.log(1 - self.y))

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        dx = (self.y - self.t) * dout / batch_size  #: right
        return dx


class MeanSquaredErrorLayer:
    def forward(self, pred, target):  #: loss
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size  #: right


class MeanSquaredErrorLayerShort:
    def forward(self, pred, target):  #: loss
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return self.diff  #: wrong
