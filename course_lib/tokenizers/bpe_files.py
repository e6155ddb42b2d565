"""GPT-2's files of a byte-level vocabulary, read with care and written whole or not at all.

``vocab.json`` gives each token its id; ``merges.txt`` has one merge a line, in the order they were
learned. Both write bytes as in ``byte_symbols``. What the two cannot say (which tokens are special,
which one ends a document, how text is normalised) stands in ``course_tokenizer.json``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from course_lib.errors import TokenizerError
from course_lib.tokenizers.byte_symbols import SYMBOL_TO_BYTE, from_symbols, to_symbols
from course_lib.tokenizers.byte_vocabulary import Vocabulary
from course_lib.tokenizers.special_tokens import check_distinct
from course_lib.tokenizers.tokenizer_files import read_json, read_text, save_tokenizer, write_json

VOCABULARY, MERGES = "vocab.json", "merges.txt"
HEADER = "#version: 0.2"
KIND = "byte-bpe"


def read(vocab_json: Path, merges_txt: Path, special_tokens: Sequence[str]) -> Vocabulary:
    """Read a vocabulary and its merges.

    Args:
        vocab_json: a JSON object of tokens and their ids.
        merges_txt: two tokens a line, after an optional line that begins with ``#version``.
        special_tokens: the written forms of those tokens that are special.

    Raises:
        TokenizerError: a file is missing, empty or malformed; ids that repeat or leave a gap; a
            byte without a token, a token that no merge makes; merges of or into unknown tokens, or
            a merge that stands there twice. Names the file, and the line, the token or the id.
    """
    check_distinct(special_tokens)
    ids = _read_ids(vocab_json)
    for token in special_tokens:
        if token not in ids:
            raise TokenizerError(f"{vocab_json}: no special token {token!r}; expected an id for it")
    special_ids = {token: ids.pop(token) for token in special_tokens}
    _check_bytes(vocab_json, ids)
    merges = _read_merges(merges_txt, ids)
    made = {left + right for left, right in merges} | SYMBOL_TO_BYTE.keys()
    for token, token_id in ids.items():
        if token not in made:
            raise TokenizerError(
                f"{vocab_json}: no merge of {merges_txt.name} makes token {token!r} (id "
                f"{token_id}); if it is a special token, name it among special_tokens"
            )
    return Vocabulary(
        {from_symbols(token): token_id for token, token_id in ids.items()},
        special_ids,
        [(from_symbols(left), from_symbols(right)) for left, right in merges],
    )


def _read_ids(path: Path) -> dict[str, int]:
    """The vocabulary as it is written, its ids checked to be 0, 1, 2 and so on."""
    ids = read_json(path)
    tokens: dict[int, str] = {}
    for token, token_id in ids.items():
        if type(token_id) is not int or token_id < 0:
            raise TokenizerError(
                f"{path}: token {token!r} has id {token_id!r}; expected a whole number from 0"
            )
        if token_id in tokens:
            raise TokenizerError(
                f"{path}: id {token_id} belongs to {tokens[token_id]!r} and to {token!r}"
            )
        tokens[token_id] = token
    gap = next((i for i in range(len(tokens)) if i not in tokens), None)
    if gap is not None:
        raise TokenizerError(
            f"{path}: no token has id {gap}; {len(tokens)} tokens need the ids 0 to "
            f"{len(tokens) - 1}, and the greatest is {max(tokens)}"
        )
    return ids


def _check_bytes(path: Path, ids: Mapping[str, int]) -> None:
    for token, token_id in ids.items():
        if not token or not set(token) <= SYMBOL_TO_BYTE.keys():
            raise TokenizerError(
                f"{path}: token {token!r} (id {token_id}) is not written in GPT-2's byte symbols; "
                "if it is a special token, name it among special_tokens"
            )
    missing = [symbol for symbol in SYMBOL_TO_BYTE if symbol not in ids]
    if missing:
        raise TokenizerError(
            f"{path}: no token for byte {SYMBOL_TO_BYTE[missing[0]]} ({missing[0]!r}), and "
            f"{len(missing)} of 256 missing in all; a byte-level vocabulary has every byte"
        )


def _read_merges(path: Path, ids: Mapping[str, int]) -> list[tuple[str, str]]:
    lines = read_text(path, "merges").rstrip("\n").split("\n")
    first_line_of: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=1):
        if number == 1 and line.startswith("#version"):
            continue
        left, _, right = line.partition(" ")
        if not (left and right) or " " in right:
            raise TokenizerError(
                f"{path}, line {number}: {line!r}; expected two tokens with one space between"
            )
        for token in (left, right):
            if token not in ids:
                raise TokenizerError(f"{path}, line {number}: token {token!r} has no id")
        if left + right not in ids:
            raise TokenizerError(
                f"{path}, line {number}: {left!r} and {right!r} make {left + right!r}, which has "
                "no id"
            )
        if (left, right) in first_line_of:
            raise TokenizerError(
                f"{path}, line {number}: {line!r} is on line {first_line_of[left, right]} already"
            )
        first_line_of[left, right] = number
    return list(first_line_of)


def write(folder: str | Path, vocabulary: Vocabulary, **settings: Any) -> None:
    """Write the three files; those of before stay as they are until all three are complete.

    Args:
        folder: where to; made if it is missing.
        vocabulary: tokens, special tokens and merges.
        **settings: what ``course_tokenizer.json`` is to say besides.

    Raises:
        TokenizerError: they cannot be written.
    """
    ids = {to_symbols(token): token_id for token, token_id in vocabulary.token_ids.items()}
    ids |= vocabulary.special_ids
    by_id = dict(sorted(ids.items(), key=lambda item: item[1]))
    lines = [f"{to_symbols(left)} {to_symbols(right)}\n" for left, right in vocabulary.merges]
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".part-") as part:
            write_json(part, by_id, VOCABULARY)
            (Path(part) / MERGES).write_text("".join([HEADER, "\n", *lines]), "utf8", newline="\n")
            save_tokenizer(part, KIND, len(ids), **settings)
            for path in Path(part).iterdir():
                path.replace(Path(folder) / path.name)
    except OSError as error:
        raise TokenizerError(f"cannot write to {folder}: {error.strerror or error}") from error
