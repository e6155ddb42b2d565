"""Figures about batches show the orders, shares and lengths that they were given."""

import numpy as np
import pytest

from course_lib import plots

ALT = "Three squares of points, from a diagonal to a cloud."


def points(axes):
    return np.asarray(axes.collections[0].get_offsets(), int)


def test_window_orders_draws_each_window_at_its_place_in_its_own_plot():
    orders = {"as it stands": np.arange(20), "reversed": np.arange(20)[::-1]}
    figure = plots.window_orders(orders)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(orders)
    for axes, order in zip(figure.axes, orders.values(), strict=True):
        assert points(axes).tolist() == [[place, window] for place, window in enumerate(order)]


@pytest.mark.parametrize("n", [1, 199, 200, 201, 5000])
def test_many_windows_are_thinned_and_never_moved(n):
    order = np.random.default_rng(n).permutation(n)
    drawn = points(plots.window_orders({"chance": order}).axes[0])
    assert 0 < len(drawn) <= 200
    assert (order[drawn[:, 0]] == drawn[:, 1]).all()
    assert drawn[-1, 0] > n - 1 - 2 * (n / 200 + 2)  # up to the end of the epoch


def test_batch_shares_draws_a_curve_each_and_the_share_of_the_whole():
    curves = {"small": [0.0, 0.0, 1.0], "large": [0.5, 0.25, 0.5]}
    axes = plots.batch_shares(curves, of="Spanish windows", overall=0.4).axes[0]
    drawn = {line.get_label(): line for line in axes.get_lines()}
    for name, shares in curves.items():
        assert drawn[name].get_xydata().tolist() == [[i + 1, s] for i, s in enumerate(shares)]
    assert len({drawn[name].get_linestyle() for name in curves}) == 2
    assert axes.get_lines()[-1].get_ydata()[0] == 0.4
    assert axes.get_ylabel() == "Spanish windows"


def test_padded_batches_fills_each_document_up_to_the_longest_of_its_batch():
    ways = {"as given": [[5, 2], [1]], "sorted": [[1, 2], [5]]}
    figure = plots.padded_batches(ways)
    for axes, way in zip(figure.axes, ways.values(), strict=True):
        text, padding = axes.containers
        assert [bar.get_width() for bar in text] == [n for batch in way for n in batch]
        ends = [bar.get_x() + bar.get_width() for bar in padding]
        assert ends == [max(batch) for batch in way for _ in batch]
        middles = [round(bar.get_y() + bar.get_height() / 2, 6) for bar in text]
        assert middles == [0, 1, 3]  # an empty row between batches
        assert padding[0].get_hatch() != text[0].get_hatch()


@pytest.mark.parametrize("draw", [plots.window_orders, plots.padded_batches])
def test_nothing_to_draw_is_refused(draw):
    with pytest.raises(ValueError, match="expected at least one"):
        draw({})


def test_they_follow_the_page():
    figures = [
        plots.window_orders({"a": np.arange(9)}),
        plots.batch_shares({"a": [0.5], "b": [1.0]}, of="share"),
        plots.padded_batches({"a": [[2, 1]]}),
    ]
    for figure in figures:
        svg = plots.show(figure, alt=ALT).svg
        assert "var(--fig-c0" in svg
        assert plots.GRID not in svg
