"""A file that appears under its name only once it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write that replaces the one of that name at the end.

    If anything fails before the end, what was there stays as it was and nothing is left behind. A
    process that is killed leaves ``.NAME.….part`` beside it, under which nobody reads.

    Args:
        path: the file; its folder must exist.

    Raises:
        OSError: no such folder, one that cannot be written to, or a full disk.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "poem")) as file:
    ...         n_bytes = file.write(b"so it goes")
    ...         print(Path(folder, "poem").exists())
    ...     print(Path(folder, "poem").read_text())
    False
    so it goes
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path.parent} is no folder; make it, then write {path.name}")
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with part.open("xb") as file:  # not tempfile's: theirs are for their owner alone
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
