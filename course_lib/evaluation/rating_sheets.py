"""Sheets for people to rate texts without knowing which system wrote them.

Every rater gets a page and a table with all texts, in an order of their own. A text has an id that
says nothing; which system wrote it stands in ``key.json``, which stays with the organiser. Some
texts come twice, far apart and under two ids: how much the two ratings differ shows how steady a
rater is.

What blinding cannot hide: systems that write so differently that one recognises them, and a text
that names its system.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from course_lib.errors import EvaluationError
from course_lib.evaluation.rating_labels import CRITERIA, LANGUAGES
from course_lib.evaluation.rating_page import Shown, page
from course_lib.whole_file import whole_file

LEAST_RATERS = 3
FAR_APART = 8
"""Texts that stand between an item and its repeat at least, where there are texts enough."""
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"  # no id is a word, a number or a date to a spreadsheet
_ID_LENGTH = 4
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Item:
    """One text to be rated, as the organiser knows it.

    Args:
        system: who wrote it.
        prompt: number of the prompt that it goes on from.
        text: what raters read.
        repeats: id of the item of which this is the hidden repeat.
    """

    system: str
    prompt: int
    text: str
    repeats: str | None = None


@dataclass(frozen=True)
class Key:
    """What the raters must not see.

    Args:
        items: id -> item.
        prompts: what the texts go on from.
        raters: names of the raters.
        language: of the sheets.
        seed: of ids and orders; who knows it and the texts can work out the ids.
    """

    items: Mapping[str, Item]
    prompts: tuple[str, ...]
    raters: tuple[str, ...]
    language: str
    seed: int

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of the systems, in alphabetical order."""
        return tuple(sorted({item.system for item in self.items.values()}))

    def save(self, path: Path) -> None:
        """Write the key as JSON.

        Args:
            path: of the file.
        """
        with whole_file(path) as file:
            file.write(json.dumps(asdict(self), ensure_ascii=False, indent=1).encode())

    @classmethod
    def load(cls, path: Path | str) -> "Key":
        """Read a key that ``save`` wrote.

        Args:
            path: of the file.

        Raises:
            EvaluationError: no such file, or one that holds no key.
        """
        try:
            stored = json.loads(Path(path).read_text("utf8"))
            items = {name: Item(**item) for name, item in stored["items"].items()}
            prompts, raters = tuple(stored["prompts"]), tuple(stored["raters"])
            return cls(items, prompts, raters, stored["language"], stored["seed"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(
                f"{path} is no key of a rating study: {error}; expected the key.json that "
                "write_sheets left beside the folder of the sheets"
            ) from error


def write_sheets(
    texts: Mapping[str, Sequence[str]],
    prompts: Sequence[str],
    folder: Path | str,
    *,
    n_raters: int = LEAST_RATERS,
    n_repeats: int | None = None,
    language: str = "en",
    seed: int = 0,
) -> Key:
    """Write what raters need to judge texts blindly, and the key for the organiser.

    ``folder/sheets`` then holds, for each rater, ``rater-1.html`` to rate in a browser and
    ``rater-1.csv`` to fill in by hand; either is enough. ``folder/key.json`` tells the systems:
    send the sheets only.

    Args:
        texts: system -> its texts, one a prompt.
        prompts: what the texts go on from, at least two, in the same order.
        folder: made if it does not exist; must not hold a study already.
        n_raters: at least 3.
        n_repeats: texts that come twice; about a tenth of them (two at least) if None.
        language: of the words around the texts, ``"en"`` or ``"es"``.
        seed: of ids, repeats and orders; keep it to yourself.

    Returns:
        The key.

    Raises:
        EvaluationError: too few raters or prompts, texts that do not fit the prompts, an unknown
            language, or a folder with a study.
    """
    _check(texts, prompts, n_raters, language)
    if seed < 0:
        raise EvaluationError(f"seed must be at least 0, got {seed}")
    folder = Path(folder)
    if (folder / "key.json").exists():
        raise EvaluationError(
            f"{folder} holds a study already, and raters may be at work; choose another folder"
        )
    raters = tuple(f"rater-{n}" for n in range(1, n_raters + 1))
    key = Key(_items(texts, n_repeats, seed), tuple(prompts), raters, language, seed)
    (folder / "sheets").mkdir(parents=True, exist_ok=True)
    study = sha256(" ".join(sorted(key.items)).encode()).hexdigest()[:8]
    for number, rater in enumerate(raters):
        shown = [
            Shown(name, key.prompts[key.items[name].prompt], key.items[name].text)
            for name in _order(key.items, np.random.default_rng([seed, 1 + number]))
        ]
        _write(folder / "sheets" / f"{rater}.csv", _table(rater, shown, language))
        html = page(rater, shown, LANGUAGES[language], language, study)
        _write(folder / "sheets" / f"{rater}.html", html.encode())
    key.save(folder / "key.json")
    return key


def guarded(text: str) -> str:
    """A text as it can stand in a table, so that no spreadsheet takes it for a formula.

    Where its first character, or the first after spaces, could start one, an apostrophe comes
    before it; also where it starts with an apostrophe, so that ``unguarded`` gives it back.

    Args:
        text: any string.

    Source: OWASP, CSV Injection.

    >>> guarded("=1+1"), unguarded(guarded("=1+1")), guarded("1+1")
    ("'=1+1", '=1+1', '1+1')
    """
    risky = text.startswith(("'", *_FORMULA)) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def unguarded(cell: str) -> str:
    """The text that ``guarded`` made a cell of.

    Args:
        cell: of a table.
    """
    return cell.removeprefix("'")


def _check(
    texts: Mapping[str, Sequence[str]], prompts: Sequence[str], n_raters: int, language: str
) -> None:
    if n_raters < LEAST_RATERS:
        raise EvaluationError(
            f"n_raters must be at least {LEAST_RATERS}, got {n_raters}: when two raters differ, "
            "nobody can tell who is the exception"
        )
    if language not in LANGUAGES:
        raise EvaluationError(
            f"no sheets in language {language!r}; expected one of {', '.join(LANGUAGES)}"
        )
    if len(prompts) < 2 or not texts:
        raise EvaluationError(
            f"expected at least 2 prompts and 1 system, got {len(prompts)} and {len(texts)}; one "
            "text says nothing of how the next would be rated (50 to 100 are usual)"
        )
    for system, written in texts.items():
        if isinstance(written, str) or len(written) != len(prompts):
            raise EvaluationError(
                f"system {system!r} needs one text for each of the {len(prompts)} prompts, in a "
                f"list; got {len(written)}"
            )
    for text in [*prompts, *(text for written in texts.values() for text in written)]:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise EvaluationError(
                f"the text {text[:30]!r} cannot be written as UTF-8 ({error.reason}); replace "
                "what is no character"
            ) from error


def _items(texts: Mapping[str, Sequence[str]], n_repeats: int | None, seed: int) -> dict[str, Item]:
    """All items under ids drawn at random; the repeats are of texts drawn at random."""
    rng = np.random.default_rng([seed, 0])
    items = [Item(s, p, text) for s, written in texts.items() for p, text in enumerate(written)]
    n_repeats = min(len(items), max(2, round(len(items) / 10))) if n_repeats is None else n_repeats
    if not 0 <= n_repeats <= len(items):
        raise EvaluationError(
            f"n_repeats must be from 0 to the {len(items)} texts there are, got {n_repeats}"
        )
    n_all = len(items) + n_repeats
    numbers = rng.choice(len(_CONSONANTS) ** _ID_LENGTH, n_all, replace=False)
    names = [_name(int(number)) for number in numbers]
    named = dict(zip(names, items, strict=False))
    for name, of in zip(names[len(items) :], rng.choice(len(items), n_repeats, False), strict=True):
        named[name] = replace(items[of], repeats=names[of])
    return dict(sorted(named.items()))


def _name(number: int) -> str:
    letters = ""
    for _ in range(_ID_LENGTH):
        number, letter = divmod(number, len(_CONSONANTS))
        letters += _CONSONANTS[letter]
    return letters


def _order(items: Mapping[str, Item], rng: np.random.Generator) -> list[str]:
    """The ids in a random order in which no repeat stands near what it repeats."""
    names = list(items)
    at_name = {name: number for number, name in enumerate(names)}
    pairs = [(at_name[name], at_name[item.repeats]) for name, item in items.items() if item.repeats]
    gap = min(FAR_APART, len(names) // 4)
    while True:
        at = rng.permutation(len(names))
        for repeat, first in pairs:
            if abs(at[repeat] - at[first]) <= gap:
                other = int(rng.integers(len(names)))
                at[[repeat, other]] = at[[other, repeat]]
        if all(abs(at[repeat] - at[first]) > gap for repeat, first in pairs):
            return [names[n] for n in np.argsort(at)]


def _table(rater: str, shown: Sequence[Shown], language: str) -> bytes:
    """The table to fill in by hand, with the mark by which spreadsheets know UTF-8."""
    columns = LANGUAGES[language].columns
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(columns.values())
    for item in shown:
        texts = (guarded(item.prompt), guarded(item.text))
        writer.writerow([rater, item.id, *texts, *[""] * len(CRITERIA)])
    return lines.getvalue().encode("utf-8-sig")


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as file:
        file.write(content)
