"""A rematerialised call has the gradients of the plain one, chance included, and keeps less."""

import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import ModelError
from course_lib.models.remat import draw_seeds, rematerialised, stateless_dropout

SEED = tf.constant([3, 4])


class Part(keras.layers.Layer):
    """A residual part with dropout, of the kind that both models are made of."""

    def __init__(self, rate=0.5):
        super().__init__()
        self.inner = keras.layers.Dense(32, activation="relu")
        self.outer = keras.layers.Dense(8)
        self.rate, self.runs = rate, 0
        self.build((None, 8))

    def build(self, shape):
        self.inner.build((None, 8))
        self.outer.build((None, 32))
        self.built = True

    def call(self, x, seeds=None):
        self.runs += 1
        return x + stateless_dropout(self.outer(self.inner(x)), self.rate, seeds)


@pytest.fixture
def parts():
    keras.utils.set_random_seed(0)
    return [Part() for _ in range(3)]


def inputs(B=5):
    return tf.constant(np.random.default_rng(1).normal(size=(B, 8)), tf.float32)


def gradients(parts, wrap, how):
    """Loss and gradients of inputs and weights: eagerly, in a graph, or compiled by XLA."""
    weights = [weight for part in parts for weight in part.trainable_weights]

    def run(x, seeds):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for n, part in enumerate(parts):
                y = wrap(part)(y, seeds=seeds[n])
            loss = tf.reduce_sum(y**2)
        return loss, *tape.gradient(loss, [x, *(weight.value for weight in weights)])

    seeds = tf.constant([[1, 2], [3, 4], [5, 6]])
    if how != "eager":
        run = tf.function(run, jit_compile=how == "xla", autograph=False)
    return [np.asarray(one) for one in run(inputs(), seeds)]


@pytest.mark.parametrize("how", ["eager", "graph", "xla"])
def test_loss_and_gradients_are_those_of_the_plain_call_under_dropout(parts, how):
    plain = gradients(parts, lambda part: part, how)
    again = gradients(parts, rematerialised, how)
    assert len(plain) == len(again) == 2 + 3 * 4
    for one, other in zip(plain, again, strict=True):
        assert np.abs(one).max() > 0.01
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)


def test_dropout_with_another_seed_would_have_been_noticed(parts):
    with tf.GradientTape(persistent=True) as tape:
        one, other = (tf.reduce_sum(parts[0](inputs(), seeds=SEED + n) ** 2) for n in (0, 1))
    weight = parts[0].inner.kernel.value
    difference = tape.gradient(one, weight) - tape.gradient(other, weight)
    assert np.abs(difference).max() > 0.1


@pytest.mark.parametrize("how", ["eager", "graph"])
def test_the_call_runs_twice(parts, how):
    part = parts[0]
    before = part.runs
    gradients([part], rematerialised, how)
    assert part.runs == before + 2


def test_without_a_gradient_it_runs_once(parts):
    rematerialised(parts[0])(inputs(), seeds=SEED)
    assert parts[0].runs == 1


def test_nothing_inside_is_kept_until_the_backward_pass():
    def alive_after_forward(wrap):
        inside = []

        def call(x):
            y = tf.tanh(x)
            inside.append(weakref.ref(y))
            return tf.tanh(y)

        with tf.GradientTape() as tape:
            x = inputs()
            tape.watch(x)
            z = wrap(call)(x)
        gc.collect()
        alive = [ref() is not None for ref in inside]
        assert np.isfinite(tape.gradient(z, x)).all()
        return alive

    assert alive_after_forward(lambda call: call) == [True]
    assert alive_after_forward(rematerialised) == [False]


def test_xla_computes_it_again_and_does_not_merge_the_two_runs():
    def compiled(wrap):
        def run(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x
                for _ in range(3):
                    y = wrap(lambda x: tf.tanh(tf.tanh(x) * x))(y)
            return tape.gradient(y, x)

        graph = tf.function(run, jit_compile=True, autograph=False)
        code = graph.experimental_get_compiler_ir(inputs())(stage="optimized_hlo")
        return code.count(" tanh(")

    assert compiled(rematerialised) > compiled(lambda call: call)


def test_several_tensors_go_in_and_out_and_weights_may_be_plain_variables():
    weight = tf.Variable(2.0)

    def call(a, b):
        return a * b * weight, a + b

    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 5.0])
    found = []
    for wrap in (lambda function: function, rematerialised):
        with tf.GradientTape() as tape:
            tape.watch((a, b))
            one, other = wrap(call)(a, b)
            loss = tf.reduce_sum(one**2 + other)
        found.append([np.asarray(g) for g in tape.gradient(loss, (a, b, weight))])
    for plain, again in zip(*found, strict=True):
        np.testing.assert_allclose(again, plain)


def test_a_loop_over_time_can_be_computed_again():
    weight = tf.Variable(tf.constant(np.random.default_rng(2).normal(size=(8, 8)) / 3, tf.float32))

    def scan(sequence):
        return tf.scan(lambda h, x: tf.tanh(x + tf.matmul(h, weight)), sequence)

    sequence = tf.constant(np.random.default_rng(3).normal(size=(6, 5, 8)), tf.float32)

    def run(wrap):
        with tf.GradientTape() as tape:
            tape.watch(sequence)
            loss = tf.reduce_sum(wrap(scan)(sequence) ** 2)
        return tape.gradient(loss, (sequence, weight))

    plain = tf.function(lambda: run(lambda call: call))()
    again = tf.function(lambda: run(rematerialised))()
    for one, other in zip(plain, again, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("how", ["eager", "graph"])
def test_chance_that_the_second_run_would_not_repeat_is_refused(how):
    dropout = keras.layers.Dropout(0.5, seed=0)

    def run(x):
        return rematerialised(lambda x: dropout(x, training=True))(x)

    if how == "graph":
        run = tf.function(run, autograph=False)
    with pytest.raises(ModelError, match="draw the seeds outside"):
        run(inputs())


def test_seeds_come_from_one_draw_and_all_differ():
    generator = keras.random.SeedGenerator(7)
    first, second = draw_seeds(generator, 50).numpy(), draw_seeds(generator, 50).numpy()
    assert len({tuple(seed) for seed in np.concatenate([first, second])}) == 100
    assert (draw_seeds(keras.random.SeedGenerator(7), 50).numpy() == first).all()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dropout_sets_its_share_to_zero_and_keeps_the_mean(dtype):
    n, rate = 40_000, 0.3
    ones = tf.ones((n,), dtype)
    dropped = stateless_dropout(ones, rate, SEED)
    assert dropped.dtype == ones.dtype
    values = dropped.numpy().astype(float)
    assert values[values > 0] == pytest.approx(1 / (1 - rate), rel=1e-3)
    # Five standard errors of a share of n coins.
    assert (values == 0).mean() == pytest.approx(rate, abs=5 * (rate * (1 - rate) / n) ** 0.5)


@pytest.mark.parametrize(("rate", "seed"), [(0.0, SEED), (0.5, None)])
def test_no_rate_or_no_seed_means_no_dropout(rate, seed):
    x = inputs()
    assert stateless_dropout(x, rate, seed) is x
