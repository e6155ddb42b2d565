"""What ``course doctor`` says: what this machine has, and what to do about what it lacks."""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["ok", "note", "fail"]

PROBES = {
    "tensorflow": "import tensorflow as tf, json;"
    "print(json.dumps([d.name for d in tf.config.list_physical_devices('GPU')]))",
    "torch": "import torch, json;"
    "print(json.dumps([torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]))",
}
GIB = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Args:
        subject: what was looked at.
        status: ``ok``, ``note`` (works, with a limit worth knowing) or ``fail`` (must be mended).
        value: what was found.
        advice: what to do; empty where nothing is to be done.
    """

    subject: str
    status: Status
    value: str
    advice: str = ""


def examine(frameworks: bool = True) -> Iterator[Finding]:
    """Look at this machine, one finding at a time, so that a slow one can show progress.

    Args:
        frameworks: whether to start TensorFlow and PyTorch (seconds each) to ask them for GPUs.

    Yields:
        Findings, in reading order.
    """
    yield python_finding(sys.version_info[:3], sys.prefix != sys.base_prefix)
    yield memory_finding(_memory_bytes())
    yield disk_finding(shutil.disk_usage(Path.cwd()).free)
    yield cores_finding(os.cpu_count() or 1)
    yield driver_finding(_run(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv"]))
    for name, title, extra in (
        ("tensorflow", "TensorFlow", "keras"),
        ("torch", "PyTorch", "torch"),
    ):
        yield framework_finding(name, title, extra, _probe if frameworks else None)
    for name, extra in (("jupyter-book", "book"), ("nbval", "grade"), ("jupytext", "grade")):
        yield library_finding(name, extra)
    yield data_finding(os.environ.get("COURSE_DATA"))


def python_finding(version: tuple[int, ...], in_environment: bool) -> Finding:
    """Python's version, and whether it runs in an environment of its own."""
    text = ".".join(map(str, version))
    if version < (3, 11):
        return Finding("Python", "fail", text, "install Python 3.11, 3.12 or 3.13, then: make book")
    if version >= (3, 14):
        return Finding("Python", "note", text, "untested: TensorFlow has no build for it yet")
    if not in_environment:
        return Finding("Python", "note", text, "use the course's environment: . .venv/bin/activate")
    return Finding("Python", "ok", text)


def memory_finding(total: int | None) -> Finding:
    """Main memory, in bytes."""
    if total is None:
        return Finding("Memory", "note", "unknown", "8 GiB or more is comfortable")
    text = f"{total / GIB:.0f} GiB"
    if total < 3.5 * GIB:
        return Finding("Memory", "fail", text, "4 GiB at least: use another machine")
    if total < 7.5 * GIB:
        return Finding("Memory", "note", text, "close other programs; make book JOBS=1")
    return Finding("Memory", "ok", text)


def disk_finding(free: int) -> Finding:
    """Free disk space where the course is, in bytes."""
    text = f"{free / GIB:.0f} GiB free"
    if free < 4 * GIB:
        return Finding("Disk", "fail", text, "free 4 GiB for the libraries (12 GiB for GPU builds)")
    if free < 12 * GIB:
        return Finding("Disk", "note", text, "enough for CPU builds; GPU builds want 12 GiB")
    return Finding("Disk", "ok", text)


def cores_finding(cores: int) -> Finding:
    """Processor cores."""
    note = "" if cores > 1 else "works; the times in this book were measured on 2 cores"
    plural = "core" if cores == 1 else "cores"
    return Finding("Processor", "note" if note else "ok", f"{cores} {plural}", note)


def driver_finding(listing: str | None) -> Finding:
    """The NVIDIA driver's own list of cards, or its absence."""
    cards = (listing or "").strip().splitlines()[1:]
    if cards:
        return Finding("NVIDIA driver", "ok", "; ".join(cards))
    if platform.system() == "Darwin":
        return Finding("GPU", "note", "no NVIDIA card", "the course runs on the CPU here")
    advice = "everything runs on the CPU; for an NVIDIA card see the page Set up"
    return Finding("NVIDIA driver", "note", "none found", advice)


def framework_finding(
    name: str, title: str, extra: str, probe: Callable[[str], str | None] | None
) -> Finding:
    """A framework's version and the GPUs that it can use itself."""
    version = _version(name)
    if version is None:
        advice = f"pip install 'course-lib[{extra}]' (needed from the chapters that train on)"
        return Finding(title, "note", "not installed", advice)
    if probe is None:
        return Finding(title, "ok", version)
    try:
        gpus = json.loads(probe(name) or "")
    except ValueError:
        return Finding(title, "fail", f"{version} does not start", f"python -c 'import {name}'")
    return Finding(title, "ok", f"{version}, {', '.join(gpus) if gpus else 'CPU only'}")


def library_finding(name: str, extra: str) -> Finding:
    """Whether a library of an optional part is installed."""
    version = _version(name)
    if version is None:
        return Finding(name, "note", "not installed", f"pip install 'course-lib[{extra}]'")
    return Finding(name, "ok", version)


def data_finding(folder: str | None) -> Finding:
    """The folder that holds corpora already, if one is named."""
    if not folder:
        return Finding("COURSE_DATA", "ok", "not set: corpora are downloaded when asked for")
    if not Path(folder).is_dir():
        return Finding("COURSE_DATA", "fail", folder, "no such folder: correct it or unset it")
    return Finding("COURSE_DATA", "ok", folder)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _probe(name: str) -> str | None:
    """Ask a framework for its GPUs in a process of its own; None if it cannot start."""
    answer = _run([sys.executable, "-c", PROBES[name]], timeout=120)
    return answer.strip().splitlines()[-1] if answer and answer.strip() else None


def _run(command: list[str], timeout: int = 20) -> str | None:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=True, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
