"""Every picture says in words what it shows, or the build warns."""

from html.parser import HTMLParser

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)
FILE_ENDINGS = (".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp")


class _Pictures(HTMLParser):
    """Collects the pictures of a piece of HTML that have no text in their stead."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = given.get("aria-hidden") == "true"
        decorative = hidden or given.get("role") == "presentation"
        if tag == "img" and not decorative and not is_description(given.get("alt")):
            self.faults.append(f"<img src={(given.get('src') or '')[:60]!r}> without alt text")
        if tag == "svg" and not decorative and not is_description(given.get("aria-label")):
            self.faults.append("inline <svg> without aria-label")


def is_description(text: str | None) -> bool:
    """Whether an alternative text says anything: it is there and is not a file's name.

    Args:
        text: the alternative text.
    """
    stripped = (text or "").strip()
    return bool(stripped) and not stripped.lower().endswith(FILE_ENDINGS)


def faults_in_html(markup: str) -> list[str]:
    """What is wrong with the pictures in a piece of HTML.

    Args:
        markup: HTML, a whole page or a part.
    """
    parser = _Pictures()
    parser.feed(markup)
    return parser.faults


def check_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Warn for each picture of a page that lacks a description.

    Args:
        app: the build.
        doctree: the page.
    """
    for image in doctree.findall(nodes.image):
        if not is_description(image.get("alt")):
            log.warning(
                "image without alt text: %s", image.get("uri"), location=image, type="course"
            )
    for raw in doctree.findall(nodes.raw):
        if "html" in raw.get("format", ""):
            for fault in faults_in_html(raw.astext()):
                log.warning("%s", fault, location=raw, type="course")


def setup(app: Sphinx) -> None:
    """Connect the check."""
    app.connect("doctree-read", check_pictures)
