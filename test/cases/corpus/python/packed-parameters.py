"""Parameters that are laid out flat in one vector, as optimizers take them."""
import numpy as np
from scipy.optimize import minimize


def unpack(theta, k, n):
    return theta[:k * n].reshape(k, n), theta[k * n:]


def factor_cost(params, Y, R, num_users, num_items, num_features, lam):  #: loss
    X = params[:num_items * num_features].reshape(num_items, num_features)
    Theta = params[num_items * num_features:].reshape(num_users, num_features)
    err = (X @ Theta.T - Y) * R
    J = np.sum(err ** 2) / 2 + lam / 2 * (np.sum(X ** 2) + np.sum(Theta ** 2))
    X_grad = err @ Theta + lam * X  #: right
    Theta_grad = err.T @ X + lam * Theta  #: right
    return J, np.concatenate([X_grad.ravel(), Theta_grad.ravel()])


def factor_cost_turned(params, Y, R, num_users, num_items, num_features):  #: loss
    X = params[:num_items * num_features].reshape(num_items, num_features)
    Theta = params[num_items * num_features:].reshape(num_users, num_features)
    err = (X @ Theta.T - Y) * R
    J = np.sum(err ** 2) / 2
    X_grad = err @ Theta  #: right
    Theta_grad = -err.T @ X  #: wrong
    return J, np.concatenate([X_grad.ravel(), Theta_grad.ravel()])


def network_cost(nn_params, n_in, n_hidden, n_out, X, Y, lam):  #: loss
    Theta1 = np.reshape(nn_params[:n_hidden * (n_in + 1)], (n_hidden, n_in + 1))
    Theta2 = np.reshape(nn_params[n_hidden * (n_in + 1):], (n_out, n_hidden + 1))
    m = X.shape[0]
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), np.tanh(z2)])
    out = a2 @ Theta2.T
    J = np.sum((out - Y) ** 2) / (2 * m) + lam / 2 * np.sum(Theta1[:, 1:] ** 2)
    d3 = (out - Y) / m
    d2 = d3 @ Theta2[:, 1:] * (1 - np.tanh(z2) ** 2)
    Theta1_grad = d2.T @ a1
    Theta1_grad[:, 1:] += lam * Theta1[:, 1:]  #: right
    Theta2_grad = d3.T @ a2  #: right
    return J, np.r_[Theta1_grad.ravel(), Theta2_grad.ravel()]


def fit(X, y, n_classes, l2):
    n_samples, n_features = X.shape
    weight = balanced_weights(y, n_classes)
    y_onehot = np.eye(n_classes)[y]

    def objective(theta):  #: loss
        W = theta[:n_classes * n_features].reshape(n_classes, n_features)
        b = theta[n_classes * n_features:]
        logits = X @ W.T + b
        top = logits.max(axis=1, keepdims=True)
        log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        loss = -np.sum(weight * (y_onehot * log_p).sum(axis=1)) / n_samples + 0.5 * l2 * np.sum(W * W)
        delta = (np.exp(log_p) - y_onehot) * weight[:, None] / n_samples
        grad_W = delta.T @ X + l2 * W  #: right
        grad_b = delta.sum(axis=0)  #: right
        return loss, np.concatenate([grad_W.ravel(), grad_b])

    return minimize(objective, np.zeros(n_classes * (n_features + 1)), jac=True)


class BipartiteModel:
    def neg_log_likelihood(self, v):  #: loss
        x = v[:self.n_rows]
        y = v[self.n_rows:]
        fitted = np.sum(self.row_sums * np.log(x)) + np.sum(self.col_sums * np.log(y))
        return -(fitted + np.sum(np.log(1 - np.outer(x, y))))

    def neg_log_likelihood_grad(self, v):
        x = v[:self.n_rows]
        y = v[self.n_rows:]
        odds = 1 / (1 - np.outer(x, y))
        return -np.concatenate((self.row_sums / x - odds @ y, self.col_sums / y - odds.T @ x))  #: right


def matrix_objective(w, X, Y, k, n):  #: loss
    W = w.reshape(n, k)
    R = X @ W - Y
    loss = 0.5 * np.sum(R ** 2)
    grad = X.T @ R  #: right
    return loss, grad.ravel()


def overlapping_parts(v, n, y):
    head = v[:n + 1]
    tail = v[n:]
    return np.sum((head - y) ** 2) + np.sum(tail ** 2)
