"""The claims ledger: its shape, its arithmetic, what it covers, and what it refuses."""

import copy
import math
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from course_lib import claims, results
from course_lib.claims.ledger import POSSIBLE

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "experiments" / "claims.yaml"
LEDGER = claims.load(FILE)
CHECKED = [claim for claim in LEDGER.claims if claim.check is not None]
DOCUMENTS = list(LEDGER.documents)


@pytest.fixture
def data():
    """The ledger's raw content, free to be broken."""
    return copy.deepcopy(yaml.safe_load(FILE.read_text("utf8")))


def row(data, claim_id):
    return next(entry for entry in data["claims"] if entry["id"] == claim_id)


# ------------------------------------------------------------------- arithmetic


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_each_check_comes_to_what_the_row_says(claim):
    # Python itself is the oracle, with the functions of math and no builtins.
    names = {"abs": abs, "max": max, "min": min, "round": round, **vars(math)}
    value = eval(claim.check.expression, {"__builtins__": {}}, names)
    assert isinstance(value, bool) == isinstance(claim.check.equals, bool)
    assert abs(value - claim.check.equals) <= claim.check.tolerance


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_a_tolerance_is_small_beside_the_figure(claim):
    assert claim.check.tolerance <= 0.01 * abs(claim.check.equals)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3*4 - 5", 9),
        ("-2**2", -4),
        ("7//2 + 7 % 2", 4),
        ("sum(1, 2, 3)/max(1, 2)", 3),
        ("round(log2(8))", 3),
        ("abs(-1.5) + sqrt(4) + exp(0) + log(1)", 4.5),
        ("1/3 > 0.3", True),
        ("3 <= 2", False),
    ],
)
def test_arithmetic_is_evaluated(expression, value):
    assert claims.evaluate_check(expression) == value


def operations(inner: st.SearchStrategy) -> st.SearchStrategy:
    operators = st.sampled_from([" + ", " - ", "*", " % ", "//", "/"])
    return st.tuples(inner, operators, inner).map(in_brackets)


def in_brackets(parts: tuple[str, ...]) -> str:
    return f"({''.join(parts)})"


@given(st.recursive(st.integers(0, 99).map(str), operations, max_leaves=12))
def test_the_evaluator_agrees_with_python(expression):
    try:
        expected = eval(expression, {"__builtins__": {}})
    except ZeroDivisionError:
        with pytest.raises(claims.ExpressionError):
            claims.evaluate_check(expression)
    else:
        assert claims.evaluate_check(expression) == expected


HOSTILE = [
    "x", "True", "None", "'a'*9", "[1, 2]", "[1]*9", "(1, 2)", "{1: 2}", "1 if 1 else 2", "1j",
    "(1).real", "().__class__", "abs.__self__", "(lambda: 1)()", "[i for i in (1, 2)]",
    "__import__('os').system('true')", "open('/etc/passwd')", "eval('1')", "exec('1')", "print(1)",
    "abs(x=1)", "sum(*[1, 2])", "sum([1, 2])", "max(1, key=abs)", "f'{1}'", "(a := 1)", "1 < 2 < 3",
    "1 in (1, 2)", "1 is 1", "(1 < 2) + 1", "1 and 2", "not 1", "~1", "1 @ 2", "1 << 99", "1 | 2",
    "9**9**9", "1**101", "1e13**1", "10.0**400", "9**999999999", "(1e12**99)*(1e12**99)",
    "1e999", "1/0", "log(0)",
    "sqrt(-1)", "(-8)**0.5", "exp(1e9)", "abs()", "1 +", "", "1; 2", "a = 1", "import os",
    "(" * 150 + "1" + ")" * 150, "1" + "+1"*150, "yield 1", "await 1", "1 if", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("expression", HOSTILE)
def test_anything_but_arithmetic_is_refused(expression):
    with pytest.raises(claims.ExpressionError):
        claims.evaluate_check(expression)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_clear_refusal(text):
    try:
        value = claims.evaluate_check(text)
    except claims.ExpressionError:
        return
    assert math.isfinite(value)


# ------------------------------------------------------------------------ rows


def test_every_document_has_rows_of_several_verdicts():
    counts = claims.count_verdicts(LEDGER)
    assert list(counts) == DOCUMENTS
    for document, verdicts in counts.items():
        assert sum(verdicts.values()) == len(LEDGER.of(document)) > 0
        assert sum(n > 0 for n in verdicts.values()) >= 4
    assert sum(sum(v.values()) for v in counts.values()) == len(LEDGER.claims)


def test_every_verdict_is_used():
    assert {claim.verdict for claim in LEDGER.claims} == set(POSSIBLE)


def test_no_two_rows_say_the_same():
    said = [(claim.document, claim.claim) for claim in LEDGER.claims]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    "claim", [c for c in LEDGER.claims if c.measured], ids=lambda claim: claim.id
)
def test_measured_rows_name_figures_that_exist(claim):
    figure = results.figure(claim.measured.result, claim.measured.key)
    assert "{value" in claim.measured.text
    assert claim.measured.text.format(value=figure)


def texts(claim):
    return [claim.claim, claim.why, claim.measure or "", *claim.sources]


@pytest.mark.parametrize("claim", LEDGER.claims, ids=lambda claim: claim.id)
def test_texts_are_safe_markdown(claim):
    for text in texts(claim):
        prose = re.sub(r"`[^`]*`|\$[^$]*\$", "", text)
        assert "`" not in prose
        assert "$" not in prose
        assert not re.search(r"<\w|\w_\w|https?://", prose), prose
        assert "  " not in text
    assert claim.claim.endswith((".", "?"))
    assert claim.why.endswith((".", "?"))


# The figures that the documents are known for: each must be found in some row of its document.
KNOWN = {
    "liquid-flow": [
        r"512 to 128", r"32,000", r"50,265", r"256 of 512", r"16,384", r"seven entries",
        r"from 0 to 1", r"invertible", r"causal mask", r"log-determinant", r"decay factor of 0\.1",
    ],
    "robo-poet-guide": [
        r"800k", r"919,552", r"40 %", r"1\.5 to 2 times", r"20 % more time.*30 %",
        r"50–100 acceptable", r"loss under 2\.0", r"1\.246", r"8\.21 nats", r"50 to 100 tokens",
        r"third-generation", r"30 minutes, 1 hour", r"batch of 32", r"`from_tensor_slices`",
        r"twice the memory", r"Dropout of 0\.3", r"80/10/10", r"multiples of 8", r"0\.5 to 1\.5",
    ],
    "infinito": [
        r"99\.25", r"50 to 80", r"650\.62", r"98 to 169", r"13\.4 %", r"92\.8, 54\.9 and 20\.7",
        r"15,218", r"50,257", r"29\.41", r"57 %", r"71 million", r"500-fold", r"1000 %",
        r"Self-BLEU", r"1\.41 %", r"40 to 60 different", r"256 tokens", r"up to 2019",
        r"9 to 10 hours", r"19\.4 %", r"2,114", r"381", r"98 %",
    ],
    "hrlm": [
        r"1,000 examples", r"27,275,266", r"20 times", r"84\.9 million", r"205\.5 million",
        r"exponentially", r"about 160 times", r"83 .* 84", r"out-of-vocabulary", r"1\.8e-231",
        r"exceeds 90 %", r"exceeds 80 %", r"10,000 steps", r"1\.25 million", r"less than 2 GB",
        r"6, 24 and 72 hours", r"above 0\.7", r"100 ms", r"100 examples a second",
        r"5,000 examples", r"January 2025", r"15 million", r"50,000", r"halted", r"ROUGE",
        r"correct earlier errors", r"extractive", r"adapts",
    ],
    "robo-poet-spec": [
        r"4,769,552", r"394,240", r"525,312", r"2,570,000", r"18\.2", r"9\.1 MB", r"2\.1 million",
        r"65,536", r"131,072", r"2,816", r"2,610 MHz", r"224 GB/s", r"70 W", r"8\.6\.0",
        r"15,000 to 20,000", r"8 to 12 minutes", r"6\.5 to 7\.5 GB", r"1\.5 to 1\.8", r"85 %",
        r"2\.8 samples", r"50 to 100 generated", r"3 to 5 seconds", r"0\.05 to 0\.15",
        r"15 to 25 tokens", r"more than 95 %", r"At least 1 MB", r"10 to 100 MB", r"9,740",
        r"40 to 50", r"0\.9 to 0\.95", r"512 tokens", r"above 0\.3", r"inversely proportional",
        r"kappa above 0\.6", r"15 to 20 MB", r"5 to 8 MB", r"less than 50 ms", r"100 to 200 ms",
        r"100 requests a minute", r"30 seconds", r"90 % of GPU", r"20 % above", r"method 1",
        r"at least 2 GB", r"30 days",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "pattern"), [(document, p) for document, ps in KNOWN.items() for p in ps]
)
def test_the_known_figures_are_covered(document, pattern):
    found = [c.id for c in LEDGER.of(document) if re.search(pattern, f"{c.claim} {c.why}")]
    assert found


# -------------------------------------------------------------------- refusals

BROKEN = [
    ({"verdict": "perhaps"}, "verdict"),
    ({"topic": "misc"}, "topic"),
    ({"chapter": "later"}, "chapter"),
    ({"basis": "faith"}, "basis"),
    ({"document": "hlrm"}, "document"),
    ({"possible": "depends"}, "possible"),
    ({"possible": True}, "possible"),
    ({"verdict": True}, "possible"),
    ({"basis": "open"}, "basis"),
    ({"basis": "source"}, "sources"),
    ({"basis": "measurement"}, "measured"),
    ({"measure": "the rest"}, "measure"),
    ({"check": {"expression": "1 + 1", "equals": 3}}, "check"),
    ({"check": {"expression": "1 < 2", "equals": 1}}, "check"),
    ({"check": {"expression": "1 + 1", "equals": "2"}}, "check"),
    ({"check": {"expression": "x", "equals": 1}}, "check"),
    ({"check": {"equals": 1}}, "check"),
    ({"check": {"expression": "1", "equals": 1, "note": "?"}}, "check"),
    ({"check": "1 = 1"}, "check"),
    ({"measured": {"result": "a"}}, "measured"),
    ({"sources": "a paper"}, "sources"),
    ({"sources": []}, "sources"),
    ({"claim": ""}, "claim"),
    ({"claim": "x" * 221}, "claim"),
    ({"why": "x" * 401}, "why"),
    ({"why": 3}, "why"),
    ({"whi": "a slip"}, "whi"),
    ({"id": "hrlm-Roadmap"}, "id"),
    ({"id": "roadmap"}, "id"),
    ({"id": "hrlm-date"}, "id"),
]


@pytest.mark.parametrize(("change", "field"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_broken_row_is_named_with_its_field(data, change, field):
    # A row that is contradictory by reasoning, and nothing more.
    entry = row(data, "hrlm-viability")
    entry.update(change)
    with pytest.raises(claims.LedgerError) as raised:
        claims.parse(data)
    assert f"claim '{entry['id']}'" in str(raised.value)
    assert f"field '{field}'" in str(raised.value)


@pytest.mark.parametrize("field", ["claim", "possible", "why", "verdict", "basis", "chapter"])
def test_a_missing_field_is_named(data, field):
    del row(data, "hrlm-viability")[field]
    with pytest.raises(claims.LedgerError, match=f"claim 'hrlm-viability', field '{field}'"):
        claims.parse(data)


def test_arithmetic_needs_its_check_and_pending_rows_say_what_to_measure(data):
    del row(data, "robo-guide-lstm-parameters")["check"]
    with pytest.raises(claims.LedgerError, match="'robo-guide-lstm-parameters', field 'check'"):
        claims.parse(data)


def test_a_pending_row_says_what_is_to_be_measured(data):
    del row(data, "robo-spec-minimum-corpus")["measure"]
    with pytest.raises(claims.LedgerError, match="'robo-spec-minimum-corpus', field 'measure'"):
        claims.parse(data)


@pytest.mark.parametrize(
    "content", ["[1, 2]", "documents: {}", "documents: [1]\nclaims: 3", "a: [", "\x07", ""]
)
def test_a_file_that_is_no_ledger_is_refused(tmp_path, content):
    file = tmp_path / "claims.yaml"
    file.write_text(content, "utf8")
    with pytest.raises(claims.LedgerError):
        claims.load(file)


def test_rows_that_are_no_mappings_are_counted(data):
    data["claims"].insert(2, "text")
    with pytest.raises(claims.LedgerError, match="claim number 3"):
        claims.parse(data)


def test_a_missing_file_and_an_unknown_document_are_refused(tmp_path):
    with pytest.raises(claims.LedgerError, match=r"none\.yaml"):
        claims.load(tmp_path / "none.yaml")
    with pytest.raises(claims.LedgerError, match="no document 'gpt'"):
        LEDGER.of("gpt")


# ------------------------------------------------------------------------ page


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_page_holds_every_row_once(document):
    page = claims.as_markdown(LEDGER, document)
    assert page.startswith(f"(claims-{document})=\n## {LEDGER.documents[document].title}\n")
    assert not re.search(r"\d %(?![^`\n]*`)", page), "a percent sign may end up on its own line"
    for claim in LEDGER.of(document):
        assert page.count(f"(claim-{claim.id})=\n") == 1
        assert claim.claim in page.replace("\u00a0", " ")
        assert claim.why in page.replace("\u00a0", " ")
    assert page.count("* - (claim-") == len(LEDGER.of(document))
    assert page.count("````{list-table}") == len({c.topic for c in LEDGER.of(document)})


def test_the_page_links_to_chapters_that_exist_and_may_leave_its_heading_to_others():
    page = claims.as_markdown(LEDGER, "hrlm", pages={"tokenize": "tokenize.md"}, heading=False)
    assert "Chapter: [tokenize](tokenize.md)." in page
    assert "[hrm-text]" not in page
    assert "## HRLM" not in page
    assert page.startswith(LEDGER.documents["hrlm"].covers)


def test_a_measured_figure_is_printed_and_a_missing_one_refused(data, monkeypatch):
    entry = row(data, "robo-spec-minimum-corpus")
    entry.update(verdict="false", basis="measurement", possible="depends")
    entry["measured"] = {"result": "corpus", "key": "a.0", "text": "a mean of {value:.1f} words."}
    del entry["measure"]
    ledger = claims.parse(data)
    measured = results.figure
    monkeypatch.setattr(
        results, "figure", lambda name, key: 9.96 if name == "corpus" else measured(name, key)
    )
    assert "Measured here: a mean of 10.0 words." in claims.as_markdown(ledger, "robo-poet-spec")
    monkeypatch.undo()
    with pytest.raises(Exception, match="corpus"):
        claims.as_markdown(ledger, "robo-poet-spec")


def test_sources_with_an_at_sign_are_citations(data):
    entry = row(data, "hrlm-date")
    entry["sources"] = ["@wang2025", "a talk"]
    page = claims.as_markdown(claims.parse(data), "hrlm")
    assert "Sources: {cite:t}`wang2025`; a talk." in page


def test_the_overview_adds_up():
    lines = [line.split("|")[1:-1] for line in claims.overview_as_markdown(LEDGER).splitlines()]
    figures = [[int(cell) for cell in line[1:]] for line in lines[2:]]
    assert len({len(line) for line in lines}) == 1
    assert [sum(column) for column in zip(*figures[:-1], strict=True)] == figures[-1]
    assert all(sum(line[:-1]) == line[-1] for line in figures)
    assert figures[-1][-1] == len(LEDGER.claims)


def test_the_ledger_is_found_from_anywhere_in_a_checkout(tmp_path, monkeypatch, data):
    for folder in ("course_lib", "solutions", "experiments", "book/part"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_toc.yml").touch()
    data["claims"] = data["claims"][:3]
    (tmp_path / "experiments" / "claims.yaml").write_text(yaml.safe_dump(data), "utf8")
    monkeypatch.chdir(tmp_path / "book" / "part")
    assert len(claims.load().claims) == 3
