"""Figures about attention show the weights and waves that they were given."""

import numpy as np
import pytest

from course_lib import plots
from course_lib.models.transformer import sinusoidal_positions

ALT = "Squares on and below a diagonal, darker near it."


def squares(axes):
    """Where there is a square, how dark."""
    return {(round(p.get_y() + 0.5), round(p.get_x() + 0.5)): p.get_alpha() for p in axes.patches}


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_attention_maps_draw_each_weight_at_its_place_but_the_smallest(n):
    rng = np.random.default_rng(n)
    maps = {f"head {h}": rng.dirichlet(np.full(5, 0.3), 4) for h in range(n)}
    figure = plots.attention_maps(maps)
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in shown] == list(maps)
    for axes, weights in zip(shown, maps.values(), strict=True):
        drawn = squares(axes)
        assert set(drawn) == {tuple(place) for place in np.argwhere(weights >= 0.03).tolist()}
        assert all(alpha == round(weights[place], 2) for place, alpha in drawn.items())
        assert axes.get_ylim() == (3.5, -0.5)  # the first position on top


def test_attention_maps_name_what_is_looked_at():
    axes = plots.attention_maps({"step": np.eye(3)[1:]}, labels=["the", "sea", "sings"]).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["the", "sea", "sings"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["sea", "sings"]


@pytest.mark.parametrize("maps", [{}, {"flat": np.ones(3)}, {str(n): np.eye(2) for n in range(5)}])
def test_what_is_no_map_is_refused(maps):
    with pytest.raises(ValueError, match="expected one to four of shape"):
        plots.attention_maps(maps)


def test_position_waves_draw_columns_and_likeness():
    table = sinusoidal_positions(40, 8)
    waves, alike = plots.position_waves(table, [0, 3]).axes
    for line, column in zip(waves.get_lines(), [0, 3], strict=True):
        assert line.get_label() == f"column {column}"
        np.testing.assert_array_equal(line.get_ydata(), table[:, column])
    drawn = alike.get_lines()[0].get_ydata()
    assert drawn[20] == 1
    np.testing.assert_allclose(drawn, table @ table[20] / 4, atol=1e-6)  # 4 pairs: the product is 4


@pytest.mark.parametrize("columns", [[], [0, 1, 2, 3, 4]])
def test_a_number_of_columns_that_cannot_be_told_apart_is_refused(columns):
    with pytest.raises(ValueError, match="expected 1 to 4"):
        plots.position_waves(np.ones((4, 8)), columns)


def test_they_follow_the_page():
    for figure in (
        plots.attention_maps({"a": np.eye(3)}),
        plots.position_waves(sinusoidal_positions(9, 4), [0, 1]),
    ):
        svg = plots.show(figure, alt=ALT).svg
        assert "var(--fig-c0" in svg
        assert plots.GRID not in svg
