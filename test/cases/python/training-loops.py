import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def train(X, y, epochs=100, lr=0.1):
    m, n = X.shape
    w = np.zeros(n)
    b = 0.0
    losses = []
    for epoch in range(epochs):
        a = sigmoid(X @ w + b)
        loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
        losses.append(loss)
        dw = X.T @ (a - y) / m
        db = np.mean(a - y)
        w -= lr * dw
        b -= lr * db
        if epoch % 10 == 0:
            print(epoch, loss)
    return w, b


def fit_late(X, y, w, b, lr, epochs):
    for _ in range(epochs):
        err = X @ w + b - y
        dw = X.T @ err / len(y)
        w = w - lr * dw
        cost = np.mean((X @ w + b - y) ** 2) / 2
    return w, b


def gradient_descent(X, y, theta, alpha, iterations):
    m = len(y)
    history = np.zeros(iterations)
    for it in range(iterations):
        prediction = np.dot(X, theta)
        theta = theta - (1 / m) * alpha * (X.T.dot((prediction - y)))
        history[it] = cal_cost(theta, X, y)
    return theta, history


def cal_cost(theta, X, y):
    m = len(y)
    predictions = X.dot(theta)
    cost = (1 / 2 * m) * np.sum(np.square(predictions - y))
    return cost


class LinearRegression:
    def __init__(self, lr=0.01, epochs=1000):
        self.lr = lr
        self.epochs = epochs
        self.losses = []

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.w = np.zeros(n_features)
        self.b = 0.0
        for epoch in range(self.epochs):
            y_pred = np.dot(X, self.w) + self.b
            loss = np.mean((y_pred - y) ** 2)
            self.losses.append(loss)
            dw = (2 / n_samples) * np.dot(X.T, (y_pred - y))
            db = (2 / n_samples) * np.sum(y_pred - y)
            self.w -= self.lr * dw
            self.b -= self.lr * db
        return self


class LateLoss:
    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        for epoch in range(self.epochs):
            dw = X.T @ (X @ self.w - y) / len(y)
            self.w = self.w - self.lr * dw
            loss = np.mean((X @ self.w - y) ** 2) / 2
        return self


rng = np.random.default_rng(0)
X_train = rng.normal(size=(50, 2))
y_train = X_train @ np.array([1.5, -2.0])
weights = np.zeros(2)
for step in range(20):
    residual = X_train @ weights - y_train
    train_loss = np.mean(residual**2)
    grad = 2 * X_train.T @ residual / len(y_train)
    weights = weights - 0.1 * grad
