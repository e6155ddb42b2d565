"""Text to ids and back: characters, words, a hybrid of both, byte-level BPE, long documents."""

from importlib import import_module
from pathlib import Path

from course_lib.errors import TokenizerError
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.tokenizers.tokenizer_files import FILE, load_fields

__all__ = ["Tokenizer", "load"]

# Imported when a folder asks for them, so that importing this package stays quick.
_CLASSES = {
    "characters": ("characters", "CharacterTokenizer"),
    "words": ("words", "WordTokenizer"),
    "hybrid": ("hybrid", "HybridTokenizer"),
    "long-documents": ("long_documents", "LongDocumentTokenizer"),
    "led": ("led", "LEDTokenizer"),
    "hub": ("hub", "HubTokenizer"),
    "byte-bpe": ("bpe", "ByteBPETokenizer"),
}


def load(path: str | Path) -> Tokenizer:
    """Open any tokenizer that one of our classes has saved.

    Args:
        path: the folder it was saved into.

    Raises:
        TokenizerError: no saved tokenizer there, a type that is not ours, or a damaged
            file; says which.

    >>> import tempfile
    >>> from course_lib.tokenizers.words import WordTokenizer
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     WordTokenizer.from_texts(["so it goes"]).save(folder)
    ...     load(folder)
    WordTokenizer(3 words)
    """
    folder = Path(path)
    if (folder / "vocab.json").is_file() and not (folder / FILE).exists():
        raise TokenizerError(
            f"{folder} has a vocab.json of another program and no {FILE}; read it with "
            "ByteBPETokenizer.from_files, or LongDocumentTokenizer.from_files for LED"
        )
    kind = load_fields(folder).get("type", str)
    if kind not in _CLASSES:
        raise TokenizerError(
            f"{folder / FILE} is of type {kind!r}; known are {', '.join(_CLASSES)}"
        )
    module, name = _CLASSES[kind]
    found = getattr(import_module(f"course_lib.tokenizers.{module}"), name).load(folder)
    assert isinstance(found, Tokenizer)
    return found
