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
from course_lib.grading.manifest import manifest, sha256
from course_lib.grading.notebooks import as_bytes, notebook_of
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
    if work := somebodys_work(source, root):
        raise BuildError(work)
    changed = []
    files = render(source).files(root)
    for path, content in files.items():
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(path.suffix + ".part")
        half.write_bytes(content)
        os.replace(half, path)
        changed.append(path)
    return changed


def somebodys_work(source: Path, root: Path) -> str:
    """Has anything in the student's notebook changed since it was built?

    The manifest remembers the hash of the notebook as it was built; any other bytes are somebody's,
    be it half an answer or a note.

    Args:
        source: ``solutions/NN_slug.py``.
        root: the folder of the checkout.

    Returns:
        One line that names the notebook; empty where it is untouched or missing.
    """
    notebook = root / "exercises" / f"{source.stem}.ipynb"
    if not notebook.is_file():
        return ""
    try:
        path = root / "solutions" / "manifests" / f"{source.stem}.json"
        built = json.loads(path.read_text(encoding="utf-8"))["notebook_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        built = None  # nobody knows how it was built: take it for somebody's
    if sha256(notebook.read_text(encoding="utf-8")) == built:
        return ""
    return (
        f"{notebook} has changed since it was built, and a build would overwrite the answers in "
        "it; move it away, or delete it if nobody needs it"
    )


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
        BuildError: there is no source, a solution does not run, or a student's notebook holds
            somebody's work: the other exercises are built all the same.
    """
    changed, refused = [], []
    found = sources(root)
    for done, source in enumerate(found):
        if on_exercise:
            on_exercise(done, len(found), source.stem)
        if work := somebodys_work(source, root):
            refused.append(work)
        else:
            changed += build_exercise(source, root)
    if refused:
        raise BuildError("\n".join(refused))
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
    notebook = as_bytes(notebook_of(exercise, complete=False))
    return Rendered(
        name=exercise.name,
        solution=as_bytes(solution),
        exercise=notebook,
        manifest=manifest(exercise, notebook),
        seconds=seconds,
    )
