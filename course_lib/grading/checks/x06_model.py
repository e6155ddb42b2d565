"""Checks of exercise 06, questions 7, 9 and 10: a beginning, a broken model, and dropout."""

import numpy as np
from numpy.typing import NDArray

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x06_cell import LSTM, Array, step
from course_lib.grading.question import Question
from course_lib.grading.result import Result

q7 = Question(
    "06.q7",
    "An orthogonal matrix, drawn evenly",
    "function",
    hint="QR of a matrix of normal numbers, tall or square; multiply column k of Q by the sign of "
    "R[k, k]; turn the result if the matrix asked for is wide.",
    book="03_build#initialise",
    withheld=LSTM,
)

N_DRAWN = 400


def _matrix(
    answer: Answer, rows: int, columns: int, seed: int, shown: str = ""
) -> tuple[Result, Array]:
    shown = shown or f"{answer.name}({rows}, {columns}, np.random.default_rng({seed}))"
    result = answer(rows, columns, np.random.default_rng(seed), shown=shown)
    good = isinstance(result.value, np.ndarray) and result.value.shape == (rows, columns)
    got = f"an array of shape {np.shape(result.value)}" if np.size(result.value) > 40 else ""
    result.require(good, f"an array of shape ({rows}, {columns})", got=got)
    return result, np.asarray(result.value, float)


def _is_one(result: Result, product: Array, what: str) -> None:
    """Demand the unit matrix."""
    off = float(np.abs(product - np.eye(len(product))).max())
    result.require(off < 1e-6, f"{what} = the unit matrix", got=f"one that is off by {off:.3g}")


@q7.case("square", hint="Each column has length 1, and two different ones are at right angles.")
def _square(answer: Answer) -> None:
    for n in (1, 2, 5, 64):
        result, matrix = _matrix(answer, n, n, n)
        _is_one(result, matrix.T @ matrix, "Q.T @ Q")


@q7.case(
    "wide",
    hint="With more columns than rows it is the rows that are at right angles: make the tall one "
    "first, and return its transpose.",
)
def _wide(answer: Answer) -> None:
    for rows, columns in ((2, 8), (16, 64)):
        result, matrix = _matrix(answer, rows, columns, rows)
        _is_one(result, matrix @ matrix.T, "Q @ Q.T")


@q7.case("tall", hint="With more rows than columns, the columns are at right angles.")
def _tall(answer: Answer) -> None:
    result, matrix = _matrix(answer, 9, 4, 1)
    _is_one(result, matrix.T @ matrix, "Q.T @ Q")


@q7.case("lengths", hint="A hundred products must leave the length of a vector as it was.")
def _lengths(answer: Answer) -> None:
    result, matrix = _matrix(answer, 32, 32, 7)
    vector = np.ones(32)
    for _ in range(100):
        vector = vector @ matrix
    length = float(np.linalg.norm(vector) / np.sqrt(32))
    result.require(
        abs(length - 1) < 1e-4,
        "a vector as long as before, after 100 products",
        got=f"one {length:.4g} times as long",
    )


@q7.case(
    "no side preferred",
    hint="np.linalg.qr prefers some signs. Multiply each column by the sign of R's diagonal.",
)
def _no_side(answer: Answer) -> None:
    positive = 0
    for seed in range(N_DRAWN):
        shown = f"{answer.name}(3, 3, np.random.default_rng(seed)), {N_DRAWN} seeds"
        result, matrix = _matrix(answer, 3, 3, seed, shown)
        positive += bool(matrix[0, 0] > 0)
    share = positive / N_DRAWN
    result.require(
        abs(share - 0.5) < 0.15,
        f"Q[0, 0] above 0 in about half of {N_DRAWN} draws",
        got=f"in {share:.0%} of them",
    )


@q7.case("chance from rng", hint="Draw with rng, and with nothing else: then a seed repeats.")
def _same_seed(answer: Answer) -> None:
    result, first = _matrix(answer, 4, 4, 11)
    _, again = _matrix(answer, 4, 4, 11)
    _, other = _matrix(answer, 4, 4, 12)
    result.require(
        bool(np.array_equal(first, again)), "the same matrix for the same seed", got="another one"
    )
    result.require(
        not np.allclose(first, other), "another matrix for another seed", got="the same one"
    )


q9 = Question(
    "06.q9",
    "Find the bugs: a model that cannot be sure",
    "bug",
    hint="Two lines are wrong. One uses the cell too early; the other does what the loss will do "
    "again.",
    book="03_build#logits-out",
    withheld=LSTM,
)


SQUASHED = (
    "The loss takes the softmax. A model that already squashed its scores ends with numbers from 0 "
    "to 1, and their differences are too small to be sure of anything."
)


def _logits(ids: NDArray[np.int64], weights: dict[str, Array]) -> Array:
    """The reference: the scores of the whole model."""
    cell = [weights[name] for name in ("kernel", "recurrent", "bias")]
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        h, c = step(weights["embedding"][ids[:, t]], h, c, *cell)
        outputs.append(h)
    scores: Array = np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]
    return scores


def _weights(seed: int, V: int, E: int, H: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    shapes = {
        "embedding": (V, E),
        "kernel": (E, 4 * H),
        "recurrent": (H, 4 * H),
        "bias": (4 * H,),
        "output": (H, V),
        "output_bias": (V,),
    }
    return {name: np.round(rng.normal(0, 1, shape), 1) for name, shape in shapes.items()}


def _asks_logits(answer: Answer, seed: int, B: int, T: int, V: int) -> Result:
    weights = _weights(seed, V, 3, 2)
    ids = np.random.default_rng(seed).integers(0, V, (B, T))
    shown = f"{answer.name}(ids of shape ({B}, {T}), weights by chance, V = {V})"
    result = answer(ids, weights, shown=shown)
    result.equals(_logits(ids, weights))
    return result


@q9.case("the first id", hint="After one id, the output must already depend on that id.")
def _first_id(answer: Answer) -> None:
    weights = _weights(690, 4, 3, 2)
    for first in (0, 3):
        ids = np.array([[first]])
        shown = f"{answer.name}(np.array([[{first}]]), weights by chance, V = 4)"
        result = answer(ids, weights, shown=shown)
        result.equals(_logits(ids, weights), hint=SQUASHED if _squashed(result.value) else "")


def _squashed(scores: object) -> bool:
    """Are these numbers from 0 to 1, as a softmax or a sigmoid leaves them?"""
    return (
        isinstance(scores, np.ndarray)
        and scores.size > 0
        and bool((scores >= 0).all() and (scores <= 1).all())
    )


@q9.case(
    "sure",
    hint=SQUASHED,
)
def _sure(answer: Answer) -> None:
    weights = _weights(691, 5, 3, 2)
    weights["output"] = np.zeros((2, 5))
    weights["output_bias"] = np.array([0.0, 30.0, 0.0, 0.0, 0.0])
    shown = f"{answer.name}(np.array([[0, 2]]), weights that are sure of id 1)"
    result = answer(np.array([[0, 2]]), weights, shown=shown)
    result.equals(_logits(np.array([[0, 2]]), weights))


@q9.case("whole rows")
def _whole_rows(answer: Answer) -> None:
    for seed, B, T, V in ((692, 1, 6, 5), (693, 3, 4, 7)):
        _asks_logits(answer, seed, B, T, V)


q10 = Question(
    "06.q10",
    "Where does dropout go?",
    "choose",
    hint="Which of these paths is walked once for each token, and which one hundred times in a "
    "row?",
    book="03_build#dropout-place",
    withheld=LSTM,
)


@q10.case("the place")
def _the_place(answer: Answer) -> None:
    answer().chooses(
        "B",
        {
            "A": "The cell is what is to be remembered. If each step zeroes three tenths of it, a "
            "memory outlives a hundred steps with a chance of 0.7 to the power of 100.",
            "C": "A logit set to 0 is no missing logit: it is the score of an id that is neither "
            "likely nor unlikely. The target would vanish three times in ten.",
            "D": "An id that is dropped is another id, or none: the model would learn from texts "
            "that nobody wrote. (That is another method, word dropout, with another purpose.)",
            "E": "In use you want the best prediction, the same one each time. There all units "
            "work; dropout has been made up for in training by scaling what was left.",
        },
    )
