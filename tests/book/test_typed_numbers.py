"""No number is typed into the book's prose; the scan finds those that are, and only those."""

from pathlib import Path

import pytest
from course_book.typed_numbers import typed_numbers

BOOK = Path(__file__).resolve().parents[2] / "book"
EXCEPT = {"contributing.md", "glossary.md"}  # how numbers are written; what terms mean


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The loss is 3.14.", ["3.14"]),
        ("It covers 95% of them.", ["95%"]),
        ("It covers 95 % of them.", ["95 %"]),
        ("A corpus of 12,345 words.", ["12,345"]),
        ("It took 12 seconds.", ["12"]),
        ("It took 120 ms and 300 MB.", ["120", "300"]),
        ("An entropy of 40 bits.", ["40"]),
        ("In a list:\n\n- about 1.5 of them", ["1.5"]),
        (":::{law} Sum\nIt is 0.25 here.\n:::", ["0.25"]),
        ("```{note}\nIt is 0.25 here.\n```", ["0.25"]),
        ("::::{predict} About 0.5?\n:::{answer}\nNo: 0.75.\n:::\n::::", ["0.5", "0.75"]),
        ("| a | 0.5 |\n|---|---|", ["0.5"]),
        ("about −0.5 or -0.7", ["−0.5", "-0.7"]),
    ],
)
def test_a_typed_number_is_found(text, found):
    assert [number for _, number in typed_numbers(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "Phase 2 has 5 questions and 3 corpora, windows of 100 and a split of 80/10/10.",
        "The share $0.95$ and $$\nx = 0.5\n$$",
        "The code `0.95` and ``0.9``.",
        "{given}`0.95` and {result}`a:b:.2f` and {glue:text}`p:.3f`",
        "```python\nx = 0.5\n```",
        "```{code-cell} ipython3\nx = 0.5\n```",
        "````md\n```{note}\n0.5\n```\n````",
        ":::{figure} a.png\n:alt: 95% of it\n:::",
        "See [the page](https://example.org/v1.2/95%25.html) and <https://a.org/2.1>.",
        "Python 3.11, 3.12 or 3.13, TensorFlow 2.21 and CC BY 4.0, UTF-8, SHA-256",
        "<!-- 0.5 -->",
        "---\nkernelspec: 3.11\n---\n\ntext",
        "In 1949 and 2009, on page 12.",
        "Section 1.2.3 of version 4.0",
    ],
)
def test_what_was_chosen_or_quoted_is_let_through(text):
    assert typed_numbers(text) == []


def test_lines_are_counted_from_the_top_of_the_file():
    source = "---\na: 1\n---\n\n```python\nx = 0.5\n```\n\nIt is 0.7.\n"
    assert typed_numbers(source) == [(9, "0.7")]


@pytest.mark.parametrize(
    "page", sorted(p.name for p in BOOK.glob("*.md") if p.name not in EXCEPT), ids=str
)
def test_no_number_is_typed_into_a_page(page):
    assert typed_numbers((BOOK / page).read_text("utf8")) == []
