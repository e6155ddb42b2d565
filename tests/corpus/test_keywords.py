"""Keyword scores against scipy, the published formula, and their symmetries."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from course_lib.corpus.keywords import _log_odds_z, keywords
from course_lib.corpus.words import words

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1)


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_g2_is_that_of_scipy(counts, reference):
    n, m = sum(counts.values()), sum(reference.values())
    for found in keywords(counts, reference):
        a, b = counts.get(found.word, 0), reference.get(found.word, 0)
        assert (found.count, found.reference_count) == (a, b)
        table = [[a, b], [n - a, m - b]]
        g2 = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
        assert found.score == pytest.approx(g2, abs=1e-6)


@settings(deadline=None)
@given(COUNTS, COUNTS, st.sampled_from(["g2", "log_odds"]))
def test_every_word_goes_to_the_text_where_it_is_commoner(counts, reference, method):
    n, m = sum(counts.values()), sum(reference.values())
    for a, b, i, j in ((counts, reference, n, m), (reference, counts, m, n)):
        found = keywords(a, b, method=method)
        assert {f.word for f in found} == {w for w in a if a[w] * j > b.get(w, 0) * i}
        assert all(f.score > 0 for f in found)


@given(st.integers(0, 99), st.integers(1, 99), st.integers(100, 999), st.integers(100, 999))
def test_exchanging_the_texts_changes_the_sign_of_the_log_odds(a, b, n, m):
    assert _log_odds_z(a, b, n, m) == pytest.approx(-_log_odds_z(b, a, m, n), abs=1e-9)


@settings(deadline=None)
@given(COUNTS, st.integers(2, 5), st.sampled_from(["g2", "log_odds"]))
def test_a_text_of_the_same_proportions_has_no_keywords(counts, factor, method):
    longer = {word: count * factor for word, count in counts.items()}
    assert keywords(counts, longer, method=method) == []
    assert keywords(longer, counts, method=method) == []


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
    assert [f.word for f in keywords(text, reference, k=99)] == ["sea", "salt"]
    assert keywords(text, reference, k=1) == found[:1]


@pytest.mark.parametrize("method", ["g2", "log_odds"])
def test_one_word_alone_and_words_that_never_occur_set_nothing_apart(method):
    assert keywords({"a": 3}, {"a": 5}, method=method) == []
    counts, reference = {"sea": 2, "a": 3, "void": 0}, {"a": 5, "void": 0, "gap": 0}
    assert [f.word for f in keywords(counts, reference, method=method)] == ["sea"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keywords({}, {"a": 1}), "got 0 and 1 of them"),
        (lambda: keywords({"a": 1}, {"a": 0}), "got 1 and 0 of them"),
        (lambda: keywords({"a": 1}, {"a": 1}, k=0), "k must be at least 1, got 0"),
        (lambda: keywords({"a": 1}, {"a": 1}, k=-3), "k must be at least 1, got -3"),
        (lambda: keywords({"a": 1}, {"a": 1}, method="chi2"), "'g2' or 'log_odds', got 'chi2'"),
    ],
)
def test_nothing_to_compare_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
