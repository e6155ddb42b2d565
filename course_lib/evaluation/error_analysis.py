"""What goes wrong in texts that a model wrote: how often, and where to look.

Three families of errors: a text falls into a loop, it loses its context, it breaks the grammar. In
the course's verse the last two are judged exactly. In other text only the surface is: what is never
closed, and words and sentences that a rule can doubt. Whether a story keeps its hero, or an answer
its subject, no rule here can tell, and none pretends to: have people rate that (``rating_sheets``).

An error that could not be looked for is not counted as absent: each kind says how many texts were
judged. Rates mean little alone; set those of held-out text by people, or of poems of the grammar,
beside them.
"""

from collections.abc import Callable, Collection, Sequence

from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation.error_report import ErrorRate, ErrorReport, Example
from course_lib.evaluation.text_errors import (
    Finding,
    doubled_words,
    loops_in,
    never_closed,
    open_sentence,
    unknown_words,
)
from course_lib.evaluation.verse_errors import grammar_break, introduced, lost_person

AROUND = 40
"""Characters shown on each side of an error."""


def lost_context(text: str, verse_language: str | None = None) -> list[Finding]:
    """Where a text loses its context, as far as that can be judged.

    Args:
        text: any string; of verse, from its first character on.
        verse_language: ``"en"`` or ``"es"`` for the course's verse, where another person named or
            another gender is found exactly; None for other text, where only quotes and brackets
            that are never closed are.

    Raises:
        CorpusError: the language has no verse.

    >>> lost_context('He said "wait (for me".')[0].found
    '('
    """
    return never_closed(text) if verse_language is None else lost_person(text, verse_language)


def grammar_breaks(
    text: str, verse_language: str | None = None, vocabulary: Collection[str] | None = None
) -> list[Finding]:
    """Where a text breaks the grammar, as far as that can be judged.

    Args:
        text: any string; of verse, from its first character on.
        verse_language: ``"en"`` or ``"es"`` for the course's verse, where the first break is found
            exactly (or that the poem is unfinished); None for other text, where doubled words,
            unknown words and an open sentence at the end are.
        vocabulary: known words, from ``text_errors.vocabulary_of``; without it no word is unknown.
            Not used for verse.

    Returns:
        The errors in the order of the text.

    Raises:
        CorpusError: the language has no verse.

    >>> [error.kind for error in grammar_breaks("The the sea was")]
    ['doubled_word', 'open_sentence']
    """
    if verse_language is not None:
        broken = grammar_break(text, verse_language)
        return [] if broken is None else [broken]
    unknown = [] if vocabulary is None else unknown_words(text, vocabulary)
    found = [*doubled_words(text), *unknown, *open_sentence(text)]
    return sorted(found, key=lambda error: error.start)


def analyse(
    texts: Sequence[str],
    *,
    verse_language: str | None = None,
    vocabulary: Collection[str] | None = None,
    cut_off: Collection[int] = (),
    n_examples: int = 3,
) -> ErrorReport:
    """Count the errors of texts by kind, and pick the worst to look at.

    Args:
        texts: as a model wrote them, at least one; their prompts included if verse.
        verse_language: ``"en"`` or ``"es"`` if the texts should be the course's verse; None for
            other text.
        vocabulary: known words, from ``text_errors.vocabulary_of``; for other text only.
        cut_off: numbers of texts that were cut at a length, not ended by the model. In them it is
            not judged whether the end is missing.
        n_examples: examples of each kind at most.

    Returns:
        A rate for each kind that can be looked for. Verse: loops, another name, another gender, the
        grammar left, an unfinished poem. Other text: loops, what is never closed, doubled words,
        an open sentence and, with a vocabulary, unknown words.

    Raises:
        EvaluationError: no text, one string instead of a list, or numbers of texts that there are
            not.
        CorpusError: the language has no verse.

    >>> report = analyse(["The sea, the sea, the sea, the sea,", "It rained."])
    >>> loops = report.rates["loop"]
    >>> loops.n_judged, loops.n_errors, loops.share_of_texts, loops.examples[0].marked
    (2, 1, 0.5, 'sea, the sea, the sea, the sea,')
    """
    if isinstance(texts, str) or not texts:
        raise EvaluationError(f"expected a list of at least one text, got {texts!r:.40}")
    if strange := sorted(set(cut_off).difference(range(len(texts)))):
        raise EvaluationError(
            f"cut_off names texts {strange}; expected numbers from 0 to {len(texts) - 1}"
        )
    if n_examples < 0:
        raise EvaluationError(f"n_examples must be at least 0, got {n_examples}")
    found: dict[str, list[tuple[int, list[Finding]]]] = {}
    for number, text in enumerate(texts):
        cut = number in cut_off
        if verse_language is None:
            by_kind = _of_prose(text, vocabulary, cut)
        else:
            by_kind = _of_verse(text, verse_language, cut)
        for kind, findings in by_kind.items():
            judged = found.setdefault(kind, [])
            if findings is not None:
                judged.append((number, findings))
    return ErrorReport(
        len(texts), {kind: _rate(kind, texts, judged, n_examples) for kind, judged in found.items()}
    )


ByKind = dict[str, list[Finding] | None]
"""The errors of one text by kind; None where a kind cannot be judged."""


def _of_verse(text: str, language: str, cut: bool) -> ByKind:
    broken = grammar_break(text, language)
    person = lost_person(text, language) if introduced(text, language) else None
    left = broken is not None and broken.kind == "grammar"

    def of_kind(kind: str, findings: list[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.kind == kind]

    ends = [] if broken is None else [broken]
    return {
        "loop": loops_in(text),
        "other_name": None if person is None else of_kind("other_name", person),
        "other_gender": None if person is None else of_kind("other_gender", person),
        "grammar": of_kind("grammar", ends),
        "unfinished": None if cut or left else of_kind("unfinished", ends),
    }


def _of_prose(text: str, vocabulary: Collection[str] | None, cut: bool) -> ByKind:
    def at_end(look: Callable[[str], list[Finding]]) -> list[Finding] | None:
        return None if cut else look(text)

    found: ByKind = {
        "loop": loops_in(text),
        "unclosed": at_end(never_closed),
        "doubled_word": doubled_words(text),
        "open_sentence": at_end(open_sentence),
    }
    if vocabulary is not None:
        found["unknown_word"] = unknown_words(text, vocabulary)
    return found


def _rate(
    kind: str, texts: Sequence[str], judged: list[tuple[int, list[Finding]]], n_examples: int
) -> ErrorRate:
    every = [(number, finding) for number, findings in judged for finding in findings]
    worst = sorted(every, key=lambda error: -error[1].size)[:n_examples]
    return ErrorRate(
        kind=kind,
        n_judged=len(judged),
        n_words=sum(len(words(texts[number])) for number, _ in judged),
        n_errors=len(every),
        n_texts=sum(bool(findings) for _, findings in judged),
        examples=tuple(_example(number, texts[number], finding) for number, finding in worst),
    )


def _example(number: int, text: str, finding: Finding) -> Example:
    before = text[max(0, finding.start - AROUND) : finding.start]
    after = text[finding.end : finding.end + AROUND]
    return Example(number, finding, before, text[finding.start : finding.end], after)
