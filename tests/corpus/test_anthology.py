"""The anthology: large enough, well formed, rich in punctuation, and without repetition."""

import unicodedata
from collections import defaultdict

import pytest
import regex

from course_lib.corpus import anthology
from course_lib.errors import CorpusError

BOTH = ("en", "es")
SPAN = 20


@pytest.fixture(scope="module", params=BOTH)
def pieces(request):
    return anthology.load(request.param)


def words(text):
    return [word.casefold() for word in regex.findall(r"[\p{L}\p{M}\p{N}]+", text)]


def test_there_are_forty_kilobytes_in_each_language(pieces):
    assert pieces.n_bytes >= 40_000


def test_every_piece_is_a_title_a_blank_line_and_a_body(pieces):
    for name, text in zip(pieces.ids, pieces.documents, strict=True):
        title, blank, body = text.split("\n", 2)
        assert title == title.strip() != "", name
        assert blank == "", name
        assert body.strip() == body.strip("\n"), name
        assert body[0] != "\n", name


def test_the_text_is_clean(pieces):
    for name, text in zip(pieces.ids, pieces.documents, strict=True):
        assert unicodedata.normalize("NFC", text) == text, name
        strange = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co")} - {"\n"}
        assert not strange, (name, strange)
        assert not text.endswith("\n"), name
        assert not [line for line in text.split("\n") if line != line.rstrip()], name


@pytest.mark.parametrize(
    ("language", "characters"),
    [("en", "—“”…;:?!’,.()"), ("es", "—«»…;:?!¿¡áéíóúüñ,.()")],
)
def test_the_punctuation_is_rich(language, characters):
    text = anthology.load(language).text
    assert [character for character in characters if character not in text] == []
    # Present is not enough for a model to learn from: several of each of the rarer ones.
    assert all(text.count(character) >= 5 for character in characters)


def test_spanish_questions_and_exclamations_open_and_close():
    for name, text in zip(*(lambda c: (c.ids, c.documents))(anthology.load("es")), strict=True):
        assert text.count("¿") == text.count("?"), name
        assert text.count("¡") == text.count("!"), name


def test_titles_and_names_are_unique():
    loaded = anthology.load()
    titles = [text.split("\n")[0] for text in loaded]
    assert len(set(titles)) == len(titles)
    assert all(regex.fullmatch(r"(en|es)/[a-z0-9-]+", name) for name in loaded.ids)


def test_no_twenty_words_in_a_row_are_in_two_pieces():
    where = defaultdict(set)
    loaded = anthology.load()
    for name, text in zip(loaded.ids, loaded.documents, strict=True):
        own = words(text)
        for at in range(len(own) - SPAN + 1):
            where[tuple(own[at : at + SPAN])].add(name)
    assert where
    assert [names for names in where.values() if len(names) > 1] == []


def test_both_languages_are_english_then_spanish():
    english, spanish, both = (anthology.load(code) for code in ("en", "es", None))
    assert both.documents == english.documents + spanish.documents
    assert both.ids == english.ids + spanish.ids
    assert both.ids == tuple(sorted(both.ids))
    assert (english.language, spanish.language, both.language) == ("en", "es", "en+es")


def test_another_language_is_an_error():
    with pytest.raises(CorpusError, match="no language 'fr'; expected one of en, es"):
        anthology.load("fr")


@pytest.mark.parametrize(
    "text",
    ["", "Title", "Title\n\n", "Title\nbody", "Title\nbody\nmore", "\n\nbody", "Title\n \n \n"],
)
def test_another_form_is_an_error(text):
    with pytest.raises(CorpusError, match=r"piece en/x\.txt is not a title"):
        anthology.check("en/x.txt", text)
