"""One palette and one style for every figure: colours by role, so that a page can repaint them.

Figures are drawn in fixed colours and repainted by the page: :func:`course_lib.plots.show` turns
each colour of :data:`VARIABLES` into a CSS variable, which the style sheet of the book sets for
light and for dark mode. Ink, grid and paper are colours that nothing else uses, so that they can be
found again in the finished picture.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course_lib.errors import require

INK = "#010203"
"""Text, axes and outlines."""
GRID = "#040506"
"""Grid lines and other quiet marks."""
PAPER = "#fdfcfb"
"""What lies behind a figure, for gaps between neighbouring areas."""
SERIES = ("#12407f", "#c24a00", "#2b8077", "#a33dc0")
"""The colours of data, in order of use: blue, vermilion, teal, purple.

Readers with any common form of colour blindness can tell them apart; lines also differ in dashes,
so that colour is never the only difference.
"""
DASHES = ("-", (0, (5, 2)), (0, (1.2, 1.6)), (0, (6, 2, 1.2, 2)))
"""The line style that goes with each colour of data."""
MARKERS = ("o", "s", "^", "D")
"""The mark of a point that goes with each colour of data."""
VARIABLES = {
    INK: "var(--fig-fg, currentColor)",
    GRID: "var(--fig-grid, #c8c8c8)",
    PAPER: "var(--fig-bg, #ffffff)",
    **{colour: f"var(--fig-c{i}, {colour})" for i, colour in enumerate(SERIES)},
}
"""What each drawing colour becomes on a page."""

SIZE = (5.4, 3.4)
"""Width and height of an ordinary figure, inches: its labels can still be read on a phone."""


def settings() -> dict[str, Any]:
    """Matplotlib settings of the book's figures: transparent, few lines, the palette above."""
    cycler = require("cycler", "book").cycler
    ink_items = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    faces = ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor")
    return {
        **dict.fromkeys(ink_items, INK),
        **dict.fromkeys(faces, "none"),
        "axes.prop_cycle": cycler(color=list(SERIES)) + cycler(linestyle=list(DASHES)),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 12.5,
        "axes.unicode_minus": True,
        "figure.constrained_layout.use": True,
        "figure.figsize": SIZE,
        "font.family": ["sans-serif"],
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 12,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "lines.linewidth": 2.0,
        "patch.edgecolor": INK,
        "path.simplify": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "robo-poet",
    }


@contextmanager
def style() -> Iterator[None]:
    """Draw what is inside a ``with`` statement in the book's style.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    with require("matplotlib", "book").rc_context(settings()):
        yield
