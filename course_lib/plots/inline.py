"""A figure on a page: an inline SVG that follows light and dark mode and says what it shows."""

import hashlib
import html
import io
import re
import warnings
from typing import TYPE_CHECKING

from course_lib.plots.palette import VARIABLES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Text is measured in DejaVu; a page sets it in its own fonts.
FAMILY = re.compile(r"(?<=font-family: )[^;\"]*")
UNSEEN = {"#000000": "black", "#ffffff": "white"}  # invisible in one of the two modes


class Picture:
    """An inline SVG with its description, ready for a notebook or a page.

    Args:
        svg: the ``<svg>`` element.
        alt: what the figure shows, in words.
    """

    def __init__(self, svg: str, alt: str) -> None:
        self.svg = svg
        self.alt = alt

    def __repr__(self) -> str:
        return f"Picture(alt={self.alt!r})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": f'<div class="course-fig">{self.svg}</div>',
            "text/plain": f"[Figure: {self.alt}]",
        }


def show(figure: "Figure", *, alt: str) -> Picture:
    """Turn a figure into an inline SVG that follows the page's light or dark mode.

    The same figure gives the same bytes on every run. Its layout is final from here on.

    Args:
        figure: a matplotlib figure, drawn under :func:`course_lib.plots.style`.
        alt: what the figure shows, for who cannot see it: a sentence, not a file name.

    Returns:
        The picture; as the last value of a notebook cell, it is displayed.

    Raises:
        ValueError: the description is missing, or something is drawn in pure black or white,
            which cannot be seen in one of the two modes.
        MissingExtraError: matplotlib is not installed.
    """
    alt = " ".join(alt.split())
    if len(alt.split()) < 4:
        raise ValueError(
            f"alt text {alt!r} is too short; expected a sentence that says what the figure shows"
        )
    buffer = io.StringIO()
    with style(), warnings.catch_warnings():
        # The page's font sets the text: what DejaVu lacks is no loss.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once: shown twice, it is the same picture
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True
        )
    return Picture(_inline(buffer.getvalue(), alt), alt)


def _inline(svg: str, alt: str) -> str:
    """Strip what belongs to a file, and leave colours, font and width to the page."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    svg = _own_ids(svg.replace("xlink:href", "href"))
    svg = FAMILY.sub(lambda m: "monospace" if "Mono" in m[0] else "inherit", svg)
    svg = _repaint(svg)
    width = float(svg.split('viewBox="0 0 ', 1)[1].split(" ", 1)[0])
    opening = (
        f'<svg viewBox="{svg.split("viewBox=", 1)[1].split(chr(34))[1]}" role="img" '
        f'aria-label="{html.escape(alt)}" xmlns="http://www.w3.org/2000/svg" '
        f'style="width:100%;max-width:{width * 4 / 3:.0f}px;height:auto;'
        'stroke-linejoin:round;stroke-linecap:butt">'
    )
    return opening + re.sub(r"\n\s*", "\n", svg[svg.index(">") + 1 :])


def _own_ids(svg: str) -> str:
    """Keep only the ids that are referred to, with a prefix: a page holds many figures."""
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:6]
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r"(url\(#|href=\"#)", rf"\g<1>{prefix}", svg)


def _repaint(svg: str) -> str:
    for colour, name in UNSEEN.items():
        if colour in svg:
            raise ValueError(
                f"something is drawn in pure {name} and vanishes in one of light and dark mode; "
                "use plots.INK, plots.PAPER or plots.SERIES, or draw inside plots.style()"
            )
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
