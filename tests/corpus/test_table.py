"""Tables: how a number is written, and on which side it stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpus.table import Table


def shown(cell):
    return str(Table(("",), [(cell,)])).splitlines()[1]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234567, "1,234,567"),
        (np.int64(1234567), "1,234,567"),
        (np.uint8(7), "7"),
        (0.2078, "0.2078"),
        (12.03, "12.03"),
        (0.04019, "0.04019"),
        (12345.6, "12,346"),
        (np.float64(12345.6), "12,346"),
        (np.float32(0.5), "0.5"),
        (9999.7, "10,000"),
        (-12345.6, "-12,346"),
        (123456.7, "123,457"),
        (1e6, "1,000,000"),
        (999.96, "1,000"),
        (0.001, "0.001"),
        (1234.0, "1,234"),
        (1.5e9, "1.5e+09"),
        (0.0, "0"),
        (float("nan"), "nan"),
        ("1e3", "1e3"),
    ],
)
def test_numbers_by_hand(cell, text):
    assert shown(cell) == text


@given(st.floats(1e-3, 1e6))
def test_a_number_of_common_size_has_no_exponent_and_four_digits_are_right(number):
    text = shown(number)
    assert "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(number, rel=5.1e-4)


def test_numbers_of_numpy_stand_to_the_right():
    table = Table(("n",), [(np.int64(1),), (np.int64(1000),)])
    assert str(table).splitlines()[1] == "    1"
    assert "text-align:right" in table._repr_html_()
