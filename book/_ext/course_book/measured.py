"""Numbers on a page that come from a result file, and the badge of what a chapter costs."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course_lib import results
from course_lib.errors import ResultError

log = logging.getLogger(__name__)
COSTS = "page_costs"
WORDS_PER_MINUTE = 200
CODE_LINES_PER_MINUTE = 15


def formatted(value: Any, spec: str) -> str:
    """A figure as it stands in prose.

    Args:
        value: a number or a string from a result file.
        spec: a format specification of Python, or ``MB`` for a number of bytes, or ``s`` for a
            number of seconds.

    Raises:
        ResultError: the value is a list or a dictionary, or the specification does not fit it.

    >>> formatted(12_300_000, "MB"), formatted(95.0, "s"), formatted(0.123, ".1%")
    ('12 MB', '95 s', '12.3%')
    """
    if isinstance(value, dict | list):
        raise ResultError(f"expected one number or string, got a {type(value).__name__}")
    try:
        if spec == "MB":
            return f"{value / 1e6:,.0f} MB"
        if spec == "s":
            return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
        return format(value, spec)
    except (TypeError, ValueError) as error:
        raise ResultError(f"{value!r} cannot be written as {spec!r}: {error}") from error


class _ResultRole(SphinxRole):
    """A role that reads a result file: the page is read again when the file changes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name = self.text.split(":", 1)[0]
        try:
            path = results.results_folder() / f"{name}.json"
            self.env.note_dependency(str(path))
            return [nodes.inline(self.rawtext, self.written(), classes=["result"])], []
        except ResultError as error:
            message = self.inliner.reporter.warning(
                f"result {self.text!r}: {error}", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]

    def written(self) -> str:
        raise NotImplementedError


class ResultFigure(_ResultRole):
    """``{result}`name:dotted.key:format` `` writes one figure of a result file."""

    def written(self) -> str:
        name, key, *spec = self.text.split(":", 2)
        return formatted(results.figure(name, key), spec[0] if spec else "")


class MeasuredOn(_ResultRole):
    """``{measured-on}`name` `` says on what machine and when a result was measured."""

    def written(self) -> str:
        return where_measured(results.load(self.text)["provenance"])


class Given(SphinxRole):
    """``{given}`3.5` `` is a number that was chosen, not measured: it stands as it was typed."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [nodes.inline(self.rawtext, self.text, classes=["given"])], []


def where_measured(provenance: dict[str, Any]) -> str:
    """The machine and the date of a result in a few words.

    Args:
        provenance: the provenance of a result file.
    """
    machine = provenance["hardware"]
    cores = machine["cores"]
    gpus = "".join(f", {gpu}" for gpu in machine.get("gpus", []))
    plural = "core" if cores == 1 else "cores"
    return f"{cores} {plural} of {machine['processor']}{gpus}, {provenance['date']}"


class Cost(SphinxDirective):
    """``{cost}`` at the top of a chapter: time to read, measured run time and peak memory."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(results.results_folder() / f"{COSTS}.json"))
        reading = nodes.inline("", "", classes=["cost-reading"])
        items: list[tuple[str, nodes.inline]] = [("Read", reading)]
        try:
            cost = results.figure(COSTS, "pages").get(self.env.docname)
            if cost is None:
                raise ResultError(
                    f"no cost of {self.env.docname!r}: python experiments/{COSTS}.py measures it"
                )
            provenance = cost.get("provenance") or results.load(COSTS)["provenance"]
            items += [(k, nodes.inline("", v)) for k, v in _cost_items(cost, provenance).items()]
        except ResultError as error:
            log.warning("cost badge: %s", error, location=self.get_location(), type="course")
        badge = nodes.bullet_list(classes=["cost"])
        for name, value in items:
            label = nodes.strong("", name)
            badge += nodes.list_item("", nodes.paragraph("", "", label, nodes.Text(" "), value))
        return [badge]


def _cost_items(cost: dict[str, Any], provenance: dict[str, Any]) -> dict[str, str]:
    items = {
        "Run": formatted(cost["seconds"], "s"),
        "Peak memory": formatted(cost["peak_bytes"], "MB"),
    }
    if gpu := cost.get("gpu"):
        seconds, memory = formatted(gpu["seconds"], "s"), formatted(gpu["peak_bytes"], "MB")
        items["On a GPU"] = f"{seconds}, {memory} ({gpu['name']})"
    return {**items, "Measured on": where_measured(provenance)}


def reading_minutes(doctree: nodes.document) -> int:
    """How long a page takes to read: its words, and its code more slowly; outputs not counted.

    Args:
        doctree: the page.

    Returns:
        Minutes, at least one.
    """
    words = lines = 0
    for text in doctree.findall(nodes.Text):
        if not _within(text, nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment):
            words += len(text.split()) if not _is_output(text) else 0
    for block in doctree.findall(nodes.literal_block):
        if not _is_output(block):
            lines += sum(bool(line.strip()) for line in block.astext().splitlines())
    return max(1, round(words / WORDS_PER_MINUTE + lines / CODE_LINES_PER_MINUTE))


def _ancestors(node: nodes.Node) -> list[nodes.Node]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _within(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    return any(isinstance(ancestor, kinds) for ancestor in _ancestors(node))


def _is_output(node: nodes.Node) -> bool:
    return any(
        isinstance(a, nodes.Element) and "cell_output" in a.get("classes", [])
        for a in _ancestors(node)
    )


def fill_reading_time(app: Sphinx, doctree: nodes.document) -> None:
    """Write the reading time into a page's badge once the page is complete.

    Args:
        app: the build.
        doctree: the page.
    """
    for node in doctree.findall(nodes.inline):
        if "cost-reading" in node.get("classes", []):
            node += nodes.Text(f"{reading_minutes(doctree)} min")


def setup(app: Sphinx) -> None:
    """Add roles, directive and event."""
    app.add_role("result", ResultFigure())
    app.add_role("measured-on", MeasuredOn())
    app.add_role("given", Given())
    app.add_directive("cost", Cost)
    app.connect("doctree-read", fill_reading_time)
