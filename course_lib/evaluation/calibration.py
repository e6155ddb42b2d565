"""A model's next-token distribution beside the true one, at every place of the course's verse.

On real text only the loss is known, and what of it is the text's own uncertainty is not. The
grammar of verse knows the true distribution p of the next id at each place, so the loss of a model
q falls into its two parts: in expectation over p, the cross-entropy is the entropy of p, which no
model can save, plus KL(p || q), which is the model's own. And the accuracy of what the model holds
likeliest is known without drawing: it is the probability that p gives to it.

Shapes: N places, B poems in a batch, V ids. All information is in nats.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.corpus import verse
from course_lib.corpus.verse.grammar import Node
from course_lib.errors import EvaluationError
from course_lib.evaluation.verse_ids import NextIds, TokenIds
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer

TIE = 1e-9
"""Probabilities that differ by less are one: the model may choose either."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """The places at which the model is about equally confident.

    Args:
        low: confidence from here, excluded (the first bin has it included).
        high: to here, included.
        n: number of places.
        confidence: mean probability that the model gives to its likeliest id; None without places.
        accuracy: mean true probability of that id; None without places.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, eq=False)
class Calibration:
    """A model and the source of verse, place by place; the end of each poem is a place too.

    Args:
        document: number of the poem that each place is in, shape (N,).
        entropy: of the true distribution p, nats, shape (N,).
        cross_entropy: of the model's distribution q in expectation over p, nats, shape (N,).
        kl: KL(p || q), nats, shape (N,); infinite where q holds something possible impossible.
        confidence: largest probability in q, shape (N,).
        accuracy: true probability of the id that q holds likeliest (the first of equals), (N,).
        hit: that id is the one the poem has, shape (N,).
        agrees: no id is likelier than that one by p either, shape (N,).
    """

    document: NDArray[np.int64]
    entropy: Floats
    cross_entropy: Floats
    kl: Floats
    confidence: Floats
    accuracy: Floats
    hit: NDArray[np.bool_]
    agrees: NDArray[np.bool_]

    @property
    def n_places(self) -> int:
        """Number of places (N)."""
        return len(self.entropy)

    @property
    def mean_entropy(self) -> float:
        """True entropy in nats per place."""
        return float(self.entropy.mean())

    @property
    def mean_cross_entropy(self) -> float:
        """Expected loss of the model in nats per place; ``mean_entropy + mean_kl``."""
        return float(self.cross_entropy.mean())

    @property
    def mean_kl(self) -> float:
        """What the model pays for not being the source, nats per place."""
        return float(self.kl.mean())

    @property
    def top1_agreement(self) -> float:
        """Share of places where the model's likeliest id is a likeliest one of the source."""
        return float(self.agrees.mean())

    def bins(self, n_bins: int = 10) -> list[Bin]:
        """The places by the model's confidence, in intervals of equal width: a reliability diagram.

        Args:
            n_bins: number of intervals of (0, 1].

        Raises:
            EvaluationError: n_bins is below 1.
        """
        if n_bins < 1:
            raise EvaluationError(f"n_bins must be at least 1, got {n_bins}")
        edges = np.linspace(0, 1, n_bins + 1)
        # Rounding may lift a probability above 1 by a hair.
        which = np.clip(np.searchsorted(edges, self.confidence, side="left") - 1, 0, n_bins - 1)
        found = []
        for number, (low, high) in enumerate(itertools.pairwise(edges)):
            here = which == number
            n = int(here.sum())
            confidence = float(self.confidence[here].mean()) if n else None
            accuracy = float(self.accuracy[here].mean()) if n else None
            found.append(Bin(float(low), float(high), n, confidence, accuracy))
        return found

    def expected_calibration_error(self, n_bins: int = 10) -> float:
        """Mean distance of confidence and accuracy in the bins, weighted by their places.

        The accuracy is the true probability of what the model holds likeliest, not whether this
        poem happens to have it: the error has no noise of the draw.

        Args:
            n_bins: see ``bins``.

        Source: C. Guo et al. (2017), On calibration of modern neural networks, equation 3.
        """
        return sum(
            b.n / self.n_places * abs(b.accuracy - b.confidence)
            for b in self.bins(n_bins)
            if b.accuracy is not None and b.confidence is not None
        )


def calibrate(
    model: LanguageModel,
    tokenizer: Tokenizer,
    poems: Iterable[str],
    language: str = "en",
    *,
    batch_size: int = 16,
) -> Calibration:
    """Compare a model with the source of verse at every place of some poems.

    Args:
        model: its ``start`` and ``step`` are used.
        tokenizer: the one it was trained with. It must write each token of verse (a word with its
            space, a mark, a line break) with ids of its own, whatever stands beside it: characters,
            words, or both as in the hybrid tokenizer.
        poems: whole poems of the grammar, for instance ``verse.sample(20, seed=1)``.
        language: ``"en"`` or ``"es"``.
        batch_size: poems read side by side (B); it changes the speed and not the result.

    Returns:
        The comparison, poem after poem in the order given.

    Raises:
        EvaluationError: no poems, a text that is none, a tokenizer whose pieces are not those of
            verse, a model with fewer ids, or logits that are no distribution.

    >>> from course_lib.models.ngram import Unigram
    >>> from course_lib.tokenizers.characters import CharacterTokenizer
    >>> poems = verse.sample(20, seed=1)
    >>> letters = CharacterTokenizer.from_texts(poems)
    >>> ids = [letters.encode(poem) for poem in poems]
    >>> model = Unigram().fit(ids, vocab_size=letters.vocab_size, eos_id=letters.eos_id)
    >>> found = calibrate(model, letters, poems[:1])
    >>> abs(found.mean_entropy + found.mean_kl - found.mean_cross_entropy) < 1e-9
    True
    """
    if isinstance(poems, str):
        raise EvaluationError("poems is one string; expected a list of texts: [poem]")
    if batch_size < 1:
        raise EvaluationError(f"batch_size must be at least 1, got {batch_size}")
    if model.vocab_size < tokenizer.vocab_size:
        raise EvaluationError(
            f"the model has {model.vocab_size} ids and the tokenizer {tokenizer.vocab_size}; "
            "expected the tokenizer that the model was trained with"
        )
    texts, root, codes = list(poems), verse.grammar(language), TokenIds(tokenizer)
    if not texts:
        raise EvaluationError("no poems to compare on; expected at least one")
    ids = [codes.of_poem(text, root) for text in texts]
    rows: list[list[_Place]] = [[] for _ in texts]
    order = sorted(range(len(texts)), key=lambda i: -len(ids[i]))  # similar lengths together
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        for i, places in zip(
            batch, _walk(model, root, codes, [ids[i] for i in batch]), strict=True
        ):
            rows[i] = places
    columns = list(zip(*(place for places in rows for place in places), strict=True))
    document = np.repeat(np.arange(len(rows)), [len(places) for places in rows])
    return Calibration(document, *(np.array(column) for column in columns))


_Place = tuple[float, float, float, float, float, bool, bool]  # the fields of Calibration, in order


def _walk(
    model: LanguageModel, root: Node, codes: TokenIds, ids: Sequence[Sequence[int]]
) -> list[list[_Place]]:
    """All places of some poems, read side by side; a finished one reads on at its end id."""
    eos = codes.eos_id
    readers = [NextIds(root, codes) for _ in ids]
    places: list[list[_Place]] = [[] for _ in ids]
    state, read = model.start(len(ids)), [eos] * len(ids)
    for at in range(max(map(len, ids)) + 1):
        logits, state = model.step(np.array(read), state)
        log_q = _log_softmax(np.asarray(logits, dtype=np.float64))
        for row, (poem, reader) in enumerate(zip(ids, readers, strict=True)):
            following = poem[at] if at < len(poem) else eos
            if at <= len(poem):
                places[row].append(_place(*reader.distribution(), log_q[row], following))
            if at < len(poem):
                reader.read(following)
            read[row] = following
    return places


def _place(symbols: NDArray[np.int64], log_p: Floats, log_q: Floats, following: int) -> _Place:
    p, said = np.exp(log_p), log_q[symbols]
    top = int(log_q.argmax())
    accuracy = float(p[symbols == top].sum())
    return (
        float(-(p * log_p).sum()),
        float(-(p * said).sum()),
        float((p * (log_p - said)).sum()),
        float(np.exp(log_q[top])),
        accuracy,
        top == following,
        accuracy >= float(p.max()) - TIE,
    )


def _log_softmax(logits: Floats) -> Floats:
    highest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(highest).all():
        raise EvaluationError(
            "the logits of the model are not numbers, or none of them is finite; was it trained "
            "without overflow?"
        )
    shifted = logits - highest
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
