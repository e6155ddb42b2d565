"""Checks of exercise 09, questions 8 to 10: the cache, a test for leaks, what a loss says."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x09_looking import ATTENTION, Array, attended, drawn
from course_lib.grading.question import Question
from course_lib.grading.result import Result

q8 = Question(
    "09.q8",
    "One step on top of a cache",
    "function",
    hint="Keys and values with the new ones at the end; then one query looks at all of them.",
    book="03_attention#key-value-cache",
    withheld=ATTENTION,
)

PARTS = ("mean", "keys", "values")


def _stepped(answer: Answer, *given: Array, shown: str = "") -> tuple[Result, Result, Result]:
    result = answer(*given, shown=shown)
    mean, keys, values = (result.part(n, PARTS) for n in range(3))
    return mean, keys, values


@q8.case("the first step", hint="On an empty cache the query sees its own key alone.")
def _first_step(answer: Answer) -> None:
    given = np.array([1.0, 2.0]), np.array([3.0, -1.0]), np.array([5.0, 7.0, 9.0])
    empty = np.zeros((0, 2)), np.zeros((0, 3))
    mean, keys, values = _stepped(answer, *given, *empty)
    mean.equals([5.0, 7.0, 9.0])
    keys.equals([[3.0, -1.0]])
    values.equals([[5.0, 7.0, 9.0]])


@q8.case("the new cache", hint="Old keys and values stay, in order; the new ones come last.")
def _new_cache(answer: Answer) -> None:
    given = drawn(np.random.default_rng(909), (2,), (2,), (2,), (3, 2), (3, 2))
    _, keys, values = _stepped(answer, *given)
    keys.equals(np.vstack([given[3], given[1]]))
    values.equals(np.vstack([given[4], given[2]]))


@q8.case("equal fit", hint="The new place looks at itself, too, and at all before it.")
def _equal_fit(answer: Answer) -> None:
    zeros = np.zeros(2), np.zeros(2), np.array([9.0])
    mean, _, _ = _stepped(answer, *zeros, np.zeros((2, 2)), np.array([[0.0], [3.0]]))
    mean.equals([4.0])


@q8.case("scaled", hint="The scores are divided by sqrt(d), as in a full pass.")
def _scaled(answer: Answer) -> None:
    given = np.full(4, 1.0), np.full(4, 1.0), np.array([8.0])
    mean, _, _ = _stepped(answer, *given, np.zeros((1, 4)), np.array([[0.0]]))
    mean.equals([float(8 / (1 + np.exp(-2)))])


@q8.case("ten steps, one pass", hint="Step by step, what comes out is a full causal pass.")
def _ten_steps(answer: Answer) -> None:
    queries, keys, values = drawn(np.random.default_rng(910), (10, 3), (10, 3), (10, 2))
    kept: tuple[Any, Any] = np.zeros((0, 3)), np.zeros((0, 2))
    wanted = attended(queries, keys, values, causal=True)
    for t in range(10):
        call = f"{answer.name}, step {t} of 10 on top of its own cache"
        mean, *new = _stepped(answer, queries[t], keys[t], values[t], *kept, shown=call)
        mean.equals(wanted[t])
        kept = np.asarray(new[0].value), np.asarray(new[1].value)


q9 = Question(
    "09.q9",
    "A test that finds every leak",
    "function",
    hint="Change one id at a time, each of them, and compare only what stands before it.",
    book="03_attention#causal-mask",
    withheld=ATTENTION,
)

Model = Callable[[Any], Any]


def honest(ids: Any) -> Array:
    """A model whose output depends on all ids up to a place, and on none after it.

    Args:
        ids: shape (T,).

    Returns:
        Shape (T, 3).
    """
    read = np.cumsum(np.asarray(ids, float) + 1)
    return np.stack([np.sin(read), np.cos(3 * read), read], axis=1)


def leaking(reads: Callable[[int, int], int], size: float = 1.0) -> Model:
    """An honest model to which a leak is added.

    Args:
        reads: for place t of T, a place whose id it sees besides.
        size: how much it takes from there.

    Returns:
        The model.
    """

    def model(ids: Any) -> Array:
        ids = np.asarray(ids)
        seen = [int(ids[min(reads(t, len(ids)), len(ids) - 1)]) for t in range(len(ids))]
        outputs = honest(ids)
        outputs[:, 1] += size * np.array(seen)
        return outputs

    return model


IDS = [3, 1, 4, 1, 5, 2]


def _verdict(answer: Answer, model: Model, wanted: bool, what: str, hint: str = "") -> None:
    result = answer(model, list(IDS), 6, shown=f"{answer.name}({what}, {IDS}, 6)")
    result.require(isinstance(result.value, bool | np.bool_), "True or False")
    result.require(bool(result.value) == wanted, str(wanted), hint=hint)


@q9.case(
    "an honest model",
    hint="If an id changes, outputs at its place and after it may move. Look at those before it.",
)
def _honest(answer: Answer) -> None:
    _verdict(answer, honest, False, "an honest model")
    _verdict(answer, lambda ids: np.ones((len(ids), 2)), False, "a model that always says the same")


@q9.case("one ahead", hint="Each place sees the next id.")
def _one_ahead(answer: Answer) -> None:
    _verdict(answer, leaking(lambda t, T: t + 1), True, "a model that sees one id ahead")


@q9.case("the last id", hint="Only the last id is seen too early. Change that one, too.")
def _last_id(answer: Answer) -> None:
    model = leaking(lambda t, T: T - 1 if t == 0 else t)
    _verdict(answer, model, True, "a model whose first place sees the last id")


@q9.case(
    "in the middle", hint="One place sees one other, in the middle. Change every id, each alone."
)
def _middle(answer: Answer) -> None:
    model = leaking(lambda t, T: 3 if t == 2 else t)
    _verdict(answer, model, True, "a model whose place 2 sees id 3")


@q9.case("a small leak", hint="A weight that is nearly 0 still tells. Equal means equal.")
def _small(answer: Answer) -> None:
    model = leaking(lambda t, T: t + 1, size=1e-4)
    _verdict(answer, model, True, "a model that sees a little of the next id")


q10 = Question(
    "09.q10",
    "What does this loss say?",
    "choose",
    hint="Is there a loss that no model can have on such a text?",
    book="03_attention#causal-mask",
)


@q10.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().chooses(
        "C",
        {
            "A": "Attention copies well, but there is nothing to copy in a fair die: nobody can "
            "have less than its entropy.",
            "B": "A model that has learned its training text by heart does well there. These dice "
            "were thrown after the training, so it has never seen them.",
            "D": "Too sharp a softmax makes a model sure of itself. On a fair die it would be sure "
            "and wrong, and pay more than the entropy, not less.",
        },
    )
