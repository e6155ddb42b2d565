"""The figures of a corpus: counts by hand, laws of curves and coverage, and the shared names."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus import stats
from course_lib.corpus.corpus import Corpus
from course_lib.corpus.stats import (
    coverage,
    describe,
    running_tokens,
    sentence_lengths,
    standardised_ttr,
    type_token_curve,
)
from course_lib.corpus.words import sentences, tokens, words

TOKENS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60)
COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1)


def corpus(*documents: str) -> Corpus:
    ids = tuple(f"d{i}" for i in range(len(documents)))
    return Corpus("demo", documents, ids, "es", "CC0", "the tests")


def test_describe_by_hand():
    found = describe(corpus("¡Ay! El mar, el mar.", "El fin."))
    assert (found.name, found.documents) == ("demo", 2)
    assert (found.characters, found.bytes) == (27, 28)  # ¡ takes two bytes
    # ¡ Ay ! | El mar , el mar . | El fin .
    assert (found.tokens, found.types, found.hapaxes) == (12, 9, 6)
    assert found.type_token_ratio == 9 / 12
    assert found.standardised_ttr is None
    assert (found.sentences, found.sentence_mean, found.sentence_median) == (3, 4, 3)
    assert found.sentence_quantiles == (3, 3, 3, 4.5, pytest.approx(5.7))
    assert found.alphabet["m"] == 2
    assert found.alphabet.total() == 27


def test_describe_counts_what_it_is_told_to_count():
    found = describe(corpus("¡Ay! El mar, el mar.", "El fin."), words)
    assert (found.tokens, found.types, found.hapaxes) == (7, 5, 3)
    assert (found.sentences, found.sentence_mean) == (3, 7 / 3)


def test_describe_gives_a_table_and_figures_for_json():
    found = describe(corpus("No. " * 600))
    assert found.standardised_ttr == 2 / 1000
    assert "types / tokens in 1,000 tokens 0.002" in " ".join(str(found).split())
    assert "too short" in str(describe(corpus("No.")))
    assert "<td" in found._repr_html_()
    figures = json.loads(json.dumps(found.as_dict()))
    assert (figures["tokens"], figures["alphabet"]) == (1200, 4)
    assert figures["sentence_quantiles"] == [2] * 5


@settings(deadline=None)
@given(st.lists(st.text().filter(str.strip), min_size=1, max_size=4))
def test_running_tokens_are_those_of_each_document(documents):
    demo = corpus(*documents)
    running, starts = running_tokens(demo)
    assert running == [token for text in documents for token in tokens(text)]
    ends = [*starts[1:], len(running)]
    assert [running[a:b] for a, b in zip(starts, ends, strict=True)] == [
        tokens(text) for text in documents
    ]


def test_equal_tokens_are_one_object():
    running, _ = running_tokens(corpus("mar adentro", "mar afuera"))
    assert running[0] is running[2]


def test_a_corpus_without_a_word_is_refused_where_words_are_counted():
    with pytest.raises(ValueError, match="'demo' has no token"):
        describe(corpus("?!"), words)


@settings(deadline=None)
@given(st.text())
def test_sentence_lengths_add_up_to_the_tokens(text):
    lengths = sentence_lengths(text)
    assert lengths.sum() == len(tokens(text))
    assert len(lengths) == len(sentences(text))
    assert (sentence_lengths(text, words) > 0).all()
    assert sentence_lengths(text, words).sum() == len(words(text))


@settings(deadline=None)
@given(TOKENS, st.integers(1, 60))
def test_standardised_ttr_is_the_mean_over_whole_stretches(running, window):
    if window > len(running):
        with pytest.raises(ValueError, match=f"the {len(running)} tokens, got {window}"):
            standardised_ttr(running, window)
        return
    stretches = [running[i : i + window] for i in range(0, len(running), window)]
    ratios = [len(set(s)) / window for s in stretches if len(s) == window]
    assert standardised_ttr(running, window) == pytest.approx(sum(ratios) / len(ratios))


def test_the_plain_ratio_falls_with_length_and_the_standardised_one_does_not():
    running = np.random.default_rng(0).zipf(1.5, 40_000).astype(str).tolist()
    assert len(set(running)) / 40_000 < 0.6 * len(set(running[:4000])) / 4000
    assert standardised_ttr(running) == pytest.approx(standardised_ttr(running[:4000]), rel=0.1)


@settings(deadline=None)
@given(TOKENS, st.integers(2, 80))
def test_the_curve_counts_the_types_of_every_beginning(running, points):
    n_tokens, n_types = type_token_curve(running, points)
    assert n_tokens[-1] == len(running)
    assert len(n_tokens) <= points
    assert (np.diff(n_tokens) > 0).all()
    assert n_types.tolist() == [len(set(running[:n])) for n in n_tokens]


@settings(deadline=None)
@given(COUNTS)
def test_coverage_rises_to_one_and_each_type_adds_its_share(counts):
    shares = coverage(counts, range(len(counts) + 3))
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    assert (np.diff(shares) >= 0).all()
    gains = np.diff(shares)[: len(counts)] * sum(counts.values())
    np.testing.assert_allclose(gains, sorted(counts.values(), reverse=True))


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_held_out_coverage_ends_at_one_minus_the_unseen(counts, held_out):
    seen = sum(count for word, count in held_out.items() if word in counts)
    end = coverage(counts, [len(counts)], held_out)[0]
    assert end == pytest.approx(seen / sum(held_out.values()))


def test_coverage_by_hand_breaks_ties_by_first_appearance():
    counts = Counter("baabc")
    np.testing.assert_allclose(coverage(counts, [1, 2, 3]), [0.4, 0.8, 1])
    np.testing.assert_allclose(coverage(counts, [1], Counter("b")), [1])
    np.testing.assert_allclose(coverage(counts, [1], Counter("a")), [0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coverage({}, [1]), "no token"),
        (lambda: coverage({"a": 1}, [1], {}), "no token"),
        (lambda: coverage({"a": 1}, [-1]), "negative, got -1"),
        (lambda: type_token_curve([]), "at least one token"),
        (lambda: type_token_curve(["a", "b"], points=1), "points must be at least 2.*got 1"),
        (lambda: type_token_curve(["a", "b"], points=0), "points must be at least 2.*got 0"),
        (lambda: standardised_ttr([], 1), "the 0 tokens, got 1"),
        (lambda: standardised_ttr(["a"], 0), "got 0"),
    ],
)
def test_nothing_to_measure_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_room_of_statistics_has_all_it_names():
    assert all(hasattr(stats, name) for name in stats.__all__)
