"""What stands beside layers and networks and is no loss, no layer and no gradient of one."""
import numpy as np


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)
        for key in params.keys():
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


class AdaGrad:
    def update(self, params, grads):
        for key in params.keys():
            self.h[key] += grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        parameters["W" + str(l + 1)] -= learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] -= learning_rate * grads["db" + str(l + 1)]
    return parameters


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for idx in range(x.size):
        tmp = x[idx]
        x[idx] = tmp + h
        above = f(x)
        x[idx] = tmp - h
        below = f(x)
        grad[idx] = (above - below) / (2 * h)
        x[idx] = tmp
    return grad


def gradient_check(parameters, gradients, X, Y, epsilon=1e-7):
    theta = np.concatenate([parameters["W1"].ravel(), parameters["b1"].ravel()])
    approx = np.zeros(len(theta))
    difference = np.linalg.norm(gradients - approx) / (np.linalg.norm(gradients) + np.linalg.norm(approx))
    return difference


class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = None
        self.creator = None

    def backward(self):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs = [self.creator]
        while funcs:
            f = funcs.pop()
            gys = [output.grad for output in f.outputs]
            gxs = f.backward(*gys)
            for x, gx in zip(f.inputs, gxs):
                x.grad = gx


class Function:
    def __call__(self, *inputs):
        xs = [x.data for x in inputs]
        ys = self.forward(*xs)
        return [Variable(y) for y in ys]

    def forward(self, xs):
        raise NotImplementedError()

    def backward(self, gys):
        raise NotImplementedError()


class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * self.mask
        return x * (1.0 - self.dropout_ratio)

    def backward(self, dout):
        return dout * self.mask


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, dout):
        return dout.reshape(self.shape)


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        pass

    def backward(self, output_gradient, learning_rate):
        pass


class Network:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def train(self, x, y, loss, epochs):
        for _ in range(epochs):
            output = self.predict(x)
            grad = loss.gradient(y, output)
            self.backward(grad)


class Trainer:
    def fit(self, x, t):
        loss = self.model.forward(x, t)
        self.model.backward()
        self.optimizer.update(self.model.params, self.model.grads)
        self.total_loss += loss


def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * np.sqrt(2 / n_h)
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


class HMM:
    def forward(self, obs):
        alpha = np.zeros((len(obs), self.n))
        alpha[0] = self.pi * self.B[:, obs[0]]
        for t in range(1, len(obs)):
            alpha[t] = alpha[t - 1] @ self.A * self.B[:, obs[t]]
        return alpha

    def backward(self, obs):
        beta = np.zeros((len(obs), self.n))
        beta[-1] = 1
        for t in range(len(obs) - 2, -1, -1):
            beta[t] = self.A @ (self.B[:, obs[t + 1]] * beta[t + 1])
        return beta


class Average:
    def __init__(self, decay=0.99):
        self.decay = decay
        self.shadow = {}

    def update(self, name, value):
        self.shadow[name] = self.decay * self.shadow[name] + (1 - self.decay) * value
        return self.shadow[name]


def clip_grads(grads, max_norm):
    total_norm = 0
    for grad in grads:
        total_norm += np.sum(grad ** 2)
    total_norm = np.sqrt(total_norm)
    rate = max_norm / (total_norm + 1e-6)
    if rate < 1:
        for grad in grads:
            grad *= rate


def accuracy(model, x, t):
    y = model.predict(x)
    return np.sum(np.argmax(y, axis=1) == t) / float(x.shape[0])


def one_hot(y, k):
    return np.eye(k)[y]


def predict_classes(probabilities, threshold=0.5):
    return (probabilities > threshold).astype(int)


def get_batches(X, y, size):
    order = np.random.permutation(len(X))
    for start in range(0, len(X), size):
        yield X[order[start:start + size]], y[order[start:start + size]]
