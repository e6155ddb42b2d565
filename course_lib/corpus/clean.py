"""Clean a text by rules that can each be switched off, and report every change.

A rule is a pattern and what to put in its place. The rules run in a fixed order, and all of them
again until none changes anything: so cleaning a clean text does nothing.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import regex

from course_lib.corpus.cleaning_report import CleaningReport, Log, merge
from course_lib.corpus.cleaning_rules import RULES
from course_lib.corpus.corpus import Corpus
from course_lib.errors import CorpusError


@dataclass(frozen=True)
class CleaningPolicy:
    """What to change in a text; ``"keep"`` switches a rule off.

    Args:
        form: Unicode normal form. NFC writes é as one code point, NFD as e and an accent. NFKC and
            NFKD also replace look-alikes (ﬁ by fi, ² by 2), which nothing can undo.
        line_ends: ``"lf"`` writes every line end that ``str.splitlines`` knows (CR LF, CR, NEL, LS,
            PS, VT, FF and three separators) as LF, so the number of lines stays.
        control: ``"remove"`` deletes control characters that are neither spaces nor line ends.
        invisible: ``"remove"`` deletes soft hyphens, zero-width characters, byte order marks and
            marks of direction. The joiners U+200C and U+200D stay where they do something: after an
            emoji, or a letter that is not Latin, Greek or Cyrillic.
        punctuation: ``"ascii"`` replaces typographic quotes, dashes and the ellipsis; ``"strip"``
            deletes punctuation but for the marks inside words (don't, well-known, 3.14), and leaves
            a space where two words would touch.
        case: ``"lower"`` writes small letters, letter by letter.
        spaces: ``"plain"`` writes tabs and every other space as U+0020; ``"single"`` also joins
            neighbouring spaces and deletes those at both ends of a line, the indent of verse too.

    Raises:
        ValueError: a value that a field does not have.
    """

    form: Literal["NFC", "NFD", "NFKC", "NFKD", "keep"] = "NFC"
    line_ends: Literal["lf", "keep"] = "lf"
    control: Literal["remove", "keep"] = "remove"
    invisible: Literal["remove", "keep"] = "remove"
    punctuation: Literal["keep", "ascii", "strip"] = "keep"
    case: Literal["keep", "lower"] = "keep"
    spaces: Literal["single", "plain", "keep"] = "single"

    def __post_init__(self) -> None:
        for rule in fields(self):
            value, known = getattr(self, rule.name), get_args(rule.type)
            if value not in known:
                raise ValueError(f"{rule.name} must be one of {', '.join(known)}; got {value!r}")


def clean(text: str, policy: CleaningPolicy | None = None) -> tuple[str, CleaningReport]:
    """Clean a text and report what was changed.

    Args:
        text: any string without lone surrogates.
        policy: what to change; ``CleaningPolicy()`` if not given.

    Returns:
        The clean text, which may be empty, and the report.

    Raises:
        CorpusError: a lone surrogate, which is half a character; says where.

    >>> text, report = clean("cafe\\u0301\\u00a0con le\\u00adche\\r\\n")
    >>> text, report.places("form"), report.places("case")
    ('café con leche\\n', 1, 0)
    >>> print(report.rules[-1].examples[0])
    offset 5: U+00A0 NO-BREAK SPACE → U+0020 SPACE
    """
    if half := regex.search(r"[\ud800-\udfff]", text):
        raise CorpusError(
            f"text has the lone surrogate U+{ord(half[0]):04X} at offset {half.start()}, half of a "
            "character that no file can hold; decode its bytes again, as UTF-8 or as UTF-16"
        )
    chosen = vars(policy or CleaningPolicy())
    rules = [(name, rule) for (name, value), rule in RULES.items() if chosen[name] == value]
    log, result, places = Log(), text, -1
    while log.places.total() != places:
        places = log.places.total()
        for name, rule in rules:
            result = log.apply(name, rule, result)
    return result, log.report(len(text), len(result))


def clean_corpus(
    corpus: Corpus,
    policy: CleaningPolicy | None = None,
    empty: Literal["error", "drop"] = "error",
) -> tuple[Corpus, CleaningReport]:
    """Clean every document of a corpus.

    Args:
        corpus: the documents; the corpus itself is not changed.
        policy: what to change; ``CleaningPolicy()`` if not given.
        empty: what to do with a document of which nothing remains: refuse, or leave it out.

    Returns:
        The clean corpus, ids and provenance kept, and one report for all documents.

    Raises:
        CorpusError: a document that cannot be cleaned, or of which nothing remains; names it. With
            ``"drop"``: nothing remains of any.
        ValueError: another value of ``empty``.
    """
    if empty not in ("error", "drop"):
        raise ValueError(f"empty must be 'error' or 'drop', got {empty!r}")
    kept: dict[str, str] = {}
    reports: dict[str, CleaningReport] = {}
    dropped = []
    for doc_id, text in zip(corpus.ids, corpus.documents, strict=True):
        try:
            result, reports[doc_id] = clean(text, policy)
        except CorpusError as error:
            raise CorpusError(f"document {doc_id!r} of corpus {corpus.name!r}: {error}") from None
        if result.strip():
            kept[doc_id] = result
        elif empty == "drop":
            dropped.append(doc_id)
        else:
            raise CorpusError(
                f"nothing remains of document {doc_id!r} of corpus {corpus.name!r} after "
                'cleaning; keep more of it, or leave such documents out with empty="drop"'
            )
    if not kept:
        raise CorpusError(
            f"every document of corpus {corpus.name!r} was dropped ({len(dropped)}): nothing "
            "remains of any after cleaning; take a policy that keeps more"
        )
    cleaned = replace(corpus, documents=tuple(kept.values()), ids=tuple(kept))
    return cleaned, merge(reports, dropped)
