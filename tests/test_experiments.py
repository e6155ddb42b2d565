"""Every experiment runs, in its quick form, and its committed result is a full and sound one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import results

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "experiments").glob("*.py"))
PROVENANCE = {
    "quick",
    "command",
    "commit",
    "date",
    "seeds",
    "corpora",
    "versions",
    "hardware",
    "wall_seconds",
    "peak_memory_bytes",
}


@pytest.fixture(scope="module")
def failures(request, tmp_path_factory):
    """Tracebacks of the quick runs that failed, by name; those that were asked for are run."""
    asked = [
        str(test.callspec.params["script"])
        for test in request.session.items
        if getattr(test, "originalname", "") == "test_the_quick_run_works"
    ]
    report = tmp_path_factory.mktemp("experiments") / "failures.json"
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/run_quickly.py"), str(report), *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COURSE_DATA": ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text("utf8"))


@pytest.mark.timeout(1200)  # the first waits for all
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_quick_run_works(script, failures):
    assert script.stem not in failures, failures[script.stem]
    quick = json.loads((results.results_folder() / f"{script.stem}.quick.json").read_text("utf8"))
    assert quick["provenance"]["quick"] is True
    assert quick["figures"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_committed_result_is_full_and_names_where_it_comes_from(script):
    result = results.load(script.stem)
    assert set(result["provenance"]) == PROVENANCE
    assert result["provenance"]["quick"] is False
    assert not result["provenance"]["commit"].endswith("+"), "measured on changed files"
    assert result["provenance"]["peak_memory_bytes"]["host"] > 0
    for corpus in result["provenance"]["corpora"]:
        assert len(corpus["sha256"]) == 64


def test_every_result_has_its_script():
    names = {path.stem.removesuffix(".quick") for path in results.results_folder().glob("*.json")}
    assert names == {script.stem for script in SCRIPTS}
