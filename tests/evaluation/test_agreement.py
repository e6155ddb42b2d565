"""Kappa and alpha equal published figures, a trusted library and their definitions by pairs."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import EvaluationError
from course_lib.evaluation.agreement import (
    LEVELS,
    agreement_interval,
    complete_counts,
    fleiss_kappa,
    krippendorff_alpha,
)
from course_lib.evaluation.bootstrap import item_weights, percentile_interval

# Fleiss (1971), table 1: 30 patients, each diagnosed by six psychiatrists as one of five.
PATIENTS = """
    444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333
    144444 224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224
    111155 224444 133333 555555
"""
# The ten items and fourteen raters of the worked example in the encyclopedias.
FOURTEEN = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
# Krippendorff (2011), section C: four observers, twelve units, some not seen by all.
OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
TABLES = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([None, 1, 2, 3, 5]), min_size=n, max_size=n),
        min_size=2,
        max_size=4,
    )
)


def read(rows):
    return [[None if mark == "." else int(mark) for mark in row] for row in rows]


def counted(items, categories):
    return [[Counter(item)[category] for category in categories] for item in items]


# ------------------------------------------------------------------- published figures


def test_fleiss_published_his_own_diagnoses():
    assert fleiss_kappa(counted(PATIENTS.split(), "12345")) == pytest.approx(0.4302445, abs=5e-8)


def test_the_usual_worked_example_of_kappa():
    assert fleiss_kappa(FOURTEEN) == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorffs_four_observers(level, published):
    assert krippendorff_alpha(read(OBSERVERS), level) == pytest.approx(published, abs=5e-4)


def test_krippendorffs_two_observers():
    binary = read(["0100000000", "1110010010"])
    assert krippendorff_alpha(binary) == pytest.approx(0.095, abs=5e-4)
    two = ("aabbdcccedda", "babbbccceddd")
    letters = [["abcde".index(letter) for letter in row] for row in two]
    assert krippendorff_alpha(letters) == pytest.approx(0.692, abs=5e-4)


# ------------------------------------------------------------- a library, and by pairs


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_that_of_the_library_with_ratings_missing(level):
    library = pytest.importorskip("krippendorff", reason="an oracle that only the tests use")
    rng = np.random.default_rng(0)
    compared = 0
    for _ in range(200):
        shape = (int(rng.integers(2, 6)), int(rng.integers(2, 40)))
        truth = rng.integers(1, 6, shape[1])
        ratings = np.clip(truth + rng.integers(-1, 2, shape), 1, 5).astype(float)
        ratings[rng.random(shape) < rng.choice([0.0, 0.2, 0.5])] = np.nan
        pairable = ratings[:, (~np.isnan(ratings)).sum(axis=0) >= 2]
        if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
            continue
        wanted = library.alpha(ratings, level_of_measurement=level)
        assert krippendorff_alpha(ratings, level) == pytest.approx(wanted, abs=1e-10)
        compared += 1
    assert compared > 180


def by_pairs(ratings, level):
    """Alpha from its definition, exactly: differences within items over differences among all."""
    items = [[r for r in item if r is not None] for item in zip(*ratings, strict=True)]
    items = [item for item in items if len(item) >= 2]
    everything = [rating for item in items for rating in item]

    def apart(one, other):
        if level == "nominal":
            return Fraction(one != other)
        if level == "interval":
            return Fraction((one - other) ** 2)
        low, high = sorted((one, other))
        between = sum(low <= rating <= high for rating in everything)
        ends = everything.count(low) + everything.count(high)
        return Fraction(0) if one == other else (between - Fraction(ends, 2)) ** 2

    n = len(everything)
    within = sum(
        apart(*pair) / (len(item) - 1) for item in items for pair in permutations(item, 2)
    ) / Fraction(n)
    among = sum(apart(*pair) for pair in permutations(everything, 2)) / Fraction(n * (n - 1))
    return 1 - within / among if among else Fraction(1)


def has_a_pair(ratings):
    return any(sum(r is not None for r in item) >= 2 for item in zip(*ratings, strict=True))


@given(TABLES.filter(has_a_pair), st.sampled_from(LEVELS))
def test_alpha_is_its_definition_by_pairs(ratings, level):
    assert krippendorff_alpha(ratings, level) == pytest.approx(
        float(by_pairs(ratings, level)), abs=1e-10
    )


@given(st.integers(2, 5), st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1))
def test_kappa_is_its_definition_by_pairs(n_raters, items):
    items = [item[:n_raters] for item in items]
    pairs = [one == other for item in items for one, other in permutations(item, 2)]
    totals = Counter(rating for item in items for rating in item)
    observed = Fraction(sum(pairs), len(pairs))
    expected = sum(Fraction(n, len(items) * n_raters) ** 2 for n in totals.values())
    wanted = (observed - expected) / (1 - expected) if expected != 1 else 1
    assert fleiss_kappa(counted(items, range(4))) == pytest.approx(float(wanted), abs=1e-10)


@given(st.lists(st.lists(st.integers(1, 4), min_size=3, max_size=3), min_size=1, max_size=8))
def test_nominal_alpha_and_kappa_differ_by_the_size_of_the_sample_alone(items):
    kappa = fleiss_kappa(counted(items, range(1, 5)))
    alpha = krippendorff_alpha(np.transpose(items), "nominal")
    n_ratings = 3 * len(items)
    assert 1 - alpha == pytest.approx((1 - kappa) * (1 - 1 / n_ratings), abs=1e-10)


@given(TABLES.filter(has_a_pair))
def test_the_level_says_what_may_be_done_to_the_numbers(ratings):
    def changed(f):
        return [[None if r is None else f(r) for r in row] for row in ratings]

    for level, change in (
        ("nominal", np.cos),
        ("ordinal", np.exp),
        ("interval", lambda r: 7 - 2 * r),
    ):
        assert krippendorff_alpha(changed(change), level) == pytest.approx(
            krippendorff_alpha(ratings, level), abs=1e-9
        )
    assert krippendorff_alpha(ratings[::-1], "ordinal") == pytest.approx(
        krippendorff_alpha(ratings, "ordinal"), abs=1e-9
    )


# ----------------------------------------------------------------- nothing to measure


@pytest.mark.parametrize("level", LEVELS)
def test_without_variation_agreement_is_one_by_convention(level):
    assert krippendorff_alpha([[4, 4, None], [4, 4, 4]], level) == 1
    assert fleiss_kappa([[0, 3], [0, 3]]) == 1
    found = agreement_interval([[4, 4, None], [4, 4, 4]], level, n_resamples=50)
    assert (found.value, found.low, found.high) == (1, 1, 1)
    assert (found.n_items, found.n_constant) == (2, 50)


@pytest.mark.parametrize(
    ("ratings", "said"),
    [
        ([[1, 2, 3]], "at least 2 raters, got 1 row"),
        ([[1, None], [None, 2]], "no item has ratings of two raters"),
        ([[], []], "no item has ratings of two raters"),
        ([1, 2, 3], "one row a rater"),
        ([["a", "b"], ["a", "b"]], "Number your categories"),
        ([[1, np.inf], [1, 2]], "finite numbers"),
        ([[1, 2], [1]], "ratings must be a table"),
    ],
)
def test_ratings_that_show_no_agreement_are_refused(ratings, said):
    with pytest.raises(EvaluationError, match=said):
        krippendorff_alpha(ratings)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([[2, 1], [1, 1]], "item 0 has 3 ratings and item 1 has 2"),
        ([[1, 0], [0, 1]], "at least 2 raters"),
        ([], "table of whole numbers"),
        ([[0.5, 1.5]], "table of whole numbers"),
        ([[-1, 3]], "table of whole numbers"),
        ([[np.nan, 3]], "table of whole numbers"),
    ],
)
def test_counts_that_show_no_agreement_are_refused(counts, said):
    with pytest.raises(EvaluationError, match=said):
        fleiss_kappa(counts)


def test_an_unknown_level_and_numbers_out_of_bounds_are_refused():
    table = [[1, 2, 3], [1, 2, 2]]
    with pytest.raises(EvaluationError, match="unknown level 'ratio'; expected one of nominal"):
        krippendorff_alpha(table, "ratio")
    with pytest.raises(EvaluationError, match="confidence must be above 0 and below 1, got 95"):
        agreement_interval(table, "ordinal", confidence=95)
    with pytest.raises(EvaluationError, match="n_resamples must be at least 1"):
        agreement_interval(table, "ordinal", n_resamples=0)
    with pytest.raises(EvaluationError, match="at least 2 items, got 1"):
        agreement_interval([[1], [2]], "nominal")


# -------------------------------------------------------------------------- intervals


@pytest.mark.parametrize("measure", ["fleiss", *LEVELS])
def test_an_interval_holds_the_middle_of_what_resampled_items_say(measure):
    rng = np.random.default_rng(3)
    ratings = np.clip(rng.integers(1, 6, 12) + rng.integers(-1, 2, (3, 12)), 1, 5)
    drawn = item_weights(12, 40, seed=5).astype(int)
    if measure == "fleiss":
        data = complete_counts(ratings, range(1, 6))
        said = [fleiss_kappa(np.repeat(data, row, axis=0)) for row in drawn]
    else:
        data = ratings
        said = [krippendorff_alpha(np.repeat(data, row, axis=1), measure) for row in drawn]
    found = agreement_interval(data, measure, confidence=0.8, n_resamples=40, seed=5)
    assert found.low == pytest.approx(np.quantile(said, 0.1))
    assert found.high == pytest.approx(np.quantile(said, 0.9))
    assert found.n_items == 12


def test_items_that_nobody_can_compare_are_not_resampled():
    table = [[1, 2, 3, 4, None], [1, 3, 3, None, 2], [2, 2, 3, None, None]]
    assert agreement_interval(table, "ordinal", n_resamples=20).n_items == 3
    without = [row[:3] for row in table]
    assert agreement_interval(table, "ordinal") == agreement_interval(without, "ordinal")


def test_a_seed_repeats_an_interval_and_more_confidence_widens_it():
    rng = np.random.default_rng(0)
    table = rng.integers(1, 6, (3, 30))
    wide, again, narrow = (
        agreement_interval(table, "interval", confidence=c) for c in (0.95, 0.95, 0.5)
    )
    assert wide == again
    assert wide.low < narrow.low < narrow.high < wide.high
    assert wide != agreement_interval(table, "interval", seed=1)
    assert str(wide) == f"{wide.value:.2f} [{wide.low:.2f}, {wide.high:.2f}]"


def coverage(n_items, trials=150):
    """How often the 90 % interval holds 0, the agreement of raters who roll dice."""
    rng = np.random.default_rng(n_items)
    found = [
        agreement_interval(
            rng.integers(1, 6, (3, n_items)), "interval", confidence=0.9, n_resamples=200
        )
        for _ in range(trials)
    ]
    return np.mean([interval.low <= 0 <= interval.high for interval in found])


def test_intervals_hold_the_truth_as_often_as_they_say_given_items_enough():
    assert coverage(60) > 0.83
    assert coverage(4) < coverage(60)


def test_the_mean_of_heights_varies_as_theory_says():
    heights = np.random.default_rng(1).normal(10, 2, 400)
    weights = item_weights(400, 2000, seed=0)
    found = percentile_interval(lambda w: w @ heights / w.sum(), weights)
    spread = 1.96 * heights.std() / 20
    assert found.value == pytest.approx(heights.mean())
    assert found.high - found.low == pytest.approx(2 * spread, rel=0.1)


# ------------------------------------------------------------------- counts of ratings


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from([None, 1, 2, 3]), min_size=4, max_size=4), min_size=2))
def test_counts_hold_the_items_that_all_have_rated(ratings):
    found = complete_counts(ratings, [1, 2, 3])
    complete = [item for item in zip(*ratings, strict=True) if None not in item]
    assert found.tolist() == counted(complete, [1, 2, 3])


def test_a_rating_outside_the_categories_is_refused():
    with pytest.raises(EvaluationError, match="rating 6 of item 1 by rater 0"):
        complete_counts([[1, 6], [2, 2]], [1, 2, 3, 4, 5])
