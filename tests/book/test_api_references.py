"""Types in the API pages are shown as written, and lead to where they are documented."""

import functools

import pytest
from course_book.api_references import (
    alias_name,
    exists,
    full_name,
    keep_colon,
    keep_written_types,
    outside_address,
    public_names,
)
from numpy.typing import ArrayLike


def sample(a: ArrayLike, *rest: "Unknown", b: ArrayLike | None = None, c=1) -> dict[str, ArrayLike]:  # noqa: F821
    """A function with every kind of annotation."""


def test_annotations_stand_as_they_were_written():
    @functools.wraps(sample)
    def copy(*_args):
        pass

    copy.__annotations__ = dict(sample.__annotations__)
    assert copy.__annotations__["a"] != "ArrayLike"
    keep_written_types(None, copy, False)
    assert copy.__annotations__ == {
        "a": "ArrayLike",
        "rest": "Unknown",
        "b": "ArrayLike | None",
        "return": "dict[str, ArrayLike]",
    }


@pytest.mark.parametrize("thing", [len, 3, "text", eval("lambda x: x")])
def test_what_has_no_written_types_is_left_alone(thing):
    before = getattr(thing, "__annotations__", None)
    keep_written_types(None, thing, False)
    assert getattr(thing, "__annotations__", None) == before


def test_a_public_name_is_sought_from_the_nearest_package_outwards():
    names = public_names("course_lib.claims.ledger.Ledger")
    assert names == ["course_lib.claims.Ledger", "course_lib.Ledger"]


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("course_lib.errors.CourseError", True),
        ("course_lib.errors.Nothing", False),
        ("course_lib.nothing.CourseError", False),
    ],
)
def test_only_what_exists_may_stand_without_a_link(name, there):
    assert exists(name) is there


def test_names_from_elsewhere_have_known_addresses_only():
    assert outside_address("pathlib.Path").endswith("pathlib.html#pathlib.Path")
    assert outside_address("numpy.ndarray").startswith("https://numpy.org/")
    assert outside_address("nowhere.Thing") is None
    assert full_name("NoSuchClass") == "NoSuchClass"


def test_a_name_is_what_its_own_module_means_by_it():
    from course_lib.evaluation import rows
    from course_lib.grading import practice

    assert rows.Row is not practice.Row
    for module in (rows, practice):
        assert full_name("Row", module.__name__) == f"{module.__name__}.Row"
    assert full_name("Path", "course_lib.project") == "pathlib.Path"
    assert full_name("Path") == full_name("Path", "course_lib.words") == "Path"  # nobody's
    assert full_name("pathlib.Path", "course_lib.project") == "pathlib.Path"


@pytest.mark.parametrize(
    ("name", "module", "meant"),
    [
        (
            "Normalization",
            "course_lib.tokenizers.bpe",
            "course_lib.tokenizers.validation.Normalization",
        ),
        ("Curves", "course_lib.plots", "course_lib.plots.likelihood_figures.Curves"),
        ("Curves", "course_lib.corpus", "Curves"),
        ("Nothing", "course_lib.plots", "Nothing"),
        ("Normalization", "", "Normalization"),
        ("no.Such", "course_lib.plots", "no.Such"),
    ],
)
def test_an_alias_is_found_where_it_is_documented_or_else_where_it_is_written(name, module, meant):
    import course_lib.plots
    import course_lib.tokenizers.bpe  # noqa: F401

    documented = ["course_lib.tokenizers.validation.Normalization", "course_lib.corpus.Corpus"]
    assert alias_name(name, module, documented) == meant


@pytest.mark.parametrize(
    ("what", "kept"), [("property", True), ("data", True), ("function", False)]
)
def test_a_colon_in_a_property_is_no_type(what, kept):
    from sphinx.ext.napoleon import Config, GoogleDocstring

    lines = ["The hash: two are equal.", ""]
    keep_colon(None, what, "x", None, None, lines)
    text = str(GoogleDocstring(lines, Config(), what=what, name="x"))
    assert ("The hash: two are equal." in text) or not kept
    assert ":type:" not in text
