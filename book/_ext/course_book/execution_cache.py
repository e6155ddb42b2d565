"""Which pages are read again, and which of those are executed again.

Reading is decided here by content, not by time stamps, so that a restored or copied build folder
is right too. Executing is decided by the notebook cache, which keys on the code cells: the page's
fingerprint is one of them.
"""

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from course_book.fingerprint import fingerprint, with_fingerprint


def add_fingerprint(app: Sphinx, docname: str, content: list[str]) -> None:
    """Put a page's fingerprint into its source before it is parsed.

    Args:
        app: the build.
        docname: the page.
        content: the source, a list of one string, changed in place.
    """
    content[0] = with_fingerprint(Path(app.srcdir), Path(app.env.doc2path(docname)), content[0])


def pages_to_read(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages whose source or inputs differ from those of the last build.

    Args:
        app: the build.
        env: what is remembered of the last build.
        added: pages that were not there.
        changed: pages that Sphinx itself reads again.
        removed: pages that are gone.
    """
    before: dict[str, str] = getattr(env, "course_contents", {})
    return [docname for docname in env.found_docs if before.get(docname) != _content(app, docname)]


def _content(app: Sphinx, docname: str) -> str:
    """One hash over a page, what its cells depend on, and what its last reading depended on."""
    root = Path(app.srcdir)
    page = Path(app.env.doc2path(docname))
    source = page.read_text("utf8")
    digest = hashlib.sha256((source + fingerprint(root, page, source)).encode())
    for name in sorted(app.env.dependencies.get(docname, ())):
        file = root / name
        digest.update(file.read_bytes() if file.is_file() else b"missing")
    if docname == app.config.root_doc:  # Sphinx copies static files only when it writes a page
        for folder in app.config.html_static_path:
            for file in sorted(f for f in (root / folder).rglob("*") if f.is_file()):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def note_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Remember whether this build reads any page.

    Args:
        app: the build.
        env: what is remembered of the last build.
        docnames: the pages about to be read.
    """
    app.course_reads = bool(docnames)  # type: ignore[attr-defined]


def remember_and_write_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Remember what was read; and once any page was read, write every page.

    A link of one page may lead to what another has lost.

    Args:
        app: the build.
        env: the pages as they are now.
    """
    if not getattr(app, "course_reads", False):
        return []
    env.course_contents = {  # type: ignore[attr-defined]
        docname: _content(app, docname) for docname in env.all_docs
    }
    return sorted(env.all_docs)


def forget_after_warnings(app: Sphinx, exception: Exception | None) -> None:
    """After a build with warnings start afresh: a page that is not read again would be silent.

    Args:
        app: the build that ends.
        exception: what ended it, if it did not end by itself.
    """
    if exception is not None or app._warncount:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Connect the events."""
    app.connect("source-read", add_fingerprint)
    app.connect("env-get-outdated", pages_to_read)
    app.connect("env-before-read-docs", note_reading)
    app.connect("env-updated", remember_and_write_all)
    app.connect("build-finished", forget_after_warnings)
