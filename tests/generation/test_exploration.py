"""Noise while a text is written: how much, when, of whom, and that none is none."""

import numpy as np
import pytest
from scipy import stats

from course_lib.errors import GenerationError
from course_lib.generation.decoding import generate, greedy, started, stream
from course_lib.generation.exploration import Exploration
from course_lib.generation.requests import Request, answer, answer_in_pieces
from course_lib.generation.settings import Sampling
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer

V, N = 12, 8


class Remembering:
    """The state is a vector of each row; an id turns it and is added, logits are linear in it."""

    vocab_size, noise_size = V, N

    def __init__(self):
        draw = np.random.default_rng(0)
        self.inside = draw.normal(size=(N, N)) * 0.4
        self.given = draw.normal(size=(V, N))
        self.out = draw.normal(size=(N, V))
        self.noise = []

    def start(self, batch):
        return np.zeros((batch, N))

    def step(self, ids, state):
        state = np.tanh(state @ self.inside + self.given[np.asarray(ids)])
        return (state @ self.out).astype(np.float32), state

    def select(self, state, rows):
        return state[np.asarray(rows)]

    def disturb(self, state, noise):
        self.noise.append(np.array(noise))
        return state + noise

    def log_probs(self, ids):
        raise NotImplementedError


def written(how, explore=None, prompts=([0], [3, 4, 5]), n_samples=3, seed=5, **settings):
    settings = {"max_new_ids": 25, "stop_ids": [0]} | settings
    texts = generate(
        Remembering(), prompts, how, n_samples=n_samples, seed=seed, explore=explore, **settings
    )
    return [text.ids for text in texts]


@pytest.mark.parametrize(
    "how", [greedy, Sampling(), Sampling(temperature=0.5, top_k=4)], ids=["greedy", "plain", "cold"]
)
def test_no_noise_is_the_strategy_itself(how):
    assert written(how, Exploration(0.0)) == written(how) == written(how, Exploration(0.0, 0.3))
    model = Remembering()
    generate(model, [[1]], how, explore=Exploration(0.0))
    assert model.noise == []


def test_noise_makes_greedy_texts_differ_and_more_of_it_more():
    def kinds(sigma):
        texts = written(greedy, Exploration(sigma), [[1]], n_samples=40, max_new_ids=10)
        return len({tuple(ids) for ids in texts})

    assert kinds(0.0) == 1
    assert kinds(1e-6) == 1
    assert 1 < kinds(0.1) < kinds(1.0)


@pytest.mark.parametrize("how", [greedy, Sampling()], ids=["greedy", "sample"])
def test_a_text_is_the_same_alone_and_in_any_batch(how):
    prompts, noise = [[0, 1], [2, 4, 5, 1], [3], [1, 2, 3]], Exploration(0.5, 0.6)
    together = written(how, noise, prompts, n_samples=2)
    assert len(set(map(len, together))) > 1  # some end early and leave the batch
    for n, prompt in enumerate(prompts):
        assert written(how, noise, [prompt], n_samples=2) == together[2 * n : 2 * n + 2]
    assert written(how, noise, prompts, n_samples=2, seed=6) != together


def test_noise_does_not_touch_the_luck_of_the_draws():
    """Where noise cannot change the distribution, the same ids are drawn."""
    model = Remembering()
    model.out[:] = 0  # whatever the state, all ids are as likely
    plain, noisy = (
        [t.ids for t in generate(model, [[1]], Sampling(), n_samples=4, explore=explore)]
        for explore in (None, Exploration(2.0))
    )
    assert plain == noisy


def test_noise_has_its_size_and_no_pattern():
    model, steps, rows = Remembering(), 50, 60
    generate(model, [[1]], Sampling(), n_samples=rows, max_new_ids=steps, explore=Exploration(0.25))
    noise = np.array(model.noise)
    assert noise.shape == (steps, rows, N)
    standard = noise.ravel() / 0.25
    assert stats.kstest(standard, "norm").pvalue > 1e-3
    for axis in range(3):  # neighbours in time, text and place are independent
        a, b = (noise.take(range(i, noise.shape[axis] - 1 + i), axis).ravel() for i in (0, 1))
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(len(a))
    assert len(np.unique(noise.reshape(-1, N), axis=0)) == steps * rows


def test_the_share_is_how_often_there_is_noise():
    model, steps, rows = Remembering(), 40, 100
    noise = Exploration(1.0, share=0.3)
    generate(model, [[1]], Sampling(), n_samples=rows, max_new_ids=steps, explore=noise)
    there = np.array(model.noise).any(axis=2)
    low, high = stats.binom.interval(0.999, steps * rows, 0.3)
    assert low <= there.sum() <= high
    assert len(np.unique(there, axis=1).T) == rows  # each text has its own places


def test_a_prompt_is_read_without_noise_up_to_its_last_id():
    model = Remembering()
    texts = started([[1], [1, 2, 3]])
    list(stream(model, texts, max_new_ids=4, explore=Exploration(1.0)))
    there = [noise.any(axis=1).tolist() for noise in model.noise]
    assert there[:4] == [[True, False], [True, False], [True, True], [True, True]]
    assert [len(rows) for rows in there[4:]] == [1, 1]


@pytest.mark.parametrize(
    ("sigma", "share", "message"),
    [
        (-0.1, 1.0, "explore must be 0 .* got -0.1"),
        (float("nan"), 1.0, "explore must be .* got nan"),
        (float("inf"), 1.0, "explore must be .* got inf"),
        (0.1, 0.0, "explore_share must be above 0 and at most 1, got 0.0"),
        (0.1, 1.5, "explore_share must be .* got 1.5"),
    ],
)
def test_a_value_out_of_bounds_is_named(sigma, share, message):
    with pytest.raises(GenerationError, match=message):
        Exploration(sigma, share)
    with pytest.raises(GenerationError, match=message):
        Request(explore=sigma, explore_share=share)


def test_a_model_of_counts_says_that_it_has_nothing_to_disturb():
    tokenizer = CharacterTokenizer("abc ")
    ids = [tokenizer.encode("a cab cab")]
    model = KneserNey(2).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    request = Request(explore=0.1, max_new_ids=5)
    for ask in (answer, lambda *a: list(answer_in_pieces(*a[:2], a[2][0], a[3]))):
        with pytest.raises(
            GenerationError, match=r"KneserNey keeps none .* noise_size and disturb"
        ):
            ask(model, tokenizer, ["a ca"], request)
    assert answer(model, tokenizer, ["a ca"], Request(max_new_ids=5))


def test_a_beam_takes_no_noise():
    with pytest.raises(GenerationError, match="no filters and no noise"):
        Request("beam", explore=0.1)


def test_a_request_asks_for_the_same_texts():
    tokenizer = CharacterTokenizer("abcdefgh")
    model = Remembering()
    model.vocab_size = V = tokenizer.vocab_size
    draw = np.random.default_rng(1)
    model.given, model.out = draw.normal(size=(V, N)), draw.normal(size=(N, V))
    request = Request("greedy", explore=0.5, explore_share=0.5, max_new_ids=9, n_samples=2, seed=3)
    (first, second) = answer(model, tokenizer, ["abc"], request)
    texts = generate(
        model,
        [[tokenizer.eos_id, *tokenizer.encode("abc")]],
        max_new_ids=9,
        stop_ids=[tokenizer.eos_id],
        n_samples=2,
        seed=3,
        explore=Exploration(0.5, 0.5),
    )
    wanted = [tokenizer.decode(text.ids, skip_special=True) for text in texts]
    assert [first.text, second.text] == wanted
    assert "".join(answer_in_pieces(model, tokenizer, "abc", request)) == first.text
