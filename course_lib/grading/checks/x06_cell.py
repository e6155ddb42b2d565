"""Checks of exercise 06, questions 1 to 4: what a cell keeps, its gates, a step, a whole row."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.grading.answer import Answer
from course_lib.grading.compare import difference
from course_lib.grading.question import Question

Array = NDArray[np.float64]

LSTM = (
    "course_lib.models.lstm_layer.LSTMLayer",
    "course_lib.models.lstm.LSTMLanguageModel",
)
COUNTS = ("course_lib.models.lstm.lstm_parameters",)
"""Symbols that are withheld; the checks compute with references of their own."""

N_STEPS = 20


def sigmoid(x: Array) -> Array:
    """The reference: 1 / (1 + exp(-x)), without overflow.

    Args:
        x: any shape.

    Returns:
        Numbers between 0 and 1, of the same shape.
    """
    return 0.5 + 0.5 * np.tanh(x / 2)


def gates(x: Array, h: Array, kernel: Array, recurrent: Array, bias: Array) -> tuple[Array, ...]:
    """The reference: the gates of one step.

    Args:
        x: what is read, shape (B, D).
        h: the output before, shape (B, H).
        kernel: shape (D, 4H).
        recurrent: shape (H, 4H).
        bias: shape (4H,).

    Returns:
        Input gate, forget gate, candidate and output gate, shape (B, H) each.
    """
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def step(x: Array, h: Array, c: Array, *weights: Array) -> tuple[Array, Array]:
    """The reference: one step.

    Args:
        x: what is read, shape (B, D).
        h: the output before, shape (B, H).
        c: the cell before, shape (B, H).
        *weights: kernel, recurrent kernel and bias.

    Returns:
        The new output and the new cell, shape (B, H) each.
    """
    i, f, g, o = gates(x, h, *weights)
    c = f * c + i * g
    return o * np.tanh(c), c


def draw(rng: np.random.Generator, B: int, D: int, H: int) -> tuple[Array, ...]:
    """One step's arguments, of numbers short enough to be read.

    Args:
        rng: the source of chance.
        B: number of rows.
        D: width of what is read.
        H: number of units.

    Returns:
        What is read, output and cell before, kernel, recurrent kernel and bias.
    """
    shapes = ((B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,))
    return tuple(np.round(rng.normal(0, 1, shape), 1) for shape in shapes)


def sizes(B: int, D: int, H: int) -> str:
    """How a call with weights drawn by chance is shown.

    Args:
        B: number of rows.
        D: width of what is read.
        H: number of units.

    Returns:
        The sizes in words.
    """
    return f"{B} {'row' if B == 1 else 'rows'} by chance, D = {D}, H = {H}"


q1 = Question(
    "06.q1",
    "Predict what is left after twenty steps",
    "predict",
    hint="Each step multiplies the cell by the forget gate, sigmoid(bias). Twenty steps do it "
    "twenty times.",
    book="03_build#initialise",
    withheld=LSTM,
)

SHARES = ("share left with bias 0", "share left with bias 1")


@q1.case("bias 0", hint="sigmoid(0) is one half, and half of a half is a quarter.")
def _bias_zero(answer: Answer) -> None:
    left = 0.5**N_STEPS
    answer().part(0, SHARES).near(left, within=0.1 * left)


@q1.case("bias 1", hint="sigmoid(1) = 1 / (1 + exp(-1)): less than 1, so its powers fall, too.")
def _bias_one(answer: Answer) -> None:
    left = (1 / (1 + math.exp(-1))) ** N_STEPS
    answer().part(1, SHARES).near(left, within=0.1 * left)


q2 = Question(
    "06.q2",
    "Four gates in one product",
    "function",
    hint="One product makes all four: columns 0 to H - 1 are the input gate, the next H the "
    "forget gate, then the candidate (tanh), then the output gate.",
    book="03_build#lstm-cell",
    withheld=LSTM,
)


@q2.case("one unit", hint="With weights of 0, the gates are those of the bias alone: i, f, c, o.")
def _one_unit(answer: Answer) -> None:
    bias = np.array([0.0, 1.0, -1.0, 2.0])
    zeros = np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 4)), np.zeros((1, 4))
    answer(*zeros, bias).equals(gates(*zeros, bias))


@q2.case("what is read", hint="Both count: what is read through kernel, h through recurrent.")
def _reads_both(answer: Answer) -> None:
    kernel, recurrent = np.array([[1.0, 0.0, 2.0, -1.0]]), np.array([[0.0, 3.0, 0.5, 1.0]])
    given = np.array([[0.5]]), np.array([[-0.5]]), kernel, recurrent, np.zeros(4)
    answer(*given).equals(gates(*given))


@q2.case("many rows")
def _many_gates(answer: Answer) -> None:
    rng = np.random.default_rng(602)
    for B, D, H in ((1, 3, 2), (4, 2, 3), (3, 5, 4)):
        x, h, _, *weights = draw(rng, B, D, H)
        shown = f"{answer.name}({sizes(B, D, H)})"
        answer(x, h, *weights, shown=shown).equals(gates(x, h, *weights))


@q2.case(
    "far from zero",
    hint="exp(1000) is no float, and NumPy warns. tanh never overflows, and sigmoid is a tanh that "
    "was shrunk and moved: look for a formula with tanh(z / 2).",
)
def _far_from_zero(answer: Answer) -> None:
    zeros = np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 4)), np.zeros((1, 4))
    with np.errstate(over="raise", invalid="raise"):
        for number in (1000.0, -1000.0):
            bias = np.full(4, number)
            answer(*zeros, bias).equals(gates(*zeros, bias))


q3 = Question(
    "06.q3",
    "One step",
    "function",
    hint="First the cell: forget gate times old cell, plus input gate times candidate. Then the "
    "output: output gate times tanh of the NEW cell.",
    book="03_build#lstm-cell",
    withheld=LSTM,
)


def _asks_step(answer: Answer, *given: Array, shown: str = "") -> None:
    answer(*given, shown=shown).equals(step(*given))


@q3.case("one unit")
def _one_step(answer: Answer) -> None:
    zeros, cell = np.zeros((1, 4)), np.array([[2.0]])
    bias = np.array([0.0, 1.0, 0.5, 2.0])
    given = np.zeros((1, 1)), np.zeros((1, 1)), cell, zeros, zeros, bias
    result = answer(*given)
    i, f, g, o = gates(given[0], given[1], zeros, zeros, bias)
    new = f * cell + i * g
    slips = (
        ((o * np.tanh(cell), new), "The cell is right. The output has to show the new one."),
        ((o * new, new), "The cell is right; the output shows its tanh, times the output gate."),
        ((new, o * np.tanh(new)), "These are the right two, in the other order: first h, then c."),
        ((1 - f) * cell + i * g, "A forget gate of 1 keeps everything: it multiplies the cell."),
    )
    hint = ""
    for slip, says in slips:
        whole = isinstance(slip, tuple)
        got = result.value if whole else getattr(result.value, "__getitem__", lambda _: None)(1)
        hint = says if difference(got, slip) is None else hint
    result.equals(step(*given), hint=hint)


@q3.case(
    "from nothing",
    hint="Cell and output begin as zeros; after one step the output is already more than 0.",
)
def _from_nothing(answer: Answer) -> None:
    kernel, zeros = np.array([[0.5, 0.0, 1.0, 2.0]]), np.zeros((1, 1))
    given = np.array([[1.0]]), zeros, zeros, kernel, np.zeros((1, 4)), np.zeros(4)
    _asks_step(answer, *given)


@q3.case(
    "kept", hint="An open forget gate and a closed input gate leave the cell as it is, forever."
)
def _kept(answer: Answer) -> None:
    bias = np.array([-40.0, 40.0, 1.0, 0.0])
    cell, zeros = np.array([[3.0], [-0.25]]), np.zeros((2, 1))
    _asks_step(answer, zeros, zeros, cell, np.zeros((1, 4)), np.zeros((1, 4)), bias)


@q3.case("many rows")
def _many_steps(answer: Answer) -> None:
    rng = np.random.default_rng(603)
    for B, D, H in ((1, 2, 3), (4, 3, 2), (2, 5, 4)):
        _asks_step(answer, *draw(rng, B, D, H), shown=f"{answer.name}({sizes(B, D, H)})")


q4 = Question(
    "06.q4",
    "A whole row, and a state that is carried",
    "function",
    hint="Begin with the h and c that you are given; each step gets what the step before left. "
    "Collect the h of every step.",
    book="03_build#carried-state",
    withheld=LSTM,
)

RESULTS = ("all outputs", "the last h", "the last c")


def _whole(xs: Array, h: Array, c: Array, *weights: Array) -> tuple[Array, Array, Array]:
    """The reference: all outputs, and the state after the last step."""
    outputs = np.zeros((*xs.shape[:2], h.shape[1]))
    for t in range(xs.shape[1]):
        h, c = step(xs[:, t], h, c, *weights)
        outputs[:, t] = h
    return outputs, h, c


def _rows(seed: int, B: int, T: int, D: int, H: int) -> tuple[Array, ...]:
    rng = np.random.default_rng(seed)
    xs = np.round(rng.normal(0, 1, (B, T, D)), 1)
    return (xs, *draw(rng, B, D, H)[1:])


def _shown(answer: Answer, B: int, T: int, D: int, H: int) -> str:
    return f"{answer.name}({sizes(B, D, H)}, T = {T})"


@q4.case(
    "one step", hint="One step of q3, from the h and c that were given; outputs are (B, 1, H)."
)
def _single(answer: Answer) -> None:
    size = (2, 1, 3, 2)
    given = _rows(640, *size)
    answer(*given, shown=_shown(answer, *size)).equals(_whole(*given))


@q4.case("outputs", hint="The output at t is the h after reading xs[:, t]: shape (B, T, H).")
def _outputs(answer: Answer) -> None:
    for size in ((1, 5, 2, 3), (3, 7, 4, 2)):
        given = _rows(641, *size)
        result = answer(*given, shown=_shown(answer, *size))
        result.part(0, RESULTS).equals(_whole(*given)[0])


@q4.case("the state", hint="Return h and c as they are after the last step.")
def _the_state(answer: Answer) -> None:
    size = (3, 6, 2, 3)
    given = _rows(642, *size)
    result = answer(*given, shown=_shown(answer, *size))
    result.part(1, RESULTS).equals(_whole(*given)[1])
    result.part(2, RESULTS).equals(_whole(*given)[2])


@q4.case(
    "two halves",
    hint="The second half begins with the h and the c that the first half ended with.",
)
def _two_halves(answer: Answer) -> None:
    size = (2, 8, 3, 2)
    xs, h, c, *weights = _rows(643, *size)
    for cut in (3, 7):
        shown = f"{answer.name}(the first {cut} of 8 steps, ...), then the rest on its state"
        first: Any = answer(xs[:, :cut], h, c, *weights, shown=shown)
        first.part(0, RESULTS)
        _, middle_h, middle_c = first.value
        rest = answer(xs[:, cut:], middle_h, middle_c, *weights, shown=shown)
        rest.part(0, RESULTS).equals(_whole(xs, h, c, *weights)[0][:, cut:])


@q4.case("apart", hint="No row may see another: each gives what it gives alone.")
def _apart(answer: Answer) -> None:
    xs, h, c, *weights = _rows(644, 3, 4, 2, 2)
    whole = _whole(xs, h, c, *weights)[0]
    for row in range(3):
        shown = f"{answer.name}(row {row} of 3 alone)"
        one = slice(row, row + 1)
        result = answer(xs[one], h[one], c[one], *weights, shown=shown)
        result.part(0, RESULTS).equals(whole[one])
