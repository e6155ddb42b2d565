"""Long documents for models that attend locally: padding, truncation and attention masks.

Shapes: B documents, T ids in the longest row.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np

from course_lib import tokenizers
from course_lib.errors import MissingExtraError, TokenizerError
from course_lib.tokenizers.hub import HubTokenizer
from course_lib.tokenizers.led import END, START, LEDTokenizer
from course_lib.tokenizers.long_document_rows import LongDocuments, marked, padded
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.tokenizers.tokenizer_files import load_fields, save_tokenizer

MAX_LENGTH = 16_384
LED = "allenai/led-base-16384"
_INNER_FOLDER = "tokenizer"


class LongDocumentTokenizer:
    """Any tokenizer, with what a model of long documents needs around it.

    LED reads 16,384 ids. Each attends to its neighbourhood, and a few chosen ones to everything:
    the first by default. Size a model's embedding from ``vocab_size``.

    Args:
        tokenizer: makes the ids.
        start_ids: ids before those of a text; if not given, the tokenizer's ``eos_id``.
        end_ids: ids after them; if not given, the tokenizer's ``eos_id``. Truncation keeps both.
        pad_id: id for padding; if not given, the tokenizer's own.
        max_length: longest row, in ids, unless a call says otherwise.

    Raises:
        TokenizerError: an id the tokenizer does not have, or a length with no room for text.

    Source: Beltagy, Peters and Cohan, "Longformer: The Long-Document Transformer" (2020), section
    3 for global attention and section 7 for LED.

    >>> from course_lib.tokenizers.characters import CharacterTokenizer
    >>> tokenizer = LongDocumentTokenizer(CharacterTokenizer("abc"), max_length=4)
    >>> batch = tokenizer(["a", "abcc"])
    >>> batch.input_ids.tolist(), batch.n_cut.tolist()
    ([[1, 260, 1, 0], [1, 260, 261, 1]], [0, 2])
    >>> batch.attention_mask.tolist(), batch.global_attention_mask.tolist()
    ([[1, 1, 1, 0], [1, 1, 1, 1]], [[1, 0, 0, 0], [1, 0, 0, 0]])
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        start_ids: Sequence[int] | None = None,
        end_ids: Sequence[int] | None = None,
        pad_id: int | None = None,
        max_length: int = MAX_LENGTH,
    ) -> None:
        self.tokenizer = tokenizer
        self.start_ids = (tokenizer.eos_id,) if start_ids is None else tuple(start_ids)
        self.end_ids = (tokenizer.eos_id,) if end_ids is None else tuple(end_ids)
        self._pad_id = tokenizer.pad_id if pad_id is None else pad_id
        self.max_length = max_length
        for given in (*self.start_ids, *self.end_ids, self._pad_id):
            if given is not None and not 0 <= given < tokenizer.vocab_size:
                raise TokenizerError(
                    f"id {given} is out of range; the tokenizer's ids run from 0 to "
                    f"{tokenizer.vocab_size - 1}"
                )
        self._room(max_length)

    @classmethod
    def from_files(cls, folder: str | Path, max_length: int = MAX_LENGTH) -> Self:
        """Read LED's ``vocab.json`` and ``merges.txt``; no other library is needed.

        Args:
            folder: holds the two files.
            max_length: longest row, in ids.

        Raises:
            TokenizerError: a file is missing or damaged; names it.
        """
        led = LEDTokenizer.from_files(folder)
        start, end = led.special_ids[START], led.special_ids[END]
        return cls(led, [start], [end], max_length=max_length)

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = LED,
        files: str | Path | None = None,
        timeout_s: float = 10.0,
        max_length: int = MAX_LENGTH,
        endpoint: str | None = None,
    ) -> Self:
        """Open a published tokenizer through ``transformers``, or else its files from a folder.

        Args:
            name: a model's name on the hub, or a folder with its tokenizer.
            files: folder with ``vocab.json`` and ``merges.txt``, read by ``from_files`` if
                ``transformers`` is not installed or the hub cannot be reached.
            timeout_s: seconds to wait for the hub to answer.
            max_length: longest row, in ids.
            endpoint: the hub's address, if it is not the usual one.

        Raises:
            MissingExtraError: ``transformers`` is not installed, and no ``files`` are given.
            TokenizerError: neither way works; says what each needs.
        """
        try:
            hub = HubTokenizer.from_pretrained(name, timeout_s, endpoint)
            return cls(hub, *hub.frame, max_length=max_length)
        except (MissingExtraError, TokenizerError) as error:
            if files is None:
                raise type(error)(
                    f"{error}. Either go online once with 'course-lib[hub]' installed (what was "
                    "fetched is kept), or put the model's vocab.json and merges.txt into a folder "
                    "and call LongDocumentTokenizer.from_files(folder)"
                ) from error
            reason = error
        try:
            return cls.from_files(files, max_length)
        except TokenizerError as error:
            raise TokenizerError(
                f"neither way to {str(name)!r} works. Through transformers: {reason}. "
                f"From files: {error}"
            ) from error

    def __call__(
        self,
        texts: Iterable[str],
        max_length: int | None = None,
        padding: Literal["longest", "max_length"] = "longest",
        truncation: bool = True,
        global_positions: Sequence[int] = (0,),
    ) -> LongDocuments:
        """Encode documents into rows of one length.

        Args:
            texts: documents.
            max_length: longest row, in ids; if not given, the one of this tokenizer.
            padding: fill rows up to the longest of them, or to max_length.
            truncation: cut the end of texts that are too long, and report how much in ``n_cut``;
                else refuse them.
            global_positions: places with global attention, from 0; a row that ends before a place
                has none there.

        Raises:
            TokenizerError: no text, one string in place of texts, a text that is too long while
                truncation is off, padding without a padding id, or a place that no row has.
        """
        if isinstance(texts, str):
            raise TokenizerError("expected a list of texts, got one string; write [text]")
        if padding not in ("longest", "max_length"):
            raise TokenizerError(f"padding must be 'longest' or 'max_length', got {padding!r}")
        limit = self.max_length if max_length is None else max_length
        rows, n_cut = self._rows(texts, limit, truncation)
        lengths = np.array([len(row) for row in rows], np.int64)
        T = limit if padding == "max_length" else int(lengths.max())
        attention = (np.arange(T) < lengths[:, None]).astype(np.int64)  # (B, T)
        return LongDocuments(
            padded(rows, T, self._pad_id),
            attention,
            attention * marked(global_positions, T),
            np.array(n_cut, np.int64),
        )

    def _room(self, limit: int) -> int:
        """How many ids of a text fit into a row."""
        room = limit - len(self.start_ids) - len(self.end_ids)
        if room < 1:
            raise TokenizerError(
                f"max_length must be at least {limit - room + 1}, room for one id of a text; "
                f"got {limit}"
            )
        return room

    def _rows(
        self, texts: Iterable[str], limit: int, truncation: bool
    ) -> tuple[list[list[int]], list[int]]:
        """Each text's ids between those before and after it, and how many were cut."""
        room = self._room(limit)
        rows, n_cut = [], []
        for number, text in enumerate(texts):
            try:
                ids = self.tokenizer.encode(text)
            except TokenizerError as error:
                raise TokenizerError(f"text {number}: {error}") from error
            cut = max(0, len(ids) - room)
            if cut and not truncation:
                raise TokenizerError(
                    f"text {number} has {limit + cut} ids, {cut} more than max_length={limit}; "
                    "set truncation=True to cut it, or split it"
                )
            rows.append([*self.start_ids, *ids[:room], *self.end_ids])
            n_cut.append(cut)
        if not rows:
            raise TokenizerError("there is no text to encode; expected at least one")
        return rows, n_cut

    @property
    def vocab_size(self) -> int:
        """Number of ids: the rows that a model's embedding needs."""
        return self.tokenizer.vocab_size

    @property
    def special_ids(self) -> Mapping[str, int]:
        """Those of the tokenizer inside."""
        return self.tokenizer.special_ids

    @property
    def eos_id(self) -> int:
        """That of the tokenizer inside."""
        return self.tokenizer.eos_id

    @property
    def pad_id(self) -> int | None:
        """The id that fills up short rows, or None."""
        return self._pad_id

    def encode(self, text: str) -> list[int]:
        """The ids of a text, whole, and without those before and after it.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        return self.tokenizer.encode(text)

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids, as the tokenizer inside decodes them.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special ids out.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        return self.tokenizer.decode(ids, skip_special)

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        self.tokenizer.save(Path(path) / _INNER_FOLDER)
        save_tokenizer(
            path,
            "long-documents",
            self.vocab_size,
            start_ids=self.start_ids,
            end_ids=self.end_ids,
            pad_id=self._pad_id,
            max_length=self.max_length,
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            TokenizerError: a file is missing or damaged; names it.
        """
        fields = load_fields(path, "long-documents")
        inner = tokenizers.load(Path(path) / _INNER_FOLDER)
        fields.check_size(inner.vocab_size)
        start, end = fields.whole_numbers("start_ids"), fields.whole_numbers("end_ids")
        pad_id = fields.get("pad_id", int, type(None))
        max_length = fields.get("max_length", int)
        with fields.naming_the_file():
            return cls(inner, start, end, pad_id, max_length)
