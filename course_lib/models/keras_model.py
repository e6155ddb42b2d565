"""What the Keras language models share: the protocol of the course, and files (Keras).

A model of this kind says how it reads ids on top of a state. From that follow the full pass that
training uses, one step at a time for generation, and log probabilities of any length.

Shapes: B rows, T ids in a row, V ids in the vocabulary. Information is in nats.
"""

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import ModelError
from course_lib.whole_file import whole_file

FORMAT = "course_lib Keras language model 1"


class KerasLanguageModel(keras.Model):
    """A language model made of Keras layers.

    Whoever derives from it sets ``config``, a frozen data class with ``vocab_size`` among its
    fields, and writes ``initial_state`` and ``read``.

    Args:
        config: the sizes; the model is built from it alone.

    Raises:
        ModelError: sizes that make no model.
    """

    config_class: ClassVar[type]
    """The data class of the sizes."""
    block: ClassVar[int] = 256
    """Ids that ``log_probs`` reads at a time, a multiple of ``round_to``."""
    fixed_state: ClassVar[bool] = False
    """Whether the state has one size, however much was read."""
    round_to: ClassVar[int] = 64
    """Rows are filled up to a multiple of so many ids, so that few shapes are compiled."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self._read = tf.function(lambda ids, state: self.read(ids, state), autograph=False)
        self._step = self._read  # the same with one id in each row

    @property
    def vocab_size(self) -> int:
        """Number of ids (V)."""
        return int(self.config.vocab_size)

    @property
    def n_parameters(self) -> int:
        """Numbers that training changes; the model is built first if it was not."""
        self.ensure_built()
        return sum(int(np.prod(weight.shape)) for weight in self.trainable_weights)

    @abstractmethod
    def initial_state(self, batch: Any) -> Any:
        """Tensors that stand for nothing read yet.

        Args:
            batch: number of rows (B), a number or a scalar tensor.
        """

    @abstractmethod
    def read(self, ids: Any, state: Any, training: bool = False) -> tuple[Any, Any]:
        """Read ids on top of a state.

        Args:
            ids: shape (B, T), whole numbers.
            state: what ``initial_state`` or this function gave.
            training: whether dropout is on.

        Returns:
            Logits in single precision, shape (B, T, V): at t, of the id after t; and the new state.
        """

    def call(self, ids: Any, training: bool = False) -> Any:
        """The full pass: logits of shape (B, T, V) for ids of shape (B, T), from nothing.

        Args:
            ids: shape (B, T), whole numbers.
            training: whether dropout is on.
        """
        return self.read(ids, self.initial_state(keras.ops.shape(ids)[0]), training)[0]

    def ensure_built(self) -> None:
        """Make the weights, if no ids have been read yet."""
        if not self.built:
            self(np.zeros((1, 2), np.int32))

    def start(self, batch: int) -> Any:
        """The state before anything is read.

        Args:
            batch: number of rows (B), at least 1.

        Raises:
            ModelError: batch is below 1.
        """
        if batch < 1:
            raise ModelError(f"batch must be at least 1, got {batch}")
        self.ensure_built()
        return self.initial_state(batch)

    def step(self, ids: ArrayLike, state: Any) -> tuple[NDArray[np.float32], Any]:
        """Read one more id in every row.

        Args:
            ids: the next id of each row, shape (B,).
            state: the state after the ids before; it stays valid and unchanged.

        Returns:
            Logits of what comes after, float32, shape (B, V), and the new state.

        Raises:
            ModelError: not one id for each row, or not from 0 to V - 1.
        """
        read, rows = self.checked(ids, 1), tf.nest.flatten(state)[0].shape[0]
        if len(read) != rows:
            raise ModelError(f"got {len(read)} ids for a state of {rows} rows; expected {rows}")
        return self._next(read, state)

    def _next(self, ids: NDArray[np.int32], state: Any) -> tuple[NDArray[np.float32], Any]:
        """``step``, once ids and state are known to belong together."""
        logits, state = self._step(tf.constant(ids[:, None]), state)
        return logits.numpy()[:, -1], state

    def select(self, state: Any, rows: ArrayLike) -> Any:
        """A state of some of the rows, in another order or more than once.

        Args:
            state: what ``start`` or ``step`` gave; every tensor in it has a row for each text.
            rows: numbers of its rows, shape (B,).
        """
        chosen = tf.constant(np.asarray(rows, np.int32))
        return tf.nest.map_structure(lambda part: tf.gather(part, chosen), state)

    def log_probs(self, ids: ArrayLike) -> NDArray[np.float64]:
        """How well every id but the first of each row is predicted from all ids before it.

        Args:
            ids: shape (B, T), T at least 2; the first id of a row is only read.

        Returns:
            Log probabilities in nats, shape (B, T - 1): at t, of ``ids[:, t + 1]``.

        Raises:
            ModelError: another shape, or ids that are not from 0 to V - 1.
        """
        rows = self._checked_rows(ids)
        state, scores = self.start(len(rows)), []
        for first in range(0, rows.shape[1] - 1, self.block):
            ids = rows[:, first : first + self.block + 1]
            width = ids.shape[1] - 1
            # Few widths, since each is compiled. What is added comes after all that counts.
            filled = np.pad(ids, ((0, 0), (0, -width % self.round_to)))
            logits, state = self._read(tf.constant(filled[:, :-1]), state)
            scores.append(log_probs_of(logits, filled[:, 1:])[:, :width])
        return np.concatenate(scores, axis=1)

    def checked(self, ids: ArrayLike, n_dimensions: int) -> NDArray[np.int32]:
        """Ids as 32-bit numbers, once it is known that they are ids of this model.

        Args:
            ids: whole numbers.
            n_dimensions: of the array that is expected.

        Raises:
            ModelError: another shape or type, or an id that is not from 0 to V - 1; names it.
        """
        read, V = np.asarray(ids), self.vocab_size
        if read.ndim != n_dimensions or read.size == 0 or read.dtype.kind not in "iu":
            wanted = "(B,)" if n_dimensions == 1 else "(B, T)"
            raise ModelError(
                f"expected whole numbers of shape {wanted}, got {read.dtype} {read.shape}"
            )
        wrong = np.argwhere((read < 0) | (read >= V))
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            raise ModelError(
                f"id {read[place]} at {place} is not from 0 to {V - 1}: is this the tokenizer "
                "that the model was trained with?"
            )
        return read.astype(np.int32, copy=False)

    def _checked_rows(self, ids: ArrayLike) -> NDArray[np.int32]:
        rows = self.checked(ids, 2)
        if rows.shape[1] < 2:
            raise ModelError(f"rows must hold at least 2 ids, one to read; got {rows.shape[1]}")
        return rows

    def save_model(self, path: str | Path) -> None:
        """Write sizes and weights to a NumPy ``.npz`` file, all of it or nothing.

        Args:
            path: the file; one that exists is replaced.
        """
        self.ensure_built()
        head = {"format": FORMAT, "kind": type(self).__name__, "config": asdict(self.config)}
        arrays: dict[str, Any] = {
            f"weight_{n}": np.asarray(weight) for n, weight in enumerate(self.trainable_weights)
        }
        with whole_file(Path(path)) as file:
            np.savez(file, head=np.array(json.dumps(head)), **arrays)

    @classmethod
    def load_model(cls, path: str | Path) -> Self:
        """Read a model that ``save_model`` wrote.

        Args:
            path: the file.

        Raises:
            FileNotFoundError: there is no such file.
            ModelError: the file is damaged, is of something else, or of another class of model.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
                head = json.loads(str(arrays.pop("head")))
        except FileNotFoundError:
            raise
        except Exception as error:  # a damaged archive can fail in any of zipfile, NumPy and JSON
            raise ModelError(f"{path} holds no Keras language model, or is damaged") from error
        if not isinstance(head, Mapping) or head.get("format") != FORMAT:
            raise ModelError(f"{path} holds no Keras language model: it does not say {FORMAT!r}")
        if head["kind"] != cls.__name__:
            raise ModelError(f"{path} holds a {head['kind']}; read it with {head['kind']}")
        model = cls(cls.config_class(**head["config"]))
        model.ensure_built()
        weights = model.trainable_weights
        stored = [arrays.get(f"weight_{n}") for n in range(len(weights))]
        for weight, values in zip(weights, stored, strict=True):
            if values is None or values.shape != tuple(weight.shape):
                raise ModelError(f"{path} is damaged: it does not hold all of the weights")
            weight.assign(values)
        return model


def log_probs_of(logits: Any, targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Log probabilities of targets under the softmax of logits.

    Args:
        logits: shape (B, T, V), any floating type.
        targets: shape (B, T).

    Returns:
        Nats, shape (B, T), in double precision.

    >>> log_probs_of(tf.zeros((1, 1, 4)), np.array([[2]])).round(4).tolist()
    [[-1.3863]]
    """
    scores = tf.cast(logits, tf.float32)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=scores)
    return -np.asarray(nats, dtype=np.float64)


def compiled(function: Callable[..., Any], signature: list[Any]) -> Callable[..., Any]:
    """A function as one graph, made when first called.

    What ``tf.function`` checks at each call takes as long as a layer; the shapes are known here.

    Args:
        function: of tensors, or of structures of them.
        signature: a ``tf.TensorSpec`` for each tensor, in the same structures.
    """
    graphs: list[Callable[..., Any]] = []

    def run(*inputs: Any) -> Any:
        if not graphs:
            traced = tf.function(function, signature, autograph=False)
            graphs.append(traced.get_concrete_function())
        return graphs[0](*inputs)

    return run
