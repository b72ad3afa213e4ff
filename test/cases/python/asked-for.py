import numpy as np


# nabla: derive
def mahalanobis(x, mu, Sigma):
    d = x - mu
    return d @ np.linalg.inv(Sigma) @ d


# nabla: derive, X: (m, n)
def closest_centre(C, X):
    D = np.sum((X[:, None, :] - C[None, :, :]) ** 2, axis=2)
    return np.mean(np.min(D, axis=1))


# nabla: derive
def ratio(a, b):
    return a / (a + b)


# nabla: derive
def elsewhere(x):
    return scipy_like.special_thing(x)


def not_asked(a, b):
    return a / (a + b)
