"""Figures about memory and precision show the sizes that they were given."""

import numpy as np
import pytest

from course_lib import plots

ROWS = {"small": {"weights": 2.0, "logits": 3.0}, "large": {"weights": 2.0, "logits": 12.0}}


def test_parts_lie_end_to_end_and_add_up():
    axes = plots.memory_bars(ROWS, "memory, GB", limit=8).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(ROWS)
    for i, row in enumerate(ROWS.values()):
        ends = 0.0
        for container, size in zip(axes.containers, row.values(), strict=True):
            bar = container[i]
            assert bar.get_x() == pytest.approx(ends)
            assert bar.get_width() == size
            ends += size
    assert axes.get_lines()[0].get_xdata()[0] == 8
    assert len({container[0].get_hatch() for container in axes.containers}) == 2
    assert len({container[0].get_facecolor() for container in axes.containers}) == 2
    assert axes.get_xlabel() == "memory, GB"


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"a": {"x": 1.0}, "b": {"y": 1.0}},
        {"a": dict.fromkeys("vwxyz", 1.0)},
    ],
)
def test_rows_that_cannot_be_compared_are_refused(rows):
    with pytest.raises(ValueError, match="expected"):
        plots.memory_bars(rows, "memory")


def test_every_number_but_zero_is_counted_by_its_power_of_two():
    numbers = {"before": [2.0**-30, -(2.0**-30), 0.0, 2.0**-3], "after": [2.0**-20, 1.0, 3.0]}
    figure = plots.gradient_magnitudes(numbers, 2.0**-24, 2.0**-14, 65504.0)
    counts = []
    for axes, name in zip(figure.axes, numbers, strict=True):
        assert axes.get_title(loc="left") == name
        bars = [p for p in axes.patches if p.get_width() == 1 and p.get_height() > 0]
        counts.append({int(bar.get_x()): int(bar.get_height()) for bar in bars})
        marks = [line.get_xdata()[0] for line in axes.get_lines()]
        assert marks == [-24, np.log2(65504.0)]
    assert counts == [{-30: 2, -3: 1}, {-20: 1, 0: 1, 1: 1}]


@pytest.mark.parametrize("values", [{}, {"zeros": [0.0]}])
def test_no_numbers_are_refused(values):
    with pytest.raises(ValueError, match="other than 0"):
        plots.gradient_magnitudes(values, 2.0**-24, 2.0**-14, 65504.0)
