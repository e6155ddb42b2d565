"""A small table that reads well in a terminal and in a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from numbers import Integral

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header.

    Args:
        header: the column names.
        rows: the cells; numbers stand to the right, with thousands separators. Whole numbers are
            shown in full, others with four significant digits or, from 1,000 to a million, as the
            nearest whole number; an exponent stands only beyond that and below 0.0001.

    >>> print(Table(("part", "documents"), [("train", 1200), ("test", 150)]))
    part   documents
    train      1,200
    test         150
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def __str__(self) -> str:
        lines = [self._header(), *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(len(text) for text, _ in column) for column in zip(*lines, strict=True)]
        return "\n".join(
            " ".join(
                text.rjust(width) if right else text.ljust(width)
                for (text, right), width in zip(line, widths, strict=True)
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        rows = [_row("td", [_shown(cell) for cell in row]) for row in self.rows]
        return (
            f'<table class="course-table"><thead>{_row("th", self._header())}</thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
        )

    def _header(self) -> list[tuple[str, bool]]:
        """The column names, each on the side of the first cell below it."""
        first = self.rows[0] if self.rows else [""] * len(self.header)
        return [(name, _shown(cell)[1]) for name, cell in zip(self.header, first, strict=True)]


def _shown(cell: Cell) -> tuple[str, bool]:
    """A cell as text, and whether it stands to the right."""
    if isinstance(cell, str):
        return cell, False
    if isinstance(cell, Integral):  # of NumPy too
        return f"{int(cell):,}", True
    return (f"{cell:,.0f}" if 999.5 <= abs(cell) <= 1e6 else f"{cell:,.4g}"), True


def _row(tag: str, cells: Sequence[tuple[str, bool]]) -> str:
    sides = {True: "right", False: "left"}
    return "".join(
        ["<tr>"]
        + [f'<{tag} style="text-align:{sides[r]}">{escape(text)}</{tag}>' for text, r in cells]
        + ["</tr>"]
    )
