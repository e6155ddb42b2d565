"""Verse that a model wrote, judged without error: what of the poem's plan does it keep?

The course's verse comes from a written grammar, so its rules can be checked exactly, and mostly
even in a text that is no poem: one wrong word makes a text impossible, but it may still rhyme and
keep its name. Each judgement below says when it applies; where it does not, it is None, and a
summary leaves it out. The tables are those that the poems are drawn from.

Judge whole poems. A text that was cut has a stanza that was never finished.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from course_lib.corpus import verse
from course_lib.corpus.table import Table
from course_lib.corpus.verse.forward import possible_up_to
from course_lib.corpus.verse.poem import BREAK
from course_lib.errors import EvaluationError
from course_lib.evaluation.verse_lines import LineReader, line_reader

SCHEMES = {"AABB": ((0, 1), (2, 3)), "ABAB": ((0, 2), (1, 3)), "ABBA": ((0, 3), (1, 2))}
"""Pairs of lines that rhyme, by the name of the scheme."""
LAST_SCHEME = "ABBA"  # of the last stanza of a poem
FRAME = 2  # stanzas of every poem besides those in the middle: the first and the last

JUDGEMENTS = {
    "whole": "poems from end to end",
    "in_form": "three or four stanzas of four lines",
    "rhymes": "all stanzas rhyme",
    "agrees": "all words agree",
    "gender_kept": "she stays she, he stays he",
    "name_kept": "the name comes back",
}
"""Judgements of `WellFormed` and what each says, in short."""


@dataclass(frozen=True)
class StanzaRhymes:
    """How a stanza of four lines rhymes.

    Args:
        scheme: of the schemes allowed in its place, the one by which most pairs rhyme; the first
            in the order of ``SCHEMES`` among equals.
        rhymed: whether each of its two pairs rhymes. A pair that repeats the rhyme of the first
            one does not.
    """

    scheme: str
    rhymed: tuple[bool, bool]


@dataclass(frozen=True)
class WellFormed:
    """What one text keeps of the plan of a poem.

    A stanza is what stands between two blank lines, its lines are those with anything in them.
    A *known* line is one that could stand in some poem, at some place, in some scene.

    Args:
        text: what was judged.
        log_prob: of the text as a whole poem, nats; -inf if it is none.
        n_possible: characters before the first that no poem has there; all of them if the text can
            begin a poem.
        stanzas: how each stanza rhymes; None for one that has not four lines.
        in_form: the text has as many stanzas as a poem can have, of four lines each.
        name: the first name of the first stanza; None if nobody is named there.
        last_names: the different names in the last stanza; None if there is no last stanza: the
            text has fewer stanzas than the shortest poem, or its last one fewer than four lines.
        n_lines: number of lines.
        n_known: lines that are known.
        n_misformed: lines that are not known, but would be with other forms of the same words.
        n_of_person: lines without a name that tell the gender of the person; 0 if nobody is named.
        n_other_gender: those of them that contradict the name of the first stanza.
    """

    text: str
    log_prob: float
    n_possible: int
    stanzas: tuple[StanzaRhymes | None, ...]
    in_form: bool
    name: str | None
    last_names: tuple[str, ...] | None
    n_lines: int
    n_known: int
    n_misformed: int
    n_of_person: int
    n_other_gender: int

    @property
    def whole(self) -> bool:
        """The text is a poem of the grammar, from its first character to its last."""
        return self.log_prob > -inf

    @property
    def possible_share(self) -> float | None:
        """Share of the characters before the grammar is left; None for the empty text.

        A text that stops early leaves it late, so give it beside ``whole``.
        """
        return self.n_possible / len(self.text) if self.text else None

    @property
    def n_pairs(self) -> int:
        """Pairs of lines that should rhyme: two in each stanza of four lines."""
        return 2 * sum(stanza is not None for stanza in self.stanzas)

    @property
    def n_rhymed(self) -> int:
        """Pairs that do rhyme, each stanza read by the scheme that suits it best."""
        return sum(sum(stanza.rhymed) for stanza in self.stanzas if stanza is not None)

    @property
    def rhymes(self) -> bool | None:
        """All stanzas of four lines rhyme, by one of the schemes that their place allows.

        In a text in form the last stanza must be ``LAST_SCHEME``; any other may have any scheme.
        None if no stanza has four lines.
        """
        return self.n_rhymed == self.n_pairs if self.n_pairs else None

    @property
    def agrees(self) -> bool | None:
        """In no line are the words right and their forms wrong.

        That is: articles and nouns, subjects and verbs, in Spanish adjectives too, in gender and
        number. Only lines that can be read are judged, as they stand or with other forms; None if
        there are none.
        """
        return self.n_misformed == 0 if self.n_known + self.n_misformed else None

    @property
    def gender_kept(self) -> bool | None:
        """No line speaks of *him* where the first stanza named a woman, nor the reverse.

        Lines are judged that are known, or would be with other pronouns; not those with a name in
        them, which ``name_kept`` judges. None if the first stanza names nobody, or no line tells.
        """
        if self.name is None or not self.n_of_person:
            return None
        return self.n_other_gender == 0

    @property
    def name_kept(self) -> bool | None:
        """The last stanza names whom the first one named, and nobody else.

        If not, ``last_names`` says whether the name was replaced or lost. None if the first stanza
        names nobody, or there is no last stanza.
        """
        if self.name is None or self.last_names is None:
            return None
        return self.last_names == (self.name,)


def judge(text: str, language: str = "en") -> WellFormed:
    """Judge one text as a poem of the course's verse.

    Args:
        text: as a model wrote it, its prompt included.
        language: ``"en"`` or ``"es"``.

    Raises:
        CorpusError: the language has no verse.

    >>> poem = verse.sample(1, seed=7)[0]
    >>> judged = judge(poem)
    >>> judged.whole, judged.rhymes, judged.agrees, judged.name, judged.name_kept
    (True, True, True, 'Rosa', True)
    >>> judge(poem.replace("Rosa sings", "Rosa sing")).agrees
    False
    """
    root, reader = verse.grammar(language), line_reader(language)
    log_prob = verse.log_prob(text, language)
    wrong_at = possible_up_to(root, text) if log_prob == -inf else None
    blocks = [[line for line in block.split("\n") if line.strip()] for block in text.split(BREAK)]
    stanzas = [lines for lines in blocks if lines]
    fewest, most = FRAME + 1, FRAME + len(reader.language.middles)
    in_form = fewest <= len(stanzas) <= most and all(len(lines) == 4 for lines in stanzas)
    named = reader.names("\n".join(stanzas[0])) if stanzas else ()
    last: tuple[str, ...] | None = None
    if len(stanzas) >= fewest and len(stanzas[-1]) >= 4:
        last = tuple(dict.fromkeys(reader.names("\n".join(stanzas[-1]))))
    return WellFormed(
        text=text,
        log_prob=log_prob,
        n_possible=len(text) if wrong_at is None else wrong_at,
        stanzas=tuple(
            _rhymes(reader, stanza, [LAST_SCHEME] if in_form and stanza is stanzas[-1] else SCHEMES)
            for stanza in stanzas
        ),
        in_form=in_form,
        name=named[0] if named else None,
        last_names=last,
        **_line_counts(reader, [line for lines in stanzas for line in lines], named),
    )


def _rhymes(
    reader: LineReader, lines: Sequence[str], schemes: Iterable[str]
) -> StanzaRhymes | None:
    if len(lines) != 4:
        return None
    readings = []
    for scheme in schemes:
        one, other = (reader.rhyme(lines[a], lines[b]) for a, b in SCHEMES[scheme])
        rhymed = (one is not None, other is not None and other != one)
        readings.append(StanzaRhymes(scheme, rhymed))
    return max(readings, key=lambda reading: sum(reading.rhymed))


def _line_counts(reader: LineReader, lines: Sequence[str], named: Sequence[str]) -> dict[str, int]:
    fits = [(line, reader.fit(line)) for line in lines]
    gender = reader.people[named[0]].gender if named else ""
    told = [
        gender in fit.genders
        for line, fit in fits
        if not reader.names(line) and (len(fit.genders) == 1 or gender in fit.mistaken)
    ]
    return {
        "n_lines": len(lines),
        "n_known": sum(bool(fit.genders) for _, fit in fits),
        "n_misformed": sum(fit.misformed for _, fit in fits),
        "n_of_person": len(told) if named else 0,
        "n_other_gender": told.count(False) if named else 0,
    }


@dataclass(frozen=True)
class Share:
    """A share of what could be judged.

    Args:
        good: how many are good.
        n: how many could be judged.
    """

    good: int
    n: int

    @property
    def share(self) -> float | None:
        """``good / n``, or None if nothing could be judged."""
        return self.good / self.n if self.n else None


@dataclass(frozen=True)
class WellFormedness:
    """What many texts keep of the plan of a poem.

    Args:
        n_texts: number of texts.
        judgements: for each of ``JUDGEMENTS``, the share of texts of which it is true, among those
            to which it applies.
        pairs: pairs of lines that rhyme, among those that should.
        lines: lines that are known, among all.
        possible_share: mean share of characters before the grammar is left, over the texts that
            are not empty; None if all are.
    """

    n_texts: int
    judgements: dict[str, Share]
    pairs: Share
    lines: Share
    possible_share: float | None

    def as_table(self) -> Table:
        """One row a judgement: the share, and of how many."""
        rows = [(said, self.judgements[name]) for name, said in JUDGEMENTS.items()]
        rows += [("pairs of lines that rhyme", self.pairs), ("lines of the grammar", self.lines)]
        return Table(
            ("", "share", "judged"),
            [(said, "—" if s.share is None else s.share, s.n) for said, s in rows],
        )


def summarise(judged: Iterable[WellFormed]) -> WellFormedness:
    """Shares over many texts.

    Args:
        judged: what `judge` says of each text.

    Raises:
        EvaluationError: no text.
    """
    texts = list(judged)
    if not texts:
        raise EvaluationError("no texts to summarise; expected at least one judged text")
    shares = [share for text in texts if (share := text.possible_share) is not None]
    return WellFormedness(
        n_texts=len(texts),
        judgements={name: _share(texts, name) for name in JUDGEMENTS},
        pairs=Share(sum(text.n_rhymed for text in texts), sum(text.n_pairs for text in texts)),
        lines=Share(sum(text.n_known for text in texts), sum(text.n_lines for text in texts)),
        possible_share=sum(shares) / len(shares) if shares else None,
    )


def _share(texts: Iterable[WellFormed], judgement: str) -> Share:
    verdicts = [verdict for text in texts if (verdict := getattr(text, judgement)) is not None]
    return Share(sum(verdicts), len(verdicts))
