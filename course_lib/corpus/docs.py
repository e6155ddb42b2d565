"""The ``docs`` corpus: English prose from the docstrings of the installed libraries.

The source files are parsed, never imported, so that a library's code does not run. The text depends
on the versions installed: `manifest` says which, and two equal hashes are two equal corpora.
"""

import hashlib
import json
import platform
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course_lib.corpus import harvest, prose
from course_lib.corpus.corpus import Corpus
from course_lib.corpus.download import cache_dir
from course_lib.corpus.harvest import LIBRARIES, Harvest
from course_lib.corpus.transfer import Progress
from course_lib.errors import CorpusError
from course_lib.whole_file import whole_file

MINIMUM_BYTES = 2_000_000


def load(
    minimum_bytes: int = MINIMUM_BYTES,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """The prose of the installed libraries' docstrings, one document a source file.

    The first call reads some 100 MB of source files; the next ones read its result from the cache
    folder, as long as the same versions are installed.

    Args:
        minimum_bytes: least UTF-8 bytes of text; 0 takes whatever is installed.
        cache: cache folder; None is `download.cache_dir`.
        progress: called with ("docs", bytes of source read, bytes in all).

    Raises:
        CorpusError: too little is installed; says what is missing.
    """
    found = _cached(cache, progress)
    manifest = found.manifest
    if manifest["bytes"] < minimum_bytes or not found.documents:
        missing = ", ".join(manifest["missing"])
        raise CorpusError(
            f"corpus 'docs' has {manifest['bytes']:,} bytes, expected at least {minimum_bytes:,}; "
            + (
                f"not installed: {missing} (pip install 'course-lib[all]')"
                if missing
                else "all its libraries are installed"
            )
            + "; minimum_bytes=0 takes what there is"
        )
    return found.corpus()


def manifest(cache: Path | None = None) -> dict[str, Any]:
    """What the corpus is made of on this machine.

    Returns:
        ``libraries`` (each with name, package, licence, version, files, documents, bytes),
        ``missing`` (names), ``unreadable`` (source files that do not parse), ``documents``,
        ``bytes`` and ``sha256``.
    """
    return _cached(cache, None).manifest


def cached_manifest(cache: Path | None = None) -> dict[str, Any] | None:
    """`manifest`, or None where it would have to be harvested first."""
    stored = _stored(_cache_file(cache))
    return stored.manifest if stored else None


def _cache_file(cache: Path | None) -> Path:
    """Named by all that the harvest depends on: versions, Python's parser, and this code."""
    digest = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        root = harvest.root_of(library)
        digest.update(f"{library} {harvest.version_of(library) if root else 'missing'}\n".encode())
    for source in (harvest.__file__, prose.__file__):
        digest.update(Path(source).read_bytes())
    return (cache or cache_dir()) / "docs" / f"{digest.hexdigest()[:16]}.json"


def _stored(file: Path) -> Harvest | None:
    """A harvest from the cache, or None where there is none or it is damaged."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        made = Harvest(tuple(stored["ids"]), tuple(stored["documents"]), stored["manifest"])
        sound = not made.documents or made.corpus().sha256 == made.manifest["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made if sound else None


def _cached(cache: Path | None, progress: Progress | None) -> Harvest:
    file = _cache_file(cache)
    if (stored := _stored(file)) is not None:
        return stored
    made = harvest.harvest(progress=progress)
    # A cache that cannot be written costs time on the next call, and nothing else.
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as out:
            out.write(json.dumps(asdict(made), ensure_ascii=False).encode())
    return made
