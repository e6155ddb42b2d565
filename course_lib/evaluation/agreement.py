"""How far raters agree beyond chance: Fleiss' kappa, Krippendorff's alpha, and their intervals.

Both compare how often ratings of one item differ with how often any two ratings differ. 1 is full
agreement, 0 is what chance would give, below 0 they agree less than by chance. Kappa knows only
"same" and "different" and wants every item rated by as many raters. Alpha also knows scales, on
which a 4 is nearer to a 5 than a 1 is, and copes with missing ratings.

If all ratings are one and the same value, both are 0 / 0. The answer here is then 1: the raters
never differ. It says nothing about whether they could tell items apart; ``Interval.n_constant``
shows how near the data are to that.

Shapes: R raters, N items, K categories or different values.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import EvaluationError
from course_lib.evaluation.bootstrap import Floats, Interval, item_weights, percentile_interval

Level = Literal["nominal", "ordinal", "interval"]
Measure = Literal["fleiss", "nominal", "ordinal", "interval"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
RatingTable = NDArray[Any] | Sequence[Sequence[float | None]]
"""Ratings, shape (R, N): one row a rater, one column an item; NaN or None where one is missing."""


def fleiss_kappa(counts: ArrayLike) -> float:
    """Fleiss' kappa: agreement on categories that have no order.

    Args:
        counts: shape (N, K): how many raters put each item in each category. The raters need not be
            the same people from item to item, but must be as many.

    Returns:
        Kappa, at most 1; it is 1 where all ratings are one category, see the head of this file.

    Raises:
        EvaluationError: no table of whole numbers, fewer than two ratings an item, or items with
            different numbers of ratings.

    Source: J. L. Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological
    Bulletin 76(5), 378-382, equations 1 to 7.

    >>> fleiss_kappa([[3, 0], [0, 3]]), round(fleiss_kappa([[2, 1], [1, 2]]), 2)
    (1.0, -0.33)
    """
    table = _checked_counts(counts)
    return _kappa(table, np.ones(len(table)))


def krippendorff_alpha(ratings: RatingTable, level: Level = "nominal") -> float:
    """Krippendorff's alpha: agreement on any scale, missing ratings allowed.

    An item with fewer than two ratings has no pair to compare and does not count.

    Args:
        ratings: shape (R, N), NaN or None where a rating is missing.
        level: how far two ratings are apart: ``"nominal"``, as far as any others if they differ;
            ``"ordinal"``, by how many ratings lie between them; ``"interval"``, by the square of
            their difference.

    Returns:
        Alpha, at most 1; it is 1 where all ratings are one value, see the head of this file.

    Raises:
        EvaluationError: an unknown level, no table of numbers, one rater, or no item that two have
            rated.

    Source: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.

    >>> round(krippendorff_alpha([[1, 2, 3, 4], [1, 2, 4, None]], "ordinal"), 3)
    0.949
    """
    counts, values = _pairable(ratings, level)
    return _alpha(counts, values, level, np.ones(len(counts)))


def agreement_interval(
    data: RatingTable,
    measure: Measure,
    *,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Kappa or alpha with a percentile bootstrap interval over the items.

    As many items as there are get drawn with replacement, again and again; the interval holds the
    middle of what the measure then is. It answers "what if these raters had rated other items of
    the kind", not "what if others had rated". With few items (below about 30) it is too narrow: it
    misses the truth more often than it says, since a handful of items does not show how different
    items can be.

    Args:
        data: counts of shape (N, K) for ``"fleiss"``, else ratings of shape (R, N).
        measure: ``"fleiss"``, or the level of Krippendorff's alpha.
        confidence: share of the resamples inside, above 0 and below 1.
        n_resamples: number of resamples.
        seed: of the draws.

    Raises:
        EvaluationError: fewer than two items with two ratings, numbers out of bounds, or what
            ``fleiss_kappa`` and ``krippendorff_alpha`` raise.

    Source: B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    >>> found = agreement_interval([[1, 2, 3, 4, 5], [1, 2, 3, 4, 4]], "ordinal")
    >>> found.low < found.value <= found.high
    True
    """
    if measure == "fleiss":
        counts = _checked_counts(data)

        def measured(weights: Floats) -> float:
            return _kappa(counts, weights)
    else:
        level: Level = measure
        counts, values = _pairable(data, level)

        def measured(weights: Floats) -> float:
            return _alpha(counts, values, level, weights)

    weights = item_weights(len(counts), n_resamples, seed)
    constant = ((weights @ counts > 0).sum(axis=1) == 1).sum()
    return percentile_interval(measured, weights, confidence, n_constant=int(constant))


def complete_counts(ratings: RatingTable, categories: Sequence[float]) -> NDArray[np.int64]:
    """Ratings as ``fleiss_kappa`` wants them: how often each item got each category.

    Args:
        ratings: shape (R, N). An item with a missing rating is left out.
        categories: all values that a rating can have.

    Returns:
        Counts, shape (items rated by all, K).

    Raises:
        EvaluationError: no table of numbers, or a rating that is no category.

    >>> complete_counts([[1, 2, 2], [1, 1, None]], categories=[1, 2]).tolist()
    [[2, 0], [1, 1]]
    """
    table = _checked_ratings(ratings)
    known = np.isnan(table) | np.isin(table, categories)
    if not known.all():
        rater, item = np.argwhere(~known)[0]
        raise EvaluationError(
            f"rating {table[rater, item]:g} of item {item} by rater {rater} is none of the "
            f"categories {list(categories)}"
        )
    complete = table[:, ~np.isnan(table).any(axis=0)]
    return (complete[:, :, None] == np.asarray(categories)).sum(axis=0)


def _kappa(counts: Floats, weights: Floats) -> float:
    """Kappa of items that count as often as their weights say."""
    n_raters = counts[0].sum()
    totals = weights @ counts
    if (totals > 0).sum() == 1:
        return 1.0
    n_ratings = totals.sum()
    observed = weights @ ((counts**2).sum(axis=1) - n_raters) / (n_ratings * (n_raters - 1))
    expected = ((totals / n_ratings) ** 2).sum()
    return float((observed - expected) / (1 - expected))


def _alpha(counts: Floats, values: Floats, level: Level, weights: Floats) -> float:
    """Alpha of items that count as often as their weights say; sums over coincidences, (K, K)."""
    per_pair = (weights / (counts.sum(axis=1) - 1))[:, None]
    totals = weights @ counts
    apart = _distances(values, totals, level)
    observed = (counts.T @ (counts * per_pair) * apart).sum()  # a value is not apart from itself
    expected = totals @ apart @ totals / (totals.sum() - 1)
    return float(1 - observed / expected) if expected > 0 else 1.0


def _distances(values: Floats, totals: Floats, level: Level) -> Floats:
    """Squared distances of the values, shape (K, K)."""
    if level == "nominal":
        return (values[:, None] != values).astype(np.float64)
    # On an ordinal scale a value stands at the middle of its ratings, all of them lined up.
    at = np.cumsum(totals) - totals / 2 if level == "ordinal" else values
    return (at[:, None] - at) ** 2


def _checked_counts(counts: ArrayLike | RatingTable) -> Floats:
    try:
        table = np.array(counts, dtype=np.float64)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim != 2 or table.size == 0 or not _are_counts(table):
        raise EvaluationError(
            "counts must be a table of whole numbers from 0, one row an item and one column a "
            f"category, got shape {table.shape}"
        )
    n_raters = table.sum(axis=1)
    if (n_raters != n_raters[0]).any():
        other = int(np.argmax(n_raters != n_raters[0]))
        raise EvaluationError(
            f"item 0 has {n_raters[0]:g} ratings and item {other} has {n_raters[other]:g}; Fleiss' "
            "kappa needs as many for each: leave items with missing ratings out, or use "
            "krippendorff_alpha"
        )
    if n_raters[0] < 2:
        raise EvaluationError(
            f"each item has {n_raters[0]:g} rating; agreement needs at least 2 raters"
        )
    return table


def _are_counts(table: Floats) -> bool:
    return bool(np.isfinite(table).all() and (table >= 0).all() and (table % 1 == 0).all())


def _checked_ratings(ratings: RatingTable) -> Floats:
    try:
        table = np.array(ratings, dtype=np.float64)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim != 2 or np.isinf(table).any():
        raise EvaluationError(
            "ratings must be a table of finite numbers, one row a rater and one column an item, "
            f"NaN or None where one is missing; got shape {table.shape}. Number your categories"
        )
    return table


def _pairable(ratings: RatingTable, level: Level) -> tuple[Floats, Floats]:
    """How often each item with two ratings or more got each value, and the values in order."""
    if level not in LEVELS:
        raise EvaluationError(f"unknown level {level!r}; expected one of {', '.join(LEVELS)}")
    table = _checked_ratings(ratings)
    if len(table) < 2:
        raise EvaluationError(f"agreement needs at least 2 raters, got {len(table)} row of ratings")
    table = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if table.shape[1] == 0:
        raise EvaluationError(
            "no item has ratings of two raters, so there is no pair to compare; let several raters "
            "rate the same items"
        )
    values = np.unique(table[~np.isnan(table)])
    return (table[:, :, None] == values).sum(axis=0).astype(np.float64), values
