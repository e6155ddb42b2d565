"""A corpus in figures: sizes, sentence lengths, vocabulary growth, coverage.

A *token* is one occurrence of a word or mark, a *type* one of the different tokens. What counts as
a token is the caller's choice: ``tokens`` (words and marks) unless told, or ``words`` alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.corpus.corpus import Corpus
from course_lib.corpus.keywords import Keyword, keywords
from course_lib.corpus.laws import HeapsFit, ZipfFit, heaps_fit, zipf_fit
from course_lib.corpus.ngrams import Pattern, ngram_counts, ngrams, patterns, to_ids
from course_lib.corpus.table import Table
from course_lib.corpus.words import sentences, tokens

__all__ = [
    "CorpusStats",
    "HeapsFit",
    "Keyword",
    "Pattern",
    "ZipfFit",
    "coverage",
    "describe",
    "heaps_fit",
    "keywords",
    "ngram_counts",
    "ngrams",
    "patterns",
    "running_tokens",
    "sentence_lengths",
    "standardised_ttr",
    "type_token_curve",
    "zipf_fit",
]

Tokenize = Callable[[str], list[str]]
QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class CorpusStats:
    """The figures of a corpus.

    Args:
        name: the corpus.
        documents: number of documents.
        bytes: their size in UTF-8.
        characters: their size in code points.
        tokens: running tokens.
        types: different tokens, case kept.
        hapaxes: types that occur once.
        standardised_ttr: mean type/token ratio of stretches of 1,000 tokens; None if the corpus is
            shorter. Unlike types / tokens it does not fall with the length of the corpus.
        sentences: number of sentences.
        sentence_mean: mean length of a sentence, tokens.
        sentence_quantiles: length in tokens that 5, 25, 50, 75 and 95 % of sentences do not exceed.
        alphabet: how often each character occurs.
    """

    name: str
    documents: int
    bytes: int
    characters: int
    tokens: int
    types: int
    hapaxes: int
    standardised_ttr: float | None
    sentences: int
    sentence_mean: float
    sentence_quantiles: tuple[float, ...]
    alphabet: Counter[str]

    @property
    def type_token_ratio(self) -> float:
        """Types over tokens; compare it only between texts of one length."""
        return self.types / self.tokens

    @property
    def sentence_median(self) -> float:
        """Median length of a sentence, tokens."""
        return self.sentence_quantiles[QUANTILES.index(50)]

    def as_dict(self) -> dict[str, str | int | float | list[float] | None]:
        """The figures by name, fit for JSON; of the alphabet only its size."""
        own = {k: v for k, v in vars(self).items() if k not in ("alphabet", "sentence_quantiles")}
        return {
            **own,
            "type_token_ratio": self.type_token_ratio,
            "sentence_quantiles": list(self.sentence_quantiles),
            "alphabet": len(self.alphabet),
        }

    def as_table(self) -> Table:
        """One row a figure."""
        quantiles = zip(QUANTILES, self.sentence_quantiles, strict=True)
        rows: list[tuple[str, str | int | float]] = [
            ("documents", self.documents),
            ("bytes (UTF-8)", self.bytes),
            ("characters", self.characters),
            ("different characters", len(self.alphabet)),
            ("tokens", self.tokens),
            ("types", self.types),
            ("types that occur once", self.hapaxes),
            ("types / tokens", self.type_token_ratio),
            ("types / tokens in 1,000 tokens", self.standardised_ttr or "too short"),
            ("sentences", self.sentences),
            ("mean sentence, tokens", self.sentence_mean),
            *((f"{q} % of sentences, tokens up to", value) for q, value in quantiles),
        ]
        return Table((self.name, ""), rows)

    def __str__(self) -> str:
        return str(self.as_table())

    def _repr_html_(self) -> str:
        return self.as_table()._repr_html_()


def describe(corpus: Corpus, tokenize: Tokenize = tokens) -> CorpusStats:
    """Compute the figures of a corpus.

    Args:
        corpus: the documents.
        tokenize: what counts as a token: ``tokens`` or ``words``.

    Raises:
        ValueError: the corpus has no token.
    """
    running, _ = running_tokens(corpus, tokenize)
    lengths = np.concatenate([sentence_lengths(text, tokenize) for text in corpus])
    counts = Counter(running)
    alphabet: Counter[str] = Counter()
    for text in corpus:
        alphabet.update(text)
    return CorpusStats(
        name=corpus.name,
        documents=len(corpus),
        bytes=corpus.n_bytes,
        characters=alphabet.total(),
        tokens=len(running),
        types=len(counts),
        hapaxes=sum(count == 1 for count in counts.values()),
        standardised_ttr=standardised_ttr(running) if len(running) >= 1000 else None,
        sentences=len(lengths),
        sentence_mean=float(lengths.mean()),
        sentence_quantiles=tuple(float(q) for q in np.percentile(lengths, QUANTILES)),
        alphabet=alphabet,
    )


def running_tokens(corpus: Corpus, tokenize: Tokenize = tokens) -> tuple[list[str], list[int]]:
    """The tokens of all documents in one list, and where each document begins.

    Args:
        corpus: the documents.
        tokenize: what counts as a token.

    Returns:
        The tokens, and the position of the first token of each document. Equal tokens are one
        object, so a long corpus costs eight bytes a token.

    Raises:
        ValueError: the corpus has no token.
    """
    running: list[str] = []
    starts: list[int] = []
    once: dict[str, str] = {}
    for text in corpus:
        starts.append(len(running))
        running += [once.setdefault(token, token) for token in tokenize(text)]
    if not running:
        raise ValueError(f"corpus {corpus.name!r} has no token to count")
    return running, starts


def sentence_lengths(text: str, tokenize: Tokenize = tokens) -> NDArray[np.int64]:
    """Length of each sentence of a text in tokens; a sentence without a token is left out.

    Args:
        text: any string.
        tokenize: what counts as a token.

    Returns:
        The lengths in order, shape (number of sentences,).

    >>> sentence_lengths("Yes. I think so! …")
    array([2, 4, 1])
    """
    lengths = np.array([len(tokenize(sentence)) for sentence in sentences(text)], np.int64)
    return lengths[lengths > 0]


def standardised_ttr(tokens: Sequence[str], window: int = 1000) -> float:
    """Mean type/token ratio over consecutive stretches of one length.

    The plain ratio falls as a text grows, since common words return; a fixed length makes texts
    comparable. The last stretch is left out if it is shorter.

    Args:
        tokens: the running tokens.
        window: tokens in a stretch.

    Returns:
        A ratio in (0, 1].

    Raises:
        ValueError: fewer tokens than one stretch.

    >>> standardised_ttr(["a", "b", "a", "a", "c"], window=2)
    0.75
    """
    if not 1 <= window <= len(tokens):
        raise ValueError(f"window must be from 1 to the {len(tokens)} tokens, got {window}")
    starts = range(0, len(tokens) - window + 1, window)
    return float(np.mean([len(set(tokens[start : start + window])) / window for start in starts]))


def type_token_curve(
    tokens: Sequence[str], points: int = 50
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many types the first tokens of a text hold, for growing stretches.

    Args:
        tokens: the running tokens, at least one.
        points: number of stretches at most, at least 2; their lengths grow by a constant factor.

    Returns:
        Numbers of tokens, the last of them all there are, and numbers of types; equal shapes.

    Raises:
        ValueError: no token, or fewer than two points.

    >>> type_token_curve("a rose is a rose is a rose".split(), points=3)
    (array([1, 3, 8]), array([1, 3, 3]))
    """
    if not tokens:
        raise ValueError("a curve needs at least one token, got none")
    if points < 2:
        raise ValueError(f"points must be at least 2, the first token and all; got {points}")
    n_tokens = np.unique(np.geomspace(1, len(tokens), points).round().astype(np.int64))
    ids, _ = to_ids(tokens)
    # Types are numbered as they first occur, so the types so far are the largest id so far, plus 1.
    n_types = np.maximum.accumulate(ids) + 1
    return n_tokens, n_types[n_tokens - 1]


def coverage(
    counts: Mapping[Any, int],
    sizes: Sequence[int],
    held_out: Mapping[Any, int] | None = None,
) -> NDArray[np.float64]:
    """Share of running tokens that the commonest types cover.

    Args:
        counts: how often each type occurs in the text that the vocabulary is chosen from.
        sizes: vocabulary sizes V; a size beyond the number of types takes them all.
        held_out: counts in the text to cover; the same text if not given. On its own text a
            vocabulary always ends at 1, on another at 1 minus the share of unseen tokens.

    Returns:
        The shares, shape (len(sizes),). Of equally common types the first in ``counts`` goes first.

    Raises:
        ValueError: no token to cover, or a negative size.

    >>> coverage(Counter("a rose is a rose".split()), [1, 2, 9], held_out=Counter(["a", "pen"]))
    array([0.5, 0.5, 0.5])
    """
    target = counts if held_out is None else held_out
    total = sum(target.values())
    if total == 0:
        raise ValueError("the text to cover has no token")
    if min(sizes, default=0) < 0:
        raise ValueError(f"a vocabulary size cannot be negative, got {min(sizes)}")
    ranked = sorted(counts, key=lambda word: -counts[word])
    covered = np.cumsum([0, *(target.get(word, 0) for word in ranked)])
    return covered[np.minimum(sizes, len(ranked)).astype(np.int64)] / total
