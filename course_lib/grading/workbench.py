"""Run the cells of an exercise in this process: a hundred mutants without a hundred kernels."""

import io
import linecache
import types
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

from course_lib.grading.cells import Cell, Exercise, QuestionCells
from course_lib.grading.checking import Outcome, judge
from course_lib.grading.question import find_question


def judged(exercise: Exercise, answers: Mapping[str, str]) -> dict[str, Outcome]:
    """Every question's outcome for a set of answers.

    Args:
        exercise: a validated source.
        answers: the text of the answer cell of each question, by its id.

    Returns:
        The outcome of each question, by its id.
    """
    namespace = run_cells(exercise, answers)
    return {
        question.qid: judge(find_question(question.qid), namespace.get(question.name), namespace)
        for question in exercise.questions
    }


def run_cells(exercise: Exercise, answers: Mapping[str, str]) -> dict[str, Any]:
    """Run the given and the answer cells in order, and go on after one that raises.

    Args:
        exercise: a validated source.
        answers: the text of the answer cell of each question, by its id.

    Returns:
        The globals that they leave behind; what they print is lost.
    """
    module = types.ModuleType(f"exercise_{exercise.name}")
    namespace = vars(module)
    for cell in exercise.cells:
        if cell.role in ("given", "answer"):
            text = answers[str(cell.qid)] if cell.role == "answer" else cell.source
            try:
                run_text(text, f"<{exercise.name}:{cell.line}>", namespace)
            except (Exception, SystemExit):
                continue
    return namespace


def run_text(text: str, name: str, namespace: dict[str, Any]) -> None:
    """Execute one cell, so that its functions can show their source.

    Args:
        text: the text of the cell.
        name: a file name in angle brackets, under which the text can be looked up.
        namespace: the globals it reads and writes.
    """
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    with redirect_stdout(io.StringIO()):
        exec(compile(text, name, "exec"), namespace)


def solutions(exercise: Exercise) -> dict[str, str]:
    """The answer cells as the author wrote them.

    Args:
        exercise: a validated source.

    Returns:
        Their text, by question.
    """
    return {question.qid: question.answer.source for question in exercise.questions}


def with_mutant(exercise: Exercise, question: QuestionCells, mutant: Cell) -> dict[str, str]:
    """The author's answers, but for one that is wrong.

    Args:
        exercise: a validated source.
        question: the question whose answer is replaced.
        mutant: its replacement.

    Returns:
        The text of each answer cell, by question.
    """
    return {**solutions(exercise), question.qid: mutant.source}
