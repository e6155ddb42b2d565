# ---
# jupyter:
#   course:
#     title: Prepare a corpus
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
# # 02 · Prepare a corpus
#
# A model learns whatever you feed it: two spellings of one letter, stray spaces, and, if you let
# it, the very test that you want to measure it with. Here you clean a text, split a corpus by
# document, cut windows, and catch a leak that has flattered many a published number.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [How do you cut a text without fooling yourself?](../_build/html/book/02_prepare.html).
# - Run the `check` below each question as often as you like; `course check 02` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.

# %% role="given"
import random
import re
import unicodedata

import numpy as np

from course_lib import corpus
from course_lib.batching.windows import shared_span_fraction
from course_lib.corpus.split import split
from course_lib.grading import check

english = corpus.load("anthology", language="en")

# %% [markdown] qid="02.q1"
# ## q1 · One spelling for each letter · {{points}}
#
# Unicode can write é in two ways: as one code point (U+00E9), or as the letter e and a mark
# (U+0065 U+0301) that is drawn over it. They look the same. To Python, and to a model, they are
# different.

# %% role="given"
one, two = "caf\u00e9", "cafe\u0301"
print(one, two, one == two, len(one), len(two))

# %% [markdown] qid="02.q1"
# Write a function that gives every letter with a mark its **one-code-point** spelling, where
# there is one, and changes nothing else: not ½, not the ligature ﬁ, not the spaces. The standard
# library's `unicodedata.normalize` does the work, if you choose its form well.


# %% role="answer" qid="02.q1" points=1
def one_spelling(text: str) -> str:
    """The text with letters and their marks joined, and everything else as it was."""
    # BEGIN SOLUTION
    return unicodedata.normalize("NFC", text)
    # END SOLUTION


# %% role="check" qid="02.q1"
check("02.q1", one_spelling)


# %% role="probe" qid="02.q1"
def probe(answer, rng):
    pieces = ["e\u0301", "n\u0303", "\u00fc", "½", "ﬁ", " ", "\u1ec7"]
    return [answer("".join(pieces[i] for i in rng.integers(0, len(pieces), 12))) for _ in range(3)]


# %% role="mutant" qid="02.q1" fails=["é in two spellings", "other marks", "plain text"]
# Misconception: a normal form is a normal form
def one_spelling(text):
    return unicodedata.normalize("NFD", text)


# %% role="mutant" qid="02.q1" fails=["compatible characters"]
# Misconception: the more a form unifies, the better
def one_spelling(text):
    return unicodedata.normalize("NFKC", text)


# %% role="mutant" qid="02.q1" fails=["é in two spellings", "other marks", "plain text"]
# Misconception: to remove the marks is to normalise
def one_spelling(text):
    split_text = unicodedata.normalize("NFD", text)
    return "".join(c for c in split_text if not unicodedata.combining(c))


# %% role="mutant" qid="02.q1" fails=["other marks"]
# Misconception: accents are acute accents on vowels
def one_spelling(text):
    for plain, marked in zip("aeiou", "áéíóú", strict=True):
        text = text.replace(plain + "\u0301", marked)
    return text


# %% [markdown] qid="02.q2"
# ## q2 · Choose a normal form · {{points}}
#
# You train a generator on English and Spanish poems. How should its text be written?
#
# - **A** as it comes: the model will find out by itself that both spellings mean the same
# - **B** in NFKC, since it also replaces compatible characters: ﬁ by fi, x² by x2
# - **C** in NFC: each letter has one spelling, the common one, and nothing else is changed
# - **D** without accents, since that makes the alphabet smaller


# %% role="answer" qid="02.q2" points=1
def normal_form() -> str:
    """The letter of your choice."""
    # BEGIN SOLUTION
    return "C"
    # END SOLUTION


# %% role="check" qid="02.q2"
check("02.q2", normal_form)


# %% role="mutant" qid="02.q2" fails=["the form"]
# Misconception: what a model can learn costs nothing
def normal_form():
    return "A"


# %% role="mutant" qid="02.q2" fails=["the form"]
# Misconception: compatible characters mean the same
def normal_form():
    return "B"


# %% role="mutant" qid="02.q2" fails=["the form"]
# Misconception: accents are ornaments
def normal_form():
    return "D"


# %% [markdown] qid="02.q3"
# ## q3 · Tidy the spaces, keep the lines · {{points}}
#
# In a poem a line break carries meaning, and two spaces in a row rarely do. Write a function that
#
# 1. writes every line end as `\n` (Windows writes `\r\n`, old Macs `\r`),
# 2. writes each run of spaces within a line, tabs and no-break spaces (`\u00a0`) included, as one
#    space,
# 3. removes the spaces at both ends of each line, and
# 4. keeps every line end: those of blank lines, and one at the end of the text, too.
#
# So `"  the  sea \r\n\tis wide"` becomes `"the sea\nis wide"`.


# %% role="answer" qid="02.q3" points=2
def tidy(text: str) -> str:
    """The text with single spaces and plain line ends; its lines stay."""
    # BEGIN SOLUTION
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [re.sub(r"[ \t\u00a0]+", " ", line) for line in unix.split("\n")]
    return "\n".join(line.strip(" ") for line in lines)
    # END SOLUTION


# %% role="check" qid="02.q3"
check("02.q3", tidy)


# %% role="probe" qid="02.q3"
def probe(answer, rng):
    pieces = ["a", "b.", " ", "  ", "\t", "\u00a0", "\n", "\r\n", "\r"]
    return [answer("".join(pieces[i] for i in rng.integers(0, len(pieces), 15))) for _ in range(4)]


# %% role="mutant" qid="02.q3" fails=["runs", "edges", "line ends", "blank lines", "mixture"]
# Misconception: split() and join() tidy a text
def tidy(text):
    return " ".join(text.split())


# %% role="mutant" qid="02.q3" fails=["runs", "edges", "line ends", "blank lines", "mixture"]
# Misconception: a line break is a space like any other
def tidy(text):
    return re.sub(r"\s+", " ", text).strip()


# %% role="mutant" qid="02.q3" fails=["other spaces", "mixture"]
# Misconception: the only space is the space bar's
def tidy(text):
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(re.sub(r" +", " ", line).strip() for line in unix.split("\n"))


# %% role="mutant" qid="02.q3" fails=["blank lines", "mixture"]
# Misconception: a blank line is nothing
def tidy(text):
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


# %% role="mutant" qid="02.q3" fails=["line ends", "mixture"]
# Misconception: every text ends its lines as this machine does
def tidy(text):
    return "\n".join(re.sub(r"[ \t\u00a0]+", " ", x).strip(" ") for x in text.split("\n"))


# %% role="mutant" qid="02.q3" fails=["edges", "blank lines", "mixture"]
# Misconception: one space at the end of a line does no harm
def tidy(text):
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[ \t\u00a0]+", " ", unix)


# %% [markdown] qid="02.q4"
# ## q4 · Split by document · {{points}}
#
# You learn from one part of the corpus (train), choose settings on a second (valid), and measure
# once on a third (test). Whole documents are shared out, never pieces of them.
#
# Write a function that takes a list of documents and a seed and returns `(train, valid, test)`:
#
# - valid and test get a tenth of the documents each, rounded down, and train all the rest;
# - chance decides which documents go where, and the seed decides chance: the same seed gives the
#   same split, whatever else the program draws;
# - the list that came in stays as it was.
#
# Of 37 documents, 3 are for test, 3 for valid, 31 for train.


# %% role="answer" qid="02.q4" points=2
def split_documents(documents: list[str], seed: int) -> tuple[list[str], list[str], list[str]]:
    """Documents of train, valid and test; about 80, 10 and 10 % of them."""
    # BEGIN SOLUTION
    order = random.Random(seed).sample(range(len(documents)), len(documents))
    shuffled = [documents[index] for index in order]
    size = len(documents) // 10
    return shuffled[2 * size :], shuffled[:size], shuffled[size : 2 * size]
    # END SOLUTION


# %% role="check" qid="02.q4"
check("02.q4", split_documents)
parts = split_documents(list(english.ids), 1)
for name, part in zip(("train", "valid", "test"), parts, strict=True):
    print(f"{name}: {len(part)} documents, among them {min(part)}")


# %% role="probe" qid="02.q4"
def probe(answer, rng):
    documents = [f"d{n}" for n in range(int(rng.integers(20, 60)))]
    seed = int(rng.integers(0, 10**6))
    first, again = answer(list(documents), seed), answer(list(documents), seed)
    other = answer(list(documents), seed + 1)
    return {
        "sizes": [len(part) for part in first],
        "whole": sorted(d for part in first for d in part) == sorted(documents),
        "same": [list(p) for p in first] == [list(p) for p in again],
        "other": [list(p) for p in first] != [list(p) for p in other],
    }


# %% role="mutant" qid="02.q4" fails=["other seed", "fair chance"]
# Misconception: the last documents are as good a test as any
def split_documents(documents, seed):
    tenth = len(documents) // 10
    end = len(documents) - tenth
    return documents[: end - tenth], documents[end - tenth : end], documents[end:]


# %% role="mutant" qid="02.q4" fails=["same seed"]
# Misconception: any chance will do
def split_documents(documents, seed):
    mixed = random.sample(documents, len(documents))
    tenth = len(documents) // 10
    return mixed[2 * tenth :], mixed[:tenth], mixed[tenth : 2 * tenth]


# %% role="mutant" qid="02.q4" fails=["other seed", "fair chance"]
# Misconception: one good seed serves for all
def split_documents(documents, seed):
    mixed = random.Random(42).sample(documents, len(documents))
    tenth = len(documents) // 10
    return mixed[2 * tenth :], mixed[:tenth], mixed[tenth : 2 * tenth]


# %% role="mutant" qid="02.q4" fails=["*"]
# Misconception: what a function is given is its own
def split_documents(documents, seed):
    random.Random(seed).shuffle(documents)
    tenth = len(documents) // 10
    return documents[2 * tenth :], documents[:tenth], documents[tenth : 2 * tenth]


# %% role="mutant" qid="02.q4" fails=["every document once"]
# Misconception: each part can be drawn by itself
def split_documents(documents, seed):
    rng, tenth = random.Random(seed), len(documents) // 10
    sizes = (len(documents) - 2 * tenth, tenth, tenth)
    return tuple(rng.sample(documents, size) for size in sizes)


# %% role="mutant" qid="02.q4" fails=["sizes"]
# Misconception: the parts are rounded each by itself
def split_documents(documents, seed):
    mixed = random.Random(seed).sample(documents, len(documents))
    tenth = round(len(documents) / 10)
    return mixed[2 * tenth :], mixed[:tenth], mixed[tenth : 2 * tenth]


# %% [markdown] qid="02.q5"
# ## q5 · Predict the number of windows · {{points}}
#
# A model reads windows of a fixed length. With length 4 and stride 2, the 7 ids `3 1 4 1 5 9 2`
# give two windows: `3 1 4 1` and `4 1 5 9`. A third would start at the 5, where only 3 ids are
# left.
#
# How many windows of length **100** with stride **50** does a document of **2,030** ids give?
# Work it out on paper: the check passes for the exact number only.


# %% role="answer" qid="02.q5" points=1
def predicted_windows() -> int:
    """Your prediction of the number of windows."""
    # BEGIN SOLUTION
    # Starts are 0, 50, ... up to 2030 - 100 = 1930 at most, so up to 1900.
    return 1900 // 50 + 1
    # END SOLUTION


# %% role="check" qid="02.q5"
check("02.q5", predicted_windows)


# %% role="mutant" qid="02.q5" fails=["2,030 ids"]
# Misconception: every multiple of the stride starts a window
def predicted_windows():
    return 2030 // 50


# %% role="mutant" qid="02.q5" fails=["2,030 ids"]
# Misconception: windows do not overlap
def predicted_windows():
    return 2030 // 100


# %% role="mutant" qid="02.q5" fails=["2,030 ids"]
# Misconception: the first window, at 0, is not counted
def predicted_windows():
    return (2030 - 100) // 50


# %% role="mutant" qid="02.q5" fails=["2,030 ids"]
# Misconception: a number of windows may be a fraction
def predicted_windows():
    return (2030 - 100) / 50 + 1


# %% [markdown] qid="02.q6"
# ## q6 · Cut windows · {{points}}
#
# Now the function: a list of windows, each a list of `length` ids, one starting `stride` ids
# after the other. Ids at the end that do not fill a window are left out; a document that is
# shorter than a window has none.


# %% role="answer" qid="02.q6" points=2
def cut_windows(ids: list[int], length: int, stride: int) -> list[list[int]]:
    """The windows of one document, those of full length only."""
    # BEGIN SOLUTION
    last = len(ids) - length
    return [list(ids[start : start + length]) for start in range(0, last + 1, stride)]
    # END SOLUTION


# %% role="check" qid="02.q6"
check("02.q6", cut_windows)
print(len(cut_windows(list(range(2030)), 100, 50)), "windows: was your prediction right?")


# %% role="probe" qid="02.q6"
def probe(answer, rng):
    ids = [int(x) for x in rng.integers(0, 99, int(rng.integers(3, 40)))]
    return [[[int(x) for x in row] for row in answer(ids, n, s)] for n, s in ((5, 2), (4, 4))]


# %% role="mutant" qid="02.q6" fails=["overlap", "last window", "many windows"]
# Misconception: the last window starts before len(ids) - length
def cut_windows(ids, length, stride):
    return [ids[i : i + length] for i in range(0, len(ids) - length, stride)]


# %% role="mutant" qid="02.q6" fails=["*"]
# Misconception: what is left at the end is a window, too
def cut_windows(ids, length, stride):
    return [ids[i : i + length] for i in range(0, len(ids), stride)]


# %% role="mutant" qid="02.q6" fails=["overlap", "last window", "left over", "many windows"]
# Misconception: the next window starts where the last one ended
def cut_windows(ids, length, stride):
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, length)]


# %% role="mutant" qid="02.q6" fails=["overlap", "left over", "many windows"]
# Misconception: the stride is what two windows have in common
def cut_windows(ids, length, stride):
    step = max(length - stride, 1)
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, step)]


# %% role="mutant" qid="02.q6" fails=["too short"]
# Misconception: every document has a window
def cut_windows(ids, length, stride):
    return [ids[i : i + length] for i in range(0, max(len(ids) - length, 0) + 1, stride)]


# %% [markdown] qid="02.q7"
# ## q7 · Find the bug: a test that was seen in training · {{points}}
#
# The function below prepares a whole corpus for a model of characters: it cuts windows, shuffles
# them and shares them out. It runs, the sizes are right, and the test loss will be splendid. The
# cell also prints a window of the test set, and the windows of the training set that hold its
# second half.


# %% role="given"
def broken_prepare(texts: corpus.Corpus, length: int, stride: int, seed: int):
    """Windows of characters for train, valid and test."""
    text = texts.text
    cut = [text[at : at + length] for at in range(0, len(text) - length + 1, stride)]
    random.Random(seed).shuffle(cut)
    tenth = len(cut) // 10
    return cut[2 * tenth :], cut[tenth : 2 * tenth], cut[:tenth]


train, valid, test = broken_prepare(english, 60, 30, seed=0)
print("test: ", repr(test[0]))
print("train:", *(repr(window) for window in train if window[:30] == test[0][30:]))

# %% [markdown] qid="02.q7"
# Write the function without its leak: the windows of one document all go to one part, and no
# window runs from one document into the next. `split(texts, seed=seed)` shares out whole
# documents: the result has the corpora `.train`, `.valid` and `.test`, and a loop over a corpus
# gives its documents. Keep the overlap: within one part it does no harm.


# %% role="answer" qid="02.q7" points=3
def prepare(texts: corpus.Corpus, length: int, stride: int, seed: int):
    """Windows of characters for train, valid and test, without a leak."""
    # BEGIN SOLUTION
    parts = []
    for part in split(texts, seed=seed).parts:
        rows = []
        for document in part:
            starts = range(0, len(document) - length + 1, stride)
            rows += [document[start : start + length] for start in starts]
        parts.append(rows)
    return tuple(parts)
    # END SOLUTION


# %% role="check" qid="02.q7"
check("02.q7", prepare)


# %% role="probe" qid="02.q7"
def probe(answer, rng):
    letters = "abcdefghijklmnopqrst"
    texts = tuple(letter * int(rng.integers(9, 30)) for letter in letters)
    parts = answer(corpus.Corpus("p", texts, tuple(letters), "en", "CC0", "probe"), 8, 4, 0)
    owners = [{letter for window in part for letter in window} for part in parts]
    return {
        "windows": sum(len(part) for part in parts),
        "apart": not (owners[0] & owners[2]),
        "inside": all(len(set(window)) == 1 for part in parts for window in part),
    }


# %% role="mutant" qid="02.q7" fails=["*"]
# Misconception: shuffled windows are independent
def prepare(texts, length, stride, seed):
    return broken_prepare(texts, length, stride, seed)


# %% role="mutant" qid="02.q7" fails=["no window crosses", "every window"]
# Misconception: once the documents are split, each part is one text
def prepare(texts, length, stride, seed):
    parts = [part.text for part in split(texts, seed=seed).parts]
    return tuple(
        [part[i : i + length] for i in range(0, len(part) - length + 1, stride)] for part in parts
    )


# %% role="mutant" qid="02.q7" fails=["documents stay whole", "shares of documents"]
# Misconception: it is enough that no window crosses from one document to another
def prepare(texts, length, stride, seed):
    cut = [t[i : i + length] for t in texts for i in range(0, len(t) - length + 1, stride)]
    random.Random(seed).shuffle(cut)
    tenth = len(cut) // 10
    return cut[2 * tenth :], cut[tenth : 2 * tenth], cut[:tenth]


# %% role="mutant" qid="02.q7" fails=["every window"]
# Misconception: the overlap is the leak, wherever it is
def prepare(texts, length, stride, seed):
    return tuple(
        [t[i : i + length] for t in part for i in range(0, len(t) - length + 1, length)]
        for part in split(texts, seed=seed).parts
    )


# %% [markdown] qid="02.q8"
# ## q8 · Find what two sides share · {{points}}
#
# How do you know that nothing leaks? Look for spans: n tokens in a row that stand in a training
# document and in a test document. With n = 2, the document *the sea is wide* has the spans
# (*the*, *sea*), (*sea*, *is*) and (*is*, *wide*), and it shares two of them with *so the sea
# is*.
#
# Write a function that takes the documents of both sides, each a list of tokens, and returns the
# **set** of the spans of n tokens (as tuples) that both sides have. A span stands in one
# document: it never runs from one into the next.


# %% role="answer" qid="02.q8" points=2
def shared_spans(train: list[list[str]], test: list[list[str]], n: int) -> set[tuple[str, ...]]:
    """The spans of n tokens that some document of either side has."""

    # BEGIN SOLUTION
    def spans(documents):
        return {
            tuple(tokens[start : start + n])
            for tokens in documents
            for start in range(len(tokens) - n + 1)
        }

    return spans(train) & spans(test)
    # END SOLUTION


# %% role="check" qid="02.q8"
check("02.q8", shared_spans)


# %% role="probe" qid="02.q8"
def probe(answer, rng):
    sides = [[[str(x) for x in rng.choice(list("abc"), 6)] for _ in range(3)] for _ in range(2)]
    return [sorted(list(span) for span in answer(*sides, n)) for n in (2, 4)]


# %% role="mutant" qid="02.q8" fails=["*"]
# Misconception: what counts is which words both sides have
def shared_spans(train, test, n):
    words = [{token for document in side for token in document} for side in (train, test)]
    return {(word,) for word in words[0] & words[1]}


# %% role="mutant" qid="02.q8" fails=["no span crosses", "too short", "many documents"]
# Misconception: a side is one long text
def shared_spans(train, test, n):
    one, two = ([token for document in side for token in document] for side in (train, test))
    first = {tuple(one[i : i + n]) for i in range(len(one) - n + 1)}
    return first & {tuple(two[i : i + n]) for i in range(len(two) - n + 1)}


# %% role="mutant" qid="02.q8" fails=["one shared span", "last span", "many documents"]
# Misconception: of T tokens, T - n spans start
def shared_spans(train, test, n):
    first = {tuple(t[i : i + n]) for t in train for i in range(len(t) - n)}
    return first & {tuple(t[i : i + n]) for t in test for i in range(len(t) - n)}


# %% role="mutant" qid="02.q8" fails=["one shared span", "last span", "too short", "many documents"]
# Misconception: only whole documents can leak
def shared_spans(train, test, n):
    return {tuple(document) for document in train} & {tuple(document) for document in test}


# %% role="mutant" qid="02.q8" fails=["last span", "too short", "many documents"]
# Misconception: a short span at the end counts as well
def shared_spans(train, test, n):
    first = {tuple(t[i : i + n]) for t in train for i in range(len(t))}
    return first & {tuple(t[i : i + n]) for t in test for i in range(len(t))}


# %% [markdown] qid="02.q9"
# ## q9 · Measure the leak · {{points}}
#
# How much of the test set has `broken_prepare` shown to the model? And is it cured if the windows
# do not overlap? The function below gives the share of test windows that repeat 50 characters in
# a row of some training window.


# %% role="given"
def copied_share(train: list[str], test: list[str]) -> float:
    """Share of test windows that repeat 50 characters in a row of some training window."""
    rows = [np.array([[ord(c) for c in window] for window in part]) for part in (train, test)]
    return shared_span_fraction(*rows, span=50)


# %% [markdown] qid="02.q9"
# Prepare `english` with `broken_prepare`, windows of 100 characters and seed 0: once with stride
# 50, once with stride 100. Measure both, and choose the sentence that the two numbers support.
#
# - **A** Without overlap nothing leaks, so with stride 100 a random split of windows is fair.
# - **B** A smaller stride would leak less, since each window then holds less that is new.
# - **C** The shuffle is to blame: without it, windows of one document may go to both sides.
# - **D** The overlap copies spans, and the share shows it. Without overlap no span is copied, but
#   train still holds the rest of every poem in test: split by document all the same.
#
# Return the two shares, then the letter.


# %% role="answer" qid="02.q9" points=2
def measured_leak() -> tuple[float, float, str]:
    """Share of copied test windows with stride 50, with stride 100, and the letter."""
    # BEGIN SOLUTION
    shares = []
    for stride in (50, 100):
        train, _, test = broken_prepare(english, 100, stride, seed=0)
        shares.append(copied_share(train, test))
    return shares[0], shares[1], "D"
    # END SOLUTION


# %% role="check" qid="02.q9"
check("02.q9", measured_leak)
for stride, share in zip((50, 100), measured_leak(), strict=False):
    print(f"stride {stride}: {share:.0%} of the test windows hold a copied span")


# %% role="mutant" qid="02.q9" fails=["with overlap"]
# Misconception: valid is as good as train to measure the leak
def measured_leak():
    shares = []
    for stride in (50, 100):
        _, valid, test = broken_prepare(english, 100, stride, seed=0)
        shares.append(copied_share(valid, test))
    return shares[0], shares[1], "D"


# %% role="mutant" qid="02.q9" fails=["with overlap"]
# Misconception: a share is a percentage
def measured_leak():
    shares = []
    for stride in (50, 100):
        train, _, test = broken_prepare(english, 100, stride, seed=0)
        shares.append(100 * copied_share(train, test))
    return shares[0], shares[1], "D"


# %% role="mutant" qid="02.q9" fails=["without overlap", "meaning"]
# Misconception: the stride makes no difference, and without overlap all is well
def measured_leak():
    train, _, test = broken_prepare(english, 100, 50, seed=0)
    return copied_share(train, test), copied_share(train, test), "A"


# %% role="mutant" qid="02.q9" fails=["meaning"]
# Misconception: a smaller step leaks less
def measured_leak():
    shares = []
    for stride in (50, 100):
        train, _, test = broken_prepare(english, 100, stride, seed=0)
        shares.append(copied_share(train, test))
    return shares[0], shares[1], "B"


# %% role="mutant" qid="02.q9" fails=["meaning"]
# Misconception: order protects
def measured_leak():
    shares = []
    for stride in (50, 100):
        train, _, test = broken_prepare(english, 100, stride, seed=0)
        shares.append(copied_share(train, test))
    return shares[0], shares[1], "C"
