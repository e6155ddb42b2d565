"""What every tokenizer can do, whatever its pieces are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self, runtime_checkable


@runtime_checkable
class Tokenizer(Protocol):
    """Text to ids and back.

    Decoding an encoding gives the text back, for any Unicode string without lone surrogates, unless
    the class documents otherwise. Ids run from 0 to ``vocab_size - 1``.
    """

    @property
    def vocab_size(self) -> int:
        """Number of ids: the width of a model's output."""

    @property
    def special_ids(self) -> Mapping[str, int]:
        """The ids that stand for no text of their own, by their written form."""

    @property
    def eos_id(self) -> int:
        """The id that ends a document. A model reads it first, and predicts it last."""

    @property
    def pad_id(self) -> int | None:
        """The id that fills up short rows, or None if there is none."""

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without an id for its end.

        Raises:
            TokenizerError: the text holds a lone surrogate, which no encoding can write.
        """

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids; never fails on ids within the vocabulary.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special ids out; else they are written in their written form.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            TokenizerError: a file is missing or damaged; names the file and the line or id.
        """
