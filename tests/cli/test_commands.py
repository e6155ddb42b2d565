"""The ``course`` command as a user meets it, in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.cli.train import _named

ROOT = Path(__file__).resolve().parents[2]


def test_the_doctor_looks_at_this_machine(course):
    done = course("doctor", "--no-frameworks")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Python" in done.stdout
    assert "course book build" in done.stdout


def test_the_doctor_fails_on_what_must_be_mended(course):
    done = course("doctor", "--no-frameworks", COURSE_DATA="/no/such/folder")
    assert done.returncode == 1
    assert "correct it or unset it" in done.stdout
    assert "COURSE_DATA: mend what is marked" in done.stderr


def test_the_corpora_are_listed_with_their_licences(course, tmp_path):
    done = course("data", "list", COURSE_CACHE=str(tmp_path))
    assert done.returncode == 0, done.stderr
    for part in ("verse", "anthology", "quijote", "CC BY 4.0", "public domain"):
        assert part in done.stdout


def test_an_unknown_corpus_is_answered_with_near_matches(course):
    done = course("data", "get", "tinyshakespere")
    assert done.returncode == 1
    assert "did you mean tinyshakespeare" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corpus_that_is_not_here_says_how_to_get_it(course, tmp_path):
    done = course("data", "path", "quijote", COURSE_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert "course data get quijote" in done.stderr


def test_an_embedded_corpus_has_nothing_to_get(course):
    assert "verse is ready" in course("data", "get", "verse").stdout


@pytest.mark.skipif(not os.environ.get("COURSE_DATA"), reason="COURSE_DATA names no data folder")
def test_the_path_of_a_corpus_in_the_data_folder(course):
    done = course("data", "path", "quijote", COURSE_DATA=os.environ["COURSE_DATA"])
    assert done.returncode == 0, done.stderr
    assert (Path(done.stdout.strip()) / "quijote.txt").is_file()


def test_a_check_of_nothing_names_what_there_is(course):
    done = course("check", "77")
    assert done.returncode == 1
    assert "01_explore" in done.stderr


def test_an_untouched_exercise_is_open_and_a_solution_passes(course, tmp_path):
    untouched = course("check", "01")
    assert untouched.returncode == 1
    assert "not answered" in untouched.stdout
    mine = shutil.copy(ROOT / "solutions" / "01_explore.ipynb", tmp_path / "01_explore.ipynb")
    solved = course("check", str(mine))
    assert solved.returncode == 0, solved.stdout
    assert "questions pass" in solved.stdout


def test_outside_the_course_the_message_says_where_to_run(tmp_path):
    code = "from course_lib import project; from pathlib import Path; project.project_root(Path())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "run this inside the course" in done.stderr


def test_without_the_cli_extra_the_message_names_it(course, tmp_path):
    (tmp_path / "typer.py").write_text("raise ImportError('no typer here', name='typer')")
    done = course("doctor", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "course-lib[cli]" in done.stderr
    assert "Traceback" not in done.stderr


SMALL = (
    "--size=hidden_size=8",
    "--size=num_layers=1",
    "--seq-len=20",
    "--epochs=2",
    "--schedule=constant",
)


@pytest.fixture
def poems(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.txt").write_text(f"Poem {n}.\n" + "and so it goes on\n" * 9, "utf8")
    return folder


def test_train_then_resume(course, poems, tmp_path):
    done = course("train", "--corpus", str(poems), *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "epoch   2" in done.stdout
    assert "Best validation perplexity" in done.stdout
    assert done.stderr == ""
    again = course("train", "--resume", cwd=tmp_path)  # the newest run; nothing is left to do
    assert again.returncode == 0, again.stderr
    assert "going on after epoch 2" in again.stdout


def test_options_of_a_corpus_may_be_numbers():
    pairs = ["n=300", "language=es", "seed=-1", "licence=2.0"]
    wanted = {"n": 300, "language": "es", "seed": -1, "licence": "2.0"}
    assert _named(pairs, numbers=False) == wanted


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--model", "gru"), "unknown model 'gru'; expected one of lstm, transformer"),
        (("--size", "hidden_size"), "expected NAME=VALUE"),
        (("--size", "hidden_size=big"), "expected a number"),
        (("--resume",), "there is no run in runs/"),
    ],
)
def test_train_says_what_is_wrong(course, arguments, told, tmp_path):
    done = course("train", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
