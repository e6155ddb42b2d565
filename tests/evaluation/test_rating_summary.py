"""Means, agreement, self-consistency and comparisons, each against a plain computation."""

import json
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import EvaluationError
from course_lib.evaluation.agreement import agreement_interval, complete_counts
from course_lib.evaluation.paired_tests import holm, sign_test
from course_lib.evaluation.rating_labels import CRITERIA
from course_lib.evaluation.rating_sheets import Item, Key
from course_lib.evaluation.rating_summary import summarise_ratings
from course_lib.evaluation.ratings import Ratings

RATERS = ("rater-1", "rater-2", "rater-3")
SYSTEMS = ("gru", "ngram", "people")
N_PROMPTS = 12
N_REPEATS = 5


def study(values=None, seed=0):
    """Ratings of three systems on twelve prompts, five texts twice; people are better by two."""
    items = {
        f"{system}{prompt:02}": Item(system, prompt, "a text")
        for system, prompt in product(SYSTEMS, range(N_PROMPTS))
    }
    for prompt in range(N_REPEATS):
        items[f"again{prompt}"] = Item("gru", prompt, "a text", repeats=f"gru{prompt:02}")
    key = Key(items, tuple("abcdefghijkl"), RATERS, "en", 0)
    if values is None:
        rng = np.random.default_rng(seed)
        better = np.array([2 * (item.system == "people") for item in items.values()])
        values = rng.integers(1, 4, (3, len(items), len(CRITERIA))) + better[:, None]
    return Ratings(key, tuple(items), np.asarray(values, float))


def by_name(ratings, rater, item, criterion):
    return ratings.values[RATERS.index(rater), ratings.items.index(item), CRITERIA.index(criterion)]


def test_means_are_over_raters_then_prompts():
    ratings = study()
    summary = summarise_ratings(ratings, n_resamples=200)
    for system, criterion in product(SYSTEMS, CRITERIA):
        rated = [
            by_name(ratings, rater, f"{system}{prompt:02}", criterion)
            for rater, prompt in product(RATERS, range(N_PROMPTS))
        ]
        found = summary.means[system][criterion]
        assert found.value == pytest.approx(np.mean(rated))
        assert found.low <= found.value <= found.high
        assert found.n_items == N_PROMPTS
    assert (summary.n_raters, summary.n_prompts, summary.n_missing) == (3, 12, 0)


def test_agreement_is_that_of_the_tables_without_repeats():
    ratings = study()
    summary = summarise_ratings(ratings, n_resamples=150, confidence=0.9, seed=4)
    for criterion in CRITERIA:
        table = [
            [by_name(ratings, rater, f"{s}{p:02}", criterion) for s in SYSTEMS for p in range(12)]
            for rater in RATERS
        ]
        counts = complete_counts(table, range(1, 6))
        for found, data, measure in (
            (summary.agreement[criterion].alpha, table, "ordinal"),
            (summary.agreement[criterion].kappa, counts, "fleiss"),
        ):
            wanted = agreement_interval(data, measure, confidence=0.9, n_resamples=150, seed=4)
            assert found.value == pytest.approx(wanted.value)
            assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
            assert found.n_items == 36


def test_repeats_tell_how_steady_a_rater_is_and_nothing_else():
    ratings = study()
    before = summarise_ratings(ratings, n_resamples=50)
    changed = ratings.values.copy()
    again = [n for n, name in enumerate(ratings.items) if name.startswith("again")]
    first = [ratings.items.index(f"gru{prompt:02}") for prompt in range(N_REPEATS)]
    changed[0, again] = changed[0, first]
    changed[1, again] = np.clip(changed[1, first] + 1, 1, 5)
    changed[2, again] = changed[2, first]
    changed[2, again[0]] = changed[2, first[0]] + 3 * np.where(changed[2, first[0]] < 3, 1, -1)
    changed = np.clip(changed, 1, 5)
    after = summarise_ratings(study(changed), n_resamples=50)
    assert (after.means, after.agreement, after.comparisons) == (
        before.means,
        before.agreement,
        before.comparisons,
    )
    steady, shifted, once = (after.consistency[rater] for rater in RATERS)
    assert (steady.n_pairs, steady.same, steady.within_one, steady.mean_difference) == (25, 1, 1, 0)
    assert (shifted.same, shifted.within_one, shifted.mean_difference) == (0, 1, 1)
    assert once.same == 0.8
    apart = np.abs(changed[2, again] - changed[2, first])
    assert once.within_one == pytest.approx((apart <= 1).mean())
    assert once.mean_difference == pytest.approx(apart.mean())


def test_comparisons_are_paired_by_prompt():
    ratings = study()
    summary = summarise_ratings(ratings, n_resamples=400)
    assert len(summary.comparisons) == 3 * len(CRITERIA)
    for found in summary.comparisons:
        apart = [
            np.mean([by_name(ratings, r, f"{found.first}{p:02}", found.criterion) for r in RATERS])
            - np.mean(
                [by_name(ratings, r, f"{found.second}{p:02}", found.criterion) for r in RATERS]
            )
            for p in range(N_PROMPTS)
        ]
        assert found.difference.value == pytest.approx(np.mean(apart))
        assert found.wins == sum(a > 1e-9 for a in apart)
        assert found.losses == sum(a < -1e-9 for a in apart)
        assert found.wins + found.ties + found.losses == N_PROMPTS
        assert found.p_sign == sign_test(found.wins, found.losses)
        assert found.p_holm >= found.p_sign
        if found.second == "people":
            assert found.difference.high < 0
            assert found.p_holm < 0.05
    p_values = [found.p_sign for found in summary.comparisons]
    assert [found.p_holm for found in summary.comparisons] == holm(p_values)


def test_systems_that_are_rated_alike_do_not_differ():
    ratings = study()
    values = ratings.values.copy()
    for prompt in range(N_PROMPTS):
        same = ratings.items.index(f"gru{prompt:02}")
        values[:, ratings.items.index(f"ngram{prompt:02}")] = values[::-1, same]
    for found in summarise_ratings(study(values), n_resamples=50).comparisons:
        if (found.first, found.second) == ("gru", "ngram"):
            assert (found.wins, found.ties, found.losses) == (0, N_PROMPTS, 0)
            assert found.p_sign == found.p_holm == 1
            assert found.difference.low == pytest.approx(0, abs=1e-12)
            assert found.difference.high == pytest.approx(0, abs=1e-12)


def test_pairing_makes_a_small_difference_plain():
    """Prompts differ much, systems little but always: the paired interval excludes 0."""
    ratings = study()
    values = ratings.values.copy()
    rng = np.random.default_rng(2)
    for prompt in range(N_PROMPTS):
        level = rng.integers(1, 5)
        values[:, ratings.items.index(f"gru{prompt:02}")] = level
        values[:, ratings.items.index(f"ngram{prompt:02}")] = level + 1
    summary = summarise_ratings(study(values), n_resamples=300)
    gru, ngram = (summary.means[system]["overall"] for system in ("gru", "ngram"))
    assert gru.high > ngram.low  # the means alone do not tell them apart
    for found in summary.comparisons[: len(CRITERIA)]:
        assert (found.first, found.second) == ("gru", "ngram")
        assert found.difference.high == pytest.approx(-1)


def test_missing_ratings_are_left_out_where_they_belong():
    ratings = study()
    values = ratings.values.copy()
    values[0, 0] = np.nan  # one rater, one text
    values[:, 1] = np.nan  # one text, all raters
    values[1, -1] = np.nan  # a repeat
    summary = summarise_ratings(study(values), n_resamples=50)
    assert summary.n_missing == 5 * (1 + 3 + 1)
    gru = summary.means["gru"]["fluency"]
    assert gru.n_items == N_PROMPTS - 1
    kept = [values[1:, 0, 0].mean(), *(values[:, n, 0].mean() for n in range(2, 12))]
    assert gru.value == pytest.approx(np.mean(kept))
    assert summary.agreement["fluency"].kappa.n_items == 34
    assert summary.agreement["fluency"].alpha.n_items == 35
    # The second text of gru was rated by nobody, so its repeat has nothing to be compared with.
    assert [summary.consistency[rater].n_pairs for rater in RATERS] == [15, 15, 20]


def test_without_complete_items_there_is_alpha_and_no_kappa():
    ratings = study()
    values = ratings.values.copy()
    for item in range(len(ratings.items)):
        values[item % 3, item] = np.nan
    summary = summarise_ratings(study(values), n_resamples=20)
    assert all(a.kappa is None and a.alpha.n_items == 36 for a in summary.agreement.values())
    assert "—" in str(summary.tables()["agreement"])


def test_a_study_without_repeats_says_nothing_of_steadiness():
    items = {f"{s}{p}": Item(s, p, "t") for s in "ab" for p in range(3)}
    key = Key(items, ("p", "q", "r"), RATERS, "en", 0)
    values = np.arange(3 * 6 * 5).reshape(3, 6, 5) % 5 + 1.0
    summary = summarise_ratings(Ratings(key, tuple(items), values), n_resamples=20)
    assert all((s.n_pairs, s.same) == (0, None) for s in summary.consistency.values())


def test_too_few_ratings_are_refused_with_what_lacks():
    ratings = study()
    values = ratings.values.copy()
    values[:, 1:N_PROMPTS, 2] = np.nan
    with pytest.raises(EvaluationError, match=r"relevance of 'gru': .* at least 2 items, got 1"):
        summarise_ratings(study(values))


def test_a_summary_is_readable_and_fits_json():
    summary = summarise_ratings(study(), n_resamples=20)
    assert json.loads(json.dumps(summary.as_dict()))["n_raters"] == 3
    tables = summary.tables()
    assert list(tables) == ["means", "agreement", "consistency", "comparisons"]
    assert str(summary.means["people"]["overall"]) in str(tables["means"])
    assert "rater-3" in str(summary)
    assert summarise_ratings(study(), n_resamples=20) == summary


# -------------------------------------------------------------------- tests by themselves


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_sign_test_sums_all_that_is_as_uneven(wins, losses):
    n = wins + losses
    as_uneven = [k for k in range(n + 1) if abs(2 * k - n) >= abs(wins - losses)]
    assert sign_test(wins, losses) == pytest.approx(sum(comb(n, k) for k in as_uneven) / 2**n)


def test_the_sign_test_is_that_of_scipy():
    stats = pytest.importorskip("scipy.stats", reason="an oracle that only the tests use")
    for wins, losses in ((9, 1), (3, 4), (20, 11), (0, 6)):
        wanted = stats.binomtest(wins, wins + losses).pvalue
        assert sign_test(wins, losses) == pytest.approx(wanted)


def rejected_one_by_one(p_values, level):
    """Holm's procedure as it is written: from the smallest on, until one is not small enough."""
    rejected = set()
    for rank, (p, at) in enumerate(sorted((p, at) for at, p in enumerate(p_values))):
        if p > level / (len(p_values) - rank):
            break
        rejected.add(at)
    return rejected


@given(st.lists(st.integers(0, 1000).map(lambda n: n / 1000), max_size=8), st.floats(0.001, 0.999))
def test_corrected_values_reject_what_holms_procedure_rejects(p_values, level):
    corrected = holm(p_values)
    margins = [abs(c - level) for c in corrected]
    if min(margins, default=1) > 1e-9:  # at the border itself, rounding decides
        found = {at for at, p in enumerate(corrected) if p <= level}
        assert found == rejected_one_by_one(p_values, level)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
