"""Each chapter has its parts in their order; the check itself finds each one that is missing."""

import re
from pathlib import Path

import pytest
import yaml
from course_book.anatomy import PARTS, missing_parts

ROOT = Path(__file__).resolve().parents[2]

WHOLE = """# Chapter

:::{cost}
:::

Why does it grow? After this page you will be able to say.

:::{predict}
How far?
:::

:::{by-hand}
One, two.
:::

$$
a = b
$$ (eq-a)

```{literalinclude} ../course_lib/corpus/words.py
:pyobject: words
```

:::{shapes}
| a | b |
|---|---|
| 1 | 2 |
:::

:::{law} Sum
It is so.
:::

```{code-cell} ipython3
assert True
```

```{code-cell} ipython3
plots.show(figure, alt="A curve that falls quickly.")
```

:::{wrong}
Not so.
:::

## Limits

None.

## Exercises

```{exercise} One
:class: recall
```
```{exercise} Two
:class: build extra
```
```{exercise} Three
:class: break
```
```{exercise} Four
:class: measure
```

## Sources

It is in {cite:t}`zipf1949`.
"""


def test_a_whole_chapter_lacks_nothing():
    assert missing_parts(WHOLE) == []


@pytest.mark.parametrize(
    ("part", "without"),
    [
        ("cost", "{cost}"),
        ("able to", "you will be able to"),
        ("predict", "{predict}"),
        ("by hand", "{by-hand}"),
        ("equation", "$$"),
        ("code itself", "{literalinclude}"),
        ("shapes", "{shapes}"),
        ("a law,", "{law}"),
        ("checks the law", "```{code-cell} ipython3\nassert True\n```"),
        ("figure", "plots.show("),
        ("wrong", "{wrong}"),
        ("Limits", "## Limits"),
        ("Exercises", "## Exercises"),
        ("Sources", "## Sources"),
        ("citation", "{cite:t}"),
        ("question", "?"),
        ("'recall'", ":class: recall"),
        ("'measure'", ":class: measure"),
    ],
)
def test_a_missing_part_is_named(part, without):
    assert without in WHOLE
    missing = missing_parts(WHOLE.replace(without, ""))
    assert any(part in name for name in missing), missing


def test_a_part_out_of_order_is_missing():
    law = re.search(r":::\{law\}.*?:::\n", WHOLE, re.S).group(0)
    moved = WHOLE.replace(law, "").replace("# Chapter\n", f"# Chapter\n\n{law}", 1)
    assert [name for name in missing_parts(moved) if "law" in name]


def test_a_long_cell_is_refused():
    long = "```{code-cell} ipython3\n" + "x = 1\n" * 21 + "```\n"
    assert any("21 lines" in name for name in missing_parts(WHOLE + long))


def test_every_part_is_exercised():
    assert len(PARTS) == 15


def chapters() -> list[str]:
    """The numbered pages of the table of contents."""
    listed = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
    files = [c["file"] for part in listed["parts"] for c in part["chapters"]]
    return [file for file in files if re.search(r"/\d\d_\w+$", file)]


def test_numbered_pages_are_in_the_table_of_contents():
    written = {f"book/{p.stem}" for p in (ROOT / "book").glob("[0-9][0-9]_*.md")}
    assert written <= set(chapters())


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_has_its_anatomy(chapter):
    assert missing_parts((ROOT / f"{chapter}.md").read_text("utf8")) == []
