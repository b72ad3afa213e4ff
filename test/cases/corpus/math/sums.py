"""Statistics of lists in plain Python: sums over zip and range, no arrays."""
import math


def mean_squared(pred, target):  #: loss
    return sum((p - t) ** 2 for p, t in zip(pred, target)) / len(pred)


def mean_absolute(pred, target):  #: loss
    return sum(abs(p - t) for p, t in zip(pred, target)) / len(pred)


def root_mean_squared_error(pred, target):  #: loss
    total = 0
    for p, t in zip(pred, target):
        total += (p - t) ** 2
    return math.sqrt(total / len(pred))


def log_loss(y, p):  #: loss
    n = len(y)
    return -sum(y[i] * math.log(p[i]) + (1 - y[i]) * math.log(1 - p[i]) for i in range(n)) / n


def line_cost(x, y, w, b):  #: loss
    total = 0
    for i in range(len(x)):
        total += (w * x[i] + b - y[i]) ** 2
    return total / (2 * len(x))


def line_cost_gradient(x, y, w, b):
    n = len(x)
    dw = 0
    db = 0
    for i in range(n):
        err = w * x[i] + b - y[i]
        dw += err * x[i]
        db += err
    return dw / n, db / n  #: right


def ridge_cost(x, y, w, lam):  #: loss
    fit = sum((w * a - b) ** 2 for a, b in zip(x, y))
    return fit + lam * w**2


def ridge_cost_gradient(x, y, w, lam):
    return sum(2 * (w * a - b) * a for a, b in zip(x, y)) + lam * w  #: wrong


def hinge(y, s):  #: loss
    return max(0, 1 - y * s)


def logistic(x):  #: activation
    return 1 / (1 + math.exp(-x))


def logistic_prime(x):
    return logistic(x) * (1 - logistic(x))  #: right


def leaky(x):  #: activation
    if x > 0:
        return x
    return 0.1 * x


def leaky_derivative(x):
    if x > 0:
        return 1  #: right
    return 0.1


def softplus(x):  #: activation
    return math.log(1 + math.exp(x))


def softplus_derivative(x):
    return 1 / (1 + math.exp(x))  #: wrong


def mean(values):
    return sum(values) / len(values)


def variance(values):
    m = mean(values)
    return sum((v - m) ** 2 for v in values) / len(values)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def euclidean_distance(a, b):
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)))
