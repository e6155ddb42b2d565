"""A table of what every layer of a model gives: its shape for several batches, its parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.errors import ModelError


@dataclass(frozen=True)
class LayerShape:
    """One layer of a model.

    Args:
        name: of the layer.
        shapes: of what it gives, one for each batch size.
        parameters: numbers that it learns.
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]
    parameters: int


def shape_report(
    model: Any, batch_sizes: Sequence[int] = (1, 32), seq_len: int = 100
) -> list[LayerShape]:
    """Send ids through a model, layer by layer, and note what comes out.

    Args:
        model: a Keras language model of the course.
        batch_sizes: rows of the batches to try (B).
        seq_len: ids in a row (T).

    Returns:
        One entry a layer, in the order of the computation.

    Raises:
        ModelError: no batch size, or a size below 1.

    >>> from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
    >>> report = shape_report(LSTMLanguageModel(LSTMConfig(vocab_size=50)), seq_len=7)
    >>> report[1]
    LayerShape(name='lstm_1', shapes=((1, 7, 256), (32, 7, 256)), parameters=394240)
    """
    if not batch_sizes or min(*batch_sizes, seq_len) < 1:
        raise ModelError(
            f"batch sizes and seq_len must be at least 1, got {list(batch_sizes)} and {seq_len}"
        )
    shapes: dict[str, list[tuple[int, ...]]] = {}
    for batch_size in batch_sizes:
        for name, value in model.trace(np.zeros((batch_size, seq_len), np.int32)):
            shapes.setdefault(name, []).append(tuple(value.shape))
    counts = {
        layer.name: sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
        for layer in model.layers
    }
    return [LayerShape(name, tuple(found), counts.get(name, 0)) for name, found in shapes.items()]


def as_markdown(report: Sequence[LayerShape]) -> str:
    """A report as a Markdown table, with the sum of the parameters.

    Args:
        report: what ``shape_report`` gave.

    >>> print(as_markdown([LayerShape("output", ((1, 7, 50),), 12850)]))
    | layer | B = 1 | parameters |
    |---|---|--:|
    | output | (1, 7, 50) | 12,850 |
    | all |  | 12,850 |
    """
    batches = [f"B = {shape[0]}" for shape in report[0].shapes]
    lines = [
        "| " + " | ".join(["layer", *batches, "parameters"]) + " |",
        "|" + "---|" * (1 + len(batches)) + "--:|",
    ]
    for layer in report:
        cells = [layer.name, *map(str, layer.shapes), f"{layer.parameters:,}"]
        lines.append("| " + " | ".join(cells) + " |")
    total = sum(layer.parameters for layer in report)
    return "\n".join(
        [*lines, "| " + " | ".join(["all", *([""] * len(batches)), f"{total:,}"]) + " |"]
    )
