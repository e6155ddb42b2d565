"""``check``: what an answer is asked, and what a student reads."""

import io
import unicodedata
from contextlib import redirect_stdout

import pytest

from course_lib.grading import CheckError, NotAnswered, Question, QuestionFailed, check, judge
from course_lib.grading.question import QUESTIONS
from course_lib.grading.workbench import run_text


@pytest.fixture
def question():
    made = Question("98.q1", "Add", "function", hint="Use +.", book="page#anchor")
    yield made
    del QUESTIONS["98.q1"]


def notebook(code: str) -> dict:
    """The globals that a notebook cell leaves behind."""
    namespace = {"__name__": "a_notebook"}
    run_text(code, "<a cell>", namespace)
    return namespace


def asked(question, code: str, name: str = "mine") -> QuestionFailed:
    """The error that a wrong answer ends in."""
    namespace = notebook(code)
    namespace["check"] = check
    with pytest.raises(QuestionFailed) as caught:
        exec(f"check({question.qid!r}, {name})", namespace)
    return caught.value


def test_a_right_answer_prints_one_line_that_never_changes(question, capsys):
    @question.case("small")
    def _small(answer):
        answer(1, 2).equals(3)

    for answer in (lambda a, b: a + b, lambda a, b: sum((a, b))):
        check("98.q1", answer)
        assert capsys.readouterr().out == "✓ 98.q1 Add (1 check)\n"


def test_a_wrong_answer_is_told_all_there_is_to_know_in_one_block(question):
    @question.case("small")
    def _small(answer):
        answer(1, 2).equals(3)

    @question.case("pairs", hint="Every pair.")
    def _pairs(answer):
        answer([1, 2], b=[3, 4]).equals([4, 6])

    error = asked(question, "def mine(a, b):\n    return 3 if a == 1 else [4, 7]")
    assert str(error) == "98.q1 is not right yet: pairs"
    assert error._render_traceback_() == [
        "✗ 98.q1 Add",
        "",
        "  check      pairs",
        "  on         mine([1, 2], b=[3, 4])",
        "  got        [4, 7]",
        "  expected   [4, 6]",
        "  where      element 1: got 7, expected 6",
        "",
        "  hint       Every pair.",
        "  read again book/page.html#anchor",
    ]


def test_the_block_wraps_long_lines_and_keeps_them_aligned(question):
    @question.case("long")
    def _long(answer):
        answer(list(range(100))).equals(list(range(100, 0, -1)))

    lines = asked(question, "def mine(a):\n    return a")._render_traceback_()
    assert max(map(len, lines)) <= 88
    assert any(line.startswith(" " * 13) and line.strip() for line in lines)


def test_a_stub_is_not_answered_yet(question):
    @question.case("small")
    def _small(answer):
        answer(1, 2).equals(3)

    error = asked(question, "def mine(a, b):\n    raise NotImplementedError('q1: do it')")
    assert isinstance(error, NotAnswered)
    assert error.block.splitlines() == [
        "· 98.q1 Add: not answered yet",
        "",
        "  read again book/page.html#anchor",
    ]


def test_an_answer_that_waits_for_another_question_says_for_which(question):
    question.case("small")(lambda answer: answer(1).equals(1))
    code = """
def other(x):
    raise NotImplementedError('q7: do it')

def mine(x):
    return other(x)"""
    error = asked(question, code)
    assert isinstance(error, NotAnswered)
    assert "  got        q7: do it" in error.block


@pytest.mark.parametrize("nothing", ["None", "...", "3"])
def test_something_that_cannot_be_called_is_no_answer(question, nothing):
    question.case("small")(lambda answer: answer(1).equals(1))
    assert isinstance(asked(question, f"mine = {nothing}"), NotAnswered)


def test_an_answer_that_raises_shows_the_students_own_line(question):
    @question.case("small")
    def _small(answer):
        answer({"a": 1}).equals(1)

    error = asked(
        question,
        "def inner(d):\n    return d['b']   # here\n\ndef mine(d):\n    return inner(d)",
    )
    assert error.failure.line == "return d['b']   # here    (in inner)"
    assert error.failure.got == "KeyError: 'b'"
    assert "Traceback" not in error.block


def test_the_own_line_is_found_behind_a_library_that_raises(question):
    question.case("small")(lambda answer: answer("x").equals(1))
    error = asked(question, "import json\ndef mine(d):\n    return json.loads(d)")
    assert error.failure.line == "return json.loads(d)    (in mine)"


@pytest.mark.parametrize("exits", ["raise SystemExit(3)", "import sys; sys.exit()"])
def test_an_answer_that_exits_fails_and_ends_nothing(question, exits):
    question.case("small")(lambda answer: answer(1).equals(1))
    assert "SystemExit" in asked(question, f"def mine(x):\n    {exits}").failure.got


def test_an_interrupt_is_not_swallowed(question):
    question.case("small")(lambda answer: answer(1).equals(1))
    with pytest.raises(KeyboardInterrupt):
        judge(question, notebook("def mine(x):\n    raise KeyboardInterrupt")["mine"], {})


@pytest.mark.parametrize(
    "change",
    ["xs.append(1)", "xs.sort()", "xs[0].clear()", "del xs[:]"],
)
def test_an_answer_that_changes_its_input_is_told_so(question, change):
    @question.case("kept")
    def _kept(answer):
        answer([[2], [1]]).equals(2)

    error = asked(question, f"def mine(xs):\n    n = len(xs)\n    {change}\n    return n")
    assert error.failure.got == "argument 1 was changed by your function"
    assert error.failure.on == "mine([[2], [1]])"


def test_the_input_of_one_sub_check_cannot_reach_the_next(question):
    shared = [1, 2]

    @question.case("first")
    def _first(answer):
        answer(shared).equals(3)

    @question.case("second")
    def _second(answer):
        answer(shared).equals(3)

    space = notebook("def mine(xs):\n    xs.append(0)\n    return sum(xs)")
    judge(question, space["mine"], space)
    assert shared == [1, 2]


def test_what_an_answer_prints_is_kept_for_its_failure_only(question, capsys):
    question.case("small")(lambda answer: answer(1).equals(1))
    error = asked(question, "def mine(x):\n    print('x is', x)\n    return 0")
    assert "it printed x is 1" in error.block
    check("98.q1", notebook("def mine(x):\n    print('noise')\n    return 1")["mine"])
    assert capsys.readouterr().out == "✓ 98.q1 Add (1 check)\n"


def test_an_iterator_counts_as_the_list_of_its_items(question):
    question.case("small")(lambda answer: answer([1, 2]).equals([2, 3]))
    for body in ("(x + 1 for x in xs)", "map(lambda x: x + 1, xs)", "[x + 1 for x in xs]"):
        space = notebook(f"def mine(xs):\n    return {body}")
        assert judge(question, space["mine"], space).passed


def test_an_endless_iterator_ends(question):
    question.case("small")(lambda answer: answer(1).equals([1]))
    error = asked(question, "import itertools\ndef mine(x):\n    return itertools.repeat(x)")
    assert "still goes on" in error.failure.got


def test_strings_that_look_alike_are_told_apart(question):
    composed = "caf\u00e9"

    @question.case("accents")
    def _accents(answer):
        answer(composed).equals(composed)

    error = asked(
        question,
        "import unicodedata\ndef mine(s):\n    return unicodedata.normalize('NFD', s)",
    )
    assert error.failure.got == r"'cafe\u0301'"
    assert error.failure.expected == r"'caf\xe9'"
    assert unicodedata.normalize("NFC", "cafe\u0301") == composed


def test_a_prediction_is_told_the_direction_and_not_the_number(question):
    question.case("the share")(lambda answer: answer().near(0.318, within=0.05))
    high = asked(question, "def mine():\n    return 0.9")
    low = asked(question, "def mine():\n    return 0.1")
    assert (high.failure.expected, low.failure.expected) == ("less than that", "more than that")
    assert "0.31" not in high.block
    assert asked(question, "def mine():\n    return '0.318'").failure.expected == "a number"
    assert asked(question, "def mine():\n    return float('nan')").failure.expected == "a number"
    space = notebook("def mine():\n    return 0.3")
    assert judge(question, space["mine"], space).passed


def test_a_wrong_option_is_told_its_own_reason(question):
    reasons = {"A": "Too few.", "C": "Too many."}
    question.case("choice")(lambda answer: answer().chooses("B", reasons))
    error = asked(question, "def mine():\n    return 'c'")
    assert error.failure.hint == "Too many."
    assert "B" not in error.block.replace("98.q1", "")
    assert "A, B, C" in asked(question, "def mine():\n    return 'D'").failure.expected
    space = notebook("def mine():\n    return ' b '")
    assert judge(question, space["mine"], space).passed


def test_one_question_never_sees_another(question):
    """A check takes one name from the notebook, so a wrong answer beside it changes nothing."""
    question.case("small")(lambda answer: answer(1).equals(2))
    code = "def other(x):\n    return 'wrong'\ndef mine(x):\n    return x + 1"
    space = notebook(code)
    assert judge(question, space["mine"], space).passed


def test_judging_goes_on_after_a_failure_and_checking_does_not(question):
    ran = []
    for name in ("one", "two", "three"):

        @question.case(name)
        def _case(answer, name=name):
            ran.append(name)
            answer(name).equals("two")

    space = notebook("def mine(x):\n    return x")
    assert judge(question, space["mine"], space).failed == ("one", "three")
    assert ran == ["one", "two", "three"]
    assert judge(question, space["mine"], space, stop_at_first=True).failed == ("one",)
    assert ran == ["one", "two", "three", "one"]


def test_a_question_that_does_not_exist_names_near_ones(question):
    with pytest.raises(CheckError, match=r"no question '98.q2'; did you mean 98.q1"):
        check("98.q2", print)


def test_a_question_is_defined_once_and_well(question):
    with pytest.raises(CheckError, match="defined twice"):
        Question("98.q1", "Again", "function", hint="", book="")
    with pytest.raises(CheckError, match=r"expected one like 01\.q2"):
        Question("q1", "Bad", "function", hint="", book="")
    with pytest.raises(CheckError, match="kind is 'quiz'"):
        Question("98.q3", "Bad", "quiz", hint="", book="")
    question.case("one")(lambda answer: None)
    with pytest.raises(CheckError, match="two sub-checks named 'one'"):
        question.case("one")


def test_a_question_without_sub_checks_lets_nobody_pass(question):
    with pytest.raises(CheckError, match="no sub-check"):
        check("98.q1", print)


def test_a_fault_of_the_check_is_not_blamed_on_the_answer(question):
    @question.case("broken")
    def _broken(answer):
        raise ZeroDivisionError("in the check")

    with pytest.raises(ZeroDivisionError), redirect_stdout(io.StringIO()):
        check("98.q1", print)


def test_a_result_of_an_unexpected_form_is_no_crash(question):
    @question.case("parts")
    def _parts(answer):
        first, second = answer(1).value
        answer(first).equals(second)

    error = asked(question, "def mine(x):\n    return None")
    assert error.failure.expected == "a result of the form that the question asks for"
    assert error.failure.where == "TypeError: cannot unpack non-iterable NoneType object"
