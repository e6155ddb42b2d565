"""What cleaning changed: how often each rule did something, and where it did so first."""

import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from course_lib.corpus.cleaning_rules import RULES, Rule
from course_lib.corpus.table import Table

EXAMPLES = 3  # kept for each rule
_SHOWN = 5  # ids of documents left out that are printed
# Unicode gives control characters no name; these are the ones that texts hold.
_CONTROL_NAMES = {
    "\x00": "NULL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\v": "LINE TABULATION",
    "\f": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}


def code_points(text: str) -> str:
    """The code points of a text by number and name, of a long text the first three.

    Args:
        text: any string.

    >>> code_points("ñ\\t")
    'U+00F1 LATIN SMALL LETTER N WITH TILDE, U+0009 TAB'
    """
    shown = [
        f"U+{ord(char):04X} {unicodedata.name(char, _CONTROL_NAMES.get(char, '(no name)'))}"
        for char in text[:3]
    ]
    more = [f"and {len(text) - 3} more"] if len(text) > 3 else []
    return ", ".join(shown + more) or "nothing"


@dataclass(frozen=True)
class Change:
    """One place that a rule changed.

    Args:
        offset: where the place stood in the text given to ``clean``, characters from 0.
        before: what the rule found there.
        after: what it left.
        document: id of the document, if the text is part of a corpus.
    """

    offset: int
    before: str
    after: str
    document: str = ""

    def __str__(self) -> str:
        where = f"{self.document}, offset" if self.document else "offset"
        return f"{where} {self.offset:,}: {code_points(self.before)} → {code_points(self.after)}"


@dataclass(frozen=True)
class RuleReport:
    """What one rule did.

    Args:
        rule: the field of the policy.
        places: number of places changed. A place is one character, or a run that the rule takes as
            one: CR LF, neighbouring spaces, neighbouring letters that are not ASCII.
        examples: the first few of them.
    """

    rule: str
    places: int
    examples: tuple[Change, ...]


@dataclass(frozen=True)
class CleaningReport:
    """What cleaning did to a text or a corpus.

    Args:
        characters_before: length of the text, code points.
        characters_after: length of the clean text.
        rules: the rules that changed something, in the order in which they run.
        dropped: ids of the documents that were left out because nothing remained of them.
    """

    characters_before: int
    characters_after: int
    rules: tuple[RuleReport, ...]
    dropped: tuple[str, ...] = ()

    def places(self, rule: str) -> int:
        """Number of places that a rule changed; zero if it changed nothing.

        Args:
            rule: a field of the policy, for instance ``"spaces"``.
        """
        return sum(report.places for report in self.rules if report.rule == rule)

    def as_table(self) -> Table:
        """One row an example; the number of places stands beside the first."""
        rows = [
            ("", "", str(change)) if number else (report.rule, report.places, str(change))
            for report in self.rules
            for number, change in enumerate(report.examples)
        ]
        return Table(("rule", "places", "first examples"), rows or [("none", 0, "")])

    def __str__(self) -> str:
        return f"{self.as_table()}\n{self._sizes()}"

    def _repr_html_(self) -> str:
        return f"{self.as_table()._repr_html_()}<p>{self._sizes()}</p>"

    def _sizes(self) -> str:
        sizes = f"{self.characters_before:,} characters before, {self.characters_after:,} after"
        if not self.dropped:
            return sizes
        more = len(self.dropped) - _SHOWN
        shown = ", ".join(self.dropped[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
        return f"{sizes}; left out: {shown}"


def _in_order(
    places: Mapping[str, int], examples: Mapping[str, Sequence[Change]]
) -> tuple[RuleReport, ...]:
    """What each rule did, in the order in which the rules run."""
    names = dict.fromkeys(name for name, _ in RULES)
    return tuple(
        RuleReport(name, places[name], tuple(examples[name][:EXAMPLES]))
        for name in names
        if name in places
    )


class Log:
    """What the rules have done to one text so far."""

    def __init__(self) -> None:
        self.places: Counter[str] = Counter()
        self._examples: defaultdict[str, list[Change]] = defaultdict(list)
        self._steps: list[array[int]] = []

    def apply(self, name: str, rule: Rule, text: str) -> str:
        """Apply a rule and keep account of it.

        Args:
            name: the rule's name in the report.
            rule: its pattern and replacement.
            text: what the rules before it left.

        Returns:
            The text after the rule.
        """
        pattern, replacement = rule
        moves = array("q")  # start, length before, length after of each edit that moves the rest

        def rewrite(match: regex.Match[str]) -> str:
            result = replacement(match)
            if result != match[0]:
                skipped, before, after = _difference(match[0], result)
                start = match.start() + skipped
                self.places[name] += 1
                if len(self._examples[name]) < EXAMPLES:
                    self._examples[name].append(Change(self._origin(start), before, after))
                if len(before) != len(after):
                    moves.extend((start, len(before), len(after)))
            return result

        text = pattern.sub(rewrite, text)
        self._steps.append(moves)
        return text

    def _origin(self, offset: int) -> int:
        """Where a character of the text stood before all the steps."""
        for moves in reversed(self._steps):
            shift = 0
            for start, before, after in zip(moves[::3], moves[1::3], moves[2::3], strict=True):
                if start + shift + after > offset:
                    offset = min(offset, start + shift)  # inside an edit: to where it begins
                    break
                shift += after - before
            offset -= shift
        return offset

    def report(self, before: int, after: int) -> CleaningReport:
        """The account in its final form.

        Args:
            before: length of the text before the first rule.
            after: its length after the last.
        """
        return CleaningReport(before, after, _in_order(self.places, self._examples))


def _difference(before: str, after: str) -> tuple[int, str, str]:
    """Where two texts begin to differ, and both without their common start and end."""
    shorter = min(len(before), len(after))
    start = stop = 0
    while start < shorter and before[start] == after[start]:
        start += 1
    while stop < shorter - start and before[-1 - stop] == after[-1 - stop]:
        stop += 1
    return start, before[start : len(before) - stop], after[start : len(after) - stop]


def merge(reports: Mapping[str, CleaningReport], dropped: Sequence[str]) -> CleaningReport:
    """One report for the documents of a corpus.

    Args:
        reports: the report of each document, by its id.
        dropped: ids of the documents left out.
    """
    places: Counter[str] = Counter()
    examples: defaultdict[str, list[Change]] = defaultdict(list)
    for document, report in reports.items():
        for rule in report.rules:
            places[rule.rule] += rule.places
            examples[rule.rule] += [replace(e, document=document) for e in rule.examples]
    return CleaningReport(
        sum(report.characters_before for report in reports.values()),
        sum(report.characters_after for report in reports.values()),
        _in_order(places, examples),
        tuple(dropped),
    )
