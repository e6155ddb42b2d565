"""The order of the windows: each once, as a buffer allows, seeded, and open to a later start."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching.order import ContinuedOrder, WindowOrder, order_of

ORDERS = st.builds(WindowOrder, st.integers(1, 300), st.integers(0, 9), st.integers(1, 400))


@settings(deadline=None)
@given(ORDERS, st.integers(0, 3))
def test_each_window_comes_once_and_not_before_the_buffer_reaches_it(order, epoch):
    found = list(order.indexes(epoch))
    assert sorted(found) == list(range(order.n))
    assert all(number < place + order.buffer for place, number in enumerate(found))
    assert found == list(order.indexes(epoch))


def test_each_window_comes_once_beyond_one_block_of_random_numbers():
    found = list(WindowOrder(30_000, seed=3, buffer=50).indexes())
    assert sorted(found) == list(range(30_000))
    late = np.array(found) - np.arange(30_000)
    assert late.max() < 50
    assert -late.min() > 100  # a window may wait in the buffer for long


def test_a_full_buffer_gives_every_order_equally_often():
    seen = Counter(tuple(WindowOrder(3, seed).indexes()) for seed in range(3000))
    assert set(seen) == set(permutations(range(3)))
    assert sum((n - 500) ** 2 / 500 for n in seen.values()) < 25  # chi-squared, 5 degrees: p 1e-4


def test_a_small_buffer_gives_the_orders_of_a_buffer_equally_often():
    """Of 3 windows and 2 places: the first is 0 or 1, then any of the two that are left."""
    seen = Counter(tuple(WindowOrder(3, seed, buffer=2).indexes()) for seed in range(2000))
    assert set(seen) == {(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0)}
    assert sum((n - 500) ** 2 / 500 for n in seen.values()) < 22  # 3 degrees: p 1e-4


def test_epochs_and_seeds_differ():
    orders = {
        tuple(WindowOrder(50, seed).indexes(epoch)) for seed in range(5) for epoch in range(5)
    }
    assert len(orders) == 25


@settings(deadline=None)
@given(ORDERS, st.integers(1, 40), st.booleans(), st.data())
def test_batches_are_the_order_cut_up_and_can_begin_anywhere(order, batch_size, drop, data):
    if drop and order.n < batch_size:
        with pytest.raises(ValueError, match=f"{order.n} windows do not fill one batch"):
            order.n_batches(batch_size, drop)
        return
    batches = [rows.tolist() for rows in order.batches(batch_size, 1, 0, drop)]
    assert len(batches) == order.n_batches(batch_size, drop)
    joined = [number for rows in batches for number in rows]
    whole = list(order.indexes(1))
    assert joined == (whole[: order.n // batch_size * batch_size] if drop else whole)
    assert {len(rows) for rows in batches[:-1]} <= {batch_size}
    first = data.draw(st.integers(0, len(batches)))
    rest = [rows.tolist() for rows in order.batches(batch_size, 1, first, drop)]
    assert rest == batches[first:]


def test_the_order_of_a_seed_stays_what_it_was():
    """Stored positions name batches by number, so another order would be other batches."""
    assert list(WindowOrder(12, 5, 4).indexes(2)) == [3, 0, 2, 1, 5, 6, 9, 10, 8, 11, 7, 4]


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 20), st.integers(0, 9), st.integers(0, 3))
def test_a_row_goes_on_where_the_same_row_of_the_batch_before_ended(n, rows, seed, epoch):
    if n < rows:
        with pytest.raises(ValueError, match=f"{n} windows do not fill one batch"):
            ContinuedOrder(n, rows, seed)
        return
    order = ContinuedOrder(n, rows, seed)
    batches = np.array(list(order.batches(rows, epoch)))
    assert batches.shape == (order.n_batches(rows), rows) == (n // rows, rows)
    assert (np.diff(batches, axis=0) % n == 1 % n).all()
    assert len(set(batches.ravel().tolist())) == batches.size  # none twice


def test_epochs_of_a_continued_order_begin_at_any_window():
    begun = Counter(next(ContinuedOrder(5, 2).indexes(epoch)) for epoch in range(2000))
    assert set(begun) == set(range(5))
    assert sum((n - 400) ** 2 / 400 for n in begun.values()) < 23.5  # 4 degrees: p 1e-4


def test_the_order_is_chosen_by_what_the_model_does():
    assert order_of(9, 5, 2, 3, 4, 1, False) == WindowOrder(9, 1, 4)
    assert order_of(9, 5, 4, 3, 4, 1, True) == ContinuedOrder(9, 3, 1)
    with pytest.raises(ValueError, match="stride = length - 1 = 4, got 2"):
        order_of(9, 5, 2, 3, 4, 1, True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ContinuedOrder(5, 0), "rows must be at least 1, got 0"),
        (lambda: ContinuedOrder(5, 2, seed=-1), "seed must be at least 0, got -1"),
        (lambda: ContinuedOrder(5, 2).n_batches(3), "batch_size must be rows=2, got 3"),
        (lambda: WindowOrder(0), "n must be at least 1, got 0"),
        (lambda: WindowOrder(5, seed=-1), "seed must be at least 0, got -1"),
        (lambda: WindowOrder(5, buffer=0), "buffer must be at least 1, got 0"),
        (lambda: WindowOrder(5).n_batches(0), "batch_size must be at least 1, got 0"),
        (lambda: list(WindowOrder(5).batches(2, first=4)), "from 0 to 3, got 4"),
        (lambda: list(WindowOrder(5).batches(2, first=-1)), "from 0 to 3, got -1"),
    ],
)
def test_numbers_out_of_bounds_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
