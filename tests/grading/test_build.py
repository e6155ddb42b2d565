"""One source becomes a student's notebook, a solution and a manifest, the same every time."""

import hashlib
import json

import nbformat
import pytest

from course_lib.grading.build import BuildError, build_all, build_exercise, render, sources
from course_lib.grading.notebooks import cell_ids, notebook_of
from course_lib.grading.solution import solution_lines, stub
from course_lib.grading.source import read_exercise


def test_a_second_build_changes_nothing_and_gives_the_same_bytes(tiny, source):
    first = build_exercise(source, tiny)
    assert [path.relative_to(tiny).as_posix() for path in first] == [
        "solutions/99_tiny.ipynb",
        "exercises/99_tiny.ipynb",
        "solutions/manifests/99_tiny.json",
    ]
    content = {path: path.read_bytes() for path in first}
    assert build_exercise(source, tiny) == []
    assert render(source).files(tiny) == content
    assert not list(tiny.rglob("*.part"))


def test_the_students_notebook_has_stubs_and_nothing_else_of_the_answer(source):
    exercise = read_exercise(source)
    notebook = notebook_of(exercise, complete=False)
    nbformat.validate(notebook)
    answer = next(cell for cell in notebook.cells if cell.id == "99-q1-answer")
    assert answer.source == (
        'def double_it(x):\n    """Twice a number."""\n'
        '    raise NotImplementedError("q1: replace this line by your answer")'
    )
    namespace: dict = {}
    exec(answer.source, namespace)
    assert namespace["double_it"].__doc__ == "Twice a number."
    with pytest.raises(NotImplementedError, match="q1: "):
        namespace["double_it"](2)
    text = nbformat.writes(notebook)
    for trace in ("x + x", "SOLUTION", "Misconception", "def probe", "abs(x)", "7 / 16"):
        assert trace not in text
    assert {cell.metadata.get("role") for cell in notebook.cells} == {
        None,
        "given",
        "answer",
        "check",
    }


def test_every_code_cell_of_the_students_notebook_is_judged_by_what_it_raises_alone(source):
    for cell in notebook_of(read_exercise(source), complete=False).cells:
        if cell.cell_type == "code":
            assert cell.metadata["tags"] == ["nbval-ignore-output"]
            assert cell.outputs == []
            assert cell.execution_count is None


def test_the_complete_notebook_is_executed_and_compared_in_full(tiny, source):
    build_exercise(source, tiny)
    notebook = nbformat.read(tiny / "solutions" / "99_tiny.ipynb", 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5]
    assert all("tags" not in cell.metadata for cell in code)
    check = next(cell for cell in code if cell.id == "99-q1-check")
    assert check.outputs[0].text == "✓ 99.q1 Double a number (2 checks)\n"
    answer = next(cell for cell in code if cell.id == "99-q1-answer")
    assert answer.source.endswith("    return x + x")
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "course": {
            "exercise": "99_tiny",
            "title": "Tiny",
            "minutes": 5,
            "points": {"99.q1": 2, "99.q2": 1},
        },
    }


def test_points_and_minutes_are_filled_in_where_the_text_asks_for_them(source):
    texts = [
        cell.source
        for cell in notebook_of(read_exercise(source), complete=False).cells
        if cell.cell_type == "markdown"
    ]
    assert texts == [
        "# Tiny\n\n5 minutes, 3 points",
        "## Double (2 points)",
        "## Predict (1 point)",
    ]


def test_cell_ids_say_what_a_cell_is_and_stay_when_another_question_changes(source):
    before = dict(zip(cell_ids(read_exercise(source)), read_exercise(source).cells, strict=True))
    assert len(set(before)) == len(before)
    assert {"99-text-1", "99-given-1", "99-q1-answer", "99-q1-mutant-3"} < set(before)
    extra = '# %% [markdown] qid="99.q1"\n# More.\n\n'
    mark = '# %% role="answer" qid="99.q1"'
    source.write_text(source.read_text().replace(mark, extra + mark, 1))
    after = dict(zip(cell_ids(read_exercise(source)), read_exercise(source).cells, strict=True))
    assert set(after) - set(before) == {"99-q1-text-2"}
    for cell_id, cell in before.items():
        assert after[cell_id].source == cell.source


def test_the_manifest_knows_what_grading_needs(source):
    manifest = json.loads(render(source).manifest)
    first = manifest["questions"][0]
    assert (manifest["points"], manifest["budget_s"], first["points"]) == (3, 30, 2)
    assert first["cases"] == ["small", "negative"]
    check = 'check("99.q1", double_it)'
    assert first["check"] == {
        "id": "99-q1-check",
        "source": check,
        "sha256": hashlib.sha256(check.encode()).hexdigest(),
    }
    assert first["probes"][0]["source"].startswith("def probe(answer, rng)")
    assert manifest["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()


def test_a_solution_that_fails_its_own_check_is_not_built(tiny, source):
    source.write_text(source.read_text().replace("return x + x", "return x + 3"))
    with pytest.raises(BuildError, match=r"cell 99-q1-check .*\n✗ 99\.q1 Double a number"):
        build_exercise(source, tiny)
    assert not list(tiny.rglob("*.ipynb"))


def test_a_complete_notebook_that_writes_to_stderr_is_not_built(tiny, source):
    noisy = 'import sys\nprint("careful", file=sys.stderr)\n\nif "99.q1" not in'
    source.write_text(source.read_text().replace('if "99.q1" not in', noisy))
    with pytest.raises(BuildError, match=r"cell 99-given-1 .*\ncareful"):
        build_exercise(source, tiny)


def test_an_empty_checkout_is_told_what_is_missing(tmp_path):
    with pytest.raises(BuildError, match=r"expected files like 01_explore\.py"):
        build_all(tmp_path)


def test_building_all_reports_its_progress(tiny):
    seen = []
    changed = build_all(tiny, lambda *step: seen.append(step))
    assert seen == [(0, 1, "99_tiny")]
    assert len(changed) == 3
    assert [path.name for path in sources(tiny)] == ["99_tiny.py"]


def test_more_than_one_region_and_the_code_around_them():
    text = (
        "def f(x):\n    # BEGIN SOLUTION\n    a = 1\n    # END SOLUTION\n    b = 2\n\n\n"
        "class C:\n    def g(self):\n        # BEGIN SOLUTION\n        return 3\n\n"
        "        # END SOLUTION\n"
    )
    left = stub(text, "01.q4")
    assert left.splitlines() == [
        "def f(x):",
        '    raise NotImplementedError("q4: replace this line by your answer")',
        "    b = 2",
        "",
        "",
        "class C:",
        "    def g(self):",
        '        raise NotImplementedError("q4: replace this line by your answer")',
    ]
    assert solution_lines(text) == ["a = 1", "return 3"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '"    raise NotImplementedError(\\"q1: replace this line by your answer\\")"',
            '"    return 2"',
        ),
        ('"execution_count": null', '"execution_count": 3'),
        ('{\n "cells"', "not JSON at all"),
        (
            '"    raise NotImpl',
            '"    half = 1  # an idea, not finished\\n",\n    "    raise NotImpl',
        ),
    ],
)
def test_a_build_never_overwrites_what_somebody_wrote(tiny, source, old, new):
    build_exercise(source, tiny)
    path = tiny / "exercises" / "99_tiny.ipynb"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    source.write_text(source.read_text().replace("# # Tiny", "# # Tiny and new"))
    worked = path.read_bytes()
    with pytest.raises(BuildError, match="has changed since it was built"):
        build_exercise(source, tiny)
    assert path.read_bytes() == worked
    assert "and new" not in (tiny / "solutions" / "99_tiny.ipynb").read_text()


def test_one_answered_exercise_does_not_stop_the_others(tiny, source, monkeypatch):
    build_exercise(source, tiny)
    mine = tiny / "exercises" / "99_tiny.ipynb"
    mine.write_text(mine.read_text() + "\n")
    before, after = (tiny / "solutions" / f"{number}_other.py" for number in ("98", "99"))
    before.touch()
    after.touch()
    built = []
    monkeypatch.setattr(
        "course_lib.grading.build.build_exercise", lambda s, r: built.append(s) or []
    )
    with pytest.raises(BuildError, match=r"99_tiny\.ipynb has changed"):
        build_all(tiny)
    assert built == [before, after]
