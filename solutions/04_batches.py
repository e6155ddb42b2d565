# ---
# jupyter:
#   course:
#     title: From ids to batches
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
# # 04 · From ids to batches
#
# Between a text and a network stands a piece of plumbing that nobody looks at. A row shifted the
# wrong way, padding that counts, an answer that can be seen: the program runs, the loss falls, and
# the number you report means nothing. Here you write each piece, and break some on purpose.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [What does a network see of a text?](../_build/html/book/02_batches.html).
# - Run the `check` below each question as often as you like; `course check 04` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.

# %% role="given"
import random

import numpy as np

from course_lib import corpus
from course_lib.grading import check

PAD, EOS, UNK, SEP, BLANK = range(5)
IGNORE = -100
english = corpus.load("anthology", language="en")

# %% [markdown] qid="04.q1"
# ## q1 · Predict the steps of an epoch · {{points}}
#
# A text has **50,000** ids in one long row. You cut it into windows that overlap by a single id, so
# that each predicts **100** ids and every id but the first is predicted once: a window has 101 ids,
# and one starts 100 ids after the other. What does not fill a window is left out. One step of
# training takes a batch of **20** windows; an epoch takes every window once.
#
# How many windows are there? How many steps has an epoch if the last batch, which may be smaller,
# is kept? How many if it is dropped unless it is full? Work it out on paper.


# %% role="answer" qid="04.q1" points=1
def predicted_steps() -> tuple[int, int, int]:
    """Windows, steps if the last batch is kept, steps if it is dropped."""
    # BEGIN SOLUTION
    # The last window starts at 49,899 at the latest, so at 49,800: the 499th.
    return 499, 25, 24
    # END SOLUTION


# %% role="check" qid="04.q1"
check("04.q1", predicted_steps)


# %% role="mutant" qid="04.q1" fails=["windows", "steps, the last dropped"]
# Misconception: every 100 ids give a window, and nobody needs the id after the last
def predicted_steps():
    return 500, 25, 25


# %% role="mutant" qid="04.q1" fails=["windows"]
# Misconception: the next window starts where the last one ended
def predicted_steps():
    return 50_000 // 101, 25, 24


# %% role="mutant" qid="04.q1" fails=["steps, the last kept", "steps, the last dropped"]
# Misconception: to drop the last batch means one step more
def predicted_steps():
    return 499, 24, 25


# %% role="mutant" qid="04.q1" fails=["steps, the last kept", "steps, the last dropped"]
# Misconception: steps may be a fraction
def predicted_steps():
    return 499, 499 / 20, 499 / 20


# %% [markdown] qid="04.q2"
# ## q2 · Inputs and targets · {{points}}
#
# A window `3 1 4 1` holds three lessons: after `3` comes `1`, after `3 1` comes `4`, after `3 1 4`
# comes `1`. Write a function that takes windows, an array of shape (N, T + 1), and returns
# `(inputs, targets)`, each of shape (N, T): at every place the target is the id that follows the
# input. No window looks into another, and none begins again at its start.


# %% role="answer" qid="04.q2" points=1
def shift(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of shape (N, T), from windows of shape (N, T + 1)."""
    # BEGIN SOLUTION
    return windows[:, :-1], windows[:, 1:]
    # END SOLUTION


# %% role="check" qid="04.q2"
check("04.q2", shift)


# %% role="probe" qid="04.q2"
def probe(answer, rng):
    rows = rng.integers(0, 99, (int(rng.integers(1, 4)), int(rng.integers(2, 8))))
    return [np.asarray(part).tolist() for part in answer(rows)]


# %% role="mutant" qid="04.q2" fails=["targets", "many windows"]
# Misconception: a model learns a text by repeating it
def shift(windows):
    return windows[:, :-1], windows[:, :-1]


# %% role="mutant" qid="04.q2" fails=["inputs", "targets", "many windows"]
# Misconception: the target is what came before
def shift(windows):
    return windows[:, 1:], windows[:, :-1]


# %% role="mutant" qid="04.q2" fails=["inputs", "targets", "many windows"]
# Misconception: after the last id of a window comes its first
def shift(windows):
    return windows, np.roll(windows, -1, axis=1)


# %% role="mutant" qid="04.q2" fails=["inputs", "targets", "many windows"]
# Misconception: the first index counts the ids
def shift(windows):
    return windows[:-1], windows[1:]


# %% [markdown] qid="04.q3"
# ## q3 · Pad a batch · {{points}}
#
# An array has rows of one length; texts have not. Write a function that takes rows of ids and
# returns `(ids, mask)`, two arrays of shape (B, T), where T is the length of the longest row. Each
# row begins at the left, and `pad_id` fills what is missing at the right. The mask is `True` for
# every id that came in, `False` for padding. Every row has at least one id.
#
# Mind that `pad_id` may also occur *in* a row: some tokenizers pad with the id of the end.


# %% role="answer" qid="04.q3" points=2
def pad_batch(rows: list[list[int]], pad_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids and mask of shape (B, T), the mask True where an id came in."""
    # BEGIN SOLUTION
    ids = np.full((len(rows), max(map(len, rows))), pad_id)
    mask = np.zeros(ids.shape, bool)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = True
    return ids, mask
    # END SOLUTION


# %% role="check" qid="04.q3"
check("04.q3", pad_batch)


# %% role="probe" qid="04.q3"
def probe(answer, rng):
    rows = [[int(x) for x in rng.integers(0, 4, n)] for n in rng.integers(1, 6, 4)]
    return [np.asarray(part).astype(int).tolist() for part in answer(rows, int(rng.integers(4)))]


# %% role="mutant" qid="04.q3" fails=["padding that looks like text"]
# Misconception: pad_id stands nowhere but at padding
def pad_batch(rows, pad_id):
    longest = max(len(row) for row in rows)
    ids = np.array([row + [pad_id] * (longest - len(row)) for row in rows])
    return ids, ids != pad_id


# %% role="mutant" qid="04.q3" fails=["ids", "mask", "padding that looks like text"]
# Misconception: the side of the padding makes no difference
def pad_batch(rows, pad_id):
    longest = max(len(row) for row in rows)
    ids = [[pad_id] * (longest - len(row)) + row for row in rows]
    mask = [[False] * (longest - len(row)) + [True] * len(row) for row in rows]
    return np.array(ids), np.array(mask)


# %% role="mutant" qid="04.q3" fails=["ids", "mask", "padding that looks like text"]
# Misconception: rows of one length are made by cutting
def pad_batch(rows, pad_id):
    shortest = min(len(row) for row in rows)
    ids = np.array([row[:shortest] for row in rows])
    return ids, np.ones(ids.shape, bool)


# %% role="mutant" qid="04.q3" fails=["mask", "padding that looks like text", "rows of one length"]
# Misconception: a mask marks what has to go
def pad_batch(rows, pad_id):
    longest = max(len(row) for row in rows)
    ids = [row + [pad_id] * (longest - len(row)) for row in rows]
    mask = [[False] * len(row) + [True] * (longest - len(row)) for row in rows]
    return np.array(ids), np.array(mask)


# %% [markdown] qid="04.q4"
# ## q4 · The mean loss of a padded batch · {{points}}
#
# A model gives a loss for every place of a batch, also where there is only padding. Write a
# function that returns the mean over the places that count: those where `mask` is `True`. Each of
# them has the same weight, whichever row it stands in. At padding there may be anything, even
# `nan` or `inf`. At least one place counts.


# %% role="answer" qid="04.q4" points=2
def mean_loss(losses: np.ndarray, mask: np.ndarray) -> float:
    """Mean of the losses, shape (B, T), over the places where the mask is True."""
    # BEGIN SOLUTION
    return float(losses[mask].mean())
    # END SOLUTION


# %% role="check" qid="04.q4"
check("04.q4", mean_loss)


# %% role="probe" qid="04.q4"
def probe(answer, rng):
    losses, mask = rng.exponential(1.0, (3, 5)), rng.random((3, 5)) < 0.6
    mask[:, 0] = True
    return round(float(answer(losses, mask)), 9)


# %% role="mutant" qid="04.q4" fails=["*"]
# Misconception: a mean is a mean over everything
def mean_loss(losses, mask):
    return float(losses.mean())


# %% role="mutant" qid="04.q4" fails=["*"]
# Misconception: padding that adds nothing does no harm
def mean_loss(losses, mask):
    return float((losses * mask).sum() / losses.size)


# %% role="mutant" qid="04.q4" fails=["*"]
# Misconception: the mean of the rows' means is the mean
def mean_loss(losses, mask):
    return float(((losses * mask).sum(axis=1) / mask.sum(axis=1)).mean())


# %% role="mutant" qid="04.q4" fails=["anything at padding"]
# Misconception: whatever is multiplied by zero is zero
def mean_loss(losses, mask):
    return float((losses * mask).sum() / mask.sum())


# %% [markdown] qid="04.q5"
# ## q5 · Measure what padding costs · {{points}}
#
# The texts of `english`, poems and short prose, have very different lengths. Say one character is
# one token, and each batch of **8** texts is padded to its longest; the last batch is smaller. What
# share of all places is padding if the texts are taken in the order given? And what share if they
# are first sorted by length, from the shortest to the longest? (The order of batches, or within a
# batch, makes no difference.)


# %% role="given"
lengths = np.array([len(text) for text in english])
print(len(lengths), "texts; the first have", *lengths[:10], "characters")

# %% [markdown] qid="04.q5"
# Measure both, and choose the sentence that the two numbers support.
#
# - **A** Sort the texts by length once, and train on the batches in that order: nothing is lost.
# - **B** Padding costs nothing, since the mask takes it out of the loss.
# - **C** Batches of texts of about one length waste far less; draw the order of those batches by
#   chance, so that length does not rise along the epoch.
# - **D** Larger batches would waste less, because there is more in them.
#
# Return the two shares, numbers from 0 to 1 and not rounded, then the letter.


# %% role="answer" qid="04.q5" points=2
def padding_waste() -> tuple[float, float, str]:
    """Share of padding in the order given, share if sorted by length, and the letter."""

    # BEGIN SOLUTION
    def share(of):
        batches = [of[start : start + 8] for start in range(0, len(of), 8)]
        return float(1 - of.sum() / sum(len(batch) * batch.max() for batch in batches))

    return share(lengths), share(np.sort(lengths)), "C"
    # END SOLUTION


# %% role="check" qid="04.q5"
check("04.q5", padding_waste)


# %% role="mutant" qid="04.q5" fails=["in the order given", "sorted by length"]
# Misconception: all batches are padded to the longest text of the corpus
def padding_waste():
    share = 1 - lengths.sum() / (len(lengths) * lengths.max())
    return float(share), float(share), "C"


# %% role="mutant" qid="04.q5" fails=["in the order given", "sorted by length", "meaning"]
# Misconception: the share of padding is padding by text, not by all places
def padding_waste():
    shares = []
    for of in (lengths, np.sort(lengths)):
        places = sum(len(of[i : i + 8]) * of[i : i + 8].max() for i in range(0, len(of), 8))
        shares.append(float(places / of.sum() - 1))
    return shares[0], shares[1], "A"


# %% role="mutant" qid="04.q5" fails=["in the order given", "sorted by length", "meaning"]
# Misconception: the mean of the batches' shares is the share, and what is masked is free
def padding_waste():
    shares = []
    for of in (lengths, np.sort(lengths)):
        batches = [of[i : i + 8] for i in range(0, len(of), 8)]
        shares.append(float(np.mean([1 - batch.mean() / batch.max() for batch in batches])))
    return shares[0], shares[1], "B"


# %% role="mutant" qid="04.q5" fails=["in the order given", "sorted by length", "meaning"]
# Misconception: the larger the batch, the less is padded
def padding_waste():
    shares = []
    for of in (lengths, np.sort(lengths)):
        places = sum(len(of[i : i + 16]) * of[i : i + 16].max() for i in range(0, len(of), 16))
        shares.append(float(1 - of.sum() / places))
    return shares[0], shares[1], "D"


# %% [markdown] qid="04.q6"
# ## q6 · A shuffle buffer · {{points}}
#
# A corpus that does not fit into memory cannot be shuffled as a whole: you read it once, from the
# front. So you keep a *buffer* of `size` items. While there are more to read, chance chooses one of
# the items in the buffer, which comes out, and the next item read takes its place. At the end,
# what is left in the buffer comes out in an order of chance.
#
# Write a function that gives the items in such an order, as a list or with `yield`. The seed
# decides chance. Every item comes out once; each item in the buffer has the same chance; and item
# number i (counted from 0) cannot come out before place i − size + 1, since it has not been read.
# With a size of 1 nothing moves.


# %% role="answer" qid="04.q6" points=3
def shuffled(items, size: int, seed: int):
    """The items in the order in which a shuffle buffer of `size` items gives them out."""
    # BEGIN SOLUTION
    chance = random.Random(seed)
    buffer = []
    for item in items:
        if len(buffer) < size:
            buffer.append(item)
        else:
            place = chance.randrange(size)
            yield buffer[place]
            buffer[place] = item
    chance.shuffle(buffer)
    yield from buffer
    # END SOLUTION


# %% role="check" qid="04.q6"
check("04.q6", shuffled)
for size in (1, 5, 50):
    print(f"{size:2}:", *list(shuffled(range(50), size, seed=0))[:20])


# %% role="probe" qid="04.q6"
def probe(answer, rng):
    report = []
    for n, size in ((30, 4), (6, 9), (12, 1)):
        seed = int(rng.integers(10**6))
        order = [int(x) for x in answer(list(range(n)), size, seed)]
        late = all(place >= item - size + 1 for place, item in enumerate(order))
        again = [int(x) for x in answer(list(range(n)), size, seed)]
        report.append([sorted(order) == list(range(n)), late, order == again])
    return report


# %% role="mutant" qid="04.q6" fails=["not before it is read", "an item may wait"]
# Misconception: to shuffle is to shuffle everything
def shuffled(items, size, seed):
    items = list(items)
    return random.Random(seed).sample(items, len(items))


# %% role="mutant" qid="04.q6" fails=["an item may wait"]
# Misconception: fill the buffer, shuffle it, empty it, fill it again
def shuffled(items, size, seed):
    items, chance = list(items), random.Random(seed)
    for start in range(0, len(items), size):
        block = items[start : start + size]
        yield from chance.sample(block, len(block))


# %% role="mutant" qid="04.q6" fails=["every item once", "a buffer for all"]
# Misconception: the items end when there is nothing left to read
def shuffled(items, size, seed):
    chance, buffer = random.Random(seed), []
    for item in items:
        if len(buffer) < size:
            buffer.append(item)
            continue
        place = chance.randrange(size)
        yield buffer[place]
        buffer[place] = item


# %% role="mutant" qid="04.q6" fails=["a buffer for all"]
# Misconception: the rest at the end has been shuffled long ago
def shuffled(items, size, seed):
    chance, buffer = random.Random(seed), []
    for item in items:
        if len(buffer) < size:
            buffer.append(item)
            continue
        place = chance.randrange(size)
        yield buffer[place]
        buffer[place] = item
    yield from buffer


# %% role="mutant" qid="04.q6" fails=["same seed"]
# Misconception: any chance will do
def shuffled(items, size, seed):
    buffer = []
    for item in items:
        buffer.append(item)
        if len(buffer) > size - 1:
            yield buffer.pop(random.randrange(len(buffer)))
    yield from random.sample(buffer, len(buffer))


# %% role="mutant" qid="04.q6" fails=["every item once", "an item may wait", "a buffer for all"]
# Misconception: what has been drawn may stay in the buffer
def shuffled(items, size, seed):
    items, chance = list(items), random.Random(seed)
    return [chance.choice(items[: place + size]) for place in range(len(items))]


# %% role="mutant" qid="04.q6" fails=["not before it is read"]
# Misconception: the item that comes in may come out at once
def shuffled(items, size, seed):
    chance, buffer = random.Random(seed), []
    for item in items:
        buffer.append(item)
        if len(buffer) > size:
            yield buffer.pop(chance.randrange(len(buffer)))
    yield from chance.sample(buffer, len(buffer))


# %% [markdown] qid="04.q7"
# ## q7 · Go on in the middle of an epoch · {{points}}
#
# Training was stopped at step 1,234. You want to go on with the very batch that would have come
# next, without counting through all that came before. So let the batch be a *function* of the step.
#
# There are `n` windows. An epoch has `n // batch_size` steps; step 0 begins the first epoch, and
# after its last step the next epoch begins. In every epoch the windows stand in a new order of
# chance, decided by the seed and the number of the epoch, and each step takes the next `batch_size`
# of them. Those that fill no batch are left out, other ones each time.
#
# Write a function that returns the numbers of the windows in the batch of one step. Called twice
# with the same arguments it gives the same batch, whatever was called in between. The orders of two
# seeds have nothing to do with each other.


# %% role="answer" qid="04.q7" points=2
def batch_at(n: int, batch_size: int, seed: int, step: int) -> np.ndarray:
    """Numbers of the windows, shape (batch_size,), that a step of training takes."""
    # BEGIN SOLUTION
    epoch, at = divmod(step, n // batch_size)
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return order[at * batch_size : (at + 1) * batch_size]
    # END SOLUTION


# %% role="check" qid="04.q7"
check("04.q7", batch_at)
for step in (0, 1, 2, 1234):
    print(f"step {step}: windows", *batch_at(10, 4, 0, step))


# %% role="probe" qid="04.q7"
def probe(answer, rng):
    n, size, seed = int(rng.integers(9, 20)), int(rng.integers(2, 4)), int(rng.integers(1000))
    steps = n // size
    epochs = [
        [int(x) for step in range(e * steps, (e + 1) * steps) for x in answer(n, size, seed, step)]
        for e in range(2)
    ]
    again = [int(x) for step in range(steps) for x in answer(n, size, seed, step)]
    other = [int(x) for step in range(steps) for x in answer(n, size, seed + 1, step)]
    return {
        "sizes": [len(set(order)) for order in epochs],
        "again": again == epochs[0],
        "apart": epochs[0] != epochs[1] != other,
    }


# %% role="mutant" qid="04.q7" fails=["the next epoch"]
# Misconception: one good order serves for all epochs
def batch_at(n, batch_size, seed, step):
    at = step % (n // batch_size)
    return np.random.default_rng(seed).permutation(n)[at * batch_size : (at + 1) * batch_size]


# %% role="mutant" qid="04.q7" fails=["fair chance"]
# Misconception: what fills no batch is the end of the text, in every epoch
def batch_at(n, batch_size, seed, step):
    epoch, at = divmod(step, n // batch_size)
    order = np.random.default_rng([seed, epoch]).permutation(n // batch_size * batch_size)
    return order[at * batch_size : (at + 1) * batch_size]


# %% role="mutant" qid="04.q7" fails=["no window twice"]
# Misconception: a batch is a draw of its own
def batch_at(n, batch_size, seed, step):
    return np.random.default_rng([seed, step]).choice(n, batch_size, replace=False)


# %% role="mutant" qid="04.q7" fails=["neighbouring seeds"]
# Misconception: seed plus epoch is a new seed
def batch_at(n, batch_size, seed, step):
    epoch, at = divmod(step, n // batch_size)
    order = np.random.default_rng(seed + epoch).permutation(n)
    return order[at * batch_size : (at + 1) * batch_size]


# %% role="mutant" qid="04.q7" fails=["no window twice", "at any time again"]
# Misconception: whoever asks for step 7 has just asked for step 6
def batch_at(n, batch_size, seed, step):
    rng = vars(batch_at).setdefault("rng", np.random.default_rng(seed))
    return rng.permutation(n)[:batch_size]


# %% role="mutant" qid="04.q7" fails=["fair chance", "the next epoch", "neighbouring seeds"]
# Misconception: the windows come in the order of the text
def batch_at(n, batch_size, seed, step):
    at = step % (n // batch_size)
    return np.arange(at * batch_size, (at + 1) * batch_size)


# %% [markdown] qid="04.q8"
# ## q8 · A question and its answer in one row · {{points}}
#
# Some models read a whole row at once and say for each place what should stand there. They learn
# from pairs: a question, and its answer. Each pair becomes a row of ids and a row of labels, both
# of one `length`:
#
# - **ids**: the question, `SEP`, the answer, `EOS`, then `PAD` to the end;
# - **labels**: at the places of the answer and of its `EOS`, the ids that stand there; `IGNORE`
#   (−100) at all other places, which the loss leaves out.
#
# So the question `7 8` with the answer `8 7` and length 7 gives the ids `7 8 3 8 7 1 0` and the
# labels `-100 -100 -100 8 7 1 -100`. A pair that does not fit is an error: raise `ValueError`.


# %% role="answer" qid="04.q8" points=2
def pair_rows(question: list[int], answer: list[int], length: int) -> tuple[list[int], list[int]]:
    """Ids and labels of one pair, `length` of each."""
    # BEGIN SOLUTION
    said = [*answer, EOS]
    missing = length - len(question) - 1 - len(said)
    if missing < 0:
        raise ValueError(f"the pair needs {length - missing} places, and there are {length}")
    ids = [*question, SEP, *said] + [PAD] * missing
    labels = [IGNORE] * (len(question) + 1) + said + [IGNORE] * missing
    return ids, labels
    # END SOLUTION


# %% role="check" qid="04.q8"
check("04.q8", pair_rows)


# %% role="probe" qid="04.q8"
def probe(answer, rng):
    pair = [[int(x) for x in rng.integers(5, 15, rng.integers(1, 5))] for _ in range(2)]
    return [[int(x) for x in row] for row in answer(*pair, 12)]


# %% role="mutant" qid="04.q8" fails=["the end"]
# Misconception: the end need not be learned
def pair_rows(question, answer, length):
    rest = length - len(question) - len(answer) - 2
    if rest < 0:
        raise ValueError("too long")
    labels = [IGNORE] * (len(question) + 1) + answer + [IGNORE] * (rest + 1)
    return question + [SEP] + answer + [EOS] + [PAD] * rest, labels


# %% role="mutant" qid="04.q8" fails=["nothing else"]
# Misconception: SEP opens the answer, so it is a part of it
def pair_rows(question, answer, length):
    said = [SEP, *answer, EOS]
    rest = length - len(question) - len(said)
    if rest < 0:
        raise ValueError("too long")
    return question + said + [PAD] * rest, [IGNORE] * len(question) + said + [IGNORE] * rest


# %% role="mutant" qid="04.q8" fails=["nothing else"]
# Misconception: whatever stands in the row is worth learning
def pair_rows(question, answer, length):
    row = [*question, SEP, *answer, EOS]
    if len(row) > length:
        raise ValueError("too long")
    row += [PAD] * (length - len(row))
    return row, list(row)


# %% role="mutant" qid="04.q8" fails=["the answer's labels", "the end", "nothing else"]
# Misconception: a label always stands one place before its id
def pair_rows(question, answer, length):
    said = [*answer, EOS]
    rest = length - len(question) - 1 - len(said)
    if rest < 0:
        raise ValueError("too long")
    labels = [IGNORE] * len(question) + said + [IGNORE] * (rest + 1)
    return question + [SEP] + said + [PAD] * rest, labels


# %% role="mutant" qid="04.q8" fails=["too long"]
# Misconception: what does not fit can be cut off
def pair_rows(question, answer, length):
    said = [*answer, EOS]
    row = question + [SEP] + said + [PAD] * length
    labels = [IGNORE] * (len(question) + 1) + said + [IGNORE] * length
    return row[:length], labels[:length]


# %% [markdown] qid="04.q9"
# ## q9 · Find the bug: the answer stands in the question · {{points}}
#
# The task is to turn digits round: `7 8 9` has the answer `9 8 7`. The cell below makes a training
# batch, and it tries a model on it: one that has learned nothing at all and says for each place
# what it sees there. Look at its score.


# %% role="given"
ids = np.array([[7, 8, 9, 3, 9, 8, 7, 1, 0], [5, 6, 3, 6, 5, 1, 0, 0, 0]])
labels = np.array([[IGNORE] * 4 + [9, 8, 7, 1, IGNORE], [IGNORE] * 3 + [6, 5, 1] + [IGNORE] * 3])


def broken_inputs(ids: np.ndarray) -> np.ndarray:
    """What the model reads of a batch of rows."""
    return ids


def echo_score(inputs: np.ndarray) -> float:
    """Share of the labels that a model hits which repeats its inputs."""
    return float((inputs == labels)[labels != IGNORE].mean())


print(f"a model that repeats its inputs is right in {echo_score(broken_inputs(ids)):.0%} of cases")

# %% [markdown] qid="04.q9"
# Nothing is wrong with the labels. Write what such a model *may* read of a batch of rows: exactly
# what you could give it if you had the questions alone. Where something is to be predicted, or
# might be, write `BLANK`. Each row has one `SEP`.


# %% role="answer" qid="04.q9" points=3
def fair_inputs(ids: np.ndarray) -> np.ndarray:
    """Inputs of shape (B, T), from rows of question, SEP, answer, EOS, PAD."""
    # BEGIN SOLUTION
    separators = ids == SEP
    after = (np.cumsum(separators, axis=1) > 0) & ~separators
    return np.where(after, BLANK, ids)
    # END SOLUTION


# %% role="check" qid="04.q9"
check("04.q9", fair_inputs)
print(fair_inputs(ids))
print(f"a model that repeats its inputs is right in {echo_score(fair_inputs(ids)):.0%} of cases")


# %% role="probe" qid="04.q9"
def probe(answer, rng):
    rows = []
    for n in rng.integers(1, 5, 4):
        digits = [int(x) for x in rng.integers(5, 15, n)]
        rows.append([*digits, SEP, *digits[::-1], EOS] + [PAD] * (8 - 2 * len(digits)))
    return np.asarray(answer(np.array(rows))).tolist()


# %% role="mutant" qid="04.q9" fails=["the length of the answer"]
# Misconception: it is enough to hide what has a label
def fair_inputs(ids):
    before = np.cumsum(ids == SEP, axis=1) == 0
    return np.where(before | (ids == SEP) | (ids == PAD), ids, BLANK)


# %% role="mutant" qid="04.q9" fails=["the end", "the length of the answer"]
# Misconception: EOS is no part of the answer
def fair_inputs(ids):
    before = np.cumsum(ids == SEP, axis=1) == 0
    return np.where(before | (ids < BLANK), ids, BLANK)


# %% role="mutant" qid="04.q9" fails=["*"]
# Misconception: what cures a model that reads from the left cures this one
def fair_inputs(ids):
    return np.concatenate([np.full((len(ids), 1), EOS), ids[:, :-1]], axis=1)


# %% role="mutant" qid="04.q9" fails=["the answer", "the end", "the length of the answer"]
# Misconception: the model will not look at what it is not meant to see
def fair_inputs(ids):
    return ids.copy()


# %% role="mutant" qid="04.q9" fails=["the answer"]
# Misconception: every question is as long as the first
def fair_inputs(ids):
    hidden = ids.copy()
    hidden[:, list(ids[0]).index(SEP) + 1 :] = BLANK
    return hidden


# %% role="mutant" qid="04.q9" fails=["the question"]
# Misconception: the safest input is none
def fair_inputs(ids):
    return np.full_like(ids, BLANK)


# %% role="mutant" qid="04.q9" fails=["the answer", "the length of the answer"]
# Misconception: hiding some of it is hiding it
def fair_inputs(ids):
    hidden = ids.copy()
    hidden[:, 1::2] = np.where(np.cumsum(ids == SEP, axis=1)[:, 1::2] > 0, BLANK, ids[:, 1::2])
    hidden[ids == SEP] = SEP
    return hidden


# %% [markdown] qid="04.q10"
# ## q10 · Split pairs by their input · {{points}}
#
# Five questions, each written two hundred times, then shuffled and shared out: every question of
# the test has been answered in training, and a table would score 100 %. So share out the
# *different inputs*, not the pairs.
#
# Write a function that takes pairs `(input, output)` and a seed and returns `(train, test)`, two
# lists of pairs:
#
# - a fifth of the different inputs, rounded down, is for test; chance decides which, and the seed
#   decides chance;
# - a pair goes where its input goes, so that no input is on both sides, whatever its output;
# - every pair that came in goes out, also where it stands twice: whether to remove copies is
#   another decision.


# %% role="answer" qid="04.q10" points=2
def split_pairs(pairs: list[tuple[str, str]], seed: int):
    """Pairs of train and of test, without an input on both sides."""
    # BEGIN SOLUTION
    inputs = list(dict.fromkeys(question for question, _ in pairs))
    tested = set(random.Random(seed).sample(inputs, len(inputs) // 5))
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]
    # END SOLUTION


# %% role="check" qid="04.q10"
check("04.q10", split_pairs)


# %% role="probe" qid="04.q10"
def probe(answer, rng):
    pairs = [(f"{x}", f"{y}") for x, y in rng.integers(0, 15, (60, 2))]
    seed = int(rng.integers(10**6))
    train, test = answer(list(pairs), seed)
    again = answer(list(pairs), seed)
    return {
        "apart": not {pair[0] for pair in train} & {pair[0] for pair in test},
        "inputs": len({pair[0] for pair in test}),
        "whole": sorted(map(tuple, [*train, *test])) == sorted(pairs),
        "same": [list(map(tuple, side)) for side in again]
        == [list(map(tuple, side)) for side in (train, test)],
    }


# %% role="mutant" qid="04.q10" fails=["no input on both sides", "sizes"]
# Misconception: shuffled pairs are independent
def split_pairs(pairs, seed):
    mixed = random.Random(seed).sample(pairs, len(pairs))
    return mixed[len(pairs) // 5 :], mixed[: len(pairs) // 5]


# %% role="mutant" qid="04.q10" fails=["every pair once"]
# Misconception: to remove the copies is always right
def split_pairs(pairs, seed):
    inputs = list(dict.fromkeys(question for question, _ in pairs))
    tested = set(random.Random(seed).sample(inputs, len(inputs) // 5))
    single = list(dict.fromkeys(pairs))
    return [p for p in single if p[0] not in tested], [p for p in single if p[0] in tested]


# %% role="mutant" qid="04.q10" fails=["no input on both sides", "every pair once", "sizes"]
# Misconception: two pairs are the same question only if their answers are the same
def split_pairs(pairs, seed):
    single = list(dict.fromkeys(pairs))
    mixed = random.Random(seed).sample(single, len(single))
    return mixed[len(mixed) // 5 :], mixed[: len(mixed) // 5]


# %% role="mutant" qid="04.q10" fails=["fair chance"]
# Misconception: the last inputs are as good a test as any
def split_pairs(pairs, seed):
    inputs = list(dict.fromkeys(question for question, _ in pairs))
    tested = set(inputs[len(inputs) - len(inputs) // 5 :])
    return [p for p in pairs if p[0] not in tested], [p for p in pairs if p[0] in tested]


# %% role="mutant" qid="04.q10" fails=["same seed"]
# Misconception: any chance will do
def split_pairs(pairs, seed):
    inputs = list(dict.fromkeys(question for question, _ in pairs))
    tested = set(random.sample(inputs, len(inputs) // 5))
    return [p for p in pairs if p[0] not in tested], [p for p in pairs if p[0] in tested]


# %% [markdown] qid="04.q11"
# ## q11 · What fits into memory · {{points}}
#
# Two numbers on paper. First, a batch: **32** windows of **100** tokens, and a model that gives a
# score (float32, 4 bytes) to each of **10,000** ids at every place. How many **MB** ($10^6$ bytes)
# have the scores of one batch?
#
# Then a corpus of **3 billion** ids ($3 \cdot 10^9$), cut into windows of 100 with stride 50, all
# of them copied into one array of int64 (8 bytes). How many **GB** ($10^9$ bytes) has it?
#
# How should this corpus reach a network on a laptop with 16 GB of memory?
#
# - **A** copy all windows into one array, since an array is the fastest
# - **B** make the array a `tf.data.Dataset.from_tensor_slices`, which is lazy and saves the memory
# - **C** write the ids into a file, two bytes each, map it into memory, and cut each window when it
#   is asked for
# - **D** take smaller batches
#
# Return the MB, the GB (to a tenth), and the letter.


# %% role="answer" qid="04.q11" points=2
def memory() -> tuple[float, float, str]:
    """MB of the scores of a batch, GB of all windows, and the letter."""
    # BEGIN SOLUTION
    return 32 * 100 * 10_000 * 4 / 10**6, 3e9 / 50 * 100 * 8 / 10**9, "C"
    # END SOLUTION


# %% role="check" qid="04.q11"
check("04.q11", memory)


# %% role="mutant" qid="04.q11" fails=["the scores"]
# Misconception: a score is a byte
def memory():
    return 32 * 100 * 10_000 / 10**6, 3e9 * 2 * 8 / 10**9, "C"


# %% role="mutant" qid="04.q11" fails=["the scores", "the windows", "the way"]
# Misconception: a place has one score, and windows that overlap share their ids
def memory():
    return 32 * 100 * 4 / 10**6, 3e9 * 8 / 10**9, "A"


# %% role="mutant" qid="04.q11" fails=["the way"]
# Misconception: what hands out its parts one at a time holds one part at a time
def memory():
    return 32 * 100 * 10_000 * 4 / 10**6, 3e9 * 2 * 8 / 10**9, "B"


# %% role="mutant" qid="04.q11" fails=["the scores", "the way"]
# Misconception: a MB is 2**20 bytes, and the batch is what fills the memory
def memory():
    return 32 * 100 * 10_000 * 4 / 2**20, 3e9 * 2 * 8 / 10**9, "D"
