"""Losses and activations in PyTorch with gradients by hand."""
import torch
import torch.nn.functional as F

def sigmoid(x):
    return torch.sigmoid(x)

def sigmoid_grad(x):
    s = x.sigmoid()
    return s * (1 - s)  #: right

def gelu(x):
    return F.gelu(x)

def gelu_grad(x):
    cdf = 0.5 * (1 + torch.erf(x / 2 ** 0.5))
    return cdf - x * torch.exp(-x.pow(2) / 2) / (2 * torch.pi) ** 0.5  #: wrong gradient-term-sign

def logistic_loss(w, X, y):
    z = X.mv(w)
    loss = F.binary_cross_entropy_with_logits(z, y)
    dw = X.t().mv(torch.sigmoid(z) - y).div(X.size(0))  #: right
    return loss, dw

def softmax_loss(W, X, y):
    logits = X @ W
    loss = F.cross_entropy(logits, y)
    p = F.softmax(logits, dim=1)
    dW = X.t().mm(p - F.one_hot(y, W.shape[1])).div_(X.size(0))  #: right
    return loss, dW

def squared_loss(w, X, y):
    r = X @ w - y
    loss = F.mse_loss(X @ w, y)
    dw = X.T @ r / len(y)  #: wrong gradient-missing-factor
    return loss, dw
