"""A question as the checks know it: a title, a hint, a section of the book, named sub-checks."""

import difflib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from course_lib.errors import CourseError
from course_lib.grading import checks
from course_lib.grading.answer import Answer

KINDS = ("function", "predict", "bug", "measure", "choose")
QUESTIONS: dict[str, "Question"] = {}
"""Every question that is defined in this process, by its id."""

_QID = re.compile(r"(?P<number>\d\d)\.q\d+")


class CheckError(CourseError, ValueError):
    """A check that is called or defined in a way that makes no sense; not the student's answer."""


@dataclass(frozen=True)
class Case:
    """One named sub-check.

    Args:
        name: what it looks at, in a few words; unique in its question.
        run: asks the answer, and raises ``CaseFailed`` where it is wrong.
        hint: a hint for this sub-check; empty for the question's own.
    """

    name: str
    run: Callable[[Answer], None]
    hint: str = ""


@dataclass
class Question:
    """What a check needs to know. Defining one registers it.

    Args:
        qid: the question's id, for instance ``01.q2``.
        title: a few words, shown in tables.
        kind: ``function``, ``predict``, ``bug``, ``measure`` or ``choose``.
        hint: one hint, shown when a sub-check without its own hint fails.
        book: page and anchor of the section to read again, for instance ``01_explore#n-grams``.
        withheld: dotted names in the package that the answer may not reach.
        cases: the sub-checks, in the order in which they run.

    Raises:
        CheckError: the id is malformed or taken, or the kind is unknown.
    """

    qid: str
    title: str
    kind: str
    hint: str
    book: str
    withheld: tuple[str, ...] = ()
    cases: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not _QID.fullmatch(self.qid):
            raise CheckError(f"question id is {self.qid!r}; expected one like 01.q2")
        if self.kind not in KINDS:
            raise CheckError(f"{self.qid}: kind is {self.kind!r}; expected one of {KINDS}")
        if self.qid in QUESTIONS:
            raise CheckError(f"question {self.qid} is defined twice")
        QUESTIONS[self.qid] = self

    def case(
        self, name: str, hint: str = ""
    ) -> Callable[[Callable[[Answer], None]], Callable[[Answer], None]]:
        """Add a sub-check, as a decorator.

        Args:
            name: what it looks at, in a few words.
            hint: a hint for this sub-check in place of the question's own.

        Returns:
            A decorator for a function that takes the guarded answer.

        Raises:
            CheckError: the question has a sub-check of that name.
        """
        if name in [case.name for case in self.cases]:
            raise CheckError(f"{self.qid} has two sub-checks named {name!r}")

        def add(run: Callable[[Answer], None]) -> Callable[[Answer], None]:
            self.cases.append(Case(name, run, hint))
            return run

        return add


def load_checks(number: str) -> None:
    """Import the checks of an exercise, if the package has them.

    Args:
        number: two digits, for instance ``01``.
    """
    for module in pkgutil.iter_modules(checks.__path__):
        if module.name.startswith(f"x{number}_"):
            import_module(f"{checks.__name__}.{module.name}")


def find_question(qid: str) -> Question:
    """The question with an id.

    Args:
        qid: for instance ``01.q2``.

    Returns:
        The question.

    Raises:
        CheckError: there is none; the message names near matches.
    """
    if not isinstance(qid, str):
        raise CheckError(f"a question is named by a text such as '01.q2', got {qid!r}")
    named = _QID.fullmatch(qid)
    if qid not in QUESTIONS and named:
        load_checks(named["number"])
    if qid in QUESTIONS:
        return QUESTIONS[qid]
    near = difflib.get_close_matches(qid, QUESTIONS, n=3, cutoff=0.3)
    known = f"; did you mean {' or '.join(near)}?" if near else ""
    raise CheckError(f"there is no question {qid!r}{known}")


def questions_of(number: str) -> list[Question]:
    """The questions of one exercise that the checks know.

    Args:
        number: two digits, for instance ``01``.

    Returns:
        The questions in the order of their numbers.
    """
    load_checks(number)
    of = [question for qid, question in QUESTIONS.items() if qid.startswith(f"{number}.q")]
    return sorted(of, key=lambda question: int(question.qid.split("q")[1]))
