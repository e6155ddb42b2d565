"""One table for every language model of the course: how well it predicts, and what that costs.

A row is one model with one tokenizer on one corpus, measured with several seeds. Figures of papers
stand beside ours only where text, split and unit are the same.
"""

import math
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.evaluation.likelihood import Likelihood, LikelihoodError, evaluate
from course_lib.evaluation.rows import (
    QUANTITIES,
    LeaderboardError,
    Row,
    across_seeds,
    rows_from_result,
)
from course_lib.evaluation.word_units import WHITESPACE, WIKITEXT, WordUnit
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer

__all__ = [
    "LITERATURE",
    "Fit",
    "LeaderboardError",
    "Row",
    "across_seeds",
    "as_markdown",
    "measure",
    "rows_from_result",
    "with_literature",
]

Fit = Callable[[Sequence[NDArray[np.int64]]], LanguageModel]
"""Trains a model on the ids of documents, shapes (n,), without the end id around them."""


def measure(
    fit: Fit,
    tokenizer: Tokenizer,
    train: Iterable[str],
    test: Sequence[str],
    row: Row,
    *,
    words: WordUnit = WHITESPACE,
    floors: ArrayLike | None = None,
    n_generated: int = 200,
    peak_memory: Callable[[], int] | None = None,
) -> Row:
    """Train a model, let it predict the test documents, let it write, and time all three.

    Args:
        fit: trains the model.
        tokenizer: already trained; its training is not timed.
        train: documents to learn from.
        test: documents to predict.
        row: names what is measured, and the one seed; its values are replaced.
        words: what counts as a word.
        floors: nats of each test document under its source, where that is known.
        n_generated: tokens to sample one by one, in one row, for the speed of generation.
        peak_memory: bytes in use at most during training, for instance of a device, asked after it.
            If None, what Python and NumPy allocate while ``fit`` runs is traced.

    Returns:
        The row with its values. Rates that would flatter, since the tokenizer loses text, are left
        out.

    Raises:
        LeaderboardError: not one seed, or a model that holds something impossible.
        LikelihoodError: see ``likelihood.evaluate``.
    """
    if len(row.seeds) != 1:
        raise LeaderboardError(f"one seed at a time can be measured, got {row.seeds}")
    ids = [np.asarray(tokenizer.encode(text), dtype=np.int64) for text in train]
    model, seconds, peak = _trained(fit, ids, peak_memory)
    likelihood = evaluate(model, tokenizer, test, words=words)
    if likelihood.n_impossible:
        raise LeaderboardError(
            f"{row.model!r} gives probability 0 to {likelihood.n_impossible} tokens of the test, "
            "so all its figures are infinite; smooth it"
        )
    rates = _rates(likelihood)
    if floors is not None and "bits_per_byte" in rates:
        rates |= _excess(likelihood, floors)
    values = {
        **rates,
        "training_seconds": seconds,
        "training_tokens_per_second": sum(len(document) + 1 for document in ids) / seconds,
        "generation_tokens_per_second": _generation_speed(
            model, tokenizer.eos_id, n_generated, row.seeds[0]
        ),
        "peak_memory_bytes": float(peak),
    }
    if (parameters := getattr(model, "n_parameters", None)) is not None:
        values["parameters"] = float(parameters)
    return replace(row, values={k: (v,) for k, v in values.items()}, word_unit=words.name)


def _trained(
    fit: Fit, ids: Sequence[NDArray[np.int64]], peak_memory: Callable[[], int] | None
) -> tuple[LanguageModel, float, int]:
    """The model, the seconds it took, and the bytes in use at most meanwhile."""
    if peak_memory is None:  # tracing slows down what makes many small objects
        tracemalloc.start()
    try:
        started = time.perf_counter()
        model = fit(ids)
        seconds = time.perf_counter() - started
        return model, seconds, peak_memory() if peak_memory else tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _rates(likelihood: Likelihood) -> dict[str, float]:
    rates = {}
    for name in ("bits_per_byte", "bits_per_character", "perplexity_per_word"):
        try:
            rates[name] = getattr(likelihood, name)
        except LikelihoodError:
            continue
    return rates


def _excess(likelihood: Likelihood, floors: ArrayLike) -> dict[str, float]:
    nats, _ = likelihood.excess(floors)
    bits = nats * likelihood.n_documents / math.log(2)
    return {
        "excess_nats_per_document": nats,
        "excess_bits_per_byte": bits / likelihood.n_bytes,
        "excess_bits_per_character": bits / likelihood.n_characters,
    }


def _generation_speed(model: LanguageModel, eos_id: int, n: int, seed: int) -> float:
    """Tokens a second, each drawn from the model and read before the next, one row."""
    rng = np.random.default_rng(seed)
    started = time.perf_counter()
    state, token = model.start(1), eos_id
    for _ in range(n):
        logits, state = model.step([token], state)
        cumulated = np.cumsum(np.exp(logits[0] - logits[0].max(), dtype=np.float64))
        token = int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))
    return n / (time.perf_counter() - started)


def as_markdown(
    rows: Iterable[Row], by: str = "bits_per_byte", columns: Sequence[str] | None = None
) -> str:
    """A Markdown table, best row first: means, and the spread over the seeds where there are some.

    Args:
        rows: of one corpus; a row with a source is cited by its key.
        by: the quantity that decides the order; rows without it come last.
        columns: names of ``QUANTITIES``; all that some row has, if None.

    Raises:
        LeaderboardError: no rows, an unknown column, or rows of several texts or units of a word.

    >>> row = Row("coin", "letters", "tosses", "test", (0, 1), {"bits_per_byte": (1.0, 1.2)})
    >>> print(as_markdown([row]).replace("\\u00a0", " "))
    | model | tokenizer | bits per byte |
    |---|---|--:|
    | coin | letters | 1.100 ± 0.141 |
    """
    rows = list(rows)
    texts = {(row.corpus, row.split) for row in rows}
    if len(texts) != 1:
        raise LeaderboardError(f"expected rows of one text, got {sorted(texts) or 'no rows'}")
    chosen = columns or [name for name in QUANTITIES if any(name in row.values for row in rows)]
    if strange := {by, *chosen}.difference(QUANTITIES):
        raise LeaderboardError(f"no quantity {sorted(strange)}; known: {', '.join(QUANTITIES)}")
    units = {row.word_unit for row in rows if "perplexity_per_word" in row.values}
    if len(units) > 1 and "perplexity_per_word" in {by, *chosen}:
        raise LeaderboardError(f"perplexities of different words cannot be compared: {units}")
    header = ["model", "tokenizer", *(QUANTITIES[name][0] for name in chosen)]
    lines = ["| " + " | ".join(header) + " |", "|---|---|" + "--:|" * len(chosen)]
    for row in sorted(rows, key=lambda r: r.mean(by) if by in r.values else math.inf):
        cited = f" {{cite:p}}`{row.source}`" if row.source else ""
        cells = [row.model + cited, row.tokenizer, *(_cell(row, name) for name in chosen)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: Row, quantity: str) -> str:
    if quantity not in row.values:
        return "—"
    style, scale = QUANTITIES[quantity][1], 1e-6 if quantity.endswith("_bytes") else 1.0
    mean, spread = row.mean(quantity) * scale, row.spread(quantity)
    if abs(mean) >= 10_000:
        style = ",.0f"
    text = format(mean, style)
    quality = quantity.startswith(("bits", "perplexity", "excess"))
    if not quality or spread is None:
        return text
    return f"{text}\u00a0±\u00a0{format(spread, style)}"  # spaces at which no line is broken


def _published(model: str, perplexity: float, source: str) -> Row:
    values = {"perplexity_per_word": (perplexity,)}
    return Row(model, "words", "wikitext2", "test", (), values, WIKITEXT.name, source)


LITERATURE = (
    _published("LSTM", 99.3, "grave2017"),
    _published("LSTM with a cache", 68.9, "grave2017"),
    _published("AWD-LSTM", 65.8, "merity2018"),
    _published("AWD-LSTM with a cache", 52.0, "merity2018"),
    _published("Mogrifier LSTM", 55.1, "melis2020"),
)
"""Word-level test perplexities of WikiText-2 as their papers report them."""


def with_literature(rows: Iterable[Row]) -> list[Row]:
    """The rows, and those of ``LITERATURE`` that share text, split and unit with one of them."""
    rows = list(rows)
    ours = {
        (row.corpus, row.split, row.word_unit)
        for row in rows
        if row.source is None and "perplexity_per_word" in row.values
    }
    return rows + [row for row in LITERATURE if (row.corpus, row.split, row.word_unit) in ours]
