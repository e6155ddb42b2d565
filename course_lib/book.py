"""Build the book: execute its chapters, write its pages, refuse any warning."""

import os
import subprocess
import sys
from pathlib import Path

from course_lib.errors import CourseError, require
from course_lib.project import project_root


def build(jobs: int = 2, root: Path | None = None) -> Path:
    """Build the HTML book; only chapters whose code or inputs changed are executed.

    Args:
        jobs: how many chapters are executed at the same time.
        root: the checkout; found upwards from the working folder if not given.

    Returns:
        The path of the home page.

    Raises:
        CourseError: a warning, a broken link, a failing cell: the build's own output says where.
    """
    root = root or project_root()
    require("jupyter_book", "book")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    environment = {**os.environ, "BOOK_JOBS": str(jobs)}
    done = subprocess.run(
        [*command, ".", "-W", "-n", "--keep-going"], cwd=root, env=environment, check=False
    )
    if done.returncode:
        raise CourseError("the book was not built: every warning above has to be mended")
    return home_page(root)


def home_page(root: Path | None = None) -> Path:
    """Where the built book starts.

    Raises:
        CourseError: the book is not built yet.
    """
    page = (root or project_root()) / "_build" / "html" / "index.html"
    if not page.exists():
        raise CourseError("the book is not built yet: run make book, or course book build")
    return page
