"""One HTTP transfer: it resumes, it does not wait for ever, and it accepts only the right bytes."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from course_lib.errors import CorpusError, require

if TYPE_CHECKING:
    import requests

Progress = Callable[[str, int, int | None], None]
"""``progress(label, done, total)``: bytes so far and bytes in all, or None where unknown."""

CHUNK = 1 << 16


class TransferError(Exception):
    """An address did not give the file; the message says what it did instead."""


class BrokenTransferError(TransferError):
    """The transfer stopped half-way; what arrived is kept and can be continued."""


class WrongFileError(TransferError):
    """The address gave other bytes than the file's; nothing of them is kept.

    Args:
        message: what came instead.
        resumed: whether the bytes before this transfer may be to blame.
    """

    def __init__(self, message: str, resumed: bool = False):
        super().__init__(message)
        self.resumed = resumed


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server.

    Args:
        connect_s: seconds to wait for a connection.
        read_s: seconds without ``min_bytes`` bytes after which a transfer has stalled.
        attempts: how often one address is tried, as long as each try brings new bytes.
        pause_s: seconds between two tries.
        min_bytes: bytes that must arrive every ``read_s`` seconds.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    attempts: int = 8
    pause_s: float = 1.0
    min_bytes: int = 1024


PATIENCE = Patience()


@dataclass
class Transfer:
    """A downloader for pooch that continues a ``.part`` file and checks it before handing it over.

    Args:
        part: where the unfinished file is kept.
        size: bytes of the file, or None where they are not known.
        limit: most bytes to accept.
        complaint: looks at a finished file and says what is wrong with it, or None.
        label: name shown with the progress.
        progress: called as bytes arrive.
        patience: how long to wait.
    """

    part: Path
    size: int | None
    limit: int
    complaint: Callable[[Path], str | None]
    label: str
    progress: Progress | None = None
    patience: Patience = PATIENCE

    def __call__(self, url: str, output_file: str, _pooch: Any = None) -> None:
        """Bring ``url`` to ``output_file``.

        Args:
            url: the address.
            output_file: the name to give the file once it is complete and right.

        Raises:
            TransferError: this address does not give the file.
            CorpusError: the disk is full or cannot be written.
        """
        for attempt in range(1, self.patience.attempts + 1):
            before = self._done()
            try:
                self._attempt(url)
                os.replace(self.part, output_file)
                return
            except WrongFileError as error:
                if not error.resumed:
                    raise
                last: TransferError = error
            except BrokenTransferError as error:
                # No new byte: the server will not do better now, another mirror may.
                if self._done() <= before or attempt == self.patience.attempts:
                    raise
                last = error
            time.sleep(self.patience.pause_s)
        raise last

    def _done(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, url: str) -> None:
        start = self._done()
        # A complete part is left when the process was stopped just before the file got its name.
        if self.size is None or start < self.size:
            self._receive(url, start)
        if complaint := self.complaint(self.part):
            self.part.unlink()
            raise WrongFileError(complaint, resumed=start > 0)

    def _receive(self, url: str, start: int) -> None:
        with _open(url, start, self.patience) as response:
            offset = self._offset(response, start)
            declared = response.headers.get("Content-Length", "")
            expected = int(declared) if declared.isdecimal() else None
            total = self.size or (offset + expected if expected is not None else None)
            try:
                with self.part.open("ab" if offset else "wb", buffering=0) as out:
                    done = self._write(_chunks(response, self.patience), out, offset, total)
            except OSError as error:
                raise unwritable(self.part, error, f"{self._done()} bytes are kept; ") from error
        self._judge_length(done, offset, expected, response)

    def _offset(self, response: "requests.Response", start: int) -> int:
        """Where the server's answer begins in the file, in bytes."""
        if response.status_code == 200:
            # The files of a data set are text or zip: a web page is an error page.
            if response.headers.get("Content-Type", "").startswith("text/html"):
                raise TransferError("answered with a web page instead of the file")
            return 0
        if start and response.status_code == 206:
            return start  # if it lies, the finished file is found to be wrong
        if start and response.status_code == 416:
            self.part.unlink()
            raise WrongFileError("has no more than the bytes that came before", resumed=True)
        raise TransferError(f"answered {response.status_code} {response.reason}")

    def _write(self, chunks: Iterator[bytes], out: IO[bytes], done: int, total: int | None) -> int:
        self._report(done, total)
        for chunk in chunks:
            view = memoryview(chunk)[: (self.size or self.limit + 1) - done]
            while view:
                written = out.write(view)
                done, view = done + written, view[written:]
            self._report(done, total)
            if done >= (self.size or self.limit + 1):
                break
        return done

    def _report(self, done: int, total: int | None) -> None:
        if self.progress:
            self.progress(self.label, done, total)

    def _judge_length(
        self, done: int, offset: int, expected: int | None, response: "requests.Response"
    ) -> None:
        """Raise unless all bytes that can be expected have come."""
        if done == self.size:
            return
        whole = expected is not None and done - offset >= expected
        if done > self.limit or (self.size and whole):
            self.part.unlink()
            kind = response.headers.get("Content-Type", "no content type")
            raise WrongFileError(
                f"sent another file: {done} bytes ({kind}), expected {self.size or 'fewer'}",
                resumed=offset > 0,
            )
        if self.size or (expected is not None and not whole):
            total = self.size or offset + (expected or 0)
            raise BrokenTransferError(f"stopped after {done} of {total} bytes")


def _open(url: str, start: int, patience: Patience) -> "requests.Response":
    http = require("requests", "cli")
    # Compressed answers would make byte ranges meaningless.
    headers = {"Accept-Encoding": "identity", "User-Agent": "course-lib"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response: requests.Response = http.get(
            url, headers=headers, stream=True, timeout=(patience.connect_s, patience.read_s)
        )
    except http.RequestException as error:
        raise TransferError(_plainly(error)) from error
    return response


def _chunks(response: "requests.Response", patience: Patience) -> Iterator[bytes]:
    """The body in pieces as they arrive; a body that only drips is an error.

    ``read1`` returns what is there, where ``iter_content`` would wait until a piece is full and so
    could not see that almost nothing comes.
    """
    since, arrived = time.monotonic(), 0
    while True:
        try:
            chunk = response.raw.read1(CHUNK, decode_content=True)
        except Exception as error:  # urllib3 lets errors of several libraries through
            raise BrokenTransferError(_plainly(error)) from error
        if not chunk:
            return
        yield chunk
        arrived += len(chunk)
        if time.monotonic() - since > patience.read_s:
            if arrived < patience.min_bytes:
                raise BrokenTransferError(
                    f"stalled: {arrived} bytes in {patience.read_s:g} seconds"
                )
            since, arrived = time.monotonic(), 0


def unwritable(path: Path, error: OSError, kept: str = "") -> CorpusError:
    """The error for a disk that is full or a folder that cannot be written."""
    return CorpusError(
        f"cannot write {path}: {error.strerror or error}; {kept}free some space, or set "
        "COURSE_CACHE to a folder on another disk"
    )


def _plainly(error: Exception) -> str:
    """The innermost reason of a network error, in a few words."""
    name = type(error).__name__
    text = str(error)
    if "Timeout" in name or "timed out" in text:
        return "no answer in time"
    if "refused" in text:
        return "connection refused"
    if "resolve" in text or "Name or service" in text:
        return "address not found (is there a network?)"
    return f"{name}: {text}"[:200]
