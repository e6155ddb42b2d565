"""What a student reads when an answer is not right yet: one block, and no traceback."""

import textwrap
from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True)
class Failure:
    """Why one sub-check failed.

    Args:
        case: the name of the sub-check.
        on: the call or the input that it failed on, on one line.
        got: what the answer gave, on one line.
        expected: what was expected, on one line.
        where: where the two first differ; empty where that is plain.
        line: the student's own line, for an answer that raised; else empty.
        printed: the last lines that the answer printed; else empty.
        hint: one hint; empty for the question's own.
    """

    case: str
    on: str = ""
    got: str = ""
    expected: str = ""
    where: str = ""
    line: str = ""
    printed: str = ""
    hint: str = ""


class QuestionFailed(AssertionError):  # noqa: N818  (students read this name)
    """An answer that is not right yet; shown as one block.

    Args:
        summary: one line: the question, and which sub-check failed.
        block: the whole text a student reads.
        failure: the failure that it tells of.
    """

    def __init__(self, summary: str, block: str, failure: Failure) -> None:
        super().__init__(summary)
        self.block = block
        self.failure = failure

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return self.block.splitlines()


class NotAnswered(QuestionFailed):
    """The stub is still in its place, or nothing was handed over."""


def block(title: str, failure: Failure, hint: str, read: str) -> str:
    """Lay out a failure as text that reads well in a notebook and in a terminal.

    Args:
        title: the first line: the mark, the question and its title.
        failure: what went wrong.
        hint: one hint.
        read: the page and section of the book to read again.

    Returns:
        Lines of at most ``WIDTH`` characters where words allow it.
    """
    rows = [
        ("check", failure.case),
        ("on", failure.on),
        ("your line", failure.line),
        ("it printed", failure.printed),
        ("got", failure.got),
        ("expected", failure.expected),
        ("where", failure.where),
        ("hint", hint),
        ("read again", read),
    ]
    lines = [title, ""]
    for label, text in rows:
        if label == "hint" and len(lines) > 2:
            lines.append("")
        if text:
            lines.append(_row(label, text))
    return "\n".join(lines).rstrip() + "\n"


def _row(label: str, text: str) -> str:
    margin = " " * 13
    wrapped = [
        textwrap.fill(
            part,
            width=WIDTH,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
            drop_whitespace=True,
        )
        for part in text.splitlines()
    ]
    return f"  {label:<11}" + "\n".join(wrapped).removeprefix(margin)
