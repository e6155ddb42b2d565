"""Errors that a rule can find in any text: loops, doubled and unknown words, what is never closed.

Rules see the surface. They do not know whether a sentence makes sense, whether it is grammatical,
or whether a story has lost its hero; none of that is judged here. In the course's verse much of it
can be judged exactly, see ``verse_errors``.

Positions are numbers of characters, from 0, unless they are said to be of tokens.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from course_lib.corpus.ngrams import Ids, to_ids
from course_lib.corpus.words import TOKEN, WORD, sentences, words
from course_lib.errors import EvaluationError

MAY_DOUBLE = frozenset({"had", "that"})
"""Words that correct English has twice in a row (*all that that means*)."""
CLOSING = {"“": "”", "«": "»", "(": ")", "[": "]", "{": "}", "¿": "?!", "¡": "!?"}
"""What opens, and what can close it. An apostrophe looks like a closing single quote: left out."""
MOST_BREAKS = 4
"""Line breaks in a row that people's texts have, as between chapters; more of them are a loop."""
_BREAKS = re.compile(rf"\n(?:[^\S\n]*\n){{{MOST_BREAKS},}}")
_ENDED = re.compile(r"""[.!?…]["'”’»)\]]*\Z""")
_NEW_PARAGRAPH = re.compile(r"\n\s*\n\s*\Z")
_JOINT = re.compile("['’‐‑-]")


@dataclass(frozen=True)
class Finding:
    """One error at its place.

    Args:
        kind: a name in ``error_report.KINDS``.
        start: its first character.
        end: after its last character; ``start`` where something is missing.
        found: what stands there.
        expected: what could have stood there, likeliest first, where that is known.
        size: how much of the text it spoils; the worst errors have the largest.
    """

    kind: str
    start: int
    end: int
    found: str
    expected: tuple[str, ...] = ()
    size: float = 1.0


@dataclass(frozen=True)
class Loop:
    """A span of tokens that is said again and again without a break.

    Args:
        start: its first token.
        period: tokens in the span.
        count: how often the whole span is said.
        end: after the last token of the loop, which may stop inside the span.
        to_end: the text ends in it.
    """

    start: int
    period: int
    count: int
    end: int
    to_end: bool


def repetition_loops(
    tokens: Sequence[Hashable], *, min_count: int = 3, min_period_at_end: int = 4
) -> list[Loop]:
    """Where a text falls into a loop.

    A loop is a span said at least ``min_count`` times back to back. A text that was cut may end in
    a long one before it has come round so often: at the end, twice is enough if the span has at
    least ``min_period_at_end`` tokens. Each loop is as long as it can be and has the shortest span
    that makes it; one that lies inside another is left out.

    Args:
        tokens: of one text: words, marks or ids. The time grows with the square of their number.
        min_count: at least 2.
        min_period_at_end: at least 1.

    Returns:
        The loops in order; none in a text without tokens.

    Raises:
        EvaluationError: a string (its letters would be taken for tokens), or numbers too small.

    >>> repetition_loops("so it goes and goes and goes and goes".split())
    [Loop(start=2, period=2, count=3, end=9, to_end=True)]
    >>> repetition_loops("no no".split()), repetition_loops("row row row your boat".split())
    ([], [Loop(start=0, period=1, count=3, end=3, to_end=False)])
    """
    if isinstance(tokens, str | bytes):
        raise EvaluationError(
            f"tokens is a string, {tokens[:20]!r}; split it first, for instance with "
            "course_lib.corpus.words.tokens"
        )
    if min_count < 2 or min_period_at_end < 1:
        raise EvaluationError(
            "min_count must be at least 2 and min_period_at_end at least 1, got "
            f"{min_count} and {min_period_at_end}"
        )
    ids, _ = to_ids(cast(Sequence[str], tokens))  # it only asks that they can be hashed
    found: list[Loop] = []
    for period in range(1, len(ids) // 2 + 1):
        at_end = 2 if period >= min_period_at_end else min_count
        found += _loops_of_period(ids, period, min_count, min(at_end, min_count))
    found.sort(key=lambda loop: (loop.start - loop.end, loop.period))
    kept: list[Loop] = []
    for loop in found:
        if not any(other.start <= loop.start and loop.end <= other.end for other in kept):
            kept.append(loop)
    return sorted(kept, key=lambda loop: loop.start)


def _loops_of_period(ids: Ids, period: int, min_count: int, at_end: int) -> list[Loop]:
    """The stretches in which every token is the one a period before it."""
    same = np.concatenate([[False], ids[period:] == ids[:-period], [False]])
    turns = np.flatnonzero(same[1:] != same[:-1])
    starts, ends = turns[::2], turns[1::2] + period
    counts = (ends - starts) // period
    to_end = ends == len(ids)
    enough = counts >= np.where(to_end, at_end, min_count)
    return [
        Loop(int(starts[i]), period, int(counts[i]), int(ends[i]), bool(to_end[i]))
        for i in np.flatnonzero(enough)
    ]


def loops_in(text: str) -> list[Finding]:
    """The repetition loops of a text; each is as large as it has tokens.

    Tokens are words and marks; spaces and line breaks between them are passed over. A model can
    also break lines for ever: more than ``MOST_BREAKS`` breaks in a row, with nothing but spaces
    between them, are a loop as large as they are many, unless they are part of a loop of words.

    Args:
        text: any string.

    Returns:
        The loops in the order of the text.

    >>> loops_in("It rains and rains and rains and rains.")[0].found
    'rains and rains and rains and rains'
    >>> loops_in("It rains.\\n\\n\\n\\n\\n\\n")[0].size
    6.0
    """
    spans = [token.span() for token in TOKEN.finditer(text)]
    found = []
    for loop in repetition_loops([text[start:end] for start, end in spans]):
        start, end = spans[loop.start][0], spans[loop.end - 1][1]
        size = float(loop.end - loop.start)
        found.append(Finding("loop", start, end, text[start:end], size=size))
    for run in _BREAKS.finditer(text):
        if not any(loop.start <= run.start() and run.end() <= loop.end for loop in found):
            n_breaks = float(run[0].count("\n"))
            found.append(Finding("loop", *run.span(), run[0], size=n_breaks))
    return sorted(found, key=lambda loop: loop.start)


def never_closed(text: str) -> list[Finding]:
    """Quotes and brackets that are opened and never closed.

    A quote that goes on in a new paragraph may be opened again there, as is usual. Straight quotes
    open and close in turn; of an odd number the last is reported, though another may be the one
    that lacks its fellow. What closes without having been opened, as in *a)*, is no error here.

    Args:
        text: any string.

    >>> [(error.start, error.expected) for error in never_closed("«¿Vienes?, dijo (en voz baja.")]
    [(0, ('»',)), (16, (')',))]
    """
    open_at: dict[str, list[int]] = {mark: [] for mark in CLOSING}
    straight: list[int] = []
    for at, mark in enumerate(text):
        starts_paragraph = mark in "“«»" and _NEW_PARAGRAPH.search(text[max(0, at - 40) : at])
        if mark == '"':
            straight.append(at)
        elif mark in CLOSING:
            goes_on = starts_paragraph and open_at[mark]
            face = mark == "(" and text[max(0, at - 1) : at] in (":", ";")
            if not goes_on and not face:
                open_at[mark].append(at)
        elif not starts_paragraph:
            closed = [o for o, closing in CLOSING.items() if mark in closing and open_at[o]]
            if closed:
                open_at[max(closed, key=lambda opening: open_at[opening][-1])].pop()
    missing = [(at, mark) for mark, places in open_at.items() for at in places]
    if len(straight) % 2:
        missing.append((straight[-1], '"'))
    return [
        Finding("unclosed", at, at + 1, mark, tuple(CLOSING.get(mark, mark)))
        for at, mark in sorted(missing)
    ]


def doubled_words(text: str) -> list[Finding]:
    """Words said twice in a row in one line, whatever their case.

    Not reported: numbers, ``MAY_DOUBLE``, and what a loop repeats (see ``loops_in``). Some doubles
    are meant (*very very old*); the rule cannot tell.

    Args:
        text: any string.

    >>> [error.found for error in doubled_words("Over the the hills, no, no, far far away")]
    ['the the', 'far far']
    """
    loops = loops_in(text)
    found = []
    before: tuple[str, int, int] | None = None
    for match in WORD.finditer(text):
        word, (start, end) = match[0].casefold(), match.span()
        if before is not None and word == before[0] and word not in MAY_DOUBLE:
            between = text[before[2] : start]
            inside = any(loop.start <= before[1] and end <= loop.end for loop in loops)
            if not between.strip() and "\n" not in between and word.isalpha() and not inside:
                found.append(Finding("doubled_word", before[1], end, text[before[1] : end]))
        before = (word, start, end)
    return found


def vocabulary_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts, whatever their case, as ``unknown_words`` wants them.

    Args:
        texts: for instance the corpus that a model was trained on.

    >>> sorted(vocabulary_of(["The sea.", "the SKY"]))
    ['sea', 'sky', 'the']
    """
    return frozenset(word.casefold() for text in texts for word in words(text))


def unknown_words(text: str, vocabulary: Collection[str]) -> list[Finding]:
    """Words that are not in a vocabulary; numbers are left out.

    A word with a hyphen or an apostrophe is known if all its parts are. An unknown word need not be
    wrong: a small corpus lacks many good words, names above all. Compare with the rate in held-out
    text by people.

    Args:
        text: any string.
        vocabulary: words without case, from ``vocabulary_of``.

    >>> [error.found for error in unknown_words("The seaa at 7", vocabulary_of(["The sea at"]))]
    ['seaa']
    """
    found = []
    for match in WORD.finditer(text):
        word = match[0].casefold()
        parts = [part for part in _JOINT.split(word) if part]
        numeric = any(character.isdigit() for character in word)
        if not (numeric or word in vocabulary or all(part in vocabulary for part in parts)):
            found.append(Finding("unknown_word", *match.span(), match[0]))
    return found


def open_sentence(text: str) -> list[Finding]:
    """The end of a text that stops inside a sentence: one finding, or none.

    Args:
        text: any string; without a word it has no sentence.

    >>> open_sentence("It rained. Then she")[0].start, open_sentence("«¿Otra vez?»")
    (19, [])
    """
    found = sentences(text)
    if not words(text) or _ENDED.search(found[-1]):
        return []
    at = len(text.rstrip())
    return [Finding("open_sentence", at, at, "", (".",), float(len(words(found[-1]))))]
