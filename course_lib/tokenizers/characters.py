"""One id for each character, with bytes for the characters that have none."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from course_lib.errors import TokenizerError
from course_lib.tokenizers.tokenizer_files import load_fields, save_tokenizer
from course_lib.tokenizers.validation import (
    Normalization,
    checked_ids,
    checked_normalization,
    checked_text,
    checked_texts,
)

PAD, EOS, UNK, SEP = 0, 1, 2, 3
SPECIAL_IDS = {"<PAD>": PAD, "<EOS>": EOS, "<UNK>": UNK, "<SEP>": SEP}
SPANISH = "áéíóúüñÁÉÍÓÚÜÑ¿¡«»—"


class CharacterTokenizer:
    """One id a character.

    Ids: PAD 0, EOS 1, UNK 2, SEP 3; then, with byte fallback, the 256 bytes from 4 to 259; then
    the alphabet in the order given.

    With byte fallback, a character outside the alphabet is written as the ids of its UTF-8 bytes:
    nothing is lost, and UNK is never produced. Without, such a character becomes UNK, and the
    tokenizer is **lossy**: decoding writes ``<UNK>``.

    The text is normalised first, so ``decode(encode(text))`` is the normal form of ``text`` (NFC:
    an accent is one character with its letter). With ``normalization=None`` it is the text itself.
    Special ids are never produced from text: ``<PAD>`` in a text is five characters.

    Args:
        alphabet: distinct characters, each in the normal form.
        byte_fallback: write other characters as bytes; else as UNK.
        normalization: a Unicode normal form, or None.

    Raises:
        TokenizerError: an entry that is not one character, occurs twice, is a lone surrogate, or
            would never be met in a normalised text.

    >>> tokenizer = CharacterTokenizer.from_texts(["¿Qué?"])
    >>> tokenizer.decode(tokenizer.encode("¿Qué tal? 🙂"))
    '¿Qué tal? 🙂'
    >>> [len(tokenizer.encode(character)) for character in "é🙂"]
    [1, 4]
    """

    def __init__(
        self,
        alphabet: Iterable[str],
        byte_fallback: bool = True,
        normalization: Normalization = "NFC",
    ) -> None:
        self.normalization = checked_normalization(normalization)
        self.byte_fallback = bool(byte_fallback)
        self.alphabet = tuple(alphabet)
        self._check_alphabet()
        written = [form.encode() for form in SPECIAL_IDS]
        if self.byte_fallback:
            written += [bytes([value]) for value in range(256)]
        self._first_character = len(written)
        # The UTF-8 bytes of each id: text is decoded by joining them.
        self._bytes = written + [character.encode() for character in self.alphabet]
        self._ids = {c: i for i, c in enumerate(self.alphabet, self._first_character)}

    def _check_alphabet(self) -> None:
        seen: set[str] = set()
        for place, character in enumerate(self.alphabet):
            if not isinstance(character, str) or len(character) != 1:
                problem = "is not one character"
            elif character in seen:
                problem = "occurs twice"
            elif "\ud800" <= character <= "\udfff":
                problem = "is a lone surrogate"
            elif checked_text(character, self.normalization) != character:
                problem = f"is not in normal form {self.normalization}, so no text holds it"
            else:
                seen.add(character)
                continue
            raise TokenizerError(f"entry {place} of the alphabet, {character!a}, {problem}")

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        byte_fallback: bool = True,
        normalization: Normalization = "NFC",
    ) -> Self:
        """Measure the alphabet: every character of the normalised texts, and those of Spanish.

        The alphabet is in the order of code points. Spanish accented letters, capitals included,
        and signs are always in it: ``SPANISH``.

        Args:
            texts: documents.
            byte_fallback: write other characters as bytes; else as UNK.
            normalization: a Unicode normal form, or None.

        Raises:
            TokenizerError: one string in place of texts, or a text with a lone surrogate.
        """
        found = set(checked_text(SPANISH, checked_normalization(normalization)))
        for text in checked_texts(texts, normalization):
            found.update(text)
        return cls(sorted(found), byte_fallback, normalization)

    def __repr__(self) -> str:
        return (
            f"CharacterTokenizer({len(self.alphabet)} characters, "
            f"byte_fallback={self.byte_fallback}, normalization={self.normalization!r})"
        )

    @property
    def vocab_size(self) -> int:
        """Number of ids: the special ones, the bytes if there are any, and the characters."""
        return len(self._bytes)

    @property
    def special_ids(self) -> Mapping[str, int]:
        """Written form and id of PAD, EOS, UNK and SEP."""
        return dict(SPECIAL_IDS)

    @property
    def pad_id(self) -> int:
        """The id that fills up short rows: 0."""
        return PAD

    @property
    def eos_id(self) -> int:
        """The id that ends a document: 1."""
        return EOS

    @property
    def unk_id(self) -> int:
        """The id of an unknown character: 2. With byte fallback it is never produced."""
        return UNK

    @property
    def sep_id(self) -> int:
        """The id between an input and its output: 3."""
        return SEP

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without an id for its end.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        return self.encode_normalized(checked_text(text, self.normalization))

    def encode_normalized(self, text: str) -> list[int]:
        """The ids of a text that is known to be in normal form and without lone surrogates.

        Args:
            text: what ``validation.checked_text`` returns, or a part of it.
        """
        ids: list[int] = []
        for character in text:
            known = self._ids.get(character)
            if known is not None:
                ids.append(known)
            elif self.byte_fallback:
                ids += [len(SPECIAL_IDS) + value for value in character.encode()]
            else:
                ids.append(UNK)
        return ids

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids; bytes that are no UTF-8 become U+FFFD.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special ids out; else they are written as ``<PAD>`` and so on.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        known = checked_ids(ids, self.vocab_size)
        first = len(SPECIAL_IDS) if skip_special else 0
        return b"".join([self._bytes[i] for i in known if i >= first]).decode("utf-8", "replace")

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        save_tokenizer(
            path,
            "characters",
            self.vocab_size,
            normalization=self.normalization,
            byte_fallback=self.byte_fallback,
            alphabet=self.alphabet,
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            TokenizerError: the file is missing or damaged; names it and the entry.
        """
        fields = load_fields(path, "characters")
        alphabet = fields.entries("alphabet")
        byte_fallback = fields.get("byte_fallback", bool)
        normalization = fields.get("normalization", str, type(None))
        with fields.naming_the_file():
            tokenizer = cls(alphabet, byte_fallback, normalization)
        fields.check_size(tokenizer.vocab_size)
        return tokenizer
