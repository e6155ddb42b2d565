"""The vocabulary of LED (and BART) read from its two files, without any other library."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import regex

from course_lib.errors import TokenizerError
from course_lib.tokenizers import bpe_files
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.tokenizer_files import load_fields, read_json, save_tokenizer
from course_lib.tokenizers.validation import checked_text

START, PAD, END, UNK, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
SPECIAL_TOKENS = (START, PAD, END, UNK, MASK)

# Entries of the published files that no merge makes, so no text gets their ids.
_UNREACHABLE = regex.compile(r"madeupword\d+|<\|endoftext\|>")
_SPECIAL = regex.compile("|".join(map(regex.escape, SPECIAL_TOKENS)))
_BPE_FOLDER = "bpe"


class LEDTokenizer:
    """Byte-level BPE with LED's special tokens: the ids that ``transformers`` gives.

    LED took BART's vocabulary: 50,265 ids, GPT-2's merges with the ids in another order. Its
    ``<s>`` has the id 0, ``<pad>`` 1, ``</s>`` 2, ``<unk>`` 3 (never produced, since any byte has a
    token), ``<mask>`` the last. Written out in a text, each of the five is read as its id, here as
    there; a published configuration that lets ``<mask>`` take in the space before it is not looked
    at. No normal form is applied: decoding gives the text back exactly.

    Args:
        bpe: the vocabulary, whose special tokens include the five.

    Raises:
        TokenizerError: one of the five is missing.
    """

    def __init__(self, bpe: ByteBPETokenizer) -> None:
        for token in SPECIAL_TOKENS:
            if token not in bpe.special_ids:
                raise TokenizerError(
                    f"no special token {token!r} in the vocabulary; LED's has "
                    f"{', '.join(SPECIAL_TOKENS)}"
                )
        self._bpe = bpe

    @classmethod
    def from_files(cls, folder: str | Path) -> Self:
        """Read ``vocab.json`` and ``merges.txt``.

        Args:
            folder: holds both, as they are published for LED, BART or RoBERTa.

        Raises:
            TokenizerError: a file is missing or damaged, or is no vocabulary of this kind.
        """
        vocabulary, merges = Path(folder) / bpe_files.VOCABULARY, Path(folder) / bpe_files.MERGES
        extra = sorted(filter(_UNREACHABLE.fullmatch, read_json(vocabulary)))
        bpe = ByteBPETokenizer.from_files(
            vocabulary, merges, [*SPECIAL_TOKENS, *extra], normalization=None, eos_token=END
        )
        return cls(bpe)

    @property
    def vocab_size(self) -> int:
        """Number of ids: the rows that a model's embedding needs."""
        return self._bpe.vocab_size

    @property
    def special_ids(self) -> Mapping[str, int]:
        """The id of each of the five special tokens."""
        return {token: self._bpe.special_ids[token] for token in SPECIAL_TOKENS}

    @property
    def eos_id(self) -> int:
        """The id of ``</s>``."""
        return self._bpe.special_ids[END]

    @property
    def pad_id(self) -> int:
        """The id of ``<pad>``."""
        return self._bpe.special_ids[PAD]

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without ``<s>`` and ``</s>`` around it.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        ids: list[int] = []
        done = 0
        for found in _SPECIAL.finditer(checked_text(text)):
            ids += self._bpe.encode(text[done : found.start()], parse_special=False)
            ids.append(self._bpe.special_ids[found[0]])
            done = found.end()
        return ids + self._bpe.encode(text[done:], parse_special=False)

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids; bytes that are no UTF-8 become U+FFFD.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special tokens out.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        return self._bpe.decode(ids, skip_special)

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        self._bpe.save(Path(path) / _BPE_FOLDER)
        save_tokenizer(path, "led", self.vocab_size)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            TokenizerError: a file is missing or damaged; names it.
        """
        fields = load_fields(path, "led")
        tokenizer = cls(ByteBPETokenizer.load(Path(path) / _BPE_FOLDER))
        fields.check_size(tokenizer.vocab_size)
        return tokenizer
