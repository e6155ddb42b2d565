"""Files from the network: fetched once, from several mirrors, and never a wrong one.

A file gets its final name in the cache folder only when its SHA-256 is right. Until then it is a
``.part`` file, which the next call continues. ``COURSE_DATA`` names a folder that has the files
already; with it nothing is downloaded.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course_lib.corpus import archive
from course_lib.corpus.datasets import DataFile, DataSet, Mirror
from course_lib.corpus.transfer import (
    PATIENCE,
    Patience,
    Progress,
    Transfer,
    TransferError,
    unwritable,
)
from course_lib.errors import CorpusError, MissingExtraError, require

LOCK_TIMEOUT_S = 3600.0
MAX_ARCHIVE_BYTES = 1 << 26


def cache_dir() -> Path:
    """The folder where downloads and harvests are kept: ``COURSE_CACHE``, or the platform's own."""
    if chosen := os.environ.get("COURSE_CACHE"):
        return Path(chosen).expanduser()
    try:
        return Path(require("pooch", "cli").os_cache("course-lib"))
    except MissingExtraError:
        return Path.home() / ".cache" / "course-lib"


def data_dir() -> Path | None:
    """The folder that ``COURSE_DATA`` names, or None.

    Raises:
        CorpusError: it names something that is not a folder.
    """
    chosen = os.environ.get("COURSE_DATA")
    if not chosen:
        return None
    folder = Path(chosen).expanduser()
    if not folder.is_dir():
        raise CorpusError(f"COURSE_DATA={chosen} is not a folder; correct it, or unset it")
    return folder


def find(file: DataFile, cache: Path | None = None) -> Path | None:
    """Where a right copy of a file is on this machine, or None; nothing is downloaded.

    Args:
        file: the file.
        cache: cache folder; None is `cache_dir`.

    Raises:
        CorpusError: ``COURSE_DATA`` has a file of that name with other bytes.
    """
    local = data_dir()
    if local and (path := local / file.path).is_file():
        if (found := file_sha256(path)) not in {file.sha256, *file.variants}:
            raise CorpusError(
                f"{path} is not the file it should be: its sha256 is {found}, expected "
                f"{file.sha256}; replace it, or unset COURSE_DATA to download it"
            )
        return path
    path = (cache or cache_dir()) / file.path
    return path if _complaint(path, file) is None else None


def fetch(
    data: DataSet,
    paths: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
    cache: Path | None = None,
    patience: Patience = PATIENCE,
) -> tuple[Path, ...]:
    """Find files on this machine, or download them.

    They are looked for below ``COURSE_DATA``, then in the cache folder. Where ``COURSE_DATA`` is
    set, nothing is downloaded.

    Args:
        data: the data set.
        paths: which of its files; None is all.
        progress: called with (path, bytes so far, bytes in all or None) as bytes arrive.
        cache: cache folder; None is `cache_dir`.
        patience: how long to wait for a server.

    Returns:
        The files' paths, in the data set's order; each file's SHA-256 has just been checked.

    Raises:
        CorpusError: a file cannot be had; says what each mirror answered.
    """
    cache = cache or cache_dir()
    files = [file for file in data.files if paths is None or file.path in paths]
    missing = [file for file in files if find(file, cache) is None]
    if missing and (local := data_dir()):
        raise CorpusError(
            f"COURSE_DATA={local} has no {missing[0].path}; add it there, or unset COURSE_DATA "
            "to download it"
        )
    if missing:
        with _alone_in(cache / data.folder):
            _Download(data, cache, progress, patience).run(missing)
    return tuple(path for file in files if (path := find(file, cache)))


@dataclass(frozen=True)
class _Download:
    """Getting some files of a data set into a folder that no other process uses now."""

    data: DataSet
    cache: Path
    progress: Progress | None
    patience: Patience

    def run(self, files: Sequence[DataFile]) -> None:
        """Try the mirrors in order until every file is there.

        Raises:
            CorpusError: no mirror gives a file; says what each answered.
        """
        answers: list[str] = []
        for mirror in self.data.mirrors:
            answers += self._from_mirror(mirror, files)
        self._sweep()
        if missing := self._missing(files):
            raise CorpusError(
                f"could not download {', '.join(file.path for file in missing)}:\n"
                + "\n".join(f"  {answer}" for answer in answers)
                + "\nNothing incomplete was used. Try again later (a download continues where it "
                "stopped), or put the file below a folder that COURSE_DATA names"
            )

    def _missing(self, files: Sequence[DataFile]) -> list[DataFile]:
        return [file for file in files if find(file, self.cache) is None]

    def _from_mirror(self, mirror: Mirror, files: Sequence[DataFile]) -> list[str]:
        """Get what this mirror has of the missing files; return what went wrong, if anything."""
        for file in self._missing(files):
            # Asked again: an archive brings several files.
            if file.path in mirror.names and self._missing([file]):
                try:
                    if mirror.archive:
                        self._archive(mirror)
                    else:
                        self._file(mirror, file)
                except TransferError as error:
                    return [f"{_address(mirror, file)}: {error}"]
        return []

    def _file(self, mirror: Mirror, file: DataFile) -> None:
        transfer = self._transfer(
            file.path, file.size, file.size, lambda path: _complaint(path, file)
        )
        address = _address(mirror, file)
        _through_pooch(self.cache, file.path, address, f"sha256:{file.sha256}", transfer)

    def _archive(self, mirror: Mirror) -> None:
        members = {
            mirror.names[file.path]: (file.size, file.sha256)
            for file in self.data.files
            if file.path in mirror.names
        }
        name = self._archive_name(mirror)
        transfer = self._transfer(
            name,
            mirror.size,
            mirror.size or MAX_ARCHIVE_BYTES,
            lambda path: archive.complaint(path, members),
        )
        whole = self.cache / name
        whole.unlink(missing_ok=True)  # left over from a run that was stopped while unpacking
        _through_pooch(self.cache, name, mirror.address, None, transfer)
        try:
            for path, member in mirror.names.items():
                archive.unpack(whole, member, self.cache / path)
        finally:
            whole.unlink()

    def _transfer(
        self,
        name: str,
        size: int | None,
        limit: int,
        complaint: Callable[[Path], str | None],
    ) -> Transfer:
        part = self.cache / f"{name}.part"
        return Transfer(part, size, limit, complaint, name, self.progress, self.patience)

    def _archive_name(self, mirror: Mirror) -> str:
        return f"{self.data.folder}/{mirror.address.rsplit('/', 1)[-1]}"

    def _sweep(self) -> None:
        """Remove unfinished transfers of what another mirror has brought meanwhile."""
        names = [file.path for file in self.data.files if not self._missing([file])]
        if not self._missing(self.data.files):
            names += [self._archive_name(mirror) for mirror in self.data.mirrors if mirror.archive]
        for name in names:
            (self.cache / f"{name}.part").unlink(missing_ok=True)


def _address(mirror: Mirror, file: DataFile) -> str:
    return mirror.address if mirror.archive else mirror.address + mirror.names[file.path]


def _through_pooch(
    cache: Path, name: str, url: str, known_hash: str | None, transfer: Transfer
) -> None:
    """Let pooch move a transfer's result to its place and check it a last time."""
    pooch = require("pooch", "cli")
    pooch.get_logger().setLevel("WARNING")
    store = pooch.create(path=cache, base_url="", registry={name: known_hash}, urls={name: url})
    try:
        store.fetch(name, downloader=transfer)
    except OSError as error:
        raise unwritable(cache / name, error) from error


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _complaint(path: Path, file: DataFile) -> str | None:
    """What is wrong with the file at ``path``, or None."""
    if not path.is_file():
        return f"{path} does not exist"
    if (size := path.stat().st_size) != file.size:
        return f"has {size} bytes, expected {file.size}"
    if (found := file_sha256(path)) != file.sha256:
        return f"sent another file: its sha256 is {found}, expected {file.sha256}"
    return None


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes, and sweep what a killed one left there."""
    filelock = require("filelock", "cli")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / ".lock", timeout=LOCK_TIMEOUT_S)
        lock.acquire()
    except filelock.Timeout:
        raise CorpusError(
            f"another process has been downloading into {folder} for {LOCK_TIMEOUT_S:g} seconds; "
            "wait for it, or stop it"
        ) from None
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        for pattern in ("tmp*", ".*.part"):  # pooch's, and those of whole_file
            for leftover in folder.glob(pattern):
                leftover.unlink(missing_ok=True)
        yield
    finally:
        # The lock file stays: one who waits has it open, and would then hold a file that is gone
        # while the next process makes and holds a new one.
        lock.release()
