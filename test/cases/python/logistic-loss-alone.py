import numpy as np


def cost_function(theta, X, y):
    m = len(y)
    predictions = 1 / (1 + np.exp(-X.dot(theta)))
    error = (-y * np.log(predictions)) - ((1 - y) * np.log(1 - predictions))
    return 1 / m * sum(error)
