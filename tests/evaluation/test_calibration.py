"""Models beside the source of verse: the loss is the entropy and the divergence, place by place."""

import math
from functools import cache

import numpy as np
import pytest

from course_lib.corpus import verse
from course_lib.corpus.verse.exact import in_order
from course_lib.corpus.verse.grammar import Token, tokenize
from course_lib.errors import EvaluationError
from course_lib.evaluation.calibration import Calibration, calibrate
from course_lib.evaluation.likelihood import evaluate
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer

languages = pytest.mark.parametrize("language", verse.LANGUAGES)


@cache
def poems(language, n=4):
    return verse.sample(n, seed=21, language=language)


@cache
def letters(language):
    return CharacterTokenizer.from_texts(tokens_of_verse(language), byte_fallback=False)


@cache
def tokens_of_verse(language):
    nodes = in_order(verse.grammar(language))
    return sorted({node.text for node in nodes if isinstance(node, Token)})


@cache
def hybrid(language):
    words = [token for token in tokens_of_verse(language) if token.strip().isalpha()]
    return HybridTokenizer(letters(language).alphabet, words)


@cache
def shortest(language):
    """The shortest of some poems: a prefix read anew at each place costs its square."""
    return min(poems(language, 300), key=len)


@cache
def next_characters(text, language):
    return verse.next_character_distribution(text, language)


class Uniform:
    """Every id is as likely as any other."""

    def __init__(self, vocab_size):
        self.vocab_size = vocab_size

    def start(self, batch):
        return None

    def step(self, ids, state):
        return np.zeros((len(ids), self.vocab_size), np.float32), state


class Source:
    """The grammar as a model, through the corpus's own answers on each prefix, read anew."""

    def __init__(self, tokenizer, language, temperature=1.0):
        self.tokenizer, self.language, self.temperature = tokenizer, language, temperature
        self.vocab_size = tokenizer.vocab_size

    def start(self, batch):
        return [[] for _ in range(batch)]

    def step(self, ids, state):
        state = [[*prefix, int(i)] for prefix, i in zip(state, ids, strict=True)]
        out = np.full((len(ids), self.vocab_size), -np.inf)
        for row, prefix in zip(out, state, strict=True):
            if self.tokenizer.eos_id in prefix[1:]:
                row[:] = 0.0  # a finished poem; what is said here must not matter
                continue
            for symbol, p in self.next_symbols(self.tokenizer.decode(prefix[1:])).items():
                i = self.tokenizer.eos_id if symbol is verse.END else self.first_id(symbol)
                row[i] = np.logaddexp(row[i], math.log(p))
        return (out / self.temperature).astype(np.float32), state

    def next_symbols(self, text):
        return next_characters(text, self.language)

    def first_id(self, symbol):
        return self.tokenizer.encode(symbol)[0]


class SourceOfTokens(Source):
    """The same by tokens. Only the dash has two ids: its space and itself."""

    def next_symbols(self, text):
        if text.endswith(" "):
            return {"—": 1.0}
        return verse.next_token_distribution(text, self.language)


def ngrams(order, language):
    tokenizer = letters(language)
    ids = [tokenizer.encode(poem) for poem in verse.sample(200, seed=3, language=language)]
    return KneserNey(order).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)


# ------------------------------------------------------------------- exact values


@languages
def test_the_source_itself_has_no_divergence_by_characters(language):
    tokenizer = letters(language)
    found = calibrate(Source(tokenizer, language), tokenizer, [shortest(language)], language)
    assert found.n_places == len(shortest(language)) + 1
    assert found.kl == pytest.approx(np.zeros(found.n_places), abs=1e-5)
    assert found.cross_entropy == pytest.approx(found.entropy, abs=1e-5)
    assert found.accuracy == pytest.approx(found.confidence, abs=1e-5)
    assert found.top1_agreement == 1
    assert found.expected_calibration_error() < 1e-5


@languages
def test_the_source_itself_has_no_divergence_by_words(language):
    tokenizer = hybrid(language)
    some = poems(language)[:2]
    found = calibrate(SourceOfTokens(tokenizer, language), tokenizer, some, language)
    tokens = [tokenize(poem) for poem in some]
    dashes = sum(token == " —" for poem in tokens for token in poem)
    assert found.n_places == sum(map(len, tokens)) + dashes + len(some)
    assert found.kl == pytest.approx(np.zeros(found.n_places), abs=1e-5)
    assert found.top1_agreement == 1


@languages
@pytest.mark.parametrize("tokenizer_of", [letters, hybrid])
def test_a_uniform_model_diverges_by_what_the_entropy_leaves_of_log_v(language, tokenizer_of):
    tokenizer = tokenizer_of(language)
    V = tokenizer.vocab_size
    found = calibrate(Uniform(V), tokenizer, poems(language), language)
    assert found.cross_entropy == pytest.approx(np.full(found.n_places, math.log(V)))
    assert found.kl == pytest.approx(math.log(V) - found.entropy)
    assert found.confidence == pytest.approx(np.full(found.n_places, 1 / V))


@languages
def test_both_units_find_the_same_entropy_of_a_poem_as_the_chain_rule(language):
    """Along one poem the units differ; in the mean over poems both are the entropy of a poem."""
    sums = {}
    some = verse.sample(60, seed=8, language=language)
    tokenizer = hybrid(language)
    found = calibrate(Uniform(tokenizer.vocab_size), tokenizer, some, language, batch_size=60)
    sums = np.bincount(found.document, weights=found.entropy)
    error = sums.std(ddof=1) / math.sqrt(len(sums))
    assert error < 4.5
    assert abs(sums.mean() - verse.entropy(language)) < 3 * error


@languages
def test_the_distribution_at_a_place_is_the_one_of_the_corpus(language):
    tokenizer, poem = letters(language), shortest(language)
    found = calibrate(Uniform(tokenizer.vocab_size), tokenizer, [poem], language)
    for at in range(0, len(poem) + 1, 17):
        p = np.array(list(next_characters(poem[:at], language).values()))
        assert found.entropy[at] == pytest.approx(-(p * np.log(p)).sum(), abs=1e-9)


# --------------------------------------------------------------------------- laws


@languages
def test_the_divergence_falls_with_the_order_of_ngrams_and_the_loss_is_its_parts(language):
    tokenizer, some = letters(language), poems(language)[:2]
    kl = []
    for order in (1, 2, 3, 5):
        found = calibrate(ngrams(order, language), tokenizer, some, language)
        assert found.cross_entropy == pytest.approx(found.entropy + found.kl)
        assert found.mean_cross_entropy == pytest.approx(found.mean_entropy + found.mean_kl)
        assert found.kl.min() > -1e-9
        kl.append(found.mean_kl)
    assert kl == sorted(kl, reverse=True)
    assert kl[0] > 1.5 > 1 > kl[-1] > 0


def test_the_loss_on_the_poems_is_the_expected_one_but_for_the_draw():
    tokenizer, some = letters("en"), verse.sample(20, seed=2)
    model = ngrams(4, "en")
    found = calibrate(model, tokenizer, some)
    paid = evaluate(model, tokenizer, some)
    assert found.n_places == paid.n_tokens
    expected = np.bincount(found.document, weights=found.cross_entropy)
    luck = paid.document_nats - expected
    assert abs(luck.mean()) < 3 * luck.std(ddof=1) / math.sqrt(len(luck))
    miss = found.hit - found.accuracy
    assert abs(miss.mean()) < 3 * miss.std(ddof=1) / math.sqrt(len(miss))


def test_order_and_batches_change_nothing():
    tokenizer, some, model = letters("en"), poems("en"), ngrams(3, "en")
    whole = calibrate(model, tokenizer, some, batch_size=3)
    alone = [calibrate(model, tokenizer, [poem], batch_size=1) for poem in some]
    assert whole.kl.tolist() == np.concatenate([one.kl for one in alone]).tolist()
    assert whole.document.tolist() == [
        i for i, one in enumerate(alone) for _ in range(one.n_places)
    ]


def test_a_model_that_is_too_sure_has_a_calibration_error():
    tokenizer, some = letters("en"), [shortest("en")]
    sure = calibrate(Source(tokenizer, "en", temperature=0.3), tokenizer, some)
    meek = calibrate(Source(tokenizer, "en", temperature=3.0), tokenizer, some)
    assert sure.top1_agreement == meek.top1_agreement == 1
    assert sure.confidence.mean() > sure.accuracy.mean() + 0.01
    assert meek.confidence.mean() < meek.accuracy.mean() - 0.01
    assert min(sure.expected_calibration_error(), meek.expected_calibration_error()) > 0.01


# --------------------------------------------------------------------------- bins


def made_up(confidence, accuracy):
    n = len(confidence)
    zeros, false = np.zeros(n), np.zeros(n, bool)
    return Calibration(
        np.zeros(n, int),
        zeros,
        zeros,
        zeros,
        np.array(confidence),
        np.array(accuracy),
        false,
        false,
    )


def test_bins_and_error_by_hand():
    found = made_up([0.1, 0.5, 0.45, 0.9, 1.0 + 1e-9], [0.2, 0.5, 0.25, 0.9, 0.6])
    low, high = found.bins(2)
    assert (low.low, low.high, low.n) == (0, 0.5, 3)
    assert low.confidence == pytest.approx(0.35)
    assert low.accuracy == pytest.approx(0.95 / 3)
    assert high.n == 2
    error = 3 / 5 * (0.35 - 0.95 / 3) + 2 / 5 * (0.95 - 0.75)
    assert found.expected_calibration_error(2) == pytest.approx(error)
    empty = found.bins(10)[5]
    assert (empty.n, empty.confidence, empty.accuracy) == (0, None, None)
    assert sum(b.n for b in found.bins(10)) == 5


# ----------------------------------------------------------------------- refusals


def test_what_cannot_be_compared_is_refused():
    tokenizer = letters("en")
    model = Uniform(tokenizer.vocab_size)
    with pytest.raises(EvaluationError, match="no poems"):
        calibrate(model, tokenizer, [])
    with pytest.raises(EvaluationError, match="one string"):
        calibrate(model, tokenizer, poems("en")[0])
    with pytest.raises(EvaluationError, match="batch_size must be at least 1, got 0"):
        calibrate(model, tokenizer, poems("en"), batch_size=0)
    with pytest.raises(EvaluationError, match=r"not a whole poem: .*'R' at character 0"):
        calibrate(model, tokenizer, ["Roses are red."])
    with pytest.raises(EvaluationError, match="not a whole poem: the document is unfinished"):
        calibrate(model, tokenizer, [poems("en")[0][:40]])
    with pytest.raises(EvaluationError, match="model has 3 ids and the tokenizer"):
        calibrate(Uniform(3), tokenizer, poems("en"))
    with pytest.raises(EvaluationError, match="n_bins must be at least 1"):
        made_up([0.5], [0.5]).bins(0)


def test_a_tokenizer_that_loses_or_joins_tokens_of_verse_is_refused():
    few = CharacterTokenizer("abc", byte_fallback=False)
    with pytest.raises(EvaluationError, match=r"do not tell the tokens of verse|cuts the poem"):
        calibrate(Uniform(few.vocab_size), few, poems("en"))

    class Lines(CharacterTokenizer):
        """One id for a comma with its line break."""

        def encode(self, text):
            return super().encode(text.replace(",\n", "@"))

        def decode(self, ids, skip_special=False):
            return super().decode(ids, skip_special).replace("@", ",\n")

    joined = Lines([*letters("en").alphabet, "@"], byte_fallback=False)
    text = next(poem for poem in verse.sample(9, seed=1) if ",\n" in poem)
    with pytest.raises(EvaluationError, match="expected for each of these ids of its own"):
        calibrate(Uniform(joined.vocab_size), joined, [text])


def test_logits_that_are_no_distribution_are_refused():
    class Overflown(Uniform):
        def step(self, ids, state):
            logits, state = super().step(ids, state)
            return logits * np.nan, state

    tokenizer = letters("en")
    with pytest.raises(EvaluationError, match="logits"):
        calibrate(Overflown(tokenizer.vocab_size), tokenizer, poems("en"))


def test_what_the_model_holds_impossible_costs_infinitely():
    class Deaf(Uniform):
        def step(self, ids, state):
            logits, state = super().step(ids, state)
            logits[:, letters("en").eos_id] = -np.inf
            return logits, state

    tokenizer = letters("en")
    found = calibrate(Deaf(tokenizer.vocab_size), tokenizer, poems("en")[:1])
    assert found.mean_kl == found.mean_cross_entropy == math.inf
    assert math.isfinite(found.mean_entropy)


def test_byte_pairs_keep_to_the_tokens_of_verse():
    tokenizer = ByteBPETokenizer.train(verse.sample(100, seed=4), 400)
    some = poems("en")[:2]
    found = calibrate(Uniform(tokenizer.vocab_size), tokenizer, some)
    assert found.n_places == sum(len(tokenizer.encode(poem)) + 1 for poem in some)
    assert found.kl == pytest.approx(math.log(tokenizer.vocab_size) - found.entropy)
