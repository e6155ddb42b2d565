"""The built book works from a folder: what its pages load lies beside them."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Loaded(HTMLParser):
    """The addresses that a browser loads for a page, links to follow not counted."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "link" and "stylesheet" not in given.get("rel", "").split() + ["stylesheet"] * (
            given.get("rel") in ("icon", "preload", "modulepreload")
        ):
            return
        if tag in LOADS and given.get(LOADS[tag]):
            self.addresses.append(given[LOADS[tag]])


def outside(markup: str) -> list[str]:
    return [a for a in Loaded(markup).addresses if a.startswith(("http:", "https:", "//"))]


def absent(page: Path) -> list[str]:
    """Addresses of a page that lead to no file of the built book."""
    local = [a.split("?")[0].split("#")[0] for a in Loaded(page.read_text("utf8")).addresses]
    local = [a for a in local if not a.startswith(("http:", "https:", "//", "data:"))]
    return [a for a in local if not (page.parent / unquote(a)).is_file()]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/a.css">',
        '<link rel="preload" href="https://example.org/a.woff2">',
        '<img src="http://example.org/a.png" alt="A picture.">',
    ],
)
def test_an_outside_address_is_found(markup):
    assert outside(markup)


def test_a_link_to_follow_is_no_outside_address():
    assert outside('<a href="https://example.org">there</a>') == []
    assert outside('<link rel="canonical" href="https://example.org">') == []


pages = sorted(p for p in HTML.rglob("*.html") if "_static" not in p.parts)
built = pytest.mark.skipif(not pages, reason="the book is not built: make book")


@built
def test_no_page_loads_anything_from_elsewhere():
    assert {
        p.name: outside(p.read_text("utf8")) for p in pages if outside(p.read_text("utf8"))
    } == {}


@built
def test_what_a_page_loads_lies_beside_it():
    assert {p.name: absent(p) for p in pages if absent(p)} == {}


@built
def test_mathematics_is_set_without_a_network():
    folder = HTML / "_static" / "vendor" / "mathjax"
    assert (folder / "tex-mml-chtml.js").stat().st_size > 1_000_000
    assert list((folder / "output/chtml/fonts/woff-v2").glob("MathJax_Main-Regular.woff"))


@built
def test_no_page_names_live_code_scripts():
    assert [p.name for p in pages if "THEBE_JS_URL" in p.read_text("utf8")] == []
