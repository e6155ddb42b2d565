"""Time and memory to describe 10 MB of text: uni- to trigrams, lengths, curves, fits, patterns.

Each run is a fresh process on at most two processor cores, so that its peak memory is its own; five
runs, medians. The text is the training part of WikiText-2 where it is on this machine (10.8 MB, its
rarest words written <unk>), else docs and verse together.

    python experiments/corpus_stats.py [--quick]
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from course_lib import corpus, results
from course_lib.corpus import Corpus, stats

CORES = 2
REPEATS = 5
FULL_BYTES, QUICK_BYTES = 10_000_000, 300_000
VOCABULARY_SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


def text_to_measure(n_bytes: int) -> Corpus:
    """The first whole documents that have at least so many bytes together."""
    whole = corpus.load("wikitext2") if corpus.info("wikitext2").present else _embedded(n_bytes)
    size = taken = 0
    while size < n_bytes and taken < len(whole):
        size += len(whole.documents[taken].encode())
        taken += 1
    if n_bytes == FULL_BYTES:
        taken = len(whole)
    return replace(whole, documents=whole.documents[:taken], ids=whole.ids[:taken])


def _embedded(n_bytes: int) -> Corpus:
    """All of docs, then as much verse as the size asks for."""
    docs = corpus.load("docs")
    per_poem = corpus.load("verse", n=100).n_bytes / 100
    missing = max(1, round(1.05 * (n_bytes - docs.n_bytes) / per_poem))
    verse = corpus.load("verse", n=missing)
    return replace(
        docs,
        name="docs+verse",
        documents=docs.documents + verse.documents,
        ids=docs.ids + tuple(f"verse/{i}" for i in verse.ids),
    )


def measure(text: Corpus) -> dict[str, Any]:
    """Compute every statistic once, with the seconds of each.

    Args:
        text: the corpus.

    Returns:
        ``seconds`` in all, ``steps`` with the seconds of each, ``peak_bytes`` of this process, and
        what was ``found``.
    """
    steps: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        value = call()
        steps[name] = time.perf_counter() - started
        return value

    described = timed("describe", lambda: stats.describe(text))
    running, starts = timed("running_tokens", lambda: stats.running_tokens(text))
    counts = timed("word_counts", lambda: Counter(running))
    grams = {
        n: timed(f"{n}-grams", partial(stats.ngram_counts, running, n, starts)) for n in (1, 2, 3)
    }
    curve = timed("type_token_curve", lambda: stats.type_token_curve(running))
    heaps = timed("heaps_fit", lambda: stats.heaps_fit(curve, min_tokens=1000))
    zipf = timed("zipf_fit", lambda: stats.zipf_fit(counts))
    covered = timed("coverage", lambda: stats.coverage(counts, VOCABULARY_SIZES))
    frames = timed("patterns", lambda: stats.patterns(running, 4, 10, starts=starts))
    return {
        "seconds": sum(steps.values()),
        "steps": steps,
        "peak_bytes": results.peak_memory_bytes()["host"],
        "found": {
            "description": described.as_dict(),
            "ngrams": {str(n): {"types": len(c), "tokens": c.total()} for n, c in grams.items()},
            "heaps": vars(heaps),
            "zipf": vars(zipf),
            "coverage": dict(zip(map(str, VOCABULARY_SIZES), covered.tolist(), strict=True)),
            "patterns": [[" ".join(p.frame), p.count, p.fillers] for p in frames],
        },
    }


def in_a_fresh_process(n_bytes: int) -> dict[str, Any]:
    """Measure in a new Python process."""
    command = [sys.executable, __file__, "--child", str(n_bytes)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure, and write the result file."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(text_to_measure(int(sys.argv[2])))))
        return
    with results.experiment("corpus_stats") as run:
        n_bytes = QUICK_BYTES if run.quick else FULL_BYTES
        run.use(text_to_measure(n_bytes))
        runs = [in_a_fresh_process(n_bytes) for _ in range(1 if run.quick else REPEATS)]
        found = [one.pop("found") for one in runs]
        assert all(one == found[0] for one in found), "the same text gave different statistics"
        median = statistics.median
        run.figures.update(
            found[0],
            seconds=round(median(one["seconds"] for one in runs), 3),
            peak_bytes=max(one["peak_bytes"] for one in runs),
            steps={k: round(median(o["steps"][k] for o in runs), 4) for k in runs[0]["steps"]},
            runs=[{k: one[k] for k in ("seconds", "peak_bytes")} for one in runs],
            bars={"seconds": 20, "peak_bytes": 1_500_000_000},
        )


if __name__ == "__main__":
    main()
