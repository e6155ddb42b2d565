"""MAUVE against the authors' package, against closed forms, and its laws."""

import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import EvaluationError
from course_lib.evaluation.mauve import area_under, divergence_curve, mauve

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

# 5 B(6, 5), the area for histograms without a common cluster: x = (1 - w)^5 over y = w^5.
DISJOINT = 1 / 252

counts = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)
histograms = st.tuples(counts, counts).map(np.array)


def clouds(seed, n, m, shift, D=6):
    rng = np.random.default_rng(seed)
    offset = np.zeros(D)
    offset[0] = shift
    return rng.normal(1, 1, size=(n, D)), rng.normal(1, 1, size=(m, D)) + offset


@pytest.fixture(scope="module")
def authors():
    """The authors' module; torch and transformers, which only make features, are kept out of it."""
    import sklearn.decomposition
    import sklearn.metrics
    import sklearn.preprocessing  # noqa: F401

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("faiss", reason="faiss, which mauve-text needs, is not installed")
        for heavy in ("torch", "transformers"):
            patch.setitem(sys.modules, heavy, None)
        pytest.importorskip("mauve", reason="the package mauve-text is not installed")
        return sys.modules["mauve.compute_mauve"]


# ------------------------------------------------------------------------- oracle


@given(histograms)
def test_the_curve_and_its_area_are_the_authors(authors, pair):
    p, q = pair / pair.sum(axis=1, keepdims=True)
    curve = authors.get_divergence_curve_for_multinomials(p, q, np.linspace(1e-6, 1 - 1e-6, 25), 5)
    ours = divergence_curve(*pair)
    assert ours == pytest.approx(curve, abs=1e-12)
    x, y = curve.T
    if len(set(x)) == len(x) and len(set(y)) == len(y):  # else their sort is free to mix points
        by_x, by_y = np.argsort(x), np.argsort(y)
        area = authors.compute_area_under_curve
        theirs = (area(x[by_x], y[by_x]) + area(y[by_y], x[by_y])) / 2
        assert area_under(ours) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.7, 1.5, 5.0])
def test_from_features_the_score_is_near_the_authors(authors, shift):
    p, q = clouds(1, 400, 300, shift)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = authors.compute_mauve(p_features=p, q_features=q, seed=1)
    ours = mauve(p, q)
    assert ours.n_clusters == theirs.num_buckets == 30
    # Two programs for k-means find other clusters.
    assert ours.score == pytest.approx(theirs.mauve, abs=0.06)
    assert ours.smoothed_score == pytest.approx(theirs.mauve_star, abs=0.06)


def test_the_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    from course_lib.evaluation.mauve import _principal_components

    rows = np.random.default_rng(3).normal(size=(60, 8)) * np.arange(1, 9)
    ours = _principal_components(rows)
    theirs = PCA(ours.shape[1]).fit(rows)
    assert theirs.explained_variance_ratio_.sum() >= 0.9
    assert theirs.explained_variance_ratio_[:-1].sum() < 0.9
    assert np.abs(ours) == pytest.approx(np.abs(theirs.transform(rows)))


# --------------------------------------------------------------------------- laws


@given(histograms)
def test_the_area_is_symmetric_and_between_its_bounds(pair):
    p, q = pair / pair.sum(axis=1, keepdims=True)
    area = area_under(divergence_curve(p, q))
    assert area == pytest.approx(area_under(divergence_curve(q, p)))
    assert DISJOINT - 1e-3 < area <= 1 + 1e-9
    x, y = divergence_curve(p, q).T
    assert (np.diff(x) <= 1e-12).all()
    assert (np.diff(y) >= -1e-12).all()


@given(histograms)
def test_merging_clusters_never_hides_less(pair):
    """What is quantised more coarsely looks more alike: the divergences can only fall."""
    merged = pair.reshape(2, 2, 2).sum(axis=2)
    fine, coarse = divergence_curve(*pair), divergence_curve(*merged)
    assert (coarse >= fine - 1e-12).all()


@given(histograms)
def test_equal_histograms_score_one(pair):
    assert area_under(divergence_curve(pair[0], 7 * pair[0])) == pytest.approx(1, abs=1e-9)


def test_disjoint_histograms_score_the_closed_form():
    area = area_under(divergence_curve([1, 2, 0, 0], [0, 0, 5, 1]))
    assert area == pytest.approx(DISJOINT, abs=1e-3)


def test_identical_texts_score_one_and_apart_ones_next_to_nothing():
    p, _ = clouds(2, 200, 200, 0)
    same = mauve(p, p[::-1])
    assert (same.score, same.smoothed_score) == pytest.approx((1, 1))
    far = mauve(p, -p - 5, n_clusters=8)
    assert far.score == pytest.approx(DISJOINT, abs=1e-3)
    assert far.score < far.smoothed_score < 0.1


def test_two_samples_of_one_distribution_are_closer_than_samples_of_two():
    scores = [mauve(*clouds(3, 400, 400, shift)).score for shift in (0, 1, 2, 4)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9
    assert scores[-1] < 0.2


def test_neither_order_nor_side_changes_the_score():
    p, q = clouds(4, 150, 120, 1)
    found = mauve(p, q, seed=5)
    rng = np.random.default_rng(0)
    shuffled = mauve(rng.permutation(p), rng.permutation(q), seed=5)
    assert shuffled.score == pytest.approx(found.score)
    assert mauve(q, p, seed=5).score == pytest.approx(found.score)
    assert mauve(q, p, seed=5).p_histogram == pytest.approx(found.q_histogram)


def test_the_length_of_the_features_does_not_matter():
    p, q = clouds(5, 100, 100, 1)
    assert mauve(3 * p, 0.1 * q).score == pytest.approx(mauve(p, q).score)


def test_histograms_say_where_the_texts_are():
    p, q = clouds(6, 100, 80, 1)
    found = mauve(p, q, n_clusters=7)
    assert found.n_clusters == 7 == len(found.p_histogram) == len(found.q_histogram)
    assert found.p_histogram.sum() == pytest.approx(1)
    assert (found.q_histogram * 80) == pytest.approx(np.round(found.q_histogram * 80))
    assert found.curve.shape == (27, 2)


# ------------------------------------------------------------------- small and bad


def test_few_or_equal_texts_have_a_defined_score():
    assert mauve([[1.0, 2.0]], [[1.0, 2.0]]).score == pytest.approx(1)
    assert mauve([[1.0, 2.0]] * 9, [[1.0, 2.0]] * 30).n_clusters == 1
    assert mauve([[0.0, 0.0]], [[0.0, 0.0]]).score == pytest.approx(1)
    apart = mauve([[1.0, 0.0]], [[0.0, 1.0]])
    assert apart.n_clusters == 2
    assert apart.score == pytest.approx(DISJOINT, abs=1e-3)
    assert mauve([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0]], n_clusters=50).n_clusters == 2


def test_bad_features_are_refused():
    good = np.ones((4, 2))
    with pytest.raises(EvaluationError, match=r"p_features has shape \(2,\)"):
        mauve([1, 2], good)
    with pytest.raises(EvaluationError, match=r"q_features has shape \(0, 2\)"):
        mauve(good, np.ones((0, 2)))
    with pytest.raises(EvaluationError, match="p_features has 2 columns and q_features 3"):
        mauve(good, np.ones((4, 3)))
    with pytest.raises(EvaluationError, match="q_features has entries that are not finite"):
        mauve(good, good * np.nan)
    with pytest.raises(EvaluationError, match="n_clusters=1"):
        mauve(good, good, n_clusters=1)
    with pytest.raises(EvaluationError, match="seed=-1"):
        mauve(good, good, seed=-1)


@pytest.mark.parametrize(("p", "q"), [([], []), ([1], [1, 2]), ([-1, 2], [1, 1]), ([0, 0], [1, 1])])
def test_bad_histograms_are_refused(p, q):
    with pytest.raises(EvaluationError, match="two histograms"):
        divergence_curve(p, q)
