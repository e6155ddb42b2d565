from itertools import pairwise, product

import numpy as np
import pytest

from course_lib.errors import GenerationError
from course_lib.generation.beam import Hypothesis, beam_search
from course_lib.generation.decoding import generate

STOP, START = 0, 1


def everything(model, length, stop=STOP):
    """Every text of at most so many ids, by brute force."""
    log_p = model.table.astype(float)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    others = [token for token in range(model.vocab_size) if token != stop]
    for n in range(length + 1):
        for ids in product(others, repeat=n):
            path = (START, *ids)
            total = sum(log_p[a, b] for a, b in pairwise(path))
            if n < length:
                yield Hypothesis(ids, total + log_p[path[-1], stop], "stop")
            else:
                yield Hypothesis(ids, total, "length")


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_that_holds_everything_finds_what_exhaustive_search_finds(
    table_model, seed, length_penalty
):
    model = table_model(seed=seed, V=4)
    texts = sorted(everything(model, 4), key=lambda text: -text.score(length_penalty))
    found = beam_search(
        model, [START], width=200, max_new_ids=4, stop_ids=[STOP], length_penalty=length_penalty
    )
    # Texts of the same pairs of ids are equally likely, so the order among them is open.
    assert {(t.ids, t.ended) for t in found} == {(t.ids, t.ended) for t in texts}
    scores = [[t.score(length_penalty) for t in some] for some in (found, texts)]
    assert scores[0] == pytest.approx(scores[1])
    wanted = {t.ids: t.log_prob for t in texts}
    assert {t.ids: t.log_prob for t in found} == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(10))
def test_an_early_end_of_the_search_loses_nothing(table_model, seed):
    model = table_model(seed=seed, V=4)
    for width in (1, 2, 3):
        short = beam_search(model, [START], width=width, max_new_ids=12, stop_ids=[STOP])
        scores = [text.score(1.0) for text in short]
        assert scores == sorted(scores, reverse=True)
        assert len(short) == width


def test_a_beam_of_one_without_a_stop_is_greedy(table_model):
    model = table_model(seed=3, V=7)
    text = generate(model, [[START]], max_new_ids=9)[0]
    assert beam_search(model, [START], width=1, max_new_ids=9)[0].ids == tuple(text.ids)


def test_greedy_misses_what_a_beam_of_two_finds(table_model):
    # From 1, id 2 is likelier than 3; but after 3 everything is certain.
    p = np.array(
        [
            [0.2] * 5,
            [0.01, 0.01, 0.5, 0.47, 0.01],
            [0.2] * 5,
            [0.01, 0.01, 0.01, 0.01, 0.96],
            [0.2] * 5,
        ]
    )
    model = table_model(np.log(p))
    one, two = (beam_search(model, [START], width=w, max_new_ids=2)[0] for w in (1, 2))
    assert one.ids[0] == 2
    assert two.ids == (3, 4)
    assert two.log_prob > one.log_prob


def test_a_length_penalty_prefers_longer_texts(table_model):
    p = np.array(
        [[0.25] * 4, [0.4, 0.02, 0.56, 0.02], [0.5, 0.02, 0.02, 0.46], [0.94, 0.02, 0.02, 0.02]]
    )
    model = table_model(np.log(p))
    settings = {"width": 4, "max_new_ids": 6, "stop_ids": [STOP]}
    by_probability = beam_search(model, [START], length_penalty=0.0, **settings)[0]
    per_id = beam_search(model, [START], length_penalty=1.0, **settings)[0]
    assert by_probability.ids == ()
    assert per_id.ids == (2, 3)


@pytest.mark.parametrize(
    "settings", [{"width": 0}, {"max_new_ids": 0}, {"max_new_ids": 513}, {"length_penalty": -1.0}]
)
def test_numbers_out_of_bounds_are_refused(table_model, settings):
    with pytest.raises(GenerationError, match=str(next(iter(settings.values())))):
        beam_search(table_model(), [START], **settings)
    with pytest.raises(GenerationError, match="empty"):
        beam_search(table_model(), [])
