"""Split a corpus by document into training, validation and test sets, and show that none leaks.

Split first, cut windows afterwards: windows overlap, so windows of one document that are shared out
among the parts carry the same tokens to both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import regex
from numpy.typing import NDArray

from course_lib.corpus.corpus import PARTS, Corpus
from course_lib.corpus.table import Table
from course_lib.errors import CorpusError

TRIES = 100


@dataclass(frozen=True)
class Split:
    """Three parts of a corpus; every document stands in exactly one.

    Args:
        train: to learn from.
        valid: to choose settings and the moment to stop.
        test: to measure once, at the end.
    """

    train: Corpus
    valid: Corpus
    test: Corpus

    @property
    def parts(self) -> tuple[Corpus, Corpus, Corpus]:
        """The parts in order: train, valid, test."""
        return self.train, self.valid, self.test

    def as_table(self) -> Table:
        """Documents and characters of each part, and their shares."""
        characters = [sum(map(len, part)) for part in self.parts]
        documents = [len(part) for part in self.parts]
        rows = [
            (name, n, f"{n / sum(documents):.1%}", c, f"{c / sum(characters):.1%}")
            for name, n, c in zip(PARTS, documents, characters, strict=True)
        ]
        return Table(("part", "documents", "of all", "characters", "of all"), rows)

    def __str__(self) -> str:
        return str(self.as_table())

    def _repr_html_(self) -> str:
        return self.as_table()._repr_html_()


def split(
    corpus: Corpus,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    keep_order: bool = False,
) -> Split:
    """Split a corpus by document.

    The number of documents in each part is exact: the fraction, rounded so that the parts add up,
    and at least one. Documents differ in length, so of 100 seeded shuffles the one is taken that
    brings the characters of the parts nearest to the fractions. Within a part the documents keep
    the order of the corpus.

    Args:
        corpus: at least three documents.
        fractions: shares of train, valid and test; positive, their sum 1.
        seed: of the shuffles.
        keep_order: do not shuffle: the first documents train and the last test, as one must for
            texts in the order of time. The seed then plays no part.

    Returns:
        The parts, named after the corpus.

    Raises:
        CorpusError: fewer than three documents.
        ValueError: fractions that are not positive or do not sum to 1.
    """
    positive = len(fractions) == 3 and all(fraction > 0 for fraction in fractions)
    if not (positive and abs(sum(fractions) - 1) <= 1e-9):  # false for not-a-number too
        raise ValueError(
            f"fractions must be three positive numbers that sum to 1, got {tuple(fractions)}"
        )
    if len(corpus) < 3:
        raise CorpusError(
            f"corpus {corpus.name!r} has {len(corpus)} document(s) and three parts need at least "
            "3, since no document may stand in two; cut it first, for instance by paragraph: "
            "split(cut_documents(corpus))"
        )
    order = np.arange(len(corpus))
    sizes = _sizes(len(corpus), fractions)
    if not keep_order:
        order = _balanced_shuffle(corpus, sizes, fractions, seed)
    chosen = np.split(order, np.cumsum(sizes)[:-1])
    return Split(*(_part(corpus, *pair) for pair in zip(PARTS, chosen, strict=True)))


def _sizes(n: int, fractions: Sequence[float]) -> list[int]:
    """Whole numbers that sum to n: each at least 1, then to whom the most is still owed."""
    sizes = [max(1, int(n * fraction + 1e-9)) for fraction in fractions]
    while sum(sizes) != n:
        owed = [n * fraction - size for fraction, size in zip(fractions, sizes, strict=True)]
        if sum(sizes) < n:
            sizes[int(np.argmax(owed))] += 1
        else:
            sizes[int(np.argmax(sizes))] -= 1
    return sizes


def _balanced_shuffle(
    corpus: Corpus, sizes: Sequence[int], fractions: Sequence[float], seed: int
) -> NDArray[np.int64]:
    """The seeded shuffle whose parts, cut at the sizes, have the fairest shares of characters."""
    lengths = np.array([len(text) for text in corpus])
    starts = np.cumsum([0, *sizes[:-1]])
    rng = np.random.default_rng(seed)

    def unfairness(order: NDArray[np.int64]) -> float:
        shares = np.add.reduceat(lengths[order], starts) / lengths.sum()
        return float(np.abs(shares - fractions).sum())

    return min((rng.permutation(len(corpus)) for _ in range(TRIES)), key=unfairness)


def _part(corpus: Corpus, name: str, chosen: NDArray[np.int64]) -> Corpus:
    rows = sorted(chosen.tolist())
    return replace(
        corpus,
        name=f"{corpus.name}:{name}",
        documents=tuple(corpus.documents[i] for i in rows),
        ids=tuple(corpus.ids[i] for i in rows),
    )


def cut_documents(corpus: Corpus, at: str = r"\n\s*\n") -> Corpus:
    """Cut long documents into shorter ones, for a corpus with too few to split.

    Neighbouring pieces of one book share names and themes: a test on them asks for less than a test
    on another book.

    Args:
        corpus: the documents.
        at: regular expression of what stands between two pieces, blank lines unless told. A
            lookahead keeps what it matches: ``r"(?=CHAPTER )"`` cuts before each chapter heading.

    Returns:
        A corpus whose ids have the number of the piece appended; pieces without text are left out.

    Raises:
        CorpusError: ``at`` is not a regular expression.

    >>> book = Corpus("book", ("One.\\n\\nTwo.",), ("b",), "en", "CC0", "a doctest")
    >>> pieces = cut_documents(book)
    >>> pieces.documents, pieces.ids
    (('One.', 'Two.'), ('b#1', 'b#2'))
    """
    try:
        pattern = regex.compile(at, regex.VERSION1)
    except (regex.error, TypeError) as error:
        raise CorpusError(
            f"at={at!r} is not a regular expression ({error}); expected a pattern of what stands "
            "between two pieces, with a backslash before every bracket meant as text"
        ) from None
    pieces = {
        f"{doc_id}#{number}": piece
        for doc_id, text in zip(corpus.ids, corpus.documents, strict=True)
        for number, piece in enumerate(_pieces(text, pattern), start=1)
    }
    return replace(corpus, documents=tuple(pieces.values()), ids=tuple(pieces))


def _pieces(text: str, at: regex.Pattern[str]) -> list[str]:
    # Not at.split: that returns what the pattern's groups matched among the pieces.
    spans = sorted(match.span() for match in at.finditer(text))
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    pieces = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return [piece for piece in pieces if piece.strip()]
