"""Runs of tokens: how often each occurs, frames with an open slot, and codes for long runs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def ngrams(tokens: Sequence[str], n: int, starts: Sequence[int] = ()) -> Iterator[tuple[str, ...]]:
    """Every run of n neighbouring tokens, in order.

    Args:
        tokens: the running tokens.
        n: tokens in a run, at least 1.
        starts: positions at which documents begin; no run crosses one.

    Returns:
        The runs as tuples; none where a document is shorter than n.

    Raises:
        ValueError: n is below 1.

    >>> list(ngrams(["to", "be", "or", "not"], 2, starts=[2]))
    [('to', 'be'), ('or', 'not')]
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    bounds = sorted({0, *starts, len(tokens)})
    return chain.from_iterable(
        zip(*(tokens[start + i : end] for i in range(n)), strict=False)
        for start, end in pairwise(bounds)
    )


def ngram_counts(
    tokens: Sequence[str], n: int, starts: Sequence[int] = ()
) -> Counter[tuple[str, ...]]:
    """Count the n-grams of a text.

    Args:
        tokens: the running tokens.
        n: tokens in an n-gram, at least 1.
        starts: positions at which documents begin; no n-gram crosses one.

    Returns:
        How often each n-gram occurs, as a tuple of n tokens.

    Raises:
        ValueError: n is below 1.

    >>> ngram_counts("the cat and the dog and the cat".split(), 2).most_common(2)
    [(('the', 'cat'), 2), (('and', 'the'), 2)]
    """
    return Counter(ngrams(tokens, n, starts))


@dataclass(frozen=True)
class Pattern:
    """An n-gram with one slot left open.

    Args:
        frame: its tokens, ``"*"`` in the slot.
        count: how often it occurs, whatever fills the slot.
        fillers: number of different fillers.
        examples: the commonest fillers with their counts.
    """

    frame: tuple[str, ...]
    count: int
    fillers: int
    examples: tuple[tuple[str, int], ...]


def patterns(
    tokens: Sequence[str], n: int = 4, k: int = 20, min_fillers: int = 2, starts: Sequence[int] = ()
) -> list[Pattern]:
    """Find the frames that recur in a text, such as *the * of the*.

    A frame is an n-gram with one inner token replaced by an open slot; its fillers are the tokens
    that were seen there. Many different fillers show a construction, few a fixed phrase.

    Args:
        tokens: the running tokens.
        n: tokens in a frame, slot included, at least 3.
        k: how many frames to return.
        min_fillers: frames with fewer different fillers are left out.
        starts: positions at which documents begin; no frame crosses one.

    Returns:
        At most k frames, the commonest first and, among equals, the one with more fillers.

    Raises:
        ValueError: n is below 3, so that no inner slot exists.

    >>> text = "the end of the day and the top of the hill and the end of the road"
    >>> frame, = patterns(text.split(), k=1)
    >>> frame.frame, frame.count, frame.fillers, frame.examples
    (('the', '*', 'of', 'the'), 3, 2, (('end', 2), ('top', 1)))
    """
    if n < 3:
        raise ValueError(f"n must be at least 3 to leave an inner slot, got {n}")
    found = (
        (-seen.total(), -len(seen), (*rest[:slot], "*", *rest[slot:]), seen)
        for slot in range(1, n - 1)
        for rest, seen in _fillers(tokens, n, slot, min_fillers, starts).items()
        if len(seen) >= min_fillers
    )
    best = nsmallest(k, found, key=lambda entry: entry[:2])
    return [Pattern(frame, -c, -f, tuple(seen.most_common(3))) for c, f, frame, seen in best]


def _fillers(
    tokens: Sequence[str], n: int, slot: int, min_fillers: int, starts: Sequence[int]
) -> dict[tuple[str, ...], Counter[str]]:
    """What stood in the slot, by the other tokens, where these are common enough."""
    others = itemgetter(*(i for i in range(n) if i != slot))
    counts = Counter(map(others, ngrams(tokens, n, starts)))
    fillers: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for gram in ngrams(tokens, n, starts):
        rest = others(gram)
        if counts[rest] >= min_fillers:
            fillers[rest][gram[slot]] += 1
    return fillers


def to_ids(tokens: Sequence[str]) -> tuple[Ids, list[str]]:
    """Number the types of a text in the order in which they first occur.

    Args:
        tokens: the running tokens, T of them.

    Returns:
        The id of each token, shape (T,), and the types, so that ``types[ids[t]] == tokens[t]``.

    >>> to_ids(["no", "more", "no"])
    (array([0, 1, 0]), ['no', 'more'])
    """
    vocabulary: dict[str, int] = {}
    numbered = (vocabulary.setdefault(token, len(vocabulary)) for token in tokens)
    return np.fromiter(numbered, np.int64, len(tokens)), list(vocabulary)


def span_codes(ids: Ids, n: int) -> Ids:
    """Give every span of n ids a code: equal spans have equal codes, different spans different.

    Comparing two codes then compares two whole spans. A span of length a + b is a span of a beside
    a span of b, so its code is the rank of a pair of codes: about log2(n) sorts in all. Unlike a
    hash it never takes two spans for one, and no number in it exceeds T squared.

    Args:
        ids: ids, shape (..., T); spans run along the last axis.
        n: ids in a span, from 1 to T.

    Returns:
        Codes from 0 to the number of different spans - 1, shape (..., T - n + 1).

    Raises:
        ValueError: n is below 1 or above T.

    >>> span_codes(np.array([5, 7, 5, 7, 7]), 2)
    array([0, 1, 0, 2])
    """
    if not 1 <= n <= ids.shape[-1]:
        raise ValueError(f"n must be from 1 to the {ids.shape[-1]} ids there are, got {n}")
    codes, length = _ranks(ids), 1
    while length < n:
        step = min(length, n - length)  # in the last round the two parts may overlap
        left, right = codes[..., :-step], codes[..., step:]
        codes = _ranks(left * (codes.max() + 1) + right)
        length += step
    return codes


def _ranks(values: Ids) -> Ids:
    return np.unique(values, return_inverse=True)[1].reshape(values.shape)
