"""Judgements of verse: true of every poem, and each damage breaks the one judgement it should."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus import verse
from course_lib.errors import CorpusError, EvaluationError
from course_lib.evaluation.verse_lines import line_reader
from course_lib.evaluation.wellformed import JUDGEMENTS, StanzaRhymes, judge, summarise

languages = pytest.mark.parametrize("language", verse.LANGUAGES)

# Written here without a look at the grammar's tables.
NAMES = {
    "en": {
        "f": ["Clara", "Nora", "Alice", "Rosa", "Helen"],
        "m": ["Martin", "Oscar", "Simon", "Victor"],
    },
    "es": {
        "f": ["Clara", "Rosa", "Marta", "Lola", "Julia"],
        "m": ["Pedro", "Pablo", "Mario", "Diego"],
    },
}
# Adverbs that end a line after any verb; no two rhyme.
ADVERBS = {
    "en": ["tonight", "away", "inside", "below", "alone"],
    "es": ["todavía", "dulcemente", "con celo", "sin parar", "de corazón"],
}
ARTICLES = {
    "en": {"a": "an", "an": "a", "A": "An", "An": "A"},
    "es": {"el": "la", "la": "el", "los": "las", "las": "los", "un": "una", "una": "un"},
}
WRONG_VERB = {
    "en": (r"( every \w+ \w+)s\b", r"\1"),
    "es": (r"((?:Las|Los|las|los) \w+s \w+)n\b", r"\1"),
}
WRONG_PRONOUN = {
    "en": [(r"\bshe\b", "he"), (r"\bhe\b", "she"), (r"\bHer\b", "His"), (r"\bhis\b", "her")],
    "es": [(r"\bella\b", "él"), (r"\bél\b", "ella"), (r"\bElla\b", "Él")],
}


@cache
def poems(language):
    return verse.sample(50, seed=5, language=language)


@cache
def judged_as_it_is(poem, language):
    """What is said of a poem before it is damaged, judged once."""
    return judge(poem, language)


def spread(cases, most=8):
    """At most so many of the cases, from the first to the last."""
    step = max(1, -(-len(cases) // most))
    return cases[::step]


def verdicts(judged):
    return {name: getattr(judged, name) for name in JUDGEMENTS}


def assert_breaks_only(judgement, text, before, language):
    """The text is no poem any more, and of the other judgements this one alone has changed."""
    expected = {**verdicts(judged_as_it_is(before, language)), "whole": False, judgement: False}
    judged = judge(text, language)
    if judgement == "agrees" and not judged.n_of_person:
        expected["gender_kept"] = None  # the one line that told the gender cannot be read any more
    assert verdicts(judged) == expected, text


# -------------------------------------------------------------------- good poems


@settings(max_examples=16, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(verse.LANGUAGES))
def test_every_poem_is_good_in_all_respects(seed, language):
    (poem,) = verse.sample(1, seed, language)
    judged = judge(poem, language)
    assert judged.whole
    assert judged.log_prob == verse.log_prob(poem, language)
    assert judged.n_possible == len(poem)
    assert judged.possible_share == 1
    assert judged.in_form
    assert judged.rhymes
    assert judged.agrees
    assert judged.gender_kept is not False  # no line need speak of the person
    assert judged.name_kept
    assert judged.last_names == (judged.name,)
    assert judged.n_known == judged.n_lines == 4 * len(judged.stanzas)
    assert judged.n_misformed == 0
    assert judged.n_pairs == judged.n_rhymed == 2 * len(judged.stanzas)
    assert judged.stanzas[-1] == StanzaRhymes("ABBA", (True, True))


@languages
def test_most_poems_tell_the_gender_and_all_schemes_occur(language):
    judged = [judged_as_it_is(poem, language) for poem in poems(language)[:24]]
    assert sum(one.gender_kept is True for one in judged) > 17
    assert {stanza.scheme for one in judged for stanza in one.stanzas} == {"AABB", "ABAB", "ABBA"}
    for one in judged:
        assert one.name in re.findall(r"\w+", one.text.split("\n")[1])


# ------------------------------------------------------------------------ damage


@languages
def test_a_rhyme_word_swapped_breaks_the_rhyme_alone(language):
    cases = []
    for poem in poems(language):
        lines = poem.split("\n")
        for i, line in enumerate(lines):
            for number, adverb in enumerate(ADVERBS[language]):
                found = re.fullmatch(rf"(.* ){adverb}(\W+)", line)
                if found:
                    other = found[1] + ADVERBS[language][number - 1] + found[2]
                    cases.append((poem, "\n".join([*lines[:i], other, *lines[i + 1 :]])))
    assert len(cases) >= 12
    for poem, text in spread(cases):
        assert_breaks_only("rhymes", text, poem, language)
        judged = judge(text, language)
        assert judged.n_rhymed == judged.n_pairs - 1


@languages
def test_a_word_of_no_rhyme_rhymes_with_nothing(language):
    for poem in poems(language)[:6]:
        text = re.sub(r"\w+(?=\W*$)", "rhinoceros", poem)
        assert_breaks_only("rhymes", text, poem, language)
        assert judge(text, language).n_known == judged_as_it_is(poem, language).n_lines - 1


@languages
def test_another_name_breaks_the_name_alone(language):
    for poem in poems(language)[:6]:
        name = judged_as_it_is(poem, language).name
        gender = line_reader(language).people[name].gender
        before, _, after = poem.rpartition(name)
        other = next(n for n in NAMES[language][gender] if n != name)
        text = before + other + after
        assert_breaks_only("name_kept", text, poem, language)
        assert judge(text, language).last_names == (other,)
        lost = judge(before + "nobody" + after, language)
        assert lost.name_kept is False
        assert lost.last_names == ()
        assert (lost.rhymes, lost.agrees, lost.name) == (True, True, name)


@languages
def test_a_wrong_article_breaks_the_agreement_alone(language):
    articles = ARTICLES[language]
    cases = [
        (poem, poem[: found.start()] + articles[found[0]] + poem[found.end() :])
        for poem in poems(language)[:25]
        for found in re.finditer(rf"\b({'|'.join(articles)})\b", poem)
    ]
    assert len(cases) > 20
    for poem, text in spread(cases):
        assert_breaks_only("agrees", text, poem, language)
        assert judge(text, language).n_misformed == 1


@languages
def test_a_wrong_form_of_a_verb_breaks_the_agreement_alone(language):
    cases = [
        (poem, poem[: found.start()] + found.expand(r"\1") + poem[found.end() :])
        for poem in poems(language)
        for found in re.finditer(WRONG_VERB[language][0], poem)
    ]
    assert len(cases) > 5
    for poem, text in spread(cases):
        assert_breaks_only("agrees", text, poem, language)


def test_a_line_that_agrees_but_does_not_scan_is_not_judged():
    fit = line_reader("es").fit
    assert fit("La liebre espera en el prado,").genders
    assert not fit("Las liebres esperan en el prado,").misformed
    assert fit("La liebres espera en el prado,").misformed
    assert fit("Las liebre espera en el prado,").misformed
    assert fit("La liebre esperan en el prado,").misformed


def test_contractions_are_forms_of_preposition_and_article():
    reader = line_reader("es")
    seen = set()
    for line in (line for poem in verse.sample(50, 3, "es") for line in poem.split("\n") if line):
        for right, wrong in ((" al ", " a la "), (" del ", " de la "), (" a la ", " al ")):
            if right in line:
                seen.add(right)
                fit = reader.fit(line.replace(right, wrong, 1))
                assert fit.misformed or fit.genders == reader.fit(line).genders, line
                assert reader.fit(line).genders
    assert len(seen) >= 2


@languages
def test_a_wrong_pronoun_breaks_the_gender_alone(language):
    cases, unjudged = [], 0
    for poem in poems(language):
        for pattern, other in WRONG_PRONOUN[language]:
            text = re.sub(pattern, other, poem, count=1)
            if text != poem:
                changed = next(line for line in text.split("\n") if line not in poem.split("\n"))
                fit = line_reader(language).fit(changed)
                if fit.genders or fit.mistaken:
                    cases.append((poem, text))
                else:
                    unjudged += 1  # the pronoun breaks the metre: nothing is judged
    assert unjudged == 0 or language == "es"
    assert len(cases) > {"en": 25, "es": 6}[language]
    chosen = spread(cases, 10)
    kept = [case for case in chosen if judged_as_it_is(case[0], language).gender_kept]
    assert len(kept) > len(chosen) / 2
    for poem, text in kept:
        assert_breaks_only("gender_kept", text, poem, language)


@languages
def test_another_name_at_the_start_contradicts_all_that_follows(language):
    for poem in poems(language)[:6]:
        judged = judged_as_it_is(poem, language)
        gender = line_reader(language).people[judged.name].gender
        other = NAMES[language]["m" if gender == "f" else "f"][0]
        got = judge(poem.replace(judged.name, other, 1), language)
        assert got.name_kept is False
        assert got.name == other
        assert got.n_other_gender == judged.n_of_person
        assert got.gender_kept is (False if judged.n_of_person else None)


@languages
def test_a_missing_line_breaks_the_form_and_leaves_its_stanza_out(language):
    for poem in poems(language)[:6]:
        first, *rest = poem.split("\n\n")
        short = first.rsplit("\n", 1)[0]
        got = judge("\n\n".join([short, *rest]), language)
        assert (got.whole, got.in_form) == (False, False)
        assert (got.rhymes, got.agrees, got.name_kept) == (True, True, True)
        assert got.stanzas[0] is None
        assert got.n_pairs == 2 * len(rest)


# ---------------------------------------------------------- where the grammar is left


@languages
def test_the_grammar_is_left_at_the_first_impossible_character(language):
    poem = poems(language)[0]
    at = poem.index("\n")
    got = judge(poem[:at] + "#" + poem[at:], language)
    assert got.n_possible == at
    assert got.possible_share == at / (len(poem) + 1)
    cut = judge(poem[:at], language)
    assert (cut.whole, cut.possible_share) == (False, 1)


def test_text_that_is_no_verse_is_judged_as_far_as_it_goes():
    got = judge("It was a dark and stormy night;\nthe rain fell in torrents.")
    assert verdicts(got) == {
        "whole": False,
        "in_form": False,
        "rhymes": None,
        "agrees": None,
        "gender_kept": None,
        "name_kept": None,
    }
    assert (got.name, got.last_names, got.n_lines, got.n_known) == (None, None, 2, 0)
    empty = judge("")
    assert empty.possible_share is None
    assert not any(verdicts(empty).values())
    assert judge(" \n\n\n \t x").n_lines == 1


def test_two_pairs_of_one_rhyme_do_not_make_a_stanza():
    text = "\n".join(f"The {word}," for word in ("gown", "crown", "clown", "brown"))
    (rhymes,) = judge(text).stanzas
    assert sum(rhymes.rhymed) == 1


def test_rhymes_by_hand():
    rhyme = line_reader("en").rhyme
    assert rhyme("The sky is bright,", "the moonless Night!") is not None
    assert rhyme("in the night", "at night") is None
    assert rhyme("by day", "today") is None
    assert rhyme("the night", "the day") is None
    assert rhyme("the night", "the knight") is None
    assert rhyme("", "...") is None
    assert line_reader("es").rhyme("noche y día", "en la bahía") is not None


# ----------------------------------------------------------------------- summary


def test_a_summary_counts_what_could_be_judged():
    good, other = poems("en")[:2]
    nobody = "No name is here,\nand no rhyme."
    judged = [judge(text) for text in (good, other.replace("\n\n", "\n", 1), nobody, "")]
    got = summarise(judged)
    assert got.n_texts == 4
    assert (got.judgements["whole"].good, got.judgements["whole"].n) == (1, 4)
    assert got.judgements["whole"].share == 0.25
    assert got.judgements["rhymes"].n == 2
    assert got.pairs.n == sum(one.n_pairs for one in judged)
    assert got.lines.n == sum(one.n_lines for one in judged)
    shares = [one.possible_share for one in judged[:3]]
    assert got.possible_share == pytest.approx(sum(shares) / 3)
    assert "lines of the grammar" in str(got.as_table())
    nothing = summarise([judge("")])
    assert nothing.possible_share is None
    assert nothing.judgements["rhymes"].share is None
    assert "—" in str(nothing.as_table())


def test_bad_input_is_refused():
    with pytest.raises(EvaluationError, match="no texts"):
        summarise([])
    with pytest.raises(CorpusError, match="'fr'"):
        judge("", "fr")
