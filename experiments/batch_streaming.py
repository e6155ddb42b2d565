"""Memory to read a corpus once, by its size: a dataset of slices against streams from a file.

The ids are random numbers below 50,000, two bytes each, in a file. Each way reads every window once
(100 ids, a new one every 50, batches of 32, a shuffle buffer of 10,000) in a fresh process. Counted
is the memory of the process's own, in bytes above what it had after a first pass over a tiny
corpus: the pages of the file, which the system may drop at any time, are not its own.

    python experiments/batch_streaming.py [--quick]
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib import results
from course_lib.batching.streams import IdStream, join_ids, open_ids, write_ids
from course_lib.batching.tf_data import ordered_dataset, windows_dataset
from course_lib.batching.torch_data import WindowLoader

FULL_IDS = (2_500_000, 10_000_000, 40_000_000)
QUICK_IDS = (200_000, 400_000)
QUICK_WAYS = ("WindowLoader",)
VOCAB_SIZE = 50_000
DOCUMENT = 100_000  # ids that are made, and written, at a time
SAMPLE_EVERY = 50  # batches


def slices(stream: IdStream) -> Iterable[Any]:
    """What the streams are compared with: every window handed to TensorFlow at once."""
    import tensorflow as tf

    windows = tf.data.Dataset.from_tensor_slices(stream.windows())
    return windows.shuffle(10_000, seed=0).batch(32).prefetch(tf.data.AUTOTUNE)


WAYS: dict[str, Callable[[IdStream], Iterable[Any]]] = {
    "from_tensor_slices": slices,
    "windows_dataset": windows_dataset,
    "ordered_dataset": ordered_dataset,
    "WindowLoader": WindowLoader,
}


def documents(n_ids: int) -> Iterator[NDArray[np.int64]]:
    """Random ids, a document at a time."""
    draw = np.random.default_rng(0)
    for _ in range(n_ids // DOCUMENT):
        yield draw.integers(VOCAB_SIZE, size=DOCUMENT)


def own_bytes() -> int:
    """Resident memory of this process that is no page of a file."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def measure(way: str, path: str) -> dict[str, Any]:
    """Read the corpus once in this process.

    Args:
        way: a key of WAYS.
        path: the file of ids.

    Returns:
        ``batches``, ``peak_bytes`` above the start, and ``seconds``.
    """
    for _ in WAYS[way](join_ids([range(1000)], VOCAB_SIZE)):
        pass  # what a framework takes at its first use has nothing to do with the corpus
    start, began = own_bytes(), time.perf_counter()
    peak = batches = 0
    for batches, _ in enumerate(WAYS[way](open_ids(path)), start=1):
        if batches % SAMPLE_EVERY == 1:
            peak = max(peak, own_bytes() - start)
    return {"batches": batches, "peak_bytes": peak, "seconds": time.perf_counter() - began}


def in_a_fresh_process(way: str, path: Path) -> dict[str, Any]:
    """Measure in a new Python process."""
    command = [sys.executable, __file__, "--child", way, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure, and write the result file."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(*sys.argv[2:4])))
        return
    with (
        results.experiment("batch_streaming", seeds=(0,)) as run,
        tempfile.TemporaryDirectory() as folder,
    ):
        rows = []
        ways = QUICK_WAYS if run.quick else tuple(WAYS)
        for n_ids in QUICK_IDS if run.quick else FULL_IDS:
            path = Path(folder) / "row.ids"
            write_ids(path, documents(n_ids), VOCAB_SIZE)
            measured = {way: in_a_fresh_process(way, path) for way in ways}
            assert len({one["batches"] for one in measured.values()}) == 1, measured
            rows.append({"n_ids": n_ids, "file_bytes": path.stat().st_size, "ways": measured})
        run.figures["sizes"] = rows
        run.figures["growth"] = {way: growth(rows, way) for way in ways}


def growth(rows: list[dict[str, Any]], way: str) -> float:
    """Bytes of memory for each further byte of the file, from the smallest size to the largest."""
    first, last = rows[0], rows[-1]
    more = last["ways"][way]["peak_bytes"] - first["ways"][way]["peak_bytes"]
    return round(more / (last["file_bytes"] - first["file_bytes"]), 4)


if __name__ == "__main__":
    main()
