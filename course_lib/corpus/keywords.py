"""Which words set one text apart from another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Keyword:
    """A word that is commoner in a text than in a reference.

    Args:
        word: the word.
        score: how strong the evidence is, above 0.
        count: how often it occurs in the text.
        reference_count: how often it occurs in the reference.
        ratio: its relative frequency in the text over that in the reference, infinite if the
            reference lacks it: the size of the difference, which the score is not.
    """

    word: str
    score: float
    count: int
    reference_count: int
    ratio: float


def keywords(
    counts: Mapping[str, int],
    reference: Mapping[str, int],
    k: int = 20,
    method: Literal["g2", "log_odds"] = "g2",
) -> list[Keyword]:
    """Rank the words that set a text apart from a reference by being commoner there.

    ``g2`` is the log-likelihood ratio of Dunning: twice the nats by which two frequencies describe
    the counts better than one. ``log_odds`` is the difference of the log-odds
    in standard deviations, under a Dirichlet prior that is both texts together and weighs as much
    as they do: it pulls rare words towards no difference.

    Both take every token for an independent draw. Words come in bursts, so use the scores to rank
    and not as tests.

    Args:
        counts: how often each word occurs in the text.
        reference: the same for the reference.
        k: how many words to return at most, at least 1.
        method: ``"g2"`` or ``"log_odds"``.

    Returns:
        The words with the highest scores, the highest first. All are commoner in the text than in
        the reference, so there may be fewer than k; ask with the arguments exchanged for those of
        the reference.

    Raises:
        ValueError: an empty text or reference, k below 1, or an unknown method.

    Source: Dunning (1993), Accurate Methods for the Statistics of Surprise and Coincidence,
    Computational Linguistics 19(1); Monroe, Colaresi and Quinn (2008), Fightin' Words, Political
    Analysis 16(4), equations 15 to 22.

    >>> sea = {"the": 50, "sea": 8, "a": 42}
    >>> land = {"the": 55, "hill": 9, "a": 36}
    >>> [(found.word, round(found.score, 1)) for found in keywords(sea, land, k=2)]
    [('sea', 11.4), ('a', 0.8)]
    """
    n, m = sum(counts.values()), sum(reference.values())
    if n == 0 or m == 0:
        raise ValueError(f"text and reference must both have words, got {n} and {m} of them")
    if method not in ("g2", "log_odds"):
        raise ValueError(f"method must be 'g2' or 'log_odds', got {method!r}")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    score = _g2 if method == "g2" else _log_odds_z
    found = []
    for word, a in counts.items():
        b = reference.get(word, 0)
        # Whole numbers decide which text has more: the rounding of a score must not.
        if a * m > b * n and (strength := score(a, b, n, m)) > 0:
            ratio = (a / n) / (b / m) if b else math.inf
            found.append(Keyword(word, strength, a, b, ratio))
    return sorted(found, key=lambda keyword: (-keyword.score, keyword.word))[:k]


def _g2(a: int, b: int, n: int, m: int) -> float:
    """2 * sum of O ln(O / E) over the table (word or not) x (text or reference)."""
    total, here = n + m, a + b
    cells = [(a, n * here), (b, m * here), (n - a, n * (total - here)), (m - b, m * (total - here))]
    return 2 * sum(seen * math.log(seen * total / product) for seen, product in cells if seen)


def _log_odds_z(a: int, b: int, n: int, m: int) -> float:
    """Difference of the log-odds after the prior, over its standard deviation."""
    prior, prior_total = a + b, n + m
    x, y = a + prior, b + prior
    difference = math.log(x / (n + prior_total - x)) - math.log(y / (m + prior_total - y))
    return difference / math.sqrt(1 / x + 1 / y)
