"""Where byte-level BPE may never merge: text cut into pretokens by GPT-2's pattern.

A pretoken is a run of letters, of digits, or of other signs, each with the one space before it; or
an English contraction (``'s``, ``'ll``); or a run of white space. Merges stay within pretokens.

What is a letter or a digit is up to the Unicode tables of ``regex``. Hugging Face's tokenizers have
tables of their own: the newest scripts may be letters to one and signs to the other.
"""

from collections.abc import Iterable, Iterator

import regex

from course_lib.tokenizers.streaming import BLOCK_CHARACTERS, gathered

GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""GPT-2's pattern. Every character of any text is in exactly one of its matches."""

_PRETOKEN = regex.compile(GPT2_PATTERN)

# Between these two characters every text has a boundary, whatever stands around them. Read from the
# right (r), so that the first match is the last boundary.
_BOUNDARY = regex.compile(r"(?r)(?<=\p{L})\P{L}|(?<=\p{N})\P{N}|(?<=\S)\s")


def pretokens(text: str) -> list[str]:
    """The pretokens of a text, in order; joined they are the text.

    Args:
        text: any string.

    >>> pretokens("Don't stop:  the 2nd año")
    ['Don', "'t", ' stop', ':', ' ', ' the', ' 2', 'nd', ' año']
    """
    return _PRETOKEN.findall(text)


def last_boundary(text: str, start: int = 0, end: int | None = None) -> int:
    """The last place where a text can be cut without changing its pretokens.

    Whatever follows: ``pretokens(text[:cut]) + pretokens(text[cut:] + more)`` is
    ``pretokens(text + more)`` for any ``more``.

    Args:
        text: any string.
        start: where the text begins; the cut is beyond it.
        end: the last place to consider; the end of the text if not given.

    Returns:
        The place, or ``start`` if there is none.

    >>> last_boundary("one two three")
    7
    """
    found = _BOUNDARY.search(text, start, None if end is None else end + 1)
    return found.start() if found else start


def blocks(texts: Iterable[str], size: int = BLOCK_CHARACTERS) -> Iterator[str]:
    """One long text, given in pieces, cut anew into blocks that hold whole pretokens.

    Args:
        texts: pieces of the text, cut anywhere.
        size: characters of a block, about; a longer pretoken makes a longer block.

    Yields:
        Blocks; joined they are the text, and so are their pretokens those of the text.

    >>> list(blocks(["one tw", "o thr", "ee"], size=6))
    ['one', ' two', ' three']
    """
    rest = ""
    for piece in gathered(texts, size):
        rest += piece
        cut = last_boundary(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest
