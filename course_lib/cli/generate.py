"""``course generate``: texts from a trained model."""

import json
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from course_lib.cli.terminal import err, newest_run, out
from course_lib.errors import CourseError, require
from course_lib.generation.dialogue import Dialogue
from course_lib.generation.requests import Request, answer, settings, typed
from course_lib.generation.texts import ShortPromptWarning
from course_lib.quiet import quiet

DEMO = {
    "greedy": {"strategy": "greedy"},
    "temperature 0.5": {"temperature": "0.5"},
    "as the model is": {},
    "temperature 1.5": {"temperature": "1.5"},
    "top-k 5": {"top_k": "5"},
    "top-p 0.9": {"top_p": "0.9"},
    "min-p 0.1": {"min_p": "0.1"},
    "typical 0.9": {"typical": "0.9"},
    "noise 0.1 on the state": {"explore": "0.1"},
    "beam search, 4": {"strategy": "beam"},
}
"""The same prompt and luck, under different settings."""


def generate(
    prompt: Annotated[
        str,
        typer.Argument(
            help=r"The beginning, \n for a line break; the model begins if it is empty."
        ),
    ] = "",
    run: Annotated[
        Path | None, typer.Option(help="Folder of a run of `course train`; the newest in runs/.")
    ] = None,
    prompts_file: Annotated[
        Path | None, typer.Option("--prompts", help="A text file with a prompt in each line.")
    ] = None,
    strategy: Annotated[str, typer.Option(help="sample, greedy or beam.")] = "sample",
    temperature: Annotated[float, typer.Option(help="Logits are divided by it.")] = 1.0,
    top_k: Annotated[int | None, typer.Option(help="Keep the k likeliest tokens.")] = None,
    top_p: Annotated[
        float | None, typer.Option(help="Keep the likeliest tokens that make up this probability.")
    ] = None,
    min_p: Annotated[
        float | None, typer.Option(help="Keep tokens at least this share as likely as the best.")
    ] = None,
    typical: Annotated[
        float | None, typer.Option(help="Keep this much probability, nearest to the entropy.")
    ] = None,
    repetition_penalty: Annotated[
        float, typer.Option(help="Above 1: tokens that occurred come less often.")
    ] = 1.0,
    no_repeat_ngram: Annotated[
        int | None, typer.Option(help="No run of so many tokens twice.")
    ] = None,
    min_length: Annotated[int, typer.Option(help="Tokens before the text may end.")] = 0,
    ban: Annotated[
        list[str] | None, typer.Option(help="A text of one token that must not come.")
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option(help="A text of one token that ends the writing.")
    ] = None,
    width: Annotated[int, typer.Option(help="Beginnings that a beam search keeps.")] = 4,
    length_penalty: Annotated[float, typer.Option(help="Of a beam search.")] = 1.0,
    explore: Annotated[
        float, typer.Option(help="Noise on the model's hidden state: its standard deviation.")
    ] = 0.0,
    explore_share: Annotated[float, typer.Option(help="How often there is noise.")] = 1.0,
    max_new_ids: Annotated[int, typer.Option(help="Tokens to write at most, up to 512.")] = 128,
    samples: Annotated[int, typer.Option(help="Texts for each prompt.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Type beginnings, change settings as you go.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="One prompt under every strategy, with the same luck.")
    ] = False,
) -> None:
    """Let a trained model write."""
    given = locals()
    named = {name: given[name] for name in settings() if name in given and name not in TEXTS}
    wanted = Request(
        n_samples=samples, ban=tuple(map(typed, ban or ())), stop=tuple(map(typed, stop or ()))
    )
    for name, value in named.items():
        if value is not None and name != "strategy":
            wanted = wanted.changed(name, str(value))
    wanted = wanted.changed("strategy", strategy)
    _check_together(wanted, prompt, prompts_file, as_json, interactive, demo)
    prompts = prompts_of(prompt, prompts_file)
    folder = run or newest_run()
    model, tokenizer = loaded(folder)
    if interactive:
        _talk(Dialogue(model, tokenizer, wanted), folder)
        return
    started = time.perf_counter()
    asked = {"": wanted}
    if demo:
        asked = {name: _with(wanted, changes) for name, changes in DEMO.items()}
    with short_prompts_noted():
        texts = {name: answer(model, tokenizer, prompts, each) for name, each in asked.items()}
    if as_json:
        body: dict[str, Any] = {"run": str(folder), "seconds": time.perf_counter() - started}
        body["texts"] = [
            {**asdict(text), "settings": asked[name].as_dict()}
            for name, written in texts.items()
            for text in written
        ]
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    for name, written in texts.items():
        for text in written:
            if name or len(texts[name]) > 1:
                label = name or f"{text.prompt} [{text.sample + 1}]"
                out.print(f"[bold cyan]{escape(label)}[/]", highlight=False, soft_wrap=True)
            if out.is_terminal:
                shown = f"[dim]{escape(text.prompt)}[/]{escape(text.text)}\n"
                out.print(shown, highlight=False, soft_wrap=True)
            else:
                typer.echo(f"{text.prompt}{text.text}\n")  # not a character changed


TEXTS = ("ban", "stop", "n_samples")


def _with(wanted: Request, changes: dict[str, str]) -> Request:
    """The settings of the demonstration: one change from the model as it is."""
    plain = Request(max_new_ids=wanted.max_new_ids, seed=wanted.seed, stop=wanted.stop)
    for name, value in changes.items():
        plain = plain.changed(name, value)
    return plain


def _check_together(
    wanted: Request,
    prompt: str,
    file: Path | None,
    as_json: bool,
    interactive: bool,
    demo: bool,
) -> None:
    """Refuse what would be left out in silence."""
    if prompt and file is not None:
        raise CourseError(f"expected a prompt or --prompts, got {prompt!r} and {file}")
    more = {"a prompt": prompt, "--prompts": file, "--json": as_json, "--demo": demo}
    more["--samples"] = wanted.n_samples > 1
    given = [name for name, value in more.items() if value]
    if interactive and given:
        raise CourseError(
            f"--interactive asks for prompts and writes one text for each; leave out "
            f"{', '.join(given)}"
        )
    if demo:
        plain = _with(wanted, {}).as_dict()
        own = [name for name, value in wanted.as_dict().items() if value != plain[name]]
        if own:
            raise CourseError(
                "--demo has settings of its own and writes one text with each; leave out "
                f"{', '.join(own)}, or leave out --demo"
            )


@contextmanager
def short_prompts_noted() -> Iterator[None]:
    """What is warned about within this block is said at its end, each thing once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ShortPromptWarning)
        yield
    for note in dict.fromkeys(str(warning.message) for warning in caught):
        err.print(f"Note: {note}", soft_wrap=True, highlight=False, markup=False)


def prompts_of(prompt: str, file: Path | None) -> list[str]:
    """The prompts of a command: the lines of a file, or the one that was typed."""
    if file is None:
        return [typed(prompt)]
    try:
        # Some editors begin a file with a mark (U+FEFF), which is no part of the first prompt.
        lines = [line for line in file.read_text("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise CourseError(
            f"{file} cannot be read as text: byte {error.start} is not UTF-8; save it as UTF-8"
        ) from None
    except OSError as error:
        raise CourseError(f"{file} cannot be read: {error.strerror or error}") from None
    if not lines:
        raise CourseError(f"{file} holds no prompt; write one in each line")
    return [typed(line) for line in lines]


def loaded(folder: Path) -> tuple[Any, Any]:
    """The model of a run and its tokenizer."""
    err.print("Starting TensorFlow ...")
    with quiet():
        tensorflow = require("tensorflow", "keras")
        from course_lib.training.run import load_run
    tensorflow.get_logger().setLevel("ERROR")  # texts of many lengths make it complain of shapes
    return load_run(folder)


def _talk(dialogue: Dialogue, folder: Path) -> None:
    """Lines in, texts out, until the end of input. Ctrl-C ends a text, and no more."""
    told = f"The model of {folder}. Type a beginning; /help lists commands, /quit leaves."
    out.print(told, highlight=False, markup=False, soft_wrap=True)
    while not dialogue.ended:
        try:
            line = input("> ")
        except EOFError:
            out.print()
            break
        except KeyboardInterrupt:
            out.print("\n(/quit or Ctrl-D leaves)", highlight=False)
            continue
        try:
            with warnings.catch_warnings(), closing(dialogue.respond(line)) as pieces:
                warnings.simplefilter("ignore", ShortPromptWarning)
                for piece in pieces:
                    out.print(piece, end="", markup=False, highlight=False, soft_wrap=True)
            out.print()
        except KeyboardInterrupt:
            out.print("\n(stopped; what was written is in /history)", highlight=False)
        except CourseError as error:
            err.print(f"[bold red]{escape(str(error))}[/]", highlight=False)
