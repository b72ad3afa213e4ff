"""Layers as classes: forward keeps what backward needs in attributes."""
import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.weights = 0.01 * np.random.randn(n_in, n_out)
        self.biases = np.zeros((1, n_out))

    def forward(self, inputs):  #: model
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)  #: right
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)  #: right
        self.dinputs = np.dot(dvalues, self.weights.T)  #: right


class ActivationReLU:
    def forward(self, inputs):  #: activation
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0  #: right


class Linear(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):  #: model
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)  #: right
        input_gradient = np.dot(self.weights.T, output_gradient)  #: right
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * output_gradient
        return input_gradient


class FCLayer(Layer):
    def forward_propagation(self, input_data):  #: model
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)  #: right
        weights_error = np.dot(self.input.T, output_error)  #: right
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * output_error
        return input_error


class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):  #: model
        W, b = self.params
        out = np.dot(x, W) + b
        self.x = x
        return out

    def backward(self, dout):
        W, b = self.params
        dx = np.dot(dout, W.T)  #: right
        dW = np.dot(self.x.T, dout)  #: right
        db = np.sum(dout, axis=0)  #: right
        self.grads[0][...] = dW
        self.grads[1][...] = db
        return dx


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):  #: activation
        self.out = 1.0 / (1.0 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1.0 - self.out)  #: right


class SigmoidOfInput:
    def forward(self, x):  #: activation
        self.x = x
        return 1.0 / (1.0 + np.exp(-x))

    def backward(self, dout):
        return dout * self.x * (1.0 - self.x)  #: wrong


class Relu:
    def forward(self, x):  #: activation
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0  #: right
        return dx


class ReluInverted:
    def forward(self, x):  #: activation
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        dx = dout * (1 - self.mask)  #: wrong
        return dx


class Softplus:
    def __call__(self, x):  #: activation
        self.x = x
        return np.log1p(np.exp(x))

    def backward(self, grad):
        return grad * (1 - 1 / (1 + np.exp(self.x)))  #: right


class MulLayer:
    def forward(self, x, y):  #: model
        self.x = x
        self.y = y
        out = x * y
        return out

    def backward(self, dout):
        dx = dout * self.y  #: right
        dy = dout * self.x  #: right
        return dx, dy


class MatMul:
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]

    def forward(self, x):  #: model
        W, = self.params
        out = np.dot(x, W)
        self.x = x
        return out

    def backward(self, dout):
        W, = self.params
        dx = np.dot(dout, W.T)  #: right
        dW = np.dot(self.x.T, dout)  #: right
        self.grads[0][...] = dW
        return dx


class DenseTransposed:
    def forward(self, x):  #: model
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, dy):
        self.dW = dy.T @ self.x  #: right
        self.db = dy.sum(axis=0)  #: right
        return dy @ self.W  #: right


class DenseAveraged:
    """The gradient from above is that of each sample: the mean over samples is taken here."""

    def forward(self, X):  #: model
        self.X = X
        return X @ self.W + self.b

    def backward(self, grad):
        self.grad_W = self.X.T @ grad / grad.shape[0]  #: right
        self.grad_b = grad.mean(axis=0)  #: right
        return grad @ self.W.T  #: right
