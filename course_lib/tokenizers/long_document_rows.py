"""Rows of ids of one length, with the masks that a model of long documents asks for.

Shapes: B documents, T ids in the longest row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import TokenizerError

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class LongDocuments:
    """Documents as a model reads them, and what did not fit.

    Args:
        input_ids: shape (B, T); short rows end in the padding id.
        attention_mask: shape (B, T); 1 where there is an id, 0 where there is padding.
        global_attention_mask: shape (B, T); 1 where a position sees the whole document and is seen
            from everywhere in it, 0 where it sees its neighbourhood alone, and at padding.
        n_cut: ids of each text that truncation left out, shape (B,).
    """

    input_ids: Ids
    attention_mask: Ids
    global_attention_mask: Ids
    n_cut: Ids

    def model_inputs(self) -> dict[str, Ids]:
        """The three arrays by the names that LED's ``forward`` gives them."""
        return {
            "input_ids": self.input_ids,
            "attention_mask": self.attention_mask,
            "global_attention_mask": self.global_attention_mask,
        }


def padded(rows: Sequence[Sequence[int]], T: int, pad_id: int | None) -> Ids:
    """Fill rows up to one length.

    Args:
        rows: ids, at most T in each.
        T: ids in each row of the result.
        pad_id: what to fill with; None if there is no such id.

    Returns:
        The rows, shape (B, T).

    Raises:
        TokenizerError: a row is shorter than T, and there is no id to fill it with.

    >>> padded([[5, 6], [7]], T=3, pad_id=0)
    array([[5, 6, 0],
           [7, 0, 0]])
    """
    if pad_id is None and any(len(row) < T for row in rows):
        raise TokenizerError(
            "this tokenizer has no id for padding; give pad_id, any id, since attention_mask "
            "hides it"
        )
    filled = np.full((len(rows), T), pad_id or 0, np.int64)
    for number, row in enumerate(rows):
        filled[number, : len(row)] = row
    return filled


def marked(positions: Sequence[int], T: int) -> Ids:
    """1 at some positions of a row, else 0.

    Args:
        positions: places from 0 to T - 1.
        T: length of the row.

    Returns:
        The row, shape (T,).

    Raises:
        TokenizerError: a position that the row does not have.

    >>> marked([0, 2], T=4)
    array([1, 0, 1, 0])
    """
    mask = np.zeros(T, np.int64)
    for position in positions:
        if not 0 <= position < T:
            raise TokenizerError(
                f"global position {position} is outside the rows, whose places run from 0 to "
                f"{T - 1}"
            )
        mask[position] = 1
    return mask
