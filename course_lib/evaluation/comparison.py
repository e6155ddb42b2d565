"""Sets of texts side by side: one figure a measure and set, with intervals and paired tests."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from course_lib.corpus.table import Table
from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation.bootstrap import item_weights, percentile_interval
from course_lib.evaluation.paired_tests import holm, sign_test
from course_lib.evaluation.text_metrics import METRICS, Metric, Setting, chosen

RESAMPLES = 1000
LONGEST = 50
"""Words that measures of diversity look at, unless a text is shorter."""
SHARE_LONG_ENOUGH = 0.9
"""Of the texts of every set that have as many words as are looked at."""


@dataclass(frozen=True)
class Figure:
    """A measure of a set of texts.

    Args:
        system: name of the set.
        metric: name of the measure.
        value: the figure, or None if no text has one.
        low: lower end of the 95 % interval over texts; None for a measure of the set as a whole.
        high: its upper end.
        n: texts that have the measure.
    """

    system: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Difference:
    """Two sets of texts from the same prompts, by one measure, prompt by prompt.

    Args:
        first: name of a set.
        second: name of the other.
        metric: name of the measure.
        difference: mean of first minus second over the prompts where both have it.
        n: those prompts.
        p: of the sign test over the prompts, corrected for the number of tests (Holm).
    """

    first: str
    second: str
    metric: str
    difference: float
    n: int
    p: float


@dataclass(frozen=True)
class Comparison:
    """Figures of sets of texts.

    Args:
        length: words that measures of diversity look at.
        language: of the texts.
        systems: names of the sets, in the order given.
        figures: for each measure those of all sets.
        differences: between sets that answer the same prompts; else empty.
    """

    length: int
    language: str
    systems: tuple[str, ...]
    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]

    def of(self, metric: str) -> list[Figure]:
        """The figures of a measure, in the order of the sets.

        Args:
            metric: its name.
        """
        return [figure for figure in self.figures if figure.metric == metric]

    @property
    def metrics(self) -> list[str]:
        """Names of the measures."""
        return list(dict.fromkeys(figure.metric for figure in self.figures))

    def as_table(self) -> Table:
        """One row a measure, one column a set."""
        rows = [
            [f"{name}: {METRICS[name].about}", *map(_shown, self.of(name))] for name in self.metrics
        ]
        return Table(("", *self.systems), rows)

    def as_dict(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return asdict(self)


def compare(
    systems: Mapping[str, Sequence[str]],
    metrics: Sequence[str] | None = None,
    *,
    language: str = "en",
    verse: bool = False,
    same_prompts: Sequence[str] = (),
    reference: Sequence[str] = (),
    length: int | None = None,
    seed: int = 0,
) -> Comparison:
    """Measure sets of texts side by side.

    Args:
        systems: for each name its texts, at least one.
        metrics: names of ``text_metrics.METRICS``; None for all that apply.
        language: of all texts.
        verse: whether the texts should be the course's verse.
        same_prompts: names of the sets whose texts answer the same prompts in the same order.
            Their differences are tested text by text.
        reference: texts whose words are counted for the similarity of sentences.
        length: words that measures of diversity look at; if None, up to ``LONGEST``, and few enough
            that ``SHARE_LONG_ENOUGH`` of the texts of each set have them.
        seed: of the intervals.

    Raises:
        EvaluationError: no set, an empty one, sets of the same prompts that differ in number, or an
            unknown measure.

    >>> found = compare({"a": ["one two three", "four five"], "b": ["no no no", "no no"]},
    ...                 ["consecutive"])
    >>> [figure.value for figure in found.figures]
    [0.0, 1.0]
    """
    texts = {name: list(given) for name, given in systems.items()}
    _check(texts, same_prompts)
    asked = chosen(metrics, verse)
    setting = Setting(language, length or _common_length(texts), tuple(reference))
    values = {
        (metric.name, name): _values(metric, given, setting)
        for metric in asked
        if metric.of_text
        for name, given in texts.items()
    }
    figures = []
    for metric in asked:
        for name, given in texts.items():
            if metric.of_text:
                figures.append(_mean(metric.name, name, values[metric.name, name], seed))
            else:
                figures.append(_whole(metric, name, given, setting))
    differences = _differences(values, asked, same_prompts)
    return Comparison(setting.length, language, tuple(texts), tuple(figures), differences)


def _check(texts: Mapping[str, list[str]], same_prompts: Sequence[str]) -> None:
    if not texts:
        raise EvaluationError("no texts to measure; expected a name and its texts")
    for name, given in texts.items():
        if not given:
            raise EvaluationError(f"{name} has no texts; expected at least one")
    if strange := [name for name in same_prompts if name not in texts]:
        raise EvaluationError(f"same_prompts names {strange[0]!r}, which has no texts")
    if len({len(texts[name]) for name in same_prompts}) > 1:
        numbers = ", ".join(f"{name} {len(texts[name])}" for name in same_prompts)
        raise EvaluationError(
            f"texts of the same prompts must be as many in each set; got {numbers}"
        )


def _common_length(texts: Mapping[str, list[str]]) -> int:
    """Words that nearly all texts of every set have."""
    shortest = [
        np.quantile([len(words(text)) for text in given], 1 - SHARE_LONG_ENOUGH, method="lower")
        for given in texts.values()
    ]
    return int(max(1, min(LONGEST, *shortest)))


def _values(metric: Metric, texts: Sequence[str], setting: Setting) -> list[float | None]:
    assert metric.of_text is not None
    return [metric.of_text(text, setting) for text in texts]


def _mean(metric: str, system: str, values: Sequence[float | None], seed: int) -> Figure:
    known = np.array([value for value in values if value is not None])
    if not len(known):
        return Figure(system, metric, None, None, None, 0)
    if len(known) < 2:
        return Figure(system, metric, float(known[0]), None, None, 1)
    weights = item_weights(len(known), RESAMPLES, seed)
    interval = percentile_interval(lambda w: float(w @ known / w.sum()), weights)
    return Figure(system, metric, interval.value, interval.low, interval.high, len(known))


def _whole(metric: Metric, system: str, texts: Sequence[str], setting: Setting) -> Figure:
    assert metric.of_set is not None
    length = setting.length
    rows = [found[:length] for text in texts if len(found := words(text)) >= length]
    value = metric.of_set(rows, setting) if rows else None
    return Figure(system, metric.name, value, None, None, len(rows))


def _differences(
    values: Mapping[tuple[str, str], list[float | None]],
    metrics: Sequence[Metric],
    same_prompts: Sequence[str],
) -> tuple[Difference, ...]:
    found = []
    for metric in (metric for metric in metrics if metric.of_text):
        for first, second in combinations(same_prompts, 2):
            pairs = zip(values[metric.name, first], values[metric.name, second], strict=True)
            apart = [a - b for a, b in pairs if a is not None and b is not None]
            if apart:
                wins, losses = sum(d > 0 for d in apart), sum(d < 0 for d in apart)
                mean = float(np.mean(apart))
                test = sign_test(wins, losses)
                found.append(Difference(first, second, metric.name, mean, len(apart), test))
    corrected = holm([difference.p for difference in found])
    return tuple(
        Difference(d.first, d.second, d.metric, d.difference, d.n, p)
        for d, p in zip(found, corrected, strict=True)
    )


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "—"
    interval = "" if figure.low is None else f" [{figure.low:.3g}, {figure.high:.3g}]"
    return f"{figure.value:.3g}{interval}"
