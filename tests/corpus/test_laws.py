"""Fits against scipy, exact laws, and samples whose exponent is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from course_lib.corpus.laws import _hurwitz_zeta, heaps_fit, zipf_fit


def named(counts):
    return {f"w{i}": int(count) for i, count in enumerate(counts)}


@settings(deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=3, max_size=60), st.data())
def test_the_line_is_that_of_scipy(counts, data):
    first = data.draw(st.integers(1, len(counts) - 2))
    last = data.draw(st.integers(first + 1, len(counts)))
    fit = zipf_fit(named(counts), ranks=(first, last))
    y = np.log(sorted(counts, reverse=True)[first - 1 : last])
    line = stats.linregress(np.log(np.arange(first, last + 1)), y)
    assert fit.ranks == (first, last)
    assert fit.exponent == pytest.approx(-line.slope, abs=1e-8)
    assert math.log(fit.scale) == pytest.approx(line.intercept, abs=1e-8)
    if np.ptp(y):
        assert fit.r_squared == pytest.approx(line.rvalue**2, abs=1e-8)
    assert fit.predict(2) == pytest.approx(math.exp(line.intercept) * 2**line.slope)


@pytest.mark.parametrize("s", [0.8, 1.0, 1.3])
def test_an_exact_law_gives_its_exponent(s):
    counts = 1e12 * np.arange(1, 2001) ** -s
    fit = zipf_fit(named(counts))
    assert fit.exponent == pytest.approx(s, abs=1e-4)
    assert fit.scale == pytest.approx(1e12, rel=1e-3)
    assert fit.r_squared == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("alpha", [1.8, 2.0, 2.5])
@pytest.mark.parametrize("seed", range(3))
def test_the_exponent_of_a_sample_is_found_within_its_error(alpha, seed):
    counts = np.random.default_rng(seed).zipf(alpha, 20_000)
    fit = zipf_fit(named(np.minimum(counts, 10**15)))
    assert abs(fit.alpha - alpha) < 4 * fit.alpha_error
    assert fit.exponent_from_alpha == pytest.approx(1 / (fit.alpha - 1))


def test_the_error_is_the_spread_of_the_estimate():
    rng = np.random.default_rng(0)
    fits = [zipf_fit(named(np.minimum(rng.zipf(2.0, 2000), 10**15))) for _ in range(200)]
    spread = np.std([fit.alpha for fit in fits])
    assert spread == pytest.approx(np.mean([fit.alpha_error for fit in fits]), rel=0.2)


@pytest.mark.parametrize("min_count", [1, 2, 7])
def test_the_likelihood_peaks_where_scipy_says(min_count):
    counts = np.random.default_rng(1).zipf(2.2, 3000)
    frequent = counts[counts >= min_count]

    def nats(alpha):
        return np.log(special.zeta(alpha, min_count)) + alpha * np.log(frequent).mean()

    best = optimize.minimize_scalar(nats, bounds=(1.01, 9), options={"xatol": 1e-9}).x
    assert zipf_fit(named(counts), min_count=min_count).alpha == pytest.approx(best, abs=1e-5)


def test_tokens_drawn_by_rank_give_the_exponent_of_the_ranks():
    """Two descriptions of one law: s over the common ranks, and 1 / (alpha - 1) of the spectrum."""
    share = np.arange(1, 50_001) ** -1.1
    tokens = np.random.default_rng(2).choice(50_000, 1_000_000, p=share / share.sum())
    counts = np.bincount(tokens)
    fit = zipf_fit(named(counts), ranks=(1, 1000), min_count=30)
    assert fit.exponent == pytest.approx(1.1, abs=0.02)
    assert fit.exponent_from_alpha == pytest.approx(1.1, abs=0.08)


@pytest.mark.parametrize("q", [1, 3, 50])
def test_zeta_is_that_of_scipy(q):
    s = np.array([1.0001, 1.5, 2, 5, 20])
    np.testing.assert_allclose(_hurwitz_zeta(s, q), special.zeta(s, q), rtol=1e-10)


def test_types_that_never_occur_do_not_count_and_equal_counts_have_no_slope():
    fit = zipf_fit({"a": 3, "b": 3, "c": 0})
    assert fit.ranks == (1, 2)
    assert fit.exponent == pytest.approx(0, abs=1e-12)
    hapaxes = zipf_fit({"a": 1, "b": 1})
    assert (hapaxes.alpha, hapaxes.alpha_error, hapaxes.exponent_from_alpha) == (
        math.inf,
        math.inf,
        0,
    )


@settings(deadline=None)
@given(st.floats(0.1, 50), st.floats(0.1, 1))
def test_heaps_finds_an_exact_law(k, beta):
    n = np.geomspace(10, 1e6, 30)
    fit = heaps_fit((n, k * n**beta))
    assert (fit.k, fit.beta) == pytest.approx((k, beta), rel=1e-6)
    np.testing.assert_allclose(fit.predict(n), k * n**beta, rtol=1e-6)


def test_heaps_begins_where_it_is_told():
    n = np.array([1, 10, 100, 1000, 10_000])
    types = np.where(n < 100, n, 10 * np.sqrt(n))
    fit = heaps_fit((n, types), min_tokens=100)
    assert (fit.k, fit.beta, fit.r_squared) == pytest.approx((10, 0.5, 1))
    assert heaps_fit((n, types)).beta != pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: zipf_fit({}), "fewer than two of the 0 types"),
        (lambda: zipf_fit({"a": 5}), "fewer than two of the 1 types"),
        (lambda: zipf_fit(named(range(9)), ranks=(8, None)), "fewer than two of the 8 types"),
        (lambda: zipf_fit(named(range(9)), ranks=(0, 5)), r"ranks \(0, 5\)"),
        (lambda: zipf_fit(named(range(9)), min_count=9), "min_count=9 times or more"),
        (lambda: zipf_fit(named(range(9)), min_count=0), "min_count must be at least 1.*got 0"),
        (lambda: zipf_fit(named(range(9)), ranks=(1, 0)), r"ranks \(1, 0\) hold fewer than two"),
        (lambda: heaps_fit(([], [])), "different numbers of tokens, got 0"),
        (lambda: heaps_fit(([1], [1])), "at least two points .*got 1"),
        (lambda: heaps_fit(([5, 5], [3, 4])), "different numbers of tokens, got 1"),
        (lambda: heaps_fit(([1, 2], [1, 2]), min_tokens=2), "got 1 from 2 tokens on"),
        (lambda: heaps_fit(([0, 2], [0, 2]), min_tokens=0), "positive.*got as few as 0 tokens"),
        (lambda: heaps_fit(([1, 2], [0, 2])), "positive.*1 tokens and 0 types"),
    ],
)
def test_too_little_to_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
