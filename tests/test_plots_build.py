"""Figures about building show the curves and counts that they were given."""

import numpy as np
import pytest

from course_lib import plots

ALT = "Curves that fall, the one with a larger bias more slowly."


def test_over_steps_draws_each_curve_from_step_zero():
    curves = {"bias 0": 0.5 ** np.arange(21), "bias 1": 0.731 ** np.arange(21)}
    axes = plots.over_steps(curves, ylabel="share left", expected={"bias 0": [1, 0.5]}).axes[0]
    drawn = {line.get_label(): line for line in axes.get_lines()}
    for name, values in curves.items():
        assert drawn[name].get_xdata().tolist() == list(range(21))
        assert np.allclose(drawn[name].get_ydata(), values)
    assert len({drawn[name].get_linestyle() for name in curves}) == 2
    assert axes.get_lines()[-1].get_ydata().tolist() == [1, 0.5]
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "share left"


def test_what_has_no_logarithm_is_drawn_without():
    curves = {"loss": [0.7, 0.0]}
    with pytest.raises(ValueError, match="log=False"):
        plots.over_steps(curves, ylabel="nats")
    axes = plots.over_steps(curves, ylabel="nats", log=False).axes[0]
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] == 0


def test_an_axis_stops_after_twelve_powers_of_ten():
    axes = plots.over_steps({"gone": 0.1 ** np.arange(41)}, ylabel="share").axes[0]
    assert axes.get_ylim()[0] == pytest.approx(1e-12)
    assert plots.over_steps({"kept": [1.0, 0.5]}, ylabel="x").axes[0].get_ylim()[0] == 0.25


@pytest.mark.parametrize(
    ("value", "label"), [(1, "1"), (1e4, "10,000"), (1e-3, "0.001"), (1e-6, "1e−6")]
)
def test_powers_are_written_without_raised_digits(value, label):
    formatter = plots.over_steps({"a": [1.0, 1e-6]}, "y").axes[0].yaxis.get_major_formatter()
    assert formatter(value, 0) == label


@pytest.mark.parametrize("n", [0, 5])
def test_curves_that_cannot_be_told_apart_are_refused(n):
    with pytest.raises(ValueError, match=f"got {n}"):
        plots.over_steps({str(i): [1.0] for i in range(n)}, ylabel="x")


def test_parameter_stacks_cuts_each_bar_by_layer_and_writes_its_sum():
    models = {
        "small": {"embedding": 30, "output": 50},
        "large": {"embedding": 30, "lstm": 40, "output": 60},
    }
    axes = plots.parameter_stacks(models).axes[0]
    bars = {c.get_label(): [(bar.get_x(), bar.get_width()) for bar in c] for c in axes.containers}
    assert bars == {
        "embedding": [(0, 30), (0, 30)],
        "lstm": [(30, 0), (30, 40)],  # between the two, though the first model has none
        "output": [(30, 50), (70, 60)],
    }
    assert [text.get_text() for text in axes.texts] == ["80", "130"]


def test_more_layers_than_colours_are_refused():
    with pytest.raises(ValueError, match="at most 4 layers"):
        plots.parameter_stacks({"deep": {str(i): 1 for i in range(5)}})


def test_they_follow_the_page():
    figures = [
        plots.over_steps({"a": [1.0, 0.1], "b": [1.0, 0.5]}, ylabel="x"),
        plots.parameter_stacks({"a": {"embedding": 1, "output": 2}}),
    ]
    for figure in figures:
        svg = plots.show(figure, alt=ALT).svg
        assert "var(--fig-c0" in svg
        assert plots.GRID not in svg
