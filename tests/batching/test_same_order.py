"""TensorFlow and PyTorch read the same windows in the same order."""

from itertools import pairwise

import numpy as np
import pytest

from course_lib.batching.streams import write_ids
from course_lib.batching.tf_data import ordered_dataset, windows_dataset
from course_lib.batching.torch_data import WindowLoader

IDS = np.random.default_rng(1).integers(0, 50, 4000)


def equal(ours, theirs):
    ours, theirs = list(ours), list(theirs)
    return len(ours) == len(theirs) and all(
        np.array_equal(a.numpy(), b.numpy())
        for pair, other in zip(ours, theirs, strict=True)
        for a, b in zip(pair, other, strict=True)
    )


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("buffer", [1, 40, 10_000])
def test_both_frameworks_give_the_same_batches_epoch_after_epoch(tmp_path, buffer, drop):
    stream = write_ids(tmp_path / "row", np.split(IDS, 8), vocab_size=50, eos_id=0)
    arguments = (stream, 20, 10, 32, buffer, 7, drop)
    tensorflow, torch = ordered_dataset(*arguments), WindowLoader(*arguments)
    epochs = []
    for _ in range(3):
        epochs.append(list(torch))
        assert equal(tensorflow, epochs[-1])
    assert equal(epochs[0], epochs[1]) == (buffer == 1)


def test_both_frameworks_continue_rows_alike():
    arguments = {"length": 20, "stride": 19, "batch_size": 16, "seed": 7, "continued": True}
    tensorflow, torch = ordered_dataset(IDS, **arguments), WindowLoader(IDS, **arguments)
    assert len(tensorflow) == len(torch) == 210 // 16
    for _ in range(2):
        batches = list(torch)
        assert equal(tensorflow, batches)
        for (_, targets), (inputs, _) in pairwise(batches):
            met = targets[:, -1] == inputs[:, 0]  # what was predicted last is read next
            assert met.sum() >= 15  # one row may have met the end of the text


def test_one_framework_goes_on_where_the_other_stopped():
    torch = WindowLoader(IDS, 20, 10, 32, 40, 7)
    list(torch)
    batches = iter(torch)
    for _ in range(5):
        next(batches)
    state = torch.state_dict()
    resumed = ordered_dataset(IDS, 20, 10, 32, 40, 7, epoch=state["epoch"], batch=state["batch"])
    assert equal(resumed, batches)
    assert equal(resumed, torch)


def test_the_shuffle_of_tf_data_gives_the_same_windows_in_another_order():
    def rows(batches):
        return np.concatenate([inputs.numpy() for inputs, _ in batches])

    ours, theirs = rows(WindowLoader(IDS, 20, 10)), rows(windows_dataset(IDS, 20, 10))
    assert (ours != theirs).any()
    assert sorted(ours.tolist()) == sorted(theirs.tolist())
