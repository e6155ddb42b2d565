"""Checks of exercise 09, questions 1 to 3: weights, attention, the causal mask."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.grading.answer import Answer
from course_lib.grading.compare import difference
from course_lib.grading.question import Question

Array = NDArray[np.float64]

ATTENTION = (
    "course_lib.models.attention.attention",
    "course_lib.models.attention.causal_mask",
    "course_lib.models.attention.split_heads",
    "course_lib.models.attention.merge_heads",
    "course_lib.models.attention.CausalSelfAttention",
)
"""Symbols that are withheld; the checks compute with references of their own."""


def attended(queries: Array, keys: Array, values: Array, causal: bool = False) -> Array:
    """The reference: weighted means of values, one query at a time.

    Args:
        queries: shape (T, d).
        keys: shape (S, d).
        values: shape (S, dv).
        causal: whether each query sees its own key and those before it only; the queries are then
            the last T of S.

    Returns:
        Shape (T, dv).
    """
    means = []
    for t, query in enumerate(queries):
        seen = len(keys) - len(queries) + t + 1 if causal else len(keys)
        scores = keys[:seen] @ query / np.sqrt(len(query))
        exps = np.exp(scores - scores.max())
        means.append(exps @ values[:seen] / exps.sum())
    return np.array(means)


def drawn(rng: np.random.Generator, *shapes: tuple[int, ...]) -> Any:
    """Arrays of numbers short enough to be read.

    Args:
        rng: the source of chance.
        *shapes: one for each array.

    Returns:
        A tuple of as many arrays.
    """
    return tuple(np.round(rng.normal(0, 1, shape), 1) for shape in shapes)


q1 = Question(
    "09.q1",
    "Predict a weight",
    "predict",
    hint="The exponentials of 0, ln 2 and ln 5 are 1, 2 and 5. What share of their sum is each?",
    book="03_attention#attention-by-hand",
)

Q1_PARTS = ("weight of the third key", "what is taken home")


@q1.case("the weight", hint="Weights sum to 1: divide an exponential by the sum of all three.")
def _third_weight(answer: Answer) -> None:
    answer().part(0, Q1_PARTS).near(5 / 8, within=0.005)


@q1.case("the mean", hint="Each value counts by its weight: weights times values, summed.")
def _mean(answer: Answer) -> None:
    answer().part(1, Q1_PARTS).near(2.0, within=0.02)  # 8 * 1/8 + 4 * 2/8 + 0 * 5/8


q2 = Question(
    "09.q2",
    "Attention",
    "function",
    hint="softmax(Q K^T / sqrt(d)) V: the softmax runs over the keys; d is the width of a query.",
    book="03_attention#attention-by-hand",
    withheld=ATTENTION,
)


@q2.case("equal fit", hint="Keys that fit equally well weigh the same.")
def _equal_fit(answer: Answer) -> None:
    answer(np.zeros((1, 2)), np.eye(2), np.array([[2.0], [4.0]])).equals([[3.0]])


@q2.case("the gull", hint="Divide the scores by sqrt(d), here sqrt(3), before the exponential.")
def _the_gull(answer: Answer) -> None:
    keys = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    values = np.array([[1.0, 0.0], [0.0, 4.0], [2.0, 0.0]])
    queries = np.array([[1.0, 2.0, 0.0]])
    result = answer(queries, keys, values)
    e = np.exp(keys @ queries[0])
    unscaled = (e / e.sum() @ values)[None]
    slip = difference(result.value, unscaled) is None
    result.equals(
        attended(queries, keys, values),
        hint="These are the means without dividing the scores by sqrt(3)." if slip else "",
    )


@q2.case("one key", hint="A query that sees one key takes its value, whatever the score.")
def _one_key(answer: Answer) -> None:
    queries, values = np.array([[3.0, -1.0], [0.0, 2.0]]), np.array([[5.0, 6.0, 7.0]])
    answer(queries, np.array([[1.0, 1.0]]), values).equals([[5.0, 6.0, 7.0], [5.0, 6.0, 7.0]])


@q2.case("more keys", hint="Each row of weights, one a query, sums to 1.")
def _more_keys(answer: Answer) -> None:
    given = drawn(np.random.default_rng(902), (2, 4), (5, 4), (5, 3))
    answer(*given).equals(attended(*given))


@q2.case(
    "large scores",
    hint="exp(800) is infinite. Subtract the largest score first: no weight changes by it.",
)
def _large_scores(answer: Answer) -> None:
    queries, keys = np.array([[40.0, 0.0]]), np.array([[40.0, 0.0], [39.9, 3.0], [-40.0, 9.0]])
    values = np.array([[1.0], [3.0], [9.0]])
    answer(queries, keys, values).equals(attended(queries, keys, values), rel=1e-5)


q3 = Question(
    "09.q3",
    "The causal mask",
    "function",
    hint="A query at position t sees keys 0 to t. Give all other scores minus infinity before the "
    "softmax.",
    book="03_attention#causal-mask",
    withheld=ATTENTION,
)


@q3.case("the first place", hint="The first place sees itself alone, so it takes its own value.")
def _first_place(answer: Answer) -> None:
    queries, keys, values = drawn(np.random.default_rng(903), (3, 2), (3, 2), (3, 2))
    result = answer(queries, keys, values)
    close = np.shape(result.value) == (3, 2) and np.allclose(result.value[0], values[0])
    result.require(bool(close), f"its first row is {values[0].tolist()}, the first value")


@q3.case(
    "no later place",
    hint="Hide by adding minus infinity to a score. A score of 0 is not hidden: exp(0) is 1.",
)
def _no_later_place(answer: Answer) -> None:
    queries, keys, values = drawn(np.random.default_rng(904), (4, 2), (4, 2), (4, 1))
    before = np.asarray(answer(queries, keys, values).value, float)
    changed, other = keys.copy(), values.copy()
    changed[2:], other[2:] = keys[2:] + 1, values[2:] + 100
    result = answer(queries, changed, other)
    after = np.asarray(result.value, float)
    same = before.shape == after.shape == (4, 1) and np.allclose(before[:2], after[:2])
    result.require(
        bool(same),
        "rows 0 and 1 as they were before keys and values 2 and 3 changed",
        got=_rows(before, after),
    )


def _rows(before: Array, after: Array) -> str:
    """What moved, in words."""
    if before.shape != (4, 1) or after.shape != (4, 1):
        return f"shape {after.shape}, expected (4, 1)"
    moved = [str(t) for t in range(4) if not np.allclose(before[t], after[t])]
    return f"rows {', '.join(moved)} moved"


@q3.case("a square by hand", hint="With equal scores, each place takes the mean of what it sees.")
def _square(answer: Answer) -> None:
    zeros, values = np.zeros((3, 2)), np.array([[3.0], [5.0], [10.0]])
    answer(zeros, zeros, values).equals([[3.0], [4.0], [6.0]])


@q3.case(
    "the last queries",
    hint="The T queries are the last of the S places: the first of them sees S - T + 1 keys.",
)
def _last_queries(answer: Answer) -> None:
    zeros, values = np.zeros((5, 2)), np.array([[1.0], [3.0], [5.0], [7.0], [9.0]])
    answer(zeros[:2], zeros, values).equals([[4.0], [5.0]])
    answer(zeros[:1], zeros, values).equals([[5.0]])


@q3.case("many")
def _many(answer: Answer) -> None:
    rng = np.random.default_rng(905)
    for T, S, d in ((4, 4, 3), (3, 6, 2), (6, 6, 4)):
        q, k, v = drawn(rng, (T, d), (S, d), (S, 2))
        call = f"{answer.name}({T} queries, {S} keys, {S} values by chance)"
        answer(q, k, v, shown=call).equals(attended(q, k, v, causal=True))
