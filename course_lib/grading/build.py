"""From the one source to what is opened: the student's notebook, the solution, the manifest.

Nothing is written before all of it could be made, and two builds of one source give the same bytes.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.grading.kernel import run_notebook
from course_lib.grading.manifest import manifest
from course_lib.grading.notebooks import as_bytes, notebook_of
from course_lib.grading.solution import STUB
from course_lib.grading.source import read_exercise


class BuildError(CourseError):
    """A source that is well-formed but cannot be built: its own solution fails."""


@dataclass(frozen=True)
class Rendered:
    """The three files of an exercise, as bytes.

    Args:
        name: the stem of their names, for instance ``01_explore``.
        solution: the complete and executed notebook.
        exercise: the student's notebook.
        manifest: what grading has to know, as JSON.
        seconds: how long the complete notebook ran, its kernel's start included.
    """

    name: str
    solution: bytes
    exercise: bytes
    manifest: bytes
    seconds: float

    def files(self, root: Path) -> dict[Path, bytes]:
        """Where each file belongs in a checkout.

        Args:
            root: the folder of the checkout.

        Returns:
            The content of each path.
        """
        return {
            root / "solutions" / f"{self.name}.ipynb": self.solution,
            root / "exercises" / f"{self.name}.ipynb": self.exercise,
            root / "solutions" / "manifests" / f"{self.name}.json": self.manifest,
        }


def build_exercise(source: Path, root: Path) -> list[Path]:
    """Build the notebooks and the manifest of one source.

    Args:
        source: ``solutions/NN_slug.py``.
        root: the folder whose ``solutions`` and ``exercises`` receive the files.

    Returns:
        The files whose content changed; nothing is written before all of it could be made.

    Raises:
        SourceError: the source is malformed.
        BuildError: a cell of the complete notebook raises or writes to stderr, or the student's
            notebook on disk holds somebody's work.
    """
    changed = []
    files = render(source).files(root)
    for path in files:
        if path.parent.name == "exercises" and holds_work(path):
            raise BuildError(
                f"{path} holds answers or outputs, which a build would overwrite; move it away, or "
                "delete it if nobody needs it"
            )
    for path, content in files.items():
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(path.suffix + ".part")
        half.write_bytes(content)
        os.replace(half, path)
        changed.append(path)
    return changed


def holds_work(path: Path) -> bool:
    """Has somebody worked in this notebook since it was built?

    Args:
        path: a student's notebook, which may be missing.

    Returns:
        Whether one of its cells was run, or one of its answers is no stub any more.
    """
    if not path.is_file():
        return False
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return any(
            cell.get("outputs")
            or cell.get("execution_count")
            or (cell["metadata"].get("role") == "answer" and STUB not in "".join(cell["source"]))
            for cell in cells
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return True  # not a notebook as we build it: somebody's, then


def sources(root: Path) -> list[Path]:
    """The sources of all exercises in a checkout.

    Args:
        root: the folder of the checkout.

    Returns:
        Paths, in the order of their numbers.

    Raises:
        BuildError: there is none.
    """
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise BuildError(f"no exercise in {root / 'solutions'}; expected files like 01_explore.py")
    return found


def build_all(root: Path, on_exercise: Callable[[int, int, str], None] | None = None) -> list[Path]:
    """Build every exercise of a checkout.

    Args:
        root: the folder of the checkout.
        on_exercise: called before each with how many are done, how many there are, and its name.

    Returns:
        The files whose content changed.

    Raises:
        SourceError: a source is malformed.
        BuildError: there is no source, or a solution does not run.
    """
    changed = []
    found = sources(root)
    for done, source in enumerate(found):
        if on_exercise:
            on_exercise(done, len(found), source.stem)
        changed += build_exercise(source, root)
    return changed


def render(source: Path) -> Rendered:
    """Make the files of one exercise without writing them.

    Args:
        source: ``solutions/NN_slug.py``.

    Returns:
        Their bytes.

    Raises:
        SourceError: the source is malformed.
        BuildError: a cell of the complete notebook raises or writes to stderr.
    """
    exercise = read_exercise(source)
    solution = notebook_of(exercise, complete=True)
    start = time.monotonic()
    runs = run_notebook(solution, source.parent)
    seconds = time.monotonic() - start
    for run in runs:
        cell = solution.cells[run.index]
        noise = [o.text for o in cell.outputs if o.get("name") == "stderr"]
        if run.status != "ok" or noise:
            told = run.shown or "".join(noise)
            raise BuildError(
                f"{source}: cell {cell.id} of the complete notebook: {run.status}\n{told}"
            )
    return Rendered(
        name=exercise.name,
        solution=as_bytes(solution),
        exercise=as_bytes(notebook_of(exercise, complete=False)),
        manifest=manifest(exercise),
        seconds=seconds,
    )
