"""How to choose the next id: every filter with its value, checked as soon as it is said.

Shapes: B rows, V ids in the vocabulary.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import GenerationError
from course_lib.generation import filters
from course_lib.generation.filters import Scores

WANTED = {
    "temperature": "above 0 (for the likeliest id at each place take greedy decoding)",
    "top_k": "at least 1, or None",
    "top_p": "above 0 and at most 1, or None",
    "min_p": "from 0 to 1, or None",
    "typical": "above 0 and below 1, or None",
    "repetition_penalty": "from 0.001 to 1000; 1 changes nothing",
    "no_repeat_ngram": "at least 1, or None",
    "min_length": "at least 0",
}


@dataclass(frozen=True)
class Sampling:
    """What is done to the logits before an id is chosen, in the order of ``filters``.

    Args:
        temperature: logits are divided by it.
        top_k: how many of the likeliest ids stay.
        top_p: probability that the likeliest ids which stay have together.
        min_p: how likely an id has to be, as a share of the likeliest.
        typical: probability of the ids that stay, nearest to the entropy first.
        repetition_penalty: makes ids that have occurred less likely.
        no_repeat_ngram: length of the runs of ids that must not occur twice.
        banned_ids: ids that must not come.
        min_length: ids to write before the text may end.

    Raises:
        GenerationError: a value out of bounds; names it.

    >>> Sampling(temperature=0.0)
    Traceback (most recent call last):
    course_lib.errors.GenerationError: temperature must be above 0 (for the likeliest id at each \
place take greedy decoding), got 0.0
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical: float | None = None
    repetition_penalty: float = 1.0
    no_repeat_ngram: int | None = None
    banned_ids: tuple[int, ...] = ()
    min_length: int = 0

    def __post_init__(self) -> None:
        within = {
            "temperature": self.temperature > 0,
            "top_k": self.top_k is None or _whole(self.top_k, 1),
            "top_p": self.top_p is None or 0 < self.top_p <= 1,
            "min_p": self.min_p is None or 0 <= self.min_p <= 1,
            "typical": self.typical is None or 0 < self.typical < 1,
            "repetition_penalty": 0.001 <= self.repetition_penalty <= 1000,
            "no_repeat_ngram": self.no_repeat_ngram is None or _whole(self.no_repeat_ngram, 1),
            "min_length": _whole(self.min_length, 0),
        }
        for name, is_within in within.items():
            value = getattr(self, name)
            if not is_within or (value is not None and not math.isfinite(value)):
                raise GenerationError(f"{name} must be {WANTED[name]}, got {value}")

    @property
    def reads_history(self) -> bool:
        """Whether the ids before decide anything."""
        return self.repetition_penalty != 1 or self.no_repeat_ngram is not None

    def apply(
        self,
        logits: NDArray[np.floating[Any]],
        histories: Sequence[Sequence[int]],
        lengths: Sequence[int],
        stop_ids: Sequence[int],
    ) -> Scores:
        """The logits that are left to draw from.

        Args:
            logits: of a model, shape (B, V).
            histories: all ids before, for each row.
            lengths: ids that each row has written.
            stop_ids: what ends a text.

        Returns:
            Logits, shape (B, V); at least one of each row is finite.

        Raises:
            GenerationError: logits that are no numbers, or a row that has nothing left.
        """
        scores = checked_logits(logits)
        if self.repetition_penalty != 1:
            scores = filters.repetition_penalty(scores, histories, self.repetition_penalty)
        if self.no_repeat_ngram is not None:
            scores = filters.no_repeat_ngram(scores, histories, self.no_repeat_ngram)
        if self.banned_ids:
            scores = filters.ban(scores, self._banned(scores.shape[1]))
        if self.min_length:
            scores = filters.least_length(scores, lengths, self.min_length, stop_ids)
        self._something_left(scores)
        if self.temperature != 1:
            scores = filters.temperature(scores, self.temperature)
        for name in ("top_k", "top_p", "min_p", "typical"):
            value = getattr(self, name)
            if value is not None:
                scores = getattr(filters, name)(scores, value)
        return scores

    def _banned(self, vocab_size: int) -> tuple[int, ...]:
        for token in self.banned_ids:
            if not 0 <= token < vocab_size:
                raise GenerationError(
                    f"banned_ids holds {token}, which is not from 0 to {vocab_size - 1}"
                )
        return self.banned_ids

    def _something_left(self, scores: Scores) -> None:
        empty = np.flatnonzero((scores == -np.inf).all(axis=1))
        if len(empty):
            raise GenerationError(
                f"row {empty[0]} has no id left to draw: {len(self.banned_ids)} are banned, "
                f"no_repeat_ngram={self.no_repeat_ngram}, min_length={self.min_length}; allow more"
            )


def checked_logits(logits: NDArray[np.floating[Any]]) -> Scores:
    """Logits, once it is known that a softmax of them exists.

    Args:
        logits: shape (B, V). Minus infinity is an id that cannot come.

    Raises:
        GenerationError: another shape, NaN, plus infinity, or a row of minus infinity alone.
    """
    scores = np.asarray(logits)
    if scores.ndim != 2 or scores.dtype.kind != "f":
        raise GenerationError(
            f"expected logits of shape (B, V), floats, got {scores.dtype} {scores.shape}"
        )
    greatest = scores.max(axis=1)  # NaN wins every comparison here
    wrong = np.flatnonzero(~np.isfinite(greatest))
    if len(wrong):
        raise GenerationError(
            f"the largest logit of row {wrong[0]} is {greatest[wrong[0]]}, so there is no softmax: "
            "the model's weights or its input are broken; a loss that is not finite says where"
        )
    return scores


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
