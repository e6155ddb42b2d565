"""What the built site needs beside its pages: local maths, no doubled scripts, several readers."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

MATHJAX = "tex-mml-chtml.js"
FONTS = "output/chtml/fonts/woff-v2"


def read_in_parallel(app: Sphinx, config: Config) -> None:
    """Read (that is, execute) pages in as many processes as ``BOOK_JOBS`` says.

    Args:
        app: the build.
        config: its settings.
    """
    app.parallel = max(1, int(os.environ.get("BOOK_JOBS", "1")))
    for extension in app.extensions.values():
        if extension.parallel_read_safe is None:  # says nothing, and keeps nothing between pages
            extension.parallel_read_safe = True


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Put MathJax and its fonts into the built site: maths are set without a network.

    Args:
        app: the build that ends.
        exception: what ended it, if it did not end by itself.
    """
    if exception is not None or app.builder.format != "html":
        return
    package = distribution("sphinx_mathjax_offline")
    source = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    target = Path(app.outdir, "_static", "vendor", "mathjax")
    if not (target / MATHJAX).exists():
        shutil.copytree(source / FONTS, target / FONTS, dirs_exist_ok=True)
        shutil.copy2(source / MATHJAX, target / MATHJAX)


def drop_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Take out the scripts of live code, which the book does not use.

    Their constants stand twice on every page, which is a JavaScript error, and name outside hosts.

    Args:
        app: the build.
        pagename: the page that is written.
        templatename: its template.
        context: what the template receives; its list of scripts is replaced.
        doctree: the page's tree, or nothing.
    """
    scripts = context.get("script_files", [])
    context["script_files"] = [script for script in scripts if not _is_thebe(script)]


def _is_thebe(script: Any) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return "thebe" in str(getattr(script, "filename", "") or "").lower() or "THEBE" in body


def setup(app: Sphinx) -> None:
    """Connect the events."""
    app.connect("config-inited", read_in_parallel)
    app.connect("build-finished", copy_mathjax)
    app.connect("html-page-context", drop_thebe, priority=900)
