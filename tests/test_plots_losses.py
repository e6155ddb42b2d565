"""The figures about losses show what they are given: differences, floors, what is wasted."""

import numpy as np
import pytest

from course_lib import plots


def widths(axes):
    return [bar.get_width() for bar in axes.patches]


def test_a_gradient_is_what_was_predicted_minus_the_target():
    p, q = [0.61, 0.22, 0.17], [0.0, 1.0, 0.0]
    left, right = plots.pulls(["a", "b", "c"], p, q).axes
    assert widths(left) == pytest.approx([*p, *q])
    assert widths(right) == pytest.approx(np.subtract(p, q))
    assert [label.get_text() for label in left.get_yticklabels()] == ["a", "b", "c"]
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the first id stands on top


def test_every_step_of_every_curve_is_drawn_and_floors_are_named():
    curves = {"right": [4.0, 3.0, 2.0], "wrong": [4.0, 3.9, 3.8, 3.7]}
    axes = plots.loss_curves(curves, {"ln V": 4.1, "floor": 3.5}).axes[0]
    drawn = {line.get_label(): line.get_xydata() for line in axes.get_lines()}
    for name, losses in curves.items():
        assert np.array_equal(drawn[name], np.column_stack([range(len(losses)), losses]))
    flat = {line.get_ydata()[0] for line in axes.get_lines() if len(set(line.get_ydata())) == 1}
    assert flat == {4.1, 3.5}
    assert [text.get_text() for text in axes.texts] == ["ln V", "floor"]
    assert axes.get_ylim()[0] == 0


def test_the_scale_on_the_right_is_exp_of_the_one_on_the_left():
    shares = np.linspace(0, 0.3, 4)
    figure = plots.smoothing_floors({"V = 100": (shares, 4 * shares), "V = 9": (shares, shares)})
    axes = figure.axes[0]
    assert np.array_equal(axes.get_lines()[0].get_xydata(), np.column_stack([shares, 4 * shares]))
    (other,) = axes.child_axes
    figure.draw_without_rendering()
    assert other.get_ylim() == pytest.approx(np.exp(axes.get_ylim()))
    assert max(other.get_yticks()) <= np.exp(axes.get_ylim()[1])


def test_a_bar_is_the_floor_and_what_is_wasted_above_it():
    axes = plots.wasted({"uniform": 5.0, "perfect": 2.0}, floor=2.0, unit="nats").axes[0]
    assert widths(axes) == [2.0, 2.0, 3.0, 0.0]
    assert [bar.get_x() for bar in axes.patches] == [0, 0, 2, 2]
    assert axes.get_xlabel() == "nats"


def test_a_model_below_the_floor_is_refused():
    with pytest.raises(ValueError, match=r"less than the floor, 2.*too good"):
        plots.wasted({"too good": 1.9}, floor=2.0, unit="nats")


@pytest.mark.parametrize(
    "draw",
    [
        lambda n: plots.loss_curves({str(i): [1, 2] for i in range(n)}, {}),
        lambda n: plots.smoothing_floors({str(i): ([0, 1], [0, 1]) for i in range(n)}),
    ],
)
def test_more_curves_than_can_be_told_apart_are_refused(draw):
    draw(4)
    with pytest.raises(ValueError, match=r"5 curves.*at most 4"):
        draw(5)


@pytest.mark.parametrize(
    "figure",
    [
        plots.pulls(["a", "b"], [0.5, 0.5], [1, 0]),
        plots.loss_curves({"a": [1, 2]}, {"b": 1}),
        plots.smoothing_floors({"a": ([0, 1], [0, 1]), "b": ([0, 1], [0, 2])}),
        plots.wasted({"a": 3.0}, 1.0, "nats"),
    ],
)
def test_a_figure_becomes_a_picture_with_its_description(figure):
    alt = "Something about losses that can be seen."
    assert alt in plots.show(figure, alt=alt)._repr_mimebundle_()["text/html"]
