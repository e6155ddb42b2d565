"""The step of an LSTM language model in NumPy, for writing on a processor (NumPy).

To write is to multiply few rows by one large matrix after another. TensorFlow's products are made
for many rows; with those that NumPy calls, one text is written twice as fast
(``experiments/generation_speed.py``).

One row is read by one thread. It waits for the memory most of the time, and a second thread helps
as long as it has a processor to itself; beside other work, the first would wait for the second.

Shapes: B rows, V ids in the vocabulary, E numbers for an id, H units, P numbers after a projection.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Array = NDArray[np.float32]
Layers = Iterable[tuple[Array, Array]]
"""h and c of each layer, shape (B, H) each."""


class CarriedState(tuple[tuple[Any, Any], ...]):
    """h and c of each layer, with the weights that made them: the text goes on with the same.

    To read them out of TensorFlow at each step would make up a good part of it.

    Args:
        layers: h and c of each.
        weights: views, not copies, as ``read_one_more`` takes them.
    """

    weights: Sequence[Any] | None

    def __new__(cls, layers: Iterable[Any], weights: Sequence[Any] | None = None) -> Self:
        """A tuple that knows something more."""
        new = super().__new__(cls, layers)
        new.weights = weights
        return new


def carrying(layers: Iterable[Any], state: Any) -> Any:
    """A new state of the same texts as another: it has the weights of that one, if it has any.

    Args:
        layers: h and c of each.
        state: what they were made of.
    """
    weights = getattr(state, "weights", None)
    return tuple(layers) if weights is None else CarriedState(layers, weights)


def read_one_more(
    ids: NDArray[np.int32], state: Layers, weights: Sequence[Array]
) -> tuple[Array, tuple[tuple[Array, Array], ...]]:
    """What an LSTM language model gives for one more id in each row.

    Args:
        ids: from 0 to V - 1, shape (B,).
        state: h and c of each layer; they stay as they are.
        weights: the embedding (V, E); kernel (E or H, 4H), recurrent kernel (H, 4H) and bias (4H,)
            of each layer; a projection (H, P), if there is one; kernel (H or P, V) and bias (V,)
            of the output layer.

    Returns:
        Logits of what comes after, shape (B, V), and the new state.
    """
    with _products().limit(limits=1) if len(ids) == 1 else nullcontext():
        return _read(ids, state, weights)


def _read(
    ids: NDArray[np.int32], state: Layers, weights: Sequence[Array]
) -> tuple[Array, tuple[tuple[Array, Array], ...]]:
    embedding, *layers, kernel, bias = weights
    x, after = embedding[ids], []
    for h, c in state:
        W, U, b, *layers = layers
        z = x @ W
        z += h @ U  # in place: for large arrays, new memory costs as much as the sum
        z += b
        i, f, _, o = _parts(_sigmoid(z))
        c = f * c + i * np.tanh(_parts(z)[2])
        x = o * np.tanh(c)
        after.append((x, c))
    for projection in layers:
        x = x @ projection
    logits = x @ kernel
    logits += bias
    return logits, tuple(after)


@cache
def _products() -> ThreadpoolController:
    """The libraries that multiply matrices for NumPy."""
    return ThreadpoolController().select(user_api="blas")


def _parts(z: Array) -> Array:
    """The four parts of each row, shape (4, B, H)."""
    return z.reshape(len(z), 4, -1).transpose(1, 0, 2)


def _sigmoid(z: Array) -> Array:
    y = -z
    with np.errstate(over="ignore"):  # 1 / (1 + infinity) is the right 0
        np.exp(y, out=y)
    y += 1
    return np.reciprocal(y, out=y)
