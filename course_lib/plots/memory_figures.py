"""Figures about memory and precision: what fills a card, and which numbers float16 can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import new_figure, plain_digits
from course_lib.plots.palette import GRID, INK, PAPER, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "xxx")
"""The filling that goes with each colour, so that colour is never the only difference."""


def memory_bars(
    rows: Mapping[str, Mapping[str, float]], xlabel: str, limit: float | None = None
) -> Figure:
    """What the memory of each setting consists of: one bar a setting, its parts end to end.

    Args:
        rows: for each setting the size of each part, in the unit of the label; the same parts in
            the same order for each, at most four.
        xlabel: what the bars measure, with its unit.
        limit: a size to mark with a line, for instance that of the card.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: no setting, more than four parts, or settings with other parts than the first.
    """
    if not rows:
        raise ValueError("there is no setting to draw; expected at least one")
    parts = list(next(iter(rows.values())))
    if len(parts) > len(SERIES) or any(list(row) != parts for row in rows.values()):
        raise ValueError(f"expected the same parts, at most {len(SERIES)}, for each; got {rows}")
    with style():
        figure = new_figure(height=1.5 + 0.42 * len(rows))
        axes = figure.subplots()
        places = np.arange(len(rows))
        starts = np.zeros(len(rows))
        for i, part in enumerate(parts):
            sizes = np.array([row[part] for row in rows.values()], float)
            axes.barh(
                places,
                sizes,
                left=starts,
                height=0.7,
                color=SERIES[i],
                edgecolor=PAPER,
                hatch=HATCHES[i],
                label=part,
                linewidth=0.8,
            )
            starts = starts + sizes
        if limit is not None:
            axes.axvline(limit, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set_yticks(places, list(rows))
        axes.invert_yaxis()
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(xlabel)
        axes.margins(x=0.04)
        plain_digits(axes.xaxis)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure


def gradient_magnitudes(
    values: Mapping[str, ArrayLike], smallest: float, smallest_normal: float, largest: float
) -> Figure:
    """How large some numbers are, and which of them a type of floats can hold: one plot a name.

    The range between the smallest number and the smallest with all its digits is shaded, and what
    lies left of it becomes 0.

    Args:
        values: for each name numbers of either sign; zeros are left out.
        smallest: the least positive number of the type.
        smallest_normal: the least one with all digits.
        largest: the greatest one.

    Returns:
        A figure of one plot a name, with the power of two of the numbers on a common axis.

    Raises:
        ValueError: no name, or one without a number other than 0.
    """
    powers = {}
    for name, numbers in values.items():
        sizes = np.abs(np.asarray(numbers, np.float64)).ravel()
        powers[name] = np.log2(sizes[sizes > 0])
    if not powers or any(not len(power) for power in powers.values()):
        raise ValueError("there is nothing to draw; expected numbers other than 0 for each name")
    low = np.floor(min(power.min() for power in powers.values())) - 1
    high = max(np.ceil(max(power.max() for power in powers.values())), np.log2(largest)) + 1
    edges = np.arange(low, high + 1)
    with style():
        figure = new_figure(height=0.9 + 1.5 * len(powers))
        panels = figure.subplots(len(powers), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (name, power) in zip(panels, powers.items(), strict=True):
            axes.axvspan(np.log2(smallest), np.log2(smallest_normal), color=GRID, alpha=0.5, lw=0)
            axes.hist(power, bins=edges, color=SERIES[0], edgecolor=PAPER, linewidth=0.4)
            for border in (smallest, largest):
                axes.axvline(np.log2(border), color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
            axes.set_title(name)
            axes.set_ylabel("numbers")
            plain_digits(axes.yaxis)
        panels[-1].set_xlabel("size, as a power of two")
        plain_digits(panels[-1].xaxis)
        return figure
