"""The catalogue: names, options, documents that lose nothing, and where things are."""

import hashlib
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import corpus
from course_lib.corpus import catalog, documents, download
from course_lib.corpus.corpus import PARTS
from course_lib.corpus.entries import ENTRIES
from course_lib.errors import CorpusError

DATA = os.environ.get("COURSE_DATA")
needs_data = pytest.mark.skipif(
    not (DATA and Path(DATA).is_dir()), reason="COURSE_DATA does not name a folder with the data"
)
DOWNLOADED = [name for name, entry in ENTRIES.items() if entry.data]


def raw(path):
    return (Path(DATA) / path).read_bytes().decode()


# Cutting a file into documents loses nothing.

PIECES = st.lists(st.sampled_from(["A:\nYes, my lord.", "x" * 3000, "\n", "", "é\r\n"]), max_size=9)


@given(PIECES.map("\n\n".join))
def test_speeches_joined_are_the_text(text):
    ids, cut = documents.by_speeches(text)
    assert "\n\n".join(cut) == text
    assert len(ids) == len(set(ids)) == len(cut)


def test_a_block_ends_with_the_first_speech_that_makes_it_4000_characters():
    speeches = ["A:\n" + "x" * size for size in (3000, 900, 200, 5000, 10)]
    _, cut = documents.by_speeches("\n\n".join(speeches))
    assert cut == ["\n\n".join(speeches[:3]), speeches[3], speeches[4]]


TITLES = st.lists(
    st.sampled_from(
        [
            " \n = Title = \n \n",
            " \n = = Section = = \n \n",
            " a = b \n",
            " = x = 7 \n",
            " \n",
            "\n",
        ]
    ),
    max_size=12,
)


@given(TITLES.map("".join))
def test_articles_joined_are_the_text(text):
    ids, cut = documents.by_articles(text)
    assert "".join(cut) == text
    assert len(ids) == len(set(ids)) == len(cut)


def test_an_article_begins_at_a_title_and_not_at_a_section_or_a_formula():
    text = " \n = A = \n \n = e \n = 7 = \n x \n \n = = B = = \n \n y \n \n = C = \n \n z \n"
    assert documents.by_articles(text)[1] == [
        " \n = A = \n \n = e \n = 7 = \n x \n \n = = B = = \n \n y \n",
        " \n = C = \n \n z \n",
    ]


def test_chapters_have_their_part_and_number():
    chapters = [
        "El ingenioso hidalgo\n\nTASA\n\n\n",
        "Capítulo primero. Que trata\n\nEn un lugar; véase el Capítulo II.\n\n",
        "Capítulo II. De la salida\n\nfin\n",
        "Segunda parte del ingenioso caballero\n\nTASA",
        "Capítulo Primero. De lo que\n\nCapítulo de otra cosa\n\nFin",
    ]
    ids, cut = documents.by_chapters("\n\n".join(chapters))
    assert cut == chapters
    assert ids == ["1-00", "1-01", "1-02", "2-00", "2-01"]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
def test_translations_of_one_sentence_stay_together(english):
    english.sort()
    lines = [f"{sentence}\t{number}" for number, sentence in enumerate(english)]
    _, cut = documents.by_sentence("\n".join(lines) + "\n")
    assert "\n".join(cut) == "\n".join(lines)
    assert [text.split("\t")[0] for text in cut] == sorted(set(english))


@needs_data
@pytest.mark.parametrize(
    ("name", "options", "path", "separator", "end", "count"),
    [
        ("tinyshakespeare", {}, "tinyshakespeare/input.txt", "\n\n", "", 265),
        ("quijote", {}, "quijote/quijote.txt", "\n\n", "", 126 + 2),
        # 600, 60 and 60 articles: the figures of the WikiText paper, section 4.1.
        ("wikitext2", {}, "wikitext-2/train.txt", "", "", 600),
        ("wikitext2", {"split": "valid"}, "wikitext-2/valid.txt", "", "", 60),
        ("wikitext2", {"split": "test"}, "wikitext-2/test.txt", "", "", 60),
        ("wikitext2-raw", {"split": "test"}, "wikitext-2-raw/wiki.test.raw", "", "", 60),
        ("spa-eng", {}, "spa-eng/spa.txt", "\n", "\n", 102_904),
    ],
)
def test_the_documents_of_a_corpus_are_its_file(name, options, path, separator, end, count):
    loaded = corpus.load(name, **options)
    assert separator.join(loaded.documents) + end == raw(path)
    assert len(loaded) == count
    assert loaded.name == name
    entry = ENTRIES[name]
    assert (loaded.language, loaded.licence) == (entry.language, entry.licence)
    assert loaded.source.startswith(entry.source)


@needs_data
def test_wikitext_titles_are_titles():
    for text in corpus.load("wikitext2", split="valid"):
        assert re.match(r" \n = [^=].* = \n \n", text)
        assert len(re.findall(r"(?m)^ = [^=\n]+ = $", text)) == 1


@needs_data
def test_the_articles_of_all_splits_have_ids_of_their_own():
    ids = [one for split in PARTS for one in corpus.load("wikitext2", split=split).ids]
    assert len(set(ids)) == len(ids) == 720


@needs_data
def test_the_chapters_of_quijote_are_52_and_74():
    ids = corpus.load("quijote").ids
    assert [sum(one.startswith(part) for one in ids) for part in ("1-", "2-")] == [53, 75]
    assert ids[-1] == "2-74"


@needs_data
def test_no_english_sentence_is_in_two_documents():
    english = [
        {line.split("\t")[0] for line in text.split("\n")} for text in corpus.load("spa-eng")
    ]
    assert all(len(own) == 1 for own in english)
    assert len(set().union(*english)) == len(english)


@needs_data
def test_a_reordered_edition_says_so_in_its_source():
    data = ENTRIES["wikitext2"].data
    official = download.file_sha256(Path(DATA) / data.files[0].path) == data.files[0].sha256
    source = corpus.load("wikitext2").source
    assert ("another order" in source) == (not official)
    assert "another order" not in corpus.load("wikitext2", split="test").source


# Files, hashes and mirrors.


@needs_data
@pytest.mark.parametrize("name", DOWNLOADED)
def test_sizes_and_hashes_are_those_of_the_files(name):
    seen = 0
    for file in ENTRIES[name].data.files:
        path = Path(DATA) / file.path
        if path.exists():
            body = path.read_bytes()
            assert len(body) == file.size
            assert hashlib.sha256(body).hexdigest() in {file.sha256, *file.variants}
            seen += 1
    assert seen


@pytest.mark.parametrize("name", DOWNLOADED)
def test_every_file_has_two_mirrors_on_two_hosts(name):
    data = ENTRIES[name].data
    for file in data.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        serving = [mirror for mirror in data.mirrors if file.path in mirror.names]
        hosts = {mirror.address.split("/")[2] for mirror in serving}
        assert len(hosts) >= 2
        for mirror in serving:
            assert mirror.address.startswith("https://")
            assert mirror.archive == mirror.address.endswith(".zip")
            assert mirror.archive or mirror.address.endswith("/")
    assert {file.path.split("/")[0] for file in data.files} == {data.folder}


# Names, options and paths.


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("tinyshakespere", "tinyshakespeare"), ("Quixote", "quijote"), ("wikitext-2", "wikitext2")],
)
def test_an_unknown_name_gets_near_matches_and_the_list(asked, meant):
    with pytest.raises(
        CorpusError, match=rf"unknown corpus '{asked}'; did you mean .*{meant}"
    ) as e:
        corpus.load(asked)
    assert all(name in str(e.value) for name in corpus.names())
    with pytest.raises(CorpusError, match="unknown corpus"):
        corpus.info(asked)
    with pytest.raises(CorpusError, match="unknown corpus"):
        corpus.get(asked)


@pytest.mark.parametrize("asked", ["", "zzzzzzzz"])
def test_a_name_like_no_other_gets_the_list_alone(asked):
    with pytest.raises(CorpusError, match="unknown corpus") as caught:
        corpus.load(asked)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    "asked", ["x" * 5000, "./" + "x" * 5000, "~nobodyxyz", "~nobodyxyz/a", "a\0b", "./a\0b"]
)
def test_a_name_that_no_path_can_have_is_refused_in_few_words(asked):
    with pytest.raises(CorpusError, match=r"unknown corpus|cannot be a path|no folder") as caught:
        corpus.load(asked)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("asked", [None, 5, [], b"verse"])
def test_what_is_no_name_is_refused(asked):
    with pytest.raises(CorpusError, match=r"cannot be a path .*expected that of a folder"):
        corpus.load(asked)
    for ask in (corpus.info, corpus.get):
        with pytest.raises(CorpusError, match="unknown corpus"):
            ask(asked)


def test_an_option_that_a_corpus_does_not_take_is_named():
    with pytest.raises(CorpusError, match=r"'verse' has no option sed; it takes n, seed, language"):
        corpus.load("verse", sed=1)
    with pytest.raises(CorpusError, match=r"'quijote' has no option split; it takes none"):
        corpus.load("quijote", split="train")


def test_an_unknown_split_is_named():
    with pytest.raises(CorpusError, match=r"no split 'dev'; expected one of train, valid, test"):
        corpus.load("wikitext2", split="dev")


@pytest.mark.parametrize("name", ENTRIES)
def test_the_options_described_are_the_options_taken(name):
    with pytest.raises(CorpusError, match="no option") as caught:
        corpus.load(name, no_such_option=0)
    listed = str(caught.value).split("it takes ")[1]
    assert listed == (", ".join(ENTRIES[name].options) or "none")


def test_a_path_is_a_folder_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "verse").mkdir()
    (tmp_path / "verse/a.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/b.txt").write_text("yours", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for path in ("./verse", tmp_path / "verse", str(tmp_path / "verse"), Path("verse")):
        assert corpus.load(path).documents == ("mine",)
    assert corpus.load("texts", language="en").language == "en"
    with pytest.raises(CorpusError, match="has no option seed; it takes language"):
        corpus.load("texts", seed=0)
    with pytest.raises(CorpusError, match="no folder or file"):
        corpus.load("texts/absent")


def test_a_name_of_the_catalogue_wins_over_a_folder(tmp_path, monkeypatch):
    (tmp_path / "quijote").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match=r"'quijote' has no option language; it takes none"):
        corpus.load("quijote", language="es")


# What the corpora are, and where.


def test_names_are_those_of_the_architecture():
    assert corpus.names() == (
        "verse",
        "anthology",
        "docs",
        "tinyshakespeare",
        "quijote",
        "wikitext2",
        "wikitext2-raw",
        "spa-eng",
    )
    assert set(catalog._LOADERS) == set(corpus.names())


def test_verse_has_the_size_seed_and_language_asked_for():
    loaded = corpus.load("verse", n=7, seed=3, language="es")
    assert (len(loaded), loaded.language, loaded.name) == (7, "es", "verse")
    assert loaded.sha256 == corpus.load("verse", n=7, seed=3, language="es").sha256
    assert loaded.sha256 != corpus.load("verse", n=7, seed=4, language="es").sha256


def test_embedded_corpora_are_always_present():
    assert corpus.info("verse").present
    status = corpus.info("anthology")
    assert status.present
    assert status.n_bytes == corpus.load("anthology").n_bytes
    assert corpus.get("anthology") == ()


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return tmp_path / "cache"


@pytest.mark.parametrize("name", [*DOWNLOADED, "docs"])
def test_what_is_not_there_is_said_not_to_be_there(empty_cache, name):
    status = corpus.info(name)
    assert not status.present
    assert status.problem is None
    assert not empty_cache.exists()


@needs_data
def test_info_says_where_the_files_are():
    status = corpus.info("quijote")
    assert (status.present, status.where) == (True, str(Path(DATA) / "quijote"))
    assert status.n_bytes == 2_141_518


@needs_data
def test_info_says_when_files_are_missing_or_wrong(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    (tmp_path / "wikitext-2").mkdir()
    (tmp_path / "wikitext-2/test.txt").write_bytes(raw("wikitext-2/test.txt").encode())
    status = corpus.info("wikitext2")
    assert (status.present, status.problem) == (False, "1 of 3 files are there")
    (tmp_path / "wikitext-2/test.txt").write_text("wrong", encoding="utf-8")
    status = corpus.info("wikitext2")
    assert not status.present
    assert "is not the file it should be" in status.problem


@needs_data
def test_get_returns_the_paths_of_all_files():
    assert corpus.get("spa-eng") == (
        Path(DATA) / "spa-eng/spa.txt",
        Path(DATA) / "spa-eng/_about.txt",
    )


@needs_data
def test_a_corpus_is_read_from_the_cache_when_course_data_is_not_set(empty_cache, monkeypatch):
    source = Path(DATA) / "tinyshakespeare/input.txt"
    monkeypatch.setenv("COURSE_CACHE", DATA)
    assert corpus.load("tinyshakespeare").n_bytes < source.stat().st_size
    # The reordered WikiText is no download: it is not taken for one.
    reordered = ENTRIES["wikitext2"].data.files[0]
    if download.file_sha256(Path(DATA) / reordered.path) != reordered.sha256:
        assert download.find(reordered) is None
