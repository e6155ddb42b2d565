"""How near the course's networks come to the exact entropy of verse in five minutes on two cores.

Poems are drawn from the written grammar, one in a row, so that a model reads each from its
beginning. The floor is what the very test poems cost the grammar itself. 5-gram Kneser-Ney with the
same tokenizer on the same poems is the baseline. The rows stand on the leaderboard, whose test
poems are the same.

Run: ``python experiments/train_verse.py``, on a quiet machine. The quick run trains for seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import tensorflow as tf

import numpy as np
from numpy.typing import NDArray
from train_shakespeare import Recipe, summary, trained

from course_lib import results
from course_lib.corpus import verse
from course_lib.evaluation.leaderboard import Row, across_seeds, measure
from course_lib.models.language_model import LanguageModel
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer

SECONDS = 300.0
SEEDS = (0,)
N_TRAIN, N_TEST = 60_000, 400  # poems
GRID = (
    40  # poems whose lengths fall between the same multiples share batches: each length is compiled
)
RECIPES = {
    "lstm": Recipe(
        "lstm",
        {
            "embedding_size": 64,
            "hidden_size": 256,
            "num_layers": 1,
            "dropout": 0.0,
            "projection_size": 64,
        },
        "muon",
        0.08,
        32,
        SECONDS,
        SEEDS,
        rise=40,
    ),
    "transformer": Recipe(
        "transformer", {"num_layers": 2, "dropout": 0.0}, "muon", 0.03, 16, SECONDS, rise=40
    ),
}


def poem_rows(ids: Sequence[NDArray[np.int64]], eos_id: int, pad_id: int) -> NDArray[np.int32]:
    """One poem in a row, an end id before and after it, filled up."""
    rows = np.full((len(ids), max(map(len, ids)) + 2), pad_id, np.int32)
    rows[:, 0] = eos_id
    for row, poem in zip(rows, ids, strict=True):
        row[1 : 1 + len(poem)] = poem
        row[1 + len(poem)] = eos_id
    return rows


def batches_by_length(
    ids: Sequence[NDArray[np.int64]], tokenizer: Tokenizer, batch_size: int, seed: int
) -> Any:
    """Batches of poems that are about equally long, so that little is padding, in random order."""
    groups: dict[int, list[NDArray[np.int64]]] = {}
    for poem in ids:
        groups.setdefault(-(-len(poem) // GRID), []).append(poem)
    pad = tokenizer.pad_id
    assert pad is not None
    rows = [poem_rows(group, tokenizer.eos_id, pad) for group in groups.values()]
    rng = np.random.default_rng(seed)

    def epoch() -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        batches = [
            block[chosen]
            for block in rows
            for chosen in np.split(
                rng.permutation(len(block)), range(batch_size, len(block), batch_size)
            )
            if len(chosen) == batch_size
        ]
        for n in rng.permutation(len(batches)):
            yield batches[n][:, :-1], batches[n][:, 1:]

    signature = (tf.TensorSpec((batch_size, None), tf.int32),) * 2
    return tf.data.Dataset.from_generator(epoch, output_signature=signature).prefetch(2)


def read_poems(
    recipe: Recipe,
    tokenizer: Tokenizer,
    ids: Sequence[NDArray[np.int64]],
    seconds: float,
    seed: int,
) -> tuple[LanguageModel, dict[str, float]]:
    """A model that has read poems for so many seconds, and what they were used for."""
    data = batches_by_length(ids, tokenizer, recipe.batch_size, seed)
    model, figures = trained(recipe, data, tokenizer.vocab_size, tokenizer.pad_id, seconds, seed)
    per_poem = float(np.mean([len(poem) + 1 for poem in ids]))
    figures["poems_read"] = figures["steps"] * recipe.batch_size
    rate = figures["poems_read"] * per_poem / figures["training_seconds"]
    return model, {**figures, "training_tokens_per_second": rate}


def poems(run: results.Experiment) -> dict[str, Any]:
    """Words of verse, beside the exact floor."""
    n_train, n_test = (400, 20) if run.quick else (N_TRAIN, N_TEST)
    train = run.use(verse.as_corpus(n_train, 7, "en"))
    test = run.use(verse.as_corpus(n_test, 2000, "en"))
    floors = [-verse.log_prob(poem) for poem in test]
    floor = {"bits_per_byte": sum(floors) / np.log(2) / test.n_bytes}
    tokenizer = HybridTokenizer.from_texts(train, vocab_size=2000)
    documents = train.documents, test.documents

    def order5(ids: Sequence[NDArray[np.int64]]) -> LanguageModel:
        return KneserNey(5).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)

    name = f"Kneser-Ney, order 5, {n_train:,} poems"
    row = Row(name, "hybrid", "verse_en", "test", (0,))
    rows = [measure(order5, tokenizer, *documents, row, floors=floors)]
    baseline = {"bits_per_byte": rows[0].mean("bits_per_byte")}
    baseline["over_floor"] = baseline["bits_per_byte"] / floor["bits_per_byte"]
    found: dict[str, Any] = {
        "n_train": n_train,
        "n_test": n_test,
        "vocab_size": tokenizer.vocab_size,
        "floor": floor,
        "kneser_ney_5": baseline,
    }
    for kind, recipe in RECIPES.items():
        runs: list[dict[str, Any]] = []
        for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
            seconds = 2.0 if run.quick else recipe.seconds

            def fit(
                ids: Sequence[NDArray[np.int64]],
                recipe: Recipe = recipe,
                seconds: float = seconds,
                seed: int = seed,
                runs: list[dict[str, Any]] = runs,
            ) -> LanguageModel:
                model, figures = read_poems(recipe, tokenizer, ids, seconds, seed)
                runs.append(figures)
                return model

            shown = {"lstm": "LSTM", "transformer": "Transformer"}[kind]
            row = Row(f"{shown}, {seconds / 60:g} minutes", "hybrid", "verse_en", "test", (seed,))
            row = measure(fit, tokenizer, *documents, row, floors=floors, peak_memory=lambda: 0)
            values = {name: v for name, v in row.values.items() if name != "peak_memory_bytes"}
            speed = runs[-1].pop("training_tokens_per_second")
            values["training_tokens_per_second"] = (speed,)  # poems are read again, or not at all
            rows.append(replace(row, values=values))
            bits = row.mean("bits_per_byte")
            runs[-1] |= {"bits_per_byte": bits, "over_floor": bits / floor["bits_per_byte"]}
            print(kind, runs[-1], flush=True)
        found[kind] = summary(recipe, runs, baseline)
    found["rows"] = [row.as_dict() for row in across_seeds(rows)]
    return found


def main() -> None:
    """Measure."""
    with results.experiment("train_verse", seeds=SEEDS) as run:
        run.figures.update(seconds=SECONDS, **poems(run))


if __name__ == "__main__":
    main()
