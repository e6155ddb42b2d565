"""A figure of how surprising each piece of a text is, written under the text itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.plots.axes import new_figure
from course_lib.plots.palette import GRID, SERIES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def surprisal(pieces: Sequence[str], values: Sequence[float], unit: str = "bits") -> "Figure":
    """One bar a piece of text, as high as that piece is surprising; one panel a line of text.

    Args:
        pieces: characters or tokens in their order; a piece that ends in a line break ends a panel.
        values: the surprisal of each piece, in ``unit``.
        unit: what the values are measured in: bits or nats.

    Returns:
        A figure with a panel a line, the pieces written below their bars.

    Raises:
        ValueError: there are not as many values as pieces.
    """
    if len(pieces) != len(values):
        raise ValueError(f"{len(pieces)} pieces and {len(values)} values; expected one value each")
    lines = _lines(pieces, values)
    widest = max(sum(map(_width, line[0])) for line in lines)
    size = min(13.0, 500 / widest)  # points: what lets the longest line fit the figure
    with style():
        figure = new_figure(height=0.5 + 0.95 * len(lines))
        panels = figure.subplots(len(lines), 1, sharey=True, squeeze=False)[:, 0]
        for axes, (texts, heights) in zip(panels, lines, strict=True):
            widths = [_width(text) for text in texts]
            centres = [sum(widths[:i]) + width / 2 for i, width in enumerate(widths)]
            bar_widths = [0.84 * width for width in widths]
            axes.bar(centres, heights, width=bar_widths, color=SERIES[0])
            axes.set_xticks(centres, [_visible(t) for t in texts], family="monospace", size=size)
            axes.set_xlim(0, widest)
            axes.tick_params(axis="x", length=0)
            axes.grid(axis="y", color=GRID, linewidth=0.6)
            axes.set_axisbelow(True)
        figure.supylabel(f"surprisal, {unit}", size=12)
        return figure


def _lines(pieces: Sequence[str], values: Sequence[float]) -> list[tuple[list[str], list[float]]]:
    lines: list[tuple[list[str], list[float]]] = [([], [])]
    for piece, value in zip(pieces, values, strict=True):
        lines[-1][0].append(piece)
        lines[-1][1].append(value)
        if piece.endswith("\n"):
            lines.append(([], []))
    return [line for line in lines if line[0]]


def _width(piece: str) -> int:
    return max(1, len(piece.rstrip("\n")) or 1)


def _visible(piece: str) -> str:
    """Write a space as an open box and a line break as a return arrow."""
    return piece.replace("\n", "↵").replace(" ", "␣") if not piece.strip() else piece.strip("\n")
