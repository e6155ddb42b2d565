"""How good the course's networks get on Tiny Shakespeare in three minutes on two cores.

Characters: the first 90 % of the text to learn from, the last 10 % to predict, as in nanoGPT's
recipes, whose published validation losses stand beside ours. Every character of the last part is
predicted once, from all before it that the model can hold. Three minutes of training, all that
happens in them counted; 5-gram Kneser-Ney on the same ids is the baseline. Then a larger LSTM, for
twelve minutes, and how far back the LSTMs of three minutes look.

Time decides how long a run lasts, so the learning rate falls with the clock.

Run: ``python experiments/train_shakespeare.py``, on a quiet machine. The quick run trains for
seconds, on a little of the anthology.
"""

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras

import numpy as np
from numpy.typing import NDArray

from course_lib import corpus, results
from course_lib.batching.tf_data import ordered_dataset
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.models.language_model import LanguageModel
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.training.clock import Clock
from course_lib.training.settings import MODELS, OPTIMIZERS
from course_lib.training.trainer import Trainer

SECONDS, LONG = 180.0, 720.0
SEEDS = (0, 1)
PUBLISHED = {"nanogpt_cpu_recipe": 1.88, "nanogpt_gpu_recipe": 1.4697}
"""Validation losses that nanoGPT's README reports, in nats per character."""
REACHES = (1, 2, 5, 10, 25, 50, 100, 200, 400)  # characters that a model may look at
N_PLACES = 2000  # of the validation part, to measure the reach at


@dataclass(frozen=True)
class Recipe:
    """A model and how it is trained.

    Args:
        model: ``"lstm"`` or ``"transformer"``.
        sizes: of the model.
        optimizer: ``"muon"`` or ``"adamw"``.
        rate: highest learning rate.
        batch_size: rows in a batch (B).
        seconds: of training.
        seeds: the seeds to run.
        seq_len: ids that a row predicts (T), where rows are windows.
        rise: steps until the highest rate.
        carried: whether rows go on from batch to batch, and the state with them.
        compiled: whether XLA compiles the whole step.
    """

    model: str
    sizes: dict[str, Any]
    optimizer: str
    rate: float
    batch_size: int
    seconds: float = SECONDS
    seeds: tuple[int, ...] = SEEDS[:1]
    seq_len: int = 128
    rise: int = 100
    carried: bool = False
    compiled: bool = False

    def build(self, vocab_size: int) -> KerasLanguageModel:
        """The model, with new weights."""
        kind, config = MODELS[self.model]
        return kind(config(vocab_size, **self.sizes))


ONE_LAYER = {"embedding_size": 64, "hidden_size": 256, "num_layers": 1, "dropout": 0.0}
TWO_BLOCKS = {"num_layers": 2, "dropout": 0.0, "max_len": 128}  # no position is untrained
LARGER = {"embedding_size": 64, "hidden_size": 384, "num_layers": 1, "dropout": 0.25}
RECIPES = {
    "lstm_adamw": Recipe("lstm", ONE_LAYER, "adamw", 5e-3, 16, compiled=True),
    "lstm_carried": Recipe("lstm", ONE_LAYER, "muon", 0.05, 16, carried=True, compiled=True),
    "transformer": Recipe("transformer", TWO_BLOCKS, "muon", 0.03, 16),
    "lstm": Recipe("lstm", ONE_LAYER, "muon", 0.05, 16, seeds=SEEDS, compiled=True),
    "long": Recipe("lstm", LARGER, "muon", 0.05, 16, LONG, compiled=True),
}
LOOKING = ("lstm", "lstm_carried")  # how far they look back is measured
QUICK = ("transformer", "lstm")


def trained(
    recipe: Recipe, data: Any, vocab_size: int, pad_id: int | None, seconds: float, seed: int
) -> tuple[KerasLanguageModel, dict[str, float]]:
    """A model after so many seconds, and what they were used for."""
    keras.utils.set_random_seed(seed)
    rows = recipe.batch_size if recipe.carried else None
    trainer = Trainer(recipe.build(vocab_size), 0.0, pad_id, carried_rows=rows)
    optimizer = OPTIMIZERS[recipe.optimizer](recipe.rate, beta_2=0.99)
    trainer.compile(optimizer, jit_compile=recipe.compiled)
    trainer.optimizer.build(trainer.trainable_variables)
    clock = Clock(seconds, recipe.rate, recipe.rise)
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


def characters(
    run: results.Experiment,
) -> tuple[CharacterTokenizer, NDArray[np.int64], NDArray[np.int64]]:
    """A tokenizer of the text's own characters, and the ids to learn from and to predict."""
    whole = run.use(corpus.load("anthology" if run.quick else "tinyshakespeare"))
    text = "\n\n".join(whole.documents)
    if run.quick:
        text = text[:30_000]
    tokenizer = CharacterTokenizer(sorted(set(text)), byte_fallback=False)  # no id is for nothing
    ids = np.asarray(tokenizer.encode(text))
    cut = int(0.9 * len(ids))
    return tokenizer, ids[:cut], ids[cut:]


def shakespeare(run: results.Experiment) -> dict[str, Any]:
    """Characters of Tiny Shakespeare."""
    tokenizer, train, valid = characters(run)
    n_bytes = len(tokenizer.decode(valid[1:].tolist()).encode())
    order5 = KneserNey(5).fit([train], vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    baseline = -float(order5.log_probs(valid[None]).sum())
    found: dict[str, Any] = {
        "n_train": len(train),
        "n_valid": len(valid),
        "kneser_ney_5": rates(baseline, len(valid) - 1, n_bytes),
    }
    places = 100 if run.quick else N_PLACES
    looking = {"kneser_ney_5": reach(order5, valid, places)}
    for name, recipe in RECIPES.items():
        if run.quick and name not in QUICK:
            continue
        runs: list[dict[str, Any]] = []
        for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
            data = ordered_dataset(
                train,
                recipe.seq_len + 1,
                recipe.seq_len,
                recipe.batch_size,
                shuffle_buffer=len(train),
                seed=seed,
                drop_remainder=True,
                continued=recipe.carried,
            )
            seconds = 2.0 if run.quick else recipe.seconds
            model, figures = trained(recipe, data, tokenizer.vocab_size, None, seconds, seed)
            figures["tokens_per_second"] = (
                figures["steps"] * recipe.batch_size * recipe.seq_len / figures["training_seconds"]
            )
            nats = -float(model.log_probs(valid[None]).sum())
            runs.append({**figures, **rates(nats, len(valid) - 1, n_bytes)})
            print(name, runs[-1], flush=True)
        found[name] = summary(recipe, runs, found["kneser_ney_5"])
        if name in LOOKING:
            looking[name] = reach(model, valid, places)
    found["reach"] = {"characters": REACHES, "n_places": places, "nats_per_token": looking}
    return found


def reach(model: LanguageModel, ids: NDArray[np.int64], n_places: int) -> list[float]:
    """Nats of the same ids, given fewer and more of those before them."""
    rng = np.random.default_rng(0)
    last = np.sort(rng.choice(np.arange(max(REACHES), len(ids)), n_places, replace=False))
    nats = []
    for n in REACHES:
        rows = ids[last[:, None] + np.arange(-n, 1)]
        scores = [model.log_probs(rows[i : i + 200])[:, -1] for i in range(0, n_places, 200)]
        nats.append(-float(np.concatenate(scores).mean()))
    return nats


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
        "recipe": asdict(recipe),
        "runs": runs,
        "mean": {name: float(np.mean(values)) for name, values in of_seeds.items()},
        "worst": {name: max(values) for name, values in of_seeds.items()},
        "beats_kneser_ney_5": max(of_seeds["bits_per_byte"]) < baseline["bits_per_byte"],
    }


def main() -> None:
    """Measure."""
    with results.experiment("train_shakespeare", seeds=SEEDS) as run:
        run.figures.update(seconds=SECONDS, published=PUBLISHED, **shakespeare(run))


if __name__ == "__main__":
    main()
