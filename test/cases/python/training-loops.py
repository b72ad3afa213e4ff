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
