import torch
import torch.nn.functional as F
from torch import sigmoid


def swish(x):
    return x * sigmoid(x)


def swish_grad(x):
    s = x.sigmoid()
    return s * (1 + x * (1 - s))


def silu(x):
    return F.silu(x)


def gelu(x):
    return F.gelu(x)


def gelu_tanh(x):
    return F.gelu(x, approximate='tanh')


def mish(x):
    return x * torch.tanh(F.softplus(x))


def softplus(x, beta=2.0):
    return F.softplus(x, beta=beta)


def elu(x, alpha=1.0):
    return F.elu(x, alpha)


def selu(x):
    return F.selu(x)


def leaky_relu(x):
    return F.leaky_relu(x, 0.1)


def hardswish(x):
    return F.hardswish(x)


def softshrink(x):
    return F.softshrink(x, lambd=0.25)


def log_sigmoid(x):
    return F.logsigmoid(x)


def softmax(x: torch.Tensor):
    shifted = x - x.max()
    e = shifted.exp()
    return e.div(e.sum())


def squared_relu(x):
    return x.clamp(min=0).pow(2)


def bent_identity(x):
    return (x.pow(2).add(1).sqrt() - 1).div(2).add_(x)
