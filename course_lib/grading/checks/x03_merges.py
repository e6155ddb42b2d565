"""Checks of exercise 03, questions 1 to 6: bytes, pairs, merges, training, encoding a word."""

from collections import Counter
from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.grading.answer import Answer
from course_lib.grading.compare import short
from course_lib.grading.question import Question
from course_lib.tokenizers.bpe_trainer import train_merges

Word = tuple[bytes, ...]
Pair = tuple[bytes, bytes]

WITHHELD = (
    "course_lib.tokenizers.bpe_trainer.train_merges",
    "course_lib.tokenizers.bpe.ByteBPETokenizer",
)


def _spelled(text: str) -> Word:
    """A word as its bytes."""
    return tuple(bytes([byte]) for byte in text.encode())


def _count_pairs(words: dict[Word, int]) -> Counter:
    counts: Counter = Counter()
    for word, times in words.items():
        for at in range(len(word) - 1):
            counts[word[at], word[at + 1]] += times
    return counts


def _best_pair(counts: Counter) -> Pair:
    most = max(counts.values())
    return sorted(pair for pair, count in counts.items() if count == most)[-1]


def _merge_pair(word: Word, pair: Pair) -> Word:
    rest, out = list(word), []
    while rest:
        size = 2 if tuple(rest[:2]) == tuple(pair) else 1
        out.append(b"".join(rest[:size]))
        del rest[:size]
    return tuple(out)


def _random_words(rng: np.random.Generator, letters: str = "abc") -> dict[Word, int]:
    sizes = rng.integers(1, 9, 6)
    words = {"".join(letters[int(i)] for i in rng.integers(0, len(letters), n)) for n in sizes}
    return {_spelled(word): int(rng.integers(1, 9)) for word in sorted(words)}


q1 = Question(
    "03.q1",
    "Predict the number of bytes",
    "predict",
    hint="Sort the characters: how many take one byte, how many two, how many four?",
    book="02_tokenize#bpe-bytes",
)


@q1.case("the question")
def _bytes_of_a_question(answer: Answer) -> None:
    answer().near(len("¿Cuántos años cumples mañana? 🎂".encode()), within=0)


q2 = Question(
    "03.q2",
    "Count neighbours",
    "function",
    hint="Go through the words; for each position but the last, add the times of the word.",
    book="02_tokenize#merges-by-hand",
    withheld=WITHHELD,
)


@q2.case("positions", hint="A word of n symbols has n - 1 pairs, one for each position.")
def _every_position(answer: Answer) -> None:
    answer({_spelled("teen"): 1}).equals(
        Counter({(b"t", b"e"): 1, (b"e", b"e"): 1, (b"e", b"n"): 1})
    )


@q2.case("twice", hint="Count positions: a pair may stand in a word more than once.")
def _a_pair_twice(answer: Answer) -> None:
    answer({_spelled("eee"): 1}).equals(Counter({(b"e", b"e"): 2}))
    answer({_spelled("papa"): 1}).equals(Counter({(b"p", b"a"): 2, (b"a", b"p"): 1}))


@q2.case("words apart", hint="The end of one word and the start of the next are no neighbours.")
def _words_apart(answer: Answer) -> None:
    answer({_spelled("ab"): 1, _spelled("cd"): 1}).equals(
        Counter({(b"a", b"b"): 1, (b"c", b"d"): 1})
    )
    answer({_spelled("a"): 3, _spelled("b"): 1}).equals(Counter())


@q2.case("times", hint="A word that occurs 5 times brings each of its pairs 5 times.")
def _times(answer: Answer) -> None:
    answer({_spelled("ten"): 5}).equals(Counter({(b"t", b"e"): 5, (b"e", b"n"): 5}))
    words = {_spelled("ten"): 2, _spelled("tee"): 1}
    answer(words).equals(Counter({(b"t", b"e"): 3, (b"e", b"n"): 2, (b"e", b"e"): 1}))


@q2.case("longer symbols", hint="After some merges a symbol has several bytes: take it as it is.")
def _longer_symbols(answer: Answer) -> None:
    answer({(b"th", b"e", b"re"): 1}).equals(Counter({(b"th", b"e"): 1, (b"e", b"re"): 1}))


@q2.case("many")
def _many_words(answer: Answer) -> None:
    rng = np.random.default_rng(302)
    for _ in range(5):
        words = _random_words(rng)
        answer(words).equals(_count_pairs(words))


q3 = Question(
    "03.q3",
    "Merge a pair",
    "function",
    hint="Walk with an index: where the pair stands, append one symbol and go on by two.",
    book="02_tokenize#merges-by-hand",
    withheld=WITHHELD,
)


@q3.case("a pair")
def _one_pair(answer: Answer) -> None:
    result = answer(_spelled("ten"), (b"e", b"n"))
    result.equals((b"t", b"en"))
    result.require(isinstance(result.value, tuple), "a tuple: a word is the key of a dictionary")
    answer((b"th", b"e"), (b"th", b"e")).equals((b"the",))


@q3.case("twice in a word", hint="Go on after a merge: the pair may come again.")
def _twice(answer: Answer) -> None:
    answer(_spelled("banan"), (b"a", b"n")).equals((b"b", b"an", b"an"))


@q3.case("an overlap", hint="A symbol that has been merged is used up; read from left to right.")
def _overlap(answer: Answer) -> None:
    answer(_spelled("aaa"), (b"a", b"a")).equals((b"aa", b"a"))
    answer(_spelled("baaaaa"), (b"a", b"a")).equals((b"b", b"aa", b"aa", b"a"))


@q3.case("the end of a word", hint="The last symbol belongs to the word, merged or not.")
def _end_of_word(answer: Answer) -> None:
    answer(_spelled("ten"), (b"t", b"e")).equals((b"te", b"n"))
    answer(_spelled("so"), (b"t", b"e")).equals((b"s", b"o"))
    answer(_spelled("a"), (b"a", b"a")).equals((b"a",))


@q3.case(
    "symbols", hint="Compare whole symbols: the pair a + b stands neither in xa + b nor in a + bc."
)
def _not_letters(answer: Answer) -> None:
    answer((b"a", b"bc"), (b"ab", b"c")).equals((b"a", b"bc"))
    answer((b"x", b"abc"), (b"a", b"bc")).equals((b"x", b"abc"))
    answer((b"xa", b"b"), (b"a", b"b")).equals((b"xa", b"b"))
    answer((b"a", b"bc"), (b"a", b"b")).equals((b"a", b"bc"))
    answer((b" ", b"t", b"h"), (b"t", b"h")).equals((b" ", b"th"))


@q3.case("many")
def _many_merges(answer: Answer) -> None:
    rng = np.random.default_rng(303)
    for _ in range(8):
        word = _spelled("".join("ab"[int(i)] for i in rng.integers(0, 2, 11)))
        pair = (word[0], word[1])
        answer(word, pair).equals(_merge_pair(word, pair))


q4 = Question(
    "03.q4",
    "A rule for ties",
    "function",
    hint="max() takes a key; a key may be a tuple: first the count, then the pair.",
    book="02_tokenize#merges-by-hand",
    withheld=WITHHELD,
)


@q4.case("the commonest", hint="The rule for ties is for ties: a higher count wins before it.")
def _the_commonest(answer: Answer) -> None:
    answer(Counter({(b"z", b"z"): 1, (b"a", b"b"): 3})).equals((b"a", b"b"))


@q4.case("a tie", hint="Of equal counts, the greatest pair wins: t comes after a.")
def _a_tie(answer: Answer) -> None:
    answer(Counter({(b"a", b"n"): 4, (b"t", b"h"): 4, (b"q", b"u"): 1})).equals((b"t", b"h"))
    answer(Counter({(b"z", b"a"): 2, (b"\xc3", b"\xb1"): 2})).equals((b"\xc3", b"\xb1"))


@q4.case("equal first", hint="If the first symbols are equal, the second ones decide.")
def _equal_first(answer: Answer) -> None:
    answer(Counter({(b"a", b"b"): 2, (b"a", b"c"): 2})).equals((b"a", b"c"))


@q4.case(
    "symbols",
    hint="Compare symbol by symbol: b'ab' is greater than b'a', whatever comes after.",
)
def _tie_of_symbols(answer: Answer) -> None:
    answer(Counter({(b"a", b"z"): 2, (b"ab", b"c"): 2})).equals((b"ab", b"c"))


@q4.case("no length", hint="Greater means later in the order of bytes, not longer.")
def _no_length(answer: Answer) -> None:
    answer(Counter({(b"a", b"aa"): 2, (b"b", b"a"): 2})).equals((b"b", b"a"))
    answer(Counter({(b"ab", b"a"): 2, (b"b", b"a"): 2})).equals((b"b", b"a"))


q5 = Question(
    "03.q5",
    "Find the bug: a trainer that learns no words",
    "bug",
    hint="When a pair has been merged, the words are other words: count again.",
    book="02_tokenize#bpe-training",
    withheld=WITHHELD,
)


@cache
def _poem_words() -> dict[str, int]:
    """The words of a few poems with their counts."""
    documents = corpus.load("anthology", language="en").documents[:4]
    return dict(Counter(word for document in documents for word in document.split()))


def _trained(answer: Answer, words: dict[Word, int], n_merges: int, shown: str = "") -> None:
    call = f"train({shown or short(words, 80)}, {n_merges}, …)"
    counts = {b"".join(word).decode(): times for word, times in words.items()}
    result = answer(words, n_merges, _count_pairs, _best_pair, _merge_pair, shown=call)
    result.equals(train_merges(counts, n_merges))


@q5.case(
    "longer symbols",
    hint="Keep the pair; then merge it in every word before you count the next time.",
)
def _longer_symbol(answer: Answer) -> None:
    _trained(answer, {_spelled("rosa"): 2}, 3)


@q5.case("counts change", hint="A merge takes pairs away: count what is left, not what there was.")
def _counts_change(answer: Answer) -> None:
    _trained(answer, {_spelled("then"): 5, _spelled("the"): 4, _spelled("hen"): 3}, 4)


@q5.case("no pair left", hint="Stop when every word is one symbol: then no pair is left.")
def _no_pair_left(answer: Answer) -> None:
    _trained(answer, {_spelled("abc"): 1}, 5)


@q5.case("a real text", hint="Words keep their times: a merge changes the key, not the count.")
def _real_text(answer: Answer) -> None:
    words = {_spelled(word): times for word, times in _poem_words().items()}
    _trained(answer, words, 25, shown="words of some poems")


q6 = Question(
    "03.q6",
    "Encode a word",
    "function",
    hint="Start from word.encode(), one symbol a byte, and apply merge after merge.",
    book="02_tokenize#bpe-encoding",
    withheld=WITHHELD,
)


def _encoded(word: str, merges: list[Pair]) -> list[bytes]:
    symbols = _spelled(word)
    for pair in merges:
        symbols = _merge_pair(symbols, pair)
    return list(symbols)


def _encodes(answer: Answer, word: str, merges: list[Pair]) -> None:
    call = f"encode_word({word!r}, {short(merges, 90)}, merge_pair)"
    answer(word, merges, _merge_pair, shown=call).equals(_encoded(word, merges))


@q6.case("one merge")
def _one_merge(answer: Answer) -> None:
    _encodes(answer, "then", [(b"t", b"h")])
    _encodes(answer, "so", [(b"t", b"h")])


@q6.case("merges of merges", hint="Apply the merges in their order: a later one builds on others.")
def _merges_of_merges(answer: Answer) -> None:
    _encodes(answer, "there", [(b"t", b"h"), (b"th", b"e"), (b"r", b"e")])


@q6.case(
    "the order of the merges",
    hint="Not the longest symbol nor the leftmost pair comes first: the merge learned first does.",
)
def _order(answer: Answer) -> None:
    _encodes(answer, "the", [(b"t", b"h"), (b"h", b"e"), (b"th", b"e")])
    _encodes(answer, "the", [(b"h", b"e"), (b"t", b"h"), (b"th", b"e")])


@q6.case("an accent", hint="é has two bytes, and is one symbol only if a merge joins them.")
def _an_accent(answer: Answer) -> None:
    _encodes(answer, "té", [(b"t", b"e")])
    _encodes(answer, "té", [(b"\xc3", b"\xa9")])


@q6.case("a real text")
def _real_words(answer: Answer) -> None:
    merges = train_merges(_poem_words(), 120)
    for word in sorted(_poem_words(), key=len)[-40:]:
        _encodes(answer, word, merges)
