"""Figures about windows: where they lie in a text, and what they leak into another split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import finish, new_axes, per_cent, plain_digits
from course_lib.plots.palette import INK, MARKERS, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HATCHES = ("", "///", "...")


def windows(
    starts: Sequence[int],
    length: int,
    groups: Sequence[str] | None = None,
    boundaries: Sequence[int] = (),
) -> Figure:
    """Where the windows of a text lie: one bar a window, later windows lower.

    Args:
        starts: the position of each window's first token.
        length: tokens in a window.
        groups: the name of the set (train, test ...) that each window went to; up to three names.
        boundaries: token positions to mark from top to bottom, for instance the ends of documents.

    Returns:
        A figure of one plot.
    """
    names = list(dict.fromkeys(groups or ()))
    with style():
        figure, axes = new_axes(height=1.1 + 0.24 * len(starts))
        for row, start in enumerate(starts):
            group = names.index(groups[row]) if groups else 0
            axes.barh(
                row,
                length,
                left=start,
                height=0.72,
                color=SERIES[group],
                edgecolor=INK,
                linewidth=0.6,
                hatch=HATCHES[group],
                label=groups[row] if groups and groups.index(groups[row]) == row else None,
            )
        for position in boundaries:
            axes.axvline(position, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set(xlabel="position in the text, tokens", ylabel="window", yticks=[])
        axes.invert_yaxis()
        plain_digits(axes.xaxis)
        finish(axes, legend="lower left")
        axes.grid(visible=False, axis="y")
        return figure


def leak_by_stride(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], span: int, length: int | None = None
) -> Figure:
    """The share of test windows that repeat a span of the training set, by stride.

    Args:
        curves: for each way of splitting, strides in tokens and the share of test windows (0 to 1)
            with a span in common with training, two arrays of shape (N,).
        span: tokens that count as a repeat when they stand in both sets in the same order.
        length: tokens in a window, marked with a line: from there on windows do not overlap.

    Returns:
        A figure of one plot.
    """
    with style():
        figure, axes = new_axes()
        for i, (name, (strides, shares)) in enumerate(curves.items()):
            axes.plot(np.asarray(strides), np.asarray(shares), label=name, **_marks(i))
        if length is not None:
            axes.axvline(length, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
        axes.set(
            xlabel="stride, tokens",
            ylabel=f"test windows sharing {span} tokens\nwith the training set",
            ylim=(-0.02, 1.02),
        )
        plain_digits(axes.xaxis)
        per_cent(axes.yaxis)
        finish(axes)
        return figure


def _marks(i: int) -> dict[str, Any]:
    """The marks of a curve: growing and hollow, so that curves that agree are all seen."""
    hollow = {} if i == 0 else {"markerfacecolor": "none", "linewidth": 1.2}
    return {"marker": MARKERS[i % 4], "markersize": 5 + 4 * i, **hollow}
