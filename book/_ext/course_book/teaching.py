"""The parts of a chapter that a reader recognises: predict first, by hand, law, what goes wrong."""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Answer(nodes.General, nodes.Element):
    """A part that stays closed until the reader opens it."""


class AnswerSummary(nodes.General, nodes.TextElement):
    """The line that opens it."""


class _Box(SphinxDirective):
    """A box with a title and a class of its own."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged}
    kind = ""
    heading = ""

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        title = f"{self.heading}: {self.arguments[0]}" if self.arguments else self.heading
        inlines, messages = self.state.inline_text(title, self.lineno)
        box = nodes.admonition("", classes=[self.kind, "part"])
        box += nodes.title(title, "", *inlines)
        box += messages
        self.state.nested_parse(self.content, self.content_offset, box)
        self.add_name(box)
        self.set_source_info(box)
        return [box]


class Predict(_Box):
    """``{predict}``: a question to commit to before reading on."""

    kind, heading = "predict", "Predict first"


class ByHand(_Box):
    """``{by-hand}``: the idea in the smallest case, worked with pencil and paper."""

    kind, heading = "by-hand", "By hand"


class Law(_Box):
    """``{law} Title``: a statement that always holds, checked by the code cell that follows."""

    kind, heading = "law", "Law"


class Wrong(_Box):
    """``{wrong}``: a failure shown on purpose, with its cure."""

    kind, heading = "wrong", "What goes wrong"


class Shapes(_Box):
    """``{shapes}``: the table of what goes in and what comes out."""

    kind, heading = "shapes", "Shapes"


class AnswerDirective(SphinxDirective):
    """``{answer}``: closed until it is opened, for the answer to a prediction or an exercise."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        title = self.arguments[0] if self.arguments else "Answer"
        inlines, messages = self.state.inline_text(title, self.lineno)
        answer = Answer("", AnswerSummary(title, "", *inlines), *messages)
        self.state.nested_parse(self.content, self.content_offset, answer)
        return [answer]


def _open(tag: str) -> Any:
    return lambda translator, node: translator.body.append(f"<{tag}>")


def _close(tag: str) -> Any:
    return lambda translator, node: translator.body.append(f"</{tag}>\n")


def _nothing(translator: Any, node: nodes.Node) -> None:
    """Other formats show the answer in place."""


def setup(app: Sphinx) -> None:
    """Add the directives."""
    plain = (_nothing, _nothing)
    html = (_open('details class="answer"'), _close("details"))
    app.add_node(Answer, html=html, latex=plain, text=plain)
    app.add_node(AnswerSummary, html=(_open("summary"), _close("summary")), latex=plain, text=plain)
    for name, directive in {
        "predict": Predict,
        "answer": AnswerDirective,
        "by-hand": ByHand,
        "law": Law,
        "wrong": Wrong,
        "shapes": Shapes,
    }.items():
        app.add_directive(name, directive)
