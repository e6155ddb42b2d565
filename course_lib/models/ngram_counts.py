"""Count the n-grams of documents in sorted NumPy arrays, and find an n-gram again by its last id.

An n-gram of order k is numbered within its order. Its *code* joins the number of its first k - 1
ids, which form an n-gram of order k - 1, with its last id: ``number * V + id``. Codes are kept
sorted, so that the number of an n-gram is the place of its code, the n-grams that share their first
k - 1 ids lie side by side, and one binary search leads from any n-gram to the one that an id makes
of it.

Shapes: B rows, T ids in a row, V ids in the vocabulary, N_k n-grams of order k.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import DatasetError

Ids = NDArray[np.int64]

ABSENT = -1
"""The number of an n-gram that never occurred."""


@dataclass(frozen=True)
class NgramIndex:
    """The n-grams that occur, of every order from 1 up.

    The n-gram of order 0 is the empty one, number 0; the n-gram of order 1 that holds id w is
    number w, whether w occurs or not.

    Args:
        vocab_size: number of ids (V).
        eos_id: id that begins and ends a document.
        restarts: whether the end id occurs only at the ends of documents, so that whatever comes
            after it begins a new one.
        codes: for each order k the sorted codes, shape (N_k,).
    """

    vocab_size: int
    eos_id: int
    restarts: bool
    codes: tuple[Ids, ...]

    @property
    def order(self) -> int:
        """The longest n-grams' number of ids."""
        return len(self.codes)

    def find(self, order: int, contexts: Ids, ids: Ids) -> Ids:
        """The numbers of the n-grams that ids make of the n-grams before them.

        Args:
            order: number of ids in the n-grams looked for, k.
            contexts: numbers of n-grams of order k - 1, any shape.
            ids: the id that follows each, same shape.

        Returns:
            Numbers of n-grams of order k, same shape, ``ABSENT`` where there is none.

        >>> index = count_ngrams([[1, 2, 1]], order=2, vocab_size=3, eos_id=0).index
        >>> index.find(2, contexts=np.array([1, 1]), ids=np.array([2, 1]))
        array([ 2, -1])
        """
        codes = self.codes[order - 1]
        if not len(codes):
            return np.full(contexts.shape, ABSENT, np.int64)
        wanted = (
            contexts * np.int64(self.vocab_size) + ids
        )  # negative, so in no code, after an absent one
        at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        return np.where(codes[at] == wanted, at, ABSENT).astype(np.int64, copy=False)

    def row(self, order: int, context: int) -> slice:
        """Where the n-grams of an order lie that begin with the n-gram before their last id.

        Args:
            order: their number of ids, k.
            context: number of the n-gram of order k - 1.
        """
        first = context * self.vocab_size
        start, stop = np.searchsorted(self.codes[order - 1], [first, first + self.vocab_size])
        return slice(int(start), int(stop))

    def last_ids(self, order: int, row: slice) -> Ids:
        """The last id of each n-gram in a part of an order, ascending within one context."""
        return self.codes[order - 1][row] % self.vocab_size

    def trace(self, ids: Ids) -> list[Ids]:
        """The n-grams that end at every position of every row.

        Args:
            ids: shape (B, T).

        Returns:
            For each order from 0 up, the number of the n-gram that ends there, shape (B, T), or
            ``ABSENT`` where the row has fewer ids so far or the n-gram never occurred.
        """
        ending = [np.zeros_like(ids), ids]
        for order in range(2, self.order + 1):
            numbers = np.full_like(ids, ABSENT)
            numbers[:, 1:] = self.find(order, ending[-1][:, :-1], ids[:, 1:])
            ending.append(numbers)
        return ending


@dataclass(frozen=True)
class NgramCounts:
    """How often n-grams occur.

    Args:
        index: which n-grams there are.
        occurrences: for each order, how often each n-gram occurs with its last id as a prediction,
            shape (N_k,).
        continuations: for each order but the highest, how many different ids occur before each
            n-gram, shape (N_k,); the start of a document counts as a new id each time.
    """

    index: NgramIndex
    occurrences: tuple[Ids, ...]
    continuations: tuple[Ids, ...]


def count_ngrams(
    documents: Iterable[ArrayLike], order: int, vocab_size: int, eos_id: int
) -> NgramCounts:
    """Count all n-grams up to an order in documents, each read as its end id, its ids, its end id.

    The end id at the start is only read: it begins n-grams and is never their last id. No n-gram
    crosses from one document to the next.

    Args:
        documents: the ids of each document, shapes (n,), without the end id around them.
        order: ids in the longest n-grams, at least 1.
        vocab_size: number of ids (V).
        eos_id: id that begins and ends a document.

    Returns:
        The n-grams and their counts.

    Raises:
        DatasetError: no document, or ids that are not whole numbers from 0 to V - 1; names the
            document and the position.

    >>> counts = count_ngrams([[1, 2, 1]], order=2, vocab_size=3, eos_id=0)  # 0 1 2 1 0
    >>> [divmod(int(code), 3) for code in counts.index.codes[1]]
    [(0, 1), (1, 0), (1, 2), (2, 1)]
    >>> counts.occurrences[0].tolist(), counts.continuations[0].tolist()
    ([1, 2, 1], [1, 2, 1])
    """
    stream, offset, restarts = _join(documents, vocab_size, eos_id)
    numbers = stream  # of the n-gram of the present order that ends at each position
    codes: list[Ids] = [np.arange(vocab_size, dtype=np.int64)]
    occurrences: list[Ids] = [tally(stream[offset > 0], vocab_size)]
    continuations: list[Ids] = []
    for k in range(2, order + 1):
        ends = np.flatnonzero(offset >= k - 1)
        pairs = numbers[ends - 1] * vocab_size + stream[ends]
        found, first, inverse, count = np.unique(
            pairs, return_index=True, return_inverse=True, return_counts=True
        )
        # Each n-gram found adds one to the n-gram that is left of it without its first id.
        followed = tally(numbers[ends[first]], len(codes[-1]))
        if k > 2:
            starts = numbers[offset == k - 2]  # n-grams at a document's start: nothing before them
            followed += tally(starts, len(codes[-1]))
        continuations.append(followed)
        numbers = np.full_like(stream, ABSENT)
        numbers[ends] = inverse
        codes.append(found)
        occurrences.append(count)
    index = NgramIndex(vocab_size, eos_id, restarts, tuple(codes))
    return NgramCounts(index, tuple(occurrences), tuple(continuations))


def tally(numbers: Ids, size: int, weights: NDArray[Any] | None = None) -> NDArray[Any]:
    """How often each number from 0 to size - 1 occurs, or the sum of the weights that go with it.

    Args:
        numbers: shape (n,).
        size: numbers there are.
        weights: shape (n,).

    Returns:
        Shape (size,).
    """
    # Where an index has 32 bits, as in a browser, NumPy counts no numbers of 64.
    return np.bincount(numbers.astype(np.intp, copy=False), weights, minlength=size)


def _join(documents: Iterable[ArrayLike], vocab_size: int, eos_id: int) -> tuple[Ids, Ids, bool]:
    """All documents in one row, each id's distance from its document's start, and ``restarts``."""
    end = np.array([eos_id], dtype=np.int64)
    read = [_checked(ids, vocab_size, number) for number, ids in enumerate(documents)]
    if not read:
        raise DatasetError("there is no document to count; expected at least one")
    stream = np.concatenate([part for ids in read for part in (end, ids, end)])
    lengths = np.array([len(ids) + 2 for ids in read])
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    restarts = int((stream == eos_id).sum()) == 2 * len(read)
    return stream, np.arange(len(stream)) - starts, restarts


def _checked(ids: ArrayLike, vocab_size: int, document: int) -> Ids:
    row = np.asarray(ids)
    if row.ndim != 1 or (row.size and row.dtype.kind not in "iu"):
        raise DatasetError(
            f"document {document}: expected one row of whole numbers, got {row.dtype} {row.shape}"
        )
    wrong = np.flatnonzero((row < 0) | (row >= vocab_size))
    if len(wrong):
        raise DatasetError(
            f"document {document}, position {wrong[0]}: id {row[wrong[0]]} is not from 0 to "
            f"{vocab_size - 1}; give the vocab_size of the tokenizer that made the ids"
        )
    return row.astype(np.int64, copy=False)
