"""Symbols of the package that a question asks the student to write, blocked while an answer runs.

The body of each withheld function is exchanged for one that refuses, so that any way to it (a
dictionary, a closure, a name put together from pieces) ends in ``WithheldError``, and is noted even
where the answer catches that. A class, or a function whose body cannot be exchanged, is replaced
under every name that it has. ``reached`` is the other net: it finds a symbol before anything runs.

A module that needs a framework is not loaded for a check: that takes seconds, and a student may
not have the framework. As long as nobody has loaded it, its symbols are out of reach, and loading
it while an answer runs is refused like a call.
"""

import re
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError

_listening: list[list[str]] = []

FRAMEWORK_ROOMS = ("course_lib.models.", "course_lib.training.")
"""Modules that may need a framework; none of them is loaded for a check."""


class WithheldError(CourseError):
    """An answer called what it has to write itself; the message is the symbol's dotted name."""


@dataclass(frozen=True)
class Symbol:
    """Something of the package that a question withholds.

    Args:
        name: its dotted name, for instance ``course_lib.corpus.stats.ngram_counts``.
        held: the object itself, or what stands for it while its module is not loaded.
    """

    name: str
    held: Any = field(repr=False)

    @property
    def value(self) -> Any:
        """The object itself; what stands for it as long as nobody has loaded its module."""
        module, _, attribute = self.name.rpartition(".")
        return getattr(sys.modules.get(module), attribute, self.held)


def resolve(name: str) -> Symbol:
    """Import what a dotted name stands for.

    Args:
        name: module and attribute, for instance ``course_lib.corpus.stats.ngram_counts``.

    Returns:
        The symbol.

    Raises:
        ValueError: there is no such module or attribute.
    """
    module, _, attribute = name.rpartition(".")
    try:
        if module not in sys.modules and _sleeps(module, attribute):
            return Symbol(name, _stand_in(name))
        return Symbol(name, getattr(import_module(module), attribute))
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"withheld symbol {name!r} does not exist: {error}") from error


@cache
def _sleeps(module: str, attribute: str) -> bool:
    """Is this a symbol that its file defines, in a module that a check must not load?"""
    if not module.startswith(FRAMEWORK_ROOMS):
        return False
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    source = Path(spec.origin).read_text(encoding="utf-8")
    return re.search(rf"^(class|def) {re.escape(attribute)}\b", source, re.MULTILINE) is not None


def refuse(name: str) -> None:
    """Note that a withheld symbol was called, and raise.

    Args:
        name: the symbol's dotted name.

    Raises:
        WithheldError: always.
    """
    for called in _listening:
        called.append(name)
    raise WithheldError(name)


@contextmanager
def blocked(symbols: tuple[Symbol, ...], namespace: dict[str, Any]) -> Iterator[list[str]]:
    """Make every withheld symbol refuse, wherever it is bound.

    Args:
        symbols: what to block.
        namespace: the notebook's globals, where the symbols may be bound by any name.

    Yields:
        A list that receives the name of each symbol that was called, caught or not.
    """
    undo: list[Callable[[], None]] = []
    called: list[str] = []
    _listening.append(called)
    asleep = {s.name.rpartition(".")[0]: s.name for s in symbols if s.value is _stand_in(s.name)}
    try:
        for symbol in symbols:
            if symbol.name not in asleep.values():
                undo += _block(symbol, namespace)
        if asleep:
            guard = _ImportGuard(asleep)
            sys.meta_path.insert(0, guard)
            undo.append(partial(sys.meta_path.remove, guard))
        yield called
    finally:
        _listening.remove(called)
        for step in reversed(undo):
            step()


@dataclass(frozen=True, eq=False)
class _ImportGuard:
    """Stands first among the finders of modules and refuses those that are withheld.

    Args:
        asleep: for the name of each module, that of a symbol in it.
    """

    asleep: dict[str, str]

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        """Refuse a withheld module; leave any other to the finders that come after.

        Args:
            fullname: the module's dotted name.
            path: where its package looks.
            target: a module that is loaded again.

        Raises:
            WithheldError: the module is withheld.
        """
        if fullname in self.asleep:
            refuse(self.asleep[fullname])


def _block(symbol: Symbol, namespace: dict[str, Any]) -> list[Callable[[], None]]:
    """Block one symbol; returns the steps that undo it."""
    stand_in = _stand_in(symbol.name)
    function = symbol.value
    if isinstance(function, types.FunctionType) and function.__closure__ is None:
        # The function object itself stops working, so that no alias of it can be missed.
        code = function.__code__
        function.__code__ = stand_in.__code__
        return [partial(setattr, function, "__code__", code)]
    undo: list[Callable[[], None]] = []
    for scope in [namespace, *_package_scopes()]:
        for name, value in list(scope.items()):
            if value is symbol.value:
                undo.append(partial(scope.__setitem__, name, value))
                scope[name] = stand_in
    return undo


def _package_scopes() -> list[dict[str, Any]]:
    """The globals of every loaded module of the package but those of this room."""
    # A process that holds TensorFlow has thousands of modules, and a check asks thousands of times.
    return _scopes_of(len(sys.modules), next(reversed(sys.modules)))


@lru_cache(maxsize=1)
def _scopes_of(n_modules: int, newest: str) -> list[dict[str, Any]]:
    """The scopes while no module is loaded or unloaded; the arguments tell that apart."""
    return [
        vars(module)
        for name, module in list(sys.modules.items())
        if module is not None
        and name.split(".")[0] == "course_lib"
        and not name.startswith("course_lib.grading")
    ]


@cache
def _stand_in(name: str) -> types.FunctionType:
    """A function of any arguments that refuses; its code needs no globals and no closure."""
    source = (
        "def withheld(*args, **kwargs):\n"
        "    from course_lib.grading.withheld import refuse\n"
        f"    refuse({name!r})\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(source, "<withheld>", "exec"), scope)
    made: types.FunctionType = scope["withheld"]
    return made
