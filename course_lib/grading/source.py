"""The one source of an exercise: ``solutions/NN_slug.py``, read and validated.

A source is a Python file in jupytext's percent format. Its header gives the title and the time;
the metadata of each code cell gives its role, and the question it belongs to:

==========  ==========================================================================
``given``   the student receives it as it is
``answer``  the student writes what stands between the solution markers
``check``   ``check("01.q2", name)``, which the student runs
``probe``   ``def probe(answer, rng)``: what the grading tier asks of an answer
``mutant``  a plausible wrong answer, and the sub-checks that it has to fail
==========  ==========================================================================

Everything wrong with a source is reported at once, each problem with its file and line.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError, require
from course_lib.grading.cells import ROLES, Cell, Exercise
from course_lib.grading.rules import problems

KEYS = ("role", "qid", "points", "timeout", "fails", "shares")

_FILE_NAME = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z][a-z0-9_]*)\.py")
_MARKER = re.compile(r"# %%(\s|$)")


class SourceError(CourseError, ValueError):
    """A source of an exercise that is malformed; one line a problem, as ``file:line: problem``."""


def read_exercise(path: Path) -> Exercise:
    """Read and validate one source.

    Args:
        path: a file named ``NN_slug.py``.

    Returns:
        The exercise; a returned exercise has no known structural fault.

    Raises:
        SourceError: the file cannot be read, or is malformed; lists every problem found.
        MissingExtraError: jupytext is not installed.
    """
    path = Path(path)
    named = _FILE_NAME.fullmatch(path.name)
    if named is None:
        raise SourceError(f"{path}:1: expected a file named like 01_explore.py, got {path.name!r}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}:1: cannot be read as UTF-8 text: {error}") from error
    header, cells, found = _parse(text)
    exercise = Exercise(
        path=path,
        number=named["number"],
        slug=named["slug"],
        title=str(header.get("title", "")),
        minutes=_number(header, "minutes", 0, found),
        budget_s=_number(header, "budget_s", 60, found),
        cells=tuple(cells),
    )
    found += problems(exercise)
    if found:
        lines = "\n".join(f"{path}:{line}: {problem}" for line, problem in sorted(found))
        raise SourceError(lines)
    return exercise


def _parse(text: str) -> tuple[dict[str, Any], list[Cell], list[tuple[int, str]]]:
    """The header, the cells and the problems (line, text) of a percent-format file."""
    jupytext = require("jupytext", "grade")
    notebook = jupytext.reads(text, fmt="py:percent")
    header = notebook.metadata.get("course", {})
    lines = text.splitlines()
    markers = [number for number, line in enumerate(lines, 1) if _MARKER.match(line)]
    if len(markers) != len(notebook.cells):
        first = markers[0] if markers else 1
        return header, [], [(first, _unmarked(len(markers), len(notebook.cells)))]
    cells, found = [], []
    for line, raw in zip(markers, notebook.cells, strict=True):
        cell, wrong = _cell(raw, line)
        cells.append(cell)
        found += [(line, problem) for problem in wrong]
    return header, cells, found


def _unmarked(markers: int, cells: int) -> str:
    return (
        f"{markers} lines start with '# %%' but {cells} cells were read; expected every cell to "
        "start with one, with no text before the first and no such line inside a string"
    )


def _cell(raw: Any, line: int) -> tuple[Cell, list[str]]:
    """One cell from jupytext's, with what is wrong in its metadata."""
    given = {key: value for key, value in raw.metadata.items() if key != "lines_to_next_cell"}
    wrong = [
        f"cell metadata has {key}={given[key]!r}; expected only {', '.join(KEYS)}, each as "
        'key="value"'
        for key in sorted(set(given) - set(KEYS))
    ]
    role = given.get("role", "text" if raw.cell_type == "markdown" else "")
    if raw.cell_type == "code" and role not in ROLES:
        wrong.append(f"role is {role!r}; expected one of {', '.join(ROLES)}")
    cell = Cell(
        role=str(role),
        source=raw.source,
        line=line,
        qid=given.get("qid"),
        points=_points(given.get("points", 0), wrong),
        timeout=_timeout(given.get("timeout"), wrong),
        fails=_names(given, "fails", wrong),
        shares=_names(given, "shares", wrong),
    )
    return cell, wrong


def _points(value: Any, wrong: list[str]) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    wrong.append(f"points is {value!r}; expected a number")
    return 0


def _timeout(value: Any, wrong: list[str]) -> int | None:
    if value is None or (isinstance(value, int) and value > 0):
        return value
    wrong.append(f"timeout is {value!r}; expected a whole number of seconds")
    return None


def _names(given: Mapping[str, Any], key: str, wrong: list[str]) -> tuple[str, ...]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        wrong.append(f'{key} is {value!r}; expected a list of names, as {key}=["a", "b"]')
        return ()
    return tuple(value)


def _number(header: Mapping[str, Any], key: str, default: int, found: list[Any]) -> int:
    value = header.get(key, default)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found.append((1, f"the header has {key}={value!r}; expected a whole number above 0"))
    return 1
