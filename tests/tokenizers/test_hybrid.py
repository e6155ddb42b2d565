"""Words and characters together: exact for any text, and the best choice of words."""

import json
import unicodedata
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import corpus
from course_lib.errors import TokenizerError
from course_lib.tokenizers.characters import SPANISH, CharacterTokenizer
from course_lib.tokenizers.hybrid import WORD, HybridTokenizer

SMALL = HybridTokenizer("abcdeht 'ñ", ["the", " the", " cat", "can't", "ñe"])
FIRST = SMALL.characters.vocab_size


def pieces(tokenizer, text):
    """The text of each id, bytes that belong together joined."""
    return [tokenizer.decode([i]) for i in tokenizer.encode(text)]


def test_ids_by_hand():
    assert SMALL.vocab_size == 4 + 256 + 10 + 5
    assert SMALL.encode("the the") == [FIRST, FIRST + 1]
    assert SMALL.encode("n\u0303e") == [FIRST + 4]
    assert pieces(SMALL, "the cat,  the") == ["the", " cat", ",", " ", " the"]
    assert SMALL.special_ids == {"<PAD>": 0, "<EOS>": 1, "<UNK>": 2, "<SEP>": 3}
    assert (SMALL.pad_id, SMALL.eos_id, SMALL.unk_id, SMALL.sep_id) == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The", ["T", "h", "e"]),  # a capital makes another word
        ("bathe", ["b", "a", "t", "h", "e"]),  # never inside a longer word
        ("cat", ["c", "a", "t"]),  # known only with a space before it
        ("\tthe", ["\t", "the"]),
        (" can't", [" ", "c", "a", "n", "'", "t"]),
        ("can't", ["can't"]),
        ("the'", ["the", "'"]),
        ("the3the", ["the", "3", "the"]),
        ("the-the", ["the", "-", "the"]),
    ],
)
def test_how_a_text_is_cut(text, expected):
    assert pieces(SMALL, text) == expected


NEAR = st.sampled_from(["the", " the", " cat", "can't", "'", " ", "n\u0303", "\u0301", "ñe", "戦"])
ANY_TEXT = st.one_of(st.text(), st.lists(NEAR | st.text(max_size=2), max_size=20).map("".join))
EXACT = HybridTokenizer("abcdeht '", ["the", " the", "n\u0303e"], normalization=None)


@settings(max_examples=500, deadline=None)
@given(ANY_TEXT)
def test_nothing_is_lost(text):
    assert SMALL.decode(SMALL.encode(text)) == unicodedata.normalize("NFC", text)
    assert EXACT.decode(EXACT.encode(text)) == text
    assert 2 not in SMALL.encode(text)


@settings(deadline=None)
@given(ANY_TEXT)
def test_words_only_shorten(text):
    characters = SMALL.characters.encode(text)
    ids = SMALL.encode(text)
    assert len(ids) <= len(characters)
    spelled = []
    for i in ids:
        known = i >= FIRST
        spelled += SMALL.characters.encode(SMALL.words[i - FIRST]) if known else [i]
    assert spelled == characters


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_the_cut_of_a_text_holds_for_a_text_that_begins_with_it(text, more):
    # A line end is in no word, so what stands before it is cut as if it stood alone.
    exact = EXACT.encode(text + "\n")
    assert EXACT.encode(text + "\n" + more) == exact + EXACT.encode(more)


def total(tokenizer, texts):
    return sum(len(tokenizer.encode(text)) for text in texts)


def test_no_other_words_write_the_texts_in_fewer_ids():
    texts = ["go on, go home, we go home", "no, we go on: 戦争 we stay home; 戦争"]
    made = HybridTokenizer.from_texts(texts, vocab_size=260 + 2 * len(SPANISH) + 4)
    alphabet = made.characters.alphabet
    assert set("戦争").isdisjoint(alphabet)  # no place for them: three bytes each
    some = HybridTokenizer(alphabet, made.words[:3])
    candidates = sorted({word for text in texts for word in WORD.findall(text)})
    others = [HybridTokenizer(alphabet, chosen) for chosen in combinations(candidates, 3)]
    assert len(others) > 50
    assert total(some, texts) == min(total(other, texts) for other in others)
    assert total(made, texts) < total(CharacterTokenizer(alphabet), texts)


def test_the_words_that_save_most_come_first():
    texts = ["on on on on on on, everything everything. a a a a a a a a a"]
    made = HybridTokenizer.from_texts(texts, 1000)
    # They save 1 x 10 ids, 5 x 2 and 9 x 1; equal savings stand in the order of code points.
    assert made.words[:3] == (" everything", " on", " a")
    assert "a" not in made.words  # one character is one id already


def test_the_size_is_kept_and_half_of_the_places_is_for_words():
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
    texts = [
        f"{many}\n",
        " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)),
    ]
    made = HybridTokenizer.from_texts(texts, vocab_size=1000)
    assert made.vocab_size == 1000
    assert len(made.characters.alphabet) == len(made.words) == 370
    assert set(SPANISH) <= set(made.characters.alphabet)
    assert set("word ") <= set(made.characters.alphabet)  # the commonest are kept
    few = HybridTokenizer.from_texts(["to be or not to be"], vocab_size=1000)
    assert few.vocab_size < 1000
    least = 260 + 2 * len(SPANISH)
    assert HybridTokenizer.from_texts(texts, vocab_size=least).vocab_size == least
    with pytest.raises(TokenizerError, match=f"at least {least}, .*got {least - 1}"):
        HybridTokenizer.from_texts(texts, vocab_size=least - 1)


@pytest.mark.parametrize("language", ["en", "es"])
def test_real_text_is_written_in_fewer_ids_and_comes_back(language):
    poems = corpus.load("anthology", language=language).documents
    made = HybridTokenizer.from_texts(poems)
    assert [made.decode(made.encode(poem)) for poem in poems] == [
        unicodedata.normalize("NFC", poem) for poem in poems
    ]
    assert made.vocab_size <= 1000
    assert total(made, poems) < 0.7 * total(made.characters, poems)
    again = HybridTokenizer.from_texts(reversed(poems))
    assert again.words == made.words


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["the", "the cat"], "entry 1 .*'the cat', is not a word"),
        (["the", "  the"], "entry 1 .*is not a word"),
        (["the", "the "], "entry 1 .*is not a word"),
        (["the", "the,"], "entry 1 .*is not a word"),
        (["the", 5], "entry 1 .*is not a word"),
        (["the", "the"], "entry 1 .*'the', occurs twice"),
        (["n\u0303e"], "entry 0 .*not in normal form NFC"),
    ],
)
def test_words_that_no_cut_makes_are_refused(words, complaint):
    with pytest.raises(TokenizerError, match=complaint):
        HybridTokenizer("abc", words)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"words": ["the", None]}, "entry 1 of 'words' is None"),
        ({"words": ["the", "th e"]}, "entry 1 of the words, 'th e'"),
        ({"words": ["the"]}, "'vocab_size' is 275, but its entries make 271"),
        ({"alphabet": ["a", "a"]}, "entry 1 of 'alphabet', 'a', is also entry 0"),
        ({"normalization": "nfc"}, "normalization must be"),
    ],
)
def test_a_damaged_entry_is_named_with_its_file(tmp_path, change, complaint):
    SMALL.save(tmp_path)
    path = tmp_path / "course_tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf8")) | change), "utf8")
    with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*{complaint}"):
        HybridTokenizer.load(tmp_path)
