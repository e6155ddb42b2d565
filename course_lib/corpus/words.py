"""From text to words, marks and sentences, by rules one can read.

The rules serve English and Spanish. They are good enough to describe a corpus; a model reads its
text through a tokenizer that learns its units instead.
"""

from itertools import pairwise

import regex

# A word is letters, combining marks and digits; it may hold apostrophes and hyphens (don't, well-
# known), and a number its points and commas (3.14, 1,000), but only with a word character on both
# sides. Each possessive quantifier (++, *+) says "never give back", so the time stays linear.
_WORD = r"""
    [\p{L}\p{N}] [\p{L}\p{M}\p{N}]*+
    (?:
        (?: ['’‐‑-] | (?<=\p{N})[.,](?=\p{N}) )
        [\p{L}\p{N}] [\p{L}\p{M}\p{N}]*+
    )*+
"""
# Points in a row are one ellipsis and hyphens in a row one dash. Anything else that is not a space
# stands alone, with its combining marks. The four separators \x1c-\x1f are spaces to str.isspace,
# yet not to \s.
_MARK = r"\.\.++ | --++ | [^\s\x1c-\x1f] \p{M}*+"

WORD = regex.compile(_WORD, regex.VERBOSE)
TOKEN = regex.compile(f"{_WORD} | {_MARK}", regex.VERBOSE)


def words(text: str) -> list[str]:
    """The words of a text, in order, their case kept.

    A word is a run of letters, combining marks and digits, with apostrophes (' and ’) and hyphens
    where a word character stands on both sides. A number keeps its inner points and commas.
    Limits: an apostrophe at the edge is lost (*'tis*, *the boys'*), and so is the point of an
    abbreviation. A soft hyphen cuts a word in two: clean the text first.

    Args:
        text: any string.

    Returns:
        The words, each a slice of the text.

    >>> words("Don't touch the well-known pingüino: it weighs 3.5 kg!")
    ["Don't", 'touch', 'the', 'well-known', 'pingüino', 'it', 'weighs', '3.5', 'kg']
    """
    return WORD.findall(text)


def tokens(text: str) -> list[str]:
    """The words and punctuation marks of a text: all of it but the spaces.

    Points in a row are one token and so are hyphens; any other mark stands alone. Joined, the
    tokens are the text without its spaces.

    Args:
        text: any string.

    Returns:
        The tokens, each a slice of the text.

    >>> tokens("—¿Quién vive? --dijo... Nadie.")
    ['—', '¿', 'Quién', 'vive', '?', '--', 'dijo', '...', 'Nadie', '.']
    """
    return TOKEN.findall(text)


# What follows these is a name or a number, so their point ends no sentence. Others that do stand
# last (etc., Inc., a.m.) end one when a capital follows.
_TITLES = """
    Mr Mrs Ms Dr Prof Rev Hon Gen Col Capt Lt Sgt St Mt Messrs vs cf viz e.g i.e Fig Figs Eq Eqs
    Sr Sra Srta Sres Dra Dña Da Fr Sto Sta Excmo Ilmo Ud Uds Vd Vds p.ej ej Ref Refs
"""
_NUMBERED = """
    No no Nos nos Vol vol p pp ch chap Ch sec Sec fig figs eq eqs ca c v vv ed
    Núm núm Nro nro Pág pág págs cap Cap Art art
"""
_BEFORE_NAME = frozenset(_TITLES.split())
_BEFORE_NUMBER = frozenset(_NUMBERED.split())
# The bounds of the next two keep the time linear whatever the text.
_NEXT = regex.compile(r"""[\s"'“‘«(\[¿¡—–_*-]{0,99}+(.)""", regex.DOTALL)
_NOT_IN_ABBREVIATION = regex.compile(r"[^\p{L}\p{M}.]")
_LONGEST_ABBREVIATION = 12
_END = regex.compile(
    r"""
    (?<![.!?…]) [.!?…]++     # the whole run of closing marks
    ["'”’»)\]]*+             # what closes together with the sentence
    (?=\s)                   # a space follows: so no decimal, no address of a web page
    """,
    regex.VERBOSE,
)
_BLANK_LINES = regex.compile(r"\n\s*\n")


def sentences(text: str) -> list[str]:
    """Cut a text into sentences by rule, for English and Spanish.

    A sentence ends at a run of ``. ! ? …`` with its closing quotes and brackets, before a space,
    unless a lower-case letter follows (*«¿Quién?» dijo*, *Wait... no*) or the point belongs to an
    abbreviation that stands before a name or a number (*Sra. Gil*, *p. 7*, *J. S. Bach*). A blank
    line ends a sentence too; a single line break does not, so a sentence may run over lines of
    verse, and verse without punctuation is one sentence a stanza.

    Limits: *etc.* before a capitalised name ends a sentence that goes on; *plan B.* is taken for an
    initial; a sentence that starts with a lower-case letter, or after no space, is joined to the
    one before.

    Args:
        text: any string.

    Returns:
        The sentences without the spaces around them. They hold every character of the text that is
        not a space, in order.

    >>> sentences("The Dr. came at 3.15 p.m. today. «¿Otra vez?» dijo ella... ¡Qué día!")
    ['The Dr. came at 3.15 p.m. today.', '«¿Otra vez?» dijo ella...', '¡Qué día!']
    """
    return [s for paragraph in _BLANK_LINES.split(text) for s in _sentences(paragraph) if s]


def _sentences(paragraph: str) -> list[str]:
    bounds = [0, *(end.end() for end in _END.finditer(paragraph) if _ends_sentence(end))]
    return [paragraph[start:end].strip() for start, end in pairwise([*bounds, len(paragraph)])]


def _ends_sentence(mark: regex.Match[str]) -> bool:
    following = _NEXT.match(mark.string, mark.end())
    if following is None:
        return True
    if following[1].islower():
        return False
    if mark[0] != ".":
        return True
    before = mark.string[max(0, mark.start() - _LONGEST_ABBREVIATION) : mark.start()]
    word = _NOT_IN_ABBREVIATION.split(before)[-1]
    initial = len(word) == 1 and word.isupper() and word != "I"
    numbered = word in _BEFORE_NUMBER and following[1].isdigit()
    return not (initial or numbered or word in _BEFORE_NAME)
