"""The ``course`` command: every task of the course from a terminal.

Each command is a few lines around a function of the package; errors that a user can mend are
printed as one message, without a traceback.
"""

from typing import Annotated

import typer
from rich.markup import escape

from course_lib import doctor as doctor_module
from course_lib.cli import book, data, evaluate, exercise, generate, train
from course_lib.cli.terminal import err, out
from course_lib.errors import CourseError

app = typer.Typer(help="Robo-Poet: neural text generation, measured.", no_args_is_help=True)
app.add_typer(data.app, name="data")
app.add_typer(exercise.app, name="exercise")
app.add_typer(book.app, name="book")


def run() -> int:
    """Run the command line; returns the exit status."""
    try:
        app(standalone_mode=True)
    except CourseError as error:
        err.print(f"[bold red]course:[/] {escape(str(error))}", highlight=False)
        return 1
    return 0


@app.command()
def doctor(
    frameworks: Annotated[
        bool, typer.Option(help="Start TensorFlow and PyTorch to ask them for GPUs.")
    ] = True,
) -> None:
    """Say what this machine has, and what to do about what it lacks."""
    marks = {"ok": "[green]✓[/]", "note": "[yellow]•[/]", "fail": "[bold red]✗[/]"}
    findings = []
    with out.status("Looking at this machine ..."):
        for finding in doctor_module.examine(frameworks):
            findings.append(finding)
            advice = f"\n    [dim]→ {escape(finding.advice)}[/]" if finding.advice else ""
            subject = f"{finding.subject:<14}"
            line = f"{marks[finding.status]} [bold]{subject}[/] {escape(finding.value)}{advice}"
            out.print(line, highlight=False)
    bad = [finding.subject for finding in findings if finding.status == "fail"]
    if bad:
        raise CourseError(f"{', '.join(bad)}: mend what is marked ✗, then run course doctor again")
    out.print("\nReady. Next: [bold]course book build[/], or open exercises/01_explore.ipynb.")


app.command()(train.train)
app.command()(generate.generate)
app.command()(evaluate.evaluate)
app.command("compare")(evaluate.compare_runs)
app.command()(exercise.check)
