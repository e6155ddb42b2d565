"""Intervals of shares: against SciPy, at the ends, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_lib.errors import EvaluationError
from course_lib.evaluation.proportions import wilson_interval


@given(st.integers(1, 300), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_is_scipys(n, data, confidence):
    k = data.draw(st.integers(0, n))
    ours = wilson_interval(k, n, confidence)
    theirs = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.value == k / n
    assert 0 <= ours.low <= ours.value <= ours.high <= 1


def test_none_of_three_leaves_more_than_half_open():
    none, all_three = wilson_interval(0, 3), wilson_interval(3, 3)
    z2 = stats.norm.ppf(0.975) ** 2
    assert (none.low, none.high) == pytest.approx((0, z2 / (3 + z2)))
    assert (all_three.low, all_three.high) == pytest.approx((1 - none.high, 1))


@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_it_holds_the_truth_about_as_often_as_it_says(share):
    n = 40
    chances = stats.binom.pmf(np.arange(n + 1), n, share)
    holds = [wilson_interval(k, n).low <= share <= wilson_interval(k, n).high for k in range(n + 1)]
    assert 0.92 < chances @ holds < 0.99


def test_what_is_no_share_is_refused():
    for k, n in ((1, 0), (4, 3), (-1, 3)):
        with pytest.raises(EvaluationError, match="cannot be"):
            wilson_interval(k, n)
    with pytest.raises(EvaluationError, match="confidence"):
        wilson_interval(1, 3, 1.0)
