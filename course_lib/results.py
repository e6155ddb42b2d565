"""Measured results: a script measures, one JSON file remembers, pages read.

An experiment is a script with one ``with`` statement::

    with results.experiment("corpus_stats", seeds=(0,)) as run:
        run.use(corpus)
        run.figures["seconds"] = ...

It writes ``experiments/results/corpus_stats.json`` with the figures and their provenance. With
``--quick`` it writes ``corpus_stats.quick.json`` instead, so a quick run never replaces a full one.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.corpus.corpus import Corpus
from course_lib.errors import ResultError
from course_lib.project import project_root
from course_lib.whole_file import whole_file

LIBRARIES = (
    "numpy",
    "regex",
    "keras",
    "tensorflow",
    "torch",
    "tokenizers",
    "matplotlib",
    "nltk",
    "scipy",
)


@dataclass
class Experiment:
    """One run of an experiment script, open for figures.

    Args:
        name: the claim's name, also the name of the result file.
        seeds: every seed the run uses.
        quick: whether this is the short run for two CPU cores.
        figures: what was measured, by name; numbers, strings, lists and dictionaries of them.
        corpora: name, bytes and sha256 of each corpus that was measured.
    """

    name: str
    seeds: tuple[int, ...]
    quick: bool
    figures: dict[str, Any] = field(default_factory=dict)
    corpora: list[dict[str, Any]] = field(default_factory=list)

    def use(self, corpus: Corpus) -> Corpus:
        """Record that a corpus was measured, and give it back."""
        self.corpora.append({"name": corpus.name, "bytes": corpus.n_bytes, "sha256": corpus.sha256})
        return corpus


@contextmanager
def experiment(
    name: str, seeds: Sequence[int] = (), argv: Sequence[str] | None = None
) -> Iterator[Experiment]:
    """Run an experiment script's body and write what it measured when it ends without an error.

    Args:
        name: the result's name: lower-case letters, digits and underscores.
        seeds: the seeds the body uses.
        argv: command-line arguments (``--quick``); those of the process if not given.

    Yields:
        The open run; fill its ``figures``, and name the corpora with ``run.use(corpus)``.

    Raises:
        ResultError: a bad name, no figures, or a figure that JSON cannot hold (NaN, infinity).
    """
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ResultError(f"result name {name!r}: expected lower-case letters, digits, underscores")
    parser = argparse.ArgumentParser(description=f"Measure {name}.")
    parser.add_argument("--quick", action="store_true", help="two CPU cores, under three minutes")
    run = Experiment(name, tuple(seeds), quick=parser.parse_args(argv).quick)
    started = time.perf_counter()
    yield run
    path = _write(run, time.perf_counter() - started)
    print(f"wrote {path}")


def load(name: str, quick_ok: bool = False, folder: Path | None = None) -> dict[str, Any]:
    """Read a result file.

    Args:
        name: the result's name, without ``.json``.
        quick_ok: whether a quick run will do where no full one is present.
        folder: where the result files are; ``experiments/results`` if not given.

    Returns:
        The file's content: ``figures`` and ``provenance``.

    Raises:
        ResultError: the file is missing, is not a result, or comes from a quick run where a full
            one is needed.
    """
    folder = folder or results_folder()
    candidates = [folder / f"{name}.json"] + ([folder / f"{name}.quick.json"] if quick_ok else [])
    path = next((p for p in candidates if p.exists()), None)
    if path is None:
        raise ResultError(
            f"no result {name!r} in {folder.name}; measure it with: python experiments/{name}.py"
        )
    try:
        result = json.loads(path.read_text("utf8"))
        quick = result["provenance"]["quick"]
        result["figures"]
    except (ValueError, KeyError, TypeError) as error:
        raise ResultError(
            f"{path.name} is not a result file: expected JSON with figures and provenance"
        ) from error
    if quick and not quick_ok:
        raise ResultError(
            f"{path.name} comes from a quick run and a full one is needed: "
            f"python experiments/{name}.py"
        )
    return dict(result)


def results_folder() -> Path:
    """The folder of the result files in this checkout."""
    return project_root() / "experiments" / "results"


def figure(name: str, key: str) -> Any:
    """One number of a result file, by a dotted path into its figures.

    Args:
        name: the result's name.
        key: the path, for instance ``"runs.0.seconds"``; whole numbers index lists.

    Raises:
        ResultError: the file or the key is missing; names the keys there are.
    """
    value: Any = load(name)["figures"]
    for part in key.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            known = ", ".join(value) if isinstance(value, dict) else _described(value)
            raise ResultError(f"result {name!r} has no {key!r}; at {part!r} it has: {known}") from (
                error
            )
    return value


def _described(value: Any) -> str:
    return f"{len(value)} entries" if isinstance(value, list) else type(value).__name__


def hardware() -> dict[str, Any]:
    """The machine as its own libraries report it: processor, cores, memory, accelerators."""
    machine: dict[str, Any] = {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        machine["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        machine["gpus"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return machine


def peak_memory_bytes() -> dict[str, int]:
    """Peak resident memory of this process, and what PyTorch took on its device at most.

    Where the system tells no peak, as on Windows, ``host`` is left out.
    """
    peak = {}
    try:
        # VmHWM starts anew with each program; ru_maxrss begins with the peak of the parent.
        status = Path("/proc/self/status").read_text("utf8")
        peak["host"] = int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        with suppress(ImportError):
            import resource

            unit = 1 if sys.platform == "darwin" else 1024
            peak["host"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        peak["device"] = int(torch.cuda.max_memory_allocated())
    return peak


def _write(run: Experiment, seconds: float) -> Path:
    if not run.figures:
        raise ResultError(f"experiment {run.name!r} measured nothing: its figures are empty")
    script = Path(sys.argv[0]).name
    content = {
        "name": run.name,
        "figures": run.figures,
        "provenance": {
            "quick": run.quick,
            "command": f"python experiments/{script}" + (" --quick" if run.quick else ""),
            "commit": _commit(),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "seeds": list(run.seeds),
            "corpora": run.corpora,
            "versions": {"python": platform.python_version(), **_versions()},
            "hardware": hardware(),
            "wall_seconds": round(seconds, 3),
            "peak_memory_bytes": peak_memory_bytes(),
        },
    }
    try:
        text = _json(content)
    except (TypeError, ValueError) as error:
        raise ResultError(
            f"a figure of {run.name!r} cannot be kept in JSON: {error}; nothing was written. "
            f"Measured: {run.figures!r}"
        ) from error
    path = results_folder() / f"{run.name}{'.quick' if run.quick else ''}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(text.encode())
    return path.relative_to(project_root())


def _json(content: Any) -> str:
    """JSON text; NumPy's numbers and arrays become plain ones, NaN and infinity are refused."""

    def plain(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"{type(value).__name__} is no number, string, list or dictionary")

    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False, default=plain) + "\n"


def _versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _commit() -> str:
    """The checkout's commit, with ``+`` where files differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=project_root(), capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", ".", ":!experiments/results")
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
