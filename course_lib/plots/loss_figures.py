"""Figures about losses: where a gradient pulls, curves and their floors, what is wasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.axes import finish, new_axes, new_figure, plain_digits
from course_lib.plots.palette import DASHES, GRID, INK, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pulls(labels: Sequence[str], predicted: ArrayLike, target: ArrayLike) -> Figure:
    """A prediction, its target, and their difference: the gradient of the loss by the logits.

    Args:
        labels: name of each id, V of them.
        predicted: probabilities that the model gives, shape (V,).
        target: probabilities that it should give, shape (V,).

    Returns:
        A figure of two plots: both distributions, and predicted minus target.
    """
    p, q = np.asarray(predicted, float), np.asarray(target, float)
    rows = np.arange(len(labels))
    with style():
        figure = new_figure(height=1.5 + 0.42 * len(rows))
        left, right = figure.subplots(1, 2, sharey=True)
        left.barh(rows - 0.2, p, height=0.36, color=SERIES[0], label="predicted")
        target_look = {"facecolor": "none", "edgecolor": INK, "hatch": "////", "linewidth": 0.8}
        left.barh(rows + 0.2, q, height=0.36, label="target", **target_look)
        left.set(yticks=rows, yticklabels=list(labels), xlabel="probability", xlim=(0, 1))
        left.invert_yaxis()
        right.barh(rows, p - q, height=0.5, color=SERIES[1])
        right.axvline(0, color=INK, linewidth=1.0)
        right.set(xlabel="gradient", xlim=(-1, 1))
        for axes in (left, right):
            axes.grid(axis="x", color=GRID, linewidth=0.6)
            axes.tick_params(axis="y", length=0)
            plain_digits(axes.xaxis)
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure


def loss_curves(
    curves: Mapping[str, ArrayLike], floors: Mapping[str, float], ylabel: str = "loss, nats"
) -> Figure:
    """Losses along training, and the lines that they cannot cross.

    Args:
        curves: for each name the loss at each step, shape (S,); up to four.
        floors: named values, drawn as lines from side to side.
        ylabel: what is drawn, with the unit.

    Returns:
        A figure of one plot.

    Raises:
        ValueError: more curves than lines that can be told apart.
    """
    _few(curves)
    with style():
        figure, axes = new_axes(height=3.6)
        for name, losses in curves.items():
            values = np.asarray(losses, float)
            axes.plot(np.arange(len(values)), values, label=name)
        _name_lines(axes, floors)
        axes.set(xlabel="step", ylabel=ylabel)
        axes.set_ylim(bottom=0)
        _legend_above(figure, axes)
        return figure


def smoothing_floors(floors: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """What a perfect model pays, by the share that label smoothing spreads.

    The axis on the right shows exp of the loss, which looks like a perplexity and is none.

    Args:
        floors: for each name shares and losses in nats, two arrays of shape (N,); up to four.

    Returns:
        A figure of one plot with a scale on either side.

    Raises:
        ValueError: more curves than lines that can be told apart.
    """
    _few(floors)
    with style():
        figure, axes = new_axes(height=3.6)
        for name, (shares, nats) in floors.items():
            axes.plot(np.asarray(shares), np.asarray(nats), label=name)
        axes.set(xlabel="share that is spread", ylabel="loss of a perfect model, nats")
        axes.set_ylim(bottom=0)
        axes.margins(x=0)
        top = float(np.exp(axes.get_ylim()[1]))
        other = axes.secondary_yaxis("right", functions=(np.exp, _log))
        other.set_ylabel("exp of the loss")
        other.set_yticks([tick for tick in (1, 2, 3, 5, 10, 20, 50, 100, 1000) if tick <= top])
        plain_digits(other.yaxis)
        plain_digits(axes.xaxis)
        plain_digits(axes.yaxis)
        _legend_above(figure, axes)
        return figure


def wasted(models: Mapping[str, float], floor: float, unit: str) -> Figure:
    """What models pay, cut into what nobody can avoid and what they waste.

    Args:
        models: for each name its cross-entropy.
        floor: the entropy of the source, in the same unit.
        unit: of both, for the label of the axis.

    Returns:
        A figure of one plot: a bar for each model, its wasted part hatched.

    Raises:
        ValueError: a model below the floor.
    """
    if below := {name: paid for name, paid in models.items() if paid < floor}:
        raise ValueError(f"no model pays less than the floor, {floor}; got {below}")
    rows = np.arange(len(models))
    paid = np.array(list(models.values()), float)
    with style():
        figure, axes = new_axes(height=1.5 + 0.4 * len(rows))
        known = np.full(len(rows), float(floor))
        axes.barh(rows, known, height=0.6, color=SERIES[0], label="entropy of the source")
        look: dict[str, Any] = {
            "facecolor": "none",
            "edgecolor": SERIES[1],
            "hatch": "////",
            "linewidth": 0.8,
        }
        axes.barh(rows, paid - floor, left=floor, height=0.6, label="wasted", **look)
        axes.set(yticks=rows, yticklabels=list(models), xlabel=unit)
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        plain_digits(axes.xaxis)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
        return figure


def _few(curves: Mapping[str, Any]) -> None:
    if len(curves) > len(SERIES):
        raise ValueError(
            f"{len(curves)} curves: {', '.join(curves)}; expected at most {len(SERIES)}, since no "
            "more can be told apart; draw two figures"
        )


def _name_lines(axes: Any, lines: Mapping[str, float]) -> None:
    """Draw lines from side to side, with their names on them at the right end."""
    for i, (name, height) in enumerate(lines.items()):
        axes.axhline(height, color=INK, linewidth=1.1, linestyle=DASHES[i % len(DASHES)])
        axes.annotate(
            name,
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            size=10.5,
        )


def _legend_above(figure: Any, axes: Any) -> None:
    finish(axes)
    if axes.get_legend():
        axes.get_legend().remove()
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)


def _log(values: Any) -> Any:
    """The logarithm, where matplotlib also tries a scale at 0."""
    return np.log(np.maximum(values, 1e-12))
