"""The verse corpus: what it promises of every language, against samples of the real grammars."""

import json
import subprocess
import sys
from functools import cache
from math import exp, fsum, inf, log, sqrt

import pytest

from course_lib.corpus import verse
from course_lib.corpus.verse import prefix_code, sampling
from course_lib.corpus.verse.grammar import tokenize
from course_lib.errors import CorpusError

N = 10_000
languages = pytest.mark.parametrize("language", verse.LANGUAGES)


@cache
def drawn(language: str) -> list[tuple[str, float]]:
    """Poems with the log-probability of the derivation that made each."""
    numbers = sampling.uniforms(2024)
    return [sampling.derive(verse.grammar(language), numbers) for _ in range(N)]


def z_value(values: list[float], expected: float) -> float:
    mean = fsum(values) / len(values)
    variance = fsum((v - mean) ** 2 for v in values) / (len(values) - 1)
    return (mean - expected) / sqrt(variance / len(values))


@languages
def test_every_text_has_one_derivation(language):
    """With this, the entropy summed over derivations is the entropy of the texts."""
    assert prefix_code.find_clash(verse.grammar(language)) is None
    assert prefix_code.find_unclear_cut(verse.grammar(language)) is None


@languages
def test_log_prob_of_a_text_is_that_of_its_derivation(language):
    for poem, log_p in drawn(language)[:300]:
        assert verse.log_prob(poem, language) == pytest.approx(log_p, abs=1e-9)


@languages
def test_the_mean_surprisal_of_samples_is_the_exact_entropy(language):
    z = z_value([-log_p for _, log_p in drawn(language)], verse.entropy(language))
    print(f"{language}: z of entropy {z:+.2f}")
    assert abs(z) < 3


@languages
@pytest.mark.parametrize(
    ("unit", "measure"),
    [
        ("character", len),
        ("byte", lambda poem: len(poem.encode())),
        ("token", lambda poem: len(tokenize(poem))),
        ("word", lambda poem: len([t for t in tokenize(poem) if t.strip().isalpha()])),
    ],
)
def test_the_mean_lengths_of_samples_are_the_exact_ones(language, unit, measure):
    expected = verse.expected_length(language, unit)
    z = z_value([measure(poem) for poem, _ in drawn(language)[:4000]], expected)
    print(f"{language}: z of {unit}s {z:+.2f}")
    assert abs(z) < 3


@languages
def test_ratios_are_what_they_say(language):
    bits = verse.entropy(language) / log(2)
    assert verse.bits_per_character(language) == bits / verse.expected_length(language)
    assert verse.bits_per_byte(language) == bits / verse.expected_length(language, "byte")
    words = verse.expected_length(language, "word")
    assert log(verse.perplexity(language, "word")) * words == pytest.approx(verse.entropy(language))


@languages
def test_the_corpus_is_large_enough_to_learn_from_and_small_enough_to_learn(language):
    poems = [poem for poem, _ in drawn(language)]
    assert len(set(poems)) == N
    assert all(250 <= len(poem) <= 800 for poem in poems)
    types = {token.strip().lower() for poem in poems[:2000] for token in tokenize(poem)}
    assert 400 < len(types) < 3000
    assert 0.4 < verse.bits_per_character(language) < 1.2


@languages
def test_chain_rule_over_characters(language):
    poem = verse.sample(1, seed=5, language=language)[0]
    prefix = poem[:60]
    step_by_step = 1.0
    for i, character in enumerate(prefix):
        step_by_step *= verse.next_character_distribution(prefix[:i], language)[character]
    parts = verse.log_probs(poem, language, "character")
    assert [symbol for symbol, _ in parts] == [*poem, verse.END]
    assert exp(fsum(log_p for _, log_p in parts[:60])) == pytest.approx(step_by_step)
    assert fsum(log_p for _, log_p in parts) == pytest.approx(verse.log_prob(poem, language))


@languages
def test_chain_rule_over_tokens(language):
    poem = verse.sample(1, seed=6, language=language)[0]
    parts = verse.log_probs(poem, language, "token")
    assert "".join(token for token, _ in parts[:-1]) == poem
    prefix = ""
    for token, log_p in parts:
        following = verse.next_token_distribution(prefix, language)
        assert fsum(following.values()) == pytest.approx(1)
        assert list(following.values()) == sorted(following.values(), reverse=True)
        assert log(following[token]) == pytest.approx(log_p, abs=1e-9)
        prefix += token
    assert fsum(log_p for _, log_p in parts) == pytest.approx(verse.log_prob(poem, language))


@languages
def test_the_name_recalled_is_certain_and_costs_the_forgetful_dear(language):
    poem = verse.sample(1, seed=8, language=language)[0]
    parts = verse.log_probs(poem, language)
    (first, surprise), (again, certain) = [
        (token, log_p)
        for token, log_p in parts
        if poem.count(token.strip()) == 2 and token.strip().istitle() and token in names(language)
    ]
    assert first == again
    assert surprise < -1
    assert certain > -1  # what is left is whether this is the last stanza already
    price = verse.price_of_forgetting(language)
    assert set(price) == {"name", "gender", "rhyme", "agreement"}
    assert 1.5 < price["name"] < log(20)
    assert 0 < sum(price.values()) < verse.entropy(language)


@cache
def names(language: str) -> set[str]:
    """Tokens that stand twice in a poem with a capital inside the line."""
    found: dict[str, int] = {}
    for poem, _ in drawn(language)[:300]:
        for token in tokenize(poem):
            if token[0] == " " and token[1:].istitle():
                found[token] = found.get(token, 0) + 1
    return set(found)


@languages
def test_samples_are_repeatable_and_prefix_stable(language):
    ten = verse.sample(10, seed=3, language=language)
    assert verse.sample(5, seed=3, language=language) == ten[:5]
    assert verse.sample(10, seed=4, language=language) != ten
    assert verse.sample(0, seed=3, language=language) == ()
    other = "es" if language == "en" else "en"
    assert all(verse.log_prob(poem, other) == -inf for poem in ten)


def test_spelling_of_a_seed():
    """The text of a seed is part of the corpus: a change of the grammar changes the corpus."""
    first = verse.sample(1, seed=0)[0].split("\n")[0]
    assert first == "The city wakes across the town,"


@languages
def test_as_corpus(language):
    corpus = verse.as_corpus(3, seed=1, language=language)
    assert corpus.ids[2] == f"verse-{language}-00002"
    assert corpus.documents == verse.sample(3, seed=1, language=language)
    assert (corpus.language, corpus.licence) == (language, "CC BY 4.0")


def test_bad_arguments_are_named():
    with pytest.raises(CorpusError, match="'fr'; expected one of en, es"):
        verse.sample(1, seed=0, language="fr")
    with pytest.raises(CorpusError, match="n=-1"):
        verse.sample(-1, seed=0)
    with pytest.raises(CorpusError, match="'letter'; expected one of character"):
        verse.expected_length("en", "letter")
    with pytest.raises(CorpusError, match="'byte'; expected 'character' or 'token'"):
        verse.log_probs("", "en", "byte")


def test_errors_say_where_a_text_stops_being_verse():
    poem = verse.sample(1, seed=0)[0]
    at = poem.index("\n")
    with pytest.raises(CorpusError, match=f"has 'x' at character {at}, after"):
        verse.log_probs(poem[:at] + "x" + poem[at:])
    with pytest.raises(CorpusError, match=f"unfinished at character {at}; expected "):
        verse.log_probs(poem[:at])
    with pytest.raises(CorpusError, match="stops inside a token at character"):
        verse.next_token_distribution(poem[: poem.index(" ") + 2])


def test_importing_verse_loads_no_heavy_library():
    code = (
        "import json, sys; import course_lib.corpus.verse; "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    heavy = {"tensorflow", "torch", "keras", "scipy", "pandas", "matplotlib", "nltk"}
    assert not heavy & set(json.loads(loaded.stdout.splitlines()[-1]))
