"""Checks of exercise 10, questions 1 to 4: temperature, softmax, top-k, top-p."""

import math

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

FILTERS = "course_lib.generation.filters"

q1 = Question(
    "10.q1",
    "Predict: colder",
    "predict",
    hint="The logits are logarithms of the weights. Twice a logarithm is the logarithm of a "
    "square; then divide by the new sum.",
    book="05_sampling#reshaping",
)


@q1.case("at 0.5")
def _colder(answer: Answer) -> None:
    answer().near(0.8**2 / (0.8**2 + 0.2**2), within=0.006)


q2 = Question(
    "10.q2",
    "Softmax with a temperature",
    "function",
    hint="Divide the logits by the temperature, take exponentials, divide by their sum.",
    book="05_sampling#reshaping",
    withheld=(f"{FILTERS}.temperature",),
)


def _softmax(logits: list[float], temperature: float) -> list[float]:
    """The reference."""
    z = np.array(logits) / temperature
    weights = np.exp(z - z.max())
    return [float(p) for p in weights / weights.sum()]


def _asks_softmax(answer: Answer, logits: list[float], temperature: float) -> None:
    answer(logits, temperature).equals(_softmax(logits, temperature))


@q2.case("at 1")
def _at_one(answer: Answer) -> None:
    _asks_softmax(answer, [2.0, 1.0, 0.0], 1.0)


@q2.case("colder", hint="A temperature below 1 makes the likely likelier: divide by it.")
def _cold(answer: Answer) -> None:
    _asks_softmax(answer, [2.0, 1.0, 0.0], 0.5)


@q2.case("hotter", hint="A temperature above 1 makes all more equal: divide the logits by it.")
def _hot(answer: Answer) -> None:
    _asks_softmax(answer, [2.0, 1.0, 0.0], 2.0)


@q2.case("large logits", hint="Take the largest logit from all of them before the exponential.")
def _large(answer: Answer) -> None:
    _asks_softmax(answer, [1000.0, 999.0, 990.0], 1.0)


@q2.case("a token that cannot come", hint="exp(-inf) is 0, and so is its probability.")
def _impossible(answer: Answer) -> None:
    _asks_softmax(answer, [1.0, -math.inf, 0.0], 1.0)


@q2.case("many logits")
def _many_logits(answer: Answer) -> None:
    rng = np.random.default_rng(1002)
    for temperature in (0.7, 1.3):
        logits = [round(float(z), 2) for z in rng.normal(size=12) * 3]
        _asks_softmax(answer, logits, temperature)


q3 = Question(
    "10.q3",
    "Top-k, with ties",
    "function",
    hint="Find the k-th largest probability; what is at least that stays. Then divide by the sum.",
    book="05_sampling#reshaping",
    withheld=(f"{FILTERS}.top_k",),
)


def _top_k(probabilities: list[float], k: int) -> list[float]:
    """The reference."""
    p = np.array(probabilities)
    kept = np.where(p >= np.sort(p)[::-1][min(k, len(p)) - 1], p, 0.0)
    return [float(x) for x in kept / kept.sum()]


@q3.case("two of four", hint="What is left must sum to 1 again, in the order in which it came.")
def _two_of_four(answer: Answer) -> None:
    answer([0.1, 0.4, 0.3, 0.2], 2).equals(_top_k([0.1, 0.4, 0.3, 0.2], 2))


@q3.case("ties", hint="Three tokens are as likely as the second: all three stay.")
def _ties(answer: Answer) -> None:
    answer([0.4, 0.2, 0.2, 0.2], 2).equals([0.4, 0.2, 0.2, 0.2])


@q3.case("more than there are", hint="A k above the number of tokens keeps all of them.")
def _more(answer: Answer) -> None:
    answer([0.5, 0.3, 0.2], 10).equals([0.5, 0.3, 0.2])


@q3.case("many")
def _many_top_k(answer: Answer) -> None:
    rng = np.random.default_rng(1003)
    for k in (1, 3, 5):
        p = _drawn(rng, 8)
        answer(p, k).equals(_top_k(p, k))


q4 = Question(
    "10.q4",
    "Top-p, and the token that crosses",
    "function",
    hint="Go down from the likeliest and add up. Stop once the sum has reached p, not before.",
    book="05_sampling#reshaping",
    withheld=(f"{FILTERS}.top_p",),
)


def _top_p(probabilities: list[float], p: float) -> list[float]:
    """The reference."""
    chances = np.array(probabilities)
    order = np.argsort(-chances)
    before = np.concatenate([[0.0], np.cumsum(chances[order])[:-1]])
    kept = np.zeros_like(chances)
    inside = order[before < p]
    kept[inside] = chances[inside]
    return [float(x) for x in kept / kept.sum()]


def _drawn(rng: np.random.Generator, n: int) -> list[float]:
    weights = rng.permutation(np.arange(1, n + 1)) + rng.random(n) / 2
    return [float(x) for x in weights / weights.sum()]


@q4.case("crossing", hint="0.5 is not enough. The token that takes the sum beyond p is kept.")
def _crossing(answer: Answer) -> None:
    answer([0.5, 0.3, 0.2], 0.6).equals([0.625, 0.375, 0.0])


@q4.case("exactly p", hint="A sum that is exactly p is enough.")
def _exactly(answer: Answer) -> None:
    answer([0.5, 0.375, 0.125], 0.5).equals([1.0, 0.0, 0.0])


@q4.case("one will do", hint="At least one token stays: the likeliest.")
def _one(answer: Answer) -> None:
    answer([0.7, 0.2, 0.1], 0.3).equals([1.0, 0.0, 0.0])


@q4.case("not sorted", hint="Begin with the likeliest token, wherever it stands in the list.")
def _not_sorted(answer: Answer) -> None:
    answer([0.1, 0.2, 0.3, 0.4], 0.65).equals(_top_p([0.1, 0.2, 0.3, 0.4], 0.65))


@q4.case("all of it", hint="With p = 1 everything stays.")
def _all(answer: Answer) -> None:
    answer([0.5, 0.375, 0.125], 1.0).equals([0.5, 0.375, 0.125])


@q4.case("many")
def _many_top_p(answer: Answer) -> None:
    rng = np.random.default_rng(1004)
    for p in (0.43, 0.71, 0.93):
        probabilities = _drawn(rng, 8)
        answer(probabilities, p).equals(_top_p(probabilities, p))
