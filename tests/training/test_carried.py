"""A carried state: batches in a row are one long text, whose gradient is cut between them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.batching.tf_data import ordered_dataset
from course_lib.errors import TrainingError
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
from course_lib.training.checkpoints import restore_checkpoint, save_checkpoint
from course_lib.training.optimizer import adamw
from course_lib.training.trainer import Trainer

V, B, T = 9, 3, 5
CONFIG = LSTMConfig(V, embedding_size=4, hidden_size=6, num_layers=2, dropout=0.0)
IDS = np.random.default_rng(0).integers(0, V, (B, 4 * T + 1)).astype(np.int32)
PIECES = [(IDS[:, n : n + T], IDS[:, n + 1 : n + T + 1]) for n in range(0, 4 * T, T)]


def trainer_of(rate=0.0, restarts=0.0, rows=B, **settings):
    """A Trainer of a model that is far from even guessing."""
    keras.utils.set_random_seed(1)
    model = LSTMLanguageModel(CONFIG)
    trainer = Trainer(model, smoothing=0.0, carried_rows=rows, restarts=restarts)
    draw = np.random.default_rng(0)
    for weight in trainer.trainable_weights:
        weight.assign(draw.normal(scale=0.7, size=weight.shape))
    trainer.compile(keras.optimizers.SGD(rate), **settings)
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def data_of(pieces=PIECES):
    inputs, targets = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(B)


def nats_by_batch(trainer, pieces=PIECES, epochs=1):
    seen = []
    keep = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: seen.append(logs))
    trainer.fit(data_of(pieces), epochs=epochs, verbose=0, callbacks=[keep])
    return np.array([logs["nats"] for logs in seen])


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_batch_costs_is_what_its_place_in_the_long_text_costs(whole):
    trainer = trainer_of(jit_compile=whole)
    nats = -trainer.language_model.log_probs(IDS).reshape(B, 4, T).mean(axis=(0, 2))
    alone = [
        -trainer.language_model.log_probs(IDS[:, n : n + T + 1]).mean() for n in range(0, 20, 5)
    ]
    assert abs(nats[1:] - alone[1:]).min() > 1e-3  # it does make a difference
    # and the second epoch begins with nothing read
    np.testing.assert_allclose(nats_by_batch(trainer, epochs=2), [*nats, *nats], rtol=1e-5)


def test_the_gradient_ends_where_the_batch_begins():
    trainer = trainer_of()
    model = trainer.language_model
    trainer.carried.on_epoch_begin(0)
    trainer.gradients(*map(tf.constant, PIECES[0]))
    found, _ = trainer.gradients(*map(tf.constant, PIECES[1]))
    _, state = model.read(PIECES[0][0], model.initial_state(B))
    with tf.GradientTape() as tape:
        logits, _ = model.read(PIECES[1][0], state)
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(PIECES[1][1], logits)
        loss = tf.reduce_mean(nats)
    for mine, wish in zip(found, tape.gradient(loss, model.trainable_weights), strict=True):
        np.testing.assert_allclose(mine, tf.convert_to_tensor(wish), atol=1e-6)


def test_a_share_of_the_rows_begins_anew():
    always = nats_by_batch(trainer_of(restarts=1.0))
    alone = [nats_by_batch(trainer_of(rows=B), [piece])[0] for piece in PIECES]
    np.testing.assert_allclose(always, alone, rtol=1e-5)
    trainer = trainer_of(rows=300, restarts=0.25)
    trainer.carried.read(tf.ones((300, 1), tf.int32))
    begun = (trainer.carried.state[0][0].numpy() == 0).all(axis=1)
    assert 0.175 < begun.mean() < 0.325  # three standard errors


def test_a_run_that_resumes_after_an_epoch_is_the_one_that_did_not_stop(tmp_path):
    def fit(trainer, epochs, first=0):
        data = ordered_dataset(np.arange(200) % V, T + 1, T, B, continued=True, epoch=first)
        trainer.fit(data, epochs=epochs, initial_epoch=first, verbose=0)
        return [np.asarray(weight) for weight in trainer.language_model.trainable_weights]

    whole = fit(trainer_of(0.5, restarts=0.3), 4)
    stopped = trainer_of(0.5, restarts=0.3)
    fit(stopped, 2)
    save_checkpoint(tmp_path, stopped, 2)
    keras.utils.set_random_seed(99)
    resumed = trainer_of(0.5, restarts=0.3)
    restore_checkpoint(tmp_path, resumed)
    for mine, wish in zip(fit(resumed, 4, first=2), whole, strict=True):
        np.testing.assert_array_equal(mine, wish)


def test_it_lowers_the_loss_of_text_that_only_the_past_explains():
    """Periods of two windows: twice 0 or twice 1, a 2, and the same 0 or 1 again."""
    first = np.random.default_rng(0).integers(0, 2, 400)
    ids = np.full((400, 4), 2)
    ids[:, [0, 1, 3]] = first[:, None]
    costs = {}
    for rows in (None, 8):
        keras.utils.set_random_seed(0)
        trainer = Trainer(LSTMLanguageModel(LSTMConfig(3, 4, 16, 1, 0.0)), 0.0, None, rows, 0.0)
        trainer.compile(adamw(0.03))
        data = ordered_dataset(ids.ravel(), 3, 2, 8, continued=True)
        costs[rows] = trainer.fit(data, epochs=4, verbose=0).history["nats"][-1] * 4
    assert costs[None] == pytest.approx(2 * np.log(2), abs=0.1)  # a period: neither can be known
    assert costs[8] == pytest.approx(np.log(2), abs=0.1)  # the second is


def test_padding_and_mixed_precision_keep_their_types(half_precision):
    trainer = trainer_of()
    assert trainer.carried.state[0][0].dtype == "float16"
    assert np.isfinite(nats_by_batch(trainer)).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: trainer_of(rows=0), "carried_rows must be at least 1 .* got 0"),
        (lambda: trainer_of(restarts=1.5), "restarts from 0 to 1, got .*1.5"),
        (
            lambda: Trainer(
                TransformerLanguageModel(TransformerConfig(V, 8, 2, 16, 1)), carried_rows=2
            ),
            "state of a TransformerLanguageModel grows",
        ),
    ],
)
def test_what_cannot_be_carried_is_refused(make, message):
    with pytest.raises(TrainingError, match=message):
        make()


def test_another_number_of_rows_is_an_error():
    trainer = trainer_of(rows=4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have carried_rows=4 rows"):
        trainer.fit(data_of(), verbose=0)
