"""The figures about tokens show every token and every number that they are given."""

from itertools import pairwise

import numpy as np
import pytest

from course_lib import plots

ALT = "A text in boxes, one box a token."


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_token_has_a_box_of_its_own_and_boxes_do_not_touch_another_line():
    cuts = {"letters": list("a sea of words"), "words": ["a", "·sea", "·of", "·words"]}
    axes = plots.token_boxes(cuts).axes[0]
    written = texts(axes)
    assert [t for t in written if ":" not in t] == [*cuts["letters"], *cuts["words"]]
    assert [t for t in written if ":" in t] == ["letters: 14 tokens", "words: 4 tokens"]
    boxes = [line.get_xydata().T for line in axes.get_lines()]
    assert len(boxes) == 18
    middles = {round(float(np.mean([y.min(), y.max()])), 3) for _, y in boxes}
    assert len(middles) == 2
    assert max(y.max() for _, y in boxes) < axes.get_ylim()[0]
    sides = sorted((y.min(), x.min(), x.max()) for x, y in boxes)
    assert all(one[2] < two[1] for one, two in pairwise(sides) if one[0] == two[0])


@pytest.mark.parametrize("n", [1, 30, 31, 100])
def test_long_texts_are_broken_into_lines_that_fit(n):
    axes = plots.token_boxes({"all": ["x"] * n}).axes[0]
    ends = [max(line.get_xdata()) for line in axes.get_lines()]
    assert len(ends) == n
    assert max(ends) <= axes.get_xlim()[1]
    rows = {round(min(line.get_ydata()), 3) for line in axes.get_lines()}
    assert len(rows) == -(-n // 30)


def test_a_token_longer_than_a_line_is_refused():
    with pytest.raises(ValueError, match="50 characters"):
        plots.token_boxes({"all": ["x" * 50]})


def test_vocabulary_sizes_draws_curves_and_points_where_they_are():
    lengths = {"BPE": ([300, 1000, 3000], [3.0, 2.0, 1.5]), "bytes": ([260], [5.5])}
    shares = {"BPE": ([300, 1000, 3000], [0.1, 0.4, 0.7]), "list": ([300, 3000], [0.3, 0.8])}
    upper, lower = plots.vocabulary_sizes(lengths, shares).axes
    drawn = {line.get_label(): line for line in upper.get_lines()}
    assert np.array_equal(drawn["BPE"].get_xydata(), np.column_stack(lengths["BPE"]))
    assert drawn["bytes"].get_xydata().tolist() == [[260, 5.5]]
    assert drawn["bytes"].get_linestyle() == "None" != drawn["BPE"].get_linestyle()
    assert lower.get_lines()[0].get_ydata().tolist() == [0.1, 0.4, 0.7]
    assert lower.get_lines()[0].get_color() == drawn["BPE"].get_color()
    colours = {line.get_color() for line in (*upper.get_lines(), *lower.get_lines())}
    assert len(colours) == 3
    assert lower.get_xticks().tolist() == [300, 1000, 3000]
    assert upper.get_ylim()[0] == 0
    assert upper.get_ylim()[1] > 5.5
    assert (upper.get_xscale(), lower.get_xlabel()) == ("log", "ids in the vocabulary")
    assert upper.get_ylabel() == "tokens per word"


def test_cost_per_word_has_a_bar_for_each_number_beside_the_right_name():
    costs = {"en": {"English": 2.2, "Spanish": 3.5}, "es": {"English": 3.25, "Spanish": 2.4}}
    axes = plots.cost_per_word(costs).axes[0]
    places = dict(
        zip([t.get_text() for t in axes.get_yticklabels()], axes.get_yticks(), strict=True)
    )
    for bars, language in zip(axes.containers, ("English", "Spanish"), strict=True):
        assert bars.get_label() == f"reads {language}"
        for bar, name in zip(bars, costs, strict=True):
            assert bar.get_width() == costs[name][language]
            middle = bar.get_y() + bar.get_height() / 2
            nearest = min(places, key=lambda label: abs(places[label] - middle))
            assert nearest == f"trained on\n{name}"
    assert sorted(texts(axes)) == ["2.20", "2.40", "3.25", "3.50"]
    edges = sorted((b.get_y(), b.get_y() + b.get_height()) for c in axes.containers for b in c)
    assert all(end <= start for (_, end), (start, _) in pairwise(edges))


@pytest.mark.parametrize(
    "figure",
    [
        plots.token_boxes({"words": ["a", "·sea"]}),
        plots.vocabulary_sizes({"a": ([1, 2], [2, 1])}, {"a": ([1, 2], [0, 1])}),
        plots.cost_per_word({"en": {"English": 2.0, "Spanish": 3.0}}),
    ],
)
def test_each_figure_can_be_shown_in_light_and_dark(figure):
    picture = plots.show(figure, alt=ALT)
    svg = picture._repr_mimebundle_()["text/html"]
    assert "var(--fig-fg" in svg
    assert "var(--fig-c0" in svg
