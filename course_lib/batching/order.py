"""The order of the windows in an epoch, the same for every framework.

TensorFlow and PyTorch shuffle with generators of their own, so the same seed gives each another
order, and a difference between two models may then come from the order of their batches. Here NumPy
draws the order once, and both read their windows by it.

The shuffle is the one of ``tf.data``: a buffer holds the next windows in the order of the text, one
of them is drawn, and the next window takes its place. It needs no list of all the windows, and it
reads a file almost from its beginning to its end, which a full permutation does not: at any moment
the windows come from one stretch of the text. What it does not do is mix the beginning of the text
with its end; a buffer that holds all the windows does, and is then a full permutation.
"""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

DRAWS = 4096  # random numbers drawn at a time; another number would be another order


class Order(ABC):
    """An order of windows in each epoch, which can be cut into batches."""

    n: int
    """Windows in an epoch."""

    @abstractmethod
    def indexes(self, epoch: int = 0) -> Iterator[int]:
        """The numbers of the windows.

        Args:
            epoch: number of the epoch, from 0.
        """

    def batches(
        self, batch_size: int = 32, epoch: int = 0, first: int = 0, drop_remainder: bool = False
    ) -> Iterator[NDArray[np.int64]]:
        """The same numbers in batches.

        Args:
            batch_size: windows in a batch (B), at least 1.
            epoch: number of the epoch, from 0.
            first: the batch to begin with, from 0; those before it are passed over without reading
                a window, to go on where a run stopped.
            drop_remainder: leave out a last batch of fewer than batch_size windows.

        Yields:
            The numbers of the windows of a batch, shape (B,).

        Raises:
            ValueError: a batch size, or a first batch, that is out of bounds.
        """
        n_batches = self.n_batches(batch_size, drop_remainder)
        if not 0 <= first <= n_batches:
            raise ValueError(f"the first batch must be from 0 to {n_batches}, got {first}")
        rest = islice(self.indexes(epoch), first * batch_size, None)
        for _ in range(first, n_batches):
            yield np.fromiter(islice(rest, batch_size), np.int64)

    def n_batches(self, batch_size: int = 32, drop_remainder: bool = False) -> int:
        """Number of batches in an epoch.

        Args:
            batch_size: windows in a batch, at least 1.
            drop_remainder: do not count a last batch of fewer than batch_size windows.

        Raises:
            ValueError: a batch size below 1, or no full batch while drop_remainder is set.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if drop_remainder and self.n < batch_size:
            raise ValueError(
                f"{self.n} windows do not fill one batch of batch_size={batch_size}; "
                "take a smaller one, or keep the remainder"
            )
        return self.n // batch_size if drop_remainder else -(-self.n // batch_size)


@dataclass(frozen=True)
class WindowOrder(Order):
    """A seeded order of n windows, another one in each epoch.

    It depends on n, seed, buffer and epoch alone. It is stable as long as NumPy's generator is:
    store the version of NumPy with a run that must be repeated exactly.

    Args:
        n: number of windows, at least 1.
        seed: a whole number from 0.
        buffer: windows to draw the next one from, at least 1. 1 keeps the order of the text; n or
            more makes every order equally likely. Their numbers take at most 16 bytes a window.

    Raises:
        ValueError: a number out of those bounds.

    >>> list(WindowOrder(6, buffer=1).indexes())
    [0, 1, 2, 3, 4, 5]
    >>> [rows.tolist() for rows in WindowOrder(5, seed=1, buffer=3).batches(2)]
    [[1, 3], [0, 4], [2]]
    """

    n: int
    seed: int = 0
    buffer: int = 10_000

    def __post_init__(self) -> None:
        for name, least in (("n", 1), ("seed", 0), ("buffer", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    def indexes(self, epoch: int = 0) -> Iterator[int]:
        """The numbers of the windows, each once.

        Args:
            epoch: number of the epoch, from 0.
        """
        draw = np.random.default_rng([self.seed, epoch])
        held = array("q", range(min(self.buffer, self.n)))
        for coming in range(len(held), self.n, DRAWS):
            places = draw.integers(len(held), size=min(DRAWS, self.n - coming))
            for offset, place in enumerate(places.tolist()):
                yield held[place]
                held[place] = coming + offset
        last = draw.permutation(held)
        for first in range(0, len(last), DRAWS):
            yield from last[first : first + DRAWS].tolist()


@dataclass(frozen=True)
class ContinuedOrder(Order):
    """An order in which each row of a batch goes on where the same row of the batch before ended.

    A model that carries its state from batch to batch then reads long stretches of text, and no
    window ends what it may remember. The text is cut into as many stretches as a batch has rows,
    anew in each epoch from a place that is drawn, and a stretch that meets the end of the text goes
    on at its beginning. Windows that do not fill a last batch are left out.

    Args:
        n: number of windows, at least as many as rows. Their targets must stand side by side: the
            stride from one to the next is length - 1.
        rows: windows in a batch (B), at least 1.
        seed: a whole number from 0.

    Raises:
        ValueError: a number out of those bounds.

    >>> for rows in ContinuedOrder(7, rows=2).batches(2):
    ...     print(rows.tolist())
    [5, 1]
    [6, 2]
    [0, 3]
    """

    n: int
    rows: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("rows", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        self.n_batches(self.rows)

    def indexes(self, epoch: int = 0) -> Iterator[int]:
        """The numbers of the windows, those of a batch side by side.

        Args:
            epoch: number of the epoch, from 0.
        """
        first = int(np.random.default_rng([self.seed, epoch]).integers(self.n))
        length = self.n // self.rows
        for place in range(length):
            for row in range(self.rows):
                yield (first + row * length + place) % self.n

    def n_batches(self, batch_size: int = 32, drop_remainder: bool = True) -> int:
        """Number of batches in an epoch, all of them full.

        Args:
            batch_size: windows in a batch; as many as rows.
            drop_remainder: not used.

        Raises:
            ValueError: a batch size that is not the number of rows, or no full batch.
        """
        if batch_size != self.rows:
            raise ValueError(f"batch_size must be rows={self.rows}, got {batch_size}")
        return super().n_batches(batch_size, drop_remainder=True)


def order_of(
    n: int,
    length: int,
    stride: int,
    batch_size: int,
    shuffle_buffer: int,
    seed: int,
    continued: bool,
) -> Order:
    """The order that the loaders of both frameworks read windows by.

    Args:
        n: number of windows.
        length: ids in a window.
        stride: ids from one start to the next.
        batch_size: windows in a batch (B).
        shuffle_buffer: of ``WindowOrder``.
        seed: of either order.
        continued: whether rows go on from batch to batch, in ``ContinuedOrder``.

    Raises:
        ValueError: a number out of bounds, or windows that do not stand side by side and should.
    """
    if not continued:
        return WindowOrder(n, seed, shuffle_buffer)
    if stride != length - 1:
        raise ValueError(
            f"rows that go on from batch to batch need stride = length - 1 = {length - 1}, "
            f"got {stride}"
        )
    return ContinuedOrder(n, batch_size, seed)
