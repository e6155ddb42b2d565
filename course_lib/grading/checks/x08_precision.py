"""Checks of exercise 08, questions 5, 6, 8 and 9: half precision, shapes, compilers."""

import math

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question
from course_lib.grading.result import Result

DEVICE = (
    "course_lib.training.device.prepare_device",
    "course_lib.training.device.round_up_to_8",
)

q5 = Question(
    "08.q5",
    "A gradient in half precision",
    "function",
    hint="Multiply in float32, convert to float16, look for what is not finite, convert back, "
    "divide.",
    book="04_eight_gb#mixed-precision",
)


def _array(result: Result) -> np.ndarray:
    """The answer's array, once it is known to be one of float32."""
    value = result.value
    result.require(
        isinstance(value, np.ndarray) and value.dtype == np.float32,
        "an array of float32",
        got=f"{type(value).__name__} {getattr(value, 'dtype', '')}".strip(),
    )
    return np.asarray(value)


@q5.case("without a scale", hint="With a scale of 1, float16 shows what it loses by itself.")
def _plain(answer: Answer) -> None:
    numbers = np.array([1.0, -0.5, 2e-8, 1 / 3], np.float32)
    found = answer(numbers, 1.0)
    wanted = numbers.astype(np.float16).astype(np.float32)
    found.require(np.array_equal(_array(found), wanted), f"{wanted}", got=f"{found.value}")


@q5.case("saved by the scale", hint="Scale before the conversion: after it, a zero stays a zero.")
def _saved(answer: Answer) -> None:
    numbers = np.array([2e-8, -3e-9, 1e-7], np.float32)
    found = answer(numbers, 2.0**15)
    got = _array(found)
    close = got.shape == numbers.shape and np.allclose(got, numbers, rtol=1e-3, atol=0)
    found.require(bool(close), f"{numbers}, to three digits", got=f"{found.value}")


@q5.case("divided again", hint="What was multiplied is divided again, in float32.")
def _divided(answer: Answer) -> None:
    numbers = np.array([0.25, -2.0, 1.5], np.float32)
    for scale in (2.0, 1024.0):
        found = answer(numbers, scale)
        found.require(np.array_equal(_array(found), numbers), f"{numbers}", got=f"{found.value}")


@q5.case("overflow", hint="If a number leaves the range of float16, there is no gradient: None.")
def _overflow(answer: Answer) -> None:
    for numbers in ([1.0, 3.0], [-3.0, 0.0], [float("nan"), 0.0]):
        found = answer(np.array(numbers, np.float32), 2.0**15)
        found.require(found.value is None, "None: this step is skipped", got=f"{found.value}")


@q5.case("just in range", hint="65504 is a float16. Only what becomes infinite is too large.")
def _in_range(answer: Answer) -> None:
    found = answer(np.array([65504.0, -65504.0], np.float32), 1.0)
    found.require(_array(found).tolist() == [65504.0, -65504.0], "[65504, -65504]")


q6 = Question(
    "08.q6",
    "The next scale",
    "function",
    hint="Infinite: halve, and count anew. Finite: one more good step; double at the last of a "
    "row, and count anew.",
    book="04_eight_gb#mixed-precision",
)


@q6.case("a good step")
def _good(answer: Answer) -> None:
    answer(1024.0, 3, True, 10).equals((1024.0, 4))


@q6.case("a bad step", hint="After an infinite gradient the row of good steps begins anew.")
def _bad(answer: Answer) -> None:
    answer(1024.0, 7, False, 10).equals((512.0, 0))


@q6.case("a full row", hint="With growth_steps=10, the tenth good step in a row doubles.")
def _row(answer: Answer) -> None:
    answer(1024.0, 9, True, 10).equals((2048.0, 0))
    answer(1024.0, 8, True, 10).equals((1024.0, 9))


@q6.case("never below 1", hint="A scale below 1 would make small gradients smaller still.")
def _least(answer: Answer) -> None:
    answer(1.0, 5, False, 10).equals((1.0, 0))


@q6.case("a long run", hint="Follow the scale through a run by hand, step by step.")
def _run(answer: Answer) -> None:
    scale, good = 2.0**6, 0
    for finite in [True] * 4 + [False] * 2 + [True] * 7:
        wanted = _next(scale, good, finite, 3)
        answer(scale, good, finite, 3).equals(wanted)
        scale, good = wanted


def _next(scale: float, good: int, finite: bool, growth_steps: int) -> tuple[float, int]:
    """The reference: scale and good steps after a step."""
    if not finite:
        return max(1.0, scale / 2), 0
    return (scale * 2, 0) if good + 1 == growth_steps else (scale, good + 1)


q8 = Question(
    "08.q8",
    "Find the bug: multiples of eight",
    "bug",
    hint="A size that is a multiple already must stay as it is.",
    book="04_eight_gb#mixed-precision",
    withheld=DEVICE,
)


@q8.case("a multiple stays")
def _stays(answer: Answer) -> None:
    for size in (8, 128, 10_000, 50_264):
        answer(size).equals(size)


@q8.case("others go up", hint="Down would leave ids without a row.")
def _up(answer: Answer) -> None:
    for size in (1, 7, 9, 10_004, 50_257):
        answer(size).equals(math.ceil(size / 8) * 8)


@q8.case("large sizes", hint="Stay with whole numbers: a float has no digits for such a size.")
def _large(answer: Answer) -> None:
    answer(2**60 + 1).equals(2**60 + 8)


q9 = Question(
    "08.q9",
    "XLA or cuDNN",
    "function",
    hint="cuDNN's LSTM has no kernel for XLA, so for an LSTM at most one of the two is True.",
    book="04_eight_gb#xla-or-cudnn",
    withheld=DEVICE,
)


@q9.case("LSTM on a card", hint="cuDNN has a finished kernel for a whole LSTM layer.")
def _lstm_gpu(answer: Answer) -> None:
    answer("lstm", True, False).equals((False, True))


@q9.case("recurrent dropout", hint="Dropout within the recurrence is not in cuDNN's kernel.")
def _recurrent(answer: Answer) -> None:
    answer("lstm", True, True).equals((True, False))


@q9.case("Transformer on a card", hint="It holds no LSTM: nothing keeps XLA from fusing it.")
def _transformer(answer: Answer) -> None:
    answer("transformer", True, False).equals((True, False))


@q9.case("on a CPU", hint="There is no cuDNN, and the course leaves the step alone there.")
def _cpu(answer: Answer) -> None:
    for model in ("lstm", "transformer"):
        answer(model, False, False).equals((False, False))
