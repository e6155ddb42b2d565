"""English poems, judged by rules written here without a look at the grammar's own tables."""

import re

import pytest

from course_lib.corpus import verse

WOMEN = {"Clara", "Nora", "Alice", "Rosa", "Helen", "Lucy", "Stella", "Emma", "Mabel", "Hannah"}
MEN = {"Martin", "Oscar", "Simon", "Edmund", "Peter", "Victor", "Hugo", "Walter", "Arthur", "Felix"}

# How the end of a word sounds, by its spelling; whole words first where the spelling misleads.
WORDS = {
    "AIR": "pear",
    "AIT": "eight",
    "EE": "me sea tea key quay",
    "OH": "go",
    "OHN": "unknown",
    "ED": "bread thread spread",
}
ENDINGS = {
    "AIR": "air are",
    "AIN": "ain ane",
    "AIT": "ate ait",
    "AND": "and",
    "AR": "ar",
    "AWL": "all awl",
    "AWN": "awn",
    "AY": "ay",
    "ED": "ed",
    "EE": "ee",
    "EEM": "eam eme",
    "EET": "eet eat",
    "EL": "ell",
    "EST": "est",
    "IDE": "ide",
    "IL": "ill",
    "INE": "ine ign",
    "ING": "ing",
    "ITE": "ight ite",
    "OCK": "ock",
    "OH": "ow oe",
    "OHN": "one oan",
    "OON": "oon une",
    "OOK": "ook",
    "OR": "ore oor oar our",
    "OTE": "oat ote",
    "OWN": "own",
}
SOUND_OF_WORD = {word: sound for sound, words in WORDS.items() for word in words.split()}
SOUND_OF_END = {end: sound for sound, ends in ENDINGS.items() for end in ends.split()}

# Syllables that counting groups of vowels gets wrong.
SYLLABLES = {
    "every": 2,
    "quiet": 2,
    "poet": 2,
    "poets": 2,
    "royal": 2,
    "beyond": 2,
    "crooked": 2,
    "ragged": 2,
}
# What may follow an e that is not said: careful, lifeboat.
INSIDE = "ful|less|boat|stead|light|fall|hog|book|crow|let|bud|bell|lamp|ly"

POEMS = verse.sample(500, seed=11, language="en")


def sound(word: str) -> str:
    if word in SOUND_OF_WORD:
        return SOUND_OF_WORD[word]
    ends = [word[i:] for i in range(len(word)) if word[i:] in SOUND_OF_END]
    assert ends, f"no sound is written down for {word!r}"
    return SOUND_OF_END[max(ends, key=len)]


def last_word(line: str) -> str:
    return re.findall(r"\w+", line)[-1]


def stanzas(poem: str) -> list[list[str]]:
    return [stanza.split("\n") for stanza in poem.split("\n\n")]


def lines(poem: str) -> list[str]:
    return [line for stanza in stanzas(poem) for line in stanza]


@pytest.mark.parametrize(
    ("word", "expected"), [("tonight", "ITE"), ("pear", "AIR"), ("unknown", "OHN"), ("town", "OWN")]
)
def test_the_table_of_sounds(word, expected):
    assert sound(word) == expected


def test_quatrains_rhyme_in_one_of_three_schemes_and_no_word_with_itself():
    seen = set()
    for poem in POEMS:
        assert 3 <= len(stanzas(poem)) <= 4
        for stanza in stanzas(poem):
            ends = [last_word(line) for line in stanza]
            sounds = [sound(word) for word in ends]
            names = {s: "ABCD"[i] for i, s in enumerate(dict.fromkeys(sounds))}
            seen.add("".join(names[s] for s in sounds))
            assert len(set(ends)) == 4, stanza
        assert sound(last_word(stanzas(poem)[-1][0])) == sound(last_word(lines(poem)[-1]))
    assert seen == {"AABB", "ABAB", "ABBA"}


def test_the_name_of_the_second_line_is_recalled_in_the_last_line_and_nowhere_else():
    for poem in POEMS:
        found = [(i, n) for i, line in enumerate(lines(poem)) for n in re.findall(r"\w+", line)]
        named = [(i, word) for i, word in found if word in WOMEN | MEN]
        (first, name), (last, again) = named
        assert (first, last) == (1, len(lines(poem)) - 1)
        assert name == again


def test_pronouns_have_the_gender_of_the_name():
    used = 0
    for poem in POEMS:
        words = set(re.findall(r"\w+", poem.lower()))
        (name,) = {word for word in re.findall(r"\w+", poem) if word in WOMEN | MEN}
        hers, his = words & {"she", "her", "hers"}, words & {"he", "him", "his"}
        assert not (his if name in WOMEN else hers), poem
        used += bool(hers | his)
    assert used > 400


def is_plural(noun: str) -> bool:
    return noun.endswith("s")


AFTER_VERB = (
    "in on upon by near beside behind above beneath beyond below along across inside within amid "
    "throughout at all too due till with for of once outside away today tonight alone afar unknown"
)
NOT_NOUNS = r"(?!famous|precious|as\b)"
THEN = rf"(?:{'|'.join(AFTER_VERB.split())})\b"
ONE_AND_MANY = [
    rf"^(?:The|That|One|No|This|An?|Some|Two|Three) (?:\w+ )?(\w+) (\w+) {THEN}",
    r"\bevery (\w+) (\w+)",
    r"^(?:And|While|As) all the (\w+) (\w+)",
    rf"^(?:While|As|And|Where|Now) (?:\w+ )?({NOT_NOUNS}[a-z]+s) (\w+) {THEN}",
    r"\b([a-z]+) (begins?|starts?|learns?|tries|wants?) to\b",
]


def test_verbs_agree_with_their_subjects():
    checked = dict.fromkeys(ONE_AND_MANY, 0)
    for line in (line for poem in POEMS for line in lines(poem)):
        for pattern in ONE_AND_MANY:
            if found := re.search(pattern, line):
                assert is_plural(found[1]) != found[2].endswith("s"), line
                checked[pattern] += 1
    assert min(checked.values()) > 50


def test_a_and_an_follow_the_sound():
    for poem in POEMS:
        for article, word in re.findall(r"\b([Aa]n?) (\w+)", poem):
            if article.lower() in ("a", "an"):
                assert (article.lower() == "an") == (word[0] in "aeiou"), (article, word)
                assert not word.startswith(("us", "eu", "hon", "hour", "one", "uni")), word


def syllables(word: str) -> int:
    """Groups of vowels, less the e that is written and not said."""
    word = word.lower()
    if word in SYLLABLES:
        return SYLLABLES[word]
    word = re.sub(r"(?<=[^tdl])ed$", "d", word)
    groups = re.findall(r"[aeiouy]+", word)
    silent_end = re.search(r"[^aeiouy]e$|[^aeiouyszx]es$", word)
    said_end = re.search(r"[^aeiouyr]les?$|(?:[cg]|sh|ch)es$", word)
    silent_inside = re.search(f"[aeiouy][^aeiouy]+e(?={INSIDE})", word)
    return max(1, len(groups) - bool(silent_end and not said_end) - bool(silent_inside))


def test_lines_have_eight_syllables():
    found = {}
    for line in (line for poem in POEMS for line in lines(poem)):
        found[line] = sum(syllables(word) for word in re.findall(r"[\w’]+", line))
    off = {line: n for line, n in found.items() if n != 8}
    assert not off, list(off.items())[:40]


def test_typography():
    for poem in POEMS:
        assert poem == poem.strip()
        for line in lines(poem):
            assert re.fullmatch(r"[A-Z][a-z]*(?:,? [A-Za-z]+)*(?:[,;.!?…]| —)", line), line


def test_broken_poems_are_impossible():
    poem = next(p for p in POEMS if re.search(r"\bshe\b", p) and "Clara" in p)
    assert verse.log_prob(poem) > float("-inf")
    head, tail = poem.rsplit("Clara", 1)
    broken = {
        "another name recalled": head + "Nora" + tail,
        "another gender": re.sub(r"\bshe\b", "he", poem, count=1),
        "a word that does not rhyme": re.sub(r"\w+(?=\W*$)", "rhinoceros", poem),
        "a stanza short": poem.rsplit("\n\n", 1)[0],
        "a blank at the end": poem + " ",
    }
    for what, text in broken.items():
        assert text != poem, what
        assert verse.log_prob(text) == float("-inf"), what


def test_a_last_line_that_answers_the_wrong_rhyme_is_impossible():
    """Words that do end other poems in just this way, but sound otherwise."""
    place = re.compile(r"(?<= beside the )\w+(?=[.!…]$)")
    ends = {found[0] for poem in POEMS if (found := place.search(poem))}
    tried = 0
    for poem in POEMS[:200]:
        if found := place.search(poem):
            for word in sorted(ends):
                if sound(word) != sound(found[0]):
                    assert verse.log_prob(place.sub(word, poem)) == float("-inf")
                    tried += 1
    assert tried > 20


def test_a_broken_agreement_is_impossible():
    broken = 0
    for poem in POEMS[:100]:
        for singular in re.findall(r"every \w+ \w+s\b", poem):
            assert verse.log_prob(poem.replace(singular, singular[:-1], 1)) == float("-inf")
            broken += 1
    assert broken > 10
