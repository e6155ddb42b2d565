"""Checks of exercise 02, questions 1 to 4: normal forms, spaces, and a split by document."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from course_lib.corpus.clean import CleaningPolicy, clean
from course_lib.grading.answer import Answer
from course_lib.grading.compare import chi_square_p
from course_lib.grading.question import Question

q1 = Question(
    "02.q1",
    "One spelling for each letter",
    "function",
    hint="unicodedata.normalize(form, text) knows four forms. Which only joins?",
    book="02_prepare#normal-forms",
    withheld=("course_lib.corpus.clean.clean", "course_lib.corpus.clean.clean_corpus"),
)


@q1.case("é in two spellings")
def _two_spellings(answer: Answer) -> None:
    answer("cafe\u0301").equals("caf\u00e9")
    answer("caf\u00e9").equals("caf\u00e9")


@q1.case("other marks", hint="Not only é: ñ, ü and letters with two marks have two spellings, too.")
def _other_marks(answer: Answer) -> None:
    answer("man\u0303ana, pingu\u0308ino").equals("ma\u00f1ana, ping\u00fcino")
    answer("Vie\u0323\u0302t").equals("Vi\u1ec7t")


@q1.case("compatible characters", hint="½, ² and ﬁ are not other spellings: keep them as they are.")
def _compatible(answer: Answer) -> None:
    answer("½ m² ﬁn… №1").equals("½ m² ﬁn… №1")


@q1.case("plain text", hint="Change nothing but the spelling of letters with marks.")
def _plain_text(answer: Answer) -> None:
    answer("¿Qué? (No  way!)").equals("¿Qué? (No  way!)")


q2 = Question(
    "02.q2",
    "Choose a normal form",
    "choose",
    hint="What should the model be able to write, and what should it never have to choose between?",
    book="02_prepare#normal-forms",
)


@q2.case("the form")
def _form(answer: Answer) -> None:
    answer().chooses(
        "C",
        {
            "A": "Then the model spends parameters on learning that two spellings are one word, "
            "and writes now one, now the other.",
            "B": "NFKC replaces compatible characters by plainer ones: x² by x2, ½ by 1⁄2. Nobody "
            "can undo that, and the model can never write what it never saw.",
            "D": "papá is a father and papa a potato: the mark carries meaning. The text that "
            "comes out would have no accents either.",
        },
    )


q3 = Question(
    "02.q3",
    "Tidy the spaces, keep the lines",
    "function",
    hint="First the line ends, then each line by itself, then the lines together again.",
    book="02_prepare#cleaning",
    withheld=("course_lib.corpus.clean.clean", "course_lib.corpus.clean.clean_corpus"),
)

SPACES_ONLY = CleaningPolicy(form="keep", control="keep", invisible="keep")


@q3.case("runs")
def _runs(answer: Answer) -> None:
    answer("the  sea   is\nso   wide").equals("the sea is\nso wide")


@q3.case("edges", hint="A line begins and ends with a character, not with a space.")
def _ends(answer: Answer) -> None:
    answer("  the sea \n\tis wide  ").equals("the sea\nis wide")


@q3.case("other spaces", hint=r"'\t' and '\u00a0' are spaces, too.")
def _other_spaces(answer: Answer) -> None:
    answer("the\tsea\u00a0is\t\u00a0 wide").equals("the sea is wide")


@q3.case("line ends", hint=r"Windows ends a line with '\r\n', old Macs with '\r'.")
def _line_ends(answer: Answer) -> None:
    answer("one\r\ntwo\rthree\nfour").equals("one\ntwo\nthree\nfour")


@q3.case("blank lines", hint="A blank line parts two stanzas: as many lines go out as came in.")
def _blank_lines(answer: Answer) -> None:
    result, wanted = answer("one\n\n\ntwo\n \nthree\n"), "one\n\n\ntwo\n\nthree\n"
    cut = r"splitlines() drops the line end at the end of the text; split('\n') keeps it."
    result.equals(wanted, hint=cut if result.value == wanted[:-1] else "")


@q3.case("mixture")
def _mixture(answer: Answer) -> None:
    rng = np.random.default_rng(203)
    pieces = ["a", "é", "so,", " ", "  ", "\t", "\u00a0", "\n", "\r\n", "\n\n"]
    for _ in range(20):
        text = "".join(pieces[int(index)] for index in rng.integers(0, len(pieces), 12))
        answer(text).equals(clean(text, SPACES_ONLY)[0])


q4 = Question(
    "02.q4",
    "Split by document",
    "function",
    hint="Shuffle a copy with a generator of your own: random.Random(seed). Then cut it twice.",
    book="02_prepare#splitting",
    withheld=("course_lib.corpus.split.split",),
)


def _documents(n: int) -> list[str]:
    return [f"document {number}" for number in range(n)]


@q4.case("sizes", hint="A tenth, rounded down, for valid and for test; train gets all the rest.")
def _sizes(answer: Answer) -> None:
    for n in (10, 37, 100):
        result = answer(_documents(n), 3, shown=f"split_documents({n} documents, 3)")
        parts = [len(result.part(index, ("train", "valid", "test")).value) for index in range(3)]
        result.require(
            parts == [n - 2 * (n // 10), n // 10, n // 10],
            f"{n - 2 * (n // 10)}, {n // 10} and {n // 10} documents",
            got=f"{parts[0]}, {parts[1]} and {parts[2]} documents",
        )


@q4.case(
    "every document once", hint="The three parts together are the documents: no more, no less."
)
def _every_document(answer: Answer) -> None:
    for seed in range(3):
        result = answer(_documents(40), seed, shown=f"split_documents(40 documents, {seed})")
        seen = Counter(document for part in result.value for document in part)
        lost = [document for document in _documents(40) if not seen[document]]
        twice = [document for document, count in seen.items() if count > 1]
        result.require(not lost, "every document in some part", got=f"no {' no '.join(lost[:1])}")
        result.require(not twice, "no document twice", got=f"{' '.join(twice[:1])} twice")


@q4.case("same seed", hint="Chance must come from the seed alone.")
def _same_seed(answer: Answer) -> None:
    first = answer(_documents(60), 5, shown="split_documents(60 documents, 5)").value
    random.random()  # whatever else happens between two calls
    again = answer(_documents(60), 5, shown="split_documents(60 documents, 5), called again")
    again.require(_as_lists(again.value) == _as_lists(first), "the same split", got="another one")


@q4.case("other seed", hint="Let the seed decide who goes where.")
def _other_seed(answer: Answer) -> None:
    shown = "split_documents(60 documents, seed) for the seeds 0 to 4"
    results = [answer(_documents(60), seed, shown=shown) for seed in range(5)]
    tests = {frozenset(result.value[2]) for result in results}
    results[0].require(
        len(tests) == 5, "five different test sets", got=f"{len(tests)} different ones"
    )


@q4.case("fair chance", hint="Shuffle, so that each document may go anywhere.")
def _fair_chance(answer: Answer) -> None:
    shown = "split_documents(20 documents, seed) for the seeds 0 to 299"
    seen: Counter[str] = Counter()
    for seed in range(300):
        result = answer(_documents(20), seed, shown=shown)
        seen.update(result.value[2])
    counts = [seen[document] for document in _documents(20)]
    result.require(
        chi_square_p(counts, [1 / 20] * 20) > 1e-6,
        f"each document about {sum(counts) // 20} times in the test set",
        got=f"between {min(counts)} and {max(counts)} times",
    )


def _as_lists(parts: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(part) for part in parts]
