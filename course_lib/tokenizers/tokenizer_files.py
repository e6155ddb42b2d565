"""One JSON file that remembers a tokenizer: written whole or not at all, checked when read."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import TokenizerError
from course_lib.whole_file import whole_file

FILE = "course_tokenizer.json"
FORMAT_VERSION = 1


def write_json(folder: str | Path, content: Mapping[str, Any], name: str = FILE) -> None:
    """Write one JSON file into a folder, which is made if it is missing.

    The file gets its name only when it is complete, so a reader never sees half of it.

    Args:
        folder: where.
        content: what ``json`` can write.
        name: the file's name.

    Raises:
        TokenizerError: the folder cannot be written to.
    """
    path = Path(folder) / name
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise TokenizerError(f"cannot write {path}: {error.strerror or error}") from error


def read_text(path: Path, expected: str) -> str:
    """Read a text file that holds something.

    Args:
        path: the file.
        expected: what should be in it, for the error.

    Raises:
        TokenizerError: the file is missing, empty, or no UTF-8; says which.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise TokenizerError(f"{path} does not exist; expected {expected} there") from None
    except OSError as error:
        raise TokenizerError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TokenizerError(f"{path} is not UTF-8: byte {error.start}: {error.reason}") from None
    if not text.strip():
        raise TokenizerError(f"{path} is empty; expected {expected}")
    return text


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds one object.

    Args:
        path: the file.

    Raises:
        TokenizerError: the file is missing, empty, no UTF-8, no JSON, no object, or names a key
            twice; says which and on which line.
    """
    text = read_text(path, "a saved tokenizer")
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise TokenizerError(f"{path}, line {error.lineno}: not JSON: {error.msg}") from None
    except (_TwiceError, RecursionError) as error:
        raise TokenizerError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise TokenizerError(f"{path} holds a {type(content).__name__}; expected an object {{…}}")
    return content


class _TwiceError(Exception):
    """A key that an object has twice: JSON would keep the last one without a word."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(f"key {key!r} occurs twice; expected it once")
        found[key] = value
    return found


def save_tokenizer(folder: str | Path, kind: str, vocab_size: int, **fields: Any) -> None:
    """Write what makes a tokenizer.

    Args:
        folder: where; made if it is missing.
        kind: the name of the tokenizer's class in the file.
        vocab_size: number of ids, so that a list that lost an entry is noticed.
        **fields: what else ``load_fields`` is to give back.

    Raises:
        TokenizerError: the folder cannot be written to.
    """
    write_json(
        folder, {"type": kind, "version": FORMAT_VERSION, "vocab_size": vocab_size, **fields}
    )


@dataclass(frozen=True)
class Fields:
    """What a tokenizer file holds, read with the expected type.

    Args:
        path: the file, named in errors.
        content: its object.
    """

    path: Path
    content: Mapping[str, Any]

    def error(self, complaint: str) -> TokenizerError:
        """An error that names this file."""
        return TokenizerError(f"{self.path}: {complaint}")

    @contextmanager
    def naming_the_file(self) -> Iterator[None]:
        """Let errors of what is made from the content name this file."""
        try:
            yield
        except TokenizerError as error:
            raise self.error(str(error)) from None

    def get(self, key: str, *types: type) -> Any:
        """The value of a key.

        Args:
            key: its name.
            *types: what the value may be.

        Raises:
            TokenizerError: no such key, or a value of another type.
        """
        expected = " or ".join("null" if t is type(None) else t.__name__ for t in types)
        if key not in self.content:
            raise self.error(f"{key!r} is missing; expected {expected}")
        value = self.content[key]
        # A bool is an int in Python, and no number in JSON.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise self.error(f"{key!r} is {_short(value)}; expected {expected}")
        return value

    def entries(self, key: str) -> list[str]:
        """A list of distinct, non-empty strings without lone surrogates.

        Args:
            key: its name.

        Raises:
            TokenizerError: an entry that is none of that; names it and its place.
        """
        places: dict[str, int] = {}
        for place, entry in enumerate(self.get(key, list)):
            if not isinstance(entry, str) or not entry:
                raise self.error(f"entry {place} of {key!r} is {_short(entry)}; expected a text")
            if any("\ud800" <= character <= "\udfff" for character in entry):
                raise self.error(f"entry {place} of {key!r} holds a lone surrogate: {entry!a}")
            if entry in places:
                raise self.error(
                    f"entry {place} of {key!r}, {_short(entry)}, is also entry {places[entry]}; "
                    "expected each once"
                )
            places[entry] = place
        return list(places)

    def whole_numbers(self, key: str) -> list[int]:
        """A list of integers.

        Args:
            key: its name.

        Raises:
            TokenizerError: an entry that is none; names it and its place.
        """
        found: list[int] = self.get(key, list)
        for place, entry in enumerate(found):
            if type(entry) is not int:
                raise self.error(
                    f"entry {place} of {key!r} is {_short(entry)}; expected a whole number"
                )
        return found

    def check_size(self, vocab_size: int) -> None:
        """Compare the size that the file states with the one that its lists make.

        Args:
            vocab_size: number of ids that were read.

        Raises:
            TokenizerError: they differ: the file has lost or gained an entry.
        """
        stated = self.get("vocab_size", int)
        if stated != vocab_size:
            raise self.error(
                f"'vocab_size' is {stated}, but its entries make {vocab_size} ids; "
                "some were lost or added since it was saved"
            )


def load_fields(folder: str | Path, kind: str | None = None) -> Fields:
    """Read what ``save_tokenizer`` wrote.

    Args:
        folder: where it was written.
        kind: the tokenizer's name that the file must state; None takes any.

    Raises:
        TokenizerError: the file is missing or damaged, or holds another tokenizer or a newer
            version.
    """
    path = Path(folder) / FILE
    fields = Fields(path, read_json(path))
    found, version = fields.get("type", str), fields.get("version", int)
    if kind is not None and found != kind:
        raise fields.error(f"holds a tokenizer of type {found!r}; expected {kind!r}")
    if version != FORMAT_VERSION:
        raise fields.error(
            f"has format version {version}; this course_lib reads version {FORMAT_VERSION}"
        )
    return fields


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
