"""How varied texts are, and how much they repeat, counted in tokens.

Everything here takes sequences of tokens: words, marks or ids, anything that can be compared and
counted. None takes a string. A string is a sequence too, of characters, and counting them by
mistake shows a fluent text as one that repeats itself: English has few letters and many words.

What a token is changes every number, and so does length: a long text has said its commonest words
many times. Compare only texts of one length (``length=``), cut into tokens in one way, and give n
beside the number.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from course_lib.corpus.ngrams import ngrams
from course_lib.errors import EvaluationError
from course_lib.evaluation.overlap import EPSILON, MAX_ORDER, Smoothing, check_smoothing

Tokens = Iterable[Hashable]
"""Words, marks or ids, in a list or an array; not a string."""


@dataclass(frozen=True)
class ConsecutiveRepeats:
    """How often a text says a token twice in a row.

    Args:
        share: of the tokens that have one before them, those that equal it; 0 if there are none.
        longest_run: tokens in the longest run of equal ones, at least 1.
    """

    share: float
    longest_run: int


def distinct_n(sequences: Iterable[Tokens], n: int, *, length: int | None = None) -> float:
    """Distinct-n: the share of different n-grams among all n-grams of a set of texts.

    It falls with the number of texts, as common n-grams return, and mostly with their length, too:
    a model that stops early looks more varied than one that goes on. Where texts begin more alike
    than they go on, a large set of short texts looks poorer instead. Cut all texts to one length,
    and compare sets of one size. The paper divides by the number of tokens instead of n-grams,
    which differs little for long texts.

    Args:
        sequences: the texts as tokens; no n-gram runs from one into the next.
        n: tokens in an n-gram.
        length: first tokens of each text to look at; all if not given.

    Returns:
        Above 0, at most 1; 1 if no n-gram occurs twice.

    Raises:
        EvaluationError: no text, one that is a string, one shorter than ``length``, n below 1, or
            no n-gram in any text. A text shorter than n, among others, has none and counts nothing.

    Source: J. Li and others (2016), A Diversity-Promoting Objective Function for Neural
    Conversation Models, N16-1014.

    >>> texts = ["the sea the sea".split(), "the sky".split()]
    >>> distinct_n(texts, 1), distinct_n(texts, 2)
    (0.5, 0.75)
    >>> distinct_n(texts, 1, length=2)
    0.75
    """
    counts = _counts(sequences, n, length)
    return len(counts) / counts.total()


def ngram_entropy(sequences: Iterable[Tokens], n: int, *, length: int | None = None) -> float:
    """Entropy in bits of the n-grams of a set of texts: how evenly they are used.

    Unlike ``distinct_n`` it tells a set in which one n-gram makes up half of all from one in which
    all are about as frequent. It cannot exceed log2 of the number of n-grams counted, so it grows
    with the size of the set.

    Args:
        sequences: the texts as tokens; no n-gram runs from one into the next.
        n: tokens in an n-gram.
        length: first tokens of each text to look at; all if not given.

    Returns:
        Bits, from 0 (always the same n-gram) up.

    Raises:
        EvaluationError: as for ``distinct_n``.

    Source: Y. Zhang and others (2018), Generating Informative and Diverse Conversational Responses
    via Adversarial Information Maximization, arXiv:1809.05972 (there in nats, for n = 4).

    >>> ngram_entropy([["a", "b"], ["a", "c"]], 1)
    1.5
    """
    counts = _counts(sequences, n, length)
    total = counts.total()
    return math.fsum(k / total * math.log2(total / k) for k in counts.values())


def self_bleu(
    texts: Iterable[Tokens],
    *,
    max_order: int = MAX_ORDER,
    smoothing: Smoothing = "epsilon",
) -> float:
    """Mean BLEU of each text with all others as its references.

    HIGHER MEANS LESS DIVERSE: 100 if all texts are the same, near 0 if they share few n-grams. It
    grows with the number of texts, for each has more references then, and with their length.

    An n-gram of a text finds its match in whichever other text has it most often. That is the
    highest count of all texts, or the second highest for the text that holds the highest. So one
    pass that keeps the two highest counts of each n-gram is enough, and the time grows with the
    number of tokens, not with its square as that of a BLEU of each text against all others.

    Args:
        texts: the texts as tokens, at least two.
        max_order: longest n-grams looked at.
        smoothing: as for ``overlap.sentence_bleu``.

    Returns:
        From 0 to 100.

    Raises:
        EvaluationError: fewer than two texts, one that is a string or has fewer tokens than
            ``max_order`` (its BLEU would say nothing), or settings that there are not.

    Source: Y. Zhu and others (2018), Texygen: A Benchmarking Platform for Text Generation Models,
    arXiv:1802.01886.

    >>> same, other = "the sea is calm today".split(), "a bird flew over it".split()
    >>> self_bleu([same, same]), self_bleu([same, other])
    (100.0, 0.0)
    """
    check_smoothing(smoothing, max_order)
    rows = _rows(texts)
    if len(rows) < 2:
        raise EvaluationError(f"self-BLEU compares texts with one another; got {len(rows)} of them")
    for i, row in enumerate(rows):
        if len(row) < max_order:
            raise EvaluationError(
                f"text {i} has {len(row)} tokens, and BLEU looks at runs of {max_order}; leave it "
                "out, or lower max_order"
            )
    matches = [_matches_with_others(rows, n) for n in range(1, max_order + 1)]
    lengths = Counter(map(len, rows))
    scores = [
        _bleu([of_order[i] for of_order in matches], len(row), lengths, smoothing)
        for i, row in enumerate(rows)
    ]
    return 100 * math.fsum(scores) / len(scores)


def repeated_ngrams(sequence: Tokens, n: int) -> float:
    """Share of the n-grams of one text that occurred in it before.

    Of people's texts, the share of repeated words is high and that of repeated 4-grams is near 0; a
    text that goes round in circles shows in the 4-grams. It grows with length: compare texts of
    one length.

    Args:
        sequence: the text as tokens.
        n: tokens in an n-gram.

    Returns:
        From 0 to below 1.

    Raises:
        EvaluationError: a string, a text shorter than n, or n below 1.

    Source: S. Welleck and others (2020), Neural Text Generation with Unlikelihood Training,
    arXiv:1908.04319 (seq-rep-n).

    >>> text = "I do not know I do not know".split()
    >>> repeated_ngrams(text, 1), repeated_ngrams(text, 4)
    (0.5, 0.2)
    """
    counts = _counts([_tokens(sequence, "the sequence")], n, None)
    return (counts.total() - len(counts)) / counts.total()


def consecutive_repeats(sequence: Tokens) -> ConsecutiveRepeats:
    """How often a token equals the one just before it, and the longest run of equal tokens.

    Args:
        sequence: the text as tokens, at least one.

    Returns:
        The share and the run.

    Raises:
        EvaluationError: a string, or no token.

    >>> consecutive_repeats("no no no more rain rain".split())
    ConsecutiveRepeats(share=0.6, longest_run=3)
    """
    tokens = _tokens(sequence, "the sequence")
    if not tokens:
        raise EvaluationError("the sequence has no token; expected at least one")
    runs = [len(list(run)) for _, run in groupby(tokens)]
    pairs = len(tokens) - 1
    return ConsecutiveRepeats((len(tokens) - len(runs)) / pairs if pairs else 0.0, max(runs))


def _tokens(sequence: Iterable[Any], name: str) -> list[Any]:
    if isinstance(sequence, str | bytes):
        raise EvaluationError(
            f"{name} is a string, {sequence[:20]!r}, and would be counted by characters; split it "
            "into tokens first, for instance with course_lib.corpus.words.words"
        )
    try:
        return list(sequence)
    except TypeError:
        raise EvaluationError(
            f"{name} is {sequence!r}; expected a list of tokens, so that several texts are a list "
            "of lists"
        ) from None


def _rows(sequences: Iterable[Tokens]) -> list[list[Any]]:
    return [
        _tokens(row, f"text {i}") for i, row in enumerate(_tokens(sequences, "the set of texts"))
    ]


def _counts(sequences: Iterable[Tokens], n: int, length: int | None) -> Counter[tuple[Any, ...]]:
    if n < 1:
        raise EvaluationError(f"n must be at least 1, got {n}")
    if length is not None and length < n:
        raise EvaluationError(f"length must be at least n, {n}, got {length}")
    rows = _rows(sequences)
    for i, row in enumerate(rows):
        if length is not None and len(row) < length:
            raise EvaluationError(
                f"text {i} has {len(row)} tokens, fewer than length={length}; leave it out, or "
                "take a smaller length for all"
            )
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counts.update(ngrams(row[:length], n))
    if not counts:
        raise EvaluationError(
            f"no n-gram to count: of {len(rows)} texts the longest has "
            f"{max(map(len, rows), default=0)} tokens, and n is {n}"
        )
    return counts


def _matches_with_others(rows: list[list[Any]], n: int) -> list[int]:
    """For each text, how many of its n-grams another text has, as often as that one has them."""
    counts = [Counter(ngrams(row, n)) for row in rows]
    highest: Counter[tuple[Any, ...]] = Counter()
    second: Counter[tuple[Any, ...]] = Counter()
    for of_text in counts:
        for gram, count in of_text.items():
            if count > highest[gram]:
                highest[gram], second[gram] = count, highest[gram]
            elif count > second[gram]:
                second[gram] = count
    # The text with the highest count is held to the second; no other has more than the second.
    return [sum(min(k, second[gram]) for gram, k in of_text.items()) for of_text in counts]


def _bleu(matches: list[int], length: int, lengths: Counter[int], smoothing: Smoothing) -> float:
    """BLEU, from 0 to 1, of a text of which the matches of order 1, 2, … are known."""
    if not matches[0] or (smoothing == "none" and not all(matches)):
        return 0.0
    logs = []
    for n, matched in enumerate(matches, start=1):
        total: float = length - n + 1
        count: float = matched
        if smoothing == "add-one" and n > 1:
            count, total = count + 1, total + 1
        logs.append(math.log((count or EPSILON) / total))
    # Of the other texts, the length nearest to this one's, and of two the shorter.
    others = (other for other, k in lengths.items() if k > (other == length))
    nearest = min(others, key=lambda other: (abs(other - length), other))
    return math.exp(min(0.0, 1 - nearest / length) + math.fsum(logs) / len(logs))
