"""``course data``: the corpora."""

from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from course_lib import corpus
from course_lib.cli.terminal import out, progress
from course_lib.errors import CourseError

app = typer.Typer(help="The corpora: list them, get them, find them.", no_args_is_help=True)


@app.command("list")
def data_list() -> None:
    """The corpora, and whether each is on this machine."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("corpus", "here", "language", "size", "what it is"):
        table.add_column(heading, justify="right" if heading == "size" else "left")
    for name in corpus.names():
        status = corpus.info(name)
        size = "any" if status.n_bytes is None else f"{status.n_bytes / 1e6:.1f} MB"
        about = f"{status.entry.description}\n[dim]{escape(status.entry.licence)}[/]"
        if status.problem:
            about += f"\n[red]{escape(status.problem)}[/]"
        mark = "[green]yes[/]" if status.present else "no"
        table.add_row(f"[bold]{name}[/]", mark, status.entry.language, size, about)
    out.print(table)
    out.print("Get one: [bold]course data get NAME[/]. A folder of text files is a corpus, too.")


@app.command("get")
def data_get(
    name: Annotated[str, typer.Argument(help="A name that `course data list` shows.")],
) -> None:
    """Get a corpus onto this machine: download its files, or harvest it."""
    with progress() as report:
        if name == "docs":
            corpus.load(name, progress=report)
        else:
            corpus.get(name, progress=report)
    status = corpus.info(name)
    if not status.present:
        raise CourseError(
            f"{name} could not be kept on this machine: is its cache folder writable?"
        )
    out.print(f"{name} is ready: {status.where}", soft_wrap=True, highlight=False)


@app.command("path")
def data_path(
    name: Annotated[str, typer.Argument(help="A name that `course data list` shows.")],
) -> None:
    """Print the folder that holds a corpus."""
    status = corpus.info(name)
    if not status.entry.data and name != "docs":
        raise CourseError(f"{name} has no folder: it is {status.where}; use corpus.load({name!r})")
    if not status.present:
        raise CourseError(f"{name} is not on this machine; get it with: course data get {name}")
    typer.echo(status.where)
