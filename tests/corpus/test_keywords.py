"""Keyword scores against scipy, the published formula, and their symmetries."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from course_lib.corpus.keywords import keywords
from course_lib.corpus.words import words

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1)


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_g2_is_that_of_scipy_with_the_sign_of_the_difference(counts, reference):
    n, m = sum(counts.values()), sum(reference.values())
    for found in keywords(counts, reference):
        a, b = counts.get(found.word, 0), reference.get(found.word, 0)
        assert (found.count, found.reference_count) == (a, b)
        if a + b == n + m:  # scipy refuses a table with an empty row
            assert found.score == pytest.approx(0, abs=1e-9)
            continue
        table = [[a, b], [n - a, m - b]]
        g2 = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
        assert abs(found.score) == pytest.approx(g2, abs=1e-6)
        if g2 > 1e-6:
            assert (found.score > 0) == (a / n > b / m)


@settings(deadline=None)
@given(COUNTS, COUNTS, st.sampled_from(["g2", "log_odds"]))
def test_exchanging_the_texts_changes_the_sign(counts, reference, method):
    there = {f.word: f.score for f in keywords(counts, reference, method=method)}
    back = {f.word: f.score for f in keywords(reference, counts, method=method)}
    assert there.keys() == counts.keys() | reference.keys()
    assert there == pytest.approx({word: -score for word, score in back.items()}, abs=1e-9)


@settings(deadline=None)
@given(COUNTS, st.integers(2, 5), st.sampled_from(["g2", "log_odds"]))
def test_a_text_of_the_same_proportions_has_no_keywords(counts, factor, method):
    longer = {word: count * factor for word, count in counts.items()}
    found = keywords(counts, longer, method=method)
    assert [f.score for f in found] == pytest.approx([0] * len(found), abs=1e-6)
    assert [f.ratio for f in found] == pytest.approx([1] * len(found))


def test_g2_by_hand():
    # 10 of 100 against 5 of 100: E = 7.5 and 92.5 in both texts.
    expected = 2 * (
        10 * math.log(10 / 7.5)
        + 5 * math.log(5 / 7.5)
        + 90 * math.log(90 / 92.5)
        + 95 * math.log(95 / 92.5)
    )
    first = keywords({"sea": 10, "a": 90}, {"sea": 5, "a": 95}, k=1)[0]
    assert (first.word, first.ratio) == ("sea", 2)
    assert first.score == pytest.approx(expected)


def test_log_odds_by_hand():
    """Equations 15, 20 and 22 of Monroe et al. with a prior of 15 'sea' in 200 tokens."""
    y_i, n_i, y_j, n_j, prior, prior_total = 10, 100, 5, 100, 15, 200
    odds_i = (y_i + prior) / (n_i + prior_total - y_i - prior)
    odds_j = (y_j + prior) / (n_j + prior_total - y_j - prior)
    variance = 1 / (y_i + prior) + 1 / (y_j + prior)
    expected = (math.log(odds_i) - math.log(odds_j)) / math.sqrt(variance)
    counts, reference = {"sea": 10, "a": 90}, {"sea": 5, "a": 95}
    first = keywords(counts, reference, k=1, method="log_odds")[0]
    assert (first.word, first.score) == ("sea", pytest.approx(expected))


def test_the_best_come_first_and_unseen_words_have_an_infinite_ratio():
    text = Counter(words("sea sea sea the the the salt"))
    reference = Counter(words("hill hill the the the the sun"))
    found = keywords(text, reference, k=2)
    assert [f.word for f in found] == ["sea", "salt"]
    assert found[0].ratio == math.inf
    assert keywords(text, reference, k=99)[-1].word == "hill"


def test_one_word_alone_sets_nothing_apart():
    assert keywords({"a": 3}, {"a": 5}, method="log_odds")[0].score == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keywords({}, {"a": 1}), "got 0 and 1 of them"),
        (lambda: keywords({"a": 1}, {"a": 0}), "got 1 and 0 of them"),
        (lambda: keywords({"a": 1}, {"a": 1}, method="chi2"), "'g2' or 'log_odds', got 'chi2'"),
    ],
)
def test_nothing_to_compare_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
