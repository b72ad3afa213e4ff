"""Normalisation over the batch or over features, with gradients in steps or in closed form."""
import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):  #: model
    N, D = x.shape
    mu = x.mean(axis=0)
    xmu = x - mu
    var = np.mean(xmu ** 2, axis=0)
    std = np.sqrt(var + eps)
    xhat = xmu / std
    out = gamma * xhat + beta
    cache = (xhat, gamma, xmu, std, eps)
    return out, cache


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, std, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)  #: right
    dgamma = np.sum(dout * xhat, axis=0)  #: right
    dxhat = dout * gamma
    dvar = np.sum(dxhat * xmu, axis=0) * -0.5 / std ** 3
    dmu = -np.sum(dxhat / std, axis=0) + dvar * np.mean(-2.0 * xmu, axis=0)
    dx = dxhat / std + dvar * 2.0 * xmu / N + dmu / N  #: right
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):  #: model
    eps = ln_param.get("eps", 1e-5)
    mean = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    x_norm = (x - mean) / np.sqrt(var + eps)
    out = gamma * x_norm + beta
    cache = (x_norm, gamma, var, eps)
    return out, cache


def layernorm_backward(dout, cache):
    x_norm, gamma, var, eps = cache
    D = x_norm.shape[1]
    dbeta = dout.sum(axis=0)  #: right
    dgamma = (dout * x_norm).sum(axis=0)  #: right
    dnorm = dout * gamma
    dx = dnorm - dnorm.mean(axis=1, keepdims=True)
    dx = dx - x_norm * (dnorm * x_norm).mean(axis=1, keepdims=True)
    dx = dx / np.sqrt(var + eps)  #: right
    return dx, dgamma, dbeta


class BatchNorm:
    def __init__(self, gamma, beta):
        self.gamma = gamma
        self.beta = beta

    def forward(self, x, train_flg=True):  #: model
        if train_flg:
            mu = x.mean(axis=0)
            xc = x - mu
            var = np.mean(xc ** 2, axis=0)
            std = np.sqrt(var + 10e-7)
            xn = xc / std
            self.batch_size = x.shape[0]
            self.xc = xc
            self.xn = xn
            self.std = std
        else:
            xc = x - self.running_mean
            xn = xc / np.sqrt(self.running_var + 10e-7)
        out = self.gamma * xn + self.beta
        return out

    def backward(self, dout):
        dbeta = dout.sum(axis=0)  #: right
        dgamma = np.sum(self.xn * dout, axis=0)  #: right
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / self.batch_size) * self.xc * dvar
        dmu = np.sum(dxc, axis=0)
        dx = dxc - dmu / self.batch_size  #: right
        self.dgamma = dgamma
        self.dbeta = dbeta
        return dx


class BatchNormForgetful:
    """Treats mean and deviation as constants."""

    def forward(self, x):  #: model
        self.mu = x.mean(axis=0)
        self.std = np.sqrt(x.var(axis=0) + 1e-5)
        self.xn = (x - self.mu) / self.std
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        self.dgamma = (dout * self.xn).sum(axis=0)  #: right
        self.dbeta = dout.sum(axis=0)  #: right
        dx = dout * self.gamma / self.std  #: wrong
        return dx


def batchnorm_train(x, gamma, beta, bn_param):  #: model
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    if mode == "train":
        mu = np.mean(x, axis=0)
        var = np.var(x, axis=0)
        x_hat = (x - mu) / np.sqrt(var + eps)
        out = gamma * x_hat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
    elif mode == "test":
        out = gamma * (x - running_mean) + beta
    else:
        raise ValueError("Invalid mode")
    bn_param["running_mean"] = running_mean
    return out


def batchnorm_by_mode(x, gamma, beta, bn_param):  #: model
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.ones(D, dtype=x.dtype))
    out, cache = None, None
    if mode == "train":
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        std = np.sqrt(var + eps)
        x_norm = (x - mean) / std
        out = gamma * x_norm + beta
        cache = (x_norm, gamma, std)
        running_mean = 0.9 * running_mean + 0.1 * mean
    elif mode == "test":
        out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    else:
        raise ValueError('Invalid mode "%s"' % mode)
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


def batchnorm_by_mode_backward(dout, cache):
    x_norm, gamma, std = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)  #: right
    dgamma = (dout * x_norm).sum(axis=0)  #: right
    dx_norm = dout * gamma
    dx = (N * dx_norm - dx_norm.sum(axis=0) - x_norm * (dx_norm * x_norm).sum(axis=0)) / (N * std)  #: right
    return dx, dgamma, dbeta
