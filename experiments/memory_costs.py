"""What gradient accumulation, rematerialisation and 16-bit numbers cost: memory and time of a step.

Each variant trains in a fresh process on random ids, with dropout off, so that variants which are
the same by arithmetic end with the same loss; that is checked. On a CPU, memory is that of the
process at most, above what it had when the model was built and had been asked for the gradient of
one short row: activations, gradients, moments, and what the store of accumulation takes. Time is
the median of a few updates. Where TensorFlow sees a graphics card, the same variants and
those of a compiler are measured on it as well, and written to ``gpu_costs.json``. There, memory is
what tensors take at most. The models are written for TensorFlow, so other backends of Keras cannot
run this script.

    python experiments/memory_costs.py [--quick]
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_lib import results

Setting = dict[str, Any]

FULL_LSTM: Setting = {"model": "lstm", "vocab_size": 10_000, "seq_len": 100}
FULL_TRANSFORMER: Setting = {"model": "transformer", "vocab_size": 512, "seq_len": 128}
QUICK_LSTM: Setting = {"model": "lstm", "vocab_size": 100, "seq_len": 8, "hidden_size": 16}
BATCH = 32


def variants(quick: bool) -> dict[str, dict[str, Setting]]:
    """The settings of each process, by comparison and variant; others are held to the first.

    Args:
        quick: whether one comparison of a small model will do.
    """
    if quick:
        return {"accumulation": accumulation(QUICK_LSTM, (1, 4))}
    small = {**FULL_TRANSFORMER, "batch_size": 8, "num_layers": 2}
    return {
        "accumulation": accumulation(FULL_LSTM, (1, 2, 4)),
        "rematerialisation": {
            name: {**FULL_TRANSFORMER, "batch_size": BATCH, "remat": remat}
            for name, remat in (("kept", False), ("computed again", True))
        },
        "precision": {
            name: {**small, "precision": name}
            for name in ("float32", "mixed_bfloat16", "mixed_float16")
        },
    }


def accumulation(setting: Setting, parts: Sequence[int]) -> dict[str, Setting]:
    """One batch at once, and the same in parts.

    Args:
        setting: the model.
        parts: into how many the batch is cut, for each variant.
    """
    return {
        f"{BATCH // n} x {n}": {**setting, "batch_size": BATCH // n, "accumulation_steps": n}
        for n in parts
    }


def on_a_gpu(compared: dict[str, dict[str, Setting]]) -> dict[str, dict[str, Setting]]:
    """The same comparisons, with batches that a card is made for, and one of compilers.

    Args:
        compared: those of a CPU.
    """
    lstm: Setting = {**FULL_LSTM, "batch_size": BATCH}
    transformer: Setting = {**FULL_TRANSFORMER, "vocab_size": 10_000, "batch_size": BATCH}
    return {
        **compared,
        "precision": {
            f"{model['model']}, {name}": {**model, "precision": name}
            for model in (lstm, transformer)
            for name in ("float32", "mixed_bfloat16", "mixed_float16")
        },
        "compiler": {
            f"{model['model']}, {'XLA' if jit else 'no XLA'}": {**model, "jit_compile": jit}
            for model in (lstm, transformer)
            for jit in (False, True)
        },
    }


def language_model(setting: Setting) -> Any:
    """The model of a setting, without dropout."""
    from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
    from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel

    sizes = ("vocab_size", "remat", "width", "num_layers", "hidden_size")
    given = {name: setting[name] for name in sizes if name in setting}
    if setting["model"] == "lstm":
        cudnn = False if setting.get("jit_compile") else None  # cuDNN has no kernel for XLA
        return LSTMLanguageModel(LSTMConfig(**given, dropout=0.0), cudnn=cudnn)
    return TransformerLanguageModel(TransformerConfig(**given, dropout=0.0))


def measure(setting: Setting, updates: int) -> dict[str, float]:
    """Train for some updates in this process.

    Args:
        setting: of ``variants``.
        updates: of the weights; the first compiles and is not timed.

    Returns:
        ``peak_bytes``, ``seconds`` of an update, and the ``nats`` after the last one.
    """
    import keras
    import tensorflow as tf

    from course_lib.training.device import device_memory, reset_device_peak
    from course_lib.training.optimizer import adamw
    from course_lib.training.trainer import Trainer

    on_gpu, jit = _grown_cards(tf) > 0, setting.get("jit_compile", False)
    keras.config.set_dtype_policy(setting.get("precision", "float32"))
    keras.utils.set_random_seed(0)
    model = language_model(setting)
    model.ensure_built()
    trainer, n = Trainer(model), setting.get("accumulation_steps", 1)
    trainer.compile(adamw(accumulation_steps=n), jit_compile=jit)
    tiny = tf.zeros((1, 2), tf.int32)
    tf.function(trainer.gradients, autograph=False)(tiny, tiny)  # loads what every step needs
    reset_device_peak()
    before = 0 if on_gpu else device_memory().current
    trainer.optimizer.build(trainer.trainable_variables)
    step = tf.function(trainer.train_step, autograph=False, jit_compile=jit)
    ids = np.random.default_rng(0).integers(
        setting["vocab_size"], size=(n, setting["batch_size"], setting["seq_len"] + 1)
    )
    batches = [
        (tf.constant(rows[:, :-1], tf.int32), tf.constant(rows[:, 1:], tf.int32)) for rows in ids
    ]
    seconds = []
    for _ in range(updates + 1):
        began = time.perf_counter()
        for batch in batches:
            float(step(batch)["loss"])  # a number: the device has finished
        seconds.append(time.perf_counter() - began)
    peak = device_memory().peak - before
    nats = float(
        np.mean([-model.log_probs(rows[:8]).mean() for rows in ids.reshape(-1, 8, ids.shape[-1])])
    )
    return {"peak_bytes": peak, "seconds": statistics.median(seconds[1:]), "nats": nats}


def _grown_cards(tf: Any) -> int:
    """Number of graphics cards, after they were told to take memory as needed."""
    cards = tf.config.list_physical_devices("GPU")
    for card in cards:
        tf.config.experimental.set_memory_growth(card, True)
    return len(cards)


def in_a_fresh_process(setting: Setting, updates: int) -> dict[str, float]:
    """Measure in a new Python process.

    Args:
        setting: of ``variants``.
        updates: of the weights.
    """
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        [sys.executable, __file__, "--child", json.dumps(setting), str(updates)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **quiet},
    )
    if done.returncode:
        raise RuntimeError(f"{setting} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(name: str, settings: Mapping[str, Setting], updates: int) -> list[dict[str, Any]]:
    """Measure the variants of one comparison.

    Args:
        name: of the comparison.
        settings: of each variant; ratios are to the first of the same model.
        updates: of the weights.

    Returns:
        A row for each variant: what was measured, and memory and time over those of the first.
    """
    rows: list[dict[str, Any]] = []
    first: dict[str, dict[str, float]] = {}
    for variant, setting in settings.items():
        found = in_a_fresh_process(setting, updates)
        base = first.setdefault(setting["model"], found)
        if name != "precision":  # 16-bit numbers are others; everything else is the same arithmetic
            assert abs(found["nats"] - base["nats"]) < 1e-3, (name, variant, found, base)
        rows.append(
            {
                "variant": variant,
                "setting": setting,
                **found,
                "memory_ratio": round(found["peak_bytes"] / base["peak_bytes"], 3),
                "time_ratio": round(found["seconds"] / base["seconds"], 3),
            }
        )
        print(f"{name}: {variant}: {rows[-1]}", flush=True)
    return rows


def gpu_is_here() -> bool:
    """Whether TensorFlow sees a graphics card; asked in a process of its own, which may take it."""
    ask = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) > 0


def main() -> None:
    """Measure, and write the result file; a second one where there is a graphics card."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(json.loads(sys.argv[2]), int(sys.argv[3]))))
        return
    os.environ["CUDA_VISIBLE_DEVICES"], visible = "-1", os.environ.get("CUDA_VISIBLE_DEVICES")
    with results.experiment("memory_costs", seeds=(0,)) as run:
        compared = variants(run.quick)
        for name, settings in compared.items():
            run.figures[name] = compare(name, settings, updates=2 if run.quick else 3)
    del os.environ["CUDA_VISIBLE_DEVICES"]
    if visible is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible
    if not run.quick and gpu_is_here():
        with results.experiment("gpu_costs", seeds=(0,)) as run:
            for name, settings in on_a_gpu(compared).items():
                run.figures[name] = compare(name, settings, updates=20)


if __name__ == "__main__":
    main()
