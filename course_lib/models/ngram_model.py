"""What all n-gram models share: reading, state, files. What they do with counts is their own.

Shapes: B rows, T ids in a row, V ids in the vocabulary, N_k n-grams of order k. Information is in
nats.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.models.ngram_counts import ABSENT, Ids, NgramCounts, NgramIndex, count_ngrams
from course_lib.models.ngram_files import read_model, write_model

Floats = NDArray[np.float64]

MAX_ORDER = 10
"""Longest n-grams. More ids of history are hardly ever met twice, and each order costs memory."""

TABLES = ("codes", "ngram", "context")  # what is kept of each order


class NgramState(NamedTuple):
    """What an n-gram model remembers.

    Args:
        contexts: for each length from 0 to ``order - 1`` the number of the n-gram that the last
            ids form, or ``ABSENT``, shape (B, order).
        lengths: ids in the history, at most ``order - 1``, shape (B,).
    """

    contexts: Ids
    lengths: Ids


class NgramModel(ABC):
    """A language model whose history is the last ``order - 1`` ids.

    Args:
        order: ids in an n-gram: history and prediction, from 1 to ``MAX_ORDER``.

    Raises:
        ValueError: order is out of bounds.
    """

    index: NgramIndex
    per_ngram: tuple[Floats, ...]
    """For each order a number per n-gram, shape (N_k + 1,): the last is for an absent n-gram."""
    per_context: tuple[Floats, ...]
    """For each order a number per context, shape (N_{k-1} + 1,): the last is for an absent one."""

    def __init__(self, order: int) -> None:
        if not isinstance(order, (int, np.integer)) or not 1 <= order <= MAX_ORDER:
            raise ValueError(f"order must be a whole number from 1 to {MAX_ORDER}, got {order!r}")
        self.order = int(order)

    def fit(self, documents: Iterable[ArrayLike], *, vocab_size: int, eos_id: int) -> Self:
        """Count the n-grams of documents and estimate the probabilities from them.

        Args:
            documents: the ids of each document, shapes (n,), without the end id around them. An end
                id inside a document makes it an id like any other; see the module.
            vocab_size: number of ids (V).
            eos_id: id that begins and ends a document, one of the V.

        Returns:
            The model itself.

        Raises:
            DatasetError: no document, or ids that are not whole numbers from 0 to V - 1; names the
                document and the position.
            ValueError: eos_id is no id.
        """
        if not 0 <= eos_id < vocab_size:
            raise ValueError(
                f"eos_id must be from 0 to vocab_size - 1 = {vocab_size - 1}, got {eos_id}"
            )
        counts = count_ngrams(documents, self.order, vocab_size, eos_id)
        self.index = counts.index
        self._estimate(counts)
        return self

    @property
    def vocab_size(self) -> int:
        """Number of ids (V)."""
        return self._fitted().vocab_size

    @property
    def n_parameters(self) -> int:
        """Numbers learned: one for each n-gram and one for each context, not the keys to them."""
        self._fitted()
        return sum(len(numbers) - 1 for numbers in self.per_ngram + self.per_context)

    @property
    def memory_bytes(self) -> int:
        """Bytes of all arrays, keys included."""
        return sum(a.nbytes for a in self._fitted().codes + self.per_ngram + self.per_context)

    def start(self, batch: int) -> NgramState:
        """The state before anything is read.

        Args:
            batch: number of rows (B), at least 1.

        Raises:
            ValueError: batch is below 1.
        """
        self._fitted()
        if batch < 1:
            raise ValueError(f"batch must be at least 1, got {batch}")
        contexts = np.full((batch, self.order), ABSENT, np.int64)
        contexts[:, 0] = 0
        return NgramState(contexts, np.zeros(batch, np.int64))

    def step(self, ids: ArrayLike, state: NgramState) -> tuple[NDArray[np.float32], NgramState]:
        """Read one more id in every row.

        Args:
            ids: the next id of each row, shape (B,).
            state: the state after the ids before; it stays valid and unchanged.

        Returns:
            Log probabilities of what comes after, float32, shape (B, V), and the new state.

        Raises:
            ValueError: not one id for each row, or ids that are not from 0 to V - 1.
        """
        state = self._advance(self._checked(ids, (len(state.lengths),)), state)
        rows = zip(state.contexts, state.lengths, strict=True)
        p = np.stack([self._distribution(contexts, int(length)) for contexts, length in rows])
        return np.log(p).astype(np.float32), state

    def select(self, state: NgramState, rows: ArrayLike) -> NgramState:
        """A state of some of the rows, in another order or more than once.

        Args:
            state: what ``start`` or ``step`` gave.
            rows: numbers of its rows, shape (B,).
        """
        chosen = np.asarray(rows, dtype=np.int64)
        return NgramState(state.contexts[chosen], state.lengths[chosen])

    def log_probs(self, ids: ArrayLike) -> Floats:
        """How well every id but the first of each row is predicted from the ids before it.

        Args:
            ids: shape (B, T), T at least 2; the first id of a row is only read. If it is the end
                id, the row begins with a document.

        Returns:
            Log probabilities in nats, shape (B, T - 1): at t, of ``ids[:, t + 1]``.

        Raises:
            ValueError: another shape, or ids that are not from 0 to V - 1.
        """
        read = self._checked(ids, (None, None))
        if read.shape[1] < 2:
            raise ValueError(f"rows must hold at least 2 ids, one to read; got {read.shape[1]}")
        ending = self.index.trace(read)
        contexts = [numbers[:, :-1] for numbers in ending[:-1]]  # a history's last id is at t,
        ngrams = [numbers[:, 1:] for numbers in ending[1:]]  # a prediction's at t + 1
        return np.log(self._scores(contexts, ngrams, self._lengths(read)[:, :-1]))

    def probabilities(self, history: ArrayLike) -> Floats:
        """The distribution over the id after a history.

        Args:
            history: the ids before, shape (n,). Give the end id first to begin a document; without
                ids, nothing is known of what came before.

        Returns:
            Probabilities, shape (V,).

        Raises:
            ValueError: history is not one row of ids from 0 to V - 1.
        """
        state = self.start(1)
        for token in self._checked(history, (None,)):
            state = self._advance(token[None], state)
        return self._distribution(state.contexts[0], int(state.lengths[0]))

    def save(self, path: str | Path) -> None:
        """Write the model to a NumPy ``.npz`` file, all of it or nothing.

        Args:
            path: the file; one that exists is replaced.
        """
        index = self._fitted()
        arrays = {"index": np.array([index.vocab_size, index.eos_id, index.restarts])}
        arrays |= {f"setting_{name}": np.array(v) for name, v in self._settings().items()}
        for name, tables in zip(
            TABLES, (index.codes, self.per_ngram, self.per_context), strict=True
        ):
            arrays |= {f"{name}_{k}": table for k, table in enumerate(tables, 1)}
        write_model(Path(path), type(self).__name__, arrays)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that ``save`` wrote.

        Args:
            path: the file.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is damaged, is of something else, or of another class of model.
        """
        arrays, prefix = read_model(Path(path), cls.__name__), "setting_"
        settings = {name: a.item() for name, a in arrays.items() if name.startswith(prefix)}
        model = cls(**{name.removeprefix(prefix): value for name, value in settings.items()})
        orders = range(1, model.order + 1)
        if missing := {"index", *(f"{n}_{k}" for n in TABLES for k in orders)} - set(arrays):
            raise ValueError(f"{path} is damaged: it lacks {', '.join(sorted(missing))}")
        codes, model.per_ngram, model.per_context = (
            tuple(arrays[f"{name}_{k}"] for k in orders) for name in TABLES
        )
        vocab_size, eos_id, restarts = (int(number) for number in arrays["index"])
        model.index = NgramIndex(vocab_size, eos_id, bool(restarts), codes)
        return model

    @abstractmethod
    def _estimate(self, counts: NgramCounts) -> None:
        """Turn counts into numbers per n-gram and per context."""

    @abstractmethod
    def _scores(self, contexts: list[Ids], ngrams: list[Ids], lengths: Ids) -> Floats:
        """Probabilities of ids, of any shape, by their n-grams and contexts of each order."""

    @abstractmethod
    def _distribution(self, contexts: Ids, length: int) -> Floats:
        """Probabilities of all ids, shape (V,), after one history."""

    @abstractmethod
    def _settings(self) -> dict[str, float]:
        """What the constructor needs to make an equal model."""

    def _fitted(self) -> NgramIndex:
        if not hasattr(self, "index"):
            raise ValueError(f"this {type(self).__name__} has learned nothing yet; call fit first")
        return self.index

    def _set_weights(
        self, per_ngram: list[Floats], per_context: list[Floats], absent_context: float
    ) -> None:
        """Keep the numbers, each order with one more at the end, which ``ABSENT`` = -1 finds."""
        self.per_ngram = tuple(np.append(numbers, 0.0) for numbers in per_ngram)
        self.per_context = tuple(np.append(numbers, absent_context) for numbers in per_context)

    def _advance(self, ids: Ids, state: NgramState) -> NgramState:
        contexts = np.zeros_like(state.contexts)
        for order in range(1, self.order):
            contexts[:, order] = self.index.find(order, state.contexts[:, order - 1], ids)
        lengths = np.minimum(state.lengths + 1, self.order - 1)
        if self.index.restarts:
            lengths = np.where(ids == self.index.eos_id, min(1, self.order - 1), lengths)
        return NgramState(contexts, lengths)

    def _lengths(self, ids: Ids) -> Ids:
        """Ids in the history that ends at each position, shape (B, T)."""
        positions = np.arange(ids.shape[1])
        begins = positions == 0
        if self.index.restarts:
            begins = begins | (ids == self.index.eos_id)
        since = positions - np.maximum.accumulate(np.where(begins, positions, 0), axis=-1)
        return np.broadcast_to(np.minimum(since + 1, self.order - 1), ids.shape)

    def _checked(self, ids: ArrayLike, shape: tuple[int | None, ...]) -> Ids:
        """Ids as int64; ``None`` in the shape stands for any number."""
        read, V = np.asarray(ids), self.vocab_size
        fits = read.ndim == len(shape) and all(
            want in (None, have) for want, have in zip(shape, read.shape, strict=True)
        )
        if not fits or (read.size and read.dtype.kind not in "iu"):
            wanted = ", ".join("any" if want is None else str(want) for want in shape)
            raise ValueError(
                f"expected whole numbers of shape ({wanted}), got {read.dtype} {read.shape}"
            )
        wrong = np.argwhere((read < 0) | (read >= V))
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            raise ValueError(f"id {read[place]} at {place} is not from 0 to {V - 1}")
        return read.astype(np.int64, copy=False)
