"""What counts as a word when the length of a text is given in words."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WordUnit:
    """What counts as a word when a text's length is given in words.

    Args:
        name: as it stands beside the figure.
        count: number of words of a text.
    """

    name: str
    count: Callable[[str], int] = field(compare=False)


def whitespace_words(text: str) -> int:
    """Number of runs of characters between spaces, punctuation included.

    >>> whitespace_words(" To be , or\\nnot . ")
    6
    """
    return len(text.split())


def wikitext_words(text: str) -> int:
    """Number of words as WikiText counts them: one more for the end of each line, the last too.

    The published perplexities of WikiText-2 divide by this number: 245,569 for the test split. A
    text without its last line end has as many, so that the end of the document can stand for it.

    >>> wikitext_words(" To be , or\\nnot . \\n"), wikitext_words(" To be , or\\nnot . ")
    (8, 8)
    """
    unended = text != "" and not text.endswith("\n")
    return len(text.split()) + text.count("\n") + unended


WHITESPACE = WordUnit("whitespace-separated", whitespace_words)
WIKITEXT = WordUnit("WikiText, line ends included", wikitext_words)
