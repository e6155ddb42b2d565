"""Checks of exercise 08, questions 7 and 10: computing again, and the arithmetic of an epoch."""

import weakref
from collections.abc import Callable

from course_lib.grading.answer import Answer
from course_lib.grading.compare import difference
from course_lib.grading.question import Question
from course_lib.grading.result import Result

q7 = Question(
    "08.q7",
    "Compute again instead of keeping",
    "function",
    hint="Forward: keep the input of layers 0, every, 2 every, ... Backward, last segment first: "
    "run the segment again from its kept input, keep its inputs, go back through them, drop them.",
    book="04_eight_gb#rematerialisation",
)


class Activation(float):
    """A number that can be counted as long as somebody holds it."""


class Chain:
    """A chain of layers ``x -> a x + x^2 / 100`` that counts calls and what is held.

    Args:
        n: layers.
    """

    def __init__(self, n: int) -> None:
        self.slopes = [1 + (7 * i % 5 - 2) / 20 for i in range(n)]
        self.n_forward = self.most = 0
        self.order: list[int] = []
        self.held: weakref.WeakValueDictionary[int, Activation] = weakref.WeakValueDictionary()

    def forward(self, i: int, x: float) -> Activation:
        """What layer i makes of x."""
        self.n_forward += 1
        made = Activation(self.slopes[i] * x + x * x / 100)
        self.held[self.n_forward] = made
        self.most = max(self.most, len(self.held))
        return made

    def backward(self, i: int, x: float, gradient: float) -> float:
        """The gradient before layer i, from its input and the gradient after it."""
        self.order.append(i)
        return float(gradient) * (self.slopes[i] + float(x) / 50)

    def gradient(self, x: float) -> float:
        """The reference: the derivative of the output for the input."""
        inputs = [x]
        for a in self.slopes[:-1]:
            inputs.append(a * inputs[-1] + inputs[-1] ** 2 / 100)
        product = 1.0
        for a, before in zip(self.slopes, inputs, strict=True):
            product *= a + before / 50
        return product


def _asked(answer: Answer, n: int, every: int) -> tuple[Chain, Result]:
    chain = Chain(n)
    forward: Callable[..., object] = lambda i, x: chain.forward(i, x)  # noqa: E731
    backward: Callable[..., object] = lambda i, x, g: chain.backward(i, x, g)  # noqa: E731
    shown = f"{answer.name}(forward, backward, n={n}, x=0.5, every={every})"
    return chain, answer(forward, backward, n, 0.5, every, shown=shown)


@q7.case("the gradient", hint="Each layer's backward needs the input of that very layer.")
def _gradient(answer: Answer) -> None:
    for n, every in ((1, 1), (4, 2), (7, 3), (9, 3), (5, 8), (6, 1)):
        chain, result = _asked(answer, n, every)
        result.equals(chain.gradient(0.5))


@q7.case(
    "backward, last first", hint="Go back through each layer once, from the last to the first."
)
def _backwards(answer: Answer) -> None:
    chain, result = _asked(answer, 9, 3)
    wanted = list(reversed(range(9)))
    result.require(
        chain.order == wanted,
        f"backward for the layers {wanted}, in this order",
        got=f"for the layers {chain.order}",
    )


@q7.case(
    "at most twice forward",
    hint="Once to get there, and each segment once more. No layer needs a third run.",
)
def _forwards(answer: Answer) -> None:
    for n, every in ((9, 3), (16, 4), (10, 4)):
        chain, result = _asked(answer, n, every)
        result.require(
            0 < chain.n_forward <= 2 * n,
            f"at most {2 * n} calls of forward for {n} layers",
            got=f"{chain.n_forward}",
        )


@q7.case(
    "few are held",
    hint="Keep one input a segment; those of a segment only while you are in "
    "it. Drop a list by giving its name to the next one.",
)
def _held(answer: Answer) -> None:
    for n, every in ((64, 8), (100, 10)):
        chain, result = _asked(answer, n, every)
        allowed = n // every + every + 3
        result.require(
            0 < chain.most <= allowed,
            f"at most {allowed} activations at once for {n} layers, kept every {every}",
            got=f"{chain.most}",
        )


q10 = Question(
    "08.q10",
    "Measure: an epoch by a guide's own numbers",
    "measure",
    hint="Tokens of the text, times two for the overlap, over tokens a second. A joule is a watt "
    "for a second.",
    book="04_eight_gb#sec-eight-gb",
)

PARTS = (
    "minutes at 20,000 tokens a second",
    "minutes at 15,000 tokens a second",
    "samples for each joule",
    "letter of the sentence",
)
POSITIONS = 10_000_000 / 4 * 2


def _minutes(answer: Answer, part: int, rate: float) -> None:
    result = answer().part(part, PARTS)
    wanted = POSITIONS / rate / 60
    slips = {
        wanted / 2: "Windows of 100 that begin every 50 show each token twice.",
        wanted * 60: "Those are seconds.",
        wanted * 4: "The text has 10 million bytes; a token has four of them.",
    }
    hint = next((t for s, t in slips.items() if difference(result.value, s, 0.02) is None), "")
    result.near(wanted, within=0.1, hint=hint)


@q10.case("fast")
def _fast(answer: Answer) -> None:
    _minutes(answer, 0, 20_000)


@q10.case("slow")
def _slow(answer: Answer) -> None:
    _minutes(answer, 1, 15_000)


@q10.case("joules", hint="200 samples a second at 70 watts: 70 joules buy 200 samples.")
def _joules(answer: Answer) -> None:
    answer().part(2, PARTS).near(200 / 70, within=0.1)


@q10.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(3, PARTS).chooses(
        "C",
        {
            "A": "The overlap is in your numbers already: it is why there are five million places "
            "and not half of them. They still end below the guide's eight minutes.",
            "B": "Validation reads a tenth of the text and computes no gradient. It cannot double "
            "an epoch.",
            "D": "Half precision is a reason for a rate, and the rate is given.",
        },
    )
