"""Checks of exercise 01, questions 1 to 4: types, tokens, n-grams and how many words are enough."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import accumulate

import numpy as np

from course_lib import corpus
from course_lib.corpus import stats, words
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question


@cache
def anthology() -> tuple[str, ...]:
    """The words of the English anthology, in small letters."""
    text = corpus.load("anthology", language="en").text
    return tuple(word.casefold() for word in words.words(text))


def draw(rng: np.random.Generator, n_tokens: int, n_types: int) -> list[str]:
    """Words of one letter or two, the early ones common.

    Args:
        rng: the source of chance.
        n_tokens: how many words.
        n_types: how many different words there may be.

    Returns:
        The words.
    """
    ranks = (n_types ** rng.random(n_tokens)).astype(int) - 1
    return [chr(97 + rank % 26) * (1 + rank // 26) for rank in ranks]


q1 = Question(
    "01.q1",
    "Types and tokens",
    "function",
    hint="Fold the case of every word first. Tokens are all of them, types the different ones.",
    book="01_explore#types-and-tokens",
    withheld=("course_lib.corpus.stats.describe", "course_lib.corpus.stats.standardised_ttr"),
)


@q1.case("short line")
def _short_line(answer: Answer) -> None:
    answer(["a", "rose", "is", "a", "rose", "is", "a", "rose"]).equals((3, 8, 3 / 8))


@q1.case("capitals", hint="The and the are one type: compare the words after casefold().")
def _capitals(answer: Answer) -> None:
    answer(["The", "sea", "and", "the", "SEA"]).equals((3, 5, 3 / 5))
    answer(["STRASSE", "Straße"]).equals(
        (1, 2, 1 / 2),
        hint="lower() leaves ß as it is; casefold() makes Straße and STRASSE one type.",
    )


@q1.case("no word", hint="A text without words has no ratio; this question asks for 0.0.")
def _no_word(answer: Answer) -> None:
    answer([]).equals((0, 0, 0.0))


@q1.case("many words")
def _many_words(answer: Answer) -> None:
    rng = np.random.default_rng(101)
    for n_tokens in (1, 40, 400):
        tokens = draw(rng, n_tokens, 30)
        types = len(set(tokens))
        answer(tokens).equals((types, n_tokens, types / n_tokens))


q2 = Question(
    "01.q2",
    "Count n-grams",
    "function",
    hint="A window of n tokens moves one token at a time. Where is its first, its last place?",
    book="01_explore#n-grams",
    withheld=(
        "course_lib.corpus.ngrams.ngrams",
        "course_lib.corpus.ngrams.ngram_counts",
        "course_lib.corpus.ngrams.patterns",
    ),
)


@q2.case("pairs")
def _pairs(answer: Answer) -> None:
    answer(["a", "b", "c", "a", "b"], 2).equals(
        Counter({("a", "b"): 2, ("b", "c"): 1, ("c", "a"): 1}),
    )


@q2.case("single words", hint="With n = 1 the keys are still tuples, such as ('la',).")
def _single(answer: Answer) -> None:
    answer(["b", "a", "b"], 1).equals(Counter({("b",): 2, ("a",): 1}))


@q2.case("last one", hint="Of T tokens, T - n + 1 windows start: from 0 to T - n included.")
def _last(answer: Answer) -> None:
    answer(["x", "x", "x", "end"], 2).equals(Counter({("x", "x"): 2, ("x", "end"): 1}))


@q2.case("too short", hint="Where no window fits, there is nothing to count.")
def _too_short(answer: Answer) -> None:
    answer(["one", "two"], 3).equals(Counter())
    answer([], 1).equals(Counter())


@q2.case("many words")
def _many_grams(answer: Answer) -> None:
    rng = np.random.default_rng(102)
    for n in (1, 2, 3, 4):
        tokens = draw(rng, 60, 8)
        answer(tokens, n).equals(stats.ngram_counts(tokens, n))


@q2.case("a Counter", hint="Wrap it as Counter(your_dict): it has most_common() and the rest.")
def _counter(answer: Answer) -> None:
    result = answer(["a", "b", "a", "b"], 2)
    kind = type(result.value).__name__
    result.require(isinstance(result.value, Counter), "Counter", got=kind)


q3 = Question(
    "01.q3",
    "Predict the ratio of a longer text",
    "predict",
    hint="The common words return again and again, but new words never stop coming.",
    book="01_explore#vocabulary-growth",
)


@q3.case("8,000 words")
def _ratio(answer: Answer) -> None:
    first = anthology()[:8000]
    answer().near(len(set(first)) / len(first), within=0.07)


q4 = Question(
    "01.q4",
    "How many words are enough",
    "function",
    hint="Take the types from the commonest on, and stop as soon as their tokens are enough.",
    book="01_explore#coverage",
    withheld=("course_lib.corpus.stats.coverage",),
)


def _needed(counts: Counter[str], share: float) -> int:
    """The reference: how many of the commonest types hold a share of the tokens."""
    sums = [0, *accumulate(sorted(counts.values(), reverse=True))]
    return next(size for size, held in enumerate(sums) if held >= share * sums[-1])


def shown(answer: Answer, counts: Mapping[str, int], second: float) -> str:
    """A call with counts in their own order: the repr of a Counter would sort them.

    Args:
        answer: the answer that is called.
        counts: its first argument; the keys are names.
        second: its second argument.

    Returns:
        The call as text, for the student to repeat.
    """
    inside = ", ".join(f"{word}={count}" for word, count in counts.items())
    return f"{answer.name}(Counter({inside}), {second})"


# Wherever the share falls on a boundary, the tokens are a power of two: whoever adds up fractions
# in place of counts is right, too, and must not fail for a rounding.
@q4.case("short counts")
def _half(answer: Answer) -> None:
    answer(Counter(a=5, b=3, c=2), 0.75).equals(2)
    answer(Counter(a=4, b=2, c=1, d=1), 0.5).equals(1, hint="4 of 8 tokens are half: enough.")


@q4.case("any order", hint="Nobody promised that the commonest type comes first.")
def _any_order(answer: Answer) -> None:
    for counts, share, size in (
        (Counter(c=1, b=2, a=5), 0.5, 1),
        (Counter(x=1, y=2, z=1, w=4), 0.75, 2),
    ):
        answer(counts, share, shown=shown(answer, counts, share)).equals(size)


@q4.case("all or nothing", hint="No token needs no type; every token needs every type.")
def _extremes(answer: Answer) -> None:
    answer(Counter(a=5, b=2, c=1), 0.0).equals(0)
    answer(Counter(a=5, b=2, c=1), 1.0).equals(3)


@q4.case("many words")
def _many_types(answer: Answer) -> None:
    rng = np.random.default_rng(104)
    for share in (0.25, 0.5, 0.625, 0.875):
        counts = Counter(draw(rng, 256, 90))
        answer(counts, share).equals(_needed(counts, share))
