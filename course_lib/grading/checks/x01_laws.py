"""Checks of exercise 01, questions 5 to 8: keywords, Zipf's line, and what may be compared."""

import math
import random
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.corpus import stats, words
from course_lib.grading.answer import Answer
from course_lib.grading.checks.x01_counts import anthology, draw, shown
from course_lib.grading.compare import difference
from course_lib.grading.question import Question
from course_lib.grading.result import Result

TOP_RANKS = 500

q5 = Question(
    "01.q5",
    "Find the bug: words that set a text apart",
    "bug",
    hint="Divide each count by the number of tokens of its own text before you compare.",
    book="01_explore#keywords",
    withheld=("course_lib.corpus.keywords.keywords",),
)


def _scores(counts: Counter[str], reference: Counter[str]) -> dict[str, float]:
    """The reference: bits by which a word is commoner in a text than in another."""
    n, m = counts.total(), reference.total()
    return {
        word: math.log2(count / n) - math.log2((reference[word] or 0.5) / m)
        for word, count in counts.items()
    }


@q5.case(
    "equally common",
    hint="2 in 8 tokens are as many as 10 in 40. Which number stands for the size of a text?",
)
def _equally_common(answer: Answer) -> None:
    answer(Counter(sea=2, the=6), Counter(sea=10, the=30)).equals({"sea": 0.0, "the": 0.0})


@q5.case("twice as common", hint="Twice the frequency is one bit: the logarithm has base 2.")
def _twice(answer: Answer) -> None:
    answer(Counter(sea=4, a=4), Counter(sea=4, a=12)).equals({"sea": 1.0, "a": math.log2(2 / 3)})


@q5.case("unseen word", hint="It counts as half a time there, not as none.")
def _lacking(answer: Answer) -> None:
    answer(Counter(gromble=2, a=2), Counter(b=3, a=1)).equals({"gromble": 2.0, "a": 1.0})


@q5.case("many words")
def _many_scores(answer: Answer) -> None:
    rng = np.random.default_rng(105)
    counts, reference = Counter(draw(rng, 90, 70)), Counter(draw(rng, 400, 50))
    answer(counts, reference).equals(_scores(counts, reference))


q6 = Question(
    "01.q6",
    "The slope of Zipf's line",
    "function",
    hint="Sort the counts downwards; x is log(rank) from rank 1, y is log(count).",
    book="01_explore#zipf",
    withheld=("course_lib.corpus.laws.zipf_fit", "course_lib.corpus.laws.heaps_fit"),
)


def _has_slope(result: Result, slope: float) -> None:
    """Compare with a slope; two common slips have hints of their own."""
    value, hint = result.value, ""
    if isinstance(value, np.ndarray | list | tuple) and len(np.atleast_1d(value)) == 2:
        hint = "np.polyfit and linear_regression give slope and intercept: return the slope."
    elif difference(value, -slope) is None:
        hint = "The line falls, so its slope is negative."
    result.equals(slope, hint=hint)


@q6.case("exact law")
def _exact_law(answer: Answer) -> None:
    for counts, slope in (
        (Counter(b=30, a=60, d=15, c=20, e=12), -1.0),
        (Counter(b=225, a=900, c=100), -2.0),
    ):
        top = len(counts)
        _has_slope(answer(counts, top, shown=shown(answer, counts, top)), slope)


@q6.case("any order", hint="The commonest word has rank 1: sort before you count ranks.")
def _unsorted(answer: Answer) -> None:
    counts = Counter(rare=25, often=100)
    _has_slope(answer(counts, 2, shown=shown(answer, counts, 2)), -2.0)


@q6.case("top ranks", hint="Of the sorted counts, keep the first `top` and no more.")
def _top(answer: Answer) -> None:
    _has_slope(answer(Counter(a=60, b=30, c=20, d=1, e=1), 3), -1.0)


@q6.case("many words")
def _many_ranks(answer: Answer) -> None:
    counts: Counter[Hashable] = Counter(draw(np.random.default_rng(106), 2000, 300))
    for top in (10, 100):
        result = answer(counts, top, shown=f"{answer.name}(the counts of 2,000 words, {top})")
        _has_slope(result, -stats.zipf_fit(counts, (1, top)).exponent)


q7 = Question(
    "01.q7",
    "Measure a text that says nothing",
    "measure",
    hint="slope_of gives the slope of one list of words: call it for both, and compare.",
    book="01_explore#zipf",
)


@cache
def _slopes() -> tuple[float, float]:
    """Slopes of the anthology and of a shuffle of it: another shuffle than the student's."""
    letters = list(corpus.load("anthology", language="en").text.casefold())
    random.Random(1).shuffle(letters)
    return _slope(anthology()), _slope(words.words("".join(letters)))


def _slope(tokens: Sequence[Hashable]) -> float:
    return -stats.zipf_fit(Counter(tokens), (1, TOP_RANKS)).exponent


PARTS = ("slope of the anthology", "slope of the shuffled text", "letter")


@q7.case("anthology")
def _anthology_slope(answer: Answer) -> None:
    answer().part(0, PARTS).near(_slopes()[0], within=0.01)


@q7.case("shuffled text")
def _shuffled_slope(answer: Answer) -> None:
    # Slopes of shuffled texts lie within 0.03 of each other.
    answer().part(1, PARTS).near(_slopes()[1], within=0.08)


@q7.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(2, PARTS).chooses(
        "C",
        {
            "A": "The slopes are as good as equal, and one of the texts is noise. So the slope "
            "cannot tell sense from noise.",
            "B": "The slope says how unevenly the counts are spread. Both texts are spread alike, "
            "yet nobody would call the second one English.",
            "D": "You counted it yourself: most of its 'words' were never seen in any language. "
            "The letters are English, the words are not.",
        },
    )


q8 = Question(
    "01.q8",
    "Which comparison is fair",
    "choose",
    hint="What happens to types / tokens when a text grows?",
    book="01_explore#fair-comparison",
)


@q8.case("comparison")
def _fair(answer: Answer) -> None:
    answer().chooses(
        "B",
        {
            "A": "The novel is a hundred times as long. Its common words return so often that its "
            "ratio is small, however rich its vocabulary is.",
            "C": "A longer text has more types, even if its author knows fewer words: now the "
            "novel wins for its length.",
            "D": "Without the words that occur once, the ratio still falls with length, and the "
            "poem has lost most of its types.",
        },
    )
