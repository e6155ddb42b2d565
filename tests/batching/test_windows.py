"""Windows: the count formula, how often each id occurs, document borders, and the leak."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching.windows import (
    document_windows,
    inputs_and_targets,
    shared_span_fraction,
    window_starts,
    windows,
)

SHAPES = st.integers(2, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


@settings(deadline=None)
@given(st.integers(0, 100), SHAPES)
def test_starts_are_all_the_places_where_a_window_fits(n, shape):
    length, stride = shape
    expected = [s for s in range(0, n, stride) if s + length <= n]
    assert list(window_starts(n, length, stride)) == expected
    assert len(expected) == (1 + (n - length) // stride if n >= length else 0)


@settings(deadline=None)
@given(st.integers(1, 100), SHAPES)
def test_with_a_tail_every_id_is_in_a_window_and_no_window_is_idle(n, shape):
    length, stride = shape
    starts = list(window_starts(n, length, stride, tail=True))
    assert {i for s in starts for i in range(s, min(s + length, n))} == set(range(n))
    shorter = starts[:-1]
    assert {i for s in shorter for i in range(s, min(s + length, n))} != set(range(n))


@settings(deadline=None)
@given(st.integers(2, 80), SHAPES)
def test_windows_are_slices_of_the_ids(n, shape):
    length, stride = shape
    ids = np.arange(n) * 7
    if n < length:
        with pytest.raises(ValueError, match=f"{n} ids do not fill one window of length={length}"):
            windows(ids, length, stride)
        return
    cut = windows(ids, length, stride)
    expected = [ids[s : s + length].tolist() for s in window_starts(n, length, stride)]
    assert cut.tolist() == expected


@settings(deadline=None)
@given(st.integers(2, 80), SHAPES)
def test_padding_fills_the_last_window_only_and_loses_no_id(n, shape):
    length, stride = shape
    cut = windows(np.arange(n), length, stride, pad_id=-1)
    assert set(cut.ravel().tolist()) - {-1} == set(range(n))
    assert (cut[:-1] != -1).all()
    real = int((cut[-1] != -1).sum())
    assert cut[-1].tolist() == [*range(n - real, n), *[-1] * (length - real)]


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 12))
def test_an_inner_id_occurs_length_over_stride_times(length, ratio, stride):
    """Exactly if stride divides length; else rounded up or down."""
    for size in (ratio * stride, length):
        if size < 2 or stride > size:
            continue
        n = 6 * size
        counts = Counter(windows(np.arange(n), size, stride).ravel().tolist())
        inner = {counts[i] for i in range(size, n - 2 * size)}
        assert inner <= {size // stride, -(-size // stride)}


@settings(deadline=None)
@given(st.integers(2, 200), st.integers(2, 12))
def test_without_overlap_every_id_occurs_once(n, length):
    cut = windows(np.arange(n), length, stride=length, pad_id=-1).ravel()
    assert cut[cut != -1].tolist() == list(range(n))


def test_windows_take_no_memory_and_cannot_be_written():
    ids = np.arange(10_000)
    cut = windows(ids, length=100, stride=1)
    assert np.shares_memory(cut, ids)
    with pytest.raises(ValueError, match="read-only"):
        cut[0, 0] = 5


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), SHAPES)
def test_no_window_crosses_from_one_document_to_the_next(sizes, shape):
    length, stride = shape
    documents = [np.arange(size) + 1000 * (d + 1) for d, size in enumerate(sizes)]
    cut, document = document_windows(documents, length, stride, pad_id=-1)
    for row, d in zip(cut, document, strict=True):
        assert set((row[row != -1] // 1000).tolist()) == {d + 1}
    assert set(cut[cut != -1].tolist()) == {i for ids in documents for i in ids.tolist()}


def test_joined_documents_have_windows_that_cross():
    joined = np.concatenate([[1, 2, 3], [9], [4, 5, 6]])
    assert [3, 9, 4] in windows(joined, length=3, stride=1).tolist()


@settings(deadline=None)
@given(st.integers(3, 80), st.integers(2, 10))
def test_with_stride_t_every_id_but_the_first_is_a_target_once(n, seq_len):
    inputs, targets = inputs_and_targets(windows(np.arange(n), seq_len + 1, seq_len, pad_id=-1))
    assert inputs.shape == targets.shape == (len(inputs), seq_len)
    real = targets[targets != -1]
    assert sorted(real.tolist()) == list(range(1, n))
    both = (inputs != -1) & (targets != -1)
    assert (targets[both] == inputs[both] + 1).all()
    assert (inputs[:, 1:] == targets[:, :-1]).all()


def brute_force(train, test, span):
    known = {tuple(row[i : i + span]) for row in train for i in range(len(row) - span + 1)}
    hits = [
        any(tuple(row[i : i + span]) in known for i in range(len(row) - span + 1)) for row in test
    ]
    return sum(hits) / len(hits)


ROWS = st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=5), min_size=1, max_size=8)


@settings(deadline=None, max_examples=200)
@given(ROWS, ROWS, st.integers(1, 5))
def test_brute_force_agrees_on_the_share_of_windows_that_leak(train, test, span):
    found = shared_span_fraction(np.array(train), np.array(test), span)
    assert found == pytest.approx(brute_force(train, test, span))


def test_windows_before_the_split_leak_and_after_it_do_not():
    documents = [np.arange(1000) + 1000 * d for d in range(20)]
    cut, document = document_windows(documents, length=100, stride=50)
    order = np.random.default_rng(0).permutation(len(cut))
    train, test = order[: len(cut) * 8 // 10], order[len(cut) * 8 // 10 :]
    assert shared_span_fraction(cut[train], cut[test]) > 0.9
    assert shared_span_fraction(cut[document < 16], cut[document >= 16]) == 0


def test_padding_is_not_shared():
    train, test = np.array([[1, 0, 0, 0]]), np.array([[2, 0, 0, 0], [1, 0, 0, 0]])
    assert shared_span_fraction(train, test, span=3) == 1
    assert shared_span_fraction(train, test, span=2, pad_id=0) == 0
    assert shared_span_fraction(train, test, span=1, pad_id=0) == 0.5


def test_windows_share_the_ids_given_unless_they_must_be_copied():
    ids = np.arange(10)
    assert np.shares_memory(windows(ids, 4, 2), ids)
    padded = windows(ids, 4, 3, pad_id=-1)
    assert not np.shares_memory(padded, ids)
    assert np.shares_memory(padded[0], padded[1])
    small = ids.astype(np.int32)
    assert not np.shares_memory(windows(small, 4, 2), small)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: windows([1, 2, 3], length=1), "length must be at least 2.*got 1"),
        (lambda: windows([1, 2, 3], length=2, stride=0), "from 1 to length=2.*got 0"),
        (lambda: windows([1, 2, 3], length=2, stride=3), "skips ids; got 3"),
        (lambda: windows([], length=2, stride=1), "0 ids do not fill one window of length=2"),
        (lambda: windows([], length=2, stride=1, pad_id=0), "0 ids do not fill"),
        (lambda: windows([1, 0], length=2, stride=1, pad_id=0), "pad_id=0 is one of the ids"),
        (lambda: windows([[1, 2]], length=2, stride=1), r"one row of whole numbers.*\(1, 2\)"),
        (lambda: windows([1.5, 2.5], length=2, stride=1), "whole numbers, got float64"),
        (lambda: window_starts(-1), "cannot be negative, got -1"),
        (lambda: document_windows([]), "no document to cut"),
        (lambda: document_windows([[1, 2], [3]], 2, 1), "document 1: 1 ids do not fill one"),
        (
            lambda: shared_span_fraction(np.ones((2, 4), int), np.ones((0, 4), int)),
            "no test window",
        ),
        (lambda: shared_span_fraction(np.ones((2, 4), int), np.ones((2, 4), int), 5), "got 5"),
        (
            lambda: shared_span_fraction(np.ones((2, 5), int), np.ones((3, 4), int), 2),
            r"rows of one length, got shapes \(2, 5\) and \(3, 4\)",
        ),
        (
            lambda: shared_span_fraction(np.ones(4, int), np.ones(4, int), 2),
            r"rows of one length, got shapes \(4,\) and \(4,\)",
        ),
    ],
)
def test_what_cannot_be_cut_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
