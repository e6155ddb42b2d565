"""What every figure of the book has alike: size, grid, and labels in plain digits."""

from typing import TYPE_CHECKING, Any

from course_lib.errors import require
from course_lib.plots.palette import GRID, SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def new_figure(height: float = SIZE[1]) -> "Figure":
    """An empty figure of the book's width.

    Args:
        height: inches.
    """
    figure: Figure = require("matplotlib.figure", "book").Figure(figsize=(SIZE[0], height))
    return figure


def new_axes(height: float = SIZE[1]) -> "tuple[Figure, Axes]":
    """An empty figure of the book's width with one plot in it.

    Args:
        height: inches.
    """
    figure = new_figure(height)
    return figure, figure.subplots()


def plain_digits(axis: Any) -> None:
    """Label the ticks of an axis 1,000, 10k, 2M and not as powers, which a page's font cannot set.

    Args:
        axis: a matplotlib axis, ``axes.xaxis`` or ``axes.yaxis``.
    """
    ticker = require("matplotlib.ticker", "book")
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: _digits(value)))
    axis.set_minor_formatter(ticker.NullFormatter())


def _digits(value: float) -> str:
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= max(unit, 1e4):
            return f"{value / unit:,.10g}{letter}"
    return f"{value:,.10g}".replace("-", "−")


def per_cent(axis: Any) -> None:
    """Label the ticks of an axis of shares (0 to 1) as per cent.

    Args:
        axis: a matplotlib axis, ``axes.xaxis`` or ``axes.yaxis``.
    """
    axis.set_major_formatter(require("matplotlib.ticker", "book").PercentFormatter(1.0, 0))


def finish(axes: Any, legend: str = "best") -> None:
    """Add the grid and, where several things are drawn, a legend.

    Args:
        axes: the plot.
        legend: matplotlib's name of the legend's place.
    """
    axes.grid(color=GRID, linewidth=0.6)
    if len(axes.get_legend_handles_labels()[0]) > 1:
        axes.legend(loc=legend)
