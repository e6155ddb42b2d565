"""What every language model can do, whatever framework computes it.

Shapes: B rows, T ids in a row, V ids in the vocabulary. Information is in nats. A document is read
as its end id, then its ids; what is predicted is its ids, then its end id.
"""

from math import inf
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

State = Any
"""What a model remembers of what it has read, one row a sequence; only the model looks inside."""


@runtime_checkable
class LanguageModel(Protocol):
    """A distribution over the next id, given those before it."""

    @property
    def vocab_size(self) -> int:
        """Number of ids (V)."""

    def start(self, batch: int) -> State:
        """The state before anything is read.

        Args:
            batch: number of rows (B), at least 1.
        """

    def step(self, ids: ArrayLike, state: State) -> tuple[NDArray[np.float32], State]:
        """Read one more id in every row, at the cost of one step and not of the whole prefix.

        Args:
            ids: the next id of each row, shape (B,).
            state: the state after the ids before; it stays valid and unchanged.

        Returns:
            Logits of what comes after, float32, shape (B, V), and the new state. Softmax of the
            logits is the distribution.
        """

    def select(self, state: State, rows: ArrayLike) -> State:
        """A state of some of the rows, in another order or more than once; nothing is read.

        Args:
            state: what ``start`` or ``step`` gave; it stays valid and unchanged.
            rows: numbers of its rows, shape (B,): row i of the result is row ``rows[i]`` of it.
        """

    def log_probs(self, ids: ArrayLike) -> NDArray[np.float64]:
        """How well every id but the first of each row is predicted from all ids before it.

        Args:
            ids: shape (B, T), T at least 2; the first id of a row is only read.

        Returns:
            Log probabilities in nats, shape (B, T - 1): at t, of ``ids[:, t + 1]``.
        """


@runtime_checkable
class Limited(Protocol):
    """A language model that can read so many ids from its start, and no more."""

    @property
    def max_len(self) -> int:
        """Ids that a row can hold."""


def longest(model: LanguageModel) -> float:
    """How many ids a model can read from its start; infinity where there is no end.

    Args:
        model: any language model of the course.
    """
    return model.max_len if isinstance(model, Limited) else inf


@runtime_checkable
class Disturbable(Protocol):
    """A language model that remembers real numbers, so that noise can be added to them.

    A model of ids alone, as one of n-grams, has nothing between two of its states.
    """

    @property
    def noise_size(self) -> int:
        """Numbers in each row of a state that noise is added to (N)."""

    def disturb(self, state: State, noise: NDArray[np.float32]) -> State:
        """A state with something added to what the last id has left in it.

        Args:
            state: what ``start`` or ``step`` gave; it stays valid and unchanged.
            noise: shape (B, N). A row of zeros leaves its row exactly as it is.
        """
