"""Merges are learned as by a trainer that counts everything anew each time, ties included."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.tokenizers import bpe_trainer, pretokenize
from course_lib.tokenizers.bpe_trainer import count_pretokens, descending, train_merges

FEW_LETTERS = st.text(alphabet="abñ¿🙂", min_size=1, max_size=9)
COUNTS = st.dictionaries(FEW_LETTERS, st.integers(0, 4), max_size=12)


def naive_merges(pretoken_counts, n_merges):
    """Recount every pair before each merge; take the most frequent, then the greatest."""
    words = [([bytes([b]) for b in p.encode()], n) for p, n in pretoken_counts.items()]
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for word, n in words:
            for pair in pairwise(word):
                counts[pair] += n
        if not counts or max(counts.values()) < 1:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        for word, _ in words:
            at = 0
            while at + 1 < len(word):
                if (word[at], word[at + 1]) == best:
                    word[at : at + 2] = [best[0] + best[1]]
                at += 1
    return merges


@settings(deadline=None, max_examples=500)
@given(COUNTS, st.integers(0, 40))
def test_the_heap_learns_what_counting_everything_anew_learns(pretoken_counts, n_merges):
    assert train_merges(pretoken_counts, n_merges) == naive_merges(pretoken_counts, n_merges)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(alphabet="ab cñ'1", max_size=40), max_size=6))
def test_whole_texts_learn_what_counting_everything_anew_learns(texts):
    counts = count_pretokens(texts)
    assert train_merges(counts, 1000) == naive_merges(counts, 1000)


@settings(deadline=None, max_examples=100)
@given(COUNTS)
def test_no_string_is_made_twice_and_every_part_is_there_before(pretoken_counts):
    known = {bytes([byte]) for byte in range(256)}
    for left, right in train_merges(pretoken_counts, 1000):
        assert {left, right} <= known
        assert left + right not in known
        known.add(left + right)


def test_among_equals_the_greatest_pair_is_first():
    assert train_merges({"ab": 3, "cd": 3, "xy": 2}, 3) == [
        (b"c", b"d"),
        (b"a", b"b"),
        (b"x", b"y"),
    ]
    # The first string decides, and a longer one is greater than its beginning: (a, z) < (ab, a).
    counts = {"ab": 9, "aba": 2, "az": 2}
    assert train_merges(counts, 3) == [(b"a", b"b"), (b"ab", b"a"), (b"a", b"z")]


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_the_key_of_the_heap_turns_the_order_of_bytes_around(one, other):
    assert (descending(one) < descending(other)) == (one > other)


def test_pairs_that_overlap_are_counted_at_each_place_and_merged_from_the_left():
    assert train_merges({"aaa": 1, "xy": 1}, 2) == [(b"a", b"a"), (b"x", b"y")]
    assert train_merges({"aaa": 1}, 5) == [(b"a", b"a"), (b"aa", b"a")]


def test_a_pretoken_that_never_occurs_is_never_merged():
    assert train_merges({"ab": 0, "cd": 1}, 5) == [(b"c", b"d")]


def test_merging_ends_when_each_pretoken_is_one_token():
    assert train_merges({"ab": 1}, 5) == [(b"a", b"b")]
    assert train_merges({}, 5) == []
    assert train_merges({"ab": 1}, 0) == []


def test_more_tokens_than_the_code_points_below_the_surrogates():
    """A token is a character within the trainer, and some 2,048 characters are surrogates."""
    words = {chr(0x4E00 + i) + chr(0x4E00 + j): 1 for i in range(160) for j in range(160, 560)}
    merges = train_merges(words, 0xE000)
    assert len(merges) == 0xE000
    assert len({left + right for left, right in merges}) == 0xE000
    whole = {left + right for left, right in merges}
    assert sum(word.encode() in whole for word in words) > 50_000


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 18])
def test_pretokens_are_counted_in_blocks_as_in_whole_texts(size, monkeypatch):
    text = "It's 5 o'clock,  they'll   say:\n\n\t¿qué  hora es? " * 3

    def small_blocks(texts):
        return pretokenize.blocks(texts, size)

    monkeypatch.setattr(bpe_trainer, "blocks", small_blocks)
    assert count_pretokens([text, "a"]) == Counter(pretokenize.pretokens(text)) + Counter("a")
