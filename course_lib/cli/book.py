"""``course book``: the book."""

import webbrowser
from typing import Annotated

import typer

from course_lib import book as book_builder
from course_lib.cli.terminal import out

app = typer.Typer(help="The book: build it, open it.", no_args_is_help=True)


@app.command("build")
def book_build(
    jobs: Annotated[int, typer.Option(min=1, help="Chapters executed at the same time.")] = 2,
) -> None:
    """Execute the chapters that changed and build the HTML; any warning fails."""
    page = book_builder.build(jobs)
    out.print(f"\nOpen the book: [bold]{page.as_uri()}[/]  (or: course book open)", soft_wrap=True)


@app.command("open")
def book_open() -> None:
    """Open the built book in a browser."""
    page = book_builder.home_page()
    if not webbrowser.open(page.as_uri()):
        out.print(f"No browser was found; open this yourself: {page}", soft_wrap=True)
