import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from course_lib.batching import pairs
from course_lib.errors import TrainingError
from course_lib.training.losses import (
    IGNORE_ID,
    counted,
    cross_entropy,
    mean_where,
    smoothing_floor,
    token_losses,
)

V = 7


def batch(B=3, T=5, seed=0, spread=3.0):
    draw = np.random.default_rng(seed)
    logits = (spread * draw.normal(size=(B, T, V))).astype(np.float32)
    return logits, draw.integers(0, V, (B, T))


def of_torch(logits, targets, smoothing, pad_id):
    """PyTorch's loss and its gradient, in double precision."""
    scores = torch.tensor(np.asarray(logits), dtype=torch.float64, requires_grad=True)
    loss = functional.cross_entropy(
        scores.reshape(-1, V),
        torch.tensor(targets).reshape(-1),
        label_smoothing=smoothing,
        ignore_index=IGNORE_ID if pad_id is None else pad_id,
    )
    loss.backward()
    return loss.item(), scores.grad.numpy()


def of_ours(logits, targets, smoothing, pad_id):
    scores = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(scores)
        loss = cross_entropy(scores, targets, smoothing, pad_id)
    return float(loss), tape.gradient(loss, scores).numpy()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("pad_id", [None, 0, V - 1, IGNORE_ID])
def test_loss_and_gradient_are_those_of_pytorch(smoothing, pad_id):
    logits, targets = batch()
    targets[0, 3:] = targets[2, 1:] = 1 if pad_id is None else pad_id
    (ours, our_gradient), (theirs, their_gradient) = (
        f(logits, targets, smoothing, pad_id) for f in (of_ours, of_torch)
    )
    assert ours == pytest.approx(theirs, rel=1e-6)
    np.testing.assert_allclose(our_gradient, their_gradient, atol=1e-7)


@given(
    logits=st.lists(st.floats(-1e4, 1e4, width=32), min_size=2 * V, max_size=2 * V),
    targets=st.tuples(st.integers(0, V - 1), st.integers(0, V - 1)),
    smoothing=st.floats(0, 0.99),
)
@settings(max_examples=60, deadline=None)
def test_parity_holds_for_any_logits(logits, targets, smoothing):
    scores = np.array(logits, np.float32).reshape(1, 2, V)
    ids = np.array([targets])
    ours, our_gradient = of_ours(scores, ids, smoothing, None)
    theirs, their_gradient = of_torch(scores, ids, smoothing, None)
    assert ours == pytest.approx(theirs, rel=1e-5, abs=2e-3)
    np.testing.assert_allclose(our_gradient, their_gradient, atol=2e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_losses_are_single_precision_whatever_the_logits_are(dtype):
    logits, targets = batch()
    narrow = tf.cast(logits, dtype)
    smoothed, nats = token_losses(narrow, targets, 0.1)
    assert smoothed.dtype == nats.dtype == tf.float32
    assert smoothed.shape == nats.shape == targets.shape
    wide = tf.cast(narrow, tf.float64).numpy()
    theirs, _ = of_torch(wide, targets, 0.1, None)
    assert float(tf.reduce_mean(smoothed)) == pytest.approx(theirs, rel=1e-6)


def test_half_precision_cannot_even_hold_what_is_summed_here():
    # 70,000 ids with equal logits: the sum of their exps is infinite in float16, ln 70,000 is not.
    even = tf.zeros((1, 1, 70_000), tf.float16)
    assert tf.math.is_inf(tf.math.log(tf.reduce_sum(tf.exp(even))))
    _, nats = token_losses(even, [[4]], 0.1)
    assert float(nats[0, 0]) == pytest.approx(math.log(70_000), rel=1e-6)


@pytest.mark.parametrize("scale", [1e3, 1e30])
def test_extreme_logits_give_finite_losses(scale):
    right = scale * np.eye(V, dtype=np.float32)[None, :3]
    _, nats = token_losses(right, [[0, 1, 2]])
    assert nats.numpy().tolist() == [[0, 0, 0]]
    smoothed, wrong = token_losses(right, [[1, 2, 3]], 0.1)
    np.testing.assert_allclose(wrong, scale, rtol=1e-6)
    np.testing.assert_allclose(smoothed, scale * (1 - 0.1 / V), rtol=1e-6)
    _, gradient = of_ours(right, np.array([[1, 2, 3]]), 0.1, None)
    assert np.isfinite(gradient).all()


def test_without_smoothing_both_are_the_same():
    smoothed, nats = token_losses(*batch())
    assert smoothed is nats


def test_smoothing_leaves_the_nats_alone():
    logits, targets = batch()
    _, plain = token_losses(logits, targets)
    smoothed, nats = token_losses(logits, targets, 0.3)
    assert np.array_equal(plain, nats)
    assert not np.allclose(smoothed, nats)


def test_the_gradient_is_prediction_minus_target_and_sums_to_zero():
    logits, targets = batch()
    _, gradient = of_ours(logits, targets, 0.2, None)
    q = 0.8 * np.eye(V)[targets] + 0.2 / V
    expected = (tf.nn.softmax(logits).numpy() - q) / targets.size
    np.testing.assert_allclose(gradient, expected, atol=1e-7)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-7)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_batch_of_padding_costs_nothing_and_teaches_nothing(smoothing):
    logits, targets = batch()
    loss, gradient = of_ours(logits, np.zeros_like(targets), smoothing, 0)
    assert loss == 0
    assert not gradient.any()
    assert math.isnan(of_torch(logits, np.zeros_like(targets), smoothing, 0)[0])


def test_what_stands_at_padding_does_not_matter_even_if_it_is_not_a_number():
    logits, targets = batch()
    targets[:, 3:] = 0
    targets[:, :3] = np.maximum(targets[:, :3], 1)
    clean = of_ours(logits, targets, 0.1, 0)
    logits[:, 3:] = np.nan
    loss, gradient = of_ours(logits, targets, 0.1, 0)
    assert loss == clean[0]
    np.testing.assert_array_equal(gradient[:, :3], clean[1][:, :3])


def test_the_label_that_pairs_leave_out_is_left_out():
    assert pairs.IGNORE_ID == IGNORE_ID
    logits, targets = batch()
    marked = targets.copy()
    marked[:, ::2] = IGNORE_ID
    kept = float(cross_entropy(logits[:, 1::2], targets[:, 1::2]))
    assert float(cross_entropy(logits, marked, pad_id=IGNORE_ID)) == pytest.approx(kept, rel=1e-6)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, 1.5, math.nan, True])
def test_smoothing_out_of_bounds_is_refused(smoothing):
    logits, targets = batch()
    for f in (
        lambda: token_losses(logits, targets, smoothing),
        lambda: cross_entropy(logits, targets, smoothing),
        lambda: smoothing_floor(V, smoothing),
    ):
        with pytest.raises(TrainingError, match=r"smoothing must be in \[0, 1\)"):
            f()


@pytest.mark.parametrize("pad_id", [-1, V, 1000])
def test_a_pad_id_that_is_no_id_is_refused(pad_id):
    logits, targets = batch()
    with pytest.raises(TrainingError, match=f"from 0 to {V - 1}.*got {pad_id}"):
        cross_entropy(logits, targets, pad_id=pad_id)
    with pytest.raises(TrainingError, match="at least 0"):
        counted(targets, -1)


def test_uniform_guessing_costs_ln_v_with_and_without_smoothing():
    even = tf.zeros((2, 3, V))
    for losses in token_losses(even, np.ones((2, 3), int), 0.4):
        np.testing.assert_allclose(losses, math.log(V), rtol=1e-6)


@given(st.integers(2, 50_000), st.floats(0.001, 0.99))
@settings(max_examples=50, deadline=None)
def test_the_floor_is_the_entropy_of_the_smoothed_target(vocab_size, smoothing):
    q = np.full(vocab_size, smoothing / vocab_size)
    q[0] += 1 - smoothing
    assert smoothing_floor(vocab_size, smoothing) == pytest.approx(-(q * np.log(q)).sum(), rel=1e-9)


def test_a_perfect_model_reaches_the_floor_and_no_other_gets_below():
    q = np.full(V, 0.1 / V)
    q[2] += 0.9
    perfect, _ = token_losses(np.log(q)[None, None], [[2]], 0.1)
    assert float(perfect[0, 0]) == pytest.approx(smoothing_floor(V, 0.1), rel=1e-6)
    logits, targets = batch(B=200)
    smoothed, _ = token_losses(logits, targets, 0.1)
    assert float(tf.reduce_min(smoothed)) >= smoothing_floor(V, 0.1)


def test_the_floor_of_the_course_is_no_perplexity():
    floor = smoothing_floor(10_000, 0.1)
    assert floor == pytest.approx(1.246, abs=5e-4)
    assert math.exp(floor) == pytest.approx(3.48, abs=5e-3)
    assert smoothing_floor(1, 0.5) == 0
    with pytest.raises(TrainingError, match="vocab_size"):
        smoothing_floor(0, 0.1)


def test_a_mean_of_nothing_is_zero():
    assert float(mean_where([1.0, 2.0], [False, False])) == 0


def test_it_works_inside_a_compiled_function():
    logits, targets = batch()
    targets[0, 2:] = 0
    compiled = tf.function(lambda scores, ids: cross_entropy(scores, ids, 0.1, 0), jit_compile=True)
    expected = float(cross_entropy(logits, targets, 0.1, 0))
    assert float(compiled(logits, targets)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.skipif(
    not keras.__version__.startswith("3.15."), reason="later versions of Keras may accept it"
)
def test_this_version_of_keras_cannot_smooth_sparse_targets():
    with pytest.raises(TypeError, match="label_smoothing"):
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.1)


@pytest.mark.skipif(
    not keras.__version__.startswith("3.15."), reason="later versions of Keras may behave otherwise"
)
def test_keras_mends_a_double_softmax_and_warns_unless_padding_is_ignored():
    scores, ids = tf.constant([[10.0, 0.0, 0.0, 0.0]]), tf.constant([1])
    p = keras.ops.softmax(scores)
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with pytest.warns(UserWarning, match="produced by a Softmax"):
        assert float(plain(ids, p)) == pytest.approx(float(plain(ids, scores)))
    ignoring = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    assert float(ignoring(ids, p)) == pytest.approx(float(cross_entropy(p, ids)))
    assert float(ignoring(ids, p)) < 0.2 * float(ignoring(ids, scores))


def test_a_loss_of_probabilities_cannot_fall_below_its_floor():
    perfect = np.eye(V)[None, :3]
    floor = math.log(math.e + V - 1) - 1
    assert float(cross_entropy(perfect, [[0, 1, 2]])) == pytest.approx(floor)
    logits, targets = batch(B=100, spread=5.0)
    _, nats = token_losses(tf.nn.softmax(logits), targets)
    assert float(tf.reduce_min(nats)) >= floor


def test_keras_averages_over_the_targets_that_it_does_not_ignore():
    logits, targets = batch()
    targets[:, 2:] = 0
    keras_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    ours = float(cross_entropy(logits, targets, pad_id=0))
    assert float(keras_loss(targets, logits)) == pytest.approx(ours, rel=1e-6)
    by_all = float(tf.reduce_sum(token_losses(logits, targets)[1] * (targets != 0))) / targets.size
    assert by_all < 0.5 * ours


def test_keras_smooths_dense_targets_as_we_smooth_ids():
    logits, targets = batch()
    dense = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    ours = float(cross_entropy(logits, targets, 0.1))
    assert float(dense(np.eye(V, dtype=np.float32)[targets], logits)) == pytest.approx(
        ours, rel=1e-6
    )
