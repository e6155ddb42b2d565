"""Figures show the data they were given, and pictures say what they show and follow the page."""

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib.figure
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import plots

ALT = "A curve that bends down but never flattens."


def labels(axes):
    return axes.get_xlabel(), axes.get_ylabel()


def line(axes, label):
    return next(drawn for drawn in axes.get_lines() if drawn.get_label() == label)


def test_zipf_draws_every_count_at_its_rank_from_any_order():
    counts = np.array([1, 7, 3, 1, 3, 1, 1, 20])
    axes = plots.zipf({"a text": counts}, {"a text": (20.0, 1.5)}).axes[0]
    drawn = line(axes, "a text")
    ranks = np.arange(1, 9)
    assert np.interp(ranks, drawn.get_xdata(), drawn.get_ydata()) == pytest.approx(
        sorted(counts, reverse=True)
    )
    x, y = line(axes, "a text: slope −1.50").get_data()
    assert y == pytest.approx(20 * np.asarray(x) ** -1.5)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert labels(axes) == ("rank of the type", "occurrences")


@given(st.lists(st.integers(1, 50), min_size=1, max_size=200))
def test_leaving_out_the_inside_of_plateaus_changes_no_point(counts):
    from course_lib.plots.text_figures import _rank_line

    ranks, kept = _rank_line(np.array(counts))
    everywhere = np.interp(np.arange(1, len(counts) + 1), ranks, kept)
    assert list(everywhere) == sorted(counts, reverse=True)
    assert len(ranks) <= 2 * len(set(counts))


def test_type_growth_draws_its_curves_and_the_fitted_law():
    tokens, types = np.array([1, 10, 100]), np.array([1, 8, 40])
    axes = plots.type_growth({"a": (tokens, types)}, {"a": (2.0, 0.5)}).axes[0]
    assert np.array_equal(line(axes, "a").get_xydata(), np.column_stack([tokens, types]))
    x, y = line(axes, "a: exponent 0.50").get_data()
    assert y == pytest.approx(2 * np.sqrt(x))
    assert x[-1] == 100
    assert labels(axes) == ("tokens read", "types met")


def test_type_token_ratio_divides():
    axes = plots.type_token_ratio({"a": ([1, 10, 100], [1, 8, 40])}).axes[0]
    assert line(axes, "a").get_ydata() == pytest.approx([1, 0.8, 0.4])


def test_sentence_lengths_counts_every_sentence_once_and_marks_the_median():
    data = {"one": [1, 2, 2, 90], "two": [5, 5, 6]}
    figure = plots.sentence_lengths(data, longest=40)
    assert len(figure.axes) == 2
    for axes, (name, lengths) in zip(figure.axes, data.items(), strict=True):
        heights = [bar.get_height() for bar in axes.patches]
        assert sum(heights) == len(lengths)
        assert axes.get_lines()[0].get_xdata()[0] == np.median(lengths)
        assert axes.get_title(loc="left").startswith(name)
    first = figure.axes[0].patches
    assert [bar.get_height() for bar in first if bar.get_height()] == [1, 2, 1]
    assert first[-1].get_height() == 1  # the sentence of 90 tokens stands in the last bar
    assert "40 or more" in figure.axes[-1].get_xlabel()


def test_coverage_draws_shares_and_the_target():
    axes = plots.coverage({"a": ([1, 10, 100], [0.1, 0.5, 0.97])}, target=0.95).axes[0]
    assert line(axes, "a").get_ydata() == pytest.approx([0.1, 0.5, 0.97])
    assert list(line(axes, "95%").get_ydata()) == [0.95, 0.95]


def test_bars_are_as_long_as_their_values_and_carry_them():
    axes = plots.bars({"gradient": 1200.0, "tensor": -3.25}, xlabel="ratio, nats").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [1200.0, -3.25]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["gradient", "tensor"]
    assert [text.get_text() for text in axes.texts] == ["1,200", "-3.25"]
    assert axes.yaxis_inverted()
    shares = plots.bars({"a": 0.5, "b": 0.0}, xlabel="windows", percent=True).axes[0]
    assert [text.get_text() for text in shares.texts] == ["50.0%", "0.0%"]


def test_windows_lie_where_they_begin_and_differ_by_group_in_more_than_colour():
    groups = ["train", "train", "test"]
    axes = plots.windows([0, 50, 100], 100, groups, boundaries=[120]).axes[0]
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert spans == [(0, 100), (50, 150), (100, 200)]
    colours = [bar.get_facecolor() for bar in axes.patches]
    hatches = [bar.get_hatch() for bar in axes.patches]
    assert colours[0] == colours[1] != colours[2]
    assert hatches[0] == hatches[1] != hatches[2]
    assert axes.get_lines()[0].get_xdata()[0] == 120
    assert axes.get_legend_handles_labels()[1] == ["train", "test"]


def test_leak_by_stride_draws_shares():
    curves = {
        "window, then split": ([50, 100], [1.0, 0.1]),
        "split, then window": ([50, 100], [0, 0]),
    }
    axes = plots.leak_by_stride(curves, span=20, length=100).axes[0]
    for name, (strides, shares) in curves.items():
        assert np.array_equal(line(axes, name).get_xydata(), np.column_stack([strides, shares]))
    assert "20 tokens" in axes.get_ylabel()


def test_surprisal_gives_each_line_of_text_a_panel_and_each_piece_its_bar():
    pieces = list("ab\nc d")
    values = [1.0, 2.0, 0.5, 3.0, 0.25, 4.0]
    figure = plots.surprisal(pieces, values)
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [[1.0, 2.0, 0.5], [3.0, 0.25, 4.0]]
    written = [text.get_text() for axes in figure.axes for text in axes.get_xticklabels()]
    assert written == ["a", "b", "↵", "c", "␣", "d"]


def test_surprisal_wants_a_value_for_each_piece():
    with pytest.raises(ValueError, match="2 pieces and 1 values"):
        plots.surprisal(["a", "b"], [1.0])


def example() -> matplotlib.figure.Figure:
    return plots.bars({"αβγ": 2.0, "ñ": 1.0}, xlabel="bits")


@pytest.mark.parametrize("alt", ["", "   ", "zipf.svg", "A figure"])
def test_a_picture_needs_a_sentence(alt):
    with pytest.raises(ValueError, match="too short"):
        plots.show(example(), alt=alt)


def test_a_picture_can_be_read_aloud_and_sits_in_a_page():
    picture = plots.show(example(), alt='It says "so" & <more>,\nin words.')
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == '[Figure: It says "so" & <more>, in words.]'
    opening = re.match(r'<div class="course-fig">(<svg [^>]*>)', bundle["text/html"]).group(1)
    label = re.search(r'aria-label="([^"]*)"', opening).group(1)
    assert html.unescape(label) == 'It says "so" & <more>, in words.'
    assert 'role="img"' in opening
    assert "width:100%" in opening


def test_colours_are_left_to_the_page():
    curves = {name: ([1, 2], [1, 2]) for name in "abcd"}
    svg = plots.show(plots.type_growth(curves), alt=ALT).svg
    assert not re.findall(r"(?:fill|stroke|color)[:=] ?\"?#", svg)
    for sentinel in (plots.INK, plots.GRID, plots.PAPER):
        assert sentinel not in svg
    for i in range(4):
        assert f"var(--fig-c{i}, {plots.SERIES[i]})" in svg
    assert "var(--fig-fg, currentColor)" in svg
    assert "black" not in svg


@pytest.mark.parametrize(("colour", "name"), [("black", "black"), ("#fff", "white")])
def test_a_colour_that_vanishes_in_one_mode_is_refused(colour, name):
    figure = example()
    figure.axes[0].plot([0, 1], [0, 1], color=colour)
    with pytest.raises(ValueError, match=f"pure {name}"):
        plots.show(figure, alt=ALT)


def test_nothing_of_a_file_remains_in_a_page():
    svg = plots.show(example(), alt=ALT).svg
    for part in ("<?xml", "<!DOCTYPE", "<metadata", "<style", "xlink:", "DejaVu", "<!--"):
        assert part not in svg
    assert svg.count("font-family: inherit") > 3


class Ids(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.ids, self.used = [], set()
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            self.used |= (
                set(re.findall(r"#([\w-]+)\)?$", value or "")) if name != "style" else set()
            )
            self.used |= set(re.findall(r"url\(#([\w-]+)\)", value or ""))
            if name == "id":
                self.ids.append(value)


def test_two_figures_on_a_page_share_no_id_and_every_reference_leads_somewhere():
    counts = {"a": [9, 5, 1], "b": [4, 4, 1]}
    one = plots.show(plots.zipf(counts), alt=ALT).svg
    two = plots.show(plots.zipf({"a": [8, 2, 1]}), alt=ALT).svg
    page = Ids(one + two)
    assert len(page.ids) == len(set(page.ids)) > 0
    assert page.used == set(page.ids)


def test_the_same_figure_is_the_same_bytes_also_when_shown_twice():
    figure = plots.leak_by_stride({"a": ([1, 2], [0, 1])}, 20, 100)
    once = plots.show(figure, alt=ALT).svg
    assert plots.show(figure, alt=ALT).svg == once
    again = plots.leak_by_stride({"a": ([1, 2], [0, 1])}, 20, 100)
    assert plots.show(again, alt=ALT).svg == once


def test_a_letter_that_the_font_lacks_makes_no_noise(recwarn):
    plots.show(plots.bars({"詩": 1.0}, xlabel="bits"), alt=ALT)
    assert not recwarn


def test_ticks_are_labelled_in_plain_digits():
    axes = plots.zipf({"a": [5, 1]}).axes[0]
    written = [axes.xaxis.get_major_formatter()(v, 0) for v in (0.5, 1, 2500, 10_000, 2.5e6)]
    assert written == ["0.5", "1", "2,500", "10k", "2.5M"]
    assert axes.xaxis.get_major_formatter()(-3, 0) == "−3"


def test_style_is_only_inside():
    before = dict(matplotlib.rcParams)
    with plots.style():
        assert matplotlib.rcParams["text.color"] == plots.INK
    assert dict(matplotlib.rcParams) == before


def test_matplotlib_is_imported_when_something_is_drawn():
    code = "import sys, course_lib.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def explorer():
    def frame(length: int, stride: int) -> tuple[str, dict[str, float | tuple[float, float]]]:
        text = f"{length} & {stride}"
        return text, {"first": (0, length), "<second>": (stride, stride + length), "sum": 3.5}

    settings = {"length": [10, 20], "the_stride": [1, 5, 9]}
    return plots.explore(
        lambda length, the_stride: frame(length, the_stride),
        settings,
        label='Windows of "it"',
        start={"the_stride": 9},
    )


def data_of(markup: str) -> dict:
    packed = re.search(r'<script type="application/json">(.*?)</script>', markup, re.S).group(1)
    return json.loads(packed)


def test_a_panel_carries_the_answer_of_every_combination_in_the_order_of_its_sliders():
    data = data_of(explorer().markup)
    assert data["sizes"] == [2, 3]
    assert data["values"] == [["10", "20"], ["1", "5", "9"]]
    combinations = [(a, b) for a in (10, 20) for b in (1, 5, 9)]
    assert data["texts"] == [f"{a} & {b}" for a, b in combinations]
    assert data["rows"][4] == [["first", 0, 20], ["<second>", 5, 25], ["sum", 0, 3.5]]
    assert data["end"] == 29


def test_a_panel_shows_its_first_answer_without_a_script():
    markup = explorer().markup
    assert 'aria-label="Windows of &quot;it&quot;"' in markup
    assert '<p class="course-widget-text" aria-live="polite">10 &amp; 9</p>' in markup
    assert re.findall(r"<label><span>([^<]*)</span>", markup) == ["length", "the stride"]
    assert 'max="2" value="2" aria-valuetext="9" disabled>' in markup
    assert "&lt;second&gt;" in markup
    assert f"margin-left:{900 / 29:.2f}%;width:{1000 / 29:.2f}%" in markup


def test_a_text_cannot_end_the_panels_data():
    markup = plots.explore(
        lambda n: ("</script><b>", {"</script>": 1}), {"n": [1]}, label="A panel"
    ).markup
    assert markup.count("</script>") == 1
    assert data_of(markup)["texts"] == ["</script><b>"]


@pytest.mark.parametrize(
    ("settings", "start", "message"),
    [
        ({"n": []}, None, "no values"),
        ({"n": [1]}, {"n": 2}, "not among the values"),
        ({"n": [1]}, {"m": 1}, "not among the values"),
        ({"n": range(50), "m": range(50)}, None, "2500 combinations"),
    ],
)
def test_settings_that_make_no_panel_are_refused(settings, start, message):
    with pytest.raises(ValueError, match=message):
        plots.explore(lambda **_: ("", {}), settings, label="A panel", start=start)
