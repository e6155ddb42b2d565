"""A Transformer language model: a causal pre-LN decoder that remembers keys and values (Keras).

Shapes: B rows, T ids in a row, D width, H heads, L layers, V ids in the vocabulary. Information is
in nats.
"""

import math
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import ModelError
from course_lib.models.attention import KeysValues, length_of
from course_lib.models.keras_model import KerasLanguageModel, compiled, log_probs_of
from course_lib.models.remat import draw_seeds, rematerialised, stateless_dropout
from course_lib.models.transformer_block import (
    TiedOutput,
    TransformerBlock,
    TransformerConfig,
    layer_norm,
)

Cache = tuple[KeysValues, ...]
"""Keys and values of each layer: the state of a Transformer."""


def transformer_parameters(config: TransformerConfig) -> dict[str, int]:
    """How many numbers training changes, part by part; the sum is the model's size.

    Args:
        config: the sizes.

    >>> parts = transformer_parameters(TransformerConfig(vocab_size=10_000))
    >>> sum(parts.values()), parts["output"]
    (3759888, 1290000)
    """
    V, D, L, F = config.vocab_size, config.width, config.num_layers, config.feed_forward
    return {
        "embedding": V * D,
        "attention": L * (4 * D * D + 4 * D),
        "feed-forward": L * (D * F + F + F * D + D),
        "layer norms": L * 2 * 2 * D,
        "final layer norm": 2 * D,
        "output": 0 if config.tied else D * V + V,
    }


def sinusoidal_positions(n: int, width: int) -> NDArray[np.float32]:
    """A vector for each position: sines and cosines of wavelengths from 2 pi to 10,000 * 2 pi.

    Column 2i is sin(p / 10000^(2i / D)), column 2i + 1 the cosine. Vaswani et al. (2017), 3.5.

    Args:
        n: number of positions.
        width: D, even.

    Returns:
        Shape (n, D).

    >>> sinusoidal_positions(2, 4).astype(float).round(2).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.84, 0.54, 0.01, 1.0]]
    """
    rates = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angles = np.arange(n)[:, None] * rates  # (n, D / 2)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)  # (n, D / 2, 2)
    return waves.reshape(n, width).astype(np.float32)


class TransformerLanguageModel(KerasLanguageModel):
    """A Transformer of the sizes of a ``TransformerConfig``.

    Its state is all keys and values so far, so one more id costs one position and not the whole
    prefix again. A step makes a new state; old ones stay valid. Positions end at ``max_len``:
    ``step`` refuses more ids, ``log_probs`` reads long rows in overlapping windows.

    Training uses the full pass, which makes no cache; ``remat`` and ``seeds`` are for it.

    Args:
        config: the sizes.
    """

    config_class = TransformerConfig

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config)
        # Weights this small keep the first logits near 0. Times sqrt(D), embeddings are of the
        # size of the position vectors that are added, whose entries lie between -1 and 1.
        V, small = config.vocab_size, keras.initializers.RandomNormal(0.0, 0.02)
        self.embedding = keras.layers.Embedding(V, config.width, small)
        self.blocks = [TransformerBlock(config) for _ in range(config.num_layers)]
        self.final_norm = layer_norm("final_norm")
        self.output_layer = (
            TiedOutput(self.embedding)
            if config.tied
            else keras.layers.Dense(
                V, kernel_initializer=small.clone(), dtype="float32", name="output"
            )
        )
        self.positions = sinusoidal_positions(config.max_len, config.width)
        self.seeds = keras.random.SeedGenerator()
        d = config.width // config.num_heads
        spec = tf.TensorSpec((None, config.num_heads, None, d), self.compute_dtype)
        cache = (KeysValues(spec, spec),) * config.num_layers
        signature = [tf.TensorSpec((None, None), tf.int32), cache]  # one graph for all lengths
        self._read = self._step = compiled(lambda ids, state: self.read(ids, state), signature)
        self._remember = compiled(lambda ids, state: self.read(ids, state)[1], signature)

    @property
    def max_len(self) -> int:
        """Positions: ids that a row can hold."""
        return int(self.config.max_len)

    def build(self, input_shape: Any) -> None:
        """Make the weights.

        Args:
            input_shape: (B, T).
        """
        shape = (None, None, self.config.width)
        self.embedding.build((None, None))
        for layer in (*self.blocks, self.final_norm, self.output_layer):
            layer.build(shape)
        self.built = True

    def initial_state(self, batch: Any) -> Cache:
        """No keys and no values.

        Args:
            batch: number of rows (B), a number or a scalar tensor.
        """
        D, H = self.config.width, self.config.num_heads
        nothing = tf.zeros((batch, H, 0, D // H), self.compute_dtype)
        return (KeysValues(nothing, nothing),) * self.config.num_layers

    @property
    def noise_size(self) -> int:
        """Numbers of a row that ``disturb`` adds to: keys and values of one id in each layer."""
        return 2 * self.config.num_layers * self.config.width

    def disturb(self, state: Cache, noise: Any) -> Cache:
        """A state with something added to keys and values of the last id, in all layers.

        Those of the ids before keep what was added to them.

        Args:
            state: keys and values of each layer.
            noise: shape (B, 2 L D), layer by layer, keys first.
        """
        D, H, L = self.config.width, self.config.num_heads, self.config.num_layers
        parts = tf.reshape(tf.cast(noise, self.compute_dtype), (-1, L, 2, H, 1, D // H))
        return tuple(past.plus(parts[:, n, 0], parts[:, n, 1]) for n, past in enumerate(state))

    def call(self, ids: Any, training: bool = False) -> Any:
        """The full pass: logits of shape (B, T, V) for ids of shape (B, T), from nothing.

        Args:
            ids: shape (B, T), whole numbers; T at most ``max_len``.
            training: whether dropout is on.

        Raises:
            ModelError: more ids than positions.
        """
        seeds = self._draw_seeds(training)
        x = self._embed(ids, 0, seeds[0])
        for n, block in enumerate(self.blocks, 1):
            run: Any = partial(_alone, block)
            if self.config.remat and training:
                run = rematerialised(run)
            x = run(x, seeds=seeds[n])
        return self.output_layer(self.final_norm(x))

    def read(self, ids: Any, state: Cache, training: bool = False) -> tuple[Any, Cache]:
        """Read ids on top of the keys and values of those before.

        Args:
            ids: shape (B, T), whole numbers.
            state: what ``initial_state`` or this function gave.
            training: whether dropout is on.

        Returns:
            Logits, float32, shape (B, T, V): at t, of the id after t; and the new state.

        Raises:
            ModelError: more ids than positions.
        """
        seeds, present = self._draw_seeds(training), []
        x = self._embed(ids, length_of(state[0].keys, 2), seeds[0])
        for n, (block, past) in enumerate(zip(self.blocks, state, strict=True), 1):
            x, keys_values = block(x, past, seeds[n])
            present.append(keys_values)
        return self.output_layer(self.final_norm(x)), tuple(present)

    def looks(self, ids: ArrayLike) -> list[NDArray[np.float32]]:
        """Where each position looks, layer by layer.

        Args:
            ids: shape (B, T).

        Returns:
            For each layer the weights of its heads, shape (B, H, T, T): rows sum to 1.

        Raises:
            ModelError: another shape, ids of another vocabulary, or more ids than positions.
        """
        x, weights = self._embed(tf.constant(self.checked(ids, 2)), 0, None), []
        for block in self.blocks:
            weights.append(block.attention.looks(block.attention_norm(x)).numpy())
            x = block(x)[0]
        return weights

    def step(self, ids: ArrayLike, state: Cache) -> tuple[NDArray[np.float32], Cache]:
        """Read one more id in every row.

        Args:
            ids: the next id of each row, shape (B,).
            state: the state after the ids before; it stays valid and unchanged.

        Returns:
            Logits of what comes after, float32, shape (B, V), and the new state.

        Raises:
            ModelError: not one id for each row, no ids of this model, or no position left.
        """
        self._refuse_beyond(state[0].keys.shape[2] + 1)
        return super().step(ids, state)

    def log_probs(self, ids: ArrayLike) -> NDArray[np.float64]:
        """How well every id but the first of each row is predicted from the ids before it.

        Rows of more than ``max_len`` ids are read in windows that overlap by half. Each id is
        predicted from all ids before it, or from more than the ``max_len // 2`` last ones.

        Args:
            ids: shape (B, T), T at least 2; the first id of a row is only read.

        Returns:
            Log probabilities in nats, shape (B, T - 1): at t, of ``ids[:, t + 1]``.

        Raises:
            ModelError: another shape, or ids that are not from 0 to V - 1.
        """
        rows, half, scores = self._checked_rows(ids), self.config.max_len // 2, []
        past = nothing = self.start(len(rows))
        for first in range(0, rows.shape[1] - 1, half):
            if first > half:  # the positions are used up: the last half begins a new window
                past = self._remember(tf.constant(rows[:, first - half : first]), nothing)
            inputs = rows[:, first : min(first + half, rows.shape[1] - 1)]
            targets = rows[:, first + 1 : first + 1 + inputs.shape[1]]
            logits, past = self._read(tf.constant(inputs), past)
            scores.append(log_probs_of(logits, targets))
        return np.concatenate(scores, axis=1)

    def _draw_seeds(self, training: bool) -> Any:
        """Seeds of the embedding's dropout and of each block's two, or as many times ``None``."""
        if not training or not self.config.dropout:
            return [None] * (1 + self.config.num_layers)
        drawn = draw_seeds(self.seeds, 1 + 2 * self.config.num_layers)
        return [drawn[0], *tf.unstack(tf.reshape(drawn[1:], (-1, 2, 2)))]

    def _embed(self, ids: Any, first: Any, seed: Any) -> Any:
        """Embeddings of ids, from a position on, with the vectors of the positions: (B, T, D)."""
        T = length_of(ids, 1)
        if isinstance(first, int) and isinstance(T, int):
            self._refuse_beyond(first + T)
        x = self.embedding(ids)
        x *= tf.cast(math.sqrt(self.config.width), x.dtype)
        x += tf.cast(tf.constant(self.positions)[first : first + T], x.dtype)
        return stateless_dropout(x, self.config.dropout, seed)

    def _refuse_beyond(self, length: int) -> None:
        if length > self.config.max_len:
            raise ModelError(
                f"{length} ids are more than the {self.config.max_len} positions of this model, "
                "prompt and text together; write fewer (max_new_ids) or shorten the prompt, read "
                "the last ones from start(), or build it with a larger max_len"
            )


def _alone(block: TransformerBlock, x: Any, seeds: Any = None) -> Any:
    """A block without its keys and values, which only a cache needs."""
    return block(x, seeds=seeds)[0]
