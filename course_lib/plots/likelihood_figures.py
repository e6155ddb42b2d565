"""Figures about likelihood: what a model pays, by its order and by how much it has read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.errors import require
from course_lib.plots.axes import finish, new_axes, plain_digits
from course_lib.plots.palette import DASHES, INK, MARKERS, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curves = Mapping[str, tuple[ArrayLike, ArrayLike]]
"""For each name two arrays of shape (N,): where its points stand, and how high."""


def by_order(
    curves: Curves, ylabel: str, floors: Mapping[str, float] | None = None, log: bool = False
) -> Figure:
    """What models pay, by their order.

    Args:
        curves: for each kind of model its orders and what it pays, two arrays of shape (N,); up to
            four kinds.
        ylabel: what it pays, with the unit.
        floors: the least that any model can pay, by name: drawn as lines from side to side.
        log: whether the cost has a logarithmic axis.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: more kinds of model than lines that can be told apart.
    """
    with style():
        figure, axes = new_axes()
        _draw(axes, curves)
        for i, (name, floor) in enumerate((floors or {}).items()):
            axes.axhline(floor, color=INK, linewidth=1.2, linestyle=DASHES[i % len(DASHES)])
            axes.annotate(
                name,
                (1.0, floor),
                xycoords=("axes fraction", "data"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="right",
                size=10.5,
            )
        orders = sorted({int(order) for x, _ in curves.values() for order in np.asarray(x)})
        axes.set(xlabel="order: tokens in an n-gram", ylabel=ylabel, xticks=orders)
        if log:
            axes.set_yscale("log")
            _nice_ticks(axes.yaxis)
        else:
            axes.set_ylim(bottom=0)
        plain_digits(axes.yaxis)
        _finish(axes)
        return figure


def learning_curve(curves: Curves, ylabel: str, xlabel: str = "documents in training") -> Figure:
    """What models pay, by how much they have read; both axes are logarithmic.

    Args:
        curves: for each model sizes of the training set and what it pays, two arrays of shape (N,),
            all above 0; up to four models.
        ylabel: what it pays, with the unit.
        xlabel: what the size counts.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: more models than lines that can be told apart.
    """
    with style():
        figure, axes = new_axes()
        _draw(axes, curves)
        sizes = sorted({float(size) for x, _ in curves.values() for size in np.asarray(x)})
        axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
        axes.set_xticks(sizes if len(sizes) <= 7 else sizes[:: -(-len(sizes) // 7)])
        plain_digits(axes.xaxis)
        _nice_ticks(axes.yaxis)
        plain_digits(axes.yaxis)
        _finish(axes)
        return figure


def _draw(axes: Any, curves: Curves) -> None:
    if len(curves) > len(SERIES):
        raise ValueError(
            f"{len(curves)} curves: {', '.join(curves)}; expected at most {len(SERIES)}, since no "
            "more can be told apart; draw two figures"
        )
    for i, (name, (x, y)) in enumerate(curves.items()):
        axes.plot(np.asarray(x), np.asarray(y), marker=MARKERS[i], label=name)


def _finish(axes: Any) -> None:
    """Grid, and a legend above the plot: curves that cross leave no room inside it."""
    finish(axes)
    if axes.get_legend():
        columns = {"ncols": 2, "columnspacing": 1.2, "borderaxespad": 0.2}
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), **columns)


def _nice_ticks(axis: Any) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten: a span below ten needs more than one label."""
    ticker = require("matplotlib.ticker", "book")
    axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
