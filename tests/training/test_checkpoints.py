import json
import os

import keras
import numpy as np
import pytest

from course_lib.batching.tf_data import ordered_dataset
from course_lib.errors import TrainingError
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.training import checkpoints as module
from course_lib.training.checkpoints import checkpoints, restore_checkpoint, save_checkpoint
from course_lib.training.optimizer import adamw
from course_lib.training.schedules import EarlyStopping, ReduceOnPlateau
from course_lib.training.trainer import Trainer

IDS = np.random.default_rng(0).integers(0, 9, 400)


def batches(epoch=0):
    return ordered_dataset(IDS, length=11, stride=10, batch_size=8, seed=5, epoch=epoch)


def trainer(seed=0, **sizes):
    keras.utils.set_random_seed(seed)
    config = LSTMConfig(9, **{"embedding_size": 4, "hidden_size": 6, "dropout": 0.3, **sizes})
    made = Trainer(LSTMLanguageModel(config))
    made.compile(adamw())
    return made


def weights(made):
    return [np.asarray(variable) for variable in (*made.variables, *made.optimizer.variables)]


def test_a_restored_run_goes_on_bit_for_bit(tmp_path):
    whole = trainer()
    whole.fit(batches(), epochs=4, verbose=0)

    first = trainer()
    first.fit(batches(), epochs=2, verbose=0)
    save_checkpoint(tmp_path, first, epochs=2)
    second = trainer(seed=1)  # another beginning, all of which the checkpoint replaces
    done = restore_checkpoint(tmp_path, second)
    second.fit(batches(done.epochs), epochs=4, initial_epoch=done.epochs, verbose=0)

    assert done.epochs == 2
    for a, b in zip(weights(whole), weights(second), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("forgotten", ["model_", "optimizer_"])
def test_what_is_left_out_of_a_checkpoint_would_be_missed(tmp_path, forgotten):
    """The test above can fail: without the moments, or the weights, the run goes elsewhere."""
    first = trainer()
    first.fit(batches(), epochs=1, verbose=0)
    save_checkpoint(tmp_path, first, epochs=1)
    second = trainer(seed=1)
    before = weights(second)
    restore_checkpoint(tmp_path, second)
    n_model = len(second.variables)
    part = slice(None, n_model) if forgotten == "model_" else slice(n_model, None)
    assert any((a != b).any() for a, b in zip(before[part], weights(second)[part], strict=True))


def test_the_random_state_of_dropout_is_in_the_checkpoint(tmp_path):
    made = trainer()
    made.fit(batches(), epochs=1, verbose=0)
    path = save_checkpoint(tmp_path, made, epochs=1)
    with np.load(path) as file:
        stored = [file[name] for name in file.files if name.startswith("model_")]
    assert len(stored) == len(made.trainable_variables) + 2  # a state for each dropout
    assert sum(array.dtype.kind in "iu" for array in stored) == 2


def test_callbacks_history_and_notes_come_back(tmp_path):
    made, stop, reduce = trainer(), EarlyStopping(), ReduceOnPlateau()
    callbacks = [stop, reduce]
    made.fit(batches(), validation_data=batches(), epochs=2, verbose=0, callbacks=callbacks)
    history = {"val_perplexity": [9.0, 8.5]}
    save_checkpoint(tmp_path, made, 2, history, callbacks, notes={"corpus": "verse"})
    fresh = [EarlyStopping(), ReduceOnPlateau()]
    done = restore_checkpoint(tmp_path, trainer(), fresh)
    assert (done.history, done.notes) == (history, {"corpus": "verse"})
    assert [c.state_dict() for c in fresh] == [c.state_dict() for c in callbacks]
    assert fresh[0].state_dict()["best"] is not None


def test_the_last_ones_are_kept_and_the_newest_is_meant(tmp_path):
    made = trainer()
    for epochs in (9, 10, 11):
        save_checkpoint(tmp_path, made, epochs, keep=2)
    assert [path.name for path in checkpoints(tmp_path)] == ["epoch-00010.npz", "epoch-00011.npz"]
    assert restore_checkpoint(tmp_path, made).epochs == 11
    assert restore_checkpoint(tmp_path / "epoch-00010.npz", made).epochs == 10


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hidden_size": 7}, "hidden_size is 6 there and 7 here"),
        ({"num_layers": 1}, "num_layers is 2 there and 1 here"),
        ({"dropout": 0.1}, "dropout is 0.3 there and 0.1 here"),
    ],
)
def test_another_configuration_is_named_and_nothing_changes(tmp_path, change, told):
    save_checkpoint(tmp_path, trainer(), epochs=1)
    other = trainer(seed=3, **change)
    other.optimizer.build(other.trainable_variables)
    before = weights(other)
    with pytest.raises(TrainingError, match=told):
        restore_checkpoint(tmp_path, other)
    for a, b in zip(before, weights(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_optimiser_is_told(tmp_path):
    save_checkpoint(tmp_path, trainer(), epochs=1)
    other = trainer()
    other.compile(adamw(accumulation_steps=2))  # it has a store of gradients more
    with pytest.raises(TrainingError, match=r"arrays and .* are needed"):
        restore_checkpoint(tmp_path, other)


def test_no_space_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    made = trainer()
    good = save_checkpoint(tmp_path, made, epochs=1).read_bytes()

    def full(file, **arrays):
        file.write(b"half of it")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module.np, "savez", full)
    with pytest.raises(TrainingError, match=r"No space left on device.*make room"):
        save_checkpoint(tmp_path, made, epochs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.npz"]
    assert (tmp_path / "epoch-00001.npz").read_bytes() == good


def test_what_a_killed_process_left_is_swept_up(tmp_path):
    (tmp_path / ".epoch-00001.npz.0a1b2c3d.part").write_bytes(b"half")
    save_checkpoint(tmp_path, trainer(), epochs=1)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.npz"]


def test_a_damaged_file_is_told_and_the_one_before_can_be_used(tmp_path):
    made = trainer()
    save_checkpoint(tmp_path, made, epochs=1)
    newest = save_checkpoint(tmp_path, made, epochs=2)
    newest.write_bytes(newest.read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"epoch-00002.npz is no checkpoint, or is damaged"):
        restore_checkpoint(tmp_path, made)
    newest.unlink()
    assert restore_checkpoint(tmp_path, made).epochs == 1


def test_a_file_of_another_kind_is_told(tmp_path):
    np.savez(tmp_path / "epoch-00001.npz", head=np.array(json.dumps({"format": "x", "model": {}})))
    with pytest.raises(TrainingError, match="no checkpoint of this version"):
        restore_checkpoint(tmp_path, trainer())


@pytest.mark.parametrize("name", ["nowhere", "nowhere.npz"])
def test_no_checkpoint_is_told(tmp_path, name):
    with pytest.raises(TrainingError, match="no such checkpoint"):
        restore_checkpoint(tmp_path / name, trainer())
    with pytest.raises(TrainingError, match="holds no checkpoint"):
        restore_checkpoint(tmp_path, trainer())


def test_keep_below_one_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="keep must be at least 1"):
        save_checkpoint(tmp_path, trainer(), epochs=1, keep=0)
