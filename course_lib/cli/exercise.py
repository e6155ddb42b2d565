"""``course exercise`` and ``course check``: for who writes exercises, and for who does them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from course_lib.cli.terminal import err, out
from course_lib.grading.build import build_all
from course_lib.grading.table import run_check
from course_lib.grading.verify import verify_all
from course_lib.project import project_root

app = typer.Typer(help="Exercises, for who writes them.", no_args_is_help=True)


@contextmanager
def _counting(verb: str) -> Iterator[Callable[[int, int, str], None]]:
    """One bar over exercises, with the time left; silent off a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = not err.is_terminal
    with Bars(*columns, TimeRemainingColumn(), console=err, transient=True, disable=quiet) as bars:
        task = bars.add_task(verb, total=None)

        def report(done: int, total: int, name: str) -> None:
            bars.update(task, description=f"{verb} {name}", completed=done, total=total)

        yield report


@app.command("build")
def exercise_build() -> None:
    """Make the students' notebooks, the executed solutions and the manifests."""
    with _counting("Building") as report:
        written = build_all(project_root(), report)
    out.print(f"{len(written)} files changed." if written else "Everything was up to date.")


@app.command("verify")
def exercise_verify(
    jobs: Annotated[int, typer.Option(min=1, help="Exercises at a time.")] = 1,
) -> None:
    """Put every exercise through its gates: right answers pass, wrong ones fail, nothing leaks."""
    with _counting("Verifying") as report:
        found = verify_all(project_root(), report, jobs)
    for gate in found:
        mark = "[green]✓[/]" if gate.passed else "[bold red]✗[/]"
        time = f"[dim]{gate.seconds:.1f} s[/]"
        out.print(f"{mark} {gate.exercise} {gate.gate} {time}", highlight=False)
        for fault in gate.faults:
            out.print(f"    {escape(fault)}", highlight=False, soft_wrap=True)
    failed = sum(not gate.passed for gate in found)
    out.print(f"{len(found) - failed} gates passed, {failed} failed", highlight=False)
    if failed:
        raise typer.Exit(1)


def check(
    which: Annotated[str, typer.Argument(help="A number, a name or a notebook: 01, explore, ...")],
) -> None:
    """Run your notebook in a fresh process and say, question by question, where you stand."""
    raise typer.Exit(run_check(which, project_root(), out))
