"""The step in NumPy is TensorFlow's: same logits, same state, and no weight is left behind."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from threadpoolctl import threadpool_info

from course_lib.models import lstm_numpy
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.lstm_numpy import read_one_more

V, B = 13, 3
SIZES = {
    "one layer": LSTMConfig(V, 4, 5, 1, 0.0),
    "three layers": LSTMConfig(V, 4, 5, 3, 0.0),
    "projection": LSTMConfig(V, 4, 5, 2, 0.0, projection_size=3),
    "dropout, which generation does not use": LSTMConfig(V, 4, 5, 2, 0.5),
}


def model_of(config=SIZES["three layers"], scale=0.5, **settings):
    model = LSTMLanguageModel(config, **settings)
    draw = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(draw.normal(scale=scale, size=weight.shape))
    return model


def columns(rows, length=7):
    return np.random.default_rng(1).integers(0, V, (length, rows)).astype(np.int32)


def same(one, other, atol=2e-6):
    one, other = tf.nest.flatten(one), tf.nest.flatten(other)
    for part, wanted in zip(one, other, strict=True):
        np.testing.assert_allclose(part, wanted, atol=atol, rtol=1e-5)


@pytest.fixture
def counted(monkeypatch):
    """How many rows each step in NumPy has read."""
    seen = []

    def counting(ids, state, weights):
        seen.append(len(ids))
        return read_one_more(ids, state, weights)

    monkeypatch.setattr("course_lib.models.lstm.read_one_more", counting)
    return seen


@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("config", SIZES.values(), ids=SIZES)
def test_logits_and_state_are_those_of_the_full_model(config, rows, counted):
    model = model_of(config)
    state, wanted = model.start(rows), model.initial_state(rows)
    for ids in columns(rows):
        logits, state = model.step(ids, state)
        expected, wanted = model.read(ids[:, None], wanted)
        same((logits, state), (expected[:, 0], wanted))
        assert logits.dtype == np.float32
    assert counted == [rows] * 7


@pytest.mark.parametrize("rows", [1, B])
def test_scores_of_any_size_make_no_warning(rows):
    model = model_of(scale=100.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logits, state = model.step([1] * rows, model.start(rows))
    expected, wanted = model.read(np.full((rows, 1), 1), model.initial_state(rows))
    np.testing.assert_allclose(logits, expected[:, 0], rtol=1e-4)
    same(state, wanted)


@pytest.mark.parametrize("rows", [1, B])
def test_a_state_stays_as_it_was(rows):
    model = model_of()
    ids, *more = columns(rows)
    _, state = model.step(ids, model.start(rows))
    kept = [np.array(part) for part in tf.nest.flatten(state)]
    first, _ = model.step(more[0], state)
    model.step(more[1], state)
    again, _ = model.step(more[0], state)
    assert np.array_equal(first, again)
    assert all(map(np.array_equal, kept, tf.nest.flatten(state)))


@pytest.mark.parametrize("change", ["by hand", "by training", "all at once"])
def test_a_new_text_is_written_with_the_weights_as_they_are(change):
    model = model_of()
    before, _ = model.step([1], model.start(1))
    if change == "by hand":
        model.output_layer.bias.assign_add(np.ones(V, np.float32))
    elif change == "by training":
        model.compile(keras.optimizers.SGD(1.0), "mean_squared_error")
        model.train_on_batch(columns(B).T, np.zeros((B, 7, V), np.float32))
    else:
        model.set_weights([np.full(weight.shape, 0.25) for weight in model.weights])
    after, _ = model.step([1], model.start(1))
    expected, _ = model.read(np.array([[1]]), model.initial_state(1))
    assert not np.allclose(before, after)
    same(after, expected[:, 0])


def nothing(model, state):
    return state


def pick(model, state):
    return model.select(state, [0])


def disturb_by_nothing(model, state):
    return model.disturb(state, np.zeros((1, model.noise_size), np.float32))


@pytest.mark.parametrize("then", [nothing, pick, disturb_by_nothing])
def test_a_text_goes_on_with_the_weights_that_it_was_begun_with(then):
    model, ids = model_of(), [1, 2, 3]
    whole, state = [], model.start(1)
    for token in ids:
        logits, state = model.step([token], state)
        whole.append(logits)
    _, state = model.step(ids[:1], model.start(1))
    state = then(model, state)
    for weight in model.trainable_weights:
        weight.assign(tf.zeros_like(weight))
    for token, expected in zip(ids[1:], whole[1:], strict=True):
        logits, state = model.step([token], state)
        assert np.array_equal(logits, expected)
    assert not model.step([1], model.start(1))[0].any()


def test_rows_that_are_picked_or_disturbed_go_on():
    model = model_of()
    first, second, third, *_ = columns(B)
    state, wanted = model.start(B), model.initial_state(B)
    _, state = model.step(first, state)
    _, wanted = model.read(first[:, None], wanted)
    rows, noise = [2, 0, 2], np.full((3, model.noise_size), 0.25, np.float32)
    state, wanted = model.select(state, rows), model.select(wanted, rows)
    _, state = model.step(second, state)
    _, wanted = model.read(second[:, None], wanted)
    state, wanted = model.disturb(state, noise), model.disturb(wanted, noise)
    logits, state = model.step(third, state)
    expected, wanted = model.read(third[:, None], wanted)
    same((logits, state), (expected[:, 0], wanted))


def test_a_text_that_was_begun_can_be_read_on_by_the_full_model():
    model = model_of()
    first, *more = columns(B)
    _, state = model.step(first, model.start(B))
    logits, _ = model.read(np.transpose(more), state)
    expected = model(columns(B).T)
    same(logits, expected[:, 1:])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_numbers_that_are_not_numpys_single_precision_are_left_to_tensorflow(policy, counted):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = model_of(SIZES["one layer"])
        logits, _ = model.step([1], model.start(1))
    finally:
        keras.config.set_dtype_policy(before)
    assert logits.dtype == np.float32
    assert not counted


def test_layers_of_nvidias_own_code_are_left_to_tensorflow(counted):
    model = model_of(cudnn=True)
    logits, _ = model.step([1], model.start(1))
    plain = model_of()
    same(logits, plain.step([1], plain.start(1))[0], atol=1e-5)
    assert counted == [1]


@pytest.mark.parametrize("rows", [1, B])
def test_one_row_is_read_by_one_thread_and_the_others_get_theirs_back(rows, monkeypatch):
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    before, during = threads(), []
    if before <= {1}:
        pytest.skip("NumPy's products have one thread here, or tell nothing of threads")
    whole = lstm_numpy._read
    monkeypatch.setattr(
        lstm_numpy, "_read", lambda *inputs: (during.append(threads()), whole(*inputs))[1]
    )
    model = model_of()
    model.step([1] * rows, model.start(rows))
    assert during == [{1} if rows == 1 else before]
    assert threads() == before
