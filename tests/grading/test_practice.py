"""``course check``: where a half-done notebook stands, and ``pytest --nbval`` beside it."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from course_lib.grading.build import build_exercise
from course_lib.grading.kernel import run_notebook
from course_lib.grading.notebooks import as_bytes, notebook_of
from course_lib.grading.practice import PracticeError, check_notebook, find_exercise
from course_lib.grading.source import read_exercise
from course_lib.grading.table import print_report, run_check

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def exercise(tiny, source):
    """The path of the tiny exercise as a student receives it."""
    path = tiny / "exercises" / "99_tiny.ipynb"
    path.write_bytes(as_bytes(notebook_of(read_exercise(source), complete=False)))
    return path


def edited(path: Path, answers: dict[str, str], **also) -> Path:
    """Write answers into the cells of a notebook, as a student does."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    for change in also.values():
        change(notebook)
    nbformat.write(notebook, path)
    return path


RIGHT = {"99-q1-answer": "def double_it(x):\n    return 2 * x"}
WRONG = {"99-q1-answer": "def double_it(x):\n    return 2 * abs(x)"}
SHARE = {"99-q2-answer": "def predicted():\n    return 0.45"}


def statuses(report) -> list[str]:
    return [row.status for row in report.rows]


def test_an_untouched_notebook_earns_nothing(exercise):
    report = check_notebook(exercise)
    assert statuses(report) == ["not answered", "not answered"]
    assert (report.earned, report.points, report.exit_code) == (0, 3, 1)


def test_one_right_one_wrong(exercise):
    report = check_notebook(edited(exercise, {**WRONG, **SHARE}))
    assert statuses(report) == ["not right yet", "passed"]
    assert (report.earned, report.points, report.exit_code) == (1, 3, 1)
    assert report.rows[0].detail.splitlines()[0] == "✗ 99.q1 Double a number"
    assert "got        4" in report.rows[0].detail
    assert "Below zero, too." in report.rows[0].detail
    assert "Traceback" not in report.rows[0].detail


def test_all_right(exercise):
    before = edited(exercise, {**RIGHT, **SHARE}).read_bytes()
    steps = []
    report = check_notebook(exercise, on_cell=lambda *step: steps.append(step))
    assert statuses(report) == ["passed", "passed"]
    assert (report.earned, report.exit_code) == (3, 0)
    assert steps == [(n, 5) for n in range(6)]
    assert exercise.read_bytes() == before


def test_an_answer_that_is_no_python_is_shown_with_its_reason(exercise):
    report = check_notebook(edited(exercise, {"99-q1-answer": "def double_it(x)\n    return"}))
    assert statuses(report) == ["error", "not answered"]
    assert "The cell of your answer fails: SyntaxError: expected ':'" in report.rows[0].detail


def test_a_loop_without_end_is_stopped_and_the_rest_goes_on(exercise):
    loop = {"99-q1-answer": "def double_it(x):\n    while True:\n        pass"}
    report = check_notebook(edited(exercise, {**loop, **SHARE}), timeout=1)
    assert statuses(report) == ["out of time", "passed"]
    assert "loop without end" in report.rows[0].detail


def test_a_loop_that_cannot_be_interrupted_ends_the_run(exercise, monkeypatch):
    monkeypatch.setattr("course_lib.grading.kernel.INTERRUPT_GRACE_S", 1)
    stubborn = (
        "def double_it(x):\n    while True:\n        try:\n            while True:\n"
        "                pass\n        except KeyboardInterrupt:\n            pass"
    )
    report = check_notebook(edited(exercise, {"99-q1-answer": stubborn, **SHARE}), timeout=1)
    assert statuses(report) == ["out of time", "error"]
    assert "could not be stopped" in report.rows[1].detail


def test_a_kernel_that_dies_ends_the_run_with_its_reason(exercise):
    dies = {"99-q1-answer": "import os\ndef double_it(x):\n    os._exit(1)"}
    report = check_notebook(edited(exercise, {**dies, **SHARE}))
    assert statuses(report) == ["error", "error"]
    assert "the kernel died" in report.rows[0].detail
    assert "the kernel died" in report.rows[1].detail


def test_asking_for_input_fails_and_does_not_wait(exercise):
    asks = {"99-q1-answer": "def double_it(x):\n    return input()"}
    report = check_notebook(edited(exercise, asks))
    assert report.rows[0].status == "not right yet"
    assert "StdinNotImplementedError" in report.rows[0].detail


@pytest.mark.parametrize("below", ["1 / 0", 'raise ValueError("odd")'])
def test_a_demonstration_that_fails_below_a_check_that_passes_costs_nothing(exercise, tiny, below):
    cell = {"99-q1-check": f'check("99.q1", double_it)\n{below}'}
    report = check_notebook(edited(exercise, {**RIGHT, **SHARE, **cell}))
    assert statuses(report) == ["passed", "passed"]
    said = "Your answer passes the check; the demonstration below it failed: "
    error = "ZeroDivisionError: division by zero" if "/" in below else "ValueError: odd"
    assert said + error in shown(report, tiny, width=200)


def test_a_demonstration_does_not_save_a_wrong_answer_nor_hide_a_second_check(exercise):
    cell = {"99-q1-check": 'try:\n    check("99.q1", double_it)\nfinally:\n    1 / 0'}
    assert statuses(check_notebook(edited(exercise, {**WRONG, **cell})))[0] == "error"
    twice = "check('99.q1', double_it)\ncheck('99.q1', abs)"
    report = check_notebook(edited(exercise, {**RIGHT, "99-q1-check": twice}))
    assert statuses(report)[0] == "not right yet"


def test_a_missing_check_costs_its_question_and_says_so(exercise):
    def drop(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell.id != "99-q1-check"]

    report = check_notebook(edited(exercise, {**RIGHT, **SHARE}, drop=drop))
    assert statuses(report) == ["check missing", "passed"]
    assert 'check("99.q1", …) is gone' in report.rows[0].detail


def test_a_check_that_was_emptied_earns_nothing(exercise):
    gone = {"99-q1-check": 'if False:\n    check("99.q1", double_it)'}
    report = check_notebook(edited(exercise, {**RIGHT, **gone}))
    assert report.rows[0].status == "not right yet"
    assert "its cell was changed" in report.rows[0].detail


@pytest.mark.parametrize("tag", ["raises-exception", "nbval-raises-exception"])
def test_a_tag_does_not_turn_a_failure_into_a_pass(exercise, tag):
    def add(notebook):
        for cell in notebook.cells:
            cell.metadata["tags"] = [tag]

    assert check_notebook(edited(exercise, WRONG, add=add)).rows[0].status == "not right yet"


def test_an_editor_that_loses_metadata_loses_no_points(exercise):
    def forget(notebook):
        for cell in notebook.cells:
            cell.metadata = nbformat.NotebookNode()
        notebook.metadata["kernelspec"] = {"name": "colab", "display_name": "Colab"}

    report = check_notebook(edited(exercise, {**RIGHT, **SHARE}, forget=forget))
    assert (report.earned, report.points) == (3, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not a notebook", "is no notebook: not JSON"),
        ("", "is no notebook: not JSON"),
        ('{"cells": 3}', "is JSON, but no notebook"),
        ("[1, 2]", "is JSON, but no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content, says):
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    with pytest.raises(PracticeError, match=says):
        check_notebook(path)


def test_a_missing_file_and_a_notebook_of_something_else_are_refused(tmp_path):
    with pytest.raises(PracticeError, match="there is no notebook"):
        check_notebook(tmp_path / "gone.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "mine.ipynb")
    with pytest.raises(PracticeError, match="asks no question"):
        check_notebook(tmp_path / "mine.ipynb")


@pytest.fixture
def two_exercises(tmp_path):
    (tmp_path / "exercises").mkdir()
    for name in ("01_explore", "02_prepare"):
        (tmp_path / "exercises" / f"{name}.ipynb").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("which", ["1", "01", "001", "explore", "01_explore", "01_explore.ipynb"])
def test_an_exercise_is_found_by_number_slug_or_name(two_exercises, which):
    assert find_exercise(which, two_exercises).name == "01_explore.ipynb"


def test_an_exercise_is_found_by_path(two_exercises):
    path = two_exercises / "exercises" / "02_prepare.ipynb"
    assert find_exercise(str(path), Path("/nowhere")) == path


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("7", "there is no exercise '7'; there are 01_explore, 02_prepare"),
        ("explor", "there is no exercise 'explor'; did you mean 01_explore?"),
        ("02_perpare", "did you mean 02_prepare?"),
        ("exercises/01_explor.ipynb", "there is no notebook exercises/01_explor.ipynb; did you"),
    ],
)
def test_an_exercise_that_does_not_exist_names_near_ones(two_exercises, which, says):
    with pytest.raises(PracticeError) as caught:
        find_exercise(which, two_exercises)
    assert says in str(caught.value)


def test_without_any_exercise_it_is_told_how_to_build_them(tmp_path):
    with pytest.raises(PracticeError, match="run course exercise build"):
        find_exercise("1", tmp_path)


def shown(report, root: Path, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="standard")
    print_report(report, root, console)
    return console.file.getvalue()


def test_the_table_shows_points_status_hint_and_a_link_to_the_book(exercise, tiny):
    text = shown(check_notebook(edited(exercise, {**WRONG, **SHARE})), tiny)
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)
    assert re.search(r"99\.q1 Double a number +0/2 +✗ not right yet", plain)
    assert re.search(r"\n +Add it to itself\. +\n +book/tiny\.md, section double", plain)
    assert re.search(r"99\.q2 Predict a share +1/1 +✓ passed", plain)
    assert "1 of 3 points · 1 of 2 questions open" in plain
    assert "expected   -4" in plain
    assert "\x1b[31m✗ not right yet" in text
    assert "\x1b[32m✓ passed" in text


def test_a_question_is_given_its_hint_only_after_a_check_has_failed(exercise, tiny):
    unanswered = shown(check_notebook(exercise), tiny)
    assert "Add it to itself." not in unanswered
    assert "section double" in unanswered
    broken = {"99-q1-answer": "def double_it(x)\n    return"}
    assert "Add it to itself." not in shown(check_notebook(edited(exercise, broken)), tiny)
    assert "Add it to itself." in shown(check_notebook(edited(exercise, WRONG)), tiny)


def test_where_the_book_is_built_the_table_links_to_it(exercise, tiny):
    page = tiny / "_build" / "html" / "book" / "tiny.html"
    page.parent.mkdir(parents=True)
    page.write_text("built")
    text = shown(check_notebook(exercise), tiny)
    assert f"{page.as_uri()}#double" in text
    assert "book/tiny.html#double" in text


def test_the_command_returns_success_only_if_all_passes(exercise, tiny):
    console = Console(file=io.StringIO(), width=100)
    assert run_check(str(exercise), tiny, console) == 1
    edited(exercise, {**RIGHT, **SHARE})
    assert run_check(str(exercise), tiny, console) == 0
    assert "3 of 3 points · all 2 questions pass" in console.file.getvalue()


def nbval(path: Path, how: str) -> dict[str, str]:
    """The verdict of plain pytest on each cell, with the project's own settings."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "-q", "--color=no"]
    done = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), f"--rootdir={path.parent}", how, str(path)],
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return {
        cell: verdict
        for verdict, cell in re.findall(r"^(PASSED|FAILED) \S*::(Cell \d+)", done.stdout, re.M)
    }


def test_the_solution_passes_nbval_with_every_output_compared(tiny, source):
    build_exercise(source, tiny)
    path = tiny / "solutions" / "99_tiny.ipynb"
    assert set(nbval(path, "--nbval").values()) == {"PASSED"}
    path.write_text(path.read_text().replace("(2 checks)", "(3 checks)"))
    assert nbval(path, "--nbval")["Cell 2"] == "FAILED"


def test_strict_and_lax_nbval_agree_on_an_untouched_notebook(exercise):
    strict, lax = nbval(exercise, "--nbval"), nbval(exercise, "--nbval-lax")
    assert strict == lax == {f"Cell {n}": "FAILED" if n in (2, 4) else "PASSED" for n in range(5)}


def test_strict_and_lax_nbval_agree_on_a_half_done_notebook(exercise):
    """What a student last saw must not matter: one answer mended, one broken, neither rerun."""
    notebook = nbformat.read(edited(exercise, {**WRONG, **SHARE}), 4)
    run_notebook(notebook, exercise.parent)
    outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    assert outputs["99-q1-check"][0].ename == "QuestionFailed"
    assert outputs["99-q2-check"][0].text.startswith("✓ 99.q2")
    nbformat.write(notebook, exercise)
    edited(exercise, {**RIGHT, "99-q2-answer": "def predicted():\n    return 0.9"})
    strict, lax = nbval(exercise, "--nbval"), nbval(exercise, "--nbval-lax")
    assert strict == lax == {f"Cell {n}": "FAILED" if n == 4 else "PASSED" for n in range(5)}
