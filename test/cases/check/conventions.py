import numpy as np

class LogisticRegression:
    def __init__(self, lr=0.01):
        self.lr = lr

    def _sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(1000):
            linear = np.dot(X, self.weights) + self.bias
            y_pred = self._sigmoid(linear)
            dw = (1 / n_samples) * np.dot(X.T, (y_pred - y))  #: right
            db = (1 / n_samples) * np.sum(y_pred - y)  #: right
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

def hypothesis(theta, X):
    return 1/(1+np.exp(-X.dot(theta)))

def cost(theta, X, y):
    h = hypothesis(theta, X)
    return -(1/len(X)) * np.sum(y*np.log(h) + (1-y)*np.log(1-h))

def gradient(theta, X, y):
    h = hypothesis(theta, X)
    return (1/len(X)) * (h - y).dot(X)  #: right

def costFunctionReg(theta, X, y, lambda_):
    m = y.size
    h = hypothesis(theta, X)
    J = -1/m * (y @ np.log(h) + (1-y) @ np.log(1-h)) + lambda_/(2*m) * np.sum(theta[1:]**2)
    grad = 1/m * X.T @ (h - y)
    grad[1:] = grad[1:] + lambda_/m * theta[1:]  #: right
    return J, grad

def cross_entropy(p, y):
    return -np.sum(y * np.log(p + 1e-9)) / p.shape[0]

def cross_entropy_grad(p, y):
    return -(y / (p + 1e-9)) / p.shape[0]  #: right

def mse_loss(y, t):
    return 0.5 * np.sum((y - t)**2)

def mse_grad(y, t):
    return y - t  #: right

def rmse(y, t):
    return np.sqrt(np.mean((y-t)**2))

def d_rmse(y, t):
    return (y - t) / (len(y) * rmse(y, t))  #: right

def log_cosh(y, p):
    return np.sum(np.log(np.cosh(p - y)))

def log_cosh_grad(y, p):
    return np.tanh(p - y)  #: right

def focal(p, y, gamma=2.0):
    return -np.mean(y * (1-p)**gamma * np.log(p) + (1-y) * p**gamma * np.log(1-p))

def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)

def leaky_relu_derivative(x, alpha=0.01):
    dx = np.ones_like(x)
    dx[x < 0] = alpha  #: right
    return dx

def elu(x, a):
    return np.where(x >= 0, x, a*(np.exp(x)-1))

def elu_prime(x, a):
    return np.where(x >= 0, 1, elu(x, a) + a)  #: right

def swish(x):
    return x / (1 + np.exp(-x))

def swish_grad(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s * (1 - s)  #: right

def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2/np.pi) * (x + 0.044715 * x**3)))

def gelu_derivative(x):
    t = np.tanh(0.797885 * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * 0.797885 * (1 + 3 * 0.044715 * x**2)  #: unknown

def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def softmax_grad(s):
    return s * (1 - s)  #: wrong gradient-diagonal-only

def sigmoid(x, derivative=False):
    if derivative:
        return x * (1 - x)  #: right
    return 1 / (1 + np.exp(-x))

def batch_gd(X, y, w):
    y_hat = X @ w
    loss = ((y_hat - y)**2).mean()
    error = y - y_hat
    grad = -2 * X.T @ error / len(y)  #: right
    return loss, grad

def perceptron(X, y, w):
    err = y - X @ w
    J = (err**2).sum() / 2.0
    delta = X.T @ err
    w_new = w + 0.1 * delta
    return J, delta
