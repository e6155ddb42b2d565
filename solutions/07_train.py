# ---
# jupyter:
#   course:
#     title: Train it
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
# # 07 · Train it
#
# A training loop is short, and most of its mistakes give no error. Here you write its parts with
# NumPy alone: the losses, their gradient, clipping, a step of AdamW, two schedules; and you find
# out what a report may hide.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [What is a wrong prediction worth?](../_build/html/book/04_losses.html) and
#   [the chapter on training](../_build/html/book/04_train.html).
# - Run the `check` below each question as often as you like; `course check 07` shows all of them.
# - Replace the line that raises `NotImplementedError`; leave the name of the function as it is.
#
# Throughout, **B** is the number of rows, **T** of ids in a row, **N** of predictions in a flat
# list, **V** the size of the vocabulary. Losses are in nats.

# %% role="given"
import math

import numpy as np

from course_lib.grading import check

# %% [markdown] qid="07.q1"
# ## q1 · Predict: what guessing costs, and what perfection · {{points}}
#
# A vocabulary has **2,000** ids. First: how many nats does a model pay for each token that gives
# all of them the same score?
#
# Now the model is trained with *label smoothing* of **0.1**. The target keeps 0.9 for the id that
# came, and the other tenth is spread over all 2,000 ids. At last the model is *perfect*: it gives
# exactly these probabilities. How many nats is its smoothed loss? And what does this number mean?
#
# - **A** Its exponential is the perplexity of the perfect model.
# - **B** The training is not over: the loss of a perfect model would be 0.
# - **C** Nothing about the model. It is made by the smoothing and the size of the vocabulary.
# - **D** The perfect model has given up, and gives all ids the same score.
#
# Return both numbers, then the letter. A tenth of a nat counts, so use a calculator, or Python.


# %% role="answer" qid="07.q1" points=1
def guessing_and_perfection() -> tuple[float, float, str]:
    """Nats of guessing, smoothed loss of a perfect model, and the letter of the sentence."""
    # BEGIN SOLUTION
    guessing = math.log(2000)
    right, other = 0.9 + 0.1 / 2000, 0.1 / 2000
    floor = -right * math.log(right) - 1999 * other * math.log(other)
    return guessing, floor, "C"
    # END SOLUTION


# %% role="check" qid="07.q1"
check("07.q1", guessing_and_perfection)


# %% role="mutant" qid="07.q1" fails=["perfection"]
# Misconception: who is perfect pays nothing
def guessing_and_perfection():
    return math.log(2000), 0.0, "C"


# %% role="mutant" qid="07.q1" fails=["perfection"]
# Misconception: only the id that came is paid for
def guessing_and_perfection():
    return math.log(2000), -math.log(0.9 + 0.1 / 2000), "C"


# %% role="mutant" qid="07.q1" fails=["perfection"]
# Misconception: a tenth of the targets is guessed, so a tenth of guessing is paid
def guessing_and_perfection():
    return math.log(2000), 0.1 * math.log(2000), "C"


# %% role="mutant" qid="07.q1" fails=["guessing"]
# Misconception: losses are in bits
def guessing_and_perfection():
    right, other = 0.9 + 0.1 / 2000, 0.1 / 2000
    floor = -right * math.log(right) - 1999 * other * math.log(other)
    return math.log2(2000), floor, "C"


# %% role="mutant" qid="07.q1" fails=["meaning"]
# Misconception: exp of any loss is a perplexity
def guessing_and_perfection():
    right, other = 0.9 + 0.1 / 2000, 0.1 / 2000
    floor = -right * math.log(right) - 1999 * other * math.log(other)
    return math.log(2000), floor, "A"


# %% role="mutant" qid="07.q1" fails=["meaning"]
# Misconception: every loss can be trained to 0
def guessing_and_perfection():
    right, other = 0.9 + 0.1 / 2000, 0.1 / 2000
    floor = -right * math.log(right) - 1999 * other * math.log(other)
    return math.log(2000), floor, "B"


# %% [markdown] qid="07.q2"
# ## q2 · Two losses from logits · {{points}}
#
# A model gives *logits*, any real numbers z. With $\operatorname{lse}(z) = \ln \sum_i e^{z_i}$, the
# logarithm of the probability of id i is $z_i - \operatorname{lse}(z)$. Two numbers are wanted for
# each prediction:
#
# - its *nats*, $-\ln p_y$ of the target y;
# - its *smoothed loss*, $-\sum_i q_i \ln p_i$, where $q_i$ is $\varepsilon / V$ for every id, and
#   $1 - \varepsilon$ **more** for the target.
#
# Write a function that returns both. It must be right for logits of 1000 and of -1000, too, where
# $e^z$ is infinite or 0: take the largest logit out of the sum first.


# %% role="answer" qid="07.q2" points=3
def losses(logits: np.ndarray, targets: np.ndarray, smoothing: float) -> tuple:
    """Smoothed losses and nats, shape (N,) each, of logits (N, V) and targets (N,)."""
    # BEGIN SOLUTION
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    nats = -log_p[np.arange(len(targets)), targets]
    return (1 - smoothing) * nats - smoothing * log_p.mean(axis=-1), nats
    # END SOLUTION


# %% role="check" qid="07.q2"
check("07.q2", losses)


# %% role="probe" qid="07.q2"
def probe(answer, rng):
    told = answer(rng.normal(0, 3, (4, 6)), rng.integers(0, 6, 4), 0.2)
    return [np.round(part, 6).tolist() for part in told]


# %% role="mutant" qid="07.q2" fails=["far from zero"]
# Misconception: the formula of the softmax can be typed in as it stands
def losses(logits, targets, smoothing):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    log_p = np.log(p)
    nats = -log_p[np.arange(len(targets)), targets]
    return (1 - smoothing) * nats - smoothing * log_p.mean(axis=-1), nats


# %% role="mutant" qid="07.q2" fails=["far from zero"]
# Misconception: a small constant keeps the logarithm out of harm's way
def losses(logits, targets, smoothing):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    log_p = np.log(p / p.sum(axis=-1, keepdims=True) + 1e-12)
    nats = -log_p[np.arange(len(targets)), targets]
    return (1 - smoothing) * nats - smoothing * log_p.mean(axis=-1), nats


# %% role="mutant" qid="07.q2" fails=["smoothing", "far from zero", "many rows"]
# Misconception: what is spread goes to the wrong ids only
def losses(logits, targets, smoothing):
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    nats = -log_p[np.arange(len(targets)), targets]
    others = (-log_p.sum(axis=-1) - nats) / (logits.shape[-1] - 1)
    return (1 - smoothing) * nats + smoothing * others, nats


# %% role="mutant" qid="07.q2" fails=["smoothing", "far from zero", "many rows"]
# Misconception: the spread part costs what guessing costs
def losses(logits, targets, smoothing):
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    nats = -log_p[np.arange(len(targets)), targets]
    return (1 - smoothing) * nats + smoothing * np.log(logits.shape[-1]), nats


# %% role="mutant" qid="07.q2" fails=["smoothing", "far from zero", "many rows"]
# Misconception: it is the prediction that is smoothed
def losses(logits, targets, smoothing):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    own = p[np.arange(len(targets)), targets]
    with np.errstate(divide="ignore"):
        return -np.log((1 - smoothing) * own + smoothing / logits.shape[-1]), -np.log(own)


# %% role="mutant" qid="07.q2" fails=["smoothing", "nats", "far from zero", "many rows"]
# Misconception: there is one loss, and it is the smoothed one
def losses(logits, targets, smoothing):
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    nats = -log_p[np.arange(len(targets)), targets]
    smoothed = (1 - smoothing) * nats - smoothing * log_p.mean(axis=-1)
    return smoothed, smoothed


# %% role="mutant" qid="07.q2" fails=["four ids", "smoothing", "nats", "far from zero", "many rows"]
# Misconception: what goes into a loss are probabilities, so a softmax comes first
def losses(logits, targets, smoothing):
    def log_softmax(z):
        z = z - z.max(axis=-1, keepdims=True)
        return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

    log_p = log_softmax(np.exp(log_softmax(logits)))
    nats = -log_p[np.arange(len(targets)), targets]
    return (1 - smoothing) * nats - smoothing * log_p.mean(axis=-1), nats


# %% [markdown] qid="07.q3"
# ## q3 · A mean without padding · {{points}}
#
# Short rows are filled up with an id that means nothing, `pad_id`. Where it is the target, the loss
# must not count: not in the sum, and not in the number that the sum is divided by. What stands
# there may even be NaN.
#
# Write a function that returns the mean loss of the targets that count, as a float. If none does,
# return 0.0: such a batch teaches nothing.


# %% role="answer" qid="07.q3" points=2
def mean_loss(losses: np.ndarray, targets: np.ndarray, pad_id: int) -> float:
    """Mean of losses (B, T) where targets (B, T) are not padding; 0.0 if all are."""
    # BEGIN SOLUTION
    kept = losses[targets != pad_id]
    return float(kept.mean()) if kept.size else 0.0
    # END SOLUTION


# %% role="check" qid="07.q3"
check("07.q3", mean_loss)


# %% role="probe" qid="07.q3"
def probe(answer, rng):
    values, ids = rng.exponential(1, (3, 6)), rng.integers(0, 3, (3, 6))
    return [round(float(answer(values, ids, pad_id)), 6) for pad_id in (0, 2)]


# %% role="mutant" qid="07.q3" fails=["one row", "unequal rows", "another id", "NaN", "loss of 0"]
# Misconception: a loss that is set to 0 does not count
def mean_loss(losses, targets, pad_id):
    return float((losses * (targets != pad_id)).mean())


# %% role="mutant" qid="07.q3" fails=["unequal rows"]
# Misconception: the mean of the means of the rows is the mean
def mean_loss(losses, targets, pad_id):
    masks = targets != pad_id
    rows = [row[mask].mean() for row, mask in zip(losses, masks, strict=True) if mask.any()]
    return float(np.mean(rows)) if rows else 0.0


# %% role="mutant" qid="07.q3" fails=["NaN"]
# Misconception: 0 times anything is 0
def mean_loss(losses, targets, pad_id):
    mask = (targets != pad_id).astype(float)
    return float((losses * mask).sum() / max(mask.sum(), 1.0))


# %% role="mutant" qid="07.q3" fails=["only padding"]
# Misconception: there is always something to learn from
def mean_loss(losses, targets, pad_id):
    mask = targets != pad_id
    return float(np.where(mask, losses, 0.0).sum() / mask.sum())


# %% role="mutant" qid="07.q3" fails=["another id"]
# Misconception: padding is always id 0
def mean_loss(losses, targets, pad_id):
    kept = losses[targets != 0]
    return float(kept.mean()) if kept.size else 0.0


# %% role="mutant" qid="07.q3" fails=["loss of 0"]
# Misconception: where the loss is 0, there is padding
def mean_loss(losses, targets, pad_id):
    kept = losses[(targets != pad_id) & (losses != 0)]
    return float(kept.mean()) if kept.size else 0.0


# %% [markdown] qid="07.q4"
# ## q4 · Find the bugs: a report that nobody can trust · {{points}}
#
# At the end of each epoch somebody calls this function, with validation batches of
# (inputs, targets), and writes the result into a table, as the *perplexity per token*. The model
# gives log probabilities of shape (B, T, V). With `training=True` its dropout is on.
#
# It runs, and the number falls from epoch to epoch. It has **four** faults.


# %% role="given" shares=["07.q4"]
def broken_perplexity(model, batches, pad_id):
    """Perplexity per token of a model on batches of (inputs, targets), shape (B, T) each."""
    of_batches = []
    for inputs, targets in batches:
        log_p = model(inputs, training=True)
        nats = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        loss = 0.9 * nats - 0.1 * log_p.mean(axis=-1)
        loss = np.where(targets == pad_id, 0.0, loss)
        of_batches.append(np.exp(loss.mean()))
    return float(np.mean(of_batches))


# %% [markdown] qid="07.q4"
# Write the function as it should be: the exponential of the mean nats of all tokens in all batches,
# measured on the model that will be used.


# %% role="answer" qid="07.q4" points=2
def perplexity_of(model, batches: list, pad_id: int) -> float:
    """Perplexity per token of a model on batches of (inputs, targets), shape (B, T) each."""
    # BEGIN SOLUTION
    total, count = 0.0, 0
    for inputs, targets in batches:
        log_p = model(inputs, training=False)
        nats = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        real = targets != pad_id
        total, count = total + nats[real].sum(), count + real.sum()
    return float(np.exp(total / count))
    # END SOLUTION


# %% role="check" qid="07.q4"
check("07.q4", perplexity_of)


# %% role="probe" qid="07.q4"
def probe(answer, rng):
    tables = np.log(rng.dirichlet(np.ones(5), (2, 5)))

    def model(inputs, training=False):
        return tables[int(training)][inputs]

    batches = [(rng.integers(1, 5, (B, 4)), rng.integers(0, 5, (B, 4))) for B in (1, 3)]
    return round(float(answer(model, batches, 0)), 6)


# %% role="mutant" qid="07.q4" fails=["*"]
# Misconception: what falls is a perplexity
def perplexity_of(model, batches, pad_id):
    return broken_perplexity(model, batches, pad_id)


# %% role="mutant" qid="07.q4" fails=["dropout off", "mixture"]
# Misconception: training and measuring are the same pass
def perplexity_of(model, batches, pad_id):
    nats = []
    for inputs, targets in batches:
        log_p = model(inputs, training=True)
        of_token = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        nats.append(of_token[targets != pad_id])
    return float(np.exp(np.concatenate(nats).mean()))


# %% role="mutant" qid="07.q4" fails=["*"]
# Misconception: the loss of the training is the one to report
def perplexity_of(model, batches, pad_id):
    losses = []
    for inputs, targets in batches:
        log_p = model(inputs, training=False)
        of_token = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        smoothed = 0.9 * of_token - 0.1 * log_p.mean(axis=-1)
        losses.append(smoothed[targets != pad_id])
    return float(np.exp(np.concatenate(losses).mean()))


# %% role="mutant" qid="07.q4" fails=["padding", "mixture"]
# Misconception: padding that costs 0 may stay in the mean
def perplexity_of(model, batches, pad_id):
    nats = []
    for inputs, targets in batches:
        log_p = model(inputs, training=False)
        of_token = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        nats.append(np.where(targets == pad_id, 0.0, of_token).ravel())
    return float(np.exp(np.concatenate(nats).mean()))


# %% role="mutant" qid="07.q4" fails=["one mean", "mixture"]
# Misconception: perplexities may be averaged over batches
def perplexity_of(model, batches, pad_id):
    each = []
    for inputs, targets in batches:
        log_p = model(inputs, training=False)
        of_token = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        each.append(np.exp(of_token[targets != pad_id].mean()))
    return float(np.mean(each))


# %% role="mutant" qid="07.q4" fails=["one mean", "mixture"]
# Misconception: with the exponential at the end, batches may weigh alike
def perplexity_of(model, batches, pad_id):
    each = []
    for inputs, targets in batches:
        log_p = model(inputs, training=False)
        of_token = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        each.append(of_token[targets != pad_id].mean())
    return float(np.exp(np.mean(each)))


# %% [markdown] qid="07.q5"
# ## q5 · The gradient of the loss · {{points}}
#
# How much would the loss change if one logit were a little higher? For one prediction the answer is
# $p_i - q_i$: p is the softmax of the logits, q the target, smoothed as in q2.
#
# The loss of a batch is the **mean** smoothed loss of the predictions whose target is not `pad_id`;
# at least one of them counts. Write a function that returns its gradient by all logits, shape
# (N, V).


# %% role="answer" qid="07.q5" points=2
def gradient(logits, targets, smoothing: float, pad_id: int) -> np.ndarray:
    """Gradient of the mean loss of what is not padding, by logits of shape (N, V)."""
    # BEGIN SOLUTION
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    V = logits.shape[-1]
    q = (1 - smoothing) * np.eye(V)[targets] + smoothing / V
    real = targets != pad_id
    return np.where(real[:, None], p - q, 0.0) / real.sum()
    # END SOLUTION


# %% role="check" qid="07.q5"
check("07.q5", gradient)


# %% role="probe" qid="07.q5"
def probe(answer, rng):
    told = answer(rng.normal(0, 2, (5, 4)), np.array([1, 0, 3, 2, 1]), 0.1, 0)
    return np.round(told, 6).tolist()


# %% role="mutant" qid="07.q5" fails=["one prediction", "a mean", "smoothed target", "padding"]
# Misconception: the gradient points to where the loss gets smaller
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    q = (1 - smoothing) * np.eye(p.shape[-1])[targets] + smoothing / p.shape[-1]
    real = targets != pad_id
    return np.where(real[:, None], q - p, 0.0) / real.sum()


# %% role="mutant" qid="07.q5" fails=["a mean"]
# Misconception: the gradient of a mean is the sum of the gradients
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    q = (1 - smoothing) * np.eye(p.shape[-1])[targets] + smoothing / p.shape[-1]
    return np.where((targets != pad_id)[:, None], p - q, 0.0)


# %% role="mutant" qid="07.q5" fails=["padding"]
# Misconception: a mean is over all rows that were given
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    q = (1 - smoothing) * np.eye(p.shape[-1])[targets] + smoothing / p.shape[-1]
    return np.where((targets != pad_id)[:, None], p - q, 0.0) / len(targets)


# %% role="mutant" qid="07.q5" fails=["padding"]
# Misconception: whoever predicts padding may learn it
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    q = (1 - smoothing) * np.eye(p.shape[-1])[targets] + smoothing / p.shape[-1]
    return (p - q) / (targets != pad_id).sum()


# %% role="mutant" qid="07.q5" fails=["smoothed target"]
# Misconception: smoothing changes the loss and not its gradient
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    real = targets != pad_id
    return np.where(real[:, None], p - np.eye(p.shape[-1])[targets], 0.0) / real.sum()


# %% role="mutant" qid="07.q5" fails=["*"]
# Misconception: the slope of the softmax has to be multiplied in once more
def gradient(logits, targets, smoothing, pad_id):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    q = (1 - smoothing) * np.eye(p.shape[-1])[targets] + smoothing / p.shape[-1]
    real = targets != pad_id
    return np.where(real[:, None], (p - q) * p * (1 - p), 0.0) / real.sum()


# %% [markdown] qid="07.q6"
# ## q6 · Clip by the global norm · {{points}}
#
# Now and then a batch gives a gradient that is far too large. *Clipping by the global norm* takes
# the gradients of all weights as one long vector, and if it is longer than `max_norm`, shortens it
# to that length. Its direction stays.
#
# Write a function that takes a list of arrays and returns two things: the list of clipped arrays,
# and the norm of all of them together **before** clipping.


# %% role="answer" qid="07.q6" points=2
def clip(gradients: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """The gradients, shortened together to at most `max_norm`; and their norm before that."""
    # BEGIN SOLUTION
    norm = math.sqrt(sum(float((array**2).sum()) for array in gradients))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * array for array in gradients], norm
    # END SOLUTION


# %% role="check" qid="07.q6"
check("07.q6", clip)


# %% role="probe" qid="07.q6"
def probe(answer, rng):
    clipped, norm = answer([rng.normal(0, 2, shape) for shape in ((2, 3), (3,))], 1.5)
    return [round(float(norm), 6), *(np.round(array, 6).tolist() for array in clipped)]


# %% role="mutant" qid="07.q6" fails=["two arrays", "many arrays"]
# Misconception: each array has a norm of its own to be clipped
def clip(gradients, max_norm):
    norms = [math.sqrt((array**2).sum()) for array in gradients]
    scales = [max_norm / norm if norm > max_norm else 1.0 for norm in norms]
    scaled = [scale * array for scale, array in zip(scales, gradients, strict=True)]
    return scaled, math.sqrt(sum(n**2 for n in norms))


# %% role="mutant" qid="07.q6" fails=["two arrays", "many arrays"]
# Misconception: what is too large is cut off
def clip(gradients, max_norm):
    norm = math.sqrt(sum((array**2).sum() for array in gradients))
    return [np.clip(array, -max_norm, max_norm) for array in gradients], norm


# %% role="mutant" qid="07.q6" fails=["small ones stay", "many arrays"]
# Misconception: all gradients get the same length
def clip(gradients, max_norm):
    norm = math.sqrt(sum((array**2).sum() for array in gradients))
    return [array * max_norm / (norm or 1.0) for array in gradients], norm


# %% role="mutant" qid="07.q6" fails=["two arrays", "small ones stay", "many arrays"]
# Misconception: norms are added up
def clip(gradients, max_norm):
    norm = sum(math.sqrt((array**2).sum()) for array in gradients)
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * array for array in gradients], norm


# %% role="mutant" qid="07.q6" fails=["two arrays", "many arrays"]
# Misconception: the norm to report is the one that was used
def clip(gradients, max_norm):
    norm = math.sqrt(sum((array**2).sum() for array in gradients))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * array for array in gradients], min(norm, max_norm)


# %% role="mutant" qid="07.q6" fails=["nothing to clip"]
# Misconception: no norm is ever 0
def clip(gradients, max_norm):
    norm = math.sqrt(sum((array**2).sum() for array in gradients))
    return [array * min(1.0, max_norm / norm) for array in gradients], norm


# %% [markdown] qid="07.q7"
# ## q7 · One step of AdamW · {{points}}
#
# Adam keeps two running means for each weight: m of its gradients, v of their squares. Step number
# t, counted from 1, with gradient g, learning rate r and decay d:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad
#   v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
#
# $$w \leftarrow w \;-\; r\, d\, w \;-\;
#   r\, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}.$$
#
# Both w on the right are the old one. Both running means begin at 0, so at first they are too
# small; dividing by $1 - \beta^t$ mends that. The decay, $r\,d\,w$, is the W of AdamW: it does
# *not* go through m and v. Take $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-8}$.
#
# Write a function that returns the new w, m and v.


# %% role="answer" qid="07.q7" points=3
def adamw_step(w, g, m, v, t: int, rate: float, decay: float) -> tuple:
    """New weights, mean gradients and mean squares after step t (from 1) of AdamW."""
    # BEGIN SOLUTION
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w - rate * decay * w - rate * step, m, v
    # END SOLUTION


# %% role="check" qid="07.q7"
check("07.q7", adamw_step)


# %% role="probe" qid="07.q7"
def probe(answer, rng):
    w, g, m = rng.normal(0, 1, (3, 4))
    told = answer(w, g, m, rng.exponential(1, 4), 3, 0.1, 0.2)
    return [np.round(part, 6).tolist() for part in told]


# %% role="mutant" qid="07.q7" fails=["only decay", "decoupled", "many steps"]
# Misconception: weight decay is a term of the gradient, as L2 is
def adamw_step(w, g, m, v, t, rate, decay):
    g = g + decay * w
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


# %% role="mutant" qid="07.q7" fails=["the first step", "a later step", "decoupled", "many steps"]
# Misconception: running means are means from the first step on
def adamw_step(w, g, m, v, t, rate, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return w - rate * decay * w - rate * m / (np.sqrt(v) + 1e-8), m, v


# %% role="mutant" qid="07.q7" fails=["only decay", "decoupled", "many steps"]
# Misconception: the decay does not depend on the learning rate
def adamw_step(w, g, m, v, t, rate, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w - decay * w - rate * step, m, v


# %% role="mutant" qid="07.q7" fails=["a later step", "many steps"]
# Misconception: the correction is the same at every step
def adamw_step(w, g, m, v, t, rate, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    step = (m / (1 - 0.9)) / (np.sqrt(v / (1 - 0.999)) + 1e-8)
    return w - rate * decay * w - rate * step, m, v


# %% role="mutant" qid="07.q7" fails=["the first step", "a later step", "decoupled", "many steps"]
# Misconception: m and v are used first and updated afterwards
def adamw_step(w, g, m, v, t, rate, decay):
    step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    new = w - rate * decay * w - rate * step
    return new, 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2


# %% role="mutant" qid="07.q7" fails=["the first step", "a later step", "decoupled", "many steps"]
# Misconception: v is the square of the mean, and its root is m again
def adamw_step(w, g, m, v, t, rate, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g
    step = (m / (1 - 0.9**t)) / (np.sqrt(np.abs(v) / (1 - 0.999**t)) + 1e-8)
    return w - rate * decay * w - rate * step, m, v


# %% [markdown] qid="07.q8"
# ## q8 · Reduce on a plateau, one epoch at a time · {{points}}
#
# If the validation perplexity has not improved for some epochs, smaller steps may help. Such a
# schedule has to remember something, and if training is interrupted, what it remembers has to be
# saved. So write it as a function from a state to the next one. The state is a dict:
#
# - `rate`: the learning rate;
# - `best`: the lowest value so far, `math.inf` at first;
# - `waited`: epochs since then, or since the last reduction.
#
# A value **below** the best becomes the best, and `waited` is 0. Any other value adds one to
# `waited`; when it reaches `patience`, the rate is multiplied by `factor` and `waited` is 0 again.
# Return a new dict.


# %% role="answer" qid="07.q8" points=2
def plateau(state: dict, value: float, factor: float, patience: int) -> dict:
    """The state after an epoch with this validation value."""
    # BEGIN SOLUTION
    if value < state["best"]:
        return {**state, "best": value, "waited": 0}
    if state["waited"] + 1 < patience:
        return {**state, "waited": state["waited"] + 1}
    return {**state, "rate": state["rate"] * factor, "waited": 0}
    # END SOLUTION


# %% role="check" qid="07.q8"
check("07.q8", plateau)


# %% role="probe" qid="07.q8"
def probe(answer, rng):
    state, told = {"rate": 1.0, "best": math.inf, "waited": 0}, []
    for value in rng.integers(0, 6, 12):
        state = answer(state, float(value), 0.5, 2)
        told.append([round(float(state[name]), 9) for name in ("rate", "best", "waited")])
    return told


# %% role="mutant" qid="07.q8" fails=["patience", "again"]
# Misconception: patience runs out in the epoch after
def plateau(state, value, factor, patience):
    if value < state["best"]:
        return {**state, "best": value, "waited": 0}
    if state["waited"] < patience:
        return {**state, "waited": state["waited"] + 1}
    return {**state, "rate": state["rate"] * factor, "waited": 0}


# %% role="mutant" qid="07.q8" fails=["patience", "again"]
# Misconception: once patience has run out, every epoch is a reason
def plateau(state, value, factor, patience):
    if value < state["best"]:
        return {**state, "best": value, "waited": 0}
    waited = state["waited"] + 1
    rate = state["rate"] * (factor if waited >= patience else 1)
    return {"rate": rate, "best": state["best"], "waited": waited}


# %% role="mutant" qid="07.q8" fails=["no better"]
# Misconception: as good as the best is good enough
def plateau(state, value, factor, patience):
    if value <= state["best"]:
        return {**state, "best": value, "waited": 0}
    if state["waited"] + 1 < patience:
        return {**state, "waited": state["waited"] + 1}
    return {**state, "rate": state["rate"] * factor, "waited": 0}


# %% role="mutant" qid="07.q8" fails=["better", "patience", "again", "no better", "not a number"]
# Misconception: an epoch is compared with the one before
def plateau(state, value, factor, patience):
    if value < state["best"]:
        return {**state, "best": value, "waited": 0}
    if state["waited"] + 1 < patience:
        return {"rate": state["rate"], "best": value, "waited": state["waited"] + 1}
    return {"rate": state["rate"] * factor, "best": value, "waited": 0}


# %% role="mutant" qid="07.q8" fails=["not a number"]
# Misconception: what is not worse is better
def plateau(state, value, factor, patience):
    if not value >= state["best"]:
        return {**state, "best": value, "waited": 0}
    if state["waited"] + 1 < patience:
        return {**state, "waited": state["waited"] + 1}
    return {**state, "rate": state["rate"] * factor, "waited": 0}


# %% [markdown] qid="07.q9"
# ## q9 · Stop in time · {{points}}
#
# *Early stopping* ends a training when the validation value has not improved for `patience`
# epochs. Given what **would** be measured in each epoch, say how many epochs are trained, and which
# of them, counted from 1, was the best: its weights are the ones to keep. Lower is better. Of equal
# values the earliest counts, since an equal value is no improvement. If patience never runs out,
# all epochs are trained.


# %% role="answer" qid="07.q9" points=2
def stop_early(values: list[float], patience: int) -> tuple[int, int]:
    """How many epochs are trained, and the number of the best one, from 1."""
    # BEGIN SOLUTION
    best, best_epoch = math.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(values), best_epoch
    # END SOLUTION


# %% role="check" qid="07.q9"
check("07.q9", stop_early)


# %% role="probe" qid="07.q9"
def probe(answer, rng):
    rows = [[float(x) for x in rng.integers(0, 9, 10)] for _ in range(4)]
    return [[int(part) for part in answer(row, 3)] for row in rows]


# %% role="mutant" qid="07.q9" fails=["it stops", "against the best", "a new best", "equal"]
# Misconception: patience is over when one more epoch has failed
def stop_early(values, patience):
    best, best_epoch = math.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best:
            best, best_epoch = value, epoch
        elif epoch - best_epoch > patience:
            return epoch, best_epoch
    return len(values), best_epoch


# %% role="mutant" qid="07.q9" fails=["it stops", "against the best", "a new best", "equal"]
# Misconception: what matters is that the value rises, epoch after epoch
def stop_early(values, patience):
    rises, last, best_epoch = 0, math.inf, 0
    for epoch, value in enumerate(values, 1):
        rises = rises + 1 if value > last else 0
        last = value
        best_epoch = 1 + min(range(epoch), key=values.__getitem__)
        if rises >= patience:
            return epoch, best_epoch
    return len(values), best_epoch


# %% role="mutant" qid="07.q9" fails=["it stops", "a new best"]
# Misconception: the best epoch is looked for among all that might have been
def stop_early(values, patience):
    best, best_epoch = math.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return epoch, 1 + min(range(len(values)), key=values.__getitem__)
    return len(values), best_epoch


# %% role="mutant" qid="07.q9" fails=["*"]
# Misconception: the last weights are the best ones
def stop_early(values, patience):
    best, best_epoch = math.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return epoch, epoch
    return len(values), len(values)


# %% role="mutant" qid="07.q9" fails=["a new best"]
# Misconception: failures are counted over the whole training
def stop_early(values, patience):
    best, best_epoch, failures = math.inf, 0, 0
    for epoch, value in enumerate(values, 1):
        if value < best:
            best, best_epoch = value, epoch
        else:
            failures += 1
            if failures >= patience:
                return epoch, best_epoch
    return len(values), best_epoch


# %% role="mutant" qid="07.q9" fails=["equal"]
# Misconception: as good as the best is an improvement
def stop_early(values, patience):
    best, best_epoch = math.inf, 0
    for epoch, value in enumerate(values, 1):
        if value <= best:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(values), best_epoch


# %% [markdown] qid="07.q10"
# ## q10 · Choose: what was not saved? · {{points}}
#
# A training runs at night, on a machine that is taken away each morning. Five things can be saved
# and restored:
#
# - **A** the weights of the model;
# - **B** the moments of AdamW, m and v, and the number of its step;
# - **C** the place in the data: which windows of the epoch have been read;
# - **D** what ReduceOnPlateau and EarlyStopping remember: best value, epochs waited;
# - **E** the state of the random generator that dropout draws from.
#
# Three nights went wrong, and on each of them just **one** thing had not been restored.
#
# 1. The loss was right at the first step of the night. Then it rose for some hundred steps, and
#    took an hour to come back.
# 2. The loss went on as if nothing had happened. But when somebody counted, some windows had been
#    read twice in this epoch, and others never.
# 3. The nights were short: two epochs each. The validation perplexity had not improved for a week,
#    and the training, with a patience of 3, still had not come to an end.
#
# Return the three letters.


# %% role="answer" qid="07.q10" points=2
def not_saved() -> tuple[str, str, str]:
    """What had not been restored in the first, the second and the third night."""
    # BEGIN SOLUTION
    return "B", "C", "D"
    # END SOLUTION


# %% role="check" qid="07.q10"
check("07.q10", not_saved)


# %% role="mutant" qid="07.q10" fails=["the loss jumps"]
# Misconception: a loss that rises has lost its weights
def not_saved():
    return "A", "C", "D"


# %% role="mutant" qid="07.q10" fails=["the loss jumps"]
# Misconception: every disturbance at the start is chance
def not_saved():
    return "E", "C", "D"


# %% role="mutant" qid="07.q10" fails=["windows read twice"]
# Misconception: what is read is drawn by the generator of dropout
def not_saved():
    return "B", "E", "D"


# %% role="mutant" qid="07.q10" fails=["windows read twice", "it never stops"]
# Misconception: the optimiser knows where the training is
def not_saved():
    return "B", "B", "B"


# %% role="mutant" qid="07.q10" fails=["it never stops"]
# Misconception: an epoch ends training when its windows have been read
def not_saved():
    return "B", "C", "C"
