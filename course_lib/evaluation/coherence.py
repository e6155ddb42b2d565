"""Does a text stay with its subject? Two measures by words alone, and what they cannot see.

Both compare parts of a text by the words they share. They see no word order, no grammar and no
meaning: a text shuffled within its sentences scores the same, and one that says the same sentence
again and again scores best of all. Give them only beside a measure of repetition, as in
``diversity``, and beside the figures of human text.

Shapes: N texts, K topics, W words of the vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.corpus.words import sentences, words
from course_lib.errors import EvaluationError, require

Floats = NDArray[np.float64]


def adjacent_similarity(text: str, reference: Sequence[str] = ()) -> float | None:
    """Mean cosine similarity of neighbouring sentences, as TF-IDF vectors of their words.

    A sentence is a vector with an entry for each word, case ignored: its count times its inverse
    document frequency, ``ln((1 + n) / (1 + df)) + 1`` for a word in df of n sentences, as in
    scikit-learn. Sentences without a word are left out.

    It cannot see the order of words, nor that a pronoun stands for a name; and repeating a sentence
    gives 1, the best score there is.

    Args:
        text: any string.
        reference: texts whose sentences are counted for the frequencies, in place of those of the
            text itself; words that no reference has are left out. Texts are comparable only with
            the same reference.

    Returns:
        From 0, no word shared, to 1; None if the text has not two sentences with words.

    Raises:
        EvaluationError: the reference has no word.
        MissingExtraError: scikit-learn is not installed.

    >>> adjacent_similarity("The cat sleeps. A dog barks!")
    0.0
    >>> adjacent_similarity("The cat sleeps. The cat sleeps.")
    1.0
    """
    own = _sentences([text])
    if len(own) < 2:
        return None
    vectorizer = _of_reference(tuple(reference)) if reference else _fitted(own)
    rows = vectorizer.transform(own)  # of length 1, so that products are cosines
    products = rows[:-1].multiply(rows[1:]).sum(axis=1)
    return float(np.clip(np.mean(products), 0.0, 1.0))


def _fitted(counted: list[str]) -> Any:
    """What makes vectors, with the frequencies of these sentences."""
    vectorizer = require("sklearn.feature_extraction.text", "evaluate").TfidfVectorizer(
        tokenizer=words, token_pattern=None
    )
    return vectorizer.fit(counted)


@lru_cache(maxsize=2)
def _of_reference(reference: tuple[str, ...]) -> Any:
    """The same of a reference, counted once and not again for every text that is judged."""
    counted = _sentences(reference)
    if not counted:
        raise EvaluationError("the reference texts have no words; expected texts to count words in")
    return _fitted(counted)


def _sentences(texts: Sequence[str]) -> list[str]:
    return [sentence for text in texts for sentence in sentences(text) if words(sentence)]


@dataclass(frozen=True, eq=False)
class TopicConsistency:
    """How alike the halves of texts are in what they are about.

    The likeness of two topic mixtures is 1 less their Jensen-Shannon divergence in bits: 1 for
    equal mixtures, 0 for mixtures without a common topic.

    Args:
        within: likeness of the two halves of each judged text, shape (N,).
        between: mean likeness of the first half of a text and the second half of another one, over
            all ordered pairs of judged texts: what halves that belong to different texts have.
        n_left_out: texts not judged, since a half of them has no word that the topics know.
    """

    within: Floats
    between: float
    n_left_out: int

    @property
    def mean_within(self) -> float:
        """Mean likeness of the halves of one text."""
        return float(self.within.mean())

    @property
    def lift(self) -> float:
        """``mean_within - between``: at 0, a text keeps to its topics no more than any two do."""
        return self.mean_within - self.between


def topic_consistency(
    texts: Sequence[str],
    reference: Sequence[str],
    *,
    n_topics: int = 10,
    seed: int = 0,
    max_share: float = 0.5,
) -> TopicConsistency:
    """Compare the halves of each text by the topics of a reference, and with those of other texts.

    Topics are learned from the reference by latent Dirichlet allocation (Blei, Ng and Jordan 2003,
    scikit-learn's variational one). Each text is cut in two at the middle of its words, and each
    half gets its mixture of topics. Short halves have mixtures near the uniform one and look alike
    whatever they say: compare ``mean_within`` with ``between``, never with other lengths or topics.
    Repeating one sentence gives the best score here too.

    Args:
        texts: to judge.
        reference: to learn the topics from, for instance the training corpus; not the texts
            themselves, if those of several models are to be compared.
        n_topics: number of topics (K), at least 2.
        seed: of the topics' starting point, from 0.
        max_share: words in more than this share of the reference belong to no topic: left out.

    Raises:
        EvaluationError: fewer than two texts can be judged, no word is left, or numbers out of
            bounds.
        MissingExtraError: scikit-learn is not installed.
    """
    if n_topics < 2 or seed < 0 or not 0 < max_share <= 1:
        raise EvaluationError(
            "expected n_topics from 2, seed from 0 and max_share in (0, 1], got "
            f"n_topics={n_topics}, seed={seed}, max_share={max_share}"
        )
    vectorizer, counts = _counted(reference, max_share)
    topics = require("sklearn.decomposition", "evaluate").LatentDirichletAllocation(
        n_components=n_topics, random_state=seed
    )
    topics.fit(counts)
    halves = [_halves(text) for text in texts]
    first, second = (
        vectorizer.transform([half[side] for half in halves]) if halves else np.zeros((0, 1))
        for side in (0, 1)
    )
    judged = np.flatnonzero(_has_words(first) & _has_words(second))
    if len(judged) < 2:
        raise EvaluationError(
            f"{len(judged)} of {len(texts)} texts can be judged; expected at least 2 with words of "
            "the reference in both halves"
        )
    left, right = (topics.transform(rows[judged]) for rows in (first, second))
    within = likeness(left, right)
    total = sum(float(likeness(row, right).sum()) for row in left)
    n = len(judged)
    return TopicConsistency(within, (total - float(within.sum())) / (n * (n - 1)), len(texts) - n)


def _counted(reference: Sequence[str], max_share: float) -> tuple[Any, Any]:
    """What counts the words of a text, and the counts of the reference."""
    vectorizer = require("sklearn.feature_extraction.text", "evaluate").CountVectorizer(
        tokenizer=words, token_pattern=None, max_df=float(max_share)
    )
    try:
        return vectorizer, vectorizer.fit_transform(reference)
    except ValueError as error:  # scikit-learn's words for an empty vocabulary
        raise EvaluationError(
            f"the {len(reference)} reference texts leave no word to learn topics from, since each "
            f"stands in more than {max_share:.0%} of them; expected many texts of many subjects"
        ) from error


def _halves(text: str) -> tuple[str, str]:
    """The words of the first and of the second half; of an odd number, the second has one more."""
    said = words(text)
    return " ".join(said[: len(said) // 2]), " ".join(said[len(said) // 2 :])


def _has_words(counts: Any) -> NDArray[np.bool_]:
    return np.asarray(counts.sum(axis=1)).ravel() > 0


def likeness(one: Floats, other: Floats) -> Floats:
    """1 less the Jensen-Shannon divergence in bits of distributions, in [0, 1].

    Args:
        one: probabilities along the last axis, shape (..., K).
        other: the same, of a shape that fits.

    Source: J. Lin (1991), Divergence measures based on the Shannon entropy, IEEE Transactions on
    Information Theory 37(1).

    >>> likeness(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])).tolist()
    [1.0, 0.0]
    """
    middle = (one + other) / 2
    divergence = (_relative_entropy(one, middle) + _relative_entropy(other, middle)) / 2
    return np.clip(1 - divergence, 0.0, 1.0)


def _relative_entropy(p: Floats, q: Floats) -> Floats:
    """In bits, along the last axis; 0 log 0 is 0."""
    p, q = np.broadcast_arrays(p, q)
    ratio = np.divide(p, q, out=np.ones_like(p), where=p > 0)
    return np.asarray((p * np.log2(ratio)).sum(axis=-1))
