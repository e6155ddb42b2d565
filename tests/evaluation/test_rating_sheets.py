"""Sheets hide who wrote what, survive hostile texts, and save what a rater answered."""

import csv
import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import EvaluationError
from course_lib.evaluation.rating_labels import CRITERIA, LANGUAGES, SCALE
from course_lib.evaluation.rating_page import Shown, page
from course_lib.evaluation.rating_sheets import (
    FAR_APART,
    Key,
    guarded,
    unguarded,
    write_sheets,
)
from course_lib.evaluation.ratings import read_ratings, read_rows

SYSTEMS = ("zyx-gru", "qqv-attention", "human_wwk")
HOSTILE = [
    "<script>alert('x')</script>",
    '"> <img src=x onerror="alert(1)">',
    "</script><b>&lt;ok&gt;",
    "=HYPERLINK('x')",
    "  -1+1",
    "'quoted'",
    "@SUM(A1)",
    "una línea,\notra; ¿y «más»?\n\n\tfin",
    "{{title}} {done}",
    "",
]


def study(folder, n_prompts=6, **options):
    prompts = [f"prompt {n}" for n in range(n_prompts)]
    texts = {s: [f"text {n}.{p}" for p in range(n_prompts)] for n, s in enumerate(SYSTEMS)}
    return write_sheets(texts, prompts, folder, **options)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Page(HTMLParser):
    """What a browser makes of a page: tags, attributes, and the texts of the items."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.body, self.language = Counter(), {}, ""
        self.items, self.texts, self.prompts = [], [], []
        self._inside, self._depth = None, 0
        self.radios, self.scripts = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags[tag] += 1
        if tag == "body":
            self.body = {name.removeprefix("data-"): value for name, value in found.items()}
        if tag == "html":
            self.language = found["lang"]
        if found.get("class") == "item":
            self.items.append({"id": found["data-item"], "questions": []})
        if tag == "fieldset":
            self.items[-1]["questions"].append([])
        if tag == "input":
            self.items[-1]["questions"][-1].append(found)
            self.radios.append(found)
        if tag == "div" and found.get("class") in ("text", "prompt"):
            self._inside = self.texts if found["class"] == "text" else self.prompts
            self._inside.append("")
        if tag == "span" and self._inside is not None:
            self._depth += 1
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        if tag == "span" and self._depth:
            self._depth -= 1
        if tag == "div" and self._inside is not None:
            self._inside = None

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self._inside is not None and not self._depth:
            self._inside[-1] += data


# --------------------------------------------------------------------- what is written


def test_every_rater_gets_all_texts_in_an_order_of_their_own(tmp_path):
    key = study(tmp_path, n_raters=4, n_repeats=3)
    assert {path.name for path in tmp_path.iterdir()} == {"key.json", "sheets"}
    orders = []
    for rater in key.raters:
        rows = rows_of(tmp_path / "sheets" / f"{rater}.csv")
        orders.append([row["id"] for row in rows])
        assert {row["rater"] for row in rows} == {rater}
        for row in rows:
            item = key.items[row["id"]]
            assert (row["prompt"], row["text"]) == (key.prompts[item.prompt], item.text)
            assert all(row[name] == "" for name in CRITERIA)
        shown = Page((tmp_path / "sheets" / f"{rater}.html").read_text("utf8"))
        assert [item["id"] for item in shown.items] == orders[-1]
        assert shown.texts == [row["text"] for row in rows]
        assert shown.prompts == [row["prompt"] for row in rows]
    assert all(sorted(order) == sorted(key.items) for order in orders)
    assert len({tuple(order) for order in orders}) == 4


def test_each_text_is_an_item_and_some_come_twice(tmp_path):
    key = study(tmp_path, n_repeats=4)
    first = [item for item in key.items.values() if not item.repeats]
    assert Counter((item.system, item.prompt) for item in first) == Counter(
        (system, prompt) for system in SYSTEMS for prompt in range(6)
    )
    again = {item.repeats: item for item in key.items.values() if item.repeats}
    assert len(again) == 4
    for of, item in again.items():
        assert (key.items[of].system, key.items[of].prompt, key.items[of].text) == (
            item.system,
            item.prompt,
            item.text,
        )
        assert key.items[of].repeats is None


@pytest.mark.parametrize(("n_prompts", "expected"), [(2, 2), (6, 2), (10, 3), (40, 12)])
def test_about_a_tenth_comes_twice_unless_told(tmp_path, n_prompts, expected):
    key = study(tmp_path, n_prompts)
    assert sum(item.repeats is not None for item in key.items.values()) == expected


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(2, 15), st.floats(0, 1))
def test_a_repeat_is_far_from_what_it_repeats(tmp_path_factory, seed, n_prompts, share):
    folder = tmp_path_factory.mktemp("study")
    n_repeats = round(share * 3 * n_prompts)
    key = study(folder, n_prompts, n_repeats=n_repeats, seed=seed)
    gap = min(FAR_APART, len(key.items) // 4)
    for rater in key.raters:
        order = [row["id"] for row in rows_of(folder / "sheets" / f"{rater}.csv")]
        for name, item in key.items.items():
            if item.repeats:
                assert abs(order.index(name) - order.index(item.repeats)) > gap


# ------------------------------------------------------------------------ blindness


def test_no_sheet_names_a_system(tmp_path):
    study(tmp_path, n_prompts=20)
    for path in (tmp_path / "sheets").iterdir():
        written = path.read_text("utf8") + path.name
        assert not any(system in written for system in SYSTEMS)
    assert all(system in (tmp_path / "key.json").read_text("utf8") for system in SYSTEMS)


def test_neither_ids_nor_places_tell_the_system(tmp_path):
    """Mean ranks of the first system's items, over many studies: where chance would put them."""
    by_id, by_place = [], []
    for seed in range(40):
        key = study(tmp_path / str(seed), n_prompts=10, n_repeats=0, seed=seed)
        rows = rows_of(tmp_path / str(seed) / "sheets" / "rater-1.csv")
        ours = [key.items[row["id"]].system == SYSTEMS[0] for row in rows]
        by_place += list(np.flatnonzero(ours))
        ranks = np.argsort(np.argsort([row["id"] for row in rows]))
        by_id += list(ranks[ours])
    error = np.sqrt((30**2 - 1) / 12 / 400)
    assert abs(np.mean(by_id) - 14.5) < 4 * error
    assert abs(np.mean(by_place) - 14.5) < 4 * error


def test_ids_are_no_words_numbers_or_dates(tmp_path):
    key = study(tmp_path, n_prompts=30)
    assert all(re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}", name) for name in key.items)
    assert len(key.items) == 90 + 9


def test_a_seed_repeats_a_study_and_another_gives_other_ids(tmp_path):
    one, again = study(tmp_path / "a", seed=3), study(tmp_path / "b", seed=3)
    other = study(tmp_path / "c", seed=4)
    assert one == again
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
    assert len(set(one.items) & set(other.items)) <= 1


# ------------------------------------------------------------------- texts not trusted


def test_hostile_texts_are_shown_as_text(tmp_path):
    key = write_sheets({"one": HOSTILE}, HOSTILE[::-1], tmp_path, n_repeats=0)
    shown = Page((tmp_path / "sheets" / "rater-1.html").read_text("utf8"))
    rows = read_rows(tmp_path / "sheets" / "rater-1.csv")
    for item, text, prompt, row in zip(shown.items, shown.texts, shown.prompts, rows, strict=True):
        wanted = key.items[item["id"]]
        assert text == wanted.text == row["text"]
        assert prompt == key.prompts[wanted.prompt] == row["prompt"]
    assert (shown.tags["script"], shown.tags["img"], shown.tags["b"]) == (1, 0, 0)


# What browsers change before they parse: line ends and the character 0.
WRITTEN = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"))


@given(WRITTEN, WRITTEN)
def test_any_text_is_shown_as_it_is(prompt, text):
    shown = Page(page("rater-1", [Shown("BCDF", prompt, text)], LANGUAGES["es"], "es", "s"))
    assert shown.prompts == [prompt if prompt.strip() else ""]
    assert shown.texts == [text if text.strip() else ""]
    assert shown.tags["article"] == shown.tags["script"] == 1


@given(st.text())
def test_no_text_is_a_formula_in_a_table_and_each_is_read_back(text):
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert not cell.startswith(("\t", "\r"))


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=5))
def test_a_table_gives_the_texts_back(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("study")
    key = write_sheets({"one": texts}, texts, folder)
    for row in read_rows(folder / "sheets" / "rater-2.csv"):
        item = key.items[row["item"]]
        assert (row["text"], row["prompt"]) == (item.text, key.prompts[item.prompt])


# ------------------------------------------------------------------------- the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_nothing_of_the_network_and_lets_only_its_own_script_run(tmp_path, language):
    study(tmp_path, language=language)
    source = (tmp_path / "sheets" / "rater-1.html").read_text("utf8")
    assert not re.search(r"https?:|//[a-z]|\bsrc=|\bhref=|url\(|@import|fetch\(|\{\{", source)
    (script,) = Page(source).scripts
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)[1]
    assert policy.startswith("default-src 'none'; ")
    assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy
    style = re.search("<style>(.*)</style>", source, re.DOTALL)[1]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert "style=" not in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_a_named_group_of_five_choices(tmp_path, language):
    study(tmp_path, language=language)
    source = (tmp_path / "sheets" / "rater-2.html").read_text("utf8")
    shown = Page(source)
    assert shown.language == language
    n_items = len(shown.items)
    assert shown.tags["fieldset"] == shown.tags["legend"] == 5 * n_items
    assert shown.tags["label"] == shown.tags["input"] == 25 * n_items
    for item in shown.items:
        for criterion, choices in zip(CRITERIA, item["questions"], strict=True):
            assert {choice["name"] for choice in choices} == {f"{item['id']}.{criterion}"}
            assert [int(choice["value"]) for choice in choices] == list(SCALE)
            levels = LANGUAGES[language].criteria[criterion].levels
            assert [c["data-level"] for c in choices] == [
                f"{n}: {level}" for n, level in enumerate(levels, 1)
            ]
    assert "width=device-width" in source
    assert "prefers-color-scheme: dark" in source


def test_spanish_sheets_are_spanish(tmp_path):
    study(tmp_path, language="es")
    source = (tmp_path / "sheets" / "rater-1.html").read_text("utf8")
    for word in ("Valoración de textos", "Fluidez", "¿Encajan sus partes?", "Guardar respuestas"):
        assert word in source
    english = LANGUAGES["en"]
    for label in (english.title, english.save, english.scale, *english.how):
        assert label not in source
    header = (tmp_path / "sheets" / "rater-1.csv").read_text("utf-8-sig").splitlines()[0]
    assert header == (
        "evaluador,id,comienzo,texto,fluidez,coherencia,relevancia,creatividad,general"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_whole(language):
    labels = LANGUAGES[language]
    assert tuple(labels.criteria) == CRITERIA
    for criterion in labels.criteria.values():
        assert len(set(criterion.levels)) == len(SCALE)
    for name, fields in (("done", {"done", "all"}), ("missing", {"missing"}), ("saved", {"file"})):
        assert set(re.findall(r"\{(\w+)\}", getattr(labels, name))) == fields
    assert len(set(labels.columns.values())) == 4 + len(CRITERIA)


# A browser in small: as much of one as the script of the page asks for.
BROWSER = """
const spec = JSON.parse(require("fs").readFileSync(0, "utf8"));
const saved = [], byId = {}, dropped = [];
let focused = null;
class Element {
  constructor() { this.dataset = {}; this.on = {}; this.textContent = ""; this.hidden = true;
    this.classes = new Set();
    this.classList = { add: (c) => this.classes.add(c), remove: (c) => this.classes.delete(c) }; }
  addEventListener(type, heard) { this.on[type] = heard; }
  click() {
    if (this.download) saved.push({ name: this.download, text: this.href.parts.join("") });
    this.on.click?.({});
  }
  focus() { focused = this; }
  scrollIntoView() {} append() {} remove() {}
}
const items = spec.items.map((item) => {
  const made = new Element();
  made.dataset.item = item.id;
  made.questions = item.questions.map((choices) => {
    const question = new Element(), level = new Element();
    question.inputs = choices.map((choice) => Object.assign(new Element(), {
      name: choice.name, value: choice.value, checked: false,
      dataset: { level: choice["data-level"] } }));
    question.querySelector = (asked) => ({ "input:checked":
      question.inputs.find((i) => i.checked) ?? null,
      ".level": level, input: question.inputs[0] })[asked];
    return question;
  });
  made.querySelector = () =>
    made.questions.find((q) => !q.querySelector("input:checked")) ?? null;
  made.querySelectorAll = () => made.questions;
  return made;
});
const questions = items.flatMap((item) => item.questions);
const inputs = questions.flatMap((question) => question.inputs);
global.document = {
  body: Object.assign(new Element(), { dataset: spec.body }),
  getElementById: (id) => (byId[id] ??= new Element()),
  querySelectorAll: (asked) =>
    ({ ".item": items, fieldset: questions, "input[type=radio]": inputs })[asked],
  createElement: () => new Element(),
};
global.window = { addEventListener() {} };
global.Blob = class { constructor(parts) { this.parts = parts; } };
global.URL = { createObjectURL: (blob) => blob, revokeObjectURL() {} };
global.setTimeout = () => {};
const kept = { ...spec.kept };
global.localStorage = {
  getItem: (name) => kept[name] ?? null,
  setItem: (name, value) => { if (spec.full) throw new Error("full"); kept[name] = value; },
};
(0, eval)(spec.script);
for (const [what, name, value] of spec.acts) {
  if (what === "click") byId[name].click();
  else {
    for (const input of inputs) if (input.name === name) input.checked = input.value === value;
    byId.sheet.on.change();
  }
}
console.log(JSON.stringify({ saved, kept, done: byId.done.textContent,
  warning: byId.warning?.textContent ?? "", status: byId.status.textContent,
  anyway: byId.anyway ? !byId.anyway.hidden : false, focused: focused?.name ?? null,
  lacking: questions.filter((q) => q.classes.has("lacking")).length }));
"""


def used(path, acts, kept=None, full=False):
    """What happens when somebody uses a page."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the script of the page is run by Node.js, which is not installed")
    shown = Page(path.read_text("utf8"))
    spec = {
        "script": shown.scripts[0],
        "body": shown.body,
        "items": shown.items,
        "acts": acts,
        "kept": kept or {},
        "full": full,
    }
    done = subprocess.run(
        [node, "-e", BROWSER], input=json.dumps(spec), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answers(path, value=lambda number: str(1 + number % 5)):
    names = dict.fromkeys(radio["name"] for radio in Page(path.read_text("utf8")).radios)
    return [["answer", name, value(number)] for number, name in enumerate(names)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_page_saves_is_what_was_answered(tmp_path, language):
    key = study(tmp_path, 2, language=language)
    given = {}
    for rater in key.raters:
        path = tmp_path / "sheets" / f"{rater}.html"
        acts = answers(path)
        given |= {(rater, name): float(value) for _, name, value in acts}
        after = used(path, [*acts, ["click", "save"]])
        (file,) = after["saved"]
        assert file["name"] == f"{rater}-answers.csv"
        assert after["warning"] == ""
        assert file["name"] in after["status"]
        (tmp_path / file["name"]).write_text(file["text"], "utf8", newline="")
    ratings = read_ratings(tmp_path)
    for rater, by_item in zip(key.raters, ratings.values, strict=True):
        for item, values in zip(ratings.items, by_item, strict=True):
            for criterion, value in zip(CRITERIA, values, strict=True):
                assert value == given[rater, f"{item}.{criterion}"]


def test_the_page_warns_of_missing_answers_and_saves_them_only_when_told_again(tmp_path):
    key = study(tmp_path, 2, n_repeats=0)
    path = tmp_path / "sheets" / "rater-1.html"
    acts = answers(path)
    first = acts.pop(7)
    after = used(path, [*acts, ["click", "save"]])
    assert after["saved"] == []
    assert after["warning"].startswith("Answers missing: 1.")
    assert (after["focused"], after["lacking"], after["anyway"]) == (first[1], 1, True)
    assert after["done"] == f"{len(key.items) - 1} of {len(key.items)} texts rated"
    after = used(path, [*acts, ["click", "save"], first])
    assert (after["warning"], after["lacking"], after["anyway"]) == ("", 0, False)
    after = used(path, [*acts, ["click", "save"], ["click", "anyway"]])
    (file,) = after["saved"]
    assert sum(line.count(",,") for line in file["text"].splitlines()) == 1
    after = used(path, [*acts, ["click", "next"]])
    assert after["focused"] == first[1]


def test_the_page_keeps_a_draft_if_the_browser_can(tmp_path):
    study(tmp_path, 2)
    path = tmp_path / "sheets" / "rater-1.html"
    acts = answers(path)
    half = used(path, acts[:9])
    assert half["status"] == LANGUAGES["en"].kept
    whole = used(path, [*acts[9:], ["click", "save"]], kept=half["kept"])
    assert whole["saved"] == used(path, [*acts, ["click", "save"]])["saved"]
    assert used(path, acts[:9], full=True)["status"] == LANGUAGES["en"].unkept
    (name,) = half["kept"]
    broken = used(path, [*acts, ["click", "save"]], kept={name: "{no json"})
    assert broken["saved"] == whole["saved"]


def test_two_raters_and_two_studies_share_no_draft(tmp_path):
    study(tmp_path / "a", 2, seed=1)
    study(tmp_path / "b", 2, seed=2)
    names = set()
    for path in tmp_path.rglob("*.html"):
        names |= set(used(path, answers(path)[:1])["kept"])
    assert len(names) == 6


# -------------------------------------------------------------------------- refused


def test_too_few_raters_are_refused_with_the_reason(tmp_path):
    with pytest.raises(EvaluationError, match="at least 3, got 2: when two raters differ"):
        study(tmp_path, n_raters=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("texts", "options", "said"),
    [
        ({"a": ["x"]}, {}, "'a' needs one text for each of the 2 prompts"),
        ({"a": "xy"}, {}, "in a list"),
        ({}, {}, "at least 2 prompts and 1 system"),
        ({"a": ["x", "y"]}, {"language": "fr"}, "no sheets in language 'fr'; expected one of en"),
        ({"a": ["x", "y"]}, {"n_repeats": 3}, "from 0 to the 2 texts there are, got 3"),
        ({"a": ["x", "y"]}, {"seed": -1}, "seed must be at least 0"),
        ({"a": ["x", "\ud800"]}, {}, "cannot be written as UTF-8"),
    ],
)
def test_what_makes_no_study_is_refused(tmp_path, texts, options, said):
    with pytest.raises(EvaluationError, match=said):
        write_sheets(texts, ["p", "q"], tmp_path / "study", **options)
    assert not (tmp_path / "study").exists()


def test_a_study_is_never_written_over(tmp_path):
    study(tmp_path)
    before = (tmp_path / "key.json").read_bytes()
    with pytest.raises(EvaluationError, match="holds a study already"):
        study(tmp_path, seed=9)
    assert (tmp_path / "key.json").read_bytes() == before


# ------------------------------------------------------------------------------ key


def test_a_key_is_read_as_it_was_written(tmp_path):
    key = study(tmp_path, language="es", seed=5)
    assert Key.load(tmp_path / "key.json") == key
    assert key.systems == tuple(sorted(SYSTEMS))


@pytest.mark.parametrize("content", [None, "", "[]", '{"items": {}}', '{"items": {"A": 3}}'])
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(EvaluationError, match="is no key of a rating study"):
        Key.load(path)
