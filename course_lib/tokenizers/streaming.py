"""One long text that comes in pieces: gathered, checked and normalised as if it were whole."""

from collections.abc import Iterable, Iterator
from unicodedata import normalize

import regex

from course_lib.errors import TokenizerError
from course_lib.tokenizers.validation import Normalization, checked_text

BLOCK_CHARACTERS = 1 << 18

_LAST_ASCII = regex.compile(r"(?r)[\x00-\x7f]")  # (?r): read from the right


def gathered(texts: Iterable[str], size: int = BLOCK_CHARACTERS) -> Iterator[str]:
    """Pieces of one text, the short joined and the long cut, so that each has about one size.

    Args:
        texts: pieces of the text.
        size: characters; each piece but the last has as many.

    >>> list(gathered(["a", "bcdef", "g"], size=3))
    ['abc', 'def', 'g']
    """
    waiting: list[str] = []
    n = 0
    for text in texts:
        waiting.append(text)
        n += len(text)
        if n >= size:
            joined = "".join(waiting)
            whole = n - n % size
            yield from (joined[start : start + size] for start in range(0, whole, size))
            waiting, n = [joined[whole:]], n - whole
    if n:
        yield "".join(waiting)


def normalized(texts: Iterable[str], form: Normalization) -> Iterator[str]:
    """The normal form of one text that is given in pieces.

    A piece may be cut between a letter and its accent. ASCII characters never change and never join
    what stands before them, so each last ASCII character, and what follows it, waits for more.

    Args:
        texts: pieces of the text, cut anywhere.
        form: a Unicode normal form, or None to leave the pieces as they are.

    Yields:
        Pieces of the normalised text.

    >>> "".join(normalized(["an", "\u0303o"], "NFC"))
    'año'
    """
    if form is None:
        yield from texts
        return
    waiting: list[str] = []
    for text in texts:
        found = _LAST_ASCII.search(text)
        if found:
            yield normalize(form, "".join([*waiting, text[: found.start()]]))
            waiting = [text[found.start() :]]
        else:
            waiting.append(text)
    yield normalize(form, "".join(waiting))


def checked(texts: Iterable[str]) -> Iterator[str]:
    """The pieces of one text, none with a lone surrogate.

    Args:
        texts: pieces of the text.

    Raises:
        TokenizerError: a lone surrogate; names its position in the piece, and the piece's.
    """
    start = 0
    for text in texts:
        try:
            checked_text(text)
        except TokenizerError as error:
            raise TokenizerError(f"in the part from character {start} on, {error}") from None
        yield text
        start += len(text)
