"""Checks of exercise 05, questions 1 to 4: perplexity, bigrams, maximum likelihood, add-k."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

END = "<end>"
"""What the notebook writes for the end of a document: read first, predicted last."""

Bigrams = Counter[tuple[str, str]]

LIKELIHOOD = (
    "course_lib.evaluation.likelihood.Likelihood",
    "course_lib.evaluation.likelihood.evaluate",
)
MODELS = (
    "course_lib.models.ngram.Unigram",
    "course_lib.models.ngram.AddKNgram",
    "course_lib.models.ngram.KneserNey",
)
"""Symbols that are withheld; the checks compute with references of their own."""


def draw(rng: np.random.Generator, n_documents: int, n_types: int) -> list[list[str]]:
    """Documents of a few letters each, the early ones common.

    Args:
        rng: the source of chance.
        n_documents: how many documents.
        n_types: how many different letters there may be.

    Returns:
        The documents; one of them may be empty.
    """
    sizes = rng.integers(0, 9, n_documents)
    ranks = [(n_types ** rng.random(size)).astype(int) - 1 for size in sizes]
    return [[chr(97 + int(rank)) for rank in row] for row in ranks]


def bigrams(documents: Sequence[Sequence[str]]) -> Bigrams:
    """The reference: how often each pair of neighbours occurs, the ends included.

    Args:
        documents: the tokens of each document, without its end.

    Returns:
        The count of each pair.
    """
    return Counter(pair for tokens in documents for pair in pairwise([END, *tokens, END]))


def text_of(counts: Bigrams) -> str:
    """Bigrams in their own order and without the frame of a Counter.

    Args:
        counts: how often each pair occurs.

    Returns:
        The counts as text, for the student to repeat.
    """
    inside = ", ".join(f"{pair}: {count}" for pair, count in counts.items())
    return f"Counter({{{inside}}})"


q1 = Question(
    "05.q1",
    "Predict a perplexity",
    "predict",
    hint="The surprise of an even choice among n is log n. Take the mean of the surprises, then "
    "its exponential.",
    book="02_ngrams#ngrams-perplexity",
)


@q1.case("every second token")
def _every_second(answer: Answer) -> None:
    answer().near(math.exp((math.log(900) + math.log(1)) / 2), within=0.5)


q2 = Question(
    "05.q2",
    "Count bigrams, ends included",
    "function",
    hint="Put END at both sides of each document, and count the neighbours.",
    book="02_ngrams#ngrams-counting",
    withheld=(
        *MODELS,
        "course_lib.corpus.ngrams.ngrams",
        "course_lib.corpus.ngrams.ngram_counts",
    ),
)


@q2.case("one document", hint="n tokens give n + 1 pairs. A pair counts each time it occurs.")
def _one_document(answer: Answer) -> None:
    answer([["a", "sea", "a", "sea"]]).equals(bigrams([["a", "sea", "a", "sea"]]))


@q2.case("beginning", hint="The first token is predicted, too: END is read before it.")
def _beginning(answer: Answer) -> None:
    result = answer([["sea"], ["sea"], ["sky"]])
    for word, count in (("sea", 2), ("sky", 1)):
        got = result.value.get((END, word)) if isinstance(result.value, dict) else None
        result.require(
            got == count,
            f"{count} for the pair {(END, word)}",
            got=f"{got}" if isinstance(result.value, dict) else "",
        )


@q2.case("no crossing", hint="The last word of a document has END after it, nothing else.")
def _no_pair_crosses(answer: Answer) -> None:
    answer([["a", "b"], ["c"]]).equals(bigrams([["a", "b"], ["c"]]))


@q2.case("empty document", hint="Who reads END may find END at once: that is a prediction.")
def _empty_document(answer: Answer) -> None:
    answer([["a"], []]).equals(bigrams([["a"], []]))


@q2.case("mixture")
def _many_documents(answer: Answer) -> None:
    rng = np.random.default_rng(502)
    for n_types in (2, 3, 5):
        documents = draw(rng, 5, n_types)
        answer(documents).equals(bigrams(documents))


q3 = Question(
    "05.q3",
    "Maximum likelihood, and one zero",
    "function",
    hint="The probability of a pair is its count, divided by the counts of all pairs that begin "
    "with the same token.",
    book="02_ngrams#ngrams-zero",
    withheld=MODELS,
)

SHORE = bigrams([["the", "sea"], ["the", "sea"], ["the", "sky"], ["a", "sea", "sky"]])


PAGE: Bigrams = Counter(
    {(END, "the"): 3, ("the", "sea"): 2, ("the", "sky"): 1, ("sea", END): 1, ("sky", END): 4}
)
"""Of whole documents, as many pairs begin with a word as end with it. Not so here: a surprise that
divides by the wrong ones comes out wrong."""


def _nats(counts: Bigrams, document: Sequence[str]) -> float:
    """The reference: surprisal of a document, its end included."""
    total = 0.0
    for previous, token in pairwise([END, *document, END]):
        if not counts[previous, token]:
            return math.inf
        seen = sum(count for (first, _), count in counts.items() if first == previous)
        total -= math.log(counts[previous, token] / seen)
    return total


def _asks_nats(answer: Answer, document: list[str], counts: Bigrams = SHORE) -> None:
    shown = f"{answer.name}({text_of(counts)}, {document})"
    answer(counts, document, shown=shown).equals(_nats(counts, document))


@q3.case("seen pairs", hint="c(v, w) over all that begins with v. The end is predicted, too.")
def _seen_pairs(answer: Answer) -> None:
    _asks_nats(answer, ["the", "sea"])
    _asks_nats(answer, ["a", "sea"])
    _asks_nats(answer, ["the", "sea"], PAGE)


@q3.case(
    "a zero", hint="The logarithm falls without bound towards 0: one zero costs math.inf nats."
)
def _a_zero(answer: Answer) -> None:
    _asks_nats(answer, ["a", "sky"])


@q3.case("zero at the end", hint="The end is predicted as any other token.")
def _zero_at_the_end(answer: Answer) -> None:
    _asks_nats(answer, ["the", "sea", "the"])
    _asks_nats(answer, [])


@q3.case("unknown word", hint="After a word that was never seen, nothing was ever seen: inf.")
def _unknown(answer: Answer) -> None:
    _asks_nats(answer, ["the", "gromble"])


@q3.case("many documents")
def _many_nats(answer: Answer) -> None:
    rng = np.random.default_rng(503)
    for n_types in (2, 6):
        documents = draw(rng, 30, n_types)
        counts = bigrams(documents[4:])
        for document in documents[:8]:
            shown = f"{answer.name}(the bigrams of 26 documents, {document})"
            answer(counts, document, shown=shown).equals(_nats(counts, document))


q4 = Question(
    "05.q4",
    "Add-k",
    "function",
    hint="Each of the V tokens of the vocabulary gets k counts more. How much does the sum grow?",
    book="02_ngrams#ngrams-add-k",
    withheld=MODELS,
)


def _add_k(counts: Bigrams, previous: str, vocabulary: Sequence[str], k: float) -> dict[str, float]:
    """The reference: the distribution after one token."""
    seen = sum(count for (first, _), count in counts.items() if first == previous)
    total = seen + k * len(vocabulary)
    return {token: (counts[previous, token] + k) / total for token in vocabulary}


WORDS = [END, "a", "the", "sea", "sky", "gull"]


def _asks_add_k(answer: Answer, previous: str, k: float) -> None:
    shown = f"{answer.name}({text_of(SHORE)}, {previous!r}, {WORDS}, {k})"
    answer(SHORE, previous, WORDS, k, shown=shown).equals(_add_k(SHORE, previous, WORDS, k))


@q4.case("k = 1")
def _add_one(answer: Answer) -> None:
    _asks_add_k(answer, "the", 1)


@q4.case("a smaller k", hint="With k = 0.5, each count grows by 0.5 and the sum by 0.5 * V.")
def _add_half(answer: Answer) -> None:
    _asks_add_k(answer, END, 0.5)


@q4.case("sums to one", hint="V is the size of the vocabulary: seen and unseen tokens alike.")
def _add_k_sums(answer: Answer) -> None:
    for previous, k in (("the", 1), ("sea", 0.25), ("gull", 2)):
        shown = f"{answer.name}({text_of(SHORE)}, {previous!r}, {WORDS}, {k})"
        result = answer(SHORE, previous, WORDS, k, shown=shown)
        result.require(isinstance(result.value, dict), "a dict: a probability for each token")
        result.require(set(result.value) == set(WORDS), f"a probability for each of {WORDS}")
        total = sum(result.value.values())
        result.require(
            math.isclose(total, 1.0, rel_tol=1e-9),
            "probabilities that sum to 1",
            got=f"a sum of {total:.7g}",
        )


@q4.case("unseen history", hint="Without any count, k decides alone: every token is as likely.")
def _add_k_unseen(answer: Answer) -> None:
    _asks_add_k(answer, "gull", 0.5)


@q4.case("many counts")
def _many_add_k(answer: Answer) -> None:
    rng = np.random.default_rng(504)
    vocabulary = [END, *"abcdefgh"]
    for k in (0.01, 1, 10):
        counts = bigrams(draw(rng, 40, 7))
        for previous in (END, "a", "h"):
            shown = f"{answer.name}(the bigrams of 40 documents, {previous!r}, {vocabulary}, {k})"
            result = answer(counts, previous, vocabulary, k, shown=shown)
            result.equals(_add_k(counts, previous, vocabulary, k))
