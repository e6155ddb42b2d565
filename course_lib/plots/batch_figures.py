"""Figures about batches: where an order takes each window, what batches hold, what is padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import finish, new_axes, new_figure, per_cent, plain_digits
from course_lib.plots.palette import DASHES, GRID, INK, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def window_orders(orders: Mapping[str, ArrayLike], shown: int = 200) -> Figure:
    """Where each window of a text stands in an epoch: one plot an order, side by side.

    A text read as it stands is the diagonal; an order of pure chance fills the square.

    Args:
        orders: for each name, the numbers of the windows in the order of the epoch, shape (N,).
        shown: points drawn in each plot, at most; they are taken at equal distances.

    Returns:
        A figure of one square plot an order.

    Raises:
        ValueError: no order.
    """
    if not orders:
        raise ValueError("there is no order to draw; expected at least one")
    with style():
        figure = new_figure(height=2.5)
        plots = figure.subplots(1, len(orders), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, order) in zip(plots, orders.items(), strict=True):
            windows = np.asarray(order)
            # Odd distances, so that a step of the drawing meets no step of the order.
            places = np.arange(0, len(windows), max(1, -(-len(windows) // shown)) | 1)
            axes.scatter(places, windows[places], s=5, color=SERIES[0], linewidths=0)
            axes.set_title(name)
            axes.set_box_aspect(1)
            plain_digits(axes.xaxis)
            plain_digits(axes.yaxis)
            finish(axes)
        plots[0].set_ylabel("place in the text")
        figure.supxlabel("place in the epoch, windows", fontsize=12)
        return figure


def batch_shares(curves: Mapping[str, ArrayLike], of: str, overall: float | None = None) -> Figure:
    """What share of each batch is of one kind, along an epoch.

    Args:
        curves: for each name, the share (0 to 1) in each batch, shape (S,).
        of: what the share is of, in words, for the label of the axis.
        overall: the share in the whole corpus, marked with a line.

    Returns:
        A figure of one plot.
    """
    with style():
        figure, axes = new_axes(height=2.4 + 0.25 * len(curves))
        for i, (name, shares) in enumerate(curves.items()):
            values = np.asarray(shares, float)
            steps = np.arange(1, len(values) + 1)
            axes.plot(steps, values, label=name, color=SERIES[i], linestyle=DASHES[i])
        if overall is not None:
            axes.axhline(overall, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
        axes.set(xlabel="step of the epoch", ylabel=of, ylim=(-0.03, 1.03))
        plain_digits(axes.xaxis)
        per_cent(axes.yaxis)
        axes.grid(color=GRID, linewidth=0.6)
        if len(curves) > 1:  # above, since curves that cross leave no room for it
            figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left")
        return figure


def padded_batches(batches: Mapping[str, Sequence[Sequence[int]]]) -> Figure:
    """How much of some batches is padding: one plot a way of batching, one bar a document.

    Args:
        batches: for each name, batches, each with the lengths of its documents in tokens.

    Returns:
        A figure of one plot a way of batching; padding is hatched.

    Raises:
        ValueError: nothing to draw.
    """
    if not batches:
        raise ValueError("there are no batches to draw; expected at least one way of batching")
    rows = max(sum(map(len, way)) for way in batches.values())
    with style():
        figure = new_figure(height=1.5 + 0.09 * rows)
        plots = figure.subplots(1, len(batches), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, way) in zip(plots, batches.items(), strict=True):
            _padded_rows(axes, way)
            axes.set_title(name)
            axes.set(yticks=[])
            axes.margins(y=0.01)
            plain_digits(axes.xaxis)
            axes.locator_params(axis="x", nbins=4)
        plots[0].invert_yaxis()
        plots[0].set_ylabel("documents, by batch")
        figure.supxlabel("places", fontsize=12)
        handles = plots[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside upper left", ncols=2)
        return figure


def _padded_rows(axes: Any, batches: Sequence[Sequence[int]]) -> None:
    """One bar a document, and its padding up to the longest of its batch."""
    lengths = np.array([length for batch in batches for length in batch])
    padding = np.array([max(batch) for batch in batches for _ in batch]) - lengths
    gaps = np.repeat(np.arange(len(batches)), [len(batch) for batch in batches])  # one row a batch
    at = np.arange(len(lengths)) + gaps
    axes.barh(at, lengths, height=0.8, color=SERIES[0], linewidth=0, label="text")
    empty = {"facecolor": "none", "edgecolor": GRID, "hatch": "////", "linewidth": 0.4}
    axes.barh(at, padding, left=lengths, height=0.8, label="padding", **empty)
