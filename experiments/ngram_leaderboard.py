"""The first rows of the leaderboard: n-gram models on every corpus, with every tokenizer.

Unigram, add-k and modified Kneser-Ney models. Order and k are chosen on the validation part of the
first seed; the figures are of the test part. On verse each seed draws its own training poems, and
the exact floor is known; ``docs``, Tiny Shakespeare and Don Quijote are split by each seed;
WikiText-2 has its official split. Then one fixed model learns from more and more text, for the
rows of the claims ledger on the size of a corpus. Corpora of the data folder are measured where
``COURSE_DATA`` names it.

Run: ``python experiments/ngram_leaderboard.py``. The quick run takes little text, one seed and the
embedded corpora alone.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib import corpus, results
from course_lib.corpus import Corpus, verse
from course_lib.corpus.split import Split, split
from course_lib.evaluation.leaderboard import Fit, Row, across_seeds, measure
from course_lib.evaluation.likelihood import Likelihood, evaluate
from course_lib.evaluation.word_units import WHITESPACE, WIKITEXT, WordUnit
from course_lib.models.language_model import LanguageModel
from course_lib.models.ngram import AddKNgram, KneserNey, Unigram
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.tokenizers.words import WordTokenizer

SEEDS = (0, 1, 2)
KS = (1.0, 0.1, 0.01, 0.001)
ORDERS = {  # of Kneser-Ney, to choose from
    "characters": (1, 2, 3, 4, 5, 6, 8, 10),
    "hybrid": (1, 2, 3, 4, 5, 6, 8),
    "BPE": (1, 2, 3, 4, 5),
    "words": (1, 2, 3, 4, 5),
}
HIGHEST_ADD_K = {"characters": 6, "hybrid": 4, "BPE": 3, "words": 3}
FIXED_ORDER = 6
SIZES = (0.1, 0.3, 1.0, 3.0, 10.0)  # MB of training text

Make = Callable[[], Any]


@dataclass(frozen=True)
class Task:
    """A corpus to predict.

    Args:
        name: the corpus, as the rows name it.
        parts: training, validation and test part for a seed.
        seeds: the seeds to run.
        vocab_size: of BPE.
        words: what counts as a word.
        tokenizers: names of the tokenizers.
        language: of verse, whose floor is known.
        character_orders: orders to choose from where the ids are characters.
    """

    name: str
    parts: Callable[[int], Split]
    seeds: tuple[int, ...]
    vocab_size: int
    words: WordUnit = WHITESPACE
    tokenizers: tuple[str, ...] = ("characters", "hybrid", "BPE")
    language: str | None = None
    character_orders: tuple[int, ...] = ORDERS["characters"]


def tasks(quick: bool) -> list[Task]:
    """What to measure."""
    seeds = SEEDS[:1] if quick else SEEDS
    vocab_size = 400 if quick else 2048

    def poems(language: str) -> Callable[[int], Split]:
        n_train, n_test = (100, 20) if quick else (4_000, 400)

        def parts(seed: int) -> Split:
            return Split(
                verse.as_corpus(n_train, seed, language),
                verse.as_corpus(n_test, 1000, language),
                verse.as_corpus(n_test, 2000, language),
            )

        return parts

    def divided(name: str) -> Callable[[int], Split]:
        text = corpus.load(name)
        if quick:
            text = first_megabytes(text, 0.05)
        return lambda seed: split(text, seed=seed)

    found = [
        Task("verse_en", poems("en"), seeds, vocab_size, language="en"),
        Task("verse_es", poems("es"), seeds, vocab_size, language="es"),
        Task("docs", divided("docs"), seeds, 400 if quick else 4096),
    ]
    if os.environ.get("COURSE_DATA") and not quick:
        found += [Task(name, divided(name), seeds, 4096) for name in ("tinyshakespeare", "quijote")]
        kinds = ("words", "characters", "BPE")
        found.append(
            Task("wikitext2", official, SEEDS[:1], 8192, WIKITEXT, kinds, character_orders=(8, 10))
        )
    return found


def official(seed: int) -> Split:
    """The parts of WikiText-2; the end of an article stands for its last line end."""
    parts = (corpus.load("wikitext2", split=part) for part in ("train", "valid", "test"))
    return Split(*(with_documents(part, [d.removesuffix("\n") for d in part]) for part in parts))


def with_documents(text: Corpus, documents: Sequence[str]) -> Corpus:
    """A corpus with other documents, as many as there are ids or fewer."""
    kept = text.ids[: len(documents)]
    return Corpus(text.name, tuple(documents), kept, text.language, text.licence, text.source)


def first_megabytes(text: Corpus, megabytes: float) -> Corpus:
    """The first documents, the last one cut, that have a size in UTF-8."""
    left, documents = round(megabytes * 1e6), []
    for document in text:
        data = document.encode()[:left]
        left -= len(data)
        documents.append(data.decode(errors="ignore"))
        if left <= 0:
            break
    return with_documents(text, [d for d in documents if d.strip()])


def tokenizer_of(kind: str, texts: Corpus, vocab_size: int) -> Tokenizer:
    """A tokenizer trained on texts."""
    if kind == "characters":
        return CharacterTokenizer.from_texts(texts)
    if kind == "hybrid":
        return HybridTokenizer.from_texts(texts, vocab_size=1000)
    if kind == "words":
        return WordTokenizer.from_texts(texts)
    return ByteBPETokenizer.train(texts, vocab_size)


def fitting(make: Make, tokenizer: Tokenizer) -> Fit:
    """How to train what ``make`` makes."""

    def fit(ids: Sequence[NDArray[np.int64]]) -> LanguageModel:
        model: LanguageModel = make().fit(
            ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id
        )
        return model

    return fit


def encoded(tokenizer: Tokenizer, texts: Corpus) -> list[NDArray[np.int64]]:
    """The ids of documents."""
    return [np.asarray(tokenizer.encode(text), dtype=np.int64) for text in texts]


def chosen_models(
    task: Task, kind: str, tokenizer: Tokenizer, parts: Split
) -> tuple[dict[str, Make], dict[str, Any]]:
    """The models to measure, their order and k chosen on validation, and what the choice saw."""
    ids = encoded(tokenizer, parts.train)

    def valid(model: LanguageModel) -> Likelihood:
        return evaluate(model, tokenizer, parts.valid, words=task.words)

    orders = task.character_orders if kind == "characters" else ORDERS[kind]
    by_order = {n: valid(fitting(partial(KneserNey, n), tokenizer)(ids)) for n in orders}
    order = min(orders, key=lambda n: by_order[n].nats)
    by_pair = {}
    for n in range(2, HIGHEST_ADD_K[kind] + 1):
        added: Any = fitting(partial(AddKNgram, n), tokenizer)(ids)
        for added.k in KS:  # fitting counts; k is added when a probability is asked for
            by_pair[n, added.k] = valid(added).nats
    n, k = min(by_pair, key=by_pair.__getitem__)
    seen = {
        "order": order,
        "add_k": {"order": n, "k": k},
        "orders": orders,
        "valid_perplexity_per_word": [by_order[o].perplexity_per_word for o in orders],
    }
    if kind != "words":  # the ids of words do not tell the spaces, so bits per byte would flatter
        seen["valid_bits_per_byte"] = [by_order[o].bits_per_byte for o in orders]
    models: dict[str, Make] = {
        "unigram": partial(Unigram, 1.0),
        f"add-k, order {n}, k = {k:g}": partial(AddKNgram, n, k),
        f"Kneser-Ney, order {order}": partial(KneserNey, order),
    }
    return models, seen


def measured(task: Task, run: results.Experiment) -> list[Row]:
    """All rows of one corpus; what was chosen goes into the figures."""
    rows, chosen, floors = [], {}, None  # the test poems are the same for every seed
    for seed in task.seeds:
        parts = task.parts(seed)
        for part in parts.parts if seed == 0 else parts.parts[:1]:
            run.use(part)
        if task.language:
            floors = floors or [-verse.log_prob(poem, task.language) for poem in parts.test]
        for kind in task.tokenizers:
            tokenizer = tokenizer_of(kind, parts.train, task.vocab_size)
            if seed == task.seeds[0]:
                chosen[kind] = chosen_models(task, kind, tokenizer, parts)
            for name, make in chosen[kind][0].items():
                row = Row(name, kind, task.name, "test", (seed,))
                fit = fitting(make, tokenizer)
                documents = (parts.train.documents, parts.test.documents)
                rows.append(
                    measure(fit, tokenizer, *documents, row, words=task.words, floors=floors)
                )
    print(f"measured {task.name}", flush=True)
    run.figures["chosen"][task.name] = {kind: seen for kind, (_, seen) in chosen.items()}
    return across_seeds(rows)


def best_rows(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """For each corpus and tokenizer the name and the mean figures of the best model."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row.mean("perplexity_per_word")):
        figures = {name: row.mean(name) for name in row.values}
        found.setdefault(row.corpus, {}).setdefault(row.tokenizer, {"model": row.model, **figures})
    return found


def by_size(train: Corpus, valid: Corpus, sizes: Sequence[float]) -> dict[str, Any]:
    """Bits per byte of the same text, for one model that learned from more and more."""
    tokenizer = CharacterTokenizer.from_texts(train)
    points = []
    for size in sizes:
        part = first_megabytes(train, size)
        ids = encoded(tokenizer, part)
        started = time.perf_counter()
        model = fitting(partial(KneserNey, FIXED_ORDER), tokenizer)(ids)
        seconds = time.perf_counter() - started
        points.append(
            {
                "megabytes": part.n_bytes / 1e6,
                "bits_per_byte": evaluate(model, tokenizer, valid).bits_per_byte,
                "training_seconds": seconds,
            }
        )
    bits = [point["bits_per_byte"] for point in points]
    gains = dict(zip(map(str, sizes), bits, strict=True))
    return {
        "model": f"Kneser-Ney, order {FIXED_ORDER}, characters",
        "points": points,
        **({"gain_0_1_to_1": gains["0.1"] - gains["1.0"]} if "1.0" in gains else {}),
        **({"gain_1_to_10": gains["1.0"] - gains["10.0"]} if "10.0" in gains else {}),
        **({"gain_3_to_10": gains["3.0"] - gains["10.0"]} if "10.0" in gains else {}),
    }


def sizes_of_corpora(quick: bool) -> dict[str, Any]:
    """The curve on verse, whose floor is known, and on WikiText-2."""
    n_train, n_valid = (300, 20) if quick else (21_000, 500)
    poems = verse.as_corpus(n_train, 3, "en"), verse.as_corpus(n_valid, 1000, "en")
    found = {"verse_en": by_size(*poems, (0.03, 0.1) if quick else SIZES)}
    found["verse_en"]["floor"] = verse.bits_per_byte("en")
    if os.environ.get("COURSE_DATA") and not quick:
        train, valid = (corpus.load("wikitext2", split=part) for part in ("train", "valid"))
        found["wikitext2"] = by_size(train, valid, SIZES)
    return found


def main() -> None:
    """Measure every corpus."""
    with results.experiment("ngram_leaderboard", seeds=SEEDS) as run:
        run.figures["chosen"] = {}
        rows = [row for task in tasks(run.quick) for row in measured(task, run)]
        run.figures["rows"] = [row.as_dict() for row in rows]
        run.figures["best"] = best_rows(rows)
        run.figures["floor"] = {
            f"verse_{language}": {
                "bits_per_byte": verse.bits_per_byte(language),
                "bits_per_character": verse.bits_per_character(language),
                "nats_per_document": verse.entropy(language),
            }
            for language in verse.LANGUAGES
        }
        run.figures["corpus_size"] = sizes_of_corpora(run.quick)


if __name__ == "__main__":
    main()
