"""Figures about embeddings show the points and shares that they were given."""

import numpy as np
import pytest

from course_lib import plots

ALT = "Clouds of points, each of one kind of word."
GROUPS = {"nouns": [[0.0, 1.0], [2.0, 3.0]], "verbs": [[-1.0, 0.5]]}


def test_word_map_draws_each_kind_at_its_points_and_writes_the_words():
    axes = plots.word_map(GROUPS, {"sea": (0.0, 1.0)}, explained=(0.3, 0.123)).axes[0]
    for cloud, points in zip(axes.collections, GROUPS.values(), strict=True):
        assert np.asarray(cloud.get_offsets()).tolist() == points
    assert [(text.get_text(), text.xy) for text in axes.texts] == [("sea", (0.0, 1.0))]
    assert axes.get_xlabel() == "first component, 30% of the variance"
    assert axes.get_ylabel() == "second component, 12%"


@pytest.mark.parametrize("n", [0, 5])
def test_kinds_that_cannot_be_told_apart_are_refused(n):
    with pytest.raises(ValueError, match=f"got {n}"):
        plots.word_map({str(i): [[0.0, 0.0]] for i in range(n)}, {}, (0.5, 0.5))


def test_neighbour_shares_draws_a_bar_each_and_chance_as_a_line():
    shares = {"class": {"new": 0.2, "trained": 0.9}, "kind": {"new": 0.05, "trained": 0.2}}
    figure = plots.neighbour_shares(shares, {"class": 0.21, "kind": 0.04})
    for axes, (name, of), line in zip(figure.axes, shares.items(), (0.21, 0.04), strict=True):
        assert axes.get_title(loc="left") == name
        assert [bar.get_width() for bar in axes.containers[0]] == list(of.values())
        assert axes.get_lines()[0].get_xdata()[0] == line
        assert [text.get_text() for text in axes.texts] == [f"{share:.0%}" for share in of.values()]


def test_other_kinds_of_vectors_in_one_plot_are_refused():
    with pytest.raises(ValueError, match="the same kinds"):
        plots.neighbour_shares({"a": {"x": 0.1}, "b": {"y": 0.1}}, {"a": 0.1, "b": 0.1})


def test_they_follow_the_page():
    figures = [
        plots.word_map(GROUPS, {"sea": (0.0, 1.0)}, (0.5, 0.5)),
        plots.neighbour_shares({"a": {"x": 0.1, "y": 0.7}}, {"a": 0.2}),
    ]
    for figure in figures:
        svg = plots.show(figure, alt=ALT).svg
        assert "var(--fig-c0" in svg
        assert plots.GRID not in svg
