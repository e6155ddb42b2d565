# ---
# jupyter:
#   course:
#     title: From probabilities to words
#     minutes: 75
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
# # 10 · From probabilities to words
#
# A model gives a number to every token. Here you make probabilities of the numbers, cut off their
# tail in two ways, draw from what is left, and see what a penalty does. Everything is plain Python.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [Which of the next words should it take?](../_build/html/book/05_sampling.html).
# - Run the `check` below each question as often as you like; `course check 10` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.
#
# Throughout, a distribution is a list of probabilities, one for each token; the place in the list
# is the token's id.

# %% role="given"
import itertools
import math
from collections import Counter, defaultdict

from course_lib.corpus import verse
from course_lib.grading import check

poems = verse.sample(300, seed=5, language="en")
after: dict[str, Counter] = defaultdict(Counter)
for poem in poems:
    words = poem.replace("\n", " / ").split()
    for word, following in itertools.pairwise(words):
        after[word][following] += 1
print(f"{len(after)} words; after 'the' come {len(after['the'])} different ones")

# %% [markdown] qid="10.q1"
# ## q1 · Predict: colder · {{points}}
#
# A model holds two tokens possible, with the probabilities **0.8** and **0.2**. Now its logits are
# divided by a temperature of **0.5**. What is the probability of the first token then? Decide
# before you compute anything; two digits after the point are enough.


# %% role="answer" qid="10.q1" points=1
def predicted_probability() -> float:
    """Your prediction of the first token's probability at temperature 0.5."""
    # BEGIN SOLUTION
    # Dividing logits by 1/2 squares the weights: 0.64 to 0.04, so 16 of 17.
    return 16 / 17
    # END SOLUTION


# %% role="check" qid="10.q1"
check("10.q1", predicted_probability)


# %% role="mutant" qid="10.q1" fails=["at 0.5"]
# Misconception: a temperature below 1 makes everything more equal
def predicted_probability():
    return math.sqrt(0.8) / (math.sqrt(0.8) + math.sqrt(0.2))


# %% role="mutant" qid="10.q1" fails=["at 0.5"]
# Misconception: probabilities are divided by the temperature
def predicted_probability():
    return 1.0


# %% role="mutant" qid="10.q1" fails=["at 0.5"]
# Misconception: it moves half of the way to certainty
def predicted_probability():
    return 0.9


# %% role="mutant" qid="10.q1" fails=["at 0.5"]
# Misconception: it is squared, and that is all
def predicted_probability():
    return 0.64


# %% [markdown] qid="10.q2"
# ## q2 · Softmax with a temperature · {{points}}
#
# With logits z and a temperature τ,
#
# $$p_i = \frac{e^{z_i / \tau}}{\sum_j e^{z_j / \tau}}.$$
#
# Write it. Logits may be as large as 1000, and $e^{1000}$ is more than a float can hold: the
# probabilities do not change if the same number is taken from all logits. A logit of `-math.inf`
# is a token that cannot come.


# %% role="answer" qid="10.q2" points=1
def softmax(logits: list[float], temperature: float) -> list[float]:
    """The probability of each token."""
    # BEGIN SOLUTION
    highest = max(logits)
    weights = [math.exp((z - highest) / temperature) for z in logits]
    total = sum(weights)
    return [weight / total for weight in weights]
    # END SOLUTION


# %% role="check" qid="10.q2"
check("10.q2", softmax)
print([round(p, 3) for p in softmax([2, 1, 1, 0, -1], 0.5)])


# %% role="probe" qid="10.q2"
def probe(answer, rng):
    logits = [float(z) for z in rng.normal(size=6) * 3]
    return [[round(float(p), 6) for p in answer(logits, t)] for t in (0.5, 1.0, 2.5)]


# %% role="mutant" qid="10.q2" fails=["colder", "hotter", "many logits"]
# Misconception: a temperature multiplies
def softmax(logits, temperature):
    highest = max(logits)
    weights = [math.exp((z - highest) * temperature) for z in logits]
    return [weight / sum(weights) for weight in weights]


# %% role="mutant" qid="10.q2" fails=["large logits"]
# Misconception: the formula as it stands will do
def softmax(logits, temperature):
    weights = [math.exp(z / temperature) for z in logits]
    return [weight / sum(weights) for weight in weights]


# %% role="mutant" qid="10.q2" fails=["colder", "hotter", "many logits"]
# Misconception: it is the probabilities that are divided, and the sum takes care of the rest
def softmax(logits, temperature):
    highest = max(logits)
    weights = [math.exp(z - highest) / temperature for z in logits]
    return [weight / sum(weights) for weight in weights]


# %% role="mutant" qid="10.q2" fails=["*"]
# Misconception: weights are probabilities
def softmax(logits, temperature):
    highest = max(logits)
    return [math.exp((z - highest) / temperature) for z in logits]


# %% [markdown] qid="10.q3"
# ## q3 · Top-k, with ties · {{points}}
#
# Keep the k likeliest tokens, set the others to 0, and divide by the sum of what is left. If tokens
# are exactly as likely as the k-th, there is no reason to keep one and drop another: keep them
# **all**. A k above the number of tokens keeps everything. The order of the list stays.


# %% role="answer" qid="10.q3" points=2
def top_k(probabilities: list[float], k: int) -> list[float]:
    """The distribution over the k likeliest tokens and those equal to the k-th."""
    # BEGIN SOLUTION
    least = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p if p >= least else 0.0 for p in probabilities]
    total = sum(kept)
    return [p / total for p in kept]
    # END SOLUTION


# %% role="check" qid="10.q3"
check("10.q3", top_k)


# %% role="probe" qid="10.q3"
def probe(answer, rng):
    p = rng.random(8)
    return [[round(float(x), 6) for x in answer((p / p.sum()).tolist(), k)] for k in (1, 3, 9)]


# %% role="mutant" qid="10.q3" fails=["two of four", "many"]
# Misconception: what is cut off is cut off, and that is all
def top_k(probabilities, k):
    least = sorted(probabilities, reverse=True)[:k][-1]
    return [p if p >= least else 0.0 for p in probabilities]


# %% role="mutant" qid="10.q3" fails=["ties"]
# Misconception: k means k, whatever the others are
def top_k(probabilities, k):
    best = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])[:k]
    kept = [p if i in best else 0.0 for i, p in enumerate(probabilities)]
    return [p / sum(kept) for p in kept]


# %% role="mutant" qid="10.q3" fails=["two of four", "many"]
# Misconception: the list may come back sorted
def top_k(probabilities, k):
    ranked = sorted(probabilities, reverse=True)
    kept = [p if p >= ranked[:k][-1] else 0.0 for p in ranked]
    return [p / sum(kept) for p in kept]


# %% role="mutant" qid="10.q3" fails=["*"]
# Misconception: what is kept is above the k-th, not at it
def top_k(probabilities, k):
    least = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p if p > least else 0.0 for p in probabilities]
    return [p / sum(kept) for p in kept]


# %% [markdown] qid="10.q4"
# ## q4 · Top-p, and the token that crosses · {{points}}
#
# Go down the tokens from the likeliest, and keep them until their probabilities sum to **at least**
# p. The token that crosses the line is kept. Set the others to 0, and divide by the sum of what is
# left. The order of the list stays. (No two tokens of the check are equally likely at the line.)


# %% role="answer" qid="10.q4" points=2
def top_p(probabilities: list[float], p: float) -> list[float]:
    """The distribution over the smallest set of likeliest tokens with mass p or more."""
    # BEGIN SOLUTION
    kept, mass = [0.0] * len(probabilities), 0.0
    for i in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        if mass >= p:
            break
        kept[i] = probabilities[i]
        mass += probabilities[i]
    return [x / mass for x in kept]
    # END SOLUTION


# %% role="check" qid="10.q4"
check("10.q4", top_p)


# %% role="probe" qid="10.q4"
def probe(answer, rng):
    p = rng.random(8)
    return [[round(float(x), 6) for x in answer((p / p.sum()).tolist(), m)] for m in (0.31, 0.77)]


# %% role="mutant" qid="10.q4" fails=["crossing", "one will do", "not sorted", "many"]
# Misconception: what would go beyond p is left out
def top_p(probabilities, p):
    kept, mass = [0.0] * len(probabilities), 0.0
    for i in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        if mass + probabilities[i] > p:
            break
        kept[i] = probabilities[i]
        mass += probabilities[i]
    return [x / mass for x in kept]


# %% role="mutant" qid="10.q4" fails=["not sorted", "many"]
# Misconception: the list is sorted already
def top_p(probabilities, p):
    kept, mass = [0.0] * len(probabilities), 0.0
    for i, probability in enumerate(probabilities):
        if mass >= p:
            break
        kept[i] = probability
        mass += probability
    return [x / mass for x in kept]


# %% role="mutant" qid="10.q4" fails=["crossing", "not sorted", "many"]
# Misconception: p says how likely a token has to be
def top_p(probabilities, p):
    kept = [x if x >= 1 - p else 0.0 for x in probabilities]
    return [x / sum(kept) for x in kept]


# %% role="mutant" qid="10.q4" fails=["exactly p"]
# Misconception: the sum has to be above p
def top_p(probabilities, p):
    kept, mass = [0.0] * len(probabilities), 0.0
    for i in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        if mass > p:
            break
        kept[i] = probabilities[i]
        mass += probabilities[i]
    return [x / mass for x in kept]


# %% role="mutant" qid="10.q4" fails=["crossing", "exactly p", "one will do", "not sorted", "many"]
# Misconception: the rest is lost, so the sum may be below 1
def top_p(probabilities, p):
    kept, mass = [0.0] * len(probabilities), 0.0
    for i in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        if mass >= p:
            break
        kept[i] = probabilities[i]
        mass += probabilities[i]
    return kept


# %% [markdown] qid="10.q5"
# ## q5 · Draw · {{points}}
#
# To draw a token, take a random number u, from 0 and below 1, and go through the list: token i
# comes if u is **at least** the sum of the probabilities before it, and **below** that sum with its
# own. So a token of probability 0 never comes, not even for u = 0. Rounding may leave the sum of
# all probabilities a hair below 1, and u may fall into the hair: then the last token that can come,
# comes.


# %% role="answer" qid="10.q5" points=2
def draw(probabilities: list[float], u: float) -> int:
    """The token that the random number u stands for."""
    # BEGIN SOLUTION
    total, last = 0.0, 0
    for i, probability in enumerate(probabilities):
        if probability > 0:
            last = i
        total += probability
        if u < total:
            return i
    return last
    # END SOLUTION


# %% role="check" qid="10.q5"
check("10.q5", draw)


# %% role="probe" qid="10.q5"
def probe(answer, rng):
    p = rng.random(6)
    return [int(answer((p / p.sum()).tolist(), float(u))) for u in rng.random(20)]


# %% role="mutant" qid="10.q5" fails=["at the edge", "cannot come", "edge of nothing"]
# Misconception: it makes no difference to which side an edge belongs
def draw(probabilities, u):
    total = 0.0
    for i, probability in enumerate(probabilities):
        total += probability
        if u <= total:
            return i
    return len(probabilities) - 1


# %% role="mutant" qid="10.q5" fails=["at the edge", "late", "edge of nothing", "a hair", "many"]
# Misconception: the likeliest token is the one to draw
def draw(probabilities, u):
    return probabilities.index(max(probabilities))


# %% role="mutant" qid="10.q5" fails=["a hair"]
# Misconception: probabilities sum to exactly 1
def draw(probabilities, u):
    total = 0.0
    for i, probability in enumerate(probabilities):
        total += probability
        if u < total:
            return i
    return None


# %% role="mutant" qid="10.q5" fails=["cannot come", "edge of nothing", "a hair", "many"]
# Misconception: to draw is to take any of them
def draw(probabilities, u):
    return int(u * len(probabilities))


# %% [markdown] qid="10.q6"
# ## q6 · A penalty for what has occurred · {{points}}
#
# The *repetition penalty* changes the logits of all ids that have occurred: positive ones are
# divided by the penalty, negative ones are multiplied by it. Each id is changed **once**, however
# often it has occurred. Return a new list, and leave the old one as it is.


# %% role="answer" qid="10.q6" points=1
def penalised(logits: list[float], ids: list[int], penalty: float) -> list[float]:
    """Logits with the ids that have occurred made less likely."""
    # BEGIN SOLUTION
    seen = set(ids)
    return [
        z if i not in seen else (z * penalty if z < 0 else z / penalty)
        for i, z in enumerate(logits)
    ]
    # END SOLUTION


# %% role="check" qid="10.q6"
check("10.q6", penalised)


# %% role="probe" qid="10.q6"
def probe(answer, rng):
    logits = [float(z) for z in rng.normal(size=6)]
    return [round(float(z), 6) for z in answer(logits, rng.integers(0, 6, 4).tolist(), 1.3)]


# %% role="mutant" qid="10.q6" fails=["negative", "many"]
# Misconception: to divide is to make smaller
def penalised(logits, ids, penalty):
    return [z / penalty if i in ids else z for i, z in enumerate(logits)]


# %% role="mutant" qid="10.q6" fails=["twice", "many"]
# Misconception: who has occurred twice is punished twice
def penalised(logits, ids, penalty):
    changed = list(logits)
    for i in ids:
        changed[i] = changed[i] * penalty if changed[i] < 0 else changed[i] / penalty
    return changed


# %% role="mutant" qid="10.q6" fails=["positive", "negative", "many"]
# Misconception: a penalty is taken away
def penalised(logits, ids, penalty):
    return [z - penalty if i in ids else z for i, z in enumerate(logits)]


# %% role="mutant" qid="10.q6" fails=["positive", "negative", "twice", "the old list", "many"]
# Misconception: a list that was given may be changed
def penalised(logits, ids, penalty):
    for i in set(ids):
        logits[i] = logits[i] * penalty if logits[i] < 0 else logits[i] / penalty
    return logits


# %% [markdown] qid="10.q7"
# ## q7 · Measure: among how many words does it hesitate? · {{points}}
#
# `after[word]` counts what followed each word of the poems. As a model, it hesitates after *word*
# among $e^H$ words, where $H = -\sum_i p_i \ln p_i$ is the entropy of its distribution. At a
# temperature τ the probabilities are proportional to $c_i^{1/\tau}$, with the counts $c_i$.
#
# Measure the **mean of** $e^H$ over all words in `after`, each word counted once, for the
# temperatures 0.5, 1 and 2. Return the three numbers, in this order.


# %% role="answer" qid="10.q7" points=2
def hesitation() -> tuple[float, float, float]:
    """Mean of exp(H) over the words, at temperatures 0.5, 1 and 2."""
    # BEGIN SOLUTION
    found = []
    for temperature in (0.5, 1, 2):
        choices = []
        for counts in after.values():
            weights = [count ** (1 / temperature) for count in counts.values()]
            p = [weight / sum(weights) for weight in weights]
            choices.append(math.exp(-sum(x * math.log(x) for x in p)))
        found.append(sum(choices) / len(choices))
    return tuple(found)
    # END SOLUTION


# %% role="check" qid="10.q7"
check("10.q7", hesitation)


# %% role="mutant" qid="10.q7" fails=["cold", "hot"]
# Misconception: a count is raised to the power of the temperature
def hesitation():
    found = []
    for temperature in (0.5, 1, 2):
        choices = []
        for counts in after.values():
            weights = [count**temperature for count in counts.values()]
            p = [weight / sum(weights) for weight in weights]
            choices.append(math.exp(-sum(x * math.log(x) for x in p)))
        found.append(sum(choices) / len(choices))
    return tuple(found)


# %% role="mutant" qid="10.q7" fails=["*"]
# Misconception: an entropy in bits goes with e
def hesitation():
    found = []
    for temperature in (0.5, 1, 2):
        choices = []
        for counts in after.values():
            weights = [count ** (1 / temperature) for count in counts.values()]
            p = [weight / sum(weights) for weight in weights]
            choices.append(math.exp(-sum(x * math.log2(x) for x in p)))
        found.append(sum(choices) / len(choices))
    return tuple(found)


# %% role="mutant" qid="10.q7" fails=["*"]
# Misconception: the exponential of the mean is the mean of the exponentials
def hesitation():
    found = []
    for temperature in (0.5, 1, 2):
        entropies = []
        for counts in after.values():
            weights = [count ** (1 / temperature) for count in counts.values()]
            p = [weight / sum(weights) for weight in weights]
            entropies.append(-sum(x * math.log(x) for x in p))
        found.append(math.exp(sum(entropies) / len(entropies)))
    return tuple(found)


# %% role="mutant" qid="10.q7" fails=["*"]
# Misconception: what matters is how many words can come at all
def hesitation():
    mean = sum(len(counts) for counts in after.values()) / len(after)
    return mean, mean, mean


# %% [markdown] qid="10.q8"
# ## q8 · Choose: what is left of the mistakes? · {{points}}
#
# A counting model gives a good third of its probability to tokens that the grammar of the poems
# does not allow at their place. With top-p at 0.9, how much of what is left is impossible?
#
# - **A**: hardly anything: what is wrong is what is unlikely, and that was cut off.
# - **B**: nearly as much: the model also holds wrong tokens likely, and a rule that looks at
#   probabilities cannot see that they are wrong.
# - **C**: much more, since what is left is divided by its sum.
# - **D**: exactly nine tenths of what it was.


# %% role="answer" qid="10.q8" points=1
def what_is_left() -> str:
    """The letter of the right sentence."""
    # BEGIN SOLUTION
    return "B"
    # END SOLUTION


# %% role="check" qid="10.q8"
check("10.q8", what_is_left)


# %% role="mutant" qid="10.q8" fails=["the rest"]
# Misconception: a filter tells right from wrong
def what_is_left():
    return "A"


# %% role="mutant" qid="10.q8" fails=["the rest"]
# Misconception: dividing by the sum makes the wrong share grow
def what_is_left():
    return "C"


# %% role="mutant" qid="10.q8" fails=["the rest"]
# Misconception: a rule that keeps 0.9 keeps 0.9 of everything
def what_is_left():
    return "D"
