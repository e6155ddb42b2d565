"""Checks of exercise 04, questions 6, 7 and 11: the order of windows, resuming, and memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course_lib.batching.windows import window_starts
from course_lib.grading.answer import Answer
from course_lib.grading.compare import chi_square_p
from course_lib.grading.question import Question
from course_lib.grading.result import Result

q6 = Question(
    "04.q6",
    "A shuffle buffer",
    "function",
    hint="Fill a list with the first `size` items. Then, for each further item: draw a place of "
    "the list, give out what stands there, and put the new item in. At the end, shuffle the rest.",
    book="02_batches#shuffling",
    withheld=("course_lib.batching.order.WindowOrder",),
)

SIZE, LONG = 4, 40


def _order(answer: Answer, n: int, size: int, seed: int, shown: str = "") -> tuple[list, Result]:
    call = shown or f"shuffled(list(range({n})), {size}, {seed})"
    result = answer(list(range(n)), size, seed, shown=call)
    result.require(
        isinstance(result.value, Sequence | np.ndarray), "the items, one after the other"
    )
    return [_item(value) for value in result.value], result


def _item(value: Any) -> Any:
    return int(value) if isinstance(value, np.integer) else value


@q6.case("every item once", hint="What is still in the buffer at the end has to come out, too.")
def _once(answer: Answer) -> None:
    for n, size in ((20, 5), (7, 7), (3, 10), (12, 1), (0, 4)):
        order, result = _order(answer, n, size, 1)
        counts = Counter(order)
        lost = [item for item in range(n) if not counts[item]]
        twice = [item for item, count in counts.items() if count > 1]
        result.require(not lost, f"all of the {n} items", got=f"no {lost[0] if lost else ''}")
        result.require(not twice, "no item twice", got=f"{twice[0] if twice else ''} twice")


@q6.case(
    "not before it is read", hint="With `size` items in the buffer, the next is not yet known."
)
def _not_before(answer: Answer) -> None:
    for size, seed in ((1, 0), (4, 1), (4, 2), (10, 3)):
        order, result = _order(answer, LONG, size, seed)
        early = [item for place, item in enumerate(order) if item >= place + size]
        item = early[0] if early else 0
        result.require(
            not early,
            "item i at place i or later"
            if size == 1
            else f"item i at place i - {size - 1} or later",
            got=f"item {item} at place {order.index(item) if early else 0}",
        )


@q6.case(
    "an item may wait",
    hint="Each time, every item in the buffer has the same chance. So an item leaves at once or "
    "stays for long: the buffer is not emptied before new items come in.",
)
def _may_wait(answer: Answer) -> None:
    shown = f"shuffled(list(range({LONG})), {SIZE}, seed) for the seeds 0 to 399"
    places: Counter[int] = Counter()
    for seed in range(400):
        order, result = _order(answer, LONG, SIZE, seed, shown)
        places[min(order.index(0) if 0 in order else 0, 8)] += 1
    waits = [(1 - 1 / SIZE) ** place / SIZE for place in range(8)] + [(1 - 1 / SIZE) ** 8]
    result.require(
        chi_square_p([places[place] for place in range(9)], waits) > 1e-6,
        f"item 0 first in a quarter of the orders, at place 4 or later in {1 - sum(waits[:4]):.0%}",
        got=f"first in {places[0] / 400:.0%}, at place 4 or later in "
        f"{sum(places[place] for place in range(4, 9)) / 400:.0%}",
    )


@q6.case(
    "a buffer for all", hint="What is in the buffer when the items end comes out by chance, too."
)
def _for_all(answer: Answer) -> None:
    shown = "shuffled([0, 1, 2], 5, seed) for the seeds 0 to 299"
    seen: Counter[tuple] = Counter()
    for seed in range(300):
        order, result = _order(answer, 3, 5, seed, shown)
        seen[tuple(order)] += 1
    counts = [*seen.values(), *[0] * (6 - len(seen))]
    result.require(
        len(counts) == 6 and chi_square_p(counts, [1 / 6] * 6) > 1e-6,
        "each of the 6 orders in about 50 of the calls",
        got=f"{len(seen)} different orders, the commonest {max(seen.values())} times",
    )


@q6.case("same seed", hint="Chance must come from the seed alone: random.Random(seed).")
def _same_seed(answer: Answer) -> None:
    first, _ = _order(answer, LONG, 8, 5)
    again, result = _order(answer, LONG, 8, 5, f"shuffled(list(range({LONG})), 8, 5), called again")
    result.require(first == again, "the same order", got="another one")


q7 = Question(
    "04.q7",
    "Go on in the middle of an epoch",
    "function",
    hint="divmod(step, steps of an epoch) tells the epoch and the step in it. Make the order of "
    "that epoch anew, from the seed and the epoch, and cut the batch out of it.",
    book="02_batches#resuming",
    withheld=("course_lib.batching.order.WindowOrder",),
)


def _batch(answer: Answer, n: int, size: int, seed: int, step: int, more: str = "") -> list[int]:
    result = answer(n, size, seed, step, shown=f"batch_at({n}, {size}, {seed}, {step}){more}")
    values = np.asarray(result.value)
    result.require(
        values.shape == (size,) and values.dtype.kind in "iu",
        f"a batch of {size} numbers of windows",
    )
    return [int(value) for value in values]


def _epoch(answer: Answer, n: int, size: int, seed: int, epoch: int) -> list[int]:
    steps = n // size
    whole = range(epoch * steps, (epoch + 1) * steps)
    return [window for step in whole for window in _batch(answer, n, size, seed, step)]


@q7.case("no window twice", hint="The batches of one epoch are pieces of one order.")
def _no_window_twice(answer: Answer) -> None:
    for n, size, epoch in ((12, 4, 0), (14, 4, 0), (14, 4, 3)):
        order = _epoch(answer, n, size, 7, epoch)
        twice = [window for window, count in Counter(order).items() if count > 1]
        outside = [window for window in order if not 0 <= window < n]
        called = answer.last
        assert called is not None
        called.require(not outside, f"windows from 0 to {n - 1}", got=str(outside[:1])[1:-1])
        called.require(
            not twice,
            f"different windows in all {n // size} steps of this epoch",
            got=f"window {twice[0] if twice else ''} twice",
        )


@q7.case(
    "fair chance",
    hint="Every window has the same chance to be in the first batch, the last ones as well: put "
    "all n in order, then leave out what fills no batch.",
)
def _fair_chance(answer: Answer) -> None:
    seen: Counter[int] = Counter()
    for seed in range(400):
        seen.update(_batch(answer, 11, 2, seed, 0))
    counts = [seen[window] for window in range(11)]
    called = answer.last
    assert called is not None
    replace(called, call="batch_at(11, 2, seed, 0) for the seeds 0 to 399").require(
        chi_square_p(counts, [1 / 11] * 11) > 1e-6,
        "each of the 11 windows about 73 times",
        got=f"between {min(counts)} and {max(counts)} times",
    )


@q7.case("the next epoch", hint="Each epoch has an order of its own.")
def _next_epoch(answer: Answer) -> None:
    orders = {tuple(_epoch(answer, 20, 4, 3, epoch)) for epoch in range(4)}
    called = answer.last
    assert called is not None
    called.require(
        len(orders) == 4, "four epochs in four orders", got=f"{len(orders)} different orders"
    )


@q7.case(
    "at any time again", hint="The answer depends on its arguments only: it remembers nothing."
)
def _again(answer: Answer) -> None:
    first = _batch(answer, 20, 4, 3, 7)
    _batch(answer, 20, 4, 3, 2)
    again = _batch(answer, 20, 4, 3, 7, more=", after another call")
    called = answer.last
    assert called is not None
    called.require(again == first, f"the same batch as before, {first}", got=str(again))


@q7.case(
    "neighbouring seeds",
    hint="seed + epoch is the same for seed 0 in epoch 1 and seed 1 in epoch 0. Give the generator "
    "both numbers: np.random.default_rng([seed, epoch]).",
)
def _neighbours(answer: Answer) -> None:
    for one, other in (((0, 1), (1, 0)), ((2, 4), (3, 3)), ((0, 0), (5, 0))):
        orders = [_epoch(answer, 20, 4, seed, epoch) for seed, epoch in (one, other)]
        called = answer.last
        assert called is not None
        called.require(
            orders[0] != orders[1],
            f"another order in epoch {other[1]} of seed {other[0]} than in epoch {one[1]} of seed "
            f"{one[0]}",
            got="the same order",
        )


q11 = Question(
    "04.q11",
    "What fits into memory",
    "choose",
    hint="Count the numbers first, then the bytes of each: 4 in a float32, 8 in an int64.",
    book="02_batches#batch-memory",
)

SIZES = ("MB of the scores", "GB of the windows", "letter")


@q11.case(
    "the scores",
    hint="Every place of the batch has a score for each id of the vocabulary, of 4 bytes. A MB is "
    "10**6 bytes here.",
)
def _scores(answer: Answer) -> None:
    answer().part(0, SIZES).near(32 * 100 * 10_000 * 4 / 1e6, within=0.01)


@q11.case("the windows", hint="With stride 50, every id stands in two windows of 100.")
def _window_bytes(answer: Answer) -> None:
    starts = window_starts(3_000_000_000, 100, 50)
    answer().part(1, SIZES).near(len(starts) * 100 * 8 / 1e9, within=0.05)


@q11.case("the way")
def _way(answer: Answer) -> None:
    answer().part(2, SIZES).chooses(
        "C",
        {
            "A": "You have just counted what that takes: each id stands in it twice, in eight "
            "bytes where two would do.",
            "B": "Its batches come one at a time, but the array that they are cut from is held "
            "whole, and has to exist before.",
            "D": "Then the scores need less. The windows are as large as before.",
        },
    )
