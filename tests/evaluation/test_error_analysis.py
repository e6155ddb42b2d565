"""Planted errors are found at their exact places, and nothing is found where nothing is wrong."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus import verse
from course_lib.corpus.verse.forward import possible_up_to
from course_lib.corpus.verse.grammar import tokenize
from course_lib.corpus.words import tokens
from course_lib.errors import CorpusError, EvaluationError
from course_lib.evaluation.error_analysis import analyse, grammar_breaks, lost_context
from course_lib.evaluation.error_report import KINDS
from course_lib.evaluation.proportions import wilson_interval
from course_lib.evaluation.text_errors import (
    Loop,
    doubled_words,
    loops_in,
    never_closed,
    open_sentence,
    repetition_loops,
    unknown_words,
    vocabulary_of,
)
from course_lib.evaluation.verse_errors import grammar_break, introduced, lost_person
from course_lib.evaluation.verse_lines import line_reader
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import write
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer

LANGUAGES = st.sampled_from(verse.LANGUAGES)
SEEDS = st.integers(0, 10**9)
POEM = """\
The tavern sleeps, the sky is brown,
While Rosa sings behind the clown.
O sturdy wagons of the night!
For she can sit behind the kite.
"""


def poem_of(seed, language="en"):
    return verse.sample(1, seed=seed, language=language)[0]


# ---------------------------------------------------------------------------- loops


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a b c c c d", [Loop(2, 1, 3, 5, False)]),
        ("x a b a b a b y", [Loop(1, 2, 3, 7, False)]),
        ("x a b a b a b a y", [Loop(1, 2, 3, 8, False)]),  # half a round more
        ("x a b a b y", []),
        ("x a b a b", []),  # twice, and short: may be meant
        ("x a b c d a b c d", [Loop(1, 4, 2, 9, True)]),
        ("x a b c d a b c d a", [Loop(1, 4, 2, 10, True)]),
        ("x a b c d a b c d y", []),
        ("x a b c d a b c", []),
        ("a a a a a a", [Loop(0, 1, 6, 6, True)]),
        ("a a b a a b a a b", [Loop(0, 3, 3, 9, True)]),
        ("a a a b a a a b a a a b", [Loop(0, 4, 3, 12, True)]),
        ("a a a b c c c", [Loop(0, 1, 3, 3, False), Loop(4, 1, 3, 7, True)]),
        ("", []),
        ("a", []),
    ],
)
def test_loops_by_hand(text, wanted):
    assert repetition_loops(text.split()) == wanted


def loops_by_definition(ids):
    """Every start and every period, extended as far as it goes; then what lies inside another."""
    found = set()
    for start in range(len(ids)):
        for period in range(1, len(ids) - start):
            end = start + period
            while end < len(ids) and ids[end] == ids[end - period]:
                end += 1
            enough = 2 if end == len(ids) and period >= 4 else 3
            if (end - start) // period >= enough:
                found.add((start, end, period))
    return sorted(
        (start, end, min(p for s, e, p in found if (s, e) == (start, end)))
        for start, end in {(s, e) for s, e, _ in found}
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in found)
    )


@settings(max_examples=300)
@given(st.lists(st.integers(0, 2), max_size=24))
def test_loops_are_those_of_the_definition(ids):
    found = repetition_loops(ids)
    assert [(loop.start, loop.end, loop.period) for loop in found] == loops_by_definition(ids)
    for loop in found:
        assert loop.count == (loop.end - loop.start) // loop.period
        assert loop.to_end == (loop.end == len(ids))


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), st.integers(3, 6), st.data())
def test_a_planted_loop_is_found_where_it_was_planted(span, count, data):
    before = data.draw(st.lists(st.sampled_from("wxyz"), max_size=2))
    after = data.draw(st.lists(st.sampled_from("wxyz"), max_size=2))
    (loop, *others) = repetition_loops([*before, *span * count, *after])
    assert others == []
    assert (loop.start, loop.end) == (len(before), len(before) + count * len(span))
    assert len(span) % loop.period == 0
    assert loop.count == count * len(span) // loop.period
    assert loop.to_end == (not after)


def test_the_counts_that_make_a_loop_can_be_set():
    assert repetition_loops(list("abbc"), min_count=2) == [Loop(1, 1, 2, 3, False)]
    assert repetition_loops(list("xabab"), min_period_at_end=2) == [Loop(1, 2, 2, 5, True)]
    with pytest.raises(EvaluationError, match="min_count must be at least 2"):
        repetition_loops(["a"], min_count=1)
    with pytest.raises(EvaluationError, match="tokens is a string, 'no no no'; split it first"):
        repetition_loops("no no no")


def test_a_loop_in_a_text_is_told_in_characters():
    text = "¡Ay! El mar, el mar, el mar, dijo."
    (loop,) = loops_in(text.lower())
    assert text[loop.start : loop.end] == "El mar, el mar, el mar,"
    assert loop.size == 9


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\n" * 50, [("\n" * 50, 50)]),
        ("The sea.\n\n\n\nIt rained.", []),  # as between chapters
        ("The sea.\n\n\n\n\nIt rained.", [("\n\n\n\n\n", 5)]),
        ("The sea.\n \n\t\n\r\n  \n  It rained.", [("\n \n\t\n\r\n  \n", 5)]),
        ("no\n\n\n\n\n\nno\n\n\n\n\n\nno", [("no\n\n\n\n\n\nno\n\n\n\n\n\nno", 3)]),
        ("no no no\n\n\n\n\n", [("no no no", 3), ("\n\n\n\n\n", 5)]),
        ("\n\n\n\n\nno no no", [("\n\n\n\n\n", 5), ("no no no", 3)]),
        ("a\n\na\n\na", [("a\n\na\n\na", 3)]),
    ],
    ids=range(8),
)
def test_breaking_lines_for_ever_is_a_loop(text, wanted):
    found = loops_in(text)
    assert [(loop.found, loop.size) for loop in found] == wanted
    assert all(text[loop.start : loop.end] == loop.found for loop in found)


# --------------------------------------------------------------------- never closed


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("“I know,” she said (and did).", []),
        ("“I know, she said.", [0]),
        ("She said “I (don’t know”.", [12]),
        ("«¿Vienes?», dijo.", []),
        ("¿Vienes, dijo.", [0]),
        ("¡¿Qué?!", []),
        ("¡Dijo «¿qué? y se fue!", [6]),
        ("¡Dijo que sí", [0]),
        ("a) one b) two", []),
        ("He was glad :( and I (too", [21]),
        ('"One," he said, "two', [16]),
        ('"One," he said, "two"', []),
        ("“One.\n\n“Two.”", []),
        ("“One.\n“Two.”", [0]),
        ("«Uno.\n\n»Dos.»", []),
        ("[a (b] c)", []),
        ("((a)", [0]),
        ("", []),
    ],
)
def test_what_is_never_closed_is_found_at_its_place(text, places):
    assert [error.start for error in never_closed(text)] == places
    assert lost_context(text) == never_closed(text)


@given(st.lists(st.sampled_from(["“”", "«»", "()", "[]", "{}", "¿?", "¡!"]), max_size=12))
def test_nested_quotes_are_closed_from_inside(pairs):
    opened = "".join(pair[0] for pair in pairs)
    assert never_closed(f"{opened}a{''.join(pair[1] for pair in reversed(pairs))}") == []
    assert [error.start for error in never_closed(f"{opened}a")] == list(range(len(pairs)))


# -------------------------------------------------------------------- words, sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was the the end.", [(7, "the the")]),
        ("The the end", [(0, "The the")]),
        ("all that that had had", []),
        ("no, no", []),
        ("end\nend", []),
        ("7 7 7.5", []),
        ("so so so much", []),  # a loop, and told as one
        ("el el mar de de", [(0, "el el"), (10, "de de")]),
        ("", []),
    ],
)
def test_doubled_words(text, found):
    assert [(error.start, error.found) for error in doubled_words(text)] == found


def test_unknown_words_are_those_that_no_text_of_the_corpus_has():
    known = vocabulary_of(["The cat’s well, known to sleep.", "Don't wake IT"])
    text = "The cats sleep well-known, don't THE 3rd zzz, IT is well-knwn"
    assert [(e.start, e.found) for e in unknown_words(text, known)] == [
        (4, "cats"),
        (41, "zzz"),
        (49, "is"),
        (52, "well-knwn"),
    ]
    assert unknown_words("", known) == []


@given(st.lists(st.text("ab' -.", max_size=20), max_size=4))
def test_no_word_of_the_corpus_itself_is_unknown(texts):
    known = vocabulary_of(texts)
    assert all(unknown_words(text, known) == [] for text in texts)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("It rained. Then she", 19),
        ("It rained. Then she  \n", 19),
        ("It rained.", None),
        ("«¿Otra vez?»", None),
        ("“Wait…”", None),
        ("It rained (hard!)", None),
        ("A title\n\nIt rained.", None),
        ("", None),
        ("—", None),
    ],
)
def test_a_text_that_stops_inside_a_sentence(text, at):
    found = open_sentence(text)
    assert [error.start for error in found] == ([] if at is None else [at])
    if found:
        assert found[0].expected == (".",)


# ------------------------------------------------------------------- verse, exactly


@settings(max_examples=25, deadline=None)
@given(SEEDS, LANGUAGES)
def test_a_poem_of_the_grammar_has_no_error_at_all(seed, language):
    poem = poem_of(seed, language)
    assert grammar_break(poem, language) is None
    assert introduced(poem, language) in poem
    assert lost_person(poem, language) == []
    report = analyse([poem], verse_language=language)
    assert [rate.n_errors for rate in report.rates.values()] == [0] * 5
    assert [rate.n_judged for rate in report.rates.values()] == [1] * 5


@settings(max_examples=25, deadline=None)
@given(SEEDS, LANGUAGES, st.data())
def test_a_wrong_token_is_found_where_it_stands_and_the_right_one_is_expected(seed, language, data):
    poem = poem_of(seed, language)
    said = tokenize(poem)
    at = data.draw(st.integers(0, len(said) - 1))
    before = "".join(said[:at])
    possible = verse.next_token_distribution(before, language)
    wrong = data.draw(st.sampled_from(["#", " qqq", ". .", "\n\n\n", " Rosa Rosa"]))
    text = before + wrong + "".join(said[at + 1 :])
    error = grammar_break(text, language)
    assert error.kind == "grammar"
    assert error.start == possible_up_to(verse.grammar(language), text)
    assert len(before) <= error.start < len(before + wrong)
    if not any(token.startswith(wrong[0]) for token in possible):
        assert error.start == len(before)
        assert error.expected == tuple(possible)[: len(error.expected)]
    assert error.found
    assert error.found in text
    assert error.size == len(text) - error.start


@settings(max_examples=15, deadline=None)
@given(SEEDS, LANGUAGES, st.floats(0.05, 0.95))
def test_a_poem_that_was_cut_is_unfinished_and_nothing_worse(seed, language, share):
    poem = poem_of(seed, language)
    text = poem[: int(share * len(poem))]
    (error,) = grammar_breaks(text, language)
    assert (error.kind, error.start, error.found) == ("unfinished", len(text), "")
    assert set(error.expected) <= set(verse.next_character_distribution(text, language))
    rates = analyse([text], verse_language=language).rates
    assert (rates["grammar"].n_errors, rates["unfinished"].n_errors) == (0, 1)
    rates = analyse([text], verse_language=language, cut_off=[0]).rates
    assert (rates["grammar"].n_judged, rates["unfinished"].n_judged) == (1, 0)


def test_a_wrong_form_is_told_with_the_right_one():
    text = POEM.replace("sleeps", "sleep")
    error = grammar_break(text)
    assert (error.start, error.found) == (text.index(","), " sleep")
    assert " sleeps" in error.expected
    error = grammar_break(POEM.replace("the clown", "the clqwn"))
    assert error.start == POEM.index("clown") + 2
    assert error.found == " clqwn"
    error = grammar_break(POEM.replace("the clown", "the  clown"))
    assert error.found == "  clown"
    error = grammar_break("Roses are red.")
    assert (error.start, error.found) == (0, "Roses")


def test_what_follows_a_whole_poem_breaks_the_grammar():
    poem = poem_of(7)
    error = grammar_break(poem + " And more.")
    assert (error.start, error.found, error.expected) == (len(poem), " And", (verse.END,))


@settings(max_examples=20, deadline=None)
@given(SEEDS, LANGUAGES, st.data())
def test_another_person_is_found_wherever_one_is_put(seed, language, data):
    poem = poem_of(seed, language)
    person = introduced(poem, language)
    others = sorted(set(line_reader(language).people) - {person})
    other = data.draw(st.sampled_from(others))
    assert poem.count(person) >= 2
    at = poem.rindex(person)
    text = poem[:at] + other + poem[at + len(person) :]
    (error,) = lost_context(text, language)
    assert (error.kind, error.start, error.end) == ("other_name", at, at + len(other))
    assert (error.found, error.expected) == (other, (person,))


def test_another_gender_is_found_line_by_line():
    text = POEM.replace("she can", "he can")
    (error,) = lost_person(text)
    assert (error.kind, error.found) == ("other_gender", "For he can sit behind the kite.")
    assert text[error.start : error.end] == error.found
    assert lost_person(text.replace("he can sit", "he can qqq")) == []  # no line that is known


def test_without_a_person_nobody_can_be_lost():
    text = POEM.replace("Rosa", "the sun")
    assert introduced(text) is None
    assert lost_person(text) == []
    rates = analyse([text, POEM], verse_language="en").rates
    assert (rates["other_name"].n_judged, rates["other_gender"].n_judged) == (1, 1)
    assert rates["loop"].n_judged == 2


@pytest.mark.parametrize("language", verse.LANGUAGES)
def test_a_weak_model_leaves_the_grammar_soon_and_a_stronger_one_later(language):
    train = verse.sample(150, seed=0, language=language)
    tokenizer = CharacterTokenizer.from_texts(train)
    ids = [tokenizer.encode(poem) for poem in train]
    kept = {}
    for order in (2, 6):
        model = KneserNey(order)
        model.fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
        written = write(model, tokenizer, [""], Sampling(), max_new_ids=200, n_samples=12, seed=1)
        texts = [text.text for text in written]
        cut = [n for n, text in enumerate(written) if text.ended == "length"]
        rates = analyse(texts, verse_language=language, cut_off=cut).rates
        assert rates["grammar"].n_texts >= (12 if order == 2 else 6)
        kept[order] = sum(error.start for text in texts for error in grammar_breaks(text, language))
    assert kept[2] < kept[6]


# ------------------------------------------------------------------------ the report


def test_a_report_counts_by_text_and_by_thousand_words():
    texts = ["The the sea. The sky (blue.", "It rained and", "A line of of seven good words was."]
    known = vocabulary_of(["The sea, the sky. It rained and was of good words"])
    report = analyse(texts, vocabulary=known, cut_off=[1])
    rates = report.rates
    assert list(rates) == ["loop", "unclosed", "doubled_word", "open_sentence", "unknown_word"]
    counts = {kind: (r.n_judged, r.n_errors, r.n_texts) for kind, r in rates.items()}
    assert counts == {
        "loop": (3, 0, 0),
        "unclosed": (2, 1, 1),
        "doubled_word": (3, 2, 2),
        "open_sentence": (2, 0, 0),
        "unknown_word": (3, 4, 2),
    }
    unknown = rates["unknown_word"]
    assert unknown.n_words == 6 + 3 + 8
    assert unknown.per_text == pytest.approx(4 / 3)
    assert unknown.per_1000_words == pytest.approx(4000 / 17)
    assert unknown.share_of_texts == pytest.approx(2 / 3)
    assert rates["unclosed"].n_words == 6 + 8
    assert report.n_texts == 3


def test_the_worst_come_first_with_what_stands_around():
    long, short = "and so on " * 5, "ha ha ha, he said."
    report = analyse([short, f"He went {long}home.", short], n_examples=2)
    first, second = report.rates["loop"].examples
    assert (first.text, second.text) == (1, 0)
    assert first.marked == long.strip()
    assert (first.before, first.after) == ("He went ", " home.")
    assert str(first).startswith("text 1, character 8: He went >>>and so on")
    early, late = POEM.replace("tavern", "qqq"), POEM.replace("kite", "qqq")
    worst = analyse([late, early], verse_language="en").rates["grammar"].examples[0]
    assert worst.text == 1
    assert "(possible: " in str(worst)
    assert "\n" not in str(worst)


def test_what_was_not_judged_has_no_rate():
    report = analyse(["It was"], cut_off=[0])
    rate = report.rates["open_sentence"]
    assert (rate.n_judged, rate.per_text, rate.per_1000_words, rate.share_of_texts) == (
        0,
        None,
        None,
        None,
    )
    empty = analyse([""]).rates["loop"]
    assert (empty.n_judged, empty.per_text, empty.per_1000_words) == (1, 0, None)
    assert "—" in str(report)


def test_a_report_is_readable_and_fits_json():
    report = analyse([POEM, "The the"], verse_language="en")
    stored = json.loads(json.dumps(report.as_dict()))
    assert stored["rates"]["grammar"]["examples"][0]["finding"]["found"]
    assert all(KINDS[kind] in str(report) for kind in report.rates)


def test_what_cannot_be_analysed_is_refused():
    with pytest.raises(EvaluationError, match="at least one text, got \\[\\]"):
        analyse([])
    with pytest.raises(EvaluationError, match="a list of at least one text, got 'It rained"):
        analyse("It rained. " * 20)
    with pytest.raises(
        EvaluationError, match=r"cut_off names texts \[2\]; expected numbers from 0"
    ):
        analyse(["a", "b"], cut_off=[1, 2])
    with pytest.raises(EvaluationError, match="n_examples must be at least 0"):
        analyse(["a"], n_examples=-1)
    with pytest.raises(CorpusError, match="no verse in language 'fr'"):
        analyse(["a"], verse_language="fr")


def test_tokens_of_a_poem_make_no_loop_however_many_poems():
    for poem in verse.sample(40, seed=11):
        assert repetition_loops(tokens(poem)) == []


# ------------------------------------------------------------------------ intervals


def test_the_share_of_texts_has_wilsons_interval():
    report = analyse(["on and on and on and on", "It rained.", "It rained again.", "No."])
    rate = report.rates["loop"]
    assert (rate.n_texts, rate.n_judged) == (1, 4)
    assert rate.share_interval() == wilson_interval(1, 4)
    assert rate.share_interval(0.5) == wilson_interval(1, 4, 0.5)
    cut = analyse(["It rained and"], cut_off=[0]).rates["open_sentence"]
    assert cut.n_judged == 0
    assert cut.share_interval() is None


@pytest.mark.parametrize("language", verse.LANGUAGES)
def test_the_fast_reading_of_a_line_is_the_first_part_of_the_whole_one(language):
    reader = line_reader(language)
    lines = [line for poem in verse.sample(4, 9, language) for line in poem.split("\n")]
    spoiled = [line[: len(line) // 2] for line in lines] + ["two  spaces", "", "# 7"]
    told = {line: reader.genders(line) for line in [*lines, *spoiled]}
    assert told == {line: reader.fit(line).genders for line in told}
    assert {len(genders) for genders in told.values()} == {0, 1, 2}
