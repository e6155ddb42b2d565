"""A tiny exercise that brings its own checks, so that it runs in this process and in a kernel."""

import pytest

from course_lib.grading.question import QUESTIONS

CHECKS = """
from course_lib.grading import Question, check
from course_lib.grading.question import QUESTIONS

if "99.q1" not in QUESTIONS:
    double = Question(
        "99.q1", "Double a number", "function", hint="Add it to itself.", book="tiny#double"
    )

    @double.case("small")
    def _small(answer):
        answer(3).equals(6)

    @double.case("negative", hint="Below zero, too.")
    def _negative(answer):
        answer(-2).equals(-4)

    share = Question("99.q2", "Predict a share", "predict", hint="Count.", book="tiny#share")

    @share.case("the share")
    def _share(answer):
        answer().near(sum([1] * 7) / 16, within=0.05)
"""

SOURCE = (
    '''# ---
# jupyter:
#   course:
#     title: Tiny
#     minutes: 5
#     budget_s: 30
# ---

# %% [markdown]
# # Tiny
#
# {{minutes}}, {{points}}

# %% role="given"'''
    + CHECKS
    + '''
# %% [markdown] qid="99.q1"
# ## Double ({{points}})

# %% role="answer" qid="99.q1" points=2
def double_it(x):
    """Twice a number."""
    # BEGIN SOLUTION
    return x + x
    # END SOLUTION

# %% role="check" qid="99.q1"
check("99.q1", double_it)

# %% role="probe" qid="99.q1"
def probe(answer, rng):
    return [answer(int(x)) for x in rng.integers(-9, 9, 5)]

# %% role="mutant" qid="99.q1" fails=["small", "negative"]
# Misconception: doubling is adding two
def double_it(x):
    return x + 2

# %% role="mutant" qid="99.q1" fails=["negative"]
# Misconception: a number cannot be
# below zero
def double_it(x):
    return 2 * abs(x)

# %% role="mutant" qid="99.q1" fails=["small", "negative"]
# Misconception: doubling is squaring
def double_it(x):
    return x**2

# %% [markdown] qid="99.q2"
# ## Predict ({{points}})

# %% role="answer" qid="99.q2" points=1
def predicted():
    """Your prediction."""
    # BEGIN SOLUTION
    return 7 / 16
    # END SOLUTION

# %% role="check" qid="99.q2"
check("99.q2", predicted)

# %% role="mutant" qid="99.q2" fails=["the share"]
# Misconception: all of them
def predicted():
    return 1.0

# %% role="mutant" qid="99.q2" fails=["the share"]
# Misconception: none of them
def predicted():
    return 0.0

# %% role="mutant" qid="99.q2" fails=["the share"]
# Misconception: a share is a percentage
def predicted():
    return 43.75
'''
)


@pytest.fixture
def tiny(tmp_path):
    """A checkout that holds the tiny exercise; its checks are known while the test runs."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "exercises").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "tiny.md").write_text("(double)=\n# Double\n\n(share)=\n# Share\n")
    (tmp_path / "solutions" / "99_tiny.py").write_text(SOURCE)
    exec(compile(CHECKS, "<checks of the tiny exercise>", "exec"), {"__name__": "tiny_checks"})
    yield tmp_path
    for qid in [qid for qid in QUESTIONS if qid.startswith("99.")]:
        del QUESTIONS[qid]


@pytest.fixture
def source(tiny):
    return tiny / "solutions" / "99_tiny.py"
