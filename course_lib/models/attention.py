"""Causal self-attention: each position takes a weighted mean of itself and those before it (Keras).

Vaswani et al. (2017), "Attention is all you need", sections 3.2 and 3.2.3.

Shapes: B rows, H heads, T positions that ask (queries), S positions to look at (keys), D width,
d = D / H width of a head.
"""

import math
from typing import Any, NamedTuple

import keras
import tensorflow as tf

HIDDEN = -1e9
"""Added to the score of a position that may not be looked at: its weight is then exactly 0."""


class KeysValues(NamedTuple):
    """What a layer has read: what later positions look at.

    Args:
        keys: shape (B, H, S, d).
        values: shape (B, H, S, d).
    """

    keys: Any
    values: Any

    def plus(self, keys: Any, values: Any) -> "KeysValues":
        """The same with something added to the last position; nothing where there is none.

        Args:
            keys: what is added to its keys, shape (B, H, 1, d).
            values: to its values.
        """
        before = int(self.keys.shape[2]) - 1
        if before < 0:
            return self
        ends = ((0, 0), (0, 0), (before, 0), (0, 0))
        return KeysValues(self.keys + tf.pad(keys, ends), self.values + tf.pad(values, ends))


def causal_mask(n_queries: Any, n_keys: Any = None) -> Any:
    """Who may look at whom: every position at itself and at all before it.

    Args:
        n_queries: positions that ask (T); they are the last ones of the keys.
        n_keys: positions in all (S), at least T; as many as the queries if not given.

    Returns:
        Booleans of shape (T, S): at (t, s), whether the t-th query may look at the s-th key.

    >>> causal_mask(3).numpy().astype(int).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    >>> causal_mask(1, 3).numpy().astype(int).tolist()
    [[1, 1, 1]]
    """
    n_keys = n_queries if n_keys is None else n_keys
    positions = tf.range(n_queries) + (n_keys - n_queries)
    return tf.range(n_keys) <= positions[:, None]


def attention(queries: Any, keys: Any, values: Any, mask: Any = None) -> tuple[Any, Any]:
    """Weighted means of values: the better a key fits a query, the more its value weighs.

    Weights are softmax(q k^T / sqrt(d)), over the keys and in float32 whatever the inputs are.

    Args:
        queries: shape (..., T, d).
        keys: shape (..., S, d).
        values: shape (..., S, dv).
        mask: booleans that broadcast to (..., T, S): true where a query may look at a key. Each
            query needs one at least. Without a mask all look at all.

    Returns:
        The means, shape (..., T, dv), and the weights, shape (..., T, S), float32.

    >>> q, k = tf.constant([[0.0, 0.0]]), tf.constant([[1.0, 0.0], [0.0, 1.0]])
    >>> means, weights = attention(q, k, tf.constant([[2.0], [4.0]]))
    >>> means.numpy().tolist(), weights.numpy().tolist()
    ([[3.0]], [[0.5, 0.5]])
    """
    # The smaller factor first: in float16, q k^T may overflow before it is divided.
    scaled = queries * tf.cast(1 / math.sqrt(queries.shape[-1]), queries.dtype)
    scores = tf.cast(tf.matmul(scaled, keys, transpose_b=True), tf.float32)  # (..., T, S)
    if mask is not None:
        scores += tf.where(mask, 0.0, HIDDEN)
    weights = tf.nn.softmax(scores)
    return tf.matmul(tf.cast(weights, values.dtype), values), weights


def split_heads(inputs: Any, num_heads: int) -> Any:
    """Cut the width into heads: (B, T, H * d) to (B, H, T, d).

    Args:
        inputs: shape (B, T, H * d).
        num_heads: H.

    Returns:
        Shape (B, H, T, d).
    """
    B, T, d = length_of(inputs, 0), length_of(inputs, 1), inputs.shape[-1] // num_heads
    return tf.transpose(tf.reshape(inputs, (B, T, num_heads, d)), (0, 2, 1, 3))


def merge_heads(heads: Any) -> Any:
    """Put the heads side by side again, the inverse of ``split_heads``.

    Args:
        heads: shape (B, H, T, d).

    Returns:
        Shape (B, T, H * d).
    """
    B, T, width = length_of(heads, 0), length_of(heads, 2), heads.shape[1] * heads.shape[3]
    return tf.reshape(tf.transpose(heads, (0, 2, 1, 3)), (B, T, width))


class CausalSelfAttention(keras.layers.Layer):
    """Multi-head causal self-attention, with biases.

    Weights: 4 D^2 + 4 D, in two matrices. One gives queries, keys and values side by side.

    Args:
        width: D.
        num_heads: H, a divisor of D.
        output_scale: factor on the first output matrix; a deep network wants it small.
    """

    def __init__(self, width: int, num_heads: int, output_scale: float = 1.0) -> None:
        super().__init__()
        self.width, self.num_heads = width, num_heads
        self.to_heads = dense(3 * width, "queries_keys_values")
        self.to_output = dense(width, "heads_to_width", output_scale)

    def build(self, input_shape: Any) -> None:
        """Make the weights.

        Args:
            input_shape: (B, T, D).
        """
        self.to_heads.build((None, None, self.width))
        self.to_output.build((None, None, self.width))
        self.built = True

    def call(self, inputs: Any, past: KeysValues | None = None) -> tuple[Any, KeysValues]:
        """Let positions look at themselves, at those before them, and at the past.

        Args:
            inputs: shape (B, T, D).
            past: keys and values of what was read before, shape (B, H, P, d) each.

        Returns:
            Shape (B, T, D), and the keys and values of past and inputs, (B, H, P + T, d) each.
        """
        queries, keys, values = self._heads(inputs)
        if past is not None:
            keys = tf.concat([past.keys, keys], axis=2)
            values = tf.concat([past.values, values], axis=2)
        mask = causal_mask(length_of(queries, 2), length_of(keys, 2))
        means, _ = attention(queries, keys, values, mask)  # (B, H, T, d)
        return self.to_output(merge_heads(means)), KeysValues(keys, values)

    def looks(self, inputs: Any) -> Any:
        """How each position shares out its attention, for people to look at.

        Args:
            inputs: shape (B, T, D).

        Returns:
            Weights, shape (B, H, T, T), float32.
        """
        queries, keys, values = self._heads(inputs)
        return attention(queries, keys, values, causal_mask(length_of(keys, 2)))[1]

    def _heads(self, inputs: Any) -> list[Any]:
        """Queries, keys and values, shape (B, H, T, d) each."""
        three = tf.split(self.to_heads(inputs), 3, axis=-1)  # each (B, T, D)
        return [split_heads(one, self.num_heads) for one in three]


def length_of(tensor: Any, axis: int) -> Any:
    """Length of an axis: a number where it is known before the graph runs, or else a tensor.

    Args:
        tensor: any.
        axis: which.
    """
    known = tensor.shape[axis]
    return tf.shape(tensor)[axis] if known is None else known


def dense(units: int, name: str, scale: float = 1.0, activation: str | None = None) -> Any:
    """A dense layer that keeps the variance of its inputs, times ``scale`` squared.

    Args:
        units: width of the output.
        name: of the layer.
        scale: factor on the standard deviation 1 / sqrt(fan-in) of the first weights.
        activation: as in Keras.
    """
    initializer = keras.initializers.VarianceScaling(scale**2, "fan_in", "untruncated_normal")
    return keras.layers.Dense(
        units, activation=activation, kernel_initializer=initializer, name=name
    )
