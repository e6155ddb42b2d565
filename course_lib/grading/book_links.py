"""From a question to the section of the book to read again.

A section is written ``page#anchor``: the page is a file of ``book/`` without its suffix, the anchor
a MyST target, ``(anchor)=``, in that file.
"""

import re
from pathlib import Path


def page(section: str) -> str:
    """The page of a section in the built book, from its folder.

    Args:
        section: page and anchor, for instance ``01_explore#n-grams``.

    Returns:
        The path below the built book, with the anchor.

    >>> page("01_explore#n-grams")
    'book/01_explore.html#n-grams'
    """
    name, _, anchor = section.partition("#")
    return f"book/{name}.html" + (f"#{anchor}" if anchor else "")


def link(section: str, root: Path) -> str:
    """A section as Rich markup: a link where the book is built, else where its text stands.

    Args:
        section: page and anchor.
        root: the folder of the checkout.

    Returns:
        Rich markup on one line.
    """
    name, _, anchor = section.partition("#")
    built = root / "_build" / "html" / "book" / f"{name}.html"
    if built.is_file():
        return f"[link={built.resolve().as_uri()}#{anchor}]{page(section)}[/link]"
    return f"book/{name}.md, section {anchor}"


def missing(section: str, root: Path) -> str:
    """What a section lacks in the sources of the book.

    Args:
        section: page and anchor.
        root: the folder of the checkout.

    Returns:
        One line; empty where the page exists and sets the anchor.
    """
    name, _, anchor = section.partition("#")
    source = root / "book" / f"{name}.md"
    if not source.is_file():
        return f"{section}: there is no book/{name}.md"
    text = source.read_text(encoding="utf-8")
    if anchor and not re.search(rf"^\({re.escape(anchor)}\)=\s*$", text, re.MULTILINE):
        return f"{section}: book/{name}.md sets no anchor ({anchor})="
    return ""
