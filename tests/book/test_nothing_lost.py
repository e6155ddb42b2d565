"""A notebook shows the last value of a cell: a figure or a table before it is seen by nobody."""

import ast
from pathlib import Path

import pytest
from course_book.cells import code_cells, split_commands

BOOK = Path(__file__).resolve().parents[2] / "book"
SHOWN = {"plots.show", "Table", "Markdown", "HTML"}


def lost(page):
    """The first lines of what a page makes for the eye and does not show."""
    found = []
    for cell in code_cells(page):
        python, _ = split_commands(cell)
        for statement in ast.parse(python).body[:-1]:
            found += [
                ast.unparse(node).splitlines()[0]
                for node in ast.walk(statement)
                if isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Call)
                and ast.unparse(node.value.func) in SHOWN
            ]
    return found


def page_of(*lines):
    return "\n".join(["```{code-cell} ipython3", ":tags: [x]", "", *lines, "```", ""])


@pytest.mark.parametrize("page", sorted(BOOK.glob("*.md")), ids=lambda page: page.stem)
def test_what_a_cell_makes_for_the_eye_is_its_last_value(page):
    assert lost(page.read_text("utf8")) == []


def test_a_figure_before_a_table_is_found():
    assert lost(page_of("plots.show(figure)", "Table(header, rows)")) == ["plots.show(figure)"]
    assert lost(page_of("for x in y:", "    Table(x, x)", "z = 1")) == ["Table(x, x)"]


def test_what_is_shown_or_kept_is_not():
    assert lost(page_of("picture = plots.show(figure)", "Table(header, rows)")) == []
