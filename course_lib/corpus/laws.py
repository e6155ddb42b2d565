"""Two regularities of word counts: Zipf's law and Heaps' law, fitted and never assumed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ZipfFit:
    """Two descriptions of how unevenly the types share the tokens of a text.

    Args:
        exponent: s of the line ``count = scale * rank ** -s``, least squares on the logarithms.
        scale: the count that the line gives to rank 1.
        r_squared: share of the variance of log count that the line explains. Ranked counts can
            only fall, so it is near 1 even where the law fails: look at the plot.
        ranks: first and last rank fitted, from 1.
        alpha: maximum-likelihood exponent of the *spectrum*: the share of types that occur f times
            is proportional to ``f ** -alpha``, for f at or above min_count.
        alpha_error: its standard error if the counts of the types were independent.
        min_count: smallest count that alpha describes.
    """

    exponent: float
    scale: float
    r_squared: float
    ranks: tuple[int, int]
    alpha: float
    alpha_error: float
    min_count: int

    @property
    def exponent_from_alpha(self) -> float:
        """The s that alpha would imply if the law held exactly: 1 / (alpha - 1)."""
        return 1 / (self.alpha - 1)

    def predict(self, rank: ArrayLike) -> Floats:
        """The count that the fitted line gives to a rank, from 1."""
        return self.scale * np.asarray(rank, float) ** -self.exponent


def zipf_fit(
    counts: Mapping[Any, int], ranks: tuple[int, int | None] = (1, None), min_count: int = 1
) -> ZipfFit:
    """Fit Zipf's law to word counts, in the two ways that are in use.

    The line through log count against log rank is the classic picture. Its points are not
    independent and the rare types outvote the rest, so it describes a plot; it is no estimate with
    an error. The exponent of the spectrum is a maximum-likelihood estimate. The two agree, through
    s = 1 / (alpha - 1), only as far as the text follows the law.

    Args:
        counts: how often each type occurs; types that never occur are left out.
        ranks: first and last rank of the line, the last included; None for all.
        min_count: smallest count that enters the spectrum, at least 1.

    Raises:
        ValueError: fewer than two ranks in the range, min_count below 1, or no type as common as
            min_count.

    Source: Zipf (1949), Human Behavior and the Principle of Least Effort; Clauset, Shalizi and
    Newman (2009), Power-law distributions in empirical data, equation 3.5 (discrete case).

    >>> fit = zipf_fit({f"word {rank}": 6000 // rank for rank in range(1, 7)})
    >>> round(fit.exponent, 6), round(fit.scale), fit.ranks
    (1.0, 6000, (1, 6))
    """
    ordered = np.sort([count for count in counts.values() if count > 0])[::-1]
    first, last = ranks[0], len(ordered) if ranks[1] is None else min(ranks[1], len(ordered))
    if not 1 <= first < last:
        raise ValueError(f"ranks {ranks} hold fewer than two of the {len(ordered)} types")
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, the rarest count; got {min_count}")
    rank = np.arange(first, last + 1)
    slope, intercept, r_squared = _line(np.log(rank), np.log(ordered[first - 1 : last]))
    frequent = ordered[ordered >= min_count]
    if len(frequent) == 0:
        raise ValueError(f"no type occurs min_count={min_count} times or more")
    alpha, error = _power_law_mle(frequent, min_count)
    return ZipfFit(
        -slope, float(np.exp(intercept)), r_squared, (first, last), alpha, error, min_count
    )


def _line(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Slope, intercept and R squared of the least-squares line."""
    slope, intercept = np.polyfit(x, y, 1)
    residual = y - (slope * x + intercept)
    spread = float(((y - y.mean()) ** 2).sum())
    r_squared = 1 - float((residual**2).sum()) / spread if spread else 1.0
    return float(slope), float(intercept), r_squared


def _power_law_mle(counts: NDArray[np.int64], min_count: int) -> tuple[float, float]:
    """Exponent of P(f) = f**-alpha / zeta(alpha, min_count), and its standard error."""
    if counts[0] == min_count:  # every type as rare as can be: no finite exponent is steep enough
        return math.inf, math.inf
    mean_log = float(np.log(counts).mean())

    def nats(alpha: Floats) -> Floats:  # mean negative log-likelihood, convex in alpha
        return np.log(_hurwitz_zeta(alpha, min_count)) + alpha * mean_log

    low, high = 1.0001, 20.0
    for _ in range(6):  # each round looks fifty times closer
        grid = np.linspace(low, high, 101)
        best = int(np.argmin(nats(grid)))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 100)]
    alpha, h = float(grid[best]), 1e-3
    left, centre, right = nats(np.array([alpha - h, alpha, alpha + h]))
    information = (left - 2 * centre + right) / h**2
    return alpha, float(1 / np.sqrt(information * len(counts)))


def _hurwitz_zeta(s: Floats, q: int, terms: int = 20) -> Floats:
    """Sum over k >= 0 of (q + k) ** -s, for s above 1: some terms, then Euler and Maclaurin."""
    head = ((q + np.arange(terms)[:, None]) ** -s).sum(0)
    a = float(q + terms)
    tail = a ** (1 - s) / (s - 1) + a**-s / 2 + s * a ** (-s - 1) / 12
    return head + tail - s * (s + 1) * (s + 2) * a ** (-s - 3) / 720


@dataclass(frozen=True)
class HeapsFit:
    """The growth of the vocabulary: ``types = k * tokens ** beta``.

    Args:
        k: the factor.
        beta: the exponent; 1 means that every token is new, 0 that none is.
        r_squared: share of the variance of log types that the line explains.
    """

    k: float
    beta: float
    r_squared: float

    def predict(self, n_tokens: ArrayLike) -> Floats:
        """The number of types that the fitted line gives to a text of so many tokens."""
        return self.k * np.asarray(n_tokens, float) ** self.beta


def heaps_fit(curve: tuple[ArrayLike, ArrayLike], min_tokens: int = 1) -> HeapsFit:
    """Fit Heaps' law to a type-token curve by least squares on the logarithms.

    Args:
        curve: numbers of tokens and numbers of types, as ``type_token_curve`` gives them.
        min_tokens: where the line begins; almost every one of the first tokens is new, which the
            law does not describe.

    Raises:
        ValueError: fewer than two different numbers of tokens, or a number that is not positive.

    Source: Heaps (1978), Information Retrieval: Computational and Theoretical Aspects, section 7.5.

    >>> fit = heaps_fit(([100, 10_000], [50, 500]))
    >>> round(fit.k, 6), round(fit.beta, 6)
    (5.0, 0.5)
    """
    n_tokens, n_types = (np.asarray(column, float) for column in curve)
    fitted = n_tokens >= min_tokens
    n_tokens, n_types = n_tokens[fitted], n_types[fitted]
    if (different := len(np.unique(n_tokens))) < 2:
        raise ValueError(
            "a line needs at least two points with different numbers of tokens, got "
            f"{different} from {min_tokens} tokens on"
        )
    if not ((n_tokens > 0).all() and (n_types > 0).all()):
        raise ValueError(
            "numbers of tokens and types must be positive, since the line is one of logarithms; "
            f"got as few as {n_tokens.min():g} tokens and {n_types.min():g} types"
        )
    beta, log_k, r_squared = _line(np.log(n_tokens), np.log(n_types))
    return HeapsFit(float(np.exp(log_k)), beta, r_squared)
