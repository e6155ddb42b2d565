"""Arithmetic out of a text file, and nothing but arithmetic."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from course_lib.errors import CourseError

MAX_LENGTH = 200  # characters; also bounds how deep an expression can be nested
MAX_BASE, MAX_EXPONENT = 1e12, 100  # without a bound 9**9**9 would fill the memory

OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
    "sum": lambda *terms: math.fsum(terms),
}


class ExpressionError(CourseError, ValueError):
    """An expression that is no arithmetic on numbers, or has no finite value."""


def evaluate_check(expression: str) -> float | bool:
    """Evaluate an expression over numbers.

    It may hold numbers, ``+ - * / // % **``, one comparison, and calls of abs, exp, log (natural),
    log2, max, min, round, sqrt and sum (of its arguments). Names, attributes, texts, lists,
    subscripts and any other call are refused.

    Args:
        expression: at most 200 characters.

    Returns:
        A finite number, or a truth value for a comparison.

    Raises:
        ExpressionError: anything outside that list, or no finite value.

    >>> evaluate_check("4*(128 + 256 + 1)*256")
    394240
    >>> evaluate_check("exp(2) > 7")
    True
    """
    if len(expression) > MAX_LENGTH:
        raise ExpressionError(f"{len(expression)} characters; expected at most {MAX_LENGTH}")
    try:
        match ast.parse(expression.strip(), mode="eval").body:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                return COMPARISONS[type(op)](_number(left), _number(right))
            case node:
                return _number(node)
    except (SyntaxError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise ExpressionError(f"cannot evaluate {expression!r}: {error}") from error


def _number(node: ast.expr) -> float:
    """The value of a syntax tree that holds numbers only.

    Raises:
        ValueError: anything else, or a value that is not finite.
    """
    value: Any
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            pass
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = -_number(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            a, b = _number(left), _number(right)
            if isinstance(op, ast.Pow) and (abs(a) > MAX_BASE or abs(b) > MAX_EXPONENT):
                raise ValueError(f"{a}**{b} is out of bounds")
            value = OPERATORS[type(op)](a, b)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            value = FUNCTIONS[name](*(_number(argument) for argument in args))
        case _:
            raise ValueError(f"{type(node).__name__} is no arithmetic on numbers")
    if isinstance(value, complex) or not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    number: float = value
    return number
