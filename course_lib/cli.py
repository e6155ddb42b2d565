"""The ``course`` command: every task of the course from a terminal.

Each command is a few lines around a function of the package; errors that a user can mend are
printed as one message, without a traceback.
"""

import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table

from course_lib import book as book_builder
from course_lib import corpus
from course_lib import doctor as doctor_module
from course_lib.corpus.transfer import Progress
from course_lib.errors import CourseError, require
from course_lib.grading.build import build_all
from course_lib.grading.table import run_check
from course_lib.grading.verify import verify_all
from course_lib.project import project_root
from course_lib.quiet import quiet

app = typer.Typer(help="Robo-Poet: neural text generation, measured.", no_args_is_help=True)
data = typer.Typer(help="The corpora: list them, get them, find them.", no_args_is_help=True)
exercise = typer.Typer(help="Exercises, for who writes them.", no_args_is_help=True)
book = typer.Typer(help="The book: build it, open it.", no_args_is_help=True)
app.add_typer(data, name="data")
app.add_typer(exercise, name="exercise")
app.add_typer(book, name="book")
out = Console()
err = Console(stderr=True)


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


@book.command("build")
def book_build(
    jobs: Annotated[int, typer.Option(min=1, help="Chapters executed at the same time.")] = 2,
) -> None:
    """Execute the chapters that changed and build the HTML; any warning fails."""
    page = book_builder.build(jobs)
    out.print(f"\nOpen the book: [bold]{page.as_uri()}[/]  (or: course book open)", soft_wrap=True)


@book.command("open")
def book_open() -> None:
    """Open the built book in a browser."""
    page = book_builder.home_page()
    if not webbrowser.open(page.as_uri()):
        out.print(f"No browser was found; open this yourself: {page}", soft_wrap=True)


@data.command("list")
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


@data.command("get")
def data_get(
    name: Annotated[str, typer.Argument(help="A name that `course data list` shows.")],
) -> None:
    """Get a corpus onto this machine: download its files, or harvest it."""
    with _progress() as report:
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


@data.command("path")
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


@contextmanager
def _progress() -> Iterator[Progress]:
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


@exercise.command("build")
def exercise_build() -> None:
    """Make the students' notebooks, the executed solutions and the manifests."""
    with _counting("Building") as report:
        written = build_all(project_root(), report)
    out.print(f"{len(written)} files changed." if written else "Everything was up to date.")


@exercise.command("verify")
def exercise_verify() -> None:
    """Put every exercise through its gates: right answers pass, wrong ones fail, nothing leaks."""
    with _counting("Verifying") as report:
        found = verify_all(project_root(), report)
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


@app.command()
def train(
    model: Annotated[str, typer.Option(help="lstm or transformer.")] = "lstm",
    corpus_name: Annotated[
        str, typer.Option("--corpus", help="A name of `course data list`, or a folder.")
    ] = "verse",
    tokenizer: Annotated[
        str, typer.Option(help="characters, words, hybrid or bpe.")
    ] = "characters",
    vocab_size: Annotated[int, typer.Option(help="Of the hybrid tokenizer and of BPE.")] = 2048,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the run; runs/MODEL-CORPUS if not given."),
    ] = None,
    epochs: Annotated[int, typer.Option(help="Most passes over the text.")] = 10,
    batch_size: Annotated[int, typer.Option(help="Windows in a batch.")] = 32,
    seq_len: Annotated[int, typer.Option(help="Ids that a window predicts.")] = 100,
    optimizer: Annotated[str, typer.Option(help="adamw or muon.")] = "adamw",
    learning_rate: Annotated[
        float, typer.Option(help="The peak of a schedule; 0.02 to 0.05 for muon.")
    ] = 1e-3,
    schedule: Annotated[str, typer.Option(help="plateau, cosine or constant.")] = "plateau",
    smoothing: Annotated[float, typer.Option(help="Label smoothing, from 0 and below 1.")] = 0.1,
    carry_state: Annotated[
        bool, typer.Option(help="Let rows go on from batch to batch; for an LSTM.")
    ] = False,
    accumulation_steps: Annotated[int, typer.Option(help="Batches for each step.")] = 1,
    memory_cap_gb: Annotated[
        float | None, typer.Option(help="Gigabytes of a graphics card to use at most.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 42,
    size: Annotated[
        list[str] | None, typer.Option(help="NAME=NUMBER of the model: --size hidden_size=128.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the corpus: --option language=es.")
    ] = None,
    resume: Annotated[
        bool, typer.Option(help="Go on with the run in --out, or with the newest in runs/.")
    ] = False,
) -> None:
    """Train a model; an interrupted run goes on with --resume."""
    folder = out_folder or _run_folder(f"{model}-{Path(corpus_name).name}", resume)
    sizes, options = _named(size, numbers=True), _named(option, numbers=False)
    out.print("Starting TensorFlow ...")
    with quiet():
        require("tensorflow", "keras")
        from course_lib.training import run as training
        from course_lib.training.settings import TrainingSettings
    try:
        if resume:
            done = training.resume(folder, show=out)
        else:
            settings = TrainingSettings(
                model=model,
                corpus=corpus_name,
                tokenizer=tokenizer,
                vocab_size=vocab_size,
                sizes=sizes,
                options=options,
                seq_len=seq_len,
                batch_size=batch_size,
                epochs=epochs,
                optimizer=optimizer,
                learning_rate=learning_rate,
                schedule=schedule,
                smoothing=smoothing,
                carry_state=carry_state,
                accumulation_steps=accumulation_steps,
                memory_cap_gb=memory_cap_gb,
                seed=seed,
            )
            with _progress() as report:
                done = training.train(settings, folder, show=out, progress=report)
    except KeyboardInterrupt:
        err.print(f"Interrupted. Go on with: course train --resume --out {folder}", soft_wrap=True)
        raise typer.Exit(130) from None
    best = min(done.history["val_perplexity"])
    out.print(f"Best validation perplexity per token: {best:,.3f}. The run is in {folder}")


def _run_folder(name: str, resume: bool) -> Path:
    """Where a run lies whose folder was not named."""
    if not resume:
        return Path("runs") / name
    runs = sorted(Path("runs").glob("*/settings.json"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise CourseError("there is no run in runs/ to go on with; name its folder with --out")
    return runs[-1].parent


def _named(pairs: list[str] | None, numbers: bool) -> dict[str, Any]:
    """``NAME=VALUE`` pairs of the command line."""
    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise CourseError(f"{pair!r}: expected NAME=VALUE, for instance hidden_size=128")
        found[name.strip()] = _number(pair, value.strip()) if numbers else value.strip()
    return found


def _number(pair: str, text: str) -> float | int | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if set(text) & set(".eE") else int(text)
    except ValueError:
        raise CourseError(f"{pair!r}: expected a number, true or false after the =") from None


@app.command()
def check(
    which: Annotated[str, typer.Argument(help="A number, a name or a notebook: 01, explore, ...")],
) -> None:
    """Run your notebook in a fresh process and say, question by question, where you stand."""
    raise typer.Exit(run_check(which, project_root(), out))
