"""The claims ledger: what the course's design documents promised, checked row by row.

``experiments/claims.yaml`` holds the rows and says at its head what each field means. A ledger that
loads is sound: every row is complete, its verdict fits its reasons, and its arithmetic comes out as
it says. ::

    from course_lib import claims

    ledger = claims.load()
    print(claims.as_markdown(ledger, "hrlm"))
"""

from course_lib.claims.arithmetic import ExpressionError, evaluate_check
from course_lib.claims.ledger import (
    Check,
    Claim,
    Document,
    Ledger,
    LedgerError,
    Measured,
    load,
    parse,
)
from course_lib.claims.page import as_markdown, count_verdicts, overview_as_markdown

__all__ = [
    "Check",
    "Claim",
    "Document",
    "ExpressionError",
    "Ledger",
    "LedgerError",
    "Measured",
    "as_markdown",
    "count_verdicts",
    "evaluate_check",
    "load",
    "overview_as_markdown",
    "parse",
]
