"""Where the course's own files are: the checkout that this process works in."""

from pathlib import Path

from course_lib.errors import CourseError

MARKS = ("_toc.yml", "course_lib", "solutions")


def project_root(start: Path | None = None) -> Path:
    """Find the course's checkout: the nearest folder upwards that holds its landmarks.

    Args:
        start: where to begin; the working folder, then the package's own place, if not given.

    Returns:
        The absolute path of the checkout.

    Raises:
        CourseError: no folder upwards holds ``_toc.yml``, ``course_lib`` and ``solutions``.
    """
    starts = [start] if start else [Path.cwd(), Path(__file__).parent]
    for origin in starts:
        for folder in (origin.resolve(), *origin.resolve().parents):
            if all((folder / mark).exists() for mark in MARKS):
                return folder
    raise CourseError(
        f"no checkout of the course at or above {starts[0]}; "
        "expected a folder with _toc.yml, course_lib and solutions: run this inside the course"
    )
