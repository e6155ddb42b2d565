# ---
# jupyter:
#   course:
#     title: Attention
#     minutes: 90
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 09 · Attention
#
# Everything that makes a Transformer one, in NumPy: attention and its mask, heads, positions, a
# count, a cache, and a test that finds out whether a model has seen its answers.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [How does each place decide where to look?](../_build/html/book/03_attention.html).
# - Run the `check` below each question as often as you like; `course check 09` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.
#
# Letters for shapes: T places that look, S places that are looked at, D the width, H heads of
# d = D / H numbers each.

# %% role="given"
from collections.abc import Callable

import numpy as np

from course_lib.grading import check

# %% [markdown] qid="09.q1"
# ## q1 · Predict a weight · {{points}}
#
# A query meets three keys. The products are **0, ln 2 and ln 5**. (Nothing is divided here.) The
# values of the three places are **8, 4 and 0**.
#
# What is the weight of the third key, and what does the query take home? Decide with pencil and
# paper: no exponential has to be computed.


# %% role="answer" qid="09.q1" points=1
def predicted() -> tuple[float, float]:
    """The weight of the third key, and the weighted mean of the values."""
    # BEGIN SOLUTION
    # The exponentials are 1, 2 and 5, and their sum is 8.
    return 5 / 8, 8 * 1 / 8 + 4 * 2 / 8 + 0 * 5 / 8
    # END SOLUTION


# %% role="check" qid="09.q1"
check("09.q1", predicted)


# %% role="mutant" qid="09.q1" fails=["*"]
# Misconception: weights are the scores, divided by their sum
def predicted():
    scores = np.log([1, 2, 5])
    weights = scores / scores.sum()
    return float(weights[2]), float(weights @ [8, 4, 0])


# %% role="mutant" qid="09.q1" fails=["*"]
# Misconception: the best key takes it all
def predicted():
    return 1.0, 0.0


# %% role="mutant" qid="09.q1" fails=["the mean"]
# Misconception: what is taken home is the sum of the values seen
def predicted():
    return 5 / 8, 12


# %% role="mutant" qid="09.q1" fails=["*"]
# Misconception: a score of 0 means that a place is not seen
def predicted():
    return 5 / 7, 4 * 2 / 7


# %% role="mutant" qid="09.q1" fails=["*"]
# Misconception: each score becomes a share by itself, as in a gate
def predicted():
    weights = 1 / (1 + 1 / np.array([1, 2, 5]))
    return float(weights[2]), float(weights @ [8, 4, 0])


# %% [markdown] qid="09.q2"
# ## q2 · Attention · {{points}}
#
# Write
#
# $$\operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# for `queries` of shape (T, d), `keys` of shape (S, d) and `values` of shape (S, dv): the means,
# of shape (T, dv). Each query sees all keys. Scores may be large, and no weight may become
# `nan` by it.


# %% role="answer" qid="09.q2" points=2
def attention(queries: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted means of values, shape (T, dv)."""
    # BEGIN SOLUTION
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values
    # END SOLUTION


# %% role="check" qid="09.q2"
check("09.q2", attention)


# %% role="probe" qid="09.q2"
def probe(answer, rng):
    given = [rng.normal(0, 2, shape).round(2) for shape in ((3, 5), (4, 5), (4, 2))]
    return np.asarray(answer(*given), float).round(6).tolist()


# %% role="mutant" qid="09.q2" fails=["the gull", "more keys", "large scores"]
# Misconception: the scores may stay as large as they are
def attention(queries, keys, values):
    scores = queries @ keys.T
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q2" fails=["the gull", "more keys", "large scores"]
# Misconception: it is the width that scores are divided by
def attention(queries, keys, values):
    scores = queries @ keys.T / queries.shape[-1]
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q2" fails=["*"]
# Misconception: each key shares itself out over the queries
def attention(queries, keys, values):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    weights = np.exp(scores - scores.max(axis=0))
    return weights / weights.sum(axis=0) @ values


# %% role="mutant" qid="09.q2" fails=["large scores"]
# Misconception: exponentials can be taken as they come
def attention(queries, keys, values):
    with np.errstate(all="ignore"):
        weights = np.exp(queries @ keys.T / np.sqrt(queries.shape[-1]))
        return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q2" fails=["equal fit", "the gull", "more keys", "large scores"]
# Misconception: a place takes what the best key has to give
def attention(queries, keys, values):
    return values[(queries @ keys.T).argmax(axis=-1)]


# %% role="mutant" qid="09.q2" fails=["more keys", "large scores"]
# Misconception: scores are divided by the root of the number of keys
def attention(queries, keys, values):
    scores = queries @ keys.T / np.sqrt(len(keys))
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% [markdown] qid="09.q3"
# ## q3 · The causal mask · {{points}}
#
# The same, but no place sees what comes after it. The T queries are the **last** T of the S
# places: with T = S, query t sees keys 0 to t; with T = 1, the only query is the last place and
# sees all keys.
#
# A place that may not be seen must have a weight of exactly 0. There is one line to add to q2.


# %% role="answer" qid="09.q3" points=2
def causal_attention(queries: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted means of the values that each query may see, shape (T, dv)."""
    # BEGIN SOLUTION
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    scores = np.where(np.tri(T, S, S - T, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values
    # END SOLUTION


# %% role="check" qid="09.q3"
check("09.q3", causal_attention)


# %% role="probe" qid="09.q3"
def probe(answer, rng):
    given = [rng.normal(0, 2, shape).round(2) for shape in ((3, 4), (5, 4), (5, 2))]
    return np.asarray(answer(*given), float).round(6).tolist()


# %% role="mutant" qid="09.q3" fails=["*"]
# Misconception: a score of 0 hides a place
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1]) * np.tri(T, S, S - T)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q3" fails=["*"]
# Misconception: what is hidden may be cut from the weights, and the rest need not sum to 1
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) * np.tri(T, S, S - T) @ values


# %% role="mutant" qid="09.q3" fails=["*"]
# Misconception: the next place may be seen, since it is to be predicted
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    scores = np.where(np.tri(T, S, S - T + 1, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q3" fails=["the last queries", "many"]
# Misconception: the queries are the first of the places
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    scores = np.where(np.tri(T, S, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q3" fails=["*"]
# Misconception: a triangle is a triangle, whichever side
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    scores = np.where(np.tri(S, T, dtype=bool).T, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% role="mutant" qid="09.q3" fails=["*"]
# Misconception: a place sees only what is before it, and not itself
def causal_attention(queries, keys, values):
    T, S = len(queries), len(keys)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    scores = np.where(np.tri(T, S, S - T - 1, dtype=bool), scores, -1e9)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ values


# %% [markdown] qid="09.q4"
# ## q4 · Cut the width into heads · {{points}}
#
# Each head works on its own part of the width: head 0 on the first d columns, head 1 on the next
# d, and so on. Write a function that takes x of shape (B, T, D) and gives shape (B, H, T, d).
#
# Beware: `x.reshape(B, H, T, d)` has the right shape.


# %% role="answer" qid="09.q4" points=2
def split_heads(x: np.ndarray, num_heads: int) -> np.ndarray:
    """The part of each head, shape (B, H, T, d)."""
    # BEGIN SOLUTION
    B, T, D = x.shape
    cut = x.reshape(B, T, num_heads, D // num_heads)  # (B, T, H, d)
    return cut.transpose(0, 2, 1, 3)  # (B, H, T, d)
    # END SOLUTION


# %% role="check" qid="09.q4"
check("09.q4", split_heads)


# %% role="probe" qid="09.q4"
def probe(answer, rng):
    x = rng.integers(0, 99, (2, 3, 8))
    return np.asarray(answer(x, int(rng.choice([2, 4])))).tolist()


# %% role="mutant" qid="09.q4" fails=["two places", "many rows"]
# Misconception: a reshape goes where one wants it to
def split_heads(x, num_heads):
    B, T, D = x.shape
    return x.reshape(B, num_heads, T, D // num_heads)


# %% role="mutant" qid="09.q4" fails=["*"]
# Misconception: cutting the width is all
def split_heads(x, num_heads):
    B, T, D = x.shape
    return x.reshape(B, T, num_heads, D // num_heads)


# %% role="mutant" qid="09.q4" fails=["one place", "two places", "many rows"]
# Misconception: heads take turns, column by column
def split_heads(x, num_heads):
    B, T, D = x.shape
    return x.reshape(B, T, D // num_heads, num_heads).transpose(0, 3, 1, 2)


# %% role="mutant" qid="09.q4" fails=["*"]
# Misconception: the width of a head comes before its places
def split_heads(x, num_heads):
    B, T, D = x.shape
    return x.reshape(B, T, num_heads, D // num_heads).transpose(0, 2, 3, 1)


# %% [markdown] qid="09.q5"
# ## q5 · Sinusoidal positions · {{points}}
#
# Write the table of position vectors, for positions p = 0, 1, …, n - 1 and an even width D:
#
# $$P_{p, 2i} = \sin\!\left(\frac{p}{10000^{2i / D}}\right), \qquad
# P_{p, 2i + 1} = \cos\!\left(\frac{p}{10000^{2i / D}}\right).$$


# %% role="answer" qid="09.q5" points=2
def sinusoidal_positions(n: int, width: int) -> np.ndarray:
    """A vector for each position, shape (n, width)."""
    # BEGIN SOLUTION
    pairs = np.arange(0, width, 2)  # 2i
    angles = np.arange(n)[:, None] / 10_000 ** (pairs / width)  # (n, D / 2)
    table = np.zeros((n, width))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table
    # END SOLUTION


# %% role="check" qid="09.q5"
check("09.q5", sinusoidal_positions)


# %% role="probe" qid="09.q5"
def probe(answer, rng):
    n, width = int(rng.integers(2, 40)), 2 * int(rng.integers(1, 6))
    return np.asarray(answer(n, width), float).round(5).tolist()


# %% role="mutant" qid="09.q5" fails=["position 0", "the slower pairs", "a table"]
# Misconception: first all sines, then all cosines
def sinusoidal_positions(n, width):
    angles = np.arange(n)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% role="mutant" qid="09.q5" fails=["the slower pairs", "a table"]
# Misconception: the exponent counts the pairs, not the columns
def sinusoidal_positions(n, width):
    angles = np.arange(n)[:, None] / 10_000 ** (np.arange(width // 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, width)


# %% role="mutant" qid="09.q5" fails=["the first pair", "the slower pairs", "a table"]
# Misconception: every column has a rate of its own
def sinusoidal_positions(n, width):
    angles = np.arange(n)[:, None] / 10_000 ** (np.arange(width) / width)
    return np.where(np.arange(width) % 2, np.cos(angles), np.sin(angles))


# %% role="mutant" qid="09.q5" fails=["*"]
# Misconception: positions are counted from 1
def sinusoidal_positions(n, width):
    angles = np.arange(1, n + 1)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, width)


# %% role="mutant" qid="09.q5" fails=["*"]
# Misconception: cosine first
def sinusoidal_positions(n, width):
    angles = np.arange(n)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(n, width)


# %% role="mutant" qid="09.q5" fails=["the first pair", "the slower pairs", "a table"]
# Misconception: angles are in degrees
def sinusoidal_positions(n, width):
    angles = np.radians(np.arange(n))[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, width)


# %% [markdown] qid="09.q6"
# ## q6 · Find the bug: heads that mix the places · {{points}}
#
# The layer below makes queries, keys and values, cuts them into heads, masks, and puts the heads
# side by side again. With one head it is right. With two, its shapes are right, it runs, and a
# model with it learns, only not much: something has cut its memory. The cell changes the *first*
# place of four, which all places can see, and shows which outputs moved.


# %% role="given"
def broken_heads(x, wq, wk, wv, num_heads):
    """Causal attention of several heads: x of shape (T, D), each matrix of shape (D, D)."""
    size, width = x.shape
    pieces = [(x @ w).reshape(num_heads, size, width // num_heads) for w in (wq, wk, wv)]
    found = []
    for q, k, v in zip(*pieces, strict=True):
        rows = []
        for t in range(size):  # each place by itself: it sees the places 0 to t
            fit = np.exp(k[: t + 1] @ q[t] / q.shape[1] ** 0.5)
            rows.append(fit @ v[: t + 1] / fit.sum())
        found.append(rows)
    return np.reshape(found, (size, width))


rng = np.random.default_rng(0)
x, *matrices = (rng.normal(size=(4, 4)) for _ in range(4))
other = x.copy()
other[0] += 1
for heads in (1, 2):
    moves = broken_heads(other, *matrices, heads) - broken_heads(x, *matrices, heads)
    print(f"{heads} head(s): outputs moved at places", *np.flatnonzero(moves.any(axis=1)))

# %% [markdown] qid="09.q6"
# Write the function without its bug: shape (T, D), the heads side by side. (The bug has been made
# twice, once on the way into the heads and once on the way out.)


# %% role="answer" qid="09.q6" points=3
def causal_heads(
    x: np.ndarray, wq: np.ndarray, wk: np.ndarray, wv: np.ndarray, num_heads: int
) -> np.ndarray:
    """Causal attention of several heads, shape (T, D)."""
    # BEGIN SOLUTION
    T, D = x.shape
    H, d = num_heads, D // num_heads
    into = [(x @ matrix).reshape(T, H, d).transpose(1, 0, 2) for matrix in (wq, wk, wv)]
    queries, keys, values = into  # (H, T, d) each
    scores = queries @ keys.transpose(0, 2, 1) / np.sqrt(d) + np.where(np.tri(T), 0, -np.inf)
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))  # (H, T, T)
    means = shares @ values / shares.sum(axis=2, keepdims=True)
    return means.transpose(1, 0, 2).reshape(T, D)
    # END SOLUTION


# %% role="check" qid="09.q6"
check("09.q6", causal_heads)


# %% role="probe" qid="09.q6"
def probe(answer, rng):
    given = [rng.normal(0, 1, shape).round(2) for shape in ((4, 6), (6, 6), (6, 6), (6, 6))]
    heads = int(rng.choice([2, 3]))
    return np.asarray(answer(*given, heads), float).round(6).tolist()


# %% role="mutant" qid="09.q6" fails=["the beginning", "equal scores", "scaled", "many"]
# Misconception: two mistakes that undo each other's shapes undo each other
def causal_heads(x, wq, wk, wv, num_heads):
    return broken_heads(x, wq, wk, wv, num_heads)


# %% role="mutant" qid="09.q6" fails=["the past", "equal scores", "scaled", "many"]
# Misconception: what was cut rightly may be put together by a reshape
def causal_heads(x, wq, wk, wv, num_heads):
    T, D = x.shape
    d = D // num_heads
    q, k, v = ((x @ m).reshape(T, num_heads, d).transpose(1, 0, 2) for m in (wq, wk, wv))
    scores = np.where(np.tri(T, dtype=bool), q @ k.transpose(0, 2, 1) / np.sqrt(d), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True) @ v).reshape(T, D)


# %% role="mutant" qid="09.q6" fails=["the past", "equal scores", "scaled", "many"]
# Misconception: it is enough to bring the heads back rightly
def causal_heads(x, wq, wk, wv, num_heads):
    T, D = x.shape
    d = D // num_heads
    q, k, v = ((x @ m).reshape(num_heads, T, d) for m in (wq, wk, wv))
    scores = np.where(np.tri(T, dtype=bool), q @ k.transpose(0, 2, 1) / np.sqrt(d), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    means = weights / weights.sum(axis=-1, keepdims=True) @ v
    return means.transpose(1, 0, 2).reshape(T, D)


# %% role="mutant" qid="09.q6" fails=["one head", "the past", "equal scores", "scaled", "many"]
# Misconception: heads that are cut rightly need no mask
def causal_heads(x, wq, wk, wv, num_heads):
    T, D = x.shape
    d = D // num_heads
    q, k, v = ((x @ m).reshape(T, num_heads, d).transpose(1, 0, 2) for m in (wq, wk, wv))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    means = weights / weights.sum(axis=-1, keepdims=True) @ v
    return means.transpose(1, 0, 2).reshape(T, D)


# %% role="mutant" qid="09.q6" fails=["scaled", "many"]
# Misconception: scores are divided by the root of the whole width
def causal_heads(x, wq, wk, wv, num_heads):
    T, D = x.shape
    d = D // num_heads
    q, k, v = ((x @ m).reshape(T, num_heads, d).transpose(1, 0, 2) for m in (wq, wk, wv))
    scores = np.where(np.tri(T, dtype=bool), q @ k.transpose(0, 2, 1) / np.sqrt(D), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    means = weights / weights.sum(axis=-1, keepdims=True) @ v
    return means.transpose(1, 0, 2).reshape(T, D)


# %% role="mutant" qid="09.q6" fails=["scaled", "many"]
# Misconception: one head is as good as several
def causal_heads(x, wq, wk, wv, num_heads):
    return broken_heads(x, wq, wk, wv, 1)


# %% [markdown] qid="09.q7"
# ## q7 · Count the parameters · {{points}}
#
# The Transformer of the course has
#
# - an embedding: V vectors of D numbers;
# - in each of L blocks: attention with **four** D × D matrices (queries, keys, values, output); a
#   feed-forward part that goes from D to F and back to D; **each of these matrices with a bias**;
#   and a layer norm before each of the two parts, with a scale and a shift of D numbers each;
# - one more layer norm after the last block;
# - an output from D to V, with a bias. If it is *tied*, it uses the embedding instead, and has
#   neither a matrix nor a bias of its own.
#
# Positions are computed, not learned. How many parameters are there? A guide says 2.1 million for
# V = 10,000, D = 128, F = 512, L = 6.


# %% role="answer" qid="09.q7" points=2
def count_parameters(
    vocab_size: int, width: int, feed_forward: int, num_layers: int, tied: bool
) -> int:
    """How many numbers training changes."""
    # BEGIN SOLUTION
    V, D, F = vocab_size, width, feed_forward
    attention = 4 * (D * D + D)
    inner = D * F + F + F * D + D
    norms = 2 * 2 * D
    output = 0 if tied else D * V + V
    return V * D + num_layers * (attention + inner + norms) + 2 * D + output
    # END SOLUTION


# %% role="check" qid="09.q7"
check("09.q7", count_parameters)
for tied in (False, True):
    print(f"tied={tied!s:5} {count_parameters(10_000, 128, 512, 6, tied):,}")


# %% role="probe" qid="09.q7"
def probe(answer, rng):
    V, D, F, L = (int(n) for n in rng.integers(2, 99, 4))
    return [int(answer(V, D, F, L, tied)) for tied in (True, False)]


# %% role="mutant" qid="09.q7" fails=["no block", "tied", "the course's model"]
# Misconception: after the last block comes the output
def count_parameters(vocab_size, width, feed_forward, num_layers, tied):
    V, D, F = vocab_size, width, feed_forward
    block = 4 * (D * D + D) + D * F + F + F * D + D + 4 * D
    return V * D + num_layers * block + (0 if tied else D * V + V)


# %% role="mutant" qid="09.q7" fails=["one block", "the course's model"]
# Misconception: a block has one layer norm
def count_parameters(vocab_size, width, feed_forward, num_layers, tied):
    V, D, F = vocab_size, width, feed_forward
    block = 4 * (D * D + D) + D * F + F + F * D + D + 2 * D
    return V * D + num_layers * block + 2 * D + (0 if tied else D * V + V)


# %% role="mutant" qid="09.q7" fails=["no block", "one block", "the course's model"]
# Misconception: biases are not worth counting
def count_parameters(vocab_size, width, feed_forward, num_layers, tied):
    V, D, F = vocab_size, width, feed_forward
    block = 4 * D * D + 2 * D * F + 4 * D
    return V * D + num_layers * block + 2 * D + (0 if tied else D * V)


# %% role="mutant" qid="09.q7" fails=["one block", "the course's model"]
# Misconception: attention has three matrices
def count_parameters(vocab_size, width, feed_forward, num_layers, tied):
    V, D, F = vocab_size, width, feed_forward
    block = 3 * (D * D + D) + D * F + F + F * D + D + 4 * D
    return V * D + num_layers * block + 2 * D + (0 if tied else D * V + V)


# %% role="mutant" qid="09.q7" fails=["tied", "the course's model"]
# Misconception: a tied output keeps its bias
def count_parameters(vocab_size, width, feed_forward, num_layers, tied):
    V, D, F = vocab_size, width, feed_forward
    block = 4 * (D * D + D) + D * F + F + F * D + D + 4 * D
    return V * D + num_layers * block + 2 * D + V + (0 if tied else D * V)


# %% [markdown] qid="09.q8"
# ## q8 · One step on top of a cache · {{points}}
#
# To generate, a model reads one id at a time. The keys and values of the ids before are kept. The
# new place brings its `query` (shape (d,)), its `key` (d,) and its `value` (dv,), and finds the
# kept `keys` (S, d) and `values` (S, dv). S is 0 at the first step.
#
# Write the step: return the mean that the new place takes home (dv,), the new keys (S + 1, d) and
# the new values (S + 1, dv). What was kept must stay as it is: one beginning may be continued in
# several ways.


# %% role="answer" qid="09.q8" points=2
def step(
    query: np.ndarray, key: np.ndarray, value: np.ndarray, keys: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean for the new place, and all keys and values including its own."""
    # BEGIN SOLUTION
    keys, values = np.vstack([keys, key]), np.vstack([values, value])
    scores = keys @ query / np.sqrt(len(query))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values, keys, values
    # END SOLUTION


# %% role="check" qid="09.q8"
check("09.q8", step)


# %% role="probe" qid="09.q8"
def probe(answer, rng):
    given = [rng.normal(0, 1, s).round(2) for s in ((3,), (3,), (2,), (4, 3), (4, 2))]
    return [np.asarray(part, float).round(6).tolist() for part in answer(*given)]


# %% role="mutant" qid="09.q8" fails=["equal fit", "scaled", "ten steps, one pass"]
# Misconception: a place looks at those before it, and not at itself
def step(query, key, value, keys, values):
    new = np.vstack([keys, key]), np.vstack([values, value])
    if len(keys) == 0:
        return value, *new
    scores = keys @ query / np.sqrt(len(query))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values, *new


# %% role="mutant" qid="09.q8" fails=["scaled", "ten steps, one pass"]
# Misconception: a single query needs no scaling
def step(query, key, value, keys, values):
    keys, values = np.vstack([keys, key]), np.vstack([values, value])
    weights = np.exp(keys @ query)
    return weights / weights.sum() @ values, keys, values


# %% role="mutant" qid="09.q8" fails=["the new cache"]
# Misconception: the newest comes first
def step(query, key, value, keys, values):
    keys, values = np.vstack([key, keys]), np.vstack([value, values])
    scores = keys @ query / np.sqrt(len(query))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values, keys, values


# %% role="mutant" qid="09.q8" fails=["the first step", "the new cache", "ten steps, one pass"]
# Misconception: the cache is for the past; the new place is added by whoever reads on
def step(query, key, value, keys, values):
    every, held = np.vstack([keys, key]), np.vstack([values, value])
    scores = every @ query / np.sqrt(len(query))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ held, keys, values


# %% role="mutant" qid="09.q8" fails=["the new cache", "equal fit", "scaled", "ten steps, one pass"]
# Misconception: the cache holds the last place
def step(query, key, value, keys, values):
    return value, key[None], value[None]


# %% [markdown] qid="09.q9"
# ## q9 · A test that finds every leak · {{points}}
#
# A `model` is a function of a list of T ids: it returns an array with one row of outputs for each
# place. You cannot look inside. Does any of its outputs depend on an id that comes **later**?
#
# Write a test for it. It gets the model, a list of ids to begin with, and the size of the
# vocabulary (ids run from 0 to `vocab_size - 1`), and returns `True` if the model sees the future.
# A leak may be small, and may be at one place only.


# %% role="given"
def tidy_model(ids: list[int]) -> np.ndarray:
    """Sees the past only: the sum of the ids so far, and their number."""
    return np.stack([np.cumsum(ids), np.arange(len(ids))], axis=1)


def leaky_model(ids: list[int]) -> np.ndarray:
    """Each place also sees the next id."""
    return np.stack([np.cumsum(ids), np.append(ids[1:], 0)], axis=1)


# %% role="answer" qid="09.q9" points=2
def sees_the_future(
    model: Callable[[list[int]], np.ndarray], ids: list[int], vocab_size: int
) -> bool:
    """Whether an output of the model depends on a later id."""
    # BEGIN SOLUTION
    before = np.asarray(model(ids))
    for place in range(1, len(ids)):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if not np.array_equal(np.asarray(model(changed))[:place], before[:place]):
            return True
    return False
    # END SOLUTION


# %% role="check" qid="09.q9"
check("09.q9", sees_the_future)
print("tidy:", sees_the_future(tidy_model, [1, 2, 3], 5))
print("leaky:", sees_the_future(leaky_model, [1, 2, 3], 5))


# %% role="probe" qid="09.q9"
def probe(answer, rng):
    ids = [int(i) for i in rng.integers(0, 9, 7)]
    at = int(rng.integers(1, 7))

    def one_leak(ids):
        outputs = tidy_model(ids).astype(float)
        outputs[at - 1, 1] += ids[at] / 1000
        return outputs

    models = (tidy_model, leaky_model, one_leak)
    return [bool(answer(model, ids, 9)) for model in models]


# %% role="mutant" qid="09.q9" fails=["an honest model"]
# Misconception: nothing may move at all
def sees_the_future(model, ids, vocab_size):
    before = np.asarray(model(ids))
    for place in range(len(ids)):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if not np.array_equal(np.asarray(model(changed)), before):
            return True
    return False


# %% role="mutant" qid="09.q9" fails=["an honest model"]
# Misconception: the place itself belongs to the past
def sees_the_future(model, ids, vocab_size):
    before = np.asarray(model(ids))
    for place in range(1, len(ids)):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if not np.array_equal(np.asarray(model(changed))[: place + 1], before[: place + 1]):
            return True
    return False


# %% role="mutant" qid="09.q9" fails=["in the middle"]
# Misconception: whoever cannot see the last id sees nothing of the future
def sees_the_future(model, ids, vocab_size):
    changed = [*ids[:-1], (ids[-1] + 1) % vocab_size]
    before, after = np.asarray(model(ids))[:-1], np.asarray(model(changed))[:-1]
    return not np.array_equal(before, after)


# %% role="mutant" qid="09.q9" fails=["the last id"]
# Misconception: the last place is left out, since nothing comes after it
def sees_the_future(model, ids, vocab_size):
    before = np.asarray(model(ids))
    for place in range(1, len(ids) - 1):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if not np.array_equal(np.asarray(model(changed))[:place], before[:place]):
            return True
    return False


# %% role="mutant" qid="09.q9" fails=["a small leak"]
# Misconception: a small difference is rounding
def sees_the_future(model, ids, vocab_size):
    before = np.asarray(model(ids))
    for place in range(1, len(ids)):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if np.abs(np.asarray(model(changed))[:place] - before[:place]).max() > 0.01:
            return True
    return False


# %% role="mutant" qid="09.q9" fails=["the last id"]
# Misconception: a leak comes from the next id
def sees_the_future(model, ids, vocab_size):
    before = np.asarray(model(ids))
    for place in range(1, len(ids)):
        changed = list(ids)
        changed[place] = (ids[place] + 1) % vocab_size
        if not np.array_equal(np.asarray(model(changed))[place - 1], before[place - 1]):
            return True
    return False


# %% [markdown] qid="09.q10"
# ## q10 · What does this loss say? · {{points}}
#
# A text is made by throwing a fair die with six sides, again and again. A colleague trains a
# Transformer on it, and throws 10,000 new dice as a test set. The test loss is **0.02 nats** per
# throw; ln 6 is 1.79. What do you say?
#
# - **A** Transformers are better than anything before: attention finds what others miss.
# - **B** It has learned its training text by heart. More dropout will help.
# - **C** Each place sees the throw that it is asked for. Look for the mask.
# - **D** The scores were not divided by the root of d, so the softmax is too sharp.


# %% role="answer" qid="09.q10" points=1
def meaning_of_the_loss() -> str:
    """The letter of your answer."""
    # BEGIN SOLUTION
    # Nobody can pay less than ln 6 for a fair die unless the answer is in sight.
    return "C"
    # END SOLUTION


# %% role="check" qid="09.q10"
check("09.q10", meaning_of_the_loss)


# %% role="mutant" qid="09.q10" fails=["*"]
# Misconception: a low loss is a good model
def meaning_of_the_loss():
    return "A"


# %% role="mutant" qid="09.q10" fails=["*"]
# Misconception: what is too good is overfitting
def meaning_of_the_loss():
    return "B"


# %% role="mutant" qid="09.q10" fails=["*"]
# Misconception: being too sure pays
def meaning_of_the_loss():
    return "D"
