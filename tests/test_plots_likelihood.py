"""The figures about likelihood show every point they are given, and floors where they are."""

import numpy as np
import pytest

from course_lib import plots

CURVES = {"add-one": ([1, 2, 3], [9.0, 4.0, 12.5]), "Kneser–Ney": ([1, 2, 3, 5], [9, 3, 2, 1.5])}


def drawn(axes, name):
    line = next(line for line in axes.get_lines() if line.get_label() == name)
    return line.get_xydata()


@pytest.mark.parametrize("log", [False, True])
def test_every_order_stands_at_its_cost(log):
    axes = plots.by_order(CURVES, "bits", log=log).axes[0]
    for name, points in CURVES.items():
        assert np.array_equal(drawn(axes, name), np.column_stack(points))
    assert list(axes.get_xticks()) == [1, 2, 3, 5]
    assert axes.get_yscale() == ("log" if log else "linear")
    assert axes.get_ylabel() == "bits"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(CURVES)


def test_a_linear_cost_begins_at_nothing():
    axes = plots.by_order({"one": ([1, 2], [5.0, 4.9])}, "bits").axes[0]
    assert axes.get_ylim()[0] == 0


def test_floors_are_named_lines_from_side_to_side():
    axes = plots.by_order(CURVES, "bits", floors={"floor": 0.5}).axes[0]
    floor = [line for line in axes.get_lines() if set(line.get_ydata()) == {0.5}]
    assert len(floor) == 1
    assert list(floor[0].get_xdata()) == [0, 1]  # of the width of the axes
    assert [text.get_text() for text in axes.texts] == ["floor"]


def test_a_learning_curve_has_a_tick_at_each_size():
    sizes, bits = [125, 250, 500, 1000], [400.0, 300.0, 230.0, 190.0]
    axes = plots.learning_curve({"order 5": (sizes, bits)}, "bits").axes[0]
    assert np.array_equal(drawn(axes, "order 5"), np.column_stack([sizes, bits]))
    assert list(axes.get_xticks()) == sizes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "documents in training"


def test_many_sizes_share_a_few_ticks():
    sizes = np.arange(1, 30)
    axes = plots.learning_curve({"a": (sizes, 1 / sizes)}, "bits", "epochs").axes[0]
    assert len(axes.get_xticks()) <= 7
    assert axes.get_xlabel() == "epochs"


@pytest.mark.parametrize("draw", [plots.by_order, plots.learning_curve])
def test_more_curves_than_can_be_told_apart_are_refused(draw):
    with pytest.raises(ValueError, match=r"5 curves.*at most 4"):
        draw({str(i): ([1, 2], [1.0, 2.0]) for i in range(5)}, "bits")


@pytest.mark.parametrize("draw", [plots.by_order, plots.learning_curve])
def test_lines_differ_in_more_than_colour(draw):
    lines = draw(CURVES, "bits").axes[0].get_lines()
    assert len({line.get_marker() for line in lines}) == len(CURVES)
    assert len({line.get_linestyle() for line in lines}) == len(CURVES)


@pytest.mark.parametrize("draw", [plots.by_order, plots.learning_curve])
def test_a_figure_becomes_a_picture_with_its_description(draw):
    alt = "Two falling curves of bits by order."
    assert alt in plots.show(draw(CURVES, "bits"), alt=alt)._repr_mimebundle_()["text/html"]
