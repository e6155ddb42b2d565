"""Every figure of the book, as a function of plain arrays that returns a matplotlib ``Figure``.

A page shows a figure with :func:`show`, which asks for a description and gives an inline SVG that
follows the page's light or dark mode. :func:`explore` turns a function of a few settings into a
panel with sliders that needs no running Python. Importing this package does not import matplotlib.
"""

from course_lib.plots.attention_figures import attention_maps, position_waves
from course_lib.plots.batch_figures import batch_shares, padded_batches, window_orders
from course_lib.plots.build_figures import over_steps, parameter_stacks
from course_lib.plots.embedding_figures import neighbour_shares, word_map
from course_lib.plots.explore import Explorer, explore
from course_lib.plots.inline import Picture, show
from course_lib.plots.likelihood_figures import by_order, learning_curve
from course_lib.plots.loss_figures import loss_curves, pulls, smoothing_floors, wasted
from course_lib.plots.memory_figures import gradient_magnitudes, memory_bars
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
from course_lib.plots.training_figures import clipped_gradients, plateaus, training_curves
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
    "attention_maps",
    "bars",
    "batch_shares",
    "by_order",
    "clipped_gradients",
    "cost_per_word",
    "coverage",
    "explore",
    "gradient_magnitudes",
    "leak_by_stride",
    "learning_curve",
    "loss_curves",
    "memory_bars",
    "neighbour_shares",
    "over_steps",
    "padded_batches",
    "parameter_stacks",
    "plateaus",
    "position_waves",
    "pulls",
    "sentence_lengths",
    "show",
    "smoothing_floors",
    "style",
    "surprisal",
    "token_boxes",
    "training_curves",
    "type_growth",
    "type_token_ratio",
    "vocabulary_sizes",
    "wasted",
    "window_orders",
    "windows",
    "word_map",
    "zipf",
]
