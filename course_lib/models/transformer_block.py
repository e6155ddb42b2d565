"""One block of a Transformer, and the sizes that all blocks share (Keras).

Vaswani et al. (2017) with layer normalisation before each part (Xiong et al., 2020) and residual
projections that start smaller the deeper the network is (Radford et al., 2019).

Shapes: B rows, T ids in a row, D width, F width of the feed-forward part, H heads, L layers.
"""

import math
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import ModelError
from course_lib.models.attention import CausalSelfAttention, KeysValues, dense
from course_lib.models.remat import stateless_dropout


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes of a Transformer.

    Args:
        vocab_size: number of ids (V).
        width: numbers that stand for a position (D), even.
        num_heads: heads of each layer (H), a divisor of the width.
        feed_forward: width inside of the feed-forward part.
        num_layers: blocks (L).
        max_len: positions; no more ids than that can be read on top of each other.
        dropout: share set to 0 in training: of the embedding and of what each part adds.
        tied: whether the output is the embedding transposed, without a bias of its own.
        remat: whether a block's activations are computed again in the backward pass.

    Raises:
        ModelError: sizes that make no model; names them.
    """

    vocab_size: int
    width: int = 128
    num_heads: int = 4
    feed_forward: int = 512
    num_layers: int = 6
    max_len: int = 512
    dropout: float = 0.1
    tied: bool = False
    remat: bool = False

    def __post_init__(self) -> None:
        for name in ("vocab_size", "width", "num_heads", "feed_forward", "num_layers"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.max_len < 2:
            raise ModelError(f"max_len must be at least 2, got {self.max_len}")
        if self.width % 2 or self.width % self.num_heads:
            raise ModelError(
                f"width must be even and a multiple of num_heads, got width {self.width} and "
                f"{self.num_heads} heads"
            )
        if not 0 <= self.dropout < 1:
            raise ModelError(f"dropout must be at least 0 and below 1, got {self.dropout}")


class TransformerBlock(keras.layers.Layer):
    """x + attention(norm(x)), and then x + feed-forward(norm(x)).

    Args:
        config: the sizes.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        # 2 L parts are added to the residual stream; this keeps the variance of their sum at 1.
        scale = 1 / math.sqrt(2 * config.num_layers)
        self.attention_norm = layer_norm("attention_norm")
        self.attention = CausalSelfAttention(config.width, config.num_heads, scale)
        self.feed_forward_norm = layer_norm("feed_forward_norm")
        self.inner = dense(config.feed_forward, "inner", activation="relu")
        self.outer = dense(config.width, "outer", scale)

    def build(self, input_shape: Any) -> None:
        """Make the weights.

        Args:
            input_shape: (B, T, D).
        """
        shape = (None, None, self.config.width)
        for layer in (self.attention_norm, self.attention, self.feed_forward_norm, self.inner):
            layer.build(shape)
        self.outer.build((None, None, self.config.feed_forward))
        self.built = True

    def call(
        self, inputs: Any, past: KeysValues | None = None, seeds: Any = None
    ) -> tuple[Any, KeysValues]:
        """One block.

        Args:
            inputs: shape (B, T, D).
            past: keys and values of what this block has read before.
            seeds: of the two dropouts, shape (2, 2); without them nothing is dropped.

        Returns:
            Shape (B, T, D), and keys and values with the new ones.
        """
        rate = self.config.dropout
        first, second = (None, None) if seeds is None else tf.unstack(seeds)
        looked, present = self.attention(self.attention_norm(inputs), past)
        x = inputs + stateless_dropout(looked, rate, first)  # (B, T, D)
        thought = self.outer(self.inner(self.feed_forward_norm(x)))  # (B, T, F) inside
        return x + stateless_dropout(thought, rate, second), present


class TiedOutput(keras.layers.Layer):
    """Logits by the embedding itself: how well a vector fits that of each id. No own weights.

    Args:
        embedding: the layer whose table is used.
    """

    def __init__(self, embedding: Any) -> None:
        super().__init__(dtype="float32")
        self.embedding = embedding

    def call(self, inputs: Any) -> Any:
        """Logits.

        Args:
            inputs: shape (B, T, D).

        Returns:
            Shape (B, T, V), float32.
        """
        # One product of matrices: of three dimensions, TensorFlow makes a product for each row.
        table = tf.convert_to_tensor(self.embedding.embeddings)
        logits = tf.matmul(tf.reshape(inputs, (-1, table.shape[1])), table, transpose_b=True)
        shape = tf.concat([tf.shape(inputs)[:-1], tf.shape(table)[:1]], 0)
        return tf.ensure_shape(tf.reshape(logits, shape), (*inputs.shape[:-1], table.shape[0]))


def layer_norm(name: str) -> Any:
    """Layer normalisation over the width, in float32 whatever the layers around it compute in.

    Args:
        name: of the layer.
    """
    return keras.layers.LayerNormalization(epsilon=1e-6, name=name)
