"""What a figure could have been with other items: intervals by the bootstrap.

As many items as there are get drawn with replacement, many times; the figure is computed from each
such draw. How much it varies between the draws shows how much it would vary between samples of
items. With few items (below about 30) the intervals are too narrow: a handful of items does not
show how different items can be.

Shapes: N items, S resamples.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import EvaluationError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure with its bootstrap interval.

    Args:
        value: of the data themselves.
        low: lower end of the interval.
        high: upper end.
        n_items: items that were resampled.
        n_constant: resamples in which all ratings were one value; they count as agreement 1.
    """

    value: float
    low: float
    high: float
    n_items: int
    n_constant: int = 0

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def item_weights(n_items: int, n_resamples: int, seed: int) -> Floats:
    """How often each item is drawn in each bootstrap resample.

    Args:
        n_items: number of items (N), at least 2: one item alone is drawn each time, and an interval
            of no width would look like certainty.
        n_resamples: number of resamples (S), at least 1.
        seed: of the draws, from 0.

    Returns:
        Shape (S, N); every row adds up to N.

    Raises:
        EvaluationError: a number below its least value.

    >>> item_weights(3, 10_000, seed=0).mean(axis=0).round(1).tolist()
    [1.0, 1.0, 1.0]
    """
    if n_items < 2:
        raise EvaluationError(
            f"a bootstrap interval over items needs at least 2 items, got {n_items}; rate more "
            "texts, or report the figure without an interval"
        )
    if n_resamples < 1 or seed < 0:
        raise EvaluationError(
            f"n_resamples must be at least 1 and seed at least 0, got {n_resamples} and {seed}"
        )
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_items, [1 / n_items] * n_items, n_resamples).astype(np.float64)


def percentile_interval(
    measured: Callable[[Floats], float],
    weights: Floats,
    confidence: float = 0.95,
    *,
    n_constant: int = 0,
) -> Interval:
    """The percentile bootstrap interval of a figure that is computed from weighted items.

    Args:
        measured: weights of the items, shape (N,) -> the figure.
        weights: of the resamples, shape (S, N), from ``item_weights``.
        confidence: share of the resamples inside, above 0 and below 1.
        n_constant: goes into the result as it is.

    Raises:
        EvaluationError: the confidence is out of bounds.

    >>> heights = np.array([1.0, 2.0, 6.0])
    >>> mean = percentile_interval(lambda w: w @ heights / w.sum(), item_weights(3, 500, 0))
    >>> mean.value, mean.low >= 1, mean.high <= 6
    (3.0, True, True)
    """
    if not 0 < confidence < 1:
        raise EvaluationError(f"confidence must be above 0 and below 1, got {confidence}")
    n_items = weights.shape[1]
    resampled = [measured(row) for row in weights]
    low, high = np.quantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2])
    value = float(measured(np.ones(n_items)))
    return Interval(value, float(low), float(high), n_items, n_constant)
