"""Figures about the words of a text: how often, how many, how long, how well covered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import finish, new_axes, new_figure, per_cent, plain_digits
from course_lib.plots.palette import INK, PAPER, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def zipf(
    counts: Mapping[str, ArrayLike], fits: Mapping[str, tuple[float, float]] | None = None
) -> Figure:
    """How often the word at each frequency rank occurs, both axes logarithmic.

    Args:
        counts: for each text, the occurrences of its types in any order, array of shape (V,).
        fits: for some of the texts, scale C and exponent s of the law C / rank^s, drawn thin.

    Returns:
        A figure of one plot.
    """
    with style():
        figure, axes = new_axes()
        for name, values in counts.items():
            axes.plot(*_rank_line(np.asarray(values)), label=name)
        for name, (scale, exponent) in (fits or {}).items():
            ranks = np.array([1.0, np.size(counts[name])])
            _thin_line(axes, ranks, scale * ranks**-exponent, f"{name}: slope −{exponent:.2f}")
        axes.set(xscale="log", yscale="log", xlabel="rank of the type", ylabel="occurrences")
        plain_digits(axes.xaxis)
        plain_digits(axes.yaxis)
        finish(axes)
        return figure


def type_growth(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    fits: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """How the number of different words grows as a text is read.

    Args:
        curves: for each text, tokens read and types met by then, two arrays of shape (N,).
        fits: for some of the texts, scale K and exponent beta of Heaps' law K * tokens^beta.

    Returns:
        A figure of one plot.
    """
    with style():
        figure, axes = new_axes()
        for name, (tokens, types) in curves.items():
            axes.plot(np.asarray(tokens), np.asarray(types), label=name)
        for name, (scale, exponent) in (fits or {}).items():
            read = np.linspace(1.0, float(np.max(curves[name][0])), 200)
            _thin_line(axes, read, scale * read**exponent, f"{name}: exponent {exponent:.2f}")
        axes.set(xlabel="tokens read", ylabel="types met")
        plain_digits(axes.xaxis)
        plain_digits(axes.yaxis)
        finish(axes)
        return figure


def type_token_ratio(curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """The type/token ratio of a text's beginning, by the length of that beginning.

    Args:
        curves: for each text, tokens read and types met by then, two arrays of shape (N,).

    Returns:
        A figure of one plot with a logarithmic token axis.
    """
    with style():
        figure, axes = new_axes()
        for name, (tokens, types) in curves.items():
            axes.plot(np.asarray(tokens), np.asarray(types) / np.asarray(tokens), label=name)
        axes.set(xscale="log", xlabel="tokens read", ylabel="types per token", ylim=(0, 1.02))
        plain_digits(axes.xaxis)
        finish(axes)
        return figure


def sentence_lengths(lengths: Mapping[str, ArrayLike], longest: int | None = None) -> Figure:
    """How many sentences have how many tokens, one panel a text, with the median marked.

    Args:
        lengths: for each text, the length of every sentence, tokens, array of shape (S,).
        longest: sentences longer than this are counted at this length; no limit if not given.

    Returns:
        A figure with one plot a text, one above the other.
    """
    data = {name: np.asarray(values, dtype=int) for name, values in lengths.items()}
    end = longest or max(int(values.max()) for values in data.values())
    width = -(-end // 40)
    edges = np.arange(0, end + width, width) + 0.5
    with style():
        figure = new_figure(height=1.0 + 1.9 * len(data))
        panels = figure.subplots(len(data), 1, sharex=True, squeeze=False)[:, 0]
        for i, (axes, (name, values)) in enumerate(zip(panels, data.items(), strict=True)):
            colour = SERIES[i % len(SERIES)]
            axes.hist(np.minimum(values, end), bins=edges, color=colour, edgecolor=PAPER)
            median = float(np.median(values))
            axes.axvline(median, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
            axes.set_title(f"{name} (dashed: the median, {median:g})")
            axes.set_ylabel("sentences")
            plain_digits(axes.yaxis)
        panels[-1].set_xlabel("tokens in the sentence" + (f" ({end} or more)" if longest else ""))
        return figure


def coverage(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], target: float | None = None
) -> Figure:
    """The share of a text's tokens that its most frequent types make up.

    Args:
        curves: for each text, vocabulary sizes in types and the share of tokens that each covers
            (0 to 1), two arrays of shape (N,).
        target: a share to mark with a line across, for instance 0.95.

    Returns:
        A figure of one plot with a logarithmic vocabulary axis.
    """
    with style():
        figure, axes = new_axes()
        for name, (sizes, shares) in curves.items():
            axes.plot(np.asarray(sizes), np.asarray(shares), label=name)
        if target is not None:
            _thin_line(axes, np.array(axes.get_xlim()), np.array([target] * 2), f"{target:.0%}")
        axes.set(xscale="log", xlabel="types in the vocabulary", ylabel="tokens covered")
        axes.set_ylim(0, 1.02)
        plain_digits(axes.xaxis)
        per_cent(axes.yaxis)
        finish(axes, legend="lower right")
        return figure


def bars(values: Mapping[str, float], xlabel: str, percent: bool = False) -> Figure:
    """One horizontal bar a name, the first name on top, the value written at its end.

    Args:
        values: the length of each bar, in the unit that the axis label names.
        xlabel: what the bars measure, with its unit.
        percent: whether the values are shares (0 to 1), shown as per cent.

    Returns:
        A figure of one plot.
    """
    lengths = list(values.values())
    with style():
        figure, axes = new_axes(height=0.9 + 0.32 * len(lengths))
        drawn = axes.barh(range(len(lengths)), lengths, color=SERIES[0], height=0.7)
        axes.set_yticks(range(len(lengths)), list(values))
        axes.bar_label(drawn, [_short(v, percent) for v in lengths], padding=4, color=INK)
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel(xlabel)
        (per_cent if percent else plain_digits)(axes.xaxis)
        return figure


def _rank_line(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ranks and counts without the points inside a run of equals: the same line in fewer points."""
    counts = np.sort(counts)[::-1]
    change = np.flatnonzero(np.diff(counts))
    kept = np.unique(np.concatenate([[0], change, change + 1, [len(counts) - 1]]))
    return kept + 1, counts[kept]


def _thin_line(axes: Any, x: np.ndarray, y: np.ndarray, label: str) -> None:
    axes.plot(x, y, color=INK, linestyle=(0, (4, 2)), linewidth=1.0, label=label)


def _short(value: float, percent: bool) -> str:
    if percent:
        return f"{value:.1%}"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
