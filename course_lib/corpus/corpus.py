"""What every corpus is: documents, and where they come from."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from course_lib.errors import CorpusError

PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Corpus:
    """Documents in a stable order, with their provenance.

    A corpus is a sequence of documents and not one string, because train, validation and test sets
    are made of whole documents.

    Args:
        name: the name it was loaded by.
        documents: the texts, each a non-empty NFC or raw string.
        ids: one identifier a document, unique within the corpus.
        language: ISO 639-1 code, or several joined by ``+``.
        licence: the licence of the text.
        source: where it comes from, as a person would cite it.

    Raises:
        CorpusError: no document, an empty document, or ids that do not fit the documents.
    """

    name: str
    documents: tuple[str, ...]
    ids: tuple[str, ...]
    language: str
    licence: str
    source: str

    def __post_init__(self) -> None:
        if not self.documents:
            raise CorpusError(f"corpus {self.name!r} has no documents; expected at least one")
        if len(self.ids) != len(self.documents) or len(set(self.ids)) != len(self.ids):
            raise CorpusError(
                f"corpus {self.name!r} has {len(self.documents)} documents and "
                f"{len(set(self.ids))} distinct ids; expected one id a document"
            )
        for doc_id, text in zip(self.ids, self.documents, strict=True):
            if not text.strip():
                raise CorpusError(f"document {doc_id!r} of corpus {self.name!r} has no text")

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    @property
    def text(self) -> str:
        """All documents in one string, a blank line between them."""
        return "\n\n".join(self.documents)

    @cached_property
    def n_bytes(self) -> int:
        """Size of the documents in UTF-8 bytes, separators not counted."""
        return sum(len(text.encode()) for text in self.documents)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 over ids and documents: two equal hashes are two equal corpora."""
        digest = hashlib.sha256()
        for doc_id, text in zip(self.ids, self.documents, strict=True):
            for part in (doc_id, text):
                data = part.encode()
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()
