"""Checks of exercise 07, questions 6 to 10: clipping, AdamW, schedules, and how to resume."""

import math
from typing import Any

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x07_losses import Array
from course_lib.grading.question import Question

TRAINING = (
    "course_lib.training.optimizer.adamw",
    "course_lib.training.optimizer.AdamW",
    "course_lib.training.schedules.ReduceOnPlateau",
    "course_lib.training.schedules.EarlyStopping",
)
"""Symbols that are withheld; the checks compute with references of their own."""

q6 = Question(
    "07.q6",
    "Clip by the global norm",
    "function",
    hint="One norm of everything: the root of the sum of all squares. If it is too large, multiply "
    "every array by max_norm / norm.",
    book="04_train#global-clipping",
    withheld=TRAINING,
)

CLIPPED = ("list of clipped gradients", "norm before clipping")


def _clip(gradients: list[Array], max_norm: float) -> tuple[list[Array], float]:
    """The reference."""
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    return [g * min(1.0, max_norm / norm) if norm else g for g in gradients], norm


def _asks_clip(answer: Answer, gradients: list[Array], max_norm: float, shown: str = "") -> None:
    call = shown or f"{answer.name}({[g.tolist() for g in gradients]}, {max_norm})"
    result = answer(gradients, max_norm, shown=call)
    clipped, norm = _clip(gradients, max_norm)
    result.part(1, CLIPPED).equals(norm)
    result.part(0, CLIPPED).equals([g.tolist() for g in clipped])


@q6.case(
    "two arrays",
    hint="30 and 40 make one norm of 50 before clipping. Their proportion, 3 to 4, stays.",
)
def _two_arrays(answer: Answer) -> None:
    _asks_clip(answer, [np.array([30.0, 0.0]), np.array([[0.0, 40.0]])], 1.0)


@q6.case("small ones stay", hint="Clipping makes gradients smaller, never larger.")
def _small_ones(answer: Answer) -> None:
    _asks_clip(answer, [np.array([0.3]), np.array([0.0, -0.4])], 1.0)


@q6.case("nothing to clip", hint="A norm of 0 cannot be divided by; such gradients stay as well.")
def _nothing(answer: Answer) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        _asks_clip(answer, [np.zeros(3), np.zeros((2, 2))], 1.0)


@q6.case("many arrays")
def _many_arrays(answer: Answer) -> None:
    rng = np.random.default_rng(706)
    for scale, max_norm in ((10.0, 1.0), (10.0, 7.5), (0.01, 0.25)):
        shapes = ((4, 3), (3,), (2, 2, 2))
        gradients = [scale * rng.normal(size=shape) for shape in shapes]
        shown = f"{answer.name}(arrays of shapes {shapes}, {max_norm})"
        _asks_clip(answer, gradients, max_norm, shown)


q7 = Question(
    "07.q7",
    "One step of AdamW",
    "function",
    hint="Moments first, then their bias correction, then both changes of w: the decay of the old "
    "w, and the step.",
    book="04_train#adamw",
    withheld=TRAINING,
)

STEP = ("new w", "new m", "new v")
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def _adamw(
    w: Array, g: Array, m: Array, v: Array, t: int, rate: float, decay: float
) -> tuple[Array, Array, Array]:
    """The reference: Loshchilov and Hutter, algorithm 2, with the rate on both changes."""
    m, v = BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * g**2
    step = (m / (1 - BETA_1**t)) / (np.sqrt(v / (1 - BETA_2**t)) + EPSILON)
    return w - rate * decay * w - rate * step, m, v


def _asks_step(answer: Answer, *arrays: Any, t: int, rate: float, decay: float) -> None:
    w, g, m, v = arrays
    shown = ", ".join(str(np.round(a, 4).tolist()) for a in arrays)
    call = f"{answer.name}({shown}, t={t}, rate={rate}, decay={decay})"
    with np.errstate(divide="ignore", invalid="ignore"):
        result = answer(*arrays, t, rate, decay, shown=call)
    wanted = _adamw(w, g, m, v, t, rate, decay)
    for index in (1, 2, 0):
        result.part(index, STEP).equals(wanted[index].tolist(), abs=1e-10)


ZERO = np.zeros(2)


@q7.case(
    "the first step",
    hint="First the new m and v, then the step from them. After bias correction, the first step is "
    "about the learning rate in size, whatever the gradient is.",
)
def _first_step(answer: Answer) -> None:
    _asks_step(answer, np.ones(2), np.array([4.0, -0.5]), ZERO, ZERO, t=1, rate=0.1, decay=0.0)


@q7.case(
    "a later step", hint="The correction divides by 1 - beta ** t: t is the number of the step."
)
def _later_step(answer: Answer) -> None:
    m, v = np.array([0.3, -0.2]), np.array([0.04, 0.01])
    _asks_step(answer, np.ones(2), np.array([1.0, 2.0]), m, v, t=3, rate=0.1, decay=0.0)


@q7.case("only decay", hint="Without a gradient, m and v stay 0, and w loses rate * decay * w.")
def _only_decay(answer: Answer) -> None:
    _asks_step(answer, np.array([2.0, -3.0]), ZERO, ZERO, ZERO, t=1, rate=0.1, decay=0.5)


@q7.case(
    "decoupled",
    hint="Decay does not go through the moments. Added to the gradient it would be divided by the "
    "root of v, and a weight with large gradients would hardly decay: that is L2.",
)
def _decoupled(answer: Answer) -> None:
    w, g = np.array([2.0, 2.0]), np.array([100.0, 0.01])
    _asks_step(answer, w, g, ZERO, ZERO, t=1, rate=0.1, decay=0.5)


@q7.case("many steps")
def _many_steps(answer: Answer) -> None:
    rng = np.random.default_rng(707)
    w, m, v = rng.normal(size=3), np.zeros(3), np.zeros(3)
    for t in range(1, 6):
        g = np.round(rng.normal(size=3), 2)
        _asks_step(answer, w, g, m, v, t=t, rate=0.05, decay=0.1)
        w, m, v = _adamw(w, g, m, v, t, 0.05, 0.1)


q8 = Question(
    "07.q8",
    "Reduce on a plateau, one epoch at a time",
    "function",
    hint="Better than the best so far: remember it, and count from 0. Else count one more, and at "
    "patience lower the rate and count from 0.",
    book="04_train#plateau",
    withheld=TRAINING,
)

State = dict[str, float]


def _plateau(state: State, value: float, factor: float, patience: int) -> State:
    """The reference."""
    if value < state["best"]:
        return {"rate": state["rate"], "best": value, "waited": 0}
    waited = state["waited"] + 1
    if waited < patience:
        return state | {"waited": waited}
    return {"rate": state["rate"] * factor, "best": state["best"], "waited": 0}


def _asks_plateau(answer: Answer, values: list[float], patience: int, factor: float = 0.5) -> None:
    """Ask epoch by epoch, each time with the right state."""
    state: State = {"rate": 0.8, "best": math.inf, "waited": 0}
    for value in values:
        wanted = _plateau(state, value, factor, patience)
        answer(state, value, factor, patience).equals(wanted)
        state = wanted


@q8.case("better", hint="A value below the best becomes the best, and the waiting begins anew.")
def _better(answer: Answer) -> None:
    _asks_plateau(answer, [9.0, 7.0, 7.5, 6.0], patience=3)


@q8.case("patience", hint="With a patience of 2, the second epoch without improvement lowers it.")
def _patience(answer: Answer) -> None:
    _asks_plateau(answer, [5.0, 6.0, 7.0], patience=2)


@q8.case("again", hint="After a reduction the count begins at 0: the next one takes as long.")
def _again(answer: Answer) -> None:
    _asks_plateau(answer, [5.0, 6.0, 6.0, 6.0, 6.0], patience=2, factor=0.25)


@q8.case("no better", hint="An equal value is no improvement. Nor is one that beats only the last.")
def _no_better(answer: Answer) -> None:
    _asks_plateau(answer, [5.0, 5.0, 8.0, 7.0], patience=4)


@q8.case("not a number", hint="No comparison with NaN is true: such an epoch improved nothing.")
def _nan(answer: Answer) -> None:
    _asks_plateau(answer, [5.0, math.nan, 4.0], patience=3)


q9 = Question(
    "07.q9",
    "Stop in time",
    "function",
    hint="Remember the best value and its epoch. Stop in the first epoch that is `patience` later.",
    book="04_train#early-stopping",
    withheld=TRAINING,
)

STOPPED = ("epochs that were trained", "the best epoch")


def _asks_stop(answer: Answer, values: list[float], patience: int, wanted: tuple[int, int]) -> None:
    result = answer(values, patience)
    for index in (0, 1):
        result.part(index, STOPPED).equals(wanted[index])


@q9.case("it stops", hint="With a patience of 3, the third epoch after the best one is the last.")
def _stops(answer: Answer) -> None:
    _asks_stop(answer, [9.0, 7.0, 8.0, 8.0, 8.0, 1.0], 3, (5, 2))


@q9.case("it goes on", hint="Where patience never runs out, all epochs are trained.")
def _goes_on(answer: Answer) -> None:
    _asks_stop(answer, [5.0, 4.0, 3.0, 2.0], 1, (4, 4))
    _asks_stop(answer, [5.0, 6.0, 4.0, 6.0], 2, (4, 3))


@q9.case("against the best", hint="An epoch is compared with the best, not with the one before.")
def _against_best(answer: Answer) -> None:
    _asks_stop(answer, [5.0, 9.0, 8.0, 7.0, 6.0], 3, (4, 1))


@q9.case("a new best", hint="An improvement gives all of the patience back.")
def _new_best(answer: Answer) -> None:
    _asks_stop(answer, [6.0, 7.0, 5.0, 7.0, 4.0, 8.0, 8.0, 3.0], 2, (7, 5))


@q9.case("equal", hint="An equal value is no improvement; the earlier epoch stays the best.")
def _equal(answer: Answer) -> None:
    _asks_stop(answer, [5.0, 5.0, 5.0, 5.0], 2, (3, 1))


q10 = Question(
    "07.q10",
    "Choose: what was not saved?",
    "choose",
    hint="Ask of each part what it knows that the weights do not, and who would notice.",
    book="04_train#resume",
)

LOST = ("first night", "second night", "third night")
WRONG = {
    "weights": "Without the weights, the loss would be back at that of guessing.",
    "first": "It is the steps that went wrong, right after the start, and then not any more. What "
    "must be collected over some hundred steps before it is worth anything?",
    "order": "That changes the size of steps or when they end, not which windows they read.",
    "stop": "Training itself went on as it should. What is counted in epochs, not in steps?",
}


@q10.case("the loss jumps")
def _jumps(answer: Answer) -> None:
    other = "The loss was right at the first step, and the windows are none the worse."
    result = answer().part(0, LOST)
    result.chooses(
        "B", {"A": WRONG["weights"], "C": other, "D": WRONG["first"], "E": WRONG["first"]}
    )


@q10.case("windows read twice")
def _twice(answer: Answer) -> None:
    noise = "Dropout draws which units rest, not which windows are read."
    result = answer().part(1, LOST)
    result.chooses(
        "C", {"A": WRONG["weights"], "B": WRONG["order"], "D": WRONG["order"], "E": noise}
    )


@q10.case("it never stops")
def _never(answer: Answer) -> None:
    noise = "Other noise gives other values, but an end after some epochs all the same."
    result = answer().part(2, LOST)
    result.chooses("D", {"A": WRONG["weights"], "B": WRONG["stop"], "C": WRONG["stop"], "E": noise})
