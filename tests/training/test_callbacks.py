"""What watches a run: failure, speed, gradients, texts, memory."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.models.keras_model import log_probs_of
from course_lib.training.callbacks import (
    DeviceMemory,
    GenerationSamples,
    GradientNorm,
    HeldOutPerplexity,
    NaNGuard,
    Throughput,
)
from course_lib.training.samples import draw_text

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("quantity", "value", "remedy"),
    [
        ("loss", NAN, "learning rate"),
        ("nats", INF, "learning rate"),
        ("gradient_norm", INF, "scale the loss"),
    ],
)
def test_the_guard_stops_at_the_first_number_that_is_not_finite(stub_run, quantity, value, remedy):
    guard = NaNGuard()
    with pytest.raises(TrainingError) as caught:
        stub_run([guard], spoil={3: {quantity: value}, 4: {"loss": NAN}})
    message = str(caught.value)
    assert f"{quantity} stopped being finite ({value}) at step 3 of epoch 1" in message
    assert "learning rate 0.5" in message
    assert remedy in message


def test_the_guard_tells_the_numbers_before(stub_run):
    with pytest.raises(TrainingError, match=r"Last finite: loss 1.25, nats 1, gradient_norm 7;"):
        stub_run(
            [NaNGuard()],
            spoil={2: {"loss": 1.25, "nats": 1.0, "gradient_norm": 7.0}, 3: {"loss": INF}},
        )


def test_the_guard_can_stop_without_an_error(stub_run):
    guard = NaNGuard(raises=False)
    trainer = stub_run([guard], spoil={2: {"loss": NAN}}, epochs=3)
    assert trainer.n_steps == 2
    assert "step 2 of epoch 1" in guard.reason


def test_the_guard_counts_on_where_the_optimiser_is(stub_run):
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.iterations.assign(100)
    with pytest.raises(TrainingError, match="step 107 of epoch 2"):
        stub_run([NaNGuard()], spoil={7: {"loss": NAN}}, epochs=2, optimizer=optimizer)


def test_the_guard_finds_a_weight_that_is_not_finite(stub_run):
    class Spoil(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kernel = self.model.language_model.output_layer.kernel
            values = np.asarray(kernel).copy()
            values[0, :2] = NAN
            kernel.assign(values)

    with pytest.raises(TrainingError, match=r"weights stopped being finite \(2 of 24 in .*kernel"):
        stub_run([Spoil(), NaNGuard()])


def test_a_healthy_run_passes_the_guard(stub_run):
    guard = NaNGuard()
    assert stub_run([guard], epochs=2).n_steps == 10
    assert guard.reason is None


@pytest.mark.parametrize(("n_infinite", "stops"), [(3, False), (4, True)])
def test_loss_scaling_may_skip_some_steps(stub_run, n_infinite, stops):
    guard = NaNGuard(raises=False, tolerated=3)
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))
    spoil = {step: {"gradient_norm": INF} for step in range(2, 2 + n_infinite)}
    stub_run([guard], spoil=spoil, n=8, optimizer=optimizer)
    assert (guard.reason is not None) == stops


def test_loss_scaling_does_not_excuse_a_loss(stub_run):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))
    with pytest.raises(TrainingError, match="loss stopped"):
        stub_run([NaNGuard()], spoil={2: {"loss": NAN}}, optimizer=optimizer)


class Clock:
    """Time that passes only when a test lets it."""

    now = 0.0

    def __call__(self):
        return self.now


class Passes(keras.callbacks.Callback):
    """Lets time pass: in steps, in validation, between steps."""

    def __init__(self, clock, step):
        super().__init__()
        self.clock, self.step, self.n = clock, step, 0

    def on_train_batch_end(self, batch, logs=None):
        self.n += 1
        self.clock.now += self.step(self.n)

    def on_test_batch_end(self, batch, logs=None):
        self.clock.now += 1000


class Idle(keras.callbacks.Callback):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def on_train_batch_end(self, batch, logs=None):
        self.clock.now += 500


def test_throughput_counts_steps_and_nothing_else(stub_run):
    clock = Clock()
    speed = Throughput(tokens_per_step=6, window=2, skip=1, clock=clock)
    inside = Passes(clock, step=lambda n: 99.0 if n == 1 else 2.0)  # before speed: within the step
    stub_run([inside, speed, Idle(clock)], epochs=2, validation=True)
    assert speed.epochs == [6 / 2, 6 / 2]
    assert speed.windows == [(3, 3.0), (5, 3.0), (7, 3.0), (9, 3.0)]


def test_throughput_of_skipped_steps_is_unknown(stub_run):
    speed = Throughput(tokens_per_step=6, skip=10)
    stub_run([speed])
    assert len(speed.epochs) == 1
    assert math.isnan(speed.epochs[0])
    assert speed.windows == []


def test_throughput_reaches_the_callbacks_after_it(stub_run):
    seen = []
    after = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    speed = Throughput(tokens_per_step=6, skip=0)
    stub_run([speed, after])
    assert seen[0]["tokens_per_second"] == speed.epochs[0] > 0


def test_norms_are_kept_and_clipped_ones_counted(stub_run):
    norms = [0.5, 3.0, 1.0, 1.5, 0.1]
    spoil = {step: {"gradient_norm": norm} for step, norm in enumerate(norms, start=1)}
    for wrapped in (False, True):
        optimizer = keras.optimizers.SGD(0.1, global_clipnorm=1.0)
        if wrapped:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        watch = GradientNorm()
        stub_run([watch], spoil=spoil, optimizer=optimizer)
        assert watch.norms == pytest.approx(norms)
        assert watch.n_clipped == 2
        assert watch.share_clipped == 0.4


def test_without_clipping_nothing_is_clipped(stub_run):
    watch = GradientNorm()
    stub_run([watch])
    assert len(watch.norms) == 5
    assert watch.n_clipped == 0


def test_memory_is_kept_for_each_epoch(stub_run):
    held = []

    def take(epoch, logs):
        if epoch == 1:
            held.append(np.ones(40_000_000, np.int8).copy())

    memory = DeviceMemory("CPU")
    stub_run([keras.callbacks.LambdaCallback(on_epoch_begin=take), memory], epochs=2)
    first, second = memory.peaks
    assert (first.epoch, second.epoch, first.device) == (0, 1, "CPU")
    assert second.peak - first.peak > 20_000_000


def test_texts_come_when_they_should(stub_run, letters):
    said = []
    by_steps = GenerationSamples(
        letters, ["A", ""], every=4, unit="steps", length=5, write=said.append
    )
    by_epochs = GenerationSamples(letters, ["A"], every=2, length=5, write=None)
    stub_run([by_steps, by_epochs], epochs=2)
    assert [s.step for s in by_steps.samples] == [4, 4, 8, 8]
    assert [s.prompt for s in by_steps.samples] == ["A", ""] * 2
    assert [s.step for s in by_epochs.samples] == [10]
    assert len(said) == 4
    assert said[0].startswith("step 4: A|")


def test_the_same_model_and_seed_write_the_same(stub_run, letters):
    model = stub_run([]).language_model
    texts = [draw_text(model, letters, "AB", 20, seed=seed) for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


def test_a_text_is_drawn_by_the_probabilities_of_the_model(letters):
    class Fixed:
        vocab_size = 6
        read = ()

        def start(self, batch):
            return ()

        def step(self, ids, state):
            self.read = (*state, int(ids[0]))
            logits = np.log(np.array([[0.5, 0.25, 0.125, 0.125, 1e-30, 1e-30]], np.float32))
            return logits, self.read

    model = Fixed()
    texts = [draw_text(model, letters, "E", 1, seed=seed) for seed in range(2000)]
    assert model.read[:2] == (0, 5)  # the end id, then the prompt
    shares = np.array([texts.count(text) for text in ("", "A", "B", "C")]) / 2000
    np.testing.assert_allclose(shares, [0.5, 0.25, 0.125, 0.125], atol=0.05)
    cold = [draw_text(model, letters, "E", 1, temperature=0.05, seed=seed) for seed in range(50)]
    assert set(cold) == {""}
    assert all("\n" not in draw_text(model, letters, "", 9, seed=seed) for seed in range(20))


def test_held_out_perplexity_is_exp_of_the_mean_nats_without_padding(stub_run):
    inputs = np.array([[1, 2, 3], [2, 3, 0]], np.int32)
    targets = np.array([[2, 3, 4], [3, 0, 0]], np.int32)
    look = HeldOutPerplexity([(inputs, targets), (inputs[:1], targets[:1])], every=2, pad_id=0)
    trainer = stub_run([look], n=4)
    assert [step for step, _ in look.history] == [2, 4]
    scores = log_probs_of(trainer.language_model(inputs), targets)
    kept = np.concatenate([scores[targets != 0], scores[0]])
    assert look.history[-1][1] == pytest.approx(np.exp(-kept.mean()), rel=1e-5)
    assert look.history[1] != look.history[0]


def test_it_leaves_the_metrics_of_the_epoch_alone(stub_run):
    data = (np.array([[1, 2]], np.int32), np.array([[2, 3]], np.int32))
    watched = stub_run([HeldOutPerplexity([data], every=1)])
    alone = stub_run([])
    assert watched.history.history == alone.history.history


def test_padding_alone_has_no_perplexity(stub_run):
    data = (np.zeros((1, 2), np.int32), np.zeros((1, 2), np.int32))
    with pytest.raises(TrainingError, match="no held-out target counts"):
        stub_run([HeldOutPerplexity([data], every=1, pad_id=0)])


@pytest.mark.parametrize(
    "make",
    [
        lambda letters: Throughput(0),
        lambda letters: GenerationSamples(letters, []),
        lambda letters: GenerationSamples(letters, "A"),
        lambda letters: GenerationSamples(letters, ["A"], temperature=0),
        lambda letters: GenerationSamples(letters, ["A"], unit="days"),
        lambda letters: HeldOutPerplexity([], every=0),
    ],
)
def test_settings_out_of_bounds_are_refused(letters, make):
    with pytest.raises(TrainingError, match="got"):
        make(letters)


def test_logs_without_a_norm_are_refused(stub_run):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(TrainingError, match="gradient_norm"):
        model.fit(tf.zeros((2, 1)), tf.zeros((2, 1)), verbose=0, callbacks=[GradientNorm()])
