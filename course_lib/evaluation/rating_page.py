"""The page on which a rater reads and judges texts: one file, which asks nothing of the network.

Texts come from models and are not trusted: they are escaped, and the page's content security policy
lets no script run but its own, whose hash it names.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from course_lib.evaluation.rating_labels import CRITERIA, SCALE, Criterion, Labels

TEMPLATE = Path(__file__).with_name("rating_page.html")
_MARK = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Shown:
    """What a rater sees of an item.

    Args:
        id: says nothing of where the text comes from.
        prompt: what the text goes on from.
        text: to be judged.
    """

    id: str
    prompt: str
    text: str


def page(rater: str, items: Sequence[Shown], labels: Labels, language: str, study: str) -> str:
    """The HTML of one rater's page.

    Args:
        rater: name under which the answers come back.
        items: in the order in which this rater sees them.
        labels: the words of the page.
        language: code for the browser, for instance ``"en"``.
        study: names the draft that the browser keeps, so that two studies do not share one.
    """
    template = TEMPLATE.read_text("utf8")
    columns = labels.columns
    data = {
        "study": study,
        "rater": rater,
        "columns": ",".join(columns[name] for name in ("rater", "item", *CRITERIA)),
        **{name: getattr(labels, name) for name in ("done", "kept", "unkept", "saved", "missing")},
    }
    words = ("title", "scale", "save", "save_anyway", "next", "no_script")
    return _filled(
        template,
        {
            **{name: escape(getattr(labels, name)) for name in words},
            "language": escape(language),
            "rater": escape(rater),
            "script_hash": _hash(_between(template, "script")),
            "style_hash": _hash(_between(template, "style")),
            "data": " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items()),
            "how": "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in labels.how),
            "described": "\n".join(_described(labels.criteria[name]) for name in CRITERIA),
            "items": "\n".join(_item(n, item, labels) for n, item in enumerate(items, 1)),
            "n_items": str(len(items)),
        },
    )


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with its marks replaced, in one pass: a text that looks like a mark stays."""
    return _MARK.sub(lambda mark: parts[mark[1]], template)


def _between(template: str, tag: str) -> str:
    return template.split(f"<{tag}>")[1].split(f"</{tag}>")[0]


def _hash(source: str) -> str:
    """How a content security policy names a script or a style; neither holds marks to replace."""
    return "sha256-" + b64encode(sha256(source.encode()).digest()).decode()


def _described(criterion: Criterion) -> str:
    levels = "".join(f"<li>{escape(level)}</li>" for level in criterion.levels)
    return (
        f"<dt>{escape(criterion.label)}</dt><dd>{escape(criterion.question)}"
        f'<ol class="levels">{levels}</ol></dd>'
    )


def _item(number: int, item: Shown, labels: Labels) -> str:
    heading = escape(labels.number.format(n=number))
    questions = "\n".join(
        _question(item.id, name, labels.criteria[name], labels.unanswered) for name in CRITERIA
    )
    prompt, text = _told(item.prompt, labels), _told(item.text, labels)
    return (
        f'<article class="item" data-item="{escape(item.id)}">\n'
        f'<h2>{heading} <span class="soft">{escape(item.id)}</span></h2>\n'
        f'<div class="prompt" dir="auto"><span class="name">{escape(labels.prompt)}</span>'
        f"{prompt}</div>\n"
        f'<div class="text" dir="auto"><span class="name">{escape(labels.text)}</span>'
        f"{text}</div>\n"
        f"{questions}\n</article>"
    )


def _told(text: str, labels: Labels) -> str:
    return escape(text) if text.strip() else f'<span class="soft">{escape(labels.nothing)}</span>'


def _question(item: str, name: str, criterion: Criterion, unanswered: str) -> str:
    first, last = (f"{SCALE[at]}: {criterion.levels[at]}" for at in (0, -1))
    choices = "".join(
        f'<label><input type="radio" name="{escape(item)}.{name}" value="{value}" '
        f'data-level="{value}: {escape(level)}">{value}'
        f'<span class="hidden-visually">: {escape(level)}</span></label>'
        for value, level in zip(SCALE, criterion.levels, strict=True)
    )
    return (
        f'<fieldset><legend>{escape(criterion.label)} <span class="soft">'
        f'{escape(criterion.question)}</span><span class="unanswered">{escape(unanswered)}</span>'
        f'</legend><div class="scale">{choices}</div>'
        f'<p class="level">{escape(first)} · {escape(last)}</p></fieldset>'
    )
