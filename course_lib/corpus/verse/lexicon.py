"""Reading the tables of rhyme words that the languages are written in."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class RhymeWord:
    """A word, or a few, that can end a line.

    Args:
        text: as it is written.
        marks: letters that tell how it can end a line; each language says what they mean.
    """

    text: str
    marks: str


def shelves(table: str, scene: str) -> Iterator[tuple[tuple[int, int], list[RhymeWord]]]:
    """The shelves of rhyme words that a scene uses.

    Args:
        table: two lines a rhyme. The first starts with the initials of the scenes that use it; each
            lists words as ``word:marks``, with ``@initials`` if only some scenes use the word.
        scene: name of the scene.

    Yields:
        (number of the rhyme, 0 or 1), and the words, in order of falling frequency.

    >>> table = '''
    ... st shore:bl@s door:b
    ...    once_more:w'''
    >>> [(shelf, [word.text for word in words]) for shelf, words in shelves(table, "town")]
    [((0, 0), ['door']), ((0, 1), ['once more'])]
    """
    rows = [row for row in table.splitlines() if row.strip()]
    for rhyme, (first, second) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        scenes, listed = first.split(maxsplit=1)
        if scene[0] in scenes:
            yield (rhyme, 0), _words(listed, scene)
            yield (rhyme, 1), _words(second, scene)


def _words(listed: str, scene: str) -> list[RhymeWord]:
    found = []
    for entry in listed.split():
        word, _, scenes = entry.partition("@")
        text, _, marks = word.partition(":")
        if not scenes or scene[0] in scenes:
            found.append(RhymeWord(text.replace("_", " "), marks))
    return found
