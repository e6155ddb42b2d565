"""How one file becomes documents: each data set has its natural unit, and no character is lost.

Every function returns ``(ids, documents)`` and states how joining the documents gives the file's
text back.
"""

from collections.abc import Callable
from itertools import groupby, pairwise

import regex

Documents = tuple[list[str], list[str]]

BLOCK_CHARS = 4_000

_CHAPTER = regex.compile(
    r"(?<=\n\n)(?:Capítulo (?:[IVXLC]+|[Pp]rimero)\.|Segunda parte del ingenioso caballero)"
)
_TITLE = regex.compile(r"^ \n = (?!= )[^\n]* = \n(?= \n)", regex.MULTILINE)


def by_speeches(text: str) -> Documents:
    """Blocks of whole speeches of a play, each of at least 4,000 characters but the last.

    The plays of Tiny Shakespeare follow one another without titles or scene marks, so a speech is
    the only unit that the text itself shows, and one speech is too short to be a document.

    Args:
        text: speeches separated by blank lines.

    Returns:
        Ids and documents; ``"\\n\\n".join(documents)`` is ``text``.

    >>> by_speeches("A:\\nYes.\\n\\nB:\\nNo.\\n")
    (['00001'], ['A:\\nYes.\\n\\nB:\\nNo.\\n'])
    """
    documents: list[str] = []
    block: list[str] = []
    size = 0
    for speech in text.split("\n\n"):
        if size - 2 >= BLOCK_CHARS:
            documents.append("\n\n".join(block))
            block, size = [], 0
        block.append(speech)
        size += len(speech) + 2
    documents.append("\n\n".join(block))
    return _numbered(documents), documents


def by_chapters(text: str) -> Documents:
    """Chapters of Don Quijote, and what stands before the first chapter of each part.

    Args:
        text: the novel; a heading is preceded by a blank line.

    Returns:
        Ids (``1-00`` and ``2-00`` for the preliminaries, else part and chapter) and documents;
        ``"\\n\\n".join(documents)`` is ``text``.
    """
    starts = [0, *(match.start() for match in _CHAPTER.finditer(text))]
    # The two line ends before a heading are the separator, whatever blank lines precede them.
    documents = [text[start : end - 2] for start, end in pairwise(starts)]
    documents.append(text[starts[-1] :])
    ids, part, chapter = [], 1, -1
    for document in documents:
        new_part = document.startswith("Segunda parte")
        part, chapter = (2, 0) if new_part else (part, chapter + 1)
        ids.append(f"{part}-{chapter:02d}")
    return ids, documents


def by_articles(text: str) -> Documents:
    """Articles of WikiText, each from the blank line before its title to the next one's.

    A title is a line `` = Title = `` between blank lines; longer runs of ``=`` are sections, and
    formulas that look like titles stand inside paragraphs.

    Args:
        text: WikiText in its official layout (blank lines are one space).

    Returns:
        Ids and documents; ``"".join(documents)`` is ``text``.

    >>> by_articles(" \\n = A = \\n \\n x \\n \\n = B = \\n \\n y \\n")[1]
    [' \\n = A = \\n \\n x \\n', ' \\n = B = \\n \\n y \\n']
    """
    # What stands before the first title, if anything, is its own document.
    starts = sorted({0, *(match.start() for match in _TITLE.finditer(text))})
    ends = [*starts[1:], len(text)]
    documents = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return _numbered(documents), documents


def by_sentence(text: str) -> Documents:
    """Translations of one English sentence: the lines ``English<TAB>Spanish`` that share it.

    Several lines can translate the same sentence. As one document they stay on one side of a split
    by document.

    Args:
        text: lines of pairs, those of one English sentence together.

    Returns:
        Ids and documents; ``"\\n".join(documents)`` and a final line end are ``text``.

    >>> by_sentence("Go.\\tVe.\\nGo.\\tVete.\\nHi.\\tHola.\\n")[1]
    ['Go.\\tVe.\\nGo.\\tVete.', 'Hi.\\tHola.']
    """
    lines = text.removesuffix("\n").split("\n")
    english: Callable[[str], str] = lambda line: line.split("\t", 1)[0]  # noqa: E731
    documents = ["\n".join(group) for _, group in groupby(lines, key=english)]
    return _numbered(documents), documents


def _numbered(documents: list[str]) -> list[str]:
    width = max(5, len(str(len(documents))))
    return [f"{number:0{width}d}" for number in range(1, len(documents) + 1)]
