"""The examples in the extension's docstrings hold."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "book" / "_ext" / "course_book"


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.py")))
def test_examples(name):
    module = import_module("course_book" if name == "__init__" else f"course_book.{name}")
    assert doctest.testmod(module).failed == 0
