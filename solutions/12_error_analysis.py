# ---
# jupyter:
#   course:
#     title: What went wrong, and how often
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
# # 12 · What went wrong, and how often
#
# A model wrote texts. You find the loop, the place where a text stops being possible, and the
# person it forgot. Then you count: with an interval, without choosing, in pairs. At the end you ask
# how good the finder itself is. Everything is plain Python.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [What went wrong, and how often?](../_build/html/book/05_errors.html).
# - Run the `check` below each question as often as you like; `course check 12` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.

# %% role="given"
import math
import random
import re
from collections import defaultdict
from itertools import pairwise

from course_lib.corpus import verse
from course_lib.corpus.verse.grammar import tokenize
from course_lib.evaluation.verse_errors import grammar_break
from course_lib.grading import check

after: dict[str, list[str]] = defaultdict(list)
for poem in verse.sample(300, seed=5, language="en"):
    for token, following in pairwise(["", *tokenize(poem), ""]):
        after[token].append(following)


def written(luck: random.Random) -> str:
    """A text of a model that remembers one token: from the beginning to the end, 200 at most."""
    text = [luck.choice(after[""])]
    while text[-1] and len(text) < 200:
        text.append(luck.choice(after[text[-1]]))
    return "".join(text)


def good_start(text: str) -> int:
    """How many characters a text has before the grammar of the poems is left."""
    broken = grammar_break(text)
    return broken.start if broken else len(text)


luck = random.Random(12)
texts = [written(luck) for _ in range(200)]
starts = [good_start(text) for text in texts]
print(texts[0][:60].replace("\n", " / "), "...", starts[0], "characters are good")

# %% [markdown] qid="12.q1"
# ## q1 · Predict: three texts without a fault · {{points}}
#
# A model spoils **30 of 100** of its texts, at random. You read **three** of them, chosen without
# looking. How likely is it that you find nothing wrong? Decide before you compute anything; two
# digits after the point are enough.


# %% role="answer" qid="12.q1" points=1
def predicted_probability() -> float:
    """Your prediction of the chance that none of the three texts is spoiled."""
    # BEGIN SOLUTION
    # Each of the three has to be good.
    return 0.7**3
    # END SOLUTION


# %% role="check" qid="12.q1"
check("12.q1", predicted_probability)


# %% role="mutant" qid="12.q1" fails=["three texts"]
# Misconception: three texts show what one text shows
def predicted_probability():
    return 0.7


# %% role="mutant" qid="12.q1" fails=["three texts"]
# Misconception: chances of a fault add up
def predicted_probability():
    return 1 - 3 * 0.3


# %% role="mutant" qid="12.q1" fails=["three texts"]
# Misconception: none spoiled is the opposite of all spoiled
def predicted_probability():
    return 1 - 0.3**3


# %% role="mutant" qid="12.q1" fails=["three texts"]
# Misconception: it is hardly possible to miss what is so common
def predicted_probability():
    return 0.03


# %% [markdown] qid="12.q2"
# ## q2 · Find the loop · {{points}}
#
# A *loop* is a span of tokens that is said **three times or more, back to back**. Return where the
# first loop starts and how many tokens its span has, as a pair `(start, period)`; if two loops
# start at the same token, take the one with the **shorter** span. Without a loop return `None`.
#
# In `a b c b c b c` the span `b c` is said three times from token 1 on: `(1, 2)`.


# %% role="answer" qid="12.q2" points=2
def first_loop(tokens: list[str]) -> tuple[int, int] | None:
    """Where the first loop starts, and the length of its span."""
    # BEGIN SOLUTION
    for start in range(len(tokens)):
        for period in range(1, (len(tokens) - start) // 3 + 1):
            span = tokens[start : start + period]
            if tokens[start : start + 3 * period] == span * 3:
                return start, period
    return None
    # END SOLUTION


# %% role="check" qid="12.q2"
check("12.q2", first_loop)
print(first_loop(["so", "it", "goes", "and", "goes", "and", "goes", "and", "on"]))


# %% role="probe" qid="12.q2"
def probe(answer, rng):
    found = []
    for _ in range(12):
        tokens = [str(token) for token in rng.integers(0, 2, 9)]
        loop = answer(tokens)
        found.append(None if loop is None else [int(x) for x in loop])
    return found


# %% role="mutant" qid="12.q2" fails=["two words", "a line", "apart", "at the end", "many"]
# Misconception: a loop is one word said again and again
def first_loop(tokens):
    for start in range(len(tokens) - 2):
        if tokens[start] == tokens[start + 1] == tokens[start + 2]:
            return start, 1
    for token in tokens:
        if tokens.count(token) >= 3:
            return tokens.index(token), 1
    return None


# %% role="mutant" qid="12.q2" fails=["twice", "many"]
# Misconception: who says it twice is in a loop
def first_loop(tokens):
    for start in range(len(tokens)):
        for period in range(1, (len(tokens) - start) // 2 + 1):
            if tokens[start : start + period] == tokens[start + period : start + 2 * period]:
                return start, period
    return None


# %% role="mutant" qid="12.q2" fails=["two words", "at the end", "many"]
# Misconception: spans can only start at multiples of their length
def first_loop(tokens):
    found = []
    for period in range(1, len(tokens) // 3 + 1):
        for start in range(0, len(tokens) - 3 * period + 1, period):
            if tokens[start : start + 3 * period] == tokens[start : start + period] * 3:
                found.append((start, period))
    return min(found, default=None)


# %% role="mutant" qid="12.q2" fails=["the shorter span", "the first one", "many"]
# Misconception: the longest span is the loop
def first_loop(tokens):
    for period in range(len(tokens) // 3, 0, -1):
        for start in range(len(tokens) - 3 * period + 1):
            if tokens[start : start + 3 * period] == tokens[start : start + period] * 3:
                return start, period
    return None


# %% role="mutant" qid="12.q2" fails=["at the end", "many"]
# Misconception: a range ends at its last number
def first_loop(tokens):
    for start in range(len(tokens)):
        for period in range(1, (len(tokens) - start) // 3 + 1):
            said = tokens[start : start + period]
            if start + 3 * period < len(tokens) and tokens[start : start + 3 * period] == said * 3:
                return start, period
    return None


# %% [markdown] qid="12.q3"
# ## q3 · Where a text stops being possible · {{points}}
#
# A tiny language is a list of all its sentences, each a list of tokens. Return the number of the
# first token at which **no sentence goes on as the text does**: none begins with the text up to and
# including that token. If the text only lacks its end (a sentence begins so, but none is so short),
# return the number of tokens of the text. For a whole sentence return `None`.


# %% role="answer" qid="12.q3" points=2
def breaks_at(text: list[str], sentences: list[list[str]]) -> int | None:
    """The first token at which the text is left by all sentences."""
    # BEGIN SOLUTION
    if text in sentences:
        return None
    for at in range(len(text)):
        if not any(sentence[: at + 1] == text[: at + 1] for sentence in sentences):
            return at
    return len(text)
    # END SOLUTION


# %% role="check" qid="12.q3"
check("12.q3", breaks_at)


# %% role="probe" qid="12.q3"
def probe(answer, rng):
    sentences = [[str(token) for token in rng.integers(0, 2, 4)] for _ in range(5)]
    asked = [[str(token) for token in rng.integers(0, 2, n)] for n in (2, 3, 4, 4, 4, 5)]
    return [at if (at := answer(text, sentences)) is None else int(at) for text in asked]


# %% role="mutant" qid="12.q3" fails=["an agreement", "many"]
# Misconception: a token is right if some sentence has it at that place
def breaks_at(text, sentences):
    for at, token in enumerate(text):
        if all(at >= len(s) or s[at] != token for s in sentences):
            return at
    return None if text in sentences else len(text)


# %% role="mutant" qid="12.q3" fails=["an agreement", "a word too many", "many"]
# Misconception: a known word is a right word
def breaks_at(text, sentences):
    known = {token for sentence in sentences for token in sentence}
    for at, token in enumerate(text):
        if token not in known:
            return at
    return None if text in sentences else len(text)


# %% role="mutant" qid="12.q3" fails=["without its end", "nothing yet", "many"]
# Misconception: what is not yet wrong is right
def breaks_at(text, sentences):
    for at in range(len(text)):
        if not any(sentence[: at + 1] == text[: at + 1] for sentence in sentences):
            return at
    return None


# %% role="mutant" qid="12.q3" fails=["an unknown word", "an agreement", "a word too many", "many"]
# Misconception: a text breaks at its last right token
def breaks_at(text, sentences):
    if text in sentences:
        return None
    for at in range(len(text)):
        if not any(sentence[: at + 1] == text[: at + 1] for sentence in sentences):
            return at - 1
    return len(text)


# %% [markdown] qid="12.q4"
# ## q4 · Whom was it about? · {{points}}
#
# A text is about the **first person it names**. Return all **other** persons that it names later,
# in the order in which they come, and as often as they come. `people` holds all names there are. A
# name is a whole word: *Ann* is not named in *Anna*. Marks may stand beside it: *Ann,* names *Ann*.


# %% role="answer" qid="12.q4" points=1
def others_named(text: str, people: set[str]) -> list[str]:
    """The names of persons other than the first."""
    # BEGIN SOLUTION
    named = [word for word in re.findall(r"\w+", text) if word in people]
    return [name for name in named if name != named[0]]
    # END SOLUTION


# %% role="check" qid="12.q4"
check("12.q4", others_named)


# %% role="probe" qid="12.q4"
def probe(answer, rng):
    people = ["Ann", "Anna", "Nora", "Hugo"]
    names = [people[i] for i in rng.integers(0, 4, 6)]
    return [str(name) for name in answer(", ".join(names) + ".", set(people))]


# %% role="mutant" qid="12.q4" fails=["there and back", "many"]
# Misconception: the last person named is whom it is about now
def others_named(text, people):
    named = [word for word in re.findall(r"\w+", text) if word in people]
    return [name for before, name in pairwise(named) if name != before]


# %% role="mutant" qid="12.q4" fails=["beside marks", "many"]
# Misconception: words are what stands between spaces
def others_named(text, people):
    named = [word for word in text.split() if word in people]
    return [name for name in named if name != named[0]]


# %% role="mutant" qid="12.q4" fails=["a name in a name"]
# Misconception: a name is named wherever its letters are
def others_named(text, people):
    found = sorted((m.start(), name) for name in people for m in re.finditer(name, text))
    return [name for _, name in found if name != found[0][1]]


# %% role="mutant" qid="12.q4" fails=["there and back", "many"]
# Misconception: an error that comes twice is one error
def others_named(text, people):
    named = [word for word in re.findall(r"\w+", text) if word in people]
    return list(dict.fromkeys(name for name in named if name != named[0]))


# %% [markdown] qid="12.q5"
# ## q5 · A rate over texts, with its interval · {{points}}
#
# `marks` has one list for each text: for each of its tokens, whether it stands inside an error.
# Errors of one text come together (a loop spoils all that follows), so its tokens are no
# independent witnesses: **the text is what is counted**. A text is spoiled if at least one of its
# tokens is. With $k$ of $n$ texts spoiled and $\hat p = k / n$, the ends of Wilson's interval are
#
# $$\frac{\hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}}}
# {1 + \frac{z^2}{n}}.$$
#
# Return the share of spoiled texts and both ends, in this order. The texts are at least one; one of
# them may be empty.


# %% role="answer" qid="12.q5" points=2
def share_spoiled(marks: list[list[bool]], z: float = 1.96) -> tuple[float, float, float]:
    """The share of texts with an error, and the low and the high end of its interval."""
    # BEGIN SOLUTION
    n = len(marks)
    p = sum(any(text) for text in marks) / n
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    # END SOLUTION


# %% role="check" qid="12.q5"
check("12.q5", share_spoiled)


# %% role="probe" qid="12.q5"
def probe(answer, rng):
    asked = [[[bool(b) for b in rng.random(4) < 0.2] for _ in range(n)] for n in (1, 5, 9)]
    return [[round(float(x), 6) for x in answer(marks)] for marks in asked]


# %% role="mutant" qid="12.q5" fails=["*"]
# Misconception: the more that is counted, the surer it is
def share_spoiled(marks, z=1.96):
    tokens = [mark for text in marks for mark in text]
    n = len(tokens)
    p = sum(tokens) / n
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


# %% role="mutant" qid="12.q5" fails=["the low end", "the high end", "none spoiled", "one loop"]
# Misconception: no error seen, no error possible
def share_spoiled(marks, z=1.96):
    n = len(marks)
    p = sum(any(text) for text in marks) / n
    half = z * math.sqrt(p * (1 - p) / n)
    return p, p - half, p + half


# %% role="mutant" qid="12.q5" fails=["the low end", "the high end", "none spoiled", "one loop"]
# Misconception: the denominator can be left out
def share_spoiled(marks, z=1.96):
    n = len(marks)
    p = sum(any(text) for text in marks) / n
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, centre - half, centre + half


# %% role="mutant" qid="12.q5" fails=["the low end", "the high end", "none spoiled", "one loop"]
# Misconception: the standard error is the interval, whatever the confidence
def share_spoiled(marks, z=1.96):
    n = len(marks)
    p = sum(any(text) for text in marks) / n
    centre = p + z**2 / (2 * n)
    half = math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


# %% role="mutant" qid="12.q5" fails=["an empty text"]
# Misconception: a text that says nothing need not be counted
def share_spoiled(marks, z=1.96):
    marks = [text for text in marks if text]
    n = len(marks)
    p = sum(any(text) for text in marks) / n
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


# %% [markdown] qid="12.q6"
# ## q6 · Measure: what a selection does · {{points}}
#
# `starts` holds, for 200 texts of a model that remembers one token, how many characters are good
# before the grammar is left. Somebody shows one text of every **ten** (the first ten, the next ten,
# and so on), always the best of the ten. Return the mean of `starts` over **all** texts, and its
# mean over the texts that were **shown**.


# %% role="answer" qid="12.q6" points=1
def selection() -> tuple[float, float]:
    """Mean good start of all texts, and of the best of every ten."""
    # BEGIN SOLUTION
    shown = [max(starts[at : at + 10]) for at in range(0, len(starts), 10)]
    return sum(starts) / len(starts), sum(shown) / len(shown)
    # END SOLUTION


# %% role="check" qid="12.q6"
check("12.q6", selection)


# %% role="mutant" qid="12.q6" fails=["the shown"]
# Misconception: who shows the best of every ten shows the best tenth
def selection():
    best = sorted(starts)[-len(starts) // 10 :]
    return sum(starts) / len(starts), sum(best) / len(best)


# %% role="mutant" qid="12.q6" fails=["the shown"]
# Misconception: one of ten is any of ten
def selection():
    shown = starts[::10]
    return sum(starts) / len(starts), sum(shown) / len(shown)


# %% role="mutant" qid="12.q6" fails=["the shown"]
# Misconception: the best of ten is the best there is
def selection():
    return sum(starts) / len(starts), max(starts)


# %% role="mutant" qid="12.q6" fails=["all of them"]
# Misconception: the middle text is the mean text
def selection():
    shown = [max(starts[at : at + 10]) for at in range(0, len(starts), 10)]
    return sorted(starts)[len(starts) // 2], sum(shown) / len(shown)


# %% [markdown] qid="12.q7"
# ## q7 · Two decoders on the same prompts · {{points}}
#
# `first` and `second` hold the number of errors that two decoders make **on the same prompts**, in
# the same order. A decoder wins a prompt on which it makes fewer. Leave out the ties. If both were
# as good, each of the $n$ others would be a fair coin. Return the two-sided p-value of the exact
# *sign test*: twice the chance of as few wins as the rarer winner has, or fewer,
#
# $$2 \sum_{i=0}^{k} \binom{n}{i} \Big/ 2^n,$$
#
# but at most 1. It is 1 if nobody wins a prompt.


# %% role="answer" qid="12.q7" points=2
def p_value(first: list[int], second: list[int]) -> float:
    """The two-sided p-value of the sign test over prompts."""
    # BEGIN SOLUTION
    wins = sum(a < b for a, b in zip(first, second, strict=True))
    losses = sum(a > b for a, b in zip(first, second, strict=True))
    n = wins + losses
    tail = sum(math.comb(n, i) for i in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**n)
    # END SOLUTION


# %% role="check" qid="12.q7"
check("12.q7", p_value)


# %% role="probe" qid="12.q7"
def probe(answer, rng):
    pairs = [(rng.integers(0, 4, 9).tolist(), rng.integers(0, 5, 9).tolist()) for _ in range(6)]
    return [round(float(answer(a, b)), 6) for a, b in pairs]


# %% role="mutant" qid="12.q7" fails=["six wins", "reversed", "ties", "paired", "as many", "many"]
# Misconception: one side of the test is enough, one knows who is better
def p_value(first, second):
    wins = sum(a < b for a, b in zip(first, second, strict=True))
    losses = sum(a > b for a, b in zip(first, second, strict=True))
    n = wins + losses
    return sum(math.comb(n, i) for i in range(min(wins, losses) + 1)) / 2**n


# %% role="mutant" qid="12.q7" fails=["ties", "nobody wins", "many"]
# Misconception: a tie is a prompt like any other
def p_value(first, second):
    n = len(first)
    wins = sum(a < b for a, b in zip(first, second, strict=True))
    losses = sum(a > b for a, b in zip(first, second, strict=True))
    tail = sum(math.comb(n, i) for i in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**n)


# %% role="mutant" qid="12.q7" fails=["paired", "many"]
# Misconception: the same numbers in another order say the same
def p_value(first, second):
    pairs = list(zip(sorted(first), sorted(second), strict=True))
    wins, losses = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    n = wins + losses
    tail = sum(math.comb(n, i) for i in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**n)


# %% role="mutant" qid="12.q7" fails=["as many", "nobody wins"]
# Misconception: twice a probability is a probability
def p_value(first, second):
    wins = sum(a < b for a, b in zip(first, second, strict=True))
    losses = sum(a > b for a, b in zip(first, second, strict=True))
    n = wins + losses
    return 2 * sum(math.comb(n, i) for i in range(min(wins, losses) + 1)) / 2**n


# %% role="mutant" qid="12.q7" fails=["six wins", "reversed", "ties", "paired", "as many", "many"]
# Misconception: the chance of exactly this result is the p-value
def p_value(first, second):
    wins = sum(a < b for a, b in zip(first, second, strict=True))
    losses = sum(a > b for a, b in zip(first, second, strict=True))
    return math.comb(wins + losses, wins) / 2 ** (wins + losses)


# %% [markdown] qid="12.q8"
# ## q8 · How good is the finder? · {{points}}
#
# A finder says of each text whether it has an error (`found`), and for once the truth is known
# (`true`). *Precision* is the share of true errors among what it found; *recall* is the share that
# it found of what is true. Return both, in this order. Where a share is of nothing, it is not 0 and
# not 1: return `None` in its place.


# %% role="answer" qid="12.q8" points=1
def precision_recall(found: list[bool], true: list[bool]) -> tuple[float | None, float | None]:
    """How much of what is found is true, and how much of what is true is found."""
    # BEGIN SOLUTION
    both = sum(f and t for f, t in zip(found, true, strict=True))
    precision = both / sum(found) if any(found) else None
    recall = both / sum(true) if any(true) else None
    return precision, recall
    # END SOLUTION


# %% role="check" qid="12.q8"
check("12.q8", precision_recall)


# %% role="probe" qid="12.q8"
def probe(answer, rng):
    asked = [[[bool(b) for b in rng.random(5) < 0.4] for _ in range(2)] for _ in range(8)]
    return [[x if x is None else round(float(x), 6) for x in answer(*pair)] for pair in asked]


# %% role="mutant" qid="12.q8" fails=["precision", "recall", "none found", "none there", "many"]
# Misconception: precision and recall are two words for one thing, or their order is free
def precision_recall(found, true):
    both = sum(f and t for f, t in zip(found, true, strict=True))
    precision = both / sum(found) if any(found) else None
    recall = both / sum(true) if any(true) else None
    return recall, precision


# %% role="mutant" qid="12.q8" fails=["precision", "many"]
# Misconception: a finder is precise if it is right about most texts
def precision_recall(found, true):
    both = sum(f and t for f, t in zip(found, true, strict=True))
    right = sum(f == t for f, t in zip(found, true, strict=True))
    recall = both / sum(true) if any(true) else None
    return right / len(found) if any(found) else None, recall


# %% role="mutant" qid="12.q8" fails=["none found", "none there"]
# Misconception: of nothing, the share is 0
def precision_recall(found, true):
    both = sum(f and t for f, t in zip(found, true, strict=True))
    return both / max(1, sum(found)), both / max(1, sum(true))


# %% role="mutant" qid="12.q8" fails=["precision", "recall", "all right", "many"]
# Misconception: a share is a share of all texts
def precision_recall(found, true):
    both = sum(f and t for f, t in zip(found, true, strict=True))
    n = len(found)
    return both / n if any(found) else None, both / n if any(true) else None
