"""A panel with sliders for a page without running Python: every answer is computed beforehand."""

import html
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Bars = Mapping[str, float | tuple[float, float]]
Frame = tuple[str, Bars]
MOST_FRAMES = 2000


class Explorer:
    """A panel of sliders over answers that were computed beforehand.

    Args:
        markup: the panel as HTML, its first answer written out and its sliders still disabled: the
            book's script wakes them.
        text: the first answer in words.
    """

    def __init__(self, markup: str, text: str) -> None:
        self.markup = markup
        self.text = text

    def __repr__(self) -> str:
        return f"Explorer({self.text!r})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.markup, "text/plain": f"[Explorer: {self.text}]"}


def explore(
    function: Callable[..., Frame],
    settings: Mapping[str, Sequence[Any]],
    *,
    label: str,
    start: Mapping[str, Any] | None = None,
) -> Explorer:
    """Let the reader move sliders over the values of a function of a few settings.

    The function is called once for every combination of values; the page carries the answers, so it
    works offline and without Python.

    Args:
        function: called with one keyword argument a setting; gives a sentence, and for each named
            row either a bar's length or its first and last position.
        settings: the values that each setting can take, in the order of its slider.
        label: what the panel shows, for a heading.
        start: the value of each setting at first; the first in its list if not given.

    Returns:
        The panel; as the last value of a notebook cell, it is displayed.

    Raises:
        ValueError: a setting without values, a start value that is not among them, or more than
            2000 combinations.

    >>> explore(lambda n: (f"{n} squared is {n * n}.", {"square": n * n}), {"n": [1, 2, 3]},
    ...         label="Squares", start={"n": 3})
    Explorer('3 squared is 9.')
    """
    choices = {name: list(values) for name, values in settings.items()}
    for name, values in choices.items():
        if not values:
            raise ValueError(f"setting {name!r} has no values; expected at least one")
    combinations = list(itertools.product(*choices.values()))
    if len(combinations) > MOST_FRAMES:
        raise ValueError(
            f"{len(combinations)} combinations of settings; expected at most {MOST_FRAMES}: "
            "offer fewer values"
        )
    chosen = {**{name: values[0] for name, values in choices.items()}, **(start or {})}
    first = tuple(chosen.values())
    if first not in combinations:
        raise ValueError(f"start {dict(start or {})} is not among the values of the settings")
    frames = [function(**dict(zip(choices, values, strict=True))) for values in combinations]
    rows = [_rows(bars) for _, bars in frames]
    data = {
        "sizes": [len(values) for values in choices.values()],
        "values": [[f"{value}" for value in values] for values in choices.values()],
        "texts": [text for text, _ in frames],
        "rows": rows,
        "end": max((end for frame in rows for _, _, end in frame), default=1) or 1,
    }
    at = combinations.index(first)
    return Explorer(_markup(label, choices, first, data, at), frames[at][0])


def _rows(bars: Bars) -> list[tuple[str, float, float]]:
    spans = {n: v if isinstance(v, tuple) else (0, v) for n, v in bars.items()}
    return [(name, _number(a), _number(b)) for name, (a, b) in spans.items()]


def _number(value: float) -> float:
    """A plain number that JSON can hold, whole where it is whole."""
    number = float(f"{float(value):.6g}")
    return int(number) if number == int(number) else number


def _markup(
    label: str, choices: Mapping[str, list[Any]], first: tuple[Any, ...], data: Any, at: int
) -> str:
    sliders = "".join(
        f"<label><span>{html.escape(name.replace('_', ' '))}</span>"
        f'<input type="range" min="0" max="{len(values) - 1}" value="{values.index(value)}" '
        f'aria-valuetext="{html.escape(str(value))}" disabled>'
        f"<output>{html.escape(str(value))}</output></label>"
        for (name, values), value in zip(choices.items(), first, strict=True)
    )
    share = 100 / data["end"]
    bars = "".join(
        f'<div class="course-widget-row"><span>{html.escape(name)}</span><div>'
        f'<i style="margin-left:{a * share:.2f}%;width:{(b - a) * share:.2f}%"></i></div></div>'
        for name, a, b in data["rows"][at]
    )
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="course-widget" role="group" aria-label="{html.escape(label)}">'
        f'<p class="course-widget-label">{html.escape(label)}</p>'
        f'<div class="course-widget-controls">{sliders}</div>'
        f'<p class="course-widget-text" aria-live="polite">{html.escape(data["texts"][at])}</p>'
        f'<div class="course-widget-bars" aria-hidden="true">{bars}</div>'
        f'<script type="application/json">{packed}</script></div>'
    )
