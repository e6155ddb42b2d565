"""Laws of the Spanish verses, checked with rules of Spanish, not with the grammar's own tables."""

import re
from functools import cache
from itertools import islice, pairwise
from math import inf, log

import pytest

from course_lib.corpus.verse.exact import entropy, expected, in_order, price_of_forgetting
from course_lib.corpus.verse.forward import log_prob
from course_lib.corpus.verse.grammar import Node
from course_lib.corpus.verse.poem import grammar
from course_lib.corpus.verse.sampling import derive, uniforms
from course_lib.corpus.verse.spanish import SPANISH
from course_lib.corpus.verse.spanish_inflection import (
    feminine,
    feminine_plural,
    plural,
    third_plural,
)
from course_lib.corpus.verse.templates import words_of

POEMS = 500
SCHEMES = {"AABB", "ABAB", "ABBA"}
PLAIN = str.maketrans("áéíóú", "aeiou")
FEMININE = set(
    words_of(
        "nave nube luz flor perdiz nieve liebre canción estación fuente gente llave actriz "
        "corriente cumbre calle ciudad moto torre noche bici foto"
    )
)
MASCULINE = set(words_of("guardia cura poeta pirata guarda mapa tranvía mediodía día turista"))
ARTICLES = {"el": "m", "un": "m", "los": "m", "unos": "m", "al": "m", "del": "m"}
ARTICLES |= {"la": "f", "una": "f", "las": "f", "unas": "f"}


@cache
def root() -> Node:
    return grammar(SPANISH)


@cache
def poems() -> tuple[tuple[str, float], ...]:
    numbers = uniforms(2024)
    return tuple(derive(root(), numbers) for _ in range(POEMS))


def probability(text: str) -> float:
    """In nats. The grammar stays out of the assertions: to print it would take for ever."""
    return log_prob(root(), text)


def texts() -> list[str]:
    return [text for text, _ in poems()]


def nuclei(word: str) -> list[int]:
    """Where in the word each syllable has its loudest vowel."""
    found: list[int] = []
    for i, letter in enumerate(word):
        silent = letter == "u" and i and word[i - 1] in "qg" and word[i + 1 : i + 2] in list("eéií")
        glide = letter == "y" and word != "y" and i != len(word) - 1
        if letter not in "aeiouáéíóúüy" or silent or glide:
            continue
        # A weak vowel leans on the vowel before it, and lets a strong one after it take over.
        joined = bool(found) and found[-1] == i - 1
        if joined and letter in "iuüy":
            continue
        if joined and word[i - 1] in "iuü" and (len(found) < 2 or found[-2] != i - 2):
            found[-1] = i
        else:
            found.append(i)
    return found


def stressed(word: str) -> int:
    """The offset of the stressed vowel."""
    accents = [i for i, letter in enumerate(word) if letter in "áéíóú"]
    if accents:
        return accents[0]
    found = nuclei(word)
    return found[-2] if len(found) > 1 and word[-1] in "aeiouns" else found[-1]


def words_in(line: str) -> list[str]:
    return re.findall(r"\w+", line.lower())


def sound(word: str) -> str:
    """What has to be the same in two words that rhyme."""
    return word[stressed(word) :].translate(PLAIN)


def count(line: str) -> int:
    """Metrical syllables: neighbouring vowels of two words are one, the end is counted as flat."""
    words = words_in(line)
    total = sum(len(nuclei(word)) for word in words)
    for word, after in pairwise(words):
        consonant = re.match("h?[iu][eé]", after) or re.search("[aeou]y$", word)
        vowels = word[-1] in "aeiouyáéíóú" and re.match("h?[aeiouáéíóú]|y$", after)
        total -= bool(vowels and not consonant)
    last = words[-1]
    after_stress = sum(i > stressed(last) for i in nuclei(last))
    return total + 1 - after_stress


def gender(noun: str) -> str:
    """By ending, but for the exceptions; the plural is taken off."""
    singular = re.sub("ces$", "z", noun)
    stems = {noun, singular, re.sub("s$", "", noun), re.sub("es$", "", noun)}
    if stems & FEMININE or any(stem + "ón" in FEMININE for stem in stems):
        return "f"
    return "f" if re.search("as?$", noun) and not stems & MASCULINE else "m"


def disagreements(text: str) -> list[str]:
    """The pairs of an article and a noun that do not agree in gender or in number."""
    found = []
    for article, noun in re.findall(
        r"\b(el|la|los|las|un|una|unos|unas|al|del) (\w+)", text.lower()
    ):
        many = article.endswith("s")
        if gender(noun) != ARTICLES[article] or many != (noun.endswith("s") and noun != "autobús"):
            found.append(f"{article} {noun}")
    return found


def names(text: str) -> list[str]:
    """Words with a capital inside a line."""
    return re.findall(r"(?<= )[A-ZÁÉÍÓÚ]\w+", text)


def schemes(text: str) -> list[str]:
    """The rhyme scheme of each stanza, from the sounds at the ends of its lines."""
    found = []
    for stanza in text.split("\n\n"):
        letters: dict[str, str] = {}
        ends = [sound(words_in(line)[-1]) for line in stanza.split("\n")]
        found.append("".join(letters.setdefault(end, "ABCD"[len(letters)]) for end in ends))
    return found


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("cielo", "elo"),
        ("mar", "ar"),
        ("bahía", "ia"),
        ("canción", "on"),
        ("fuente", "ente"),
        ("callados", "ados"),
        ("ruiseñor", "or"),
        ("riachuelo", "elo"),
    ],
)
def test_sound_from_the_stressed_vowel(word: str, end: str) -> None:
    assert sound(word) == end


@pytest.mark.parametrize(
    ("line", "syllables"),
    [
        ("Que por mayo era, por mayo,", 8),
        ("El lagarto está llorando.", 8),
        ("Hay un niño junto al río", 8),
        ("en el mar", 4),
    ],
)
def test_count_of_syllables(line: str, syllables: int) -> None:
    assert count(line) == syllables


def test_every_stanza_rhymes() -> None:
    for text in texts():
        found = schemes(text)
        assert set(found) <= SCHEMES, (found, text)
        assert 3 <= len(found) <= 4
        assert found[-1] == "ABBA"


def test_no_word_rhymes_with_itself() -> None:
    for text in texts():
        for stanza in text.split("\n\n"):
            ends = [words_in(line)[-1] for line in stanza.split("\n")]
            assert len(set(ends)) == 4, stanza


def test_every_line_has_eight_syllables() -> None:
    wrong = {line for text in texts() for line in text.split("\n") if line and count(line) != 8}
    assert not wrong


def test_articles_agree_with_nouns() -> None:
    wrong = {pair for text in texts() for pair in disagreements(text)}
    assert not wrong


def test_disagreements_are_seen() -> None:
    assert disagreements("El luna y los pez, la guardia") == ["el luna", "los pez", "la guardia"]


def test_verbs_agree_with_articles() -> None:
    for text in texts():
        for second, third in re.findall(r"\b[Ll][ao]s \w+s (\w+)(?: (\w+))?", text):
            verb = third if second.endswith("s") and third else second
            assert verb.endswith("n"), text
        for second, third in re.findall(r"^(?:El|La) \w+ (\w+) (\w+)", text, re.MULTILINE):
            assert second == "joven" or not second.endswith("n"), text
            assert not third.endswith("n") or third in ("en", "sin", "con"), text


def test_the_name_comes_back() -> None:
    for text in texts():
        lines = text.split("\n")
        found = names(text)
        assert len(found) == 2, text
        assert names(lines[1]) == names(lines[-1]) == found[:1]


def test_pronouns_match_the_name() -> None:
    for text in texts():
        wrong = "él" if names(text)[0].endswith("a") else "ella"
        assert wrong not in words_in(text), text


def test_adjectives_at_the_end_agree() -> None:
    verb_and_adjective = r" \w+ (\w{2,}(?:ad|ient|cer)[ao]s?)(?=[.,;…]| —)"
    seen = set()
    for text in texts():
        name = names(text)[0]
        own = "a" if name.endswith("a") else "o"
        person = rf"(?:\b[Ee]lla|\b[Éé]l|{name})"
        for adjective in re.findall(person + verb_and_adjective, text):
            seen.add(own)
            assert adjective.endswith(own), text
        for article, adjective in re.findall(
            r"^(?:Y |Ya )?(El|La|Los|Las|el|la|los|las) \w+" + verb_and_adjective,
            text,
            re.MULTILINE,
        ):
            end = {"el": "o", "la": "a", "los": "os", "las": "as"}[article.lower()]
            seen.add(end)
            assert adjective.endswith(end), (adjective, text)
    assert seen == {"a", "o", "as", "os"}


def test_marks_come_in_pairs() -> None:
    for text in texts():
        for line in text.split("\n"):
            assert re.fullmatch(r"(¿[^¿?¡!]+\?|¡[^¿?¡!]+!|[^¿?¡!]*)", line), line


def test_every_poem_has_one_derivation() -> None:
    for text, drawn in poems():
        assert probability(text) == pytest.approx(drawn, abs=1e-9), text


def test_a_wrong_name_is_impossible() -> None:
    for text in islice(texts(), 50):
        name = names(text)[0]
        before, _, after = text.rpartition(name)
        for other in ("Clara", "Pedro", "Rosa", "Pablo"):
            expected_finite = other == name
            assert (probability(before + other + after) > -inf) == expected_finite


def test_a_broken_rhyme_is_impossible() -> None:
    for text in islice(texts(), 50):
        lines = text.split("\n")
        ends = [words_in(line)[-1] for line in lines if line]
        for end in ends:
            broken = text.replace(
                f" {end}", f" {ends[0] if sound(ends[0]) != sound(end) else 'sol'}", 1
            )
            assert probability(broken) == -inf, broken


def test_a_broken_article_is_impossible() -> None:
    swapped = {"el": "la", "la": "el", "los": "las", "las": "los", "un": "una", "una": "un"}
    for text in islice(texts(), 50):
        for found in re.finditer(r"\b(el|la|los|las|un|una)\b", text):
            broken = text[: found.start()] + swapped[found[0]] + text[found.end() :]
            assert probability(broken) == -inf, broken


def test_figures() -> None:
    length, nats, nodes = expected(root(), len), entropy(root()), len(in_order(root()))
    price = price_of_forgetting(root())
    assert 350 <= length <= 700
    assert 0.4 <= nats / length / log(2) <= 1.2
    assert nodes < 300_000
    assert {"name", "gender", "agreement", "rhyme"} <= {m for m, lost in price.items() if lost > 1}


def test_inflection() -> None:
    nouns = words_of("nube pez gorrión autobús tren")
    assert [plural(noun) for noun in nouns] == words_of("nubes peces gorriones autobuses trenes")
    adjectives = words_of("blanco verde azul joven gris")
    assert [feminine(word) for word in adjectives] == words_of("blanca verde azul joven gris")
    many = words_of("blancas verdes azules jóvenes grises")
    assert [feminine_plural(word) for word in adjectives] == many
    assert [third_plural(verb) for verb in ("ríe", "sueña con")] == ["ríen", "sueñan con"]
