"""Modules of Flax."""
import flax.linen as nn
import jax
import jax.numpy as jnp


class MLP(nn.Module):
    hidden: int
    out: int

    @nn.compact
    def __call__(self, x):  #: model
        x = nn.Dense(self.hidden)(x)
        x = nn.relu(x)
        x = nn.Dense(self.out)(x)
        return x


class Gated(nn.Module):
    features: int

    def setup(self):
        self.gate = nn.Dense(self.features)
        self.value = nn.Dense(self.features)

    def __call__(self, x):  #: model
        return nn.silu(self.gate(x)) * self.value(x)


class RMSNorm(nn.Module):
    eps: float = 1e-6

    @nn.compact
    def __call__(self, x):  #: model
        scale = self.param("scale", nn.initializers.ones, (x.shape[-1],))
        rms = jnp.sqrt(jnp.mean(jnp.square(x), axis=-1, keepdims=True) + self.eps)
        return x / rms * scale


class Classifier(nn.Module):
    classes: int = 10

    @nn.compact
    def __call__(self, x):  #: model
        x = nn.tanh(nn.Dense(32)(x))
        return nn.log_softmax(nn.Dense(self.classes)(x))
