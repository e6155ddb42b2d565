"""``course evaluate`` and ``course compare``: judge what trained models write."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from course_lib import corpus
from course_lib.cli.generate import loaded, prompts_of, short_prompts_noted
from course_lib.cli.terminal import newest_run, out
from course_lib.corpus.split import split
from course_lib.corpus.table import Table
from course_lib.errors import CourseError
from course_lib.evaluation.comparison import compare
from course_lib.evaluation.comparison_page import comparison_page
from course_lib.evaluation.error_analysis import analyse
from course_lib.evaluation.likelihood import Likelihood
from course_lib.evaluation.likelihood import evaluate as likelihood_of
from course_lib.evaluation.text_metrics import METRICS
from course_lib.evaluation.text_metrics import chosen as chosen_metrics
from course_lib.generation.decoding import MOST_IDS
from course_lib.generation.requests import Request, answer
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import Written
from course_lib.whole_file import whole_file

PEOPLE = "held-out texts"
Folder = Annotated[Path | None, typer.Option("--run", help="Folder of a run; the newest in runs/.")]
Metrics = Annotated[
    str | None, typer.Option(help=f"Names with commas between, of: {', '.join(METRICS)}.")
]
Html = Annotated[Path | None, typer.Option("--html", help="Write a report to this file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Temperature = Annotated[float, typer.Option(help="Of the draws; 1 is the model as it is.")]
TopP = Annotated[float | None, typer.Option(help="Keep this much probability at each place.")]
MaxIds = Annotated[int, typer.Option(help="Tokens of a text at most, up to 512.")]
Seed = Annotated[int, typer.Option(help="Of the draws.")]


class Run(NamedTuple):
    """A trained model and what it was trained on."""

    folder: Path
    model: Any
    tokenizer: Any
    corpus_name: str
    language: str
    options: dict[str, Any]
    seed: int

    @property
    def verse(self) -> bool:
        """Whether it was trained on the course's own verse."""
        return self.corpus_name == "verse"

    @property
    def parts(self) -> Any:
        """The corpus of the run, split as it was for training."""
        return split(corpus.load(self.corpus_name, **self.options), seed=self.seed)


def evaluate(
    run: Folder = None,
    samples: Annotated[int, typer.Option(help="Texts that the model writes.")] = 30,
    metrics: Metrics = None,
    temperature: Temperature = 1.0,
    top_p: TopP = None,
    max_new_ids: MaxIds = MOST_IDS,
    seed: Seed = 0,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model: what it pays for held-out texts, and what it writes beside them."""
    names = _named(metrics)
    request = _request(temperature, top_p, max_new_ids, seed, samples)
    _check_place(html)
    opened = _opened(run or newest_run())
    chosen_metrics(names, opened.verse)
    parts = opened.parts
    held_out = list(parts.test)[:samples]
    paid = likelihood_of(opened.model, opened.tokenizer, list(parts.test))
    written = answer(opened.model, opened.tokenizer, [""], request)
    texts = [text.text for text in written]
    found = compare(
        {opened.folder.name: texts, PEOPLE: held_out},
        names,
        language=opened.language,
        verse=opened.verse,
        reference=list(parts.train)[:1000],
    )
    cut = [n for n, text in enumerate(written) if text.ended == "length"]
    errors = analyse(texts, verse_language=opened.language if opened.verse else None, cut_off=cut)
    notes = [*_notes(paid), _how(request, {opened.folder.name: written})]
    pairs = {opened.folder.name: [("", text) for text in texts]}
    pairs[PEOPLE] = [("", text) for text in held_out]
    if html is not None:
        name = opened.folder.name
        tables = {f"Errors in the texts of {name}": errors.as_table()}
        _write(html, comparison_page(found, pairs, f"Evaluation of {name}", notes, tables))
    if as_json:
        body = {"run": str(opened.folder), "likelihood": _figures(paid), **found.as_dict()}
        typer.echo(json.dumps({**body, "errors": errors.as_dict()}, indent=2, ensure_ascii=False))
        return
    for note in notes:
        out.print(note, highlight=False)
    out.print(_rich(found.as_table()))
    out.print(_rich(errors.as_table()))
    if html is not None:
        out.print(f"Report: {html}", soft_wrap=True)


def compare_runs(
    first: Annotated[Path, typer.Argument(help="Folder of a run.")],
    second: Annotated[Path, typer.Argument(help="Folder of another.")],
    prompts_file: Annotated[
        Path, typer.Option("--prompts", help="A text file with a prompt in each line.")
    ],
    metrics: Metrics = None,
    temperature: Temperature = 1.0,
    top_p: TopP = None,
    max_new_ids: MaxIds = MOST_IDS,
    seed: Seed = 0,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Let two models continue the same prompts, and compare what they write."""
    names = _named(metrics)
    request = _request(temperature, top_p, max_new_ids, seed, 1)
    _check_place(html)
    prompts = prompts_of("", prompts_file)
    runs = [_opened(folder) for folder in (first, second)]
    if runs[0].language != runs[1].language:
        raise CourseError(
            f"{first} is of language {runs[0].language} and {second} of {runs[1].language}; "
            "compare models of one language"
        )
    labels = [run.folder.name for run in runs]
    if labels[0] == labels[1]:
        labels = [str(run.folder) for run in runs]
    if labels[0] == labels[1]:  # then the texts have to be equal, too
        labels = [f"{label}, {which}" for label, which in zip(labels, ("A", "B"), strict=True)]
    verse = all(run.verse for run in runs)
    chosen_metrics(names, verse)
    with short_prompts_noted():
        written = {
            label: answer(run.model, run.tokenizer, prompts, request)
            for label, run in zip(labels, runs, strict=True)
        }
    pairs = {label: [(t.prompt, t.text) for t in texts] for label, texts in written.items()}
    found = compare(
        {label: [prompt + text for prompt, text in of_run] for label, of_run in pairs.items()},
        names,
        language=runs[0].language,
        verse=verse,
        same_prompts=labels,
    )
    notes = [_how(request, written)]
    if html is not None:
        _write(html, comparison_page(found, pairs, f"{labels[0]} beside {labels[1]}", notes))
    if as_json:
        shown = {
            label: [{"prompt": t.prompt, "text": t.text, "ended": t.ended} for t in texts]
            for label, texts in written.items()
        }
        body = {**found.as_dict(), "texts": shown}
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    for note in notes:
        out.print(note, highlight=False)
    out.print(_rich(found.as_table()))
    for d in found.differences:
        if d.p < 0.05:
            out.print(
                f"{d.metric}: {d.first} − {d.second} = {d.difference:+.3g} (p = {d.p:.2g}, "
                "sign test over prompts, corrected)",
                highlight=False,
            )
    if html is not None:
        out.print(f"Report: {html}", soft_wrap=True)


def _opened(folder: Path) -> Run:
    model, tokenizer = loaded(folder)
    from course_lib.training.run import read_settings

    settings = read_settings(folder)
    language = str(settings.options.get("language", ""))
    if language not in ("en", "es"):
        language = "es" if settings.corpus == "quijote" else "en"
    options = dict(settings.options)
    return Run(folder, model, tokenizer, settings.corpus, language, options, settings.seed)


def _named(metrics: str | None) -> list[str] | None:
    if metrics is None:
        return None
    names = [name.strip() for name in metrics.split(",") if name.strip()]
    chosen_metrics(names, verse=True)  # an unknown name is an error before anything is loaded
    return names


def _request(
    temperature: float, top_p: float | None, max_new_ids: int, seed: int, samples: int
) -> Request:
    sampling = Sampling(temperature=temperature, top_p=top_p)
    return Request(sampling=sampling, max_new_ids=max_new_ids, n_samples=samples, seed=seed)


def _figures(paid: Likelihood) -> dict[str, float]:
    """What a model pays for texts, as rates."""
    names = ("bits_per_byte", "bits_per_character", "perplexity_per_token")
    return {name: float(getattr(paid, name)) for name in names}


def _notes(paid: Likelihood) -> list[str]:
    return [
        f"Held-out texts cost the model {paid.bits_per_byte:.3f} bits per byte "
        f"({paid.n_documents:,} texts; perplexity {paid.perplexity_per_token:,.2f} per token of "
        "its own, which no model with another tokenizer can be compared by)."
    ]


def _how(request: Request, written: Mapping[str, Sequence[Written]]) -> str:
    """How texts were drawn, and how many of each run were not allowed to end."""
    cut = "; ".join(
        f"{sum(text.ended == 'length' for text in texts)} of {len(texts)} of {label}"
        for label, texts in written.items()
    )
    return (
        f"Texts were drawn at temperature {request.sampling.temperature:g}, top-p "
        f"{request.sampling.top_p or 1:g}, seed {request.seed}, up to {request.max_new_ids} "
        f"tokens. Cut at that length: {cut}."
    )


def _rich(plain: Table) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for n, name in enumerate(plain.header):
        table.add_column(Text(name), justify="right" if n else "left")
    for row in plain.rows:
        table.add_row(*(Text(f"{c:.3g}" if isinstance(c, float) else str(c)) for c in row))
    return table


def _check_place(html: Path | None) -> None:
    """Find out now, and not after the work, that a report cannot be written."""
    if html is not None and (html.is_dir() or not html.parent.is_dir()):
        raise CourseError(
            f"--html expects a file in a folder that there is, got {html}; name a file, or make "
            "the folder"
        )


def _write(path: Path, page: str) -> None:
    try:
        with whole_file(path) as file:
            file.write(page.encode())
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror or error}") from error
