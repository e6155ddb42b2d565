"""The rules of cleaning: for each, a pattern and what to put in its place.

Replacements keep to one law: what a rule leaves, it does not want to change again.
"""

import unicodedata
from collections.abc import Callable
from typing import Literal

import regex

Replacement = Callable[[regex.Match[str]], str]
Rule = tuple[regex.Pattern[str], Replacement]

_ASCII_MARKS = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–−", "-"),
    **dict.fromkeys("—―", "--"),
    "…": "...",
}
# What is not ASCII, with the ASCII letter it leans on: normal forms never look further.
_NOT_ASCII = r"[\x00-\x7F]? \p{M} [^\x00-\x7F]*+ | [^\x00-\x7F]++"
_LINE_ENDS = r"\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_CONTROLS = r"[\p{Cc}--[\t\n\r\v\f\x1c-\x1f\x85]]"
# Joiners shape emoji and some scripts; anywhere else they are debris.
_TAKES_JOINER = r"""
    [\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]
    | [[\p{L}\p{M}]--[\p{Latin}\p{Greek}\p{Cyrillic}\p{Inherited}\p{Common}]]
"""
_INVISIBLE = rf"""
    [[\p{{Cf}}&&\p{{Default_Ignorable_Code_Point}}]--[\u200c\u200d]]
    | (?<!{_TAKES_JOINER}) [\u200c\u200d]
"""
_AFTER_WORD, _BEFORE_WORD = r"(?<=[\p{L}\p{M}\p{N}])", r"(?=[\p{L}\p{N}])"
_MARKS = r"(?:\p{P}\p{M}*+)++"
_PUNCTUATION = rf"""
    (?<inner> {_AFTER_WORD} ['’‐‑-] {_BEFORE_WORD} | (?<=\p{{N}}) [.,] (?=\p{{N}}) )
    | (?<between> {_AFTER_WORD} {_MARKS} {_BEFORE_WORD} )
    | {_MARKS}
"""
_SPACE = r"[\p{Zs}\t\x1f]"
_ODD_SPACE = rf"[{_SPACE}--[\x20]]"
_EXTRA_SPACE = rf"""
    (?<edge> (?<![^{_LINE_ENDS}]) {_SPACE}++ | {_SPACE}++ (?![^{_LINE_ENDS}]) )
    | {_SPACE}{{2,}}+ | {_ODD_SPACE}
"""


def _put(text: str) -> Replacement:
    return lambda match: text


def _normal_form(form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> Replacement:
    return lambda match: unicodedata.normalize(form, match[0])


def _without_marks(match: regex.Match[str]) -> str:
    if match["inner"] is not None:
        return match[0]
    return "" if match["between"] is None else " "


def _one_space(match: regex.Match[str]) -> str:
    return " " if match["edge"] is None else ""


def _rule(pattern: str, replacement: Replacement) -> Rule:
    return regex.compile(pattern, regex.VERSION1 | regex.VERBOSE), replacement


# Keyed by the field of the policy and its value, in the order in which the rules run: spaces last,
# since other rules leave some behind.
RULES: dict[tuple[str, str], Rule] = {
    ("form", "NFC"): _rule(_NOT_ASCII, _normal_form("NFC")),
    ("form", "NFD"): _rule(_NOT_ASCII, _normal_form("NFD")),
    ("form", "NFKC"): _rule(_NOT_ASCII, _normal_form("NFKC")),
    ("form", "NFKD"): _rule(_NOT_ASCII, _normal_form("NFKD")),
    ("line_ends", "lf"): _rule(rf"\r\n | [{_LINE_ENDS}]", _put("\n")),
    ("control", "remove"): _rule(_CONTROLS, _put("")),
    ("invisible", "remove"): _rule(_INVISIBLE, _put("")),
    ("punctuation", "ascii"): _rule(
        f"[{''.join(_ASCII_MARKS)}]", lambda match: _ASCII_MARKS[match[0]]
    ),
    ("punctuation", "strip"): _rule(_PUNCTUATION, _without_marks),
    ("case", "lower"): _rule(r"\p{Changes_When_Lowercased}", lambda match: match[0].lower()),
    ("spaces", "plain"): _rule(_ODD_SPACE, _put(" ")),
    ("spaces", "single"): _rule(_EXTRA_SPACE, _one_space),
}
