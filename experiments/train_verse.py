"""How near the course's networks come to the exact entropy of verse in five minutes on two cores.

Poems are drawn from the written grammar, one in a row, so that a model reads each from its
beginning. The floor is what the very test poems cost the grammar itself. 5-gram Kneser-Ney with the
same tokenizer on the same poems is the baseline.

Run: ``python experiments/train_verse.py``, on a quiet machine. The quick run trains for seconds.
"""

from typing import Any

from course_lib.quiet import quiet

with quiet():
    import tensorflow as tf

import numpy as np
from numpy.typing import NDArray
from train_shakespeare import Recipe, rates, summary, trained

from course_lib import results
from course_lib.corpus import verse
from course_lib.evaluation.likelihood import evaluate
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.hybrid import HybridTokenizer

SECONDS = 300.0
SEEDS = (0,)
N_TRAIN, N_TEST = 60_000, 400  # poems
RECIPES = (
    Recipe(
        "lstm",
        {"embedding_size": 64, "hidden_size": 192, "num_layers": 1, "dropout": 0.0},
        batch_size=8,
        rate=8e-3,
        seeds=SEEDS,
    ),
    Recipe("transformer", {"num_layers": 2, "dropout": 0.0}, 16, 3e-3, seeds=SEEDS),
)


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
    for recipe in RECIPES:
        runs = []
        for seed in recipe.seeds[:1] if run.quick else recipe.seeds:
            data = tf.data.Dataset.from_tensor_slices((rows[:, :-1], rows[:, 1:]))
            data = data.shuffle(len(rows), seed).batch(recipe.batch_size, drop_remainder=True)
            seconds = 5.0 if run.quick else SECONDS
            model, figures = trained(recipe, data.prefetch(2), V, tokenizer.pad_id, seconds, seed)
            n_real = float((rows != tokenizer.pad_id).mean()) * (rows.shape[1] - 1)
            figures["tokens_per_second"] = (
                figures["steps"] * recipe.batch_size * n_real / figures["training_seconds"]
            )
            runs.append({**figures, **figures_of(evaluate(model, tokenizer, test).nats)})
            print(recipe.model, runs[-1], flush=True)
        found[recipe.model] = summary(recipe, runs, found["kneser_ney_5"])
    return found


def main() -> None:
    """Measure."""
    with results.experiment("train_verse", seeds=SEEDS) as run:
        run.figures.update(seconds=SECONDS, **poems(run))


if __name__ == "__main__":
    main()
