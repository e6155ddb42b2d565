"""What every tokenizer asks of a text and of ids, with errors that say where they fail."""

import operator
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import regex

from course_lib.errors import TokenizerError

Normalization = Literal["NFC", "NFD", "NFKC", "NFKD"] | None
"""A Unicode normal form, or None to leave a text as it is."""

NORMALIZATIONS = ("NFC", "NFD", "NFKC", "NFKD", None)

_SURROGATE = regex.compile(r"[\ud800-\udfff]")


def checked_text(text: str, normalization: Normalization = None) -> str:
    """A text that UTF-8 can write, normalised if asked.

    Args:
        text: any string.
        normalization: a Unicode normal form, or None to leave the text as it is.

    Raises:
        TokenizerError: the text holds a lone surrogate, half of a pair that UTF-16 uses and no
            character of its own; names its position.

    >>> checked_text("n\\u0303", "NFC") == "\\u00f1"
    True
    """
    if not isinstance(text, str):
        raise TokenizerError(f"expected one text, a str; got {type(text).__name__}")
    if not text.isascii() and (found := _SURROGATE.search(text)):
        raise TokenizerError(
            f"the text holds the lone surrogate U+{ord(found[0]):04X} at position "
            f"{found.start()}, which no encoding can write; remove it, or read the file again "
            "with the right encoding"
        )
    return unicodedata.normalize(normalization, text) if normalization else text


def checked_texts(texts: Iterable[str], normalization: Normalization = None) -> list[str]:
    """Texts to make a vocabulary from, each as ``checked_text`` gives it.

    Args:
        texts: documents; one string alone is refused, since its characters would be the documents.
        normalization: a Unicode normal form, or None.

    Raises:
        TokenizerError: a string in place of texts, or a text with a lone surrogate; says which.

    >>> checked_texts(["a", "b"])
    ['a', 'b']
    """
    if isinstance(texts, str):
        raise TokenizerError("expected a list of texts, got one string; write [text]")
    checked = []
    for number, text in enumerate(texts):
        try:
            checked.append(checked_text(text, normalization))
        except TokenizerError as error:
            raise TokenizerError(f"text {number}: {error}") from None
    return checked


def checked_normalization(normalization: str | None) -> Normalization:
    """The same normal form, if there is such a one.

    Raises:
        TokenizerError: no such normal form.

    >>> checked_normalization("NFC")
    'NFC'
    """
    for known in NORMALIZATIONS:
        if normalization == known:
            return known  # type: ignore[return-value]
    raise TokenizerError(
        f"normalization must be NFC, NFD, NFKC, NFKD or None; got {normalization!r}"
    )


def checked_ids(ids: Sequence[int], vocab_size: int) -> list[int]:
    """Ids as a list of Python integers.

    Args:
        ids: whole numbers in a row: a list, or an array of shape (T,).
        vocab_size: number of ids there are.

    Raises:
        TokenizerError: something that is no id, or an id out of range; names it and its place.

    >>> checked_ids([0, 5], vocab_size=4)
    Traceback (most recent call last):
    course_lib.errors.TokenizerError: id 5 at place 1 is out of range; ids run from 0 to 3
    """
    checked = []
    for place, given in enumerate(ids):
        try:
            value = operator.index(given)
        except TypeError:
            raise TokenizerError(f"{given!r} at place {place} is no id, a whole number") from None
        if not 0 <= value < vocab_size:
            raise TokenizerError(
                f"id {value} at place {place} is out of range; ids run from 0 to {vocab_size - 1}"
            )
        checked.append(value)
    return checked
