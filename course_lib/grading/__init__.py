"""Exercises and their checks: what a student runs, and what builds and proves an exercise.

A notebook needs one name::

    from course_lib.grading import check

    check("01.q2", ngram_counts)
"""

from course_lib.grading.checking import Outcome, check, judge
from course_lib.grading.feedback import NotAnswered, QuestionFailed
from course_lib.grading.question import CheckError, Question, find_question, questions_of
from course_lib.grading.withheld import WithheldError

__all__ = [
    "CheckError",
    "NotAnswered",
    "Outcome",
    "Question",
    "QuestionFailed",
    "WithheldError",
    "check",
    "find_question",
    "judge",
    "questions_of",
]
