"""Checks of exercise 05, questions 7 to 10: perplexity, bits, a fair comparison, sampling."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.corpus.split import split
from course_lib.grading.answer import Answer
from course_lib.grading.checks.x05_counts import END, LIKELIHOOD
from course_lib.grading.compare import chi_square_p, difference
from course_lib.grading.question import Question

q7 = Question(
    "05.q7",
    "Find the bug: a perplexity that depends on the page breaks",
    "bug",
    hint="Every token counts once: add up all surprises, divide by the number of all tokens, and "
    "take the exponential last.",
    book="02_ngrams#ngrams-perplexity",
    withheld=LIKELIHOOD,
)


def _perplexity(documents: Sequence[Sequence[float]]) -> float:
    """The reference: exponential of the mean surprise of all tokens."""
    every = [log_p for document in documents for log_p in document]
    return math.exp(-math.fsum(every) / len(every))


@q7.case("one document", hint="Of one document, it is exp(-mean).")
def _one_document(answer: Answer) -> None:
    answer([[math.log(1 / 2), math.log(1 / 8)]]).equals(4.0)


@q7.case("unequal lengths", hint="The longer document has more tokens, so it weighs more.")
def _long_and_short(answer: Answer) -> None:
    answer([[math.log(1 / 2)] * 3, [math.log(1 / 32)]]).equals(4.0)


@q7.case("equally long", hint="First the mean of the surprises, then one exponential.")
def _equally_long(answer: Answer) -> None:
    answer([[math.log(1 / 2)] * 2, [math.log(1 / 8)] * 2]).equals(4.0)


@q7.case("cut anew", hint="Where a document ends must make no difference.")
def _cut_anew(answer: Answer) -> None:
    log_probs = [-0.25, -1.5, -3.0, -0.5, -2.0, -0.75]
    for cut in (1, 2, 5):
        documents = [log_probs[:cut], log_probs[cut:]]
        answer(documents).equals(_perplexity([log_probs]))


@q7.case("mixture")
def _many_documents(answer: Answer) -> None:
    rng = np.random.default_rng(507)
    documents = [(-rng.exponential(2, size)).tolist() for size in (3, 500, 11)]
    answer(documents, shown=f"{answer.name}(3 documents)").equals(_perplexity(documents))


q8 = Question(
    "05.q8",
    "Bits per byte",
    "function",
    hint="One bit is ln 2 nats. Bytes are those of text.encode().",
    book="02_ngrams#ngrams-units",
    withheld=LIKELIHOOD,
)


def _bits_per_byte(log_probs: Sequence[float], text: str) -> float:
    """The reference: bits of all predictions for each byte of the text."""
    return -math.fsum(log_probs) / math.log(2) / len(text.encode())


@q8.case("plain letters")
def _plain_letters(answer: Answer) -> None:
    result = answer([math.log(1 / 4), math.log(1 / 4), math.log(1 / 16)], "ab")
    slips = {
        4 * math.log(2): "That is in nats. One nat is 1 / ln 2 bits: divide by math.log(2).",
        2.0: "The last prediction, of the end, has to be paid for as well.",
        -4.0: "A log probability is never above 0; its surprise is the same with a minus.",
    }
    hint = (text for slip, text in slips.items() if difference(result.value, slip) is None)
    result.equals(4.0, hint=next(hint, ""))


@q8.case("the end", hint="The end is predicted and paid for; it just has no byte of its own.")
def _the_end(answer: Answer) -> None:
    answer([math.log(1 / 2), math.log(1 / 8)], "a").equals(4.0)


@q8.case("accents", hint="é is one character, and two bytes in UTF-8.")
def _accents(answer: Answer) -> None:
    answer([math.log(1 / 4)] * 5, "¿Té?").equals(10 / 6)


@q8.case("long tokens", hint="Tokens may be as long as they like: divide by bytes, not by them.")
def _long_tokens(answer: Answer) -> None:
    answer([math.log(1 / 64), math.log(1 / 4)], "lighthouse at sea").equals(8 / 17)


@q8.case("many tokens")
def _many_tokens(answer: Answer) -> None:
    rng = np.random.default_rng(508)
    for text in ("a gull", "un señor con paraguas", "¡ay!"):
        log_probs = [round(float(x), 3) for x in -rng.exponential(2, len(text) + 1)]
        answer(log_probs, text).equals(_bits_per_byte(log_probs, text))


q9 = Question(
    "05.q9",
    "Measure: whose prediction is better?",
    "measure",
    hint="Both models were tested on the same text. Divide the bits of each by its bytes.",
    book="02_ngrams#ngrams-units",
    withheld=LIKELIHOOD,
)

PARTS = ("bits per byte by letters", "bits per byte by pairs", "letter of the sentence")


@cache
def _unit_bits(width: int) -> float:
    """Bits per byte of a unigram with add-one, over pieces of some characters."""
    parts = split(corpus.load("anthology", language="es"), seed=0)

    def pieces(text: str) -> list[str]:
        return [*(text[i : i + width] for i in range(0, len(text), width)), END]

    train = Counter(piece for text in parts.train for piece in pieces(text))
    test = [piece for text in parts.test for piece in pieces(text)]
    total = train.total() + len(train.keys() | set(test))
    nats = -sum(math.log((train[piece] + 1) / total) for piece in test)
    return nats / math.log(2) / sum(len(text.encode()) for text in parts.test)


@q9.case("letters")
def _letters(answer: Answer) -> None:
    answer().part(0, PARTS).near(_unit_bits(1), within=0.02)


@q9.case("pairs")
def _pairs(answer: Answer) -> None:
    answer().part(1, PARTS).near(_unit_bits(2), within=0.02)


@q9.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(2, PARTS).chooses(
        "B",
        {
            "A": "A perplexity is per token, and a pair is a bigger token than a letter: one guess "
            "among many pairs stands for two guesses among a few letters.",
            "C": "Their perplexities cannot. But both gave a probability to the same bytes, and "
            "those two probabilities can be compared.",
            "D": "Fewer predictions are no merit: whoever cuts a text into two halves makes two, "
            "and both are hopeless. What counts is what all of them cost together.",
        },
    )


q10 = Question(
    "05.q10",
    "Write with a bigram",
    "function",
    hint="Begin after END. Draw the next token by the probabilities of model[previous], again "
    "and again, until END comes.",
    book="02_ngrams#ngrams-generating",
)

TINY = {
    END: {"the": 0.75, "a": 0.25},
    "the": {"sea": 0.5, "sky": 0.25, "gull": 0.25},
    "a": {"gull": 0.875, "sea": 0.125},
    "sea": {END: 0.5, "and": 0.5},
    "sky": {END: 0.75, "and": 0.25},
    "gull": {END: 1.0},
    "and": {"the": 0.5, "a": 0.5},
}
"""What the notebook calls ``tiny``."""
TIDE = {END: {"in": 1.0}, "in": {"out": 1.0}, "out": {"in": 1.0}}
N_DRAWN = 600


def _written(answer: Answer) -> list[list[str]]:
    """Many short texts, each from a seed of its own."""
    shown = f"{answer.name}(tiny, random.Random(seed), 50), {N_DRAWN} seeds"
    texts = []
    for seed in range(N_DRAWN):
        result = answer(TINY, random.Random(seed), 50, shown=shown)
        result.require(isinstance(result.value, list | tuple), "a list of tokens")
        words = [token for token in result.value if isinstance(token, str)]
        result.require(len(words) == len(result.value), "a list of tokens, each a str")
        texts.append(words)
    return texts


def _follows(answer: Answer, seen: Counter[str], previous: str) -> None:
    """Demand that what came after one token was drawn by its probabilities."""
    wanted, result = TINY[previous], answer.last
    if result is None:  # pragma: no cover  (the answer was called just before)
        return
    odd = [token for token in seen if token not in wanted]
    shares = ", ".join(f"{token} {probability:.1%}" for token, probability in wanted.items())
    got = ", ".join(f"{token} {count / seen.total():.1%}" for token, count in seen.items())
    result.require(not odd and bool(seen), f"after {previous}: {shares}", got=got or "nothing")
    counts = [seen[token] for token in wanted]
    if len(wanted) > 1:
        p = chi_square_p(counts, list(wanted.values()))
        result.require(p > 1e-6, f"after {previous}: about {shares}", got=got)


@q10.case("the first token", hint="A text begins after END: draw from model[END].")
def _first_token(answer: Answer) -> None:
    texts = _written(answer)
    _follows(answer, Counter(text[0] if text else END for text in texts), END)


@q10.case("the next token", hint="After each token, draw from the distribution after *that* one.")
def _next_token(answer: Answer) -> None:
    texts = _written(answer)
    for previous in ("the", "a", "sea"):
        after = Counter(
            text[i + 1] if i + 1 < len(text) else END
            for text in texts
            for i, token in enumerate(text)
            if token == previous
        )
        _follows(answer, after, previous)


@q10.case("the end", hint="END ends the text; it is not part of it.")
def _no_end(answer: Answer) -> None:
    for seed in range(5):
        call = f"{answer.name}(tiny, random.Random({seed}), 50)"
        result = answer(TINY, random.Random(seed), 50, shown=call)
        result.require(END not in list(result.value), "a list without END")


@q10.case("the longest", hint="A model may never come to an end: stop after `longest` tokens.")
def _longest(answer: Answer) -> None:
    for longest in (1, 4, 7):
        call = f"{answer.name}({TIDE}, random.Random(0), {longest})"
        tokens = [("in", "out")[i % 2] for i in range(longest)]
        answer(TIDE, random.Random(0), longest, shown=call).equals(tokens)


@q10.case("chance from rng", hint="Draw with rng, and with nothing else: then a seed repeats.")
def _same_seed(answer: Answer) -> None:
    shown = f"{answer.name}(tiny, random.Random(seed), 50), each of 20 seeds twice"

    def twenty() -> list[list[str]]:
        seeds = range(20)
        return [list(answer(TINY, random.Random(s), 50, shown=shown).value) for s in seeds]

    first, again = twenty(), twenty()
    if answer.last:
        answer.last.require(first == again, "the same text for the same seed", got="another one")
