"""Each hand-written gradient in here has one mistake that is often made."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forgets_the_mean(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(X @ w + b)
    cost = -1/m * np.sum(Y*np.log(A) + (1-Y)*np.log(1-A))
    dw = X.T @ (A - Y)
    db = 1/m * np.sum(A - Y)
    return cost, dw, db


def turns_the_sign(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(X @ w + b)
    cost = -np.mean(Y*np.log(A) + (1-Y)*np.log(1-A))
    dw = 1/m * X.T @ (Y - A)
    db = np.mean(A - Y)
    return cost, dw, db


def forgets_the_regulariser(w, b, X, Y, lam):
    m = X.shape[0]
    A = sigmoid(X @ w + b)
    cost = -np.mean(Y*np.log(A) + (1-Y)*np.log(1-A)) + lam/(2*m) * np.sum(w**2)
    dw = 1/m * X.T @ (A - Y)
    db = np.mean(A - Y)
    return cost, dw, db
