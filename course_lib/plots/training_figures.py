"""Figures about training: curves of a run, gradients that are clipped, rates that go down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.errors import require
from course_lib.plots.axes import finish, new_axes, new_figure, plain_digits
from course_lib.plots.palette import DASHES, GRID, INK, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curves = Mapping[str, tuple[ArrayLike, ArrayLike]]
"""For each name two arrays of shape (N,): where its points stand, and how high."""


def training_curves(
    curves: Curves,
    ylabel: str,
    lines: Mapping[str, float] | None = None,
    xlabel: str = "step",
    log: bool = False,
) -> Figure:
    """What changes along a run, and what it is compared with.

    Args:
        curves: for each name its steps and its values, two arrays of shape (N,); up to four. A
            value that is not finite leaves a gap.
        ylabel: what is drawn, with the unit.
        lines: named values, drawn from side to side: a floor, a model to beat.
        xlabel: what is counted along the run.
        log: whether the values have a logarithmic axis.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: more curves than lines that can be told apart.
    """
    if len(curves) > len(SERIES):
        raise ValueError(
            f"{len(curves)} curves: {', '.join(curves)}; expected at most {len(SERIES)}, since no "
            "more can be told apart; draw two figures"
        )
    with style():
        figure, axes = new_axes(height=3.8)
        for name, (x, y) in curves.items():
            axes.plot(np.asarray(x), np.asarray(y, float), label=name)
        for i, (name, value) in enumerate((lines or {}).items()):
            axes.axhline(value, color=INK, linewidth=1.1, linestyle=DASHES[i % len(DASHES)])
            axes.annotate(
                name,
                (0.0, value),  # at the left, where a curve that falls is still high
                xycoords=("axes fraction", "data"),
                xytext=(4, 3),
                textcoords="offset points",
                size=10.5,
            )
        axes.set(xlabel=xlabel, ylabel=ylabel)
        plain_digits(axes.xaxis)
        if log:
            axes.set_yscale("log")
            ticker = require("matplotlib.ticker", "book")
            axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
        else:
            room = 1.1 * max((lines or {}).values(), default=0)  # for a name above its line
            axes.set_ylim(0, max(axes.get_ylim()[1], room))
        plain_digits(axes.yaxis)
        _legend_above(figure, axes)
        return figure


def clipped_gradients(gradients: Mapping[str, ArrayLike], xlabel: str, ylabel: str) -> Figure:
    """Gradients of two weights as arrows, and the circle of norm 1.

    Each arrow is drawn as long as it is up to twice the circle's radius; one that is longer ends
    there without a head.

    Args:
        gradients: for each name two numbers, shape (2,); up to four.
        xlabel: what the first number is.
        ylabel: what the second is.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: a gradient of another shape.
    """
    limit = 2.0
    with style():
        figure, axes = new_axes(height=4.0)
        turn = np.linspace(0, 2 * np.pi, 200)
        axes.plot(np.cos(turn), np.sin(turn), color=INK, linewidth=1.0, linestyle="-")
        for i, (name, gradient) in enumerate(gradients.items()):
            arrow = np.asarray(gradient, float)
            if arrow.shape != (2,):
                raise ValueError(f"{name!r} has shape {arrow.shape}; expected two numbers")
            norm = float(np.hypot(*arrow))
            end = arrow * min(1.0, limit / norm) if norm else arrow
            look: dict[str, Any] = {"color": SERIES[i], "linestyle": DASHES[i], "linewidth": 2.2}
            axes.plot([0, end[0]], [0, end[1]], label=f"{name}: norm {norm:,.4g}", **look)
            if norm <= limit:
                axes.plot(*end, marker="o", color=SERIES[i])
        axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.1, limit), ylim=(-0.1, limit))
        axes.set_aspect("equal")
        _legend_above(figure, axes, columns=1)
        return figure


def plateaus(perplexities: ArrayLike, rates: ArrayLike, stopped: int | None = None) -> Figure:
    """A validation perplexity by epoch, and the learning rate that follows it.

    Args:
        perplexities: after each epoch, shape (N,).
        rates: the rate in each epoch, shape (N,).
        stopped: the epoch after which training stopped, counted from 1; None if it did not.

    Returns:
        A figure of two plots, one above the other.

    Raises:
        ValueError: not as many rates as perplexities.
    """
    heights, steps = np.asarray(perplexities, float), np.asarray(rates, float)
    if heights.shape != steps.shape or heights.ndim != 1:
        raise ValueError(
            f"expected one rate for each epoch, got {heights.shape} perplexities and {steps.shape}"
        )
    epochs = np.arange(1, len(heights) + 1)
    with style():
        figure = new_figure(height=4.2)
        above, below = figure.subplots(2, 1, sharex=True)
        above.plot(epochs, heights, marker="o")
        best = int(heights.argmin())
        above.plot(epochs[best], heights[best], marker="D", markersize=9, color=SERIES[1])
        above.annotate(
            "best", (epochs[best], heights[best]), xytext=(0, 9), textcoords="offset points",
            ha="center", size=10.5,
        )  # fmt: skip
        above.set_ylabel("perplexity")
        below.step(epochs, steps, where="mid", color=SERIES[2])
        below.set(xlabel="epoch", ylabel="learning rate", yscale="log")
        if stopped is not None:
            for axes in (above, below):
                axes.axvline(stopped, color=INK, linewidth=1.1, linestyle=DASHES[2])
        for axes in (above, below):
            axes.grid(color=GRID, linewidth=0.6)
            plain_digits(axes.yaxis)
        # Six digits: a rate in single precision is not quite the number that was asked for.
        below.set_yticks(sorted({float(f"{rate:.6g}") for rate in steps}))
        below.minorticks_off()
        plain_digits(below.xaxis)
        return figure


def _legend_above(figure: Any, axes: Any, columns: int = 2) -> None:
    """Grid, and a legend above the plot: curves that fall leave little room inside it."""
    finish(axes)
    if axes.get_legend():
        axes.get_legend().remove()
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=columns)
