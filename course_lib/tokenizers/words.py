"""One id for each whitespace word and for each line end: the convention of WikiText-2."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from course_lib.errors import TokenizerError
from course_lib.tokenizers.tokenizer_files import load_fields, save_tokenizer
from course_lib.tokenizers.validation import checked_ids, checked_text, checked_texts

UNK_WORD = "<unk>"
UNK, EOS = 0, 1


class WordTokenizer:
    r"""One id a word, one id a line end.

    A word is what stands between whitespace; case and punctuation stay as they are, and the text
    is not normalised. A line end (``\n``) is a token of its own, ``<eos>``: the only end that
    WikiText-2 knows, on every line, blank ones too. So the ``eos_id`` of this class ends a *line*,
    and decodes as ``\n``. A file's last line counts only if it ends in ``\n``.

    Ids: ``<unk>`` 0, the line end 1, then the words, the commonest first. There is no id for
    padding. The word ``<unk>`` in a text is the id 0, since WikiText-2 comes with its rare words
    replaced by it; any other word outside the vocabulary becomes that id as well.

    **Lossy**: unknown words are lost, and decoding writes one space between words and none beside
    a line end, whatever whitespace was there. What is kept: encoding the decoded text gives the
    same ids.

    To score whole lines as the published figures do, drop the line end that a document ends in and
    let the end of the document stand for it: the count of predictions is then that of the words
    and line ends.

    Source: Merity, Xiong, Bradbury and Socher, "Pointer Sentinel Mixture Models" (2016), for the
    convention.

    Args:
        words: distinct words without whitespace, none of them ``<unk>``.

    Raises:
        TokenizerError: an entry that is no such word.

    >>> tokenizer = WordTokenizer.from_texts(["the cat saw the dog\n"])
    >>> tokenizer.encode("the  dog saw\n the bird\n")
    [2, 4, 5, 1, 2, 0, 1]
    >>> tokenizer.decode([2, 4, 5, 1, 2, 0, 1])
    'the dog saw\nthe <unk>\n'
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        self._forms = [UNK_WORD, "\n", *self.words]
        self._ids = {UNK_WORD: UNK}
        for place, word in enumerate(self.words):
            if not isinstance(word, str) or word.split() != [word]:
                problem = "is not one word without whitespace"
            elif word in self._ids:
                problem = "is the unknown word" if word == UNK_WORD else "occurs twice"
            else:
                checked_text(word)
                self._ids[word] = place + 2
                continue
            raise TokenizerError(f"entry {place} of the words, {word!a}, {problem}")

    @classmethod
    def from_texts(
        cls, texts: Iterable[str], max_types: int | None = None, min_count: int = 1
    ) -> Self:
        """Take the words of some texts, the commonest first, ties in the order of code points.

        Args:
            texts: documents to count words in: the training part alone.
            max_types: the largest vocabulary, ``<unk>`` and the line end counted; None is no limit.
            min_count: how often a word must occur to be taken.

        Raises:
            TokenizerError: one string in place of texts, a text with a lone surrogate, or a limit
                that leaves no vocabulary.
        """
        if max_types is not None and max_types < 2:
            raise TokenizerError(
                f"max_types must be at least 2, for <unk> and the line end; got {max_types}"
            )
        if min_count < 1:
            raise TokenizerError(f"min_count must be at least 1, got {min_count}")
        counts: Counter[str] = Counter()
        for text in checked_texts(texts):
            counts.update(text.split())
        del counts[UNK_WORD]
        ranked = sorted((-count, word) for word, count in counts.items() if count >= min_count)
        kept = None if max_types is None else max_types - 2
        return cls(word for _, word in ranked[:kept])

    def __repr__(self) -> str:
        return f"WordTokenizer({len(self.words)} words)"

    @property
    def vocab_size(self) -> int:
        """Number of ids: the words, ``<unk>`` and the line end."""
        return len(self._forms)

    @property
    def special_ids(self) -> Mapping[str, int]:
        r"""``<unk>`` alone: the line end stands for text, ``\n``."""
        return {UNK_WORD: UNK}

    @property
    def eos_id(self) -> int:
        """The id of a line end: 1."""
        return EOS

    @property
    def pad_id(self) -> None:
        """None: the vocabulary is that of the published figures, which has no padding."""
        return None

    @property
    def unk_id(self) -> int:
        """The id of a word outside the vocabulary: 0."""
        return UNK

    def encode(self, text: str) -> list[int]:
        r"""The ids of the words, and of a line end for every ``\n``.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        first, *others = checked_text(text).split("\n")
        ids = [self._ids.get(word, UNK) for word in first.split()]
        for line in others:
            ids.append(EOS)
            ids += [self._ids.get(word, UNK) for word in line.split()]
        return ids

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        r"""The words with one space between them, and ``\n`` for a line end.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave ``<unk>`` out; line ends stay.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        lines: list[list[str]] = [[]]
        for i in checked_ids(ids, self.vocab_size):
            if i == EOS:
                lines.append([])
            elif i != UNK or not skip_special:
                lines[-1].append(self._forms[i])
        return "\n".join([" ".join(line) for line in lines])

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        save_tokenizer(path, "words", self.vocab_size, words=self.words)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            TokenizerError: the file is missing or damaged; names it and the entry.
        """
        fields = load_fields(path, "words")
        words = fields.entries("words")
        with fields.naming_the_file():
            tokenizer = cls(words)
        fields.check_size(tokenizer.vocab_size)
        return tokenizer
