"""Figures about how a network is built: what is left after many steps, where parameters are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.errors import require
from course_lib.plots.axes import new_axes, plain_digits
from course_lib.plots.palette import DASHES, GRID, INK, PAPER, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DECADES = 12
"""Powers of ten on a logarithmic axis: what is smaller leaves the figure."""


def over_steps(
    curves: Mapping[str, ArrayLike],
    ylabel: str,
    xlabel: str = "steps",
    log: bool = True,
    expected: Mapping[str, ArrayLike] | None = None,
) -> Figure:
    """What becomes of something, step by step.

    Args:
        curves: for each name the values after 0, 1, 2 ... steps, shape (N,); up to four names.
        ylabel: what the values are, with the unit.
        xlabel: what is counted.
        log: whether the values have a logarithmic axis; then they must be above 0.
        expected: for some of the names, what a formula says: thin lines in ink.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: no curve, more than can be told apart, or values that have no logarithm.
    """
    if not 0 < len(curves) <= len(SERIES):
        raise ValueError(f"expected 1 to {len(SERIES)} curves, got {len(curves)}")
    drawn = {name: np.asarray(values, float) for name, values in curves.items()}
    if log and min(values.min() for values in drawn.values()) <= 0:
        raise ValueError("a logarithmic axis needs values above 0; draw with log=False")
    with style():
        figure, axes = new_axes(height=2.8 + 0.22 * len(curves))
        for i, (name, values) in enumerate(drawn.items()):
            axes.plot(values, label=name, color=SERIES[i], linestyle=DASHES[i])
        for formula in (expected or {}).values():
            axes.plot(np.asarray(formula, float), color=INK, linewidth=0.9, linestyle="-")
        axes.set(xlabel=xlabel, ylabel=ylabel)
        if log:
            axes.set_yscale("log")
            top = max(values.max() for values in drawn.values())
            low = min(values.min() for values in drawn.values())
            axes.set_ylim(max(low / 2, top / 10.0**MOST_DECADES), top * 3)
            _powers(axes.yaxis)
        else:
            axes.set_ylim(bottom=0)
            plain_digits(axes.yaxis)
        plain_digits(axes.xaxis)
        axes.grid(color=GRID, linewidth=0.6)
        if len(curves) > 1:  # above, since curves that fall leave no corner free
            figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure


def _powers(axis: Any) -> None:
    """Label a logarithmic axis 1, 0.1, 0.001, 1e−6: a page's font has no raised digits."""
    ticker = require("matplotlib.ticker", "book")
    axis.set_major_locator(ticker.LogLocator(numticks=8))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: _power(value)))
    axis.set_minor_formatter(ticker.NullFormatter())


def _power(value: float) -> str:
    power = round(float(np.log10(value)))
    if power >= 0:
        return f"{10**power:,}"
    return f"{10.0**power:.{-power}f}" if power >= -3 else f"1e−{-power}"


def parameter_stacks(models: Mapping[str, Mapping[str, int]]) -> Figure:
    """Where the parameters of some models are: one bar a model, cut by layer.

    Args:
        models: for each model, the number of parameters of each layer, the first layer first; a
            layer keeps its colour from model to model.

    Returns:
        A figure of one plot; the total is written at the end of each bar.

    Raises:
        ValueError: no model, or more layers than can be told apart.
    """
    by_depth = sorted(models.values(), key=len, reverse=True)  # the deepest knows the order
    layers = list(dict.fromkeys(layer for counts in by_depth for layer in counts))
    if not models or len(layers) > len(SERIES):
        raise ValueError(f"expected models of at most {len(SERIES)} layers, got {layers}")
    with style():
        figure, axes = new_axes(height=1.8 + 0.4 * len(models))
        at = np.arange(len(models))
        left = np.zeros(len(models))
        for i, layer in enumerate(layers):
            counts = np.array([of.get(layer, 0) for of in models.values()], float)
            drawn = axes.barh(at, counts, left=left, height=0.7, label=layer, color=SERIES[i])
            for bar in drawn:
                bar.set(edgecolor=PAPER, linewidth=0.6, hatch=("", "//", "..", "\\\\")[i])
            left += counts
        for row, total in enumerate(left):
            axes.annotate(
                f"{int(total):,}", (total, row), (4, 0), textcoords="offset points", va="center"
            )
        axes.set_yticks(at, list(models))
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.2)
        axes.set_xlabel("parameters")
        plain_digits(axes.xaxis)
        axes.locator_params(axis="x", nbins=4)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure
