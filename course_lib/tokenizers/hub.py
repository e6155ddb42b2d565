"""The tokenizer of a published model, through ``transformers``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from course_lib.errors import TokenizerError, require
from course_lib.tokenizers.tokenizer_files import load_fields, save_tokenizer
from course_lib.tokenizers.validation import checked_ids, checked_text

FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
)


class HubTokenizer:
    """A tokenizer of ``transformers``, with the interface of ours.

    Args:
        backend: what ``AutoTokenizer.from_pretrained`` returns.

    Raises:
        TokenizerError: it has no token that ends a document.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._size = max(backend.get_vocab().values(), default=-1) + 1
        if backend.eos_token_id is None:
            raise TokenizerError(f"{backend.name_or_path} has no token that ends a document")

    @classmethod
    def from_pretrained(
        cls, name: str | Path, timeout_s: float = 10.0, endpoint: str | None = None
    ) -> Self:
        """Open a folder of this machine, or fetch the tokenizer's files from the hub and keep them.

        What the hub's cache has is used as it is, without asking: published vocabularies stay.

        Args:
            name: a folder, or a model's name on the hub.
            timeout_s: seconds to wait for the hub to answer; it is asked once.
            endpoint: the hub's address, if it is not the usual one.

        Raises:
            MissingExtraError: ``transformers`` is not installed.
            TokenizerError: no such folder or model, the hub does not answer and has not been asked
                before, or the files are no tokenizer.
        """
        transformers = require("transformers", "hub")
        folder = Path(name)
        if not folder.is_dir():
            folder = _fetch(str(name), timeout_s, endpoint)
        _check_folder(folder)
        try:
            backend = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except Exception as error:  # the Rust library raises nothing more precise
            raise TokenizerError(f"{folder} is no tokenizer: {_first_line(error)}") from error
        return cls(backend)

    @property
    def vocab_size(self) -> int:
        """Number of ids, added tokens counted: the rows that a model's embedding needs."""
        return self._size

    @property
    def special_ids(self) -> Mapping[str, int]:
        """The ids of the special tokens, by their written form."""
        backend = self._backend
        return dict(zip(backend.all_special_tokens, backend.all_special_ids, strict=True))

    @property
    def eos_id(self) -> int:
        """The id that ends a document."""
        return int(self._backend.eos_token_id)

    @property
    def pad_id(self) -> int | None:
        """The id for padding, or None."""
        found = self._backend.pad_token_id
        return None if found is None else int(found)

    @property
    def frame(self) -> tuple[list[int], list[int]]:
        """The ids that the model expects before and after those of a text, often one each."""
        bare = self.encode("a")
        framed = list(self._backend("a", verbose=False)["input_ids"])
        start = next(i for i in range(len(framed)) if framed[i : i + len(bare)] == bare)
        return framed[:start], framed[start + len(bare) :]

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without any around it.

        Args:
            text: any string without lone surrogates.

        Raises:
            TokenizerError: a lone surrogate; names its position.
        """
        text = checked_text(text)
        return list(self._backend(text, add_special_tokens=False, verbose=False)["input_ids"])

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of some ids.

        Args:
            ids: ids from 0 to vocab_size - 1.
            skip_special: leave special tokens out.

        Raises:
            TokenizerError: an id out of range; names it and its place.
        """
        return str(
            self._backend.decode(
                checked_ids(ids, self.vocab_size),
                skip_special_tokens=skip_special,
                clean_up_tokenization_spaces=False,
            )
        )

    def save(self, path: str | Path) -> None:
        """Write what ``load`` needs into a folder, which is made if it is missing.

        Args:
            path: the folder.
        """
        self._backend.save_pretrained(path)
        save_tokenizer(path, "hub", self.vocab_size)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what ``save`` wrote.

        Args:
            path: the folder.

        Raises:
            MissingExtraError: ``transformers`` is not installed.
            TokenizerError: a file is missing or damaged; names it.
        """
        fields = load_fields(path, "hub")
        tokenizer = cls.from_pretrained(path)
        fields.check_size(tokenizer.vocab_size)
        return tokenizer


def _fetch(name: str, timeout_s: float, endpoint: str | None) -> Path:
    """The folder of the hub's cache that holds a model's tokenizer files, fetched if need be."""
    hub = require("huggingface_hub", "hub")
    try:
        kept = [hub.try_to_load_from_cache(name, file) for file in FILES]
        if None in kept:
            # AutoTokenizer, and the downloads below, repeat what fails for most of a minute. Asked
            # once for the address of one file, an absent hub shows itself at once.
            hub.get_hf_file_metadata(
                hub.hf_hub_url(name, FILES[0], endpoint=endpoint),
                timeout=timeout_s,
                endpoint=endpoint,
            )
            kept = [_fetch_file(hub, name, file, timeout_s, endpoint) for file in FILES]
        return _folder_of(kept)
    except Exception as error:  # httpx's, the hub's own, and the system's
        raise TokenizerError(
            f"cannot fetch the tokenizer {name!r} from {endpoint or hub.constants.ENDPOINT}, and "
            f"it is no folder of this machine: {_first_line(error)}"
        ) from error


def _fetch_file(
    hub: Any, name: str, file: str, timeout_s: float, endpoint: str | None
) -> str | None:
    try:
        return str(hub.hf_hub_download(name, file, etag_timeout=timeout_s, endpoint=endpoint))
    except hub.errors.RemoteEntryNotFoundError:  # no model has all of the files
        return None


def _folder_of(paths: Sequence[object]) -> Path:
    """The folder of those that are paths; for a file that the hub lacks, its cache keeps a mark."""
    return Path(next(path for path in paths if isinstance(path, str))).parent


def _check_folder(folder: Path) -> None:
    """Refuse a folder of which ``transformers`` would make an empty vocabulary without a word."""
    if (folder / "tokenizer.json").is_file():
        return
    for needed in ("vocab.json", "merges.txt"):
        path = folder / needed
        if not path.is_file():
            raise TokenizerError(
                f"{folder} has neither tokenizer.json nor {needed}; expected the files of a "
                "byte-level tokenizer"
            )
        if not path.read_bytes().strip():
            raise TokenizerError(f"{path} is empty; expected the file as it was published")


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
