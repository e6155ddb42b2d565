"""What every exercise has to prove before a student sees it.

Each gate answers one question about an exercise. A gate that cannot fail would be worthless; the
tests of this module break an exercise in every way that a gate is there to catch.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from course_lib.errors import CourseError
from course_lib.grading.book_links import missing
from course_lib.grading.build import Rendered, render, sources
from course_lib.grading.cells import Cell, Exercise, QuestionCells
from course_lib.grading.checking import Outcome
from course_lib.grading.compare import short
from course_lib.grading.leaks import leaks
from course_lib.grading.question import CheckError, find_question, questions_of
from course_lib.grading.solution import stub
from course_lib.grading.source import read_exercise
from course_lib.grading.workbench import judged, run_cells, run_text, solutions, with_mutant

PROBE_SEEDS = (1, 2, 3)
EVERY_CASE = ("*",)
"""What a mutant declares that fails each sub-check of its question."""


@dataclass(frozen=True)
class GateResult:
    """What one gate found.

    Args:
        exercise: the stem of the exercise's files.
        gate: the name of the gate.
        faults: one line for each thing that is wrong; none where the gate is passed.
        seconds: how long it took.
    """

    exercise: str
    gate: str
    faults: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class Evidence:
    """An exercise, with what more than one gate needs to know, found out once.

    Args:
        source: ``solutions/NN_slug.py``.
        root: the checkout that holds the built files and the book.
    """

    def __init__(self, source: Path, root: Path) -> None:
        self.source = source
        self.root = root

    @cached_property
    def exercise(self) -> Exercise:
        """The validated source."""
        return read_exercise(self.source)

    @cached_property
    def solved(self) -> dict[str, Outcome]:
        """The outcome of each question for the author's solution."""
        return judged(self.exercise, solutions(self.exercise))

    @cached_property
    def rendered(self) -> Rendered:
        """The files that the source makes, its complete notebook executed."""
        return render(self.source)

    @property
    def student_notebook(self) -> Path:
        """The student's notebook as it is on disk."""
        return self.root / "exercises" / f"{self.exercise.name}.ipynb"


def verify_exercise(source: Path, root: Path | None = None) -> list[GateResult]:
    """Put one exercise through every gate.

    Args:
        source: ``solutions/NN_slug.py``.
        root: the checkout; the folder above the source's own if None.

    Returns:
        One result a gate, in order. A source that cannot be read ends at the first gate.
    """
    evidence = Evidence(source, root or source.resolve().parent.parent)
    results = []
    for name, gate in GATES.items():
        start = time.monotonic()
        try:
            faults = tuple(gate(evidence))
        except CourseError as error:
            faults = (str(error),)
        results.append(GateResult(source.stem, name, faults, time.monotonic() - start))
        if name == "source" and faults:
            break
    return results


def verify_all(
    root: Path, on_exercise: Callable[[int, int, str], None] | None = None, jobs: int = 1
) -> list[GateResult]:
    """Put every exercise of a checkout through every gate.

    Args:
        root: the folder of the checkout.
        on_exercise: called with how many exercises are done, how many there are, and the name of
            one: that is begun, or with several jobs that has ended.
        jobs: exercises at a time, each in a process of its own if more than one.

    Returns:
        The results of all exercises, in their order.

    Raises:
        BuildError: there is no source.
    """
    found = sources(root)
    report = on_exercise or (lambda done, total, name: None)
    if jobs == 1:
        results: list[GateResult] = []
        for done, source in enumerate(found):
            report(done, len(found), source.stem)
            results += verify_exercise(source, root)
        return results
    with ProcessPoolExecutor(jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        futures = {pool.submit(verify_exercise, source, root): source.stem for source in found}
        for done, future in enumerate(as_completed(futures), start=1):
            report(done, len(found), futures[future])
    return [result for future in futures for result in future.result()]


def _source(evidence: Evidence) -> Iterator[str]:
    """The source is well-formed, and its questions are those that the checks know."""
    exercise = evidence.exercise
    asked = [question.qid for question in exercise.questions]
    for qid in asked:
        try:
            question = find_question(qid)
        except CheckError as error:
            yield str(error)
            continue
        if not question.cases:
            yield f"{qid} has no sub-check"
    for question in questions_of(exercise.number):
        if question.qid not in asked:
            yield f"{question.qid} has checks, but {evidence.source.name} does not ask it"


def _solution(evidence: Evidence) -> Iterator[str]:
    """The author's solution scores 100 %."""
    for qid, outcome in evidence.solved.items():
        for failure in outcome.failures:
            yield f"the solution of {qid} fails {failure.case!r}: {failure.got}"


def _untouched(evidence: Evidence) -> Iterator[str]:
    """The notebook as the student receives it scores 0 %."""
    stubs = {q.qid: stub(q.answer.source, q.qid) for q in evidence.exercise.questions}
    for qid, outcome in judged(evidence.exercise, stubs).items():
        if outcome.passed:
            yield f"{qid} passes before anyone answers it"


def _mutants(evidence: Evidence) -> Iterator[str]:
    """Each mutant fails the sub-checks it declares, and nothing else."""
    for question in evidence.exercise.questions:
        for mutant in question.mutants:
            yield from _mutant_faults(evidence, question, mutant)


def _mutant_faults(evidence: Evidence, question: QuestionCells, mutant: Cell) -> Iterator[str]:
    where = f"{evidence.source.name}:{mutant.line}: the mutant of {question.qid}"
    outcomes = judged(evidence.exercise, with_mutant(evidence.exercise, question, mutant))
    cases = [case.name for case in find_question(question.qid).cases]
    failed = outcomes[question.qid].failed
    declared = cases if mutant.fails == EVERY_CASE else mutant.fails
    if not failed:
        yield f"{where} passes ({mutant.misconception})"
    elif set(failed) != set(declared):
        yield f"{where} fails {sorted(failed)}, and declares {sorted(declared)}"
    for qid, outcome in outcomes.items():
        if qid != question.qid and not outcome.passed:
            yield f"{where} makes {qid} fail {list(outcome.failed)}"


def _probes(evidence: Evidence) -> Iterator[str]:
    """Each probe gives plain data, the same for the same seed, and tells some mutant apart."""
    exercise = evidence.exercise
    for question in exercise.questions:
        for probe in question.probes:
            where = f"{evidence.source.name}:{probe.line}: the probe of {question.qid}"
            try:
                told = _probed(exercise, question, probe, solutions(exercise))
                again = _probed(exercise, question, probe, solutions(exercise))
            except Exception as error:
                yield f"{where} raises {type(error).__name__}: {error}"
                continue
            if told != again:
                yield f"{where} answers differently to the same seed"
            if not any(
                _probe_of(exercise, question, probe, mutant) != told for mutant in question.mutants
            ):
                yield f"{where} tells no mutant from the solution: {short(told, 80)}"


def _probed(
    exercise: Exercise, question: QuestionCells, probe: Cell, answers: dict[str, str]
) -> str:
    """What a probe reports about an answer, as JSON text."""
    namespace = run_cells(exercise, answers)
    run_text(probe.source, f"<{exercise.name}:{probe.line}>", namespace)
    reports = []
    for seed in PROBE_SEEDS:
        reports.append(namespace["probe"](namespace[question.name], np.random.default_rng(seed)))
    return json.dumps(reports, allow_nan=False)


def _probe_of(exercise: Exercise, question: QuestionCells, probe: Cell, mutant: Cell) -> str:
    try:
        return _probed(exercise, question, probe, with_mutant(exercise, question, mutant))
    except Exception as error:
        return f"raises {type(error).__name__}"


def _leaks(evidence: Evidence) -> Iterator[str]:
    """The student's notebook holds no solution and no expected value."""
    path = evidence.student_notebook
    if not path.is_file():
        yield f"there is no {path}: run course exercise build"
        return
    yield from leaks(evidence.exercise, path.read_bytes(), evidence.solved)


def _rebuild(evidence: Evidence) -> Iterator[str]:
    """What is on disk is, byte by byte, what the source makes."""
    for path, content in evidence.rendered.files(evidence.root).items():
        name = path.relative_to(evidence.root)
        if not path.is_file():
            yield f"there is no {name}: run course exercise build"
        elif path.read_bytes() != content:
            yield f"{name} is not what the source makes: run course exercise build"


def _budget(evidence: Evidence) -> Iterator[str]:
    """The complete notebook runs within its time."""
    seconds, budget = evidence.rendered.seconds, evidence.exercise.budget_s
    if seconds > budget:
        yield f"the complete notebook ran for {seconds:.0f} s; its budget is {budget} s"


def _book(evidence: Evidence) -> Iterator[str]:
    """Every section that a question points to is in the book."""
    for question in questions_of(evidence.exercise.number):
        fault = missing(question.book, evidence.root)
        if fault:
            yield f"{question.qid}: {fault}"


GATES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "source": _source,
    "solution": _solution,
    "untouched": _untouched,
    "mutants": _mutants,
    "probes": _probes,
    "leaks": _leaks,
    "rebuild": _rebuild,
    "budget": _budget,
    "book": _book,
}
"""The gates, in the order in which an exercise passes them."""
