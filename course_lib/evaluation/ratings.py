"""Reading back what raters filled in: every cell is checked, and nothing is dropped in silence.

Shapes: R raters, N items, C criteria.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course_lib.errors import EvaluationError
from course_lib.evaluation.bootstrap import Floats
from course_lib.evaluation.rating_labels import CRITERIA, LANGUAGES, SCALE
from course_lib.evaluation.rating_sheets import Key, unguarded

MOST_PROBLEMS = 10
"""Problems that one error names; the others are counted."""
_RATING = re.compile(r"([1-5])(?:[.,]0+)?")  # spreadsheets may write 4 as 4.0 or 4,0
_COLUMNS = {
    called: name for labels in LANGUAGES.values() for name, called in labels.columns.items()
}


@dataclass(frozen=True)
class Ratings:
    """What the raters said.

    Args:
        key: of the study.
        items: ids, in the order of the key (N).
        values: shape (R, N, C), from 1 to 5, in the order of ``key.raters``, ``items`` and
            ``CRITERIA``; NaN where a rating is missing.
    """

    key: Key
    items: tuple[str, ...]
    values: Floats

    @property
    def n_missing(self) -> int:
        """Ratings that are missing."""
        return int(np.isnan(self.values).sum())


def read_rows(path: Path | str) -> list[dict[str, str]]:
    """The rows of a sheet, a CSV of either kind, with the texts as they were written.

    Commas, semicolons and tabs separate cells, whichever the header uses, and the names of the
    columns are those of any language.

    Args:
        path: what a rater filled in, or what a page saved.

    Returns:
        For each row, ``"rater"``, ``"item"``, the criteria and, in a table filled in by hand,
        ``"prompt"`` and ``"text"`` -> cell.

    Raises:
        EvaluationError: no such file, no table, a column that is missing or comes twice, or a row
            with more cells than the header.
    """
    path = Path(path)
    try:
        content = _decoded(path.read_bytes())
    except OSError as error:
        raise EvaluationError(f"cannot read {path}: {error.strerror}") from error
    header = content.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        lines = list(csv.reader(io.StringIO(content, newline=""), delimiter=separator))
    except csv.Error as error:
        raise EvaluationError(f"{path} is no CSV: {error}; save the table as CSV again") from error
    called = [_COLUMNS.get(name.strip().casefold(), "") for name in (lines[0] if lines else [])]
    if lacking := [name for name in ("rater", "item", *CRITERIA) if name not in called]:
        raise EvaluationError(
            f"{path} has no column for {', '.join(lacking)}; keep the header of the sheet as it "
            f"was, for instance {','.join(LANGUAGES['en'].columns.values())}"
        )
    if twice := [name for name in ("rater", "item", *CRITERIA) if called.count(name) > 1]:
        raise EvaluationError(
            f"{path} has several columns for {', '.join(twice)}; keep one of each"
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells[len(called) :]):
            raise EvaluationError(
                f"{path}, row {number} has {len(cells)} cells, and the header has {len(called)}; "
                "put what holds a separator in quotes, or delete what stands beyond the last column"
            )
        row = {name: cell for name, cell in zip(called, cells, strict=False) if name}
        for name in ("rater", "item", *CRITERIA):
            row[name] = row.get(name, "").strip()
        for name in {"prompt", "text"} & row.keys():
            row[name] = unguarded(row[name])
        rows.append(row)
    return rows


def read_ratings(
    source: Path | str | Iterable[Path | str],
    key: Path | str | Key | None = None,
    *,
    allow_missing: bool = False,
) -> Ratings:
    """Read and check the answers of all raters.

    A row without any rating is taken as not filled in, so the empty sheets of raters who used the
    page may lie beside their answers.

    Args:
        source: the folder that ``write_sheets`` was given, with the answers anywhere in it, or the
            files of answers themselves.
        key: the key or its file; ``key.json`` in the folder if None.
        allow_missing: keep ratings that are missing as NaN instead of refusing them.

    Raises:
        EvaluationError: what is wrong, with file and row, and what to do: an unknown rater or item,
            a rating that is no whole number from 1 to 5, an item that one rater rated twice, and
            ratings that are missing.
    """
    files = _files(source)
    if not isinstance(key, Key):
        if key is None and not isinstance(source, Path | str):
            raise EvaluationError("with a list of files, say where the key is: key='…/key.json'")
        key = Key.load(Path(str(source)) / "key.json" if key is None else key)
    reading = _Reading(key)
    for path in files:
        for number, row in enumerate(read_rows(path), start=2):
            reading.take(f"{path}, row {number}", row)
    if not allow_missing:
        reading.find_missing()
    if problems := reading.problems:
        more = len(problems) - MOST_PROBLEMS
        shown = [*problems[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        raise EvaluationError("the ratings cannot be used:\n" + "\n".join(shown))
    return Ratings(key, tuple(key.items), reading.values)


def _files(source: Path | str | Iterable[Path | str]) -> list[Path]:
    if not isinstance(source, Path | str):
        return [Path(path) for path in source]
    if not Path(source).is_dir():
        raise EvaluationError(f"{source} is no folder; give the folder of the study, or [file, …]")
    if found := sorted(Path(source).rglob("*.csv")):
        return found
    raise EvaluationError(f"no CSV of answers in {source}; put the raters' files there")


def _decoded(content: bytes) -> str:
    """Text as spreadsheets save it: UTF-8, UTF-16 with its mark, or the code page of Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


@dataclass
class _Reading:
    """The ratings read so far, and what was wrong with them."""

    key: Key
    problems: list[str] = field(default_factory=list)
    places: dict[tuple[int, int], str] = field(default_factory=dict)
    values: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.at_item = {name: number for number, name in enumerate(self.key.items)}
        self.at_rater = {name: number for number, name in enumerate(self.key.raters)}
        shape = (len(self.at_rater), len(self.at_item), len(CRITERIA))
        self.values = np.full(shape, np.nan)

    def take(self, place: str, row: Mapping[str, str]) -> None:
        """Read one row."""
        if not any(row[name] for name in CRITERIA):
            return
        rater, item = row["rater"].casefold(), row["item"].upper()
        known = f"expected one of {', '.join(self.at_rater)}"
        if rater not in self.at_rater:
            self.problems.append(f"{place}: unknown rater {row['rater']!r}; {known}")
        elif item not in self.at_item:
            self.problems.append(
                f"{place}: unknown item {row['item']!r}; copy the id from the sheet of this study"
            )
        elif (where := (self.at_rater[rater], self.at_item[item])) in self.places:
            self.problems.append(
                f"{place}: {rater} rated {item} already, in {self.places[where]}; delete one of "
                "the two"
            )
        else:
            self.places[where] = place
            for number, name in enumerate(CRITERIA):
                self._take_rating(place, (*where, number), name, row[name])

    def _take_rating(
        self, place: str, where: tuple[int, int, int], criterion: str, cell: str
    ) -> None:
        if rating := _RATING.fullmatch(cell):
            self.values[where] = float(rating[1])
        elif cell:
            self.problems.append(
                f"{place}: {criterion} is {cell!r}; expected a whole number from {SCALE[0]} to "
                f"{SCALE[-1]}"
            )

    def find_missing(self) -> None:
        """Note every rater, item and rating of which nothing was read."""
        remedy = "have it rated, or read with allow_missing=True"
        wrong = {problem.split(": ")[0] for problem in self.problems}
        for rater, by_item in zip(self.at_rater, self.values, strict=True):
            rated = [
                (self.at_rater[rater], number) in self.places for number in range(len(by_item))
            ]
            if not any(rated):
                self.problems.append(f"no ratings of {rater}; add the file, or {remedy}")
                continue
            for (item, number), ratings in zip(self.at_item.items(), by_item, strict=True):
                place = self.places.get((self.at_rater[rater], number))
                if place is None:
                    self.problems.append(f"{rater} has no rating of {item}; {remedy}")
                elif np.isnan(ratings).any() and place not in wrong:
                    lacking = [
                        name for name, r in zip(CRITERIA, ratings, strict=True) if np.isnan(r)
                    ]
                    self.problems.append(f"{place}: {', '.join(lacking)} missing; {remedy}")
