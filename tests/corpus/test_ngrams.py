"""N-grams against NLTK, patterns against a count of every slot, span codes against the spans."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk import FreqDist
from nltk.util import ngrams as nltk_ngrams

from course_lib.corpus.ngrams import ngram_counts, ngrams, patterns, span_codes, to_ids
from course_lib.corpus.words import words

TOKENS = st.lists(st.sampled_from("abcd"), max_size=30)


@settings(deadline=None)
@given(TOKENS, st.integers(1, 5))
def test_counts_are_those_of_nltk(tokens, n):
    assert ngram_counts(tokens, n) == FreqDist(nltk_ngrams(tokens, n))
    assert ngram_counts(tokens, n).total() == max(0, len(tokens) - n + 1)


@settings(deadline=None)
@given(st.lists(TOKENS, max_size=5), st.integers(1, 4))
def test_no_ngram_crosses_from_one_document_to_the_next(documents, n):
    running = [token for document in documents for token in document]
    starts = np.cumsum([0, *map(len, documents)])[:-1].tolist()
    apart = Counter(gram for document in documents for gram in nltk_ngrams(document, n))
    assert ngram_counts(running, n, starts) == apart


def test_order_of_runs():
    assert list(ngrams("abcd", 3)) == [("a", "b", "c"), ("b", "c", "d")]


def slots(tokens: list[str], n: int) -> dict[tuple[str, ...], Counter[str]]:
    """Every frame with its fillers, counted one by one."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    for i in range(len(tokens) - n + 1):
        for slot in range(1, n - 1):
            gram = tokens[i : i + n]
            frame = (*gram[:slot], "*", *gram[slot + 1 :])
            found.setdefault(frame, Counter())[gram[slot]] += 1
    return found


@settings(deadline=None)
@given(TOKENS, st.integers(3, 5), st.integers(1, 3))
def test_patterns_are_all_the_frames_with_enough_fillers(tokens, n, min_fillers):
    expected = {f: seen for f, seen in slots(tokens, n).items() if len(seen) >= min_fillers}
    found = patterns(tokens, n, k=10**6, min_fillers=min_fillers)
    assert {p.frame: (p.count, p.fillers) for p in found} == {
        frame: (seen.total(), len(seen)) for frame, seen in expected.items()
    }
    ranks = [(-p.count, -p.fillers) for p in found]
    assert ranks == sorted(ranks)
    assert patterns(tokens, n, 2, min_fillers) == found[:2]


def test_a_pattern_names_its_commonest_fillers_first_and_crosses_no_document():
    running = words("the end of it the top of it the end of it the rim of it the lip of it")
    (pattern,) = patterns(running, 4, k=1)
    assert pattern.frame == ("the", "*", "of", "it")
    assert pattern.examples == (("end", 2), ("top", 1), ("rim", 1))
    assert (pattern.count, pattern.fillers) == (5, 4)
    assert patterns(["a", "b", "c", "a", "d", "c"], 3, starts=[0, 2, 5]) == []


@settings(deadline=None)
@given(TOKENS)
def test_ids_give_the_tokens_back(tokens):
    ids, types = to_ids(tokens)
    assert [types[i] for i in ids] == tokens
    assert types == list(dict.fromkeys(tokens))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(-2, 3), min_size=1, max_size=40), st.data())
def test_codes_are_equal_exactly_where_spans_are(values, data):
    n = data.draw(st.integers(1, len(values)))
    codes = span_codes(np.array(values), n).tolist()
    spans = [tuple(values[i : i + n]) for i in range(len(values) - n + 1)]
    assert len(codes) == len(spans)
    assert len(set(zip(codes, spans, strict=True))) == len(set(codes)) == len(set(spans))
    assert set(codes) == set(range(len(set(spans))))


def test_codes_run_along_the_last_axis_and_stay_exact_for_large_ids():
    rows = np.array([[2**62, 1, 2], [1, 2, 2**62]])
    codes = span_codes(rows, 2)
    assert codes.shape == (2, 2)
    assert codes[0, 1] == codes[1, 0]
    assert len(set(codes.ravel().tolist())) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ngrams("ab", 0), "n must be at least 1, got 0"),
        (lambda: ngram_counts("ab", -1), "n must be at least 1, got -1"),
        (lambda: patterns(["a"] * 9, 2), "n must be at least 3"),
        (lambda: span_codes(np.arange(3), 4), "from 1 to the 3 ids there are, got 4"),
        (lambda: span_codes(np.arange(3), 0), "from 1 to the 3 ids there are, got 0"),
    ],
)
def test_impossible_lengths_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
