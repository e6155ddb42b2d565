"""Docstrings of installed libraries, read from their source files without running them."""

import ast
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from course_lib.corpus import prose
from course_lib.corpus.corpus import Corpus
from course_lib.corpus.transfer import Progress

MINIMUM_DOCUMENT_CHARS = 400
MINIMUM_DOCSTRING_CHARS = 120
REPEATED_WORDS = 8

# Tests, and copies of other libraries.
_SKIPPED = {"tests", "test", "testing", "conftest.py", "setup.py"} | {
    "_vendor",
    "vendored",
    "third_party",
    "externals",
    "extern",
}


@dataclass(frozen=True)
class Library:
    """An installed library whose docstrings are harvested.

    Args:
        name: its name for pip.
        package: its name for ``import``.
        licence: SPDX identifier of its licence.
    """

    name: str
    package: str
    licence: str


# In the order of the corpus. All of them come with course-lib[all].
LIBRARIES = (
    Library("numpy", "numpy", "BSD-3-Clause"),
    Library("scipy", "scipy", "BSD-3-Clause"),
    Library("matplotlib", "matplotlib", "PSF-2.0"),
    Library("keras", "keras", "Apache-2.0"),
    Library("torch", "torch", "BSD-3-Clause"),
    Library("nltk", "nltk", "Apache-2.0"),
    Library("sympy", "sympy", "BSD-3-Clause"),
    Library("networkx", "networkx", "BSD-3-Clause"),
    Library("sqlalchemy", "sqlalchemy", "MIT"),
    Library("tornado", "tornado", "Apache-2.0"),
    Library("ipython", "IPython", "BSD-3-Clause"),
)


@dataclass(frozen=True)
class Harvest:
    """Documents with what they were made from.

    Args:
        ids: source files, from the package's name on.
        documents: one text a source file, its paragraphs separated by blank lines.
        manifest: libraries with versions and counts, those missing, and the corpus' SHA-256.
    """

    ids: tuple[str, ...]
    documents: tuple[str, ...]
    manifest: dict[str, Any]

    def corpus(self) -> Corpus:
        """The harvest as a corpus.

        Raises:
            CorpusError: there is no document.
        """
        used = [library for library in self.manifest["libraries"] if library["documents"]]
        return Corpus(
            "docs",
            self.documents,
            self.ids,
            "en",
            " AND ".join(sorted({library["licence"] for library in used})) or "none",
            "docstrings of " + ", ".join(f"{lib['name']} {lib['version']}" for lib in used),
        )


def harvest(
    libraries: Sequence[Library] = LIBRARIES,
    *,
    minimum_document_chars: int = MINIMUM_DOCUMENT_CHARS,
    minimum_docstring_chars: int = MINIMUM_DOCSTRING_CHARS,
    progress: Progress | None = None,
) -> Harvest:
    """Read the libraries' source files and keep the prose of their docstrings.

    A paragraph that repeats any eight words in a row of an earlier one is left out: libraries copy
    their own sentences, and a copy in the test set would flatter every model.

    Args:
        libraries: which, in this order.
        minimum_document_chars: files with less prose give no document.
        minimum_docstring_chars: docstrings with less prose (most are one line) give nothing.
        progress: called with ("docs", bytes of source read, bytes in all).
    """
    roots = {library: root for library in libraries if (root := root_of(library)) is not None}
    files = {library: _source_files(root) for library, root in roots.items()}
    total = sum(file.stat().st_size for group in files.values() for file in group)
    done, seen = 0, set[str]()
    made: dict[Library, dict[str, str]] = {}
    unreadable = []
    for library, root in roots.items():
        texts = made.setdefault(library, {})
        for file in files[library]:
            name = file.relative_to(root.parent).as_posix()
            try:
                paragraphs = _file_prose(file, minimum_docstring_chars)
            except (SyntaxError, ValueError, OSError):
                unreadable.append(name)
                paragraphs = []
            # Measured before and after, so that a file too short does not take text from others.
            if sum(map(len, paragraphs)) >= minimum_document_chars:
                text = "\n\n".join(_not_repeated(paragraphs, seen))
                if len(text) >= minimum_document_chars:
                    texts[name] = text
            done += file.stat().st_size
            if progress:
                progress("docs", done, total)
    entries = [_entry(library, len(files[library]), texts) for library, texts in made.items()]
    missing = [library.name for library in libraries if library not in roots]
    return _with_manifest(made, entries, missing, unreadable)


def _entry(library: Library, n_files: int, texts: dict[str, str]) -> dict[str, Any]:
    return asdict(library) | {
        "version": version_of(library),
        "files": n_files,
        "documents": len(texts),
        "bytes": sum(len(text.encode()) for text in texts.values()),
    }


def _with_manifest(
    made: dict[Library, dict[str, str]],
    entries: list[dict[str, Any]],
    missing: list[str],
    unreadable: list[str],
) -> Harvest:
    texts = {name: text for own in made.values() for name, text in own.items()}
    described: dict[str, Any] = {
        "libraries": entries,
        "missing": missing,
        "unreadable": unreadable,
        "documents": len(texts),
        "bytes": sum(entry["bytes"] for entry in entries),
        "sha256": "",
    }
    harvested = Harvest(tuple(texts), tuple(texts.values()), described)
    if texts:
        described["sha256"] = harvested.corpus().sha256
    return harvested


def root_of(library: Library) -> Path | None:
    """The library's folder, or None; a top-level name is found without running its code."""
    try:
        spec = find_spec(library.package)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations or not spec.origin:
        return None
    return Path(spec.origin).parent


def version_of(library: Library) -> str:
    """The installed version, or ``"unknown"``."""
    try:
        return version(library.name)
    except PackageNotFoundError:
        return "unknown"


def _source_files(root: Path) -> list[Path]:
    def wanted(file: Path) -> bool:
        parts = file.relative_to(root).parts
        name = parts[-1]
        is_test = name.startswith("test_") or name.endswith("_test.py")
        return not is_test and _SKIPPED.isdisjoint(parts)

    return sorted(filter(wanted, root.rglob("*.py")), key=lambda file: file.parts)


def _file_prose(file: Path, minimum_chars: int) -> list[str]:
    """Paragraphs of a file's docstrings, in the order of its lines."""
    source = file.read_bytes()
    with warnings.catch_warnings():
        # Old string escapes in the libraries' sources are not our reader's business.
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    found = []
    for docstring in _docstrings(tree):
        paragraphs = prose.paragraphs(unicodedata.normalize("NFC", docstring))
        if sum(map(len, paragraphs)) >= minimum_chars:
            found += paragraphs
    return found


def _docstrings(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    """Docstrings of a module or class and of what it defines, top down."""
    if (own := ast.get_docstring(node, clean=False)) is not None:
        yield own
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _docstrings(child)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(child, clean=False)
            if text is not None:
                yield text


def _not_repeated(paragraphs: Sequence[str], seen: set[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        words = [word.strip(".,;:!?()'\"").lower() for word in paragraph.split()]
        runs = {
            " ".join(words[start : start + REPEATED_WORDS])
            for start in range(max(1, len(words) - REPEATED_WORDS + 1))
        }
        if seen.isdisjoint(runs):
            seen |= runs
            yield paragraph
