# ---
# jupyter:
#   course:
#     title: Fit it in 8 GB
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
# # 08 · Fit it in 8 GB
#
# What does a training step keep in memory, and what does it cost to keep less? Here you work out
# the budget, mend accumulation, save a gradient from half precision, and compute activations twice
# on purpose. All of it with NumPy or less; no card is needed.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**: [What fits on a card?](../_build/html/book/04_eight_gb.html).
# - Run the `check` below each question as often as you like; `course check 08` shows all of them.
# - Replace the line that raises `NotImplementedError`; leave the name of the function as it is.
#
# Throughout, **B** is the number of rows of a batch, **T** of ids in a row, **V** the size of the
# vocabulary, **P** the number of weights, and **A** the number of activations that the backward
# pass needs for one place of the batch. A megabyte (MB) is a million bytes, a gigabyte (GB) a
# thousand MB.

# %% role="given"
from collections.abc import Callable

import numpy as np

from course_lib.grading import check

# %% [markdown] qid="08.q1"
# ## q1 · Predict what fills the card · {{points}}
#
# A guide trains an LSTM of 4.8 million weights on batches of **32** rows of **100** ids, with a
# vocabulary of **10,000**, in `float32`, and calls 32 "the maximum for 8 GB".
#
# How many **megabytes** do the logits of one batch take (without their gradient)? And which
# sentence is right?
#
# - A: The weights, with gradients and moments, take several GB; so the batch must be small.
# - B: The step needs some hundred MB, and the largest part of it is logits; the framework had
#   merely reserved the rest of the card.
# - C: The state that the LSTM carries from place to place fills the card.
# - D: The ids of the batch fill the card.


# %% role="answer" qid="08.q1" points=1
def fills_the_card() -> tuple[float, str]:
    """Megabytes of the logits, and the letter of the right sentence."""
    # BEGIN SOLUTION
    return 32 * 100 * 10_000 * 4 / 1e6, "B"
    # END SOLUTION


# %% role="check" qid="08.q1"
check("08.q1", fills_the_card)


# %% role="mutant" qid="08.q1" fails=["logits"]
# Misconception: there is one prediction a row
def fills_the_card():
    return 32 * 10_000 * 4 / 1e6, "B"


# %% role="mutant" qid="08.q1" fails=["logits"]
# Misconception: a number is a byte
def fills_the_card():
    return 32 * 100 * 10_000 / 1e6, "B"


# %% role="mutant" qid="08.q1" fails=["logits", "meaning"]
# Misconception: what is reported as used was needed
def fills_the_card():
    return 7000, "A"


# %% role="mutant" qid="08.q1" fails=["meaning"]
# Misconception: an LSTM's memory is what takes memory
def fills_the_card():
    return 128, "C"


# %% role="mutant" qid="08.q1" fails=["meaning"]
# Misconception: data are what fills a card
def fills_the_card():
    return 128, "D"


# %% [markdown] qid="08.q2"
# ## q2 · The memory budget · {{points}}
#
# Write the budget of a step with Adam, all in `float32`, as a dict of bytes:
#
# | key | what |
# |---|---|
# | `"weights"` | P numbers |
# | `"gradients"` | one for each weight |
# | `"moments"` | of Adam: a mean and a mean square for each weight |
# | `"activations"` | A for each place |
# | `"logits"` | V for each place, **together with** their gradient |


# %% role="answer" qid="08.q2" points=2
def budget(P: int, A: int, V: int, B: int, T: int) -> dict[str, int]:
    """Bytes of each part of a training step in float32."""
    # BEGIN SOLUTION
    places = B * T
    return {
        "weights": 4 * P,
        "gradients": 4 * P,
        "moments": 2 * 4 * P,
        "activations": 4 * places * A,
        "logits": 2 * 4 * places * V,
    }
    # END SOLUTION


# %% role="check" qid="08.q2"
check("08.q2", budget)
for part, size in budget(4_769_552, 3712, 10_000, 32, 100).items():
    print(f"{part:12}{size / 1e6:6.0f} MB")


# %% role="probe" qid="08.q2"
def probe(answer, rng):
    sizes = [int(n) for n in rng.integers(1, 1000, 5)]
    told = answer(*sizes)
    return [float(told[n]) for n in ("weights", "gradients", "moments", "activations", "logits")]


# %% role="mutant" qid="08.q2" fails=["moments"]
# Misconception: Adam keeps one number a weight, like momentum
def budget(P, A, V, B, T):
    n = B * T
    return {
        "weights": 4 * P,
        "gradients": 4 * P,
        "moments": 4 * P,
        "activations": 4 * n * A,
        "logits": 8 * n * V,
    }


# %% role="mutant" qid="08.q2" fails=["logits"]
# Misconception: logits are results, so they have no gradient
def budget(P, A, V, B, T):
    n = B * T
    return {
        "weights": 4 * P,
        "gradients": 4 * P,
        "moments": 8 * P,
        "activations": 4 * n * A,
        "logits": 4 * n * V,
    }


# %% role="mutant" qid="08.q2" fails=["activations", "logits"]
# Misconception: a row takes what a place takes
def budget(P, A, V, B, T):
    return {
        "weights": 4 * P,
        "gradients": 4 * P,
        "moments": 8 * P,
        "activations": 4 * B * A,
        "logits": 8 * B * V,
    }


# %% role="mutant" qid="08.q2" fails=["weights and gradients"]
# Misconception: each row of the batch has gradients of its own
def budget(P, A, V, B, T):
    n = B * T
    return {
        "weights": 4 * P,
        "gradients": 4 * P * B,
        "moments": 8 * P,
        "activations": 4 * n * A,
        "logits": 8 * n * V,
    }


# %% role="mutant" qid="08.q2" fails=["*"]
# Misconception: numbers are bytes
def budget(P, A, V, B, T):
    n = B * T
    return {
        "weights": P,
        "gradients": P,
        "moments": 2 * P,
        "activations": n * A,
        "logits": 2 * n * V,
    }


# %% [markdown] qid="08.q3"
# ## q3 · The largest batch · {{points}}
#
# Turn the budget around: how many rows of T ids fit into `card` bytes? Return a whole number, and 0
# if not even the weights fit.


# %% role="answer" qid="08.q3" points=2
def largest_batch(card: int, P: int, A: int, V: int, T: int) -> int:
    """The most rows whose budget does not exceed `card` bytes."""
    # BEGIN SOLUTION
    for_a_row = 4 * T * (A + 2 * V)
    return max(0, (card - 16 * P) // for_a_row)
    # END SOLUTION


# %% role="check" qid="08.q3"
check("08.q3", largest_batch)
print(largest_batch(8_000_000_000, 4_769_552, 3712, 10_000, 100), "rows, by arithmetic")


# %% role="probe" qid="08.q3"
def probe(answer, rng):
    sizes = [int(n) for n in rng.integers(1, 200, 4)]
    return [int(answer(int(card), *sizes)) for card in (100, 50_000, 10_000_000)]


# %% role="mutant" qid="08.q3" fails=["by hand", "exactly full", "the full generator"]
# Misconception: what does not depend on the batch can be left out
def largest_batch(card, P, A, V, T):
    return card // (4 * T * (A + 2 * V)) if card > 16 * P else 0


# %% role="mutant" qid="08.q3" fails=["too large a model"]
# Misconception: an impossible batch has a size all the same
def largest_batch(card, P, A, V, T):
    return (card - 16 * P) // (4 * T * (A + 2 * V))


# %% role="mutant" qid="08.q3" fails=["by hand", "exactly full", "the full generator"]
# Misconception: three quarters of a row are a row
def largest_batch(card, P, A, V, T):
    for_a_row = 4 * T * (A + 2 * V)
    return max(0, -(-(card - 16 * P) // for_a_row))


# %% role="mutant" qid="08.q3" fails=["exactly full"]
# Misconception: it has to be less than the card has
def largest_batch(card, P, A, V, T):
    for_a_row = 4 * T * (A + 2 * V)
    return max(0, (card - 16 * P - 1) // for_a_row)


# %% [markdown] qid="08.q4"
# ## q4 · Find the bug: accumulation with padding · {{points}}
#
# A batch that does not fit is read in parts. For each part you have the gradient of the **mean**
# loss over its targets (padding does not count), and the **number** of its targets. The function
# should give the gradient of the mean loss over **all** targets of the batch. It works as long as
# all parts have equally many. Find out what is wrong otherwise, and mend it.
#
# ```python
# def accumulated(gradients, counts):
#     return [sum(column) / len(gradients) for column in zip(*gradients)]
# ```


# %% role="answer" qid="08.q4" points=2
def accumulated(gradients: list[list[float]], counts: list[int]) -> list[float]:
    """The gradient of a batch from those of its parts and their numbers of targets."""
    # BEGIN SOLUTION
    total = sum(counts)
    return [
        sum(g * n for g, n in zip(column, counts, strict=True)) / total
        for column in zip(*gradients, strict=True)
    ]
    # END SOLUTION


# %% role="check" qid="08.q4"
check("08.q4", accumulated)


# %% role="probe" qid="08.q4"
def probe(answer, rng):
    gradients = rng.normal(size=(4, 3)).round(3).tolist()
    counts = [int(n) for n in rng.integers(1, 9, 4)]
    return [round(float(x), 6) for x in answer(gradients, counts)]


# %% role="mutant" qid="08.q4" fails=["unequal parts", "a part of padding", "a batch cut anywhere"]
# Misconception: the mean of means is the mean
def accumulated(gradients, counts):
    return [sum(column) / len(gradients) for column in zip(*gradients, strict=True)]


# %% role="mutant" qid="08.q4" fails=["*"]
# Misconception: gradients are added up, and that is all
def accumulated(gradients, counts):
    return [
        sum(g * n for g, n in zip(column, counts, strict=True))
        for column in zip(*gradients, strict=True)
    ]


# %% role="mutant" qid="08.q4" fails=["unequal parts", "a batch cut anywhere"]
# Misconception: it is enough to leave out the parts without targets
def accumulated(gradients, counts):
    kept = [g for g, n in zip(gradients, counts, strict=True) if n]
    return [sum(column) / len(kept) for column in zip(*kept, strict=True)]


# %% role="mutant" qid="08.q4" fails=["*"]
# Misconception: the sum is divided by the number of parts and by the targets
def accumulated(gradients, counts):
    total = sum(counts) * len(gradients) + 1
    return [
        sum(g * n for g, n in zip(column, counts, strict=True)) / total
        for column in zip(*gradients, strict=True)
    ]


# %% [markdown] qid="08.q5"
# ## q5 · A gradient in half precision · {{points}}
#
# Half precision computes gradients in `float16`, in which numbers below about 0.00000003 are 0 and
# numbers above 65504 infinite. *Loss scaling* multiplies the loss, and so all gradients, by a large
# `scale`, and divides them again once they are back in `float32`.
#
# Write what happens to a gradient on its way. It begins as an array of `float32`: multiply it by
# the scale, convert it to `float16`, back to `float32`, and divide by the scale. If any number is
# infinite or no number (NaN) in `float16`, return `None`: the step is skipped. NumPy may warn of
# an overflow; `np.errstate(over="ignore")` keeps it quiet.


# %% role="answer" qid="08.q5" points=2
def through_half(gradient: np.ndarray, scale: float) -> np.ndarray | None:
    """A float32 gradient after its way through float16 with a loss scale; None if it overflows."""
    # BEGIN SOLUTION
    with np.errstate(over="ignore"):
        half = (gradient * np.float32(scale)).astype(np.float16)
    if not np.isfinite(half).all():
        return None
    return half.astype(np.float32) / np.float32(scale)
    # END SOLUTION


# %% role="check" qid="08.q5"
check("08.q5", through_half)
tiny = np.geomspace(1e-10, 1e-3, 1000, dtype=np.float32)
for scale in (1.0, 2.0**15):
    print(f"scale {scale:7,.0f}: {np.mean(through_half(tiny, scale) == 0):.0%} become 0")


# %% role="probe" qid="08.q5"
def probe(answer, rng):
    gradient = (rng.normal(size=4) * 1e-7).astype(np.float32)
    found = answer(gradient, 2.0**14)
    return [f"{float(x):.3g}" for x in found] + [answer(gradient + 9, 2.0**14) is None]


# %% role="mutant" qid="08.q5" fails=["saved by the scale"]
# Misconception: it does not matter when you scale
def through_half(gradient, scale):
    with np.errstate(over="ignore"):
        if not np.isfinite((gradient * np.float32(scale)).astype(np.float16)).all():
            return None
        half = gradient.astype(np.float16)
    return half.astype(np.float32) * np.float32(scale) / np.float32(scale)


# %% role="mutant" qid="08.q5" fails=["saved by the scale", "divided again"]
# Misconception: a scaled gradient is a gradient
def through_half(gradient, scale):
    with np.errstate(over="ignore"):
        half = (gradient * np.float32(scale)).astype(np.float16)
    return half.astype(np.float32) if np.isfinite(half).all() else None


# %% role="mutant" qid="08.q5" fails=["overflow"]
# Misconception: an infinite gradient is clipped later
def through_half(gradient, scale):
    with np.errstate(over="ignore"):
        half = (gradient * np.float32(scale)).astype(np.float16)
    return half.astype(np.float32) / np.float32(scale)


# %% role="mutant" qid="08.q5" fails=["*"]
# Misconception: the result may stay in half precision
def through_half(gradient, scale):
    with np.errstate(over="ignore"):
        half = (gradient * np.float32(scale)).astype(np.float16)
        return half / np.float16(scale)


# %% role="mutant" qid="08.q5" fails=["without a scale"]
# Misconception: float32 is precise enough, so nothing is lost
def through_half(gradient, scale):
    scaled = gradient * np.float32(scale)
    if not np.isfinite(scaled).all() or np.abs(scaled).max() > 65504:
        return None
    return scaled / np.float32(scale)


# %% [markdown] qid="08.q6"
# ## q6 · The next scale · {{points}}
#
# Nobody knows the best scale, and it changes during training. So it is searched for on the way:
#
# - if the gradient was not finite, halve the scale, but never go below 1; the row of good steps
#   ends;
# - otherwise the step was good. After `growth_steps` good steps in a row, double the scale, and
#   begin a new row.
#
# Write one step of the search. `good` is the number of good steps in a row before this one. Return
# the new scale and the new number of good steps.


# %% role="answer" qid="08.q6" points=2
def next_scale(scale: float, good: int, finite: bool, growth_steps: int) -> tuple[float, int]:
    """Loss scale and good steps in a row after one more step."""
    # BEGIN SOLUTION
    if not finite:
        return max(1.0, scale / 2), 0
    if good + 1 == growth_steps:
        return scale * 2, 0
    return scale, good + 1
    # END SOLUTION


# %% role="check" qid="08.q6"
check("08.q6", next_scale)


# %% role="probe" qid="08.q6"
def probe(answer, rng):
    state, told = (2.0, 0), []
    for finite in rng.random(30) < 0.7:
        state = answer(float(state[0]), int(state[1]), bool(finite), 3)
        told.append([float(state[0]), int(state[1])])
    return told


# %% role="mutant" qid="08.q6" fails=["a bad step", "never below 1", "a long run"]
# Misconception: a bad step does not end the row
def next_scale(scale, good, finite, growth_steps):
    if not finite:
        return max(1.0, scale / 2), good
    return (scale * 2, 0) if good + 1 == growth_steps else (scale, good + 1)


# %% role="mutant" qid="08.q6" fails=["a full row", "a long run"]
# Misconception: the row is full one step later
def next_scale(scale, good, finite, growth_steps):
    if not finite:
        return max(1.0, scale / 2), 0
    return (scale * 2, 0) if good == growth_steps else (scale, good + 1)


# %% role="mutant" qid="08.q6" fails=["never below 1"]
# Misconception: halving can go on forever
def next_scale(scale, good, finite, growth_steps):
    if not finite:
        return scale / 2, 0
    return (scale * 2, 0) if good + 1 == growth_steps else (scale, good + 1)


# %% role="mutant" qid="08.q6" fails=["a full row", "a long run"]
# Misconception: after doubling, the count goes on
def next_scale(scale, good, finite, growth_steps):
    if not finite:
        return max(1.0, scale / 2), 0
    return (scale * 2 if good + 1 == growth_steps else scale), good + 1


# %% role="mutant" qid="08.q6" fails=["a bad step", "a long run"]
# Misconception: an infinite gradient needs a larger scale
def next_scale(scale, good, finite, growth_steps):
    if not finite:
        return (max(1.0, scale * 2) if scale > 1 else 1.0), 0
    return (scale * 2, 0) if good + 1 == growth_steps else (scale, good + 1)


# %% [markdown] qid="08.q7"
# ## q7 · Compute again instead of keeping · {{points}}
#
# A chain of n layers: layer i turns x into `forward(i, x)`. Going back, `backward(i, x,
# gradient)` takes the layer's **input** x and the gradient after the layer, and gives the
# gradient before it. So the inputs of all layers are needed, the last first. Keeping all n of
# them is what takes memory.
#
# Write *rematerialisation*. Going forward, keep only the inputs of the layers 0, `every`, 2
# `every`, and so on. Going back, take the last segment first: run it forward again from its kept
# input, this time keeping its inputs; go back through it; forget them. The gradient after the
# last layer is 1. Return the gradient before the first layer.
#
# The check counts calls (at most 2 n of `forward`), and how many results of `forward` you hold at
# once: about n / every + every.


# %% role="answer" qid="08.q7" points=3
def checkpointed(
    forward: Callable[[int, float], float],
    backward: Callable[[int, float, float], float],
    n: int,
    x: float,
    every: int,
) -> float:
    """The derivative of a chain of n layers at x, keeping one input every so many layers."""
    # BEGIN SOLUTION
    kept = []
    for i in range(n):
        if i % every == 0:
            kept.append(x)
        x = forward(i, x)
    gradient = 1.0
    for start in reversed(range(0, n, every)):
        end = min(start + every, n)
        inputs = [kept.pop()]
        for i in range(start, end - 1):
            inputs.append(forward(i, inputs[-1]))
        for i in reversed(range(start, end)):
            gradient = backward(i, inputs.pop(), gradient)
    return gradient
    # END SOLUTION


# %% role="check" qid="08.q7"
check("08.q7", checkpointed)
for n in (16, 100, 400):
    peaks = {every: -(-n // every) + every for every in range(1, n + 1)}
    best = min(peaks, key=peaks.get)
    print(f"{n} layers: keep every {best}th, and hold about {peaks[best]}")


# %% role="probe" qid="08.q7"
def probe(answer, rng):
    slopes = [float(s) for s in rng.uniform(0.8, 1.2, 12)]
    calls = []

    def forward(i, x):
        calls.append(i)
        return slopes[i] * x + 0.1 * x * x

    def backward(i, x, gradient):
        return gradient * (slopes[i] + 0.2 * x)

    found = answer(forward, backward, 12, 0.5, 4)
    return [round(float(found), 6), len(calls) <= 24, len(calls) > 12]


# %% role="mutant" qid="08.q7" fails=["few are held"]
# Misconception: keeping everything is fine as long as the gradient is right
def checkpointed(forward, backward, n, x, every):
    inputs = [x]
    for i in range(n):
        inputs.append(forward(i, inputs[-1]))
    gradient = 1.0
    for i in reversed(range(n)):
        gradient = backward(i, inputs[i], gradient)
    return gradient


# %% role="mutant" qid="08.q7" fails=["at most twice forward"]
# Misconception: each layer may begin at the kept input again
def checkpointed(forward, backward, n, x, every):
    kept = []
    for i in range(n):
        if i % every == 0:
            kept.append(x)
        x = forward(i, x)
    gradient = 1.0
    for i in reversed(range(n)):
        x = kept[i // every]
        for j in range(i // every * every, i):
            x = forward(j, x)
        gradient = backward(i, x, gradient)
    return gradient


# %% role="mutant" qid="08.q7" fails=["the gradient"]
# Misconception: backward takes what the layer gave
def checkpointed(forward, backward, n, x, every):
    kept = []
    for i in range(n):
        if i % every == 0:
            kept.append(x)
        x = forward(i, x)
    gradient = 1.0
    for start in reversed(range(0, n, every)):
        x, outputs = kept.pop(), []
        for i in range(start, min(start + every, n)):
            x = forward(i, x)
            outputs.append(x)
        for i in reversed(range(start, min(start + every, n))):
            gradient = backward(i, outputs.pop(), gradient)
    return gradient


# %% role="mutant" qid="08.q7" fails=["the gradient", "backward, last first"]
# Misconception: the layers after the last full segment need no backward
def checkpointed(forward, backward, n, x, every):
    kept = []
    for i in range(n):
        if i % every == 0:
            kept.append(x)
        x = forward(i, x)
    gradient = 1.0
    for start in reversed(range(0, n, every)):
        end = min(start + every, n)
        inputs = [kept.pop()]
        for i in range(start, end - 1):
            inputs.append(forward(i, inputs[-1]))
        for i in reversed(range(start, end - 1)):
            gradient = backward(i, inputs[i - start], gradient)
    return gradient


# %% role="mutant" qid="08.q7" fails=["backward, last first"]
# Misconception: the order of a product does not matter, so going back may begin at the front
def checkpointed(forward, backward, n, x, every):
    gradient = 1.0
    for i in range(n):
        gradient = backward(i, x, gradient)
        x = forward(i, x)
    return gradient


# %% [markdown] qid="08.q8"
# ## q8 · Find the bug: multiples of eight · {{points}}
#
# Tensor cores take matrices in blocks, so sizes should be multiples of 8. This function is meant to
# give the least multiple of 8 that is not below the size. For which sizes is it wrong? Mend it; it
# should be right for any whole number from 1 on, however large.
#
# ```python
# def round_up(size):
#     return (size // 8 + 1) * 8
# ```


# %% role="answer" qid="08.q8" points=1
def round_up(size: int) -> int:
    """The least multiple of 8 that is not below a size."""
    # BEGIN SOLUTION
    return (size + 7) // 8 * 8
    # END SOLUTION


# %% role="check" qid="08.q8"
check("08.q8", round_up)
print("10,000 ids and 4 special ones:", round_up(10_004), "rows")


# %% role="probe" qid="08.q8"
def probe(answer, rng):
    return [int(answer(int(n))) for n in (*rng.integers(1, 10_000, 5), 8, 64)]


# %% role="mutant" qid="08.q8" fails=["a multiple stays"]
# Misconception: one block more is always needed
def round_up(size):
    return (size // 8 + 1) * 8


# %% role="mutant" qid="08.q8" fails=["others go up", "large sizes"]
# Misconception: the nearest multiple will do
def round_up(size):
    return (size + 3) // 8 * 8


# %% role="mutant" qid="08.q8" fails=["large sizes"]
# Misconception: a quotient of floats is exact
def round_up(size):
    import math

    return math.ceil(size / 8) * 8


# %% role="mutant" qid="08.q8" fails=["a multiple stays", "others go up", "large sizes"]
# Misconception: it has to be a power of two
def round_up(size):
    return 1 << max(3, (size - 1).bit_length())


# %% [markdown] qid="08.q9"
# ## q9 · XLA or cuDNN · {{points}}
#
# Write the choice as a function: `(jit_compile, use_cudnn)`, two booleans, for a model (`"lstm"` or
# `"transformer"`), whether there is a graphics card, and whether dropout is used **within** the
# recurrence. The facts:
#
# - cuDNN runs on graphics cards only. It has a kernel for an LSTM layer, faster than what XLA
#   makes of the loop; none for a Transformer, and none with dropout within the recurrence.
# - The kernel of cuDNN cannot be compiled by XLA: both at once is an error.
# - On a card, what cuDNN does not do is best compiled by XLA.
# - On a CPU the course leaves the step as it is.


# %% role="answer" qid="08.q9" points=1
def choose(model: str, on_gpu: bool, recurrent_dropout: bool) -> tuple[bool, bool]:
    """Whether XLA compiles the step, and whether the LSTM runs in cuDNN."""
    # BEGIN SOLUTION
    if not on_gpu:
        return False, False
    use_cudnn = model == "lstm" and not recurrent_dropout
    return not use_cudnn, use_cudnn
    # END SOLUTION


# %% role="check" qid="08.q9"
check("08.q9", choose)


# %% role="probe" qid="08.q9"
def probe(answer, rng):
    cases = [(m, g, d) for m in ("lstm", "transformer") for g in (True, False) for d in (True,)]
    return [[bool(x) for x in answer(*case)] for case in (*cases, ("lstm", True, False))]


# %% role="mutant" qid="08.q9" fails=["LSTM on a card"]
# Misconception: two accelerators are better than one
def choose(model, on_gpu, recurrent_dropout):
    return on_gpu, on_gpu and model == "lstm" and not recurrent_dropout


# %% role="mutant" qid="08.q9" fails=["recurrent dropout"]
# Misconception: an LSTM on a card always runs in cuDNN
def choose(model, on_gpu, recurrent_dropout):
    return on_gpu and model != "lstm", on_gpu and model == "lstm"


# %% role="mutant" qid="08.q9" fails=["LSTM on a card"]
# Misconception: XLA is on by default, and always right
def choose(model, on_gpu, recurrent_dropout):
    return on_gpu, False


# %% role="mutant" qid="08.q9" fails=["on a CPU"]
# Misconception: what is good on a card is good everywhere
def choose(model, on_gpu, recurrent_dropout):
    use_cudnn = model == "lstm" and not recurrent_dropout
    return not use_cudnn, use_cudnn


# %% [markdown] qid="08.q10"
# ## q10 · Measure: an epoch by a guide's own numbers · {{points}}
#
# A guide gives these figures for its card:
#
# - a text of **10 MB**, cut into windows of 100 tokens that begin every 50 tokens (so every token
#   is read twice); a token of its vocabulary has about **4 bytes**;
# - **15,000 to 20,000 tokens** a second, which is 150 to **200 samples** (windows) a second;
# - **8 to 12 minutes** an epoch;
# - at **70 watts**, "2.8 samples/watt".
#
# Work out, from the other figures: the minutes of an epoch at 20,000 tokens a second; at 15,000;
# and at 200 samples a second, how many samples one **joule** buys. Which sentence is right?
#
# - A: The guide forgot the overlap; with it, the 8 to 12 minutes come out.
# - B: The difference is validation.
# - C: The guide's figures do not belong together. And "samples/watt" lacks a time: samples *a
#   second* for a watt are samples for a joule.
# - D: The difference is half precision.


# %% role="answer" qid="08.q10" points=2
def epoch() -> tuple[float, float, float, str]:
    """Minutes at 20,000 and at 15,000 tokens a second, samples a joule, and a letter."""
    # BEGIN SOLUTION
    places = 10e6 / 4 * 2
    return places / 20_000 / 60, places / 15_000 / 60, 200 / 70, "C"
    # END SOLUTION


# %% role="check" qid="08.q10"
check("08.q10", epoch)


# %% role="mutant" qid="08.q10" fails=["fast", "slow"]
# Misconception: each token is read once
def epoch():
    places = 10e6 / 4
    return places / 20_000 / 60, places / 15_000 / 60, 200 / 70, "C"


# %% role="mutant" qid="08.q10" fails=["fast", "slow"]
# Misconception: a token is a byte
def epoch():
    places = 10e6 * 2
    return places / 20_000 / 60, places / 15_000 / 60, 200 / 70, "C"


# %% role="mutant" qid="08.q10" fails=["joules"]
# Misconception: energy is power over speed
def epoch():
    places = 10e6 / 4 * 2
    return places / 20_000 / 60, places / 15_000 / 60, 70 / 200, "C"


# %% role="mutant" qid="08.q10" fails=["meaning"]
# Misconception: a figure in print has a reason
def epoch():
    places = 10e6 / 4 * 2
    return places / 20_000 / 60, places / 15_000 / 60, 200 / 70, "A"


# %% role="mutant" qid="08.q10" fails=["fast", "slow", "meaning"]
# Misconception: the printed figure is the measurement
def epoch():
    return 8, 12, 200 / 70, "D"
