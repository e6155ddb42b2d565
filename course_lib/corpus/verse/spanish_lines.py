"""From Spanish words and line templates to line heads of known length.

A line has eight metrical syllables. What a rhyme word has to add depends on how many the head has
already, and on whether the head ends in a vowel with which the next word can melt. So heads are
built for each of these classes apart, and the kind of ending that a line asks for names the class.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf
from course_lib.corpus.verse.lexicon import RhymeWord
from course_lib.corpus.verse.spanish_metre import (
    ends_with_vowel,
    length,
    length_of_end,
)
from course_lib.corpus.verse.templates import PIECE, Sites, words, words_of

SYLLABLES = 8
ENDS = (3, 4, 5)  # the syllables that may be left to the end of the line

Class = tuple[int, bool]  # syllables so far, and whether they end in a vowel
Heads = Mapping[Class, tuple[float, Node | None]]

PREPOSITIONS = {"i": "en", "o": "sobre", "b": "junto_a frente_a", "u": "bajo", "l": "por"}
ARTICLES = {
    "the": {"f": "la", "m": "el", "F": "las", "M": "los"},
    "a": {"f": "una", "m": "un", "F": "unas", "M": "unos"},
    "her": {"f": "su", "m": "su", "F": "sus", "M": "sus"},
}


@dataclass(frozen=True)
class Group:
    """Words that count alike in a line: their mass, and one node that draws among them."""

    weight: float
    node: Node
    syllables: int
    after_vowel: int
    ends_with_vowel: bool


@cache
def groups(
    listed: str,
    lead: str = " ",
    form: Callable[[str], str] = str,
    memory: str = "",
    site: Hashable = None,
) -> tuple[Group, ...]:
    """The words of a list, by what they do to the metre.

    Args:
        listed: see ``templates.words``.
        lead: what comes before the word.
        form: inflects each word.
        memory: what decides the form, if anything does.
        site: the site of that decision; by default the list of the words that count alike.
    """
    found: dict[tuple[int, int, bool], list[tuple[float, str]]] = {}
    ranked = zip(zipf(len(listed.split())), listed.split(), strict=True)
    for weight, entry in ranked:
        said = form(entry.replace("_", " ")).split()
        key = (length(said), length(said, after_vowel=True), ends_with_vowel(said[-1]))
        found.setdefault(key, []).append((weight, entry))
    made = []
    for (count, after_vowel, vowel), entries in found.items():
        alike = " ".join(entry for _, entry in entries)
        sites: Sites = ((memory, (site, count) if site else (listed, alike)),) if memory else ()
        mass = sum(weight for weight, _ in entries)
        made.append(Group(mass, words(alike, lead, form, sites), count, after_vowel, vowel))
    return tuple(made)


def heads(
    template: str, slots: Mapping[str, tuple[Group, ...]], start: Class = (0, False), lead: str = ""
) -> Heads:
    """The heads of a line, by class.

    Args:
        template: see ``templates.expand``.
        slots: slot -> groups of words.
        start: class of what the line has said before the template.
        lead: what comes before the first word.

    >>> found = heads("Duerme {la|mi}", {})
    >>> [(count, vowel) for count, vowel in found]
    [(3, True)]
    """
    made: Heads = {start: (1.0, None)}
    for piece in template.split():
        parsed = PIECE.fullmatch(piece)
        if parsed is None:
            raise ValueError(f"cannot read {piece!r} in the line template {template!r}")
        before, body, after = parsed.group("before", "body", "after")
        mark = lead + before if before else None
        space = "" if before else lead
        if body.startswith("{") and "|" not in body:
            drawn = slots[body[1:-1]]
        else:
            drawn = groups(body.strip("{}").replace("|", " "), space)
        made = _longer(made, mark, drawn, after)
        lead = " "
    return made


def _longer(made: Heads, mark: str | None, drawn: tuple[Group, ...], after: str) -> Heads:
    """The heads with one more word."""
    longer: dict[Class, list[tuple[float, Node | None]]] = {}
    for (count, vowel), (mass, node) in made.items():
        nexts: dict[Class, list[Group]] = {}
        for group in drawn:
            more = group.after_vowel if vowel else group.syllables
            if count + more <= SYLLABLES - min(ENDS):
                nexts.setdefault((count + more, group.ends_with_vowel), []).append(group)
        for key, found in nexts.items():
            word = choice((group.weight, group.node) for group in found)
            parts = [part for part in (node, mark, word, after) if part]
            total = mass * sum(group.weight for group in found)
            longer.setdefault(key, []).append((total, sequence(*parts)))
    return {key: (sum(w for w, _ in found), choice(found)) for key, found in longer.items()}


def ending(kind: str, head: Class) -> str:
    """The kind of ending that completes a head: what it says, its syllables, what it follows."""
    count, vowel = head
    return f"{kind} {SYLLABLES - count} {'v' if vowel else 'c'}"


def all_endings(shelf: list[RhymeWord]) -> dict[str, Node]:
    """All the ways in which the words of a shelf can end a line, by kind of ending."""
    found: dict[str, list[tuple[float, str]]] = {}
    for rank, word in zip(zipf(len(shelf)), shelf, strict=True):
        for kind, weight, text in _ways(word):
            for vowel in (False, True):
                left = length_of_end(text.split(), vowel)
                if left in ENDS:
                    key = ending(kind, (SYLLABLES - left, vowel))
                    found.setdefault(key, []).append((rank * weight, f" {text}"))
    nodes = ((key, choice(texts)) for key, texts in found.items())
    return {key: node for key, node in nodes if node is not None}


def _ways(word: RhymeWord) -> Iterable[tuple[str, float, str]]:
    """The ways in which one rhyme word can end a line: kind, weight, text."""
    genders = re.findall("[fmFM]", word.marks)
    for mark in sorted(set(word.marks) & set("pq")):
        yield from ((f"{mark}{gender}", 1.0, word.text) for gender in genders)
    for kind, mark in (("W", "w"), ("D", "d"), ("H", "h")):
        if mark in word.marks:
            yield kind, 1.0, word.text
    for gender in genders:
        articles = {name: forms[gender] for name, forms in ARTICLES.items()}
        if "t" in word.marks:
            for weight, name in ((3, "a"), (2, "her"), (1, "the")):
                yield "T", weight, f"{articles[name]} {word.text}"
        if "v" in word.marks:
            yield "V", 1.0, f"{articles['the']} {word.text}"
        if "e" in word.marks:
            yield "E", 1.0, contracted(f"de {articles['the']} {word.text}")
        for mark, listed in PREPOSITIONS.items():
            if mark in word.marks:
                for weight, preposition in zip((2, 1), words_of(listed), strict=False):
                    place = contracted(f"{preposition} {articles['the']} {word.text}")
                    yield "L", weight, place
                    if "g" in word.marks:
                        yield "G", weight, place


def contracted(text: str) -> str:
    """A phrase with "a el" and "de el" as they are said.

    >>> contracted("junto a el mar")
    'junto al mar'
    """
    return re.sub(r"\b(a|de) el\b", lambda found: found[1] + "l", text)
