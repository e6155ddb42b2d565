"""What a source of an exercise has to obey, as functions that list the lines that break it."""

import ast
from collections.abc import Iterator

from course_lib.grading.cells import (
    BEGIN,
    END,
    MISCONCEPTION,
    Cell,
    Exercise,
    check_calls,
    checked_name,
)

MIN_MUTANTS = 3

Problem = tuple[int, str]


def problems(exercise: Exercise) -> list[Problem]:
    """Everything that is wrong with the cells of an exercise.

    Args:
        exercise: cells as they were read, not yet trusted.

    Returns:
        Pairs of a line, counted from 1, and what was expected there.
    """
    found: list[Problem] = []
    if not exercise.title:
        found.append(
            (1, 'the header has no title; expected "# jupyter:", "#   course:", "#     title:"')
        )
    for cell in exercise.cells:
        found += _cell_problems(cell, exercise.number)
    answers = [cell for cell in exercise.cells if cell.role == "answer"]
    if not answers:
        found.append((1, "the exercise asks no question; expected a cell with role=answer"))
    for wanted, answer in enumerate(answers, 1):
        found += _answer_problems(exercise, answer, wanted)
    qids = [cell.qid for cell in answers]
    for cell in exercise.cells:
        if cell.role in ("check", "probe", "mutant") and cell.qid and cell.qid not in qids:
            found.append((cell.line, f"{cell.role} of {cell.qid}, which has no answer cell"))
    return found


def _answer_problems(exercise: Exercise, answer: Cell, wanted: int) -> Iterator[Problem]:
    """What is wrong with the answer that stands at a place, counted from 1, and its question."""
    number = f"{exercise.number}.q{wanted}"
    before = [cell.qid for cell in exercise.cells if cell.role == "answer"][: wanted - 1]
    if answer.qid in before:
        yield answer.line, f"a second answer cell for {answer.qid}; expected one"
    elif answer.qid != number:
        yield (
            answer.line,
            f"qid is {answer.qid!r}; expected {number}, since questions are numbered in order",
        )
    else:
        yield from _question_problems(exercise, answer)


def _cell_problems(cell: Cell, number: str) -> Iterator[Problem]:
    """What is wrong with a cell by itself."""
    if cell.role == "text":
        return
    if cell.role in ("answer", "check", "probe", "mutant") and not cell.qid:
        yield cell.line, f'{cell.role} cell without qid; expected qid="{number}.q1" or another'
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        yield cell.line + (error.lineno or 0), f"not Python: {error.msg}"
    if cell.role == "answer":
        yield from _marker_problems(cell)
        if cell.points <= 0:
            yield cell.line, f"points is {cell.points!r}; expected a number above 0"
    else:
        for offset, line in enumerate(cell.source.splitlines(), 1):
            if line.strip() in (BEGIN, END):
                yield cell.line + offset, f"{line.strip()} in a {cell.role} cell"


def _marker_problems(cell: Cell) -> Iterator[Problem]:
    """Markers that are missing, unbalanced, or outside a function's body."""
    opened = None
    regions = 0
    for number, line in enumerate(cell.source.splitlines(), cell.line + 1):
        mark = line.strip()
        if mark == BEGIN:
            if opened is not None:
                yield number, f"{BEGIN} again, without {END} since line {opened}"
            if not line.startswith(" "):
                yield (
                    number,
                    f"{BEGIN} outside a function; expected it in the body, indented, so that the "
                    "student's version defines the name and raises when it is called",
                )
            opened, regions = number, regions + 1
        elif mark == END:
            if opened is None:
                yield number, f"{END} without {BEGIN} before it"
            opened = None
    if opened is not None:
        yield opened, f"{BEGIN} without {END} in the same cell"
    if not regions:
        yield cell.line, f"answer cell without {BEGIN} and {END}"


def _question_problems(exercise: Exercise, answer: Cell) -> Iterator[Problem]:
    """What is wrong between the cells of one question."""
    qid = str(answer.qid)
    of = {
        role: [cell for cell in exercise.cells if cell.qid == qid and cell.role == role]
        for role in ("check", "probe", "mutant")
    }
    if len(of["check"]) != 1:
        yield answer.line, f"{qid} has {len(of['check'])} check cells; expected one"
        return
    check = of["check"][0]
    name = checked_name(check)
    called = [call.args[0].value for call in check_calls(check.source)]  # type: ignore[attr-defined]
    if called != [qid] or name is None:
        yield check.line, f'expected one call, check("{qid}", name), in the check cell of {qid}'
        return
    if check.line < answer.line:
        yield check.line, f"check of {qid} stands before its answer"
    yield from _binding_problems(answer, name)
    for probe in of["probe"]:
        yield from _binding_problems(probe, "probe")
    yield from _mutant_problems(answer, check, of["mutant"], name)


def _mutant_problems(
    answer: Cell, check: Cell, mutants: list[Cell], name: str
) -> Iterator[Problem]:
    """Mutants that are too few, silent, misplaced, or no mutants at all."""
    if len(mutants) < MIN_MUTANTS:
        yield (
            answer.line,
            f"{answer.qid} has {len(mutants)} mutants; expected {MIN_MUTANTS} plausible wrong "
            "answers or more",
        )
    for mutant in mutants:
        yield from _binding_problems(mutant, name)
        if not mutant.fails:
            yield mutant.line, 'mutant declares no sub-check; expected fails=["name", ...]'
        if not mutant.misconception:
            yield (
                mutant.line,
                f"mutant starts without {MISCONCEPTION!r} and what its author believes",
            )
        if mutant.line < check.line:
            yield mutant.line, f"mutant of {answer.qid} stands before the check"


def _binding_problems(cell: Cell, name: str) -> Iterator[Problem]:
    if name not in bound_names(cell.source):
        yield cell.line, f"{cell.role} cell of {cell.qid} defines no function {name}"


def bound_names(source: str) -> set[str]:
    """The functions and classes that a cell defines at its top level.

    Args:
        source: the text of a code cell.

    Returns:
        Their names; none where the cell does not parse.

    >>> bound_names("def f():\\n    pass")
    {'f'}
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
