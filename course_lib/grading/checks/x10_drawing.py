"""Checks of exercise 10, questions 5 to 8: drawing, a penalty, hesitation, what a filter leaves."""

import itertools
import math
from collections import Counter, defaultdict
from functools import cache

import numpy as np

from course_lib.corpus import verse
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

q5 = Question(
    "10.q5",
    "Draw",
    "function",
    hint="Add up the probabilities from the first on. The first sum that is above u decides.",
    book="05_sampling#luck",
    withheld=("course_lib.generation.decoding.drawn",),
)


@q5.case("early")
def _early(answer: Answer) -> None:
    answer([0.5, 0.3, 0.2], 0.1).equals(0)


@q5.case("at the edge", hint="u = 0.5 is not below 0.5, so it belongs to the next token.")
def _edge(answer: Answer) -> None:
    answer([0.5, 0.25, 0.25], 0.5).equals(1)


@q5.case("late")
def _late(answer: Answer) -> None:
    answer([0.5, 0.3, 0.2], 0.95).equals(2)


@q5.case("cannot come", hint="A token of probability 0 never comes, not even for u = 0.")
def _cannot(answer: Answer) -> None:
    answer([0.0, 0.5, 0.0, 0.5], 0.0).equals(1)


@q5.case("edge of nothing", hint="Between two tokens may lie one that cannot come.")
def _edge_of_nothing(answer: Answer) -> None:
    answer([0.5, 0.0, 0.5], 0.5).equals(2)


@q5.case(
    "a hair", hint="Ten times 0.1 sum to a little less than 1. Give the last token that can come."
)
def _hair(answer: Answer) -> None:
    answer([0.1] * 10 + [0.0], math.nextafter(1.0, 0.0)).equals(9)


@q5.case("many")
def _many(answer: Answer) -> None:
    rng = np.random.default_rng(1005)
    for _ in range(12):
        weights = rng.random(7)
        p = [float(x) for x in weights / weights.sum()]
        u = round(float(rng.random()), 3)
        answer(p, u).equals(int(np.searchsorted(np.cumsum(p), u, side="right")))


q6 = Question(
    "10.q6",
    "A penalty for what has occurred",
    "function",
    hint="For each id that has occurred, once: a positive logit over the penalty, a negative one "
    "times it.",
    book="05_sampling#order-of-filters",
    withheld=("course_lib.generation.filters.repetition_penalty",),
)


def _penalised(logits: list[float], ids: list[int], penalty: float) -> list[float]:
    """The reference."""
    changed = list(logits)
    for i in set(ids):
        changed[i] = logits[i] * penalty if logits[i] < 0 else logits[i] / penalty
    return changed


@q6.case("positive")
def _positive(answer: Answer) -> None:
    answer([3.0, 1.0], [0], 2.0).equals([1.5, 1.0])


@q6.case("negative", hint="A negative logit that is halved is larger: multiply it.")
def _negative(answer: Answer) -> None:
    answer([-1.0, 0.5], [0], 2.0).equals([-2.0, 0.5])


@q6.case("twice", hint="An id counts once, however often it has occurred.")
def _twice(answer: Answer) -> None:
    answer([4.0, 1.0], [0, 0], 2.0).equals([2.0, 1.0])


@q6.case("nothing yet", hint="What has not occurred is left alone.")
def _nothing(answer: Answer) -> None:
    answer([1.0, -2.0], [], 2.0).equals([1.0, -2.0])


@q6.case("the old list", hint="Make a new list; somebody may still need the old one.")
def _old_list(answer: Answer) -> None:
    logits = [4.0, 1.0]
    result = answer(
        logits, [0], 2.0, shown=f"{answer.name}(logits, [0], 2.0) with logits [4.0, 1.0]"
    )
    result.require(logits == [4.0, 1.0], "logits as they were", got=f"logits {logits}")
    result.require(isinstance(result.value, list | tuple), "a list of numbers")


@q6.case("many")
def _many_penalised(answer: Answer) -> None:
    rng = np.random.default_rng(1006)
    for penalty in (1.25, 3.0):
        logits = [-2.5, 1.5, *(round(float(z), 2) for z in rng.normal(size=6))]
        ids = [0, 1, 1, *rng.integers(0, 8, 4).tolist()]
        answer(list(logits), ids, penalty).equals(_penalised(logits, ids, penalty))


q7 = Question(
    "10.q7",
    "Measure: among how many words does it hesitate?",
    "measure",
    hint="For each word: probabilities from counts to the power 1 / temperature, their entropy in "
    "nats, its exponential. The mean over the words comes last.",
    book="05_sampling#reshaping",
)

PARTS = ("mean at 0.5", "mean at 1", "mean at 2")


@cache
def _hesitation(temperature: float) -> float:
    """The reference: mean of exp(H) over the words of the poems."""
    after: dict[str, Counter[str]] = defaultdict(Counter)
    for poem in verse.sample(300, seed=5, language="en"):
        words = poem.replace("\n", " / ").split()
        for word, following in itertools.pairwise(words):
            after[word][following] += 1
    choices = []
    for counts in after.values():
        weights = np.array(list(counts.values()), float) ** (1 / temperature)
        p = weights / weights.sum()
        choices.append(math.exp(-float((p * np.log(p)).sum())))
    return math.fsum(choices) / len(choices)


@q7.case("cold")
def _cold(answer: Answer) -> None:
    answer().part(0, PARTS).near(_hesitation(0.5), within=0.01)


@q7.case("as it is")
def _as_it_is(answer: Answer) -> None:
    answer().part(1, PARTS).near(_hesitation(1.0), within=0.01)


@q7.case("hot")
def _hot(answer: Answer) -> None:
    answer().part(2, PARTS).near(_hesitation(2.0), within=0.01)


q8 = Question(
    "10.q8",
    "Choose: what is left of the mistakes?",
    "choose",
    hint="The page measures both: what is wrong before the filter, and what is wrong after it.",
    book="05_sampling#good-and-bad",
)


@q8.case("the rest")
def _the_rest(answer: Answer) -> None:
    answer().chooses(
        "B",
        {
            "A": "A filter tells likely from unlikely. Is all that a weak model holds likely "
            "right?",
            "C": "Right and wrong tokens that are left are divided by the same sum: the share of "
            "the wrong ones among them does not grow by that.",
            "D": "Nine tenths of the mass stay, but nobody says that right and wrong tokens lose "
            "the same part of theirs.",
        },
    )
