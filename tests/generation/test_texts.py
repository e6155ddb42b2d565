import warnings
from itertools import pairwise

import numpy as np
import pytest

from course_lib.corpus import verse
from course_lib.errors import GenerationError
from course_lib.generation.requests import Request, answer
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import ShortPromptWarning, pieces, prompt_ids, write
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.words import WordTokenizer

POEMS = verse.sample(60, seed=1, language="es")


@pytest.fixture(scope="module")
def model_and_tokenizer():
    tokenizer = ByteBPETokenizer.train(POEMS, 320)
    ids = [tokenizer.encode(poem) for poem in POEMS]
    model = KneserNey(4).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    return model, tokenizer


def test_a_prompt_is_continued_and_the_text_ends_where_the_model_ends_it(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    start = POEMS[0][:12]
    found = write(model, tokenizer, [start, ""], Sampling(), max_new_ids=500, n_samples=3, seed=2)
    assert [(w.prompt, w.sample) for w in found] == [(p, n) for p in (start, "") for n in range(3)]
    assert any(w.ended == "stop" for w in found)
    assert all("<" not in w.text for w in found)
    assert len({w.text for w in found}) == 6
    alone = write(model, tokenizer, [""], Sampling(), max_new_ids=500, n_samples=3, seed=2)
    assert alone == found[3:]


@pytest.mark.parametrize("seed", range(4))
def test_pieces_are_the_text_and_no_character_is_torn(model_and_tokenizer, seed):
    model, tokenizer = model_and_tokenizer
    long = Sampling(min_length=30)
    settings = {"max_new_ids": 200, "seed": seed}
    (whole,) = write(model, tokenizer, ["La noche "], long, **settings)
    told = list(pieces(model, tokenizer, "La noche ", long, **settings))
    assert "".join(told) == whole.text
    assert len(told) > 20
    if "\N{REPLACEMENT CHARACTER}" not in whole.text:
        assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in told)


def test_characters_of_several_bytes_come_whole(table_model, model_and_tokenizer):
    _, tokenizer = model_and_tokenizer
    ids = [tokenizer.eos_id, *tokenizer.encode("€λ"), tokenizer.eos_id]
    table = np.full((tokenizer.vocab_size,) * 2, -9.0)
    assert len(set(ids)) == len(ids) - 1 == 6  # five bytes, which a table can spell
    for a, b in pairwise(ids):
        table[a, b] = 9.0
    assert list(pieces(table_model(table), tokenizer, "")) == ["€", "λ"]


def test_a_short_prompt_is_warned_about_and_an_empty_one_is_a_beginning(model_and_tokenizer):
    _, tokenizer = model_and_tokenizer
    with pytest.warns(ShortPromptWarning, match="'La': [12]; below 3"):
        prompt_ids(tokenizer, "La")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert prompt_ids(tokenizer, "") == [tokenizer.eos_id]
        prompt_ids(tokenizer, "La noche duerme")


def test_no_prompt_is_refused(model_and_tokenizer):
    with pytest.raises(GenerationError, match="one prompt"):
        write(*model_and_tokenizer, [])


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("the sea", " is wide"),
        ("the sea ", "is wide"),  # the space is there already
        ("the sea\n", "is wide"),
        ("", "is wide"),
        ("the bird", " is wide"),  # a word that the model does not know
    ],
)
def test_a_tokenizer_of_words_goes_on_with_a_word_of_its_own(table_model, prompt, wanted):
    tokenizer = WordTokenizer.from_texts(["the sea is wide"])
    table = np.full((tokenizer.vocab_size,) * 2, -9.0)
    is_id, wide = tokenizer.encode("is wide")
    table[:, is_id] = 0.0
    table[is_id, wide] = table[wide, tokenizer.eos_id] = 9.0
    model = table_model(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortPromptWarning)
        (written,) = write(model, tokenizer, [prompt])
        assert written.text == wanted
        assert "".join(pieces(model, tokenizer, prompt)) == wanted
        (best,) = answer(model, tokenizer, [prompt], Request("beam"))
    assert best.text == wanted
