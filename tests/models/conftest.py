"""The laws of the language model protocol, for the tests of every model.

A test that takes the fixture ``protocol_law`` runs once for each law::

    def test_the_protocol(protocol_law):
        protocol_law(model)

The model needs at least 4 ids; a small vocabulary keeps the laws quick.
"""

import numpy as np
import pytest

from course_lib.models.language_model import LanguageModel

TOLERANCE = 1e-4  # nats, for models that compute in single precision


def rows_of_ids(model, B=3, T=7, seed=0):
    return np.random.default_rng(seed).integers(0, model.vocab_size, (B, T))


def log_softmax(logits):
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=-1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(axis=-1, keepdims=True))


def read(model, ids):
    """The logits after every id of every row, step by step, shape (B, T, V)."""
    state, logits = model.start(len(ids)), []
    for column in ids.T:
        after, state = model.step(column, state)
        logits.append(after)
    return np.stack(logits, axis=1)


def it_has_every_method(model):
    assert isinstance(model, LanguageModel)
    assert isinstance(model.vocab_size, int)
    assert model.vocab_size >= 4


def logits_are_single_precision_one_for_each_id_and_row(model):
    logits, _ = model.step([0, 1, 2], model.start(3))
    assert isinstance(logits, np.ndarray)
    assert logits.dtype == np.float32
    assert logits.shape == (3, model.vocab_size)
    assert np.isfinite(logits).all()


def log_probs_are_double_precision_one_for_each_id_but_the_first(model):
    ids = rows_of_ids(model)
    scores = model.log_probs(ids)
    assert isinstance(scores, np.ndarray)
    assert scores.dtype == np.float64
    assert scores.shape == (3, 6)
    assert (scores <= TOLERANCE).all()
    assert np.array_equal(scores, model.log_probs(ids.tolist()))


def log_probs_are_the_log_softmax_of_the_logits_one_step_before(model):
    ids = rows_of_ids(model, T=12)
    by_step = np.take_along_axis(log_softmax(read(model, ids)[:, :-1]), ids[:, 1:, None], axis=2)
    np.testing.assert_allclose(model.log_probs(ids), by_step[:, :, 0], atol=TOLERANCE, rtol=0)


def the_scores_of_all_continuations_of_a_row_sum_to_one(model):
    V = model.vocab_size
    for row in rows_of_ids(model, B=3, T=4, seed=1):
        continued = np.column_stack([np.tile(row, (V, 1)), np.arange(V)])
        total = np.exp(model.log_probs(continued)[:, -1]).sum()
        assert total == pytest.approx(1, abs=TOLERANCE)


def a_state_stays_as_it_was_when_more_is_read(model):
    first, second = rows_of_ids(model, B=2, T=2, seed=2).T
    _, state = model.step(first, model.start(2))
    before, _ = model.step(second, state)
    before = before.copy()
    _, other = model.step((second + 1) % model.vocab_size, state)
    model.step(second, other)
    after, _ = model.step(second, state)
    assert np.array_equal(before, after)


def every_start_is_fresh(model):
    ids = rows_of_ids(model, T=3, seed=3)
    before = read(model, ids)
    read(model, rows_of_ids(model, T=9, seed=4))
    model.log_probs(rows_of_ids(model, T=9, seed=4))
    assert np.array_equal(before, read(model, ids))


def rows_do_not_touch_each_other(model):
    ids = rows_of_ids(model, B=4)
    apart = np.concatenate([model.log_probs(row[None]) for row in ids])
    np.testing.assert_allclose(model.log_probs(ids), apart, atol=TOLERANCE, rtol=0)
    alone = np.concatenate([read(model, row[None]) for row in ids])
    np.testing.assert_allclose(read(model, ids), alone, atol=TOLERANCE, rtol=0)


def no_score_looks_ahead(model):
    ids = rows_of_ids(model, T=8)
    changed = ids.copy()
    changed[:, 5:] = (changed[:, 5:] + 1) % model.vocab_size
    before, after = model.log_probs(ids), model.log_probs(changed)
    np.testing.assert_allclose(before[:, :4], after[:, :4], atol=TOLERANCE, rtol=0)


def chosen_rows_go_on_as_they_would_have(model):
    ids, chosen = rows_of_ids(model, B=3, T=4, seed=5), [2, 0, 2]
    _, state = model.step(ids[:, 0], model.start(3))
    _, state = model.step(ids[:, 1], state)
    both, _ = model.step(ids[:, 2], state)
    some, _ = model.step(ids[chosen, 2], model.select(state, chosen))
    np.testing.assert_allclose(log_softmax(some), log_softmax(both)[chosen], atol=TOLERANCE, rtol=0)
    again, _ = model.step(ids[:, 2], state)
    assert np.array_equal(both, again)


def ids_that_do_not_exist_are_refused(model):
    V = model.vocab_size
    for wrong in (-1, V):
        with pytest.raises(ValueError, match=str(wrong)):
            model.log_probs([[0, 1], [0, wrong]])
        with pytest.raises(ValueError, match=str(wrong)):
            model.step([wrong], model.start(1))


def shapes_that_do_not_fit_are_refused(model):
    for wrong in ([0, 1, 2], [[0]], [[[0, 1]]], [[0.0, 1.0]]):
        with pytest.raises(ValueError):  # noqa: PT011 - each model says it in its own words
            model.log_probs(wrong)
    with pytest.raises(ValueError):  # noqa: PT011
        model.step([0, 1], model.start(3))
    with pytest.raises(ValueError):  # noqa: PT011
        model.start(0)


LAWS = (
    it_has_every_method,
    logits_are_single_precision_one_for_each_id_and_row,
    log_probs_are_double_precision_one_for_each_id_but_the_first,
    log_probs_are_the_log_softmax_of_the_logits_one_step_before,
    the_scores_of_all_continuations_of_a_row_sum_to_one,
    a_state_stays_as_it_was_when_more_is_read,
    every_start_is_fresh,
    rows_do_not_touch_each_other,
    no_score_looks_ahead,
    chosen_rows_go_on_as_they_would_have,
    ids_that_do_not_exist_are_refused,
    shapes_that_do_not_fit_are_refused,
)


@pytest.fixture(params=LAWS, ids=[law.__name__ for law in LAWS])
def protocol_law(request):
    """One law of the protocol, a function of a model."""
    return request.param


@pytest.fixture
def protocol_laws():
    """All laws of the protocol by name."""
    return {law.__name__: law for law in LAWS}
