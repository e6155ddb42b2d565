"""Measured-looking numbers that somebody typed into prose, where they go stale unseen.

A number on a page comes from an executed cell or from a result file. What was chosen and not
measured (a stride, a threshold) is written as mathematics, as code, or with the role ``given``.
"""

import re

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
FENCED = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>[^\n`]*)$")
PROSE_DIRECTIVES = {
    "predict", "answer", "by-hand", "law", "wrong", "shapes", "note", "tip", "warning", "important",
    "admonition", "dropdown", "exercise", "solution", "margin", "grid", "grid-item",
    "grid-item-card", "card", "tab-set", "tab-item", "div", "seealso", "epigraph", "list-table",
}  # fmt: skip
INLINE = (
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"\$\$.*?\$\$", re.S),
    re.compile(r"(?<![\\$])\$[^$\n]+\$"),
    re.compile(r"\{[\w:.-]+\}`+[^`]*`+"),
    re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S),
    re.compile(r"\]\([^)]*\)|<https?://[^>]*>|https?://\S+"),
    re.compile(r"^\s*:[\w-]+:.*$", re.M),
    re.compile(
        r"\b(?:Python|NumPy|TensorFlow|Keras|PyTorch|CUDA|Unicode|BY|version|[A-Z]{2,}-)"
        r"[\s-]*v?\d+(?:\.\d+)*(?:(?:,| or| and)+ \d+\.\d+)*\b"
    ),
)
NUMBER = re.compile(
    r"(?<![\w.,/-])[-−+]?(?:\d+\.\d+(?!\.?\d)|\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?\s?%|\d+(?:e[+-]?\d+))"
    r"|(?<![\w.,/-])\d+(?=\s?(?:per cent|percent|ms\b|MB\b|kB\b|GB\b|bits?\b|nats?\b|seconds?\b))"
)


def typed_numbers(source: str) -> list[tuple[int, str]]:
    """Decimal numbers, percentages, large and unit-bearing numbers typed into a page's prose.

    Args:
        source: the MyST source of a page.

    Returns:
        For each, its line (from 1) and the number as it stands.

    >>> typed_numbers("The loss is 3.14 at stride $0.5$.")
    [(1, '3.14')]
    """
    prose = _blank(FRONT_MATTER, _without_code(source))
    for pattern in INLINE:
        prose = _blank(pattern, prose)
    return [
        (number, match.group(0).strip())
        for number, line in enumerate(prose.splitlines(), 1)
        for match in NUMBER.finditer(line)
    ]


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Take out what matches and keep the line numbers."""
    return pattern.sub(lambda match: " " + "\n" * match.group(0).count("\n"), text)


def _without_code(source: str) -> str:
    """Empty the lines inside fences, except those of directives whose content is prose."""
    kept: list[str] = []
    open_fences: list[tuple[str, bool]] = []  # the fence, and whether prose is inside
    for line in source.splitlines():
        fence = FENCED.match(line)
        in_prose = all(prose for _, prose in open_fences)
        if fence and open_fences and _closes(fence, open_fences[-1][0]):
            open_fences.pop()
            kept.append("")
        elif fence and in_prose:
            name = re.match(r"\s*\{([\w:.-]+)\}", fence["info"])
            is_prose = bool(name and name.group(1) in PROSE_DIRECTIVES)
            open_fences.append((fence["fence"], is_prose))
            kept.append(fence["info"].partition("}")[2] if is_prose else "")
        else:
            kept.append(line if in_prose else "")
    return "\n".join(kept)


def _closes(fence: re.Match[str], opening: str) -> bool:
    return not fence["info"].strip() and fence["fence"].startswith(opening)
