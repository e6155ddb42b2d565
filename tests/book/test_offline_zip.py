"""The offline copy holds every file of the built book, and equal books make equal copies."""

import importlib.util
import os
import zipfile
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "offline_zip.py"


@pytest.fixture
def write_zip():
    spec = importlib.util.spec_from_file_location("offline_zip", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.write_zip


def test_the_copy_is_whole_and_the_same_whenever_it_is_written(write_zip, tmp_path):
    html = tmp_path / "html"
    contents = {"index.html": b"<p>", "_static/a/b.woff": b"\0\1", "book/ñ.html": b"x" * 5000}
    for name, content in contents.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_bytes(content)
    first = write_zip(html, tmp_path / "dist" / "poet.zip").read_bytes()
    for path in html.rglob("*.html"):
        os.utime(path, (0, 0))
    target = write_zip(html, tmp_path / "dist" / "poet.zip")
    assert target.read_bytes() == first
    with zipfile.ZipFile(target) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {
            f"poet/{name}": content for name, content in contents.items()
        }
    assert [p.name for p in target.parent.iterdir()] == ["poet.zip"]
