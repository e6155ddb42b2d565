"""What stands between the solution markers of an answer, and the stub that replaces it."""

import re

from course_lib.grading.cells import BEGIN, END

STUB = "raise NotImplementedError"


def stub(source: str, qid: str) -> str:
    """An answer cell as the student receives it.

    Args:
        source: the text of an answer cell, its markers balanced.
        qid: the question, which the stub names.

    Returns:
        The cell with each region between the markers replaced by one line that raises.

    >>> print(stub("def f(x):\\n    # BEGIN SOLUTION\\n    return x\\n    # END SOLUTION", "01.q1"))
    def f(x):
        raise NotImplementedError("q1: replace this line by your answer")
    """
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            said = f"{qid.split('.')[-1]}: replace this line by your answer"
            kept.append(f'{indent}{STUB}("{said}")')
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def solution_lines(source: str) -> list[str]:
    """The lines of an answer cell that stand between the markers, without their indent.

    Args:
        source: the text of an answer cell.

    Returns:
        The lines, blank ones left out.
    """
    found: list[str] = []
    inside = False
    for line in source.splitlines():
        mark = re.sub(r"\s+", " ", line.strip())
        if mark in (BEGIN, END):
            inside = mark == BEGIN
        elif inside and mark:
            found.append(mark)
    return found
