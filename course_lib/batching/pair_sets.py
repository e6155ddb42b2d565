"""Sets of input/output pairs: split so that no input is on both sides, and checked."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from course_lib.batching.pairs import (
    IGNORE_ID,
    PairArrays,
    PairFormat,
    lay_out,
    pair_format,
    pair_ids,
)
from course_lib.errors import DatasetError
from course_lib.tokenizers.tokenizer import Tokenizer

Pair = TypeVar("Pair", bound=tuple[Hashable, Hashable])


@dataclass(frozen=True, eq=False)
class PairSet:
    """Pairs to learn from and pairs to measure on, of which no input is in both.

    Args:
        form: how a pair is laid out.
        train: to learn from.
        test: to measure on.

    Raises:
        DatasetError: arrays that break the layout, or an input in both parts; names the part and
            the row.
    """

    form: PairFormat
    train: PairArrays
    test: PairArrays

    def __post_init__(self) -> None:
        for name, arrays in (("train", self.train), ("test", self.test)):
            _check_layout(name, arrays, self.form)
        known = set(_prompts(self.train.inputs, self.form))
        for row, prompt in enumerate(_prompts(self.test.inputs, self.form)):
            if prompt in known:
                raise DatasetError(
                    f"test, row {row}: its input is in train too; split with split_pairs"
                )


def pairs_of_lines(lines: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of lines ``input<TAB>output``.

    Args:
        lines: with or without their line end.

    Raises:
        DatasetError: a line without exactly two parts that are not empty; names it, counted from 1.

    >>> pairs_of_lines(["Hi.\\tHola.\\n", "Run!\\t¡Corre!\\n"])
    [('Hi.', 'Hola.'), ('Run!', '¡Corre!')]
    """
    pairs = []
    for number, line in enumerate(lines, start=1):
        parts = [part.strip() for part in line.rstrip("\r\n").split("\t")]
        if len(parts) != 2 or not all(parts):
            raise DatasetError(f"line {number}: expected input<TAB>output, got {line!r:.80}")
        pairs.append((parts[0], parts[1]))
    return pairs


def split_pairs(
    pairs: Sequence[Pair], seed: int = 0, test_fraction: float = 0.1
) -> tuple[list[Pair], list[Pair]]:
    """Split so that no input stands in both parts.

    Pairs with the same input go to the same part together; a pair that occurs again is left out.
    Inputs are the same if they are equal, so split the ids, as ``make_pairs`` does, where a
    tokenizer gives two texts the same ids.

    Args:
        pairs: (input, output), texts or tuples of ids.
        seed: of the shuffle of the inputs.
        test_fraction: share of the different inputs that the test part gets, rounded; each part
            gets at least one.

    Returns:
        Train and test, each in the order of the pairs given.

    Raises:
        DatasetError: fewer than two different inputs, or a fraction not between 0 and 1.

    >>> split_pairs([("a", "1"), ("a", "2"), ("b", "3"), ("a", "1")], test_fraction=0.5)
    ([('b', '3')], [('a', '1'), ('a', '2')])
    """
    if not 0 < test_fraction < 1:
        raise DatasetError(f"test_fraction must be between 0 and 1, got {test_fraction}")
    inputs = list(dict.fromkeys(pair[0] for pair in pairs))
    if len(inputs) < 2:
        raise DatasetError(f"{len(inputs)} different inputs; a split needs at least 2")
    n_test = min(max(1, round(test_fraction * len(inputs))), len(inputs) - 1)
    chosen = np.random.default_rng(seed).permutation(len(inputs))[:n_test]
    held_out = {inputs[number] for number in chosen}
    parts: tuple[list[Pair], list[Pair]] = ([], [])
    for pair in dict.fromkeys(pairs):
        parts[pair[0] in held_out].append(pair)
    return parts


def make_pairs(
    pairs: Iterable[tuple[str, str]],
    tokenizer: Tokenizer,
    seq_len: int,
    layout: Literal["blanked", "causal"] = "blanked",
    seed: int = 0,
    test_fraction: float = 0.1,
    sep_id: int | None = None,
    blank_id: int | None = None,
) -> PairSet:
    """Encode pairs, split them by the ids of their inputs, and lay them out.

    Args:
        pairs: (input, output), texts.
        tokenizer: makes the ids.
        seq_len: slots in a window (T).
        layout: ``blanked`` for a model that sees the whole window, ``causal`` for one that sees
            only what stands before.
        seed: of the split.
        test_fraction: share of the different inputs that the test part gets.
        sep_id: the id between input and output; if None, the tokenizer's own ``sep_id``.
        blank_id: the id where the answer belongs; if None, PAD.

    Raises:
        DatasetError: a pair that cannot be laid out (names it, counted from 0), or fewer than two
            different inputs.
    """
    form = pair_format(tokenizer, seq_len, layout, sep_id, blank_id)
    encoded = pair_ids(pairs, tokenizer)
    lay_out(encoded, form)  # so that an error names the pair by its number before the split
    train, test = split_pairs(encoded, seed, test_fraction)
    return PairSet(form, lay_out(train, form), lay_out(test, form))


def _check_layout(part: str, arrays: PairArrays, form: PairFormat) -> None:
    """Refuse rows that the layout cannot give, those above all that hold the answer."""
    inputs, labels = arrays
    for name, rows in zip(("inputs", "labels"), arrays, strict=True):
        if rows.dtype != np.int64 or rows.ndim != 2 or rows.shape[1] != form.seq_len:
            raise DatasetError(
                f"{part} {name}: expected int64 rows of seq_len={form.seq_len}, got {rows.dtype} "
                f"{rows.shape}"
            )
    if len(inputs) != len(labels) or not len(inputs):
        raise DatasetError(f"{part}: {len(inputs)} rows of inputs, {len(labels)} of labels")
    for law, held in _laws(inputs, labels, form).items():
        if not held.all():
            raise DatasetError(f"{part}, row {held.argmin()}: expected {law}")


def _laws(
    inputs: NDArray[np.int64], labels: NDArray[np.int64], form: PairFormat
) -> dict[str, NDArray[np.bool_]]:
    """What holds of every row that ``lay_out`` gives, shape (N,) each: whether it does."""
    slot = np.arange(form.seq_len)
    sep = (inputs == form.sep_id).argmax(axis=1)[:, None]  # (N, 1)
    end = (labels == form.eos_id).argmax(axis=1)[:, None]
    blanked = form.layout == "blanked"
    asked = (slot >= sep + blanked) & (slot <= end)
    said = np.pad(labels[:, :-1], ((0, 0), (1, 0)), constant_values=IGNORE_ID)  # one slot before
    answer = form.blank if blanked else np.where(said == IGNORE_ID, form.pad_id, said)
    known = (inputs >= 0) & (inputs < form.vocab_size)
    known &= (labels == IGNORE_ID) | (labels >= 0) & (labels < form.vocab_size)
    return {
        "one SEP in the inputs, not the first slot": ((inputs == form.sep_id).sum(axis=1) == 1)
        & (sep[:, 0] > 0),
        "one EOS in the labels": (labels == form.eos_id).sum(axis=1) == 1,
        f"ids from 0 to {form.vocab_size - 1}": known.all(axis=1),
        "labels in the answer's slots, EOS included, and nowhere else": (
            ((labels != IGNORE_ID) == asked).all(axis=1)
        ),
        f"inputs after SEP as the layout {form.layout} has them": (
            (inputs == np.where(slot > sep, answer, inputs)).all(axis=1)
        ),
    }


def _prompts(inputs: NDArray[np.int64], form: PairFormat) -> list[bytes]:
    ends = (inputs == form.sep_id).argmax(axis=1)
    return [row[:end].tobytes() for row, end in zip(inputs, ends, strict=True)]
