"""Checks of exercise 05, questions 5 and 6: continuation counts and a Kneser-Ney bigram."""

import math
from collections import Counter

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x05_counts import END, MODELS, Bigrams, bigrams, draw, text_of
from course_lib.grading.question import Question
from course_lib.grading.result import Result

q5 = Question(
    "05.q5",
    "Count contexts, not occurrences",
    "function",
    hint="In how many different pairs does a token stand second? Divide by the number of all "
    "different pairs.",
    book="02_ngrams#ngrams-continuation",
    withheld=MODELS,
)

FRANCISCO: Bigrams = Counter(
    {
        ("san", "francisco"): 20,
        ("the", "sea"): 3,
        ("a", "sea"): 2,
        ("one", "sea"): 1,
        ("sea", "the"): 4,
        ("sea", "a"): 1,
        ("francisco", END): 2,
    }
)


def _continuation(counts: Bigrams) -> dict[str, float]:
    """The reference: in which share of the different pairs a token comes second."""
    contexts = Counter(second for _, second in counts)
    return {token: number / len(counts) for token, number in contexts.items()}


@q5.case("Francisco", hint="Francisco was seen 20 times, but in one of 7 different pairs.")
def _francisco(answer: Answer) -> None:
    shown = f"{answer.name}({text_of(FRANCISCO)})"
    answer(FRANCISCO, shown=shown).equals(_continuation(FRANCISCO))


@q5.case("counts do not matter", hint="Whether a pair was seen once or often: it is one pair.")
def _counts_do_not_matter(answer: Answer) -> None:
    for often in (1, 50):
        counts = Counter({("a", "b"): often, ("c", "b"): 1, ("b", "a"): 1, ("a", "c"): 2})
        shown = f"{answer.name}({text_of(counts)})"
        answer(counts, shown=shown).equals({"b": 0.5, "a": 0.25, "c": 0.25})


@q5.case("sums to one", hint="Each pair has one second token: divide by the number of pairs.")
def _continuation_sums(answer: Answer) -> None:
    counts = bigrams([["a", "b", "a", "b"], ["b"]])
    result = answer(counts, shown=f"{answer.name}({text_of(counts)})")
    _require_distribution(result)


def _require_distribution(result: Result) -> None:
    """Demand numbers from 0 to 1 that sum to 1."""
    result.require(isinstance(result.value, dict), "a dict: a probability for each token")
    numbers = list(result.value.values())
    real = all(isinstance(number, int | float) for number in numbers)
    result.require(real and bool(numbers), "a number for each token")
    least, total = min(numbers), sum(numbers)
    result.require(least >= 0, "no probability below 0", got=f"one of {least:.7g}")
    result.require(
        math.isclose(total, 1.0, rel_tol=1e-9),
        "probabilities that sum to 1",
        got=f"a sum of {total:.7g}",
    )


@q5.case("many documents")
def _many_continuations(answer: Answer) -> None:
    rng = np.random.default_rng(505)
    for n_types in (2, 4, 7):
        counts = bigrams(draw(rng, 20, n_types))
        shown = f"{answer.name}(the bigrams of 20 documents)"
        answer(counts, shown=shown).equals(_continuation(counts))


q6 = Question(
    "05.q6",
    "A Kneser-Ney bigram",
    "function",
    hint="Each different pair after the history gives up d of its count. Together that is what the "
    "continuation probabilities share out.",
    book="02_ngrams#ngrams-kneser-ney",
    withheld=MODELS,
)


def _kneser_ney(counts: Bigrams, previous: str, discount: float) -> dict[str, float]:
    """The reference: the distribution after one token."""
    lower = _continuation(counts)
    after = {second: count for (first, second), count in counts.items() if first == previous}
    seen = sum(after.values())
    if not seen:
        return lower
    spared = discount * len(after) / seen
    return {
        token: max(after.get(token, 0) - discount, 0) / seen + spared * share
        for token, share in lower.items()
    }


SHORE = bigrams([["the", "sea"], ["the", "sea"], ["the", "sky"], ["a", "sea"], ["one", "sea"]])


def _asks(answer: Answer, counts: Bigrams, previous: str, discount: float) -> None:
    shown = f"{answer.name}({text_of(counts)}, {previous!r}, {discount})"
    answer(counts, previous, discount, shown=shown).equals(_kneser_ney(counts, previous, discount))


@q6.case("by hand")
def _by_hand(answer: Answer) -> None:
    _asks(answer, SHORE, "the", 0.75)


@q6.case("unseen pairs", hint="A pair that was never seen: max(0 - d, 0) is 0, not -d.")
def _unseen_pairs(answer: Answer) -> None:
    shown = f"{answer.name}({text_of(SHORE)}, 'the', 0.5)"
    result = answer(SHORE, "the", 0.5, shown=shown)
    result.require(isinstance(result.value, dict), "a dict: a probability for each token")
    wanted = _kneser_ney(SHORE, "the", 0.5)
    for token in ("one", END):
        got = result.value.get(token)
        result.require(
            isinstance(got, int | float) and math.isclose(got, wanted[token], rel_tol=1e-6),
            f"{wanted[token]:.7g} for {token!r}",
            got=f"{got} for {token!r}",
        )


@q6.case("unseen history", hint="After a token that was never seen, the lower order decides.")
def _unseen_history(answer: Answer) -> None:
    _asks(answer, SHORE, "gull", 0.75)


@q6.case(
    "sums to one", hint="Give out what was taken: d for each different pair after the history."
)
def _sums(answer: Answer) -> None:
    for previous, discount in (("the", 0.75), (END, 0.5), ("sea", 0.25)):
        shown = f"{answer.name}({text_of(SHORE)}, {previous!r}, {discount})"
        _require_distribution(answer(SHORE, previous, discount, shown=shown))


@q6.case("many documents")
def _many_kneser_ney(answer: Answer) -> None:
    rng = np.random.default_rng(506)
    for discount in (0.1, 0.75, 0.9):
        counts = bigrams(draw(rng, 40, 7))
        for previous in (END, "a", "c"):
            shown = f"{answer.name}(the bigrams of 40 documents, {previous!r}, {discount})"
            result = answer(counts, previous, discount, shown=shown)
            result.equals(_kneser_ney(counts, previous, discount))
