"""Words, tokens and sentences: hand-cut cases, and laws on any text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.corpus.words import WORD, sentences, tokens, words

TRICKY = st.text(
    st.sampled_from("aZñ7 \n\t.!?…'’\"»«¿¡-—,()\u0301\u00a0\u00ad\u200b\u2028\x1c\x85\r_<€")
)
TEXT = st.one_of(st.text(), TRICKY)


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("¡Ay, qué día!", ["Ay", "qué", "día"]),
        ("the dog's rock’n’roll", ["the", "dog's", "rock’n’roll"]),
        ("the boys' 'tis", ["the", "boys", "tis"]),
        ("well-known -- pre-", ["well-known", "pre"]),
        ("a--b a-'b", ["a", "b", "a", "b"]),
        ("pi is 3.14, or 1,000.5.", ["pi", "is", "3.14", "or", "1,000.5"]),
        ("x.y 3.y e.g.", ["x", "y", "3", "y", "e", "g"]),
        ("cancio\u0301n y cancio\u0301n", ["cancio\u0301n", "y", "cancio\u0301n"]),
        ("snake_case @handle", ["snake", "case", "handle"]),
        ("東京 и Москва", ["東京", "и", "Москва"]),
        ("co\u00adoperate", ["co", "operate"]),
    ],
)
def test_words_by_hand(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No!! Wait....", ["No", "!", "!", "Wait", "...."]),
        ("«Sí» —dijo--", ["«", "Sí", "»", "—", "dijo", "--"]),
        ("don't 'quote'", ["don't", "'", "quote", "'"]),
        ("!\u0301 \u0301a", ["!\u0301", "\u0301", "a"]),
        ("a\x1cb", ["a", "b"]),
    ],
)
def test_tokens_by_hand(text, expected):
    assert tokens(text) == expected


@settings(deadline=None)
@given(TEXT)
def test_tokens_hold_all_of_the_text_but_the_spaces(text):
    assert "".join(tokens(text)) == without_spaces(text)


@settings(deadline=None)
@given(TEXT)
def test_words_are_the_tokens_that_are_words(text):
    assert words(text) == [token for token in tokens(text) if WORD.fullmatch(token)]


@settings(deadline=None)
@given(TEXT)
def test_a_token_is_one_token(text):
    assert all(tokens(token) == [token] for token in tokens(text))


@pytest.mark.parametrize(
    "expected",
    [
        ["It rained.", "We stayed.", "Nobody came!"],
        ["Mr. Hill met Dr. Ruiz at 3.15 p.m. today.", "Then they left."],
        ["¿Quién vive?", "¡Nadie!", "Eso dijo."],
        ["«¿Quién vive?» dijo la Sra. Gil.", "«Nadie.»", "Y calló."],
        ["—¿Vienes? —preguntó ella.", "—Voy."],
        ['"Go."', '"Why?"', "He went."],
        ["Wait... no, stay.", "Well…", "I stayed…"],
        ["See p. 7 and fig. 3.", "The end is on p. 9."],
        ["She said no.", "He left."],
        ["J. S. Bach wrote it.", "So did I.", "D. Quijote lo oyó."],
        ["We met at www.example.org in 2.5 hours.", "It is 3.", "Four is next."],
        ["(It was late.)", "[So it goes.]", "Enough."],
        ["Really?!", "Yes!!!", "OK."],
        ["Costó 3.500 EUR.", "Vale.", "El núm. 5 ganó."],
        ["Vio libros, etc.", "Luego se fue."],
    ],
)
def test_sentences_of_prose_by_hand(expected):
    assert sentences(" ".join(expected)) == expected


def test_verse_runs_over_lines_and_ends_with_its_stanza():
    text = "The moon is up\nand no one sees.\n\nthe tide is out\nthe boats at ease\n \nQuiet."
    assert sentences(text) == [
        "The moon is up\nand no one sees.",
        "the tide is out\nthe boats at ease",
        "Quiet.",
    ]


@settings(deadline=None)
@given(TEXT)
@example("a.\n\n\n\nb")
@example(".. ..")
def test_sentences_lose_nothing_and_cut_no_token(text):
    found = sentences(text)
    assert without_spaces("".join(found)) == without_spaces(text)
    assert all(sentence == sentence.strip() != "" for sentence in found)
    assert [token for sentence in found for token in tokens(sentence)] == tokens(text)


@settings(deadline=None)
@given(TEXT)
def test_a_blank_line_always_separates(text):
    assert sentences(f"{text}\n\n{text}") == sentences(text) * 2


@pytest.mark.parametrize(
    "piece", [".", ". ", "\n", "\n \n", " ", ".)", "a", "a'", "1,", "(", ". (", "\u0301", "\r\n"]
)
def test_a_long_line_of_one_thing_is_cut_without_loss(piece):
    """A pattern that gave back what it took would need hours for these."""
    text = f"a{piece * 300_000}b"
    assert "".join(tokens(text)) == without_spaces(text)
    assert without_spaces("".join(sentences(text))) == without_spaces(text)
