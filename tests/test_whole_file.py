"""A file is there whole or not at all."""

import os
import stat

import pytest

from course_lib.whole_file import whole_file


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_old_content_stays_until_the_new_is_whole(tmp_path):
    path = tmp_path / "poem"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["poem"]


def write(path, then):
    with whole_file(path) as file:
        file.write(b"new")
        then()


class Stopped(BaseException):
    """What no ``except Exception`` catches, like an interrupt from the keyboard."""


@pytest.mark.parametrize("error", [ValueError, OSError, Stopped])
@pytest.mark.parametrize("failing", ["the writer", "fsync", "replace"])
def test_whatever_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, failing, error):
    def fail(*_):
        raise error

    path = tmp_path / "poem"
    path.write_bytes(b"old")
    if failing != "the writer":
        monkeypatch.setattr(os, failing, fail)
    with pytest.raises(error):
        write(path, fail if failing == "the writer" else int)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["poem"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_who_may_read_it_is_up_to_the_system_as_for_any_other_file(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        with whole_file(tmp_path / "poem") as file:
            file.write(b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "poem").stat().st_mode) == mode


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing is no folder; make it, then write poem"):
        write(tmp_path / "missing/poem", int)
