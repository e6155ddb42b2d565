"""The measures that are taken of a set of texts, by name: what each says, and which way is better.

Some belong to a text, and a set has their mean; for those an interval can be given, since another
draw of texts would have given other ones. Some belong to a set as a whole. Measures that depend on
length look at the first tokens of every text, as many for all sets that are compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation import coherence, diversity, readability, wellformed

LANGUAGES = ("en", "es")
PerText = Callable[[str, "Setting"], float | None]
PerSet = Callable[[Sequence[Sequence[str]], "Setting"], float | None]


@dataclass(frozen=True)
class Setting:
    """What measures have to know of the texts.

    Args:
        language: ``"en"`` or ``"es"``.
        length: words of each text that measures of diversity look at.
        reference: texts whose words are counted for the similarity of sentences.

    Raises:
        EvaluationError: another language, or a length below 1.
    """

    language: str = "en"
    length: int = 50
    reference: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES or self.length < 1:
            raise EvaluationError(
                f"language must be one of {', '.join(LANGUAGES)} and length at least 1; got "
                f"{self.language!r}, {self.length}"
            )


@dataclass(frozen=True)
class Metric:
    """A measure of texts.

    Args:
        name: as it is asked for.
        about: what it says, in a few words.
        better: 1 if more is better, -1 if less is, 0 if neither: compare with people's texts.
        of_text: a text's figure, or None where the measure does not apply.
        of_set: the figure of a set of texts, each a list of words; None if ``of_text`` is given.
        verse: whether it judges the course's verse and nothing else.
    """

    name: str
    about: str
    better: int
    of_text: PerText | None = None
    of_set: PerSet | None = None
    verse: bool = False


def _first(text: str, setting: Setting) -> list[str] | None:
    """The words of a text that are looked at; None if it has too few."""
    found = words(text)
    return found[: setting.length] if len(found) >= setting.length else None


def _repeated(n: int) -> PerText:
    def measure(text: str, setting: Setting) -> float | None:
        tokens = _first(text, setting)
        return None if tokens is None or len(tokens) < n else diversity.repeated_ngrams(tokens, n)

    return measure


def _consecutive(text: str, setting: Setting) -> float | None:
    tokens = words(text)
    return diversity.consecutive_repeats(tokens).share if tokens else None


def _distinct(n: int) -> PerSet:
    return lambda rows, setting: diversity.distinct_n(rows, n) if setting.length >= n else None


def _self_bleu(rows: Sequence[Sequence[str]], setting: Setting) -> float | None:
    return diversity.self_bleu(rows) if len(rows) > 1 and setting.length >= 4 else None


def _reading_ease(text: str, setting: Setting) -> float | None:
    if not words(text):
        return None
    if setting.language == "es":
        return readability.fernandez_huerta(text)
    return readability.flesch_reading_ease(text)


@lru_cache(maxsize=4096)
def _judged(text: str, language: str) -> wellformed.WellFormed:
    return wellformed.judge(text, language)


def _verse(name: str) -> PerText:
    def measure(text: str, setting: Setting) -> float | None:
        verdict = getattr(_judged(text, setting.language), name)
        return None if verdict is None else float(verdict)

    return measure


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("words", "words of a text", 0, lambda text, _: float(len(words(text)))),
        Metric("distinct_1", "different words among all", 0, of_set=_distinct(1)),
        Metric("distinct_2", "different pairs of words among all", 0, of_set=_distinct(2)),
        Metric(
            "self_bleu",
            "likeness of the texts to each other; more is less varied",
            0,
            of_set=_self_bleu,
        ),
        Metric(
            "repeated_4", "runs of four words that occurred before in the text", -1, _repeated(4)
        ),
        Metric("consecutive", "words that equal the one before", -1, _consecutive),
        Metric(
            "similarity",
            "likeness of neighbouring sentences",
            0,
            lambda text, s: coherence.adjacent_similarity(text, s.reference),
        ),
        Metric(
            "reading_ease",
            "ease of reading (Flesch; Fernández-Huerta for Spanish)",
            0,
            _reading_ease,
        ),
        Metric(
            "possible",
            "share of a text before the grammar is left",
            1,
            _verse("possible_share"),
            verse=True,
        ),
        *(
            Metric(name, about, 1, _verse(name), verse=True)
            for name, about in wellformed.JUDGEMENTS.items()
        ),
    )
}
"""The measures, in the order in which they are shown."""


def chosen(names: Sequence[str] | None, verse: bool) -> list[Metric]:
    """Measures by their names.

    Args:
        names: of ``METRICS``; None for all that apply. One that is named twice is taken once.
        verse: whether the texts should be the course's verse.

    Raises:
        EvaluationError: an unknown name, none at all, or one for verse where there is none.

    >>> [metric.name for metric in chosen(["words", "repeated_4"], verse=False)]
    ['words', 'repeated_4']
    """
    if names is None:
        return [metric for metric in METRICS.values() if verse or not metric.verse]
    if not names:
        raise EvaluationError("no measure was named; expected at least one")
    for name in names:
        if name not in METRICS:
            known = ", ".join(METRICS)
            raise EvaluationError(f"unknown measure {name!r}; expected some of {known}")
        if METRICS[name].verse and not verse:
            raise EvaluationError(f"{name} judges the course's verse, and these texts are none")
    return [METRICS[name] for name in dict.fromkeys(names)]
