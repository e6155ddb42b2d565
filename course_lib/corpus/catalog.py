"""The corpora by name: what each is, how to load it, and where it is on this machine."""

import difflib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.corpus import documents, download, folder
from course_lib.corpus.corpus import PARTS, Corpus
from course_lib.corpus.datasets import DataSet
from course_lib.corpus.entries import ENTRIES, Entry
from course_lib.corpus.transfer import Progress
from course_lib.errors import CorpusError

_LONGEST = 60  # characters of a name that an error repeats


@dataclass(frozen=True)
class Status:
    """Where a corpus is on this machine.

    Args:
        entry: what the corpus is.
        present: whether it can be loaded without a download or a harvest.
        where: folder that holds it, or a word on how it is made.
        n_bytes: its size, or None where it is not known yet or any size can be had.
        problem: what is wrong with the files that are there, or None.
    """

    entry: Entry
    present: bool
    where: str
    n_bytes: int | None
    problem: str | None = None


def names() -> tuple[str, ...]:
    """Names that `load` knows, embedded corpora first."""
    return tuple(ENTRIES)


def load(
    name: str | os.PathLike[str], *, progress: Progress | None = None, **options: Any
) -> Corpus:
    """Load a corpus by name, or a folder or text file of your own by its path.

    A name of the catalogue wins over a folder of the same name: write ``./verse`` for the folder.

    Args:
        name: one of `names`, or a path.
        progress: called with (label, done, in all) while something is downloaded or harvested.
        options: see `info` for a name, `folder.load` for a path.

    Raises:
        CorpusError: no such corpus (with near matches), an option it does not take, or a text that
            cannot be had.
    """
    if isinstance(name, str) and name in _LOADERS:
        _check_options(name, _LOADERS[name], options)
        return _LOADERS[name](progress, **options)
    if _is_path(name):
        _check_options(str(name), folder.load, options)
        return folder.load(name, **options)
    raise unknown(str(name))


def _check_options(name: str, loader: Callable[..., Corpus], options: Mapping[str, object]) -> None:
    # The first parameter is the path, or the progress hook.
    accepted = list(inspect.signature(loader).parameters)[1:]
    if strange := sorted(set(options).difference(accepted)):
        raise CorpusError(
            f"corpus {name!r} has no option {', '.join(strange)}; it takes "
            f"{', '.join(accepted) or 'none'}"
        )


def unknown(name: str) -> CorpusError:
    """The error for a name that is not in the catalogue.

    >>> print(unknown("tinyshakespere"))
    unknown corpus 'tinyshakespere'; did you mean tinyshakespeare? Known are: verse, anthology, \
docs, tinyshakespeare, quijote, wikitext2, wikitext2-raw, spa-eng; or give the path of a folder
    """
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    near = difflib.get_close_matches(name.lower(), ENTRIES, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ";"
    return CorpusError(
        f"unknown corpus {name!r}{hint} Known are: {', '.join(ENTRIES)}; or give the path of a "
        "folder"
    )


def _is_path(name: str | os.PathLike[str]) -> bool:
    return (
        not isinstance(name, str)
        or name.startswith((".", "~"))
        or "/" in name
        or os.sep in name
        or (bool(name) and _exists(name))
    )


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than a path can be, or with a character none has
        return False


def get(
    name: str, *, progress: Progress | None = None, cache: Path | None = None
) -> tuple[Path, ...]:
    """Download a corpus, all of its files, or find it on this machine.

    Args:
        name: a downloaded corpus.
        progress: called with (path, bytes so far, bytes in all or None).
        cache: cache folder; None is `download.cache_dir`.

    Returns:
        Paths of its files. An embedded corpus has none: there is nothing to get.

    Raises:
        CorpusError: no such corpus, or a file cannot be had.
    """
    data = entry(name).data
    return download.fetch(data, progress=progress, cache=cache) if data else ()


def entry(name: str) -> Entry:
    """The catalogue's entry.

    Raises:
        CorpusError: no such name.
    """
    if not isinstance(name, str) or name not in ENTRIES:
        raise unknown(str(name))
    return ENTRIES[name]


def info(name: str) -> Status:
    """What a corpus is and where it is on this machine; nothing is downloaded.

    Args:
        name: one of `names`.

    Raises:
        CorpusError: no such name.
    """
    what = entry(name)
    if what.data:
        return _downloaded_status(what, what.data)
    if name == "docs":
        from course_lib.corpus import docs

        made = docs.cached_manifest()
        where = str(download.cache_dir() / "docs") if made else "harvested at the first use"
        return Status(what, made is not None, where, made["bytes"] if made else None)
    if name == "verse":
        return Status(what, True, "drawn on demand", None)
    return Status(what, True, "in the package", load(name).n_bytes)


def _downloaded_status(what: Entry, data: DataSet) -> Status:
    size = sum(file.size for file in data.files)
    try:
        found = [path for file in data.files if (path := download.find(file))]
        where = found[0].parent if found else (download.data_dir() or download.cache_dir())
    except CorpusError as error:
        return Status(what, False, os.environ.get("COURSE_DATA", ""), size, str(error))
    problem = None
    if 0 < len(found) < len(data.files):
        problem = f"{len(found)} of {len(data.files)} files are there"
    return Status(what, len(found) == len(data.files), str(where), size, problem)


def _verse(progress: Progress | None, n: int = 1000, seed: int = 0, language: str = "en") -> Corpus:
    from course_lib.corpus import verse

    return verse.as_corpus(n, seed, language)


def _anthology(progress: Progress | None, language: str | None = None) -> Corpus:
    from course_lib.corpus import anthology

    return anthology.load(language)


def _docs(progress: Progress | None, minimum_bytes: int | None = None) -> Corpus:
    from course_lib.corpus import docs

    least = docs.MINIMUM_BYTES if minimum_bytes is None else minimum_bytes
    return docs.load(least, progress=progress)


def _whole_file(name: str, cut: Callable[[str], documents.Documents]) -> Callable[..., Corpus]:
    def loader(progress: Progress | None) -> Corpus:
        what = ENTRIES[name]
        assert what.data is not None
        # The first file is the text; others are notes that come with it.
        return _from_file(what, what.data.files[0].path, cut, progress)

    return loader


def _wikitext(name: str, pattern: str) -> Callable[..., Corpus]:
    def loader(progress: Progress | None, split: str = "train") -> Corpus:
        if split not in PARTS:
            raise CorpusError(
                f"corpus {name!r} has no split {split!r}; expected one of {', '.join(PARTS)}"
            )
        path = pattern.format(split)
        return _from_file(ENTRIES[name], path, documents.by_articles, progress, f"{split}-")

    return loader


def _from_file(
    what: Entry,
    path: str,
    cut: Callable[[str], documents.Documents],
    progress: Progress | None,
    prefix: str = "",
) -> Corpus:
    assert what.data is not None
    (file,) = download.fetch(what.data, [path], progress=progress)
    ids, texts = cut(file.read_bytes().decode("utf-8"))
    expected = next(known for known in what.data.files if known.path == path)
    note = expected.variants.get(download.file_sha256(file))
    source = f"{what.source} ({note})" if note else what.source
    ids = [prefix + identifier for identifier in ids]
    return Corpus(what.name, tuple(texts), tuple(ids), what.language, what.licence, source)


_LOADERS: dict[str, Callable[..., Corpus]] = {
    "verse": _verse,
    "anthology": _anthology,
    "docs": _docs,
    "tinyshakespeare": _whole_file("tinyshakespeare", documents.by_speeches),
    "quijote": _whole_file("quijote", documents.by_chapters),
    "wikitext2": _wikitext("wikitext2", "wikitext-2/{}.txt"),
    "wikitext2-raw": _wikitext("wikitext2-raw", "wikitext-2-raw/wiki.{}.raw"),
    "spa-eng": _whole_file("spa-eng", documents.by_sentence),
}
