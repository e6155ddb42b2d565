"""Checks of exercise 11, questions 1 to 5: BLEU and its parts, variety and likeness of a set."""

import math
from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np

from course_lib.corpus import verse
from course_lib.corpus.words import words
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

OVERLAP = "course_lib.evaluation.overlap"
DIVERSITY = "course_lib.evaluation.diversity"
Texts = list[list[str]]
Counted = tuple[list[int], list[int], int, int]

q1 = Question(
    "11.q1",
    "Predict: half of it, word for word",
    "predict",
    hint="All precisions are 1. The penalty is exp(1 - r/h), with r the length of the reference "
    "and h that of the hypothesis.",
    book="05_evaluation#bleu-by-hand",
)


@q1.case("the first half")
def _first_half(answer: Answer) -> None:
    answer().near(100 * math.exp(-1), within=1.0)


q2 = Question(
    "11.q2",
    "Matches, clipped",
    "function",
    hint="Count the n-grams of both. Of each, the smaller of the two counts are matches.",
    book="05_evaluation#bleu-by-hand",
    withheld=(f"{OVERLAP}.corpus_bleu", f"{OVERLAP}.sentence_bleu"),
)


def _grams(text: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1))


def _asks_matches(answer: Answer, hypothesis: str, reference: str, n: int) -> None:
    own, other = hypothesis.split(), reference.split()
    grams = _grams(own, n)
    expected = ((grams & _grams(other, n)).total(), grams.total())
    answer(own, other, n).equals(expected)


@q2.case(
    "again",
    hint="The reference says it once, so one of the four is a match, and four is what there is.",
)
def _again(answer: Answer) -> None:
    _asks_matches(answer, "sea sea sea sea", "the sea", 1)


@q2.case("pairs")
def _pairs(answer: Answer) -> None:
    _asks_matches(answer, "the moon over the sea", "the moon is over the sea", 2)


@q2.case("twice", hint="Said twice and had twice: both are matches.")
def _twice(answer: Answer) -> None:
    _asks_matches(answer, "the sea the sea", "the sea and the sea", 1)


@q2.case("order", hint="(sea, the) and (the, sea) are different pairs.")
def _other_order(answer: Answer) -> None:
    _asks_matches(answer, "sea the", "the sea", 2)


@q2.case("long reference", hint="Divide by what the hypothesis has, not by what it might have.")
def _long_reference(answer: Answer) -> None:
    _asks_matches(answer, "the sea", "the sea and the sky and the land", 1)


@q2.case("short", hint="A text of one word has no pair: (0, 0).")
def _short(answer: Answer) -> None:
    _asks_matches(answer, "sea", "the sea", 2)


@q2.case("many")
def _many_matches(answer: Answer) -> None:
    rng = np.random.default_rng(1102)
    for n in (1, 2, 3):
        own, other = (" ".join(rng.choice(["a", "b", "c"], size)) for size in (14, 11))
        _asks_matches(answer, own, other, n)


q3 = Question(
    "11.q3",
    "BLEU of a corpus",
    "function",
    hint="Sum matches, totals and lengths over the texts, and then divide, once. The precisions "
    "go into a geometric mean: the exponential of the mean of their logarithms.",
    book="05_evaluation#bleu-by-hand",
    withheld=(f"{OVERLAP}.corpus_bleu", f"{OVERLAP}.sentence_bleu"),
)


def _bleu(texts: list[Counted]) -> float:
    """The reference."""
    matches = np.sum([text[0] for text in texts], axis=0)
    totals = np.sum([text[1] for text in texts], axis=0)
    if not matches.all():
        return 0.0
    length, reference = sum(text[2] for text in texts), sum(text[3] for text in texts)
    logs = np.log(matches / totals)
    return 100 * math.exp(min(0.0, 1 - reference / length)) * math.exp(float(logs.mean()))


def _asks_bleu(answer: Answer, texts: list[Counted]) -> None:
    answer(texts).equals(_bleu(texts))


@q3.case("one text", hint="The fourth root of the product of four precisions, times 100.")
def _one_text(answer: Answer) -> None:
    _asks_bleu(answer, [([6, 3, 2, 1], [8, 7, 6, 5], 8, 8)])


@q3.case("all of it right")
def _all_right(answer: Answer) -> None:
    _asks_bleu(answer, [([8, 7, 6, 5], [8, 7, 6, 5], 8, 8)])


@q3.case("too short", hint="Four words of eight, all right: the penalty is exp(1 - 8/4).")
def _too_short(answer: Answer) -> None:
    _asks_bleu(answer, [([4, 3, 2, 1], [4, 3, 2, 1], 4, 8)])


@q3.case("too long", hint="There is no penalty for length: the precisions have paid for it.")
def _too_long(answer: Answer) -> None:
    _asks_bleu(answer, [([8, 7, 6, 5], [16, 15, 14, 13], 16, 8)])


@q3.case("no match", hint="A product with a 0 in it is 0.")
def _no_match(answer: Answer) -> None:
    _asks_bleu(answer, [([5, 2, 1, 0], [8, 7, 6, 5], 8, 8)])


@q3.case("two", hint="Sum over the texts first. The long text weighs more than the short.")
def _two_texts(answer: Answer) -> None:
    _asks_bleu(
        answer,
        [([18, 15, 12, 9], [20, 19, 18, 17], 20, 20), ([4, 2, 1, 1], [8, 7, 6, 5], 8, 8)],
    )


@q3.case("without", hint="It costs matches, but does not make the corpus 0.")
def _without(answer: Answer) -> None:
    _asks_bleu(
        answer,
        [([9, 8, 7, 6], [10, 9, 8, 7], 10, 10), ([0, 0, 0, 0], [6, 5, 4, 3], 6, 6)],
    )


@q3.case("many")
def _many_bleu(answer: Answer) -> None:
    rng = np.random.default_rng(1103)
    for size in (1, 4):
        texts: list[Counted] = []
        for length in (int(x) for x in rng.integers(8, 20, size)):
            totals = [length - n for n in range(4)]
            matches = [int(rng.integers(1, total)) for total in totals]
            texts.append((matches, totals, length, length + int(rng.integers(1, 6))))
        _asks_bleu(answer, texts)


q4 = Question(
    "11.q4",
    "Measure: the same poet, less varied",
    "measure",
    hint="Cut each poem to 40 words, list the pairs inside each, put the lists together: different "
    "pairs of the whole set over all pairs.",
    book="05_evaluation#same-length",
    withheld=(f"{DIVERSITY}.distinct_n",),
)

SIZES = (10, 100, 300)
PARTS = tuple(f"distinct-2 of {size} poems" for size in SIZES)


@cache
def _distinct(size: int) -> float:
    """The reference."""
    cut = [words(poem)[:40] for poem in verse.sample(300, seed=5, language="en")[:size]]
    pairs = [pair for row in cut for pair in pairwise(row)]
    return len(set(pairs)) / len(pairs)


@q4.case("ten poems")
def _ten(answer: Answer) -> None:
    answer().part(0, PARTS).near(_distinct(SIZES[0]), within=0.002)


@q4.case("a hundred poems")
def _hundred(answer: Answer) -> None:
    answer().part(1, PARTS).near(_distinct(SIZES[1]), within=0.002)


@q4.case("all poems")
def _all_poems(answer: Answer) -> None:
    answer().part(2, PARTS).near(_distinct(SIZES[2]), within=0.002)


q5 = Question(
    "11.q5",
    "How alike are they?",
    "function",
    hint="For each text: of each of its n-grams, the largest count in any one of the others; the "
    "smaller of that and its own count are matches. Divide by its own n-grams.",
    book="05_evaluation#self-bleu",
    withheld=(f"{DIVERSITY}.self_bleu",),
)


def _likeness(texts: Texts, n: int) -> float:
    """The reference."""
    counts = [_grams(text, n) for text in texts]
    shares = []
    for i, own in enumerate(counts):
        most: Counter[tuple[str, ...]] = Counter()
        for j, other in enumerate(counts):
            if j != i:
                most |= other
        shares.append((own & most).total() / own.total())
    return math.fsum(shares) / len(shares)


def _asks_likeness(answer: Answer, texts: list[str], n: int) -> None:
    rows = [text.split() for text in texts]
    answer(rows, n).equals(_likeness(rows, n))


@q5.case("the same", hint="Texts that are all alike have 1: higher is less varied.")
def _same(answer: Answer) -> None:
    _asks_likeness(answer, ["the sea is calm"] * 3, 2)


@q5.case("apart", hint="A text is no reference of itself: what only it has is no match.")
def _nothing(answer: Answer) -> None:
    _asks_likeness(answer, ["the sea is calm", "a bird flew by"], 1)


@q5.case("some shared", hint="Each has two of its three words in common with the other.")
def _some(answer: Answer) -> None:
    _asks_likeness(answer, ["the calm sea", "the calm sky"], 1)


@q5.case("three texts", hint="All the others are references together, not one after the other.")
def _three(answer: Answer) -> None:
    _asks_likeness(answer, ["sea sky", "sea moon", "sky moon"], 1)


@q5.case("once each", hint="Two others have it once each. One alone has it once: one match.")
def _once_in_each(answer: Answer) -> None:
    _asks_likeness(answer, ["sea sea sea", "the sea", "a sea"], 1)


@q5.case("lengths", hint="The share of each text first, then the mean: every text counts the same.")
def _lengths(answer: Answer) -> None:
    _asks_likeness(answer, ["the sea", "the sea and the wide sky above it"], 1)


@q5.case("many")
def _many_likeness(answer: Answer) -> None:
    rng = np.random.default_rng(1105)
    texts = [" ".join(rng.choice(["a", "b", "c", "d"], size)) for size in (5, 12, 8, 9)]
    for n in (1, 2, 3):
        _asks_likeness(answer, texts, n)
