"""Noise on a state: where it goes, that it stays, and that it is nobody else's."""

import keras
import numpy as np
import pytest

from course_lib.models.language_model import Disturbable
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.ngram import KneserNey
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel

V, B = 11, 3
READ = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]  # three ids of each row, in columns of rows


def lstm():
    return LSTMLanguageModel(LSTMConfig(V, 4, 5, num_layers=2, dropout=0.0))


def transformer():
    sizes = {"width": 8, "num_heads": 2, "feed_forward": 12, "num_layers": 2, "max_len": 16}
    return TransformerLanguageModel(TransformerConfig(V, **sizes, dropout=0.0))


@pytest.fixture(params=[lstm, transformer], ids=["lstm", "transformer"])
def model(request):
    keras.utils.set_random_seed(0)
    made = request.param()
    made.ensure_built()
    draw = np.random.default_rng(0)
    for weight in made.trainable_weights:
        weight.assign(draw.normal(scale=0.5, size=weight.shape))
    return made


def after(model, ids=READ, rows=B):
    """The state after some ids."""
    state = model.start(rows)
    for column in np.transpose(ids):
        _, state = model.step(column, state)
    return state


def noise_for(model, seed=0, rows=B):
    shape = (rows, model.noise_size)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def numbers(state):
    """All numbers of a state, layer by layer, shape (parts, ...)."""
    return [np.asarray(part) for layer in state for part in layer]


def test_noise_changes_what_comes_and_leaves_the_old_state(model):
    state = after(model)
    before, _ = model.step([1, 1, 1], state)
    disturbed = model.disturb(state, noise_for(model))
    changed, _ = model.step([1, 1, 1], disturbed)
    assert (np.abs(changed - before).max(axis=1) > 1e-3).all()
    again, _ = model.step([1, 1, 1], state)
    assert np.array_equal(before, again)


def test_a_row_of_zeros_leaves_its_row_exactly(model):
    state, noise = after(model), noise_for(model)
    noise[1] = 0
    for old, new in zip(numbers(state), numbers(model.disturb(state, noise)), strict=True):
        assert np.array_equal(old[1], new[1])
    one, _ = model.step([1, 1, 1], state)
    other, _ = model.step([1, 1, 1], model.disturb(state, noise))
    np.testing.assert_allclose(one[1], other[1], atol=1e-5)


def test_every_number_of_the_noise_is_added_once(model):
    state, noise = after(model), noise_for(model)
    added = [
        n - o for o, n in zip(numbers(state), numbers(model.disturb(state, noise)), strict=True)
    ]
    found = np.concatenate([part.reshape(B, -1) for part in added], axis=1)
    for row, wanted in zip(found, noise, strict=True):
        there = row[np.abs(row) > 1e-6]
        np.testing.assert_allclose(np.sort(there), np.sort(wanted), atol=1e-5)


def test_an_lstm_is_disturbed_in_h_and_not_in_c():
    model = lstm()
    state, noise = after(model), noise_for(model)
    (h1, c1), (h2, c2) = model.disturb(state, noise)
    for n, (h, c) in enumerate([(h1, c1), (h2, c2)]):
        np.testing.assert_allclose(h - state[n][0], noise[:, 5 * n : 5 * n + 5], atol=1e-6)
        assert np.array_equal(c, state[n][1])


def test_a_transformer_is_disturbed_at_its_last_position():
    model = transformer()
    state, noise = after(model), noise_for(model)
    parts = noise.reshape(B, 2, 2, 2, 1, 4)  # layers, keys or values, heads, position, d
    for n, (old, new) in enumerate(zip(state, model.disturb(state, noise), strict=True)):
        for k, (was, now) in enumerate(zip(old, new, strict=True)):
            assert np.array_equal(was[:, :, :-1], now[:, :, :-1])
            np.testing.assert_allclose(now[:, :, -1:] - was[:, :, -1:], parts[:, n, k], atol=1e-6)
    nothing = model.start(B)
    assert all(part.shape[2] == 0 for layer in model.disturb(nothing, noise) for part in layer)


def test_the_noise_of_a_row_stays_with_it_and_in_it(model):
    chosen = [2, 0, 2]
    state = model.disturb(after(model), noise_for(model))
    _, going = model.step([1, 1, 1], state)
    _, undisturbed = model.step([1, 1, 1], after(model))
    together, _ = model.step([2, 2, 2], going)
    picked, _ = model.step([2, 2, 2], model.select(going, chosen))
    np.testing.assert_allclose(picked, together[chosen], atol=1e-5)
    without, _ = model.step([2, 2, 2], undisturbed)
    assert (np.abs(together - without).max(axis=1) > 1e-4).all()


def test_models_of_numbers_can_be_disturbed_and_models_of_ids_cannot(model):
    assert isinstance(model, Disturbable)
    assert not isinstance(KneserNey(2), Disturbable)


@pytest.mark.parametrize("make", [lstm, transformer])
def test_a_state_in_half_precision_keeps_its_type(make):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = make()
        state = model.disturb(after(model), noise_for(model))
        logits, _ = model.step([1, 1, 1], state)
    finally:
        keras.config.set_dtype_policy("float32")
    assert {part.dtype for part in numbers(state)} == {np.dtype(np.float16)}
    assert logits.dtype == np.float32
