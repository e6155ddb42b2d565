"""The torch loader: every window once with any number of workers, and a position to go on from."""

import json
import pickle
import subprocess
import sys
import textwrap
from itertools import islice

import numpy as np
import pytest
import torch

from course_lib.batching.order import WindowOrder
from course_lib.batching.streams import write_ids
from course_lib.batching.torch_data import WindowLoader
from course_lib.batching.windows import inputs_and_targets, windows
from course_lib.errors import DatasetError

IDS = np.random.default_rng(0).permutation(997)
SETTINGS = {"length": 20, "stride": 10, "batch_size": 8, "shuffle_buffer": 30, "seed": 5}


def loader(**changed):
    return WindowLoader(IDS, **{**SETTINGS, **changed})


def first_ids(batches):
    """The first id of each window, batch by batch: it names the window."""
    return [inputs[:, 0].tolist() for inputs, _ in batches]


@pytest.mark.parametrize("drop", [False, True])
def test_an_epoch_gives_the_windows_in_their_order_with_their_targets(drop):
    inputs, targets = inputs_and_targets(windows(IDS, 20, 10))
    order = WindowOrder(len(inputs), seed=5, buffer=30)
    batches = loader(drop_remainder=drop)
    for epoch in range(2):
        due = list(order.batches(8, epoch, 0, drop))
        assert len(batches) == len(due)
        for rows, (x, y) in zip(due, batches, strict=True):
            assert x.dtype == y.dtype == torch.int64
            assert x.is_contiguous()
            assert y.is_contiguous()
            assert (x.numpy() == inputs[rows]).all()
            assert (y.numpy() == targets[rows]).all()


@pytest.mark.parametrize("taken", [0, 1, 7, 12, 13])
def test_a_new_loader_goes_on_with_the_batches_that_remained(taken):
    whole = loader()
    assert len(whole) == 13
    epochs = [first_ids(whole) for _ in range(3)]
    stopped = loader()
    first_ids(stopped)
    list(islice(stopped, taken))
    state = json.loads(json.dumps(stopped.state_dict()))
    resumed = loader(seed=5)
    resumed.load_state_dict(state)
    if taken < 13:
        assert first_ids(resumed) == epochs[1][taken:]
    assert first_ids(resumed) == epochs[2]


def test_looking_at_a_batch_does_not_use_the_epoch_up():
    batches = loader()
    first = next(iter(batches))[0]
    assert batches.state_dict()["epoch"] == 0
    again = first_ids(batches)
    assert again[0] == first[:, 0].tolist()
    assert len(again) == len(batches)
    assert first_ids(batches) != again


def test_the_random_state_of_torch_is_neither_read_nor_changed():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = first_ids(loader())
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(2)
    assert first_ids(loader()) == first


def test_writing_into_a_batch_leaves_the_ids_alone():
    ids = IDS.astype(np.int64)
    for inputs, targets in WindowLoader(ids, length=20, stride=10):
        targets_before = targets.clone()
        inputs.zero_()
        assert torch.equal(targets, targets_before)
    assert (ids == IDS).all()


def test_a_stream_in_a_file_is_opened_by_a_worker_not_sent(tmp_path):
    stream = write_ids(tmp_path / "row", [np.arange(50_000)], 50_000)
    rows = WindowLoader(stream, stride=50).rows
    packed = pickle.dumps(rows)
    assert len(packed) < 2000
    assert (pickle.loads(packed)[3] == rows[3]).all()


WORKERS = """
    import json, sys
    from itertools import islice
    from course_lib.batching.streams import open_ids
    from course_lib.batching.torch_data import WindowLoader

    def loader(workers, **options):
        return WindowLoader(stream, 20, 10, 8, 30, seed=5, num_workers=workers, **options)

    def first_ids(batches):
        return [inputs[:, 0].tolist() for inputs, _ in batches]

    if __name__ == "__main__":
        stream = open_ids(sys.argv[1])
        epochs = {}
        for workers in (0, 1, 2):
            batches = loader(workers)
            epochs[workers] = [first_ids(batches) for _ in range(2)]
        stopped = loader(2, prefetch_factor=3)  # the workers are batches ahead when it stops
        taken = first_ids(islice(stopped, 4))
        state = stopped.state_dict()
        resumed = loader(1)
        resumed.load_state_dict(state)
        spawned = first_ids(loader(1, multiprocessing_context="spawn"))
        print(json.dumps([epochs, taken, state["batch"], first_ids(resumed), spawned]))
"""


@pytest.fixture(scope="module")
def seen_with_workers(tmp_path_factory):
    """What loaders with 0, 1 and 2 workers give, in a process of its own that nothing else uses."""
    folder = tmp_path_factory.mktemp("workers")
    write_ids(folder / "row", [IDS], 997)
    (folder / "main.py").write_text(textwrap.dedent(WORKERS))
    command = [sys.executable, "-W", "error", str(folder / "main.py"), str(folder / "row")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_any_number_of_workers_gives_each_window_once_in_the_same_order(seen_with_workers):
    epochs, *_, spawned = seen_with_workers
    cut = windows(IDS, 20, 10)
    for epoch in range(2):
        due = [cut[rows, 0].tolist() for rows in WindowOrder(len(cut), 5, 30).batches(8, epoch)]
        assert [epochs[workers][epoch] for workers in "012"] == [due] * 3
        assert sorted(start for rows in due for start in rows) == sorted(cut[:, 0].tolist())
    assert spawned == epochs["0"][0]


def test_workers_that_read_ahead_do_not_move_the_position(seen_with_workers):
    epochs, taken, batch, rest, _ = seen_with_workers
    assert batch == 4
    assert taken == epochs["0"][0][:4]
    assert rest == epochs["0"][0][4:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 6}, "seed=6, this one has 5"),
        ({"length": 21}, "length=21, this one has 20"),
        ({"batch_size": 9}, "batch_size=9"),
        ({"n_windows": 99}, "n_windows=99"),
        ({"batch": 13}, "batch from 0 to 12, the state has 0 and 13"),
        ({"epoch": -1}, "the state has -1 and 0"),
        ({"epoch": "1"}, "whole numbers"),
        ({"batch": 1.5}, "whole numbers"),
    ],
)
def test_a_state_of_other_windows_is_refused(change, message):
    batches = loader()
    with pytest.raises(DatasetError, match=message):
        batches.load_state_dict({**batches.state_dict(), **change})
    assert batches.state_dict()["batch"] == 0


def test_a_state_without_a_field_is_refused():
    state = loader().state_dict()
    del state["seed"], state["batch"]
    with pytest.raises(DatasetError, match="lacks batch, seed"):
        loader().load_state_dict(state)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"length": 1000}, "997 ids do not fill one window of length=1000"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"shuffle_buffer": 0}, "buffer must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"continued": True}, "need stride = length - 1 = 19, got 10"),
        ({"batch_size": 99, "drop_remainder": True}, "98 windows do not fill one batch"),
    ],
)
def test_numbers_out_of_bounds_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        loader(**changed)
