"""Cut token ids into windows of one length.

Shapes: N windows, L ids in each. Split by document before you cut: windows overlap, so windows of
one document that go to different parts carry the same ids to both.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.corpus.ngrams import span_codes

Ids = NDArray[np.int64]


def window_starts(n: int, length: int = 100, stride: int = 50, tail: bool = False) -> range:
    """Where the windows over n ids begin.

    There are ``1 + (n - length) // stride`` full windows if n is at least length, else none.

    Args:
        n: number of ids.
        length: ids in a window, at least 2: one to read and one to predict.
        stride: ids from one start to the next, from 1 to length; more would skip ids.
        tail: add the start of one last, shorter window if some ids are in no full one.

    Raises:
        ValueError: a length or a stride outside those bounds, or a negative n.

    >>> list(window_starts(11, length=4, stride=2)), list(window_starts(11, 4, 2, tail=True))
    ([0, 2, 4, 6], [0, 2, 4, 6, 8])
    """
    if length < 2:
        raise ValueError(f"length must be at least 2, an input and a target; got {length}")
    if not 1 <= stride <= length:
        raise ValueError(
            f"stride must be from 1 to length={length}, since a longer step skips ids; got {stride}"
        )
    if n < 0:
        raise ValueError(f"the number of ids cannot be negative, got {n}")
    full = 1 + (n - length) // stride if n >= length else 0
    covered = (full - 1) * stride + length if full else 0
    return range(0, (full + (tail and covered < n)) * stride, stride)


def id_row(ids: ArrayLike) -> NDArray[Any]:
    """The ids as an array, once it is known that they are whole numbers in one row.

    Args:
        ids: the ids, shape (n,).

    Raises:
        ValueError: ids that are not one row of whole numbers.

    >>> id_row([3, 1]).tolist()
    [3, 1]
    """
    row = np.asarray(ids)
    if row.ndim != 1 or (row.size and row.dtype.kind not in "iu"):
        raise ValueError(f"ids must be one row of whole numbers, got {row.dtype} {row.shape}")
    return row


def windows(ids: ArrayLike, length: int = 100, stride: int = 50, pad_id: int | None = None) -> Ids:
    """Cut the ids of one document into overlapping windows.

    An id far from both ends is in length / stride windows if stride divides length, else in that
    number rounded up or down.

    Args:
        ids: the ids, shape (n,).
        length: ids in a window (L), at least 2.
        stride: ids from one start to the next, from 1 to length.
        pad_id: id that fills up a last, shorter window, so that no id is lost; it must not occur
            among the ids. If None, ids after the last full window are dropped.

    Returns:
        The windows, shape (N, L): a read-only view of one row of ids, which the windows share. The
        row is the array given, or a copy of it if it does not hold int64 or if pad_id is given.
        Copy the windows before you change or shuffle them.

    Raises:
        ValueError: ids that are not one row of whole numbers or hold pad_id, fewer of them than one
            window while pad_id is None, or a length or stride out of bounds.

    >>> windows([3, 1, 4, 1, 5], length=3, stride=2)
    array([[3, 1, 4],
           [4, 1, 5]])
    >>> windows([3, 1, 4, 1], length=3, stride=2, pad_id=0)
    array([[3, 1, 4],
           [4, 1, 0]])
    """
    row = id_row(ids).astype(np.int64, copy=False)
    starts = window_starts(len(row), length, stride, tail=pad_id is not None)
    if not starts:
        raise ValueError(
            f"{len(row)} ids do not fill one window of length={length}; take a smaller length, "
            "or give pad_id to fill it up"
        )
    missing = starts[-1] + length - len(row)
    if pad_id is not None:
        if (row == pad_id).any():
            raise ValueError(f"pad_id={pad_id} is one of the ids; choose an id that none has")
        row = np.pad(row, (0, max(missing, 0)), constant_values=pad_id)
    return np.lib.stride_tricks.sliding_window_view(row, length)[::stride]


def document_windows(
    documents: Sequence[ArrayLike], length: int = 100, stride: int = 50, pad_id: int | None = None
) -> tuple[Ids, Ids]:
    """Cut every document into windows, none of which crosses from one document to the next.

    To let windows cross, join the documents into one row, with an end-of-document id between them,
    and cut that with ``windows``.

    Args:
        documents: the ids of each document, shapes (n,).
        length: ids in a window (L), at least 2.
        stride: ids from one start to the next, from 1 to length.
        pad_id: id that fills up the last window of each document; if None, the ids after the last
            full window are dropped.

    Returns:
        The windows, shape (N, L), and the number of each one's document, shape (N,).

    Raises:
        ValueError: no document, or one that ``windows`` refuses; says which.

    >>> document_windows([[1, 2, 3], [4, 5]], length=2, stride=1)[0].tolist()
    [[1, 2], [2, 3], [4, 5]]
    """
    if len(documents) == 0:
        raise ValueError("there is no document to cut; expected at least one")
    cut = []
    for number, ids in enumerate(documents):
        try:
            cut.append(windows(ids, length, stride, pad_id))
        except ValueError as error:
            raise ValueError(f"document {number}: {error}") from None
    document = np.repeat(np.arange(len(cut)), [len(rows) for rows in cut])
    return np.concatenate(cut), document


def inputs_and_targets(windows: Ids) -> tuple[Ids, Ids]:
    """Pair every id with the one that follows it.

    For T predictions a window, cut windows of T + 1 ids. Cut them with stride T, and every id of
    the document but the first is a target exactly once.

    Args:
        windows: shape (N, T + 1).

    Returns:
        Inputs and targets, shape (N, T) each: the target at t is the input at t + 1.

    >>> inputs, targets = inputs_and_targets(windows([7, 8, 9], length=3, stride=2))
    >>> inputs.tolist(), targets.tolist()
    ([[7, 8]], [[8, 9]])
    """
    return windows[:, :-1], windows[:, 1:]


def shared_span_fraction(train: Ids, test: Ids, span: int = 20, pad_id: int | None = None) -> float:
    """Share of the test windows that repeat a span of some training window.

    Args:
        train: windows to learn from, shape (N, L).
        test: windows to measure on, shape (M, L).
        span: ids in a row that count as a repeat, from 1 to L.
        pad_id: id that fills up short windows; it does not count as shared.

    Returns:
        A number from 0 (no window leaks) to 1 (every one does).

    Raises:
        ValueError: no test window, windows of different lengths, or a span longer than a window.

    >>> rows = windows(list(range(10)), length=4, stride=2)
    >>> shared_span_fraction(rows[:2], rows[2:], span=2), shared_span_fraction(rows, rows[:1], 4)
    (0.5, 1.0)
    """
    if len(test) == 0:
        raise ValueError("there is no test window to look at")
    if train.ndim != 2 or train.shape[1:] != test.shape[1:]:
        raise ValueError(
            "training and test windows must be rows of one length, got shapes "
            f"{train.shape} and {test.shape}"
        )
    codes = span_codes(np.concatenate([train, test]), span)  # (N + M, L - span + 1)
    known = np.zeros(int(codes.max()) + 1, bool)
    known[codes[: len(train)]] = True
    shared = known[codes[len(train) :]]
    if pad_id is not None:
        shared &= test[:, span - 1 :] != pad_id  # padding stands last, so the last id tells
    return float(shared.any(axis=1).mean())
