import numpy as np

def half_typed(x:
    y = np.exp(x

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def other(a, b)
    return a +

class Foo:
    def bar(self
        return 1

def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)

print "python two"
