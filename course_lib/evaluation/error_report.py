"""The errors of a set of texts: rates by kind, and the worst of them with the text around."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from course_lib.corpus.table import Table
from course_lib.evaluation.bootstrap import Interval
from course_lib.evaluation.proportions import wilson_interval
from course_lib.evaluation.text_errors import Finding

KINDS: Mapping[str, str] = {
    "loop": "falls into a loop",
    "other_name": "names another person",
    "other_gender": "takes her for a man, or him for a woman",
    "unclosed": "a quote or bracket is never closed",
    "grammar": "leaves the grammar",
    "unfinished": "a poem without its end",
    "unknown_word": "a word not in the vocabulary",
    "doubled_word": "a word twice in a row",
    "open_sentence": "stops inside a sentence",
}
"""The kinds of errors, and what each says in short."""


@dataclass(frozen=True)
class Example:
    """An error with the text around it.

    Args:
        text: number of the text, from 0.
        finding: the error.
        before: what stands before it in the text.
        marked: what stands from its start to its end.
        after: what comes then.
    """

    text: int
    finding: Finding
    before: str
    marked: str
    after: str

    def __str__(self) -> str:
        instead = ", ".join(map(repr, self.finding.expected))
        place = f"text {self.text}, character {self.finding.start}: "
        shown = f"{self.before}>>>{self.marked}<<<{self.after}".replace("\n", " / ")
        return place + shown + (f" (possible: {instead})" if instead else "")


@dataclass(frozen=True)
class ErrorRate:
    """How often one kind of error occurs.

    Args:
        kind: a name in ``KINDS``.
        n_judged: texts in which it was looked for.
        n_words: their words.
        n_errors: errors found.
        n_texts: texts with at least one.
        examples: the worst, the largest first; of equals those that come first.
    """

    kind: str
    n_judged: int
    n_words: int
    n_errors: int
    n_texts: int
    examples: tuple[Example, ...]

    @property
    def per_text(self) -> float | None:
        """Errors a text judged; None if none was."""
        return self.n_errors / self.n_judged if self.n_judged else None

    @property
    def per_1000_words(self) -> float | None:
        """Errors a thousand words of the texts judged; None if they have no word."""
        return 1000 * self.n_errors / self.n_words if self.n_words else None

    @property
    def share_of_texts(self) -> float | None:
        """Share of the texts judged that have at least one; None if none was judged."""
        return self.n_texts / self.n_judged if self.n_judged else None

    def share_interval(self, confidence: float = 0.95) -> Interval | None:
        """``share_of_texts`` with Wilson's interval: what it could be of all texts of the kind.

        Args:
            confidence: above 0 and below 1.

        Returns:
            None if no text was judged.

        Raises:
            EvaluationError: the confidence is out of bounds.
        """
        if not self.n_judged:
            return None
        return wilson_interval(self.n_texts, self.n_judged, confidence)


@dataclass(frozen=True)
class ErrorReport:
    """The errors of a set of texts.

    Args:
        n_texts: number of texts.
        rates: by kind; only kinds that make sense for the sort of text.
    """

    n_texts: int
    rates: Mapping[str, ErrorRate]

    def as_table(self) -> Table:
        """One row a kind."""
        header = ("error", "texts judged", "share with it", "a text", "per 1,000 words")
        return Table(
            header,
            [
                (
                    KINDS[rate.kind],
                    rate.n_judged,
                    *(
                        "—" if figure is None else float(figure)
                        for figure in (rate.share_of_texts, rate.per_text, rate.per_1000_words)
                    ),
                )
                for rate in self.rates.values()
            ],
        )

    def as_dict(self) -> dict[str, object]:
        """The report as JSON can hold it, rates beside the counts they come from."""
        return {
            "n_texts": self.n_texts,
            "rates": {
                kind: {
                    **asdict(rate),
                    "per_text": rate.per_text,
                    "per_1000_words": rate.per_1000_words,
                    "share_of_texts": rate.share_of_texts,
                }
                for kind, rate in self.rates.items()
            },
        }

    def __str__(self) -> str:
        return str(self.as_table())

    def _repr_html_(self) -> str:
        return self.as_table()._repr_html_()
