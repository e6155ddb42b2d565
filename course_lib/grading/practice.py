"""``course check 01``: run a student's notebook and say, question by question, where it stands."""

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError, require
from course_lib.grading.cells import check_calls
from course_lib.grading.kernel import CELL_TIMEOUT_S, CellRun, run_notebook
from course_lib.grading.question import Question, questions_of

PASSED, FAILED, UNANSWERED = "passed", "not right yet", "not answered"
STOPPED, MISSING, BROKEN = "out of time", "check missing", "error"


class PracticeError(CourseError):
    """A notebook that cannot be checked; the message says what to do about it."""


@dataclass(frozen=True)
class Row:
    """Where one question stands.

    Args:
        question: the question.
        points: what it is worth.
        status: ``passed``, ``not right yet``, ``not answered``, ``out of time``, ``error`` or
            ``check missing``.
        detail: what the notebook shows below the check; empty where the whole cell ran.
    """

    question: Question
    points: float
    status: str
    detail: str = ""

    @property
    def earned(self) -> float:
        """All the points or none of them."""
        return self.points if self.status == PASSED else 0.0

    @property
    def hint(self) -> str:
        """The question's hint, once a check has failed: before that it would give answers away."""
        return self.question.hint if self.detail.startswith("✗") else ""


@dataclass(frozen=True)
class Report:
    """Where a notebook stands.

    Args:
        path: the notebook.
        title: its title.
        rows: one entry a question, in order.
        seconds: how long the notebook ran.
    """

    path: Path
    title: str
    rows: tuple[Row, ...]
    seconds: float

    @property
    def points(self) -> float:
        """The points of all questions together."""
        return sum(row.points for row in self.rows)

    @property
    def earned(self) -> float:
        """The points of the questions that pass."""
        return sum(row.earned for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether every question passes."""
        return all(row.status == PASSED for row in self.rows)

    @property
    def exit_code(self) -> int:
        """What a command returns to the shell: 0 only if every question passes."""
        return 0 if self.passed else 1


def find_exercise(which: str, root: Path) -> Path:
    """The notebook that a person means.

    Args:
        which: a number (``1``, ``01``), a slug (``explore``), a name (``01_explore``) or a path.
        root: the folder of the checkout, for all but a path.

    Returns:
        The path of the notebook.

    Raises:
        PracticeError: no such exercise; the message names near matches, or all there are.
    """
    for found in _notebooks(root):
        number, _, slug = found.stem.partition("_")
        if which in (found.stem, slug) or (which.isdecimal() and int(which) == int(number)):
            return found
    path = Path(which)
    if path.is_file():
        return path
    if path.suffix == ".ipynb":
        beside = root / "exercises" / path.name
        if beside.is_file():
            return beside
        raise PracticeError(f"there is no notebook {which}; {_available(which, root)}")
    raise PracticeError(f"there is no exercise {which!r}; {_available(which, root)}")


def _notebooks(root: Path) -> list[Path]:
    return sorted((root / "exercises").glob("[0-9][0-9]_*.ipynb"))


def _available(which: str, root: Path) -> str:
    names = [path.stem for path in _notebooks(root)]
    if not names:
        return f"{root / 'exercises'} holds none: run course exercise build"
    by_part = {part: name for name in names for part in (name, name.partition("_")[2])}
    stem = Path(which).name.removesuffix(".ipynb")
    near = {by_part[part] for part in difflib.get_close_matches(stem, by_part, n=2, cutoff=0.75)}
    if near:
        return f"did you mean {' or '.join(sorted(near))}?"
    return f"there are {', '.join(names)}"


def check_notebook(
    path: Path,
    *,
    timeout: int = CELL_TIMEOUT_S,
    on_cell: Callable[[int, int], None] | None = None,
) -> Report:
    """Run a notebook in a fresh kernel and collect what its checks say.

    The notebook itself is not changed. A cell that raises does not stop the ones after it.

    Args:
        path: a notebook, done or half done.
        timeout: seconds that a cell may run.
        on_cell: called before each code cell with how many are done and how many there are.

    Returns:
        The report.

    Raises:
        PracticeError: the file is missing, is no notebook, or asks no known question.
    """
    notebook = _read_notebook(path)
    asked = _asked(notebook)
    numbers = {qid.partition(".")[0] for qid in asked}
    numbers |= {str(_course(notebook).get("exercise", path.stem))[:2]}
    questions = [question for number in sorted(numbers) for question in questions_of(number)]
    if not questions:
        raise PracticeError(
            f"{path} asks no question that this version of the course knows; expected a notebook "
            'of exercises/, with cells like check("01.q1", answer)'
        )
    runs = run_notebook(notebook, path.resolve().parent, timeout=timeout, on_cell=on_cell)
    rows = []
    for question in questions:
        found = [run for run in runs if run.index in asked.get(question.qid, [])]
        before = [run for run in runs if not found or run.index < found[0].index]
        status, detail = _status(question, found, _answer_run(notebook, question, before))
        rows.append(Row(question, _points(notebook, question), status, detail))
    title = str(_course(notebook).get("title", path.stem))
    return Report(path, title, tuple(rows), sum(run.seconds for run in runs))


def _read_notebook(path: Path) -> Any:
    nbformat = require("nbformat", "grade")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PracticeError(f"there is no notebook {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PracticeError(f"{path} cannot be read: {error}") from error
    try:
        json.loads(text)
    except ValueError as error:
        raise PracticeError(
            f"{path} is no notebook: not JSON ({error}); open it in Jupyter and save it again, or "
            "take a fresh copy of the exercise"
        ) from error
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:
        raise PracticeError(f"{path} is JSON, but no notebook: {error}") from error


def _course(notebook: Any) -> dict[str, Any]:
    course = notebook.metadata.get("course", {})
    return dict(course) if isinstance(course, dict) else {}


def _asked(notebook: Any) -> dict[str, list[int]]:
    """Which cells call the check of which question."""
    asked: dict[str, list[int]] = {}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            for call in check_calls(cell.source):
                asked.setdefault(call.args[0].value, []).append(index)  # type: ignore[attr-defined]
    return asked


def _points(notebook: Any, question: Question) -> float:
    """What a question is worth, as the notebook says: editors may lose the metadata of cells."""
    said = _course(notebook).get("points", {})
    if isinstance(said, dict) and isinstance(said.get(question.qid), int | float):
        return float(said[question.qid])
    for cell in notebook.cells:
        if cell.metadata.get("qid") == question.qid and "points" in cell.metadata:
            return float(cell.metadata["points"])
    return 1.0


def _answer_run(notebook: Any, question: Question, runs: list[CellRun]) -> CellRun | None:
    """The run of the cell that answers a question, if it went wrong."""
    for run in runs:
        cell = notebook.cells[run.index]
        is_answer = cell.metadata.get("role") == "answer"
        if is_answer and cell.metadata.get("qid") == question.qid and run.status != "ok":
            return run
    return None


def _status(question: Question, runs: list[CellRun], answer: CellRun | None) -> tuple[str, str]:
    """The status of a question, and what to show about it."""
    if not runs:
        return MISSING, (
            f'The cell check("{question.qid}", …) is gone. Take it from a fresh copy of the '
            "exercise."
        )
    run = runs[-1]
    said = f"{run.error}: {run.message}".removesuffix(": ")
    if f"✓ {question.qid} " in run.printed:
        if run.status == "ok":
            return PASSED, ""
        if run.error not in ("NotAnswered", "QuestionFailed"):
            return PASSED, (
                f"✓ {question.qid} {question.title}\n\n  Your answer passes the check; the "
                f"demonstration below it failed: {said}"
            )
    if run.status == "ok":
        return FAILED, "The check ran and said nothing: its cell was changed."
    if run.status == "timeout":
        return STOPPED, f"{run.message[:1].upper()}{run.message[1:]}: is there a loop without end?"
    if run.error == "NotAnswered":
        return UNANSWERED, ""
    if run.error == "QuestionFailed":
        return FAILED, run.shown
    if answer is not None:
        return BROKEN, f"The cell of your answer fails: {answer.error}: {answer.message}"
    return BROKEN, said
