"""Functions with their own backward pass."""
import math

import torch
import torch.nn.functional as F
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class MyReLU(torch.autograd.Function):
    """
    A rectifier by hand: forward and backward work on tensors.
    """

    @staticmethod
    def forward(ctx, input):  #: activation
        """
        In the forward pass we receive a tensor and return a tensor; ctx keeps what backward needs.
        """
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0  #: right
        return grad_input


class LegendrePolynomial3(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):  #: activation
        ctx.save_for_backward(input)
        return 0.5 * (5 * input ** 3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input ** 2 - 1)  #: right


class Exp(Function):
    @staticmethod
    def forward(ctx, i):  #: activation
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        result, = ctx.saved_tensors
        return grad_output * result  #: right


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i):  #: activation
        result = i * torch.sigmoid(i)
        ctx.save_for_backward(i)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        i = ctx.saved_tensors[0]
        sigmoid_i = torch.sigmoid(i)
        return grad_output * (sigmoid_i * (1 + i * (1 - sigmoid_i)))  #: right


class SwishForgotten(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i):  #: activation
        ctx.save_for_backward(i)
        return i * torch.sigmoid(i)

    @staticmethod
    def backward(ctx, grad_output):
        i, = ctx.saved_tensors
        s = torch.sigmoid(i)
        return grad_output * s * (1 - s)  #: wrong


class Mish(Function):
    @staticmethod
    def forward(ctx, x):  #: activation
        ctx.save_for_backward(x)
        return x.mul(torch.tanh(F.softplus(x)))

    @staticmethod
    def backward(ctx, grad_output):
        x = ctx.saved_tensors[0]
        sigmoid = torch.sigmoid(x)
        tanh_sp = torch.tanh(F.softplus(x))
        return grad_output.mul(tanh_sp + x * sigmoid * (1 - tanh_sp * tanh_sp))  #: right


class LeakyReLU(Function):
    @staticmethod
    def forward(ctx, x, slope=0.1):  #: activation
        ctx.slope = slope
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return torch.where(x > 0, grad_output, ctx.slope * grad_output), None  #: right


class Elu(Function):
    @staticmethod
    def forward(ctx, x, alpha=1.5):  #: activation
        out = torch.where(x > 0, x, alpha * (x.exp() - 1))
        ctx.save_for_backward(x, out)
        ctx.alpha = alpha
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        x, out = ctx.saved_tensors
        grad = grad_output.clone()
        grad[x <= 0] *= out[x <= 0] + ctx.alpha  #: right
        return grad, None


class EluWrong(Function):
    @staticmethod
    def forward(ctx, x, alpha=1.5):  #: activation
        out = torch.where(x > 0, x, alpha * (x.exp() - 1))
        ctx.save_for_backward(x, out)
        ctx.alpha = alpha
        return out

    @staticmethod
    def backward(ctx, grad_output):
        x, out = ctx.saved_tensors
        return torch.where(x > 0, grad_output, grad_output * out), None  #: wrong


class LinearFunction(Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):  #: model
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)  #: right
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)  #: right
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


class LinearWithBias(Function):
    @staticmethod
    def forward(ctx, x, weight, bias):  #: model
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x = grad_output @ weight  #: right
        grad_weight = grad_output.t() @ x  #: right
        grad_bias = grad_output.sum(dim=0)  #: right
        return grad_x, grad_weight, grad_bias


class LinearMean(Function):
    @staticmethod
    def forward(ctx, x, weight, bias):  #: model
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x = grad_output @ weight  #: right
        grad_weight = grad_output.t() @ x  #: right
        grad_bias = grad_output.mean(dim=0)  #: wrong
        return grad_x, grad_weight, grad_bias


class SoftmaxFunction(Function):
    @staticmethod
    def forward(ctx, x):  #: activation
        e = torch.exp(x - x.max(dim=-1, keepdim=True)[0])
        y = e / e.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        y, = ctx.saved_tensors
        return y * (grad_output - (grad_output * y).sum(dim=-1, keepdim=True))  #: right


class SoftmaxDiagonal(Function):
    @staticmethod
    def forward(ctx, x):  #: activation
        y = torch.softmax(x, dim=-1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        y, = ctx.saved_tensors
        return grad_output * y * (1 - y)  #: wrong


class SquaredErrorFunction(Function):
    @staticmethod
    def forward(ctx, y_pred, y):  #: loss
        ctx.save_for_backward(y_pred, y)
        return ((y_pred - y) ** 2).mean()

    @staticmethod
    def backward(ctx, grad_output):
        y_pred, y = ctx.saved_tensors
        grad_input = 2 * (y_pred - y) / y_pred.numel()
        return grad_output * grad_input, None  #: right


class SquaredErrorSum(Function):
    @staticmethod
    def forward(ctx, y_pred, y):  #: loss
        ctx.save_for_backward(y_pred, y)
        return ((y_pred - y) ** 2).mean()

    @staticmethod
    def backward(ctx, grad_output):
        y_pred, y = ctx.saved_tensors
        return grad_output * 2 * (y_pred - y), None  #: wrong


class CrossEntropyFunction(Function):
    """Softmax with cross entropy for class indices."""

    @staticmethod
    def forward(ctx, logits, target):  #: loss
        log_p = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(log_p, target)
        return -log_p.gather(1, target.unsqueeze(1)).squeeze(1).mean()

    @staticmethod
    def backward(ctx, grad_output):
        log_p, target = ctx.saved_tensors
        grad = log_p.exp()
        grad[torch.arange(grad.size(0)), target] -= 1
        return grad_output * grad / grad.size(0), None  #: right


class FocalFunction(Function):
    @staticmethod
    def forward(ctx, logits, label, alpha=0.25, gamma=2.0):  #: loss
        p = torch.sigmoid(logits)
        log_p = F.logsigmoid(logits)
        log_q = F.logsigmoid(-logits)
        ctx.save_for_backward(logits, label)
        ctx.alpha = alpha
        ctx.gamma = gamma
        loss = -label * alpha * (1 - p).pow(gamma) * log_p - (1 - label) * (1 - alpha) * p.pow(gamma) * log_q
        return loss.sum()

    @staticmethod
    def backward(ctx, grad_output):
        logits, label = ctx.saved_tensors
        alpha, gamma = ctx.alpha, ctx.gamma
        p = torch.sigmoid(logits)
        log_p = F.logsigmoid(logits)
        log_q = F.logsigmoid(-logits)
        pos = alpha * (1 - p).pow(gamma) * (gamma * p * log_p + p - 1)
        neg = (1 - alpha) * p.pow(gamma) * (p - gamma * (1 - p) * log_q)
        return grad_output * (label * pos + (1 - label) * neg), None, None, None  #: right


class ScaledTanh(Function):
    @staticmethod
    def forward(x, scale):  #: activation
        return scale * torch.tanh(x / scale)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, scale = inputs
        ctx.save_for_backward(output)
        ctx.scale = scale

    @staticmethod
    def backward(ctx, grad_output):
        y, = ctx.saved_tensors
        return grad_output * (1 - (y / ctx.scale) ** 2), None  #: right


class InplaceSteps(Function):
    @staticmethod
    def forward(ctx, x):  #: activation
        ctx.save_for_backward(x)
        return torch.log(1 + torch.exp(x))

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        grad = torch.exp(-x)
        grad.add_(1).reciprocal_().mul_(grad_output)  #: right
        return grad


class GeluTanh(Function):
    @staticmethod
    def forward(ctx, x):  #: activation
        ctx.save_for_backward(x)
        c = math.sqrt(2 / math.pi)
        return 0.5 * x * (1 + torch.tanh(c * (x + 0.044715 * x ** 3)))

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        c = math.sqrt(2 / math.pi)
        t = torch.tanh(c * (x + 0.044715 * x ** 3))
        inner = c * (1 + 3 * 0.044715 * x ** 2)
        return grad_output * (0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * inner)  #: right


class RMSNormFunction(Function):
    @staticmethod
    def forward(ctx, x, weight, eps=1e-6):  #: model
        rstd = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, rstd)
        return x * rstd * weight

    @staticmethod
    def backward(ctx, dy):
        x, weight, rstd = ctx.saved_tensors
        xhat = x * rstd
        wdy = weight * dy
        dx = rstd * (wdy - xhat * (wdy * xhat).mean(-1, keepdim=True))  #: right
        dw = (dy * xhat).sum(0)  #: right
        return dx, dw, None


class SavedDerivative(Function):
    """Keeps the derivative itself."""

    @staticmethod
    def forward(ctx, x):  #: activation
        t = torch.tanh(F.softplus(x))
        if x.requires_grad:
            ctx.save_for_backward(t + x * torch.sigmoid(x) * (1 - t.square()))
        return x * t

    @staticmethod
    def backward(ctx, grad_output):
        if len(ctx.saved_tensors) == 0:
            return None
        grad, = ctx.saved_tensors
        return grad_output * grad  #: right


class EfficientSwish(torch.nn.Module):
    def forward(self, x):  #: activation
        return Swish.apply(x)


class GradReverse(Function):
    """Turns the gradient around on purpose: the forward pass is the identity."""

    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.lambd, None


class RoundSTE(Function):
    """Straight-through rounding: backward is the identity on purpose."""

    @staticmethod
    def forward(ctx, x):  #: activation
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class SignSTE(Function):
    @staticmethod
    def forward(ctx, input):  #: activation
        ctx.save_for_backward(input)
        return torch.sign(input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input.abs() > 1] = 0
        return grad_input
