"""Comparing what an answer gave with what was expected."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.stats import chisquare

from course_lib.grading.compare import chi_square_p, difference, plotted, short

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.binary(max_size=3),
)


def containers(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=4),
        st.tuples(inner, inner),
    )


VALUES = st.recursive(LEAVES, containers, max_leaves=12)


@settings(deadline=None)
@given(VALUES)
def test_a_value_does_not_differ_from_itself(value):
    assert difference(value, value) is None


@settings(deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_one_changed_element_is_found_and_named(values, data):
    index = data.draw(st.integers(0, len(values) - 1))
    changed = [*values]
    changed[index] = "something else entirely"
    said = difference(changed, values)
    assert said is not None
    assert said.startswith(f"element {index}: ")


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, "key 'b' is missing"),
        ({"a": 1, "b": 2}, {"a": 1}, "key 'b' should not be there"),
        ([1, 2], [1, 2, 3], "got 2 elements, expected 3"),
        ("word", ["word"], "got 'word', of type str; expected a list"),
        (["word"], "word", "got ['word'], of type list; expected a str"),
        ("caña", "cana", "character 2: got '\\xf1', expected 'n'"),
        ("cana", "cana y sal", "got the end after 4 characters, expected ' y sal' more"),
        ("cana y sal", "cana", "expected the end after 4 characters, got ' y sal' more"),
        (True, 1, "got True, of type bool; expected a number"),
        (1, True, "got 1, expected True"),
        ("3", 3, "got '3', of type str; expected a number"),
        (10**15 + 1, 10**15, "got 1000000000000001, expected 1000000000000000"),
        ({1, 2}, {1, 3}, "3 is missing"),
        ({1, 2}, {1}, "2 should not be there"),
        (None, 3, "got None, of type NoneType; expected a number"),
        (float("nan"), 1.0, "got nan, expected 1.0"),
        ([[1], [2, 5]], [[1], [2, 4]], "element 1: element 1: got 5, expected 4"),
    ],
)
def test_says_where_two_values_differ(got, expected, says):
    assert difference(got, expected) == says


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ((1, 2), [1, 2]),
        (np.array([[1, 2], [3, 4]]), [(1, 2), (3, 4)]),
        ([1.0, 2.0], np.array([1, 2])),
        (np.float32(0.1), 0.1),
        (np.int64(3), 3),
        (0.1 + 0.2, 0.3),
        (3.0, 3),
        ({"a": 1, "b": 0}, Counter(a=1)),
        (Counter(a=1), Counter(a=1, b=0)),
        ({"b": 2, "a": 1}, {"a": 1, "b": 2}),
        (np.bool_(True), True),
    ],
)
def test_what_means_the_same_is_alike(got, expected):
    assert difference(got, expected) is None


def test_tolerances_are_used_where_given():
    assert difference(0.52, 0.5, abs_=0.05) is None
    assert difference(0.56, 0.5, abs_=0.05) is not None
    assert difference(104, 100, rel=0.05) is None
    assert difference(104, 100) is not None


@settings(deadline=None)
@given(
    st.lists(st.integers(20, 200), min_size=2, max_size=12),
    st.lists(st.integers(1, 50), min_size=12, max_size=12),
)
def test_chi_square_agrees_with_scipy(counts, weights):
    wanted = np.array(weights[: len(counts)], float)
    wanted /= wanted.sum()
    exact = chisquare(counts, wanted * sum(counts)).pvalue
    assert chi_square_p(counts, wanted) == pytest.approx(exact, rel=1e-9, abs=1e-300)


def test_chi_square_needs_two_vectors_of_one_length():
    with pytest.raises(ValueError, match=r"got \(2,\), \(3,\)"):
        chi_square_p([1, 2], [0.2, 0.3, 0.5])


def test_a_plot_is_read_by_its_data():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], [2, 4, 8])
    axes.scatter([5, 6], [7, 8])
    axes.bar([0, 1], [3, 4])
    line, cloud, bars = plotted(axes)
    assert difference(line, ([1, 2, 3], [2, 4, 8])) is None
    assert difference(cloud, ([5, 6], [7, 8])) is None
    assert difference(bars, ([0, 1], [3, 4])) is None


@settings(deadline=None)
@given(st.recursive(st.text(), st.lists), st.integers(5, 80))
def test_short_is_short_and_on_one_line(value, width):
    text = short(value, width)
    assert len(text) <= max(width, 4)
    assert "\n" not in text


def test_short_survives_a_repr_that_raises():
    class Bad:
        def __repr__(self):
            raise RuntimeError("no")

    assert short(Bad()) == "<a Bad whose repr raises RuntimeError>"
