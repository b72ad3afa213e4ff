def sigmoid_gate(z):  #: activation
    return 1 / (1 + np.exp(-z))


def cost_of(x, y, w, b):  #: loss
    m = x.shape[0]
    total = 0
    for i in xrange(m):
        f = w * x[i] + b
        total = (f - y[i]) ** 2 + total
    total = (1 / (2 * m)) * total
    return total


def cost_of_gradient(x, y, w, b):
    m = x.shape[0]
    f = w * x + b
    dj_dw = (1 / m) * np.sum((f - y) * x)  #: right
    dj_db = (1 / m) * np.sum(f - y)  #: right
    return dj_dw, dj_db


def mean_error(true, pred):  #: loss
    if np.shape(true) == (1, 1):
        return 0.5 * (true - pred) ** 2
    return np.sum(0.5 * np.square(true - pred)) / len(pred)


def log_cosh(true, pred):  #: loss
    return np.sum(np.log(np.cosh(pred - true)))


def hinge_of_classes(W, X, y):  #: loss
    rows = X.shape[0]
    scores = X.dot(W)
    own = scores[np.arange(rows), y]
    margins = np.maximum(0, scores - np.reshape(own, (rows, 1)) + 1)
    margins[np.arange(rows), y] = 0
    return np.sum(margins) / rows


def linear_outputs(X, w):  #: model
    return X @ w
