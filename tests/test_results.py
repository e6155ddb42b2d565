"""A result file holds what was measured, with its provenance, or it is refused."""

import json
import math

import pytest

from course_lib import results
from course_lib.corpus.corpus import Corpus
from course_lib.errors import ResultError

CORPUS = Corpus("tiny", ("one", "two"), ("a", "b"), "en", "CC0", "here")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of nothing but the landmarks, as working folder."""
    for name in ("course_lib", "solutions"):
        (tmp_path / name).mkdir()
    (tmp_path / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def measure(*arguments, **figures):
    with results.experiment("speed", seeds=(1, 2), argv=arguments) as run:
        run.use(CORPUS)
        run.figures.update(figures)


def test_what_is_written_is_read_with_its_provenance(checkout):
    measure(seconds=[1.5, 2.5])
    result = results.load("speed")
    assert result["figures"] == {"seconds": [1.5, 2.5]}
    provenance = result["provenance"]
    assert provenance["seeds"] == [1, 2]
    assert provenance["corpora"] == [{"name": "tiny", "bytes": 6, "sha256": CORPUS.sha256}]
    assert provenance["versions"]["numpy"]
    assert provenance["hardware"]["cores"] >= 1
    assert provenance["peak_memory_bytes"]["host"] > 1_000_000
    assert provenance["commit"] == "unknown"  # this checkout is no git repository
    assert results.figure("speed", "seconds.1") == 2.5


def test_a_quick_run_never_replaces_a_full_one(checkout):
    measure(n=1)
    measure("--quick", n=2)
    assert results.figure("speed", "n") == 1
    (checkout / "experiments/results/speed.json").unlink()
    with pytest.raises(ResultError, match=r"python experiments/speed\.py"):
        results.load("speed")
    assert results.load("speed", quick_ok=True)["figures"] == {"n": 2}


def test_a_quick_run_under_a_full_name_is_refused(checkout):
    measure("--quick", n=2)
    folder = checkout / "experiments/results"
    (folder / "speed.quick.json").rename(folder / "speed.json")
    with pytest.raises(ResultError, match="full one is needed"):
        results.load("speed")


def test_a_failing_experiment_leaves_the_old_result(checkout):
    measure(n=1)
    with pytest.raises(ZeroDivisionError):
        measure(n=1 / 0)
    with pytest.raises(ResultError, match="cannot be kept"):
        measure(n=math.nan)
    with pytest.raises(ResultError, match="measured nothing"):
        measure()
    assert results.figure("speed", "n") == 1
    assert not list(checkout.rglob("*.part"))


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"figures": {}})])
def test_a_file_that_is_no_result_is_named(checkout, content):
    folder = checkout / "experiments/results"
    folder.mkdir(parents=True)
    (folder / "odd.json").write_text(content)
    with pytest.raises(ResultError, match=r"odd\.json is not a result"):
        results.load("odd")


def test_a_missing_figure_names_those_there_are(checkout):
    measure(small=1, large={"x": 2})
    assert results.figure("speed", "large.x") == 2
    with pytest.raises(ResultError, match="small, large"):
        results.figure("speed", "medium")


def test_an_odd_name_is_refused(checkout):
    with pytest.raises(ResultError, match="lower-case"), results.experiment("../x", argv=()):
        pass
