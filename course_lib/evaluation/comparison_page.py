"""A comparison of texts as one HTML file, which needs nothing else: figures, plots, samples."""

from collections.abc import Mapping, Sequence
from html import escape

from course_lib.corpus.table import Table
from course_lib.evaluation.comparison import Comparison, Figure
from course_lib.evaluation.text_metrics import METRICS

BETTER = {1: "more is better", -1: "less is better", 0: "compare with people's texts"}
WIDTH, ROW, LEFT, LETTER = 640, 26, 200, 7.5
STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fbfaf7; --line: #c9c4b8;
        --dot: #2b6cb0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e3da; --paper: #1b1e22; --line: #4a4f57; --dot: #7fb2e5; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 13px; }
pre { white-space: pre-wrap; border-left: 3px solid var(--line); padding-left: .8rem; }
details { margin: .5rem 0; } .prompt { opacity: .65; }
"""


def comparison_page(
    comparison: Comparison,
    samples: Mapping[str, Sequence[tuple[str, str]]],
    title: str,
    notes: Sequence[str] = (),
    tables: Mapping[str, Table] | None = None,
) -> str:
    """The page.

    Args:
        comparison: the figures.
        samples: for each set prompts and texts, shown in the order given, none left out.
        title: of the page.
        notes: sentences on how the texts were made, and figures of the models themselves.
        tables: more figures, each under its heading, for instance an error report's.

    Returns:
        HTML; texts in it are escaped.
    """
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(note)}</p>" for note in notes)]
    parts.append(
        f"<p>Measures of diversity look at the first {comparison.length} words of each text. "
        "Brackets and bars are 95 % intervals over texts (bootstrap).</p>"
    )
    parts.append(comparison.as_table()._repr_html_())
    if comparison.differences:
        parts += ["<h2>Text by text</h2>", _differences(comparison)]
    for heading, table in (tables or {}).items():
        parts += [f"<h2>{escape(heading)}</h2>", table._repr_html_()]
    parts.append("<h2>Measure by measure</h2>")
    for name in comparison.metrics:
        metric = METRICS[name]
        about = f"{escape(metric.about)}; {BETTER[metric.better]}."
        parts.append(f"<h3>{escape(name)}</h3><p>{about}</p>")
        parts.append(_plot(name, comparison.of(name)))
    parts.append("<h2>The texts</h2>")
    for system, pairs in samples.items():
        parts.append(f"<h3>{escape(system)}</h3>")
        for n, (prompt, text) in enumerate(pairs, start=1):
            shown = f'<span class="prompt">{escape(prompt)}</span>{escape(text)}'
            opened = " open" if n <= 2 else ""
            summary = f"<summary>text {n}</summary>"
            parts.append(f"<details{opened}>{summary}<pre>{shown}</pre></details>")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _differences(comparison: Comparison) -> str:
    rows = "".join(
        f"<tr><td>{escape(d.metric)}</td><td>{escape(d.first)} − {escape(d.second)}</td>"
        f"<td>{d.difference:+.3g}</td><td>{d.n}</td><td>{d.p:.3g}</td></tr>"
        for d in comparison.differences
    )
    names = ("measure", "difference", "mean", "texts", "p (sign test, corrected)")
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _plot(name: str, figures: Sequence[Figure]) -> str:
    """A dot and its interval for each set, on an axis that begins at 0 where it can."""
    known = [figure for figure in figures if figure.value is not None]
    if not known:
        return "<p>No text has this measure.</p>"
    ends = [end for f in known for end in (f.value, f.low, f.high) if end is not None]
    low, high = min(0.0, *ends), max(ends)
    span = (high - low) or 1.0
    left = round(max(LEFT, LETTER * max(len(f.system) for f in known) + 16))  # no name is cut
    width = WIDTH - LEFT + left

    def x(value: float) -> float:
        return left + (WIDTH - LEFT - 70) * (value - low) / span

    drawn = [f'<line x1="{left}" x2="{left}" y1="4" y2="{ROW * len(known)}" stroke="var(--line)"/>']
    for row, figure in enumerate(known):
        assert figure.value is not None
        y = ROW * row + ROW / 2 + 2
        at = f'x="{left - 8}" y="{y + 4}" text-anchor="end"'
        drawn.append(f"<text {at}>{escape(figure.system)}</text>")
        if figure.low is not None and figure.high is not None:
            drawn.append(
                f'<line x1="{x(figure.low):.1f}" x2="{x(figure.high):.1f}" y1="{y}" y2="{y}" '
                'stroke="var(--dot)" stroke-width="3" opacity=".45"/>'
            )
        drawn.append(f'<circle cx="{x(figure.value):.1f}" cy="{y}" r="5" fill="var(--dot)"/>')
        end = x(figure.high if figure.high is not None else figure.value)
        drawn.append(f'<text x="{end + 10:.1f}" y="{y + 4}">{figure.value:.3g}</text>')
    told = "; ".join(f"{f.system} {f.value:.3g}" for f in known)
    return (
        f'<svg viewBox="0 0 {width} {ROW * len(known) + 6}" role="img" '
        f'aria-label="{escape(name)}: {escape(told)}">{"".join(drawn)}</svg>'
    )
