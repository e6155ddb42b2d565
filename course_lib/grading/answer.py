"""An answer while it is being checked: each call of it is guarded, each result can be compared."""

import copy
import io
import linecache
import traceback
from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from contextlib import redirect_stdout
from itertools import islice
from typing import Any

import numpy as np

from course_lib.grading.compare import difference, short
from course_lib.grading.feedback import Failure
from course_lib.grading.result import CaseFailed, Result
from course_lib.grading.withheld import Symbol, blocked

MAX_YIELDED = 1_000_000
PRINTED_LINES = 5


class Answer:
    """A student's function, called under guard.

    Calling it passes copies of the arguments, blocks the withheld symbols, keeps what is printed
    out of the notebook, and turns an exception into a failure that shows the student's own line.

    Args:
        function: what the student handed over.
        name: the name to show in calls.
        symbols: what the question withholds.
        namespace: the globals of the notebook.
    """

    def __init__(
        self,
        function: Any,
        name: str,
        symbols: tuple[Symbol, ...],
        namespace: dict[str, Any],
    ) -> None:
        self.function = function
        self.name = name
        self.symbols = symbols
        self.namespace = namespace
        self.seen: list[Any] = []
        self.last: Result | None = None

    def __call__(self, *args: Any, shown: str = "", **kwargs: Any) -> Result:
        """Call the answer.

        Args:
            *args: positional arguments; the answer receives copies.
            shown: how the call is shown to the student, where the arguments are long.
            **kwargs: keyword arguments, copied too.

        Returns:
            The result, to be compared.

        Raises:
            CaseFailed: the answer is a stub, raised, changed its arguments, or called a withheld
                symbol.
        """
        call = shown or _call_text(self.name, args, kwargs)
        given = copy.deepcopy((args, kwargs))
        out = io.StringIO()
        with blocked(self.symbols, self.namespace) as refused:
            try:
                with redirect_stdout(out):
                    value = _settled(self.function(*given[0], **given[1]))
            except (Exception, SystemExit) as error:
                if type(error) is NotImplementedError:  # not what is derived from it
                    raise CaseFailed(Failure(case="", got=str(error)), "unanswered") from None
                if not refused:
                    failure = self._raised(error, call, _last_lines(out.getvalue()))
                    raise CaseFailed(failure) from None
                value = None
        if refused:
            raise CaseFailed(Failure(case="", on=call, got=refused[0]), "withheld")
        printed = _last_lines(out.getvalue())
        self._check_arguments(args, kwargs, given, call)
        self.last = Result(value, call, printed, self.seen)
        return self.last

    def _check_arguments(self, args: tuple, kwargs: dict, given: Any, call: str) -> None:
        """Fail an answer that changed what it was given."""
        before = [*enumerate(args), *kwargs.items()]
        after = [*enumerate(given[0]), *given[1].items()]
        for (which, old), (_, new) in zip(before, after, strict=True):
            if not isinstance(old, Mapping | Sequence | Set | np.ndarray):
                continue
            where = difference(new, old, 0.0, 0.0)
            if where:
                position = f"argument {which + 1}" if isinstance(which, int) else f"{which}"
                failure = Failure(
                    case="",
                    on=call,
                    got=f"{position} was changed by your function",
                    expected="the arguments left as they were given",
                    where=where,
                    hint="Build a new object, or copy before you change: whoever called you still "
                    "needs the old one.",
                )
                raise CaseFailed(failure)

    def _raised(self, error: BaseException, call: str, printed: str) -> Failure:
        """The failure of an answer that raised, with the student's own line."""
        line = ""
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_globals is self.namespace:
                source = linecache.getline(frame.f_code.co_filename, number).strip()
                inside = frame.f_code.co_name
                place = "" if inside.startswith("<") else f"    (in {inside})"
                line = f"{source}{place}" if source else line
        return Failure(
            case="",
            on=call,
            got=f"{type(error).__name__}: {error}".rstrip(": "),
            expected="a value, no exception",
            line=line,
            printed=printed,
        )


def _settled(value: Any) -> Any:
    """A value that runs no more of the student's code: iterators and views become lists."""
    if isinstance(value, KeysView | ValuesView | ItemsView):
        return list(value)
    if not isinstance(value, Iterator):
        return value
    settled = list(islice(value, MAX_YIELDED + 1))
    if len(settled) > MAX_YIELDED:
        raise ValueError(f"the iterator still goes on after {MAX_YIELDED} items")
    return settled


def _call_text(name: str, args: tuple, kwargs: dict) -> str:
    parts = [short(value, 120) for value in args]
    parts += [f"{key}={short(value, 120)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _last_lines(text: str) -> str:
    lines = [short_line for line in text.splitlines() if (short_line := line[:120].rstrip())]
    return "\n".join(lines[-PRINTED_LINES:])
