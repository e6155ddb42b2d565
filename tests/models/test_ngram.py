"""N-gram models against their formulas in exact fractions, against NLTK, and against the law."""

import math
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.lm import KneserNeyInterpolated, Lidstone, Vocabulary
from nltk.lm.preprocessing import pad_sequence
from nltk.util import everygrams

from course_lib.models.ngram import (
    FALLBACK_DISCOUNTS,
    AddKNgram,
    KneserNey,
    Unigram,
    modified_discounts,
)

V, EOS, UNSEEN = 6, 0, 5  # id 5 never occurs in the documents


def documents_without_eos():
    return st.lists(st.lists(st.integers(1, UNSEEN - 1), max_size=12), min_size=1, max_size=12)


def documents_with_eos_inside():
    return st.lists(st.lists(st.integers(0, UNSEEN - 1), max_size=20), min_size=1, max_size=4)


def histories():
    return st.lists(st.integers(0, V - 1), max_size=7)


def long_text(seed, n=40):
    """Documents with enough different ids, 39 at most, to estimate the discounts from."""
    rng = np.random.default_rng(seed)
    return [rng.geometric(0.12, rng.integers(1, 15)).clip(max=39).tolist() for _ in range(n)]


class PlainKneserNey:
    """The published formulas, word for word: dictionaries, fractions and recursion.

    Chen and Goodman (1999), section 3: interpolated, with D1, D2 and D3+ for each order. The end id
    that a document begins with is never predicted; an n-gram that begins a document has one new
    word before it each time.
    """

    def __init__(self, documents, order, discount=None, vocab_size=V):
        self.order, self.vocab_size = order, vocab_size
        read = [(EOS, *ids, EOS) for ids in documents]
        occurrences = Counter(
            text[i : i + order]
            for text in read
            for i in range(0 if order > 1 else 1, len(text) - order + 1)
        )
        self.counts = {order: occurrences}
        for k in range(1, order):
            before = defaultdict(set)
            for number, text in enumerate(read):
                for i in range(0 if k > 1 else 1, len(text) - k + 1):
                    before[text[i : i + k]].add(text[i - 1] if i else ("start", number))
            self.counts[k] = Counter({gram: len(words) for gram, words in before.items()})
        self.discounts = {k: self.discounts_of(c, discount) for k, c in self.counts.items()}

    @staticmethod
    def discounts_of(counts, discount):
        if discount is not None:
            return [Fraction(discount)] * 3
        n = Counter(counts.values())
        if n[1] and n[2] and n[3]:
            Y = Fraction(n[1], n[1] + 2 * n[2])
            found = [
                1 - 2 * Y * Fraction(n[2], n[1]),
                2 - 3 * Y * Fraction(n[3], n[2]),
                3 - 4 * Y * Fraction(n[4], n[3]),
            ]
            if min(found) > 0:
                return found
        return [Fraction(d) for d in (0.5, 1, 1.5)]

    def p(self, word, history):
        history = tuple(history)[max(0, len(history) - self.order + 1) :]
        k = len(history) + 1
        lower = self.p(word, history[1:]) if history else Fraction(1, self.vocab_size)
        follow = {w: self.counts[k][(*history, w)] for w in range(self.vocab_size)}
        total = sum(follow.values())
        if not total:
            return lower
        D = self.discounts[k]
        gamma = sum(D[min(c, 3) - 1] for c in follow.values() if c) / Fraction(total)
        c = follow[word]
        return (c - D[min(c, 3) - 1] if c else 0) / Fraction(total) + gamma * lower


def plain_add_k(documents, order, k, word, history, restarts):
    """Lidstone's rule by counting every position of the documents."""
    history = list(history)
    if restarts and EOS in history:
        history = history[len(history) - 1 - history[::-1].index(EOS) :]
    history = history[max(0, len(history) - order + 1) :]
    seen = [
        text[i]
        for text in ([EOS, *ids, EOS] for ids in documents)
        for i in range(1, len(text))
        if i >= len(history) and text[i - len(history) : i] == history
    ]
    return (seen.count(word) + Fraction(k)) / (len(seen) + Fraction(k) * V)


def fitted(model, documents):
    return model.fit(documents, vocab_size=V, eos_id=EOS)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(documents_without_eos(), documents_with_eos_inside()),
    st.integers(1, 5),
    st.sampled_from([None, 0.25, 1.0]),
    histories(),
)
def test_kneser_ney_is_the_published_formula(documents, order, discount, history):
    model = fitted(KneserNey(order, discounts=discount), documents)
    plain = PlainKneserNey(documents, order, discount)
    expected = [float(plain.p(word, history)) for word in range(V)]
    np.testing.assert_allclose(model.probabilities(history), expected, rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_kneser_ney_is_the_published_formula_where_discounts_are_estimated(order):
    documents = long_text(seed=order)
    model = KneserNey(order).fit(documents, vocab_size=41, eos_id=EOS)
    plain = PlainKneserNey(documents, order, vocab_size=41)
    estimated = [k for k, D in plain.discounts.items() if tuple(D) != FALLBACK_DISCOUNTS]
    assert set(estimated) >= {1, min(order, 2)}
    text = [EOS, *chain.from_iterable(documents[:3]), 40, 1, 2]
    for end in range(len(text)):
        history = text[:end]
        expected = [float(plain.p(word, history)) for word in range(41)]
        np.testing.assert_allclose(model.probabilities(history), expected, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(documents_without_eos(), documents_with_eos_inside()),
    st.integers(1, 4),
    st.sampled_from([0.01, 0.5, 1.0]),
    histories(),
)
def test_add_k_is_lidstones_rule(documents, order, k, history):
    model = fitted(AddKNgram(order, k), documents)
    restarts = all(EOS not in ids for ids in documents)
    expected = [
        float(plain_add_k(documents, order, k, word, history, restarts)) for word in range(V)
    ]
    np.testing.assert_allclose(model.probabilities(history), expected, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(documents_without_eos(), documents_with_eos_inside()),
    st.integers(1, 6),
    histories(),
)
def test_probabilities_are_positive_and_sum_to_one_after_any_history(documents, order, history):
    models = [KneserNey(order), KneserNey(order, discounts=0.9), AddKNgram(order, 0.3), Unigram()]
    for model in models:
        p = fitted(model, documents).probabilities(history)
        assert (p > 0).all()
        assert math.fsum(p) == pytest.approx(1, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(documents_without_eos(), documents_with_eos_inside()),
    st.integers(1, 5),
    st.lists(st.integers(0, V - 1), min_size=2, max_size=9),
)
def test_scores_steps_and_probabilities_agree(documents, order, row):
    for model in (KneserNey(order), AddKNgram(order, 0.2)):
        fitted(model, documents)
        scores, state = model.log_probs([row])[0], model.start(1)
        for t in range(len(row) - 1):
            p = model.probabilities(row[: t + 1])
            logits, state = model.step(row[t : t + 1], state)
            assert scores[t] == pytest.approx(math.log(p[row[t + 1]]), abs=1e-12)
            np.testing.assert_allclose(logits[0], np.log(p), rtol=1e-6)


def test_lines_restart_and_a_stream_runs_on():
    lines = [[1, 2], [1, 3], [1, 2], [1, 3]]
    stream = [[1, 2, EOS, 1, 3, EOS, 1, 2, EOS, 1, 3]]
    history = [EOS, 1, 3, EOS, 1]
    for make in (KneserNey, AddKNgram):
        by_line, running = fitted(make(order=4), lines), fitted(make(order=4), stream)
        assert np.array_equal(by_line.probabilities(history), by_line.probabilities([EOS, 1]))
        assert running.probabilities(history)[2] > running.probabilities([EOS, 1])[2]
        row = [[EOS, 1, 3, EOS, 1, 2]]
        assert by_line.log_probs(row)[0, 3:] == pytest.approx(by_line.log_probs([row[0][3:]])[0])


def test_an_ngram_at_the_start_of_documents_keeps_its_count_as_in_kenlm():
    """Of three documents that begin 1, 1 and 2; below the highest order (3), ``eos 1`` counts 2."""
    model = fitted(KneserNey(order=3, discounts=0.5), [[1, 3], [1, 4], [2, 3]])
    lower = model.probabilities([])
    expected = np.array([0, 1.5, 0.5, 0, 0, 0]) / 3 + 0.5 * 2 / 3 * lower
    np.testing.assert_allclose(model.probabilities([EOS]), expected, rtol=1e-12)
    # 1 was seen after one id only, the end id, and so was 2; 3 after two, the end after 3 and 4.
    np.testing.assert_allclose(
        lower, np.array([1.5, 0.5, 0.5, 1.5, 0.5, 0]) / 7 + 0.5 * 5 / 7 / V, rtol=1e-12
    )


def nltk_ngrams(documents, order, pad):
    """The n-grams of each document with end ids around it, as NLTK's ``fit`` wants them."""
    padded = [[str(w) for w in [*[EOS] * pad, *ids, EOS]] for ids in documents]
    return [list(everygrams(text, max_len=order)) for text in padded]


WORDS = [str(word) for word in range(V)]


class KnownWords(Vocabulary):
    """A vocabulary of our V ids; NLTK's own counts one more, for unknown words."""

    def __len__(self):
        return V


@settings(deadline=None, max_examples=40)
@given(documents_without_eos(), st.integers(1, 4), st.sampled_from([0.05, 1.0]), histories())
def test_add_k_equals_nltks_lidstone(documents, order, k, ids):
    """NLTK counts the order - 1 end ids that it pads a document with as unigrams, so order 1 is
    given its n-grams without padding; from order 2 up the highest order is all that it looks at.
    """
    model = fitted(AddKNgram(order, k), documents)
    theirs = Lidstone(k, order, vocabulary=KnownWords(WORDS))
    theirs.fit(nltk_ngrams(documents, order, pad=order - 1))
    text = [word for word in ids if word != EOS]
    padded = list(pad_sequence(map(str, text), order, pad_left=True, left_pad_symbol=str(EOS)))
    context = padded[len(padded) - order + 1 :]
    expected = [theirs.score(word, context) for word in WORDS]
    np.testing.assert_allclose(model.probabilities([EOS, *text]), expected, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(documents_without_eos(), st.integers(2, 4), st.sampled_from([0.1, 0.75]), histories())
def test_kneser_ney_equals_nltks_above_the_unigrams(documents, order, discount, ids):
    """What is comparable, and what is not.

    NLTK has one discount for all orders, as ``discounts=`` gives. Its unigrams are continuation
    counts over their sum, neither discounted nor mixed with the uniform distribution, so that a
    word not seen has probability 0: they are put in the place of ours here. It has no rule for
    n-grams that begin a document and divides by zero after a history shorter than order - 1 that
    begins one, so such histories are left out. At order 1 it counts continuations still, and has
    none.
    """
    model = fitted(KneserNey(order, discounts=discount), documents)
    plain = PlainKneserNey(documents, order, discount)
    unigrams = np.array([plain.counts[1][(word,)] for word in range(V)], float)
    model.per_ngram = (np.append(unigrams / unigrams.sum(), 0), *model.per_ngram[1:])
    theirs = KneserNeyInterpolated(order, discount, vocabulary=KnownWords(WORDS))
    theirs.fit(nltk_ngrams(documents, order, pad=1))
    history = [EOS] * (order == 2) + [word for word in ids if word != EOS]
    context = [str(word) for word in history[max(0, len(history) - order + 1) :]]
    expected = [theirs.score(word, context) for word in WORDS]
    np.testing.assert_allclose(model.probabilities(history), expected, rtol=1e-12, atol=1e-15)


def test_discounts_by_hand():
    """n = 12, 4, 2, 1: Y = 12 / 20, D1 = 1 - 2 Y / 3, D2 = 2 - 3 Y / 2, D3 = 3 - 4 Y / 2."""
    assert modified_discounts([12, 4, 2, 1]) == pytest.approx((0.6, 1.1, 1.8), rel=1e-15)
    assert modified_discounts([12, 4, 2]) == pytest.approx((0.6, 1.1, 3.0), rel=1e-15)


@pytest.mark.parametrize(
    "n", [[], [0, 5, 5, 5], [5, 0, 5, 5], [5, 5, 0, 5], [6, 3, 4, 1], [6, 3, 5, 1]]
)
def test_discounts_that_cannot_be_estimated_fall_back(n):
    """Too few n-grams; in the last two, D2 = 2 - 3 Y n_3 / n_2 is 0 and -1/2, with Y = 1/2."""
    assert modified_discounts(n) == FALLBACK_DISCOUNTS


def test_a_document_is_a_row_of_the_protocol():
    """The cost of a document is that of its ids and its end after the end id, which is free."""
    documents = [[1, 2, 3], [2, 2]]
    model = fitted(KneserNey(order=3), documents)
    p = [model.probabilities([EOS, 1, 2, 3][: t + 1])[w] for t, w in enumerate([1, 2, 3, EOS])]
    assert model.log_probs([[EOS, 1, 2, 3, EOS]])[0] == pytest.approx(np.log(p))
