# ---
# jupyter:
#   course:
#     title: The n-gram baseline
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
# # 05 · The n-gram baseline
#
# The first language model of the course counts. Here you count pairs of tokens, see how a single
# zero ruins everything, mend it in two ways, measure in units that may be compared, and let the
# counts write.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [The first language model, and the one to beat](../_build/html/book/02_ngrams.html).
# - Run the `check` below each question as often as you like; `course check 05` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.
#
# Throughout, a document is a list of tokens, and `END` is the token of its end. A model reads
# `END` first and predicts it last: a document of n tokens has n + 1 predictions.

# %% role="given"
import math
import random
from collections import Counter
from itertools import pairwise

from course_lib import corpus
from course_lib.corpus import verse
from course_lib.corpus.split import split
from course_lib.grading import check

END = "<end>"
spanish = split(corpus.load("anthology", language="es"), seed=0)
poems = verse.sample(300, seed=5, language="en")
documents = [poem.replace("\n", " / ").split() for poem in poems]
print(f"{len(documents)} poems. The first begins:", *documents[0][:15])

# %% [markdown] qid="05.q1"
# ## q1 · Predict a perplexity · {{points}}
#
# A model that hesitates evenly among n tokens has a *perplexity* of n. The perplexity of a text
# is the exponential of the **mean surprise** of its tokens, where the surprise of a token of
# probability p is -log p.
#
# In some strange text, every second token is one of **900**, all equally likely. The tokens in
# between are certain: the model gives each of them the probability 1, and is right. What is the
# perplexity of this text, of an even number of tokens? Decide before you compute anything.


# %% role="answer" qid="05.q1" points=1
def predicted_perplexity() -> float:
    """Your prediction of the perplexity per token."""
    # BEGIN SOLUTION
    # The mean surprise is (log 900 + log 1) / 2, half of log 900: the square root of 900.
    return 30
    # END SOLUTION


# %% role="check" qid="05.q1"
check("05.q1", predicted_perplexity)


# %% role="mutant" qid="05.q1" fails=["every second token"]
# Misconception: a perplexity is the mean of the numbers of choices
def predicted_perplexity():
    return (900 + 1) / 2


# %% role="mutant" qid="05.q1" fails=["every second token"]
# Misconception: tokens that are certain do not count
def predicted_perplexity():
    return 900


# %% role="mutant" qid="05.q1" fails=["every second token"]
# Misconception: the perplexity is the mean surprise itself, in bits
def predicted_perplexity():
    return math.log2(900) / 2


# %% role="mutant" qid="05.q1" fails=["every second token"]
# Misconception: half of the tokens, half of the perplexity
def predicted_perplexity():
    return 900 / 2


# %% [markdown] qid="05.q2"
# ## q2 · Count bigrams, ends included · {{points}}
#
# A *bigram* is a pair of neighbours: the token that was read, and the one to be predicted. The
# document *the sea* has three of them, since it begins after `END` and ends with `END`:
#
# | read | predicted |
# |---|---|
# | `END` | `the` |
# | `the` | `sea` |
# | `sea` | `END` |
#
# Write a function that counts the bigrams of a list of documents: a `Counter` whose keys are
# pairs. No pair runs from one document into the next.


# %% role="answer" qid="05.q2" points=1
def count_bigrams(documents: list[list[str]]) -> Counter:
    """How often each pair of neighbours occurs, the ends of the documents included."""
    # BEGIN SOLUTION
    counts = Counter()
    for tokens in documents:
        counts.update(pairwise([END, *tokens, END]))
    return counts
    # END SOLUTION


# %% role="check" qid="05.q2"
check("05.q2", count_bigrams)
for pair, count in Counter(count_bigrams(documents)).most_common(4):
    print(f"{count:5,} times: {' '.join(pair)}")


# %% role="probe" qid="05.q2"
def probe(answer, rng):
    rows = [[str(x) for x in rng.choice(list("abc"), size)] for size in (4, 1, 7)]
    return sorted([*pair, int(count)] for pair, count in answer(rows).items())


# %% role="mutant" qid="05.q2" fails=["*"]
# Misconception: only tokens that have a neighbour on the page are predicted
def count_bigrams(documents):
    return Counter(pair for tokens in documents for pair in pairwise(tokens))


# %% role="mutant" qid="05.q2" fails=["*"]
# Misconception: the end has to be predicted, but the first token comes from nowhere
def count_bigrams(documents):
    return Counter(pair for tokens in documents for pair in pairwise([*tokens, END]))


# %% role="mutant" qid="05.q2" fails=["one document", "no crossing", "empty document", "mixture"]
# Misconception: a document stops where it stops, and nobody has to predict that
def count_bigrams(documents):
    return Counter(pair for tokens in documents for pair in pairwise([END, *tokens]))


# %% role="mutant" qid="05.q2" fails=["beginning", "no crossing", "empty document", "mixture"]
# Misconception: the documents are one long text
def count_bigrams(documents):
    text = [token for tokens in documents for token in tokens]
    return Counter(pairwise([END, *text, END]))


# %% role="mutant" qid="05.q2" fails=["no crossing", "empty document", "mixture"]
# Misconception: with an END on either side of each, documents may be strung together
def count_bigrams(documents):
    text = [token for tokens in documents for token in (END, *tokens, END)]
    return Counter(pairwise(text))


# %% role="mutant" qid="05.q2" fails=["one document", "beginning", "mixture"]
# Misconception: what counts is whether a pair was seen
def count_bigrams(documents):
    return Counter({pair for tokens in documents for pair in pairwise([END, *tokens, END])})


# %% [markdown] qid="05.q3"
# ## q3 · Maximum likelihood, and one zero · {{points}}
#
# The *maximum likelihood* estimate believes its counts: if *the* was seen 3 times, and 2 times
# with *sea* after it, then P(*sea* | *the*) = 2/3. In general, with c for the count of a pair,
#
# $$P(w \mid v) = \frac{c(v, w)}{\sum_u c(v, u)}.$$
#
# Write a function that returns the surprise of a whole document in nats: the sum of
# -log P over all its predictions, the end included. What does a pair cost that was never seen?
# And what is left of a document of a thousand tokens, one of which is such a pair? Python can say
# it: `math.inf`.


# %% role="answer" qid="05.q3" points=2
def surprise(counts: Counter, document: list[str]) -> float:
    """Surprise of a document in nats by maximum likelihood; math.inf where a pair is unseen."""
    # BEGIN SOLUTION
    cost = 0.0
    for previous, token in pairwise([END, *document, END]):
        if counts[previous, token] == 0:
            return math.inf
        begins = sum(count for (first, _), count in counts.items() if first == previous)
        cost -= math.log(counts[previous, token] / begins)
    return cost
    # END SOLUTION


# %% role="check" qid="05.q3"
check("05.q3", surprise)


# %% role="probe" qid="05.q3"
def probe(answer, rng):
    rows = [[END, *(str(x) for x in rng.choice(list("ab"), 6)), END] for _ in range(9)]
    counts = Counter(pair for row in rows for pair in pairwise(row))
    nats = [answer(counts, row) for row in (rows[0][1:-1], ["a", "b", "b"], ["c"])]
    return [round(float(x), 6) if math.isfinite(x) else "inf" for x in nats]


# %% role="mutant" qid="05.q3" fails=["a zero", "zero at the end", "unknown word", "many documents"]
# Misconception: what was never seen tells nothing, so it is left out
def surprise(counts, document):
    total = 0.0
    for previous, token in pairwise([END, *document, END]):
        if counts[previous, token]:
            begins = sum(count for (first, _), count in counts.items() if first == previous)
            total -= math.log(counts[previous, token] / begins)
    return total


# %% role="mutant" qid="05.q3" fails=["a zero", "zero at the end", "unknown word", "many documents"]
# Misconception: a tiny constant is as good as a zero
def surprise(counts, document):
    total = 0.0
    for previous, token in pairwise([END, *document, END]):
        begins = sum(count for (first, _), count in counts.items() if first == previous)
        total -= math.log(counts[previous, token] / max(begins, 1) + 1e-10)
    return total


# %% role="mutant" qid="05.q3" fails=["seen pairs", "many documents"]
# Misconception: a conditional probability is divided by all counts
def surprise(counts, document):
    total = 0.0
    for pair in pairwise([END, *document, END]):
        if counts[pair] == 0:
            return math.inf
        total -= math.log(counts[pair] / counts.total())
    return total


# %% role="mutant" qid="05.q3" fails=["seen pairs"]
# Misconception: a count is divided by all pairs that end with the same token
def surprise(counts, document):
    total = 0.0
    for pair in pairwise([END, *document, END]):
        if counts[pair] == 0:
            return math.inf
        ends = sum(count for (_, second), count in counts.items() if second == pair[1])
        total -= math.log(counts[pair] / ends)
    return total


# %% role="mutant" qid="05.q3" fails=["seen pairs", "zero at the end", "many documents"]
# Misconception: the end is no token, so it costs nothing
def surprise(counts, document):
    total = 0.0
    for previous, token in pairwise([END, *document]):
        if counts[previous, token] == 0:
            return math.inf
        begins = sum(count for (first, _), count in counts.items() if first == previous)
        total -= math.log(counts[previous, token] / begins)
    return total


# %% role="mutant" qid="05.q3" fails=["seen pairs", "many documents"]
# Misconception: nats are what log2 gives
def surprise(counts, document):
    total = 0.0
    for previous, token in pairwise([END, *document, END]):
        if counts[previous, token] == 0:
            return math.inf
        begins = sum(count for (first, _), count in counts.items() if first == previous)
        total -= math.log2(counts[previous, token] / begins)
    return total


# %% [markdown] qid="05.q4"
# ## q4 · Add-k · {{points}}
#
# The simplest cure: pretend that every pair was seen k times more than it was. With V tokens in
# the vocabulary,
#
# $$P(w \mid v) = \frac{c(v, w) + k}{\sum_u c(v, u) + k V}.$$
#
# Write a function that returns the whole distribution after the token `previous`: a dict with the
# probability of **each** token of the vocabulary, seen or not. (`END` stands in the vocabulary as
# well, since it can be predicted.)


# %% role="answer" qid="05.q4" points=2
def add_k(counts: Counter, previous: str, vocabulary: list[str], k: float) -> dict[str, float]:
    """The distribution over the vocabulary after `previous`, each count enlarged by k."""
    # BEGIN SOLUTION
    begins = sum(count for (first, _), count in counts.items() if first == previous)
    size = begins + k * len(vocabulary)
    return {token: (counts[previous, token] + k) / size for token in vocabulary}
    # END SOLUTION


# %% role="check" qid="05.q4"
check("05.q4", add_k)


# %% role="probe" qid="05.q4"
def probe(answer, rng):
    rows = [[END, *(str(x) for x in rng.choice(list("abc"), 6)), END] for _ in range(9)]
    counts = Counter(pair for row in rows for pair in pairwise(row))
    told = [answer(counts, previous, [END, *"abcde"], 0.5) for previous in ("a", "e")]
    return [[round(float(table[token]), 6) for token in (END, *"abcde")] for table in told]


# %% role="mutant" qid="05.q4" fails=["*"]
# Misconception: whoever adds to the count has done the adding
def add_k(counts, previous, vocabulary, k):
    begins = sum(count for (first, _), count in counts.items() if first == previous) or 1
    return {token: (counts[previous, token] + k) / begins for token in vocabulary}


# %% role="mutant" qid="05.q4" fails=["a smaller k", "sums to one", "unseen history", "many counts"]
# Misconception: the denominator grows by V, whatever k is
def add_k(counts, previous, vocabulary, k):
    begins = sum(count for (first, _), count in counts.items() if first == previous)
    return {t: (counts[previous, t] + k) / (begins + len(vocabulary)) for t in vocabulary}


# %% role="mutant" qid="05.q4" fails=["*"]
# Misconception: V counts the tokens that were seen after this one
def add_k(counts, previous, vocabulary, k):
    after = [count for (first, _), count in counts.items() if first == previous]
    size = sum(after) + k * (len(after) or 1)
    return {token: (counts[previous, token] + k) / size for token in vocabulary}


# %% role="mutant" qid="05.q4" fails=["k = 1", "a smaller k", "sums to one", "many counts"]
# Misconception: only what was never seen needs help
def add_k(counts, previous, vocabulary, k):
    begins = sum(count for (first, _), count in counts.items() if first == previous)
    size = begins + k * len(vocabulary)
    return {token: (counts[previous, token] or k) / size for token in vocabulary}


# %% role="mutant" qid="05.q4" fails=["*"]
# Misconception: a pair is divided by all pairs
def add_k(counts, previous, vocabulary, k):
    size = counts.total() + k * len(vocabulary)
    return {token: (counts[previous, token] + k) / size for token in vocabulary}


# %% [markdown] qid="05.q5"
# ## q5 · Count contexts, not occurrences · {{points}}
#
# When the pair was never seen, how likely is a token *by itself*? Its count misleads. In a text
# about California, *francisco* is a common word, and yet it comes after *san* only: in any other
# place it would be a surprise. *Sea* may be rarer, but comes after many words.
#
# So count **contexts**: a token's *continuation probability* is the number of different tokens it
# was seen after, divided by the number of all different pairs. In
# `Counter({("san", "francisco"): 20, ("the", "sea"): 3, ("a", "sea"): 2})` there are three
# different pairs: *sea* gets 2/3 and *francisco* 1/3.
#
# Write a function that returns the continuation probability of every token that comes second in
# some pair. All counts are above 0.


# %% role="answer" qid="05.q5" points=2
def continuation(counts: Counter) -> dict[str, float]:
    """In which share of the different pairs each token comes second."""
    # BEGIN SOLUTION
    contexts = Counter(second for _, second in counts)
    return {token: number / len(counts) for token, number in contexts.items()}
    # END SOLUTION


# %% role="check" qid="05.q5"
check("05.q5", continuation)


# %% role="probe" qid="05.q5"
def probe(answer, rng):
    rows = [[END, *(str(x) for x in rng.choice(list("abcd"), 5)), END] for _ in range(5)]
    counts = Counter(pair for row in rows for pair in pairwise(row))
    return sorted([token, round(float(p), 6)] for token, p in answer(counts).items())


# %% role="mutant" qid="05.q5" fails=["Francisco", "counts do not matter", "many documents"]
# Misconception: the lower order is how often a token occurs
def continuation(counts):
    totals = Counter()
    for (_, second), count in counts.items():
        totals[second] += count
    return {token: count / counts.total() for token, count in totals.items()}


# %% role="mutant" qid="05.q5" fails=["Francisco", "counts do not matter", "many documents"]
# Misconception: a context of a token is what comes after it
def continuation(counts):
    followers = Counter(first for first, _ in counts)
    return {token: number / len(counts) for token, number in followers.items()}


# %% role="mutant" qid="05.q5" fails=["*"]
# Misconception: the share is one of all possible contexts
def continuation(counts):
    contexts = Counter(second for _, second in counts)
    firsts = len({first for first, _ in counts})
    return {token: number / firsts for token, number in contexts.items()}


# %% role="mutant" qid="05.q5" fails=["*"]
# Misconception: the number of contexts is a probability
def continuation(counts):
    return dict(Counter(second for _, second in counts))


# %% role="mutant" qid="05.q5" fails=["*"]
# Misconception: different contexts are divided by occurrences
def continuation(counts):
    contexts = Counter(second for _, second in counts)
    return {token: number / counts.total() for token, number in contexts.items()}


# %% [markdown] qid="05.q6"
# ## q6 · A Kneser-Ney bigram · {{points}}
#
# Kneser and Ney take a fixed discount d, between 0 and 1, from the count of every pair that was
# seen, and give what they took to the continuation probabilities of q5:
#
# $$P(w \mid v) = \frac{\max(c(v, w) - d,\, 0)}{c(v)} +
#   \frac{d \cdot n(v)}{c(v)} \, P_\text{cont}(w).$$
#
# Here $c(v)$ is the sum of the counts of all pairs that begin with $v$, and $n(v)$ the **number of
# different** ones: each of them gave d. After a token that was never seen, nothing can be
# discounted: there P is P_cont alone.
#
# Write a function that returns the distribution after `previous`, over all tokens that come second
# in some pair. Do the arithmetic of q5 again in here, so that this question stands by itself.


# %% role="answer" qid="05.q6" points=3
def kneser_ney(counts: Counter, previous: str, discount: float) -> dict[str, float]:
    """The interpolated Kneser-Ney distribution after `previous`."""
    # BEGIN SOLUTION
    lower = {t: n / len(counts) for t, n in Counter(second for _, second in counts).items()}
    after = {second: count for (first, second), count in counts.items() if first == previous}
    if not after:
        return lower
    begins = sum(after.values())
    spared = discount * len(after) / begins
    return {
        token: max(after.get(token, 0) - discount, 0) / begins + spared * share
        for token, share in lower.items()
    }
    # END SOLUTION


# %% role="check" qid="05.q6"
check("05.q6", kneser_ney)


# %% role="probe" qid="05.q6"
def probe(answer, rng):
    rows = [[END, *(str(x) for x in rng.choice(list("abcd"), 5)), END] for _ in range(5)]
    counts = Counter(pair for row in rows for pair in pairwise(row))
    told = [answer(counts, previous, 0.75) for previous in ("a", "z")]
    return [sorted([token, round(float(p), 6)] for token, p in table.items()) for table in told]


# %% role="mutant" qid="05.q6" fails=["by hand", "unseen pairs", "sums to one", "many documents"]
# Misconception: each occurrence gave d, not each different pair
def kneser_ney(counts, previous, discount):
    lower = {t: n / len(counts) for t, n in Counter(b for _, b in counts).items()}
    after = {b: count for (a, b), count in counts.items() if a == previous}
    if not after:
        return lower
    c = sum(after.values())
    return {t: max(after.get(t, 0) - discount, 0) / c + discount * p for t, p in lower.items()}


# %% role="mutant" qid="05.q6" fails=["by hand", "unseen pairs", "unseen history", "many documents"]
# Misconception: the lower order is how often a token occurs
def kneser_ney(counts, previous, discount):
    lower = Counter()
    for (_, b), count in counts.items():
        lower[b] += count / counts.total()
    after = {b: count for (a, b), count in counts.items() if a == previous}
    if not after:
        return dict(lower)
    c = sum(after.values())
    spared = discount * len(after) / c
    return {t: max(after.get(t, 0) - discount, 0) / c + spared * p for t, p in lower.items()}


# %% role="mutant" qid="05.q6" fails=["by hand", "unseen pairs", "sums to one", "many documents"]
# Misconception: a count may be discounted below zero
def kneser_ney(counts, previous, discount):
    lower = {t: n / len(counts) for t, n in Counter(b for _, b in counts).items()}
    after = {b: count for (a, b), count in counts.items() if a == previous}
    if not after:
        return lower
    c = sum(after.values())
    spared = discount * len(after) / c
    return {t: (after.get(t, 0) - discount) / c + spared * p for t, p in lower.items()}


# %% role="mutant" qid="05.q6" fails=["by hand", "sums to one", "many documents"]
# Misconception: the lower order is for pairs that were never seen
def kneser_ney(counts, previous, discount):
    lower = {t: n / len(counts) for t, n in Counter(b for _, b in counts).items()}
    after = {b: count for (a, b), count in counts.items() if a == previous}
    if not after:
        return lower
    c = sum(after.values())
    spared = discount * len(after) / c
    return {t: (after[t] - discount) / c if t in after else spared * p for t, p in lower.items()}


# %% role="mutant" qid="05.q6" fails=["unseen history"]
# Misconception: every token was seen before something
def kneser_ney(counts, previous, discount):
    lower = {t: n / len(counts) for t, n in Counter(b for _, b in counts).items()}
    after = {b: count for (a, b), count in counts.items() if a == previous}
    c = sum(after.values())
    spared = discount * len(after) / c
    return {t: max(after.get(t, 0) - discount, 0) / c + spared * p for t, p in lower.items()}


# %% [markdown] qid="05.q7"
# ## q7 · Find the bug: a perplexity that depends on the page breaks · {{points}}
#
# The perplexity of a corpus is one number: the exponential of the mean surprise of all its tokens.
# The function below takes the log probabilities of every token, one list a document. Its result
# looks plausible. But the cell scores the same eight predictions twice, once as one document,
# once as two, and nothing about the model has changed.


# %% role="given"
def broken_perplexity(log_probs: list[list[float]]) -> float:
    """Perplexity per token of a corpus, from the log probabilities (nats) of its tokens."""
    total = 0.0
    for document in log_probs:
        total += math.exp(-sum(document) / len(document))
    return total / len(log_probs)


predictions = [math.log(p) for p in (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.01, 0.01)]
print(f"as one document:  {broken_perplexity([predictions]):.2f}")
print(f"as two documents: {broken_perplexity([predictions[:6], predictions[6:]]):.2f}")

# %% [markdown] qid="05.q7"
# Write the function without its bug: the same tokens give the same perplexity, wherever one
# document ends and the next begins.


# %% role="answer" qid="05.q7" points=2
def perplexity(log_probs: list[list[float]]) -> float:
    """Perplexity per token of a corpus, from the log probabilities (nats) of its tokens."""
    # BEGIN SOLUTION
    nats = -sum(sum(document) for document in log_probs)
    return math.exp(nats / sum(len(document) for document in log_probs))
    # END SOLUTION


# %% role="check" qid="05.q7"
check("05.q7", perplexity)


# %% role="probe" qid="05.q7"
def probe(answer, rng):
    rows = [[float(x) for x in -rng.exponential(1, size)] for size in (2, 9, 5)]
    joined = [[x for row in rows for x in row]]
    return [round(float(answer(rows)), 6), round(float(answer(joined)), 6)]


# %% role="mutant" qid="05.q7" fails=["mixture"]
# Misconception: a product of a thousand probabilities is a number like any other
def perplexity(log_probs):
    every = [math.exp(log_p) for document in log_probs for log_p in document]
    return math.prod(every) ** (-1 / len(every))


# %% role="mutant" qid="05.q7" fails=["unequal lengths", "equally long", "cut anew", "mixture"]
# Misconception: perplexities may be averaged
def perplexity(log_probs):
    return broken_perplexity(log_probs)


# %% role="mutant" qid="05.q7" fails=["unequal lengths", "cut anew", "mixture"]
# Misconception: every document weighs the same
def perplexity(log_probs):
    means = [sum(document) / len(document) for document in log_probs]
    return math.exp(-sum(means) / len(means))


# %% role="mutant" qid="05.q7" fails=["*"]
# Misconception: the mean of the probabilities, turned over
def perplexity(log_probs):
    every = [math.exp(log_p) for document in log_probs for log_p in document]
    return len(every) / sum(every)


# %% role="mutant" qid="05.q7" fails=["*"]
# Misconception: a perplexity is 2 to the power of the mean, in whatever unit
def perplexity(log_probs):
    every = [log_p for document in log_probs for log_p in document]
    return 2 ** (-sum(every) / len(every))


# %% role="mutant" qid="05.q7" fails=["*"]
# Misconception: a mean is taken over documents, a sum over tokens
def perplexity(log_probs):
    return math.exp(-sum(sum(document) for document in log_probs) / len(log_probs))


# %% [markdown] qid="05.q8"
# ## q8 · Bits per byte · {{points}}
#
# A perplexity is *per token*, and every tokenizer has tokens of its own. What can be compared is
# the cost of the whole text, shared out over something that no tokenizer changes: its bytes in
# UTF-8.
#
# Write a function that takes the log probabilities of all predictions for one document (in nats,
# the end included) and its text, and returns **bits per byte**. The end is paid for, but has no
# byte of its own.


# %% role="answer" qid="05.q8" points=2
def bits_per_byte(log_probs: list[float], text: str) -> float:
    """Bits that the predictions of one document cost for each byte of its text."""
    # BEGIN SOLUTION
    bits = -sum(log_probs) / math.log(2)
    return bits / len(text.encode("utf-8"))
    # END SOLUTION


# %% role="check" qid="05.q8"
check("05.q8", bits_per_byte)


# %% role="probe" qid="05.q8"
def probe(answer, rng):
    text = "".join("aé¿☂ "[i] for i in rng.integers(0, 5, 9))
    return round(float(answer([float(x) for x in -rng.exponential(1, 4)], text)), 6)


# %% role="mutant" qid="05.q8" fails=["*"]
# Misconception: log is log: nats are as good as bits
def bits_per_byte(log_probs, text):
    return -sum(log_probs) / len(text.encode())


# %% role="mutant" qid="05.q8" fails=["*"]
# Misconception: digits are counted in tens
def bits_per_byte(log_probs, text):
    return -sum(log_probs) / math.log(10) / len(text.encode())


# %% role="mutant" qid="05.q8" fails=["accents", "many tokens"]
# Misconception: a character is a byte
def bits_per_byte(log_probs, text):
    return -sum(log_probs) / math.log(2) / len(text)


# %% role="mutant" qid="05.q8" fails=["*"]
# Misconception: the end costs nothing, since it is not written
def bits_per_byte(log_probs, text):
    return -sum(log_probs[:-1]) / math.log(2) / len(text.encode())


# %% role="mutant" qid="05.q8" fails=["*"]
# Misconception: what is shared out is the mean of the tokens
def bits_per_byte(log_probs, text):
    return -sum(log_probs) / len(log_probs) / math.log(2) / len(text.encode())


# %% role="mutant" qid="05.q8" fails=["accents", "long tokens", "many tokens"]
# Misconception: a token is a byte
def bits_per_byte(log_probs, text):
    return -sum(log_probs) / math.log(2) / (len(log_probs) - 1)


# %% [markdown] qid="05.q9"
# ## q9 · Measure: whose prediction is better? · {{points}}
#
# Two models read the Spanish poems of the anthology. Neither knows any context: each predicts the
# next piece by how common it is. One cuts the text into single letters, the other into pairs of
# letters. Here is what they score on the test poems.


# %% role="given"
def score(width: int) -> tuple[float, int]:
    """Nats of all test poems, and number of predictions, with pieces of some letters."""

    def cut(text: str) -> list[str]:
        return [*(text[at : at + width] for at in range(0, len(text), width)), END]

    train = Counter(piece for text in spanish.train for piece in cut(text))
    test = [piece for text in spanish.test for piece in cut(text)]
    size = train.total() + len(train.keys() | set(test))
    return -sum(math.log((train[piece] + 1) / size) for piece in test), len(test)


test_texts = list(spanish.test)
for name, width in (("letters", 1), ("pairs", 2)):
    nats, predictions = score(width)
    print(f"{name:8} perplexity {math.exp(nats / predictions):6.1f} per token")

# %% [markdown] qid="05.q9"
# Measure the bits per byte of both: the nats of `score`, and the bytes of all `test_texts`
# together. Then choose the sentence that your numbers support.
#
# - **A** The letters win: a perplexity several times as low is a better prediction.
# - **B** The pairs win: the same text costs fewer bits.
# - **C** Nothing can be said, since the two models do not have the same tokens.
# - **D** The pairs win, because they need only half as many predictions.
#
# Return the bits per byte by letters, the bits per byte by pairs, and the letter of the sentence.


# %% role="answer" qid="05.q9" points=2
def whose_is_better() -> tuple[float, float, str]:
    """Bits per byte by letters, by pairs, and the letter of your sentence."""
    # BEGIN SOLUTION
    n_bytes = sum(len(text.encode("utf-8")) for text in test_texts)
    letters, pairs = (score(width)[0] / math.log(2) / n_bytes for width in (1, 2))
    return letters, pairs, "B"
    # END SOLUTION


# %% role="check" qid="05.q9"
check("05.q9", whose_is_better)
print("bits per byte: letters {:.2f}, pairs {:.2f}".format(*whose_is_better()[:2]))


# %% role="mutant" qid="05.q9" fails=["letters", "pairs"]
# Misconception: bytes are characters
def whose_is_better():
    n = sum(len(text) for text in test_texts)
    return score(1)[0] / math.log(2) / n, score(2)[0] / math.log(2) / n, "B"


# %% role="mutant" qid="05.q9" fails=["pairs"]
# Misconception: bits per token are bits per byte
def whose_is_better():
    n = sum(len(text.encode()) for text in test_texts)
    return score(1)[0] / math.log(2) / n, score(2)[0] / math.log(2) / score(2)[1], "B"


# %% role="mutant" qid="05.q9" fails=["letters", "pairs"]
# Misconception: nats and bits are one unit
def whose_is_better():
    n = sum(len(text.encode()) for text in test_texts)
    return score(1)[0] / n, score(2)[0] / n, "B"


# %% role="mutant" qid="05.q9" fails=["meaning"]
# Misconception: the lower perplexity wins
def whose_is_better():
    n = sum(len(text.encode()) for text in test_texts)
    return score(1)[0] / math.log(2) / n, score(2)[0] / math.log(2) / n, "A"


# %% role="mutant" qid="05.q9" fails=["meaning"]
# Misconception: other tokens, no comparison
def whose_is_better():
    n = sum(len(text.encode()) for text in test_texts)
    return score(1)[0] / math.log(2) / n, score(2)[0] / math.log(2) / n, "C"


# %% role="mutant" qid="05.q9" fails=["meaning"]
# Misconception: fewer predictions are fewer errors
def whose_is_better():
    n = sum(len(text.encode()) for text in test_texts)
    return score(1)[0] / math.log(2) / n, score(2)[0] / math.log(2) / n, "D"


# %% [markdown] qid="05.q10"
# ## q10 · Write with a bigram · {{points}}
#
# A language model can be turned around: instead of asking how likely a text is, draw one. A model
# is given as a dict of distributions, `model[previous][token]`, with probabilities that sum to 1.
# (Drawing by the probabilities as they are is called *temperature 1*.)
#
# Write a function that begins after `END`, draws one token after the other, and stops when `END`
# is drawn or when the text has `longest` tokens. Return the tokens, without `END`. All chance
# comes from `rng`, a `random.Random`: its `rng.choices(tokens, weights)` gives a list of one.

# %% role="given"
tiny = {
    END: {"the": 0.75, "a": 0.25},
    "the": {"sea": 0.5, "sky": 0.25, "gull": 0.25},
    "a": {"gull": 0.875, "sea": 0.125},
    "sea": {END: 0.5, "and": 0.5},
    "sky": {END: 0.75, "and": 0.25},
    "gull": {END: 1.0},
    "and": {"the": 0.5, "a": 0.5},
}


# %% role="answer" qid="05.q10" points=2
def write(model: dict[str, dict[str, float]], rng: random.Random, longest: int) -> list[str]:
    """A text drawn from a bigram model: at most `longest` tokens, without its end."""
    # BEGIN SOLUTION
    text, previous = [], END
    while len(text) < longest:
        after = model[previous]
        (previous,) = rng.choices(list(after), list(after.values()))
        if previous == END:
            break
        text.append(previous)
    return text
    # END SOLUTION


# %% role="check" qid="05.q10"
check("05.q10", write)

# A bigram of the poems, by maximum likelihood, and a poem of its own.
followers: dict[str, Counter] = {}
for poem in documents:
    for previous, token in zip([END, *poem], [*poem, END], strict=True):
        followers.setdefault(previous, Counter())[token] += 1
of_poems = {p: {t: n / seen.total() for t, n in seen.items()} for p, seen in followers.items()}
print(" ".join(write(of_poems, random.Random(13), 60)).replace(" / ", "\n"))


# %% role="probe" qid="05.q10"
def probe(answer, rng):
    certain = {END: {"in": 1.0}, "in": {"out": 1.0}, "out": {"in": 1.0}}
    longest = int(rng.integers(1, 9))
    texts = [answer(tiny, random.Random(seed), 9) for seed in range(20)]
    allowed = all(
        b in tiny[a] for text in texts for a, b in pairwise([END, *(str(t) for t in text)])
    )
    return [list(answer(certain, random.Random(0), longest)), allowed, len(set(map(tuple, texts)))]


# %% role="mutant" qid="05.q10" fails=["the first token", "the next token"]
# Misconception: a good text takes the likeliest token each time
def write(model, rng, longest):
    text, previous = [], END
    while len(text) < longest:
        previous = max(model[previous], key=model[previous].get)
        if previous == END:
            break
        text.append(previous)
    return text


# %% role="mutant" qid="05.q10" fails=["the first token", "the next token"]
# Misconception: chance is even among what is possible
def write(model, rng, longest):
    text, previous = [], END
    while len(text) < longest:
        previous = rng.choice(list(model[previous]))
        if previous == END:
            break
        text.append(previous)
    return text


# %% role="mutant" qid="05.q10" fails=["the end"]
# Misconception: the end is part of the text
def write(model, rng, longest):
    text, previous = [], END
    while len(text) < longest:
        ((previous),) = rng.choices(list(model[previous]), list(model[previous].values()))
        text.append(previous)
        if previous == END:
            break
    return text


# %% role="mutant" qid="05.q10" fails=["chance from rng"]
# Misconception: any chance will do
def write(model, rng, longest):
    text, previous = [], END
    while len(text) < longest:
        (previous,) = random.choices(list(model[previous]), list(model[previous].values()))
        if previous == END:
            break
        text.append(previous)
    return text


# %% role="mutant" qid="05.q10" fails=["the first token", "the next token"]
# Misconception: temperature 1 takes the square of the probabilities
def write(model, rng, longest):
    text, previous = [], END
    while len(text) < longest:
        after = model[previous]
        (previous,) = rng.choices(list(after), [p**2 for p in after.values()])
        if previous == END:
            break
        text.append(previous)
    return text


# %% role="mutant" qid="05.q10" fails=["the longest"]
# Misconception: `longest` counts the draws after the first
def write(model, rng, longest):
    text, previous = [], END
    while len(text) <= longest:
        (previous,) = rng.choices(list(model[previous]), list(model[previous].values()))
        if previous == END:
            break
        text.append(previous)
    return text
