"""Checks of exercise 12, questions 5 to 8: rates, selection, pairs, and the finder itself."""

import math
import random
from collections import defaultdict
from functools import cache
from itertools import pairwise

import numpy as np

from course_lib.corpus import verse
from course_lib.corpus.verse.forward import possible_up_to
from course_lib.corpus.verse.grammar import tokenize
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

q5 = Question(
    "12.q5",
    "A rate over texts, with its interval",
    "function",
    hint="First make one yes or no of each text. Then n is the number of texts, in every place of "
    "the formula.",
    book="05_errors#error-rates",
    withheld=("course_lib.evaluation.proportions.wilson_interval",),
)

PARTS = ("share of spoiled texts", "low end", "high end")
MARKS = [[False] * 4, [False, True, True, True], [False] * 2, [True, True], [False] * 3]


def _wilson(k: int, n: int, z: float) -> tuple[float, float, float]:
    """The reference: the two shares from which k of n is z standard errors away, by the quadratic.

    (p - k/n)^2 = z^2 p (1 - p) / n, solved for p.
    """
    roots = np.roots([1 + z**2 / n, -(2 * k / n + z**2 / n), (k / n) ** 2])
    low, high = sorted(float(root.real) for root in roots)
    return k / n, low, high


@q5.case("the share", hint="Two of the five texts have an error, however long they are.")
def _share(answer: Answer) -> None:
    answer(MARKS).part(0, PARTS).equals(0.4)


@q5.case("the low end")
def _low(answer: Answer) -> None:
    answer(MARKS).part(1, PARTS).equals(_wilson(2, 5, 1.96)[1], rel=1e-6)


@q5.case("the high end")
def _high(answer: Answer) -> None:
    answer(MARKS).part(2, PARTS).equals(_wilson(2, 5, 1.96)[2], rel=1e-6)


@q5.case("none spoiled", hint="No error in three texts: there may be many in the next three.")
def _none(answer: Answer) -> None:
    answer([[False, False]] * 3).part(2, PARTS).equals(1.96**2 / (3 + 1.96**2), rel=1e-6)


@q5.case("one loop", hint="Thirty tokens of one loop are one witness, not thirty.")
def _one_error(answer: Answer) -> None:
    marks = [[True] * 30, [False] * 30]
    result = answer(marks, shown=f"{answer.name}([[True] * 30, [False] * 30])")
    result.part(1, PARTS).equals(_wilson(1, 2, 1.96)[1], rel=1e-6)


@q5.case("an empty text", hint="A model that writes nothing has written a text: it counts.")
def _empty(answer: Answer) -> None:
    answer([[True], [], [False]]).part(0, PARTS).equals(1 / 3)


q6 = Question(
    "12.q6",
    "Measure: what a selection does",
    "measure",
    hint="Cut the list into pieces of ten as it stands, take the largest of each piece, and then "
    "the mean of these.",
    book="05_errors#three-samples",
)

STARTS = ("mean of all", "mean of the shown")


@cache
def _starts() -> list[int]:
    """The reference: how long the texts of the notebook are good."""
    after: dict[str, list[str]] = defaultdict(list)
    for poem in verse.sample(300, seed=5, language="en"):
        for token, following in pairwise(["", *tokenize(poem), ""]):
            after[token].append(following)
    luck, found = random.Random(12), []
    for _ in range(200):
        text = [luck.choice(after[""])]
        while text[-1] and len(text) < 200:
            text.append(luck.choice(after[text[-1]]))
        written = "".join(text)
        at = possible_up_to(verse.grammar("en"), written)
        found.append(len(written) if at is None else at)
    return found


@q6.case("all of them", hint="The mean is a sum over all texts, divided by their number.")
def _all_of_them(answer: Answer) -> None:
    answer().part(0, STARTS).near(math.fsum(_starts()) / 200, within=0.01)


@q6.case("the shown")
def _shown(answer: Answer) -> None:
    best = [max(_starts()[at : at + 10]) for at in range(0, 200, 10)]
    answer().part(1, STARTS).near(math.fsum(best) / 20, within=0.01)


q7 = Question(
    "12.q7",
    "Two decoders on the same prompts",
    "function",
    hint="Count prompts on which one makes fewer errors than the other, then those of the reverse. "
    "Their sum is n, and the smaller of them is k.",
    book="05_errors#in-pairs",
    withheld=("course_lib.evaluation.paired_tests.sign_test",),
)


def _p_value(first: list[int], second: list[int]) -> float:
    """The reference, as a sum over all outcomes as uneven or more."""
    apart = np.sign(np.array(first) - np.array(second))
    wins, n = int((apart < 0).sum()), int((apart != 0).sum())
    uneven = abs(2 * wins - n)
    return math.fsum(math.comb(n, i) for i in range(n + 1) if abs(2 * i - n) >= uneven) / 2**n


def _compared(answer: Answer, first: list[int], second: list[int]) -> None:
    answer(first, second).equals(_p_value(first, second), rel=1e-6)


@q7.case("six wins", hint="Both ends count: six wins are as surprising as six losses.")
def _all_six(answer: Answer) -> None:
    _compared(answer, [0] * 6, [1] * 6)


@q7.case("reversed", hint="Who is better makes no difference to the p-value.")
def _other_way(answer: Answer) -> None:
    _compared(answer, [2, 1, 2, 1, 2, 1], [0] * 6)


@q7.case("ties", hint="A prompt on which both make as many errors tells nothing: leave it out.")
def _ties(answer: Answer) -> None:
    _compared(answer, [0, 2, 1, 1, 3, 0, 0], [1, 3, 1, 1, 4, 1, 1])


@q7.case("paired", hint="Compare the two numbers of one prompt; do not sort them.")
def _paired(answer: Answer) -> None:
    _compared(answer, [0, 1, 2, 3, 9], [1, 2, 3, 4, 0])


@q7.case("as many", hint="The middle outcome is counted twice: a probability is at most 1.")
def _as_many(answer: Answer) -> None:
    _compared(answer, [0, 0, 1, 1], [1, 1, 0, 0])


@q7.case("nobody wins", hint="Without a single difference nothing speaks against equality: 1.")
def _nobody_wins(answer: Answer) -> None:
    _compared(answer, [1, 2], [1, 2])


@q7.case("many")
def _many_pairs(answer: Answer) -> None:
    rng = np.random.default_rng(1207)
    asked = 0
    while asked < 6:
        first, second = rng.integers(0, 4, 9).tolist(), rng.integers(0, 6, 9).tolist()
        if sum(np.sign(np.subtract(first, second))):
            _compared(answer, first, second)
            asked += 1


q8 = Question(
    "12.q8",
    "How good is the finder?",
    "function",
    hint="Count the texts that were found and are true. Divide by all that were found, and by all "
    "that are true.",
    book="05_errors#where-exactness-ends",
)

SHARES = ("precision", "recall")
FOUND = [True, True, True, True, False, False, False]
TRUE = [True, False, False, False, True, False, False]


@q8.case("precision", hint="Of the four texts that were found, one is true.")
def _precision(answer: Answer) -> None:
    answer(FOUND, TRUE).part(0, SHARES).equals(0.25)


@q8.case("recall", hint="Of the two true ones, one was found.")
def _recall(answer: Answer) -> None:
    answer(FOUND, TRUE).part(1, SHARES).equals(0.5)


@q8.case("all right")
def _all_right(answer: Answer) -> None:
    answer([True, False, True], [True, False, True]).equals((1.0, 1.0))


@q8.case("none found", hint="Who finds nothing has no precision, good or bad: None.")
def _nothing_found(answer: Answer) -> None:
    answer([False, False], [True, False]).part(0, SHARES).equals(None)


@q8.case("none there", hint="Where there is no error, none could be missed: recall is None.")
def _nothing_there(answer: Answer) -> None:
    answer([True, False], [False, False]).part(1, SHARES).equals(None)


@q8.case("many")
def _many_texts(answer: Answer) -> None:
    rng = np.random.default_rng(1208)
    for _ in range(5):
        found, true = ([True, *(bool(b) for b in rng.random(9) < 0.4)] for _ in range(2))
        both = float(np.logical_and(found, true).sum())
        answer(found, true).equals((both / sum(found), both / sum(true)))
