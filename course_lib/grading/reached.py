"""Find a withheld symbol in an answer before it runs: its names, resolved as Python would.

Imports, aliases, attributes, ``getattr`` with a literal, and the notebook's own functions that the
answer calls are followed. What gets past this is stopped by ``withheld.blocked``.
"""

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

from course_lib.grading.withheld import Symbol

MAX_HELD = 1000  # a longer container is data, and is not searched for functions

_MISSING = object()


def reached(answer: Any, symbols: tuple[Symbol, ...]) -> str | None:
    """The first withheld symbol that an answer names, found without running it.

    Args:
        answer: what the student hands over, a function as a rule.
        symbols: what the question withholds.

    Returns:
        The dotted name of the symbol; None where the answer names none.
    """
    return _Reader(symbols).read(answer)


class _Reader:
    """Follows the names in a function, and in the notebook's functions that it calls."""

    def __init__(self, symbols: tuple[Symbol, ...]) -> None:
        self.symbols = symbols
        self.seen: set[int] = set()

    def read(self, value: Any) -> str | None:
        """The symbol that a value is, holds, or names in its source."""
        if id(value) in self.seen:
            return None
        self.seen.add(id(value))
        for symbol in self.symbols:
            if value is symbol.value or (
                isinstance(value, types.ModuleType) and value.__name__ == symbol.name
            ):
                return symbol.name
        if isinstance(value, partial):
            return self._first([value.func, *value.args, *value.keywords.values()])
        if isinstance(value, types.MethodType):
            return self.read(value.__func__)
        if isinstance(value, dict):
            return self._first(list(value.values()))
        if isinstance(value, list | tuple | set | frozenset):
            return self._first(list(value))
        if isinstance(value, type) and value.__module__ not in sys.builtin_module_names:
            return self._first([v for v in vars(value).values() if inspect.isroutine(v)])
        if isinstance(value, types.FunctionType):
            return self._read_function(value)
        return None

    def _first(self, values: list[Any]) -> str | None:
        return next((name for name in map(self.read, values) if name), None)

    def _read_function(self, function: types.FunctionType) -> str | None:
        if (function.__module__ or "").split(".")[0] in sys.stdlib_module_names - {"__main__"}:
            return None
        wrapped = getattr(function, "__wrapped__", None)
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        captured = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
        held = self._first([wrapped, *defaults, *captured.values()])
        if held:
            return held
        tree = _tree(function)
        if tree is None:
            return None
        scope = {**_builtin_names(), **function.__globals__, **captured}
        return self._read_tree(tree, scope, function.__globals__)

    def _read_tree(self, tree: ast.AST, scope: dict[str, Any], own: dict[str, Any]) -> str | None:
        hidden = _locals(tree)
        scope = {name: held for name, held in scope.items() if name not in hidden}
        scope |= _imports(tree)
        for node in ast.walk(tree):
            value = _value(node, scope)
            hit = self._hit(value)
            if hit:
                return hit
            if _is_own(value, own):
                inner = self.read(value)
                if inner:
                    return inner
            for text in _evaluated(node):
                inner = self._read_text(text, scope, own)
                if inner:
                    return inner
        return None

    def _read_text(self, text: str, scope: dict[str, Any], own: dict[str, Any]) -> str | None:
        try:
            return self._read_tree(ast.parse(text), scope, own)
        except SyntaxError:
            return None

    def _hit(self, value: Any) -> str | None:
        return next((s.name for s in self.symbols if value is s.value), None)


def _tree(function: types.FunctionType) -> ast.AST | None:
    """The syntax tree of a function; None where its source is out of reach."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None


def _builtin_names() -> dict[str, Any]:
    return vars(sys.modules["builtins"])


def _locals(tree: ast.AST) -> set[str]:
    """Names that a function binds itself, so that they do not mean the global of that name."""
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def _imports(tree: ast.AST) -> dict[str, Any]:
    """What the import statements of a tree bind; nothing new is loaded outside the package."""
    bound: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = _loaded(alias.name)
                bound[alias.asname or alias.name.split(".")[0]] = (
                    module if alias.asname else _loaded(alias.name.split(".")[0])
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = _loaded(node.module)
            for alias in node.names:
                found = getattr(module, alias.name, _MISSING)
                if alias.name == "*":
                    bound.update(vars(module) if module is not _MISSING else {})
                elif found is _MISSING:
                    found = _loaded(f"{node.module}.{alias.name}")
                bound[alias.asname or alias.name] = found
    return bound


def _loaded(name: str) -> Any:
    if name.split(".")[0] != "course_lib":
        return sys.modules.get(name, _MISSING)
    try:
        return import_module(name)
    except ImportError:
        return _MISSING


def _value(node: ast.AST, scope: dict[str, Any]) -> Any:
    """What an expression stands for, if it can be told without running it."""
    if isinstance(node, ast.Name):
        return scope.get(node.id, _MISSING)
    if isinstance(node, ast.Attribute):
        return _attribute(_value(node.value, scope), node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        holder = _value(node.value, scope)
        if isinstance(holder, dict):
            return holder.get(node.slice.value, _MISSING)
    if not isinstance(node, ast.Call) or not node.args:
        return _MISSING
    called = _value(node.func, scope)
    literals = [a.value for a in node.args if isinstance(a, ast.Constant)]
    if called is getattr and len(node.args) > 1 and literals:
        return _attribute(_value(node.args[0], scope), str(literals[0]))
    if called is vars:
        holder = _value(node.args[0], scope)
        return vars(holder) if isinstance(holder, types.ModuleType) else _MISSING
    if called in (import_module, __import__) and literals:
        return _loaded(str(literals[0]))
    return _MISSING


def _attribute(holder: Any, name: str) -> Any:
    """An attribute of a module or a class; of nothing else, since reading it could run code."""
    if isinstance(holder, types.ModuleType | type):
        return inspect.getattr_static(holder, name, _MISSING)
    return _MISSING


def _is_own(value: Any, own: dict[str, Any]) -> bool:
    """Is this something that the student's notebook defines or gathers?"""
    if isinstance(value, types.FunctionType):
        return value.__globals__ is own
    if isinstance(value, dict | list | tuple):
        return value is not own and len(value) <= MAX_HELD
    return isinstance(value, partial)


def _evaluated(node: ast.AST) -> Iterator[str]:
    """Literal program text handed to eval or exec."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    if node.func.id in ("eval", "exec") and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value
