"""The figures about training show what they are given: runs, arrows, rates."""

import math

import numpy as np
import pytest

from course_lib import plots


def drawn(axes):
    return {line.get_label(): line.get_xydata() for line in axes.get_lines()}


def test_every_curve_is_drawn_at_its_own_steps_and_lines_are_named():
    curves = {"training": ([1, 2, 3], [3.0, 2.0, 1.5]), "held out": ([0, 30], [4.0, 2.5])}
    axes = plots.training_curves(curves, "bits", {"floor": 0.5}).axes[0]
    found = drawn(axes)
    for name, points in curves.items():
        assert np.array_equal(found[name], np.column_stack(points))
    assert [text.get_text() for text in axes.texts] == ["floor"]
    assert [line.get_ydata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 2][
        -1
    ] == 0.5
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylabel() == "bits"
    above = plots.training_curves(curves, "bits", {"ln V": 40}).axes[0]
    assert above.get_ylim()[1] >= 44


def test_a_logarithmic_axis_keeps_its_labels_plain_and_gaps_stay_gaps():
    figure = plots.training_curves({"a": ([0, 1, 2], [3.0, math.nan, 60.0])}, "ppl", log=True)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert "50" in labels
    assert np.isnan(drawn(axes)["a"][1, 1])


def test_arrows_are_as_long_as_their_gradients_until_they_leave_the_picture():
    gradients = {"as it is": [30.0, 40.0], "together": [0.6, 0.8], "apart": [1.0, 1.0]}
    axes = plots.clipped_gradients(gradients, "a", "b").axes[0]
    ends = {label.split(":")[0]: xy[-1] for label, xy in drawn(axes).items() if ":" in label}
    np.testing.assert_allclose(ends["together"], [0.6, 0.8])
    np.testing.assert_allclose(ends["apart"], [1, 1])
    long = ends["as it is"]
    assert np.hypot(*long) == pytest.approx(2)
    assert long[1] / long[0] == pytest.approx(4 / 3)  # cut, not turned
    labels = [label for label in drawn(axes) if ":" in label]
    assert labels[0].endswith("norm 50")
    assert sum(line.get_marker() == "o" for line in axes.get_lines()) == 2  # not the long one
    assert axes.get_aspect() == 1


def test_a_gradient_of_nothing_is_a_point():
    axes = plots.clipped_gradients({"none": [0.0, 0.0]}, "a", "b").axes[0]
    assert np.array_equal(drawn(axes)["none: norm 0"], [[0, 0], [0, 0]])


def test_rates_stand_below_the_perplexities_of_their_epochs():
    perplexities = [9.0, 7.0, 7.5, 7.4]
    rates = np.array([1e-3, 1e-3, 1e-3, 5e-4], np.float32)  # as an optimiser keeps them
    figure = plots.plateaus(perplexities, rates, stopped=4)
    above, below = figure.axes
    lines = above.get_lines()
    assert np.array_equal(lines[0].get_xydata(), np.column_stack([[1, 2, 3, 4], perplexities]))
    assert lines[1].get_xydata().tolist() == [[2.0, 7.0]]  # the best one
    assert np.array_equal(below.get_lines()[0].get_ydata(), rates)
    assert all(axes.get_lines()[-1].get_xdata()[0] == 4 for axes in (above, below))
    figure.draw_without_rendering()
    assert [tick.get_text() for tick in below.get_yticklabels()] == ["0.0005", "0.001"]
    assert len(plots.plateaus(perplexities, rates).axes[1].get_lines()) == 1


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: plots.training_curves({str(i): ([0], [1]) for i in range(5)}, "y"), "at most 4"),
        (lambda: plots.clipped_gradients({"a": [1, 2, 3]}, "a", "b"), r"shape \(3,\)"),
        (lambda: plots.plateaus([1, 2], [0.1]), r"\(2,\) perplexities and \(1,\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()


@pytest.mark.parametrize(
    "figure",
    [
        plots.training_curves({"a": ([0, 1], [1, 2])}, "y", {"b": 1}),
        plots.training_curves({"a": ([0, 1], [1, 2]), "b": ([0, 1], [2, 3])}, "y", log=True),
        plots.clipped_gradients({"a": [3, 4], "b": [0.6, 0.8]}, "a", "b"),
        plots.plateaus([3, 2, 2], [0.1, 0.1, 0.05], 3),
    ],
)
def test_a_figure_becomes_a_picture_with_its_description(figure):
    alt = "Something about training that can be seen."
    assert alt in plots.show(figure, alt=alt)._repr_mimebundle_()["text/html"]
