"""The English verses: iambic tetrameter, a name, a scene, and what has to be remembered."""

import re
from collections.abc import Iterator
from functools import cache, partial

from course_lib.corpus.verse import english_lines as written
from course_lib.corpus.verse import english_words as lexicon
from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf
from course_lib.corpus.verse.lexicon import RhymeWord, shelves
from course_lib.corpus.verse.poem import Introduction, Language, Person
from course_lib.corpus.verse.stanza import Lines, Rhymes
from course_lib.corpus.verse.templates import (
    Line,
    Slots,
    expand,
    heads_alike,
    words,
    words_of,
)

PREPOSITIONS = {
    "1": {"b": "by near", "l": "down", "i": "in", "o": "on"},
    "2": {
        "b": "beside beyond behind above beneath below",
        "l": "along across",
        "i": "inside within",
        "o": "upon",
    },
}
# Marks after the first line of a pair, after the second, and at the very end.
FIRST = ((6, ","), (2, ";"), (1, " —"))
SECOND = ((6, "."), (2, ";"), (1, "…"))
LAST = ((6, "."), (1, "!"), (1, "…"))
NUMBERS = ((3.0, "one"), (2.0, "many"))


def third_person(verb: str) -> str:
    """The singular of a verb that does not end in a hiss.

    >>> [third_person(verb) for verb in ("sing", "cry", "play")]
    ['sings', 'cries', 'plays']
    """
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeo" else verb + "s"


def plural(noun: str) -> str:
    """The plural of a regular noun.

    >>> [plural(noun) for noun in ("ferry", "donkey", "finch")]
    ['ferries', 'donkeys', 'finches']
    """
    if noun.endswith("y") and noun[-2] not in "aeo":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


@cache
def _with_article(listed: str, article: str = " a") -> Node | None:
    """A word of the list after "a" or "an", as its first letter asks."""
    ranked = _ranked(listed)
    found = []
    for indefinite, vowel in ((article, False), (article + "n", True)):
        group = [(w, f" {word}") for w, word in ranked if (word[0] in "aeiou") == vowel]
        found.append((sum(w for w, _ in group), sequence(indefinite, choice(group))))
    return choice(found)


@cache
def _fixed_slots(scene: str) -> Slots:
    """What does not depend on number or on the person."""
    objects = f"{lexicon.SCENES[scene].objects} {lexicon.OBJECTS}"
    return {
        "place": words(lexicon.SCENES[scene].places),
        "calm": words(lexicon.CALM),
        "mild": words("mild soft cool warm sweet fresh calm"),
        "still": words(lexicon.STILL),
        "walk": words(lexicon.WALK),
        "walks": words(lexicon.WALK, form=third_person),
        "keep": words(lexicon.KEEP),
        "keeps": words(lexicon.KEEP, form=third_person),
        "worn": words(lexicon.WORN),
        "a_worn": _with_article(lexicon.WORN),
        "object": words(objects),
        "objects": words(objects, form=plural),
        "an_object": _with_article(objects),
    }


@cache
def _person_slots(gender: str) -> Slots:
    def word(she: str, he: str, lead: str = " ") -> Node:
        return words(she if gender == "f" else he, lead, str, (("gender", f"{lead}{she}/{he}"),))

    return {
        "She": word("She", "He", ""),
        "she": word("she", "he"),
        "her": word("her", "him"),
        "her_own": word("her", "his"),
        "Her_own": word("Her", "His", ""),
    }


@cache
def _name_slot(person: Person) -> Node | None:
    """The name recalled. Who forgets it loses the name; who forgets the gender, only that."""
    name = words(person.name, sites=(("name", person.gender),))
    return choice([(1, name)], [person.gender], {"gender": "name"})


@cache
def _thing_slots(number: str) -> Slots:
    form = third_person if number == "one" else str
    return {
        "thing": words(
            "moon wind rain sun frost" if number == "one" else "stars bells leaves clouds"
        ),
        "begins": words("begin", form=form, sites=(("agreement", "begin"),)),
    }


@cache
def _kind_slots(kind: lexicon.Kind, number: str) -> Slots:
    """What depends on the kind of thing that a line speaks of, and on how many there are."""

    def verb(listed: str, of: str) -> Node:
        form = third_person if of == "one" else str
        return words(listed, form=form, sites=(("agreement", (kind.nouns, listed)),))

    return {
        "noun": words(kind.nouns, form=str if number == "one" else plural),
        "verb": verb(kind.verbs, number),
        "starts": verb("start learn try love want", number),
        "calls": verb("sing call turn bow come", number),
        "one": words(kind.nouns),
        "A_one": _with_article(kind.nouns, "A"),
        "does": verb(kind.verbs, "one"),
        "nouns": words(kind.nouns, form=plural),
        "do": verb(kind.verbs, "many"),
        "adjective": words(kind.adjectives),
    }


OF_KIND = {"noun", "verb", "starts", "calls", "one", "A_one", "does", "nouns", "do", "adjective"}


def _head(text: str, scene: str, more: Slots, lead: str = "") -> Node | str | None:
    """A line up to its rhyme word, for all the kinds of things it can speak of."""
    asked = set(re.findall(r"\{(\w+)\}", text))
    fixed = {**_fixed_slots(scene), **more}
    if "thing" in asked:
        options = [(weight, {**fixed, **_thing_slots(number)}) for weight, number in NUMBERS]
    elif asked & OF_KIND:
        kinds = lexicon.SCENES[scene].kinds
        options = [
            (of_kind * of_number, {**fixed, **_kind_slots(kind, number)})
            for of_kind, kind in zip(zipf(len(kinds), 8), kinds, strict=True)
            for of_number, number in (NUMBERS if "noun" in asked else NUMBERS[:1])
        ]
    else:
        return expand(text, fixed, lead)
    return choice((weight, expand(text, slots, lead)) for weight, slots in options)


@cache
def _tail(marks: tuple[tuple[float, str], ...], close: str) -> Node | None:
    return sequence(close) if close else choice(marks)


@cache
def _last_stanzas(scene: str, gender: str) -> list[Lines]:
    more = _person_slots(gender)
    heads = ((line, _head(line.text, scene, more)) for line in written.LAST_STANZAS)
    return heads_alike(heads, partial(_tail, FIRST))


@cache
def _body(scene: str, gender: str, odd: bool) -> list[Lines]:
    more = _person_slots(gender)
    tail = partial(_tail, SECOND if odd else FIRST)
    return heads_alike(
        (
            (line, _head(line.text, scene, more))
            for line in (written.SEQUELS if odd else written.STATEMENTS)
        ),
        tail,
    )


def _openings(scene: str) -> list[Lines]:
    heads = ((line, _head(line.text, scene, {})) for line in written.OPENINGS)
    return heads_alike(heads, partial(_tail, FIRST))


def _after_name(lines: tuple[Line, ...], scene: str, _gender: str) -> list[Lines]:
    heads = ((line, _head(line.text, scene, {}, " ")) for line in lines)
    return heads_alike(heads, partial(_tail, SECOND))


def _farewells(scene: str, person: Person) -> list[Lines]:
    more = {"name": _name_slot(person)}
    heads = ((line, _head(line.text, scene, more)) for line in written.FAREWELLS)
    return heads_alike(heads, partial(_tail, LAST))


@cache
def _rhymes(scene: str) -> Rhymes:
    return {shelf: _endings(found) for shelf, found in shelves(lexicon.RHYMES, scene)}


def _endings(shelf: list[RhymeWord]) -> dict[str, Node]:
    """All the ways in which the words of a shelf can end a line, by kind of ending."""
    ranked = list(zip(zipf(len(shelf)), shelf, strict=True))

    def marked(mark: str, lead: str = "") -> Node | None:
        return choice((w, f"{lead} {word.text}") for w, word in ranked if mark in word.marks)

    wide = [(weight, word) for weight, word in ranked if "g" in word.marks]
    ways = {mark: marked(mark) for mark in "tvswkdp"} | {
        "of": marked("g"),
        "a": sequence(" in", words(lexicon.MASS), marked("a")),
        "1": _placed(ranked, "1", " the"),
        "2": _placed(ranked, "2", " the"),
        "1 wide": _placed(wide, "1", " the"),
        "2 wide": _placed(wide, "2", " the"),
        "2 worn": _placed(ranked, "2", " the", words(lexicon.WORN)),
    }
    return {kind: node for kind, node in ways.items() if node is not None}


def _placed(ranked: list[tuple[float, RhymeWord]], beats: str, *before: Node | str) -> Node | None:
    """The words after a preposition that fits them, of one beat or two."""
    return choice(
        (weight * rank, sequence(f" {preposition}", *before, f" {word.text}"))
        for weight, word in ranked
        for mark in word.marks
        for rank, preposition in _ranked(PREPOSITIONS[beats].get(mark, ""))
    )


def _ranked(listed: str) -> list[tuple[float, str]]:
    return list(zip(zipf(len(words_of(listed))), words_of(listed), strict=True))


def _people() -> Iterator[Person]:
    for woman, man in zip(words_of(lexicon.WOMEN), words_of(lexicon.MEN), strict=True):
        yield Person(woman, "f")
        yield Person(man, "m")


ENGLISH = Language(
    scenes=tuple(lexicon.SCENES),
    people=tuple(_people()),
    middles=(1, 1),
    rhymes=_rhymes,
    openings=_openings,
    introductions=tuple(
        Introduction(before.weight, expand(before.text, {}), partial(_after_name, after))
        for before, after in written.INTRODUCTIONS
    ),
    body=lambda scene, gender, position, _: _body(scene, gender, position % 2 == 1),
    last_stanzas=_last_stanzas,
    farewells=_farewells,
)
