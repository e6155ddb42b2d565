# ---
# jupyter:
#   course:
#     title: Build the generator
#     minutes: 100
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
# # 06 · Build the generator
#
# A network that reads a text must carry what it has read from one id to the next. Here you build
# the LSTM that does it, with NumPy alone: its gates, a step, a whole row, its beginning, its sizes.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [How does a network carry what it has read?](../_build/html/book/03_build.html).
# - Run the `check` below each question as often as you like; `course check 06` shows all of them.
# - Replace the line that raises `NotImplementedError`; leave the name of the function as it is.
#
# Throughout, **B** is the number of rows, **T** of ids in a row, **D** of numbers that a layer
# reads at each place, **H** of its units, **E** the width of an embedding, **V** the size of the
# vocabulary. An LSTM layer has three arrays of weights, as in Keras: `kernel` of shape (D, 4H) for
# what is read, `recurrent` of shape (H, 4H) for its own last output, and `bias` of shape (4H,).
# Their columns belong to four gates, H columns each, in this order: **input gate i, forget gate f,
# candidate c, output gate o**.

# %% role="given"
import numpy as np

from course_lib.grading import check

# %% [markdown] qid="06.q1"
# ## q1 · Predict what is left after twenty steps · {{points}}
#
# The memory of an LSTM is its *cell*. Each step multiplies it by the forget gate, sigmoid(z),
# before anything new is added. At the very beginning of training, the products with the weights are
# about 0, so z is about the **bias** of that gate.
#
# Nothing new comes in for **20 steps**. What share of the cell is left if the bias is **0**, and if
# it is **1**? Say it roughly; a tenth off is near enough. Return both shares, as numbers from 0
# to 1.


# %% role="answer" qid="06.q1" points=1
def share_left() -> tuple[float, float]:
    """Share of the cell left after 20 steps with a forget bias of 0, and with one of 1."""
    # BEGIN SOLUTION
    # sigmoid(0) is 1/2, sigmoid(1) about 0.731. What looks like a small change is a factor of 2000.
    return 0.5**20, 0.731**20
    # END SOLUTION


# %% role="check" qid="06.q1"
check("06.q1", share_left)


# %% role="mutant" qid="06.q1" fails=["*"]
# Misconception: a forget gate forgets once
def share_left():
    return 0.5, 0.731


# %% role="mutant" qid="06.q1" fails=["*"]
# Misconception: a bias of 0 forgets everything, a bias of 1 nothing
def share_left():
    return 0.0, 1.0


# %% role="mutant" qid="06.q1" fails=["bias 1"]
# Misconception: the gate is twice as open, so twice as much is left at the end
def share_left():
    return 0.5**20, 2 * 0.5**20


# %% role="mutant" qid="06.q1" fails=["*"]
# Misconception: the loss of each step is added up
def share_left():
    return 1 - 20 * 0.5 / 20.0, 1 - 20 * (1 - 0.731) / 20.0


# %% role="mutant" qid="06.q1" fails=["bias 0"]
# Misconception: the gate is a tanh, which is 0 at 0
def share_left():
    return 0.0, 0.731**20


# %% [markdown] qid="06.q2"
# ## q2 · Four gates in one product · {{points}}
#
# All four gates come out of one sum of two products:
#
# $$z = x \, W + h \, U + b, \qquad z \text{ of shape } (B, 4H),$$
#
# with `kernel` for W, `recurrent` for U and `bias` for b. Cut z into four parts of H columns.
# Three of them go through a sigmoid, $1 / (1 + e^{-z})$, and one, the candidate, through tanh. A
# gate is a number between 0 (closed) and 1 (open); a candidate lies between -1 and 1.
#
# Write a function that returns the four, in the order i, f, c, o. It must be right for z = -1000
# and for z = 1000, too, **without a warning** that a number overflows.


# %% role="answer" qid="06.q2" points=2
def gates(x, h, kernel, recurrent, bias) -> tuple:
    """Input gate, forget gate, candidate and output gate, shape (B, H) each."""
    # BEGIN SOLUTION
    z = x @ kernel + h @ recurrent + bias
    i, f, c, o = np.split(z, 4, axis=1)
    sigmoid = [0.5 * (1 + np.tanh(part / 2)) for part in (i, f, o)]
    return sigmoid[0], sigmoid[1], np.tanh(c), sigmoid[2]
    # END SOLUTION


# %% role="check" qid="06.q2"
check("06.q2", gates)


# %% role="probe" qid="06.q2"
def probe(answer, rng):
    shapes = ((2, 3), (2, 2), (3, 8), (2, 8), (8,))
    told = answer(*(rng.normal(0, 1, shape) for shape in shapes))
    return [np.round(part, 6).tolist() for part in told]


# %% role="mutant" qid="06.q2" fails=["one unit", "what is read", "many rows"]
# Misconception: the candidate comes second, after the input gate that it belongs to
def gates(x, h, kernel, recurrent, bias):
    i, c, f, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(part / 2)) for part in (i, f, o))
    return i, f, np.tanh(c), o


# %% role="mutant" qid="06.q2" fails=["far from zero"]
# Misconception: a formula that is right on paper is right in floating point
def gates(x, h, kernel, recurrent, bias):
    i, f, c, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
    return i, f, np.tanh(c), o


# %% role="mutant" qid="06.q2" fails=["*"]
# Misconception: what comes out of a gate's product is a gate, the candidate too
def gates(x, h, kernel, recurrent, bias):
    z = 0.5 * (1 + np.tanh((x @ kernel + h @ recurrent + bias) / 2))
    return tuple(np.split(z, 4, axis=1))


# %% role="mutant" qid="06.q2" fails=["one unit", "many rows", "far from zero"]
# Misconception: a bias is a detail
def gates(x, h, kernel, recurrent, bias):
    i, f, c, o = np.split(x @ kernel + h @ recurrent, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(part / 2)) for part in (i, f, o))
    return i, f, np.tanh(c), o


# %% role="mutant" qid="06.q2" fails=["what is read", "many rows"]
# Misconception: a gate looks only at what is read
def gates(x, h, kernel, recurrent, bias):
    i, f, c, o = np.split(x @ kernel + bias, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(part / 2)) for part in (i, f, o))
    return i, f, np.tanh(c), o


# %% role="mutant" qid="06.q2" fails=["many rows"]
# Misconception: the columns of the gates take turns
def gates(x, h, kernel, recurrent, bias):
    z = x @ kernel + h @ recurrent + bias
    i, f, c, o = (z[:, k::4] for k in range(4))
    i, f, o = (0.5 * (1 + np.tanh(part / 2)) for part in (i, f, o))
    return i, f, np.tanh(c), o


# %% [markdown] qid="06.q3"
# ## q3 · One step · {{points}}
#
# With the gates $i, f, o$ and the candidate $\tilde c$ of one step,
#
# $$c' = f \odot c + i \odot \tilde c, \qquad h' = o \odot \tanh c',$$
#
# where $\odot$ multiplies number by number. Write the step: from what is read, the last output h
# and the last cell c to the new h and the new c. Do the arithmetic of the gates again in here, so
# that this question stands by itself. Numbers near 0 are enough: no z will be large.


# %% role="answer" qid="06.q3" points=2
def lstm_step(x, h, c, kernel, recurrent, bias) -> tuple:
    """The new output and the new cell, shape (B, H) each."""
    # BEGIN SOLUTION
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    new_cell = f * c + i * np.tanh(g)
    return o * np.tanh(new_cell), new_cell
    # END SOLUTION


# %% role="check" qid="06.q3"
check("06.q3", lstm_step)


# %% role="probe" qid="06.q3"
def probe(answer, rng):
    shapes = ((2, 3), (2, 2), (2, 2), (3, 8), (2, 8), (8,))
    told = answer(*(rng.normal(0, 1, shape) for shape in shapes))
    return [np.round(part, 6).tolist() for part in told]


# %% role="mutant" qid="06.q3" fails=["one unit", "from nothing", "many rows"]
# Misconception: the output shows the cell as it was before the step
def lstm_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    return o * np.tanh(c), f * c + i * np.tanh(g)


# %% role="mutant" qid="06.q3" fails=["*"]
# Misconception: a cell is a number between -1 and 1 already, so the output needs no tanh
def lstm_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * c, c


# %% role="mutant" qid="06.q3" fails=["one unit", "kept", "many rows"]
# Misconception: an open forget gate forgets
def lstm_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = (1 - f) * c + i * np.tanh(g)
    return o * np.tanh(c), c


# %% role="mutant" qid="06.q3" fails=["one unit", "many rows"]
# Misconception: what is not written is kept, so one gate is enough (as in a GRU)
def lstm_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = (1 - i) * c + i * np.tanh(g)
    return o * np.tanh(c), c


# %% role="mutant" qid="06.q3" fails=["*"]
# Misconception: the cell comes first, since it is computed first
def lstm_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = f * c + i * np.tanh(g)
    return c, o * np.tanh(c)


# %% [markdown] qid="06.q4"
# ## q4 · A whole row, and a state that is carried · {{points}}
#
# Read rows of T inputs, `xs` of shape (B, T, D), one step after the other. The pair (h, c) is the
# **state**: everything that the layer knows of what it has read. The function gets a state to
# begin with, and returns the one that it ends with, so that somebody may read on. That is the law
# to keep: reading a row in two halves, with the state carried over, gives what reading it at once
# gives.
#
# Return three things: all outputs, shape (B, T, H); the last h; the last c.


# %% role="answer" qid="06.q4" points=2
def lstm(xs, h, c, kernel, recurrent, bias) -> tuple:
    """Outputs of all steps (B, T, H), then the last h and the last c, (B, H) each."""
    # BEGIN SOLUTION
    read = np.zeros((*xs.shape[:2], h.shape[1]))
    for t in range(xs.shape[1]):
        parts = np.split(xs[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-parts[k])) for k in (0, 1, 3))
        c = f * c + i * np.tanh(parts[2])
        h = read[:, t] = o * np.tanh(c)
    return read, h, c
    # END SOLUTION


# %% role="check" qid="06.q4"
check("06.q4", lstm)


# %% role="probe" qid="06.q4"
def probe(answer, rng):
    shapes = ((2, 4, 3), (2, 2), (2, 2), (3, 8), (2, 8), (8,))
    told = answer(*(rng.normal(0, 1, shape) for shape in shapes))
    return [np.round(part, 6).tolist() for part in told]


# %% role="mutant" qid="06.q4" fails=["*"]
# Misconception: a row begins from nothing, whatever was read before it
def lstm(xs, h, c, kernel, recurrent, bias):
    h, c, outputs = np.zeros_like(h), np.zeros_like(c), []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c


# %% role="mutant" qid="06.q4" fails=["outputs", "the state", "two halves", "apart"]
# Misconception: what is carried from step to step is the output; the cell is inside
def lstm(xs, h, c, kernel, recurrent, bias):
    outputs = []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        cell = f * c + i * np.tanh(g)
        h = o * np.tanh(cell)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, cell


# %% role="mutant" qid="06.q4" fails=["one step", "the state", "two halves"]
# Misconception: the state to go on with is the one that the row began with
def lstm(xs, h, c, kernel, recurrent, bias):
    first, outputs = (h, c), []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1), *first


# %% role="mutant" qid="06.q4" fails=["one step", "outputs", "two halves", "apart"]
# Misconception: steps come first, rows second
def lstm(xs, h, c, kernel, recurrent, bias):
    outputs = []
    for x in xs.swapaxes(0, 1):
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs), h, c


# %% role="mutant" qid="06.q4" fails=["one step", "outputs", "two halves", "apart"]
# Misconception: a row gives one output, its last
def lstm(xs, h, c, kernel, recurrent, bias):
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    return h, h, c


# %% [markdown] qid="06.q5"
# ## q5 · Predict: can that be 800,000? · {{points}}
#
# A guide describes this model: an embedding of 128 numbers an id, an LSTM layer of 256 units, a
# second LSTM layer of 256 units on top of it, and an output layer with a score for each id of the
# vocabulary. It has, says the guide, "about 800,000 parameters".
#
# How many parameters have **the two LSTM layers alone**, with one bias for each column? Work it out
# on paper. Then choose:
#
# - **A** It can be true if the vocabulary is small enough.
# - **B** It can be true, since the four gates share their weights.
# - **C** It cannot be true for any vocabulary.
# - **D** It can be true in another framework, which counts fewer.
#
# Return the number and the letter.


# %% role="answer" qid="06.q5" points=1
def two_layers() -> tuple[int, str]:
    """Parameters of the two LSTM layers, and the letter of your sentence."""
    # BEGIN SOLUTION
    # Each of the four gates: a weight for every input and for every unit, and a bias.
    return 4 * 256 * (128 + 256 + 1) + 4 * 256 * (256 + 256 + 1), "C"
    # END SOLUTION


# %% role="check" qid="06.q5"
check("06.q5", two_layers)


# %% role="mutant" qid="06.q5" fails=["*"]
# Misconception: both layers read the embedding
def two_layers():
    return 2 * 4 * 256 * (128 + 256 + 1), "A"


# %% role="mutant" qid="06.q5" fails=["*"]
# Misconception: a layer has one matrix for what it reads, and one for its output
def two_layers():
    return 256 * (128 + 256 + 1) + 256 * (256 + 256 + 1), "B"


# %% role="mutant" qid="06.q5" fails=["two layers"]
# Misconception: biases are not counted
def two_layers():
    return 4 * 256 * (128 + 256) + 4 * 256 * (256 + 256), "C"


# %% role="mutant" qid="06.q5" fails=["meaning"]
# Misconception: a count is a matter of the framework
def two_layers():
    return 4 * 256 * (128 + 256 + 1) + 4 * 256 * (256 + 256 + 1), "D"


# %% [markdown] qid="06.q6"
# ## q6 · Count the parameters · {{points}}
#
# Now the whole model, of any size: an embedding (V, E); `num_layers` LSTM layers of H units, the
# first of which reads embeddings and each other one the layer below; and an output layer, a matrix
# (H, V) with a bias for each id.
#
# PyTorch gives each LSTM layer **two** vectors of biases, one for each product, though their sum is
# all that matters: `biases` says how many there are.


# %% role="answer" qid="06.q6" points=2
def count_parameters(
    vocab_size: int, embedding_size: int, hidden_size: int, num_layers: int, biases: int = 1
) -> int:
    """Numbers that training changes, in the whole model."""
    # BEGIN SOLUTION
    total = vocab_size * embedding_size
    inputs = embedding_size
    for _ in range(num_layers):
        total += 4 * hidden_size * (inputs + hidden_size + biases)
        inputs = hidden_size
    return total + (hidden_size + 1) * vocab_size
    # END SOLUTION


# %% role="check" qid="06.q6"
check("06.q6", count_parameters)
print(f"{count_parameters(10_000, 128, 256, 2):,} in Keras")
print(f"{count_parameters(10_000, 128, 256, 2, biases=2):,} in PyTorch")


# %% role="probe" qid="06.q6"
def probe(answer, rng):
    sizes = [int(n) for n in rng.integers(1, 300, 3)]
    return [int(answer(*sizes, layers, biases)) for layers in (1, 3) for biases in (1, 2)]


# %% role="mutant" qid="06.q6" fails=["two layers", "three layers", "two biases"]
# Misconception: every layer reads embeddings
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    layer = 4 * hidden_size * (embedding_size + hidden_size + biases)
    return vocab_size * embedding_size + num_layers * layer + (hidden_size + 1) * vocab_size


# %% role="mutant" qid="06.q6" fails=["*"]
# Misconception: the output layer has no biases
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    total, inputs = vocab_size * embedding_size, embedding_size
    for _ in range(num_layers):
        total, inputs = total + 4 * hidden_size * (inputs + hidden_size + biases), hidden_size
    return total + hidden_size * vocab_size


# %% role="mutant" qid="06.q6" fails=["two biases"]
# Misconception: a second vector of biases changes nothing, so it is not counted
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    total, inputs = vocab_size * embedding_size, embedding_size
    for _ in range(num_layers):
        total, inputs = total + 4 * hidden_size * (inputs + hidden_size + 1), hidden_size
    return total + (hidden_size + 1) * vocab_size


# %% role="mutant" qid="06.q6" fails=["*"]
# Misconception: the output layer is the embedding turned around, and costs nothing
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    total, inputs = vocab_size * embedding_size, embedding_size
    for _ in range(num_layers):
        total, inputs = total + 4 * hidden_size * (inputs + hidden_size + biases), hidden_size
    return total


# %% role="mutant" qid="06.q6" fails=["*"]
# Misconception: three gates and no candidate
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    total, inputs = vocab_size * embedding_size, embedding_size
    for _ in range(num_layers):
        total, inputs = total + 3 * hidden_size * (inputs + hidden_size + biases), hidden_size
    return total + (hidden_size + 1) * vocab_size


# %% role="mutant" qid="06.q6" fails=["two biases"]
# Misconception: a layer with two vectors of biases has two of everything
def count_parameters(vocab_size, embedding_size, hidden_size, num_layers, biases=1):
    total, inputs = vocab_size * embedding_size, embedding_size
    for _ in range(num_layers):
        total += 4 * hidden_size * (inputs + hidden_size + 1) * biases
        inputs = hidden_size
    return total + (hidden_size + 1) * vocab_size


# %% [markdown] qid="06.q7"
# ## q7 · An orthogonal matrix, drawn evenly · {{points}}
#
# `recurrent` is applied again at every step. A matrix Q with $Q^\top Q = 1$ is *orthogonal*: it
# turns a vector and leaves its length as it is, however often. So recurrent kernels begin as one,
# drawn by chance:
#
# 1. draw a matrix of normal numbers, and take its QR decomposition, `np.linalg.qr`;
# 2. Q is orthogonal, but which of the two signs each column has was settled by the algorithm and
#    not by chance. Multiply column k by the **sign of $R_{kk}$**: now every orthogonal matrix is
#    equally likely;
# 3. a matrix of `rows` below `columns` (such as `recurrent`, H by 4H) has orthogonal *rows*: make
#    the tall one, (columns, rows), and transpose it. (A tall Q has orthogonal columns.)
#
# All chance comes from `rng`: `rng.normal(size=(n, m))`.


# %% role="answer" qid="06.q7" points=2
def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """An orthogonal matrix, each equally likely; its rows are so if there are fewer of them."""
    # BEGIN SOLUTION
    tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q.T if rows < columns else q
    # END SOLUTION


# %% role="check" qid="06.q7"
check("06.q7", orthogonal)


# %% role="probe" qid="06.q7"
def probe(answer, rng):
    square, wide = answer(5, 5, rng), answer(3, 12, rng)
    signs = sum(answer(2, 2, np.random.default_rng(seed))[0, 0] > 0 for seed in range(200))
    products = (square @ square.T, wide @ wide.T)
    return [*(np.round(np.abs(p), 6).tolist() for p in products), bool(60 < signs < 140)]


# %% role="mutant" qid="06.q7" fails=["no side preferred"]
# Misconception: what comes out of QR is as random as what goes in
def orthogonal(rows, columns, rng):
    q, _ = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    return q.T if rows < columns else q


# %% role="mutant" qid="06.q7" fails=["square", "wide", "tall", "lengths"]
# Misconception: normal numbers of the right size are orthogonal enough
def orthogonal(rows, columns, rng):
    return rng.normal(size=(rows, columns)) / np.sqrt(max(rows, columns))


# %% role="mutant" qid="06.q7" fails=["wide"]
# Misconception: QR gives a matrix of the shape it was given
def orthogonal(rows, columns, rng):
    q, r = np.linalg.qr(rng.normal(size=(rows, columns)))
    return q * np.sign(np.diag(r))


# %% role="mutant" qid="06.q7" fails=["chance from rng"]
# Misconception: any chance will do
def orthogonal(rows, columns, rng):
    q, r = np.linalg.qr(np.random.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q.T if rows < columns else q


# %% role="mutant" qid="06.q7" fails=["square", "wide", "tall", "lengths"]
# Misconception: the diagonal of R may be multiplied in, and not only its sign
def orthogonal(rows, columns, rng):
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.diag(r)
    return q.T if rows < columns else q


# %% role="mutant" qid="06.q7" fails=["wide"]
# Misconception: a wide matrix is a square one, repeated
def orthogonal(rows, columns, rng):
    side = min(rows, columns)
    q, r = np.linalg.qr(rng.normal(size=(max(rows, side), side)))
    q = q * np.sign(np.diag(r))
    return np.tile(q, -(-columns // side))[:, :columns]


# %% [markdown] qid="06.q8"
# ## q8 · A shape at every layer, and its bytes · {{points}}
#
# Write a function that returns the shape of what comes out of every layer, and the bytes that it
# takes, if each number takes **4** (ids as int32, the rest as float32). One pair `(shape, bytes)`
# for each of: the ids themselves, the embedding, every LSTM layer (all its outputs), the logits.
#
# For one row of 5 ids, E = 3, the list begins `[((1, 5), 20), ((1, 5, 3), 60), ...]`.


# %% role="answer" qid="06.q8" points=2
def layer_shapes(
    batch: int,
    seq_len: int,
    vocab_size: int,
    embedding_size: int,
    hidden_size: int,
    num_layers: int,
) -> list[tuple]:
    """(shape, bytes) of the ids, the embedding, each LSTM layer and the logits."""
    # BEGIN SOLUTION
    places = batch * seq_len
    found = [((batch, seq_len), 4 * places)]
    for width in [embedding_size, *[hidden_size] * num_layers, vocab_size]:
        found.append(((batch, seq_len, width), 4 * places * width))
    return found
    # END SOLUTION


# %% role="check" qid="06.q8"
check("06.q8", layer_shapes)
for rows in (1, 32):
    for shape, size in layer_shapes(rows, 100, 10_000, 128, 256, 2):
        print(f"{shape!s:17} {size / 1e6:9.4f} MB")


# %% role="probe" qid="06.q8"
def probe(answer, rng):
    sizes = [int(n) for n in rng.integers(1, 40, 5)]
    return [[list(shape), int(size)] for n in (1, 3) for shape, size in answer(*sizes, n)]


# %% role="mutant" qid="06.q8" fails=["*"]
# Misconception: the model gives the scores of the last place only
def layer_shapes(batch, seq_len, vocab_size, embedding_size, hidden_size, num_layers):
    B, T = batch, seq_len
    widths = [embedding_size, *[hidden_size] * num_layers]
    rows = [((B, T), 4 * B * T), *(((B, T, w), 4 * B * T * w) for w in widths)]
    return [*rows, ((B, vocab_size), 4 * B * vocab_size)]


# %% role="mutant" qid="06.q8" fails=["*"]
# Misconception: an LSTM layer gives its state to the next layer
def layer_shapes(batch, seq_len, vocab_size, embedding_size, hidden_size, num_layers):
    B, T, H, V = batch, seq_len, hidden_size, vocab_size
    rows = [((B, T), 4 * B * T), ((B, T, embedding_size), 4 * B * T * embedding_size)]
    rows += [((B, H), 4 * B * H)] * num_layers
    return [*rows, ((B, T, V), 4 * B * T * V)]


# %% role="mutant" qid="06.q8" fails=["a batch", "layers"]
# Misconception: the batch is not part of a shape
def layer_shapes(batch, seq_len, vocab_size, embedding_size, hidden_size, num_layers):
    T, widths = seq_len, [embedding_size, *[hidden_size] * num_layers, vocab_size]
    return [((1, T), 4 * T), *(((1, T, w), 4 * T * w) for w in widths)]


# %% role="mutant" qid="06.q8" fails=["*"]
# Misconception: an array of n numbers takes n bytes
def layer_shapes(batch, seq_len, vocab_size, embedding_size, hidden_size, num_layers):
    B, T = batch, seq_len
    widths = [embedding_size, *[hidden_size] * num_layers, vocab_size]
    return [((B, T), B * T), *(((B, T, w), B * T * w) for w in widths)]


# %% role="mutant" qid="06.q8" fails=["*"]
# Misconception: four gates give four times as many outputs
def layer_shapes(batch, seq_len, vocab_size, embedding_size, hidden_size, num_layers):
    B, T = batch, seq_len
    widths = [embedding_size, *[4 * hidden_size] * num_layers, vocab_size]
    return [((B, T), 4 * B * T), *(((B, T, w), 4 * B * T * w) for w in widths)]


# %% [markdown] qid="06.q9"
# ## q9 · Find the bugs: a model that cannot be sure · {{points}}
#
# Here is a whole model with one LSTM layer. It runs, and its untrained loss is as it should be:
# about ln V. But two things are wrong with it, and the cell below shows what each of them does.
#
# The *loss* that trains it takes logits: it makes the softmax itself.


# %% role="given" shares=["06.q9"]
def broken_model(ids: np.ndarray, weights: dict) -> np.ndarray:
    """Scores of what comes next, shape (B, T, V), for ids of shape (B, T)."""
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        h = o * np.tanh(c)
        c = f * c + i * np.tanh(g)
        outputs.append(h)
    scores = np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def some_weights(V: int, E: int, H: int, seed: int = 0) -> dict:
    """Weights by chance."""
    rng = np.random.default_rng(seed)
    shapes = {"embedding": (V, E), "kernel": (E, 4 * H), "recurrent": (H, 4 * H)}
    shapes |= {"bias": (4 * H,), "output": (H, V), "output_bias": (V,)}
    return {name: rng.normal(0, 0.5, shape) for name, shape in shapes.items()}


def loss_from_logits(logits: np.ndarray, targets: np.ndarray) -> float:
    """Mean cross entropy in nats: takes the softmax of the logits."""
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    return float(-np.take_along_axis(log_p, targets[..., None], axis=-1).mean())


weights = some_weights(V=50, E=8, H=16)
firsts = broken_model(np.array([[0], [1], [2]]), weights)[:, 0]
print("after reading 0, 1 or 2, the same scores for what follows?", np.allclose(firsts, firsts[0]))
weights["output_bias"] = np.where(np.arange(50) == 7, 1000.0, 0.0)  # quite sure that 7 comes next
scores = broken_model(np.array([[3, 7, 7]]), weights)
print(f"sure of what comes, and right: {loss_from_logits(scores, np.full((1, 3), 7)):.2f} nats")

# %% [markdown] qid="06.q9"
# Write the model without its two bugs. Return the scores themselves, which the loss wants, and no
# function of them.


# %% role="answer" qid="06.q9" points=2
def next_logits(ids: np.ndarray, weights: dict) -> np.ndarray:
    """Logits of what comes next, shape (B, T, V), for ids of shape (B, T)."""
    # BEGIN SOLUTION
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)  # after the cell: the output shows what was just read
        outputs.append(h)
    return np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]
    # END SOLUTION


# %% role="check" qid="06.q9"
check("06.q9", next_logits)
scores = next_logits(np.array([[3, 7, 7]]), weights)
print(f"sure of what comes, and right: {loss_from_logits(scores, np.full((1, 3), 7)):.2f} nats")


# %% role="probe" qid="06.q9"
def probe(answer, rng):
    told = answer(rng.integers(0, 6, (2, 4)), some_weights(6, 3, 2, int(rng.integers(99))))
    return np.round(told, 6).tolist()


# %% role="mutant" qid="06.q9" fails=["the first id", "whole rows"]
# Misconception: the softmax was the only bug
def next_logits(ids, weights):
    return _model(ids, weights, early=True, end=lambda scores: scores)


def _model(ids, weights, early, end):
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        old, c = c, f * c + i * np.tanh(g)
        h = o * np.tanh(old if early else c)
        outputs.append(h)
    return end(np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"])


# %% role="mutant" qid="06.q9" fails=["*"]
# Misconception: the cell was the only bug; a model ends in probabilities
def next_logits(ids, weights):
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    scores = np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


# %% role="mutant" qid="06.q9" fails=["*"]
# Misconception: a sigmoid at the end is no softmax
def next_logits(ids, weights):
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    scores = np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]
    return 0.5 * (1 + np.tanh(scores / 2))


# %% role="mutant" qid="06.q9" fails=["the first id", "whole rows"]
# Misconception: the gates were in the wrong order
def next_logits(ids, weights):
    h = c = np.zeros((len(ids), len(weights["recurrent"])))
    outputs = []
    for t in range(ids.shape[1]):
        x = weights["embedding"][ids[:, t]]
        z = x @ weights["kernel"] + h @ weights["recurrent"] + weights["bias"]
        i, f, o, g = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1) @ weights["output"] + weights["output_bias"]


# %% [markdown] qid="06.q10"
# ## q10 · Where does dropout go? · {{points}}
#
# *Dropout* sets numbers to 0 by chance while a network is trained, three in ten for instance, and
# enlarges the others, so that no unit may rely on another. In a language model of two LSTM layers,
# where does it belong?
#
# - **A** on the cell, from each step to the next
# - **B** on what goes up: into the second layer and into the output layer, at every step
# - **C** on the logits
# - **D** on the ids
# - **E** wherever it is: in use as well as in training
#
# Return the letter.


# %% role="answer" qid="06.q10" points=1
def dropout_place() -> str:
    """The letter of the place for dropout."""
    # BEGIN SOLUTION
    # What goes up is used once. What goes along in time would be dropped again at every step.
    return "B"
    # END SOLUTION


# %% role="check" qid="06.q10"
check("06.q10", dropout_place)


# %% role="mutant" qid="06.q10" fails=["*"]
# Misconception: memory is what overfits, so memory has to be disturbed
def dropout_place():
    return "A"


# %% role="mutant" qid="06.q10" fails=["*"]
# Misconception: dropout belongs at the end, before the loss
def dropout_place():
    return "C"


# %% role="mutant" qid="06.q10" fails=["*"]
# Misconception: an input that is missing makes a network robust
def dropout_place():
    return "D"


# %% role="mutant" qid="06.q10" fails=["*"]
# Misconception: what was trained with dropout must be used with it
def dropout_place():
    return "E"
