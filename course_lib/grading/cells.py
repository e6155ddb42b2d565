"""What an exercise is made of: cells with a role, and the questions that they form."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"
MISCONCEPTION = "# Misconception:"
ROLES = ("given", "answer", "check", "probe", "mutant")


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Args:
        role: ``text`` (Markdown) or one of the roles of a code cell.
        source: the text of the cell, without its marker line.
        line: the line of its marker in the file, counted from 1.
        qid: the question it belongs to, for instance ``01.q2``; None where it belongs to none.
        points: what an answer is worth; 0 for every other role.
        timeout: seconds that the cell may run; None for the default.
        fails: the sub-checks that a mutant must fail, and no others; ``*`` stands for each of them.
        shares: questions whose solution a given cell shows in part, on purpose (a broken version).
    """

    role: str
    source: str
    line: int
    qid: str | None = None
    points: float = 0
    timeout: int | None = None
    fails: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def misconception(self) -> str:
        """What a mutant's author believes, in words; empty where the cell does not say."""
        said = []
        for line in self.source.splitlines():
            if line.startswith(MISCONCEPTION):
                said.append(line.removeprefix(MISCONCEPTION).strip())
            elif said and line.startswith("# "):
                said.append(line.removeprefix("# ").strip())
            else:
                break
        return " ".join(said)


@dataclass(frozen=True)
class QuestionCells:
    """The cells of one question, found by its id.

    Args:
        qid: the question, for instance ``01.q2``.
        name: the name that the answer binds and the check receives.
        answer: the cell with the solution.
        check: the cell that the student runs.
        probes: what the grading tier runs.
        mutants: the wrong answers.
    """

    qid: str
    name: str
    answer: Cell
    check: Cell
    probes: tuple[Cell, ...]
    mutants: tuple[Cell, ...]


@dataclass(frozen=True)
class Exercise:
    """A validated source.

    Args:
        path: the file it was read from.
        number: two digits, for instance ``01``.
        slug: the rest of the file's name, for instance ``explore``.
        title: the title, in English.
        minutes: the time a student is expected to need.
        budget_s: seconds in which the complete notebook has to run on two cores.
        cells: all cells, in order.
    """

    path: Path
    number: str
    slug: str
    title: str
    minutes: int
    budget_s: int
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The stem of every file made from this source, for instance ``01_explore``."""
        return f"{self.number}_{self.slug}"

    @property
    def points(self) -> float:
        """The points of all questions together."""
        return sum(cell.points for cell in self.cells)

    @cached_property
    def questions(self) -> tuple[QuestionCells, ...]:
        """The questions, in the order of their answer cells."""
        return tuple(self._question(cell) for cell in self.cells if cell.role == "answer")

    def _question(self, answer: Cell) -> QuestionCells:
        of = [cell for cell in self.cells if cell.qid == answer.qid]
        check = next(cell for cell in of if cell.role == "check")
        return QuestionCells(
            qid=str(answer.qid),
            name=checked_name(check) or "",
            answer=answer,
            check=check,
            probes=tuple(cell for cell in of if cell.role == "probe"),
            mutants=tuple(cell for cell in of if cell.role == "mutant"),
        )


def checked_name(check: Cell) -> str | None:
    """The name that a check cell hands over: ``f`` in ``check("01.q1", f)``.

    Args:
        check: a cell whose role is ``check``.

    Returns:
        The name, or None where the cell has no such call.
    """
    for call in check_calls(check.source):
        if len(call.args) == 2 and isinstance(call.args[1], ast.Name):
            return call.args[1].id
    return None


def check_calls(source: str) -> Iterator[ast.Call]:
    """The calls of ``check`` in a cell; none where the cell does not parse.

    Args:
        source: the text of a code cell.

    Yields:
        Calls whose first argument is a string.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        name = name.id if isinstance(name, ast.Name) else name
        first = node.args[0]
        if name == "check" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield node
