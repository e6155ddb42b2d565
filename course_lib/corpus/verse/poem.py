"""The plan of a poem, the same in every language.

A first stanza sets the scene and names somebody; one or more stanzas follow in which that person is
"she" or "he"; a last stanza, rhymed ABBA, ends by recalling the name.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache

from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf
from course_lib.corpus.verse.stanza import Lines, Memory, Quatrain, Rhymes, Shelf

BREAK = "\n\n"


@dataclass(frozen=True)
class Person:
    """Somebody a poem is about: a name, and ``"f"`` or ``"m"``."""

    name: str
    gender: str


@dataclass(frozen=True)
class Introduction:
    """Lines in which a name is met: what comes before it, and what may come after.

    Args:
        weight: how often they are written, against the other introductions.
        before: the line up to the name.
        after: scene and gender -> the line from the name on.
    """

    weight: float
    before: Node | str | None
    after: Callable[[str, str], list[Lines]]


@dataclass(frozen=True)
class Language:
    """All that a language brings to the plan.

    Args:
        scenes: where a poem can take place, the likeliest first.
        people: whom it can be about, the likeliest first.
        middles: weights of one, two, three ... stanzas between the first and the last.
        rhymes: scene -> the words to rhyme with.
        openings: scene -> first lines.
        introductions: second lines of the first stanza, up to and from the name.
        body: scene, gender, position in the stanza, and what the line before carries -> lines.
        last_stanzas: scene and gender -> lines that open a last stanza.
        farewells: scene and person -> last lines, which recall the name.
    """

    scenes: tuple[str, ...]
    people: tuple[Person, ...]
    middles: tuple[float, ...]
    rhymes: Callable[[str], Rhymes]
    openings: Callable[[str], list[Lines]]
    introductions: tuple[Introduction, ...]
    body: Callable[[str, str, int, Hashable], list[Lines]]
    last_stanzas: Callable[[str, str], list[Lines]]
    farewells: Callable[[str, Person], list[Lines]]


def grammar(language: Language) -> Node:
    """The grammar of all poems of a language."""
    poems = [_poem(language, scene) for scene in language.scenes]
    node = choice(zip(zipf(len(poems), 8), poems, strict=True))
    if node is None:
        raise ValueError("the language has no poem: every line lacks a word to rhyme with")
    return node


def _poem(language: Language, scene: str) -> Node | None:
    def opening_lines(_position: int, _carry: Hashable) -> list[Lines]:
        return language.openings(scene)

    def introduced(owed: Shelf) -> Node | None:
        return choice(
            (how.weight, sequence(how.before, _named(language, scene, how, owed)))
            for how in language.introductions
        )

    opening = Quatrain(("opening", scene), "", language.rhymes(scene), opening_lines)
    return opening.lead(0, introduced)


def _named(language: Language, scene: str, how: Introduction, owed: Shelf) -> Node | None:
    """A name, the rest of its stanza, and the rest of the poem."""
    memory = Memory(pending=(owed,))
    rest = {g: _second_line(language, scene, g, how).lines(1, 4, memory) for g in "fm"}
    options = [
        sequence(f" {person.name}", rest[person.gender], BREAK, _later(language, scene, person))
        for person in language.people
    ]
    return choice(zip(zipf(len(options), 8), options, strict=True))


@cache
def _second_line(language: Language, scene: str, gender: str, how: Introduction) -> Quatrain:
    def lines_at(_position: int, _carry: Hashable) -> list[Lines]:
        return how.after(scene, gender)

    place = ("introduction", scene, how.before)
    following = _stanza(language, scene, gender)
    return Quatrain(place, gender, language.rhymes(scene), lines_at, following)


@cache
def _stanza(language: Language, scene: str, gender: str) -> Quatrain:
    """A stanza about the person of the poem, who is not named in it."""

    def lines_at(position: int, carry: Hashable) -> list[Lines]:
        return language.body(scene, gender, position, carry)

    return Quatrain(("body", scene), gender, language.rhymes(scene), lines_at)


@cache
def _later(language: Language, scene: str, person: Person) -> Node | None:
    """All that follows the stanza in which the name was met."""
    middle = _stanza(language, scene, person.gender).lines(0, 4, Memory())
    rest, options = _farewell(language, scene, person), []
    for weight in language.middles:
        rest = sequence(middle, BREAK, rest)
        options.append((weight, rest))
    return choice(options)


@cache
def _farewell(language: Language, scene: str, person: Person) -> Node | None:
    """The last stanza: a rhyme, a couplet, and the rhyme answered in the line with the name."""

    def last_lines(position: int, _carry: Hashable) -> list[Lines]:
        if position == 0:
            return language.last_stanzas(scene, person.gender)
        return language.farewells(scene, person)

    stanza = _stanza(language, scene, person.gender)
    frame = Quatrain(("last", scene), person.gender, language.rhymes(scene), last_lines)

    def enclosed(owed: Shelf) -> Node | None:
        couplet = stanza.lines(1, 3, Memory(used=frozenset({owed[0]})))
        return sequence(couplet, "\n", frame.answer(3, owed))

    return frame.lead(0, enclosed)
