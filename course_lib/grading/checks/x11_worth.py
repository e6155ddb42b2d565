"""Checks of exercise 11, questions 6 to 9: bits, repetition, calibration, an interval."""

import math

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

q6 = Question(
    "11.q6",
    "Bits per byte",
    "function",
    hint="Minus the sum of all log probabilities, divided by log 2, divided by the number of bytes "
    "of all texts: len(text.encode()).",
    book="05_evaluation#bits-again",
    withheld=("course_lib.evaluation.likelihood.evaluate",),
)


def _asks_bits(answer: Answer, texts: list[str], chances: list[list[float]]) -> None:
    log_probs = [[math.log(p) for p in row] for row in chances]
    bits = -math.fsum(math.log2(p) for row in chances for p in row)
    answer(texts, log_probs).equals(bits / sum(len(text.encode("utf8")) for text in texts))


@q6.case("by hand", hint="Three tokens of 1 bit and an end of 3 bits: 6 bits for 3 bytes.")
def _by_hand(answer: Answer) -> None:
    _asks_bits(answer, ["sea"], [[1 / 2, 1 / 2, 1 / 2, 1 / 8]])


@q6.case("cut in two ways", hint="One token of 3 bits, an end of 3 bits: 6 bits for 3 bytes again.")
def _two_ways(answer: Answer) -> None:
    _asks_bits(answer, ["sea"], [[1 / 8, 1 / 8]])


@q6.case("accents", hint="An accented letter takes two bytes in UTF-8, and an ñ as well.")
def _accents(answer: Answer) -> None:
    _asks_bits(answer, ["mañana será"], [[1 / 4, 1 / 8, 1 / 2]])


@q6.case("two texts", hint="All bits over all bytes: a long text counts more than a short one.")
def _two(answer: Answer) -> None:
    _asks_bits(answer, ["a", "the sea is calm"], [[1 / 16, 1 / 4], [1 / 32, 1 / 8, 1 / 4]])


@q6.case("many")
def _many_bits(answer: Answer) -> None:
    rng = np.random.default_rng(1106)
    for texts in (["¡hola!", "the moon"], ["él", "ella", "nosotros"]):
        chances = [[round(float(p), 3) for p in rng.uniform(0.05, 0.95, 5)] for _ in texts]
        _asks_bits(answer, texts, chances)


q7 = Question(
    "11.q7",
    "Find the bugs: a story that repeats itself",
    "bug",
    hint="Slicing a string gives letters. Take list(ngrams(words(text), n)), and say what becomes "
    "of an empty list.",
    book="05_evaluation#counting-letters",
    withheld=("course_lib.evaluation.diversity.repeated_ngrams",),
)


def _repetition(text: str, n: int) -> float | None:
    """The reference, for texts without punctuation."""
    said = text.split()
    grams = [tuple(said[i : i + n]) for i in range(len(said) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else None


def _asks_repetition(answer: Answer, text: str, n: int) -> None:
    answer(text, n).equals(_repetition(text, n))


@q7.case("a proverb", hint="No two of its words are the same, so nothing is repeated.")
def _proverb(answer: Answer) -> None:
    _asks_repetition(answer, "a rolling stone gathers no moss", 1)


@q7.case(
    "round and round", hint="Of two equal ones the second occurred before; the first one did not."
)
def _round(answer: Answer) -> None:
    _asks_repetition(answer, "the sea the sky the sea the sky", 2)


@q7.case("a short text", hint="Two words have no run of three. None says that there is no rate.")
def _short(answer: Answer) -> None:
    answer("the sea", 3).equals(None)


@q7.case("no word", hint="A text of marks alone has no words: None again.")
def _no_word(answer: Answer) -> None:
    answer("...", 1).equals(None)


@q7.case("many")
def _many_repetition(answer: Answer) -> None:
    rng = np.random.default_rng(1107)
    text = " ".join(rng.choice(["sea", "sky", "moon"], 14))
    for n in (1, 2, 3):
        _asks_repetition(answer, text, n)


q8 = Question(
    "11.q8",
    "Is it as often right as it says?",
    "function",
    hint="The bin of a confidence c is ceil(c · n_bins), at least 1. Mean confidence and share of "
    "hits in each; the distance counts as often as the bin has predictions.",
    book="05_evaluation#calibration",
    withheld=("course_lib.evaluation.calibration.Calibration",),
)


def _calibration_error(confidences: list[float], hits: list[int], n_bins: int) -> float:
    """The reference."""
    edges = np.linspace(0, 1, n_bins + 1)
    which = np.clip(np.searchsorted(edges, confidences, side="left"), 1, n_bins)
    total = 0.0
    for b in set(which.tolist()):
        here = which == b
        total += abs(float((np.array(confidences)[here] - np.array(hits)[here]).sum()))
    return total / len(confidences)


def _asks_calibration(
    answer: Answer, confidences: list[float], hits: list[int], n_bins: int
) -> None:
    answer(confidences, hits, n_bins).equals(_calibration_error(confidences, hits, n_bins))


@q8.case("half", hint="Half sure and right in half of the cases: no error.")
def _half(answer: Answer) -> None:
    _asks_calibration(answer, [0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0], 5)


@q8.case("too sure")
def _too_sure(answer: Answer) -> None:
    _asks_calibration(answer, [0.9, 0.9, 0.9, 0.9, 0.1], [1, 0, 1, 0, 0], 5)


@q8.case(
    "both ways",
    hint="Take the distance in each bin, whatever its sign, before you add.",
)
def _both(answer: Answer) -> None:
    _asks_calibration(answer, [0.8, 0.8, 0.8, 0.8, 0.2, 0.2], [1, 0, 0, 1, 1, 0], 4)


@q8.case("not alike", hint="A bin of seven predictions weighs seven times one of one.")
def _not_alike(answer: Answer) -> None:
    _asks_calibration(answer, [0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.2], [1, 0, 0, 0, 1, 1, 0, 1], 2)


@q8.case(
    "edges",
    hint="0.5 with two bins belongs to the first, 1 to the last, and 0 to the first.",
)
def _edges(answer: Answer) -> None:
    _asks_calibration(answer, [0.0, 0.5, 0.5, 1.0], [0, 1, 1, 0], 2)


@q8.case("many")
def _many_calibration(answer: Answer) -> None:
    rng = np.random.default_rng(1108)
    confidences = [round(float(c), 3) + 0.0003 for c in rng.random(30)]
    hits = [int(hit) for hit in rng.random(30) < np.array(confidences) ** 2]
    for n_bins in (3, 10):
        _asks_calibration(answer, confidences, hits, n_bins)


q9 = Question(
    "11.q9",
    "Could it be luck?",
    "function",
    hint="First the differences, prompt by prompt. Their mean in each draw. Then the quantiles of "
    "these means.",
    book="05_evaluation#metric-intervals",
    withheld=("course_lib.evaluation.bootstrap.percentile_interval",),
)


def _interval(
    first: list[float], second: list[float], draws: list[list[int]]
) -> tuple[float, float]:
    """The reference."""
    means = sorted(sum(first[i] - second[i] for i in draw) / len(draw) for draw in draws)
    ends = []
    for share in (0.025, 0.975):
        at = share * (len(means) - 1)
        below = min(int(at), len(means) - 2)
        ends.append(means[below] + (at - below) * (means[below + 1] - means[below]))
    return ends[0], ends[1]


def _asks_interval(
    answer: Answer, first: list[float], second: list[float], draws: list[list[int]], shown: str = ""
) -> None:
    answer(first, second, draws, shown=shown).equals(_interval(first, second, draws))


@q9.case(
    "a constant lead",
    hint="The first is ahead by exactly 1 with every prompt, so with every draw of prompts.",
)
def _constant(answer: Answer) -> None:
    first = [3.0, 8.0, 5.0, 1.0]
    draws = [[0, 0, 3, 2], [1, 1, 2, 0], [3, 3, 3, 1], [0, 2, 2, 1]]
    _asks_interval(answer, first, [x - 1 for x in first], draws)


@q9.case("four draws", hint="Four draws give four means. Their quantiles lie between them.")
def _four(answer: Answer) -> None:
    draws = [[0, 1, 2, 3], [0, 0, 1, 2], [3, 2, 2, 1], [1, 1, 0, 3]]
    _asks_interval(answer, [5.0, 2.0, 4.0, 9.0], [1.0, 2.0, 3.0, 4.0], draws)


@q9.case("reversed", hint="First minus second: what is below 0 says the second leads.")
def _other_way(answer: Answer) -> None:
    _asks_interval(answer, [1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [[0, 1, 2], [2, 1, 0], [0, 0, 0]])


@q9.case("many")
def _many_interval(answer: Answer) -> None:
    rng = np.random.default_rng(1109)
    first = [round(float(x), 2) for x in rng.normal(5, 2, 15)]
    second = [round(x - float(rng.normal(0.4, 1)), 2) for x in first]
    draws = rng.integers(0, 15, (200, 15)).tolist()
    _asks_interval(
        answer, first, second, draws, f"{answer.name}(first, second, draws): 15 prompts, 200 draws"
    )
