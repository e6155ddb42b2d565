"""Figures about tokens: how a text is cut, what a vocabulary size costs, what a word costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import finish, new_axes, new_figure, per_cent, plain_digits
from course_lib.plots.palette import DASHES, GRID, INK, MARKERS, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "xx")
LINE = 46
"""Characters that fit one line of boxes."""


def token_boxes(cuts: Mapping[str, Sequence[str]]) -> Figure:
    """The same text cut in several ways: one box a token, one block of lines a cut.

    Args:
        cuts: for each way of cutting, the tokens in their order as they shall be written.

    Returns:
        A figure without axes.

    Raises:
        ValueError: a token that is longer than a line.
    """
    blocks = {name: _lines(tokens) for name, tokens in cuts.items()}
    n_lines = sum(1.5 + 1.35 * len(lines) for lines in blocks.values())
    with style():
        figure, axes = new_axes(height=0.2 + 0.24 * n_lines)
        axes.set_axis_off()
        axes.set(xlim=(-0.5, LINE + 0.5), ylim=(n_lines, 0))
        top = 0.0
        for name, lines in blocks.items():
            axes.text(-0.3, top + 0.6, f"{name}: {len(cuts[name])} tokens", va="center", size=11)
            for number, line in enumerate(lines):
                _boxes(axes, line, top + 1.75 + 1.35 * number)
            top += 1.5 + 1.35 * len(lines)
        return figure


def _lines(tokens: Sequence[str]) -> list[list[str]]:
    """Tokens in lines that are not too long."""
    lines: list[list[str]] = [[]]
    for token in tokens:
        if len(token) > LINE:
            raise ValueError(f"token {token!r} has {len(token)} characters; a line has {LINE}")
        if sum(_width(t) for t in lines[-1]) + _width(token) > LINE:
            lines.append([])
        lines[-1].append(token)
    return lines


def _width(token: str) -> float:
    """Room for a token, in characters: its letters, and a gap on both sides."""
    return len(token) + 0.5


def _boxes(axes: Any, tokens: Sequence[str], middle: float) -> None:
    start = 0.0
    for token in tokens:
        left, right = start + 0.06, start + _width(token) - 0.06
        axes.text(
            start + _width(token) / 2,
            middle,
            token,
            ha="center",
            va="center",
            size=11,
            family="monospace",
        )
        axes.plot(
            [left, right, right, left, left],
            [middle - 0.6, middle - 0.6, middle + 0.6, middle + 0.6, middle - 0.6],
            color=SERIES[0],
            linestyle="-",
            linewidth=1.0,
        )
        start += _width(token)


def vocabulary_sizes(
    lengths: Mapping[str, tuple[ArrayLike, ArrayLike]],
    whole_words: Mapping[str, tuple[ArrayLike, ArrayLike]],
) -> Figure:
    """What a larger vocabulary buys: shorter sequences, and more words that have an id.

    A pair of arrays of one element is drawn as a single point.

    Args:
        lengths: for each way of cutting, vocabulary sizes and the tokens a word of text takes,
            two arrays of shape (N,).
        whole_words: for each way of cutting, vocabulary sizes and the share of running words (0 to
            1) that are a single token, two arrays of shape (N,).

    Returns:
        A figure of two plots, one above the other, with one logarithmic vocabulary axis.
    """
    names = list(dict.fromkeys([*lengths, *whole_words]))
    with style():
        figure = new_figure(height=5.4)
        upper, lower = figure.subplots(2, 1, sharex=True)
        for axes, curves in ((upper, lengths), (lower, whole_words)):
            for name, (sizes, values) in curves.items():
                _curve(axes, np.asarray(sizes), np.asarray(values), name, names.index(name))
            axes.set_xscale("log")
        upper.set_ylabel("tokens per word")
        upper.set_ylim(0, 1.12 * max(float(np.max(y)) for _, y in lengths.values()))
        lower.set(xlabel="ids in the vocabulary", ylabel="words that are one token")
        lower.set_ylim(-0.02, 1.02)
        several = [sizes for sizes, _ in whole_words.values() if np.size(sizes) > 1]
        lower.set_xticks(sorted({int(size) for sizes in several for size in np.asarray(sizes)}))
        plain_digits(lower.xaxis)
        plain_digits(upper.yaxis)
        per_cent(lower.yaxis)
        finish(upper, legend="upper right")
        finish(lower, legend="lower right")
        return figure


def _curve(axes: Any, x: np.ndarray, y: np.ndarray, name: str, i: int) -> None:
    look = {"color": SERIES[i % 4], "marker": MARKERS[i % 4], "markersize": 5}
    axes.plot(x, y, label=name, linestyle=DASHES[i % 4] if len(x) > 1 else "none", **look)


def cost_per_word(costs: Mapping[str, Mapping[str, float]]) -> Figure:
    """Tokens a word takes, by what the tokenizer was trained on and by the language it reads.

    Args:
        costs: for each training text, the tokens per word of each language that is read.

    Returns:
        A figure of one plot: a group of bars for each training text, a bar for each language.
    """
    languages = list(dict.fromkeys(name for group in costs.values() for name in group))
    height = 0.8 / len(languages)
    with style():
        figure, axes = new_axes(height=1.3 + 0.34 * len(costs) * len(languages))
        for i, language in enumerate(languages):
            rows = [row + (i - (len(languages) - 1) / 2) * height for row in range(len(costs))]
            values = [group[language] for group in costs.values()]
            drawn = axes.barh(
                rows,
                values,
                height=0.88 * height,
                color=SERIES[i],
                label=f"reads {language}",
                hatch=HATCHES[i],
                edgecolor=INK,
                linewidth=0.6,
            )
            axes.bar_label(drawn, [f"{value:.2f}" for value in values], padding=4, color=INK)
        axes.set_yticks(range(len(costs)), [f"trained on\n{name}" for name in costs])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("tokens per word")
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        plain_digits(axes.xaxis)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=2)
        return figure
