"""A trainer small enough for the tests of callbacks, whose logs a test can spoil."""

import keras
import numpy as np
import pytest
import tensorflow as tf

V = 6


class TinyModel(keras.Model):
    """The protocol of a language model over an embedding: the next id depends on the last alone."""

    vocab_size = V

    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Embedding(V, 4, name="embedding")
        self.output_layer = keras.layers.Dense(V, name="logits")

    def call(self, ids, training=False):
        return self.output_layer(self.embedding(ids))

    def start(self, batch):
        return batch

    def step(self, ids, state):
        return self(tf.constant(np.asarray(ids, np.int32)[:, None]))[:, 0].numpy(), state


class StubTrainer(keras.Model):
    """What callbacks see of the Trainer; ``spoil`` maps a step to the logs it should have."""

    pad_id = None

    def __init__(self, spoil=None):
        super().__init__()
        self.language_model = TinyModel()
        self.language_model(np.zeros((1, 2), np.int32))
        self.spoil = spoil or {}
        self.n_steps = 0

    def call(self, ids, training=False):
        return self.language_model(ids, training=training)

    def loss_of(self, inputs, targets):
        nats = keras.losses.sparse_categorical_crossentropy(targets, self(inputs), from_logits=True)
        return tf.reduce_mean(nats)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.loss_of(*data)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.n_steps += 1
        logs = {"loss": loss, "nats": loss, "gradient_norm": tf.linalg.global_norm(gradients)}
        return {**logs, **self.spoil.get(self.n_steps, {})}

    def test_step(self, data):
        return {"loss": self.loss_of(*data)}


def batches(n=5, B=2, T=3, seed=0):
    """Some batches of inputs and targets: each id is followed by the next one."""
    rows = np.random.default_rng(seed).integers(0, V, (n * B, 1)) + np.arange(T + 1)
    ids = (rows % V).astype(np.int32)
    return tf.data.Dataset.from_tensor_slices((ids[:, :-1], ids[:, 1:])).batch(B)


@pytest.fixture
def stub_run():
    """A function that trains a StubTrainer with callbacks, and returns it."""

    def run(callbacks, spoil=None, epochs=1, n=5, optimizer=None, validation=False):
        keras.utils.set_random_seed(0)
        trainer = StubTrainer(spoil)
        trainer.compile(optimizer=optimizer or keras.optimizers.SGD(0.5), run_eagerly=True)
        held_out = batches(2, seed=1) if validation else None
        trainer.fit(
            batches(n),
            epochs=epochs,
            verbose=0,
            shuffle=False,
            callbacks=callbacks,
            validation_data=held_out,
        )
        return trainer

    return run


class LetterTokenizer:
    """A to E, and an end."""

    vocab_size, eos_id, pad_id = V, 0, None

    def encode(self, text):
        return [" ABCDE".index(letter) for letter in text]

    def decode(self, ids, skip_special=False):
        return "".join("\nABCDE"[i] for i in ids)


@pytest.fixture
def letters():
    return LetterTokenizer()


@pytest.fixture
def half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")
