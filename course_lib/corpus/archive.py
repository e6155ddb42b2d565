"""Zip archives that hold known files: checked before anything is unpacked."""

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from course_lib.corpus.transfer import unwritable
from course_lib.whole_file import whole_file


def complaint(path: Path, members: Mapping[str, tuple[int, str]]) -> str | None:
    """What is wrong with an archive, or None.

    Args:
        path: the archive.
        members: name in the archive to its bytes and SHA-256.
    """
    try:
        with zipfile.ZipFile(path) as opened:
            for name, (size, sha256) in members.items():
                with opened.open(name) as stream:
                    if _sha256_of(stream, size) != sha256:
                        return f"sent an archive whose {name} is another file"
    # What zipfile raises on a damaged or foreign archive; RuntimeError is an encrypted one.
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, RuntimeError) as error:
        return f"sent something that is not the zip archive ({error})"
    return None


def _sha256_of(stream: IO[bytes], size: int) -> str:
    """SHA-256 of at most ``size`` + 1 bytes: enough to tell, and a zip bomb does not go off."""
    digest, left = hashlib.sha256(), size + 1
    while left and (chunk := stream.read(min(left, 1 << 20))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def unpack(path: Path, member: str, target: Path) -> None:
    """Write one member of a checked archive, whole or not at all.

    Args:
        path: the archive.
        member: name in the archive.
        target: where to put it.

    Raises:
        CorpusError: the disk is full or cannot be written.
    """
    with zipfile.ZipFile(path) as opened, opened.open(member) as stream:
        try:
            with whole_file(target) as out:
                shutil.copyfileobj(stream, out)
        except OSError as error:
            raise unwritable(target, error) from error
