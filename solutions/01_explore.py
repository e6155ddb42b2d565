# ---
# jupyter:
#   course:
#     title: Explore a corpus
#     minutes: 60
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
# # 01 · Explore a corpus
#
# Before you train anything on a text, you should know what it is made of. Here you write the
# small functions that tell you, predict what they will say, and mend one that lies.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**: [What is in a corpus?](../_build/html/book/01_explore.html).
# - Below each question stands a cell with a `check`. Run it as often as you like: it says on which
#   input your function fails, and gives a hint. `course check 01` shows all questions at once.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.

# %% role="given"
import math
import random
from collections import Counter

import numpy as np

from course_lib import corpus
from course_lib.corpus.stats import zipf_fit
from course_lib.corpus.words import words
from course_lib.grading import check

english = corpus.load("anthology", language="en")
anthology_words = [word.casefold() for word in words(english.text)]
print("first words:", *anthology_words[:12])

# %% [markdown] qid="01.q1"
# ## q1 · Types and tokens · {{points}}
#
# A *token* is one word as it occurs, a *type* one of the different words. In *a rose is a rose*
# there are 5 tokens but only 3 types: *a*, *rose*, *is*. Their ratio is 3/5 = 0.6: the smaller it
# is, the more a text repeats itself.
#
# Write a function that returns `(types, tokens, ratio)` for a list of words. *The* and *the* are
# one type, so fold the case with `str.casefold`. Without any word, the ratio is `0.0`.
#
# The chapter also counts punctuation marks and keeps capitals. Here tokens are words only and
# case is folded, so the figures differ.


# %% role="answer" qid="01.q1" points=1
def types_and_tokens(tokens: list[str]) -> tuple[int, int, float]:
    """Number of types, number of tokens, and types / tokens (0.0 without tokens)."""
    # BEGIN SOLUTION
    n_types = len({token.casefold() for token in tokens})
    return n_types, len(tokens), n_types / len(tokens) if tokens else 0.0
    # END SOLUTION


# %% role="check" qid="01.q1"
check("01.q1", types_and_tokens)


# %% role="probe" qid="01.q1"
def probe(answer, rng):
    texts = [[*rng.choice(list("abcABC"), size)] for size in (0, 3, 30)]
    return [[float(x) for x in answer([str(word) for word in text])] for text in texts]


# %% role="mutant" qid="01.q1" fails=["capitals"]
# Misconception: words that are written differently are different types
def types_and_tokens(tokens):
    n_types = len(set(tokens))
    return n_types, len(tokens), n_types / len(tokens) if tokens else 0.0


# %% role="mutant" qid="01.q1" fails=["capitals"]
# Misconception: lower() does all that casefold() does
def types_and_tokens(tokens):
    n_types = len({token.lower() for token in tokens})
    return n_types, len(tokens), n_types / len(tokens) if tokens else 0.0


# %% role="mutant" qid="01.q1" fails=["no word"]
# Misconception: every text has at least one word
def types_and_tokens(tokens):
    n_types = len({token.casefold() for token in tokens})
    return n_types, len(tokens), n_types / len(tokens)


# %% role="mutant" qid="01.q1" fails=["short line", "capitals", "many words"]
# Misconception: a type is a word that occurs once
def types_and_tokens(tokens):
    counts = Counter(token.casefold() for token in tokens)
    n_types = sum(count == 1 for count in counts.values())
    return n_types, len(tokens), n_types / len(tokens) if tokens else 0.0


# %% role="mutant" qid="01.q1" fails=["short line", "capitals", "many words"]
# Misconception: the ratio says how often a type occurs on average
def types_and_tokens(tokens):
    n_types = len({token.casefold() for token in tokens})
    return n_types, len(tokens), len(tokens) / n_types if tokens else 0.0


# %% [markdown] qid="01.q2"
# ## q2 · Count n-grams · {{points}}
#
# An *n-gram* is a run of n neighbouring tokens. The text *la rosa y la rosa* holds four 2-grams:
#
# | start | 2-gram |
# |---|---|
# | 0 | `("la", "rosa")` |
# | 1 | `("rosa", "y")` |
# | 2 | `("y", "la")` |
# | 3 | `("la", "rosa")` |
#
# Write a function that counts them: a `Counter` whose keys are tuples of n words, also for n = 1.


# %% role="answer" qid="01.q2" points=2
def count_ngrams(tokens: list[str], n: int) -> Counter:
    """How often each run of n neighbouring tokens occurs."""
    # BEGIN SOLUTION
    starts = range(len(tokens) - n + 1)
    return Counter(tuple(tokens[start : start + n]) for start in starts)
    # END SOLUTION


# %% role="check" qid="01.q2"
check("01.q2", count_ngrams)
for n in (1, 2, 3, 4):
    (gram, count), *_ = count_ngrams(anthology_words, n).most_common(1)
    print(f"the commonest {n}-gram of the anthology, {count} times: {' '.join(gram)}")


# %% role="probe" qid="01.q2"
def probe(answer, rng):
    tokens = [str(word) for word in rng.choice(list("abc"), 20)]
    return [
        sorted([*gram, int(count)] for gram, count in answer(tokens, n).items()) for n in (1, 3)
    ]


# %% role="mutant" qid="01.q2" fails=["pairs", "single words", "last one", "many words"]
# Misconception: of T tokens, T - n windows start
def count_ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n))


# %% role="mutant" qid="01.q2" fails=["pairs", "last one", "many words"]
# Misconception: the next n-gram begins where the last one ended
def count_ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(0, len(tokens) - n + 1, n))


# %% role="mutant" qid="01.q2" fails=["pairs", "last one", "too short", "many words"]
# Misconception: a window may start at every token, even where it no longer fits
def count_ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens)))


# %% role="mutant" qid="01.q2" fails=["pairs", "single words", "last one", "many words"]
# Misconception: a joined string is as good a key as a tuple
def count_ngrams(tokens, n):
    return Counter(" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


# %% role="mutant" qid="01.q2" fails=["a Counter"]
# Misconception: what holds the right counts is a Counter
def count_ngrams(tokens, n):
    counts = {}
    for i in range(len(tokens) - n + 1):
        gram = tuple(tokens[i : i + n])
        counts[gram] = counts.get(gram, 0) + 1
    return counts


# %% role="mutant" qid="01.q2" fails=["single words", "too short", "many words"]
# Misconception: n-grams are pairs
def count_ngrams(tokens, n):
    return Counter((tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1))


# %% [markdown] qid="01.q3"
# ## q3 · Predict before you measure · {{points}}
#
# The next cell measures the ratio of types to tokens in the first 1,000 words of the anthology.
# What will it be for the first **8,000** words of the same anthology? Commit to a number before
# you run anything else: the same, an eighth, something between? The check passes if you are
# within 0.07, and then shows the whole curve.

# %% role="given"
first = anthology_words[:1000]
print(f"ratio of the first 1,000 words: {len(set(first)) / len(first):.2f}")


# %% role="answer" qid="01.q3" points=1
def predicted_ratio() -> float:
    """Your prediction of types / tokens in the first 8,000 words."""
    # BEGIN SOLUTION
    # Each doubling so far keeps some of the words new: 1,000 words gave about a half.
    return 0.28
    # END SOLUTION


# %% role="check" qid="01.q3"
check("01.q3", predicted_ratio)
for size in (1000, 2000, 4000, 8000):
    print(f"{size:5,} words: {len(set(anthology_words[:size])) / size:.2f}")


# %% role="mutant" qid="01.q3" fails=["8,000 words"]
# Misconception: the ratio belongs to the author, and does not depend on the length
def predicted_ratio():
    return 0.485


# %% role="mutant" qid="01.q3" fails=["8,000 words"]
# Misconception: after the first 1,000 words no new word comes, so the ratio falls to an eighth
def predicted_ratio():
    return 0.485 / 8


# %% role="mutant" qid="01.q3" fails=["8,000 words"]
# Misconception: a longer text has more different words, so its ratio is higher
def predicted_ratio():
    return 0.6


# %% [markdown] qid="01.q4"
# ## q4 · How many words are enough? · {{points}}
#
# A model with a fixed vocabulary reads every other word as *unknown*. So you ask: how many of the
# commonest types do I need for a given share of the running text?
#
# With the counts `Counter(a=5, b=3, c=2)` and the share 0.75, one type (*a*) covers 5 of 10
# tokens, two types (*a*, *b*) cover 8 of 10: the answer is 2. Return the **smallest** number of
# types whose tokens are **at least** that share of all.


# %% role="answer" qid="01.q4" points=2
def vocabulary_for(counts: Counter, share: float) -> int:
    """The smallest number of commonest types that cover a share of the tokens, from 0 to 1."""
    # BEGIN SOLUTION
    needed = share * counts.total()
    covered = size = 0
    for _, count in counts.most_common():
        if covered >= needed:
            break
        covered, size = covered + count, size + 1
    return size
    # END SOLUTION


# %% role="check" qid="01.q4"
check("01.q4", vocabulary_for)
counts = Counter(anthology_words)
for share in (0.5, 0.75, 0.9, 1.0):
    print(f"{share:4.0%} of the running words: {vocabulary_for(counts, share):5,} types")


# %% role="probe" qid="01.q4"
def probe(answer, rng):
    counts = Counter(str(word) for word in rng.choice(list("aaaabbcd"), 64))
    return [int(answer(counts, share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


# %% role="mutant" qid="01.q4" fails=["short counts", "any order", "many words"]
# Misconception: the types of a share are that share of the types
def vocabulary_for(counts, share):
    return math.ceil(share * len(counts))


# %% role="mutant" qid="01.q4" fails=["any order", "many words"]
# Misconception: a Counter keeps the commonest first
def vocabulary_for(counts, share):
    covered, size = 0, 0
    for count in counts.values():
        if covered >= share * counts.total():
            break
        covered, size = covered + count, size + 1
    return size


# %% role="mutant" qid="01.q4" fails=["short counts", "any order", "all or nothing"]
# Misconception: 'at least' means 'more than'
def vocabulary_for(counts, share):
    covered, size = 0, 0
    for _, count in counts.most_common():
        if covered > share * counts.total():
            break
        covered, size = covered + count, size + 1
    return size


# %% role="mutant" qid="01.q4" fails=["short counts", "any order", "many words"]
# Misconception: the last type that does not reach the share is the last one needed
def vocabulary_for(counts, share):
    covered, size = 0, 0
    for _, count in counts.most_common():
        if covered + count > share * counts.total():
            break
        covered, size = covered + count, size + 1
    return size


# %% [markdown] qid="01.q5"
# ## q5 · Find the bug: words that set a text apart · {{points}}
#
# Which words are typical of one poem? Compare how frequent a word is in the poem with how
# frequent it is in a reference. If the word *sea* is 2 of 8 tokens here and 4 of 32 tokens there,
# it is twice as frequent here: a score of log2(2) = 1 bit. Equally frequent: 0 bits. A word that
# the reference lacks counts as half a time there, so that we never divide by zero.
#
# The function below was written to do just that. It runs, it returns numbers, and its top five
# even look plausible. Run it, and look at its second output: *sea* is as frequent in both texts.


# %% role="given" shares=["01.q5"]
def broken_scores(counts: Counter, reference: Counter) -> dict[str, float]:
    """Bits by which each word of a text is more frequent there than in a reference."""
    scores = {}
    for word, count in counts.items():
        here = count / len(counts)
        there = (reference[word] or 0.5) / len(reference)
        scores[word] = math.log2(here / there)
    return scores


limericks = english.documents[english.ids.index("en/five-limericks-from-the-corridor")]
scores = broken_scores(Counter(w.casefold() for w in words(limericks)), Counter(anthology_words))
equally_frequent = broken_scores(Counter(sea=2, the=6), Counter(sea=10, the=20, hill=10))
print("typical:", ", ".join(sorted(scores, key=scores.get, reverse=True)[:5]))
print({word: round(score, 2) for word, score in equally_frequent.items()})

# %% [markdown] qid="01.q5"
# Write the function without its bug. (Copy it, and mend what is wrong.)


# %% role="answer" qid="01.q5" points=2
def keyword_scores(counts: Counter, reference: Counter) -> dict[str, float]:
    """Bits by which each word of a text is more frequent there than in a reference."""
    # BEGIN SOLUTION
    scores = {}
    for word, count in counts.items():
        here = count / counts.total()
        there = (reference[word] or 0.5) / reference.total()
        scores[word] = math.log2(here / there)
    return scores
    # END SOLUTION


# %% role="check" qid="01.q5"
check("01.q5", keyword_scores)


# %% role="probe" qid="01.q5"
def probe(answer, rng):
    one, two = (Counter(str(w) for w in rng.choice(list("abcde"), size)) for size in (9, 40))
    return sorted([word, round(float(score), 6)] for word, score in answer(one, two).items())


# %% role="mutant" qid="01.q5" fails=["equally common", "twice as common", "many words"]
# Misconception: the size of a text is the number of its different words
def keyword_scores(counts, reference):
    return {
        word: math.log2(count / len(counts)) - math.log2((reference[word] or 0.5) / len(reference))
        for word, count in counts.items()
    }


# %% role="mutant" qid="01.q5" fails=["equally common", "twice as common", "many words"]
# Misconception: counts can be compared as they are
def keyword_scores(counts, reference):
    return {
        word: math.log2(count) - math.log2(reference[word] or 0.5) for word, count in counts.items()
    }


# %% role="mutant" qid="01.q5" fails=["unseen word", "many words"]
# Misconception: a word that the reference lacks cannot be scored
def keyword_scores(counts, reference):
    n, m = counts.total(), reference.total()
    return {
        w: math.log2(c / n) - math.log2(reference[w] / m) for w, c in counts.items() if reference[w]
    }


# %% role="mutant" qid="01.q5" fails=["twice as common", "unseen word", "many words"]
# Misconception: log is log: the base does not matter
def keyword_scores(counts, reference):
    n, m = counts.total(), reference.total()
    return {w: math.log(c / n) - math.log((reference[w] or 0.5) / m) for w, c in counts.items()}


# %% [markdown] qid="01.q6"
# ## q6 · The slope of Zipf's line · {{points}}
#
# Sort the counts of a text downwards: the commonest word has rank 1, the next rank 2. Zipf saw
# that the logarithm of the count falls along a straight line as the logarithm of the rank grows,
# with a slope near -1. Counts of 60, 30, 20 obey exactly: 60/1, 60/2, 60/3.
#
# Write a function that takes counts and returns the slope of the least-squares line through the
# points (log rank, log count) of the `top` commonest words. For points x, y with means x̄, ȳ the
# slope is
#
# $$\frac{\sum (x - \bar x)(y - \bar y)}{\sum (x - \bar x)^2}.$$
#
# Any library may help with the line (`numpy.polyfit`, `statistics.linear_regression`).


# %% role="answer" qid="01.q6" points=2
def zipf_slope(counts: dict[str, int], top: int) -> float:
    """Slope of log count against log rank, over the `top` commonest words."""
    # BEGIN SOLUTION
    ordered = sorted(counts.values(), reverse=True)[:top]
    x = [math.log(rank) for rank in range(1, len(ordered) + 1)]
    y = [math.log(count) for count in ordered]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    rise = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return rise / sum((a - x_mean) ** 2 for a in x)
    # END SOLUTION


# %% role="check" qid="01.q6"
check("01.q6", zipf_slope)


# %% role="probe" qid="01.q6"
def probe(answer, rng):
    counts = Counter({f"w{i}": int(count) for i, count in enumerate(rng.integers(1, 900, 40))})
    return [round(float(answer(counts, top)), 6) for top in (5, 40)]


# %% role="mutant" qid="01.q6" fails=["any order", "exact law", "many words"]
# Misconception: counts come with the commonest first
def zipf_slope(counts, top):
    y = np.log(list(counts.values())[:top])
    return float(np.polyfit(np.log(np.arange(1, len(y) + 1)), y, 1)[0])


# %% role="mutant" qid="01.q6" fails=["top ranks", "many words"]
# Misconception: the line goes through all words
def zipf_slope(counts, top):
    y = np.log(sorted(counts.values(), reverse=True))
    return float(np.polyfit(np.log(np.arange(1, len(y) + 1)), y, 1)[0])


# %% role="mutant" qid="01.q6" fails=["many words"]
# Misconception: two points make a line: the first and the last
def zipf_slope(counts, top):
    y = sorted(counts.values(), reverse=True)[:top]
    return (math.log(y[-1]) - math.log(y[0])) / math.log(len(y))


# %% [markdown] qid="01.q7"
# ## q7 · Measure a text that says nothing · {{points}}
#
# Is a slope near -1 a mark of language? Make a text that is none: shuffle **all characters** of
# the anthology, spaces included, and cut the result into words again. A monkey with the right
# letters.

# %% role="given"
letters = list(english.text.casefold())
random.Random(7).shuffle(letters)
shuffled_words = words("".join(letters))
print("a monkey writes:", *shuffled_words[:10])


def slope_of(tokens: list[str], top: int = 500) -> float:
    """The slope of question 6, by the course's own fit."""
    return -zipf_fit(Counter(tokens), (1, top)).exponent


# %% [markdown] qid="01.q7"
# Measure the slope over the **500** commonest words of `anthology_words` and of `shuffled_words`,
# and look at the two numbers. Which sentence do they support?
#
# - **A** Language gives a slope near -1, and a text without sense gives another one.
# - **B** Both slopes are near -1, so the shuffled text is as good English as the anthology.
# - **C** A slope near -1 is no sign of language: letters and spaces drawn at random give it, too.
# - **D** The slope is kept because shuffling the characters keeps the words.
#
# Return the three things: both slopes, then the letter. `slope_of` of the cell above measures for
# you, so this question does not depend on your q6.


# %% role="answer" qid="01.q7" points=2
def measured_slopes() -> tuple[float, float, str]:
    """Slope of the anthology, slope of the shuffled text, and the letter of your sentence."""
    # BEGIN SOLUTION
    return slope_of(anthology_words), slope_of(shuffled_words), "C"
    # END SOLUTION


# %% role="check" qid="01.q7"
check("01.q7", measured_slopes)
print(f"anthology {measured_slopes()[0]:.2f}, shuffled {measured_slopes()[1]:.2f}")


# %% role="mutant" qid="01.q7" fails=["anthology", "shuffled text"]
# Misconception: the exponent and the slope have the same sign
def measured_slopes():
    return -slope_of(anthology_words), -slope_of(shuffled_words), "C"


# %% role="mutant" qid="01.q7" fails=["anthology", "shuffled text"]
# Misconception: the line may as well go through all words
def measured_slopes():
    return slope_of(anthology_words, 10**6), slope_of(shuffled_words, 10**6), "C"


# %% role="mutant" qid="01.q7" fails=["meaning"]
# Misconception: Zipf's law is what language is recognised by
def measured_slopes():
    return slope_of(anthology_words), slope_of(shuffled_words), "A"


# %% role="mutant" qid="01.q7" fails=["meaning"]
# Misconception: what has the statistics of language is language
def measured_slopes():
    return slope_of(anthology_words), slope_of(shuffled_words), "B"


# %% role="mutant" qid="01.q7" fails=["meaning"]
# Misconception: shuffling keeps words together
def measured_slopes():
    return slope_of(anthology_words), slope_of(shuffled_words), "D"


# %% [markdown] qid="01.q8"
# ## q8 · Choose a fair comparison · {{points}}
#
# A poet has left 2,000 words, a novelist 200,000. Whose vocabulary is the richer one? Which
# comparison is fair?
#
# - **A** types / tokens of all that each has left
# - **B** the mean of types / tokens over stretches of 1,000 words, cut from each
# - **C** the number of types of each
# - **D** types / tokens of each, after removing the words that occur only once


# %% role="answer" qid="01.q8" points=1
def fair_comparison() -> str:
    """The letter of the fair comparison."""
    # BEGIN SOLUTION
    return "B"
    # END SOLUTION


# %% role="check" qid="01.q8"
check("01.q8", fair_comparison)


# %% role="mutant" qid="01.q8" fails=["comparison"]
# Misconception: a ratio takes care of the length
def fair_comparison():
    return "A"


# %% role="mutant" qid="01.q8" fails=["comparison"]
# Misconception: more words known are more words used
def fair_comparison():
    return "C"


# %% role="mutant" qid="01.q8" fails=["comparison"]
# Misconception: only the words that occur once make the ratio depend on the length
def fair_comparison():
    return "D"
