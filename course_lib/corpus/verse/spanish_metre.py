"""Metrical syllables of Spanish: vowels that meet between words are one, the end has its rule.

A line of eight syllables has its last stress on the seventh: after a stress on the last syllable of
a line one more is counted, after a stress on the last but two one less.
"""

import re
from functools import cache

STRONG = "aeoáéíóú"
VOWELS = STRONG + "iuü"
# Before a vowel hu sounds as a consonant (ma-ri-hua-na, vi-hue-la, re-huir); not chu (chue-co).
_HU = re.compile(r"(?<!c)hu(?=[aeioáéíó])")
_SAME_VOWEL = re.compile(r"i(?=[ií])|u(?=[uú])")  # apart: ti-i-to


def _sounds(word: str) -> str:
    """The word in lower case without what is not heard, and with y as the vowel it can be."""
    heard = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    heard = re.sub(rf"y(?![{VOWELS}])", "i", heard)
    return re.sub(r"(?<!c)h", "", heard)


@cache
def syllables(word: str) -> int:
    """How many syllables a word has.

    >>> [syllables(word) for word in ("cielo", "día", "guitarra", "almohada", "hoy", "ruiseñor")]
    [2, 2, 3, 4, 1, 3]
    >>> [syllables(word) for word in ("vihuela", "chueco", "tiito")]
    [3, 2, 3]
    """
    apart = _SAME_VOWEL.sub(r"\g<0>-", _HU.sub("w", word.lower()))
    runs = re.findall(rf"[{VOWELS}]+", _sounds(apart))
    return sum(max(1, sum(vowel in STRONG for vowel in run)) for run in runs)


def starts_with_vowel(word: str) -> bool:
    """Whether the end of the word before can melt into this one.

    >>> [starts_with_vowel(word) for word in ("hora", "hielo", "huerta", "y", "yo")]
    [True, False, False, True, False]
    """
    return _sounds(word)[0] in VOWELS and not re.match("h?[iu][eéaá]", word.lower())


def ends_with_vowel(word: str) -> bool:
    """Whether a vowel that follows can melt into this word; y after a vowel turns consonant.

    >>> [ends_with_vowel(word) for word in ("luna", "y", "hay", "sol")]
    [True, True, False, False]
    """
    return _sounds(word)[-1] in VOWELS and not re.search(f"[{VOWELS}]y$", word.lower())


def length(words: list[str], after_vowel: bool = False) -> int:
    """Syllables of some words in a row, where neighbouring vowels melt into one.

    >>> length("duerme en la orilla".split())
    5
    """
    count = 0
    for word in words:
        count += syllables(word) - (after_vowel and starts_with_vowel(word))
        after_vowel = ends_with_vowel(word)
    return count


def stress_from_end(word: str) -> int:
    """The stressed syllable of a word, counted from its end: 1 is the last.

    >>> [stress_from_end(word) for word in ("canción", "orilla", "pájaro", "mar")]
    [1, 2, 3, 1]
    """
    written = re.search("[áéíóú]", word)
    if written:
        return syllables(word[written.start() :])
    closed = word[-1] not in "aeiouns"
    return 1 if closed or syllables(word) == 1 else 2


def length_of_end(words: list[str], after_vowel: bool = False) -> int:
    """Metrical syllables of the words that end a line.

    >>> [length_of_end(end.split()) for end in ("en el mar", "en la orilla")]
    [4, 4]
    """
    return length(words, after_vowel) + 2 - stress_from_end(words[-1])
