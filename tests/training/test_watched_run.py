"""All that watches a run, together, on the Trainer of the course."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
from course_lib.training.callbacks import (
    DeviceMemory,
    GenerationSamples,
    GradientNorm,
    HeldOutPerplexity,
    NaNGuard,
    Throughput,
)
from course_lib.training.optimizer import adamw
from course_lib.training.tensorboard import TensorBoardLogger
from course_lib.training.trainer import Trainer

V, B, T = 8, 4, 6


def dataset(n=6, seed=0):
    ids = np.random.default_rng(seed).integers(0, V, (n * B, T + 1)).astype(np.int32)
    return tf.data.Dataset.from_tensor_slices((ids[:, :-1], ids[:, 1:])).batch(B)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_run_with_every_callback(policy, letters, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        keras.utils.set_random_seed(0)
        sizes = {"width": 8, "num_heads": 2, "feed_forward": 8, "num_layers": 1, "max_len": 40}
        trainer = Trainer(TransformerLanguageModel(TransformerConfig(V, **sizes)))
        trainer.language_model.ensure_built()
        trainer.compile(adamw(clip_norm=0.2))
    finally:
        keras.config.set_dtype_policy(before)
    letters.vocab_size = V
    norms, held_out = GradientNorm(), HeldOutPerplexity(list(dataset(2, seed=1)), every=4)
    samples = GenerationSamples(letters, [""], write=None, length=1)
    samples.tokenizer.decode = lambda ids, skip_special=False: "x" * len(ids)
    memory, speed = DeviceMemory("CPU"), Throughput(B * T, window=2)
    logger = TensorBoardLogger(tmp_path, every=3, batch=next(iter(dataset(1))), samples=samples)
    trainer.fit(
        dataset(),
        epochs=2,
        verbose=0,
        validation_data=dataset(2, seed=2),
        callbacks=[NaNGuard(), norms, speed, memory, held_out, samples, logger],
    )
    assert len(norms.norms) == 12
    assert norms.limit == pytest.approx(0.2)
    assert norms.n_clipped == sum(norm > norms.limit for norm in norms.norms) > 0
    assert [step for step, _ in held_out.history] == [4, 8, 12]
    assert all(1 < perplexity < 3 * V for _, perplexity in held_out.history)
    assert [s.step for s in samples.samples] == [6, 12]
    assert len(memory.peaks) == len(speed.epochs) == 2
    assert all(math.isfinite(rate) and rate > 0 for rate in speed.epochs)
    found = {}
    for path in tmp_path.glob("*/events*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = event_pb2.Event.FromString(record.numpy())
            for value in event.summary.value:
                found.setdefault((path.parent.name, value.tag), []).append(event.step)
    for tag in ("loss", "nats", "perplexity", "gradient_norm", "learning_rate"):
        assert found["train", tag] == [3, 6, 9, 12], tag
    for tag in ("loss", "nats", "perplexity", "accuracy", "top5_accuracy"):
        assert found["validation", tag] == [6, 12], tag
    kinds = {tag.split("/")[0] for _, tag in found}
    assert {"weights", "gradients", "samples"} <= kinds
    assert np.loadtxt(tmp_path / "train" / "vectors.tsv").shape == (V, 8)
