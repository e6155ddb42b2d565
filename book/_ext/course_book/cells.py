"""The code cells of a page, as MyST source writes them."""

import re

OPENING = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*\{code-cell\}")
OPTIONS = re.compile(r"\A(?:\s*---\n.*?\n---\n|(?:[ \t]*:[\w-]+:[^\n]*\n)+)", re.S)
COMMAND = re.compile(r"^\s*[%!]")


def code_cells(source: str) -> list[str]:
    """What stands between the fences of each code cell of a page.

    Args:
        source: the MyST source of the page.

    Returns:
        The cells' text with options and notebook commands still in it.

    >>> code_cells("```{code-cell}\\nx = 1\\n```")
    ['x = 1\\n']
    """
    cells: list[list[str]] = []
    fence = ""
    for line in source.splitlines():
        if fence:
            bare = line.strip()
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
            else:
                cells[-1].append(line)
        elif opening := OPENING.match(line):
            fence = opening.group(1)
            cells.append([])
    return ["".join(f"{line}\n" for line in cell) for cell in cells]


def split_commands(cell: str) -> tuple[str, list[str]]:
    """Separate the Python of a cell from what only a notebook understands.

    Args:
        cell: the text of a code cell.

    Returns:
        Its Python without the option block, and its ``%`` and ``!`` lines.
    """
    lines = OPTIONS.sub("", cell).splitlines()
    python = "\n".join(line for line in lines if not COMMAND.match(line))
    return python, [line for line in lines if COMMAND.match(line)]
