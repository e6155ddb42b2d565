"""What a chapter is made of, in this order, and whether a page has it all."""

import re

from course_book.cells import code_cells

EXERCISE_KINDS = ("recall", "build", "break", "measure")


def _directive(name: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*[`:~]{{3,}}\s*\{{{name}\}}", re.M)


PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("the cost badge, {cost}", _directive("cost")),
    ("the words 'you will be able to'", re.compile(r"you will be able to", re.I)),
    ("a prediction, {predict}", _directive("predict")),
    ("the smallest case worked by hand, {by-hand}", _directive("by-hand")),
    ("an equation, $$ or {math}", re.compile(r"^\s*(\$\$|[`:]{3,}\s*\{math\})", re.M)),
    (
        "the code itself, {literalinclude} of course_lib",
        re.compile(r"^\s*[`:]{3,}\s*\{literalinclude\}\s+(\.\./)+course_lib/", re.M),
    ),
    ("a table of shapes, {shapes}", _directive("shapes")),
    ("a law, {law}", _directive("law")),
    (
        "a code cell that checks the law",
        re.compile(r"^([`:~]{3,})\s*\{code-cell\}(?:(?!plots\.show\().)*?^\1\s*$", re.M | re.S),
    ),
    ("a figure, plots.show(...)", re.compile(r"plots\.show\(|^show\(", re.M)),
    ("what goes wrong, {wrong}", _directive("wrong")),
    ("the section '## Limits'", re.compile(r"^## Limits\s*$", re.M)),
    ("the section '## Exercises'", re.compile(r"^## Exercises\s*$", re.M)),
    ("the section '## Sources'", re.compile(r"^## Sources\s*$", re.M)),
    ("a citation, {cite:p} or {cite:t}", re.compile(r"\{cite:[pt]\}")),
)


def missing_parts(source: str) -> list[str]:
    """The parts that a chapter lacks, or has only before the part they should follow.

    Args:
        source: the MyST source of the chapter.

    Returns:
        One description a missing part; a complete chapter has none.
    """
    missing = []
    at = 0
    for name, pattern in PARTS:
        found = pattern.search(source, at)
        if found:
            at = found.end()
        else:
            missing.append(name)
    introduction = re.split(r"^## ", source, maxsplit=1, flags=re.M)[0]
    if "?" not in introduction:
        missing.append("a question before the first section")
    return missing + _missing_exercises(source) + _long_cells(source)


def _missing_exercises(source: str) -> list[str]:
    section = source.rpartition("## Exercises")[2].split("\n## ")[0]
    classes = set(" ".join(re.findall(r"^:class:(.*)$", section, re.M)).split())
    return [
        f"an exercise of class '{kind}' in '## Exercises'"
        for kind in EXERCISE_KINDS
        if kind not in classes
    ]


def _long_cells(source: str, most: int = 20) -> list[str]:
    """Cells are short; about fifteen lines are meant, and a few more are let through."""
    lengths = [sum(bool(line.strip()) for line in c.splitlines()) for c in code_cells(source)]
    return [
        f"code cell {i} in pieces: it has {n} lines, expected at most {most}"
        for i, n in enumerate(lengths, 1)
        if n > most
    ]
