"""Nats, perplexities and bits per byte of a text under a language model, from one pass.

What a model pays for a text is a number of nats. Perplexities and rates are that number over a
length, and the lengths come from the text, not from its tokens, so models with different tokenizers
can be compared: in bits per byte, bits per character or perplexity per word. Perplexity per token
compares only models with one and the same tokenizer.

Shapes: D documents, B rows, T ids in a row.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.corpus.transfer import Progress
from course_lib.errors import CourseError
from course_lib.evaluation.word_units import WHITESPACE, WordUnit
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer

ROUNDING = 1e-5  # nats by which a log probability in single precision may rise above 0


class LikelihoodError(CourseError, ValueError):
    """Documents or a model that cannot be scored, or a unit that would flatter; says which."""


@dataclass(frozen=True)
class Likelihood:
    """What a model pays for some documents, and how long they are.

    The end of each document is predicted and paid for. It counts as a token, and as no word, byte
    or character: who cuts a text into more documents pays more for each of its bytes.

    Args:
        document_nats: what each document costs, in nats, in the order given, shape (D,).
        n_tokens: tokens predicted, the end of each document included.
        n_words: words, by ``word_unit``.
        n_characters: Unicode code points.
        n_bytes: bytes of UTF-8.
        n_unknown: tokens that stand for "some word or character", where the text does not say so.
        n_impossible: tokens that the model gave probability 0.
        n_altered: documents that are not told by their ids, not even but for the spaces.
        n_respaced: documents of which the ids do not tell the spaces and line ends, but the rest.
        word_unit: what was counted as a word.
    """

    document_nats: NDArray[np.float64]
    n_tokens: int
    n_words: int
    n_characters: int
    n_bytes: int
    n_unknown: int
    n_impossible: int
    n_altered: int
    n_respaced: int
    word_unit: WordUnit = WHITESPACE

    @property
    def n_documents(self) -> int:
        """Number of documents (D)."""
        return len(self.document_nats)

    @property
    def nats(self) -> float:
        """What all documents cost together; infinite if something was held impossible."""
        return math.fsum(self.document_nats)

    @property
    def nats_per_token(self) -> float:
        """Cross-entropy in nats per token; compares only models with the same tokenizer."""
        return self.nats / self.n_tokens

    @property
    def perplexity_per_token(self) -> float:
        """Exponential of the nats per token; compares only models with the same tokenizer."""
        return _exp(self.nats_per_token)

    @property
    def perplexity_per_word(self) -> float:
        """Exponential of the nats per word, whatever the tokens are.

        Raises:
            LikelihoodError: there are no words, or the ids do not tell which words they were.
        """
        if self.n_unknown or self.n_altered:
            raise self._flattered("perplexity per word")
        return _exp(_rate(self.nats, self.n_words, "words"))

    @property
    def bits_per_byte(self) -> float:
        """Bits for each byte of the text in UTF-8.

        Raises:
            LikelihoodError: there are no bytes, or the ids do not tell the text.
        """
        return self._bits("bits per byte", self.n_bytes)

    @property
    def bits_per_character(self) -> float:
        """Bits for each Unicode code point of the text.

        Raises:
            LikelihoodError: there are no characters, or the ids do not tell the text.
        """
        return self._bits("bits per character", self.n_characters)

    def excess(self, floors: ArrayLike) -> tuple[float, float]:
        """Mean over the documents of what each costs above its floor, and its standard error.

        Args:
            floors: nats, shape (D,): what each document costs the source itself, as with
                ``-verse.log_prob(document)``; or one number, the entropy. With a floor for each
                document the luck of the draw cancels, and the error is far smaller.

        Returns:
            Nats per document, and the mean's standard error (NaN for one document or infinity).

        Raises:
            LikelihoodError: floors of another shape.
        """
        try:
            above = self.document_nats - np.broadcast_to(floors, self.document_nats.shape)
        except ValueError:
            raise LikelihoodError(
                f"floors have shape {np.shape(floors)}; expected one number, or one for each of "
                f"the {self.n_documents} documents"
            ) from None
        if len(above) == 1 or np.isinf(above).any():
            return float(above.mean()), math.nan
        return float(above.mean()), float(above.std(ddof=1)) / math.sqrt(len(above))

    def __add__(self, other: "Likelihood") -> "Likelihood":
        """The likelihood of both sets of documents together."""
        if self.word_unit != other.word_unit:
            raise LikelihoodError(
                f"cannot add words of two units, {self.word_unit.name!r} and "
                f"{other.word_unit.name!r}; evaluate both with the same"
            )
        sums = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        nats = np.concatenate([self.document_nats, other.document_nats])
        return Likelihood(document_nats=nats, word_unit=self.word_unit, **sums)

    def _bits(self, unit: str, length: int) -> float:
        if self.n_unknown or self.n_altered or self.n_respaced:
            raise self._flattered(unit)
        return _rate(self.nats, length, unit.split()[-1] + "s") / math.log(2)

    def _flattered(self, unit: str) -> LikelihoodError:
        return LikelihoodError(
            f"{unit} would flatter: the tokenizer lost part of the text ({self.n_unknown} unknown "
            f"tokens; of {self.n_documents} documents, {self.n_altered} altered and "
            f"{self.n_respaced} with other spaces), and what is lost costs nothing. Use a "
            "tokenizer that gives the text back, or report perplexity_per_token and n_unknown"
        )


_COUNTS = (
    *("n_tokens", "n_words", "n_characters", "n_bytes"),
    *("n_unknown", "n_impossible", "n_altered", "n_respaced"),
)


def evaluate(
    model: LanguageModel,
    tokenizer: Tokenizer,
    documents: Iterable[str],
    *,
    batch_size: int = 16,
    words: WordUnit = WHITESPACE,
    progress: Progress | None = None,
) -> Likelihood:
    """What a model pays for some documents; each is read from its start and to its end.

    Documents of similar length share a batch and are filled up on the right, where a model that
    predicts each id from those before it cannot see; what it says of the filling is dropped.

    Args:
        model: its ``log_probs`` are used.
        tokenizer: the one the model was trained with.
        documents: texts, for instance a corpus.
        batch_size: documents in a batch (B); it changes the speed and not the result.
        words: what counts as a word: ``WHITESPACE``, ``WIKITEXT`` or your own.
        progress: called with ("evaluate", documents done, documents in all).

    Returns:
        The nats, and the lengths of the text.

    Raises:
        LikelihoodError: no documents, a vocabulary that is too small, or log probabilities that
            are none (of another shape, not a number, above 0).
        TokenizerError: a text that cannot be encoded.

    Probability 0 is no error: the nats and all rates are infinite then, ``n_impossible`` says why.

    >>> from course_lib.models.ngram import KneserNey
    >>> from course_lib.tokenizers.characters import CharacterTokenizer
    >>> letters = CharacterTokenizer.from_texts(["banana"])
    >>> model = KneserNey(order=2)
    >>> ids = [letters.encode("banana")]
    >>> model = model.fit(ids, vocab_size=letters.vocab_size, eos_id=letters.eos_id)
    >>> paid = evaluate(model, letters, ["ananas", "banana"])
    >>> paid.document_nats.round(2).tolist(), round(paid.bits_per_byte, 2)
    ([14.54, 5.56], 2.42)
    """
    texts = _checked(model, tokenizer, documents, batch_size)
    ids = [np.array([tokenizer.eos_id, *tokenizer.encode(t), tokenizer.eos_id]) for t in texts]
    nats = np.zeros(len(texts))
    n_impossible = done = 0
    for rows in _batches([len(row) for row in ids], batch_size):
        for row, log_probs in zip(rows, _log_probs(model, [ids[r] for r in rows]), strict=True):
            nats[row] = -math.fsum(log_probs)
            n_impossible += int(np.isneginf(log_probs).sum())
        done += len(rows)
        if progress is not None:
            progress("evaluate", done, len(texts))
    return Likelihood(
        document_nats=nats,
        n_tokens=sum(len(row) - 1 for row in ids),
        n_words=sum(map(words.count, texts)),
        n_characters=sum(map(len, texts)),
        n_bytes=sum(len(text.encode()) for text in texts),
        n_impossible=n_impossible,
        word_unit=words,
        **_losses(tokenizer, texts, ids),
    )


def _checked(
    model: LanguageModel, tokenizer: Tokenizer, documents: Iterable[str], batch_size: int
) -> list[str]:
    if isinstance(documents, str):
        raise LikelihoodError("documents is one string; expected a list of texts: [text]")
    if batch_size < 1:
        raise LikelihoodError(f"batch_size must be at least 1, got {batch_size}")
    if model.vocab_size < tokenizer.vocab_size:
        raise LikelihoodError(
            f"the model has {model.vocab_size} ids and the tokenizer {tokenizer.vocab_size}; "
            "expected the tokenizer that the model was trained with"
        )
    texts = list(documents)
    if not texts:
        raise LikelihoodError("no documents to evaluate; expected at least one")
    return texts


def _batches(lengths: Sequence[int], batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Rows of similar length, longest first: what does not fit into memory fails at once."""
    order = np.argsort(lengths, kind="stable")[::-1]
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def _log_probs(
    model: LanguageModel, rows: Sequence[NDArray[np.int64]]
) -> Iterator[NDArray[np.float64]]:
    """The log probabilities of each row, without those of the filling."""
    # A row is filled up with its own last id: any id will do, and this one the model knows.
    width = max(map(len, rows))
    block = np.array([np.pad(row, (0, width - len(row)), mode="edge") for row in rows])
    log_probs = np.asarray(model.log_probs(block), dtype=np.float64)
    if log_probs.shape != (len(rows), width - 1):
        raise LikelihoodError(
            f"log_probs gave shape {log_probs.shape} for ids of shape {block.shape}; expected "
            f"{(len(rows), width - 1)}"
        )
    for row, values in zip(rows, log_probs, strict=True):
        kept = values[: len(row) - 1]
        bad = np.flatnonzero(~(kept <= ROUNDING))  # true for not-a-number too
        if len(bad):
            raise LikelihoodError(
                f"the log probability of token {bad[0]} of a document is {kept[bad[0]]}; expected "
                "a number of nats not above 0: is the model's softmax over the ids, and trained "
                "without overflow?"
            )
        yield kept


def _losses(
    tokenizer: Tokenizer, texts: Sequence[str], ids: Sequence[NDArray[np.int64]]
) -> dict[str, int]:
    """What the ids do not tell of the texts."""
    losses = {"n_unknown": 0, "n_altered": 0, "n_respaced": 0}
    unknown = {form: i for form, i in tokenizer.special_ids.items() if "unk" in form.lower()}
    for text, row in zip(texts, ids, strict=True):
        for form, unknown_id in unknown.items():
            # Corpora as WikiText hold the written form themselves; predicting it loses nothing.
            unsaid = int((row == unknown_id).sum()) - text.count(form)
            losses["n_unknown"] += max(0, unsaid)
        # Spellings that Unicode holds equal are the same text.
        given, told = (
            unicodedata.normalize("NFC", t) for t in (text, tokenizer.decode(row[1:-1].tolist()))
        )
        if given != told:
            losses["n_respaced" if given.split() == told.split() else "n_altered"] += 1
    return losses


def _rate(nats: float, length: int, unit: str) -> float:
    if length == 0:
        raise LikelihoodError(f"the documents have no {unit}; nats per token can still be had")
    return nats / length


def _exp(nats: float) -> float:
    return math.exp(nats) if nats < 700 else math.inf
