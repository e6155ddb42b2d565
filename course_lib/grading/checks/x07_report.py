"""Checks of exercise 07, questions 4 and 5: a report of perplexity, the gradient of a loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x07_losses import FOUR, LOSSES, Array, softmax
from course_lib.grading.question import Question

Batch = tuple[Array, Array]

q4 = Question(
    "07.q4",
    "Find the bugs: a report that nobody can trust",
    "bug",
    hint="Dropout off, nats without smoothing, no padding; one sum and one number of tokens over "
    "all batches, and the exponential once, at the end.",
    book="04_losses#exp-of-the-mean",
    withheld=LOSSES,
)


class Table:
    """A model whose log probabilities depend on the last id only; dropout makes it worse.

    Args:
        rows: log probabilities after each id, shape (V, V).
        noisy: whether it differs between training and use.
    """

    def __init__(self, rows: Array, noisy: bool = False) -> None:
        self.rows = rows
        self.noisy = noisy

    def __call__(self, inputs: Any, training: bool = False) -> Array:
        """Log probabilities, shape (B, T, V).

        Args:
            inputs: ids, shape (B, T).
            training: whether dropout is on.
        """
        rows = self.rows
        if training and self.noisy:
            rows = np.log(0.5 * np.exp(rows) + 0.5 / len(rows))
        return np.asarray(rows[np.asarray(inputs)])


def _perplexity(model: Table, batches: Sequence[Batch], pad_id: int) -> float:
    """The reference: exp of the mean nats of all tokens."""
    nats = [
        -np.take_along_axis(model(x), y[..., None], axis=-1)[..., 0][y != pad_id]
        for x, y in batches
    ]
    return float(np.exp(np.concatenate(nats).mean()))


def _table(seed: int, V: int = 6, noisy: bool = False) -> Table:
    logits = np.random.default_rng(seed).normal(0, 2, (V, V))
    return Table(np.log(softmax(logits)), noisy)


def _asks_perplexity(
    answer: Answer, model: Table, batches: list[Batch], pad_id: int, what: str
) -> None:
    shown = f"{answer.name}(model, {what}, pad_id={pad_id})"
    answer(model, batches, pad_id, shown=shown).equals(_perplexity(model, batches, pad_id))


def _ids(seed: int, B: int, T: int, V: int = 6) -> Batch:
    rows = np.random.default_rng(seed).integers(1, V, (B, T + 1))
    return rows[:, :-1], rows[:, 1:].copy()


@q4.case("no smoothing", hint="A perplexity is made of -ln p of what came, and of nothing else.")
def _no_smoothing(answer: Answer) -> None:
    _asks_perplexity(answer, _table(2), [_ids(2, 1, 3)], 0, "one batch")


@q4.case("dropout off", hint="A model that is being measured is not being trained.")
def _dropout_off(answer: Answer) -> None:
    what = "a model with dropout, one batch"
    _asks_perplexity(answer, _table(1, noisy=True), [_ids(1, 2, 5)], 0, what)


@q4.case("padding", hint="Places with pad_id for a target count neither above nor below the line.")
def _padding(answer: Answer) -> None:
    x, y = _ids(3, 2, 6)
    y[0, 2:] = 0
    _asks_perplexity(answer, _table(3), [(x, y)], 0, "one batch, half of a row is padding")


@q4.case("one mean", hint="Add up nats and tokens over all batches; divide once; then exp.")
def _one_mean(answer: Answer) -> None:
    batches = [_ids(4, 1, 2), _ids(5, 3, 7), _ids(6, 1, 4)]
    _asks_perplexity(answer, _table(4), batches, 0, "three batches of different sizes")


@q4.case("mixture")
def _mixture(answer: Answer) -> None:
    batches = [_ids(seed, B, 5) for seed, B in ((7, 1), (8, 4), (9, 2))]
    for _, y in batches:
        y[0, 3:] = 5
    _asks_perplexity(answer, _table(5, noisy=True), batches, 5, "three padded batches")


q5 = Question(
    "07.q5",
    "The gradient of the loss",
    "function",
    hint="p - q for each prediction that counts, divided by how many count.",
    book="04_losses#gradient-of-the-loss",
    withheld=LOSSES,
)


def _gradient(logits: Array, targets: Array, smoothing: float, pad_id: int) -> Array:
    """The reference: of the mean smoothed loss by the logits."""
    V = logits.shape[-1]
    q = (1 - smoothing) * np.eye(V)[targets] + smoothing / V
    real = targets != pad_id
    gradient: Array = np.where(real[:, None], softmax(logits) - q, 0.0) / real.sum()
    return gradient


def _asks_gradient(answer: Answer, logits: Array, targets: Array, e: float, pad_id: int) -> None:
    call = f"{answer.name}({np.round(logits, 3).tolist()}, {targets.tolist()}, {e}, {pad_id})"
    answer(logits, targets, e, pad_id, shown=call).equals(_gradient(logits, targets, e, pad_id))


@q5.case("one prediction", hint="What the model gave, minus what it should have given.")
def _one_prediction(answer: Answer) -> None:
    _asks_gradient(answer, FOUR, np.array([1]), 0.0, 0)


@q5.case("a mean", hint="The loss is a mean over predictions, and so is its gradient.")
def _a_mean(answer: Answer) -> None:
    _asks_gradient(answer, np.vstack([FOUR, FOUR[:, ::-1]]), np.array([1, 2]), 0.0, 0)


@q5.case("smoothed target", hint="q keeps 1 - e on the target, and e / V comes to every id.")
def _smoothed_target(answer: Answer) -> None:
    _asks_gradient(answer, FOUR, np.array([1]), 0.2, 0)


@q5.case("padding", hint="Padding pulls at nothing, and does not count in the mean.")
def _padded_gradient(answer: Answer) -> None:
    _asks_gradient(answer, np.vstack([FOUR, FOUR, FOUR]), np.array([1, 0, 0]), 0.0, 0)


@q5.case("sums to zero", hint="Both p and q sum to 1, so what is left of them sums to 0.")
def _sums_to_zero(answer: Answer) -> None:
    logits = np.random.default_rng(705).normal(0, 2, (6, 5))
    shown = f"{answer.name}(logits of shape (6, 5), [1, 2, 3, 4, 1, 2], 0.1, 0)"
    result = answer(logits, np.array([1, 2, 3, 4, 1, 2]), 0.1, 0, shown=shown)
    result.require(np.shape(result.value) == (6, 5), "an array of shape (6, 5)")
    sums = np.abs(np.asarray(result.value, float).sum(axis=-1)).max()
    some = np.abs(np.asarray(result.value, float)).max() > 0.01
    result.require(
        bool(sums < 1e-9 and some), "rows that sum to 0", got=f"a row that sums to ±{sums:.7g}"
    )
