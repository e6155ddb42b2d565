"""A folder of your own texts as a corpus."""

import mmap
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from course_lib.corpus.corpus import Corpus
from course_lib.errors import CorpusError

SUFFIXES = (".txt", ".md")
MAX_BYTES = 1 << 30
_UTF8_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_SHOWN = 10
_LONGEST = 60  # characters of what is no path that an error repeats


def load(
    path: str | os.PathLike[str],
    *,
    language: str = "und",
    licence: str = "unknown",
    skip_empty: bool = False,
    max_bytes: int = MAX_BYTES,
) -> Corpus:
    """Read every ``.txt`` and ``.md`` file below a folder, or one text file.

    One file is one document, in the order of the relative paths. Files and folders whose name
    begins with a dot are not read, and links to folders are not followed. The text is taken as it
    is (only a UTF-8 byte order mark is dropped), line ends included.

    Args:
        path: a folder, or a text file of any suffix.
        language: ISO 639 code of the texts; ``"und"`` where unknown.
        licence: their licence.
        skip_empty: leave out files without text instead of refusing them.
        max_bytes: most bytes to read in all; the texts stay in memory.

    Returns:
        The corpus; ids are the relative paths, with forward slashes.

    Raises:
        CorpusError: what is no path, no such path, no text file in it, or files that cannot be
            read as UTF-8 text; all such files are listed.
    """
    root = _root(path)
    files = sorted(_text_files(root)) if root.is_dir() else [(root.name, root)]
    if not files:
        raise CorpusError(
            f"folder {root} has no text: looked for {' and '.join('*' + s for s in SUFFIXES)} "
            "in it and in its subfolders"
        )
    _check_size(files, root, max_bytes)
    documents, problems = _read_all(files, skip_empty)
    if problems:
        raise CorpusError(_listed(root, problems))
    if not documents:
        raise CorpusError(f"every text file of {root} is empty ({len(files)} read)")
    name = root.resolve().name or str(root)
    ids, texts = zip(*documents, strict=True)
    return Corpus(name, texts, ids, language, licence, f"texts of {root}")


def _root(path: str | os.PathLike[str]) -> Path:
    try:
        root = Path(path).expanduser()
        present = root.exists()
    # Of another type; of a home that nobody has; longer than a path can be; with a NUL in it.
    except (TypeError, RuntimeError, OSError, ValueError) as error:
        given = repr(path)
        given = given if len(given) <= _LONGEST else f"{given[:_LONGEST]}…"
        reason = getattr(error, "strerror", None) or error
        raise CorpusError(
            f"{given} cannot be a path ({reason}); expected that of a folder or a text file"
        ) from error
    if not present:
        raise CorpusError(f"no folder or file {str(path)!r}; looked for {root.absolute()}")
    return root


def _text_files(root: Path) -> Iterator[tuple[str, Path]]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"cannot read folder {error.filename}: {error.strerror}") from error

    for folder, subfolders, names in os.walk(root, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                file = Path(folder) / name
                yield file.relative_to(root).as_posix(), file


def _check_size(files: list[tuple[str, Path]], root: Path, max_bytes: int) -> None:
    size = sum(file.stat().st_size for _, file in files if file.exists())
    if size > max_bytes:
        raise CorpusError(
            f"the texts of {root} have {size:,} bytes, more than max_bytes={max_bytes:,}; they "
            "are held in memory: load a part of them, or raise max_bytes"
        )


def _read_all(
    files: list[tuple[str, Path]], skip_empty: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    documents, problems = [], []
    for name, file in files:
        try:
            name.encode()
            text = _read(file)
        except UnicodeEncodeError:
            problems.append(f"{name!r}: its name is not valid UTF-8; rename it")
        except (CorpusError, OSError) as error:
            problems.append(f"{name}: {getattr(error, 'strerror', None) or error}")
        else:
            if text.strip():
                documents.append((name, text))
            elif not skip_empty:
                problems.append(f"{name}: empty; delete it, or load with skip_empty=True")
    return documents, problems


def _read(file: Path) -> str:
    if not file.is_file():
        raise CorpusError("not a regular file (a broken link, a pipe or a folder?)")
    if file.stat().st_size == 0:
        return ""
    # Mapped, not read: the bytes of a large file then do not stand in memory beside its text.
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = len(_UTF8_BOM) if data[:3] == _UTF8_BOM else 0
        for mark, encoding in _OTHER_BOMS.items():
            if data[: len(mark)] == mark:
                raise CorpusError(f"{encoding}, not UTF-8; convert it: {_iconv(encoding, file)}")
        if (position := data.find(b"\0")) >= 0:
            raise CorpusError(
                f"has a NUL byte at offset {position}: a binary file? remove it, or clean the byte"
            )
        try:
            with memoryview(data) as view, view[start:] as body:
                return str(body, "utf-8")
        except UnicodeDecodeError as error:
            offset = start + error.start
            raise CorpusError(
                f"not UTF-8: byte 0x{data[offset]:02x} at offset {offset} ({error.reason}); if it "
                f"is Latin-1, convert it: {_iconv('ISO-8859-1', file)}"
            ) from None


def _iconv(encoding: str, file: Path) -> str:
    name = f"./{file.name}" if file.name.startswith("-") else file.name  # else taken as an option
    source, target = shlex.quote(name), shlex.quote(f"utf8_{file.name}")
    return (
        f"iconv -f {encoding} -t UTF-8 {source} > {target}, then delete {source} or move it out of "
        "the folder"
    )


def _listed(root: Path, problems: list[str]) -> str:
    shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
    more = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return f"{len(problems)} file(s) of {root} cannot be used:{shown}{more}"
