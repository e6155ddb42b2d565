"""Checks of exercise 07, questions 1 to 3: floors, losses from logits, a mean without padding."""

import math

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

LOSSES = (
    "course_lib.training.losses.token_losses",
    "course_lib.training.losses.cross_entropy",
    "course_lib.training.losses.mean_where",
    "course_lib.training.losses.smoothing_floor",
    "course_lib.training.metrics.TokenMean",
    "course_lib.training.metrics.Perplexity",
    "course_lib.models.keras_model.log_probs_of",
)
"""Symbols that are withheld; the checks compute with references of their own."""

Array = np.ndarray


def softmax(logits: Array) -> Array:
    """Probabilities of logits.

    Args:
        logits: shape (..., V).
    """
    scaled = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return scaled / scaled.sum(axis=-1, keepdims=True)


def both_losses(logits: Array, targets: Array, smoothing: float) -> tuple[Array, Array]:
    """The reference: smoothed loss and nats of each prediction.

    Args:
        logits: shape (N, V).
        targets: shape (N,).
        smoothing: share that is spread over all ids.

    Returns:
        Two arrays of shape (N,), in nats.
    """
    top = logits.max(axis=-1)
    lse = top + np.log(np.exp(logits - top[:, None]).sum(axis=-1))
    own = logits[np.arange(len(targets)), targets]
    return lse - (1 - smoothing) * own - smoothing * logits.mean(axis=-1), lse - own


q1 = Question(
    "07.q1",
    "Predict: what guessing costs, and what perfection",
    "predict",
    hint="Guessing among n ids costs ln n nats. The least that a target q can cost is its own "
    "entropy: the sum of -q ln q over all ids.",
    book="04_losses#smoothing-floor",
    withheld=LOSSES,
)

PARTS = ("nats of guessing", "nats of a perfect model", "letter of the sentence")
FLOOR = -(0.9 + 0.1 / 2000) * math.log(0.9 + 0.1 / 2000) - 1999 * 0.1 / 2000 * math.log(0.1 / 2000)


@q1.case("guessing", hint="Nats are natural logarithms, and every target costs the same.")
def _guessing(answer: Answer) -> None:
    answer().part(0, PARTS).near(math.log(2000), within=0.15)


@q1.case(
    "perfection",
    hint="A perfect model gives 0.9 and a bit to the right id, and 0.1 / 2000 to each other. The "
    "loss asks what all of them cost, each weighed by its share of the target.",
)
def _perfection(answer: Answer) -> None:
    answer().part(1, PARTS).near(FLOOR, within=0.05)


@q1.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(2, PARTS).chooses(
        "C",
        {
            "A": "A perplexity says how unsure a model is of what comes. This model gives nine "
            "tenths to the right id: its perplexity is 1 / 0.9. Smoothing must be off for it.",
            "B": "The loss of these targets is smallest where the model predicts just them, and "
            "there it is their entropy. Nothing can bring it lower.",
            "D": "Then it would pay what guessing pays, and it pays a seventh of that.",
        },
    )


q2 = Question(
    "07.q2",
    "Two losses from logits",
    "function",
    hint="-ln p of id i is lse - z_i. The smoothed loss is (1 - e) times that of the target, and "
    "e times the mean over all V ids.",
    book="04_losses#cross-entropy-by-hand",
    withheld=LOSSES,
)

FOUR = np.array([[2.0, 1.0, 0.0, 0.0]])
"""Logits of one prediction among four ids, as in the book."""


def _asks_losses(answer: Answer, logits: Array, targets: Array, e: float, shown: str = "") -> None:
    call = shown or f"{answer.name}({logits.tolist()}, {targets.tolist()}, {e})"
    result = answer(logits, targets, e, shown=call)
    parts = ("smoothed losses", "nats")
    for index, wanted in enumerate(both_losses(logits, targets, e)):
        result.part(index, parts).equals(wanted)


@q2.case("four ids", hint="Without smoothing both are the same: lse - z of the target.")
def _four_ids(answer: Answer) -> None:
    _asks_losses(answer, FOUR, np.array([1]), 0.0)


@q2.case(
    "smoothing",
    hint="Each of the V ids gets e / V, the right one too, which keeps 1 - e besides.",
)
def _smoothing(answer: Answer) -> None:
    _asks_losses(answer, FOUR, np.array([1]), 0.2)
    _asks_losses(answer, FOUR, np.array([3]), 0.5)


@q2.case("nats", hint="The second number is the loss without smoothing, whatever e is.")
def _nats(answer: Answer) -> None:
    call = f"{answer.name}({FOUR.tolist()}, [0], 0.4)"
    result = answer(FOUR, np.array([0]), 0.4, shown=call)
    result.part(1, ("smoothed losses", "nats")).equals(both_losses(FOUR, np.array([0]), 0.4)[1])


@q2.case("guessing", hint="Where all logits are equal, every id costs ln V, so any mean does, too.")
def _even(answer: Answer) -> None:
    _asks_losses(answer, np.full((2, 5), 7.0), np.array([0, 4]), 0.3)


@q2.case(
    "far from zero",
    hint="Take the largest logit out of the sum before the exponentials, and never take the "
    "logarithm of a probability: it may be 0.",
)
def _far(answer: Answer) -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for shift in (1000.0, -1000.0):
            _asks_losses(answer, FOUR + shift, np.array([2]), 0.1)
        _asks_losses(answer, np.array([[900.0, 0.0, -900.0]]), np.array([2]), 0.0)


@q2.case("many rows")
def _many_rows(answer: Answer) -> None:
    rng = np.random.default_rng(702)
    for e in (0.0, 0.1):
        logits, targets = rng.normal(0, 3, (40, 11)), rng.integers(0, 11, 40)
        shown = f"{answer.name}(logits of shape (40, 11), targets of shape (40,), {e})"
        _asks_losses(answer, logits, targets, e, shown)


q3 = Question(
    "07.q3",
    "A mean without padding",
    "function",
    hint="Pick the losses whose target is not pad_id, then take the mean of what is left.",
    book="04_losses#ignore-padding",
    withheld=LOSSES,
)


def _asks_mean(answer: Answer, losses: Array, targets: Array, pad_id: int) -> None:
    real = targets != pad_id
    wanted = float(losses[real].mean()) if real.any() else 0.0
    call = f"{answer.name}({losses.tolist()}, {targets.tolist()}, {pad_id})"
    with np.errstate(all="ignore"):
        answer(losses, targets, pad_id, shown=call).equals(wanted)


@q3.case("one row", hint="Divide by the number of targets that count.")
def _one_row(answer: Answer) -> None:
    _asks_mean(answer, np.array([[1.0, 2.0, 6.0, 5.0]]), np.array([[4, 7, 0, 0]]), 0)


@q3.case("unequal rows", hint="Each token weighs the same, however short its row is.")
def _unequal_rows(answer: Answer) -> None:
    losses, targets = np.array([[3.0, 0.0, 0.0], [1.0, 1.0, 1.0]]), np.array([[5, 0, 0], [5, 6, 7]])
    _asks_mean(answer, losses, targets, 0)


@q3.case("another id", hint="Padding is what pad_id says. Here 0 is an id like any other.")
def _another_id(answer: Answer) -> None:
    _asks_mean(answer, np.array([[1.0, 4.0, 9.0]]), np.array([[0, 2, 3]]), 3)


@q3.case("only padding", hint="No token counts, so there is no mean: return 0.0.")
def _only_padding(answer: Answer) -> None:
    _asks_mean(answer, np.array([[2.0, 2.0]]), np.array([[0, 0]]), 0)


@q3.case("NaN", hint="0 times NaN is NaN. Pick what counts; do not multiply by a mask.")
def _nan(answer: Answer) -> None:
    _asks_mean(answer, np.array([[1.0, 3.0, math.nan]]), np.array([[4, 4, 0]]), 0)


@q3.case("loss of 0", hint="A token that was predicted with certainty costs 0, and counts.")
def _a_loss_of_zero(answer: Answer) -> None:
    _asks_mean(answer, np.array([[0.0, 2.0, 7.0]]), np.array([[4, 4, 0]]), 0)
