"""Every gate lets a sound exercise through, and catches what it is there to catch."""

import json
from dataclasses import replace

import pytest

from course_lib.errors import CourseError
from course_lib.grading.build import build_exercise
from course_lib.grading.notebooks import as_bytes, notebook_of
from course_lib.grading.source import read_exercise
from course_lib.grading.verify import GATES, Evidence, verify_all, verify_exercise


def found(source, gate: str) -> str:
    """What one gate finds, its faults joined."""
    try:
        return "\n".join(GATES[gate](Evidence(source, source.parents[1])))
    except CourseError as error:
        return str(error)


def change(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def student_notebook(source):
    """Write the notebook that a student receives, without running anything."""
    path = source.parents[1] / "exercises" / "99_tiny.ipynb"
    path.write_bytes(as_bytes(notebook_of(read_exercise(source), complete=False)))
    return path


def test_a_sound_exercise_passes_every_gate(source):
    build_exercise(source, source.parents[1])
    results = verify_exercise(source)
    assert [result.gate for result in results] == list(GATES)
    assert [result.faults for result in results] == [()] * len(GATES)


def test_a_malformed_source_ends_at_the_first_gate(source):
    change(source, "# BEGIN SOLUTION", "# BEGIN")
    results = verify_exercise(source)
    assert [result.gate for result in results] == ["source"]
    assert "without # BEGIN SOLUTION" in results[0].faults[0]


def test_a_question_without_checks_is_caught(source):
    text = source.read_text()
    at = text.index('# %% [markdown] qid="99.q2"')
    source.write_text(text + "\n\n" + text[at:].replace("99.q2", "99.q3"))
    assert "no question '99.q3'" in found(source, "source")


def test_checks_without_a_question_are_caught(source):
    text = source.read_text()
    source.write_text(text[: text.index('# %% [markdown] qid="99.q2"')])
    assert found(source, "source") == "99.q2 has checks, but 99_tiny.py does not ask it"


def test_a_solution_broken_on_purpose_is_caught(source):
    change(source, "return x + x", "return x + 3")
    assert found(source, "solution") == "the solution of 99.q1 fails 'negative': 1"
    assert "of the complete notebook: error" in found(source, "rebuild")


def test_an_exercise_that_passes_untouched_is_caught(source):
    """The stub of this one only raises when nobody calls it."""
    change(
        source,
        "    # BEGIN SOLUTION\n    return x + x\n",
        "    if x:\n        return x + x\n    # BEGIN SOLUTION\n    return 0\n",
    )
    assert found(source, "untouched") == "99.q1 passes before anyone answers it"


def test_a_mutant_that_passes_is_caught(source):
    change(source, "return 2 * abs(x)", "return 2 * x")
    said = found(source, "mutants")
    line = source.read_text()[: source.read_text().index('fails=["negative"]')].count("\n") + 1
    assert said == (
        f"99_tiny.py:{line}: the mutant of 99.q1 passes (a number cannot be below zero)"
    )


@pytest.mark.parametrize("declared", ['["small"]', '["small", "negative"]', '["other"]'])
def test_a_mutant_that_fails_other_checks_than_it_declares_is_caught(source, declared):
    change(source, 'fails=["negative"]', f"fails={declared}")
    said = found(source, "mutants")
    assert "the mutant of 99.q1 fails ['negative'], and declares" in said


def test_a_mutant_that_breaks_another_question_is_caught(source):
    change(
        source,
        "return x + 2",
        "return x + 2\n\nQUESTIONS['99.q2'].cases[0].run.__code__ = (\n"
        "    lambda answer: answer().near(9.0, within=0.1)\n).__code__",
    )
    said = found(source, "mutants")
    assert "makes 99.q2 fail ['the share']" in said


def test_a_probe_that_raises_is_caught(source):
    change(source, "return [answer(int(x)) for x in", "return [answer(str(x)) - 1 for x in")
    assert "the probe of 99.q1 raises TypeError" in found(source, "probes")


def test_a_probe_that_gives_no_plain_data_is_caught(source):
    change(source, "answer(int(x))", "answer(x)")
    assert "int64 is not JSON serializable" in found(source, "probes")


def test_a_probe_without_a_seed_is_caught(source):
    change(
        source,
        "for x in rng.integers(-9, 9, 5)",
        "for x in __import__('random').sample(range(99), 9)",
    )
    assert "answers differently to the same seed" in found(source, "probes")


def test_a_probe_that_tells_nothing_is_caught(source):
    change(source, "return [answer(int(x)) for x in rng.integers(-9, 9, 5)]", "return [1, 2]")
    assert "tells no mutant from the solution: '[[1, 2]," in found(source, "probes")


def leak(source, add) -> str:
    """What the gate says about a student's notebook after someone has meddled with it."""
    path = student_notebook(source)
    notebook = json.loads(path.read_text())
    add(notebook)
    path.write_text(json.dumps(notebook))
    return found(source, "leaks")


def test_a_notebook_that_was_never_built_is_caught(source):
    assert "run course exercise build" in found(source, "leaks")
    assert "run course exercise build" in found(source, "rebuild")


def test_a_line_of_the_solution_is_caught_wherever_it_stands(source):
    line = "    return  x + x"
    said = "99.q1: the notebook holds a line of the solution: return x + x"
    assert said in leak(source, lambda n: n["cells"][0]["source"].append(line))
    assert said in leak(source, lambda n: n["metadata"].update(note=line))
    assert said in leak(source, lambda n: n["cells"][1]["metadata"].update(was=[line]))


@pytest.mark.parametrize(
    "text",
    ["# BEGIN SOLUTION", "# END SOLUTION", "# Misconception: all", "def probe(answer, rng):"],
)
def test_what_only_the_source_may_hold_is_caught(source, text):
    assert "the notebook holds" in leak(source, lambda n: n["cells"][3]["source"].append(text))


def test_an_output_is_caught(source):
    output = {"output_type": "stream", "name": "stdout", "text": ["anything"]}
    assert "cell 99-q1-check has an output" in leak(
        source, lambda n: n["cells"][4]["outputs"].append(output)
    )


def test_a_cell_of_a_hidden_role_is_caught(source):
    assert "is a mutant" in leak(source, lambda n: n["cells"][4]["metadata"].update(role="mutant"))


@pytest.mark.parametrize("number", ["0.4375", "0.43749"])
def test_an_expected_value_is_caught(source, number):
    said = leak(source, lambda n: n["cells"][0]["source"].append(f" It is about {number}."))
    assert said == "99.q2: the notebook holds the expected value 0.4375"


def test_a_broken_version_may_share_lines_with_the_solution_if_it_says_so(source):
    """For questions that ask to find a bug; but never all of the lines."""
    change(source, "    return x + x", "    doubled = x + x\n    return doubled")
    given = '# %% role="given"\ndef broken(x):\n    doubled = x + x\n    return doubled + 1\n\n'
    change(source, '# %% [markdown] qid="99.q1"', given + '# %% [markdown] qid="99.q1"')
    student_notebook(source)
    assert "a line of the solution: doubled = x + x" in found(source, "leaks")
    change(source, '"given"\ndef broken', '"given" shares=["99.q1"]\ndef broken')
    student_notebook(source)
    assert found(source, "leaks") == "99.q1: every line of the solution is in the notebook"
    change(
        source, "    doubled = x + x\n    return doubled + 1", "    doubled = x\n    return doubled"
    )
    student_notebook(source)
    assert found(source, "leaks") == ""
    # What the broken version does not show is no more public for it.
    said = leak(source, lambda n: n["cells"][0]["source"].append("doubled = x + x"))
    assert said == (
        "99.q1: every line of the solution is in the notebook\n"
        "99.q1: the notebook holds a line of the solution: doubled = x + x"
    )


@pytest.mark.parametrize(
    "name",
    ["solutions/99_tiny.ipynb", "exercises/99_tiny.ipynb", "solutions/manifests/99_tiny.json"],
)
def test_a_file_that_is_not_what_the_source_makes_is_caught(source, name):
    build_exercise(source, source.parents[1])
    path = source.parents[1] / name
    path.write_bytes(path.read_bytes() + b"\n")
    said = f"{name} is not what the source makes: run course exercise build"
    assert found(source, "rebuild") == said
    path.unlink()
    assert f"there is no {path.name}" in found(source, "rebuild").replace(str(name), path.name)


def test_a_notebook_over_its_budget_is_caught(source):
    change(source, "budget_s: 30", "budget_s: 1")
    slow = 'check("99.q2", predicted)'
    change(source, slow, f"{slow}\n__import__('time').sleep(1.2)")
    assert "its budget is 1 s" in found(source, "budget")


def test_a_section_that_the_book_lacks_is_caught(source):
    page = source.parents[1] / "book" / "tiny.md"
    page.write_text("(double)=\n# Double\n\n# Share\n")
    assert found(source, "book") == ("99.q2: tiny#share: book/tiny.md sets no anchor (share)=")
    page.unlink()
    assert "there is no book/tiny.md" in found(source, "book")


def test_all_exercises_are_verified_with_progress(tiny, source):
    build_exercise(source, tiny)
    seen = []
    results = verify_all(tiny, lambda *step: seen.append(step))
    assert seen == [(0, 1, "99_tiny")]
    assert all(result.passed for result in results)


def test_several_at_a_time_give_the_same_results_in_order(tiny, source):
    source.unlink()
    for name in ("98_other", "97_one"):
        (tiny / "solutions" / f"{name}.py").write_text("x = 1")
    seen = []
    results = verify_all(tiny, lambda *step: seen.append(step), jobs=2)
    assert [result.exercise for result in results] == ["97_one", "98_other"]
    assert [result.gate for result in results] == ["source", "source"]
    assert results == [
        replace(result, seconds=own.seconds)
        for own, result in zip(results, verify_all(tiny), strict=True)
    ]
    assert {step[:2] for step in seen} == {(1, 2), (2, 2)}


def test_a_mutant_that_fails_all_may_say_so_with_a_star(source):
    change(source, 'fails=["small", "negative"]', 'fails=["*"]')
    assert found(source, "mutants") == ""
    change(source, 'fails=["negative"]', 'fails=["*"]')
    assert "declares ['negative', 'small']" in found(source, "mutants")
