"""Checks of exercise 09, questions 4 to 7: heads, positions, a broken layer, a count."""

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x09_looking import ATTENTION, Array, attended, drawn
from course_lib.grading.question import Question

POSITIONS = (
    "course_lib.models.transformer.sinusoidal_positions",
    "course_lib.models.transformer.TransformerLanguageModel",
)
COUNTS = ("course_lib.models.transformer.transformer_parameters", *POSITIONS)


def heads_of(x: Array, num_heads: int) -> Array:
    """The reference: the columns of each head.

    Args:
        x: shape (B, T, H * d).
        num_heads: H.

    Returns:
        Shape (B, H, T, d).
    """
    return np.stack(np.split(x, num_heads, axis=-1), axis=1)


def several(x: Array, wq: Array, wk: Array, wv: Array, num_heads: int) -> Array:
    """The reference: causal attention of several heads, one head at a time.

    Args:
        x: shape (T, D).
        wq: makes queries, shape (D, D).
        wk: makes keys, shape (D, D).
        wv: makes values, shape (D, D).
        num_heads: H.

    Returns:
        Shape (T, D), the heads side by side.
    """
    parts = (np.split(x @ matrix, num_heads, axis=1) for matrix in (wq, wk, wv))
    heads = zip(*parts, strict=True)
    return np.concatenate([attended(q, k, v, causal=True) for q, k, v in heads], axis=1)


def waves(n: int, width: int) -> Array:
    """The reference: sinusoidal positions.

    Args:
        n: number of positions.
        width: D.

    Returns:
        Shape (n, D).
    """
    table = np.zeros((n, width))
    for p in range(n):
        for i in range(width // 2):
            angle = p / 10_000 ** (2 * i / width)
            table[p, 2 * i], table[p, 2 * i + 1] = np.sin(angle), np.cos(angle)
    return table


def parameters(V: int, D: int, F: int, L: int, tied: bool) -> int:
    """The reference: the parameters of the course's Transformer.

    Args:
        V: vocabulary.
        D: width.
        F: width of the feed-forward part.
        L: blocks.
        tied: whether the output is the embedding.

    Returns:
        How many.
    """
    block = 4 * (D * D + D) + (D * F + F) + (F * D + D) + 2 * 2 * D
    return V * D + L * block + 2 * D + (0 if tied else D * V + V)


q4 = Question(
    "09.q4",
    "Cut the width into heads",
    "function",
    hint="Head h holds columns h * d to h * d + d - 1 of every place. First (B, T, H, d), then "
    "change the order of the axes.",
    book="03_attention#attention-heads",
    withheld=ATTENTION,
)


@q4.case("the shape", hint="Rows, heads, places, width of a head: (B, H, T, d).")
def _shape(answer: Answer) -> None:
    result = answer(np.zeros((2, 5, 12)), 3)
    shape = np.shape(result.value)
    result.require(shape == (2, 3, 5, 4), "shape (2, 3, 5, 4)", got=f"shape {shape}")


@q4.case("one place", hint="The first head takes the first columns, the second the next.")
def _one_place(answer: Answer) -> None:
    answer(np.array([[[1, 2, 3, 4]]]), 2).equals([[[[1, 2]], [[3, 4]]]])


@q4.case(
    "two places",
    hint="A reshape to (B, H, T, d) keeps the numbers in a row as they lie, so a head gets a piece "
    "of the text in place of a piece of the width. Move the axis with transpose.",
)
def _two_places(answer: Answer) -> None:
    x = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]])
    answer(x, 2).equals([[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]])


@q4.case("one head", hint="One head has the whole width.")
def _one_head(answer: Answer) -> None:
    x = np.arange(6.0).reshape(1, 3, 2)
    answer(x, 1).equals(x[:, None])


@q4.case("many rows")
def _many_rows(answer: Answer) -> None:
    x = np.arange(72.0).reshape(3, 4, 6)
    answer(x, 2, shown=f"{answer.name}(72 numbers as (3, 4, 6), 2)").equals(heads_of(x, 2))


q5 = Question(
    "09.q5",
    "Sinusoidal positions",
    "function",
    hint="Columns 2i and 2i + 1 are the sine and the cosine of p / 10000^(2i / D).",
    book="03_attention#positions",
    withheld=POSITIONS,
)


@q5.case("position 0", hint="Positions are counted from 0: sin(0) = 0 and cos(0) = 1, in turns.")
def _position_zero(answer: Answer) -> None:
    answer(1, 6).equals([[0.0, 1.0] * 3])


@q5.case("the first pair", hint="For i = 0 the angle is p itself, in radians.")
def _first_pair(answer: Answer) -> None:
    answer(3, 2).equals(waves(3, 2))


@q5.case("the slower pairs", hint="Each pair turns more slowly than the one before: divide p.")
def _slower_pairs(answer: Answer) -> None:
    answer(2, 4).equals(waves(2, 4))


@q5.case("a table")
def _a_table(answer: Answer) -> None:
    answer(30, 8).equals(waves(30, 8), abs=1e-6)


q6 = Question(
    "09.q6",
    "Find the bug: heads that mix the places",
    "bug",
    hint="Print the queries of one head. Whose numbers are in its first row?",
    book="03_attention#attention-heads",
    withheld=ATTENTION,
)


@q6.case("one head", hint="With one head, nothing has to be cut: this already works.")
def _single(answer: Answer) -> None:
    x, wq, wk, wv = drawn(np.random.default_rng(906), (3, 2), (2, 2), (2, 2), (2, 2))
    answer(x, wq, wk, wv, 1).equals(several(x, wq, wk, wv, 1))


@q6.case(
    "the past",
    hint="A later place changed, and an earlier one moved. On the way into the heads, (T, D) "
    "becomes (T, H, d), and then the axes of places and heads change places.",
)
def _past(answer: Answer) -> None:
    x, wq, wk, wv = drawn(np.random.default_rng(907), (4, 4), (4, 4), (4, 4), (4, 4))
    changed = x.copy()
    changed[3] += 1
    call = f"{answer.name}(x of (4, 4), three matrices, 2), then with another x[3]"
    before = np.asarray(answer(x, wq, wk, wv, 2, shown=call).value, float)
    result = answer(changed, wq, wk, wv, 2, shown=call)
    after = np.asarray(result.value, float)
    fits = before.shape == after.shape == (4, 4)
    moved = [t for t in range(3) if fits and not np.allclose(before[t], after[t])]
    result.require(fits, "shape (4, 4)", got=f"shape {after.shape}")
    result.require(not moved, "rows 0 to 2 as they were", got=f"rows {moved} moved")


@q6.case(
    "the beginning",
    hint="The first place changed, and a later one that can see it did not move. Cut the width, "
    "not the text.",
)
def _beginning(answer: Answer) -> None:
    x, wq, wk, wv = drawn(np.random.default_rng(911), (4, 4), (4, 4), (4, 4), (4, 4))
    changed = x.copy()
    changed[0] += 1
    call = f"{answer.name}(x of (4, 4), three matrices, 2), then with another x[0]"
    before = np.asarray(answer(x, wq, wk, wv, 2, shown=call).value, float)
    result = answer(changed, wq, wk, wv, 2, shown=call)
    after = np.asarray(result.value, float)
    result.require(before.shape == after.shape == (4, 4), "shape (4, 4)", got=f"{after.shape}")
    still = [t for t in range(4) if np.allclose(before[t], after[t])]
    result.require(not still, "all rows to move", got=f"rows {still} as they were")


@q6.case(
    "equal scores",
    hint="With equal scores, row t is the mean of the values of places 0 to t. If its numbers are "
    "right and stand in the wrong row, bring the heads back the way they came: transpose, then "
    "reshape.",
)
def _equal_scores(answer: Answer) -> None:
    zeros, eye = np.zeros((4, 4)), np.eye(4)
    x = np.array([[8.0, 0.0, 4.0, 2.0], [0.0, 2.0, 8.0, 0.0]])
    answer(x, zeros, zeros, eye, 2).equals([[8.0, 0.0, 4.0, 2.0], [4.0, 1.0, 6.0, 1.0]])


@q6.case("scaled", hint="Divide by the root of d, the width of a head, not of D.")
def _scaled(answer: Answer) -> None:
    x, eye = np.array([[1.0, 0.0, 0.0, 2.0], [2.0, 1.0, 1.0, 0.0]]), np.eye(4)
    answer(x, 2 * eye, eye, eye, 2).equals(several(x, 2 * eye, eye, eye, 2))


@q6.case("many")
def _several_sizes(answer: Answer) -> None:
    rng = np.random.default_rng(908)
    for T, D, H in ((5, 6, 3), (6, 4, 2), (3, 8, 4)):
        x, wq, wk, wv = drawn(rng, (T, D), (D, D), (D, D), (D, D))
        call = f"{answer.name}(x of ({T}, {D}), three matrices, {H})"
        answer(x, wq, wk, wv, H, shown=call).equals(several(x, wq, wk, wv, H))


q7 = Question(
    "09.q7",
    "Count the parameters",
    "function",
    hint="Embedding; in each block four square matrices, two of the feed-forward part, all with "
    "biases, and two layer norms; one more norm; the output.",
    book="03_attention#transformer-parameters",
    withheld=COUNTS,
)


@q7.case("no block", hint="Without blocks: an embedding, one last norm (2 D), the output.")
def _no_block(answer: Answer) -> None:
    answer(10, 4, 8, 0, False).equals(parameters(10, 4, 8, 0, False))


@q7.case("tied", hint="A tied output has no numbers of its own: no matrix and no bias.")
def _tied(answer: Answer) -> None:
    answer(10, 4, 8, 0, True).equals(parameters(10, 4, 8, 0, True))


@q7.case(
    "one block",
    hint="4 (D D + D) for attention, D F + F and F D + D for the feed-forward part, and two layer "
    "norms of 2 D each.",
)
def _one_block(answer: Answer) -> None:
    call = f"{answer.name}(10, 4, 8, 1, True) - {answer.name}(10, 4, 8, 0, True)"
    without = answer(10, 4, 8, 0, True, shown=call)
    result = answer(10, 4, 8, 1, True, shown=call)
    for one in (without, result):
        one.require(isinstance(one.value, int | np.integer), "a whole number")
    block = parameters(10, 4, 8, 1, True) - parameters(10, 4, 8, 0, True)
    got = result.value - without.value
    result.require(got == block, f"{block}, the numbers of one block", got=str(got))


@q7.case("the course's model")
def _course(answer: Answer) -> None:
    for tied in (False, True):
        answer(10_000, 128, 512, 6, tied).equals(parameters(10_000, 128, 512, 6, tied))
