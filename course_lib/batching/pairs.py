"""Pairs of an input and an output as windows of one length: ``[INPUT] SEP [OUTPUT] EOS``.

Two layouts, since a model that sees the whole window may not see the answer in it:

* ``blanked``, for a model whose positions see each other in both directions: everything after SEP
  is blank in the inputs, and the label of a slot is the id that belongs into that same slot::

      inputs   a    b    c    SEP  __   __   __   __   __
      labels   .    .    .    .    c    b    a    EOS  .

  The blanks go on to the end of the window, so they do not even tell how long the answer is. With
  the answer in the inputs, the model would learn to copy it from the slot to the label, and know
  nothing when it is asked a question without an answer.

* ``causal``, for a model that sees only what stands before: the inputs hold the answer, and the
  label of a slot is the id that belongs into the next one::

      inputs   a    b    c    SEP  c    b    a    EOS  PAD
      labels   .    .    .    c    b    a    EOS  .    .

A dot is IGNORE_ID: the loss leaves the slot out. EOS is labelled, or a model would never learn to
stop. Shapes: N pairs, T slots in a window (``seq_len``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import DatasetError
from course_lib.tokenizers.tokenizer import Tokenizer

IGNORE_ID = -100  # what the losses of PyTorch and of Hugging Face's models leave out
LAYOUTS = ("blanked", "causal")

Ids = NDArray[np.int64]
IdPair = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class PairFormat:
    """How a pair is laid out in its window.

    Args:
        seq_len: slots in a window (T); a pair takes one for each of its ids, and one each for SEP
            and EOS.
        vocab_size: ids run from 0 to vocab_size - 1.
        sep_id: stands between input and output.
        eos_id: ends the output.
        pad_id: fills up the window.
        blank_id: stands where the answer belongs, in the layout ``blanked``; None for pad_id.
        layout: ``blanked`` or ``causal``.
        tokenizer: name of the class that made the ids.

    Raises:
        DatasetError: an id out of range, two marks with one id, or an unknown layout.
    """

    seq_len: int
    vocab_size: int
    sep_id: int
    eos_id: int
    pad_id: int
    blank_id: int | None = None
    layout: Literal["blanked", "causal"] = "blanked"
    tokenizer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "blank_id", self.blank)  # so that equal formats compare equal
        if self.layout not in LAYOUTS:
            raise DatasetError(f"layout must be one of {', '.join(LAYOUTS)}; got {self.layout!r}")
        if self.seq_len < 4:
            raise DatasetError(
                f"seq_len must be at least 4: an input, SEP, an output and EOS; got {self.seq_len}"
            )
        marks = {"sep_id": self.sep_id, "eos_id": self.eos_id, "pad_id": self.pad_id}
        for name, mark in {**marks, "blank_id": self.blank}.items():
            if not 0 <= mark < self.vocab_size:
                raise DatasetError(f"{name} must be from 0 to {self.vocab_size - 1}, got {mark}")
        if len(set(marks.values())) < 3 or self.blank in (self.sep_id, self.eos_id):
            raise DatasetError(f"SEP, EOS and PAD must differ, got {marks}, blank {self.blank}")

    @property
    def blank(self) -> int:
        """The id that stands where the answer belongs."""
        return self.pad_id if self.blank_id is None else self.blank_id

    @property
    def marks(self) -> set[int]:
        """The ids that neither an input nor an output may hold."""
        return {self.sep_id, self.eos_id, self.pad_id, self.blank}


class PairArrays(NamedTuple):
    """What a network reads and what it has to say; shapes (N, T)."""

    inputs: Ids
    labels: Ids


def pair_format(
    tokenizer: Tokenizer,
    seq_len: int,
    layout: Literal["blanked", "causal"] = "blanked",
    sep_id: int | None = None,
    blank_id: int | None = None,
) -> PairFormat:
    """The format of a tokenizer's pairs.

    Args:
        tokenizer: gives the vocabulary's size and the ids of EOS and PAD.
        seq_len: slots in a window (T).
        layout: ``blanked`` for a model that sees the whole window, ``causal`` for one that sees
            only what stands before.
        sep_id: the id between input and output; if None, the tokenizer's own ``sep_id``.
        blank_id: the id where the answer belongs; if None, PAD.

    Raises:
        DatasetError: the tokenizer has no such id and none is given, or an id does not fit.
    """
    sep_id = getattr(tokenizer, "sep_id", None) if sep_id is None else sep_id
    if sep_id is None or tokenizer.pad_id is None:
        raise DatasetError(
            f"{type(tokenizer).__name__} has sep_id={sep_id} and pad_id={tokenizer.pad_id}; pairs "
            "need both: give sep_id one of its special ids, or take a tokenizer with padding"
        )
    return PairFormat(
        seq_len,
        tokenizer.vocab_size,
        sep_id,
        tokenizer.eos_id,
        tokenizer.pad_id,
        blank_id,
        layout,
        type(tokenizer).__name__,
    )


def encode_pairs(
    pairs: Iterable[tuple[str, str]], tokenizer: Tokenizer, form: PairFormat
) -> PairArrays:
    """Lay out pairs of texts.

    Args:
        pairs: (input, output).
        tokenizer: makes the ids.
        form: the layout, as ``pair_format`` gives it.

    Raises:
        DatasetError: no pair, or one that is empty on a side, does not fit into the window, or
            holds an id that marks something else; names the pair, counted from 0.
    """
    return lay_out(pair_ids(pairs, tokenizer), form)


def encode_prompts(inputs: Iterable[str], tokenizer: Tokenizer, form: PairFormat) -> Ids:
    """Lay out questions without an answer, exactly as a trained model has seen them.

    Args:
        inputs: the texts.
        tokenizer: makes the ids.
        form: the layout that the model was trained with.

    Returns:
        Shape (N, T): the input, SEP, and blanks (``blanked``) or padding (``causal``).

    Raises:
        DatasetError: as of ``encode_pairs``.
    """
    encoded = [tuple(tokenizer.encode(text)) for text in inputs]
    rows = np.full((len(encoded), form.seq_len), form.pad_id, np.int64)
    for number, ids in enumerate(encoded):
        _check_side(ids, "input", number, form)
        _check_length(number, len(ids), 0, form)
        _write_prompt(rows[number], ids, form)
    return rows


def pair_ids(pairs: Iterable[tuple[str, str]], tokenizer: Tokenizer) -> list[IdPair]:
    """The ids of both sides of pairs of texts, without marks.

    Args:
        pairs: (input, output).
        tokenizer: makes the ids.
    """
    return [(tuple(tokenizer.encode(a)), tuple(tokenizer.encode(b))) for a, b in pairs]


def lay_out(pairs: Sequence[IdPair], form: PairFormat) -> PairArrays:
    """Lay out pairs of ids.

    Args:
        pairs: (ids of the input, ids of the output).
        form: the layout.

    Raises:
        DatasetError: as of ``encode_pairs``.

    >>> form = PairFormat(seq_len=6, vocab_size=9, sep_id=3, eos_id=1, pad_id=0)
    >>> arrays = lay_out([((7, 8), (8, 7))], form)
    >>> arrays.inputs.tolist(), arrays.labels.tolist()
    ([[7, 8, 3, 0, 0, 0]], [[-100, -100, -100, 8, 7, 1]])
    """
    if not pairs:
        raise DatasetError("there is no pair; expected at least one")
    inputs = np.full((len(pairs), form.seq_len), form.pad_id, np.int64)
    labels = np.full_like(inputs, IGNORE_ID)
    for number, (question, answer) in enumerate(pairs):
        for ids, side in ((question, "input"), (answer, "output")):
            _check_side(ids, side, number, form)
        _check_length(number, len(question), len(answer), form)
        first = len(question) + 1
        _write_prompt(inputs[number], question, form)
        target = np.array([*answer, form.eos_id])
        if form.layout == "causal":
            inputs[number, first : first + len(target)] = target
            first -= 1  # what comes next is asked one slot earlier
        labels[number, first : first + len(target)] = target
    return PairArrays(inputs, labels)


def answers(rows: Ids, inputs: Ids, form: PairFormat) -> list[list[int]]:
    """Read the answers out of labels, or out of the ids a model finds likeliest in each slot.

    Args:
        rows: labels or predictions, shape (N, T).
        inputs: the inputs they belong to, shape (N, T).
        form: the layout.

    Returns:
        For each row the ids before the first EOS of its answer slots; all of them if none is EOS.
    """
    found = []
    first = (inputs == form.sep_id).argmax(axis=1) + (form.layout == "blanked")
    for row, start in zip(rows.tolist(), first.tolist(), strict=True):
        slots = row[start:]
        found.append(slots[: slots.index(form.eos_id)] if form.eos_id in slots else slots)
    return found


def _write_prompt(row: Ids, question: Sequence[int], form: PairFormat) -> None:
    row[: len(question)] = question
    row[len(question)] = form.sep_id
    if form.layout == "blanked":
        row[len(question) + 1 :] = form.blank


def _check_side(ids: Sequence[int], side: str, number: int, form: PairFormat) -> None:
    if not ids:
        raise DatasetError(f"pair {number}: its {side} is empty; leave the pair out")
    for place, token in enumerate(ids):
        if token in form.marks or not 0 <= token < form.vocab_size:
            raise DatasetError(
                f"pair {number}: id {token} at place {place} of its {side}; expected ids from 0 to "
                f"{form.vocab_size - 1} without the marks {sorted(form.marks)} of the layout"
            )


def _check_length(number: int, n_input: int, n_output: int, form: PairFormat) -> None:
    needed = n_input + n_output + 2
    if needed > form.seq_len:
        raise DatasetError(
            f"pair {number}: {n_input} ids of input, {n_output} of output, SEP and EOS need "
            f"{needed} slots and seq_len is {form.seq_len}; take a longer window or leave the pair "
            "out (cutting it could cut off SEP, and with it every label)"
        )
