"""What an answer returned, with the comparisons that a check can ask for."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from course_lib.grading.compare import ABS, REL, difference, short
from course_lib.grading.feedback import Failure


class CaseFailed(Exception):  # noqa: N818  (raised and caught inside the checks only)
    """A sub-check that failed.

    Args:
        failure: why.
        kind: ``wrong``, ``unanswered`` or ``withheld``.
    """

    def __init__(self, failure: Failure, kind: str = "wrong") -> None:
        super().__init__(failure.got)
        self.failure = failure
        self.kind = kind


@dataclass(frozen=True)
class Result:
    """What one call of an answer returned.

    Args:
        value: the value; a generator has become a list.
        call: the call as text, for the student to repeat.
        printed: the last lines that the call printed.
        seen: receives every expected value, for the gate that looks for leaks.
    """

    value: Any
    call: str
    printed: str
    seen: list[Any]

    def equals(self, expected: Any, *, rel: float = REL, abs: float = ABS, hint: str = "") -> None:
        """Compare with the expected value; the student is shown both.

        Args:
            expected: what the reference gives for the same input.
            rel: relative tolerance for numbers.
            abs: absolute tolerance for numbers.
            hint: a hint for this comparison in place of the question's own.

        Raises:
            CaseFailed: the values differ.
        """
        self.seen.append(expected)
        where = difference(self.value, expected, rel, abs)
        if where is None:
            return
        got, wanted = short(self.value), short(expected)
        if where == f"got {got}, expected {wanted}":
            where = ""
        if got == wanted or (not wanted.isascii() and _same_looks(got, wanted)):
            got, wanted = ascii(self.value)[:200], ascii(expected)[:200]
        self.fail(got=got, expected=wanted, where=where, hint=hint)

    def near(self, measured: float, *, within: float, hint: str = "") -> None:
        """Compare a prediction with what is measured, without giving the measured value away.

        Args:
            measured: the true value.
            within: the largest distance that passes, in the same unit.
            hint: a hint for this comparison in place of the question's own.

        Raises:
            CaseFailed: the prediction is no number, or too far away.
        """
        self.seen.append(measured)
        wrong_kind = difference(self.value, measured, 0.0, float("inf"))
        if wrong_kind:
            self.fail(got=short(self.value), expected="a number", hint=hint)
        if abs(self.value - measured) > within:
            direction = "less" if self.value > measured else "more"
            self.fail(got=short(self.value), expected=f"{direction} than that", hint=hint)

    def chooses(self, right: str, why_not: Mapping[str, str]) -> None:
        """Compare a chosen option; a wrong one is told its own reason.

        Args:
            right: the letter of the right option.
            why_not: for each wrong letter, why it is wrong.

        Raises:
            CaseFailed: a wrong option, or none of them.
        """
        letters = sorted([right, *why_not])
        chosen = self.value.strip().upper() if isinstance(self.value, str) else self.value
        if chosen == right:
            return
        if chosen in why_not:
            self.fail(got=short(self.value), expected="another option", hint=why_not[chosen])
        self.fail(got=short(self.value), expected="one of the letters " + ", ".join(letters))

    def part(self, index: int, names: Sequence[str]) -> "Result":
        """One of several things that an answer returns together.

        Args:
            index: its position, from 0.
            names: what each of them is, in words.

        Returns:
            The part, to be compared by itself.

        Raises:
            CaseFailed: the result is no list or tuple of that length.
        """
        whole = isinstance(self.value, list | tuple) and len(self.value) == len(names)
        self.require(whole, f"{len(names)} things: {', '.join(names)}")
        return replace(self, value=self.value[index], call=f"{self.call}[{index}], {names[index]}")

    def require(self, holds: bool, expected: str, *, got: str = "", hint: str = "") -> None:
        """Demand a property of the result.

        Args:
            holds: whether it has the property.
            expected: the property, in words.
            got: what the result has instead, in words; the value itself if empty.
            hint: a hint for this property in place of the question's own.

        Raises:
            CaseFailed: it does not hold.
        """
        if not holds:
            self.fail(got=got or short(self.value), expected=expected, hint=hint)

    def fail(self, *, got: str, expected: str, where: str = "", hint: str = "") -> None:
        """Fail the sub-check on this call.

        Args:
            got: what the answer gave, in words.
            expected: what was expected, in words.
            where: where the two first differ.
            hint: a hint in place of the question's own.

        Raises:
            CaseFailed: always.
        """
        raise CaseFailed(
            Failure(
                case="",
                on=self.call,
                got=got,
                expected=expected,
                where=where,
                printed=self.printed,
                hint=hint,
            )
        )


def _same_looks(one: str, other: str) -> bool:
    """Do two strings differ only in ways that no eye can see?"""

    def looks(text: str) -> str:
        return re.sub(r"\s", " ", unicodedata.normalize("NFKC", text))

    return looks(one) == looks(other)
