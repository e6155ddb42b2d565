"""What reshapes the distribution of the next id: small functions from logits to logits.

Each takes logits and gives new ones; what it removes becomes minus infinity, so that the softmax
gives it probability 0, and what it keeps, it keeps unchanged. Those that look at probabilities
always leave an id; a ban may leave none. They act row by row.

The order matters. ``settings.Sampling`` applies them as they stand in this file: what depends on
the text before (repetition), what must not come (banned ids, an early end), then the temperature,
and then the filters that look at probabilities, each at what the one before has left.

Shapes: B rows, V ids in the vocabulary.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating[Any]]
"""Logits of the next id, shape (B, V); minus infinity for an id that cannot come."""


def repetition_penalty(
    scores: Scores, histories: Sequence[Sequence[int]], penalty: float
) -> Scores:
    """Make ids that have occurred less likely: positive logits are divided, negative multiplied.

    An id counts once, however often it has occurred. The paper divides all; where a logit is
    negative that would make its id likelier, so it is multiplied here, as elsewhere. The result
    depends on where the logits have their zero, which a softmax does not; that is a flaw of the
    method, not of this function.

    Args:
        scores: shape (B, V).
        histories: the ids before, for each row.
        penalty: 1 changes nothing; above 1 discourages repetition.

    Source: N. S. Keskar and others (2019), arXiv:1909.05858, section 4.1.

    >>> repetition_penalty(np.array([[2.0, -2.0, 2.0]]), [[0, 1, 0]], 2.0).tolist()
    [[1.0, -4.0, 2.0]]
    """
    changed = scores.copy()
    for row, history in zip(changed, histories, strict=True):
        ids = np.unique(np.asarray(history, dtype=np.int64))
        row[ids] = np.where(row[ids] < 0, row[ids] * penalty, row[ids] / penalty)
    return changed


def no_repeat_ngram(scores: Scores, histories: Sequence[Sequence[int]], n: int) -> Scores:
    """Remove every id that would complete a run of n ids which has occurred before.

    Args:
        scores: shape (B, V).
        histories: the ids before, for each row.
        n: length of the runs; 1 forbids every id that has occurred.

    Source: R. Paulus, C. Xiong and R. Socher (2018), arXiv:1705.04304, section 2.5.

    >>> no_repeat_ngram(np.zeros((1, 3)), [[0, 1, 2, 0]], 2).tolist()
    [[0.0, -inf, 0.0]]
    """
    changed = scores.copy()
    for row, history in zip(changed, histories, strict=True):
        ids = list(history)
        begun = ids[len(ids) - n + 1 :] if n > 1 else []
        ends = range(n - 1, len(ids))
        row[[ids[end] for end in ends if ids[end - n + 1 : end] == begun]] = -np.inf
    return changed


def ban(scores: Scores, ids: Iterable[int]) -> Scores:
    """Remove ids.

    Args:
        scores: shape (B, V).
        ids: what must not come.

    >>> ban(np.zeros((1, 3)), [1]).tolist()
    [[0.0, -inf, 0.0]]
    """
    changed = scores.copy()
    changed[:, list(ids)] = -np.inf
    return changed


def least_length(
    scores: Scores, lengths: Sequence[int], least: int, stop_ids: Iterable[int]
) -> Scores:
    """Remove what ends a text from rows that are too short to end.

    Args:
        scores: shape (B, V).
        lengths: ids that each row has written.
        least: ids that a row has to write before it may end.
        stop_ids: what ends a text.

    >>> least_length(np.zeros((2, 3)), [4, 5], 5, [0]).tolist()
    [[-inf, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    changed = scores.copy()
    short = np.asarray(lengths) < least
    changed[np.ix_(short, np.fromiter(stop_ids, np.int64))] = -np.inf
    return changed


def temperature(scores: Scores, value: float) -> Scores:
    """Divide the logits: below 1 the likely gets likelier, above 1 all get more equal.

    Args:
        scores: shape (B, V).
        value: above 0. Where quotients would be too large for the type of the logits, or the value
            is, the largest logit of each row is taken off first; the softmax stays what it is.

    >>> temperature(np.array([[1.0, 2.0]]), 0.5).tolist()
    [[2.0, 4.0]]
    """
    with np.errstate(all="ignore"):
        divided: Scores = scores / np.asarray(value, scores.dtype)
        if not np.isfinite(divided.max(axis=1)).all():  # NaN wins every comparison
            below = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
            divided = (below / value).astype(scores.dtype)
    return divided


def top_k(scores: Scores, k: int) -> Scores:
    """Keep the k likeliest ids, and those that are as likely as the last of them.

    Args:
        scores: shape (B, V).
        k: at least 1; V or more keeps all.

    Source: A. Fan, M. Lewis and Y. Dauphin (2018), P18-1082.

    >>> top_k(np.array([[3.0, 1.0, 2.0, 2.0]]), 2).tolist()
    [[3.0, -inf, 2.0, 2.0]]
    """
    first = max(0, scores.shape[1] - k)
    last = np.partition(scores, first, axis=1)[:, first, None]
    kept: Scores = np.where(scores >= last, scores, np.asarray(-np.inf, scores.dtype))
    return kept


def top_p(scores: Scores, p: float) -> Scores:
    """Keep the smallest set of likeliest ids that has at least probability p together.

    The id that crosses p is kept. Of equally likely ids at the border, those with the highest
    numbers are kept.

    Args:
        scores: shape (B, V).
        p: above 0, at most 1.

    Source: A. Holtzman and others (2020), nucleus sampling.

    >>> top_p(np.log([[0.5, 0.3, 0.2]]), 0.6).round(2).tolist()
    [[-0.69, -1.2, -inf]]
    """

    def nucleus(left: Scores) -> Any:
        order = np.argsort(left, axis=1, kind="stable")
        inside = _softmax(np.take_along_axis(left, order, axis=1)).cumsum(axis=1) > 1 - p
        inside[:, -1] = True
        kept = np.empty_like(inside)
        np.put_along_axis(kept, order, inside, axis=1)
        return kept

    return _keep(scores, nucleus)


def min_p(scores: Scores, p: float) -> Scores:
    """Keep the ids that are at least p times as likely as the likeliest.

    Args:
        scores: shape (B, V).
        p: from 0 to 1.

    Source: M. Nguyen and others (2025), arXiv:2407.01082.

    >>> min_p(np.log([[0.6, 0.3, 0.1]]), 0.25).round(2).tolist()
    [[-0.51, -1.2, -inf]]
    """

    def near_the_top(left: Scores) -> Any:
        chances = _softmax(left)
        return chances >= np.asarray(p, left.dtype) * chances.max(axis=1, keepdims=True)

    return _keep(scores, near_the_top)


def typical(scores: Scores, mass: float) -> Scores:
    """Keep the ids whose surprisal is nearest to the entropy, until they have a probability.

    Args:
        scores: shape (B, V).
        mass: above 0, below 1; the id that crosses it is kept, and those as near as it.

    Source: C. Meister and others (2023), Locally Typical Sampling, tacl_a_00536.

    >>> typical(np.log([[0.6, 0.3, 0.1]]), 0.2).round(2).tolist()
    [[-inf, -1.2, -inf]]
    """

    def near_the_entropy(left: Scores) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            log_p = np.log(_softmax(left))
            entropy = -np.nansum(np.exp(log_p) * log_p, axis=1, keepdims=True)
        distance = np.abs(-log_p - entropy)
        order = np.argsort(distance, axis=1, kind="stable")
        sums = _softmax(np.take_along_axis(left, order, axis=1)).cumsum(axis=1)
        last = np.minimum((sums < mass).sum(axis=1), left.shape[1] - 1)
        return distance <= np.take_along_axis(np.sort(distance), last[:, None], axis=1)

    return _keep(scores, near_the_entropy)


def _keep(scores: Scores, chosen: Callable[[Scores], Any]) -> Scores:
    """The logits that are chosen; ids that no row has left any more cost nothing."""
    ids = np.flatnonzero((scores > -np.inf).any(axis=0))
    left = scores if len(ids) == scores.shape[1] else scores[:, ids]
    changed = np.full_like(scores, -np.inf)
    changed[:, ids] = np.where(chosen(left), left, -np.inf)
    return changed


def _softmax(scores: Scores) -> Scores:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Scores = weights / weights.sum(axis=1, keepdims=True)
    return chances
