"""The Spanish verses: lines of eight syllables, a name, a scene, and what has to be remembered."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

from course_lib.corpus.verse import spanish_words as lexicon
from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf
from course_lib.corpus.verse.lexicon import shelves
from course_lib.corpus.verse.poem import Introduction, Language, Person
from course_lib.corpus.verse.spanish_inflection import (
    AGREEING,
    capital,
    capital_feminine,
    capital_plural,
    feminine,
    plural,
    third_plural,
)
from course_lib.corpus.verse.spanish_lines import (
    ARTICLES,
    ENDS,
    SYLLABLES,
    Class,
    Group,
    Heads,
    all_endings,
    ending,
    groups,
    heads,
)
from course_lib.corpus.verse.spanish_templates import (
    FAREWELLS,
    FIRST,
    INTRODUCTIONS,
    LAST,
    LAST_STANZAS,
    OPENINGS,
    SECOND,
    SEQUELS,
    STATEMENTS,
)
from course_lib.corpus.verse.stanza import Lines, Rhymes
from course_lib.corpus.verse.templates import Line, heads_alike, words, words_of

NUMBERS = {"f": 3.0, "m": 3.0, "F": 2.0, "M": 2.0}
NAME_SYLLABLES = 2  # every name has two, begins with a consonant and ends in a vowel
OF_PLACE = {"place", "wakes", "Wakes"}
OF_PERSON = {"She", "she", "Mood", "mood", "look"}
OF_KIND = {"noun", "wisher", "nouns", "one", "verb", "Verb", "adj"}
THINGS = (("f", lexicon.THING_F), ("m", lexicon.THING_M))


def _article(name: str, agreement: str, lead: str = " ") -> tuple[Group, ...]:
    article = ARTICLES[name][agreement]
    return groups(article if lead else capital(article), lead)


@cache
def _things(name: str, lists: tuple[tuple[str, str], ...], lead: str = " ") -> tuple[Group, ...]:
    """Things after their article."""
    found = []
    for gender, listed in lists:
        for article in _article(name, gender, lead):
            for thing in groups(listed):
                node = sequence(article.node, thing.node)
                more = thing.after_vowel if article.ends_with_vowel else thing.syllables
                if node is not None:
                    found.append(
                        Group(
                            thing.weight,
                            node,
                            article.syllables + more,
                            article.after_vowel + more,
                            thing.ends_with_vowel,
                        )
                    )
    return tuple(found)


def _fixed_slots() -> dict[str, tuple[Group, ...]]:
    return {
        "walks": groups(lexicon.WALK),
        "keeps": groups(lexicon.KEEP),
        "a_thing": _things("a", THINGS),
        "A_thing": _things("a", THINGS[:1], ""),
        "other_thing": _things("a", THINGS[1:]),
        "her_thing": _things("her", THINGS),
    }


def _person_slots(gender: str) -> dict[str, tuple[Group, ...]]:
    def word(she: str, he: str, lead: str = " ") -> tuple[Group, ...]:
        return groups(she if gender == "f" else he, lead, str, "gender", (lead, she, he))

    form, first = (feminine, capital_feminine) if gender == "f" else (str, capital)
    return {
        "She": word("Ella", "Él", ""),
        "she": word("ella", "él"),
        "Mood": groups(lexicon.MOOD, "", first, "gender"),
        "mood": groups(lexicon.MOOD, " ", form, "gender"),
        "look": groups(lexicon.LOOK, " ", form, "gender"),
    }


def _place_slots(scene: str, agreement: str) -> dict[str, tuple[Group, ...]]:
    place = lexicon.SCENES[scene]
    return {
        "The": _article("the", agreement, ""),
        "the": _article("the", agreement),
        "place": groups(place.feminine if agreement == "f" else place.masculine),
        "wakes": groups(lexicon.WAKE),
        "Wakes": groups(lexicon.WAKE, "", capital),
        "wants": groups(lexicon.WANT),
    }


def _kind_slots(kind: lexicon.Kind, agreement: str) -> dict[str, tuple[Group, ...]]:
    """What depends on the kind of thing that a line speaks of, on its gender and its number."""
    many = agreement.isupper()
    nouns = kind.feminine if agreement.lower() == "f" else kind.masculine
    noun = groups(nouns, " ", plural if many else str, "agreement", (kind.verbs, many, "noun"))
    form = third_plural if many else str
    definite = ARTICLES["the"][agreement]
    to_the = groups("al" if definite == "el" else f"a_{definite}")
    return {
        "The": _article("the", agreement, ""),
        "the": _article("the", agreement),
        "a": _article("a", agreement),
        "to_the": to_the,
        "the_seen": to_the if kind.people else _article("the", agreement),
        "noun": noun,
        "wisher": noun if kind.living else (),
        "nouns": noun,
        "one": noun,
        "verb": groups(kind.verbs, " ", form, "agreement"),
        "Verb": groups(kind.verbs, "", capital_plural if many else capital, "agreement"),
        "wants": groups(lexicon.WANT, " ", form, "agreement"),
        "adj": groups(kind.adjectives, " ", AGREEING[agreement], "agreement"),
    }


def _asked(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@cache
def _of_kind(text: str, scene: str, person: str, kind: int, agreement: str) -> Heads:
    """The heads of a line that speaks of a kind of thing."""
    slots = _kind_slots(lexicon.SCENES[scene].kinds[kind], agreement)
    return heads(text, {**_fixed_slots(), **_person_slots(person), **slots})


@cache
def _of_place(text: str, scene: str, agreement: str) -> Heads:
    return heads(text, _place_slots(scene, agreement))


def _contexts(line: Line, scene: str, person: str) -> Iterator[tuple[float, str, Heads]]:
    """What a line can speak of: weight, what an adjective has to agree with, and heads."""
    asked = _asked(line.text)
    person = person if asked & OF_PERSON else "f"
    if asked & OF_PLACE:
        for agreement in "fm":
            yield 1.0, "q" + agreement, _of_place(line.text, scene, agreement)
    elif asked & OF_KIND:
        kinds = lexicon.SCENES[scene].kinds
        for rank, kind in zip(zipf(len(kinds), 8), range(len(kinds)), strict=True):
            for agreement, weight in NUMBERS.items():
                many = agreement.isupper()
                if ("one" in asked and many) or ("nouns" in asked and not many):
                    continue
                found = _of_kind(line.text, scene, person, kind, agreement)
                said_of = "p" if kinds[kind].living else "q"
                yield weight * rank, said_of + agreement, found
    else:
        yield 1.0, "", _simple(line.text, person)


@cache
def _simple(text: str, person: str) -> Heads:
    return heads(text, {**_fixed_slots(), **_person_slots(person), "wants": groups(lexicon.WANT)})


def _written(
    line: Line, person: str, found: list[tuple[float, str, Heads]]
) -> Iterator[tuple[Line, Node | None]]:
    """A line in each of its classes, weighted so that all together weigh what the line does."""
    classes = []
    for weight, agreement, made in found:
        kind = {"A": agreement, "P": f"p{person}"}.get(line.ending, line.ending)
        for head, (mass, node) in made.items():
            if SYLLABLES - head[0] in ENDS:
                classes.append((weight * mass, ending(kind, head), node))
    total = sum(weight for weight, _, _ in classes)
    for weight, kind, node in classes:
        yield replace(line, weight=line.weight * weight / total, ending=kind), node


def _lines(
    lines: tuple[Line, ...], scene: str, person: str, marks: tuple[tuple[float, str], ...]
) -> list[Lines]:
    pairs = (
        pair
        for line in lines
        for pair in _written(line, person, list(_contexts(line, scene, person)))
    )
    return heads_alike(pairs, partial(_tail, marks))


@cache
def _tail(marks: tuple[tuple[float, str], ...], close: str) -> Node | None:
    return sequence(close) if close else choice(marks)


@cache
def _openings(scene: str) -> list[Lines]:
    return _lines(OPENINGS, scene, "f", FIRST)


@cache
def _body(scene: str, gender: str, odd: bool) -> list[Lines]:
    if odd:
        return _lines(SEQUELS, scene, gender, SECOND)
    return _lines(STATEMENTS, scene, gender, FIRST)


@cache
def _last_stanzas(scene: str, gender: str) -> list[Lines]:
    return _lines(LAST_STANZAS, scene, gender, FIRST)


@cache
def _after_name(lines: tuple[Line, ...], before: int, _scene: str, gender: str) -> list[Lines]:
    start: Class = (before + NAME_SYLLABLES, True)
    slots = {**_fixed_slots(), "wants": groups(lexicon.WANT)}
    pairs = (
        pair
        for line in lines
        for pair in _written(line, gender, [(1.0, "", heads(line.text, slots, start, " "))])
    )
    return heads_alike(pairs, partial(_tail, SECOND))


def _name_groups(person: Person) -> tuple[Group, ...]:
    """The name recalled. Who forgets it loses the name; who forgets the gender, only that."""
    name = words(person.name, sites=(("name", person.gender),))
    node = choice([(1, name)], [person.gender], {"gender": "name"})
    return () if node is None else (Group(1.0, node, NAME_SYLLABLES, NAME_SYLLABLES, True),)


def _farewells(_scene: str, person: Person) -> list[Lines]:
    slots = {**_fixed_slots(), "wants": groups(lexicon.WANT), "name": _name_groups(person)}
    pairs = (
        pair
        for line in FAREWELLS
        for pair in _written(line, person.gender, [(1.0, "", heads(line.text, slots))])
    )
    return heads_alike(pairs, partial(_tail, LAST))


@cache
def _rhymes(scene: str) -> Rhymes:
    return {shelf: all_endings(found) for shelf, found in shelves(lexicon.RHYMES, scene)}


def _people() -> Iterator[Person]:
    for woman, man in zip(words_of(lexicon.WOMEN), words_of(lexicon.MEN), strict=True):
        yield Person(woman, "f")
        yield Person(man, "m")


def _introductions() -> Iterator[Introduction]:
    for before, after in INTRODUCTIONS:
        for (count, _), (mass, node) in heads(
            before.text, {"Walks": groups(lexicon.WALK, "", capital)}
        ).items():
            yield Introduction(before.weight * mass, node, partial(_after_name, after, count))


SPANISH = Language(
    scenes=tuple(lexicon.SCENES),
    people=tuple(_people()),
    middles=(1, 1),
    rhymes=_rhymes,
    openings=_openings,
    introductions=tuple(_introductions()),
    body=lambda scene, gender, position, _: _body(scene, gender, position % 2 == 1),
    last_stanzas=_last_stanzas,
    farewells=_farewells,
)
