"""Rows of the leaderboard: one model on one text, with the figures of each seed."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from course_lib.errors import CourseError
from course_lib.evaluation.word_units import WHITESPACE

QUANTITIES: Mapping[str, tuple[str, str]] = {
    "bits_per_byte": ("bits per byte", ".3f"),
    "bits_per_character": ("bits per character", ".3f"),
    "perplexity_per_word": ("perplexity per word", ",.1f"),
    "excess_bits_per_byte": ("above the floor, bits per byte", ".3f"),
    "excess_bits_per_character": ("above the floor, bits per character", ".3f"),
    "excess_nats_per_document": ("above the floor, nats per document", ",.1f"),
    "parameters": ("parameters", ",.0f"),
    "training_seconds": ("training, s", ",.2f"),
    "training_tokens_per_second": ("training, tokens/s", ",.0f"),
    "generation_tokens_per_second": ("generation, tokens/s", ",.0f"),
    "peak_memory_bytes": ("peak memory in training, MB", ",.0f"),
}
"""What a row can hold: its header with the unit, and how a figure is written."""


class LeaderboardError(CourseError, ValueError):
    """A row that cannot be measured, read or compared; says what was expected."""


@dataclass(frozen=True)
class Row:
    """One model, with one tokenizer, on one part of one corpus.

    Args:
        model: its name, with what was chosen for it.
        tokenizer: what its ids stand for.
        corpus: name of the corpus.
        split: the part that was predicted.
        seeds: one a run; none for a figure of a paper.
        values: by name of ``QUANTITIES``, one figure a seed.
        word_unit: what counts as a word in ``perplexity_per_word``.
        source: key in the bibliography of a figure that was not measured here.
    """

    model: str
    tokenizer: str
    corpus: str
    split: str
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    word_unit: str = WHITESPACE.name
    source: str | None = None

    def __post_init__(self) -> None:
        for name, figures in self.values.items():
            if name not in QUANTITIES:
                raise LeaderboardError(
                    f"row {self.model!r} has no quantity {name!r}; expected one of "
                    f"{', '.join(QUANTITIES)}"
                )
            if len(figures) != max(1, len(self.seeds)):
                raise LeaderboardError(
                    f"row {self.model!r} has {len(figures)} figures of {name} for "
                    f"{len(self.seeds)} seeds; expected one a seed"
                )

    def mean(self, quantity: str) -> float:
        """Mean of a quantity over the seeds.

        Raises:
            LeaderboardError: the row does not have it.
        """
        if quantity not in self.values:
            raise LeaderboardError(f"row {self.model!r} of {self.corpus} has no {quantity}")
        return statistics.fmean(self.values[quantity])

    def spread(self, quantity: str) -> float | None:
        """Standard deviation of a quantity over the seeds; None for a single figure."""
        self.mean(quantity)
        figures = self.values[quantity]
        return statistics.stdev(figures) if len(figures) > 1 else None

    def as_dict(self) -> dict[str, Any]:
        """The row as a result file keeps it, means and spreads beside the figures of the seeds."""
        return {
            **asdict(self),
            "mean": {name: self.mean(name) for name in self.values},
            "spread": {name: self.spread(name) for name in self.values},
        }


def across_seeds(rows: Iterable[Row]) -> list[Row]:
    """Join the rows that differ in nothing but the seed; the others stay as they are.

    Raises:
        LeaderboardError: rows to be joined hold different quantities, or a seed twice.
    """
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        named = (row.model, row.tokenizer, row.corpus, row.split, row.word_unit, row.source)
        groups.setdefault(named, []).append(row)
    return [_joined(same) for same in groups.values()]


def _joined(rows: Sequence[Row]) -> Row:
    first, seeds = rows[0], tuple(seed for row in rows for seed in row.seeds)
    if len(set(seeds)) != len(seeds) or any(set(row.values) != set(first.values) for row in rows):
        raise LeaderboardError(
            f"the rows of {first.model!r} on {first.corpus} cannot be joined: expected the same "
            f"quantities and different seeds, got seeds {seeds}"
        )
    values = {
        name: tuple(figure for row in rows for figure in row.values[name]) for name in first.values
    }
    return replace(first, seeds=seeds, values=values)


def rows_from_result(result: Mapping[str, Any]) -> list[Row]:
    """The rows of a result file.

    Args:
        result: what ``results.load`` gives; its figures have an entry ``rows``.

    Raises:
        LeaderboardError: no rows, or a row that is none.
    """
    try:
        return [_read(entry) for entry in result["figures"]["rows"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise LeaderboardError(
            f"the result {result.get('name')!r} holds no leaderboard rows: {error}"
        ) from error


def _read(entry: Mapping[str, Any]) -> Row:
    fields = {name: value for name, value in entry.items() if name not in ("mean", "spread")}
    values = {name: tuple(figures) for name, figures in entry["values"].items()}
    return Row(**{**fields, "seeds": tuple(entry["seeds"]), "values": values})
