"""tf.data: every window once, the order of its steps, what cache keeps, and memory."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from course_lib.batching.order import WindowOrder
from course_lib.batching.streams import join_ids, write_ids
from course_lib.batching.tf_data import ordered_dataset, windows_dataset
from course_lib.batching.windows import inputs_and_targets, windows

IDS = np.random.default_rng(0).permutation(997)
DATASETS = (windows_dataset, ordered_dataset)


def one_pass(dataset):
    """Inputs and targets of one pass, batch by batch."""
    return [(inputs.numpy(), targets.numpy()) for inputs, targets in dataset]


def joined(batches):
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


def in_order(rows):
    return rows[rows[:, 0].argsort()]  # no id occurs twice


@pytest.mark.parametrize("make", DATASETS)
@pytest.mark.parametrize("buffer", [1, 7, 10_000])
def test_a_pass_gives_each_window_once_with_its_targets(make, buffer):
    expected = inputs_and_targets(windows(IDS, 20, 10))
    batches = one_pass(make(join_ids([IDS], 997), 20, 10, 8, buffer))
    inputs, targets = joined(batches)
    assert inputs.dtype == targets.dtype == np.int64
    assert (inputs[:, 1:] == targets[:, :-1]).all()
    if buffer == 1:
        assert (inputs == expected[0]).all()
        assert (targets == expected[1]).all()
    else:
        assert (inputs != expected[0]).any()
        assert (in_order(inputs) == in_order(expected[0])).all()
        assert (in_order(targets) == in_order(expected[1])).all()
    assert {len(x) for x, _ in batches[:-1]} == {8}
    assert len(batches) == make(IDS, 20, 10, 8).cardinality().numpy()


@pytest.mark.parametrize("make", DATASETS)
def test_the_remainder_is_kept_or_dropped(make):
    n = len(windows(IDS, 20, 10))
    assert n % 8
    kept, dropped = (
        one_pass(make(IDS, 20, 10, 8)),
        one_pass(make(IDS, 20, 10, 8, drop_remainder=True)),
    )
    assert [len(x) for x, _ in kept] == [8] * (n // 8) + [n % 8]
    assert [len(x) for x, _ in dropped] == [8] * (n // 8)
    assert make(IDS, 20, 10, 8, drop_remainder=True).element_spec[0].shape == (8, 19)


@pytest.mark.parametrize("make", DATASETS)
def test_the_seed_gives_the_order_and_every_epoch_has_another(make):
    first, second = make(IDS, 20, 10, 8, seed=3), make(IDS, 20, 10, 8, seed=3)
    epochs = [joined(one_pass(first))[0] for _ in range(3)]
    again = [joined(one_pass(second))[0] for _ in range(3)]
    assert all((a == b).all() for a, b in zip(epochs, again, strict=True))
    assert len({epoch.tobytes() for epoch in epochs}) == 3
    assert (joined(one_pass(make(IDS, 20, 10, 8, seed=4)))[0] != epochs[0]).any()


def test_a_shuffle_mixes_the_windows_of_batches():
    """Shuffled after batching, the windows of a batch would stay neighbours."""
    starts = [x[:, 0] for x, _ in one_pass(windows_dataset(np.arange(2000), 20, 10, 8))]
    neighbours = [(np.diff(np.sort(batch)) == 10).all() for batch in starts]
    assert not any(neighbours)


@pytest.mark.parametrize("cache", ["in memory", "in files"])
def test_a_cache_reads_the_ids_once_and_keeps_no_order(tmp_path, cache):
    ids = np.arange(997)
    path = tmp_path / "windows"
    dataset = windows_dataset(ids, 20, 10, 8, cache=True if cache == "in memory" else str(path))
    first = joined(one_pass(dataset))[0]
    ids[:] = 0  # a second reading would see it
    second = joined(one_pass(dataset))[0]
    assert (in_order(first) == in_order(second)).all()
    assert (first != second).any()
    assert any(tmp_path.iterdir()) == (cache == "in files")


def test_without_a_cache_every_epoch_reads_the_ids():
    ids = np.arange(997)
    dataset = windows_dataset(ids, 20, 10, 8)
    one_pass(dataset)
    ids[:] = 0
    assert (joined(one_pass(dataset))[0] == 0).all()


def test_ids_of_32_bits_come_from_a_file(tmp_path):
    ids = np.arange(70_000, 70_500)
    stream = write_ids(tmp_path / "row", [ids], 100_000)
    for make in DATASETS:
        inputs, _ = joined(one_pass(make(stream, 20, 10, 8)))
        assert (in_order(inputs) == windows(ids, 20, 10)[:, :-1]).all()


def test_an_ordered_pass_goes_on_where_a_run_stopped():
    order = WindowOrder(len(windows(IDS, 20, 10)), seed=5, buffer=30)
    resumed = ordered_dataset(IDS, 20, 10, 8, 30, seed=5, epoch=2, batch=4)
    for epoch, first in ((2, 4), (3, 0)):
        expected = [windows(IDS, 20, 10)[rows, :-1] for rows in order.batches(8, epoch, first)]
        found = [x for x, _ in one_pass(resumed)]
        assert len(found) == len(expected)
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda make: make(IDS, 1000), "997 ids do not fill one window of length=1000"),
        (lambda make: make(IDS, batch_size=0), "batch_size must be at least 1"),
        (lambda make: make(IDS, shuffle_buffer=0), "buffer must be at least 1"),
        (lambda make: make(IDS, seed=-1), "seed must be at least 0"),
        (lambda make: make(IDS, drop_remainder=True), "18 windows do not fill one batch"),
        (lambda make: ordered_dataset(IDS, batch=1), "batch from 0 to 0, got 0, 1"),
        (lambda make: ordered_dataset(IDS, epoch=-1), "epoch must be at least 0"),
    ],
)
@pytest.mark.parametrize("make", DATASETS)
def test_numbers_out_of_bounds_are_refused(make, call, message):
    with pytest.raises(ValueError, match=message):
        call(make)


LARGE = """
    import sys, numpy as np, tensorflow as tf
    from course_lib.batching.streams import open_ids
    from course_lib.batching.tf_data import ordered_dataset, windows_dataset

    def own_bytes():  # memory that is no page of a file
        lines = open("/proc/self/status").read().split("RssAnon:")[1]
        return int(lines.split()[0]) * 1024

    stream = open_ids(sys.argv[1])
    for _ in windows_dataset(np.arange(100), 10, 5):
        pass  # what TensorFlow itself takes at its first use is not counted
    seen = [own_bytes()]
    for make in (windows_dataset, ordered_dataset):
        n_windows = 0
        for inputs, _ in make(stream, 1001, 1000, 64, shuffle_buffer=500):
            n_windows += len(inputs)
            seen += [own_bytes()] if n_windows % 320 == 0 else []
        assert n_windows == 1001 * 100 - 1, n_windows
    view = stream.windows(1001, 1000)
    held = tf.data.Dataset.from_tensor_slices(view)  # what the measure says of the other way
    print(max(seen) - seen[0], own_bytes() - seen[0], stream.ids.nbytes)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc tells the memory")
def test_a_corpus_larger_than_memory_would_stream(tmp_path):
    document = np.arange(1_001_000) % 50_000
    write_ids(tmp_path / "row", (document for _ in range(100)), 50_000)
    command = [sys.executable, "-c", textwrap.dedent(LARGE), str(tmp_path / "row")]
    one_heap = {**os.environ, "MALLOC_ARENA_MAX": "1"}  # else every thread keeps what it frees
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=one_heap)
    assert done.returncode == 0, done.stderr
    streamed, sliced, size = map(int, done.stdout.split())
    assert size > 200_000_000
    assert sliced > 0.9 * size
    assert streamed < 0.5 * size  # 20 to 50 MB, whatever the size
