"""``course train``: from a corpus to a model."""

from pathlib import Path
from typing import Annotated, Any

import typer

from course_lib.cli.terminal import err, newest_run, out, progress
from course_lib.errors import CourseError, require
from course_lib.quiet import quiet


def train(
    model: Annotated[str, typer.Option(help="lstm or transformer.")] = "lstm",
    corpus_name: Annotated[
        str, typer.Option("--corpus", help="A name of `course data list`, or a folder.")
    ] = "verse",
    tokenizer: Annotated[
        str, typer.Option(help="characters, words (a text is a line then), hybrid or bpe.")
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
            with progress() as report:
                done = training.train(settings, folder, show=out, progress=report)
    except KeyboardInterrupt:
        err.print(f"Interrupted. Go on with: course train --resume --out {folder}", soft_wrap=True)
        raise typer.Exit(130) from None
    best = min(done.history["val_perplexity"])
    out.print(f"Best validation perplexity per token: {best:,.3f}. The run is in {folder}")


def _run_folder(name: str, resume: bool) -> Path:
    """Where a run lies whose folder was not named."""
    return newest_run() if resume else Path("runs") / name


def _named(pairs: list[str] | None, numbers: bool) -> dict[str, Any]:
    """``NAME=VALUE`` pairs of the command line."""
    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise CourseError(f"{pair!r}: expected NAME=VALUE, for instance hidden_size=128")
        found[name.strip()] = _number(pair, value.strip()) if numbers else _option(value.strip())
    return found


def _option(text: str) -> int | str:
    """The value of an option of a corpus: how many poems is a number, a language is none."""
    return int(text) if text.lstrip("-").isdecimal() else text


def _number(pair: str, text: str) -> float | int | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if set(text) & set(".eE") else int(text)
    except ValueError:
        raise CourseError(f"{pair!r}: expected a number, true or false after the =") from None
