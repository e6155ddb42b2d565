"""What the commands of ``course`` print on, and their bars."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from course_lib.corpus.transfer import Progress
from course_lib.errors import CourseError

# What models and people write is shown as it is: ":moon:" is no picture of a moon.
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars with the time left, one for each label that is reported; silent off a terminal."""
    size, left = DownloadColumn(), TimeRemainingColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), size, left)
    with Bars(*columns, console=err, disable=not err.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(label: str, done: int, total: int | None) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label)
            bars.update(tasks[label], completed=done, total=total)

        yield report


def newest_run() -> Path:
    """The folder of the run in runs/ that was begun last."""
    runs = sorted(Path("runs").glob("*/settings.json"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise CourseError("there is no run in runs/; name a folder, or make one with: course train")
    return runs[-1].parent
