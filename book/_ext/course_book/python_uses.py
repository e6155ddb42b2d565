"""What a piece of Python refers to: modules, result files and paths, read from its syntax tree."""

import ast
import functools
import re
from dataclasses import dataclass

EVERYTHING = "*"
MODULE_NAME = re.compile(r"course_lib(\.\w+)+")
RESULT_READERS = {"course_lib.results.load", "course_lib.results.figure"}


@dataclass(frozen=True)
class Uses:
    """What a piece of Python refers to.

    Args:
        modules: dotted names it imports, and possibly names inside them.
        results: names of result files it reads; ``*`` where the name is computed.
        strings: its short string literals, any of which may be a path.
        lazy: whether it is a package that imports its parts when they are asked for.
    """

    modules: frozenset[str]
    results: frozenset[str] = frozenset()
    strings: frozenset[str] = frozenset()
    lazy: bool = False


@functools.cache
def uses(code: str, package: str = "") -> Uses:
    """Read what a piece of Python refers to, imports inside functions included.

    Args:
        code: the Python source. Where it does not parse it may use anything: modules is ``{"*"}``.
        package: the dotted package that the source belongs to, for relative imports.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return Uses(frozenset({EVERYTHING}))
    modules: set[str] = set()
    names: dict[str, str] = {}
    results: set[str] = set()
    strings: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for dotted, name in _imported(node, package):
                modules.add(dotted)
                names[name] = dotted
        elif isinstance(node, ast.Constant) and _may_be_path(node.value):
            strings.add(str(node.value))
    modules |= {text for text in strings if MODULE_NAME.fullmatch(text)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func, names) in RESULT_READERS:
            first = node.args[0] if node.args else None
            constant = isinstance(first, ast.Constant) and isinstance(first.value, str)
            results.add(first.value if constant else EVERYTHING)  # type: ignore[union-attr]
    lazy = any(isinstance(n, ast.FunctionDef) and n.name == "__getattr__" for n in tree.body)
    return Uses(frozenset(modules), frozenset(results), frozenset(strings), lazy)


def _may_be_path(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) < 200 and "\n" not in value


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> list[tuple[str, str]]:
    """Dotted name and local name of each thing that an import statement brings."""
    if isinstance(node, ast.Import):
        return [
            (a.name, a.asname) if a.asname else (a.name, a.name.split(".")[0]) for a in node.names
        ]
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        parents = parts[: len(parts) - node.level + 1]
        base = ".".join(p for p in (*parents, base) if p)
    return [(f"{base}.{a.name}", a.asname or a.name) for a in node.names]


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of an expression such as ``results.load``, as far as imports tell."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    if isinstance(node, ast.Name):
        dotted = names.get(node.id, node.id)
        return node.id if dotted.startswith(f"{node.id}.") else dotted
    return ""
