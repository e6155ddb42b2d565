"""Reads the ledger and refuses an unsound row, by its id and field."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from course_lib.claims.arithmetic import ExpressionError, evaluate_check
from course_lib.errors import CourseError, require
from course_lib.project import project_root

TOPICS = (
    *("architecture", "corpus", "data", "deployment", "evaluation", "generation", "hardware"),
    *("history", "likelihood", "memory", "model size", "safety", "speed", "tokenizer", "training"),
)
CHAPTERS = (
    *("explore", "prepare", "tokenize", "batches", "ngrams", "build", "train", "gpu", "generate"),
    *("evaluate", "transformer", "ship", "flows-liquid", "hrm-text", "memory"),
)
# Which answers to "could it hold as stated?" go with a verdict.
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "true": ("yes",),
    "false": ("no", "depends"),
    "contradictory": ("contradiction",),
    "not-checkable": ("undefined",),
    "unverified": ("yes", "depends"),
    "pending": ("yes", "depends"),
}
# Which field a row must have for what its verdict rests on.
NEEDS: Mapping[str, str | None] = {
    "arithmetic": "check",
    "reasoning": None,
    "code": None,
    "source": "sources",
    "measurement": "measured",
    "open": None,
}
OPEN = ("unverified", "pending")
MAX_CLAIM, MAX_WHY = 220, 400  # characters: a row has to stay readable in a table
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Row = TypeVar("Row")


class LedgerError(CourseError, ValueError):
    """A ledger that is missing or unsound; names the row, the field and what was expected."""


@dataclass(frozen=True)
class Check:
    """Arithmetic that settles or supports a row: the expression must come to ``equals``."""

    expression: str
    equals: float | bool
    tolerance: float = 0.0


@dataclass(frozen=True)
class Measured:
    """A figure of a result file, by name and dotted key, and the sentence that prints it."""

    result: str
    key: str
    text: str


@dataclass(frozen=True)
class Claim:
    """One row; the head of ``experiments/claims.yaml`` says what each field means."""

    id: str
    document: str
    topic: str
    claim: str
    possible: str
    why: str
    verdict: str
    basis: str
    chapter: str
    check: Check | None = None
    measure: str | None = None
    measured: Measured | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A design document: the short name its ids begin with, its title, what it covers."""

    short: str
    title: str
    covers: str


@dataclass(frozen=True)
class Ledger:
    """The documents by key, and all claims in file order."""

    documents: Mapping[str, Document]
    claims: tuple[Claim, ...]

    def of(self, document: str) -> tuple[Claim, ...]:
        """The claims of one document, in file order.

        Args:
            document: its key.

        Raises:
            LedgerError: no such document.
        """
        if document not in self.documents:
            raise LedgerError(f"no document {document!r}; expected one of {list(self.documents)}")
        return tuple(claim for claim in self.claims if claim.document == document)


def load(path: str | Path | None = None) -> Ledger:
    """Read and check the ledger.

    Args:
        path: the YAML file; ``experiments/claims.yaml`` of this checkout if not given.

    Returns:
        A sound ledger.

    Raises:
        LedgerError: no such file, not YAML, or an unsound row.
        MissingExtraError: PyYAML is not installed.
    """
    yaml = require("yaml", "book")
    file = Path(path) if path is not None else project_root() / "experiments" / "claims.yaml"
    try:
        data = yaml.safe_load(file.read_text("utf8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LedgerError(f"cannot read the claims ledger {file.name}: {error}") from error
    return parse(data)


def parse(data: Any) -> Ledger:
    """Build a sound ledger from what its file holds.

    Args:
        data: a mapping with ``documents`` and ``claims``, as YAML gives it.

    Returns:
        A sound ledger.

    Raises:
        LedgerError: an unsound row; the message names its id and field.
    """
    if not isinstance(data, dict) or set(data) != {"documents", "claims"}:
        raise LedgerError("a ledger is a mapping with exactly two keys: documents and claims")
    entries, rows = data["documents"], data["claims"]
    if not isinstance(entries, dict) or not isinstance(rows, list):
        raise LedgerError("documents must be a mapping and claims a list")
    documents = {
        key: _build(Document, entry, f"document {key!r}") for key, entry in entries.items()
    }
    claims: dict[str, Claim] = {}
    for number, row in enumerate(rows, start=1):
        claim = _claim(row, number)
        if claim.id in claims:
            raise _fault(claim.id, "id", "used twice; ids must be unique")
        _validate(claim, documents)
        claims[claim.id] = claim
    return Ledger(documents, tuple(claims.values()))


def _fault(claim: str, field: str, message: str) -> LedgerError:
    return LedgerError(f"claim {claim!r}, field {field!r}: {message}")


def _build(kind: type[Row], entry: Any, where: str) -> Row:
    """Make a dataclass from a mapping whose keys are its fields; a text must be a text."""
    if not isinstance(entry, dict):
        raise LedgerError(f"{where}: expected a mapping, got {entry!r}")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in entry:
        if name not in known:
            raise LedgerError(f"{where}, field {name!r}: unknown; expected one of {list(known)}")
    for name, field in known.items():
        if name not in entry and field.default is MISSING:
            raise LedgerError(f"{where}, field {name!r}: missing")
        text = field.type in (str, str | None)
        if name in entry and text and not (isinstance(entry[name], str) and entry[name].strip()):
            raise LedgerError(f"{where}, field {name!r}: expected a text, got {entry[name]!r}")
    return kind(**{k: v.strip() if isinstance(v, str) else v for k, v in entry.items()})


def _claim(row: Any, number: int) -> Claim:
    if not isinstance(row, dict):
        raise LedgerError(f"claim number {number}: expected a mapping, got {row!r}")
    where = f"claim {row['id']!r}" if isinstance(row.get("id"), str) else f"claim number {number}"
    row = dict(row)
    for name, words in (("possible", ("no", "yes")), ("verdict", ("false", "true"))):
        if isinstance(row.get(name), bool):  # how YAML reads these four words
            row[name] = words[row[name]]
    for name, kind in (("check", Check), ("measured", Measured)):
        if name in row:
            row[name] = _build(kind, row[name], f"{where}, field {name!r}")
    if "sources" in row:
        sources = row["sources"]
        if not (isinstance(sources, list) and sources and all(isinstance(s, str) for s in sources)):
            raise LedgerError(
                f"{where}, field 'sources': expected a list of texts, got {sources!r}"
            )
        row["sources"] = tuple(sources)
    return _build(Claim, row, where)


def _validate(claim: Claim, documents: Mapping[str, Document]) -> None:
    """Every rule of a row beyond the types of its fields."""
    for field, allowed in (
        ("document", tuple(documents)),
        ("topic", TOPICS),
        ("verdict", tuple(POSSIBLE)),
        ("basis", tuple(NEEDS)),
        ("chapter", CHAPTERS),
    ):
        if getattr(claim, field) not in allowed:
            raise _fault(claim.id, field, f"{getattr(claim, field)!r}; expected one of {allowed}")
    short = documents[claim.document].short
    if not SLUG.fullmatch(claim.id) or not claim.id.startswith(f"{short}-"):
        raise _fault(claim.id, "id", f"expected kebab-case that begins with {short}-")
    for field, most in (("claim", MAX_CLAIM), ("why", MAX_WHY)):
        if len(getattr(claim, field)) > most:
            length = len(getattr(claim, field))
            raise _fault(
                claim.id, field, f"{length} characters, expected at most {most}; shorten it"
            )
    _validate_verdict(claim)
    if claim.check is not None:
        _validate_check(claim, claim.check)


def _validate_verdict(claim: Claim) -> None:
    allowed, needed = POSSIBLE[claim.verdict], NEEDS[claim.basis]
    if claim.possible not in allowed:
        reason = f"{claim.possible!r} does not go with {claim.verdict!r}; expected one of {allowed}"
        raise _fault(claim.id, "possible", reason)
    if (claim.basis == "open") != (claim.verdict in OPEN):
        raise _fault(claim.id, "basis", f"{claim.basis!r} does not go with {claim.verdict!r}")
    if needed and not getattr(claim, needed):
        raise _fault(claim.id, needed, f"missing; a verdict based on {claim.basis} needs it")
    if (claim.measure is not None) != (claim.verdict == "pending"):
        raise _fault(claim.id, "measure", "pending rows have it, and no others")


def _validate_check(claim: Claim, check: Check) -> None:
    numbers = {type(check.equals), type(check.tolerance)}
    if not numbers <= {int, float, bool}:
        raise _fault(claim.id, "check", "equals and tolerance must be numbers (or true, false)")
    try:
        value = evaluate_check(check.expression)
    except ExpressionError as error:
        raise _fault(claim.id, "check", str(error)) from error
    alike = isinstance(value, bool) == isinstance(check.equals, bool)
    if not alike or abs(value - check.equals) > check.tolerance:
        stated = f"{check.equals} (tolerance {check.tolerance})"
        reason = f"{check.expression} is {value} and the ledger says {stated}; correct one of them"
        raise _fault(claim.id, "check", reason)
