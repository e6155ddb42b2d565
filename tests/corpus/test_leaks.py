"""Leaks and duplicates: planted ones are found where they are, and brute force agrees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus.corpus import Corpus
from course_lib.corpus.leaks import deduplicate, leaks
from course_lib.corpus.split import Split, split
from course_lib.corpus.words import tokens

DOCUMENTS = st.lists(st.text(st.sampled_from("ab "), min_size=1).filter(str.strip), min_size=3)


def corpus(*documents: str, name: str = "demo") -> Corpus:
    ids = tuple(f"{name}{i}" for i in range(len(documents)))
    return Corpus(name, documents, ids, "en", "CC0", "the tests")


def three(train: list[str], valid: list[str], test: list[str]) -> Split:
    return Split(corpus(*train, name="a"), corpus(*valid, name="b"), corpus(*test, name="c"))


def numbered(start: int, n: int) -> str:
    return " ".join(f"w{i}" for i in range(start, start + n))


def spans(text: str, span: int) -> set[tuple[str, ...]]:
    found = tokens(text)
    return {tuple(found[i : i + span]) for i in range(len(found) - span + 1)}


def test_a_planted_leak_is_found_where_it_is_and_as_long_as_it_is():
    secret = numbered(500, 25)
    (leak,) = leaks(
        three(
            [numbered(0, 30), f"{numbered(100, 7)} {secret} tail"],
            [numbered(200, 30)],
            [numbered(300, 30), f"{numbered(400, 3)},\n{secret.replace(' ', '  ')}; end"],
        )
    )
    assert (leak.part, leak.document, leak.position) == ("test", "c1", 4)  # three words, a comma
    assert (leak.source_part, leak.source_document, leak.source_position) == ("train", "a1", 7)
    assert (leak.length, leak.text) == (25, secret.replace(" ", "  "))
    assert str(leak).startswith("25 tokens of test 'c1' (from token 4) stand in train 'a1'")


@pytest.mark.parametrize(("shared", "found"), [(19, 0), (20, 1), (21, 1)])
def test_the_span_is_exact(shared, found):
    secret = numbered(500, shared)
    parts = three([f"x {secret} y"], [numbered(0, 30)], [f"z {secret} q"])
    assert len(leaks(parts)) == found


def test_what_repeats_within_one_part_is_no_leak():
    same = numbered(0, 30)
    assert leaks(three([same, same], [numbered(100, 30)], [numbered(200, 30)])) == []


def test_no_span_crosses_from_one_document_to_the_next():
    parts = three([numbered(0, 30)], [numbered(100, 5)], [numbered(0, 10), numbered(10, 10)])
    assert leaks(parts, span=11) == []
    assert [leak.document for leak in leaks(parts, span=10)] == ["c0", "c1"]


def test_a_stretch_of_two_sources_is_two_leaks():
    parts = three([numbered(0, 20), numbered(20, 20)], ["none"], [numbered(0, 40)])
    found = leaks(parts, span=20)
    assert [(x.position, x.length, x.source_document) for x in found] == [
        (0, 20, "a0"),
        (20, 20, "a1"),
    ]


def test_valid_is_a_source_for_test_when_train_is_not():
    (leak,) = leaks(three(["none"], [numbered(0, 20)], [numbered(0, 20)]))
    assert (leak.part, leak.source_part) == ("test", "valid")


@settings(deadline=None, max_examples=200)
@given(DOCUMENTS, DOCUMENTS, DOCUMENTS, st.integers(1, 4))
def test_brute_force_agrees_on_what_leaks(train, valid, test, span):
    parts = three(train, valid, test)
    expected = set()
    earlier: set[tuple[str, ...]] = set()
    for name, part in zip(("train", "valid", "test"), parts.parts, strict=True):
        for i, text in zip(part.ids, part, strict=True):
            expected |= {(name, i, gram) for gram in spans(text, span) & earlier}
        earlier |= {gram for text in part for gram in spans(text, span)}
    found = set()
    sources = {
        i: tokens(text) for part in parts.parts for i, text in zip(part.ids, part, strict=True)
    }
    for leak in leaks(parts, span):
        stretch = tokens(leak.text)
        assert len(stretch) == leak.length
        for at, document in (
            (leak.position, leak.document),
            (leak.source_position, leak.source_document),
        ):
            assert sources[document][at : at + leak.length] == stretch
        found |= {(leak.part, leak.document, gram) for gram in spans(leak.text, span)}
    assert found == expected


@settings(deadline=None, max_examples=200)
@given(DOCUMENTS, st.integers(1, 4))
def test_brute_force_agrees_on_duplicates(documents, span):
    demo = corpus(*documents)
    kept, seen = [], set()
    for i, text in zip(demo.ids, documents, strict=True):
        if not spans(text, span) & seen:
            kept.append(i)
            seen |= spans(text, span)
    clean, dropped = deduplicate(demo, span)
    assert list(clean.ids) == kept
    assert sorted([*kept, *(d.document for d in dropped)]) == sorted(demo.ids)
    texts = dict(zip(demo.ids, documents, strict=True))
    assert clean.documents == tuple(texts[i] for i in kept)
    for duplicate in dropped:
        gram = tuple(tokens(duplicate.text))
        own = tokens(texts[duplicate.document])
        assert tuple(own[duplicate.position : duplicate.position + span]) == gram
        assert gram in spans(texts[duplicate.kept_document], span)
        assert duplicate.kept_document in kept


@settings(deadline=None)
@given(DOCUMENTS, st.integers(1, 4), st.integers(0, 3))
def test_any_split_of_a_deduplicated_corpus_is_clean(documents, span, seed):
    clean, _ = deduplicate(corpus(*documents), span)
    if len(clean) >= 3:
        assert leaks(split(clean, (0.5, 0.25, 0.25), seed), span) == []


def test_a_document_that_only_resembles_a_dropped_one_is_kept():
    a, b = numbered(0, 20), numbered(100, 20)
    clean, dropped = deduplicate(corpus(a, f"{a} {b}", b))
    assert clean.ids == ("demo0", "demo2")
    assert [(d.document, d.position, d.kept_document, d.text) for d in dropped] == [
        ("demo1", 0, "demo0", a)
    ]


def test_texts_shorter_than_the_span_have_nothing_to_share():
    assert leaks(three(["a b"], ["a b"], ["a b"])) == []
    assert deduplicate(corpus("a b", "a b"))[1] == []


@pytest.mark.parametrize(
    "call", [lambda: leaks(three(["a"], ["a"], ["a"]), 0), lambda: deduplicate(corpus("a"), 0)]
)
def test_a_span_of_nothing_is_refused(call):
    with pytest.raises(ValueError, match="span must be at least 1 token, got 0"):
        call()
