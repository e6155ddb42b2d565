"""Checks of exercise 03, questions 7 to 10: decoding, special tokens, and what a word costs."""

from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.corpus.split import split
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question
from course_lib.tokenizers.bpe import ByteBPETokenizer

q7 = Question(
    "03.q7",
    "Decode whatever comes",
    "function",
    hint="Join the bytes of all ids first; then read them as UTF-8, once.",
    book="02_tokenize#bpe-decoding",
    withheld=("course_lib.tokenizers.bpe.ByteBPETokenizer",),
)

BYTES = [bytes([byte]) for byte in range(256)]


def _decodes(answer: Answer, pieces: list[bytes]) -> None:
    """Ask for the text of all pieces, one after the other."""
    ids = list(range(len(pieces)))
    answer(ids, pieces).equals(b"".join(pieces).decode("utf-8", errors="replace"))


@q7.case("plain text")
def _plain_text(answer: Answer) -> None:
    _decodes(answer, [b"so", b" it", b" goes", b"\n"])
    answer([1, 0, 1], [b"na", b"ba"]).equals("banaba")
    answer([], [b"a"]).equals("")


@q7.case("a split letter", hint="Join the bytes before you read them: é may be split.")
def _two_pieces(answer: Answer) -> None:
    _decodes(answer, [b"caf\xc3", b"\xa9"])
    _decodes(answer, [bytes([byte]) for byte in "🎂".encode()])


@q7.case("no valid text", hint="errors='replace' writes � for bytes that are no UTF-8.")
def _not_valid(answer: Answer) -> None:
    _decodes(answer, [b"\xff", b"a", b"\x80"])


@q7.case("half a letter", hint="A letter that breaks off becomes one �, and what follows stays.")
def _half(answer: Answer) -> None:
    _decodes(answer, [b"caf\xc3", b" con leche"])
    _decodes(answer, ["🎂".encode()[:3], b"!"])


@q7.case("many")
def _many_ids(answer: Answer) -> None:
    rng = np.random.default_rng(307)
    for _ in range(5):
        _decodes(answer, [BYTES[int(byte)] for byte in rng.integers(100, 256, 12)])


q8 = Question(
    "03.q8",
    "Special tokens stay whole",
    "function",
    hint="re.split keeps what a group ( ) matches; re.escape takes a token for plain text.",
    book="02_tokenize#special-tokens",
)

SPECIAL = ["<PAD>", "<END>"]


@q8.case("between", hint="The special token is a piece, too.")
def _between(answer: Answer) -> None:
    answer("one<END>two", SPECIAL).equals(["one", "<END>", "two"])
    answer("one <end> two", SPECIAL).equals(["one <end> two"])


@q8.case("edges", hint="At the ends of a text, and between two special tokens, nothing stands.")
def _edges(answer: Answer) -> None:
    answer("<END>one<PAD><PAD>", SPECIAL).equals(["<END>", "one", "<PAD>", "<PAD>"])
    answer("<END>", SPECIAL).equals(["<END>"])


@q8.case("longest first", hint="Of two that begin at the same place, the longest counts.")
def _longest_first(answer: Answer) -> None:
    answer("a<END>!b", ["<END>", "<END>!"]).equals(["a", "<END>!", "b"])
    answer("a<END>!b", ["<END>!", "<END>"]).equals(["a", "<END>!", "b"])
    answer("<END><END>!", ["<END>", "<END>!"]).equals(["<END>", "<END>!"])


@q8.case("plain text", hint="re.escape(token) takes from | and . what they mean to re.")
def _plain_tokens(answer: Answer) -> None:
    answer("a|end<|end|>b", ["<|end|>"]).equals(["a|end", "<|end|>", "b"])
    answer("x.y xzy", ["x.y"]).equals(["x.y", " xzy"])


@q8.case("no special token", hint="Without special tokens a text is one piece.")
def _none(answer: Answer) -> None:
    answer("<END>", []).equals(["<END>"])
    answer("so it goes", []).equals(["so it goes"])


@q8.case("many")
def _many_texts(answer: Answer) -> None:
    rng = np.random.default_rng(308)
    signs = ["<a>", "<a>+", "<|c|>", "a", "<", "+", "c"]
    for _ in range(8):
        text = "".join(signs[int(i)] for i in rng.integers(0, len(signs), 10))
        special = [signs[int(i)] for i in rng.permutation(3)]
        answer(text, special).equals(_pieces(text, special))


def _pieces(text: str, special: list[str]) -> list[str]:
    """The pieces of a text, found sign by sign."""
    pieces, plain = [], ""
    while text:
        found = max((token for token in special if text.startswith(token)), key=len, default="")
        if found:
            pieces += [plain, found] if plain else [found]
            plain = ""
        else:
            plain += text[0]
        text = text[len(found) or 1 :]
    return [*pieces, plain] if plain else pieces


q9 = Question(
    "03.q9",
    "The arithmetic of a vocabulary",
    "choose",
    hint="Special tokens, 256 bytes and merges: each has an id. Add them up, and divide by 8.",
    book="02_tokenize#vocabulary-arithmetic",
)


@q9.case("the plan")
def _plan(answer: Answer) -> None:
    answer().chooses(
        "D",
        {
            "A": "Which ids would the 256 bytes have? Without them a rare letter has none. With "
            "them, 10,000 merges make 10,256 ids, before any special token.",
            "B": "The 256 bytes have ids as well: this makes 10,260, and 10,260 = 8 x 1,282.5.",
            "C": "The sum is right, and 10,004 = 8 x 1,250.5: the matrix has four rows too many.",
        },
    )


q10 = Question(
    "03.q10",
    "Measure the cost of a word",
    "measure",
    hint="len(tokenizer.encode(text)) / len(text.split()), for the whole text at once.",
    book="02_tokenize#cost-per-word",
)

PARTS = ("en by en", "es by en", "es by es", "letter")
WITHIN = 0.002


@cache
def _cost(text: str, trained_on: str) -> float:
    """Tokens per word of the test part of one language, with a tokenizer of another."""
    parts = {code: split(corpus.load("anthology", language=code), seed=0) for code in ("en", "es")}
    tokenizer = ByteBPETokenizer.train(parts[trained_on].train, 1000)
    unseen = parts[text].test.text
    return len(tokenizer.encode(unseen)) / len(unseen.split())


@q10.case("en by en")
def _english(answer: Answer) -> None:
    answer().part(0, PARTS).near(_cost("en", "en"), within=WITHIN)


@q10.case("es by en")
def _foreign(answer: Answer) -> None:
    answer().part(1, PARTS).near(_cost("es", "en"), within=WITHIN)


@q10.case("es by es")
def _spanish(answer: Answer) -> None:
    answer().part(2, PARTS).near(_cost("es", "es"), within=WITHIN)


@q10.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(3, PARTS).chooses(
        "C",
        {
            "A": "Compare the third number with the first: with merges of its own, how much dearer "
            "is Spanish?",
            "B": "Count the bytes beyond ASCII: English has no fewer of them, in its apostrophes "
            "and quotation marks, and is cheap all the same.",
            "D": "More merges make the tokens of English longer. Where would those of Spanish come "
            "from?",
        },
    )
