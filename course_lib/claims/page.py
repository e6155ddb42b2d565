"""The ledger as MyST Markdown, for the book."""

import re
from collections import Counter
from collections.abc import Mapping

from course_lib import results
from course_lib.claims.ledger import POSSIBLE, Check, Claim, Ledger

WORDS: Mapping[str, str] = {
    "true": "True",
    "false": "False",
    "contradictory": "Contradictory",
    "not-checkable": "Not checkable",
    "unverified": "Not verified here",
    "pending": "To be measured",
}


def count_verdicts(ledger: Ledger) -> dict[str, dict[str, int]]:
    """How many rows of each document have each verdict.

    Args:
        ledger: a sound ledger.

    Returns:
        For each document key, a count for every verdict, zeros included.
    """
    counts = Counter((claim.document, claim.verdict) for claim in ledger.claims)
    return {
        document: {verdict: counts[document, verdict] for verdict in POSSIBLE}
        for document in ledger.documents
    }


def overview_as_markdown(ledger: Ledger) -> str:
    """A table of verdicts by document, with totals.

    Args:
        ledger: a sound ledger.

    Returns:
        A Markdown table.
    """
    counts = count_verdicts(ledger)
    totals = {verdict: sum(row[verdict] for row in counts.values()) for verdict in POSSIBLE}
    rows = [(ledger.documents[key].title, row) for key, row in counts.items()] + [("All", totals)]
    head = ["Document", *WORDS.values(), "Rows"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    lines += [[title, *map(str, row.values()), str(sum(row.values()))] for title, row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def as_markdown(
    ledger: Ledger, document: str, pages: Mapping[str, str] | None = None, heading: bool = True
) -> str:
    """The rows of one document: what it covers, then a table for each topic.

    A page links to a row by the label ``claim-`` and its id, and to the document by ``claims-`` and
    its key.

    Args:
        ledger: a sound ledger.
        document: the document's key.
        pages: by chapter slug, the address of its page; a chapter without one is left out.
        heading: whether to begin with the document's title, as a heading of the second level.

    Returns:
        MyST Markdown. Topics are headings of the third level.

    Raises:
        LedgerError: no such document.
        ResultError: a row names a figure that no result file holds.
    """
    claims, about = ledger.of(document), ledger.documents[document]
    parts = [f"(claims-{document})=\n## {about.title}\n"] if heading else []
    counts = count_verdicts(ledger)[document]
    tally = ", ".join(f"{WORDS[v].lower()} {n}" for v, n in counts.items() if n)
    parts.append(f"{about.covers}\n\n{len(claims)} rows: {tally}.\n")
    for topic in sorted({claim.topic for claim in claims}):
        rows = [_row(claim, pages or {}) for claim in claims if claim.topic == topic]
        parts.append(f"### {topic.capitalize()}\n\n{_table(rows)}")
    return "\n".join(parts)


def _table(rows: list[str]) -> str:
    head = "* - The document says\n  - What a check says\n"
    options = ":header-rows: 1\n:widths: 40 60\n:class: claims-ledger\n"
    return f"````{{list-table}}\n{options}\n{head}{''.join(rows)}````\n"


def _row(claim: Claim, pages: Mapping[str, str]) -> str:
    said = [f"(claim-{claim.id})=", _unbroken(claim.claim)]
    checked = [f"**{WORDS[claim.verdict]}.** {_unbroken(claim.why)}"]
    if claim.check is not None:
        checked.append(f"Check: {_written(claim.check)}.")
    if claim.measured is not None:
        figure = results.figure(claim.measured.result, claim.measured.key)
        checked.append(f"Measured here: {claim.measured.text.format(value=figure)}")
    if claim.measure is not None:
        checked.append(f"To measure: {_unbroken(claim.measure)}.")
    if claim.sources:
        name = "Source" if len(claim.sources) == 1 else "Sources"
        checked.append(f"{name}: {'; '.join(map(_cited, claim.sources))}.")
    if claim.chapter in pages:
        checked.append(f"Chapter: [{claim.chapter}]({pages[claim.chapter]}).")
    return _cell("* - ", said) + _cell("  - ", checked)


def _unbroken(text: str) -> str:
    """Keep a figure and its percent sign on one line, with a space that does not break."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def _cell(opening: str, paragraphs: list[str]) -> str:
    text = "\n\n".join(paragraphs).replace("\n", "\n    ").replace("    \n", "\n")
    return f"{opening}{text}\n"


def _written(check: Check) -> str:
    if isinstance(check.equals, bool):
        return f"`{check.expression}` is {str(check.equals).lower()}"
    return f"`{check.expression}` {'≈' if check.tolerance else '='} {check.equals:,}"


def _cited(source: str) -> str:
    return f"{{cite:t}}`{source[1:]}`" if source.startswith("@") else source
