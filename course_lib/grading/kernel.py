"""Run a notebook cell by cell in a fresh kernel of the current environment."""

import logging
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import require

CELL_TIMEOUT_S = 60
INTERRUPT_GRACE_S = 5


@dataclass(frozen=True)
class CellRun:
    """What became of one code cell.

    Args:
        index: its position among all cells of the notebook.
        status: ``ok``, ``error``, ``timeout`` or ``not run`` (the kernel was gone).
        seconds: how long it ran.
        error: the name of the exception, or the reason why it did not run.
        message: what the exception says.
        shown: what the notebook shows of the exception, without colours.
        printed: everything that the cell wrote to its standard output.
    """

    index: int
    status: str
    seconds: float = 0.0
    error: str = ""
    message: str = ""
    shown: str = ""
    printed: str = ""


def run_notebook(
    notebook: Any,
    folder: Path,
    *,
    timeout: int = CELL_TIMEOUT_S,
    on_cell: Callable[[int, int], None] | None = None,
) -> list[CellRun]:
    """Execute every code cell, whatever happens to the ones before it.

    Args:
        notebook: an nbformat notebook; its outputs are replaced.
        folder: the working folder of the kernel.
        timeout: seconds that a cell may run, where its metadata names no other; then it is
            interrupted. If it cannot be interrupted, the cells after it are not run.
        on_cell: called before each code cell with how many are done and how many there are.

    Returns:
        One entry a code cell, in order.

    Raises:
        MissingExtraError: nbclient or ipykernel is not installed.
    """
    order = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    runs: list[CellRun] = []
    lost = ""
    with _kernel(notebook, folder, timeout) as client:
        for done, index in enumerate(order):
            if on_cell:
                on_cell(done, len(order))
            if lost:
                runs.append(CellRun(index, "not run", error=lost))
                continue
            cell = notebook.cells[index]
            run, lost = _run_cell(client, cell, index, _limit(cell, timeout))
            runs.append(run)
    if on_cell:
        on_cell(len(order), len(order))
    return runs


def _limit(cell: Any, timeout: int) -> int:
    """Seconds that a cell may run: its own number, if its metadata holds a sensible one."""
    own = cell.metadata.get("timeout")
    return own if isinstance(own, int) and own > 0 else timeout


@contextmanager
def _kernel(notebook: Any, folder: Path, timeout: int) -> Iterator[Any]:
    """A client with a running kernel."""
    client = require("nbclient", "grade").NotebookClient(
        notebook,
        km=_manager(),
        timeout_func=lambda cell: _limit(cell, timeout),
        interrupt_on_timeout=True,
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.log.setLevel(logging.CRITICAL)
    # What the kernel itself says (how it is connected, that it was interrupted) is not the cell's.
    with client.setup_kernel(stderr=subprocess.DEVNULL):
        yield client


def _manager() -> Any:
    """A manager of kernels of this very interpreter, whatever the notebook names."""
    ours = require("ipykernel.kernelspec", "grade")
    specs = require("jupyter_client.kernelspec", "grade")

    class ThisPython(specs.KernelSpecManager):  # type: ignore[name-defined]
        def get_kernel_spec(self, kernel_name: str) -> Any:
            return specs.KernelSpec(resource_dir=ours.RESOURCES, **ours.get_kernel_dict())

    return require("jupyter_client", "grade").AsyncKernelManager(
        kernel_name="python3", kernel_spec_manager=ThisPython()
    )


def _run_cell(client: Any, cell: Any, index: int, limit: int) -> tuple[CellRun, str]:
    """Run one cell; returns what became of it, and why the kernel is lost if it is."""
    dead = require("nbclient.exceptions", "grade").DeadKernelError
    process = client.km.provisioner.process
    # The client interrupts at the limit, and would wait for ever where that does not help.
    watchdog = threading.Timer(limit + INTERRUPT_GRACE_S, process.kill)
    watchdog.start()
    start = time.monotonic()
    lost = ""
    try:
        client.execute_cell(cell, index)
    except dead:
        lost = "the kernel died in an earlier cell"
    finally:
        watchdog.cancel()
    seconds = time.monotonic() - start
    if seconds >= limit:
        lost = lost and "an earlier cell could not be stopped"
        said = f"the cell was still running after {limit} s"
        return CellRun(index, "timeout", seconds, "Timeout", said, said), lost
    if lost:
        said = "the kernel died while this cell ran"
        return CellRun(index, "error", seconds, "DeadKernel", said, said), lost
    return _read_outputs(cell, index, seconds), ""


def _read_outputs(cell: Any, index: int, seconds: float) -> CellRun:
    printed = "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return CellRun(index, "ok", seconds, printed=printed)
    error = errors[0]
    shown = _without_colours("\n".join(error.traceback))
    return CellRun(index, "error", seconds, error.ename, error.evalue, shown, printed)


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
