"""Numbers from result files are written as asked, and reading times follow the text."""

import pytest
from course_book.measured import formatted, reading_minutes, where_measured
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document

from course_lib.errors import ResultError


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234.5678, ".2f", "1234.57"),
        (1234567, ",", "1,234,567"),
        (0.5, ".1%", "50.0%"),
        (2_500_000, "MB", "2 MB"),
        (2_600_000_000, "MB", "2,600 MB"),
        (9.96, "s", "10.0 s"),
        (12.4, "s", "12 s"),
        ("as it is", "", "as it is"),
    ],
)
def test_a_figure_is_written_as_asked(value, spec, text):
    assert formatted(value, spec) == text


@pytest.mark.parametrize(
    ("value", "spec"), [({"a": 1}, ""), ([1], ".2f"), ("word", ".2f"), ("word", "MB"), (1, "zz")]
)
def test_what_cannot_be_written_is_refused(value, spec):
    with pytest.raises(ResultError):
        formatted(value, spec)


def test_the_machine_is_named_with_its_date():
    hardware = {"cores": 2, "processor": "A processor", "gpus": ["A card"]}
    said = where_measured({"hardware": hardware, "date": "2026-01-31"})
    assert said == "2 cores of A processor, A card, 2026-01-31"


def document(words: int, code_lines: int, output_words: int) -> nodes.document:
    page = new_document("page", get_default_settings())
    page += nodes.paragraph("", " ".join(["word"] * words))
    page += nodes.literal_block("", "\n".join(["x = 1"] * code_lines))
    output = nodes.container(classes=["cell_output"])
    output += nodes.paragraph("", " ".join(["word"] * output_words))
    output += nodes.literal_block("", "y\n" * output_words)
    page += output
    return page


@pytest.mark.parametrize(
    ("words", "lines", "outputs", "minutes"),
    [(0, 0, 0, 1), (2000, 0, 0, 10), (0, 150, 0, 10), (2000, 150, 5000, 20)],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_reading_time_counts_prose_and_code_and_not_what_cells_print(
    words, lines, outputs, minutes
):
    assert reading_minutes(document(words, lines, outputs)) == minutes
