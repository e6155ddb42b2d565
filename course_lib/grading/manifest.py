"""What grading has to know about an exercise, kept outside the student's bundle.

Question by question: points, the hash of the stub and of the check, the names of the sub-checks,
the withheld symbols, and the probes.
"""

import hashlib
import json
from typing import Any

from course_lib.grading.cells import Cell, Exercise, QuestionCells
from course_lib.grading.notebooks import cell_ids
from course_lib.grading.question import find_question
from course_lib.grading.solution import stub

FORMAT = 1
"""The version of the manifest's layout."""


def manifest(exercise: Exercise, notebook: bytes) -> bytes:
    """The manifest of an exercise.

    Args:
        exercise: a validated source.
        notebook: the student's notebook as it is built.

    Returns:
        JSON, its keys sorted.

    Raises:
        CheckError: a question has no checks.
    """
    ids = dict(zip(exercise.cells, cell_ids(exercise), strict=True))
    content = {
        "format": FORMAT,
        "exercise": exercise.name,
        "title": exercise.title,
        "minutes": exercise.minutes,
        "budget_s": exercise.budget_s,
        "points": exercise.points,
        "source_sha256": sha256(exercise.path.read_text(encoding="utf-8")),
        "notebook_sha256": sha256(notebook.decode()),
        "questions": [_question_entry(question, ids) for question in exercise.questions],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _question_entry(question: QuestionCells, ids: dict[Cell, str]) -> dict[str, Any]:
    known = find_question(question.qid)
    answer, check = question.answer, question.check
    return {
        "qid": question.qid,
        "title": known.title,
        "kind": known.kind,
        "name": question.name,
        "points": answer.points,
        "timeout_s": check.timeout,
        "withheld": list(known.withheld),
        "cases": [case.name for case in known.cases],
        "answer": {"id": ids[answer], "stub_sha256": sha256(stub(answer.source, question.qid))},
        "check": {"id": ids[check], "sha256": sha256(check.source), "source": check.source},
        "probes": [
            {"id": ids[probe], "sha256": sha256(probe.source), "source": probe.source}
            for probe in question.probes
        ],
    }


def sha256(text: str) -> str:
    """The hash by which the manifest knows a cell or a notebook.

    Args:
        text: the source of a cell, or a whole notebook.

    Returns:
        Hexadecimal SHA-256 of its UTF-8 bytes.
    """
    return hashlib.sha256(text.encode()).hexdigest()
