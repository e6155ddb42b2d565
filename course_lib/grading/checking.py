"""``check``: ask an answer every sub-check of its question, and say what is wrong with it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from course_lib.grading.answer import Answer
from course_lib.grading.book_links import page
from course_lib.grading.compare import short
from course_lib.grading.feedback import Failure, NotAnswered, QuestionFailed, block
from course_lib.grading.question import Case, CheckError, Question, find_question
from course_lib.grading.reached import reached
from course_lib.grading.result import CaseFailed
from course_lib.grading.withheld import resolve

UNANSWERED = "not answered"
OWN_WORK = "own work"
"""Names of the two sub-checks that every question has."""


@dataclass(frozen=True)
class Outcome:
    """Which sub-checks of a question an answer fails.

    Args:
        question: the question.
        failures: one for each sub-check that failed, in order.
        expected: every value that an answer was compared with.
    """

    question: Question
    failures: tuple[Failure, ...]
    expected: tuple[Any, ...]

    @property
    def passed(self) -> bool:
        """Whether no sub-check failed."""
        return not self.failures

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the sub-checks that failed."""
        return tuple(failure.case for failure in self.failures)


def check(qid: str, answer: Any) -> None:
    """Check an answer, and print one line if it is right.

    The answer is called with inputs that the check builds itself; of the notebook it takes this
    one name only. A loop that never ends is ended by the notebook's cell timeout.

    Args:
        qid: the question, for instance ``"01.q2"``.
        answer: the function that the question asks for.

    Raises:
        NotAnswered: the stub is still there.
        QuestionFailed: the answer is not right yet; the message says on which input, what it gave,
            what was expected, a hint and what to read again.
        CheckError: there is no such question.
    """
    question = find_question(qid)
    frame = sys._getframe(1)
    outcome = judge(question, answer, frame.f_globals, stop_at_first=True)
    if not outcome.passed:
        raise _failed(question, outcome.failures[0])
    count = len(question.cases)
    print(f"✓ {qid} {question.title} ({count} {'check' if count == 1 else 'checks'})")


def judge(
    question: Question, answer: Any, namespace: dict[str, Any], *, stop_at_first: bool = False
) -> Outcome:
    """Run the sub-checks of a question on an answer.

    Args:
        question: the question.
        answer: the function that the question asks for.
        namespace: the globals of the notebook that it comes from.
        stop_at_first: whether to leave out what follows the first failure.

    Returns:
        The outcome; nothing about the answer raises.

    Raises:
        CheckError: the question has no sub-check, or withholds what does not exist.
    """
    if not question.cases:
        raise CheckError(f"{question.qid} has no sub-check")
    if not isinstance(answer, Callable):  # type: ignore[arg-type]
        got = Failure(UNANSWERED, got=short(answer, 80), expected="the function you wrote")
        return Outcome(question, (got,), ())
    try:
        symbols = tuple(resolve(name) for name in question.withheld)
    except ValueError as error:
        raise CheckError(f"{question.qid}: {error}") from error
    name = reached(answer, symbols)
    if name:
        return Outcome(question, (_withheld(name),), ())
    guarded = Answer(answer, getattr(answer, "__name__", "answer"), symbols, namespace)
    failures: list[Failure] = []
    for case in question.cases:
        failure = _run(case, guarded)
        if failure is not None:
            failures.append(failure)
            if stop_at_first or failure.case in (UNANSWERED, OWN_WORK):
                break
    special = [f for f in failures if f.case in (UNANSWERED, OWN_WORK)]
    return Outcome(question, tuple(special or failures), tuple(guarded.seen))


def _run(case: Case, answer: Answer) -> Failure | None:
    answer.last = None
    try:
        case.run(answer)
    except CaseFailed as error:
        if error.kind == "withheld":
            return _withheld(error.failure.got)
        if error.kind == "unanswered":
            return replace(error.failure, case=UNANSWERED)
        return replace(error.failure, case=case.name, hint=error.failure.hint or case.hint)
    except Exception as error:
        if answer.last is None:
            raise
        # The check stumbled over what it was given, None in place of a list for instance.
        return Failure(
            case.name,
            on=answer.last.call,
            got=short(answer.last.value),
            expected="a result of the form that the question asks for",
            where=f"{type(error).__name__}: {error}",
            hint=case.hint,
        )
    return None


def _withheld(name: str) -> Failure:
    return Failure(
        OWN_WORK,
        got=f"your answer uses {name}",
        expected="your own code: that function is what this question asks you to write",
        hint="Read it if you are stuck, close it, and write yours from memory.",
    )


def _failed(question: Question, failure: Failure) -> QuestionFailed:
    """The error that a student sees."""
    read = page(question.book)
    title = f"✗ {question.qid} {question.title}"
    if failure.case == UNANSWERED:
        stub = f"{question.qid.split('.')[1]}: "
        title = f"· {question.qid} {question.title}: not answered yet"
        # Its own stub says nothing new; that of another question tells what it waits for.
        own = failure.got.startswith(stub)
        text = block(title, Failure("") if own else replace(failure, case=""), "", read)
        return NotAnswered(f"{question.qid} is not answered yet", text, failure)
    text = block(title, failure, failure.hint or question.hint, read)
    return QuestionFailed(f"{question.qid} is not right yet: {failure.case}", text, failure)
