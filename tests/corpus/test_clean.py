"""Cleaning: each rule by hand, the laws of all policies on any text, and what the report says."""

import unicodedata
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.corpus.clean import CleaningPolicy, clean, clean_corpus
from course_lib.corpus.cleaning_report import Change, CleaningReport, RuleReport, code_points
from course_lib.corpus.corpus import Corpus
from course_lib.corpus.words import words
from course_lib.errors import CorpusError

KEEP = dict.fromkeys((field.name for field in fields(CleaningPolicy)), "keep")
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
TRICKY = st.text(
    st.sampled_from(
        "aAeñÑ7İΣς \t\n\r\v\f.,'’-–—…«»“”¿!_\x00\x1b\x1c\x1f\x7f\x85\u2028\u2029\u00a0\u3000\u200b"
        "\u200c\u200d\u00ad\ufeff\u0301\u0303\u0307\u0327\ufb01²\u00a8\uac00\u1100\u1161\u11a8"
        "\uffa1\uffc2\u0338=\U0001f469\U0001f4bb\u0645\u212b\u2126\u0344"
    )
)
TEXT = st.one_of(st.text(), TRICKY)
POLICIES = st.builds(
    CleaningPolicy,
    **{f.name: st.sampled_from(get_args(f.type)) for f in fields(CleaningPolicy)},
)


def only(**rules: str) -> CleaningPolicy:
    return CleaningPolicy(**{**KEEP, **rules})


@pytest.mark.parametrize(
    ("rules", "text", "expected"),
    [
        ({"form": "NFC"}, "nin\u0303o \u212b \ufb01", "niño Å \ufb01"),
        ({"form": "NFD"}, "niño", "nin\u0303o"),
        ({"form": "NFKC"}, "\ufb01n ² …", "fin 2 ..."),
        (
            {"line_ends": "lf"},
            "a\r\nb\rc\nd\x85e\u2028f\u2029g\vh\fi\x1cj",
            "a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
        ),
        ({"line_ends": "lf"}, "\r\r\n\n", "\n\n\n"),
        ({"control": "remove"}, "a\x00b\x07\x1b[0m\x7f\x80\t\n\r\x85\x1fc", "ab[0m\t\n\r\x85\x1fc"),
        ({"invisible": "remove"}, "\ufeffco\u00adop\u200b\u2060\u200e \u202aera\u202c", "coop era"),
        ({"invisible": "remove"}, "a\u200db\u200cñ\u200d", "abñ"),
        ({"invisible": "remove"}, "\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ({"invisible": "remove"}, "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ({"punctuation": "ascii"}, "“¿Sí?” —dijo… ‘1–2’ «no»", '"¿Sí?" --dijo... \'1-2\' "no"'),
        (
            {"punctuation": "strip"},
            "«¿Qué?», no—don't... 3.14, well-known!",
            "Qué no don't 3.14 well-known",
        ),
        ({"punctuation": "strip"}, "a.-b ('c')-d' e_f !\u0301g", "a b c d e f g"),
        ({"case": "lower"}, "ÁRBOL İ Ünï", "árbol i\u0307 ünï"),
        ({"spaces": "plain"}, "a\u00a0\tb\u3000\x1f \nc\u2009", "a  b   \nc "),
        ({"spaces": "single"}, " \ta\u00a0 b \n\n  c\u3000\n\t\n", "a b\n\nc\n\n"),
        ({"spaces": "single"}, " a \r\n b \u2028 c ", "a\r\nb\u2028c"),
    ],
)
def test_each_rule_alone_by_hand(rules, text, expected):
    assert clean(text, only(**rules))[0] == expected


def test_rules_that_make_work_for_earlier_ones():
    assert clean("e\u200b\u0301")[0] == "é"  # what was apart composes
    assert clean("a\u00a8b", CleaningPolicy(form="NFKC"))[0] == "a \u0308b"
    assert clean("\u00a8", CleaningPolicy(form="NFKC"))[0] == "\u0308"  # a new space at the edge
    assert clean("si\u2026 no", CleaningPolicy(punctuation="strip"))[0] == "si no"


@settings(deadline=None, max_examples=300)
@given(TEXT, POLICIES)
@example("a\u200d\u200dé", CleaningPolicy())
@example("\u00a8 \x00 \u0301", CleaningPolicy(form="NFKD", punctuation="strip", case="lower"))
def test_cleaning_a_clean_text_does_nothing(text, policy):
    once, _ = clean(text, policy)
    again, report = clean(once, policy)
    assert again == once
    assert report.rules == ()


@settings(deadline=None, max_examples=300)
@given(TEXT, st.sampled_from(FORMS))
@example("\uffa1\uffc2", "NFKC")
@example("e\u0301\u0327", "NFD")
@example("\u1100\u1161\u11a8a\u0301", "NFC")
def test_the_normal_form_is_that_of_the_standard_library(text, form):
    assert clean(text, only(form=form))[0] == unicodedata.normalize(form, text)


@settings(deadline=None)
@given(TEXT)
def test_composing_undoes_decomposing(text):
    composed, _ = clean(text, only(form="NFC"))
    decomposed, _ = clean(text, only(form="NFD"))
    assert clean(decomposed, only(form="NFC"))[0] == composed
    assert clean(composed, only(form="NFD"))[0] == decomposed


@settings(deadline=None)
@given(TEXT, POLICIES)
def test_a_policy_that_writes_line_ends_keeps_the_number_of_lines(text, policy):
    result, _ = clean(text, CleaningPolicy(**{**vars(policy), "line_ends": "lf"}))
    assert len(result.split("\n")) == len((text + "x").splitlines())


@settings(deadline=None)
@given(TEXT)
def test_lower_case_is_that_of_each_letter(text):
    assert clean(text, only(case="lower"))[0] == "".join(c.lower() for c in text)


@settings(deadline=None)
@given(TEXT)
def test_stripping_punctuation_keeps_every_word_and_leaves_no_mark(text):
    # Spaces first, since a mark may be the only thing between two words.
    result, _ = clean(text, only(punctuation="strip"))
    plain = [c for c in text if not unicodedata.category(c).startswith(("P", "M", "Z"))]
    kept = [c for c in result if not unicodedata.category(c).startswith(("P", "M", "Z"))]
    assert kept == plain
    inner = sum(unicodedata.category(c).startswith("P") for word in words(result) for c in word)
    assert inner == sum(unicodedata.category(c).startswith("P") for c in result)


@pytest.mark.parametrize("rule", [name for name in KEEP if name != "form"])
@settings(deadline=None)
@given(text=TEXT)
def test_a_rule_that_is_off_leaves_its_characters_alone(rule, text):
    """With one rule off, the characters that only it concerns come through, in order."""
    concern = {
        "line_ends": "\r\v\f\x1c\x85\u2028\u2029",
        "control": "\x00\x1b\x7f",
        "invisible": "\u200b\u00ad\ufeff",
        "punctuation": "“”—…",
        "case": "AÑ",
        "spaces": "\t\u00a0\u3000",
    }[rule]
    on = {"form": "keep", "punctuation": "ascii", "case": "lower"}
    result, _ = clean(text, CleaningPolicy(**{**on, rule: "keep"}))
    assert [c for c in result if c in concern] == [c for c in text if c in concern]


@settings(deadline=None)
@given(TEXT)
def test_the_policy_that_keeps_all_keeps_all(text):
    result, report = clean(text, only())
    assert result == text
    assert (report.rules, report.characters_before) == ((), len(text))


def test_the_report_counts_places_and_shows_where_they_stood_in_the_first_text():
    text = "\ufeffcafe\u0301\x00 con\u00a0\u00a0leche\r\n\tNo\x00.\x00\x00"
    result, report = clean(text, CleaningPolicy(case="lower"))
    assert result == "café con leche\nno."
    assert {rule.rule: rule.places for rule in report.rules} == {
        "form": 1,
        "line_ends": 1,
        "control": 4,
        "invisible": 1,
        "case": 1,
        "spaces": 2,
    }
    assert (report.characters_before, report.characters_after) == (len(text), len(result))
    assert (report.places("control"), report.places("punctuation")) == (4, 0)
    for rule in report.rules:
        assert len(rule.examples) == min(rule.places, 3)
        for change in rule.examples:
            assert text[change.offset :].startswith(change.before)
    assert str(report.rules[0].examples[0]) == (
        "offset 4: U+0065 LATIN SMALL LETTER E, U+0301 COMBINING ACUTE ACCENT "
        "→ U+00E9 LATIN SMALL LETTER E WITH ACUTE"
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "B", "\x00", "\u00ad", "\r\n", "\u00a0", "…", "e\u0301"])))
def test_every_example_stands_at_its_offset(pieces):
    text = "".join(pieces)
    _, report = clean(text, CleaningPolicy(case="lower", punctuation="ascii", spaces="plain"))
    for rule in report.rules:
        for change in rule.examples:
            assert text[change.offset :].startswith(change.before)


def test_what_an_earlier_rule_made_stands_where_it_was_made_from():
    _, report = clean("\x00a\u3392", CleaningPolicy(form="NFKC", case="lower"))  # one sign: MHz
    assert [(e.before, e.offset) for e in report.rules[-1].examples] == [("M", 2), ("H", 2)]


def test_the_report_reads_well_and_escapes():
    _, report = clean("<b>\u00a0</b>\x00")
    assert "U+00A0 NO-BREAK SPACE → U+0020 SPACE" in str(report)
    assert "8 characters before, 7 after" not in str(report)
    assert "9 characters before, 8 after" in str(report)
    html = report._repr_html_()
    assert "<td" in html
    assert "U+0000 NULL" in html
    assert str(clean("x")[1]).splitlines()[1].split() == ["none", "0"]


def test_code_points_of_nothing_and_of_much():
    assert code_points("") == "nothing"
    assert code_points("\x02") == "U+0002 (no name)"
    assert code_points("aaaaa").endswith("A, and 2 more")


def test_a_lone_surrogate_is_refused_with_its_place():
    with pytest.raises(CorpusError, match=r"U\+D800 at offset 2"):
        clean("ab\ud800c")


@pytest.mark.parametrize("rule", KEEP)
def test_a_value_no_rule_has_is_refused_with_the_values_there_are(rule):
    with pytest.raises(ValueError, match=rf"{rule} must be one of .*keep.*; got 'none'"):
        CleaningPolicy(**{rule: "none"})


def corpus(*documents: str) -> Corpus:
    ids = tuple(f"d{i}" for i in range(len(documents)))
    return Corpus("demo", documents, ids, "es", "CC0", "the tests")


def test_a_corpus_is_cleaned_document_by_document():
    before = corpus("Uno\x00", "Dos", "Tres\x00\x00\x00\x00")
    after, report = clean_corpus(before)
    assert after.documents == ("Uno", "Dos", "Tres")
    assert (after.ids, after.language, after.licence) == (before.ids, "es", "CC0")
    assert report.places("control") == 5
    assert [change.document for change in report.rules[0].examples] == ["d0", "d2", "d2"]
    assert (report.characters_before, report.characters_after) == (15, 10)
    assert before.documents[0] == "Uno\x00"


def test_a_document_of_which_nothing_remains_is_named_or_left_out():
    hollow = corpus("Uno", "\x00…\u200b", "Dos")
    policy = CleaningPolicy(punctuation="strip")
    with pytest.raises(CorpusError, match="nothing remains of document 'd1' of corpus 'demo'"):
        clean_corpus(hollow, policy)
    after, report = clean_corpus(hollow, policy, empty="drop")
    assert (after.ids, report.dropped) == (("d0", "d2"), ("d1",))
    assert "left out: d1" in str(report)


def test_a_document_that_cannot_be_cleaned_is_named():
    with pytest.raises(CorpusError, match=r"'d1' of corpus 'demo': .*U\+DCFF at offset 1"):
        clean_corpus(corpus("Uno", "D\udcff"))


def test_a_corpus_of_which_nothing_remains_is_refused():
    with pytest.raises(CorpusError, match=r"every document of corpus 'demo' was dropped \(1\)"):
        clean_corpus(corpus("\u200b!"), CleaningPolicy(punctuation="strip"), empty="drop")


def test_only_refusing_and_dropping_can_be_asked_for():
    with pytest.raises(ValueError, match="empty must be 'error' or 'drop', got 'skip'"):
        clean_corpus(corpus("Uno"), empty="skip")


@pytest.mark.parametrize("n", [1, 3, 7])
def test_the_table_has_every_example_of_a_rule(n):
    examples = tuple(Change(at, "A", "a") for at in range(n))
    rows = CleaningReport(9, 9, (RuleReport("case", 20, examples),)).as_table().rows
    assert [row[2] for row in rows] == [str(change) for change in examples]
    assert [row[:2] for row in rows] == [("case", 20)] + [("", "")] * (n - 1)


def test_a_long_list_of_documents_left_out_is_cut_short():
    report = CleaningReport(0, 0, (), tuple(f"d{i}" for i in range(2005)))
    assert str(report).endswith("left out: d0, d1, d2, d3, d4 and 2,000 more")
    assert str(CleaningReport(0, 0, (), ("a", "b", "c", "d", "e"))).endswith("out: a, b, c, d, e")
