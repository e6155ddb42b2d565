"""Figures about embeddings: words as points on a plane, and what the neighbours of a word are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import new_figure, per_cent
from course_lib.plots.palette import GRID, INK, MARKERS, SERIES, SIZE, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEXT_SIZE = 9.5


def word_map(
    groups: Mapping[str, ArrayLike],
    labels: Mapping[str, tuple[float, float]],
    explained: Sequence[float],
) -> Figure:
    """Words as points on the plane of their first two principal components.

    Args:
        groups: for each kind of word its points, shape (N, 2); up to four kinds.
        labels: words to be written, with the point of each.
        explained: share (0 to 1) of the variance along each of the two axes.

    Returns:
        A figure of one square plot; each kind has a colour and a mark.

    Raises:
        ValueError: no kind of word, or more than can be told apart.
    """
    if not 0 < len(groups) <= len(SERIES):
        raise ValueError(f"expected 1 to {len(SERIES)} kinds of words, got {len(groups)}")
    with style():
        figure = new_figure(height=SIZE[0] * 0.95)
        axes = figure.subplots()
        for i, (name, points) in enumerate(groups.items()):
            x, y = np.asarray(points, float).T
            axes.scatter(
                x, y, s=14, color=SERIES[i], marker=MARKERS[i], linewidths=0, label=name, alpha=0.75
            )
        for word, point in labels.items():
            axes.annotate(
                word, point, (3, 2), textcoords="offset points", size=TEXT_SIZE, color=INK
            )
        axes.set(
            xlabel=f"first component, {explained[0]:.0%} of the variance",
            ylabel=f"second component, {explained[1]:.0%}",
            xticks=[],
            yticks=[],
        )
        axes.margins(0.08)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure


def neighbour_shares(
    shares: Mapping[str, Mapping[str, float]], chance: Mapping[str, float]
) -> Figure:
    """Which share of the nearest neighbours is of a word's own class: one plot a classification.

    Args:
        shares: for each classification, the share (0 to 1) by kind of vector; the same kinds in
            all of them.
        chance: for each classification, the share if the classes are dealt out by chance.

    Returns:
        A figure of one plot a classification; a line marks chance.

    Raises:
        ValueError: no classification, or other kinds of vectors in one than in another.
    """
    kinds = {tuple(of) for of in shares.values()}
    if len(kinds) != 1:
        raise ValueError(f"expected the same kinds of vectors in every plot, got {sorted(kinds)}")
    rows = list(next(iter(kinds)))
    with style():
        figure = new_figure(height=1.3 + 0.34 * len(rows))
        plots = figure.subplots(1, len(shares), sharey=True, squeeze=False)[0]
        for axes, (name, of) in zip(plots, shares.items(), strict=True):
            drawn = axes.barh(rows, list(of.values()), height=0.7, color=SERIES[0])
            axes.bar_label(drawn, [f"{share:.0%}" for share in of.values()], padding=3, color=INK)
            axes.axvline(chance[name], color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
            axes.set_title(name)
            axes.set_xlim(0, 1.22)
            axes.set_xticks([0, 0.5, 1.0])
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="x", color=GRID, linewidth=0.6)
            axes.set_axisbelow(True)
            per_cent(axes.xaxis)
        plots[0].invert_yaxis()
        figure.supxlabel("neighbours of the same class (line: by chance)", size=11)
        return figure
