"""N-gram language models in NumPy: unigram, add-k, and interpolated modified Kneser-Ney.

Each predicts an id from the ids before it, of which it looks at the last ``order - 1`` at most: the
*history*. A document is read as its end id, its ids, its end id. What an end id does inside a row
is learned from the documents. If none has one inside, as when each line is a document, an end id
starts the history anew; if some have, as when lines are joined to one document with end ids between
them, it is an id like any other and the history runs across it.

Shapes: B rows, T ids in a row, V ids in the vocabulary, N_k n-grams of order k. Information is in
nats.
"""

from collections.abc import Sequence

import numpy as np

from course_lib.models.ngram_counts import ABSENT, Ids, NgramCounts, tally
from course_lib.models.ngram_model import Floats, NgramModel

FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)
"""Discounts of an order with too few n-grams to estimate them, as in KenLM."""


class AddKNgram(NgramModel):
    """Add-k smoothing: every n-gram is counted k times more than it occurs.

    ``p(w | h) = (count(h w) + k) / (count(h) + k V)``, with the history h of ``order - 1`` ids, or
    of as many as there are after the start. A history that never occurred gives 1 / V to all.

    Args:
        order: ids in an n-gram: history and prediction, from 1 to ``MAX_ORDER``.
        k: what is added to each count, above 0. 1 is Laplace's rule.

    Raises:
        ValueError: order or k out of bounds.

    Source: G. J. Lidstone (1920), Transactions of the Faculty of Actuaries 8.

    >>> model = AddKNgram(order=2, k=0.5).fit([[1, 2, 1]], vocab_size=3, eos_id=0)
    >>> model.probabilities([1]).tolist()  # after 1 came 0 once and 2 once
    [0.42857142857142855, 0.14285714285714285, 0.42857142857142855]
    """

    def __init__(self, order: int = 3, k: float = 0.1) -> None:
        super().__init__(order)
        if not 0 < k < np.inf:
            raise ValueError(f"k must be above 0, so that no id is impossible; got {k}")
        self.k = float(k)

    def _estimate(self, counts: NgramCounts) -> None:
        self._set_weights(
            [count.astype(np.float64) for count in counts.occurrences],
            [
                tally(contexts, size, count)
                for contexts, count, size in _by_context(counts.index.codes, counts.occurrences)
            ],
            absent_context=0.0,
        )

    def _scores(self, contexts: list[Ids], ngrams: list[Ids], lengths: Ids) -> Floats:
        V = self.vocab_size
        p = np.full(lengths.shape, 1 / V)
        for order in range(1, self.order + 1):  # the longest history there is decides
            count = self.per_ngram[order - 1][ngrams[order - 1]]
            total = self.per_context[order - 1][contexts[order - 1]]
            p = np.where(lengths >= order - 1, (count + self.k) / (total + self.k * V), p)
        return p

    def _distribution(self, contexts: Ids, length: int) -> Floats:
        order, context = length + 1, int(contexts[length])
        p = np.full(self.vocab_size, self.k)
        if context != ABSENT:
            row = self.index.row(order, context)
            p[self.index.last_ids(order, row)] += self.per_ngram[order - 1][row]
        return p / (self.per_context[order - 1][context] + self.k * self.vocab_size)

    def _settings(self) -> dict[str, float]:
        return {"order": self.order, "k": self.k}


class Unigram(AddKNgram):
    """How common each id is, whatever came before, with add-k smoothing.

    Args:
        add_k: what is added to each count, above 0.

    Raises:
        ValueError: add_k is not above 0.

    >>> Unigram(add_k=1).fit([[1, 2, 1]], vocab_size=4, eos_id=0).probabilities([2]).tolist()
    [0.25, 0.375, 0.25, 0.125]
    """

    def __init__(self, add_k: float = 1.0) -> None:
        super().__init__(order=1, k=add_k)

    def _settings(self) -> dict[str, float]:
        return {"add_k": self.k}


class KneserNey(NgramModel):
    """Interpolated modified Kneser-Ney smoothing.

    From every count a discount is taken, and what it frees in a history h goes to the distribution
    after the shorter history h', the same without its first id:

    ``p(w | h) = max(c(h w) - D(c(h w)), 0) / sum_v c(h v) + gamma(h) p(w | h')``.

    At the highest order c counts occurrences. Below it, c counts in how many ways an n-gram is
    continued to the left: the different ids before it. An n-gram at the start of a document has
    nothing before it, so that each such occurrence counts, as the n-grams that begin with ``<s>``
    do in KenLM. A history that never occurred leaves all to the shorter one. The shortest, empty
    one leaves its share to the uniform distribution, 1 / V, so that no id is impossible.

    Args:
        order: ids in an n-gram: history and prediction, from 1 to ``MAX_ORDER``.
        discounts: one discount for all counts of all orders, above 0 and at most 1. If None, each
            order has three, for counts of 1, of 2, and of 3 or more, estimated by
            ``modified_discounts``.

    Raises:
        ValueError: order or discounts out of bounds.

    Source: S. F. Chen and J. Goodman (1999), An empirical study of smoothing techniques for
    language modeling, Computer Speech & Language 13(4).

    One document, 1 2 1, is read as 0 1 2 1 0. Before 1 came two different ids, before 2 and before
    0 one. From each 1/2 is taken, which frees 3/8 for the uniform distribution:

    >>> model = KneserNey(order=2, discounts=0.5).fit([[1, 2, 1]], vocab_size=3, eos_id=0)
    >>> model.probabilities([]).tolist()  # (1 - 1/2) / 4 + 3/8 / 3, (2 - 1/2) / 4 + 3/8 / 3, ...
    [0.25, 0.5, 0.25]

    After 1 came 0 once and 2 once; a half of each is given to what was just computed:

    >>> model.probabilities([1]).tolist()  # 1/4 + 1/2 * 1/4, 1/2 * 1/2, 1/4 + 1/2 * 1/4
    [0.375, 0.25, 0.375]
    """

    def __init__(self, order: int = 5, discounts: float | None = None) -> None:
        super().__init__(order)
        if discounts is not None and not 0 < discounts <= 1:
            raise ValueError(f"discounts must be above 0 and at most 1, got {discounts}")
        self.discounts = discounts

    def _estimate(self, counts: NgramCounts) -> None:
        used = (*counts.continuations, counts.occurrences[-1])
        alphas, gammas = [], []
        for contexts, count, size in _by_context(counts.index.codes, used):
            taken = self._discounts_of(count)[np.minimum(count, 3)]
            total = tally(contexts, size, count)
            freed = tally(contexts, size, taken)
            alphas.append((count - taken) / total[contexts])
            # A context that only ended documents has no continuation: all goes to the shorter one.
            gammas.append(np.divide(freed, total, out=np.ones(size), where=total > 0))
        alphas[0] += gammas[0] / self.vocab_size
        self._set_weights(alphas, gammas, absent_context=1.0)

    def _discounts_of(self, count: Ids) -> Floats:
        """What to take from counts of 0, 1, 2, and 3 or more."""
        if self.discounts is not None:
            return np.array([0.0] + 3 * [self.discounts])
        return np.array([0.0, *modified_discounts(np.bincount(np.minimum(count, 5))[1:5])])

    def _scores(self, contexts: list[Ids], ngrams: list[Ids], lengths: Ids) -> Floats:
        p = self.per_ngram[0][ngrams[0]]
        for alpha, gamma, ngram, context in zip(
            self.per_ngram[1:], self.per_context[1:], ngrams[1:], contexts[1:], strict=True
        ):
            p = alpha[ngram] + gamma[context] * p
        return p

    def _distribution(self, contexts: Ids, length: int) -> Floats:
        p = self.per_ngram[0][:-1].copy()
        for order in range(2, self.order + 1):
            context = int(contexts[order - 1])
            if context == ABSENT:
                break  # an n-gram that never occurred makes no longer one
            p *= self.per_context[order - 1][context]
            row = self.index.row(order, context)
            p[self.index.last_ids(order, row)] += self.per_ngram[order - 1][row]
        return p

    def _settings(self) -> dict[str, float]:
        fixed = {} if self.discounts is None else {"discounts": self.discounts}
        return {"order": self.order, **fixed}


def modified_discounts(counts_of_counts: Sequence[int] | Ids) -> tuple[float, float, float]:
    """What modified Kneser-Ney smoothing takes from counts of 1, of 2, and of 3 or more.

    With n_i n-grams of count i and ``Y = n_1 / (n_1 + 2 n_2)``, ``D_i = i - (i + 1) Y n_{i+1} /
    n_i``. Where a number needed is 0, or a discount comes out as 0 or less, as happens on small
    texts, the three are ``FALLBACK_DISCOUNTS``.

    Args:
        counts_of_counts: n_1 to n_4; missing ones are 0.

    Source: S. F. Chen and J. Goodman (1998), technical report TR-10-98, Harvard, equation 26.

    >>> modified_discounts([100, 50, 25, 20])
    (0.5, 1.25, 1.4)
    >>> modified_discounts([7, 2])
    (0.5, 1.0, 1.5)
    """
    n = [int(number) for number in counts_of_counts] + 4 * [0]
    if 0 in n[:3]:
        return FALLBACK_DISCOUNTS
    share = n[0] / (n[0] + 2 * n[1])
    first, second, third = (i - (i + 1) * share * n[i] / n[i - 1] for i in (1, 2, 3))
    return (first, second, third) if min(first, second, third) > 0 else FALLBACK_DISCOUNTS


def _by_context(codes: Sequence[Ids], counts: Sequence[Ids]) -> list[tuple[Ids, Ids, int]]:
    """For each order: the context of every n-gram, its count, and the number of contexts."""
    V = len(codes[0])
    sizes = [1] + [len(order) for order in codes[:-1]]
    return [(c // V, count, size) for c, count, size in zip(codes, counts, sizes, strict=True)]
