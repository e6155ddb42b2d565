"""``course check`` in the terminal: run with a progress bar, then a table of where you stand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.errors import require
from course_lib.grading.book_links import link
from course_lib.grading.notebooks import points_text
from course_lib.grading.practice import (
    PASSED,
    UNANSWERED,
    Report,
    Row,
    check_notebook,
    find_exercise,
)

MARKS = {PASSED: ("✓", "green"), UNANSWERED: ("·", "yellow")}
OPEN = ("✗", "red")


def run_check(which: str, root: Path, console: Any = None) -> int:
    """Find an exercise, run it, print where it stands.

    Args:
        which: a number, a slug, a name or a path.
        root: the folder of the checkout.
        console: a Rich console; the standard output if None.

    Returns:
        0 if every question passes, else 1.

    Raises:
        PracticeError: the notebook is not found, or cannot be checked.
    """
    console = console or require("rich.console", "cli").Console()
    path = find_exercise(which, root)
    with _progress(console, f"Running {path.name}") as step:
        report = check_notebook(path, on_cell=step)
    print_report(report, root, console)
    return report.exit_code


@contextmanager
def _progress(console: Any, label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar with the time that is left, gone when the work is done."""
    parts = require("rich.progress", "cli")
    columns = (
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TimeRemainingColumn(),
    )
    with parts.Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def print_report(report: Report, root: Path, console: Any) -> None:
    """Print where a notebook stands: a table, then what each failing question says.

    Args:
        report: the report.
        root: the folder of the checkout, where the built book is looked for.
        console: a Rich console.
    """
    console.print()
    console.print(_report_table(report, root))
    for row in report.rows:
        if row.detail:
            _print_detail(row, console)
    still_open = sum(row.status != PASSED for row in report.rows)
    earned = f"{report.earned:g} of {points_text(report.points)}"
    if still_open:
        said = f"[bold]{earned}[/] · {still_open} of {len(report.rows)} questions open"
    else:
        said = f"[bold green]{earned} · all {len(report.rows)} questions pass[/]"
    console.print(said, highlight=False)


def _report_table(report: Report, root: Path) -> Any:
    table = require("rich.table", "cli").Table(
        title=f"{report.title} · {report.path.name}",
        title_justify="left",
        pad_edge=False,
        box=require("rich.box", "cli").SIMPLE_HEAD,
    )
    table.add_column("question", overflow="fold", ratio=1)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for row in report.rows:
        mark, style = MARKS.get(row.status, OPEN)
        table.add_row(
            _about(row, root),
            f"{row.earned:g}/{row.points:g}",
            f"[{style}]{mark} {row.status}[/]",
        )
    return table


def _about(row: Row, root: Path) -> Any:
    """The title of a question, what to read while it is open, its hint if a check has failed."""
    question = row.question
    title = f"[bold]{question.qid}[/] {_escape(question.title)}"
    if row.status == PASSED:
        return title
    advice = f"[cyan]{link(question.book, root)}[/]"
    if row.hint:
        advice = f"[dim]{_escape(row.hint)}[/]\n{advice}"
    padded = require("rich.padding", "cli").Padding(advice, (0, 0, 0, len(question.qid) + 1))
    return require("rich.console", "cli").Group(title, padded)


def _print_detail(row: Row, console: Any) -> None:
    style = MARKS.get(row.status, OPEN)[1]
    qid = row.question.qid
    head = "" if qid in row.detail.split("\n")[0] else f"✗ {qid} {row.question.title}\n\n  "
    text = require("rich.text", "cli").Text(f"{head}{row.detail.rstrip()}\n")
    text.highlight_regex(r"\A.*", style=f"bold {style}")
    text.highlight_regex(r"(?m)^  (check|on|your line|it printed|where) ", style="dim")
    text.highlight_regex(r"(?m)^  (got|expected|hint|read again) ", style="bold")
    console.print(text, soft_wrap=True)


def _escape(text: str) -> str:
    escaped: str = require("rich.markup", "cli").escape(text)
    return escaped
