"""An LSTM language model, from one small layer to the course's full generator (Keras).

    ids -> embedding -> (LSTM -> dropout), once for each layer -> dense -> logits

Shapes: B rows, T ids in a row, V ids in the vocabulary, E numbers for an id, H units,
L layers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import ModelError
from course_lib.models.keras_model import KerasLanguageModel, compiled
from course_lib.models.lstm_layer import LSTMLayer, forget_bias
from course_lib.models.lstm_numpy import CarriedState, carrying, read_one_more
from course_lib.models.remat import rematerialised

SMALL_VOCABULARY = 2048
"""Up to so many ids, the embedding meets the first kernel once an id, not once a place."""

State = tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class LSTMConfig:
    """The sizes of an LSTM language model.

    Args:
        vocab_size: number of ids (V).
        embedding_size: numbers that stand for an id (E).
        hidden_size: units of each LSTM layer (H).
        num_layers: LSTM layers, one on top of the other.
        dropout: share of each layer's outputs that training sets to 0, from 0 and below 1.
        remat: compute each layer again in the backward pass instead of keeping what is in it.
        projection_size: numbers that the last layer's outputs are turned into before they become
            logits. Fewer than H make a large vocabulary cheap. If None, outputs become logits.

    Raises:
        ModelError: a size below 1, or a dropout out of bounds.
    """

    vocab_size: int
    embedding_size: int = 128
    hidden_size: int = 256
    num_layers: int = 2
    dropout: float = 0.3
    remat: bool = False
    projection_size: int | None = None

    def __post_init__(self) -> None:
        for name in ("vocab_size", "embedding_size", "hidden_size", "num_layers"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.projection_size is not None and self.projection_size < 1:
            raise ModelError(
                f"projection_size must be at least 1, or None, got {self.projection_size}"
            )
        if not 0 <= self.dropout < 1:
            raise ModelError(f"dropout must be at least 0 and below 1, got {self.dropout}")


def stages(vocab_size: int) -> dict[str, LSTMConfig]:
    """The models that lead to the full one, each one change away from the one before.

    Args:
        vocab_size: number of ids (V).

    >>> [config.hidden_size for config in stages(65).values()]
    [128, 256, 256, 256]
    """
    return {
        "one layer of 128": LSTMConfig(vocab_size, 128, 128, 1, 0.0),
        "one layer of 256": LSTMConfig(vocab_size, 128, 256, 1, 0.0),
        "two layers of 256": LSTMConfig(vocab_size, 128, 256, 2, 0.0),
        "two layers of 256, dropout 0.3": LSTMConfig(vocab_size, 128, 256, 2, 0.3),
    }


def lstm_parameters(config: LSTMConfig) -> dict[str, int]:
    """How many numbers each layer learns; dropout has none.

    Args:
        config: the sizes.

    >>> counts = lstm_parameters(LSTMConfig(vocab_size=10_000))
    >>> counts
    {'embedding': 1280000, 'lstm_1': 394240, 'lstm_2': 525312, 'output': 2570000}
    >>> sum(counts.values())
    4769552
    """
    V, E, H = config.vocab_size, config.embedding_size, config.hidden_size
    counts = {"embedding": V * E}
    for n in range(1, config.num_layers + 1):
        counts[f"lstm_{n}"] = 4 * H * ((E if n == 1 else H) + H + 1)
    if config.projection_size is not None:
        counts["projection"] = H * config.projection_size
    return {**counts, "output": ((config.projection_size or H) + 1) * V}


class LSTMLanguageModel(KerasLanguageModel):
    """A language model whose memory is the state of its LSTM layers.

    On a processor and in single precision ``step`` is computed by NumPy, unless ``in_numpy`` is set
    to false. A text is then written to its end with the weights that it was begun with, whatever
    becomes of the model meanwhile.

    Args:
        config: the sizes.
        cudnn: run the layers by NVIDIA's own code, which is the fastest on its cards and cannot be
            compiled by XLA. If None, where there is such a card.
    """

    config_class = LSTMConfig
    fixed_state = True

    def __init__(self, config: LSTMConfig, cudnn: bool | None = None) -> None:
        super().__init__(config)
        if cudnn is None:
            cudnn = bool(tf.config.list_physical_devices("GPU"))
        self.cudnn = cudnn
        E, H = config.embedding_size, config.hidden_size
        names = [f"lstm_{n}" for n in range(1, config.num_layers + 1)]
        self.embedding = keras.layers.Embedding(
            config.vocab_size, E, keras.initializers.RandomNormal(stddev=0.01), name="embedding"
        )
        self.recurrent = [(CuDNNLayer if cudnn else LSTMLayer)(H, name) for name in names]
        self.dropouts = [keras.layers.Dropout(config.dropout) for _ in names]
        self.output_layer = keras.layers.Dense(config.vocab_size, name="output")
        self.projection = (
            None
            if config.projection_size is None
            else keras.layers.Dense(config.projection_size, use_bias=False, name="projection")
        )
        self.embedding.build((None,))
        for n, layer in enumerate(self.recurrent):
            layer.build((None, None, H if n else E))
        if self.projection is not None:
            self.projection.build((None, H))
        self.output_layer.build((None, config.projection_size or H))
        self.built = True
        if not cudnn:
            part = tf.TensorSpec((None, H), self.compute_dtype)
            signature = [tf.TensorSpec((None, 1), tf.int32), ((part, part),) * config.num_layers]
            self._step = compiled(lambda ids, state: self.read(ids, state), signature)
        self._read_weights = compiled(self._all_weights, [])
        on_cpu = not (cudnn or tf.config.list_physical_devices("GPU"))
        self.in_numpy = on_cpu and self.compute_dtype == "float32"

    def initial_state(self, batch: Any) -> State:
        """Zeros: h and c of each layer, shape (B, H) each.

        Args:
            batch: number of rows (B), a number or a scalar tensor.
        """
        zeros = tf.zeros((batch, self.config.hidden_size), self.compute_dtype)
        return tuple((zeros, zeros) for _ in self.recurrent)

    @property
    def noise_size(self) -> int:
        """Numbers of a row that ``disturb`` adds to: h of each layer."""
        return self.config.num_layers * self.config.hidden_size

    def disturb(self, state: State, noise: Any) -> State:
        """A state with something added to h of each layer, whose numbers lie between -1 and 1.

        The next id is read with the new h; c is as it was. From then on the noise is in both.

        Args:
            state: h and c of each layer.
            noise: shape (B, L H), layer by layer.
        """
        parts = tf.split(tf.cast(noise, self.compute_dtype), self.config.num_layers, axis=1)
        after = ((h + part, c) for (h, c), part in zip(state, parts, strict=True))
        return carrying(after, state)

    def select(self, state: State, rows: ArrayLike) -> State:
        """A state of some of the rows, in another order or more than once.

        Args:
            state: h and c of each layer.
            rows: numbers of its rows, shape (B,).
        """
        return carrying(super().select(state, rows), state)

    def read(self, ids: Any, state: State, training: bool = False) -> tuple[Any, State]:
        """Read ids on top of a state.

        Args:
            ids: shape (B, T), whole numbers.
            state: h and c of each layer.
            training: whether dropout is on.

        Returns:
            Logits in single precision, shape (B, T, V), and the new state.
        """
        features, state = self.features(ids, state, training)
        return tf.cast(self.output_layer(features), tf.float32), state

    def features(self, ids: Any, state: State, training: bool = False) -> tuple[Any, State]:
        """What the output layer turns into logits.

        Args:
            ids: shape (B, T), whole numbers.
            state: h and c of each layer.
            training: whether dropout is on.

        Returns:
            Numbers of shape (B, T, H), or as many as the projection gives, and the new state.
        """
        x, states = tf.transpose(tf.convert_to_tensor(ids)), []  # time first: (T, B)
        for n, (layer, dropout) in enumerate(zip(self.recurrent, self.dropouts, strict=True)):
            run = self._first if n == 0 else layer
            if self.config.remat and training:
                run = rematerialised(run)
            x, after = run(x, state[n])
            x = dropout(x, training=training)
            states.append(after)
        if self.projection is not None:
            x = self.projection(x)
        return tf.transpose(x, (1, 0, 2)), tuple(states)

    def _first(self, ids: Any, state: Any) -> tuple[Any, Any]:
        """Embedding and first layer, for ids of shape (T, B).

        Where ids are fewer than places, ``(one-hot E) W`` costs less as ``one-hot (E W)``.
        """
        layer = self.recurrent[0]
        if self.cudnn or ids.shape[0] == 1 or self.vocab_size > SMALL_VOCABULARY:
            return layer(self.embedding(ids), state)
        E, W, b = (
            tf.cast(weight, self.compute_dtype)
            for weight in (self.embedding.embeddings, layer.kernel, layer.bias)
        )
        return layer.run(tf.gather(tf.matmul(E, W) + b, ids), state)

    def _next(self, ids: NDArray[np.int32], state: State) -> tuple[NDArray[np.float32], State]:
        """``step``, once ids and state are known to belong together; in NumPy if it can be."""
        if not self.in_numpy:
            return super()._next(ids, state)
        weights = getattr(state, "weights", None) or list(map(np.asarray, self._read_weights()))
        rows = [(np.asarray(h), np.asarray(c)) for h, c in state]
        logits, after = read_one_more(ids, rows, weights)
        return logits, CarriedState(after, weights)

    def _all_weights(self) -> list[Any]:
        """What ``read_one_more`` takes, in its order."""
        last = [self.output_layer.kernel, self.output_layer.bias]
        if self.projection is not None:
            last.insert(0, self.projection.kernel)
        layers = [part for n in self.recurrent for part in (n.kernel, n.recurrent_kernel, n.bias)]
        return [weight.value.value() for weight in (self.embedding.embeddings, *layers, *last)]

    def trace(self, ids: Any) -> Iterator[tuple[str, Any]]:
        """The output of each layer in turn, from nothing read and without dropout.

        Args:
            ids: shape (B, T), whole numbers.

        Yields:
            The layer's name, and what it gives: shape (B, T, ...).
        """
        x, state = self.embedding(ids), self.initial_state(len(ids))
        yield "embedding", x
        for n, layer in enumerate(self.recurrent):
            hs, _ = layer(tf.transpose(x, (1, 0, 2)), state[n])
            x = tf.transpose(hs, (1, 0, 2))
            yield layer.name, x
        if self.projection is not None:
            x = self.projection(x)
            yield "projection", x
        yield "output", self.output_layer(x)


class CuDNNLayer(keras.layers.LSTM):
    """Keras's LSTM layer, which finds cuDNN on a graphics card, called like an ``LSTMLayer``.

    Args:
        units: numbers that the layer remembers, each for h and c (H).
        name: of the layer.
    """

    def __init__(self, units: int, name: str | None = None) -> None:
        super().__init__(
            units,
            bias_initializer=forget_bias,
            unit_forget_bias=False,  # the initial bias says it already
            return_sequences=True,
            return_state=True,
            name=name,
        )

    def call(self, x: Any, state: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        """Read a sequence on top of a state.

        Args:
            x: shape (T, B, D).
            state: h and c before the first time, shape (B, H) each.

        Returns:
            h at every time, shape (T, B, H), and the state after the last.
        """
        hs, h, c = super().call(tf.transpose(x, (1, 0, 2)), initial_state=list(state))
        return tf.transpose(hs, (1, 0, 2)), (h, c)
