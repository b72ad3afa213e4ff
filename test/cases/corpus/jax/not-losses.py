"""What only looks like losses in JAX."""
import jax
import jax.numpy as jnp
import optax
from jax import grad, jit, random, value_and_grad


@jit
def update(params, x, y, lr=0.1):
    grads = grad(loss)(params, x, y)
    return [(w - lr * dw, b - lr * db) for (w, b), (dw, db) in zip(params, grads)]


def train_step(state, batch):
    def loss_fn(params):
        logits = state.apply_fn({"params": params}, batch["image"])
        return optax.softmax_cross_entropy_with_integer_labels(logits, batch["label"]).mean()

    loss, grads = value_and_grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads), loss


def gradient_of_loss(f, x):
    return jax.grad(f)(x)


def hvp(f, x, v):
    return jax.jvp(grad(f), (x,), (v,))[1]


def accuracy(logits, labels):
    return jnp.mean(jnp.argmax(logits, -1) == labels)


def init_params(key, sizes):
    keys = random.split(key, len(sizes))
    return [random.normal(k, (m, n)) * jnp.sqrt(2 / m) for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def ema(old, new, decay=0.99):
    return jax.tree_util.tree_map(lambda a, b: decay * a + (1 - decay) * b, old, new)


def warmup_cosine(step, base_lr, warmup, total):
    lr = base_lr * 0.5 * (1 + jnp.cos(jnp.pi * step / total))
    return jnp.where(step < warmup, base_lr * step / warmup, lr)


def sample_gumbel(key, shape):
    u = random.uniform(key, shape)
    return -jnp.log(-jnp.log(u + 1e-20))


def rbf_kernel(x, y, length_scale):
    return jnp.exp(-0.5 * jnp.sum((x - y) ** 2) / length_scale ** 2)


def numerical_gradient(f, x, eps=1e-4):
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def main():
    loss = jnp.mean((jnp.ones(3) - jnp.zeros(3)) ** 2)
    print(loss)
