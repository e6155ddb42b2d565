"""Does a student's notebook give an answer away?"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from course_lib.grading.cells import BEGIN, END, MISCONCEPTION, Exercise
from course_lib.grading.checking import Outcome
from course_lib.grading.solution import solution_lines

TELLING = 10
"""Characters from which on a line of a solution says something."""

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")


def leaks(exercise: Exercise, notebook: bytes, outcomes: Mapping[str, Outcome]) -> list[str]:
    """What a student's notebook holds that it must not.

    Args:
        exercise: the source that the notebook was built from.
        notebook: the student's notebook, as it is on disk.
        outcomes: the outcome of each question for the author's solution.

    Returns:
        One line a leak.
    """
    content = json.loads(notebook)
    found = []
    for cell in content["cells"]:
        if cell.get("outputs") or cell.get("execution_count"):
            found.append(f"cell {cell.get('id')} has an output or an execution count")
        if cell["metadata"].get("role") in ("probe", "mutant"):
            found.append(f"cell {cell.get('id')} is a {cell['metadata']['role']}")
    texts = [_plain(text) for text in _strings(content)]
    for mark in (BEGIN, END, MISCONCEPTION, "def probe("):
        if any(mark in text for text in texts):
            found.append(f"the notebook holds {mark!r}")
    return [*found, *_solution_leaks(exercise, texts), *_value_leaks(content, outcomes)]


def _solution_leaks(exercise: Exercise, texts: list[str]) -> Iterator[str]:
    """Lines of a solution, but for those that a given cell shares on purpose."""
    for question in exercise.questions:
        lines = [line for line in solution_lines(question.answer.source) if len(line) >= TELLING]
        shown = [line for line in lines if any(line in text for text in texts)]
        shared = [_plain(cell.source) for cell in exercise.cells if question.qid in cell.shares]
        if shared and lines and len(shown) == len(lines):
            yield f"{question.qid}: every line of the solution is in the notebook"
        for line in shown:
            if not any(line in text for text in shared):
                yield f"{question.qid}: the notebook holds a line of the solution: {line}"


def _value_leaks(content: Any, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """Numbers that a student is asked to predict or to measure."""
    numbers = set()
    for cell in content["cells"]:
        for text in _NUMBER.findall("".join(cell["source"])):
            numbers |= {text, text.replace(",", "")}
    values = {float(text) for text in numbers if re.fullmatch(r"\d+(\.\d+)?", text)}
    for qid, outcome in outcomes.items():
        if outcome.question.kind not in ("predict", "measure"):
            continue
        for expected in _flat_numbers(outcome.expected):
            telling = expected != int(expected) or abs(expected) >= 10
            if telling and any(math.isclose(expected, v, rel_tol=1e-3) for v in values):
                yield f"{qid}: the notebook holds the expected value {expected:g}"


def _flat_numbers(values: Any) -> Iterator[float]:
    if isinstance(values, int | float) and not isinstance(values, bool):
        if math.isfinite(values):
            yield float(values)
    elif isinstance(values, Mapping):
        yield from _flat_numbers(list(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _flat_numbers(value)


def _strings(content: Any) -> Iterator[str]:
    """Every string of a notebook; the lines of a cell as one."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in ("source", "text") and isinstance(value, list):
                yield "".join(value)
            else:
                yield from _strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value)


def _plain(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text)
