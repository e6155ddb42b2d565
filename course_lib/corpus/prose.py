"""From a docstring to plain paragraphs: code, tables, markup and formulas taken out.

A docstring mixes prose with three notations (NumPy's and Google's sections, reStructuredText and
Markdown). What is not certainly prose is dropped, sentence by sentence: a corpus for language
models loses little by a missing sentence and much by a page of parameter tables.
"""

import inspect
from collections.abc import Iterator

import regex

_UNDERLINE = regex.compile(r"[-=~^\"*#+]{3,}$")
_DROPPED_SECTIONS = regex.compile(
    r"(?:other |call |keyword |key )?(?:parameters|arguments|args)|kwargs|attributes|methods|"
    r"properties|(?:input|output)(?:s| shape)?|shape|returns?|yields|receives|raises|warns|"
    r"see also|references?|bibliography|citation|authors?|todo|signature|usage",
    regex.IGNORECASE,
)
_GOOGLE_SECTION = regex.compile(r"([A-Z][A-Za-z]*(?: [A-Za-z]+)?):$")
_FIELD = regex.compile(r":[a-z]+(?: [^:]+)?:(?!`)|@(?:param|return|raise|type|rtype)\b")
_EXPLICIT = regex.compile(r"\.\.(?: |$)")
_ADMONITION = regex.compile(
    r"\.\. (?:note|warning|tip|important|caution|attention|hint|danger)::(?: |$)", regex.IGNORECASE
)
_BULLET = regex.compile(r"(?:[-*+•]|\(?[0-9#a-z]{1,2}[.)]|\([ivx]+\)) +(?=\S)")
_TABLE_RULE = regex.compile(r"[=\-+|: ]*(?:[=-]{2,}[ +|]+[=-]{2,}|\+[=-]{2,}\+)[=\-+|: ]*$")
_FENCE = regex.compile(r"(?:`{3,}|~{3,})")


def paragraphs(docstring: str) -> list[str]:
    """The prose of a docstring.

    Args:
        docstring: as written in the source, indentation included.

    Returns:
        Paragraphs without line ends, each of one or more whole sentences.

    >>> paragraphs('''Return the *larger* of two numbers, as a float.
    ...
    ...     Parameters
    ...     ----------
    ...     a : float
    ...         The first of the numbers to compare.
    ...
    ...     >>> larger(1, 2)
    ...     2.0
    ...     ''')
    ['Return the larger of two numbers, as a float.']
    """
    found = []
    for block in _blocks(inspect.cleandoc(docstring).split("\n")):
        kept = " ".join(filter(is_prose, sentences(plain(block))))
        if kept:
            found.append(kept)
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs and list items, without the blocks that hold no prose."""
    block: list[str] = []
    at = 0
    while at < len(lines):
        end = _after_block_without_prose(lines, at, bool(block))
        line = lines[at]
        starts_item = _BULLET.match(line.strip()) is not None
        if end > at or not line.strip() or starts_item or (block and _breaks(block, line)):
            if block:
                yield _join(block)
                if end == at and block[-1].rstrip().endswith("::"):
                    end = _after_indented(lines, at, _indent(block[-1]))
            block = []
        if end > at:
            at = end
            continue
        if line.strip():
            block.append(_ADMONITION.sub("", line.strip()).rjust(_width(line)))
        at += 1
    if block:
        yield _join(block)


def _width(line: str) -> int:
    return len(line.rstrip())


def _breaks(block: list[str], line: str) -> bool:
    """Whether a change of indentation ends the block (a list item's second line may hang)."""
    hangs = (
        len(block) == 1 and _BULLET.match(block[0].strip()) and _indent(line) > _indent(block[0])
    )
    return _indent(line) != _indent(block[-1]) and not hangs


def _join(block: list[str]) -> str:
    text = " ".join(line.strip() for line in block)
    return _BULLET.sub("", text, count=1) if _BULLET.match(text) else text


def _after_block_without_prose(lines: list[str], at: int, inside: bool) -> int:
    """Index after the code, table, section or directive that begins at ``at``; else ``at``."""
    line, indent = lines[at].strip(), _indent(lines[at])
    if _FENCE.match(line):
        return _after_fence(lines, at, line[:3])
    if line.startswith((">>>", "In [")):
        return _after_paragraph(lines, at)
    if _TABLE_RULE.match(line) or line.startswith("|"):
        return _after_paragraph(lines, at)
    if at + 1 < len(lines) and line and _is_heading(lines, at):
        dropped = _DROPPED_SECTIONS.fullmatch(line.rstrip(":"))
        return _next_heading(lines, at + 2) if dropped else at + 2
    if (named := _GOOGLE_SECTION.match(line)) and _DROPPED_SECTIONS.fullmatch(named[1]):
        return _after_indented(lines, at + 1, indent)
    if _FIELD.match(line):
        return _after_indented(lines, at + 1, indent)
    if _EXPLICIT.match(line) and not _ADMONITION.match(line) and not inside:
        return _after_indented(lines, at + 1, indent)
    return at


def _is_heading(lines: list[str], at: int) -> bool:
    under = lines[at + 1].strip()
    return bool(_UNDERLINE.match(under)) and len(set(under)) == 1 and len(lines[at].strip()) < 60


def _next_heading(lines: list[str], at: int) -> int:
    while at + 1 < len(lines) and not (lines[at].strip() and _is_heading(lines, at)):
        at += 1
    return at if at + 1 < len(lines) else len(lines)


def _after_fence(lines: list[str], at: int, fence: str) -> int:
    end = at + 1
    while end < len(lines) and not lines[end].strip().startswith(fence):
        end += 1
    return min(end + 1, len(lines))


def _after_paragraph(lines: list[str], at: int) -> int:
    while at < len(lines) and lines[at].strip():
        at += 1
    return at


def _after_indented(lines: list[str], at: int, indent: int) -> int:
    while at < len(lines) and (not lines[at].strip() or _indent(lines[at]) > indent):
        at += 1
    return at


# A private mark: a sentence that holds it had something in it that is no prose.
_LOST = "\ufffc"

_CITATION = r"\[(?:#?[0-9]+|[A-Z][\w+-]*[0-9]{2,4}[a-z]?)\]_?"

_INLINE = (
    (regex.compile(r":math:`[^`]*`|\$[^$]+\$|\\\(.*?\\\)|\\\[.*?\\\]"), _LOST),
    (regex.compile(r"!\[[^\]]*\]\([^)]*\)"), _LOST),
    (regex.compile(r"\[([^\]]+)\]\((?:https?:|#|\.|/)[^)]*\)"), r"\1"),
    (regex.compile(r"(?::[a-zA-Z:+-]+:)?`([^`<]+?)\s*<[^`>]+>`_{0,2}"), r"\1"),
    (regex.compile(r":[a-zA-Z:+-]+:`~[\w.]*?(\w+)(?:\(\))?`"), r"\1"),
    (regex.compile(r":[a-zA-Z:+-]+:`!?([^`]+)`"), r"`\1`"),
    # "as shown in [1]_ and" has lost its object without the citation; "it works [1]_" has not.
    (
        regex.compile(r"\b(?:[Ii]n|[Bb]y|of|from|[Ss]ee|and|to|with|per|on|or)\s+" + _CITATION),
        _LOST,
    ),
    (regex.compile(r"\s*" + _CITATION), ""),
    (regex.compile(r"``(.+?)``|`([^`]+)`_{0,2}"), lambda match: _code(match[1] or match[2])),
    (regex.compile(r"(?<!\w)\*\*(\S(?:[^*]*\S)?)\*\*(?!\w)"), r"\1"),
    (regex.compile(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)"), r"\1"),
    (regex.compile(r"(?<!\w)__?(\w[\w ]*\w)__?(?!\w)"), r"\1"),
    (regex.compile(r"https?://\S+|www\.\S+"), _LOST),
    (regex.compile(r"\s+"), " "),
    (regex.compile(r" ([,.;:!?])(?= |$)"), r"\1"),
)
_WORD_IN_CODE = regex.compile(r"[A-Za-z][A-Za-z -]*(?:\(\))?$|[0-9]+$")


def _code(text: str) -> str:
    """Code inside a sentence: a name that reads as a word stays."""
    return text.strip().removesuffix("()") if _WORD_IN_CODE.match(text.strip()) else _LOST


def plain(text: str) -> str:
    """A paragraph without inline markup; what cannot be put in words becomes U+FFFC.

    Args:
        text: one paragraph of reStructuredText or Markdown.

    >>> plain("Use **both** of `these <https://x.org>`_ with :func:`~a.b.tile`, see [1]_.")
    'Use both of these with tile, \ufffc.'
    """
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text.strip()


_ABBREVIATION = (
    r"(?<!\b(?:e\.g|i\.e|etc|vs|cf|al|resp|approx|Fig|Eq|Eqs|Sec|Ch|Dr|Mr|Mrs|Prof|No|Nos|St|pp|Vol|"
    r"vol|no|ed|eds|Ref|Refs|incl|esp|w\.r\.t|a\.k\.a|Inc|[A-Z])\.)"
)
_SENTENCE_END = regex.compile(rf"(?<=[.!?]['\"”)]?){_ABBREVIATION}\s+(?=['\"“(]?\p{{Lu}})")


def sentences(text: str) -> list[str]:
    """A plain paragraph cut into sentences.

    >>> sentences("See e.g. Smith. It works! Does it?")
    ['See e.g. Smith.', 'It works!', 'Does it?']
    """
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence]


_ALLOWED = regex.compile(r"[\p{Latin}0-9 .,;:!?'\"()%/&–—‘’“”…-]+$")
_BEGINNING = regex.compile(r"['\"“(]?\p{Lu}")
_ENDING = regex.compile(r"[.!?]['\"”)]?$")
_NAME_WITH_DOT = regex.compile(r"\p{L}\.\p{L}(?!\.)|\(\)|::|[a-z]\(|\.py\b|--")
_WORD = regex.compile(r"['\"“(]*(?:\p{L}[\p{L}'’/-]*|(?:\p{L}\.){2,})['\"”),.;:!?…]*$")
# A sentence that ends with one of these has lost a formula or a name.
_CUT_OFF = regex.compile(r"\b(?:is|are|the|an?|of|by|in|as|for|and|or|to|with|see|from|that)[.!?]$")
_FUNCTION_WORD = regex.compile(
    r"a|an|and|are|as|at|be|by|can|for|from|has|have|if|in|is|it|its|may|not|of|on|or|that|the|"
    r"these|this|to|was|when|which|will|with|you",
    regex.IGNORECASE,
)


def is_prose(sentence: str) -> bool:
    """Whether a sentence is English prose, and not code, a formula, a list of names or a rest.

    Args:
        sentence: plain text.

    >>> is_prose("The result is a view of the original array.")
    True
    >>> is_prose("Shape (N, C, L)."), is_prose("x = y + 1."), is_prose("Default: None")
    (False, False, False)
    """
    if not (_ALLOWED.match(sentence) and _BEGINNING.match(sentence) and _ENDING.search(sentence)):
        return False
    if _NAME_WITH_DOT.search(sentence) or _CUT_OFF.search(sentence):
        return False
    words = sentence.split(" ")
    if not 5 <= len(words) <= 80:
        return False
    letters = sum(len(word.strip("'\"(),.;:!?")) == 1 and word not in "aAI" for word in words)
    plain_words = sum(_WORD.match(word) is not None for word in words)
    common = sum(_FUNCTION_WORD.fullmatch(word) is not None for word in words)
    return plain_words - letters >= 0.85 * len(words) and common >= 0.15 * len(words)
