"""Numbers that measure without being fitted, states that are moved on, prices, and objectives that only return derivatives."""
import math

import numpy as np


def f1(y, p):
    hits = np.sum((y == 1) & (p == 1))
    extra = np.sum((y == 0) & (p == 1))
    missed = np.sum((y == 1) & (p == 0))
    precise = hits / (hits + extra)
    found = hits / (hits + missed)
    return 2 * precise * found / (precise + found)


def put_price(S, K, T, r, sigma):
    d1 = (math.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    below = 0.5 * (1 + math.erf(-d2 / math.sqrt(2)))
    under = 0.5 * (1 + math.erf(-d1 / math.sqrt(2)))
    return K * math.exp(-r * T) * below - S * under


class Tracker:
    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q
        return self.x


def booster_objective(y_true, y_pred):  #: gradient
    chance = 1.0 / (1.0 + np.exp(-y_pred))
    grad = chance - y_true
    hess = chance * (1.0 - chance)  #: right
    return grad, hess
