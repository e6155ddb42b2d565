"""From words and line templates to nodes of a grammar."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf
from course_lib.corpus.verse.stanza import Lines

PIECE = re.compile(r"(?P<before>[¿¡]?)(?P<body>\{[^}]+\}|[\w’]+)(?P<after>[^\w\s{}]*)$")

Sites = tuple[tuple[str, Hashable], ...]
Slots = Mapping[str, Node | None]


@dataclass(frozen=True)
class Line:
    """A line template.

    Args:
        weight: how often it is written, against the others of its list.
        text: the line up to its rhyme word, see ``expand``.
        ending: the kind of rhyme word that ends it.
        close: the marks after it, if the sentence asks for them; else its place in the stanza
            decides.
        carry: what the next line has to know.
    """

    weight: float
    text: str
    ending: str
    close: str = ""
    carry: Hashable = None


@cache
def words(
    listed: str, lead: str = " ", form: Callable[[str], str] = str, sites: Sites = ()
) -> Node:
    """Draw one word of a list, the earlier the likelier; the same list is the same node.

    Args:
        listed: words separated by spaces, in order of falling frequency; ``_`` stands for a space.
        lead: what comes before the word; nothing at the start of a line.
        form: inflects each word.
        sites: pairs of a memory that decides the form and the site where it does, see
            ``grammar.Choice``.

    >>> words("moon star").options[1].text
    ' star'
    """
    said = [form(word) for word in words_of(listed)]
    options = zip(zipf(len(said)), [lead + word for word in said], strict=True)
    node = choice(options, labels=said, sites=dict(sites))
    if node is None:
        raise ValueError("a list of words needs at least one word")
    return node


def words_of(listed: str) -> list[str]:
    """The words of a list, ``_`` turned into a space.

    >>> words_of("moon at_night")
    ['moon', 'at night']
    """
    return [word.replace("_", " ") for word in listed.split()]


def expand(template: str, slots: Slots, lead: str = "") -> Node | str | None:
    """Build a line, or a piece of one, from a template.

    Args:
        template: words and marks as they are written; ``{slot}`` says a node of ``slots``, which
            brings its own space, and ``{this|that}`` draws one word, the earlier the likelier.
        slots: slot -> node; None for what cannot be said, which makes the line impossible.
        lead: what comes before the first word.

    Returns:
        The node; the empty string for an empty template; None if a slot is impossible.

    >>> expand("Oh, {deep|blue} {noun}", {"noun": sequence(" sea")}).parts[3].text
    ' sea'
    """
    parts: list[Node | str | None] = []
    for piece in template.split():
        found = PIECE.fullmatch(piece)
        if found is None:
            raise ValueError(f"cannot read {piece!r} in the line template {template!r}")
        before, body, after = found.group("before", "body", "after")
        parts.append(lead + before if before else "")
        space = "" if before else lead
        if not body.startswith("{"):
            parts.append(space + body)
        elif "|" in body:
            parts.append(words(body[1:-1].replace("|", " "), space))
        else:
            parts.append(slots[body[1:-1]])
        parts.append(after)
        lead = " "
    return sequence(*parts) if parts else ""


def heads_alike(
    heads: Iterable[tuple[Line, Node | str | None]], tail: Callable[[str], Node | None]
) -> list[Lines]:
    """Gather line heads that end alike.

    Args:
        heads: pairs of a template and the node of its head; None where it cannot be said.
        tail: close of a line -> the marks after its rhyme word.
    """
    alike: dict[tuple[str, str, Hashable], list[tuple[float, Node | str]]] = {}
    for line, head in heads:
        if head is not None:
            key = (line.ending, line.close, line.carry)
            alike.setdefault(key, []).append((line.weight, head))
    return [
        Lines(
            weight=sum(weight for weight, _ in found),
            head=found[0][1] if len(found) == 1 else choice(found),
            ending=ending,
            close=close,
            tail=tail(close),
            carry=carry,
        )
        for (ending, close, carry), found in alike.items()
    ]
