"""Nats and rates: exact by hand, additive, blind to batches, and honest about what was lost."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpus import verse
from course_lib.evaluation.likelihood import LikelihoodError, evaluate
from course_lib.evaluation.word_units import WIKITEXT, WordUnit, wikitext_words
from course_lib.models.language_model import LanguageModel

TEXTS = ["To be,\nor not", "", "¿Qué? ñandú", "a", "one two three four five six seven"]


class Alphabet:
    """Characters in the order given, then the end of the document; others are lost as unknown."""

    def __init__(self, characters, unknown=None):
        self.forms = [*characters, "<end>"]
        self.special_ids = {"<end>": len(self.forms) - 1}
        self.pad_id = None
        if unknown:
            self.forms.append(unknown)
            self.special_ids[unknown] = len(self.forms) - 1
        self.eos_id = self.special_ids["<end>"]
        self.vocab_size = len(self.forms)

    def encode(self, text):
        known = {form: i for i, form in enumerate(self.forms)}
        return [known[c] if c in known else self.vocab_size - 1 for c in text]

    def decode(self, ids, skip_special=False):
        return "".join(self.forms[i] for i in ids)


class Words(Alphabet):
    """Whitespace-separated words: which spaces there were is lost."""

    def encode(self, text):
        return super().encode(text.split())

    def decode(self, ids, skip_special=False):
        return " ".join(self.forms[i] for i in ids)


class Table:
    """A model that gives each id its own probability, or each id after each id if it has rows."""

    def __init__(self, probabilities):
        with np.errstate(divide="ignore"):
            self.logs = np.log(np.asarray(probabilities, dtype=np.float64))

    @property
    def vocab_size(self):
        return self.logs.shape[-1]

    def start(self, batch):
        return None

    def step(self, ids, state):
        rows = self.logs[np.asarray(ids)] if self.logs.ndim == 2 else [self.logs] * len(ids)
        return np.asarray(rows, dtype=np.float32), state

    def select(self, state, rows):
        return state

    def log_probs(self, ids):
        ids = np.asarray(ids)
        if self.logs.ndim == 1:
            return self.logs[ids[:, 1:]]
        return self.logs[ids[:, :-1], ids[:, 1:]]


class Grammar:
    """The source of verse itself, as a model of characters."""

    def __init__(self, tokenizer, language):
        self.tokenizer, self.language = tokenizer, language
        self.vocab_size = tokenizer.vocab_size

    def log_probs(self, ids):
        out = np.full((len(ids), ids.shape[1] - 1), -1.0)
        for row, values in zip(ids, out, strict=True):
            end = 1 + np.flatnonzero(row[1:] == self.tokenizer.eos_id)[0]
            text = self.tokenizer.decode(row[1:end])
            exact = verse.log_probs(text, self.language, unit="character")
            values[:end] = [log_p for _, log_p in exact]
        return out


def characters_of(texts):
    return sorted(set("".join(texts)))


def uniform(n):
    return Table(np.full(n, 1 / n))


def bigrams(n, seed=0):
    return Table(np.random.default_rng(seed).dirichlet(np.ones(n), size=n))


# ------------------------------------------------------------------- exact values


def test_a_uniform_model_pays_the_logarithm_of_the_vocabulary_for_each_token():
    tokenizer = Alphabet(characters_of(TEXTS))
    got = evaluate(uniform(tokenizer.vocab_size), tokenizer, TEXTS)
    n = sum(len(text) + 1 for text in TEXTS)
    assert got.n_documents == len(TEXTS)
    assert got.n_tokens == n
    assert got.n_characters == n - len(TEXTS)
    assert got.n_bytes == n - len(TEXTS) + 4  # ¿ é ñ ú
    assert got.n_words == 4 + 0 + 2 + 1 + 7
    assert got.perplexity_per_token == pytest.approx(tokenizer.vocab_size, rel=1e-12)
    assert got.nats == pytest.approx(n * math.log(tokenizer.vocab_size), rel=1e-12)
    assert (got.n_unknown, got.n_impossible, got.n_altered, got.n_respaced) == (0, 0, 0, 0)


def test_a_unigram_model_pays_what_one_computes_by_hand():
    # "ab a": a 1/2 twice, b 1/8, space 1/8, end 1/4: 1 + 1 + 3 + 3 + 2 = 10 bits.
    got = evaluate(Table([1 / 2, 1 / 8, 1 / 8, 1 / 4]), Alphabet("ab "), ["ab a"])
    assert got.nats / math.log(2) == pytest.approx(10)
    assert got.bits_per_byte == got.bits_per_character == pytest.approx(10 / 4)
    assert got.nats_per_token == pytest.approx(10 / 5 * math.log(2))
    assert got.perplexity_per_token == pytest.approx(2**2)
    assert got.perplexity_per_word == pytest.approx(2**5)


def test_bytes_and_characters_differ_by_the_accents():
    got = evaluate(Table([1 / 2, 1 / 4, 1 / 4]), Alphabet("ñe"), ["ñe"])  # 1 + 2 + 2 bits
    assert got.bits_per_character == pytest.approx(5 / 2)
    assert got.bits_per_byte == pytest.approx(5 / 3)


def test_the_start_of_a_document_is_read_and_its_end_is_predicted():
    # After the end comes a for sure, after a only the end; every other way is impossible.
    model = Table([[0, 1], [1, 0]])
    certain = evaluate(model, Alphabet("a"), ["a"])
    assert certain.nats == 0
    assert evaluate(model, Alphabet("a"), ["aa"]).n_impossible == 1


# ---------------------------------------------------------------------------- laws


@given(st.lists(st.text("ab c\né", max_size=12), min_size=1, max_size=9), st.integers(1, 10))
def test_batches_change_nothing_and_sets_add_up(texts, batch_size):
    tokenizer = Alphabet("ab c\né")
    model = bigrams(tokenizer.vocab_size)
    whole = evaluate(model, tokenizer, texts, batch_size=batch_size)
    alone = [evaluate(model, tokenizer, [text]) for text in texts]
    assert whole.document_nats.tolist() == [one.nats for one in alone]
    total = sum(alone[1:], start=alone[0])
    for name in ("n_tokens", "n_words", "n_characters", "n_bytes", "n_documents"):
        assert getattr(whole, name) == getattr(total, name)
    assert whole.nats == pytest.approx(total.nats, rel=1e-12)


@given(st.lists(st.text("ab c\né", max_size=12), min_size=1, max_size=5))
def test_the_rates_are_one_number_in_different_units(texts):
    texts = [*texts, "a word"]
    tokenizer = Alphabet("abc\né word")
    got = evaluate(bigrams(tokenizer.vocab_size), tokenizer, texts)
    assert got.perplexity_per_word == pytest.approx(
        got.perplexity_per_token ** (got.n_tokens / got.n_words)
    )
    assert got.bits_per_byte == pytest.approx(
        math.log2(got.perplexity_per_token) * got.n_tokens / got.n_bytes
    )
    assert got.bits_per_character * got.n_characters == pytest.approx(
        got.bits_per_byte * got.n_bytes
    )


@given(st.text("ab c", min_size=1, max_size=30))
def test_decoding_step_by_step_pays_the_same(text):
    tokenizer = Alphabet("ab c")
    model = bigrams(tokenizer.vocab_size)
    assert isinstance(model, LanguageModel)
    state, nats = model.start(1), 0.0
    read = tokenizer.eos_id
    for following in [*tokenizer.encode(text), tokenizer.eos_id]:
        logits, state = model.step([read], state)
        logits = logits[0].astype(np.float64)
        nats -= logits[following] - np.log(np.exp(logits).sum())
        read = following
    assert evaluate(model, tokenizer, [text]).nats == pytest.approx(nats, rel=1e-5)


def test_the_same_text_costs_the_same_however_it_is_cut():
    # A model of pairs of letters that pays for a pair what the letters cost.
    letters = Table([1 / 2, 1 / 4, 1 / 4])
    pairs = Table([*[[3 / 16] * 4 + [1 / 4]] * 4, [1 / 4, 1 / 8, 1 / 8, 1 / 4, 1 / 4]])

    class Pairs(Alphabet):
        def encode(self, text):
            return super().encode([text[i : i + 2] for i in range(0, len(text), 2)])

    one = evaluate(letters, Alphabet("ab"), ["ab"])
    two = evaluate(pairs, Pairs(["aa", "ab", "ba", "bb"]), ["ab"])
    assert (one.n_tokens, two.n_tokens) == (3, 2)
    # a 1, b 2, end 2 bits, and ab 3, end 2 bits.
    assert one.bits_per_byte == pytest.approx(5 / 2)
    assert two.bits_per_byte == pytest.approx(5 / 2)
    assert one.perplexity_per_token < two.perplexity_per_token


# ----------------------------------------------------------------- the exact floor


@pytest.mark.parametrize("language", verse.LANGUAGES)
def test_the_source_of_verse_stands_on_the_floor(language):
    poems = verse.sample(120, seed=11, language=language)
    tokenizer = Alphabet(characters_of(poems))
    got = evaluate(Grammar(tokenizer, language), tokenizer, poems, batch_size=7)
    above, error = got.excess(verse.entropy(language))
    assert 0 < error < 3
    assert abs(above) < 3 * error
    exact = [-verse.log_prob(poem, language) for poem in poems]
    above, error = got.excess(exact)
    assert abs(above) < 1e-9
    assert error < 1e-9
    assert got.bits_per_byte == pytest.approx(verse.bits_per_byte(language), rel=0.03)


def test_the_excess_has_the_error_of_a_mean():
    got = evaluate(Table([1 / 2, 1 / 2]), Alphabet("a"), ["", "aa", "aaaa"])
    assert got.document_nats == pytest.approx(np.array([1, 3, 5]) * math.log(2))
    above, error = got.excess(math.log(2))
    assert above == pytest.approx(2 * math.log(2))
    assert error == pytest.approx(2 * math.log(2) / math.sqrt(3))
    assert math.isnan(evaluate(Table([1 / 2, 1 / 2]), Alphabet("a"), ["a"]).excess(0)[1])
    with pytest.raises(LikelihoodError, match=r"shape \(2,\).*3 documents"):
        got.excess([1, 2])


# ------------------------------------------------------------------ what was lost


def test_an_unknown_character_is_counted_and_the_rates_are_refused():
    got = evaluate(uniform(4), Alphabet("ab", unknown="<unk>"), ["abz", "ab"])
    assert (got.n_unknown, got.n_altered) == (1, 1)
    assert got.perplexity_per_token == pytest.approx(4)
    for name in ("bits_per_byte", "bits_per_character", "perplexity_per_word"):
        with pytest.raises(LikelihoodError, match=r"would flatter.*1 unknown tokens; of 2"):
            getattr(got, name)


def test_text_that_says_unknown_itself_loses_nothing():
    tokenizer = Words(["the", "cat"], unknown="<unk>")
    got = evaluate(uniform(4), tokenizer, ["the <unk> cat"])
    assert (got.n_unknown, got.n_altered, got.n_respaced) == (0, 0, 0)
    assert got.perplexity_per_word == pytest.approx(4 ** (4 / 3))
    assert evaluate(uniform(4), tokenizer, ["the <unk> dog"]).n_unknown == 1


def test_lost_spaces_leave_the_words_but_not_the_bytes():
    got = evaluate(uniform(3), Words(["the", "cat"]), ["the  cat\n", "the cat"])
    assert (got.n_altered, got.n_respaced) == (0, 1)
    assert got.perplexity_per_word == pytest.approx(3 ** (6 / 4))
    with pytest.raises(LikelihoodError, match="1 with other spaces"):
        _ = got.bits_per_byte


def test_another_spelling_of_the_same_characters_loses_nothing():
    class Composing(Alphabet):
        def encode(self, text):
            return super().encode(text.replace("e\u0301", "é"))

    got = evaluate(uniform(2), Composing("é"), ["e\u0301"])
    assert got.n_altered == 0
    assert (got.n_tokens, got.n_characters, got.n_bytes) == (2, 2, 3)


# --------------------------------------------------------------------------- words


def test_words_are_counted_as_asked():
    text = " = Title = \n \n one <unk> , \n"
    tokenizer = Alphabet(characters_of([text]))
    model = uniform(tokenizer.vocab_size)
    assert evaluate(model, tokenizer, [text]).n_words == 6
    got = evaluate(model, tokenizer, [text], words=WIKITEXT)
    assert (got.n_words, got.word_unit.name) == (9, "WikiText, line ends included")
    own = WordUnit("stanzas", stanzas)
    assert evaluate(model, tokenizer, ["a\n\na"], words=own).n_words == 2
    with pytest.raises(LikelihoodError, match="two units, 'stanzas' and 'WikiText"):
        _ = evaluate(model, tokenizer, [text], words=own) + got


def stanzas(text):
    return text.count("\n\n") + 1


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4).map(" ".join), max_size=5))
def test_wikitext_counts_a_word_for_each_line_end(lines):
    text = "".join(f" {line} \n" for line in lines)
    assert wikitext_words(text) == sum(len(line.split()) + 1 for line in lines)
    assert wikitext_words(text.removesuffix("\n")) == wikitext_words(text)


# ------------------------------------------------------------------------ refusals


def test_probability_zero_is_an_infinite_perplexity_and_says_why():
    got = evaluate(Table([1 / 2, 0, 1 / 2]), Alphabet("ab"), ["ab", "a", "bb"])
    assert got.n_impossible == 3
    assert got.document_nats[1] == pytest.approx(2 * math.log(2))
    assert got.nats == got.perplexity_per_token == got.perplexity_per_word == math.inf
    assert got.bits_per_byte == math.inf
    above, error = got.excess(0)
    assert above == math.inf
    assert math.isnan(error)


def test_a_perplexity_too_great_for_a_float_is_infinite():
    got = evaluate(Table([1e-300, 1.0]), Alphabet("a"), ["aaa"])
    assert got.perplexity_per_word == math.inf
    assert math.isfinite(got.bits_per_byte)


class Broken(Table):
    """Says something that is no log probability, of the last id it is asked for."""

    def __init__(self, value):
        super().__init__([0.5, 0.5])
        self.value = value

    def log_probs(self, ids):
        out = super().log_probs(ids)
        out[0, 2] = self.value
        return out


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.1])
def test_what_is_no_log_probability_is_refused_with_its_place(value):
    with pytest.raises(LikelihoodError, match=f"token 2 of a document is {value}"):
        evaluate(Broken(value), Alphabet("a"), ["aa"])


def test_rounding_above_zero_is_let_through():
    assert evaluate(Broken(1e-7), Alphabet("a"), ["aa"]).nats == pytest.approx(2 * math.log(2))


def test_what_the_model_says_of_the_filling_does_not_matter():
    # The longer row stands first in its batch; position 2 of the shorter one is filling.
    class Careless(Table):
        def log_probs(self, ids):
            out = super().log_probs(ids)
            out[1, 2:] = math.nan
            return out

    got = evaluate(Careless([0.5, 0.5]), Alphabet("a"), ["a", "aaa"])
    assert got.document_nats == pytest.approx(np.array([2, 4]) * math.log(2))


def test_bad_input_is_refused_with_a_word_on_what_to_do():
    model, tokenizer = uniform(2), Alphabet("a")
    with pytest.raises(LikelihoodError, match="no documents"):
        evaluate(model, tokenizer, [])
    with pytest.raises(LikelihoodError, match=r"one string; expected a list of texts: \[text\]"):
        evaluate(model, tokenizer, "aa")
    with pytest.raises(LikelihoodError, match="batch_size must be at least 1, got 0"):
        evaluate(model, tokenizer, ["a"], batch_size=0)
    with pytest.raises(LikelihoodError, match="model has 2 ids and the tokenizer 3"):
        evaluate(model, Alphabet("ab"), ["a"])
    with pytest.raises(LikelihoodError, match="have no words"):
        _ = evaluate(model, tokenizer, [""]).perplexity_per_word
    with pytest.raises(LikelihoodError, match="have no bytes"):
        _ = evaluate(model, tokenizer, [""]).bits_per_byte


def test_log_probs_of_another_shape_are_refused():
    class Wide(Table):
        def log_probs(self, ids):
            return np.zeros(np.shape(ids))

    with pytest.raises(LikelihoodError, match=r"shape \(1, 3\).*expected \(1, 2\)"):
        evaluate(Wide([0.5, 0.5]), Alphabet("a"), ["a"])


def test_a_model_may_have_more_ids_than_its_tokenizer():
    assert evaluate(uniform(8), Alphabet("a"), ["a"]).perplexity_per_token == pytest.approx(8)


def test_progress_counts_the_documents():
    said = []

    def progress(label, done, total):
        said.append((label, done, total))

    evaluate(uniform(2), Alphabet("a"), ["a"] * 5, batch_size=2, progress=progress)
    assert said == [("evaluate", 2, 5), ("evaluate", 4, 5), ("evaluate", 5, 5)]
