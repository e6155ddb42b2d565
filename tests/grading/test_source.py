"""A source is read whole, or refused with every fault and its line."""

import pytest

from course_lib.grading.source import SourceError, read_exercise

ANSWER = '# %% role="answer" qid="99.q1" points=2'
CHECK = '# %% role="check" qid="99.q1"\ncheck("99.q1", double_it)\n'
MUTANT = '# %% role="mutant" qid="99.q1" fails=["negative"]'


def line_of(text: str, mark: str) -> int:
    """The line, counted from 1, on which a mark first stands."""
    return text[: text.index(mark)].count("\n") + 1


def test_a_source_becomes_cells_with_roles_and_lines(source):
    exercise = read_exercise(source)
    text = source.read_text()
    assert (exercise.number, exercise.slug, exercise.name) == ("99", "tiny", "99_tiny")
    assert (exercise.title, exercise.minutes, exercise.budget_s) == ("Tiny", 5, 30)
    assert exercise.points == 3
    first, second = exercise.questions
    assert (first.qid, first.name, second.qid, second.name) == (
        "99.q1",
        "double_it",
        "99.q2",
        "predicted",
    )
    assert len(first.mutants) == len(second.mutants) == 3
    assert first.answer.line == line_of(text, ANSWER)
    assert first.mutants[1].line == line_of(text, MUTANT)
    assert first.mutants[1].misconception == "a number cannot be below zero"
    assert first.mutants[1].fails == ("negative",)
    assert first.probes[0].source.startswith("def probe(answer, rng):")


# What is replaced by what, the mark of the line to blame (in the changed text), and what is said.
FAULTS = {
    "no title": ("#     title: Tiny\n", "", "# ---", "the header has no title"),
    "no minutes": ("minutes: 5", "minutes: soon", "# ---", "minutes='soon'; expected a whole"),
    "no role": ('# %% role="given"', "# %%", "# %%\n", "role is ''; expected one of given"),
    "an unknown role": ('role="given"', 'role="gift"', '# %% role="gift"', "role is 'gift'"),
    "an unknown key": ("points=2", "point=2", 'qid="99.q1" point=2', "metadata has point=2"),
    "metadata that cannot be read": (
        "points=2",
        "points=two",
        'qid="99.q1" points=two',
        "cell metadata has",
    ),
    "no points": (" points=2", "", '# %% role="answer" qid="99.q1"', "points is 0; expected"),
    "points that are no number": ("points=2", 'points="2"', 'points="2"', "points is '2'"),
    "no qid": ('role="answer" qid="99.q1"', 'role="answer"', '# %% role="answer" p', "without qid"),
    "a check without qid": (
        'role="check" qid="99.q1"',
        'role="check"',
        '# %% role="check"\n',
        "check cell without qid",
    ),
    "a qid of another exercise": (
        'role="answer" qid="99.q2"',
        'role="answer" qid="98.q2"',
        'qid="98.q2"',
        "qid is '98.q2'; expected 99.q2",
    ),
    "a duplicate qid": (
        'role="answer" qid="99.q2"',
        'role="answer" qid="99.q1"',
        'qid="99.q1" points=1',
        "a second answer cell for 99.q1",
    ),
    "questions out of order": (
        'role="answer" qid="99.q1"',
        'role="answer" qid="99.q7"',
        'qid="99.q7"',
        "qid is '99.q7'; expected 99.q1",
    ),
    "no end marker": (
        '    # END SOLUTION\n\n# %% role="check" qid="99.q1"',
        '\n# %% role="check" qid="99.q1"',
        "    # BEGIN SOLUTION\n    return x + x",
        "# BEGIN SOLUTION without # END SOLUTION",
    ),
    "no begin marker": (
        "    # BEGIN SOLUTION\n    return x + x",
        "    return x + x",
        "    # END SOLUTION",
        "# END SOLUTION without # BEGIN SOLUTION",
    ),
    "two begin markers": (
        "    return x + x\n",
        "    return x + x\n    # BEGIN SOLUTION\n",
        "    # BEGIN SOLUTION\n    # END",
        "# BEGIN SOLUTION again",
    ),
    "no markers": (
        "    # BEGIN SOLUTION\n    return x + x\n    # END SOLUTION\n",
        "    return x + x\n",
        ANSWER,
        "answer cell without # BEGIN SOLUTION",
    ),
    "markers outside a function": (
        "    # BEGIN SOLUTION\n    return x + x\n    # END SOLUTION\n",
        "    return x + x\n# BEGIN SOLUTION\ny = 3\n# END SOLUTION\n",
        "# BEGIN SOLUTION\ny",
        "# BEGIN SOLUTION outside a function",
    ),
    "markers in a given cell": (
        "from course_lib.grading import Question, check\n",
        "from course_lib.grading import Question, check\n# END SOLUTION\n",
        "# END SOLUTION\nfrom",
        "# END SOLUTION in a given cell",
    ),
    "a check without its answer": (
        CHECK,
        CHECK + '\n# %% role="check" qid="99.q9"\ncheck("99.q9", double_it)\n',
        '# %% role="check" qid="99.q9"',
        "check of 99.q9, which has no answer cell",
    ),
    "an answer without its check": (CHECK, "", ANSWER, "99.q1 has 0 check cells; expected one"),
    "two checks": (CHECK, CHECK + "\n" + CHECK, ANSWER, "99.q1 has 2 check cells"),
    "a check of another question": (
        'check("99.q1", double_it)',
        'check("99.q2", double_it)',
        '# %% role="check" qid="99.q1"',
        'expected one call, check("99.q1", name)',
    ),
    "a check of no name": (
        'check("99.q1", double_it)',
        'check("99.q1", lambda x: 2 * x)',
        '# %% role="check" qid="99.q1"',
        'expected one call, check("99.q1", name)',
    ),
    "a check of another name": (
        'check("99.q1", double_it)',
        'check("99.q1", doubled)',
        ANSWER,
        "answer cell of 99.q1 defines no function doubled",
    ),
    "two mutants": (
        MUTANT,
        '# %% role="given"',
        ANSWER,
        "99.q1 has 2 mutants; expected 3 plausible",
    ),
    "a mutant that declares nothing": (
        ' fails=["negative"]',
        "",
        '# %% role="mutant" qid="99.q1"\n',
        "mutant declares no sub-check",
    ),
    "a mutant that declares no list": (
        'fails=["negative"]',
        'fails="negative"',
        'fails="negative"',
        "fails is 'negative'; expected a list of names",
    ),
    "a mutant without a misconception": (
        "# Misconception: a number cannot be\n# below zero\n",
        "",
        MUTANT,
        "mutant starts without '# Misconception:'",
    ),
    "a mutant of another name": (
        "def double_it(x):\n    return 2 * abs(x)",
        "def twice(x):\n    return 2 * abs(x)",
        MUTANT,
        "mutant cell of 99.q1 defines no function double_it",
    ),
    "a probe of another name": (
        "def probe(",
        "def probing(",
        '# %% role="probe" qid="99.q1"',
        "probe cell of 99.q1 defines no function probe",
    ),
    "no Python": ("return x + x", "return x +", "    return x +\n", "not Python: invalid syntax"),
    "text before the first cell": (
        "# %% [markdown]\n# # Tiny",
        "import os\n\n# %% [markdown]\n# # Tiny",
        "# %% [markdown]",
        "expected every cell to start with one",
    ),
    "a timeout that is no number": (
        "points=2",
        'points=2 timeout="long"',
        'timeout="long"',
        "timeout is 'long'; expected a whole number",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_malformed_source_is_refused_with_file_and_line(source, fault):
    old, new, blamed, says = FAULTS[fault]
    text = source.read_text()
    assert old in text
    changed = text.replace(old, new, 1)
    source.write_text(changed)
    with pytest.raises(SourceError) as caught:
        read_exercise(source)
    lines = str(caught.value).splitlines()
    told = [line for line in lines if says in line]
    assert told, lines
    assert told[0].startswith(f"{source}:{line_of(changed, blamed)}: ")


def test_a_misplaced_check_or_mutant_is_refused(source):
    text = source.read_text()
    source.write_text(text.replace(CHECK, "", 1).replace(ANSWER, CHECK + "\n" + ANSWER, 1))
    with pytest.raises(SourceError, match=r"check of 99\.q1 stands before its answer"):
        read_exercise(source)
    source.write_text(text.replace(CHECK, "", 1) + "\n" + CHECK)
    with pytest.raises(SourceError, match=r"mutant of 99\.q1 stands before the check"):
        read_exercise(source)


def test_all_faults_are_told_at_once(source):
    text = source.read_text().replace("points=2", "points=0").replace("x + 2", "x +", 1)
    source.write_text(text.replace('role="probe"', 'role="prob"'))
    with pytest.raises(SourceError) as caught:
        read_exercise(source)
    assert len(str(caught.value).splitlines()) >= 3


@pytest.mark.parametrize("name", ["explore.py", "1_explore.py", "01-explore.py", "01_explore.txt"])
def test_a_file_of_another_name_is_refused(tmp_path, name):
    (tmp_path / name).write_text("")
    with pytest.raises(SourceError, match=r"expected a file named like 01_explore\.py"):
        read_exercise(tmp_path / name)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_exercise(tmp_path / "01_missing.py")
    (tmp_path / "01_bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read as UTF-8"):
        read_exercise(tmp_path / "01_bytes.py")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "01_empty.py").write_text("")
    with pytest.raises(SourceError, match="asks no question"):
        read_exercise(tmp_path / "01_empty.py")
