"""Spans of text that stand in two places: leaks between the parts of a split, and duplicates.

Two places share a span when the same tokens follow one another in both, whatever the spaces
between. Spans are compared through exact codes, so different spans are never taken for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from course_lib.corpus.corpus import PARTS, Corpus
from course_lib.corpus.ngrams import Ids, span_codes, to_ids
from course_lib.corpus.split import Split
from course_lib.corpus.words import TOKEN, tokens


@dataclass(frozen=True)
class Leak:
    """A stretch of a valid or test document that an earlier part has too.

    Args:
        part: the part it leaked to.
        document: id of the document there.
        position: where the stretch begins in that document, tokens from 0.
        source_part: the earlier part.
        source_document: id of the first document that has it there.
        source_position: where it begins in that document, tokens from 0.
        length: tokens in the stretch.
        text: the stretch as the document of the later part writes it.
    """

    part: str
    document: str
    position: int
    source_part: str
    source_document: str
    source_position: int
    length: int
    text: str

    def __str__(self) -> str:
        return (
            f"{self.length} tokens of {self.part} {self.document!r} (from token {self.position}) "
            f"stand in {self.source_part} {self.source_document!r} "
            f"(from token {self.source_position}): {self.text!r}"
        )


def leaks(split: Split, span: int = 20) -> list[Leak]:
    """Find the spans of tokens that the parts of a split share.

    Args:
        split: the parts.
        span: tokens in a row that count as a leak.

    Returns:
        The leaked stretches in the order of the split, each as long as it can be; empty if the
        split is clean. Documents shorter than the span have none.

    Raises:
        ValueError: span is below 1.
    """
    texts = list(chain.from_iterable(split.parts))
    ids = list(chain.from_iterable(part.ids for part in split.parts))
    part = np.repeat(np.arange(3), [len(p) for p in split.parts])  # (documents,)
    codes, document, position = _spans(texts, span)
    first = np.unique(codes, return_index=True)[1][codes]  # the first span that equals each
    leaked = np.flatnonzero(part[document] > part[document[first]])
    found = []
    for run in _runs(leaked, first, document):
        at, source = run[0], first[run[0]]
        here, length = document[at], len(run) + span - 1
        found.append(
            Leak(
                PARTS[part[here]],
                ids[here],
                int(position[at]),
                PARTS[part[document[source]]],
                ids[document[source]],
                int(position[source]),
                length,
                _stretch(texts[here], int(position[at]), length),
            )
        )
    return found


def _spans(texts: Sequence[str], span: int) -> tuple[Ids, Ids, Ids]:
    """Every span of every text: its code, its text, and its position there in tokens."""
    if span < 1:
        raise ValueError(f"span must be at least 1 token, got {span}")
    tokenized = [tokens(text) for text in texts]
    lengths = np.array([len(text) for text in tokenized])
    document = np.repeat(np.arange(len(texts)), lengths)  # (T,)
    position = np.arange(len(document)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    if len(document) < span:
        none = np.zeros(0, np.int64)
        return none, none, none
    ids, _ = to_ids(list(chain.from_iterable(tokenized)))
    inside = document[: len(ids) - span + 1] == document[span - 1 :]
    codes = np.unique(span_codes(ids, span)[inside], return_inverse=True)[1]
    return codes, document[: len(inside)][inside], position[: len(inside)][inside]


def _runs(rows: Ids, first: Ids, document: Ids) -> list[Ids]:
    """Group rows whose spans follow one another in one document, there and at the source."""
    if len(rows) == 0:
        return []
    goes_on = (
        (np.diff(rows) == 1)
        & (np.diff(document[rows]) == 0)
        & (np.diff(first[rows]) == 1)
        & (np.diff(document[first[rows]]) == 0)
    )
    return np.split(rows, np.flatnonzero(~goes_on) + 1)


def _stretch(text: str, position: int, length: int) -> str:
    """The part of a text that some of its tokens span."""
    found = list(TOKEN.finditer(text))
    return text[found[position].start() : found[position + length - 1].end()]


@dataclass(frozen=True)
class Duplicate:
    """A document that was left out because an earlier one shares a span with it.

    Args:
        document: its id.
        position: where the first shared span begins in it, tokens from 0.
        kept_document: id of the earlier document, which is kept.
        text: the span.
    """

    document: str
    position: int
    kept_document: str
    text: str


def deduplicate(corpus: Corpus, span: int = 20) -> tuple[Corpus, list[Duplicate]]:
    """Leave out every document that shares a span of tokens with an earlier one that is kept.

    Whatever the split afterwards, ``leaks`` then finds nothing in it. The price is that a quotation
    costs its document; the list says what was dropped and why.

    Args:
        corpus: the documents.
        span: tokens in a row that make two documents duplicates.

    Returns:
        The documents kept, in order, and the ones left out.

    Raises:
        ValueError: span is below 1.
    """
    codes, document, position = _spans(corpus.documents, span)
    owner = np.full(int(codes.max(initial=-1)) + 1, -1)  # of each code, the document that has it
    bounds = np.searchsorted(document, np.arange(len(corpus) + 1))
    kept, dropped = [], []
    for here, doc_id in enumerate(corpus.ids):
        rows = slice(bounds[here], bounds[here + 1])
        owners = owner[codes[rows]]
        if (owners < 0).all():
            owner[codes[rows]] = here
            kept.append(here)
            continue
        at = int(np.argmax(owners >= 0))
        start = int(position[rows][at])
        text = _stretch(corpus.documents[here], start, span)
        dropped.append(Duplicate(doc_id, start, corpus.ids[owners[at]], text))
    documents, ids = (tuple(column[i] for i in kept) for column in (corpus.documents, corpus.ids))
    return replace(corpus, documents=documents, ids=ids), dropped
