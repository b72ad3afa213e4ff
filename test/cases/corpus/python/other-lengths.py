import numpy as np


# The mean is taken over labels that the loss does not use.
def energy_loss(X, Y, W):  #: propagate
    D = X @ W
    J = np.mean(D ** 2)
    dW = 2 * X.T @ D / len(Y)
    return J, dW
