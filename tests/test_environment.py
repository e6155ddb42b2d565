"""One list of dependencies: pyproject.toml, from which the lock and conda's file follow."""

import importlib.metadata
import re
import runpy
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import course_lib

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf8")
TOOL = runpy.run_path(str(ROOT / "tools" / "environment.py"))


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text("utf8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins}


def wanted() -> list[Requirement]:
    project = tomllib.loads(PYPROJECT)["project"]
    lines = TOOL["requirements"](project) + TOOL["requirements"](project, "all")
    return [Requirement(line) for line in lines]


def test_conda_environment_is_in_step():
    assert (ROOT / "environment.yml").read_text("utf8") == TOOL["environment"](PYPROJECT)


def test_conda_environment_would_notice_a_change():
    changed = PYPROJECT.replace('"nltk>=3.9"', '"nltk>=3.99"')
    assert changed != PYPROJECT
    assert TOOL["environment"](changed) != TOOL["environment"](PYPROJECT)


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_lock_holds_a_version_in_the_range(requirement):
    name = re.sub(r"[-_.]+", "-", requirement.name).lower()
    assert requirement.specifier.contains(locked()[name]), (name, locked()[name])


def test_base_is_numpy_and_regex():
    project = tomllib.loads(PYPROJECT)["project"]
    assert {Requirement(line).name for line in project["dependencies"]} == {"numpy", "regex"}
    promised = {"cli", "keras", "torch", "hub", "book", "serve", "grade", "evaluate", "dev", "all"}
    assert set(project["optional-dependencies"]) == promised


def test_lock_has_no_hash_no_address_and_a_public_torch():
    text = (ROOT / "requirements.lock").read_text("utf8")
    assert "torch==2.13.0\n" in text
    assert "--hash" not in text
    assert "://" not in text
    assert " @ " not in text


def test_installed_version_is_the_package_version():
    assert importlib.metadata.version("course-lib") == course_lib.__version__


# Folders in which a person's or a machine's own files lie; a project names none of them.
PLACES = ("root", "home", "Users", "work", "tmp")
FORBIDDEN = re.compile(rf"(^|[\s\"'(=])/({'|'.join(PLACES)})/\w")


def tracked_text() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_no_machine_path_in_the_project():
    found = []
    for path in tracked_text():
        text = path.read_bytes().decode("utf8", "replace")
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line.strip()[:80]}"
            for n, line in enumerate(text.splitlines(), 1)
            if FORBIDDEN.search(line)
        ]
    assert found == []


@pytest.mark.parametrize("place", PLACES)
def test_a_machine_path_would_be_found(place):
    assert FORBIDDEN.search(f"open('/{place}/data')")
    assert not FORBIDDEN.search(f"see docs/{place}/data")
