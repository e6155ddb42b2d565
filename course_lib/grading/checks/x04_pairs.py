"""Checks of exercise 04, questions 8 to 10: pairs, the answer in sight, and their split."""

from collections import Counter

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.compare import chi_square_p, short
from course_lib.grading.question import Question
from course_lib.grading.result import CaseFailed, Result

PAD, EOS, UNK, SEP, BLANK = range(5)
IGNORE = -100

q8 = Question(
    "04.q8",
    "A question and its answer in one row",
    "function",
    hint="Write the row of ids first, then a row of labels of the same length: -100 wherever "
    "nothing is to be predicted.",
    book="02_batches#question-answer-pairs",
    withheld=("course_lib.batching.pairs.lay_out", "course_lib.batching.pairs.encode_pairs"),
)

ROWS = ("ids", "labels")


@q8.case("ids", hint="Question, SEP, answer, EOS, then PAD up to the length.")
def _ids(answer: Answer) -> None:
    answer([7, 8, 9], [9, 8, 7], 10).part(0, ROWS).equals([7, 8, 9, 3, 9, 8, 7, 1, 0, 0])
    answer([5], [6, 5], 5).part(0, ROWS).equals([5, 3, 6, 5, 1])


@q8.case("the answer's labels", hint="Where the row has the answer, labels and ids are equal.")
def _answer_labels(answer: Answer) -> None:
    labels = answer([7, 8, 9], [9, 8, 7], 10).part(1, ROWS)
    labels.require(_long(labels, 10), "a row of 10 labels")
    labels.require(
        list(labels.value[4:7]) == [9, 8, 7],
        "the labels 9, 8, 7 at the places 4, 5, 6",
        got=_row(labels),
    )


@q8.case("the end", hint="A model that never learns EOS never stops: label it.")
def _end(answer: Answer) -> None:
    labels = answer([7, 8, 9], [9, 8, 7], 10).part(1, ROWS)
    labels.require(_long(labels, 10), "a row of 10 labels")
    labels.require(labels.value[7] == EOS, "the label 1, EOS, at place 7", got=_row(labels))


@q8.case("nothing else", hint="The question is given, and so is SEP. Padding says nothing.")
def _nothing_else(answer: Answer) -> None:
    labels = answer([7, 8, 9], [9, 8, 7], 10).part(1, ROWS)
    labels.require(_long(labels, 10), "a row of 10 labels")
    rest = [*labels.value[:4], *labels.value[8:]]
    labels.require(
        rest == [IGNORE] * 6, "-100 at the places 0 to 3 and from 8 on", got=_row(labels)
    )


@q8.case("too long", hint="Cut off, a pair loses its EOS or even its answer. Raise ValueError.")
def _too_long(answer: Answer) -> None:
    shown = "pair_rows([7, 8, 9], [9, 8, 7], 7)"
    try:
        result = answer([7, 8, 9], [9, 8, 7], 7, shown=shown)
    except CaseFailed as failed:
        if failed.kind == "wrong" and failed.failure.got.startswith("ValueError"):
            return
        raise
    result.fail(got=str(result.value)[:120], expected="a ValueError, since the pair needs 8 places")


def _long(labels: Result, length: int) -> bool:
    return isinstance(labels.value, list | tuple | np.ndarray) and len(labels.value) == length


def _row(labels: Result) -> str:
    return short(list(labels.value))


q9 = Question(
    "04.q9",
    "Find the bug: the answer stands in the question",
    "bug",
    hint="What do you know at the moment of use? The question and SEP, and that something follows.",
    book="02_batches#answer-in-sight",
    withheld=(
        "course_lib.batching.pairs.lay_out",
        "course_lib.batching.pairs.encode_pairs",
        "course_lib.batching.pairs.encode_prompts",
    ),
)


def _shown(question: list[int], answer: list[int], length: int = 9) -> list[int]:
    row = [*question, SEP, *answer, EOS]
    return row + [PAD] * (length - len(row))


@q9.case("the answer", hint="A model that reads all places sees an id wherever it stands.")
def _no_answer(answer: Answer) -> None:
    rows = np.array([_shown([7, 8, 9], [9, 8, 7]), _shown([5, 6], [6, 5])])
    result = answer(rows, shown=f"fair_inputs(np.array({rows.tolist()}))")
    value = _grid(result, rows.shape)
    seen = [int(x) for x in [*value[0, 4:7], *value[1, 3:5]] if x != BLANK]
    result.require(
        not seen, "BLANK (4) where the answer stood", got=f"the id {str(seen[:1])[1:-1]} there"
    )


@q9.case("the end", hint="EOS is a part of what has to be predicted.")
def _no_end(answer: Answer) -> None:
    rows = np.array([_shown([7, 8, 9], [9, 8, 7])])
    result = answer(rows, shown=f"fair_inputs(np.array({rows.tolist()}))")
    value = _grid(result, rows.shape)
    result.require(value[0, 7] == BLANK, "BLANK (4) at place 7, the EOS", got=f"{int(value[0, 7])}")


@q9.case(
    "the length of the answer",
    hint="PAD after the last BLANK tells how long the answer is. Nobody knows that at use: blank "
    "every place after SEP.",
)
def _no_length(answer: Answer) -> None:
    rows = np.array([_shown([7, 8], [9]), _shown([7, 8], [9, 9, 9, 9])])
    result = answer(rows, shown=f"fair_inputs(np.array({rows.tolist()}))")
    value = _grid(result, rows.shape)
    result.require(
        bool((value[0] == value[1]).all()),
        "the same inputs for the same question, however long its answer",
        got=f"{value[0].tolist()} and {value[1].tolist()}",
    )


@q9.case("the question", hint="The question and SEP are what a model has to read: leave them.")
def _question_kept(answer: Answer) -> None:
    rows = np.array([_shown([7, 8, 9], [9, 8, 7]), _shown([5], [5, 5])])
    result = answer(rows, shown=f"fair_inputs(np.array({rows.tolist()}))")
    value = _grid(result, rows.shape)
    kept = [value[0, :4].tolist(), value[1, :2].tolist()]
    result.require(
        kept == [[7, 8, 9, 3], [5, 3]],
        "7 8 9 3 at the start of the first row, 5 3 at the start of the second",
        got=f"{kept[0]} and {kept[1]}",
    )


def _grid(result: Result, shape: tuple[int, ...]) -> np.ndarray:
    value = np.asarray(result.value)
    result.require(
        value.shape == shape and value.dtype.kind in "iu", f"whole numbers of shape {shape}"
    )
    return value


q10 = Question(
    "04.q10",
    "Split pairs by their input",
    "function",
    hint="First the different inputs. Share those out by chance, then send every pair to the side "
    "of its input.",
    book="02_batches#split-by-input",
    withheld=(
        "course_lib.batching.pair_sets.split_pairs",
        "course_lib.batching.pair_sets.make_pairs",
    ),
)

SIDES = ("train", "test")
SUMS = [(f"{a}+{b}", str(a + b)) for a in range(4) for b in range(5)]


def _sides(
    answer: Answer, pairs: list[tuple[str, str]], seed: int, shown: str
) -> tuple[list[list[tuple]], Result]:
    result = answer(pairs, seed, shown=shown)
    sides = [list(result.part(index, SIDES).value) for index in range(2)]
    whole = all(isinstance(pair, tuple | list) and len(pair) == 2 for s in sides for pair in s)
    result.require(whole, "two lists of pairs (input, output)")
    return [[tuple(pair) for pair in side] for side in sides], result


def _repeated() -> list[tuple[str, str]]:
    """Sixty pairs of twenty inputs: each twice, and once more with another output."""
    return [*SUMS, *SUMS, *((question, f"It is {answer}.") for question, answer in SUMS)]


@q10.case("no input on both sides", hint="A pair that stands twice may not stand on both sides.")
def _disjoint(answer: Answer) -> None:
    for seed in range(5):
        sides, result = _sides(answer, _repeated(), seed, f"split_pairs(60 pairs, {seed})")
        both = {question for question, _ in sides[0]} & {question for question, _ in sides[1]}
        result.require(
            not both,
            "no input in both parts",
            got=f"{len(both)} inputs in both, among them {min(both, default='')}",
        )


@q10.case("every pair once", hint="Sharing out adds no pair and loses none, the repeated ones too.")
def _every_pair(answer: Answer) -> None:
    sides, result = _sides(answer, _repeated(), 1, "split_pairs(60 pairs, 1)")
    got, wanted = Counter([*sides[0], *sides[1]]), Counter(_repeated())
    result.require(
        got == wanted,
        "the 60 pairs that came in",
        got=f"{got.total()} pairs, {(got & wanted).total()} of which came in",
    )


@q10.case("sizes", hint="A fifth of the different inputs is for test, rounded down.")
def _sizes(answer: Answer) -> None:
    for pairs, name, wanted in (
        (SUMS, "20 pairs", 4),
        (_repeated(), "60 pairs of 20 inputs", 4),
        (SUMS[:9], "9 pairs", 1),
    ):
        sides, result = _sides(answer, pairs, 2, f"split_pairs({name}, 2)")
        inputs = len({question for question, _ in sides[1]})
        result.require(
            inputs == wanted, f"{wanted} different inputs in test", got=f"{inputs} different inputs"
        )


@q10.case("fair chance", hint="Chance decides which inputs are for test; the seed decides chance.")
def _fair(answer: Answer) -> None:
    seen: Counter[str] = Counter()
    for seed in range(200):
        shown = "split_pairs(20 pairs, seed) for the seeds 0 to 199"
        sides, result = _sides(answer, SUMS, seed, shown)
        seen.update(question for question, _ in sides[1])
    counts = [seen[question] for question, _ in SUMS]
    result.require(
        chi_square_p(counts, [1 / 20] * 20) > 1e-6,
        "each input about 40 times in test",
        got=f"between {min(counts)} and {max(counts)} times",
    )


@q10.case("same seed", hint="Chance must come from the seed alone: random.Random(seed).")
def _same_seed(answer: Answer) -> None:
    first, _ = _sides(answer, _repeated(), 4, "split_pairs(60 pairs, 4)")
    again, result = _sides(answer, _repeated(), 4, "split_pairs(60 pairs, 4), called again")
    result.require(first == again, "the same split", got="another one")
