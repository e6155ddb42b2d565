"""What dropout, label smoothing and orthogonal first weights are worth to an LSTM.

Characters of Tiny Shakespeare: the last tenth is held out, the network learns from the first 100 KB
or from the whole of the rest, always for the same number of steps with AdamW. Training and held-out
text are both measured without dropout and without smoothing. For the first weights: how much of a
gradient reaches a place so many steps before, in a layer that has learned nothing, and what a short
training gives from there.

Run: ``python experiments/lstm_claims.py``, about a quarter of an hour on two cores; other work on
the machine makes it slower and not worse. The quick run takes a few steps on a little of the
anthology.
"""

from dataclasses import dataclass, replace
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras
    import tensorflow as tf

import numpy as np
from numpy.typing import NDArray
from train_shakespeare import characters

from course_lib import results
from course_lib.batching.tf_data import ordered_dataset
from course_lib.models.language_model import LanguageModel
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.lstm_layer import LSTMLayer
from course_lib.training.optimizer import adamw
from course_lib.training.trainer import Trainer

SEEDS = (0, 1, 2)
BATCH, SEQ_LEN = 16, 64
RATE = 3e-3
N_MEASURED = 50_000  # characters of either text, for each measurement
N_BINS = 15  # of the calibration error
BACK = (1, 5, 10, 20, 50, 100)  # steps between a place and the state that depends on it
EMBEDDING, UNITS, LAYERS = 64, 128, 2


@dataclass(frozen=True)
class Recipe:
    """One way to train.

    Args:
        n_train: characters to learn from, all if None.
        steps: of training.
        dropout: between layers and before the logits.
        smoothing: of the targets.
        recurrence: initialiser of the recurrent weights.
        seeds: the seeds to run.
    """

    n_train: int | None = 100_000
    steps: int = 1000
    dropout: float = 0.0
    smoothing: float = 0.0
    recurrence: str = "orthogonal"
    seeds: tuple[int, ...] = SEEDS


LITTLE, MUCH = 100_000, None
RECIPES = {
    "little_dropout_0": Recipe(LITTLE),
    "little_dropout_30": Recipe(LITTLE, dropout=0.3),
    "little_dropout_50": Recipe(LITTLE, dropout=0.5),
    "little_smoothing": Recipe(LITTLE, smoothing=0.1),
    "little_dropout_30_smoothing": Recipe(LITTLE, dropout=0.3, smoothing=0.1),
    "much_dropout_0": Recipe(MUCH),
    "much_dropout_30": Recipe(MUCH, dropout=0.3),
    "much_smoothing": Recipe(MUCH, smoothing=0.1),
    "much_glorot": Recipe(MUCH, recurrence="glorot_uniform"),
}
QUICK = ("little_dropout_30_smoothing", "much_glorot")


def trained(recipe: Recipe, ids: NDArray[np.int64], vocab_size: int, seed: int) -> LanguageModel:
    """A network after the recipe's steps."""
    keras.utils.set_random_seed(seed)
    model = LSTMLanguageModel(LSTMConfig(vocab_size, EMBEDDING, UNITS, LAYERS, recipe.dropout))
    trainer = Trainer(model, recipe.smoothing)
    for variable in model.trainable_variables:
        if variable.name == "recurrent_kernel" and recipe.recurrence != "orthogonal":
            variable.assign(keras.initializers.get(recipe.recurrence)(variable.shape))
    # XLA's random numbers cost a processor more than the network does.
    trainer.compile(adamw(RATE), jit_compile=recipe.dropout == 0)
    data = ordered_dataset(
        ids, SEQ_LEN + 1, SEQ_LEN, BATCH, shuffle_buffer=len(ids), seed=seed, drop_remainder=True
    )
    trainer.fit(data.repeat().take(recipe.steps), verbose=0)
    return model


def measured(model: LanguageModel, ids: NDArray[np.int64]) -> dict[str, float]:
    """Nats a character, and how far confidence is from the share of right guesses."""
    nats, sure, right = [], [], []
    rows = ids[: len(ids) // 100 * 100].reshape(100, -1)  # pieces, each read from its beginning
    state = model.start(100)
    for now, following in zip(rows.T[:-1], rows.T[1:], strict=True):
        logits, state = model.step(now, state)
        top = logits.max(axis=1, keepdims=True)
        log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        nats.append(-log_p[np.arange(100), following])
        sure.append(np.exp(log_p.max(axis=1)))
        right.append(log_p.argmax(axis=1) == following)
    return {
        "nats": float(np.mean(nats)),
        "calibration_error": calibration_error(np.concatenate(sure), np.concatenate(right)),
        "mean_confidence": float(np.mean(sure)),
        "accuracy": float(np.mean(right)),
    }


def calibration_error(sure: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence from accuracy over bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((sure * N_BINS).astype(int), N_BINS - 1)
    gaps = np.bincount(bins, right - sure, N_BINS)
    return float(np.abs(gaps).sum() / len(sure))


def gradients_back(recurrence: str, seed: int) -> list[float]:
    """Norm of a new layer's gradient for inputs so many steps before, over the last one's."""
    keras.utils.set_random_seed(seed)
    H, D, rows, steps = UNITS, EMBEDDING, 32, max(BACK) + 1
    layer = LSTMLayer(H)
    layer.build((steps, rows, D))
    layer.recurrent_kernel.assign(keras.initializers.get(recurrence)((H, 4 * H)))
    x = tf.random.normal((steps, rows, D), seed=seed)
    direction = tf.random.normal((rows, H), seed=seed + 1)
    nothing = (tf.zeros((rows, H)), tf.zeros((rows, H)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        hidden, _ = layer(x, nothing)
        loss = tf.reduce_sum(hidden[-1] * direction)
    norms = np.linalg.norm(tape.gradient(loss, x).numpy(), axis=-1).mean(axis=-1)
    return [float(norms[-1 - n] / norms[-1]) for n in BACK]


def main() -> None:
    """Measure."""
    with results.experiment("lstm_claims", seeds=SEEDS) as run:
        tokenizer, train, valid = characters(run)
        found: dict[str, Any] = {}
        for name, recipe in RECIPES.items():
            if run.quick and name not in QUICK:
                continue
            ids = train[: recipe.n_train]
            runs = []
            for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
                if run.quick:
                    recipe = replace(recipe, steps=3)
                model = trained(recipe, ids, tokenizer.vocab_size, seed)
                texts = {"train": ids[:N_MEASURED], "held_out": valid[:N_MEASURED]}
                runs.append({part: measured(model, text) for part, text in texts.items()})
                print(name, runs[-1], flush=True)
            parts: dict[str, dict[str, Any]] = {
                part: {
                    key: {
                        "mean": float(np.mean([one[part][key] for one in runs])),
                        "values": [one[part][key] for one in runs],
                    }
                    for key in runs[0][part]
                }
                for part in runs[0]
            }
            gap = parts["held_out"]["nats"]["mean"] - parts["train"]["nats"]["mean"]
            found[name] = {
                "n_train": len(ids),
                "steps": recipe.steps,
                "passes_over_the_text": recipe.steps * BATCH * SEQ_LEN / len(ids),
                "gap": gap,
                **parts,
            }
        run.figures.update(
            sizes={"embedding": EMBEDDING, "units": UNITS, "layers": LAYERS},
            recipes=found,
            back=BACK,
            gradient_of_last={
                kind: np.mean([gradients_back(kind, seed) for seed in SEEDS], axis=0).tolist()
                for kind in ("orthogonal", "glorot_uniform")
            },
        )
        print(run.figures["gradient_of_last"], flush=True)


if __name__ == "__main__":
    main()
