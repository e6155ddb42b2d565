# ---
# jupyter:
#   course:
#     title: Build a tokenizer
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
# # 03 · Build a tokenizer
#
# A model reads numbers, and somebody has to decide what a number stands for. Here you build the
# tokenizer that most language models use: byte-level BPE. You train it, encode and decode with it,
# mend one that was trained wrongly, and measure what its pieces cost in two languages.
#
# - **Time**: about {{minutes}}. **Worth**: {{points}}.
# - **Read first**:
#   [What should a number stand for?](../_build/html/book/02_tokenize.html).
# - Run the `check` below each question as often as you like; `course check 03` shows all of them.
# - Replace the line that raises `NotImplementedError`, and leave the name of the function as it is.
# - Some functions are handed others that you wrote before, such as `merge_pair`. The check hands
#   over right ones: a mistake in one question costs you that question only.

# %% role="given"
import re
from collections import Counter
from itertools import pairwise

from course_lib import corpus
from course_lib.corpus.split import split
from course_lib.grading import check
from course_lib.tokenizers.bpe import ByteBPETokenizer

# %% [markdown] qid="03.q1"
# ## q1 · Predict the number of bytes · {{points}}
#
# A byte-level tokenizer starts from the bytes of a text in UTF-8. The next cell shows how many
# bytes four characters take.

# %% role="given"
for character in "aé€🎂":
    print(character, len(character.encode("utf-8")), "bytes")

# %% [markdown] qid="03.q1"
# How many bytes has `"¿Cuántos años cumples mañana? 🎂"`, without its quotation marks? Work it
# out on paper, and count the spaces: the check passes for the exact number only.


# %% role="answer" qid="03.q1" points=1
def predicted_bytes() -> int:
    """Your prediction of the number of bytes."""
    # BEGIN SOLUTION
    # 26 characters of one byte, four (¿, á, ñ, ñ) of two, and an emoji of four.
    return 26 + 4 * 2 + 4
    # END SOLUTION


# %% role="check" qid="03.q1"
check("03.q1", predicted_bytes)
print(*(f"{byte:02x}" for byte in "¿Cuántos años cumples mañana? 🎂".encode()))


# %% role="mutant" qid="03.q1" fails=["the question"]
# Misconception: a character is a byte
def predicted_bytes():
    return 31


# %% role="mutant" qid="03.q1" fails=["the question"]
# Misconception: every character beyond the English alphabet takes two bytes
def predicted_bytes():
    return 31 + 5


# %% role="mutant" qid="03.q1" fails=["the question"]
# Misconception: letters take bytes, spaces do not
def predicted_bytes():
    return 38 - 4


# %% role="mutant" qid="03.q1" fails=["the question"]
# Misconception: every character takes as many bytes as the widest one
def predicted_bytes():
    return 31 * 4


# %% [markdown] qid="03.q2"
# ## q2 · Count neighbours · {{points}}
#
# To train the tokenizer, a text is cut into words. A word is a tuple of **symbols**, at first one
# for each byte, and we keep each different word once, with the number of times that it occurs:
#
# | word | times |
# |---|---|
# | `(b"t", b"e", b"n")` | 2 |
# | `(b"t", b"e", b"e", b"n")` | 1 |
#
# Write a function that counts the pairs of neighbouring symbols in the whole text. Here
# `(b"t", b"e")` occurs 3 times, `(b"e", b"n")` 3 times and `(b"e", b"e")` once. Every position
# counts: the word *eee* holds the pair `(b"e", b"e")` twice. A pair never spans two words.


# %% role="answer" qid="03.q2" points=2
def count_pairs(words: dict[tuple[bytes, ...], int]) -> Counter:
    """How often each pair of neighbouring symbols occurs in a text of these words."""
    # BEGIN SOLUTION
    counts: Counter = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts
    # END SOLUTION


# %% role="check" qid="03.q2"
check("03.q2", count_pairs)
english = corpus.load("anthology", language="en")
spelled = Counter(tuple(bytes([b]) for b in word.encode()) for word in english.text.split())
for pair, count in Counter(count_pairs(spelled)).most_common(5):
    print(pair, count)


# %% role="probe" qid="03.q2"
def probe(answer, rng):
    texts = ["".join(rng.choice(list("ab"), size)) for size in (1, 4, 7)]
    words = {tuple(bytes([b]) for b in text.encode()): int(rng.integers(1, 9)) for text in texts}
    counts = answer(words)
    return sorted([*(symbol.hex() for symbol in pair), int(n)] for pair, n in counts.items() if n)


# %% role="mutant" qid="03.q2" fails=["times", "many"]
# Misconception: a word that occurs ten times is one word
def count_pairs(words):
    return Counter(pair for word in words for pair in pairwise(word))


# %% role="mutant" qid="03.q2" fails=["twice", "many"]
# Misconception: a word has a pair or has it not
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return counts


# %% role="mutant" qid="03.q2" fails=["times", "words apart", "many"]
# Misconception: a text is one run of symbols
def count_pairs(words):
    run = [symbol for word, times in words.items() for symbol in word * times]
    return Counter(pairwise(run))


# %% role="mutant" qid="03.q2" fails=["positions", "twice", "times", "longer symbols", "many"]
# Misconception: the next pair begins where the last one ended
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(0, len(word) - 1, 2):
            counts[word[i], word[i + 1]] += times
    return counts


# %% role="mutant" qid="03.q2" fails=["longer symbols"]
# Misconception: a symbol is always one byte
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        text = b"".join(word)
        for i in range(len(text) - 1):
            counts[text[i : i + 1], text[i + 1 : i + 2]] += times
    return counts


# %% [markdown] qid="03.q3"
# ## q3 · Merge a pair · {{points}}
#
# When a pair has been chosen, it becomes one symbol wherever it stands in a word: with the pair
# `(b"e", b"n")`, the word `(b"t", b"e", b"n")` becomes `(b"t", b"en")`. Read the word from left to
# right, and never use a symbol twice: with `(b"a", b"a")`, the word *aaa* becomes
# `(b"aa", b"a")`.
#
# Write the function. It returns a new tuple.


# %% role="answer" qid="03.q3" points=2
def merge_pair(word: tuple[bytes, ...], pair: tuple[bytes, bytes]) -> tuple[bytes, ...]:
    """The word with each occurrence of the pair joined, from left to right."""
    # BEGIN SOLUTION
    merged: list[bytes] = []
    at = 0
    while at < len(word):
        if word[at : at + 2] == pair:
            merged.append(pair[0] + pair[1])
            at += 2
        else:
            merged.append(word[at])
            at += 1
    return tuple(merged)
    # END SOLUTION


# %% role="check" qid="03.q3"
check("03.q3", merge_pair)
print(merge_pair((b"b", b"a", b"n", b"a", b"n", b"a"), (b"a", b"n")))


# %% role="probe" qid="03.q3"
def probe(answer, rng):
    words = [tuple(bytes([b]) for b in rng.choice(list(b"ab"), 9)) for _ in range(4)]
    pairs = [(b"a", b"b"), (b"a", b"a"), (b"b", b"b"), (b"b", b"a")]
    return [[s.hex() for s in answer(w, p)] for w, p in zip(words, pairs, strict=True)]


# %% role="mutant" qid="03.q3" fails=["twice in a word", "an overlap", "many"]
# Misconception: a pair stands in a word once
def merge_pair(word, pair):
    for at in range(len(word) - 1):
        if word[at : at + 2] == pair:
            return (*word[:at], pair[0] + pair[1], *word[at + 2 :])
    return word


# %% role="mutant" qid="03.q3" fails=["an overlap", "many"]
# Misconception: from the right is as good as from the left
def merge_pair(word, pair):
    merged, at = [], len(word)
    while at > 0:
        joined = at > 1 and word[at - 2 : at] == pair
        merged.append(pair[0] + pair[1] if joined else word[at - 1])
        at -= 2 if joined else 1
    return tuple(reversed(merged))


# %% role="mutant" qid="03.q3" fails=["an overlap", "many"]
# Misconception: a symbol may belong to two pairs
def merge_pair(word, pair):
    merged = []
    for at, symbol in enumerate(word):
        if word[at : at + 2] == pair:
            merged.append(pair[0] + pair[1])
        elif at == 0 or word[at - 1 : at + 1] != pair:
            merged.append(symbol)
    return tuple(merged)


# %% role="mutant" qid="03.q3" fails=["symbols"]
# Misconception: what counts is the text that the pair spells
def merge_pair(word, pair):
    joined = b"".join(pair)
    pieces = re.split(b"(" + re.escape(joined) + b")", b"".join(word))
    return tuple(
        symbol
        for piece in pieces
        for symbol in (
            [piece] if piece == joined else [piece[i : i + 1] for i in range(len(piece))]
        )
    )


# %% role="mutant" qid="03.q3" fails=["symbols"]
# Misconception: with a space between symbols, replacing text replaces symbols
def merge_pair(word, pair):
    return tuple(b" ".join(word).replace(b" ".join(pair), b"".join(pair)).split(b" "))


# %% role="mutant" qid="03.q3" fails=["an overlap", "the end of a word", "symbols", "many"]
# Misconception: the last symbol has no neighbour, so it can be left out of the loop
def merge_pair(word, pair):
    merged, at = [], 0
    while at < len(word) - 1:
        joined = word[at : at + 2] == pair
        merged.append(pair[0] + pair[1] if joined else word[at])
        at += 2 if joined else 1
    return tuple(merged)


# %% [markdown] qid="03.q4"
# ## q4 · A rule for ties · {{points}}
#
# In each round the commonest pair is merged. If several pairs are the commonest, something has to
# decide, and it must not be the order in which a dictionary happens to list them: two people who
# train on the same text shall get the same tokenizer. The rule of this course: **the greatest pair
# wins**, comparing the first symbols, and if those are equal, the second ones, byte by byte, as
# Python compares two tuples of `bytes`.
#
# Of `Counter({(b"a", b"n"): 4, (b"t", b"h"): 4, (b"q", b"u"): 1})` the pair `(b"t", b"h")` wins.


# %% role="answer" qid="03.q4" points=1
def best_pair(counts: Counter) -> tuple[bytes, bytes]:
    """The commonest pair; of several, the greatest."""
    # BEGIN SOLUTION
    return max(counts, key=lambda pair: (counts[pair], pair))
    # END SOLUTION


# %% role="check" qid="03.q4"
check("03.q4", best_pair)


# %% role="probe" qid="03.q4"
def probe(answer, rng):
    symbols = [b"a", b"ab", b"b", b"\xc3", b"bc"]
    pairs = [tuple(symbols[i] for i in rng.integers(0, 5, 2)) for _ in range(6)]
    counts = Counter({pair: int(rng.integers(1, 3)) for pair in pairs})
    return [symbol.hex() for symbol in answer(counts)]


# %% role="mutant" qid="03.q4" fails=["a tie", "equal first", "symbols", "no length"]
# Misconception: the order in which pairs were counted is good enough
def best_pair(counts):
    return counts.most_common(1)[0][0]


# %% role="mutant" qid="03.q4" fails=["a tie", "equal first", "symbols", "no length"]
# Misconception: the first in the alphabet wins
def best_pair(counts):
    return min(counts, key=lambda pair: (-counts[pair], pair))


# %% role="mutant" qid="03.q4" fails=["symbols"]
# Misconception: a pair is the text that it spells
def best_pair(counts):
    return max(counts, key=lambda pair: (counts[pair], pair[0] + pair[1]))


# %% role="mutant" qid="03.q4" fails=["the commonest"]
# Misconception: the rule for ties is the rule
def best_pair(counts):
    return max(counts)


# %% role="mutant" qid="03.q4" fails=["equal first", "no length"]
# Misconception: of equal counts, the pair that makes the longest symbol wins
def best_pair(counts):
    return max(counts, key=lambda p: (counts[p], len(p[0] + p[1]), p[0]))


# %% [markdown] qid="03.q5"
# ## q5 · Find the bug: a trainer that learns no words · {{points}}
#
# Training repeats what you have written: count the pairs, choose the best one, merge it, and so on
# until there are enough merges. The function below gets your three functions as arguments. It runs,
# it returns as many pairs as it should, and the first one is right. Look at its merges: after three
# rounds on a text of one word, should there not be a longer symbol than two bytes?


# %% role="given" shares=["03.q5"]
def broken_train(words, n_merges, count_pairs, best_pair, merge_pair):
    """The pairs to merge, in the order in which they were chosen."""
    counts = count_pairs(words)
    merges = []
    for _ in range(n_merges):
        pair = best_pair(counts)
        merges.append(pair)
        counts.pop(pair)
    return merges


def three_merges(trainer):
    """What a trainer learns from the text "rosa rosa", with your own three functions."""
    try:
        return trainer({(b"r", b"o", b"s", b"a"): 2}, 3, count_pairs, best_pair, merge_pair)
    except Exception as error:
        return f"one of your functions is not ready: {error}"


print(three_merges(broken_train))

# %% [markdown] qid="03.q5"
# Write the function without its bug. A round counts the words **as they are by then**, with all
# merges so far applied. If no pair is left before there are `n_merges` merges, return those that
# there are.


# %% role="answer" qid="03.q5" points=3
def train(words, n_merges, count_pairs, best_pair, merge_pair) -> list[tuple[bytes, bytes]]:
    """The pairs to merge, in the order in which they were chosen."""
    # BEGIN SOLUTION
    merges: list[tuple[bytes, bytes]] = []
    while len(merges) < n_merges:
        pairs = count_pairs(words)
        if not pairs:
            break
        chosen = best_pair(pairs)
        merges.append(chosen)
        words = {merge_pair(word, chosen): times for word, times in words.items()}
    return merges
    # END SOLUTION


# %% role="check" qid="03.q5"
check("03.q5", train)
print(three_merges(train))


# %% role="probe" qid="03.q5"
def probe(answer, rng):
    words = {
        tuple(bytes([b]) for b in rng.choice(list(b"abc"), size)): int(rng.integers(1, 5))
        for size in (3, 6, 8)
    }

    def count(words):
        counts = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                counts[pair] += times
        return counts

    def merge(word, pair):
        rest, out = list(word), []
        while rest:
            size = 2 if tuple(rest[:2]) == pair else 1
            out.append(b"".join(rest[:size]))
            del rest[:size]
        return tuple(out)

    def best(counts):
        return max(counts, key=lambda p: (counts[p], p))

    return [[s.hex() for s in pair] for pair in answer(words, 6, count, best, merge)]


# %% role="mutant" qid="03.q5" fails=["*"]
# Misconception: the commonest pairs at the start are the merges
def train(words, n_merges, count_pairs, best_pair, merge_pair):
    counts, merges = count_pairs(words), []
    while counts and len(merges) < n_merges:
        merges.append(best_pair(counts))
        counts.pop(merges[-1])
    return merges


# %% role="mutant" qid="03.q5" fails=["no pair left"]
# Misconception: a text always has another pair
def train(words, n_merges, count_pairs, best_pair, merge_pair):
    merges = []
    for _ in range(n_merges):
        merges.append(best_pair(count_pairs(words)))
        words = {merge_pair(word, merges[-1]): times for word, times in words.items()}
    return merges


# %% role="mutant" qid="03.q5" fails=["*"]
# Misconception: each round starts from the bytes again
def train(words, n_merges, count_pairs, best_pair, merge_pair):
    merges, now = [], words
    while len(merges) < n_merges and count_pairs(now):
        merges.append(best_pair(count_pairs(now)))
        now = {merge_pair(word, merges[-1]): times for word, times in words.items()}
    return merges


# %% role="mutant" qid="03.q5" fails=["*"]
# Misconception: a merge is the symbol that it makes
def train(words, n_merges, count_pairs, best_pair, merge_pair):
    merges = []
    while len(merges) < n_merges and (counts := count_pairs(words)):
        pair = best_pair(counts)
        merges.append(pair[0] + pair[1])
        words = {merge_pair(word, pair): times for word, times in words.items()}
    return merges


# %% role="mutant" qid="03.q5" fails=["a real text"]
# Misconception: after a merge each word is left once
def train(words, n_merges, count_pairs, best_pair, merge_pair):
    merges = []
    while len(merges) < n_merges and (counts := count_pairs(words)):
        merges.append(best_pair(counts))
        words = dict.fromkeys((merge_pair(word, merges[-1]) for word in words), 1)
    return merges


# %% [markdown] qid="03.q6"
# ## q6 · Encode a word · {{points}}
#
# The merges are the tokenizer. To encode a word, start from its bytes and replay the training: what
# was learned first is applied first. With the merges `t+h`, `h+e`, `th+e`, in this order, the word
# *the* becomes `[b"the"]`, but with `h+e`, `t+h`, `th+e` it becomes `[b"t", b"he"]`: when `t+h`
# has its turn, the *h* is gone.
#
# Write a function that takes a word, the merges and your `merge_pair`, and returns the list of
# symbols.


# %% role="answer" qid="03.q6" points=2
def encode_word(word: str, merges: list[tuple[bytes, bytes]], merge_pair) -> list[bytes]:
    """The symbols of a word."""
    # BEGIN SOLUTION
    symbols = tuple(bytes([byte]) for byte in word.encode("utf-8"))
    for pair in merges:
        symbols = merge_pair(symbols, pair)
    return list(symbols)
    # END SOLUTION


# %% role="check" qid="03.q6"
check("03.q6", encode_word)


# %% role="probe" qid="03.q6"
def probe(answer, rng):
    def merge(word, pair):
        rest, out = list(word), []
        while rest:
            size = 2 if tuple(rest[:2]) == pair else 1
            out.append(b"".join(rest[:size]))
            del rest[:size]
        return tuple(out)

    merges = [(b"a", b"b"), (b"b", b"a"), (b"ab", b"a"), (b"ba", b"ba"), (b"\xc3", b"\xa9")]
    order = [0, 1, 2, 3, 4] if rng.random() < 0.5 else [1, 0, 3, 2, 4]
    texts = ["".join(rng.choice(list("abé"), 7)) for _ in range(3)]
    return [[s.hex() for s in answer(text, [merges[i] for i in order], merge)] for text in texts]


# %% role="mutant" qid="03.q6" fails=["the order of the merges", "a real text"]
# Misconception: the longest symbol that fits comes next
def encode_word(word, merges, merge_pair):
    known, rest, symbols = {b"".join(pair) for pair in merges}, word.encode(), []
    while rest:
        size = next(n for n in range(len(rest), 0, -1) if n == 1 or rest[:n] in known)
        symbols.append(rest[:size])
        rest = rest[size:]
    return symbols


# %% role="mutant" qid="03.q6" fails=["the order of the merges", "a real text"]
# Misconception: the first pair from the left that can be merged is merged
def encode_word(word, merges, merge_pair):
    symbols, at = [bytes([byte]) for byte in word.encode()], 0
    while at < len(symbols) - 1:
        if (symbols[at], symbols[at + 1]) in merges:
            symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
            at = 0
        else:
            at += 1
    return symbols


# %% role="mutant" qid="03.q6" fails=["an accent"]
# Misconception: a symbol starts as a character
def encode_word(word, merges, merge_pair):
    symbols = tuple(character.encode() for character in word)
    for pair in merges:
        symbols = merge_pair(symbols, pair)
    return list(symbols)


# %% role="mutant" qid="03.q6" fails=["merges of merges", "the order of the merges", "a real text"]
# Misconception: the merge that was learned last is the best one
def encode_word(word, merges, merge_pair):
    symbols = tuple(bytes([byte]) for byte in word.encode())
    for pair in reversed(merges):
        symbols = merge_pair(symbols, pair)
    return list(symbols)


# %% [markdown] qid="03.q7"
# ## q7 · Decode whatever comes · {{points}}
#
# A model may write any id after any other. `pieces[i]` are the bytes of id `i`. Write a function
# that turns ids into text: where the bytes are valid UTF-8, that text exactly; where they are not,
# the sign `�` (U+FFFD), as `bytes.decode` puts it with `errors="replace"`. It never raises for ids
# that exist.
#
# Think of *é*: its two bytes may come as two ids.


# %% role="answer" qid="03.q7" points=2
def decode(ids: list[int], pieces: list[bytes]) -> str:
    """The text of some ids."""
    # BEGIN SOLUTION
    return b"".join(pieces[i] for i in ids).decode("utf-8", errors="replace")
    # END SOLUTION


# %% role="check" qid="03.q7"
check("03.q7", decode)


# %% role="probe" qid="03.q7"
def probe(answer, rng):
    pieces = [bytes([byte]) for byte in range(256)] + ["é".encode(), b" the", "🎂".encode()[:3]]
    return [answer([int(i) for i in rng.integers(150, 259, 12)], pieces) for _ in range(3)]


# %% role="mutant" qid="03.q7" fails=["a split letter", "many"]
# Misconception: each id is a piece of text
def decode(ids, pieces):
    return "".join(pieces[i].decode("utf-8", errors="replace") for i in ids)


# %% role="mutant" qid="03.q7" fails=["no valid text", "half a letter", "many"]
# Misconception: a model writes valid text only
def decode(ids, pieces):
    return b"".join(pieces[i] for i in ids).decode()


# %% role="mutant" qid="03.q7" fails=["no valid text", "half a letter", "many"]
# Misconception: what cannot be read can be left out
def decode(ids, pieces):
    return b"".join(pieces[i] for i in ids).decode("utf-8", errors="ignore")


# %% role="mutant" qid="03.q7" fails=["a split letter", "no valid text", "half a letter", "many"]
# Misconception: a byte is a character
def decode(ids, pieces):
    return "".join(chr(byte) for i in ids for byte in pieces[i])


# %% [markdown] qid="03.q8"
# ## q8 · Special tokens stay whole · {{points}}
#
# `<END>` ends a document. It is one id, not the bytes `<`, `E`, `N`, ... So before anything else
# the text is cut at its special tokens:
#
# `"so it goes<END><PAD>"` becomes `["so it goes", "<END>", "<PAD>"]`.
#
# Where two special tokens begin at the same place, the **longest** one counts, whatever their order
# in the list. A special token is plain text: its `|` or `.` has no other meaning. Pieces are never
# empty, and joined together they give the text back.


# %% role="answer" qid="03.q8" points=2
def cut_special(text: str, special_tokens: list[str]) -> list[str]:
    """The pieces of a text: each special token by itself, and what stands between them."""
    # BEGIN SOLUTION
    if not special_tokens:
        return [text] if text else []
    longest_first = sorted(special_tokens, key=len, reverse=True)
    pattern = "|".join(re.escape(token) for token in longest_first)
    return [piece for piece in re.split(f"({pattern})", text) if piece]
    # END SOLUTION


# %% role="check" qid="03.q8"
check("03.q8", cut_special)
print(cut_special("so it goes<END><PAD>", ["<PAD>", "<END>"]))


# %% role="probe" qid="03.q8"
def probe(answer, rng):
    pieces = ["<a>", "<a>b", "<|c|>", "b", "<", "c", ".x"]
    texts = ["".join(pieces[i] for i in rng.integers(0, 7, 10)) for _ in range(3)]
    return [answer(text, ["<a>", "<|c|>", "<a>b", ".x"]) for text in texts]


# %% role="mutant" qid="03.q8" fails=["longest first", "many"]
# Misconception: the order of the list is good enough
def cut_special(text, special_tokens):
    pattern = "|".join(re.escape(token) for token in special_tokens)
    return [p for p in (re.split(f"({pattern})", text) if pattern else [text]) if p]


# %% role="mutant" qid="03.q8" fails=["plain text", "many"]
# Misconception: a special token is a pattern
def cut_special(text, special_tokens):
    pattern = "|".join(sorted(special_tokens, key=len, reverse=True))
    return [p for p in (re.split(f"({pattern})", text) if pattern else [text]) if p]


# %% role="mutant" qid="03.q8" fails=["between", "edges", "longest first", "plain text", "many"]
# Misconception: a special token is where a text is cut, and is then gone
def cut_special(text, special_tokens):
    for token in sorted(special_tokens, key=len, reverse=True):
        text = text.replace(token, "\0")
    return [piece for piece in text.split("\0") if piece]


# %% role="mutant" qid="03.q8" fails=["edges", "longest first", "plain text", "many"]
# Misconception: an empty piece does no harm
def cut_special(text, special_tokens):
    pattern = "|".join(re.escape(t) for t in sorted(special_tokens, key=len, reverse=True))
    return re.split(f"({pattern})", text) if pattern else [text]


# %% role="mutant" qid="03.q8" fails=["no special token"]
# Misconception: there is always a special token
def cut_special(text, special_tokens):
    pattern = "|".join(re.escape(t) for t in sorted(special_tokens, key=len, reverse=True))
    return [piece for piece in re.split(f"({pattern})", text) if piece]


# %% [markdown] qid="03.q9"
# ## q9 · The arithmetic of a vocabulary · {{points}}
#
# You want a byte-level vocabulary of about 10,000 ids, and four of them shall be the special tokens
# `<PAD>`, `<UNK>`, `<START>` and `<END>`. A matrix of the model has one row for each id, and such
# matrices are multiplied fastest if the number of rows is a multiple of 8. What do you train?
#
# - **A** 10,000 merges: a vocabulary of 10,000
# - **B** 10,000 merges, and the four special tokens make it 10,004
# - **C** 9,744 merges, which with 256 bytes make 10,000, and the four special tokens make it 10,004
# - **D** 9,740 merges, which with 256 bytes and the four special tokens make 10,000


# %% role="answer" qid="03.q9" points=1
def vocabulary_plan() -> str:
    """The letter of your choice."""
    # BEGIN SOLUTION
    return "D"
    # END SOLUTION


# %% role="check" qid="03.q9"
check("03.q9", vocabulary_plan)


# %% role="mutant" qid="03.q9" fails=["the plan"]
# Misconception: each id is a merge
def vocabulary_plan():
    return "A"


# %% role="mutant" qid="03.q9" fails=["the plan"]
# Misconception: the bytes need no ids
def vocabulary_plan():
    return "B"


# %% role="mutant" qid="03.q9" fails=["the plan"]
# Misconception: special tokens do not count for the size of the matrix
def vocabulary_plan():
    return "C"


# %% [markdown] qid="03.q10"
# ## q10 · Measure the cost of a word · {{points}}
#
# A tokenizer is paid by the token: in time, in memory, in how much text fits a model's window. The
# next cell trains two tokenizers with 1,000 ids each, one on English and one on Spanish, and keeps
# some poems of both languages that neither has seen.

# %% role="given"
parts = {code: split(corpus.load("anthology", language=code), seed=0) for code in ("en", "es")}
tokenizers = {code: ByteBPETokenizer.train(part.train, 1000) for code, part in parts.items()}
unseen = {code: part.test.text for code, part in parts.items()}

for code, tokenizer in tokenizers.items():
    ids = tokenizer.encode("una rosa para mañana")
    print(code, [tokenizer.token_bytes(i).decode("utf-8", "replace") for i in ids])

# %% [markdown] qid="03.q10"
# Measure the **tokens per word**: the number of tokens of a whole text, divided by the number of
# its words, taken as `text.split()` gives them. Measure it for
#
# 1. the English text with the English tokenizer,
# 2. the Spanish text with the English tokenizer,
# 3. the Spanish text with the Spanish tokenizer.
#
# Then choose the sentence that the three numbers support.
#
# - **A** Spanish is the dearer language: its words cost more whatever the tokenizer was trained on.
# - **B** The English tokenizer pays more for Spanish because accented letters take two bytes.
# - **C** A tokenizer is cheap for the language of its merges. Trained on Spanish, it writes Spanish
#   at about the price that English had.
# - **D** More ids would remove the difference: an English tokenizer of 10,000 would treat both
#   alike.
#
# Return the three numbers, not rounded, then the letter.


# %% role="answer" qid="03.q10" points=3
def measured_costs() -> tuple[float, float, float, str]:
    """Tokens per word: English by English, Spanish by English, Spanish by Spanish; the letter."""

    # BEGIN SOLUTION
    def cost(text, tokenizer):
        return len(tokenizer.encode(text)) / len(text.split())

    return (
        cost(unseen["en"], tokenizers["en"]),
        cost(unseen["es"], tokenizers["en"]),
        cost(unseen["es"], tokenizers["es"]),
        "C",
    )
    # END SOLUTION


# %% role="check" qid="03.q10"
check("03.q10", measured_costs)
for name, cost in zip(("en by en", "es by en", "es by es"), measured_costs(), strict=False):
    print(f"{name}: {cost:.2f} tokens a word")


# %% role="mutant" qid="03.q10" fails=["en by en", "es by en", "es by es"]
# Misconception: a cost is in characters per token
def measured_costs():
    cases = (("en", "en"), ("es", "en"), ("es", "es"))
    costs = [len(unseen[text]) / len(tokenizers[by].encode(unseen[text])) for text, by in cases]
    return (*costs, "C")


# %% role="mutant" qid="03.q10" fails=["es by en"]
# Misconception: what counts is which text a tokenizer was trained on, not which it reads
def measured_costs():
    cases = (("en", "en"), ("en", "es"), ("es", "es"))
    costs = [
        len(tokenizers[by].encode(unseen[text])) / len(unseen[text].split()) for text, by in cases
    ]
    return (*costs, "C")


# %% role="mutant" qid="03.q10" fails=["en by en", "es by en", "es by es"]
# Misconception: words can be encoded one by one, without the space before them
def measured_costs():
    cases = (("en", "en"), ("es", "en"), ("es", "es"))
    words = {code: text.split() for code, text in unseen.items()}
    costs = [
        sum(len(tokenizers[by].encode(word)) for word in words[text]) / len(words[text])
        for text, by in cases
    ]
    return (*costs, "C")


# %% role="mutant" qid="03.q10" fails=["meaning"]
# Misconception: a language is dear in itself
def measured_costs():
    cases = (("en", "en"), ("es", "en"), ("es", "es"))
    costs = [
        len(tokenizers[by].encode(unseen[text])) / len(unseen[text].split()) for text, by in cases
    ]
    return (*costs, "A")


# %% role="mutant" qid="03.q10" fails=["meaning"]
# Misconception: bytes explain it all
def measured_costs():
    cases = (("en", "en"), ("es", "en"), ("es", "es"))
    costs = [
        len(tokenizers[by].encode(unseen[text])) / len(unseen[text].split()) for text, by in cases
    ]
    return (*costs, "B")


# %% role="mutant" qid="03.q10" fails=["meaning"]
# Misconception: size cures everything
def measured_costs():
    cases = (("en", "en"), ("es", "en"), ("es", "es"))
    costs = [
        len(tokenizers[by].encode(unseen[text])) / len(unseen[text].split()) for text, by in cases
    ]
    return (*costs, "D")
