"""Splits: every document once, exact sizes, fair shares, and clear refusals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus.corpus import Corpus
from course_lib.corpus.split import cut_documents, split
from course_lib.errors import CorpusError

LENGTHS = st.lists(st.integers(1, 500), min_size=3, max_size=60)
SHARES = st.tuples(*[st.integers(1, 20)] * 3).map(lambda t: tuple(n / sum(t) for n in t))


def corpus(lengths: list[int]) -> Corpus:
    documents = tuple("x" * length for length in lengths)
    ids = tuple(f"d{i}" for i in range(len(lengths)))
    return Corpus("demo", documents, ids, "en", "CC0", "the tests")


@settings(deadline=None)
@given(LENGTHS, SHARES, st.integers(0, 5), st.booleans())
def test_every_document_stands_in_exactly_one_part(lengths, fractions, seed, keep_order):
    demo = corpus(lengths)
    parts = split(demo, fractions, seed, keep_order).parts
    assert sorted(i for part in parts for i in part.ids) == sorted(demo.ids)
    text_of = dict(zip(demo.ids, demo.documents, strict=True))
    for part in parts:
        assert part.documents == tuple(text_of[i] for i in part.ids)
        assert list(part.ids) == sorted(part.ids, key=demo.ids.index)
        assert (part.language, part.licence, part.source) == ("en", "CC0", "the tests")


@settings(deadline=None)
@given(st.integers(3, 400), SHARES, st.booleans())
def test_parts_have_the_number_of_documents_that_is_due(n, fractions, keep_order):
    parts = split(corpus([5] * n), fractions, keep_order=keep_order).parts
    sizes = [len(part) for part in parts]
    assert sum(sizes) == n
    assert min(sizes) >= 1
    if min(fractions) * n >= 1:
        assert all(abs(s - n * f) < 1 for s, f in zip(sizes, fractions, strict=True))


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (3, [1, 1, 1]),
        (4, [2, 1, 1]),
        (10, [8, 1, 1]),
        (15, [12, 2, 1]),
        (16, [13, 2, 1]),
        (100, [80, 10, 10]),
        (1234, [987, 124, 123]),
    ],
)
def test_sizes_by_hand(n, sizes):
    assert [len(part) for part in split(corpus([5] * n)).parts] == sizes


def test_keeping_the_order_takes_the_first_for_train_and_the_last_for_test():
    parts = split(corpus(list(range(1, 21))), keep_order=True)
    assert parts.train.ids == tuple(f"d{i}" for i in range(16))
    assert parts.valid.ids == ("d16", "d17")
    assert parts.test.ids == ("d18", "d19")


def test_the_seed_decides_and_nothing_else():
    demo = corpus(list(range(1, 101)))
    assert split(demo, seed=3) == split(demo, seed=3)
    assert len({split(demo, seed=s).test.ids for s in range(10)}) == 10
    assert split(demo, seed=1, keep_order=True) == split(demo, seed=2, keep_order=True)


def test_every_document_can_come_to_every_part():
    demo = corpus(list(range(1, 21)))
    tests = [i for seed in range(200) for i in split(demo, seed=seed).test.ids]
    assert set(tests) == set(demo.ids)


def test_characters_are_shared_out_more_fairly_than_by_chance():
    """Lengths from 1 to 5,000: one shuffle misses by several points, the best of 100 by few."""
    lengths = [round(1.12**i) for i in range(75)]
    total = sum(lengths)
    for seed in range(5):
        parts = split(corpus(lengths), seed=seed).parts
        shares = [sum(map(len, part)) / total for part in parts]
        assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.04)


def test_parts_are_named_and_shown():
    parts = split(corpus([10] * 10))
    assert [part.name for part in parts.parts] == ["demo:train", "demo:valid", "demo:test"]
    assert str(parts).splitlines()[1].split() == ["train", "8", "80.0%", "80", "80.0%"]
    assert "<td" in parts._repr_html_()


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_documents_are_refused_with_the_way_out(n):
    with pytest.raises(CorpusError, match=rf"'demo' has {n} document.*cut_documents\(corpus\)"):
        split(corpus([50] * n))


@pytest.mark.parametrize(
    "fractions",
    [
        (0.8, 0.1, 0.2),
        (0.9, 0.1, 0.0),
        (1.2, -0.1, -0.1),
        (0.5, 0.5),
        (80, 10, 10),
        (math.nan, 0.5, 0.5),
        (0.5, 0.5, math.nan),
        (math.inf, 0.5, 0.5),
    ],
)
def test_fractions_that_are_no_fractions_are_refused(fractions):
    with pytest.raises(ValueError, match="three positive numbers that sum to 1, got"):
        split(corpus([5] * 9), fractions)


def book(text: str) -> Corpus:
    return Corpus("book", (text,), ("b",), "en", "CC0", "the tests")


def test_one_long_document_can_be_cut_and_split():
    pieces = cut_documents(book("\n\n".join(f"Paragraph {i}." for i in range(20))))
    assert pieces.ids[:2] == ("b#1", "b#2")
    assert len(split(pieces).train) == 16


def test_cutting_by_heading_keeps_the_heading():
    text = "Front.\nCHAPTER I\nOne.\nCHAPTER II\nTwo."
    assert cut_documents(book(text), at=r"(?=CHAPTER )").documents == (
        "Front.\n",
        "CHAPTER I\nOne.\n",
        "CHAPTER II\nTwo.",
    )


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \n\t\r\u2028")).filter(str.strip))
def test_cutting_loses_nothing_but_space(text):
    pieces = cut_documents(book(text))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece.strip() for piece in pieces)


@pytest.mark.parametrize("at", [r"\n(-+)?\n", r"\n(?:-+)?\n", r"(\n)(-*)(\n)"])
def test_what_a_group_matches_is_no_piece(at):
    assert cut_documents(book("One\n\nTwo\n--\nThree"), at).documents == ("One", "Two", "Three")


@pytest.mark.parametrize("at", [r"(?=CHAPTER )", r"(?=(CHAPTER) )", r"(?r)(?=CHAPTER )"])
def test_cuts_of_no_width_lose_nothing_and_keep_the_order(at):
    text = "Front.\nCHAPTER I\nOne.\nCHAPTER II\nTwo."
    pieces = cut_documents(book(text), at)
    assert len(pieces) == 3
    assert "".join(pieces) == text


@pytest.mark.parametrize("at", ["(CHAPTER", "[", "*", None])
def test_what_is_no_regular_expression_is_refused(at):
    with pytest.raises(CorpusError, match=r"is not a regular expression .*expected a pattern of"):
        cut_documents(book("One."), at)
