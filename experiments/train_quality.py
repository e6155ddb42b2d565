"""How good the course's two networks get in a few minutes on two cores, beside the n-gram baseline.

Tiny Shakespeare, characters: the first 90 % of the text to learn from, the last 10 % to predict, as
in nanoGPT's recipes; three minutes of training, all that happens in them counted. ``verse``: five
minutes on poems drawn from the grammar, whose entropy is known exactly; the floor is what the very
test poems cost the grammar itself. Beside them stands 5-gram Kneser-Ney with the same tokenizer on
the same text.

Time decides how long a run lasts, so the learning rate falls with the clock: a half cosine from its
peak to a fiftieth, after a short rise. Everything else is fixed below.

Run: ``python experiments/train_quality.py``, on a quiet machine. The quick run trains for seconds.
"""

import math
import os
import time
from dataclasses import dataclass, field
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras
    import tensorflow as tf

import numpy as np
from numpy.typing import NDArray

from course_lib import corpus, results
from course_lib.batching.tf_data import ordered_dataset
from course_lib.corpus import verse
from course_lib.evaluation.likelihood import evaluate
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.ngram import KneserNey
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.training.optimizer import adamw
from course_lib.training.trainer import Trainer

SEEDS = (0, 1, 2)
MINUTES = {"tinyshakespeare": 3.0, "verse_en": 5.0}
N_TRAIN, N_TEST = 60_000, 400  # poems


@dataclass(frozen=True)
class Recipe:
    """A model and how it is trained.

    Args:
        model: ``"lstm"`` or ``"transformer"``.
        sizes: of the model.
        batch_size: rows in a batch (B).
        rate: highest learning rate.
        seq_len: ids that a window predicts; verse has one poem in a row instead.
        jit_compile: whether XLA compiles the step.
        seeds: the seeds to run.
    """

    model: str
    sizes: dict[str, Any]
    batch_size: int
    rate: float
    seq_len: int = 64
    jit_compile: bool = False
    seeds: tuple[int, ...] = field(default=SEEDS)

    def build(self, vocab_size: int) -> KerasLanguageModel:
        """The model, with new weights."""
        if self.model == "lstm":
            return LSTMLanguageModel(LSTMConfig(vocab_size, **self.sizes))
        return TransformerLanguageModel(TransformerConfig(vocab_size, **self.sizes))


RECIPES = {
    "tinyshakespeare": (
        Recipe("lstm", {"embedding_size": 64, "num_layers": 1, "dropout": 0.0}, 16, 6e-3),
        Recipe("transformer", {"num_layers": 2, "dropout": 0.0}, 16, 3e-3, seeds=SEEDS[:1]),
    ),
    "verse_en": (
        Recipe(
            "lstm",
            {"embedding_size": 64, "hidden_size": 192, "num_layers": 1, "dropout": 0.0},
            8,
            8e-3,
        ),
        Recipe("transformer", {"num_layers": 2, "dropout": 0.0}, 16, 3e-3, seeds=SEEDS[:1]),
    ),
}


class Clock(keras.callbacks.Callback):
    """Let the learning rate fall with the clock, and stop when the time is up.

    Args:
        seconds: of the run.
        peak: highest rate.
        rise: steps until the peak.
    """

    def __init__(self, seconds: float, peak: float, rise: int = 100) -> None:
        super().__init__()
        self.seconds, self.peak, self.rise, self.steps = seconds, peak, rise, 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the clock: compiling counts."""
        self.started = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of this step."""
        share = min((time.perf_counter() - self.started) / self.seconds, 1.0)
        fall = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share))
        rise = min((self.steps + 1) / self.rise, 1.0)
        self.model.optimizer.learning_rate = self.peak * min(rise, fall)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the clock."""
        self.steps += 1
        if time.perf_counter() - self.started >= self.seconds:
            self.model.stop_training = True


def trained(
    recipe: Recipe, data: Any, vocab_size: int, pad_id: int | None, seconds: float, seed: int
) -> tuple[KerasLanguageModel, dict[str, float]]:
    """A model after so many seconds, and what they were used for."""
    keras.utils.set_random_seed(seed)
    trainer = Trainer(recipe.build(vocab_size), smoothing=0.0, pad_id=pad_id)
    trainer.compile(adamw(recipe.rate, beta_2=0.99), jit_compile=recipe.jit_compile)
    trainer.optimizer.build(trainer.trainable_variables)
    clock = Clock(seconds, recipe.rate)
    history = trainer.fit(data, epochs=1000, verbose=0, callbacks=[clock]).history
    taken = time.perf_counter() - clock.started
    model = trainer.language_model
    return model, {
        "seed": seed,
        "parameters": model.n_parameters,
        "training_seconds": taken,
        "steps": clock.steps,
        "epochs": len(history["nats"]),
        "train_nats_per_token": history["nats"][-1],
    }


def shakespeare(run: results.Experiment) -> dict[str, Any]:
    """Characters of Tiny Shakespeare."""
    whole = run.use(corpus.load("tinyshakespeare"))
    text = "\n\n".join(whole.documents)
    if run.quick:
        text = text[:60_000]
    tokenizer = CharacterTokenizer.from_texts([text])
    ids = np.asarray(tokenizer.encode(text))
    cut = int(0.9 * len(ids))
    train, valid = ids[:cut], ids[cut:]
    n_bytes = len(tokenizer.decode(valid[1:].tolist()).encode())
    order5 = KneserNey(5).fit([train], vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    baseline = -float(order5.log_probs(valid[None]).sum())
    found: dict[str, Any] = {
        "n_train": len(train),
        "n_valid": len(valid),
        "kneser_ney_5": rates(baseline, len(valid) - 1, n_bytes),
    }
    for recipe in RECIPES["tinyshakespeare"]:
        runs = []
        for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
            data = ordered_dataset(
                train,
                recipe.seq_len + 1,
                recipe.seq_len,
                recipe.batch_size,
                shuffle_buffer=len(train),
                seed=seed,
                drop_remainder=True,
            )
            seconds = 8.0 if run.quick else 60 * MINUTES["tinyshakespeare"]
            model, figures = trained(recipe, data, tokenizer.vocab_size, None, seconds, seed)
            figures["tokens_per_second"] = (
                figures["steps"] * recipe.batch_size * recipe.seq_len / figures["training_seconds"]
            )
            nats = -float(model.log_probs(valid[None]).sum())
            runs.append({**figures, **rates(nats, len(valid) - 1, n_bytes)})
            print("tinyshakespeare", recipe.model, runs[-1], flush=True)
        found[recipe.model] = summary(recipe, runs, found["kneser_ney_5"])
    return found


def rates(nats: float, n_tokens: int, n_bytes: int) -> dict[str, float]:
    """Nats of a text as rates."""
    return {"nats_per_token": nats / n_tokens, "bits_per_byte": nats / math.log(2) / n_bytes}


def summary(recipe: Recipe, runs: list[dict[str, Any]], baseline: dict[str, Any]) -> dict[str, Any]:
    """What the runs of a recipe came to."""
    of_seeds = {
        name: [run[name] for run in runs]
        for name in runs[0]
        if name.endswith(("token", "byte", "floor"))
    }
    return {
        "sizes": recipe.sizes,
        "batch_size": recipe.batch_size,
        "rate": recipe.rate,
        "runs": runs,
        "mean": {name: float(np.mean(values)) for name, values in of_seeds.items()},
        "worst": {name: max(values) for name, values in of_seeds.items()},
        "beats_kneser_ney_5": max(of_seeds["bits_per_byte"]) < baseline["bits_per_byte"],
    }


def poem_rows(ids: list[list[int]], eos_id: int, pad_id: int) -> NDArray[np.int32]:
    """One poem in a row, an end id before and after it, filled up."""
    rows = np.full((len(ids), max(map(len, ids)) + 2), pad_id, np.int32)
    rows[:, 0] = eos_id
    for row, poem in zip(rows, ids, strict=True):
        row[1 : 1 + len(poem)] = poem
        row[1 + len(poem)] = eos_id
    return rows


def poems(run: results.Experiment) -> dict[str, Any]:
    """Words of verse, beside the exact floor."""
    n_train, n_test = (400, 20) if run.quick else (N_TRAIN, N_TEST)
    train = run.use(verse.as_corpus(n_train, 7, "en"))
    test = run.use(verse.as_corpus(n_test, 2000, "en"))
    floor = -sum(verse.log_prob(poem) for poem in test)
    tokenizer = HybridTokenizer.from_texts(train, vocab_size=2000)
    assert tokenizer.pad_id is not None
    V = tokenizer.vocab_size
    ids = [list(tokenizer.encode(poem)) for poem in train]
    rows = poem_rows(ids, tokenizer.eos_id, tokenizer.pad_id)
    order5 = KneserNey(5).fit(ids, vocab_size=V, eos_id=tokenizer.eos_id)
    baseline = evaluate(order5, tokenizer, test)
    n_bytes = baseline.n_bytes

    def figures_of(nats: float) -> dict[str, float]:
        return {**rates(nats, baseline.n_tokens, n_bytes), "over_floor": nats / floor}

    found: dict[str, Any] = {
        "n_train": n_train,
        "n_test": n_test,
        "vocab_size": V,
        "floor": rates(floor, baseline.n_tokens, n_bytes),
        "kneser_ney_5": figures_of(baseline.nats),
    }
    for recipe in RECIPES["verse_en"]:
        runs = []
        for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
            data = tf.data.Dataset.from_tensor_slices((rows[:, :-1], rows[:, 1:]))
            data = data.shuffle(len(rows), seed).batch(recipe.batch_size, drop_remainder=True)
            seconds = 8.0 if run.quick else 60 * MINUTES["verse_en"]
            model, figures = trained(recipe, data.prefetch(2), V, tokenizer.pad_id, seconds, seed)
            n_real = float((rows != tokenizer.pad_id).mean()) * (rows.shape[1] - 1)
            figures["tokens_per_second"] = (
                figures["steps"] * recipe.batch_size * n_real / figures["training_seconds"]
            )
            runs.append({**figures, **figures_of(evaluate(model, tokenizer, test).nats)})
            print("verse", recipe.model, runs[-1], flush=True)
        found[recipe.model] = summary(recipe, runs, found["kneser_ney_5"])
    return found


def main() -> None:
    """Measure both texts."""
    with results.experiment("train_quality", seeds=SEEDS) as run:
        run.figures["minutes"] = MINUTES
        run.figures["published"] = {"nanogpt_cpu_recipe": 1.88, "nanogpt_gpu_recipe": 1.4697}
        if os.environ.get("COURSE_DATA"):
            run.figures["tinyshakespeare"] = shakespeare(run)
        run.figures["verse_en"] = poems(run)


if __name__ == "__main__":
    main()
