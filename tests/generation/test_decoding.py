from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chisquare

from course_lib.errors import GenerationError
from course_lib.generation.beam import beam_search
from course_lib.generation.decoding import generate, started, stream
from course_lib.generation.settings import Sampling
from course_lib.models.ngram import KneserNey

DOCUMENTS = [[1, 2, 3, 1, 2, 4], [2, 3, 3, 1], [1, 2, 3, 1, 2, 4], [4, 5, 1, 3], [5, 5, 2]]
EOS = 0


@pytest.fixture(scope="module")
def trigram():
    return KneserNey(3).fit(DOCUMENTS, vocab_size=6, eos_id=EOS)


def test_greedy_takes_the_likeliest_id_at_each_place(trigram):
    (text,) = generate(trigram, [[EOS, 1]], max_new_ids=5, stop_ids=[EOS])
    state = trigram.start(1)
    for token in text.prompt:
        logits, state = trigram.step([token], state)
    for token in text.ids:
        assert token == logits[0].argmax()
        logits, state = trigram.step([token], state)
    assert text.ids


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(temperature=0.5),
        Sampling(top_k=3),
        Sampling(top_p=0.7),
        Sampling(min_p=0.3, temperature=2.0),
        Sampling(typical=0.6),
    ],
    ids=str,
)
def test_ids_are_drawn_with_the_frequencies_of_the_softmax(table_model, sampling):
    model = table_model(seed=1, V=6)
    n = 20_000
    texts = generate(model, [[2]], sampling, max_new_ids=1, n_samples=n)
    counts = np.bincount([text.ids[0] for text in texts], minlength=6)
    left = sampling.apply(model.table[[2]], [[2]], [0], [])[0].astype(float)
    p = np.exp(left - left.max())
    p /= p.sum()
    assert not counts[p == 0].any()
    assert chisquare(counts[p > 0], n * p[p > 0]).pvalue > 1e-3


class FiveIds:
    """A trigram that reads five ids and no more."""

    max_len = 5

    def __init__(self, model):
        self.model, self.vocab_size = model, model.vocab_size
        self.log_probs, self.select = model.log_probs, model.select

    def start(self, batch):
        return self.model.start(batch)

    def step(self, ids, state):
        self.n_read = getattr(self, "n_read", 0) + 1
        assert self.n_read <= self.max_len
        return self.model.step(ids, state)


def test_a_model_of_few_positions_ends_its_texts_and_loses_none(trigram):
    prompts, settings = [[EOS, 1], [EOS, 1, 2, 3]], {"max_new_ids": 9, "seed": 3}
    short = generate(FiveIds(trigram), prompts, Sampling(), **settings)
    free = generate(trigram, prompts, Sampling(), **settings)
    assert [len(text.history) for text in short] == [6, 6]  # the last id need not be read
    assert [text.ids for text in short] == [
        f.ids[: len(s.ids)] for f, s in zip(free, short, strict=True)
    ]
    assert {text.ended for text in short} == {"length"}
    (best,) = beam_search(FiveIds(trigram), prompts[1], width=1, max_new_ids=9)
    (same,) = beam_search(trigram, prompts[1], width=1, max_new_ids=2)
    assert best == same
    assert best.ended == "length"
    for write in (generate, lambda model, given: beam_search(model, given[0])):
        with pytest.raises(GenerationError, match="6 ids is longer than the 5"):
            write(FiveIds(trigram), [[EOS] * 6])


def test_a_text_is_the_same_alone_and_in_any_batch(trigram):
    prompts = [[EOS, 1], [EOS, 4, 5, 1], [EOS], [EOS, 2, 3]]
    settings = {"max_new_ids": 20, "stop_ids": [EOS], "seed": 7}
    together = generate(trigram, prompts, Sampling(), n_samples=2, **settings)
    for n, prompt in enumerate(prompts):
        alone = generate(trigram, [prompt], Sampling(), n_samples=2, **settings)
        assert [t.ids for t in alone] == [t.ids for t in together[2 * n : 2 * n + 2]]
    assert len({tuple(text.ids) for text in together}) > 4
    other = generate(trigram, prompts, Sampling(), n_samples=2, **{**settings, "seed": 8})
    assert [t.ids for t in other] != [t.ids for t in together]


def test_what_has_ended_costs_no_more_steps(table_model):
    table = np.full((4, 4), -9.0)
    table[1, 0] = table[2, 3] = table[3, 3] = 9.0
    model = table_model(table)
    texts = generate(model, [[1], [2], [2, 2, 2]], max_new_ids=4, stop_ids=[0])
    assert [t.ids for t in texts] == [[], [3, 3, 3, 3], [3, 3, 3, 3]]
    assert [t.ended for t in texts] == ["stop", "length", "length"]
    assert model.calls == [3, 2, 2, 2, 1, 1]


def test_a_stream_tells_every_id_as_it_comes(trigram):
    texts = started([[EOS], [EOS, 1, 2]], seed=3)
    seen = [[], []]
    for grown in stream(trigram, texts, Sampling(), max_new_ids=10, stop_ids=[EOS]):
        for row, token in grown:
            seen[row].append(token)
    assert seen == [text.ids for text in texts]
    assert all(text.ended for text in texts)


def test_the_shortest_length_and_the_ban_are_kept(trigram):
    sampling = Sampling(min_length=6, banned_ids=(3,))
    texts = generate(trigram, [[EOS]], sampling, max_new_ids=12, stop_ids=[EOS], n_samples=50)
    assert all(len(text.ids) >= 6 for text in texts)
    assert any(text.ended == "stop" for text in texts)
    assert not any(3 in text.ids for text in texts)


def test_no_run_of_ids_occurs_twice(trigram):
    texts = generate(
        trigram,
        [[EOS, 1, 2]],
        Sampling(no_repeat_ngram=2),
        max_new_ids=15,
        stop_ids=[EOS],
        n_samples=20,
    )
    for text in texts:
        pairs = list(pairwise(text.history))
        assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("broken", "message"),
    [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")],
)
def test_logits_without_a_softmax_are_refused(table_model, broken, message):
    table = np.zeros((3, 3))
    table[1, :] = broken
    for how in (Sampling(), Sampling(top_k=2)):
        with pytest.raises(GenerationError, match=f"row 0 is {message}"):
            generate(table_model(table), [[1]], how, max_new_ids=2)
    with pytest.raises(GenerationError, match=message):
        generate(table_model(table), [[1]], max_new_ids=2)


def test_a_row_with_nothing_left_says_why(table_model):
    with pytest.raises(GenerationError, match=r"row 0 has no id left.* 3 are banned"):
        generate(table_model(np.zeros((3, 3))), [[1]], Sampling(banned_ids=(0, 1, 2)))
    with pytest.raises(GenerationError, match="holds 7, which is not from 0 to 2"):
        generate(table_model(np.zeros((3, 3))), [[1]], Sampling(banned_ids=(7,)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0.0),
        ("temperature", -1.0),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("top_k", 0),
        ("top_k", 2.5),
        ("top_p", 0.0),
        ("top_p", 1.7),
        ("min_p", -0.1),
        ("typical", 1.0),
        ("repetition_penalty", 0.0),
        ("no_repeat_ngram", 0),
        ("min_length", -1),
    ],
)
def test_a_setting_out_of_bounds_is_named(name, value):
    with pytest.raises(GenerationError, match=f"{name} must be .*, got {value}"):
        Sampling(**{name: value})


def test_what_is_no_prompt_is_refused(trigram):
    for prompts, message in (([], "one prompt"), ([[EOS], []], "prompt 1 is empty")):
        with pytest.raises(GenerationError, match=message):
            generate(trigram, prompts)
    for wrong in (0, 513):
        with pytest.raises(GenerationError, match=str(wrong)):
            generate(trigram, [[EOS]], max_new_ids=wrong)
