import numpy as np

def sigmoid(z):
    s = 1/(1+np.exp(-z))
    return s

def forward_propagation(X, parameters):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache

def nn_loss(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cost = -1/m * np.sum(Y*np.log(A2) + (1-Y)*np.log(1-A2))
    dZ2 = A2 - Y  #: right
    dW2 = 1/m * np.dot(dZ2, A1.T)  #: right
    db2 = 1/m * np.sum(dZ2, axis=1, keepdims=True)  #: right
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))  #: right
    dW1 = 1/m * np.dot(dZ1, X.T)  #: right
    db1 = 1/m * np.sum(dZ1, axis=1, keepdims=True)  #: right
    return cost, dW1, db1, dW2, db2

def softmax_loss(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(num_train), y])) / num_train + reg * np.sum(W * W)
    dscores = probs.copy()
    dscores[np.arange(num_train), y] -= 1
    dscores /= num_train  #: right
    dW = X.T.dot(dscores) + 2 * reg * W  #: right
    return loss, dW

def svm_loss(w, X, y, C):
    margins = np.maximum(0, 1 - y * X.dot(w))
    loss = 0.5 * np.dot(w, w) + C * np.mean(margins)
    mask = (margins > 0).astype(float)
    dw = w - C * X.T.dot(mask * y) / len(y)  #: right
    return loss, dw

def huber(y, f, delta):
    r = y - f
    loss = np.mean(np.where(np.abs(r) <= delta, 0.5*r**2, delta*(np.abs(r) - 0.5*delta)))
    df = np.where(np.abs(r) <= delta, -r, -delta*np.sign(r)) / len(y)  #: right
    return loss, df

def linear(theta, X, y):
    h = X.dot(theta)
    J = (1/(2*len(y))) * np.sum(np.square(h - y))
    grad = (1/len(y)) * X.T.dot(h - y)  #: right
    return J, grad


def loss_and_grad(theta, X, y):
    m = len(y)
    h = X.dot(theta)
    J = 1 / (2 * m) * np.sum((h - y) ** 2)
    dtheta = 1 / m * X.dot(h - y)  #: wrong gradient-shape
    return J, dtheta


def wrong_axis(X, y, W1, b1, W2, b2):
    N = X.shape[0]
    z1 = X.dot(W1) + b1
    a1 = np.maximum(0, z1)
    out = a1.dot(W2) + b2
    diff = out - y
    loss = 0.5 * np.sum(diff ** 2) / N
    dout = diff / N  #: right
    dW2 = a1.T.dot(dout)  #: right
    db2 = dout.sum(axis=1)  #: wrong gradient-shape
    da1 = dout.dot(W2.T)  #: right
    dz1 = da1 * (z1 > 0)  #: right
    dW1 = X.T.dot(dz1)  #: right
    db1 = dz1.sum(axis=0)  #: right
    return loss, dW1, db1, dW2, db2

def wrong_axis_below(X, y, W1, b1, W2, b2):
    N = X.shape[0]
    z1 = X.dot(W1) + b1
    a1 = np.maximum(0, z1)
    out = a1.dot(W2) + b2
    diff = out - y
    loss = 0.5 * np.sum(diff ** 2) / N
    dout = diff / N  #: right
    dW2 = a1.T.dot(dout)  #: right
    db2 = dout.sum(axis=0)  #: right
    da1 = dout.dot(W2.T)  #: right
    dz1 = da1 * (z1 > 0)  #: right
    dW1 = X.T.dot(dz1)  #: right
    db1 = dz1.sum(axis=1)  #: wrong gradient-shape
    return loss, dW1, db1, dW2, db2
