"""The words that save most ids, and characters for everything else: small, and lossless."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import regex

from course_lib.errors import TokenizerError
from course_lib.tokenizers.characters import SPANISH, CharacterTokenizer
from course_lib.tokenizers.tokenizer_files import load_fields, save_tokenizer
from course_lib.tokenizers.validation import (
    Normalization,
    checked_ids,
    checked_normalization,
    checked_text,
    checked_texts,
)

# A letter, its combining marks, and apostrophes with a letter on both sides. The space before a
# word belongs to it, as in GPT-2's pieces, so that a word and its space can be one id.
WORD = regex.compile(r" ?\p{L}[\p{L}\p{M}]*+(?:['’]\p{L}[\p{L}\p{M}]*+)*+")


class HybridTokenizer:
    """One id for some words, with the space before them, and one a character for the rest.

    How a text is cut: from left to right, every run of letters with the one space before it, if
    there is one, is a *word*; the apostrophe of ``don't`` and ``l’eau`` is inside it. A word that
    is in the vocabulary exactly so, with its space and its capitals, is one id. Any other word, and
    everything between words, goes character by character as in `CharacterTokenizer`, with bytes for
    the characters that have no id. Each id stands for a fixed run of bytes and decoding joins them,
    so ``decode(encode(text))`` is the normal form of ``text``, or ``text`` with
    ``normalization=None``.

    Ids: PAD 0, EOS 1, UNK 2 (never produced), SEP 3, the 256 bytes from 4 to 259, the alphabet,
    the words.

    Args:
        alphabet: distinct characters, each in the normal form.
        words: distinct words, each with at most one space before it, as the cut makes them.
        normalization: a Unicode normal form, or None.

    Raises:
        TokenizerError: an entry of the alphabet that is not one character, or of the words that the
            cut would never make.

    >>> tokenizer = HybridTokenizer.from_texts(["the cat saw the dog and the cat"], vocab_size=300)
    >>> [tokenizer.decode([i]) for i in tokenizer.encode("The cat, the dog!")]
    ['T', 'h', 'e', ' cat', ',', ' the', ' dog', '!']
    """

    def __init__(
        self,
        alphabet: Iterable[str],
        words: Iterable[str],
        normalization: Normalization = "NFC",
    ) -> None:
        self.characters = CharacterTokenizer(alphabet, True, normalization)
        self.words = tuple(words)
        self._ids: dict[str, int] = {}
        for place, word in enumerate(self.words):
            if not isinstance(word, str) or not WORD.fullmatch(word):
                problem = "is not a word with at most one space before it"
            elif word in self._ids:
                problem = "occurs twice"
            elif checked_text(word, self.normalization) != word:
                problem = f"is not in normal form {normalization}, so no text holds it"
            else:
                self._ids[word] = self.characters.vocab_size + place
                continue
            raise TokenizerError(f"entry {place} of the words, {word!a}, {problem}")

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        vocab_size: int = 1000,
        normalization: Normalization = "NFC",
    ) -> Self:
        """Choose the characters and the words that write some texts in the fewest ids.

        The characters of Spanish are always taken, then the commonest of the texts, as far as they
        go into half of the places that special ids and bytes leave. The other half and what the
        characters do not need goes to the words that save most ids: a word that occurs n times and
        takes k ids without an id of its own saves n (k - 1). Ties go in the order of code points.

        Args:
            texts: documents.
            vocab_size: the largest number of ids; fewer if the texts have fewer words.
            normalization: a Unicode normal form, or None.

        Raises:
            TokenizerError: a vocab_size too small for the special ids, the bytes and Spanish; one
                string in place of texts; a text with a lone surrogate.
        """
        documents = checked_texts(texts, checked_normalization(normalization))
        spanish = sorted(set(checked_text(SPANISH, normalization)))
        places = vocab_size - CharacterTokenizer([]).vocab_size
        if places < 2 * len(spanish):
            raise TokenizerError(
                f"vocab_size must be at least {vocab_size - places + 2 * len(spanish)}, for the "
                f"special ids, the bytes and the Spanish letters; got {vocab_size}"
            )
        counts: Counter[str] = Counter()
        for text in documents:
            counts.update(text)
        ranked = sorted(set(counts).difference(spanish), key=lambda c: (-counts[c], c))
        alphabet = sorted(spanish + ranked[: places // 2 - len(spanish)])
        words = _saving_words(documents, CharacterTokenizer(alphabet, True, normalization))
        return cls(alphabet, words[: places - len(alphabet)], normalization)

    def __repr__(self) -> str:
        return (
            f"HybridTokenizer({len(self.characters.alphabet)} characters, {len(self.words)} words, "
            f"normalization={self.normalization!r})"
        )

    @property
    def normalization(self) -> Normalization:
        """The Unicode normal form that a text is brought to first, or None."""
        return self.characters.normalization

    @property
    def vocab_size(self) -> int:
        """Number of ids: the special ones, the bytes, the characters and the words."""
        return self.characters.vocab_size + len(self.words)

    @property
    def special_ids(self) -> Mapping[str, int]:
        """Written form and id of PAD, EOS, UNK and SEP."""
        return self.characters.special_ids

    @property
    def pad_id(self) -> int:
        """The id that fills up short rows: 0."""
        return self.characters.pad_id

    @property
    def eos_id(self) -> int:
        """The id that ends a document: 1."""
        return self.characters.eos_id

    @property
    def unk_id(self) -> int:
        """2, which is never produced: what has no id is written as bytes."""
        return self.characters.unk_id

    @property
    def sep_id(self) -> int:
        """The id between an input and its output: 3."""
        return self.characters.sep_id

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without an id for its end.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        text = checked_text(text, self.normalization)
        ids: list[int] = []
        written = 0  # characters of the text that have their ids
        for match in WORD.finditer(text):
            word_id = self._ids.get(match[0])
            if word_id is not None:
                ids += self.characters.encode_normalized(text[written : match.start()])
                ids.append(word_id)
                written = match.end()
        return ids + self.characters.encode_normalized(text[written:])

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids; bytes that are no UTF-8 become U+FFFD.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special ids out; else they are written as ``<PAD>`` and so on.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        first_word = self.characters.vocab_size
        parts: list[str] = []
        spelled: list[int] = []
        for i in checked_ids(ids, self.vocab_size):
            if i < first_word:
                spelled.append(i)
            else:
                parts += [
                    self.characters.decode(spelled, skip_special),
                    self.words[i - first_word],
                ]
                spelled = []
        return "".join([*parts, self.characters.decode(spelled, skip_special)])

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        save_tokenizer(
            path,
            "hybrid",
            self.vocab_size,
            normalization=self.normalization,
            alphabet=self.characters.alphabet,
            words=self.words,
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            TokenizerError: the file is missing or damaged; names it and the entry.
        """
        fields = load_fields(path, "hybrid")
        alphabet, words = fields.entries("alphabet"), fields.entries("words")
        normalization = fields.get("normalization", str, type(None))
        with fields.naming_the_file():
            tokenizer = cls(alphabet, words, normalization)
        fields.check_size(tokenizer.vocab_size)
        return tokenizer


def _saving_words(texts: Sequence[str], characters: CharacterTokenizer) -> list[str]:
    """The words of normalised texts that take more than one id, those that save most ids first."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(WORD.findall(text))
    saved = {
        word: count * (len(characters.encode_normalized(word)) - 1)
        for word, count in counts.items()
    }
    return sorted((word for word in saved if saved[word]), key=lambda w: (-saved[w], w))
