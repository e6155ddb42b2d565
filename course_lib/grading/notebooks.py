"""An exercise as a notebook: complete, or as the student receives it.

Cell ids are made of question, role and position, and no tool leaves its mark in the metadata, so
that a notebook is the same, byte by byte, on every build.
"""

from collections import Counter
from typing import Any

from course_lib.errors import require
from course_lib.grading.cells import BEGIN, END, Cell, Exercise
from course_lib.grading.solution import stub

IGNORE = "nbval-ignore-output"


def notebook_of(exercise: Exercise, *, complete: bool) -> Any:
    """An exercise as a notebook that was not run.

    Args:
        exercise: a validated source.
        complete: with the answers; otherwise with stubs, as a student receives it.

    Returns:
        An nbformat notebook, without probes and mutants.
    """
    v4 = require("nbformat.v4", "grade")
    notebook = v4.new_notebook(metadata=_notebook_metadata(exercise))
    for cell, cell_id in zip(exercise.cells, cell_ids(exercise), strict=True):
        if cell.role in ("probe", "mutant"):
            continue
        if cell.role == "text":
            made = v4.new_markdown_cell(_filled(cell, exercise), id=cell_id)
        else:
            made = v4.new_code_cell(_code(cell, complete), id=cell_id)
        made.metadata.update(_cell_metadata(cell, complete))
        notebook.cells.append(made)
    return notebook


def cell_ids(exercise: Exercise) -> list[str]:
    """An id for each cell, made of its question, its role and its position among those alike.

    Args:
        exercise: a validated source.

    Returns:
        Distinct ids that nbformat allows, for instance ``01-q2-answer`` or ``01-given-3``.
    """
    seen: Counter[str] = Counter()
    ids = []
    for cell in exercise.cells:
        owner = cell.qid.replace(".", "-") if cell.qid else exercise.number
        base = f"{owner}-{cell.role}"
        seen[base] += 1
        single = cell.qid and cell.role in ("answer", "check")
        ids.append(base if single else f"{base}-{seen[base]}")
    return ids


def _code(cell: Cell, complete: bool) -> str:
    if cell.role != "answer":
        return cell.source
    if not complete:
        return stub(cell.source, str(cell.qid))
    return "\n".join(line for line in cell.source.splitlines() if line.strip() not in (BEGIN, END))


def _cell_metadata(cell: Cell, complete: bool) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.role == "text":
        return metadata
    metadata["role"] = cell.role
    if cell.qid:
        metadata["qid"] = cell.qid
    if cell.points:
        metadata["points"] = cell.points
    if cell.timeout:
        metadata["timeout"] = cell.timeout
    if not complete:
        # Cells are judged by whether they raise. What a student last saw must not matter, or
        # pytest --nbval and --nbval-lax would disagree about a notebook saved half-way.
        metadata["tags"] = [IGNORE]
        if cell.role in ("answer", "check"):
            metadata["deletable"] = False
        if cell.role == "check":
            metadata["editable"] = False
    return metadata


def _notebook_metadata(exercise: Exercise) -> dict[str, Any]:
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "course": {
            "exercise": exercise.name,
            "title": exercise.title,
            "minutes": exercise.minutes,
            "points": {q.qid: q.answer.points for q in exercise.questions},
        },
    }


def _filled(cell: Cell, exercise: Exercise) -> str:
    """Markdown with ``{{points}}`` and ``{{minutes}}`` filled in, so that each has one home."""
    points = exercise.points
    for question in exercise.questions:
        if question.qid == cell.qid:
            points = question.answer.points
    text = cell.source.replace("{{points}}", points_text(points))
    return text.replace("{{minutes}}", f"{exercise.minutes} minutes")


def points_text(points: float) -> str:
    """A number of points in words.

    Args:
        points: the number.

    Returns:
        For instance ``1 point``.

    >>> points_text(1), points_text(2.5)
    ('1 point', '2.5 points')
    """
    return f"{points:g} point" + ("" if points == 1 else "s")


def as_bytes(notebook: Any) -> bytes:
    """A notebook as nbformat writes it.

    Args:
        notebook: an nbformat notebook, run or not.

    Returns:
        UTF-8 text that ends in one line break.
    """
    nbformat = require("nbformat", "grade")
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return (text.rstrip("\n") + "\n").encode()
