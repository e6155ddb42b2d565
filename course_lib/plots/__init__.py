"""Every figure of the book, as a function of plain arrays that returns a matplotlib ``Figure``.

A page shows a figure with :func:`show`, which asks for a description and gives an inline SVG that
follows the page's light or dark mode. :func:`explore` turns a function of a few settings into a
panel with sliders that needs no running Python. Importing this package does not import matplotlib.
"""

from course_lib.plots.batch_figures import batch_shares, padded_batches, window_orders
from course_lib.plots.explore import Explorer, explore
from course_lib.plots.inline import Picture, show
from course_lib.plots.likelihood_figures import by_order, learning_curve
from course_lib.plots.palette import DASHES, GRID, INK, PAPER, SERIES, SIZE, style
from course_lib.plots.surprisal_figure import surprisal
from course_lib.plots.text_figures import (
    bars,
    coverage,
    sentence_lengths,
    type_growth,
    type_token_ratio,
    zipf,
)
from course_lib.plots.token_figures import cost_per_word, token_boxes, vocabulary_sizes
from course_lib.plots.window_figures import leak_by_stride, windows

__all__ = [
    "DASHES",
    "GRID",
    "INK",
    "PAPER",
    "SERIES",
    "SIZE",
    "Explorer",
    "Picture",
    "bars",
    "batch_shares",
    "by_order",
    "cost_per_word",
    "coverage",
    "explore",
    "leak_by_stride",
    "learning_curve",
    "padded_batches",
    "sentence_lengths",
    "show",
    "style",
    "surprisal",
    "token_boxes",
    "type_growth",
    "type_token_ratio",
    "vocabulary_sizes",
    "window_orders",
    "windows",
    "zipf",
]
