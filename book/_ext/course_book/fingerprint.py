"""The fingerprint of a page: one hash over every file that its code cells depend on.

The execution cache of notebooks looks at code cells alone. With the fingerprint in a cell of its
own it also sees a change of ``course_lib`` (through any chain of imports), of its data, of result
files, of the locked library versions and of Python. What cannot be told from the source counts as
used: one execution too many costs seconds, one too few leaves a stale page.
"""

import hashlib
import re
import sys
from pathlib import Path

from course_book.cells import code_cells, split_commands
from course_book.python_uses import EVERYTHING, Uses, uses

RESULTS = "experiments/results"
ALWAYS = ("requirements.lock",)
PATH = re.compile(r"[\w~-]*[./][\w./~-]*")


def depended_on(root: Path, page: Path, source: str) -> set[Path]:
    """Every file that the code cells of a page depend on.

    Args:
        root: the checkout.
        page: the page's own file; its cells run in the folder of this file.
        source: the MyST source of the page.

    Returns:
        Absolute paths. A result file that is asked for counts whether it exists or not.
    """
    parts = [split_commands(cell) for cell in code_cells(source)]
    if not parts:
        return set()
    files = {root / name for name in ALWAYS}
    commands = " ".join(line for _, lines in parts for line in lines)
    cells = uses("\n".join(python for python, _ in parts))
    if "course" in commands:
        return files | _everything(root)
    words = set(re.split(r"[\s'\"=]+", commands)) - {""}
    todo = _referred(root, page.parent, cells) | _named(root, page.parent, words)
    while todo - files:
        file = (todo - files).pop()
        files.add(file)
        if file.suffix == ".py":
            todo |= _of_module(root, file)
    return files


def fingerprint(root: Path, page: Path, source: str) -> str:
    """One short hash over all that the code cells of a page depend on, their own text excepted.

    Args:
        root: the checkout.
        page: the page's own file.
        source: the MyST source of the page.
    """
    digest = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for file in sorted(depended_on(root, page, source)):
        content = file.read_bytes() if file.is_file() else b"missing"
        digest.update(f"\0{file.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def with_fingerprint(root: Path, page: Path, source: str) -> str:
    """The source of a page with its fingerprint in a code cell that is executed but not shown.

    Args:
        root: the checkout.
        page: the page's own file.
        source: the MyST source of the page; without code cells it stays as it is.
    """
    if not code_cells(source):
        return source
    mark = fingerprint(root, page, source)
    return f"{source}\n\n```{{code-cell}} ipython3\n:tags: [remove-cell]\n# inputs {mark}\n```\n"


def _everything(root: Path) -> set[Path]:
    found = {f for f in (root / "course_lib").rglob("*") if _is_input(f)}
    return found | {f for f in (root / "experiments").rglob("*") if _is_input(f)}


def _is_input(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")


def _referred(root: Path, folder: Path, used: Uses) -> set[Path]:
    """Files behind the imports, results and paths of one piece of Python."""
    if EVERYTHING in used.modules:
        return _everything(root)
    files = {file for module in used.modules for file in _module_files(root, module)}
    for name in used.results:
        everything = set((root / RESULTS).glob("*.json"))
        files |= everything if name == EVERYTHING else {root / RESULTS / f"{name}.json"}
    return files | _named(root, folder, used.strings)


def _of_module(root: Path, file: Path) -> set[Path]:
    """What a module of the checkout brings: its own references, its package's data, lazy parts."""
    parts = file.relative_to(root).with_suffix("").parts
    package = parts[:-1]
    used = uses(file.read_text("utf8"), ".".join(package))
    files = _referred(root, root, used) | _module_files(root, ".".join(package))
    if used.lazy and file.name == "__init__.py":
        files |= set(file.parent.rglob("*.py"))
    return files | (_data_beside(file) if (file.parent / "__init__.py").exists() else set())


def _module_files(root: Path, module: str) -> set[Path]:
    """The files that importing a dotted name runs: its packages from the outside in, and itself."""
    found: set[Path] = set()
    parts = [part for part in module.split(".") if part.isidentifier()]
    for end in range(1, len(parts) + 1):
        base = root.joinpath(*parts[:end])
        found |= {f for f in (base.with_suffix(".py"), base / "__init__.py") if f.is_file()}
    return found


def _data_beside(module: Path) -> set[Path]:
    """Files that are no Python in a package's folder and in its folders that are no packages."""
    found: set[Path] = set()
    folders = [module.parent]
    while folders:
        for path in folders.pop().iterdir():
            if path.is_dir() and path.name != "__pycache__":
                if not (path / "__init__.py").exists():
                    folders.append(path)
            elif path.suffix != ".py" and _is_input(path):
                found.add(path)
    return found


def _is_page(root: Path, path: Path) -> bool:
    """Whether a file is a page of the book: a string that names one is a link and no input."""
    return path.suffix == ".md" and path.is_relative_to((root / "book").resolve())


def _named(root: Path, folder: Path, names: set[str] | frozenset[str]) -> set[Path]:
    """Files of the checkout that strings name: by path, or, of an experiment, by bare name."""
    experiments = {f.name: f for f in (root / "experiments").rglob("*.*") if _is_input(f)}
    found = {experiments[name] for name in names if name in experiments}
    for name in names:
        if not PATH.fullmatch(name):
            continue
        for base in (root, folder):
            path = (base / name).resolve()
            if not path.is_relative_to(root.resolve()) or path in (root.resolve(), folder):
                continue
            if path.is_file() and not _is_page(root, path):
                found.add(root / path.relative_to(root.resolve()))
            elif path.is_dir() and "/" in name:
                found |= {f for f in path.rglob("*") if _is_input(f)}
    return found
