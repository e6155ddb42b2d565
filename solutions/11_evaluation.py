# ---
# jupyter:
#   course:
#     title: Numbers that judge a text
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
# # 11 · Numbers that judge a text
#
# Here you build the measures that stand in reports on generated text: BLEU and its parts, variety,
# likeness, bits per byte, repetition, calibration, and an interval for a difference. Each of them
# is a few lines, and each can be got wrong in a way that still gives a number. Everything is plain
# Python, with NumPy where it helps.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [Which number notices a broken poem?](../_build/html/book/05_evaluation.html).
# - Run the `check` below each question as often as you like; `course check 11` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.
#
# Throughout, a text is a list of words, unless a question says that it is a string. An n-gram is a
# run of n neighbouring words, as a tuple.

# %% role="given"
import math
from collections import Counter
from itertools import pairwise

import numpy as np

from course_lib.corpus import verse
from course_lib.corpus.ngrams import ngrams
from course_lib.corpus.words import words
from course_lib.grading import check

poems = verse.sample(300, seed=5, language="en")
rows = [words(poem) for poem in poems]
print(f"{len(rows)} poems of {min(map(len, rows))} to {max(map(len, rows))} words")
print("pairs of words:", list(ngrams(["the", "sea", "the", "sky"], 2)))

# %% [markdown] qid="11.q1"
# ## q1 · Predict: half of it, word for word · {{points}}
#
# A translation is to have **20** words. A system writes the first **10** of them, exactly, and
# stops. So each of its n-grams, of any order, stands in the reference. What is its BLEU, on the
# scale from 0 to 100? Decide before you compute anything; a whole number is enough.


# %% role="answer" qid="11.q1" points=1
def predicted_bleu() -> float:
    """Your prediction of the BLEU of the first half."""
    # BEGIN SOLUTION
    # All precisions are 1; what is left is the penalty, exp(1 - 20/10).
    return 100 * math.exp(-1)
    # END SOLUTION


# %% role="check" qid="11.q1"
check("11.q1", predicted_bleu)


# %% role="mutant" qid="11.q1" fails=["the first half"]
# Misconception: whatever is right scores full marks
def predicted_bleu():
    return 100


# %% role="mutant" qid="11.q1" fails=["the first half"]
# Misconception: half of the words, half of the score
def predicted_bleu():
    return 50


# %% role="mutant" qid="11.q1" fails=["the first half"]
# Misconception: the penalty compares the lengths reversed
def predicted_bleu():
    return 100 * math.exp(10 / 20 - 1)


# %% role="mutant" qid="11.q1" fails=["the first half"]
# Misconception: half is missing on either side
def predicted_bleu():
    return 25


# %% [markdown] qid="11.q2"
# ## q2 · Matches, clipped · {{points}}
#
# How many n-grams of a hypothesis does the reference have? Each is counted **no more often than
# the reference has it**: a text that says *sea* four times has one match, if the reference says it
# once.
#
# Return two numbers: the matches, and how many n-grams **the hypothesis** has. A hypothesis shorter
# than n has none: (0, 0).


# %% role="answer" qid="11.q2" points=2
def clipped_matches(hypothesis: list[str], reference: list[str], n: int) -> tuple[int, int]:
    """Matched n-grams, each at most as often as the reference has it, and all n-grams."""
    # BEGIN SOLUTION
    own, other = Counter(ngrams(hypothesis, n)), Counter(ngrams(reference, n))
    return sum(min(count, other[gram]) for gram, count in own.items()), own.total()
    # END SOLUTION


# %% role="check" qid="11.q2"
check("11.q2", clipped_matches)


# %% role="probe" qid="11.q2"
def probe(answer, rng):
    one, other = ([str(x) for x in rng.choice(list("abc"), size)] for size in (9, 12))
    return [[int(x) for x in answer(one, other, n)] for n in (1, 2, 3)]


# %% role="mutant" qid="11.q2" fails=["again", "many"]
# Misconception: an n-gram that the reference has is right each time
def clipped_matches(hypothesis, reference, n):
    own, other = list(ngrams(hypothesis, n)), set(ngrams(reference, n))
    return sum(gram in other for gram in own), len(own)


# %% role="mutant" qid="11.q2" fails=["again", "twice", "many"]
# Misconception: each n-gram counts once, however often it occurs
def clipped_matches(hypothesis, reference, n):
    own, other = set(ngrams(hypothesis, n)), set(ngrams(reference, n))
    return len(own & other), len(own)


# %% role="mutant" qid="11.q2" fails=["again", "pairs", "twice", "long reference", "short", "many"]
# Misconception: the share is one of the reference's n-grams
def clipped_matches(hypothesis, reference, n):
    own, other = Counter(ngrams(hypothesis, n)), Counter(ngrams(reference, n))
    return sum(min(count, other[gram]) for gram, count in own.items()), other.total()


# %% role="mutant" qid="11.q2" fails=["pairs", "order", "many"]
# Misconception: words that match are enough for any n
def clipped_matches(hypothesis, reference, n):
    own, other = Counter(hypothesis), Counter(reference)
    matches = sum(min(count, other[word]) for word, count in own.items())
    total = max(0, len(hypothesis) - n + 1)
    return min(matches, total), total


# %% [markdown] qid="11.q3"
# ## q3 · BLEU of a corpus · {{points}}
#
# Of each text somebody has counted four things: `matches` and `totals` (two lists, for the orders
# 1, 2, 3, 4, as in q2), the `length` of the hypothesis in words, and that of its reference. The
# BLEU of the corpus is, with all counts **summed over the texts first**,
#
# $$\text{BLEU} = 100 \cdot \min\bigl(1,\, e^{1 - r/h}\bigr) \cdot
# \Bigl(\prod_{n=1}^{4} p_n\Bigr)^{1/4}, \qquad p_n = \frac{\text{matches}_n}{\text{totals}_n},$$
#
# with h the length of all hypotheses together, and r that of the references. If no n-gram of some
# order matches in the whole corpus, it is 0.


# %% role="answer" qid="11.q3" points=2
def bleu(texts: list[tuple[list[int], list[int], int, int]]) -> float:
    """BLEU, 0 to 100, of texts given as (matches, totals, length, length of the reference)."""
    # BEGIN SOLUTION
    matches = [sum(text[0][n] for text in texts) for n in range(4)]
    totals = [sum(text[1][n] for text in texts) for n in range(4)]
    if not all(matches):
        return 0.0
    length, reference = sum(text[2] for text in texts), sum(text[3] for text in texts)
    logs = [math.log(m / t) for m, t in zip(matches, totals, strict=True)]
    return 100 * min(1.0, math.exp(1 - reference / length)) * math.exp(sum(logs) / 4)
    # END SOLUTION


# %% role="check" qid="11.q3"
check("11.q3", bleu)


# %% role="probe" qid="11.q3"
def probe(answer, rng):
    texts = []
    for length in rng.integers(8, 30, 3):
        totals = [int(length) - n for n in range(4)]
        matches = [int(rng.integers(1, total)) for total in totals]
        texts.append((matches, totals, int(length), int(rng.integers(8, 30))))
    return [round(float(answer(texts)), 6), round(float(answer(texts[:1])), 6)]


# %% role="mutant" qid="11.q3" fails=["two", "without", "many"]
# Misconception: the BLEU of a corpus is the mean of its texts' BLEUs
def bleu(texts):
    scores = []
    for matches, totals, length, reference in texts:
        if all(matches):
            logs = [math.log(m / t) for m, t in zip(matches, totals, strict=True)]
            scores.append(min(1.0, math.exp(1 - reference / length)) * math.exp(sum(logs) / 4))
        else:
            scores.append(0.0)
    return 100 * sum(scores) / len(scores)


# %% role="mutant" qid="11.q3" fails=["one text", "too long", "no match", "two", "without", "many"]
# Misconception: a mean is a mean, so add and divide by four
def bleu(texts):
    matches = [sum(text[0][n] for text in texts) for n in range(4)]
    totals = [sum(text[1][n] for text in texts) for n in range(4)]
    length, reference = sum(text[2] for text in texts), sum(text[3] for text in texts)
    mean = sum(m / t if t else 0.0 for m, t in zip(matches, totals, strict=True)) / 4
    return 100 * min(1.0, math.exp(1 - reference / length)) * mean


# %% role="mutant" qid="11.q3" fails=["too long"]
# Misconception: whoever writes too much is punished as well
def bleu(texts):
    matches = [sum(text[0][n] for text in texts) for n in range(4)]
    totals = [sum(text[1][n] for text in texts) for n in range(4)]
    if not all(matches):
        return 0.0
    length, reference = sum(text[2] for text in texts), sum(text[3] for text in texts)
    longer, shorter = max(length, reference), min(length, reference)
    logs = [math.log(m / t) for m, t in zip(matches, totals, strict=True)]
    return 100 * math.exp(1 - longer / shorter) * math.exp(sum(logs) / 4)


# %% role="mutant" qid="11.q3" fails=["too short", "many"]
# Misconception: precisions say all, lengths nothing
def bleu(texts):
    matches = [sum(text[0][n] for text in texts) for n in range(4)]
    totals = [sum(text[1][n] for text in texts) for n in range(4)]
    if not all(matches):
        return 0.0
    logs = [math.log(m / t) for m, t in zip(matches, totals, strict=True)]
    return 100 * math.exp(sum(logs) / 4)


# %% role="mutant" qid="11.q3" fails=["too short", "many"]
# Misconception: a text that is half as long gets half of the score
def bleu(texts):
    matches = [sum(text[0][n] for text in texts) for n in range(4)]
    totals = [sum(text[1][n] for text in texts) for n in range(4)]
    if not all(matches):
        return 0.0
    length, reference = sum(text[2] for text in texts), sum(text[3] for text in texts)
    logs = [math.log(m / t) for m, t in zip(matches, totals, strict=True)]
    return 100 * min(1.0, length / reference) * math.exp(sum(logs) / 4)


# %% [markdown] qid="11.q4"
# ## q4 · Measure: the same poet, less varied · {{points}}
#
# *Distinct-2* of a set of texts is the number of different pairs of words in the whole set, divided
# by the number of all pairs in it. No pair runs from one text into the next. It is often printed
# without saying how many texts it is of.
#
# `rows` holds the words of 300 poems, all from one source. Cut each to its first **40** words, and
# measure distinct-2 of the first **10**, the first **100** and all **300** poems. Return the three
# numbers.


# %% role="answer" qid="11.q4" points=2
def distinct_by_size() -> tuple[float, float, float]:
    """Distinct-2 of the first 10, 100 and 300 poems, 40 words of each."""
    # BEGIN SOLUTION
    found = []
    for size in (10, 100, 300):
        pairs = [pair for row in rows[:size] for pair in ngrams(row[:40], 2)]
        found.append(len(set(pairs)) / len(pairs))
    return tuple(found)
    # END SOLUTION


# %% role="check" qid="11.q4"
check("11.q4", distinct_by_size)


# %% role="mutant" qid="11.q4" fails=["*"]
# Misconception: the variety of a set is the mean variety of its texts
def distinct_by_size():
    found = []
    for size in (10, 100, 300):
        own = [list(ngrams(row[:40], 2)) for row in rows[:size]]
        found.append(sum(len(set(pairs)) / len(pairs) for pairs in own) / size)
    return tuple(found)


# %% role="mutant" qid="11.q4" fails=["*"]
# Misconception: the length of the texts makes no difference
def distinct_by_size():
    found = []
    for size in (10, 100, 300):
        pairs = [pair for row in rows[:size] for pair in ngrams(row, 2)]
        found.append(len(set(pairs)) / len(pairs))
    return tuple(found)


# %% role="mutant" qid="11.q4" fails=["*"]
# Misconception: what is counted is words
def distinct_by_size():
    found = []
    for size in (10, 100, 300):
        said = [word for row in rows[:size] for word in row[:40]]
        found.append(len(set(said)) / len(said))
    return tuple(found)


# %% role="mutant" qid="11.q4" fails=["*"]
# Misconception: a pair is distinct if it occurs once
def distinct_by_size():
    found = []
    for size in (10, 100, 300):
        counts = Counter(pair for row in rows[:size] for pair in ngrams(row[:40], 2))
        found.append(sum(count == 1 for count in counts.values()) / counts.total())
    return tuple(found)


# %% [markdown] qid="11.q5"
# ## q5 · How alike are they? · {{points}}
#
# *Self-BLEU* takes each text for a hypothesis, and **all the others** for its references. Its core
# is this: of the n-grams of a text, how many does some other text have? An n-gram is matched at
# most as often as **one** of the others has it, the one that has it most often.
#
# Write this for one n: for each text the matches divided by its n-grams, and of these shares the
# mean over the texts. Every text has at least n words. 1 means that all are alike: **higher is
# less varied**.


# %% role="answer" qid="11.q5" points=2
def likeness(texts: list[list[str]], n: int) -> float:
    """Mean share of a text's n-grams that another text has, clipped; higher is less varied."""
    # BEGIN SOLUTION
    counts = [Counter(ngrams(text, n)) for text in texts]
    shares = []
    for i, own in enumerate(counts):
        others = [other for j, other in enumerate(counts) if j != i]
        matches = sum(
            min(count, max(other[gram] for other in others)) for gram, count in own.items()
        )
        shares.append(matches / own.total())
    return sum(shares) / len(shares)
    # END SOLUTION


# %% role="check" qid="11.q5"
check("11.q5", likeness)
print(f"30 poems: {likeness([row[:40] for row in rows[:30]], 2):.3f}")
print(f"one poem, 30 times: {likeness([rows[0][:40]] * 30, 2):.3f}")


# %% role="probe" qid="11.q5"
def probe(answer, rng):
    texts = [[str(x) for x in rng.choice(list("abcd"), size)] for size in (6, 9, 7)]
    return [round(float(answer(texts, n)), 6) for n in (1, 2)]


# %% role="mutant" qid="11.q5" fails=["apart", "some shared", "once each", "lengths", "many"]
# Misconception: all texts are references, the text itself among them
def likeness(texts, n):
    counts = [Counter(ngrams(text, n)) for text in texts]
    shares = []
    for own in counts:
        matches = sum(min(k, max(other[g] for other in counts)) for g, k in own.items())
        shares.append(matches / own.total())
    return sum(shares) / len(shares)


# %% role="mutant" qid="11.q5" fails=["*"]
# Misconception: a measure of variety is higher for more variety
def likeness(texts, n):
    counts = [Counter(ngrams(text, n)) for text in texts]
    shares = []
    for i, own in enumerate(counts):
        others = [other for j, other in enumerate(counts) if j != i]
        matches = sum(min(k, max(other[g] for other in others)) for g, k in own.items())
        shares.append(matches / own.total())
    return 1 - sum(shares) / len(shares)


# %% role="mutant" qid="11.q5" fails=["once each", "many"]
# Misconception: what several others have once is as good as what one has often
def likeness(texts, n):
    counts = [Counter(ngrams(text, n)) for text in texts]
    shares = []
    for i, own in enumerate(counts):
        others = [other for j, other in enumerate(counts) if j != i]
        matches = sum(min(k, sum(other[g] for other in others)) for g, k in own.items())
        shares.append(matches / own.total())
    return sum(shares) / len(shares)


# %% role="mutant" qid="11.q5" fails=["once each", "lengths", "many"]
# Misconception: the mean over texts is the share of all n-grams
def likeness(texts, n):
    counts = [Counter(ngrams(text, n)) for text in texts]
    matches = 0
    for i, own in enumerate(counts):
        others = [other for j, other in enumerate(counts) if j != i]
        matches += sum(min(k, max(other[g] for other in others)) for g, k in own.items())
    return matches / sum(own.total() for own in counts)


# %% role="mutant" qid="11.q5" fails=["three texts", "many"]
# Misconception: a text is compared with each of the others in turn
def likeness(texts, n):
    counts = [Counter(ngrams(text, n)) for text in texts]
    shares = []
    for i, own in enumerate(counts):
        for j, other in enumerate(counts):
            if i != j:
                shares.append(sum(min(k, other[g]) for g, k in own.items()) / own.total())
    return sum(shares) / len(shares)


# %% [markdown] qid="11.q6"
# ## q6 · Bits per byte · {{points}}
#
# Two models cut text into different tokens, so their perplexities per token cannot be compared.
# What can be compared is the surprise of the **whole text**, in bits, divided by its length in
# **bytes** of UTF-8, which no tokenizer decides.
#
# Here `texts` are strings. `log_probs[i]` are the natural logarithms of the probabilities of all
# tokens of text i, the end of the text included: it has to be predicted, though it has no bytes.
# Return the bits of all texts together, divided by the bytes of all texts together.


# %% role="answer" qid="11.q6" points=2
def bits_per_byte(texts: list[str], log_probs: list[list[float]]) -> float:
    """Surprise of all texts in bits, divided by their length in bytes of UTF-8."""
    # BEGIN SOLUTION
    nats = -sum(sum(row) for row in log_probs)
    return nats / math.log(2) / sum(len(text.encode()) for text in texts)
    # END SOLUTION


# %% role="check" qid="11.q6"
check("11.q6", bits_per_byte)
letters = [math.log(1 / 2)] * 8 + [math.log(1 / 4)]  # "the moon", letter by letter, and its end
pieces = [math.log(1 / 32)] * 2  # the same text in one piece, and its end
for name, row in (("letters", letters), ("pieces", pieces)):
    perplexity = math.exp(-sum(row) / len(row))
    bits = bits_per_byte(["the moon"], [row])
    print(f"{name}: perplexity per token {perplexity:.2f}, bits per byte {bits:.2f}")


# %% role="probe" qid="11.q6"
def probe(answer, rng):
    texts = ["¿quién?", "a sea", "ñandú, águila"]
    log_probs = [[float(x) for x in -rng.exponential(2, size)] for size in (4, 6, 9)]
    return round(float(answer(texts, log_probs)), 6)


# %% role="mutant" qid="11.q6" fails=["accents", "many"]
# Misconception: a character is a byte
def bits_per_byte(texts, log_probs):
    nats = -sum(sum(row) for row in log_probs)
    return nats / math.log(2) / sum(len(text) for text in texts)


# %% role="mutant" qid="11.q6" fails=["*"]
# Misconception: a natural logarithm is in bits
def bits_per_byte(texts, log_probs):
    return -sum(sum(row) for row in log_probs) / sum(len(text.encode()) for text in texts)


# %% role="mutant" qid="11.q6" fails=["*"]
# Misconception: tokens are as good a unit as bytes
def bits_per_byte(texts, log_probs):
    nats = -sum(sum(row) for row in log_probs)
    return nats / math.log(2) / sum(len(row) for row in log_probs)


# %% role="mutant" qid="11.q6" fails=["two texts", "many"]
# Misconception: the figure of a corpus is the mean of its texts' figures
def bits_per_byte(texts, log_probs):
    own = [
        -sum(row) / math.log(2) / len(text.encode())
        for text, row in zip(texts, log_probs, strict=True)
    ]
    return sum(own) / len(own)


# %% role="mutant" qid="11.q6" fails=["*"]
# Misconception: the end of a text is no part of it, so it costs nothing
def bits_per_byte(texts, log_probs):
    nats = -sum(sum(row[:-1]) for row in log_probs)
    return nats / math.log(2) / sum(len(text.encode()) for text in texts)


# %% [markdown] qid="11.q7"
# ## q7 · Find the bugs: a story that repeats itself · {{points}}
#
# This function is to measure how much a text repeats itself: the share of its n-grams that occurred
# in it before. It stands, in this or a similar form, in many notebooks. The text below is a proverb
# of five words, no two of them the same. Two things are wrong with it, and the cell shows both.


# %% role="given"
def broken_repetition(text: str, n: int) -> float:
    """Share of the n-grams of a text that occurred in it before."""
    grams = [text[i : i + n] for i in range(len(text) - n + 1)]
    return 1 - len(set(grams)) / len(grams)


for n in (1, 2, 3):
    print(f"n = {n}: {broken_repetition('many hands make light work', n):.0%} repeated")
try:
    broken_repetition("hm", 3)
except ZeroDivisionError as error:
    print("a short text:", error)

# %% [markdown] qid="11.q7"
# Write the function as it should be, for the **words** of a text: use `words(text)`. A text of
# fewer than n words has no n-gram, and so no rate: return `None` for it.


# %% role="answer" qid="11.q7" points=1
def repetition(text: str, n: int) -> float | None:
    """Share of the n-grams of words that occurred before in the text; None without an n-gram."""
    # BEGIN SOLUTION
    grams = list(ngrams(words(text), n))
    return 1 - len(set(grams)) / len(grams) if grams else None
    # END SOLUTION


# %% role="check" qid="11.q7"
check("11.q7", repetition)


# %% role="probe" qid="11.q7"
def probe(answer, rng):
    text = " ".join(str(x) for x in rng.choice(["sea", "sky", "the", "a"], 12))
    return [round(float(answer(text, n)), 6) for n in (1, 2, 3)]


# %% role="mutant" qid="11.q7" fails=["a proverb", "round and round", "many"]
# Misconception: the short text was the only bug
def repetition(text, n):
    grams = [text[i : i + n] for i in range(len(text) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if len(words(text)) >= n else None


# %% role="mutant" qid="11.q7" fails=["a short text", "no word"]
# Misconception: where there is nothing to repeat, nothing is repeated
def repetition(text, n):
    grams = list(ngrams(words(text), n))
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


# %% role="mutant" qid="11.q7" fails=["round and round", "many"]
# Misconception: the first of two equal ones is a repetition, too
def repetition(text, n):
    counts = Counter(ngrams(words(text), n))
    if not counts:
        return None
    return sum(count for count in counts.values() if count > 1) / counts.total()


# %% role="mutant" qid="11.q7" fails=["round and round", "many"]
# Misconception: what repeats itself follows at once
def repetition(text, n):
    grams = list(ngrams(words(text), n))
    if not grams:
        return None
    return sum(a == b for a, b in pairwise(grams)) / len(grams)


# %% [markdown] qid="11.q8"
# ## q8 · Is it as often right as it says? · {{points}}
#
# A model said of each token it predicted how sure it was: its `confidences`, from 0 to 1. `hits`
# says whether it was right, 1 or 0. To compare the two, sort the predictions into `n_bins` bins of
# equal width by their confidence: bin b, counted from 1, holds those **above** (b - 1)/n_bins, **up
# to and with** b/n_bins. A confidence of 0 goes into the first.
#
# The *expected calibration error* is the mean over the bins of the distance between their mean
# confidence and their share of hits, each bin **weighted by how many predictions it has**. Empty
# bins do not count.


# %% role="answer" qid="11.q8" points=2
def calibration_error(confidences: list[float], hits: list[int], n_bins: int) -> float:
    """Mean distance of confidence and share of hits in bins, weighted by their predictions."""
    # BEGIN SOLUTION
    c, h = np.array(confidences), np.array(hits)
    which = np.maximum(np.ceil(c * n_bins), 1)
    bins = [which == b for b in range(1, n_bins + 1)]
    apart = [here.sum() * abs(c[here].mean() - h[here].mean()) for here in bins if here.any()]
    return float(sum(apart) / len(c))
    # END SOLUTION


# %% role="check" qid="11.q8"
check("11.q8", calibration_error)


# %% role="probe" qid="11.q8"
def probe(answer, rng):
    c = rng.random(40)
    hits = (rng.random(40) < c).astype(int).tolist()
    return [round(float(answer(c.tolist(), hits, n)), 6) for n in (1, 5, 10)]


# %% role="mutant" qid="11.q8" fails=["too sure", "not alike", "edges", "many"]
# Misconception: each bin counts the same
def calibration_error(confidences, hits, n_bins):
    c, h = np.array(confidences), np.array(hits)
    which = np.maximum(np.ceil(c * n_bins), 1)
    bins = [which == b for b in range(1, n_bins + 1)]
    return float(np.mean([abs(c[b].mean() - h[b].mean()) for b in bins if b.any()]))


# %% role="mutant" qid="11.q8" fails=["both ways", "not alike", "edges", "many"]
# Misconception: too sure in one place makes up for too little in another
def calibration_error(confidences, hits, n_bins):
    return float(abs(np.mean(confidences) - np.mean(hits)))


# %% role="mutant" qid="11.q8" fails=["half", "too sure", "both ways", "not alike", "many"]
# Misconception: each prediction by itself is as far off as it missed
def calibration_error(confidences, hits, n_bins):
    return float(np.mean(np.abs(np.array(confidences) - np.array(hits))))


# %% role="mutant" qid="11.q8" fails=["edges"]
# Misconception: it makes no difference to which side an edge belongs
def calibration_error(confidences, hits, n_bins):
    c, h = np.array(confidences), np.array(hits)
    which = np.minimum((c * n_bins).astype(int), n_bins - 1)
    bins = [which == b for b in range(n_bins)]
    apart = [here.sum() * abs(c[here].mean() - h[here].mean()) for here in bins if here.any()]
    return float(sum(apart) / len(c))


# %% role="mutant" qid="11.q8" fails=["too sure", "not alike", "edges", "many"]
# Misconception: only the worst bin counts
def calibration_error(confidences, hits, n_bins):
    c, h = np.array(confidences), np.array(hits)
    which = np.maximum(np.ceil(c * n_bins), 1)
    bins = [which == b for b in range(1, n_bins + 1)]
    return float(max(abs(c[b].mean() - h[b].mean()) for b in bins if b.any()))


# %% [markdown] qid="11.q9"
# ## q9 · Could it be luck? · {{points}}
#
# Two systems answered the same N prompts, and a measure gave each answer a number: `first[i]` and
# `second[i]` belong to the **same** prompt. The first is better on average. With other prompts,
# would it still be?
#
# `draws` holds many draws of N prompts, with replacement: each is a list of N indices. For each
# draw, compute the mean of `first` minus `second` over its prompts. Return the two numbers that
# leave out 2.5 % of these means on either side: the quantiles **0.025** and **0.975**, as
# `np.quantile` gives them.


# %% role="answer" qid="11.q9" points=2
def difference_interval(
    first: list[float], second: list[float], draws: list[list[int]]
) -> tuple[float, float]:
    """The 95 % interval of the mean difference, first minus second, over draws of prompts."""
    # BEGIN SOLUTION
    apart = np.array(first) - np.array(second)
    low, high = np.quantile([apart[draw].mean() for draw in draws], [0.025, 0.975])
    return float(low), float(high)
    # END SOLUTION


# %% role="check" qid="11.q9"
check("11.q9", difference_interval)


# %% role="probe" qid="11.q9"
def probe(answer, rng):
    first, second = rng.normal(size=12).tolist(), rng.normal(size=12).tolist()
    draws = rng.integers(0, 12, (50, 12)).tolist()
    return [round(float(x), 6) for x in answer(first, second, draws)]


# %% role="mutant" qid="11.q9" fails=["a constant lead", "four draws", "many"]
# Misconception: an interval of a difference is the difference of intervals
def difference_interval(first, second, draws):
    a, b = np.array(first), np.array(second)
    ends = [np.quantile([x[draw].mean() for draw in draws], [0.025, 0.975]) for x in (a, b)]
    return float(ends[0][0] - ends[1][1]), float(ends[0][1] - ends[1][0])


# %% role="mutant" qid="11.q9" fails=["a constant lead", "four draws", "many"]
# Misconception: the two systems may be drawn separately
def difference_interval(first, second, draws):
    a, b = np.array(first), np.array(second)
    others = draws[1:] + draws[:1]
    means = [a[one].mean() - b[two].mean() for one, two in zip(draws, others, strict=True)]
    return tuple(float(x) for x in np.quantile(means, [0.025, 0.975]))


# %% role="mutant" qid="11.q9" fails=["four draws", "many"]
# Misconception: the spread of the single differences is the uncertainty of their mean
def difference_interval(first, second, draws):
    apart = np.array(first) - np.array(second)
    return tuple(float(x) for x in np.quantile(apart, [0.025, 0.975]))


# %% role="mutant" qid="11.q9" fails=["four draws", "many"]
# Misconception: the interval reaches as far as the draws do
def difference_interval(first, second, draws):
    apart = np.array(first) - np.array(second)
    means = [apart[draw].mean() for draw in draws]
    return float(min(means)), float(max(means))


# %% role="mutant" qid="11.q9" fails=["a constant lead", "four draws", "reversed", "many"]
# Misconception: what comes second is better
def difference_interval(first, second, draws):
    apart = np.array(second) - np.array(first)
    return tuple(float(x) for x in np.quantile([apart[d].mean() for d in draws], [0.025, 0.975]))
