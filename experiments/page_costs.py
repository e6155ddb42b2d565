"""What a chapter costs: seconds and peak memory of its cells on at most two processor cores.

Every page of the book that carries a ``{cost}`` badge is executed from nothing in a kernel of its
own, three times; the badge prints the median time and the largest peak. The quick run executes
two pages, once. Pages may be named: then only they are measured, and the others keep their figures,
with the commit, date and machine they come from.

    python experiments/page_costs.py [--quick] [book/04_train ...]
"""

import os
import statistics
import sys
import time
from collections.abc import Container
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from course_lib import results
from course_lib.project import project_root

CORES = 2
REPEATS = 3
QUICK_PAGES = 1
PEAK = "from course_lib.results import peak_memory_bytes; print(peak_memory_bytes()['host'])"


def pages(root: Path) -> list[Path]:
    """The pages that carry a cost badge, in the order of their names."""
    return [
        p for p in sorted((root / "book").rglob("*.md")) if "\n:::{cost}" in p.read_text("utf8")
    ]


def execute(page: Path) -> dict[str, float]:
    """Run all cells of a page in a fresh kernel.

    Args:
        page: a MyST notebook; it runs in its own folder, as when the book is built.

    Returns:
        ``seconds`` from the first cell to the last, starting the kernel not counted, and
        ``peak_bytes``, the largest resident memory of the kernel.
    """
    notebook = jupytext.read(page, fmt="md:myst")
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": page.parent}}
    )
    with client.setup_kernel():
        started = time.perf_counter()
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, index)
        seconds = time.perf_counter() - started
        notebook.cells.append(new_code_cell(PEAK))
        peak = client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1)
    return {"seconds": seconds, "peak_bytes": int(peak["outputs"][0]["text"])}


def cost(runs: list[dict[str, float]]) -> dict[str, Any]:
    """The figures of a badge from the runs of one page."""
    return {
        "seconds": round(statistics.median(run["seconds"] for run in runs), 3),
        "peak_bytes": max(int(run["peak_bytes"]) for run in runs),
        "runs": [{**run, "seconds": round(run["seconds"], 3)} for run in runs],
    }


def kept(names: Container[str]) -> dict[str, Any]:
    """The costs of all other pages, from the result that is there, and where they were measured."""
    before = results.load("page_costs")
    source = {part: before["provenance"][part] for part in ("commit", "date", "hardware")}
    return {
        name: {"provenance": source, **cost}
        for name, cost in before["figures"]["pages"].items()
        if name not in names
    }


def main() -> None:
    """Measure every page, or those that are named."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    root = project_root()
    known = {page.relative_to(root).with_suffix("").as_posix(): page for page in pages(root)}
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    if strange := sorted(set(names) - set(known)):
        sys.exit(f"no page with a badge: {', '.join(strange)}; there are {', '.join(known)}")
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    with results.experiment("page_costs", argv=options) as run:
        found: dict[str, Any] = {}
        for name in names or list(known)[: QUICK_PAGES if run.quick else None]:
            found[name] = cost([execute(known[name]) for _ in range(1 if run.quick else REPEATS)])
            print(f"{name}: {found[name]['seconds']} s", file=sys.stderr)
        run.figures["pages"] = {**(kept(found) if names else {}), **found}


if __name__ == "__main__":
    main()
