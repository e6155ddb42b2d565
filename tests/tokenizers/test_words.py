"""Words and line ends: the convention of WikiText-2, and its published counts."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import corpus
from course_lib.errors import TokenizerError
from course_lib.tokenizers.words import WordTokenizer

SMALL = WordTokenizer(["the", "cat", "."])
WORDS = st.sampled_from(["the", "cat", ".", "dog", "<unk>", "<eos>", "The", "café"])
SPACES = st.sampled_from([" ", "  ", "\t", "\n", " \n ", "\r\n", "\n\n", "\u2028", "\x0b"])


def joined(parts):
    return "".join(space + word for space, word in parts)


TEXTS = st.lists(st.tuples(SPACES, WORDS | st.just("")), max_size=12).map(joined)


def test_ids_by_hand():
    assert SMALL.vocab_size == 5
    assert SMALL.special_ids == {"<unk>": 0}
    assert (SMALL.unk_id, SMALL.eos_id, SMALL.pad_id) == (0, 1, None)
    assert SMALL.encode(" the cat . \n \nThe  cat\n") == [2, 3, 4, 1, 1, 0, 3, 1]
    assert SMALL.encode("") == []
    assert SMALL.encode("the") == [2]  # no line end, no id for one
    assert SMALL.decode([2, 3, 4, 1, 1, 0, 3, 1]) == "the cat .\n\n<unk> cat\n"
    assert SMALL.decode([2, 0, 1, 0, 3], skip_special=True) == "the\ncat"


def test_the_unknown_word_in_a_text_is_the_unknown_id_and_the_end_mark_is_a_word():
    assert SMALL.encode("the <unk> cat <eos>") == [2, 0, 3, 0]
    learned = WordTokenizer.from_texts(["<unk> <unk> <eos> a\n"])
    assert learned.words == ("<eos>", "a")
    assert learned.encode("<eos> <unk>\n") == [2, 0, 1]


def test_the_commonest_words_come_first_and_ties_by_code_point():
    texts = ["b a b\nc", "a b d"]
    assert WordTokenizer.from_texts(texts).words == ("b", "a", "c", "d")
    assert WordTokenizer.from_texts(texts, min_count=2).words == ("b", "a")
    limited = WordTokenizer.from_texts(texts, max_types=5)
    assert limited.words == ("b", "a", "c")
    assert limited.vocab_size == 5
    assert WordTokenizer.from_texts(texts, max_types=2).encode("a\nb") == [0, 1, 0]


@given(TEXTS)
def test_the_ids_are_the_words_of_each_line_and_its_end(text):
    expected = []
    for number, line in enumerate(text.split("\n")):
        expected += ["\n"] if number else []
        expected += [word if word in SMALL.words else "<unk>" for word in line.split()]
    forms = ["<unk>", "\n", *SMALL.words]
    assert [forms[i] for i in SMALL.encode(text)] == expected


@given(TEXTS)
def test_what_is_lost_is_lost_once(text):
    once = SMALL.decode(SMALL.encode(text))
    assert SMALL.encode(once) == SMALL.encode(text)
    assert SMALL.decode(SMALL.encode(once)) == once
    assert "  " not in once
    assert " \n" not in once


@given(TEXTS)
def test_with_every_word_known_words_and_line_ends_survive(text):
    tokenizer = WordTokenizer.from_texts([text])
    decoded = tokenizer.decode(tokenizer.encode(text))
    assert [line.split() for line in decoded.split("\n")] == [
        line.split() for line in text.split("\n")
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["a", "b c"], "entry 1 .*'b c', is not one word"),
        (["a", ""], "entry 1 .*is not one word"),
        (["a", None], "entry 1 .*is not one word"),
        (["a", "\n"], "entry 1 .*is not one word"),
        (["a", "a"], "entry 1 .*'a', occurs twice"),
        (["<unk>"], "entry 0 .*is the unknown word"),
        (["\udc00"], "lone surrogate"),
    ],
)
def test_a_list_of_words_that_cannot_be_is_refused(words, complaint):
    with pytest.raises(TokenizerError, match=complaint):
        WordTokenizer(words)


def test_limits_that_cannot_be_are_refused():
    with pytest.raises(TokenizerError, match=r"max_types must be at least 2.*got 1"):
        WordTokenizer.from_texts(["a"], max_types=1)
    with pytest.raises(TokenizerError, match="min_count must be at least 1, got 0"):
        WordTokenizer.from_texts(["a"], min_count=0)
    with pytest.raises(TokenizerError, match=r"write \[text\]"):
        WordTokenizer.from_texts("a b")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["the", 7, "."], "entry 1 of 'words' is 7"),
        (["the", "the", "."], "entry 1 of 'words', 'the', is also entry 0"),
        (["the", "a cat", "."], "entry 1 of the words, 'a cat'"),
        (["the", "cat"], "'vocab_size' is 5, but its entries make 4"),
    ],
)
def test_a_damaged_entry_is_named_with_its_file(tmp_path, words, complaint):
    SMALL.save(tmp_path)
    path = tmp_path / "course_tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf8")) | {"words": words}), "utf8")
    with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*{complaint}"):
        WordTokenizer.load(tmp_path)


PUBLISHED = {"train": 2_088_628, "valid": 217_646, "test": 245_569}


@pytest.fixture(scope="module")
def wikitext():
    folder = os.environ.get("COURSE_DATA")
    if not folder or not (Path(folder) / "wikitext-2").is_dir():
        pytest.skip("needs WikiText-2 in the folder that COURSE_DATA names")
    return {part: corpus.load("wikitext2", split=part).documents for part in PUBLISHED}


@pytest.fixture(scope="module")
def tokenizer(wikitext):
    return WordTokenizer.from_texts(wikitext["train"])


def test_wikitext_has_the_published_types(tokenizer):
    assert tokenizer.vocab_size == 33_278


@pytest.mark.parametrize("part", PUBLISHED)
def test_wikitext_has_the_published_tokens_article_by_article(wikitext, tokenizer, part):
    ids = [tokenizer.encode(article) for article in wikitext[part]]
    assert sum(map(len, ids)) == PUBLISHED[part]
    # As predictions: an article without its last line end, and an end of document for it.
    assert all(article.endswith("\n") for article in wikitext[part])
    shorter = [tokenizer.encode(article.removesuffix("\n")) for article in wikitext[part]]
    assert sum(len(row) + 1 for row in shorter) == PUBLISHED[part]


def test_wikitext_marks_its_rare_words_itself(wikitext, tokenizer):
    counts = Counter(i for article in wikitext["test"] for i in tokenizer.encode(article))
    text = "".join(wikitext["test"])
    assert counts[tokenizer.unk_id] == text.count("<unk>") == 15_218
    assert counts[tokenizer.eos_id] == text.count("\n") == 4_358
