"""Checks of exercise 04, questions 1 to 5: steps, targets, and what padding does and costs."""

from dataclasses import replace
from functools import cache

import numpy as np

from course_lib import corpus
from course_lib.batching.windows import inputs_and_targets, window_starts
from course_lib.grading.answer import Answer
from course_lib.grading.question import Question
from course_lib.grading.result import Result

IDS, PREDICTED, BATCH = 50_000, 100, 20

q1 = Question(
    "04.q1",
    "Predict the steps of an epoch",
    "predict",
    hint="A window holds one id more than it predicts. Where does the last one start at the "
    "latest? A batch that is not full is either kept or dropped.",
    book="02_batches#steps-of-an-epoch",
)

COUNTS = ("windows", "steps if the last batch is kept", "steps if it is dropped")


def _n_windows() -> int:
    return len(window_starts(IDS, PREDICTED + 1, PREDICTED))


@q1.case("windows")
def _windows(answer: Answer) -> None:
    answer().part(0, COUNTS).near(_n_windows(), within=0)


@q1.case("steps, the last kept", hint="A batch that is not full is a step all the same.")
def _steps_kept(answer: Answer) -> None:
    answer().part(1, COUNTS).near(-(-_n_windows() // BATCH), within=0)


@q1.case("steps, the last dropped", hint="Only full batches are steps: round down.")
def _steps_dropped(answer: Answer) -> None:
    answer().part(2, COUNTS).near(_n_windows() // BATCH, within=0)


q2 = Question(
    "04.q2",
    "Inputs and targets",
    "function",
    hint="Write a window of four ids on paper. Below each id write the one that should be "
    "predicted when it has just been read.",
    book="02_batches#inputs-targets",
    withheld=("course_lib.batching.windows.inputs_and_targets",),
)

BOTH = ("inputs", "targets")


def _shifted(answer: Answer, rows: list[list[int]]) -> Result:
    return answer(np.array(rows), shown=f"shift(np.array({rows}))")


@q2.case("inputs", hint="What is read: every id of a window but its last.")
def _inputs(answer: Answer) -> None:
    result = _shifted(answer, [[3, 1, 4, 1], [5, 9, 2, 6]])
    result.part(0, BOTH).equals([[3, 1, 4], [5, 9, 2]])


@q2.case("targets", hint="What is predicted: every id of a window but its first.")
def _targets(answer: Answer) -> None:
    result = _shifted(answer, [[3, 1, 4, 1], [5, 9, 2, 6]])
    result.part(1, BOTH).equals([[1, 4, 1], [9, 2, 6]])


@q2.case("many windows")
def _many_windows(answer: Answer) -> None:
    rng = np.random.default_rng(402)
    for shape in ((1, 2), (4, 3), (3, 9)):
        rows = rng.integers(0, 99, shape)
        result = _shifted(answer, rows.tolist())
        for index, wanted in enumerate(inputs_and_targets(rows)):
            result.part(index, BOTH).equals(wanted)


q3 = Question(
    "04.q3",
    "Pad a batch",
    "function",
    hint="Start from an array full of pad_id and a mask full of False, as wide as the longest row. "
    "Then write each row, and its mask, from the left.",
    book="02_batches#padding",
)

PADDED = ("ids", "mask")


def _whole(result: Result, index: int) -> Result:
    """One part of an answer as whole numbers, so that True and 1 are alike."""
    part = result.part(index, PADDED)
    try:
        value = np.asarray(part.value).astype(np.int64)
    except (TypeError, ValueError):
        return part
    return replace(part, value=value.tolist())


@q3.case("ids", hint="Each row begins at the left; pad_id fills it up to the longest.")
def _padded_ids(answer: Answer) -> None:
    rows = [[7, 8], [5, 6, 7, 9], [4]]
    _whole(answer(rows, 0), 0).equals([[7, 8, 0, 0], [5, 6, 7, 9], [4, 0, 0, 0]])


@q3.case("mask", hint="True for each id that came in, False for padding.")
def _mask(answer: Answer) -> None:
    rows = [[7, 8], [5, 6, 7, 9], [4]]
    _whole(answer(rows, 0), 1).equals([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])


@q3.case(
    "padding that looks like text",
    hint="Some tokenizers have no id for padding, so an ordinary one is used. Which places are "
    "padding is told by the lengths, not by the ids.",
)
def _ambiguous(answer: Answer) -> None:
    result = answer([[1, 5, 1], [1, 1]], 1)
    _whole(result, 0).equals([[1, 5, 1], [1, 1, 1]])
    _whole(result, 1).equals([[1, 1, 1], [1, 1, 0]])


@q3.case("rows of one length", hint="Nothing to fill up, so nothing is added.")
def _one_length(answer: Answer) -> None:
    result = answer([[4, 5], [6, 7]], 0)
    _whole(result, 0).equals([[4, 5], [6, 7]])
    _whole(result, 1).equals([[1, 1], [1, 1]])


q4 = Question(
    "04.q4",
    "The mean loss of a padded batch",
    "function",
    hint="Pick the losses that count, losses[mask], and look at nothing else.",
    book="02_batches#padding",
)


def _mean_of(answer: Answer, losses: list[list[float]], mask: list[list[int]]) -> Result:
    shown = f"mean_loss(np.array({losses}), np.array({mask}, bool))"
    return answer(np.array(losses), np.array(mask, bool), shown=shown)


@q4.case("padding left out", hint="Neither the sum nor the number you divide by has padding in it.")
def _left_out(answer: Answer) -> None:
    _mean_of(answer, [[1, 2], [3, 90]], [[1, 1], [1, 0]]).equals(2.0)


@q4.case("every token counts alike", hint="A long row has more to say than a short one.")
def _count_alike(answer: Answer) -> None:
    _mean_of(answer, [[1, 1, 1, 1], [6, 0, 0, 0]], [[1, 1, 1, 1], [1, 0, 0, 0]]).equals(2.0)


@q4.case(
    "anything at padding", hint="What stands at padding may be nan or inf, and inf * 0 is nan."
)
def _anything(answer: Answer) -> None:
    _mean_of(answer, [[1, 2], [3, np.nan]], [[1, 1], [1, 0]]).equals(2.0)
    _mean_of(answer, [[4, np.inf], [2, np.inf]], [[1, 0], [1, 0]]).equals(3.0)


@q4.case("many batches")
def _many_batches(answer: Answer) -> None:
    rng = np.random.default_rng(404)
    for _ in range(5):
        lengths = np.append(rng.integers(1, 7, 4), 7)
        losses, mask = rng.exponential(2.0, (5, 7)), np.arange(7) < lengths[:, None]
        wanted = sum(row[:n].sum() for row, n in zip(losses, lengths, strict=True)) / lengths.sum()
        answer(losses, mask, shown="mean_loss(5 rows of 7 losses, their mask)").equals(wanted)


q5 = Question(
    "04.q5",
    "Measure what padding costs",
    "measure",
    hint="A batch of B documents has B times its longest length places. Add up the places of all "
    "batches; all that is no character is padding.",
    book="02_batches#padding",
)

WASTE = ("share in the order given", "share sorted by length", "letter")
DOCUMENTS_A_BATCH = 8


@cache
def _wasted(by_length: bool) -> float:
    lengths = [len(document) for document in corpus.load("anthology", language="en")]
    lengths = sorted(lengths) if by_length else lengths
    batches = [
        lengths[i : i + DOCUMENTS_A_BATCH] for i in range(0, len(lengths), DOCUMENTS_A_BATCH)
    ]
    return 1 - sum(lengths) / sum(len(batch) * max(batch) for batch in batches)


@q5.case("in the order given")
def _as_given(answer: Answer) -> None:
    answer().part(0, WASTE).near(_wasted(False), within=0.001)


@q5.case("sorted by length")
def _by_length(answer: Answer) -> None:
    answer().part(1, WASTE).near(_wasted(True), within=0.001)


@q5.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(2, WASTE).chooses(
        "C",
        {
            "A": "Then every epoch goes from the shortest text to the longest, in the same "
            "batches: the model drifts with the length of what it last saw.",
            "B": "The mask keeps padding out of the mean. The machine has computed each of those "
            "places all the same.",
            "D": "The more documents a batch has, the longer is the longest of them, and the "
            "others are filled up to it. Try it.",
        },
    )
