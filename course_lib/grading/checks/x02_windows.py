"""Checks of exercise 02, questions 5 to 9: windows, and what leaks from train to test."""

import string
from collections import Counter
from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.batching.windows import shared_span_fraction, window_starts, windows
from course_lib.corpus.corpus import Corpus
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question
from course_lib.grading.result import Result

LENGTH, STRIDE, SPAN = 100, 50, 50

q5 = Question(
    "02.q5",
    "Predict the number of windows",
    "predict",
    hint="The last window has to end inside the document. Where does it start at the latest?",
    book="02_prepare#windows",
)


@q5.case("2,030 ids")
def _number_of_windows(answer: Answer) -> None:
    answer().near(len(window_starts(2030, LENGTH, STRIDE)), within=0)


q6 = Question(
    "02.q6",
    "Cut windows",
    "function",
    hint="Starts are 0, stride, 2 * stride, ...: as long as start + length is within the document.",
    book="02_prepare#windows",
    withheld=(
        "course_lib.batching.windows.windows",
        "course_lib.batching.windows.window_starts",
        "course_lib.batching.windows.document_windows",
    ),
)


@q6.case("overlap", hint="One window starts `stride` after the other, wherever that one ends.")
def _overlap(answer: Answer) -> None:
    answer([3, 1, 4, 1, 5, 9, 2], 3, 2).equals([[3, 1, 4], [4, 1, 5], [5, 9, 2]])


@q6.case("last window", hint="A window that ends with the document still fits.")
def _last_window(answer: Answer) -> None:
    answer([3, 1, 4, 1], 4, 2).equals([[3, 1, 4, 1]])
    answer([3, 1, 4, 1, 5, 9], 4, 2).equals([[3, 1, 4, 1], [4, 1, 5, 9]])


@q6.case("left over", hint="Every window has `length` ids; those at the end that fill none go.")
def _left_over(answer: Answer) -> None:
    answer([3, 1, 4, 1, 5, 9], 3, 2).equals([[3, 1, 4], [4, 1, 5]])


@q6.case("too short", hint="Where no window fits, the list of windows is empty.")
def _too_short(answer: Answer) -> None:
    answer([3, 1], 3, 1).equals([])
    answer([], 3, 2).equals([])


@q6.case("many windows")
def _many_windows(answer: Answer) -> None:
    rng = np.random.default_rng(206)
    for n, length, stride in ((30, 5, 5), (31, 7, 3), (40, 6, 1), (52, 10, 4)):
        ids = [int(x) for x in rng.integers(0, 99, n)]
        answer(ids, length, stride).equals(windows(ids, length, stride))


q7 = Question(
    "02.q7",
    "Find the bug: a test that was seen in training",
    "bug",
    hint="Split the documents first. Then cut the windows of each document by itself.",
    book="02_prepare#leaks",
)


def _toy_corpus(n: int = 20, length: int = 23) -> Corpus:
    """Documents of which each is written with a letter of its own."""
    alphabet = string.ascii_uppercase
    texts = tuple((alphabet[k] + alphabet[k].lower()) * (length // 2) for k in range(n))
    return Corpus("toy", texts, tuple(alphabet[:n]), "en", "CC0", "made for this check")


def _prepared(answer: Answer, seed: int = 0) -> tuple[list[list[str]], Result]:
    result = answer(_toy_corpus(), 8, 4, seed, shown=f"prepare(20 documents, 8, 4, {seed})")
    names = ("train", "valid", "test")
    return [list(result.part(index, names).value) for index in range(3)], result


@q7.case("no window crosses", hint="Cut each document by itself: joined, they share windows.")
def _no_crossing(answer: Answer) -> None:
    parts, result = _prepared(answer)
    for window in (window for part in parts for window in part):
        letters = set(str(window).upper())
        result.require(len(letters) == 1, "windows of one document each", got=repr(window))


@q7.case("documents stay whole", hint="If a document is in train, none of its windows is in test.")
def _whole_documents(answer: Answer) -> None:
    parts, result = _prepared(answer)
    owners = [{letter for window in part for letter in str(window).upper()} for part in parts]
    shared = (owners[0] & owners[1]) | (owners[0] & owners[2]) | (owners[1] & owners[2])
    shared -= {"\n"}
    result.require(
        not shared,
        "each document's windows in one part",
        got=f"windows of document {min(shared, default='')} in two parts",
    )


@q7.case("every window", hint="Keep all windows of all documents, overlap and all.")
def _every_window(answer: Answer) -> None:
    parts, result = _prepared(answer)
    rows = [[text[i : i + 8] for i in window_starts(len(text), 8, 4)] for text in _toy_corpus()]
    wanted = Counter(window for row in rows for window in row)
    got = Counter(str(window) for part in parts for window in part)
    result.require(
        got == wanted,
        f"{wanted.total()} windows, those of all documents",
        got=f"{got.total()} windows, {(got & wanted).total()} of which were expected",
    )


@q7.case("shares of documents", hint="Of 20 documents 16 are for train, 2 for valid, 2 for test.")
def _shares(answer: Answer) -> None:
    parts, result = _prepared(answer)
    owners = [len({str(window)[0].upper() for window in part}) for part in parts]
    result.require(owners == [16, 2, 2], "16, 2 and 2 documents", got=str(owners)[1:-1])


q8 = Question(
    "02.q8",
    "Find what two sides share",
    "function",
    hint="Collect the spans of every document of one side in a set, then those of the other side.",
    book="02_prepare#leaks",
    withheld=(
        "course_lib.corpus.leaks.leaks",
        "course_lib.corpus.leaks.deduplicate",
        "course_lib.batching.windows.shared_span_fraction",
        "course_lib.corpus.ngrams.span_codes",
    ),
)


@q8.case("one shared span")
def _one_shared(answer: Answer) -> None:
    train, test = [["the", "sea", "is", "wide"]], [["so", "the", "sea", "is"]]
    answer(train, test, 3).equals({("the", "sea", "is")})
    answer(train, test, 2).equals({("the", "sea"), ("sea", "is")})


@q8.case("last span", hint="Of T tokens, T - n + 1 spans start.")
def _last_span(answer: Answer) -> None:
    answer([["a", "b"]], [["c", "a", "b"]], 2).equals({("a", "b")})


@q8.case("another order", hint="A span is shared if its tokens follow one another.")
def _another_order(answer: Answer) -> None:
    answer([["wide", "is", "the", "sea"]], [["the", "wide", "sea", "is"]], 2).equals(set())


@q8.case("no span crosses", hint="A span stands in one document: do not join the documents.")
def _no_span_crosses(answer: Answer) -> None:
    answer([["a", "b"], ["c", "d"]], [["b", "c"]], 2).equals(set())
    answer([["b", "c"]], [["a", "b"], ["c", "d"]], 2).equals(set())


@q8.case("too short", hint="A document of fewer than n tokens has no span.")
def _short_documents(answer: Answer) -> None:
    answer([["a"], ["b", "c"]], [["a"], ["b"]], 2).equals(set())


@q8.case("many documents")
def _many_documents(answer: Answer) -> None:
    rng = np.random.default_rng(208)
    for n in (1, 2, 4):
        train, test = (
            [["abcd"[int(x)] for x in rng.integers(0, 4, size)] for size in rng.integers(0, 9, 5)]
            for _ in range(2)
        )
        spans = [
            {tuple(row[i : i + n]) for row in side for i in range(len(row) - n + 1)}
            for side in (train, test)
        ]
        answer(train, test, n).equals(spans[0] & spans[1])


q9 = Question(
    "02.q9",
    "Measure the leak",
    "measure",
    hint="Cut and split with broken_prepare, then ask copied_share about the first and last part.",
    book="02_prepare#leaks",
)

PARTS = ("share with stride 50", "share with stride 100", "letter")


@cache
def _leaking_share(stride: int) -> float:
    """The same pipeline with another shuffle: the share hardly depends on it."""
    text = corpus.load("anthology", language="en").text
    rows = windows([ord(character) for character in text], LENGTH, stride)
    rows = rows[np.random.default_rng(209).permutation(len(rows))]
    tenth = len(rows) // 10
    return shared_span_fraction(rows[2 * tenth :], rows[:tenth], SPAN)


@q9.case("with overlap")
def _with_overlap(answer: Answer) -> None:
    answer().part(0, PARTS).near(_leaking_share(STRIDE), within=0.05)


@q9.case("without overlap")
def _without_overlap(answer: Answer) -> None:
    answer().part(1, PARTS).near(_leaking_share(LENGTH), within=0.05)


@q9.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(2, PARTS).chooses(
        "D",
        {
            "A": "What about a poem whose first half is in train and whose second half is in test? "
            "Its names and rhymes are known, and no span says so.",
            "B": "A smaller stride makes more copies of each span, so more of the test is known.",
            "C": "Without a shuffle the last tenth would share spans only where it begins. But "
            "shuffled or not, a document must not stand on both sides.",
        },
    )
