"""Layers and gradients of TensorFlow."""
import tensorflow as tf
from tensorflow.keras import layers


@tf.custom_gradient
def log1pexp(x):  #: activation
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))  #: right

    return tf.math.log(1 + e), grad


@tf.custom_gradient
def swish(x):  #: activation
    s = tf.sigmoid(x)

    def grad(dy):
        return dy * s * (1 + x * (1 - s))  #: right

    return x * s, grad


@tf.custom_gradient
def mish(x):  #: activation
    t = tf.tanh(tf.nn.softplus(x))

    def grad(dy):
        return dy * (t + x * (1 - t * t))  #: wrong

    return x * t, grad


@tf.custom_gradient
def linear(x, w):  #: model
    def grad(upstream):
        dx = tf.matmul(upstream, w, transpose_b=True)  #: right
        dw = tf.matmul(x, upstream, transpose_a=True)  #: right
        return dx, dw

    return tf.matmul(x, w), grad


class Dense(layers.Layer):
    def __init__(self, units=32):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):  #: model
        return tf.matmul(inputs, self.w) + self.b


class Swish(tf.keras.layers.Layer):
    def call(self, x):  #: activation
        return x * tf.nn.sigmoid(x)


class TwoLayer(tf.keras.Model):
    def __init__(self, hidden, out):
        super().__init__()
        self.dense1 = tf.keras.layers.Dense(hidden, activation="tanh")
        self.dense2 = tf.keras.layers.Dense(out)

    def call(self, x):  #: model
        return self.dense2(self.dense1(x))


@tf.custom_gradient
def straight_through(x):
    def grad(dy):
        return dy

    return tf.round(x), grad
