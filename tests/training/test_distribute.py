"""Several devices: a step on two is the step on one with the batch of both.

All is trained in one process of its own, since devices cannot be split once they are in use.
"""

import json
import subprocess
import sys
import textwrap

import pytest

PREPARE = """
    import json, os, sys
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import keras
    import numpy as np
    import tensorflow as tf

    from course_lib.training.device import strategy

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = strategy(["CPU:0", "CPU:1"])
    assert two.num_replicas_in_sync == 2, two

    def trained(scope, make, data, batch_size):
        keras.utils.set_random_seed(0)
        with scope:
            model = make()
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(batch_size)
        model.fit(dataset, epochs=1, verbose=0, shuffle=False)
        return [np.asarray(w) for w in model.trainable_weights]

    def differences(name, make, data, batch_size):
        \"\"\"How far two devices are from one, and how far one is from where it began.\"\"\"
        import contextlib
        keras.utils.set_random_seed(0)
        model = make()
        before = [np.asarray(w) for w in model.trainable_weights]
        one = trained(contextlib.nullcontext(), make, data, batch_size)
        both = trained(two.scope(), make, data, batch_size)
        apart = max(float(np.abs(a - b).max()) for a, b in zip(one, both, strict=True))
        moved = max(float(np.abs(a - b).max()) for a, b in zip(one, before, strict=True))
        print(json.dumps([name, {"apart": apart, "moved": moved}]))

    rng = np.random.default_rng(0)

    def plain(**clipping):
        def make():
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            model.compile(keras.optimizers.SGD(0.5, **clipping), loss="mse")
            return model
        return make

    data = tuple(rng.normal(size=(16, n)).astype("float32") for n in (3, 1))
    differences("plain", plain(), data, batch_size=8)
    differences("clipped", plain(global_clipnorm=0.01), data, batch_size=8)

    from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
    from course_lib.training.muon import muon
    from course_lib.training.optimizer import adamw
    from course_lib.training.trainer import Trainer

    def of(make_optimizer):
        return lambda: make(make_optimizer())

    def make(optimizer):
        config = TransformerConfig(vocab_size=11, width=8, num_heads=2, feed_forward=16,
                                   num_layers=1, max_len=8, dropout=0.0)
        model = TransformerLanguageModel(config)
        model.ensure_built()
        trainer = Trainer(model, pad_id=0)
        trainer.compile(optimizer)
        return trainer

    def small_muon():
        optimizer = muon(0.02, clip_norm=0.05)
        optimizer.epsilon = 1e-3  # so that Adam's first step is no mere sign
        return optimizer

    ids = np.random.default_rng(0).integers(1, 11, (16, 7)).astype("int32")
    ids[::2, -2:] = 0  # as much padding on one device as on the other
    batches = ids[:, :-1], ids[:, 1:]
    differences("adamw", of(lambda: adamw(0.01, clip_norm=0.05, epsilon=1e-3)), batches, 8)
    differences("muon", of(small_muon), batches, 8)
"""


@pytest.fixture(scope="module")
def found():
    """For each model how far two devices are from one, and one from where it began."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PREPARE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", ["plain", "adamw", "muon"])
def test_two_devices_take_the_step_of_one(found, name):
    assert found[name]["moved"] > 1e-3
    assert found[name]["apart"] < 1e-5


def test_keras_clips_before_it_adds(found):
    """So two devices are then not one; the course's optimisers add first."""
    assert found["clipped"]["apart"] > 1e-4
