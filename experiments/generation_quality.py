"""What the course's models write, by every strategy: likelihood beside variety, loops and form.

The networks of ``train_verse``, trained anew for five minutes each, beside counts and beside poems
of the grammar itself. All of them go on with the same beginnings of poems that they have not seen.
What is drawn is drawn with three seeds; greedy decoding and beam search have nothing to draw. A
text and its beginning are judged together. The first texts are kept as they came.

Run: ``python experiments/generation_quality.py``. The first ten minutes, in which the networks
learn, need a quiet machine. The quick run trains for seconds and writes little.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from train_verse import N_TEST, N_TRAIN, RECIPES, read_poems

from course_lib import results
from course_lib.corpus import verse
from course_lib.evaluation.comparison import compare
from course_lib.evaluation.likelihood import evaluate
from course_lib.generation.requests import Request, answer
from course_lib.generation.settings import Sampling
from course_lib.models.language_model import LanguageModel
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer

SEEDS = (0, 1, 2)
N_PROMPTS, PROMPT_WORDS, MOST = 40, 5, 250
N_SHOWN = 2  # texts kept of each model and strategy
STRATEGIES = {
    "greedy": Request("greedy"),
    "beam of 8": Request("beam", width=8),
    "as it is": Request(),
    **{
        f"temperature {t}": Request(sampling=Sampling(temperature=t))
        for t in (0.5, 0.7, 0.85, 1.2, 1.5)
    },
    **{f"top-k {k}": Request(sampling=Sampling(top_k=k)) for k in (5, 10, 20, 40, 50, 100, 200)},
    **{f"top-p {p}": Request(sampling=Sampling(top_p=p)) for p in (0.5, 0.7, 0.8, 0.9, 0.95)},
    "min-p 0.1": Request(sampling=Sampling(min_p=0.1)),
    "typical 0.9": Request(sampling=Sampling(typical=0.9)),
    "penalty 1.2": Request(sampling=Sampling(repetition_penalty=1.2)),
}
QUICK = ("beam of 8", "as it is")
METRICS = (
    *("words", "distinct_2", "self_bleu", "repeated_4", "possible"),
    *("whole", "in_form", "rhymes", "agrees", "gender_kept", "name_kept"),
)


def models(
    train: Sequence[str], tokenizer: Tokenizer, seconds: float | None
) -> dict[str, LanguageModel]:
    """Both networks and counts, by name."""
    ids: list[NDArray[np.int64]] = [np.asarray(tokenizer.encode(poem)) for poem in train]
    found: dict[str, LanguageModel] = {}
    for name in ("LSTM", "Transformer"):
        recipe = RECIPES[name.lower()]
        found[name], figures = read_poems(recipe, tokenizer, ids, seconds or recipe.seconds, 0)
        print(name, figures, flush=True)
    found["Kneser-Ney, order 5"] = KneserNey(5).fit(
        ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id
    )
    return found


def beginnings(poems: Sequence[str], n: int) -> list[str]:
    """The first words of poems."""
    return [" ".join(poem.split(" ")[:PROMPT_WORDS]) for poem in poems[:n]]


def judged(texts: Sequence[str]) -> dict[str, float | None]:
    """The figures of a set of texts."""
    figures = compare({"": texts}, METRICS, verse=True, length=40).figures
    return {figure.metric: figure.value for figure in figures}


def spread(runs: Sequence[dict[str, float | None]]) -> dict[str, Any]:
    """Mean of the seeds and, if there are several, their standard deviation."""
    found: dict[str, Any] = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        known = [value for value in values if value is not None]
        found[name] = {
            "values": values,
            "mean": float(np.mean(known)) if known else None,
            "std": float(np.std(known, ddof=1)) if len(known) > 1 else None,
        }
    return found


def main() -> None:
    """Measure."""
    with results.experiment("generation_quality", seeds=SEEDS) as run:
        n_train, n_test, n_prompts = (100, 5, 2) if run.quick else (N_TRAIN, N_TEST, N_PROMPTS)
        most = 10 if run.quick else MOST
        strategies = QUICK if run.quick else tuple(STRATEGIES)
        train = run.use(verse.as_corpus(n_train, 7, "en")).documents
        test = run.use(verse.as_corpus(n_test, 2000, "en")).documents
        tokenizer = HybridTokenizer.from_texts(train, vocab_size=2000)
        prompts = beginnings(test, n_prompts)
        floor = -sum(map(verse.log_prob, test)) / math.log(2) / len("".join(test).encode())
        found: dict[str, Any] = {}
        for name, model in models(train, tokenizer, 2.0 if run.quick else None).items():
            each: dict[str, Any] = {}
            for strategy in strategies:
                request = STRATEGIES[strategy]
                drawn = request.strategy == "sample"
                runs: list[dict[str, float | None]] = []
                shown: list[str] = []
                for seed in SEEDS if drawn and not run.quick else SEEDS[:1]:
                    wanted = request.changed("seed", str(seed)).changed("max_new_ids", str(most))
                    written = answer(model, tokenizer, prompts, wanted)
                    texts = [text.prompt + text.text for text in written]
                    cut = np.mean([text.ended == "length" for text in written])
                    runs.append({**judged(texts), "cut": float(cut)})
                    shown = shown or texts[:N_SHOWN]
                each[strategy] = {**spread(runs), "texts": shown}
                print(
                    name, strategy, {key: s["mean"] for key, s in spread(runs).items()}, flush=True
                )
            bits = evaluate(model, tokenizer, test).bits_per_byte
            found[name] = {"bits_per_byte": bits, "strategies": each}
        run.figures.update(
            n_prompts=n_prompts,
            prompt_words=PROMPT_WORDS,
            most_ids=most,
            floor_bits_per_byte=floor,
            grammar=spread([judged(test[:n_prompts])]),
            models=found,
        )


if __name__ == "__main__":
    main()
