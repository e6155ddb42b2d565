"""The exercises of the course: the feedback on mutants, and answers without sense.

Their gates are a command of their own, which ``make test`` runs: ``course exercise verify``.
"""

import re
from pathlib import Path

import pytest

from course_lib.grading import QuestionFailed, find_question, judge
from course_lib.grading.build import sources
from course_lib.grading.checking import OWN_WORK, UNANSWERED, check
from course_lib.grading.source import read_exercise
from course_lib.grading.withheld import resolve
from course_lib.grading.workbench import run_cells, solutions, with_mutant

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = {source.stem: read_exercise(source) for source in sources(ROOT)}
QUESTIONS = {q.qid: (e, q) for e in EXERCISES.values() for q in e.questions}

# What a question does not expect. Whatever it is asked with, the check has to stay on its feet.
ODD = {
    "nothing": lambda *args, **kwargs: None,
    "a number": lambda *args, **kwargs: -1,
    "not a number": lambda *args, **kwargs: float("nan"),
    "a word": lambda *args, **kwargs: "",
    "no list": lambda *args, **kwargs: [],
    "nothings": lambda *args, **kwargs: (None, None, None),
    "nested": lambda *args, **kwargs: [[[]]],
    "a dictionary": lambda *args, **kwargs: {},
    "an object": lambda *args, **kwargs: object(),
    "its argument": lambda *args, **kwargs: args[0] if args else None,
    "no argument": lambda: 0,
    "too many": lambda a, b, c, d, e: 0,
    "a type": complex,
    "an exception": lambda *args, **kwargs: 1 / 0,
}


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_asks_five_questions_or_more_of_more_than_two_kinds(name):
    questions = EXERCISES[name].questions
    assert len(questions) >= 5
    assert all(len(question.mutants) >= 3 for question in questions)
    assert len({find_question(question.qid).kind for question in questions}) > 2


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("qid", QUESTIONS)
def test_no_answer_however_odd_passes_or_breaks_a_check(qid, odd):
    outcome = judge(find_question(qid), ODD[odd], {})
    assert outcome.failed


@pytest.mark.parametrize("qid", QUESTIONS)
def test_the_feedback_on_a_mutant_can_be_read(qid):
    exercise, question = QUESTIONS[qid]
    for mutant in question.mutants:
        namespace = run_cells(exercise, with_mutant(exercise, question, mutant))
        with pytest.raises(QuestionFailed) as caught:
            exec(
                "check(qid, answer)",
                {**namespace, "check": check, "qid": qid, "answer": namespace[question.name]},
            )
        block, failure = caught.value.block, caught.value.failure
        assert failure.case not in (UNANSWERED, OWN_WORK)
        assert failure.got != failure.expected
        assert "Traceback" not in block
        assert "(mutant" not in block
        lines = block.splitlines()
        assert len(lines) <= 20
        assert max(map(len, lines)) <= 140
        for label in ("check", "on", "got", "expected", "hint", "read again"):
            assert re.search(rf"^  {label} +\S", block, re.MULTILINE), block


@pytest.mark.parametrize("qid", QUESTIONS)
def test_the_solution_is_not_shown_by_a_failing_prediction_or_choice(qid):
    exercise, question = QUESTIONS[qid]
    if find_question(qid).kind not in ("predict", "choose"):
        return
    value = run_cells(exercise, solutions(exercise))[question.name]()
    for mutant in question.mutants:
        namespace = run_cells(exercise, with_mutant(exercise, question, mutant))
        with pytest.raises(QuestionFailed) as caught:
            check(qid, namespace[question.name])
        assert not re.search(rf"expected .*\b{re.escape(str(value))}\b", caught.value.block)


@pytest.mark.parametrize("qid", QUESTIONS)
def test_what_a_question_withholds_earns_nothing(qid):
    """Handing in the course's own function, or calling it in a wrapper, is told so."""
    question = find_question(qid)
    for name in question.withheld:
        own = resolve(name).value
        assert judge(question, own, {}).failed == (OWN_WORK,)
        assert judge(question, lambda *args, own=own: own(*args), {}).failed == (OWN_WORK,)


IMPORTS = "import math\nimport random\nfrom collections import Counter\nimport numpy as np\n"
LINE = (
    "def answer(counts, top):\n"
    "    y = np.log(sorted(counts.values(), reverse=True)[:top])\n"
    "    x = np.log(np.arange(len(y)) + 1)\n"
    "    return "
)
SLIPS = {
    "01.q1, lower": (
        "def answer(tokens):\n    n = len({token.lower() for token in tokens})\n"
        "    return n, len(tokens), n / (len(tokens) or 1)",
        "lower() leaves ß as it is",
    ),
    "01.q2, a dict": (
        "def answer(tokens, n):\n"
        "    return dict(Counter(tuple(tokens[i:i + n]) for i in range(len(tokens) - n + 1)))",
        "Wrap it as Counter(your_dict)",
    ),
    "01.q6, sign": (f"{LINE}-np.polyfit(x, y, 1)[0]", "its slope is negative"),
    "01.q6, both": (f"{LINE}np.polyfit(x, y, 1)", "return the slope"),
    "02.q3, end": (
        'def answer(text):\n    return "\\n".join(" ".join(x.split()) for x in text.splitlines())',
        "splitlines() drops the line end",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_common_slip_is_met_by_a_hint_of_its_own(slip):
    source, says = SLIPS[slip]
    namespace = {}
    exec(IMPORTS + source, namespace)
    outcome = judge(find_question(slip.partition(",")[0]), namespace["answer"], namespace)
    assert says in outcome.failures[0].hint


RIGHT = {
    "01.q4, fractions summed": (
        "def answer(counts, share):\n    total = counts.total()\n"
        "    sums = np.cumsum([0] + [n / total for _, n in counts.most_common()])\n"
        "    return np.argmax(sums >= share)"
    ),
    "01.q4, fractions taken away": (
        "def answer(counts, share):\n    size = 0\n    for _, n in counts.most_common():\n"
        "        if share <= 0:\n            break\n"
        "        share, size = share - n / counts.total(), size + 1\n    return size"
    ),
    "01.q6, most_common": (
        "def answer(counts, top):\n    y = [math.log(n) for _, n in counts.most_common(top)]\n"
        "    return np.polyfit(np.log(np.arange(len(y)) + 1), y, 1)[0]"
    ),
    "02.q4, a copy shuffled": (
        "def answer(documents, seed):\n    mixed = documents.copy()\n"
        "    random.Random(seed).shuffle(mixed)\n    k = len(mixed) // 10\n"
        "    return mixed[2 * k :], mixed[:k], mixed[k : 2 * k]"
    ),
    "02.q4, permuted": (
        "def answer(documents, seed):\n    k = len(documents) // 10\n"
        "    mixed = np.random.default_rng(seed).permutation(documents)\n"
        "    return mixed[2 * k :], mixed[:k], mixed[k : 2 * k]"
    ),
}


@pytest.mark.parametrize("way", RIGHT)
def test_another_right_way_passes(way):
    namespace = {}
    exec(IMPORTS + RIGHT[way], namespace)
    qid = way.partition(",")[0]
    assert judge(find_question(qid), namespace["answer"], namespace).failed == ()
