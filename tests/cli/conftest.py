"""The ``course`` command in a process of its own, and a run as ``course train`` leaves it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.corpus import verse
from course_lib.tokenizers.characters import CharacterTokenizer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def course():
    """Run the command; gives exit status, standard output and standard error."""

    def run(*words, cwd=ROOT, **environment):
        return subprocess.run(
            [sys.executable, "-m", "course_lib", *words],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "100", "COURSE_DATA": "", **environment},
        )

    return run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A run of a model that has learned nothing."""
    from course_lib.training.run import MODEL, SETTINGS
    from course_lib.training.settings import MODELS, TrainingSettings

    folder = tmp_path_factory.mktemp("cli") / "runs" / "lstm-verse"
    tokenizer = CharacterTokenizer.from_texts(verse.sample(20, seed=1))
    settings = TrainingSettings(sizes={"hidden_size": 8, "num_layers": 1})
    kind, config = MODELS["lstm"]
    folder.mkdir(parents=True)
    (folder / SETTINGS).write_text(json.dumps(vars(settings)), "utf8")
    tokenizer.save(folder / "tokenizer")
    kind(config(tokenizer.vocab_size, **settings.sizes)).save_model(folder / MODEL)
    return folder
