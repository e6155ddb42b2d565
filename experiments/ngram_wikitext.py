"""N-gram models of the words of WikiText-2: perplexity by order and smoothing, and what they cost.

Perplexity is per word of the test part, each line end counted as a word (``<eos>``), ``<unk>`` too:
245,569 words from a vocabulary of 33,278, the unit of the published word-level figures. What a
model may see of the lines before is measured in three ways: *lines*, the history begins anew at
each line, as toolkits that read sentences do; *articles*, it begins anew at each article; *stream*,
it runs across all lines, as neural models carry their state. The k of add-k is the best of a grid
on the validation part. Times are of a fresh process on one processor core, medians of five.

Where KenLM's programs ``lmplz`` and ``query`` are on the PATH, they train and score the 5-gram on
the same lines in turns with ours, with ``<unk>`` written otherwise, since KenLM keeps that name for
itself. Its vocabulary has one word more; ours is measured with one id more as well to compare.

    python experiments/ngram_wikitext.py [--quick]
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from course_lib import corpus, results
from course_lib.corpus import Corpus
from course_lib.models.ngram import AddKNgram, KneserNey
from course_lib.models.ngram_model import NgramModel
from course_lib.tokenizers.words import WordTokenizer

ORDERS = (1, 2, 3, 4, 5)
ADDED = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
REPEATS = 5
HISTORIES = ("lines", "articles", "stream")

Documents = list[list[int]]


def load_parts(quick: bool) -> dict[str, Corpus]:
    """Training, validation and test part: of WikiText-2, or of verse in the quick form."""
    if not quick:
        return {part: corpus.load("wikitext2", split=part) for part in ("train", "valid", "test")}
    sizes = {"train": 200, "valid": 20, "test": 20}
    return {p: corpus.load("verse", n=n, seed=seed) for seed, (p, n) in enumerate(sizes.items())}


def as_documents(tokenizer: WordTokenizer, part: Corpus, history: str) -> Documents:
    """The ids of a part, cut where the history begins anew; the cuts take a line end's place."""
    eos = tokenizer.eos_id
    texts = [text if text.endswith("\n") else text + "\n" for text in part.documents]
    if history == "lines":
        return [tokenizer.encode(line) for text in texts for line in text[:-1].split("\n")]
    articles = [tokenizer.encode(text[:-1]) for text in texts]
    if history == "articles":
        return articles
    return [[i for ids in articles for i in (*ids, eos)][:-1]]


def perplexity(model: NgramModel, documents: Documents, eos: int) -> tuple[float, int]:
    """Perplexity per id, the end of each document included, and the number of ids."""
    scores = [model.log_probs([[eos, *ids, eos]])[0] for ids in documents]
    n = sum(map(len, scores))
    return float(np.exp(-sum(one.sum() for one in scores) / n)), n


def compare(parts: dict[str, Corpus], tokenizer: WordTokenizer) -> list[dict[str, Any]]:
    """Every order, smoothing and history."""
    rows = []
    eos, size = tokenizer.eos_id, tokenizer.vocab_size
    for history in HISTORIES:
        cut = {name: as_documents(tokenizer, part, history) for name, part in parts.items()}
        for order in ORDERS:
            added = AddKNgram(order).fit(cut["train"], vocab_size=size, eos_id=eos)
            tried = {}
            for k in ADDED:
                added.k = k  # fitting counts; k is added when it is asked
                tried[k] = perplexity(added, cut["valid"], eos)[0]
            added.k = min(tried, key=tried.__getitem__)
            for name, model in (
                (f"add-{added.k:g}", added),
                (
                    "modified Kneser-Ney",
                    KneserNey(order).fit(cut["train"], vocab_size=size, eos_id=eos),
                ),
            ):
                found, n = perplexity(model, cut["test"], eos)
                rows.append(
                    {
                        "smoothing": name,
                        "order": order,
                        "history": history,
                        "test_perplexity_per_word": found,
                        "valid_perplexity_per_word": perplexity(model, cut["valid"], eos)[0],
                        "test_words": n,
                        "n_parameters": model.n_parameters,
                        "memory_bytes": model.memory_bytes,
                    }
                )
    return rows


def measure_speed(quick: bool) -> dict[str, Any]:
    """Train and score the 5-gram Kneser-Ney model once, line by line."""
    parts = load_parts(quick)
    started = time.perf_counter()
    tokenizer = WordTokenizer.from_texts(parts["train"].documents)
    train, test = (as_documents(tokenizer, parts[part], "lines") for part in ("train", "test"))
    read = time.perf_counter()
    model = KneserNey(order=5).fit(train, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    trained = time.perf_counter()
    found, n = perplexity(model, test, tokenizer.eos_id)
    scored = time.perf_counter()
    peak = results.peak_memory_bytes()["host"]
    model.fit(train, vocab_size=tokenizer.vocab_size + 1, eos_id=tokenizer.eos_id)
    return {
        "tokenize_seconds": read - started,
        "train_seconds": trained - read,
        "score_seconds": scored - trained,
        "train_words": sum(len(ids) + 1 for ids in train),
        "test_words": n,
        "test_perplexity_per_word": found,
        "test_perplexity_per_word_with_one_id_more": perplexity(model, test, tokenizer.eos_id)[0],
        "peak_bytes": peak,
    }


def measure_kenlm(parts: dict[str, Corpus]) -> dict[str, Any]:
    """Train and score the 5-gram once with KenLM's programs: texts to a model to a perplexity."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("train", "test"):
            whole = "".join(parts[part].documents).replace("<unk>", "UNKWORD")
            (folder / part).write_text(whole, "utf8")
        seconds = []
        for text, command in (
            ("train", ["lmplz", "-o", "5", "-S", "1G", "-T", name, "--arpa", "arpa"]),
            ("test", ["query", "-v", "summary", "arpa"]),
        ):
            started = time.perf_counter()
            with (folder / text).open() as file:
                done = subprocess.run(
                    command, cwd=folder, check=True, stdin=file, capture_output=True, text=True
                )
            seconds.append(time.perf_counter() - started)
    printed = dict(line.split(":") for line in done.stdout.splitlines() if line.count(":") == 1)
    return {
        "train_seconds": seconds[0],
        "read_and_score_seconds": seconds[1],
        "test_words": int(printed["Tokens"]),
        "test_perplexity_per_word": float(printed["Perplexity including OOVs"]),
    }


def in_a_fresh_process(quick: bool) -> dict[str, Any]:
    """Measure the speed in a new Python process whose libraries take one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--child"] + ["--quick"] * quick
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one}
    )
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure, and write the result file."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    if "--child" in sys.argv:
        print(json.dumps(measure_speed("--quick" in sys.argv)))
        return
    with results.experiment("ngram_wikitext") as run:
        parts = load_parts(run.quick)
        for part in parts.values():
            run.use(part)
        tokenizer = WordTokenizer.from_texts(parts["train"].documents)
        kenlm = not run.quick and shutil.which("lmplz") and shutil.which("query")
        runs, kenlm_runs = [], []
        for _ in range(1 if run.quick else REPEATS):
            runs.append(in_a_fresh_process(run.quick))
            kenlm_runs += [measure_kenlm(parts)] if kenlm else []
        same = {one["test_perplexity_per_word"] for one in runs}
        assert len(same) == 1, f"the same text gave different perplexities: {same}"
        run.figures.update(
            unit="perplexity per word, line ends counted as words",
            vocab_size=tokenizer.vocab_size,
            train_words=runs[0]["train_words"],
            models=compare(parts, tokenizer),
            speed={
                **{
                    f"{step}_seconds": round(
                        statistics.median(r[f"{step}_seconds"] for r in runs), 3
                    )
                    for step in ("tokenize", "train", "score")
                },
                "peak_bytes": max(one["peak_bytes"] for one in runs),
                "cores": 1,
                "runs": runs,
                "bars": {"train_seconds": 60, "score_seconds": 30},
            },
            kenlm_runs=kenlm_runs,
        )


if __name__ == "__main__":
    main()
