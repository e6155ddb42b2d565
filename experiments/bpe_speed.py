"""Byte-level BPE against Hugging Face's tokenizers: training, encoding, and a file of 500 MB.

Both train the same vocabulary size on the same text and encode it with the same merges; the ids
must be equal. Every measurement is a fresh process with one thread, so that its peak memory is its
own; the two take turns, and figures are medians. Seconds are those of the work alone, without
starting Python and reading files. Training includes splitting the text into pretokens.

    python experiments/bpe_speed.py [--quick]
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from course_lib import corpus, results
from course_lib.tokenizers.bpe import SPECIAL_TOKENS, ByteBPETokenizer

REPEATS, QUICK_REPEATS = 5, 1
VOCAB_SIZE, QUICK_VOCAB_SIZE = 10_264, 1_024  # 4 special tokens, 256 bytes; so 10,004 merges
STREAM_BYTES, QUICK_STREAM_BYTES = 500_000_000, 1_000_000
REPEATED, REPEATED_BYTES = "docs repeated", 10_000_000
WHO = ("ours", "theirs")
ONE_THREAD = {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
BARS = {"train_ratio": 3, "encode_ratio": 3, "stream_peak_bytes": 300_000_000}


def texts_to_measure(run: results.Experiment) -> dict[str, str]:
    """The texts by name: real ones in the full run, those that come with the package in a quick."""
    if run.quick:
        return {"verse": run.use(corpus.load("verse", n=2000)).text}
    texts = {name: run.use(corpus.load(name)).text for name in ("quijote", "docs")}
    copies = -(-REPEATED_BYTES // len(texts["docs"].encode()))
    texts[REPEATED] = "\n\n".join([texts["docs"]] * copies)
    texts["wikitext2"] = run.use(corpus.load("wikitext2")).text
    return texts


# What a fresh process does. Each gives its seconds, and something to compare.


def train_ours(folder: Path, vocab_size: int) -> dict[str, Any]:
    """Train on ``text.txt`` with the package."""
    text = read(folder)
    started = time.perf_counter()
    tokenizer = ByteBPETokenizer.train([text], vocab_size, normalization=None)
    return {"train": time.perf_counter() - started, "n_ids": tokenizer.vocab_size}


def train_theirs(folder: Path, vocab_size: int) -> dict[str, Any]:
    """Train on ``text.txt`` with Hugging Face's trainer."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    text = read(folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    started = time.perf_counter()
    tokenizer.train_from_iterator([text], trainer)
    return {"train": time.perf_counter() - started, "n_ids": tokenizer.get_vocab_size()}


def encode_ours(folder: Path, vocab_size: int) -> dict[str, Any]:
    """Encode the lines of ``text.txt`` with what was saved beside it: at first, and once more."""
    lines, tokenizer = read(folder).splitlines(keepends=True), ByteBPETokenizer.load(folder)
    started = time.perf_counter()
    rows = [tokenizer.encode(line) for line in lines]
    cold = time.perf_counter()
    rows = [tokenizer.encode(line) for line in lines]
    warm = time.perf_counter()
    ids = chain.from_iterable(rows)
    return {"cold": cold - started, "warm": warm - cold, **fingerprint(ids)}


def encode_theirs(folder: Path, vocab_size: int) -> dict[str, Any]:
    """Encode the lines with Hugging Face's encoder and the same files.

    Lines, in one batch: a whole text as a single string is its slow case.
    """
    from tokenizers import ByteLevelBPETokenizer

    lines = read(folder).splitlines(keepends=True)
    files = (str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = ByteLevelBPETokenizer(*files)
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    started = time.perf_counter()
    rows = tokenizer.encode_batch(lines)
    cold = time.perf_counter()
    rows = tokenizer.encode_batch(lines)
    warm = time.perf_counter()
    ids = chain.from_iterable(row.ids for row in rows)
    return {"cold": cold - started, "warm": warm - cold, **fingerprint(ids)}


def stream_ours(folder: Path, vocab_size: int) -> dict[str, Any]:
    """Encode ``stream.txt`` line by line, keeping nothing."""
    tokenizer = ByteBPETokenizer.load(folder)
    started = time.perf_counter()
    with (folder / "stream.txt").open(encoding="utf8", newline="") as lines:
        found = fingerprint(tokenizer.encode_iterable(lines))
    return {"stream": time.perf_counter() - started, **found}


def read(folder: Path) -> str:
    """The text to work on."""
    with (folder / "text.txt").open(encoding="utf8", newline="") as file:
        return file.read()


def fingerprint(ids: Iterable[int]) -> dict[str, Any]:
    """The number of ids and the sha256 of them all, without keeping them."""
    digest, n_tokens, source = hashlib.sha256(), 0, iter(ids)
    while block := array("I", islice(source, 1 << 16)):
        digest.update(block.tobytes())
        n_tokens += len(block)
    return {"n_tokens": n_tokens, "sha256": digest.hexdigest()}


# The comparison.


def in_a_fresh_process(task: str, folder: Path, vocab_size: int) -> dict[str, Any]:
    """Run one of the functions above in a new Python process with one thread."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", task, str(folder), str(vocab_size)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **ONE_THREAD},
    )
    return dict(json.loads(done.stdout))


def compared(
    task: str, keys: Iterable[str], folder: Path, vocab_size: int, repeats: int
) -> dict[str, Any]:
    """Let both do a task in turn; their medians, and our seconds by theirs."""
    runs: dict[str, list[dict[str, Any]]] = {who: [] for who in WHO}
    for _ in range(repeats):
        for who in WHO:
            runs[who].append(in_a_fresh_process(f"{task}_{who}", folder, vocab_size))
    every = runs["ours"] + runs["theirs"]
    for key in ("n_ids", "sha256"):
        assert len({one.get(key) for one in every}) == 1, f"{task}: the two differ in {key}"
    found: dict[str, Any] = {"ratio": {}}
    for who in WHO:
        found[who] = {"peak_bytes": max(one["peak_bytes"] for one in runs[who])}
        for key in keys:
            seconds = [round(one[key], 4) for one in runs[who]]
            found[who][key] = {"seconds": median(seconds), "runs": seconds}
            if "n_tokens" in every[0]:
                found[who][key]["tokens_per_second"] = every[0]["n_tokens"] / median(seconds)
    for key in keys:
        found["ratio"][key] = found["ours"][key]["seconds"] / found["theirs"][key]["seconds"]
    return found


def measured(name: str, text: str, vocab_size: int, folder: Path, repeats: int) -> dict[str, Any]:
    """Train on a text and encode it, both ways; a repeated text is only trained on."""
    folder.mkdir()
    (folder / "text.txt").write_text(text, "utf8", newline="")
    tokenizer = ByteBPETokenizer.train([text], vocab_size, normalization=None)
    tokenizer.save(folder)
    found = {
        "bytes": len(text.encode()),
        "tokens": len(tokenizer.encode(text)),
        "merges": len(tokenizer.merges),
        "train": compared("train", ["train"], folder, vocab_size, repeats),
    }
    if name != REPEATED:
        found["encode"] = compared("encode", ["cold", "warm"], folder, vocab_size, repeats)
    return found


def streamed(text: str, n_bytes: int, folder: Path) -> dict[str, Any]:
    """Encode a file of so many bytes, a text over and over, with what was saved in the folder.

    The text ends with one line end and does not begin with white space, so that its ids over and
    over are the ids of the file.
    """
    unit = text.strip() + "\n"
    copies = -(-n_bytes // len(unit.encode()))
    with (folder / "stream.txt").open("w", encoding="utf8", newline="") as file:
        file.writelines(unit for _ in range(copies))
    size = (folder / "stream.txt").stat().st_size
    found = in_a_fresh_process("stream_ours", folder, 0)
    ids = ByteBPETokenizer.load(folder).encode(unit)
    expected = fingerprint(i for _ in range(copies) for i in ids)
    assert found["sha256"] == expected["sha256"], "the ids of the file are not those of its text"
    return {
        "bytes": size,
        "tokens": found["n_tokens"],
        "seconds": round(found["stream"], 2),
        "tokens_per_second": found["n_tokens"] / found["stream"],
        "peak_bytes": found["peak_bytes"],
    }


def child(task: str, folder: str, vocab_size: str) -> None:
    """Do one task and print what it found."""
    work = {f.__name__: f for f in (train_ours, train_theirs, encode_ours, encode_theirs)}
    found = {**work, "stream_ours": stream_ours}[task](Path(folder), int(vocab_size))
    print(json.dumps({**found, "peak_bytes": results.peak_memory_bytes()["host"]}))


def main() -> None:
    """Measure, and write the result file."""
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    with results.experiment("bpe_speed") as run, TemporaryDirectory() as scratch:
        vocab_size = QUICK_VOCAB_SIZE if run.quick else VOCAB_SIZE
        repeats = QUICK_REPEATS if run.quick else REPEATS
        texts = texts_to_measure(run)
        found: dict[str, dict[str, Any]] = {}
        for name, text in texts.items():
            folder = Path(scratch) / name
            found[name] = measured(name, text, vocab_size, folder, repeats)
        stream = streamed(text, QUICK_STREAM_BYTES if run.quick else STREAM_BYTES, folder)
        run.figures.update(
            vocab_size=vocab_size,
            repeats=repeats,
            texts=found,
            stream={"text": name, **stream},
            bars=BARS,
            worst={
                "train_ratio": max(one["train"]["ratio"]["train"] for one in found.values()),
                "encode_ratio": max(
                    one["encode"]["ratio"]["warm"] for one in found.values() if "encode" in one
                ),
                "stream_peak_bytes": stream["peak_bytes"],
            },
        )


if __name__ == "__main__":
    main()
