"""Differences that are fed back, and no loss: control, averages, tables of values, rules that no derivative leads to."""
import numpy as np


def control(target, position, velocity, kp, kd, dt):
    error = target - position
    velocity += dt * (kp * error - kd * velocity)
    position += dt * velocity
    return position, velocity


def track(average, x, rate):
    average += rate * (x - average)
    return average


def q_learning(Q, state, action, reward, following, alpha, gamma):
    target = reward + gamma * np.max(Q[following])
    Q[state, action] += alpha * (target - Q[state, action])
    return Q


class Perceptron:
    def fit(self, X, y, eta, epochs):
        self.w = np.zeros(X.shape[1])
        for _ in range(epochs):
            for xi, target in zip(X, y):
                prediction = 1 if np.dot(xi, self.w) >= 0 else 0
                self.w += eta * (target - prediction) * xi
        return self


def newton(x, target, steps):
    for _ in range(steps):
        error = x * x - target
        x -= error / (2 * x)
    return x
