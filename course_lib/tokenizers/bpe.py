"""Byte-level BPE: any text to ids and back, with merges trained here or GPT-2's.

Every text is bytes, and every byte has a token, so there is nothing that the vocabulary cannot
write: ``<UNK>`` keeps an id only because other software expects one. No text is ever encoded to it,
unless it spells out ``<UNK>``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import index
from pathlib import Path
from types import MappingProxyType
from typing import Self

from course_lib.errors import TokenizerError
from course_lib.tokenizers import bpe_files
from course_lib.tokenizers.bpe_trainer import count_pretokens, train_merges
from course_lib.tokenizers.byte_symbols import to_symbols
from course_lib.tokenizers.byte_vocabulary import Vocabulary, merges_to_learn
from course_lib.tokenizers.pretoken_ids import PretokenIds
from course_lib.tokenizers.pretokenize import last_boundary, pretokens
from course_lib.tokenizers.special_tokens import (
    GPT2_END,
    SpecialTokens,
    check_distinct,
    check_findable,
    end_token,
)
from course_lib.tokenizers.streaming import checked, gathered, normalized
from course_lib.tokenizers.tokenizer_files import load_fields
from course_lib.tokenizers.validation import (
    Normalization,
    checked_ids,
    checked_normalization,
    checked_text,
)

SPECIAL_TOKENS = ("<PAD>", "<UNK>", "<START>", "<END>")


class ByteBPETokenizer:
    """Byte-level BPE. Made by ``train``, ``from_files``, ``gpt2`` or ``load``.

    ``decode(encode(text))`` is the normal form of the text, composed (NFC) for what is trained
    here; with ``normalization=None``, as for GPT-2, it is the text itself.

    Args:
        vocabulary: tokens, special tokens and merges.
        normalization: a Unicode normal form, or None.
        eos_token: the special token that ends a document; if not given, ``<END>`` or
            ``<|endoftext|>``, whichever there is.

    Raises:
        TokenizerError: special tokens that cannot be told apart, or none that ends a document.

    >>> tokenizer = ByteBPETokenizer.train(["the cat, the hat, the bat"], vocab_size=264)
    >>> [tokenizer.token_bytes(i) for i in tokenizer.encode("the ñ<END>")]
    [b'the', b' ', b'\\xc3', b'\\xb1', b'<END>']
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        normalization: Normalization = None,
        eos_token: str | None = None,
    ) -> None:
        self.normalization = checked_normalization(normalization)
        self.eos_token = end_token(list(vocabulary.special_ids), eos_token)
        ordinary = set(map(to_symbols, vocabulary.token_ids))
        check_findable(vocabulary.special_ids, ordinary, self.normalization)
        self._vocabulary = vocabulary
        self._special = SpecialTokens(vocabulary.special_ids)
        self._ids = PretokenIds(vocabulary.token_ids, vocabulary.merges)
        text_bytes = {i: token for token, i in vocabulary.token_ids.items()}
        special = vocabulary.special_ids.items()
        self._bytes = text_bytes | {i: token.encode() for token, i in special}
        self._text_bytes = text_bytes | {i: b"" for token, i in special}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        special_tokens: Sequence[str] = SPECIAL_TOKENS,
        normalization: Normalization = "NFC",
        eos_token: str | None = None,
    ) -> Self:
        """Learn merges from texts. Special tokens get the first ids, then bytes, then merges.

        Args:
            texts: documents; special tokens within them are left out.
            vocab_size: number of ids in all, a multiple of 8: such matrices multiply fastest.
            special_tokens: written forms; the first gets id 0.
            normalization: a Unicode normal form for these texts and all that are encoded, or None.
            eos_token: the special token that ends a document, if it is not ``<END>``.

        Raises:
            TokenizerError: a vocabulary size that is no multiple of 8, too small, or larger than
                the texts can fill; a lone surrogate; special tokens that cannot be used.
        """
        check_distinct(special_tokens)
        n_merges = merges_to_learn(vocab_size, len(special_tokens))
        untrained = cls(Vocabulary.numbered(special_tokens), normalization, eos_token)
        merges = train_merges(count_pretokens(untrained._ordinary(texts)), n_merges)
        if len(merges) < n_merges:
            fixed = vocab_size - n_merges
            most = (fixed + len(merges)) // 8 * 8
            raise TokenizerError(
                f"vocab_size {vocab_size} needs {n_merges} merges and these texts have "
                f"{len(merges)}; give more text" + f", or take at most {most}" * (most >= fixed)
            )
        return cls(Vocabulary.numbered(special_tokens, merges), normalization, eos_token)

    @classmethod
    def from_files(
        cls,
        vocab_json: str | Path,
        merges_txt: str | Path,
        special_tokens: Sequence[str] = (GPT2_END,),
        normalization: Normalization = None,
        eos_token: str | None = None,
    ) -> Self:
        """Read a vocabulary in GPT-2's format.

        Args:
            vocab_json: tokens and their ids.
            merges_txt: merges, first learned first.
            special_tokens: those tokens of the vocabulary that are special.
            normalization: a Unicode normal form, or None.
            eos_token: the special token that ends a document.

        Raises:
            TokenizerError: a file is missing or damaged; names the file and the line, token or id.
        """
        vocabulary = bpe_files.read(Path(vocab_json), Path(merges_txt), special_tokens)
        return cls(vocabulary, normalization, eos_token)

    @classmethod
    def gpt2(cls, folder: str | Path) -> Self:
        """Read GPT-2's own ``vocab.json`` and ``merges.txt``: 50,257 ids, the last is the end."""
        return cls.from_files(Path(folder) / bpe_files.VOCABULARY, Path(folder) / bpe_files.MERGES)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            TokenizerError: a file is missing or damaged; names the file and the line, token or id.
        """
        folder = Path(path)
        fields = load_fields(folder, bpe_files.KIND)
        vocabulary = bpe_files.read(
            folder / bpe_files.VOCABULARY,
            folder / bpe_files.MERGES,
            fields.entries("special_tokens"),
        )
        fields.check_size(len(vocabulary.token_ids) + len(vocabulary.special_ids))
        normalization = fields.get("normalization", str, type(None))
        eos_token = fields.get("eos_token", str)
        with fields.naming_the_file():
            return cls(vocabulary, normalization, eos_token)

    def save(self, path: str | Path) -> None:
        """Write ``vocab.json`` and ``merges.txt`` in GPT-2's format, and a file of settings.

        Raises:
            TokenizerError: they cannot be written; what was there before is unchanged.
        """
        bpe_files.write(
            path,
            self._vocabulary,
            special_tokens=list(self.special_ids),
            normalization=self.normalization,
            eos_token=self.eos_token,
        )

    @property
    def vocab_size(self) -> int:
        """Number of ids."""
        return len(self._bytes)

    @property
    def special_ids(self) -> Mapping[str, int]:
        """The id of each special token, by its written form."""
        return MappingProxyType(self._vocabulary.special_ids)

    @property
    def merges(self) -> list[tuple[bytes, bytes]]:
        """Pairs of tokens, first learned first."""
        return list(self._vocabulary.merges)

    @property
    def eos_id(self) -> int:
        """The id that ends a document."""
        return self._special.ids[self.eos_token]

    @property
    def pad_id(self) -> int | None:
        """The id of ``<PAD>``, or None."""
        return self._special.ids.get("<PAD>")

    def encode(self, text: str, parse_special: bool = True) -> list[int]:
        """The ids of a text.

        Args:
            text: any string without lone surrogates.
            parse_special: read special tokens where they are spelled out, the longest first; else
                they are ordinary text, as what strangers type should be.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        text = checked_text(text, self.normalization)
        ids, done = self._front(text, len(text), parse_special)
        ids.extend(self._merged(text[done:]))
        return ids

    def encode_iterable(self, texts: Iterable[str], parse_special: bool = True) -> Iterator[int]:
        """The ids of one long text that is given in pieces, such as an open file.

        They are the ids of the pieces joined, wherever the cuts are. Memory is bounded: it holds a
        few blocks of the text, or its longest pretoken if that is longer.

        Args:
            texts: pieces of the text.
            parse_special: as in ``encode``.

        Raises:
            TokenizerError: a lone surrogate; names its position.

        >>> tokenizer = ByteBPETokenizer.train(["the cat, the hat, the bat"], vocab_size=264)
        >>> list(tokenizer.encode_iterable(["t", "he ca", "t"])) == tokenizer.encode("the cat")
        True
        """
        longest = self._special.longest if parse_special else 0
        rest = ""
        for block in normalized(checked(gathered(texts)), self.normalization):
            rest += block
            # A special token that begins before this place is here to its end.
            seen = len(rest) if longest == 0 else max(0, len(rest) - longest + 1)
            ids, done = self._front(rest, seen, parse_special)
            yield from ids
            cut = last_boundary(rest, done, seen)
            yield from self._merged(rest[done:cut])
            rest = rest[cut:]
        yield from self.encode(rest, parse_special)

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids; bytes that are not UTF-8 become U+FFFD.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special tokens out; else they are written in their written form.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        return self.decode_bytes(ids, skip_special).decode("utf8", errors="replace")

    def decode_bytes(self, ids: Sequence[int], skip_special: bool = False) -> bytes:
        """The bytes of some ids, exactly; they need not be whole characters. As ``decode``."""
        table = self._text_bytes if skip_special else self._bytes
        try:
            return b"".join(map(table.__getitem__, map(index, ids)))
        except (KeyError, TypeError):
            checked_ids(ids, self.vocab_size)  # says which one
            raise

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token."""
        return self.decode_bytes([token_id])

    def _merged(self, text: str) -> Iterator[int]:
        """The ids of a text without special tokens."""
        return chain.from_iterable(map(self._ids.__getitem__, pretokens(text)))

    def _front(self, text: str, seen: int, parse_special: bool) -> tuple[list[int], int]:
        """The ids up to the end of the last special token that begins before ``seen``."""
        ids: list[int] = []
        done = 0
        for found in self._special.found_in(text) if parse_special else ():
            if found.start() >= seen:
                break
            ids.extend(self._merged(text[done : found.start()]))
            ids.append(self._special.ids[found[0]])
            done = found.end()
        return ids, done

    def _ordinary(self, texts: Iterable[str]) -> Iterator[str]:
        """The stretches of documents between special tokens."""
        if isinstance(texts, str):
            raise TokenizerError("expected a list of texts, got one string; write [text]")
        for number, text in enumerate(texts):
            try:
                yield from self._special.between(checked_text(text, self.normalization))
            except TokenizerError as error:
                raise TokenizerError(f"text {number}: {error}") from None
