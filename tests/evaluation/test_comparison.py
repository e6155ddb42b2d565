"""Sets of texts side by side: figures that are those of the measures, intervals, paired tests."""

import json
import re

import numpy as np
import pytest

from course_lib.corpus import verse
from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation import diversity
from course_lib.evaluation.comparison import compare
from course_lib.evaluation.comparison_page import comparison_page
from course_lib.evaluation.paired_tests import sign_test
from course_lib.evaluation.text_metrics import METRICS, Setting, chosen

POEMS, OTHERS = verse.sample(12, seed=1), verse.sample(12, seed=2)
SPOILT = [poem.replace("\n", " \n", 1) for poem in POEMS]  # a space that no poem has


def test_figures_are_those_of_the_measures():
    found = compare({"a": POEMS, "b": OTHERS}, verse=True)
    assert found.systems == ("a", "b")
    assert found.metrics == list(METRICS)
    figures = {(f.system, f.metric): f for f in found.figures}
    rows = [words(poem)[: found.length] for poem in POEMS]
    assert found.length == 50
    assert figures["a", "distinct_2"].value == diversity.distinct_n(rows, 2)
    assert figures["a", "self_bleu"].value == diversity.self_bleu(rows)
    repeated = [diversity.repeated_ngrams(row, 4) for row in rows]
    assert figures["a", "repeated_4"].value == pytest.approx(np.mean(repeated))
    assert figures["b", "words"].value == np.mean([len(words(poem)) for poem in OTHERS])
    assert figures["a", "whole"].value == 1.0
    assert figures["a", "whole"].n == 12


def test_damage_to_verse_shows_in_its_measure_alone():
    found = compare(
        {"poems": POEMS, "spoilt": SPOILT}, verse=True, same_prompts=["poems", "spoilt"]
    )
    value = {(f.system, f.metric): f.value for f in found.figures}
    assert value["spoilt", "whole"] == 0
    assert value["poems", "whole"] == 1
    assert value["spoilt", "possible"] < 0.5
    assert value["spoilt", "words"] == value["poems", "words"]
    (apart,) = [d for d in found.differences if d.metric == "whole"]
    assert apart.difference == 1.0
    assert apart.n == 12
    assert sign_test(12, 0) < apart.p < 0.05  # corrected for the number of tests, and still clear
    (same,) = [d for d in found.differences if d.metric == "words"]
    assert same.p == 1.0


def test_intervals_hold_the_mean_and_shrink_with_more_texts():
    few, many = (compare({"a": verse.sample(n, seed=3)}, ["words"]).figures[0] for n in (10, 160))
    for figure in (few, many):
        assert figure.low < figure.value < figure.high
    assert (few.high - few.low) > 2 * (many.high - many.low)  # a sixteenth of the texts: four times
    (alone,) = compare({"a": POEMS[:1]}, ["words"]).figures
    assert (alone.low, alone.high, alone.n) == (None, None, 1)


def test_what_is_too_short_is_left_out_and_said():
    found = compare({"a": ["one two", "three four five six"] * 10}, length=4)
    figures = {f.metric: f for f in found.figures}
    assert figures["repeated_4"].n == 10
    assert figures["similarity"].value is None
    assert "—" in str(found.as_table())
    short = compare({"a": ["one", "two"]})
    assert short.length == 1
    assert {f.metric: f.value for f in short.figures}["distinct_2"] is None


def test_texts_without_words_have_no_figure_of_words():
    found = compare({"a": ["...", ""]}, ["consecutive", "reading_ease", "words"])
    assert [f.value for f in found.figures] == [None, None, 0.0]


def test_spanish_has_its_own_formula():
    text = "La casa es grande. El perro duerme en la calle. " * 5
    english, spanish = (
        compare({"a": [text]}, ["reading_ease"], language=code).figures[0].value
        for code in ("en", "es")
    )
    assert english != spanish


def test_a_comparison_goes_through_json():
    found = compare({"a": POEMS, "b": OTHERS}, ["words", "distinct_1"], same_prompts=["a", "b"])
    assert json.loads(json.dumps(found.as_dict()))["differences"][0]["metric"] == "words"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare({}), "no texts to measure"),
        (lambda: compare({"a": []}), "a has no texts"),
        (lambda: compare({"a": ["x"]}, []), "no measure was named"),
        (lambda: compare({"a": ["x"]}, ["bleu"]), "unknown measure 'bleu'; expected some of words"),
        (lambda: compare({"a": ["x"]}, ["whole"]), "whole judges the course's verse"),
        (lambda: compare({"a": ["x"]}, same_prompts=["b"]), "names 'b', which has no texts"),
        (
            lambda: compare({"a": ["x"], "b": ["x", "y"]}, same_prompts=["a", "b"]),
            "as many in each set; got a 1, b 2",
        ),
        (lambda: Setting("fr"), "language must be one of en, es"),
        (lambda: Setting(length=0), "length at least 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(call, message):
    with pytest.raises(EvaluationError, match=message):
        call()


def test_measures_of_verse_are_left_out_of_other_texts():
    assert not any(metric.verse for metric in chosen(None, verse=False))
    assert {metric.name for metric in chosen(None, verse=True)} == set(METRICS)


def test_the_page_stands_alone_and_tells_everything():
    found = compare({"one": POEMS, "two": SPOILT}, verse=True, same_prompts=["one", "two"])
    evil = "<script>alert('x')</script> & co"
    samples = {"one": [("The ", evil)], "two": [("", text) for text in SPOILT]}
    page = comparison_page(found, samples, "Two <sets>", ["How it was made."])
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Two &lt;sets&gt;" in page
    assert not re.search(r"(src|href)=", page)  # nothing from elsewhere
    assert page.count("<svg") == len(found.metrics)
    assert page.count('role="img"') == page.count("aria-label=") == len(found.metrics)
    assert page.count("<details") == 1 + len(SPOILT)
    for name in METRICS:
        assert f"<h3>{name}</h3>" in page
    assert "prefers-color-scheme: dark" in page


def test_a_page_of_figures_that_nobody_has_is_still_a_page():
    found = compare({"a": ["..."]}, ["reading_ease"])
    assert "No text has this measure." in comparison_page(found, {"a": [("", "...")]}, "Empty")


def test_a_long_name_stands_whole_beside_its_figure():
    name = "projects/course/runs/a-transformer-of-four-layers-and-its-second-try"
    found = compare({name: ["one two two", "a b"], "b": ["no no", "c d"]}, ["words"])
    page = comparison_page(found, {name: [("", "one")]}, "Names")
    left = int(re.search(rf'<text x="(\d+)"[^>]*>{name}</text>', page)[1])
    width = int(re.search(r'viewBox="0 0 (\d+) ', page)[1])
    assert left >= 7.5 * len(name)  # letters of 13 pixels are about that wide on average
    assert width >= left + 400  # and the figures have as much room as ever


def test_a_measure_that_is_named_twice_is_taken_once():
    assert [metric.name for metric in chosen(["words", "words"], verse=False)] == ["words"]
