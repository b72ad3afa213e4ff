"""What is kept for the way back is returned beside the prediction; labels are one-hot, and their classes are taken."""
import numpy as np


def relu(v):  #: activation
    return np.maximum(0, v)


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ  #: right


def softmax(s):  #: activation
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def class_loss(y_pred, y_true):  #: loss
    m = y_true.shape[0]
    each = -np.log(y_pred[range(m), y_true.argmax(axis=1)])
    return np.sum(each) / m


def forward_propagation(X, W1, b1, W2, b2, W3, b3):  #: model
    Z1 = np.dot(X, W1) + b1
    A1 = relu(Z1)
    Z2 = np.dot(A1, W2) + b2
    A2 = relu(Z2)
    A3 = softmax(np.dot(A2, W3) + b3)
    return A3, (A3, A2, Z2, A1, Z1, W2, W3)


def backward_propagation(X, y, cache):  #: propagate
    m = X.shape[0]
    A3, A2, Z2, A1, Z1, W2, W3 = cache
    dZ3 = A3 - y
    dW3 = np.dot(A2.T, dZ3) / m  #: right
    db3 = np.sum(dZ3, axis=0, keepdims=True) / m  #: right
    dZ2 = relu_backward(np.dot(dZ3, W3.T), Z2)
    dW2 = np.dot(A1.T, dZ2) / m  #: right
    dZ1 = relu_backward(np.dot(dZ2, W2.T), Z1)
    dW1 = np.dot(X.T, dZ1)  #: wrong
    db1 = np.sum(dZ1, axis=0, keepdims=True) / m  #: right
    return dW1, db1, dW2, dW3, db3
