"""Checks of exercise 08, questions 1 to 4: what a step remembers, and what accumulation adds up."""

from collections.abc import Sequence

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.compare import difference
from course_lib.grading.question import Question

BUDGET = (
    "course_lib.training.memory_budget.memory_budget",
    "course_lib.training.memory_budget.MemoryBudget",
)

q1 = Question(
    "08.q1",
    "Predict: what fills the card?",
    "predict",
    hint="A logit for each place and each id of the vocabulary, four bytes each.",
    book="04_eight_gb#memory-budget",
    withheld=BUDGET,
)

PARTS = ("megabytes of the logits", "letter of the sentence")


@q1.case("logits")
def _logits(answer: Answer) -> None:
    result = answer().part(0, PARTS)
    slips = {
        12.8: "A row has 100 places, and each of them has its own logits.",
        32.0: "That is how many logits there are, in millions. Each takes four bytes.",
        1280.0: "Check the zeros: a megabyte is a million bytes.",
    }
    hint = next((t for s, t in slips.items() if difference(result.value, s) is None), "")
    result.near(128, within=2, hint=hint)


@q1.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(1, PARTS).chooses(
        "B",
        {
            "A": "Add them up: weights, gradients and two moments of 4.8 million weights take "
            "4 * 19 = 76 MB.",
            "C": "The state of an LSTM is two numbers a unit and row. Even the activations of all "
            "100 places take some 50 MB.",
            "D": "Ids are whole numbers of four or eight bytes, one a place: kilobytes.",
        },
    )


q2 = Question(
    "08.q2",
    "The memory budget",
    "function",
    hint="Four arrays have one number a weight. Activations and logits have so many a place, and "
    "there are B T places.",
    book="04_eight_gb#memory-budget",
    withheld=BUDGET,
)


def budget(P: int, A: int, V: int, B: int, T: int) -> dict[str, int]:
    """The reference: bytes of each part of a step in float32.

    Args:
        P: weights.
        A: activations of a place.
        V: ids in the vocabulary.
        B: rows.
        T: ids in a row.
    """
    return {
        "weights": 4 * P,
        "gradients": 4 * P,
        "moments": 8 * P,
        "activations": 4 * B * T * A,
        "logits": 8 * B * T * V,
    }


def _part(answer: Answer, name: str, *sizes: int) -> None:
    """Demand one part of the budget, whatever the others are."""
    result = answer(*sizes)
    result.require(isinstance(result.value, dict), "a dict with the bytes of each part")
    wanted, got = budget(*sizes)[name], result.value.get(name)
    result.require(
        isinstance(got, int | float) and not isinstance(got, bool) and float(got) == wanted,
        f"{wanted:,} bytes of {name}",
        got=f"{got!r}",
    )


SIZES = ((100, 10, 5, 2, 3), (4_769_552, 3712, 10_000, 32, 100), (7, 1, 2, 1, 1))


@q2.case("weights and gradients", hint="A gradient has the shape of its weight. Four bytes each.")
def _weights(answer: Answer) -> None:
    for sizes in SIZES:
        _part(answer, "weights", *sizes)
        _part(answer, "gradients", *sizes)


@q2.case("moments", hint="Adam keeps two numbers for each weight: a mean, and a mean square.")
def _moments(answer: Answer) -> None:
    for sizes in SIZES:
        _part(answer, "moments", *sizes)


@q2.case("activations", hint="A for each of the B T places, four bytes each.")
def _activations(answer: Answer) -> None:
    for sizes in SIZES:
        _part(answer, "activations", *sizes)


@q2.case("logits", hint="V for each of the B T places, and a gradient for each of them.")
def _logits_and_gradient(answer: Answer) -> None:
    for sizes in SIZES:
        _part(answer, "logits", *sizes)


q3 = Question(
    "08.q3",
    "The largest batch",
    "function",
    hint="First take away what does not depend on the batch. What is left is shared by rows, and "
    "there are no half rows.",
    book="04_eight_gb#memory-budget",
    withheld=BUDGET,
)


def largest(card: int, P: int, A: int, V: int, T: int) -> int:
    """The reference: rows that fit.

    Args:
        card: bytes.
        P: weights.
        A: activations of a place.
        V: ids in the vocabulary.
        T: ids in a row.
    """
    return max(0, (card - 16 * P) // (4 * T * (A + 2 * V)))


@q3.case("by hand")
def _by_hand(answer: Answer) -> None:
    answer(3400, 100, 10, 5, 3).equals(7)


@q3.case("exactly full", hint="A batch that fills the card to the last byte fits.")
def _exactly_full(answer: Answer) -> None:
    for rows in (1, 4):
        card = sum(budget(50, 7, 11, rows, 6).values())
        answer(card, 50, 7, 11, 6).equals(rows)
        answer(card - 1, 50, 7, 11, 6).equals(rows - 1)


@q3.case("too large a model", hint="If not even the weights fit, no row fits: 0, not less.")
def _too_large(answer: Answer) -> None:
    answer(1000, 100, 10, 5, 3).equals(0)
    answer(1600, 100, 10, 5, 3).equals(0)


@q3.case("the full generator")
def _full(answer: Answer) -> None:
    sizes = (8_000_000_000, 4_769_552, 3712, 10_000, 100)
    answer(*sizes).equals(largest(*sizes))


q4 = Question(
    "08.q4",
    "Find the bug: accumulation with padding",
    "bug",
    hint="The gradient of the batch is a mean over targets: a part with more of them weighs more.",
    book="04_eight_gb#accumulation",
)


def _whole(gradients: Sequence[Sequence[float]], counts: Sequence[int]) -> list[float]:
    """The reference: parts weighed by their targets."""
    total = sum(counts)
    columns = zip(*gradients, strict=True)
    return [sum(g * n for g, n in zip(column, counts, strict=True)) / total for column in columns]


@q4.case("equal parts")
def _equal(answer: Answer) -> None:
    answer([[1.0, 4.0], [3.0, -4.0]], [5, 5]).equals([2.0, 0.0])


@q4.case("unequal parts", hint="A part of 30 targets counts three times as much as one of 10.")
def _unequal(answer: Answer) -> None:
    answer([[1.0, 4.0], [5.0, 0.0]], [30, 10]).equals([2.0, 3.0])


@q4.case("a part of padding", hint="A part without a target has no say, whatever its gradient is.")
def _padding(answer: Answer) -> None:
    answer([[2.0, 1.0], [0.0, 0.0], [4.0, 3.0]], [4, 0, 4]).equals([3.0, 2.0])


@q4.case("one part")
def _one(answer: Answer) -> None:
    answer([[0.5, -0.25, 8.0]], [3]).equals([0.5, -0.25, 8.0])


@q4.case("a batch cut anywhere", hint="However a batch is cut, its gradient is the same.")
def _cut(answer: Answer) -> None:
    of_targets = np.random.default_rng(804).normal(size=(24, 3)).round(3)
    wanted = of_targets.mean(axis=0).tolist()
    for cuts in ([12], [3, 20], [1, 2, 3]):
        parts = np.split(of_targets, cuts)
        gradients = [part.mean(axis=0).tolist() for part in parts]
        counts = [len(part) for part in parts]
        shown = f"{answer.name}(gradients of parts, {counts})"
        answer(gradients, counts, shown=shown).equals(wanted)
