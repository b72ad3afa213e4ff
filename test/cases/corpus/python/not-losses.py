"""What only looks like a loss: nothing here is to be derived or judged."""
import numpy as np


class SGD:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, w, grad_wrt_w):
        if self.v is None:
            self.v = np.zeros_like(w)
        self.v = self.momentum * self.v + (1 - self.momentum) * grad_wrt_w
        return w - self.lr * self.v


class Adam:
    def update(self, w, grad):
        self.m = self.b1 * self.m + (1 - self.b1) * grad
        self.v = self.b2 * self.v + (1 - self.b2) * np.power(grad, 2)
        m_hat = self.m / (1 - self.b1)
        v_hat = self.v / (1 - self.b2)
        return w - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def euclidean_distance(x1, x2):
    return np.sqrt(np.sum((x1 - x2) ** 2))


def manhattan_distance(a, b):
    return np.sum(np.abs(a - b))


def cosine_similarity(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


def rbf_kernel(x1, x2, gamma):
    return np.exp(-gamma * np.linalg.norm(x1 - x2) ** 2)


def polynomial_kernel(x, y, power, coef):
    return (np.inner(x, y) + coef) ** power


def normal_pdf(x, mu, sigma):
    return np.exp(-(x - mu) ** 2 / (2 * sigma ** 2)) / (sigma * np.sqrt(2 * np.pi))


def accuracy_score(y_true, y_pred):
    return np.sum(y_true == y_pred, axis=0) / len(y_true)


def calculate_entropy(y):
    entropy = 0
    for label in np.unique(y):
        p = len(y[y == label]) / len(y)
        entropy += -p * np.log2(p)
    return entropy


def gradient_check(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def clip_gradient(grad, threshold):
    norm = np.linalg.norm(grad)
    return grad * threshold / norm if norm > threshold else grad


def step_decay(epoch, initial_lr=0.1, drop=0.5, epochs_drop=10):
    return initial_lr * drop ** np.floor((1 + epoch) / epochs_drop)


def exp_decay(epoch, k=0.1):
    return 0.1 * np.exp(-k * epoch)


def xavier_init(n_in, n_out):
    limit = np.sqrt(6 / (n_in + n_out))
    return np.random.uniform(-limit, limit, (n_in, n_out))


def normalize(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def to_one_hot(y, k):
    out = np.zeros((len(y), k))
    out[np.arange(len(y)), y] = 1
    return out


def train_test_split(X, y, ratio=0.8):
    n = int(len(X) * ratio)
    return X[:n], X[n:], y[:n], y[n:]


def ema(values, beta=0.9):
    avg = 0
    out = []
    for v in values:
        avg = beta * avg + (1 - beta) * v
        out.append(avg)
    return out


def forward_algorithm(A, B, pi, obs):
    alpha = pi * B[:, obs[0]]
    for o in obs[1:]:
        alpha = alpha @ A * B[:, o]
    return alpha.sum()


def fit(model, X, y, loss, epochs):
    for _ in range(epochs):
        value = loss(model.predict(X), y)
        model.step(value)
    return model


class Neuron:
    def activate(self, inputs):
        self.inputs = inputs
        return self.activation(np.dot(self.weights, inputs) + self.bias)


class Activation:
    def __init__(self, name):
        self.fn = ACTIVATIONS[name]

    def forward(self, x):
        return self.fn(x)


ACTIVATIONS = {}


def box_muller(u1, u2):
    return np.sqrt(-2 * np.log(u1)) * np.cos(2 * np.pi * u2)


def celsius(fahrenheit):
    return (fahrenheit - 32) * 5 / 9


def compound(principal, rate, years):
    return principal * (1 + rate) ** years


def r2_score(y_true, y_pred):
    residual = np.sum((y_true - y_pred) ** 2)
    total = np.sum((y_true - np.mean(y_true)) ** 2)
    return 1 - residual / total


def confusion(y_true, y_pred, k):
    out = np.zeros((k, k))
    for t, p in zip(y_true, y_pred):
        out[t, p] += 1
    return out


def plot_loss(history):
    import matplotlib.pyplot as plt
    plt.plot(history["loss"])
    plt.show()


def backward_elimination(X, y, threshold):
    columns = list(range(X.shape[1]))
    while len(columns) > threshold:
        columns.pop()
    return columns
