"""MAUVE: how far the distribution of a model's texts is from that of human ones.

Texts are points, by features of one's own choice. The points of both sides are quantised together,
so that each side becomes a histogram over the same clusters: P for human text, Q for the model's.
A model errs in two ways, by text that no human writes (KL(Q || R)) and by human text that it never
writes (KL(P || R)); both are taken against every mixture R of P and Q, where they are finite, and
make a curve. The area under it is the score.

The score depends on the features, on how many texts there are and on the number of clusters: only
scores with the same of all three can be compared. A few dozen texts a side say little; the paper
used 5,000.

Shapes: N human texts, M of the model, D features, K clusters, L points of the curve.

Source: K. Pillutla et al. (2021), MAUVE: Measuring the gap between neural text and human text using
divergence frontiers, NeurIPS. The choices are those of its code.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import EvaluationError, require

Floats = NDArray[np.float64]

SCALING = 5.0
"""How fast a divergence d counts: exp(-SCALING d)."""
MIXTURES = 25
"""Mixtures along the curve; more make little difference."""
EXPLAINED = 0.9
"""Share of the variance that the principal components keep."""
TEXTS_PER_CLUSTER = 10
"""Texts of the smaller side for each cluster, by default."""
STARTS, MOST_ROUNDS = 5, 500  # of k-means


@dataclass(frozen=True, eq=False)
class Mauve:
    """The score and what it was computed from.

    Args:
        score: area under the curve, from about 0 to 1, higher is closer.
        smoothed_score: the same with half a text more in every cluster of either side (Pillutla et
            al. 2023, "MAUVE*"): less jumpy where clusters are nearly empty.
        curve: exp(-SCALING KL(Q || R)) and exp(-SCALING KL(P || R)), shape (L, 2).
        n_clusters: number of clusters (K).
        p_histogram: share of the human texts in each cluster, shape (K,).
        q_histogram: share of the model's.
    """

    score: float
    smoothed_score: float
    curve: Floats
    n_clusters: int
    p_histogram: Floats
    q_histogram: Floats


def mauve(
    p_features: ArrayLike, q_features: ArrayLike, *, n_clusters: int | None = None, seed: int = 0
) -> Mauve:
    """Compare two sets of texts by their features.

    Each row is scaled to length 1, the rows of both sides are brought to the principal components
    that keep ``EXPLAINED`` of their variance, and k-means finds the clusters. Neither the order of
    the rows nor which side comes first changes the score.

    Args:
        p_features: features of human texts, shape (N, D).
        q_features: features of the model's texts, shape (M, D).
        n_clusters: number of clusters (K), at least 2; if None, a tenth of the smaller side. It is
            never more than there are different points.
        seed: of k-means, from 0.

    Returns:
        The score and its parts. Texts whose features are all the same make one cluster, and 1.

    Raises:
        EvaluationError: features that are no two tables of equal width, no rows, numbers that are
            not finite, or a number of clusters out of bounds.
        MissingExtraError: scikit-learn is not installed.

    >>> rng = np.random.default_rng(0)
    >>> here, there = rng.normal(size=(200, 3)), rng.normal([9, 0, 0], size=(200, 3))
    >>> round(mauve(here, here).score, 6), round(mauve(here, there).score, 1)
    (1.0, 0.0)
    """
    p, q = _table(p_features, "p_features"), _table(q_features, "q_features")
    if p.shape[1] != q.shape[1]:
        raise EvaluationError(
            f"p_features has {p.shape[1]} columns and q_features {q.shape[1]}; expected the same "
            "features of both"
        )
    if n_clusters is None:
        n_clusters = max(2, round(min(len(p), len(q)) / TEXTS_PER_CLUSTER))
    if n_clusters < 2 or seed < 0:
        raise EvaluationError(
            f"expected n_clusters from 2 and seed from 0, got n_clusters={n_clusters}, seed={seed}"
        )
    labels = _clusters(np.concatenate([p, q]), n_clusters, seed)
    n = int(labels.max()) + 1
    p_counts, q_counts = (
        np.bincount(part, minlength=n).astype(np.float64)
        for part in (labels[: len(p)], labels[len(p) :])
    )
    curve = divergence_curve(p_counts, q_counts)
    return Mauve(
        score=area_under(curve),
        smoothed_score=area_under(divergence_curve(p_counts + 0.5, q_counts + 0.5)),
        curve=curve,
        n_clusters=n,
        p_histogram=p_counts / p_counts.sum(),
        q_histogram=q_counts / q_counts.sum(),
    )


def _table(features: ArrayLike, name: str) -> Floats:
    table = np.asarray(features, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise EvaluationError(
            f"{name} has shape {table.shape}; expected (texts, features), at least one of each"
        )
    if not np.isfinite(table).all():
        raise EvaluationError(f"{name} has entries that are not finite numbers")
    return table


def _clusters(rows: Floats, n_clusters: int, seed: int) -> NDArray[np.int64]:
    """The cluster of each row, numbered from 0 without gaps."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    # K-means starts from rows drawn by number: equal sets of rows shall have equal numbers.
    order = np.lexsort(rows.T[::-1])
    points = _principal_components(rows[order])
    n_clusters = min(n_clusters, len(np.unique(points.round(12), axis=0)))
    kmeans = require("sklearn.cluster", "evaluate").KMeans(
        n_clusters, n_init=STARTS, max_iter=MOST_ROUNDS, random_state=seed
    )
    labels = np.empty(len(rows), np.int64)
    labels[order] = kmeans.fit_predict(points)
    return np.unique(labels, return_inverse=True)[1]


def _principal_components(rows: Floats) -> Floats:
    """The rows in the fewest principal components that keep ``EXPLAINED`` of the variance."""
    centred = rows - rows.mean(axis=0)
    _, scale, axes = np.linalg.svd(centred, full_matrices=False)
    variance = np.cumsum(scale**2)
    kept = int(np.searchsorted(variance, EXPLAINED * variance[-1])) + 1
    return np.asarray(centred @ axes[:kept].T)


def divergence_curve(p: ArrayLike, q: ArrayLike) -> Floats:
    """The curve of two histograms: from (1, 0), over the mixtures R = w P + (1 - w) Q, to (0, 1).

    Args:
        p: counts or shares of human texts, shape (K,).
        q: counts or shares of the model's texts, shape (K,).

    Returns:
        exp(-SCALING KL(Q || R)) and exp(-SCALING KL(P || R)), shape (MIXTURES + 2, 2). The first
        falls along the curve and the second rises.

    Raises:
        EvaluationError: histograms of other shapes, negative or empty.

    >>> divergence_curve([1, 0], [0, 1])[[0, 13, -1]].round(3).tolist()  # 2 ** -5 in the middle
    [[1.0, 0.0], [0.031, 0.031], [0.0, 1.0]]
    """
    one, other = (np.asarray(h, dtype=np.float64) for h in (p, q))
    fits = one.ndim == 1 and one.shape == other.shape
    if not fits or min(one.min(initial=0), other.min(initial=0)) < 0 or not one.sum() * other.sum():
        raise EvaluationError(
            f"expected two histograms of one length, without negative entries and not empty; got "
            f"shapes {one.shape} and {other.shape}"
        )
    one, other = one / one.sum(), other / other.sum()
    weights = np.linspace(1e-6, 1 - 1e-6, MIXTURES)
    mixtures = [w * one + (1 - w) * other for w in weights]
    points = [(_kl(other, r), _kl(one, r)) for r in mixtures]
    return np.exp(-SCALING * np.array([(0.0, np.inf), *points, (np.inf, 0.0)]))


def _kl(p: Floats, r: Floats) -> float:
    """KL(p || r) in nats, where r is above 0 wherever p is."""
    here = p > 0
    return float((p[here] * np.log(p[here] / r[here])).sum())


def area_under(curve: Floats) -> float:
    """Area under a divergence curve, by trapezia; over either axis it is the same.

    Args:
        curve: points from (1, 0) to (0, 1), shape (L, 2).

    >>> area_under(np.array([[1.0, 0.0], [0.0, 1.0]]))
    0.5
    """
    x, y = curve.T
    return float(((x[:-1] - x[1:]) * (y[:-1] + y[1:])).sum() / 2)
