"""Rows hold what was measured, join over seeds, survive a file, and are never compared wrongly."""

import json
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpus import verse
from course_lib.evaluation.leaderboard import (
    LITERATURE,
    LeaderboardError,
    Row,
    across_seeds,
    as_markdown,
    measure,
    rows_from_result,
    with_literature,
)
from course_lib.evaluation.likelihood import evaluate
from course_lib.evaluation.word_units import WIKITEXT
from course_lib.models.ngram import AddKNgram, KneserNey, Unigram
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.words import WordTokenizer

NAMES = Row("a model", "characters", "some corpus", "test", (3,))


def row(bits, model="m", seeds=(0,), **other):
    values = {"bits_per_byte": bits, **other.pop("values", {})}
    return Row(model, "characters", "c", "test", seeds, values, **other)


def fitting(model, tokenizer):
    def fit(ids):
        return model.fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)

    return fit


# ------------------------------------------------------------------- measured


def test_a_measured_row_holds_what_the_likelihood_says():
    train, test = ["abab", "ba"], ["ab", "bb a"]
    tokenizer = CharacterTokenizer.from_texts([*train, " "])
    got = measure(fitting(KneserNey(2), tokenizer), tokenizer, train, test, NAMES)
    model = KneserNey(2).fit(
        [tokenizer.encode(text) for text in train],
        vocab_size=tokenizer.vocab_size,
        eos_id=tokenizer.eos_id,
    )
    oracle = evaluate(model, tokenizer, test)
    for name in ("bits_per_byte", "bits_per_character", "perplexity_per_word"):
        assert got.mean(name) == getattr(oracle, name)
        assert got.spread(name) is None
    assert got.mean("parameters") == model.n_parameters
    assert (got.model, got.corpus, got.seeds) == ("a model", "some corpus", (3,))
    speed = got.mean("training_tokens_per_second") * got.mean("training_seconds")
    assert speed == pytest.approx(5 + 3)
    assert got.mean("generation_tokens_per_second") > 0
    assert "excess_bits_per_byte" not in got.values


def test_memory_is_that_of_training_or_of_the_device_that_one_names():
    tokenizer = CharacterTokenizer.from_texts(["ab"])

    def greedy(ids):
        np.ones(3_000_000)  # 24 MB, gone when training ends
        return Unigram().fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)

    got = measure(greedy, tokenizer, ["ab"], ["a"], NAMES)
    assert 24e6 < got.mean("peak_memory_bytes") < 26e6
    assert not tracemalloc.is_tracing()
    got = measure(greedy, tokenizer, ["ab"], ["a"], NAMES, peak_memory=seven)
    assert got.mean("peak_memory_bytes") == 7


def seven():
    assert not tracemalloc.is_tracing()
    return 7


def test_tracing_stops_when_training_fails():
    tokenizer = CharacterTokenizer.from_texts(["ab"])
    with pytest.raises(ZeroDivisionError):
        measure(failing, tokenizer, ["ab"], ["a"], NAMES)
    assert not tracemalloc.is_tracing()


def failing(ids):
    raise ZeroDivisionError


def test_the_excess_is_counted_from_the_floor_of_each_document():
    train = verse.sample(60, seed=0)
    test = verse.sample(10, seed=1)
    floors = [-verse.log_prob(poem) for poem in test]
    tokenizer = CharacterTokenizer.from_texts(train)
    got = measure(fitting(KneserNey(4), tokenizer), tokenizer, train, test, NAMES, floors=floors)
    n_bytes, n_characters = len("".join(test).encode()), len("".join(test))
    floor = sum(floors) / math.log(2)
    assert got.mean("excess_bits_per_byte") == pytest.approx(
        got.mean("bits_per_byte") - floor / n_bytes
    )
    assert got.mean("excess_bits_per_character") == pytest.approx(
        got.mean("bits_per_character") - floor / n_characters
    )
    assert got.mean("excess_nats_per_document") == pytest.approx(
        got.mean("excess_bits_per_byte") * n_bytes * math.log(2) / 10
    )


def test_a_tokenizer_that_loses_text_leaves_the_rates_out_that_would_flatter():
    tokenizer = WordTokenizer.from_texts(["a b c"])
    fit = fitting(Unigram(), tokenizer)
    spaces = measure(fit, tokenizer, ["a b c"], ["a  b"], NAMES, floors=[0.1])
    assert "perplexity_per_word" in spaces.values
    assert "bits_per_byte" not in spaces.values
    assert "excess_bits_per_byte" not in spaces.values
    unknown = measure(fit, tokenizer, ["a b c"], ["a d"], NAMES)
    assert "perplexity_per_word" not in unknown.values


def test_an_impossible_token_and_more_than_one_seed_are_refused():
    tokenizer = CharacterTokenizer.from_texts(["ab"])

    def certain(ids):
        class Certain(Unigram):
            def log_probs(self, ids):
                out = super().log_probs(ids)
                out[0, 0] = -math.inf
                return out

        return fitting(Certain(), tokenizer)(ids)

    with pytest.raises(LeaderboardError, match="probability 0 to 1 tokens"):
        measure(certain, tokenizer, ["ab"], ["a"], NAMES)
    two = Row("m", "t", "c", "test", (1, 2))
    with pytest.raises(LeaderboardError, match=r"one seed at a time.*\(1, 2\)"):
        measure(fitting(Unigram(), tokenizer), tokenizer, ["ab"], ["a"], two)


# ------------------------------------------------- n-grams on the yardstick itself


@pytest.mark.parametrize("language", verse.LANGUAGES)
def test_no_model_stands_below_the_floor_and_longer_histories_come_nearer(language):
    train = verse.sample(400, seed=0, language=language)
    test = verse.sample(60, seed=1, language=language)
    floors = [-verse.log_prob(poem, language) for poem in test]
    tokenizers = {
        "characters": CharacterTokenizer.from_texts(train),
        "BPE": ByteBPETokenizer.train(train, 1024),
    }
    for tokenizer in tokenizers.values():
        ids = [tokenizer.encode(poem) for poem in train]
        above = []
        for model in (Unigram(), AddKNgram(2, 0.01), KneserNey(3), KneserNey(5)):
            model.fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
            mean, error = evaluate(model, tokenizer, test).excess(floors)
            assert mean > 3 * error > 0
            above.append(mean)
        assert above == sorted(above, reverse=True)


@pytest.mark.parametrize("make", [Unigram, AddKNgram, KneserNey])
def test_an_ngram_decodes_step_by_step_what_it_scores(make):
    poem, *train = verse.sample(30, seed=4)
    tokenizer = CharacterTokenizer.from_texts(train)
    model = fitting(make(), tokenizer)([tokenizer.encode(text) for text in train])
    state, token, nats = model.start(1), tokenizer.eos_id, 0.0
    for following in [*tokenizer.encode(poem), tokenizer.eos_id]:
        logits, state = model.step([token], state)
        logits = logits[0].astype(np.float64)
        nats += np.logaddexp.reduce(logits) - logits[following]
        token = following
    assert evaluate(model, tokenizer, [poem]).nats == pytest.approx(nats, rel=1e-6)


# ----------------------------------------------------------------- rows and seeds


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=5))
def test_rows_join_over_the_seeds(figures):
    rows = [row((bits,), seeds=(seed,)) for seed, bits in enumerate(figures)]
    (joined,) = across_seeds(rows)
    assert joined.seeds == tuple(range(len(figures)))
    assert joined.values["bits_per_byte"] == tuple(figures)
    assert joined.mean("bits_per_byte") == pytest.approx(np.mean(figures))
    if len(figures) > 1:
        assert joined.spread("bits_per_byte") == pytest.approx(np.std(figures, ddof=1), abs=1e-9)
    (again,) = rows_from_result({"figures": {"rows": [json.loads(json.dumps(joined.as_dict()))]}})
    assert again == joined


def test_rows_of_other_models_stay_apart():
    rows = [row((1.0,), "a"), row((2.0,), "b"), row((3.0,), "a", seeds=(1,))]
    assert [joined.values["bits_per_byte"] for joined in across_seeds(rows)] == [(1, 3), (2,)]


def test_rows_that_do_not_fit_are_refused():
    with pytest.raises(LeaderboardError, match="different seeds"):
        across_seeds([row((1.0,)), row((2.0,))])
    with pytest.raises(LeaderboardError, match="same quantities"):
        across_seeds([row((1.0,)), row((2.0,), seeds=(1,), values={"parameters": (3,)})])
    with pytest.raises(LeaderboardError, match="no quantity 'loss'"):
        row((1.0,), values={"loss": (1.0,)})
    with pytest.raises(LeaderboardError, match="2 figures of bits_per_byte for 1 seeds"):
        row((1.0, 2.0))
    with pytest.raises(LeaderboardError, match="'m' of c has no parameters"):
        row((1.0,)).mean("parameters")


@pytest.mark.parametrize("figures", [{}, {"rows": [3]}, {"rows": [{"model": "m"}]}, {"rows": 3}])
def test_a_result_without_rows_is_refused(figures):
    with pytest.raises(LeaderboardError, match="'a_name' holds no leaderboard rows"):
        rows_from_result({"name": "a_name", "figures": figures})


# --------------------------------------------------------------------- the table


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_the_best_row_comes_first_and_what_is_missing_last():
    rows = [
        row((2.0,), "second"),
        Row("unmeasured", "t", "c", "test", (), {"parameters": (5,)}),
        row((1.0, 2.0), "first", seeds=(0, 1)),
    ]
    header, rule, *lines = cells(as_markdown(rows))
    assert header == ["model", "tokenizer", "bits per byte", "parameters"]
    assert rule == ["---", "---", "--:", "--:"]
    assert [line[0] for line in lines] == ["first", "second", "unmeasured"]
    assert lines[0][2:] == ["1.500\u00a0±\u00a00.707", "—"]
    assert lines[2][2:] == ["—", "5"]


def test_columns_and_order_can_be_chosen_and_carry_their_units():
    values = {"peak_memory_bytes": (5e6,), "parameters": (12345.0,), "training_seconds": (2.5,)}
    chosen = ["parameters", "peak_memory_bytes", "training_seconds"]
    table = as_markdown([row((1.0,), values=values)], by="parameters", columns=chosen)
    assert cells(table)[0][2:] == ["parameters", "peak memory in training, MB", "training, s"]
    assert cells(table)[2][2:] == ["12,345", "5", "2.50"]


def test_great_perplexities_are_written_without_decimals():
    rows = [Row("m", "t", "c", "test", (0,), {"perplexity_per_word": (24210065.7,)})]
    assert cells(as_markdown(rows))[2][2] == "24,210,066"


def test_what_cannot_be_compared_is_refused():
    other = Row("m", "t", "another", "test", (0,), {"bits_per_byte": (1.0,)})
    with pytest.raises(LeaderboardError, match="one text"):
        as_markdown([row((1.0,)), other])
    with pytest.raises(LeaderboardError, match="no rows"):
        as_markdown([])
    with pytest.raises(LeaderboardError, match="no quantity"):
        as_markdown([row((1.0,))], columns=["loss"])
    ours = {"perplexity_per_word": (100.0,)}
    rows = [
        Row("m", "t", "c", "test", (0,), ours),
        Row("m", "t", "c", "test", (0,), ours, WIKITEXT.name),
    ]
    with pytest.raises(LeaderboardError, match="different words"):
        as_markdown(rows)


def test_papers_stand_only_beside_the_same_text_split_and_unit():
    values = {"perplexity_per_word": (200.0,)}
    ours = Row("m", "words", "wikitext2", "test", (0,), values, WIKITEXT.name)
    assert with_literature([ours]) == [ours, *LITERATURE]
    for other in (
        Row("m", "words", "wikitext2", "valid", (0,), values, WIKITEXT.name),
        Row("m", "words", "wikitext2", "test", (0,), values),
        Row("m", "words", "quijote", "test", (0,), values, WIKITEXT.name),
        Row("m", "words", "wikitext2", "test", (0,), {"parameters": (1,)}, WIKITEXT.name),
    ):
        assert with_literature([other]) == [other]
    assert with_literature(LITERATURE) == list(LITERATURE)


def test_figures_of_papers_are_cited_in_the_table():
    table = as_markdown(LITERATURE, by="perplexity_per_word")
    figures = {line[0]: line[2] for line in cells(table)[2:]}
    assert figures == {
        "LSTM {cite:p}`grave2017`": "99.3",
        "LSTM with a cache {cite:p}`grave2017`": "68.9",
        "AWD-LSTM {cite:p}`merity2018`": "65.8",
        "AWD-LSTM with a cache {cite:p}`merity2018`": "52.0",
        "Mogrifier LSTM {cite:p}`melis2020`": "55.1",
    }
    assert next(iter(figures)).startswith("AWD-LSTM with a cache")
