"""Our Kneser-Ney model of WikiText-2 is KenLM's: same n-grams, discounts and perplexity.

KenLM 0.3.0 (Heafield, Pouzyrevsky, Clark and Koehn, 2013) was run on the same files, with ``<unk>``
written ``UNKWORD``, since it keeps that name for itself::

    lmplz -o 5 < train.txt > 5.arpa
    query -v summary 5.arpa < test.txt

What it printed is below. It reads each line from ``<s>`` to ``</s>``, and has one more word than
the text, its own ``<unk>``, which takes part in the uniform distribution: so our model gets one
more id. It computes in single precision, we in double.
"""

import numpy as np
import pytest

from course_lib import corpus
from course_lib.models.ngram import KneserNey, modified_discounts
from course_lib.models.ngram_counts import count_ngrams
from course_lib.tokenizers.words import WordTokenizer

pytestmark = pytest.mark.skipif(
    not corpus.info("wikitext2").present, reason="wikitext2 is not on this machine"
)

PERPLEXITIES = {3: 226.05099148808972, 5: 220.1385183488322}  # per word, line ends included
TEST_TOKENS = 245_569
NGRAMS = [33_279, 619_592, 1_398_959, 1_794_725, 1_914_265]  # unigrams without <s>
DISCOUNTS = [
    [0.182087, 1.01364, 2.53778],
    [0.729716, 1.15964, 1.49569],
    [0.866965, 1.27126, 1.47995],
    [0.942337, 1.41604, 1.53705],
    [0.959168, 1.52824, 1.50737],
]


@pytest.fixture(scope="module")
def tokenizer():
    return WordTokenizer.from_texts(corpus.load("wikitext2").documents)


def lines(tokenizer, part):
    text = "".join(corpus.load("wikitext2", split=part).documents)
    return [tokenizer.encode(line) for line in text.removesuffix("\n").split("\n")]


@pytest.fixture(scope="module")
def train(tokenizer):
    return lines(tokenizer, "train")


def test_the_ngrams_and_the_discounts_are_kenlms(tokenizer, train):
    counts = count_ngrams(train, 5, tokenizer.vocab_size + 1, tokenizer.eos_id)
    assert [len(codes) for codes in counts.index.codes] == NGRAMS
    adjusted = (*counts.continuations, counts.occurrences[-1])
    for count, expected in zip(adjusted, DISCOUNTS, strict=True):
        counts_of_counts = [(count == i).sum() for i in (1, 2, 3, 4)]
        assert modified_discounts(counts_of_counts) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("order", PERPLEXITIES)
def test_the_perplexity_is_kenlms(order, tokenizer, train):
    eos = tokenizer.eos_id
    model = KneserNey(order).fit(train, vocab_size=tokenizer.vocab_size + 1, eos_id=eos)
    scores = np.concatenate(
        [model.log_probs([[eos, *ids, eos]])[0] for ids in lines(tokenizer, "test")]
    )
    assert len(scores) == TEST_TOKENS
    assert np.exp(-scores.mean()) == pytest.approx(PERPLEXITIES[order], rel=1e-7)
