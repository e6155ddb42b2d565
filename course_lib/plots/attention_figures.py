"""Figures about attention: who looks where, and what marks the positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_lib.errors import require
from course_lib.plots.axes import finish, new_figure, plain_digits
from course_lib.plots.palette import DASHES, INK, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEN = 0.03
"""Weights below this are left white: the eye would not find them, and a page would carry them."""


def attention_maps(maps: Mapping[str, ArrayLike], labels: Sequence[str] = ()) -> Figure:
    """Where each position looks: the darker a square, the larger the weight.

    Args:
        maps: for each name, weights from 0 to 1, shape (T, S): the t-th row is how the t-th
            position shares out its attention. One to four of them.
        labels: what stands at the S positions, drawn along both axes if given.

    Returns:
        A figure of one square plot a map, two in a row.

    Raises:
        ValueError: no map, more than four, or weights of no such shape.
    """
    drawn = {name: np.asarray(weights, float) for name, weights in maps.items()}
    if not 1 <= len(drawn) <= 4 or any(weights.ndim != 2 for weights in drawn.values()):
        raise ValueError(
            f"got {len(drawn)} maps of shapes {[w.shape for w in drawn.values()]}; expected one to "
            "four of shape (T, S)"
        )
    patches = require("matplotlib.patches", "book")
    rows, columns = -(-len(drawn) // 2), min(len(drawn), 2)
    with style():
        figure = new_figure(height=3.0 * rows + 0.2)
        plots = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (name, weights) in zip(plots, drawn.items(), strict=False):
            for t, s in np.argwhere(weights >= SEEN):
                share = round(float(weights[t, s]), 2)
                square = {"facecolor": SERIES[0], "alpha": min(share, 1.0), "linewidth": 0}
                axes.add_patch(patches.Rectangle((s - 0.5, t - 0.5), 1, 1, **square))
            T, S = weights.shape
            axes.set(xlim=(-0.5, S - 0.5), ylim=(T - 0.5, -0.5), aspect="equal", title=name)
            for axis, n in ((axes.xaxis, S), (axes.yaxis, T)):
                axis.set_ticks(range(n) if len(labels) >= n else range(0, n, max(1, n // 4)))
            if len(labels) >= max(T, S):
                axes.set_xticklabels(labels[:S])
                axes.set_yticklabels(labels[S - T : S])
            for side in ("top", "right"):
                axes.spines[side].set_visible(True)
        for axes in plots[len(drawn) :]:
            axes.set_axis_off()
        figure.supxlabel("looked at", fontsize=12)
        figure.supylabel("looking", fontsize=12)
        return figure


def position_waves(table: ArrayLike, columns: Sequence[int]) -> Figure:
    """What marks a position: a few columns of a table of position vectors, and how alike two are.

    Args:
        table: position vectors, shape (n, D).
        columns: which to draw, up to four.

    Returns:
        A figure of two plots: the columns over the positions, and the product of the middle
        position's vector with each, divided by its product with itself.

    Raises:
        ValueError: more columns than lines that can be told apart.
    """
    vectors = np.asarray(table, float)
    if not 1 <= len(columns) <= len(SERIES):
        raise ValueError(f"got {len(columns)} columns; expected 1 to {len(SERIES)}")
    with style():
        figure = new_figure(height=4.4)
        waves, alike = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        for i, column in enumerate(columns):
            waves.plot(vectors[:, column], linestyle=DASHES[i], label=f"column {column}")
        waves.set_ylabel("entry")
        plain_digits(waves.yaxis)
        finish(waves)
        if waves.get_legend():
            waves.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        middle = len(vectors) // 2
        products = vectors @ vectors[middle]
        alike.plot(products / products[middle], color=SERIES[0])
        alike.axvline(middle, color=INK, linewidth=1.0, linestyle=DASHES[1])
        alike.set(xlabel="position", ylabel=f"like {middle}")
        finish(alike)
        return figure
