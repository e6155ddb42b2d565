"""A request says all that decides a text, and asks for the same text as the functions below it."""

import json

import numpy as np
import pytest

from course_lib.corpus import verse
from course_lib.errors import GenerationError
from course_lib.generation.beam import beam_search
from course_lib.generation.requests import (
    STRATEGIES,
    Request,
    answer,
    answer_in_pieces,
    one_id,
    settings,
)
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import prompt_ids, write
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer

POEMS = verse.sample(40, seed=3)


@pytest.fixture(scope="module")
def trained():
    tokenizer = CharacterTokenizer.from_texts(POEMS)
    ids = [tokenizer.encode(poem) for poem in POEMS]
    model = KneserNey(4).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    return model, tokenizer


def test_drawn_texts_are_those_of_write(trained):
    wanted = Request(sampling=Sampling(top_p=0.8), max_new_ids=40, n_samples=2, seed=5)
    expected = write(*trained, ["The "], Sampling(top_p=0.8), max_new_ids=40, n_samples=2, seed=5)
    assert answer(*trained, ["The "], wanted) == expected


def test_a_beam_gives_its_best_texts_in_order(trained):
    model, tokenizer = trained
    wanted = Request("beam", width=3, n_samples=2, max_new_ids=12, length_penalty=0.5)
    found = answer(*trained, ["The "], wanted)
    hypotheses = beam_search(
        model,
        prompt_ids(tokenizer, "The "),
        width=3,
        max_new_ids=12,
        stop_ids=[tokenizer.eos_id],
        length_penalty=0.5,
    )
    assert [text.text for text in found] == [tokenizer.decode(list(h.ids)) for h in hypotheses[:2]]
    assert [text.sample for text in found] == [0, 1]


def test_greedy_heeds_the_filters_that_change_what_is_likeliest(trained):
    plain, other = (
        answer(*trained, ["The "], Request("greedy", Sampling(no_repeat_ngram=n), max_new_ids=120))
        for n in (None, 3)
    )
    (plain,), (other,) = plain, other

    def repeated(text):
        grams = [text[i : i + 3] for i in range(len(text) - 2)]
        return len(grams) - len(set(grams))

    assert repeated(plain.text) > 20 > repeated(other.text) == 0
    cold = answer(*trained, ["The "], Request("greedy", Sampling(temperature=7), max_new_ids=120))
    assert cold[0].text == plain.text


def test_stop_and_ban_are_texts_of_one_token(trained):
    _, tokenizer = trained
    lines = answer(*trained, [""] * 4, Request(stop=("\n",), max_new_ids=200))
    assert all("\n" not in text.text and text.ended == "stop" for text in lines)
    without = answer(*trained, [""] * 4, Request(ban=("e", "a"), max_new_ids=200))
    assert not set("ea") & set("".join(text.text for text in without))
    both = Request("greedy", ban=("\n",), stop=("\n",), max_new_ids=30)
    assert answer(*trained, ["The "], both)[0].ended == "length"  # a stop that cannot come
    assert one_id(tokenizer, "\n", "stop") == tokenizer.encode("\n")[0]
    for text, n in (("the", 3), ("", 0)):
        with pytest.raises(GenerationError, match=f"stop expects .*{text!r} is {n} tokens"):
            answer(*trained, ["The "], Request(stop=(text,)))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_pieces_are_the_text(trained, strategy):
    wanted = Request(strategy, max_new_ids=30, seed=2)
    (whole,) = answer(*trained, ["The "], wanted)
    pieces = list(answer_in_pieces(*trained, "The ", wanted))
    assert "".join(pieces) == whole.text
    assert (len(pieces) == 1) == (strategy == "beam")


def test_every_setting_can_be_typed_and_comes_back():
    typed = {
        "strategy": ("greedy", "greedy"),
        "width": ("7", 7),
        "length_penalty": ("0.5", 0.5),
        "explore": ("0.1", 0.1),
        "explore_share": ("0.3", 0.3),
        "max_new_ids": ("20", 20),
        "n_samples": ("3", 3),
        "seed": ("11", 11),
        "stop": (r"\n .", ("\n", ".")),
        "ban": (r"\s", (" ",)),
        "temperature": ("0.7", 0.7),
        "top_k": ("5", 5),
        "top_p": ("0.9", 0.9),
        "min_p": ("0.1", 0.1),
        "typical": ("0.8", 0.8),
        "repetition_penalty": ("1.2", 1.2),
        "no_repeat_ngram": ("4", 4),
        "min_length": ("2", 2),
    }
    assert set(typed) == set(settings())
    request = Request()
    for name, (text, value) in typed.items():
        request = request.changed(name, text)
        assert request.as_dict()[name] == value
        assert request.changed(name, "none").as_dict()[name] == settings()[name].default
    assert json.loads(json.dumps(request.as_dict()))["stop"] == ["\n", "."]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Request("nucleus"), "unknown strategy 'nucleus'; expected one of sample"),
        (lambda: Request(width=0), "width must be at least 1, got 0"),
        (lambda: Request(n_samples=0), "n_samples must be at least 1"),
        (lambda: Request(seed=-1), "seed must be at least 0"),
        (lambda: Request(max_new_ids=513), "max_new_ids must be at most 512, got 513"),
        (lambda: Request("beam", n_samples=5), "width 4 has no 5 texts"),
        (lambda: Request("beam", Sampling(top_k=3)), "takes no filters"),
        (lambda: Request("beam", ban=("a",)), "takes no filters"),
        (lambda: Request().changed("heat", "1"), "unknown setting 'heat'; expected one of"),
        (lambda: Request().changed("top_k", "few"), "top_k expects a whole number or none"),
        (lambda: Request().changed("top_k", "0"), "top_k must be at least 1"),
        (lambda: Request().changed("temperature", "0"), "temperature must be above 0"),
        (lambda: Request().changed("temperature", "nan"), "temperature must be above 0"),
    ],
)
def test_what_cannot_be_wished_is_refused(make, message):
    with pytest.raises(GenerationError, match=message):
        make()


def test_luck_is_the_seeds_alone(trained):
    texts = {answer(*trained, ["The "], Request(seed=seed))[0].text for seed in range(5)}
    assert len(texts) == 5
    state = np.random.get_state()[1].copy()
    answer(*trained, ["The "], Request())
    assert (np.random.get_state()[1] == state).all()
