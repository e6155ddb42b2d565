"""The ``anthology`` corpus: poems and short prose written for this course, English and Spanish.

Each text is a file ``<language>/<slug>.txt``: its title, a blank line, its body.
"""

from collections.abc import Iterator
from importlib.resources import files

from course_lib.corpus.corpus import Corpus
from course_lib.errors import CorpusError

LANGUAGES = ("en", "es")
LICENCE = "CC BY 4.0"


def load(language: str | None = None) -> Corpus:
    """The anthology, one document a piece, title included.

    Args:
        language: ``"en"``, ``"es"``, or None for both (English first).

    Returns:
        The corpus; ids are ``en/<slug>`` in alphabetical order.

    Raises:
        CorpusError: another language, or a file that is not a title, a blank line and a body.

    >>> load("es").language
    'es'
    """
    if language is not None and language not in LANGUAGES:
        raise CorpusError(
            f"the anthology has no language {language!r}; expected one of {', '.join(LANGUAGES)}, "
            "or None for all"
        )
    wanted = LANGUAGES if language is None else (language,)
    pieces = [piece for code in wanted for piece in _pieces(code)]
    ids, documents = zip(*pieces, strict=True)
    return Corpus(
        "anthology",
        documents,
        ids,
        "+".join(wanted),
        LICENCE,
        "poems and short prose written for Robo-Poet",
    )


def _pieces(language: str) -> Iterator[tuple[str, str]]:
    folder = files(__name__) / language
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".txt"):
            # Bytes, because reading as text would change line ends on some systems.
            text = file.read_bytes().decode("utf-8").removesuffix("\n")
            check(f"{language}/{file.name}", text)
            yield f"{language}/{file.name.removesuffix('.txt')}", text


def check(name: str, text: str) -> None:
    """Raise unless a piece is a title, a blank line and a body.

    Args:
        name: shown in the message.
        text: the whole piece.

    Raises:
        CorpusError: the form is another.

    >>> check("en/rain.txt", "Rain\\n\\nIt falls.")
    """
    title, blank, body = [*text.split("\n", 2), "", ""][:3]
    if not title.strip() or blank.strip() or not body.strip():
        raise CorpusError(f"piece {name} is not a title, a blank line and a body: {text[:40]!r}")
