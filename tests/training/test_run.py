"""Runs in a folder: from a corpus to a model, interrupted and not."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from course_lib.errors import CorpusError, TrainingError
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.training.checkpoints import checkpoints
from course_lib.training.run import load_run, read_settings, resume, train
from course_lib.training.settings import MODELS, TrainingSettings

POEMS = "\n\n".join(f"line {n} of a poem,\nand then line {n + 1}." for n in range(60))


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.txt").write_text(f"Poem {n}.\n{POEMS[n * 40 : n * 40 + 900]}\n", "utf8")
    return folder


def small(texts, **changes):
    made = {
        "corpus": str(texts),
        "sizes": {"embedding_size": 8, "hidden_size": 16, "num_layers": 1},
        "seq_len": 20,
        "batch_size": 16,
        "epochs": 3,
        **changes,
    }
    return TrainingSettings(**made)


def test_a_run_leaves_a_model_that_learned(texts, tmp_path):
    done = train(small(texts), tmp_path / "run")
    first, *_, last = done.history["val_perplexity"]
    assert last < 0.8 * first < first
    model, tokenizer = load_run(tmp_path / "run")
    ids = np.array([tokenizer.encode("Poem 3.\nline")])
    np.testing.assert_array_equal(model.log_probs(ids), done.model.log_probs(ids))
    assert read_settings(tmp_path / "run") == small(texts)
    assert list((tmp_path / "run" / "tensorboard").rglob("events.*"))


def test_epochs_of_a_resumed_run_are_those_of_a_whole_one(texts, tmp_path):
    """Here an error interrupts; below it is a kill."""
    settings = small(texts, optimizer="muon", learning_rate=0.02, schedule="cosine", epochs=2)
    whole = train(settings, tmp_path / "whole")
    cut = tmp_path / "cut"
    stopper = StopAfter(1)
    with pytest.raises(InterruptedError):
        train(settings, cut, callbacks=[stopper])
    assert len(checkpoints(cut / "checkpoints")) == 1
    after = resume(cut)
    assert set(after.history) == set(whole.history)
    timeless = set(whole.history) - {"tokens_per_second"}
    assert {n: after.history[n] for n in timeless} == {n: whole.history[n] for n in timeless}
    assert same_files(tmp_path / "whole", cut)


class StopAfter:
    """A callback that fails at the end of an epoch, after everything was written."""

    def __new__(cls, epochs):
        import keras

        class Stop(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == epochs:
                    raise InterruptedError

        return Stop()


def same_files(a, b):
    """Whether the newest checkpoints and the models of two runs hold the same arrays."""
    for name in ("model.npz", checkpoints(a / "checkpoints")[-1].relative_to(a)):
        with np.load(a / name) as one, np.load(b / name) as other:
            assert one.files == other.files
            arrays = [n for n in one.files if n != "head"]
            if not all((one[n] == other[n]).all() for n in arrays):
                return False
    return True


KILLED = """
import json, sys
from course_lib.training.run import train
from course_lib.training.settings import TrainingSettings
train(TrainingSettings(**json.loads(sys.argv[1])), sys.argv[2])
"""


def test_kill_minus_nine_and_resume_equal_the_uninterrupted_run(texts, tmp_path):
    settings = small(texts, epochs=6, patience=12, sizes={"hidden_size": 8, "embedding_size": 4})
    killed = tmp_path / "killed"
    arguments = [json.dumps(vars(settings)), str(killed)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while len(checkpoints(killed / "checkpoints")) < 2 and time.monotonic() < deadline:
            assert process.poll() is None, "training ended before it could be killed"
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    interrupted_at = len(json.loads(_head(killed))["history"]["loss"])
    assert 2 <= interrupted_at < 6
    resume(killed)
    train(settings, tmp_path / "whole")
    assert same_files(tmp_path / "whole", killed)


def _head(run):
    with np.load(checkpoints(run / "checkpoints")[-1]) as file:
        return str(file["head"])


def test_early_stopping_is_remembered(texts, tmp_path):
    """A run that had stopped does not go on when it is resumed."""
    settings = small(texts, learning_rate=1e-9, patience=1, epochs=9, schedule="constant")
    done = train(settings, tmp_path / "run")
    epochs = len(done.history["loss"])
    assert epochs < 9
    assert len(resume(tmp_path / "run").history["loss"]) == epochs


def test_a_transformer_is_trained_the_same_way(texts, tmp_path):
    sizes = {"width": 16, "num_heads": 2, "feed_forward": 32, "num_layers": 1, "max_len": 40}
    done = train(small(texts, model="transformer", sizes=sizes, epochs=2), tmp_path / "run")
    first, last = done.history["val_perplexity"]
    assert last < first


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "gru"}, "unknown model 'gru'; expected one of lstm, transformer"),
        ({"tokenizer": "syllables"}, "unknown tokenizer"),
        ({"schedule": "linear"}, "unknown schedule"),
        ({"sizes": {"hiden_size": 3}}, "no size hiden_size; it has dropout, embedding_size"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"model": "transformer", "sizes": {}, "seq_len": 513}, "more than the model's 512"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_once(texts, changes, told):
    with pytest.raises(TrainingError, match=told):
        small(texts, **changes)


def test_an_unknown_corpus_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(CorpusError, match="did you mean verse"):
        train(TrainingSettings(corpus="vrese"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_text_that_is_too_short_is_told(tmp_path):
    (tmp_path / "texts").mkdir()
    for n in range(9):
        (tmp_path / "texts" / f"{n}.txt").write_text(f"Poem {n}.", "utf8")
    with pytest.raises(TrainingError, match="seq_len=100 need more"):
        train(TrainingSettings(corpus=str(tmp_path / "texts")), tmp_path / "run")
    with pytest.raises(TrainingError, match="holds no run"):  # and it can be tried again
        read_settings(tmp_path / "run")


def test_a_folder_that_holds_a_run_is_not_overwritten(tmp_path):
    (tmp_path / "settings.json").write_text("{}")
    with pytest.raises(TrainingError, match="holds a run already"):
        train(TrainingSettings(), tmp_path)


def test_no_run_and_no_epoch_yet_are_told(tmp_path):
    (tmp_path / "file").write_text("")
    for ask in (resume, load_run):
        for place in (tmp_path, tmp_path / "file"):
            with pytest.raises(TrainingError, match="holds no run"):
                ask(place)
    (tmp_path / "settings.json").write_text("{}")
    with pytest.raises(TrainingError, match="no epoch is finished"):
        load_run(tmp_path)
    (tmp_path / "settings.json").write_text('{"modell": "lstm"}')
    with pytest.raises(TrainingError, match="cannot be read"):
        resume(tmp_path)
    (tmp_path / "settings.json").unlink()
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(TrainingError, match="cannot be read"):
        load_run(tmp_path)


def test_a_model_with_the_tokenizer_of_another_run_is_not_loaded(tmp_path):
    kind, config = MODELS["lstm"]
    tokenizer = CharacterTokenizer.from_texts(["abc"])
    kind(config(tokenizer.vocab_size + 1, hidden_size=8, num_layers=1)).save_model(
        tmp_path / "model.npz"
    )
    tokenizer.save(tmp_path / "tokenizer")
    (tmp_path / "settings.json").write_text("{}")
    n = tokenizer.vocab_size
    with pytest.raises(TrainingError, match=f"a model of {n + 1} ids and a tokenizer of {n};"):
        load_run(tmp_path)
