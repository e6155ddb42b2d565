"""The Trainer takes the step that a loop of ten lines takes, and reports what it says it does."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.models import lstm as lstm_file
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.training.losses import IGNORE_ID, cross_entropy, token_losses
from course_lib.training.optimizer import adamw
from course_lib.training.trainer import Trainer

V, T, PAD = 9, 5, 0
CONFIG = LSTMConfig(V, embedding_size=4, hidden_size=6, num_layers=1, dropout=0.0)
OF_A_STEP = {"loss", "nats", "perplexity", "gradient_norm"}
OF_VALIDATION = {"loss", "nats", "perplexity", "accuracy", "top5_accuracy"}


def trainer_of(optimizer=None, config=CONFIG, smoothing=0.1, pad_id=None, **settings):
    """A Trainer of a model that is far from even guessing."""
    keras.utils.set_random_seed(1)
    trainer = Trainer(LSTMLanguageModel(config), smoothing, pad_id)
    draw = np.random.default_rng(0)
    for weight in trainer.trainable_weights:
        weight.assign(draw.normal(scale=0.7, size=weight.shape))
    trainer.compile(optimizer or adamw(0.1), **settings)
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def batch_of(B=3, seed=0, pads=()):
    """Inputs and targets, shape (B, T); the last ``pads[b]`` targets of row b are padding."""
    ids = np.random.default_rng(seed).integers(1, V, (B, T + 1)).astype(np.int32)
    inputs, targets = ids[:, :-1], ids[:, 1:].copy()
    for row, n in enumerate(pads):
        targets[row, T - n :] = PAD
    return inputs, targets


def step(trainer, inputs, targets):
    """One step as ``train_step`` takes it, and its figures."""
    logs = trainer.train_step((tf.constant(inputs), tf.constant(targets)))
    return {name: float(value) for name, value in logs.items()}


def validate(trainer, inputs, targets):
    data = tf.data.Dataset.from_tensors((inputs, targets))
    trainer.run_eagerly = True  # one batch is not worth compiling
    return trainer.evaluate(data, verbose=0, return_dict=True)


def weights_of(trainer):
    return [np.asarray(weight).copy() for weight in trainer.trainable_weights]


def nats_of(trainer, inputs, targets):
    """Unsmoothed nats of each token, dropout off, shape (B, T)."""
    return token_losses(trainer.language_model(inputs), targets)[1].numpy()


@pytest.mark.parametrize("compiled", [True, False])
def test_a_step_is_what_a_tape_and_the_optimiser_do(compiled):
    inputs, targets = batch_of(pads=(0, 2, 4))
    trainer = trainer_of(adamw(0.1, clip_norm=0.05), pad_id=PAD)
    twin = trainer_of(adamw(0.1, clip_norm=0.05), pad_id=PAD)
    before = weights_of(trainer)
    for _ in range(2):  # the second step knows moments
        if compiled:
            data = tf.data.Dataset.from_tensors((inputs, targets))
            logs = {name: v[0] for name, v in trainer.fit(data, verbose=0).history.items()}
        else:
            logs = step(trainer, inputs, targets)

        with tf.GradientTape() as tape:
            logits = twin.language_model(inputs, training=True)
            loss = cross_entropy(logits, targets, smoothing=0.1, pad_id=PAD)
        gradients = tape.gradient(loss, twin.trainable_weights)
        twin.optimizer.apply(gradients, twin.trainable_weights)

        norm = math.sqrt(sum(float(tf.reduce_sum(tf.convert_to_tensor(g) ** 2)) for g in gradients))
        assert norm > 0.05  # it is the norm before clipping
        assert logs["gradient_norm"] == pytest.approx(norm, rel=1e-5)
        assert logs["loss"] == pytest.approx(float(loss), rel=1e-5)
    for mine, wish, first in zip(weights_of(trainer), weights_of(twin), before, strict=True):
        np.testing.assert_allclose(mine, wish, atol=1e-5)
        assert abs(mine - first).max() > 0.01


def test_the_step_is_traced_once(monkeypatch):
    """A step that makes the optimiser's variables would be traced again without them."""
    seen = []
    step_of = Trainer.train_step
    monkeypatch.setattr(Trainer, "train_step", lambda *args: (seen.append(1), step_of(*args))[1])
    keras.utils.set_random_seed(0)
    trainer = Trainer(LSTMLanguageModel(CONFIG))
    trainer.compile(adamw(0.1))
    batches = tf.data.Dataset.from_tensors(batch_of()).repeat(3)
    trainer.fit(batches, verbose=0)
    trainer.fit(batches, verbose=0)
    assert len(seen) == 1
    assert int(trainer.optimizer.iterations) == 6


def test_figures_of_a_step_are_of_that_step():
    trainer = trainer_of(keras.optimizers.SGD(0.0), pad_id=PAD)
    for seed in range(2):
        inputs, targets = batch_of(seed=seed, pads=(0, 1, 3))
        counts = targets != PAD
        nats = nats_of(trainer, inputs, targets)[counts].mean()
        loss = float(cross_entropy(trainer.language_model(inputs), targets, 0.1, PAD))
        logs = step(trainer, inputs, targets)
        assert set(logs) == OF_A_STEP
        assert logs["nats"] == pytest.approx(nats, rel=1e-5)
        assert logs["perplexity"] == pytest.approx(math.exp(nats), rel=1e-5)
        assert logs["loss"] == pytest.approx(loss, rel=1e-5)


def test_figures_of_an_epoch_are_means_over_its_tokens():
    trainer = trainer_of(keras.optimizers.SGD(0.0), pad_id=PAD)  # weights stay
    inputs, targets = batch_of(B=5, pads=(0, 0, 0, 3, 4))
    data = tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(4)  # the last one holds 1
    history = trainer.fit(data, validation_data=data, verbose=0).history
    assert set(history) == OF_A_STEP | {f"val_{name}" for name in OF_VALIDATION}

    counts = targets != PAD
    nats = nats_of(trainer, inputs, targets)
    by_token = nats[counts].mean()
    by_batch = np.mean([nats[rows][counts[rows]].mean() for rows in (slice(0, 4), slice(4, 5))])
    assert abs(by_token - by_batch) > 0.05
    for prefix in ("", "val_"):
        assert history[f"{prefix}nats"][0] == pytest.approx(by_token, rel=1e-5)
        assert history[f"{prefix}perplexity"][0] == pytest.approx(math.exp(by_token), rel=1e-5)
        assert history[f"{prefix}loss"][0] == pytest.approx(
            float(cross_entropy(trainer.language_model(inputs), targets, 0.1, PAD)), rel=1e-5
        )
    scores = trainer.language_model(inputs).numpy()
    ahead = (scores > np.take_along_axis(scores, targets[..., None], -1)).sum(-1)[counts]
    assert history["val_accuracy"][0] == pytest.approx((ahead == 0).mean())
    assert history["val_top5_accuracy"][0] == pytest.approx((ahead < 5).mean())


@pytest.mark.parametrize("pad_id", [PAD, IGNORE_ID])
def test_padding_changes_neither_gradients_nor_figures(pad_id):
    inputs, targets = batch_of()
    trainer = trainer_of(pad_id=pad_id)
    plain, _ = trainer.gradients(tf.constant(inputs), tf.constant(targets))
    wide = np.pad(inputs, ((0, 0), (0, 3)), constant_values=4)
    filled = np.pad(targets, ((0, 0), (0, 3)), constant_values=pad_id)
    padded, _ = trainer.gradients(tf.constant(wide), tf.constant(filled))
    for one, other in zip(plain, padded, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    seen = [validate(trainer, *batch) for batch in ((inputs, targets), (wide, filled))]
    assert seen[0] == pytest.approx(seen[1], rel=1e-5)

    counted = trainer_of(pad_id=None)
    differs, _ = counted.gradients(tf.constant(wide), tf.constant(np.maximum(filled, 0)))
    assert abs(plain[-1] - differs[-1]).numpy().max() > 1e-3


def test_a_batch_of_padding_alone_ruins_nothing():
    trainer = trainer_of(adamw(0.1, weight_decay=0.0), pad_id=PAD)
    inputs, targets = batch_of(pads=(T, T, T))
    before = weights_of(trainer)
    logs = step(trainer, inputs, targets)
    assert logs["loss"] == logs["gradient_norm"] == 0
    assert all(np.array_equal(*pair) for pair in zip(before, weights_of(trainer), strict=True))


def test_validation_has_no_dropout_and_leaves_everything_as_it_was():
    inputs, targets = batch_of()
    config = LSTMConfig(V, 4, 6, 1, dropout=0.8)
    trainer = trainer_of(config=config)
    everything = [*trainer.language_model.variables, *trainer.optimizer.variables]
    before = [np.asarray(variable).copy() for variable in everything]
    assert len(before) > len(trainer.trainable_weights)  # states of random generators, too
    found = validate(trainer, inputs, targets)
    assert found["nats"] == pytest.approx(nats_of(trainer, inputs, targets).mean(), rel=1e-5)
    assert all(np.array_equal(*pair) for pair in zip(before, everything, strict=True))
    after = step(trainer, inputs, targets)
    assert abs(after["nats"] - found["nats"]) > 0.05


def test_validating_between_epochs_does_not_change_training():
    data = tf.data.Dataset.from_tensors(batch_of())
    other = tf.data.Dataset.from_tensors(batch_of(seed=5))
    alone, watched = (
        trainer_of(run_eagerly=True).fit(data, epochs=3, verbose=0, **validation).history
        for validation in ({}, {"validation_data": other})
    )
    assert alone == {name: watched[name] for name in OF_A_STEP}


def test_training_in_order_unless_it_is_asked_otherwise():
    inputs, targets = batch_of(B=6)

    def losses(**settings):
        seen = []
        trainer = trainer_of(keras.optimizers.SGD(0.0), run_eagerly=True)
        keep = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append(logs["nats"])
        )
        trainer.fit(inputs, targets, batch_size=1, verbose=0, callbacks=[keep], **settings)
        return seen

    wanted = nats_of(trainer_of(), inputs, targets).mean(axis=1)
    np.testing.assert_allclose(losses(), wanted, rtol=1e-5)
    assert losses(shuffle=True) != losses()


def test_loss_scaling_leaves_the_reported_norm_and_the_weights_as_they_would_be(half_precision):
    inputs, targets = batch_of()
    trainer = trainer_of(adamw(0.1, epsilon=1e-2))
    assert isinstance(trainer.optimizer, keras.optimizers.LossScaleOptimizer)
    assert float(trainer.loss_scale()) > 1000
    logits = trainer.language_model(inputs)
    assert logits.dtype == tf.float32  # the softmax is not taken in half precision
    half = step(trainer, inputs, targets)

    keras.config.set_dtype_policy("float32")
    exact = trainer_of(adamw(0.1, epsilon=1e-2))
    full = step(exact, inputs, targets)
    for name in ("loss", "nats", "gradient_norm"):
        assert half[name] == pytest.approx(full[name], rel=0.01)
    for mine, wish in zip(weights_of(trainer), weights_of(exact), strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, wish, atol=5e-3)


def test_a_step_that_overflows_is_left_out_and_the_scale_goes_down(half_precision):
    trainer = trainer_of()
    trainer.optimizer.dynamic_scale.assign(2.0**40)
    before = weights_of(trainer)
    logs = step(trainer, *batch_of())
    assert not math.isfinite(logs["gradient_norm"])
    assert math.isfinite(logs["loss"])
    assert all(np.array_equal(*pair) for pair in zip(before, weights_of(trainer), strict=True))
    assert float(trainer.loss_scale()) == 2.0**39


@pytest.mark.parametrize("wrong", [V, -1])
@pytest.mark.parametrize(("side", "name"), [(0, "an input id"), (1, "a target id")])
@pytest.mark.parametrize("table", ["merged", "looked up"])
def test_an_id_that_the_model_has_not_is_an_error(side, name, wrong, table, monkeypatch):
    if table == "looked up":  # Keras reads id -1 as the last one, as Python does
        monkeypatch.setattr(lstm_file, "SMALL_VOCABULARY", 0)
    batch = batch_of()
    batch[side][1, 2] = wrong
    for run in (step, validate):
        trainer = trainer_of()
        before = weights_of(trainer)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=f"{name} is not from 0 to {V - 1}"
        ):
            run(trainer, *batch)
        assert all(np.array_equal(*pair) for pair in zip(before, weights_of(trainer), strict=True))


def test_the_language_model_inside_is_the_one_that_learns():
    trainer = trainer_of()
    model = trainer.language_model
    before = model.log_probs(batch_of()[0])
    assert [id(w) for w in trainer.trainable_weights] == [id(w) for w in model.trainable_weights]
    step(trainer, *batch_of())
    assert abs(model.log_probs(batch_of()[0]) - before).max() > 0.01


def test_smoothing_changes_the_loss_and_not_the_nats():
    plain, smoothed = (
        validate(trainer_of(keras.optimizers.SGD(0.0), smoothing=share), *batch_of())
        for share in (0.0, 0.3)
    )
    assert plain["loss"] == pytest.approx(plain["nats"], rel=1e-6)
    assert smoothed["nats"] == pytest.approx(plain["nats"], rel=1e-6)
    assert abs(smoothed["loss"] - plain["loss"]) > 0.01


def test_without_compile_fit_says_so():
    trainer = Trainer(LSTMLanguageModel(CONFIG))
    with pytest.raises(TrainingError, match="call compile"):
        trainer.fit(*batch_of())


@pytest.mark.parametrize(
    ("setting", "value"), [("smoothing", 1.0), ("smoothing", -0.1), ("pad_id", V), ("pad_id", -1)]
)
def test_bad_settings_are_refused_by_name(setting, value):
    with pytest.raises(TrainingError, match=f"{setting} must be .*{value}"):
        Trainer(LSTMLanguageModel(CONFIG), **{setting: value})
