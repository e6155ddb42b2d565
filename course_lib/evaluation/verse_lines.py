"""Lines of verse read one by one: is this a line of the grammar, and if not, are its forms wrong?

A poem with one wrong word is no poem of the grammar, but most of its lines still are lines of it.
Here a line is read by itself, against all the lines that any poem has at any place: once against
those of poems about a woman, once against those about a man. A line that is none of them is read
again with *she* and *he* (*ella* and *él*) free to change places; and if that does not help, with
every other word free to take another of its forms (*sing* and *sings*, *a* and *an*, *el* and
*la*). If it can be read then, its words are right and their forms are not.

The forms are words of the grammar that its own rules of inflection make of one another; one that no
poem holds is a wrong word, not a wrong form. In Spanish another number or pronoun often has another
length, and a line that agrees but does not scan could be read as one with several wrong forms: a
line that does not scan is taken for misformed only if one word makes it right, and a pronoun that
breaks the metre may leave a line that is not judged at all.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from types import ModuleType

from course_lib.corpus import verse
from course_lib.corpus.verse.exact import in_order
from course_lib.corpus.verse.forward import State
from course_lib.corpus.verse.grammar import Choice, Node, Token, choice, sequence, tokenize
from course_lib.corpus.verse.lexicon import shelves
from course_lib.corpus.verse.poem import Language, Person
from course_lib.corpus.verse.stanza import Lines, Shelf
from course_lib.evaluation.line_changes import Edge, Edges, among, fewest_changes

GENDERS = ("f", "m")
WORD = re.compile(r"\w[\w’]*")


@dataclass(frozen=True)
class LineFit:
    """What one line is to the grammar.

    Args:
        genders: ``"f"`` and ``"m"``: of whom the line can be said as it stands. Both, if it does
            not speak of the person of the poem; none, if it is no line of any poem.
        mistaken: of whom it could be said, if it is no line as it stands, by changing nothing but
            pronouns: it mixes *her* and *his*, or its metre asks for the other one.
        misformed: it is neither, but would be a line with other forms of the same words; with one
            other form, if it does not scan.
    """

    genders: frozenset[str]
    mistaken: frozenset[str] = frozenset()
    misformed: bool = False


@dataclass(frozen=True, eq=False)
class LineReader:
    """Reads single lines of one language.

    Args:
        language: the plan of its poems.
        starts: gender -> the state of the grammar of lines before the first token.
        forms: word -> the forms that it can take, itself among them, in lower case.
        pronouns: *she* -> *she* and *he*, and so on.
        contractions: a contraction of preposition and article -> the preposition.
        articles: the articles that a preposition can stand before.
        shelves: last word of a line, in lower case -> the shelves of rhyme words it is on.
        people: name -> the person.
        scans: whether the words of a line, in lower case, have the length that all lines have.
    """

    language: Language
    starts: Mapping[str, State]
    forms: Mapping[str, frozenset[str]]
    pronouns: Mapping[str, frozenset[str]]
    contractions: Mapping[str, str]
    articles: tuple[str, ...]
    shelves: Mapping[str, frozenset[Shelf]]
    people: Mapping[str, Person]
    scans: Callable[[list[str]], bool]

    def fit(self, line: str) -> LineFit:
        """What a line is to the grammar, whoever is named in it.

        Args:
            line: one line, without line breaks.
        """
        tokens = self._tokens(line)
        if not tokens:
            return LineFit(frozenset())
        if genders := self._genders(tokens):
            return LineFit(genders)
        if genders := frozenset(self._changes(tokens, self._with_other_pronouns)):
            return LineFit(frozenset(), mistaken=genders)
        changes = min(self._changes(tokens, self._in_other_forms).values(), default=0)
        misformed = changes == 1 or (changes > 1 and self.scans(WORD.findall(line.lower())))
        return LineFit(frozenset(), misformed=misformed)

    def genders(self, line: str) -> frozenset[str]:
        """Of whom a line can be said as it stands: the first part of ``fit``, and much faster.

        Args:
            line: one line, without line breaks.
        """
        return self._genders(self._tokens(line))

    def _tokens(self, line: str) -> list[str]:
        """The tokens of a line, whoever is named in it; none if it has spaces that no line has."""
        try:
            return [self._anonymous(token) for token in tokenize(line)]
        except ValueError:
            return []

    def _genders(self, tokens: Sequence[str]) -> frozenset[str]:
        if not tokens:
            return frozenset()
        return frozenset(self._changes(tokens, lambda said, at: [(1, (said[at],))]))

    def _changes(self, tokens: Sequence[str], edges: Edges) -> dict[str, int]:
        """Of whom the line can be said, and how many words have to be changed for it."""
        fewest = {g: fewest_changes(self.starts[g], tokens, edges) for g in GENDERS}
        return {gender: n for gender, n in fewest.items() if n is not None}

    def rhyme(self, line: str, other: str) -> int | None:
        """The number of the rhyme of two lines, or None if they do not rhyme.

        Two lines rhyme if their last words are on the two shelves of one rhyme. So a word does not
        rhyme with itself, nor *day* with *today*, nor anything with a word that ends no line: how
        that one sounds, the grammar does not know.

        Args:
            line: one line.
            other: another.
        """
        first, second = (self.shelves.get(last_word(text), frozenset()) for text in (line, other))
        if last_word(line) == last_word(other):
            return None
        return min((rhyme for rhyme, shelf in first if (rhyme, 1 - shelf) in second), default=None)

    def names(self, text: str) -> tuple[str, ...]:
        """The names of people of the grammar in a text, in order.

        Args:
            text: any string.
        """
        return tuple(word for word in WORD.findall(text) if word in self.people)

    def _anonymous(self, token: str) -> str:
        """The token; for a name, that of the first person of the same gender."""
        person = self.people.get(token.removeprefix(" "))
        if person is None:
            return token
        return token.removesuffix(person.name) + _first_of(self.language, person.gender).name

    def _with_other_pronouns(self, tokens: Sequence[str], at: int) -> Iterator[Edge]:
        return among(self.pronouns, tokens[at])

    def _in_other_forms(self, tokens: Sequence[str], at: int) -> Iterator[Edge]:
        """What can be read in place of the next tokens if only their forms are wrong."""
        yield from among(self.forms, tokens[at])
        word = tokens[at].removeprefix(" ")
        lead = tokens[at].removesuffix(word)
        following = tokens[at + 1].strip() if at + 1 < len(tokens) else ""
        for contraction, preposition in self.contractions.items():
            if word == contraction:
                for article in self.articles:
                    yield 1, (lead + preposition, f" {article}")
            elif word == preposition and following in self.articles:
                yield 2, (lead + contraction,)


def last_word(line: str) -> str:
    """The last word of a line in lower case, empty if there is none.

    >>> last_word("Good night, dear Nora, in June!")
    'june'
    """
    found = WORD.findall(line)
    return found[-1].lower() if found else ""


@cache
def line_reader(language: str) -> LineReader:
    """The reader of a language's lines, built on first use (about as long as its grammar).

    Args:
        language: ``"en"`` or ``"es"``.

    Raises:
        CorpusError: the language has no verse.
    """
    if language == "es":
        from course_lib.corpus.verse import spanish_words
        from course_lib.corpus.verse.spanish import SPANISH
        from course_lib.corpus.verse.spanish_inflection import AGREEING, third_plural
        from course_lib.corpus.verse.spanish_lines import ARTICLES, SYLLABLES
        from course_lib.corpus.verse.spanish_metre import length_of_end

        return _reader(
            SPANISH,
            spanish_words,
            rules=(*AGREEING.values(), third_plural),
            together=[tuple(forms.values()) for forms in ARTICLES.values()],
            contractions={"al": "a", "del": "de"},
            articles=tuple(ARTICLES["the"].values()),
            scans=lambda said: length_of_end(said) == SYLLABLES,
        )
    verse.grammar(language)  # raises where there is no such language
    from course_lib.corpus.verse import english_words
    from course_lib.corpus.verse.english import ENGLISH, plural, third_person

    return _reader(ENGLISH, english_words, (third_person, plural), [("a", "an")], {}, ())


def _reader(
    language: Language,
    lexicon: ModuleType,
    rules: Iterable[Callable[[str], str]],
    together: Iterable[Sequence[str]],
    contractions: Mapping[str, str],
    articles: tuple[str, ...],
    scans: Callable[[list[str]], bool] = bool,  # all lines of a language where forms keep the metre
) -> LineReader:
    roots = {gender: _all_lines(language, gender) for gender in GENDERS}
    nodes = [node for root in roots.values() for node in in_order(root)]
    vocabulary = {node.text.strip().lower() for node in nodes if isinstance(node, Token)}
    forms = _families(vocabulary, rules, together)
    person = [group for group in _person_words(nodes) if len({forms.get(w) for w in group}) > 1]
    on_shelves: dict[str, set[Shelf]] = {}
    for scene in language.scenes:
        for shelf, words in shelves(lexicon.RHYMES, scene):
            for word in words:
                on_shelves.setdefault(last_word(word.text), set()).add(shelf)
    return LineReader(
        language=language,
        starts={gender: {(root,): 0.0} for gender, root in roots.items()},
        forms=forms,
        pronouns=_families({word for group in person for word in group}, (), person),
        contractions=contractions,
        articles=articles,
        shelves={word: frozenset(found) for word, found in on_shelves.items()},
        people={person.name: person for person in language.people},
        scans=scans,
    )


def _all_lines(language: Language, gender: str) -> Node:
    """One choice of every line, at any place and in any scene, of a poem about her or him."""
    person = _first_of(language, gender)
    found: list[Node | None] = []
    for scene in language.scenes:
        anywhere = [
            *language.openings(scene),
            *language.body(scene, gender, 0, None),
            *language.body(scene, gender, 1, None),
            *language.last_stanzas(scene, gender),
            *language.farewells(scene, person),
        ]
        places: list[tuple[list[Lines], tuple[Node | str | None, ...]]] = [(anywhere, ())]
        for how in language.introductions:
            places.append((how.after(scene, gender), (how.before, f" {person.name}")))
        for lines, before in places:
            for line in lines:
                ends = (kinds.get(line.ending) for kinds in language.rhymes(scene).values())
                ending = choice((1.0, end) for end in ends)
                found.append(sequence(*before, line.head, ending, line.tail))
    root = choice((1.0, node) for node in found)
    if root is None:
        raise ValueError("the language has no line: every one lacks a word to rhyme with")
    return root


def _first_of(language: Language, gender: str) -> Person:
    return next(person for person in language.people if person.gender == gender)


def _person_words(nodes: Iterable[Node]) -> list[tuple[str, ...]]:
    """Words that only the person's gender tells apart: sister choices of one word, at one site."""
    sisters: dict[Hashable, set[str]] = {}
    for node in nodes:
        if isinstance(node, Choice) and "gender" in node.sites and len(node.labels) == 1:
            sisters.setdefault(node.sites["gender"], set()).add(str(node.labels[0]).lower())
    return [tuple(words) for words in sisters.values()]


def _families(
    vocabulary: set[str],
    rules: Iterable[Callable[[str], str]],
    together: Iterable[Sequence[str]],
) -> dict[str, frozenset[str]]:
    """The forms of each word: joined by a rule that makes one of another, or named together."""
    family = {word: frozenset([word]) for word in vocabulary}
    inflecting = [word for word in vocabulary if word.isalpha() and len(word) > 1]
    pairs = ((word, rule(word)) for rule in rules for word in inflecting)
    for group in chain(pairs, together):
        joined = frozenset().union(*(family.get(word, frozenset()) for word in group))
        family.update(dict.fromkeys(joined, joined))
    return family
