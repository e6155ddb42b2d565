"""The ids of a corpus as one row, in memory or in a file of which only the pages read are loaded.

The file is for corpora larger than memory: it is written document by document and read through a
memory map. It begins with a header of 64 bytes (little-endian): 8 bytes that mark the format, its
version and the bytes of one id (4 bytes each), then the vocabulary's size, the end-of-document id
or -1, the number of ids and the number of documents (8 bytes each), and zeros. The ids follow, then
zeros up to a multiple of 8 bytes, then the place of each document's first id (8 bytes each).
"""

import struct
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.batching.windows import id_row, window_starts
from course_lib.errors import DatasetError
from course_lib.whole_file import whole_file

AnyIds = NDArray[Any]  # whole numbers of any width

MAGIC = b"\x89IDS\r\n\x1a\n"  # line ends of both kinds, so that a copy in text mode is noticed
VERSION = 1
HEADER = struct.Struct("<8sIIqqqq16x")
BLOCK = 1 << 16  # ids that are read from a document at a time


@dataclass(frozen=True, eq=False)
class IdStream:
    """The ids of a corpus as one row.

    With an end-of-document id the row is ``eos, document 0, eos, document 1, eos, ...``: whoever
    predicts every id from those before it predicts each document's ids and its end, and reads the
    end of one document as the start of the next.

    Args:
        ids: the row, shape (n,): 16 or 32 bits an id.
        document_starts: place of each document's first id in the row, shape (number of documents,).
        vocab_size: ids run from 0 to vocab_size - 1.
        eos_id: the id around the documents, or None if they touch.
        path: the file behind the row, or None if it is in memory.

    >>> stream = join_ids([[5, 6], [7]], vocab_size=10, eos_id=1)
    >>> stream.ids.tolist(), stream.document(0).tolist(), len(stream)
    ([1, 5, 6, 1, 7, 1], [5, 6], 6)
    """

    ids: AnyIds
    document_starts: NDArray[np.int64]
    vocab_size: int
    eos_id: int | None = None
    path: Path | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_documents(self) -> int:
        """Number of documents in the row."""
        return len(self.document_starts)

    def document(self, number: int) -> AnyIds:
        """The ids of one document, without the end-of-document id: a view of the row.

        Args:
            number: from 0 to n_documents - 1.

        Raises:
            IndexError: no document has that number.
        """
        if not 0 <= number < self.n_documents:
            raise IndexError(f"documents are numbered 0 to {self.n_documents - 1}, got {number}")
        last = number + 1 == self.n_documents
        end = len(self.ids) if last else int(self.document_starts[number + 1])
        return self.ids[int(self.document_starts[number]) : end - (self.eos_id is not None)]

    def windows(self, length: int = 100, stride: int = 50) -> AnyIds:
        """Every full window of the row, also those that cross from one document to the next.

        Args:
            length: ids in a window (L), at least 2.
            stride: ids from one start to the next, from 1 to length.

        Returns:
            The windows, shape (N, L): a read-only view that takes no memory. Indexing it with a
            list of window numbers copies those windows alone.

        Raises:
            ValueError: a length or stride out of bounds, or fewer ids than one window.
        """
        return window_view(self, length, stride)

    def __reduce__(self) -> tuple[Any, ...]:
        """A row in a file travels to another process as the file's path, not as its ids."""
        if self.path is not None:
            return open_ids, (self.path,)
        return type(self), (self.ids, self.document_starts, self.vocab_size, self.eos_id)


def join_ids(
    documents: Iterable[Iterable[int]], vocab_size: int, eos_id: int | None = None
) -> IdStream:
    """Join documents to one row in memory.

    Args:
        documents: the ids of each document; arrays, lists or anything that yields ids.
        vocab_size: ids must be from 0 to vocab_size - 1; up to 65,536 of them take 16 bits each,
            more take 32.
        eos_id: id to put before the first document and after each; None to let documents touch.

    Raises:
        DatasetError: no id at all, or an id out of range; names the document and the id.
    """
    kind = _id_type(vocab_size, eos_id)
    row = _Row(vocab_size, eos_id)
    ids = [block.astype(kind) for block in row.blocks(documents)]
    return IdStream(np.concatenate(ids), np.array(row.starts, np.int64), vocab_size, eos_id)


def write_ids(
    path: str | Path,
    documents: Iterable[Iterable[int]],
    vocab_size: int,
    eos_id: int | None = None,
) -> IdStream:
    """Write documents to a file, one after the other, and open it.

    Memory holds a block of ids and 8 bytes a document, whatever the size of the corpus. The file
    appears under its name only once it is whole; an older one is then replaced.

    Args:
        path: the file to write; its folder must exist.
        documents: the ids of each document; a generator is read once, document by document.
        vocab_size: ids must be from 0 to vocab_size - 1; up to 65,536 of them take 2 bytes each,
            more take 4.
        eos_id: id to put before the first document and after each; None to let documents touch.

    Returns:
        The row as ``open_ids`` gives it.

    Raises:
        DatasetError: no id at all, or an id out of range; names the document and the id, and leaves
            what was under that name as it was.
    """
    path = Path(path)
    kind = _id_type(vocab_size, eos_id)
    with whole_file(path) as file:
        _write(file, documents, kind, vocab_size, eos_id)
    return open_ids(path)


def open_ids(path: str | Path) -> IdStream:
    """Open a file of ``write_ids`` as a memory map: what is not read takes no memory.

    Args:
        path: the file.

    Raises:
        DatasetError: there is no such file, it is of another format, or it is cut short.
    """
    path = Path(path)
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; expected one that write_ids wrote")
    with path.open("rb") as file:
        head = file.read(HEADER.size)
    if not head.startswith(MAGIC) or len(head) < HEADER.size:
        raise DatasetError(f"{path}: not a file of ids; expected one that write_ids wrote")
    _, version, width, vocab_size, eos_id, n_ids, n_documents = HEADER.unpack(head)
    if version != VERSION or width not in (2, 4) or n_ids < 1 or n_documents < 1:
        raise DatasetError(
            f"{path}: version {version} with {width} bytes an id, {n_ids} ids and {n_documents} "
            f"documents; expected version {VERSION} with 2 or 4 bytes an id: write it again"
        )
    starts_at = _round_up(HEADER.size + width * n_ids)
    expected, size = starts_at + 8 * n_documents, path.stat().st_size
    if size != expected:
        raise DatasetError(
            f"{path}: {size:,} bytes, but its header announces {expected:,}; write it again"
        )
    ids = np.memmap(path, f"<u{width}", "r", HEADER.size, shape=(n_ids,))
    starts = np.fromfile(path, "<i8", offset=starts_at)
    if starts[0] < 0 or starts[-1] > n_ids or (np.diff(starts) < 0).any():
        raise DatasetError(f"{path}: its documents do not follow each other; write it again")
    return IdStream(ids, starts, vocab_size, None if eos_id < 0 else eos_id, path.resolve())


def window_view(source: ArrayLike | IdStream, length: int = 100, stride: int = 50) -> AnyIds:
    """The windows of a stream or of one row of ids: a read-only view of shape (N, L).

    Args:
        source: a stream, or the ids, shape (n,).
        length: ids in a window (L), at least 2.
        stride: ids from one start to the next, from 1 to length.

    Raises:
        ValueError: no row of whole numbers, a length or stride out of bounds, or fewer ids than one
            window.

    >>> window_view([3, 1, 4, 1, 5], length=3, stride=2).tolist()
    [[3, 1, 4], [4, 1, 5]]
    """
    row = id_row(source.ids if isinstance(source, IdStream) else source)
    if not window_starts(len(row), length, stride):
        raise ValueError(
            f"{len(row)} ids do not fill one window of length={length}; take a smaller length"
        )
    view: AnyIds = np.lib.stride_tricks.sliding_window_view(row, length)
    return view[::stride]


class _Row:
    """Checks documents and gives the row block by block, remembering where each began."""

    def __init__(self, vocab_size: int, eos_id: int | None) -> None:
        self.vocab_size, self.eos_id = vocab_size, eos_id
        self.starts = array("q")
        self.n_ids = 0

    def blocks(self, documents: Iterable[Iterable[int]]) -> Iterator[AnyIds]:
        """The blocks of the row, in order."""
        end = np.array([] if self.eos_id is None else [self.eos_id], np.int64)
        self.n_ids = len(end)
        yield end
        for number, document in enumerate(documents):
            self.starts.append(self.n_ids)
            for block in chain(_in_blocks(document, number), (end,)):
                yield self._checked(block, number)
                self.n_ids += len(block)
        if not self.starts or self.n_ids == 0:
            raise DatasetError("there is no id to write; expected at least one document of ids")

    def _checked(self, block: AnyIds, number: int) -> AnyIds:
        if block.ndim != 1 or (block.size and block.dtype.kind not in "iu"):
            raise DatasetError(
                f"document {number}: expected one row of whole numbers, got {block.dtype} "
                f"{block.shape}"
            )
        wrong = (block < 0) | (block >= self.vocab_size) if block.size else np.zeros(0, bool)
        if wrong.any():
            raise DatasetError(
                f"document {number}: id {block[wrong.argmax()]} is out of range; expected ids from "
                f"0 to {self.vocab_size - 1}, the vocabulary of this row"
            )
        return block


def _in_blocks(document: Iterable[int], number: int) -> Iterator[AnyIds]:
    if isinstance(document, np.ndarray):
        row = np.atleast_1d(document)
        yield from (row[place : place + BLOCK] for place in range(0, row.size, BLOCK))
        return
    if not isinstance(document, Iterable):
        raise DatasetError(
            f"document {number}: expected a row of ids, got {document!r:.40}; give a list of "
            "documents, each a list of ids"
        )
    rest = iter(document)
    while block := list(islice(rest, BLOCK)):
        try:
            yield np.array(block)
        except ValueError as error:  # rows of different lengths
            raise DatasetError(f"document {number}: expected one row of whole numbers") from error


def _write(
    file: BinaryIO,
    documents: Iterable[Iterable[int]],
    kind: str,
    vocab_size: int,
    eos_id: int | None,
) -> None:
    """Header, ids, document starts; the header last, when the numbers it holds are known."""
    row = _Row(vocab_size, eos_id)
    file.write(bytes(HEADER.size))
    for block in row.blocks(documents):
        file.write(block.astype(kind).tobytes())
    file.write(bytes(_round_up(file.tell()) - file.tell()))
    file.write(np.array(row.starts, "<i8").tobytes())
    file.seek(0)
    end = -1 if eos_id is None else eos_id
    width = np.dtype(kind).itemsize
    numbers = (vocab_size, end, row.n_ids, len(row.starts))
    file.write(HEADER.pack(MAGIC, VERSION, width, *numbers))


def _round_up(n_bytes: int) -> int:
    return n_bytes + -n_bytes % 8


def _id_type(vocab_size: int, eos_id: int | None) -> str:
    if not 1 <= vocab_size <= 1 << 32:
        raise DatasetError(f"vocab_size must be from 1 to 2**32, got {vocab_size}")
    if eos_id is not None and not 0 <= eos_id < vocab_size:
        raise DatasetError(f"eos_id must be from 0 to {vocab_size - 1}, got {eos_id}")
    return "<u2" if vocab_size <= 1 << 16 else "<u4"
