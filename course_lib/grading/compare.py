"""Is what an answer returned what was expected? And if not, where does it begin to differ?

Floats are compared with tolerances, containers element by element, distributions by a statistical
test, plots by the data on their axes.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

REL = 1e-6
ABS = 1e-9


def difference(got: Any, expected: Any, rel: float = REL, abs_: float = ABS) -> str | None:
    """Where a value first differs from the expected one.

    A list, a tuple and an array are alike if their elements are; a count of zero in a ``Counter``
    is the same as no count.

    Args:
        got: what an answer returned.
        expected: what the reference returned.
        rel: relative tolerance for numbers that are not both whole.
        abs_: absolute tolerance for the same.

    Returns:
        One line about the first difference; None where there is none.

    >>> difference({"a": 1, "b": 0.30000001}, {"a": 1, "b": 0.3})
    >>> difference([1, 2, 4], (1, 2, 3))
    'element 2: got 4, expected 3'
    """
    if isinstance(expected, np.ndarray | np.generic):
        expected = expected.tolist()
    if isinstance(got, np.ndarray | np.generic):
        got = got.tolist()
    if isinstance(expected, bool) or expected is None:
        return None if got is expected else _plain(got, expected)
    if isinstance(expected, int | float):
        return _number_difference(got, expected, rel, abs_)
    if isinstance(expected, str | bytes):
        return _text_difference(got, expected)
    if isinstance(expected, Mapping):
        return _mapping_difference(got, expected, rel, abs_)
    if isinstance(expected, Set):
        return _set_difference(got, expected)
    if isinstance(expected, Sequence):
        return _sequence_difference(got, expected, rel, abs_)
    return None if got == expected else _plain(got, expected)


def _plain(got: Any, expected: Any) -> str:
    return f"got {short(got, 60)}, expected {short(expected, 60)}"


def _kind(got: Any, wanted: str) -> str:
    return f"got {short(got, 60)}, of type {type(got).__name__}; expected {wanted}"


def _number_difference(got: Any, expected: float, rel: float, abs_: float) -> str | None:
    if isinstance(got, bool) or not isinstance(got, int | float):
        return _kind(got, "a number")
    if isinstance(got, int) and isinstance(expected, int) and (rel, abs_) == (REL, ABS):
        return None if got == expected else _plain(got, expected)
    if math.isnan(got) and math.isnan(expected):
        return None
    return None if math.isclose(got, expected, rel_tol=rel, abs_tol=abs_) else _plain(got, expected)


def _text_difference(got: Any, expected: str | bytes) -> str | None:
    if not isinstance(got, type(expected)):
        return _kind(got, f"a {type(expected).__name__}")
    if got == expected:
        return None
    at = next(
        (i for i, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b),
        min(len(got), len(expected)),
    )
    here = f"got {got[at : at + 1]!a}, expected {expected[at : at + 1]!a}"
    if at == len(expected):
        return f"expected the end after {at} characters, got {short(got[at:], 40)} more"
    if at == len(got):
        return f"got the end after {at} characters, expected {short(expected[at:], 40)} more"
    return f"character {at}: {here}"


def _mapping_difference(got: Any, expected: Mapping, rel: float, abs_: float) -> str | None:
    if not isinstance(got, Mapping):
        return _kind(got, "a dict")
    if isinstance(expected, Counter):
        got = {key: count for key, count in got.items() if count != 0}
        expected = {key: count for key, count in expected.items() if count != 0}
    for key in expected:
        if key not in got:
            return f"key {short(key, 60)} is missing"
        inner = difference(got[key], expected[key], rel, abs_)
        if inner:
            return f"key {short(key, 60)}: {inner}"
    extra = [key for key in got if key not in expected]
    return f"key {short(extra[0], 60)} should not be there" if extra else None


def _set_difference(got: Any, expected: Set) -> str | None:
    if not isinstance(got, Set):
        return _kind(got, "a set")
    missing, extra = list(expected - got), list(got - expected)
    if missing:
        return f"{short(missing[0], 60)} is missing"
    return f"{short(extra[0], 60)} should not be there" if extra else None


def _sequence_difference(got: Any, expected: Sequence, rel: float, abs_: float) -> str | None:
    if isinstance(got, str | bytes) or not isinstance(got, Sequence):
        return _kind(got, "a list")
    for index, (one, other) in enumerate(zip(got, expected, strict=False)):
        inner = difference(one, other, rel, abs_)
        if inner:
            return f"element {index}: {inner}"
    if len(got) != len(expected):
        return f"got {len(got)} elements, expected {len(expected)}"
    return None


def chi_square_p(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """How often chance alone would stray as far from a distribution as these counts do.

    Pearson's chi-square test with K - 1 degrees of freedom; to be trusted where each expected count
    is 5 or more. The tail is exact: Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), from
    Q(1/2, x) = erfc(sqrt(x)) or Q(1, x) = e^-x.

    Args:
        counts: how often each outcome was seen, shape (K,).
        probabilities: the probability of each outcome, shape (K,), each above 0, summing to 1.

    Returns:
        A probability in [0, 1]: near 0 where the counts do not follow the distribution.

    Raises:
        ValueError: shapes that differ, or fewer than two outcomes.

    >>> chi_square_p([250, 250], [0.5, 0.5]) > 0.9, chi_square_p([400, 100], [0.5, 0.5]) < 1e-9
    (True, True)
    """
    observed, wanted = np.asarray(counts, float), np.asarray(probabilities, float)
    if observed.shape != wanted.shape or observed.ndim != 1 or observed.size < 2:
        raise ValueError(
            f"expected two vectors of one length, at least 2, got {observed.shape}, {wanted.shape}"
        )
    wanted = wanted / wanted.sum() * observed.sum()
    x = float(((observed - wanted) ** 2 / wanted).sum()) / 2
    half = (observed.size - 1) % 2 / 2
    tail, a = (math.erfc(math.sqrt(x)), half) if half else (math.exp(-x), 1.0)
    while a < (observed.size - 1) / 2:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1)) if x > 0 else 0.0
        a += 1
    return min(tail, 1.0)


def plotted(axes: Any) -> list[tuple[list[float], list[float]]]:
    """The data on a matplotlib Axes: its lines, its clouds of points, then its bars.

    Args:
        axes: a matplotlib Axes.

    Returns:
        For each artist its x and its y values; for bars the centres and the heights.
    """
    found = []
    for line in axes.get_lines():
        found.append((_floats(line.get_xdata()), _floats(line.get_ydata())))
    for cloud in axes.collections:
        points = np.asarray(cloud.get_offsets(), float).reshape(-1, 2)
        found.append((points[:, 0].tolist(), points[:, 1].tolist()))
    for bars in axes.containers:
        boxes = [bar for bar in bars if hasattr(bar, "get_height")]
        centres = [float(box.get_x() + box.get_width() / 2) for box in boxes]
        found.append((centres, [float(box.get_height()) for box in boxes]))
    return found


def _floats(values: Any) -> list[float]:
    return [float(value) for value in values]


def _rounded(value: Any) -> Any:
    """A value to be shown: its floats, here or in plain containers, with seven digits."""
    if type(value) is float:
        return float(f"{value:.7g}")
    if type(value) in (list, tuple):
        return type(value)(_rounded(item) for item in value)
    if type(value) is dict:
        return {key: _rounded(item) for key, item in value.items()}
    return value


def short(value: Any, width: int = 200) -> str:
    """A value on one line, its middle cut out where it is long.

    Args:
        value: anything with a ``repr``.
        width: the longest line, in characters.

    Returns:
        The ``repr``, at most ``width`` characters, floats with seven digits.

    >>> short(list(range(100)), 20)
    '[0, 1, 2 … , 98, 99]'
    >>> short((1 / 3, {"third": 0.1 + 0.2}))
    "(0.3333333, {'third': 0.3})"
    """
    try:
        text = repr(_rounded(value))
    except Exception as error:
        text = f"<a {type(value).__name__} whose repr raises {type(error).__name__}>"
    text = " ".join(text.splitlines())
    if len(text) <= width:
        return text
    head = (width - 3) // 2
    return f"{text[:head]} … {text[len(text) - (width - 3 - head) :]}"
