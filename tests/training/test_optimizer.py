import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_lib.errors import TrainingError
from course_lib.training.losses import counted, cross_entropy
from course_lib.training.optimizer import AdamW, adamw
from course_lib.training.schedules import warmup_cosine

V = 11
BETA_2 = 0.999


def variables(seed=0):
    """A matrix and two vectors, as a layer and a norm have them."""
    draw = np.random.default_rng(seed)
    shapes = {"kernel": (4, 3), "bias": (3,), "gain": (3,)}
    return [
        keras.Variable(draw.normal(size=shape).astype(np.float32), name=name)
        for name, shape in shapes.items()
    ]


def gradients(seed=1, scale=1.0):
    draw = np.random.default_rng(seed)
    return [scale * draw.normal(size=shape).astype(np.float32) for shape in [(4, 3), (3,), (3,)]]


def norm(arrays):
    return math.sqrt(sum(float(np.square(a).sum()) for a in arrays))


def clipped(optimizer, grads):
    return [np.asarray(g) for g in optimizer._clip_gradients([tf.constant(g) for g in grads])]


@pytest.mark.parametrize("scale", [0.01, 1.0, 1e4])
def test_the_global_norm_is_clipped_as_pytorch_does_it(scale):
    grads = gradients(scale=scale)
    ours = clipped(adamw(clip_norm=1.0), grads)
    weights = [torch.nn.Parameter(torch.zeros(g.shape)) for g in grads]
    for weight, gradient in zip(weights, grads, strict=True):
        weight.grad = torch.tensor(gradient)
    before = torch.nn.utils.clip_grad_norm_(weights, 1.0).item()
    assert before == pytest.approx(norm(grads), rel=1e-6)
    for mine, weight in zip(ours, weights, strict=True):
        np.testing.assert_allclose(mine, weight.grad.numpy(), rtol=2e-6)
    assert norm(ours) == pytest.approx(min(1, norm(grads)), rel=1e-6)


def test_clipping_each_variable_by_itself_turns_the_gradient():
    grads = [np.array([[30.0, 0.0]], np.float32), np.array([0.0, 40.0], np.float32)]
    together = clipped(adamw(clip_norm=1.0), grads)
    apart = clipped(keras.optimizers.AdamW(clipnorm=1.0), grads)
    np.testing.assert_allclose([norm([g]) for g in together], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose([norm([g]) for g in apart], [1, 1], rtol=1e-6)
    assert norm(apart) == pytest.approx(math.sqrt(2))


def test_without_clipping_gradients_stay():
    grads = gradients(scale=100)
    for before, after in zip(grads, clipped(adamw(clip_norm=None), grads), strict=True):
        assert np.array_equal(before, after)


def test_a_gradient_of_nothing_is_clipped_to_nothing():
    assert not any(g.any() for g in clipped(adamw(), gradients(scale=0)))


def run_torch(steps, grads, weight_decay, epsilon, eps_of_step):
    """PyTorch's AdamW on the same weights, with an eps for each step."""
    weights = [torch.nn.Parameter(torch.tensor(np.asarray(v))) for v in variables()]
    groups = [
        {"params": weights[:1], "weight_decay": weight_decay},
        {"params": weights[1:], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.1, betas=(0.9, BETA_2), eps=epsilon)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["eps"] = eps_of_step(step + 1)
        for weight, gradient in zip(weights, grads[step], strict=True):
            weight.grad = torch.tensor(gradient)
        optimizer.step()
    return [w.detach().numpy() for w in weights]


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("epsilon", [1e-7, 1e-2])
def test_steps_are_those_of_pytorch_once_epsilon_is_translated(steps, epsilon):
    grads = [gradients(seed, 0.1) for seed in range(steps)]
    optimizer = adamw(0.1, epsilon=epsilon, weight_decay=0.3, clip_norm=None)
    ours = variables()
    for step in grads:
        optimizer.apply([tf.constant(g) for g in step], ours)
    theirs = run_torch(steps, grads, 0.3, epsilon, lambda t: epsilon / math.sqrt(1 - BETA_2**t))
    for mine, its in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, its, rtol=2e-5, atol=2e-6)
    if epsilon == 1e-2:  # large enough that the same number in both is another step
        naive = run_torch(steps, grads, 0.3, epsilon, lambda t: epsilon)
        assert abs(naive[0] - np.asarray(ours[0])).max() > 1e-3


def test_only_matrices_decay_and_apart_from_the_gradient():
    optimizer = adamw(0.1, weight_decay=0.5)
    ours, before = variables(), [np.asarray(v) for v in variables()]
    optimizer.apply([tf.zeros(v.shape) for v in ours], ours)
    np.testing.assert_allclose(ours[0], before[0] * (1 - 0.1 * 0.5), rtol=1e-6)
    assert np.array_equal(ours[1], before[1])
    assert np.array_equal(ours[2], before[2])


def test_decay_is_not_l2():
    # With L2 the decay would be divided by the root of the second moment like any gradient, so a
    # weight with large gradients would hardly decay. Decoupled, both decay alike.
    ends = {}
    for scale in (1.0, 1000.0):
        pair = []
        for weight_decay in (0.0, 0.5):
            weights = [keras.Variable(np.ones((1, 1), np.float32))]
            optimizer = adamw(0.1, weight_decay=weight_decay, clip_norm=None)
            optimizer.apply([tf.fill((1, 1), scale)], weights)
            pair.append(float(weights[0][0, 0]))
        ends[scale] = pair[0] - pair[1]
    assert ends[1.0] == pytest.approx(0.05, rel=1e-4)
    assert ends[1000.0] == pytest.approx(0.05, rel=1e-4)


def embedding_gradient():
    """The gradient of an embedding that reads one id three times, as slices and dense."""
    table = keras.layers.Embedding(5, 2)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(table(tf.constant([[1, 1, 1, 2]])))
    (slices,) = tape.gradient(loss, table.trainable_variables)
    assert isinstance(slices, tf.IndexedSlices)
    return table.trainable_variables, slices


def test_ids_that_are_read_twice_count_with_the_sum_of_their_gradients():
    weights, slices = embedding_gradient()
    dense = tf.convert_to_tensor(slices).numpy()
    optimizer = adamw(beta_2=0.5, clip_norm=None)
    optimizer.apply([slices], weights)
    np.testing.assert_allclose(optimizer._velocities[0], 0.5 * dense**2, rtol=1e-6)

    weights, slices = embedding_gradient()
    optimizer = adamw(beta_1=0.5, clip_norm=1.0)
    optimizer.apply([slices], weights)
    np.testing.assert_allclose(optimizer._momentums[0], 0.5 * dense / norm([dense]), rtol=1e-5)


@pytest.mark.skipif(
    not keras.__version__.startswith("3.15."), reason="later versions of Keras may add slices up"
)
def test_keras_itself_squares_before_it_adds_up():
    weights, slices = embedding_gradient()
    optimizer = keras.optimizers.AdamW(beta_2=0.5)
    optimizer.apply([slices], weights)
    assert float(optimizer._velocities[0][1, 0]) == pytest.approx(0.5 * 3)  # not 0.5 * 3 ** 2


def lstm():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.layers.Embedding(V, 6),
            keras.layers.LSTM(5, return_sequences=True),
            keras.layers.Dense(V),
        ]
    )


def dense():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [keras.layers.Embedding(V, 6), keras.layers.Dense(8, "tanh"), keras.layers.Dense(V)]
    )


def rows(B=8, T=6):
    ids = np.random.default_rng(5).integers(1, V, (B, T + 1))
    return ids[:, :-1], ids[:, 1:].copy()


def trained(make, batches, accumulation_steps, loss=None, updates=2):
    """The weights after some updates from batches of (inputs, targets)."""
    model = make()
    # A large epsilon: where a gradient is almost 0, Adam would blow up differences of rounding.
    optimizer = adamw(0.05, epsilon=1e-3, clip_norm=0.2, accumulation_steps=accumulation_steps)
    loss = loss or (lambda logits, targets: cross_entropy(logits, targets, 0.1, 0))

    def step(inputs, targets):
        with tf.GradientTape() as tape:
            cost = loss(model(inputs), targets)
        grads = tape.gradient(cost, model.trainable_variables)
        optimizer.apply(grads, model.trainable_variables)

    model(batches[0][0])
    if make is dense:  # an LSTM takes long to compile
        step = tf.function(step, reduce_retracing=True)
    for _ in range(updates):
        for inputs, targets in batches:
            step(tf.constant(inputs), tf.constant(targets))
    assert int(optimizer.iterations) == updates * len(batches) // (accumulation_steps or 1)
    return [weight.numpy() for weight in model.trainable_variables]


def distance(some, others):
    return max(abs(a - b).max() for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("make", [lstm, dense])
def test_accumulated_batches_are_the_big_batch(make):
    inputs, targets = rows()
    big = trained(make, [(inputs, targets)], None)
    small = trained(make, [(inputs[i : i + 2], targets[i : i + 2]) for i in (0, 2, 4, 6)], 4)
    assert distance(small, big) < 1e-5
    assert distance(big, [w.numpy() for w in built(make, inputs)]) > 0.01


def built(make, inputs):
    model = make()
    model(inputs)
    return model.trainable_variables


def test_with_padding_the_mean_of_means_is_not_the_big_batch_but_sums_over_one_number_are():
    inputs, targets = rows()
    targets[:4, 1:] = 0  # the first two batches hold one target a row, the last two all six
    parts = [(inputs[i : i + 2], targets[i : i + 2]) for i in (0, 2, 4, 6)]
    big = trained(dense, [(inputs, targets)], None)
    assert distance(trained(dense, parts, 4), big) > 1e-3

    share = (targets != 0).sum() / 4  # targets of an average batch

    def sums(logits, ids):
        n = tf.reduce_sum(tf.cast(counted(ids, 0), tf.float32))
        return cross_entropy(logits, ids, 0.1, 0) * n / share

    assert distance(trained(dense, parts, 4, sums), big) < 1e-5


def test_clipping_comes_after_the_mean():
    weights = [keras.Variable(np.zeros((1, 2), np.float32))]
    optimizer = adamw(beta_1=0.0, clip_norm=1.0, accumulation_steps=2)
    for gradient in ([[8.0, 0.0]], [[0.0, 0.2]]):
        optimizer.apply([tf.constant(gradient)], weights)
    mean = np.array([[4.0, 0.1]])
    np.testing.assert_allclose(optimizer._momentums[0], mean / np.linalg.norm(mean), rtol=1e-5)


def test_no_weight_moves_before_the_last_batch_and_decay_happens_once():
    weights = [keras.Variable(np.ones((1, 2), np.float32))]
    optimizer = adamw(0.1, weight_decay=0.5, accumulation_steps=3)
    for _ in range(2):
        optimizer.apply([tf.zeros((1, 2))], weights)
        assert np.array_equal(weights[0], [[1, 1]])
    optimizer.apply([tf.zeros((1, 2))], weights)
    np.testing.assert_allclose(weights[0], [[0.95, 0.95]], rtol=1e-6)


def test_a_schedule_is_asked_with_the_number_of_batches():
    weights = [keras.Variable(np.ones((1, 2), np.float32))]
    optimizer = adamw(warmup_cosine(1.0, steps=100, warmup_steps=9), accumulation_steps=2)
    for _ in range(4):
        optimizer.apply([tf.zeros((1, 2))], weights)
    assert int(optimizer.iterations) == 2
    assert float(optimizer.learning_rate) == pytest.approx(0.5)  # of step 4, not of step 2


def test_it_survives_the_wrapper_of_half_precision():
    weights = [keras.Variable(np.ones((2, 2), np.float32)), keras.Variable(np.ones(2, np.float32))]
    inner = adamw(0.1, weight_decay=0.5)
    scaled = keras.optimizers.LossScaleOptimizer(inner)
    scaled.apply([tf.zeros((2, 2)), tf.zeros(2)], weights)
    np.testing.assert_allclose(weights[0], np.full((2, 2), 0.95), rtol=1e-6)
    assert np.array_equal(weights[1], [1, 1])
    scaled.apply([tf.fill((2, 2), math.inf), tf.zeros(2)], weights)
    assert np.isfinite(weights[0]).all()


def test_an_equal_optimiser_can_be_made_from_its_config():
    optimizer = adamw(0.02, weight_decay=0.3, clip_norm=2.0, accumulation_steps=3)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert isinstance(again, AdamW)
    assert again.get_config() == optimizer.get_config()


def test_defaults():
    config = adamw().get_config()
    assert config["global_clipnorm"] == 1.0
    assert config["clipnorm"] is None
    assert config["weight_decay"] == 0.01
    assert config["gradient_accumulation_steps"] is None
    assert adamw(1, accumulation_steps=1).gradient_accumulation_steps is None


@pytest.mark.parametrize(
    "setting",
    [
        {"learning_rate": 0},
        {"learning_rate": -1e-3},
        {"learning_rate": math.nan},
        {"learning_rate": "fast"},
        {"beta_1": 1.0},
        {"beta_2": -0.1},
        {"epsilon": 0.0},
        {"weight_decay": -0.01},
        {"weight_decay": None},
        {"clip_norm": 0},
        {"clip_norm": math.inf},
        {"accumulation_steps": 0},
        {"accumulation_steps": 2.0},
        {"accumulation_steps": True},
    ],
    ids=str,
)
def test_bad_settings_are_refused_by_name(setting):
    ((name, value),) = setting.items()
    with pytest.raises(TrainingError, match=name) as caught:
        adamw(**setting)
    assert repr(value) in str(caught.value)
