"""Diversity counts tokens: by hand, as NLTK would, blind to names and order, and never letters."""

import math
from collections import Counter
from itertools import groupby, pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation.diversity import (
    ConsecutiveRepeats,
    consecutive_repeats,
    distinct_n,
    ngram_entropy,
    repeated_ngrams,
    self_bleu,
)

SONG = ["the", "rain", "the", "rain", "the", "rain", "and", "then", "the", "sun", "the", "sun"]
STORY = (
    "An old sailor lived near the harbour and mended nets for anyone who asked. One winter night a "
    "stranger knocked, soaked through, and begged him for a boat before dawn."
)
tokens = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12)
sets = st.lists(tokens, min_size=1, max_size=5)


# ------------------------------------------------------------------ never characters


@pytest.mark.parametrize(
    "measure",
    [
        lambda text: distinct_n(text, 1),
        lambda text: distinct_n([text], 1),
        lambda text: ngram_entropy([text], 1),
        lambda text: self_bleu([text, text]),
        lambda text: repeated_ngrams(text, 1),
        consecutive_repeats,
    ],
)
def test_a_text_is_refused_and_the_cure_is_named(measure):
    for text in (STORY, STORY.encode()):
        with pytest.raises(EvaluationError, match=r"is a string.*An old sailor.*split it into tok"):
            measure(text)


def test_counted_by_letters_a_fluent_text_would_seem_to_repeat_itself():
    by_letters, by_words = (
        [repeated_ngrams(s, n) for n in (1, 2)] for s in (list(STORY), words(STORY))
    )
    assert by_letters[0] > 0.8
    assert by_letters[1] > 0.3
    assert by_words[0] < 0.2
    assert by_words[1] == 0


# -------------------------------------------------------------------------- by hand


def test_a_set_by_hand():
    texts = [["a", "a", "b"], ["a", "b", "c"], ["a"]]
    assert distinct_n(texts, 1) == 3 / 7
    assert distinct_n(texts, 2) == 3 / 4  # aa, ab twice, bc: the last text has none
    assert distinct_n(texts, 3) == 1
    assert distinct_n(texts, 1, length=1) == 1 / 3
    assert distinct_n(texts[:2], 1, length=2) == 2 / 4
    assert ngram_entropy(texts, 2) == pytest.approx(1.5)  # chances 1/4, 1/2, 1/4
    assert ngram_entropy([["a"] * 9], 1) == 0
    assert math.copysign(1, ngram_entropy([["a"] * 9], 1)) == 1


def test_one_text_by_hand():
    # 12 words of which 5 differ; 11 pairs, of which "the rain" returns twice, "rain the" and
    # "the sun" once.
    assert repeated_ngrams(SONG, 1) == pytest.approx(7 / 12)
    assert repeated_ngrams(SONG, 2) == pytest.approx(4 / 11)
    assert repeated_ngrams(SONG, len(SONG)) == 0
    assert consecutive_repeats(SONG) == ConsecutiveRepeats(0, 1)
    assert consecutive_repeats(["no"]) == ConsecutiveRepeats(0, 1)
    assert consecutive_repeats([1, 1, 1, 2, 1, 1]) == ConsecutiveRepeats(3 / 5, 3)
    assert consecutive_repeats(["a"] * 4) == ConsecutiveRepeats(1, 4)


def test_a_loop_shows_in_the_longer_ngrams():
    fluent, loop = words(STORY), words("The sea was calm and ") * 6
    assert repeated_ngrams(loop[: len(fluent)], 4) > 0.7
    assert repeated_ngrams(fluent, 4) == 0


def test_distinct_n_falls_with_length_and_the_cut_makes_texts_comparable():
    rng = np.random.default_rng(0)
    long, short = rng.integers(0, 50, 400).tolist(), rng.integers(0, 50, 40).tolist()
    assert distinct_n([short], 1) > 2 * distinct_n([long], 1)  # one source, two lengths
    cut = distinct_n([short], 1, length=40), distinct_n([long], 1, length=40)
    assert abs(cut[0] - cut[1]) < 0.2
    assert distinct_n([long], 1, length=40) == distinct_n([long[:40]], 1)


# ----------------------------------------------------------------------------- laws


@given(sets, st.integers(1, 4))
def test_counts_are_those_of_nltk(rows, n):
    nltk_util = pytest.importorskip("nltk.util")
    grams = [gram for row in rows for gram in nltk_util.ngrams(row, n)]
    if not grams:
        with pytest.raises(EvaluationError, match="no n-gram to count"):
            distinct_n(rows, n)
        return
    assert distinct_n(rows, n) == len(set(grams)) / len(grams)
    chances = np.array(list(Counter(grams).values())) / len(grams)
    assert ngram_entropy(rows, n) == pytest.approx(-(chances * np.log2(chances)).sum(), abs=1e-12)
    assert 0 <= ngram_entropy(rows, n) <= math.log2(len(grams)) + 1e-12


@given(tokens, st.integers(1, 3))
def test_repeats_are_what_has_been_seen_before(row, n):
    grams = [tuple(row[i : i + n]) for i in range(len(row) - n + 1)]
    if grams:
        again = sum(gram in grams[:i] for i, gram in enumerate(grams))
        assert repeated_ngrams(row, n) == again / len(grams)
    got = consecutive_repeats(row)
    equal = [a == b for a, b in pairwise(row)]
    assert got.share == (sum(equal) / len(equal) if equal else 0)
    assert got.longest_run == 1 + max(
        (len(list(g)) for same, g in groupby(equal) if same), default=0
    )


@given(sets, st.integers(1, 3))
def test_words_ids_and_arrays_give_the_same(rows, n):
    ids = [[ord(token) for token in row] for row in rows]
    arrays = [np.array(row) for row in ids]
    for row, row_ids, array in zip(rows, ids, arrays, strict=True):
        assert consecutive_repeats(row) == consecutive_repeats(row_ids)
        assert consecutive_repeats(row) == consecutive_repeats(array)
    if max(map(len, rows)) >= n:
        assert distinct_n(rows, n) == distinct_n(ids, n) == distinct_n(arrays, n)
        assert ngram_entropy(rows, n) == pytest.approx(ngram_entropy(ids, n))


# ------------------------------------------------------------------------ self-BLEU

long_sets = st.lists(
    st.lists(st.sampled_from("abc"), min_size=4, max_size=10), min_size=2, max_size=5
)


def by_nltk(rows, smoothing, max_order=4):
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    method = {"epsilon": "method1", "add-one": "method2"}[smoothing]
    scores = [
        bleu.sentence_bleu(
            rows[:i] + rows[i + 1 :],
            row,
            weights=[1 / max_order] * max_order,
            smoothing_function=getattr(bleu.SmoothingFunction(), method),
        )
        for i, row in enumerate(rows)
    ]
    return 100 * sum(scores) / len(scores)


@given(long_sets, st.integers(1, 4), st.sampled_from(["epsilon", "add-one"]))
def test_self_bleu_is_the_mean_that_nltk_gives(rows, max_order, smoothing):
    got = self_bleu(rows, max_order=max_order, smoothing=smoothing)
    assert got == pytest.approx(by_nltk(rows, smoothing, max_order), abs=1e-9)


def test_self_bleu_of_longer_texts_is_the_mean_that_nltk_gives():
    rng = np.random.default_rng(1)
    rows = [rng.zipf(1.3, rng.integers(20, 60)).clip(max=60).tolist() for _ in range(12)]
    got = self_bleu(rows)
    assert 1 < got < 99
    assert got == pytest.approx(by_nltk(rows, "epsilon"))


def test_higher_self_bleu_means_less_diverse():
    rng = np.random.default_rng(2)
    same = [words(STORY)] * 5
    apart = [[f"{i}-{j}" for j in range(20)] for i in range(5)]
    few, many = ([rng.integers(0, v, 30).tolist() for _ in range(8)] for v in (3, 300))
    for smoothing in ("none", "epsilon", "add-one"):
        assert self_bleu(same, smoothing=smoothing) == pytest.approx(100)
        assert self_bleu(apart, smoothing=smoothing) == 0
        assert self_bleu(few, smoothing=smoothing) > self_bleu(many, smoothing=smoothing)


def test_self_bleu_by_hand_of_two_texts():
    # Words 3 of 4, pairs 2 of 3, triples 1 of 2, no run of four: each text is the other's mirror.
    rows = [["the", "sea", "is", "calm"], ["the", "sea", "is", "blue"]]
    wanted = 100 * (3 / 4 * 2 / 3 * 1 / 2 * 0.1) ** (1 / 4)
    assert self_bleu(rows) == pytest.approx(wanted)
    assert self_bleu(rows, smoothing="none") == 0
    assert self_bleu(rows, max_order=2) == pytest.approx(100 * (3 / 4 * 2 / 3) ** (1 / 2))


def test_a_match_is_held_to_the_other_texts():
    # "a" six times in the first, twice and three times in the others: 3 of 6, 2 of 2 and 3 of 3.
    rows = [["a"] * 6, ["a"] * 2, ["a"] * 3]
    penalties = 1, math.exp(1 - 3 / 2), 1  # the second is nearest to 3, the third to 2
    wanted = 100 * (1 / 2 * penalties[0] + penalties[1] + penalties[2]) / 3
    assert self_bleu(rows, max_order=1) == pytest.approx(wanted)


def test_the_order_of_the_texts_does_not_matter():
    rows = [SONG, words(STORY)[:9], SONG[3:], SONG[:7]]
    values = [self_bleu(order) for order in permutations(rows)]
    assert values == pytest.approx([values[0]] * len(values))


# ------------------------------------------------------------------------- refusals


def test_sets_that_cannot_be_judged_are_refused():
    pair = [["a", "b"], ["a"]]
    for measure in (distinct_n, ngram_entropy):
        with pytest.raises(EvaluationError, match="of 0 texts"):
            measure([], 1)
        with pytest.raises(
            EvaluationError, match="of 1 texts the longest has 0 tokens, and n is 1"
        ):
            measure([[]], 1)
        with pytest.raises(EvaluationError, match="the longest has 2 tokens, and n is 3"):
            measure(pair, 3)
        with pytest.raises(EvaluationError, match="n must be at least 1, got 0"):
            measure(pair, 0)
        with pytest.raises(EvaluationError, match="text 1 has 1 tokens, fewer than length=2"):
            measure(pair, 1, length=2)
        with pytest.raises(EvaluationError, match="length must be at least n, 2, got 1"):
            measure(pair, 2, length=1)
        with pytest.raises(EvaluationError, match=r"text 0 is 7; expected a list of tokens"):
            measure([7, 8], 1)
    with pytest.raises(EvaluationError, match="no n-gram to count"):
        repeated_ngrams(["a"], 2)
    with pytest.raises(EvaluationError, match="no token"):
        consecutive_repeats([])


def test_self_bleu_needs_two_texts_that_are_long_enough():
    for rows in ([], [SONG]):
        with pytest.raises(EvaluationError, match=f"got {len(rows)} of them"):
            self_bleu(rows)
    with pytest.raises(EvaluationError, match="text 1 has 3 tokens, and BLEU looks at runs of 4"):
        self_bleu([SONG, SONG[:3]])
    assert self_bleu([SONG, SONG[:3]], max_order=3) > 0
    with pytest.raises(EvaluationError, match="smoothing must be one of none, epsilon, add-one"):
        self_bleu([SONG, SONG], smoothing="laplace")
