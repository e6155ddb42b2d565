"""What the catalogue knows of each corpus."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.corpus import datasets
from course_lib.corpus.datasets import DataSet


@dataclass(frozen=True)
class Entry:
    """One corpus of the catalogue.

    Args:
        name: what `load` is called with.
        kind: ``"embedded"`` (always there) or ``"downloaded"``.
        language: ISO 639-1 code, or several joined by ``+``.
        licence: the licence of the text.
        source: where it comes from, as a person would cite it.
        description: one line for a table.
        document: what one document is.
        options: option to what it does, with its default.
        data: files to download, for a downloaded corpus.
    """

    name: str
    kind: str
    language: str
    licence: str
    source: str
    description: str
    document: str
    options: Mapping[str, str] = field(default_factory=dict)
    data: DataSet | None = None


_WIKITEXT = (
    "S. Merity, C. Xiong, J. Bradbury and R. Socher, Pointer Sentinel Mixture Models (2016); text "
    "of Wikipedia articles"
)
_SPLIT = {"split": 'official part: "train" (default), "valid" or "test"'}

ENTRIES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            "verse",
            "embedded",
            "en|es",
            "CC BY 4.0",
            "drawn from the grammar in course_lib.corpus.verse",
            "rhymed quatrains from a grammar whose entropy is known exactly",
            "one poem of several quatrains",
            {
                "n": "how many (default 1000)",
                "seed": "of the draw (default 0)",
                "language": '"en" (default) or "es"',
            },
        ),
        Entry(
            "anthology",
            "embedded",
            "en+es",
            "CC BY 4.0",
            "poems and short prose written for Robo-Poet",
            "original poems and short prose, rich in punctuation and accents",
            "one piece, title included",
            {"language": '"en", "es", or None for both (default)'},
        ),
        Entry(
            "docs",
            "embedded",
            "en",
            "those of the libraries: BSD-3-Clause, Apache-2.0, MIT, PSF-2.0",
            "docstrings of the installed libraries",
            "prose harvested from the docstrings of the installed libraries",
            "the prose of one source file",
            {"minimum_bytes": "least size to accept (default 2,000,000)"},
        ),
        Entry(
            "tinyshakespeare",
            "downloaded",
            "en",
            "public domain",
            "plays of William Shakespeare, in the selection of A. Karpathy's char-rnn "
            "(https://github.com/karpathy/char-rnn)",
            "forty thousand lines of Shakespeare",
            "whole speeches, about 4,000 characters of them",
            data=datasets.TINYSHAKESPEARE,
        ),
        Entry(
            "quijote",
            "downloaded",
            "es",
            "public domain",
            "Miguel de Cervantes Saavedra, Don Quijote de la Mancha (1605 and 1615)",
            "both parts of Don Quijote",
            "one chapter, or the preliminaries of a part",
            data=datasets.QUIJOTE,
        ),
        Entry(
            "wikitext2",
            "downloaded",
            "en",
            "CC-BY-SA-3.0",
            _WIKITEXT,
            "WikiText-2 for word models, rare words replaced by <unk>",
            "one Wikipedia article",
            _SPLIT,
            datasets.WIKITEXT2,
        ),
        Entry(
            "wikitext2-raw",
            "downloaded",
            "en",
            "CC-BY-SA-3.0",
            _WIKITEXT,
            "WikiText-2 with all its words",
            "one Wikipedia article",
            _SPLIT,
            datasets.WIKITEXT2_RAW,
        ),
        Entry(
            "spa-eng",
            "downloaded",
            "en+es",
            "CC-BY-2.0-FR",
            "www.manythings.org/anki and tatoeba.org, edition of 2018-05-13",
            "118,964 English sentences with Spanish translations",
            "the lines English<TAB>Spanish of one English sentence",
            data=datasets.SPA_ENG,
        ),
    )
}
