"""How hard a text is to read, by formulas from the lengths of its words and sentences.

Such a formula sees no meaning: the words of a text in any order score the same. It was fitted to
prose of schools and newspapers, in samples of 100 words and more. Of a poem, whose line ends are no
sentence ends, or of text that a model made, it says how long words and sentences are, and nothing
about whether the text is clear or good.

The counts are the course's: its words (a number counts as one, with one syllable) and its
sentences. Other programs cut differently and so score differently; compare only scores of one
program. The formulas of English and of Spanish have different scales.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

import regex

from course_lib.corpus.stats import sentence_lengths
from course_lib.corpus.verse import spanish_metre
from course_lib.corpus.words import words
from course_lib.errors import EvaluationError

Language = Literal["en", "es"]


@dataclass(frozen=True)
class ReadingCounts:
    """What the formulas rest on.

    Args:
        n_sentences: sentences that have a word.
        n_words: words.
        n_syllables: syllables of all words.
        language: whose syllables were counted, "en" or "es".

    Raises:
        EvaluationError: no sentence, or no word.
    """

    n_sentences: int
    n_words: int
    n_syllables: int
    language: Language

    def __post_init__(self) -> None:
        if min(self.n_sentences, self.n_words) < 1:
            raise EvaluationError(
                f"a text of {self.n_words} words in {self.n_sentences} sentences has no "
                "readability; expected at least one word"
            )

    @property
    def words_per_sentence(self) -> float:
        """Mean length of a sentence in words."""
        return self.n_words / self.n_sentences

    @property
    def syllables_per_word(self) -> float:
        """Mean length of a word in syllables."""
        return self.n_syllables / self.n_words


def reading_counts(text: str, language: Language) -> ReadingCounts:
    """Count the sentences, words and syllables of a text.

    Args:
        text: prose. Verse without punctuation is one sentence a stanza.
        language: "en" or "es".

    Raises:
        EvaluationError: no word, or another language.

    >>> reading_counts("The lamp burned low. Nobody came to the door.", "en")
    ReadingCounts(n_sentences=2, n_words=9, n_syllables=11, language='en')
    """
    found = words(text)
    return ReadingCounts(
        n_sentences=len(sentence_lengths(text, words)),
        n_words=len(found),
        n_syllables=sum(syllables(word, language) for word in found),
        language=language,
    )


def flesch_reading_ease(text: str | ReadingCounts) -> float:
    """Reading ease of English prose: 206.835 - 1.015 words/sentence - 84.6 syllables/word.

    Higher is easier: near 100 for a child's book, 60 to 70 for plain prose, below 30 for papers. It
    is not bound by 0 and 100.

    Args:
        text: English prose of about 100 words or more, or its counts.

    Raises:
        EvaluationError: no word, or counts of Spanish.

    Source: R. Flesch (1948), A New Readability Yardstick, Journal of Applied Psychology 32(3),
    221-233.

    >>> round(flesch_reading_ease(ReadingCounts(5, 100, 140, "en")), 3)
    68.095
    """
    counts = _counts_of(text, "en")
    return 206.835 - 1.015 * counts.words_per_sentence - 84.6 * counts.syllables_per_word


def flesch_kincaid_grade(text: str | ReadingCounts) -> float:
    """School grade of English prose: 0.39 words/sentence + 11.8 syllables/word - 15.59.

    Higher is harder: 8 is meant to be what the eighth grade of a school in the United States can
    read. Short sentences of short words fall below 0.

    Args:
        text: English prose of about 100 words or more, or its counts.

    Raises:
        EvaluationError: no word, or counts of Spanish.

    Source: J. P. Kincaid and others (1975), Derivation of New Readability Formulas for Navy
    Enlisted Personnel, Research Branch Report 8-75.

    >>> round(flesch_kincaid_grade(ReadingCounts(5, 100, 140, "en")), 2)
    8.73
    """
    counts = _counts_of(text, "en")
    return 0.39 * counts.words_per_sentence + 11.8 * counts.syllables_per_word - 15.59


def fernandez_huerta(text: str | ReadingCounts) -> float:
    """Reading ease of Spanish prose: 206.84 - 60 syllables/word - 1.02 words/sentence.

    Flesch's formula for Spanish, on about the same scale; higher is easier.

    The formula is often printed as 206.84 - 0.60 P - 1.02 F, with P the syllables and F the number
    of *sentences* in 100 words. G. Law pointed out that this cannot be meant: a text would get
    harder with every full stop. In Flesch's formula, from which this one comes, the second term has
    the words in a sentence, and the factor 1.02 is his 1.015 rounded. So F is the mean number of
    words in a sentence here, as in textstat and other programs (the article of 1959 itself was not
    at hand). P is per word: 60 times that is 0.60 times the syllables in 100 words.

    Args:
        text: Spanish prose of about 100 words or more, or its counts.

    Raises:
        EvaluationError: no word, or counts of English.

    Source: J. Fernández Huerta (1959), Medidas sencillas de lecturabilidad, Consigna 214, 29-32; G.
    Law (2011), Error in the Fernandez Huerta Readability Formula, LINGUIST List 22.2332.

    >>> round(fernandez_huerta(ReadingCounts(5, 100, 200, "es")), 2)
    66.44
    """
    counts = _counts_of(text, "es")
    return 206.84 - 60 * counts.syllables_per_word - 1.02 * counts.words_per_sentence


def _counts_of(text: str | ReadingCounts, language: Language) -> ReadingCounts:
    counts = reading_counts(text, language) if isinstance(text, str) else text
    if counts.language != language:
        raise EvaluationError(
            f"the formula is for {language!r}, and these are counts of {counts.language!r}"
        )
    return counts


def syllables(word: str, language: Language) -> int:
    """How many syllables a word has.

    Spanish follows the conventions of its orthography, which tell from the letters alone: two of a,
    e and o, or one of them beside a stressed í or ú, are apart; other neighbouring vowels are
    together, also across an h. It is a convention of writing: *guion* has one syllable by it, also
    where people say two.

    English spelling tells the sound badly. The rules here count groups of vowels, less silent
    letters, plus groups that are known to be two. Held against the CMU Pronouncing Dictionary they
    miscount about 1 of 100 running words (tiny Shakespeare, the anthology, documentation), and the
    syllables of a text by less than 1 %. The places where a word may be hyphenated (pyphen), the
    other way that needs no download, miscount 5 to 7 of 100 and miss 4 to 6 % of the syllables:
    they would make the same text easier by 5 to 7 points of reading ease.

    Args:
        word: one word; of a compound with hyphens the sum of its parts.
        language: "en" or "es".

    Returns:
        At least 1, also for a number or an abbreviation without a vowel.

    Raises:
        EvaluationError: another language.

    Source of the Spanish rules: Real Academia Española (2010), Ortografía de la lengua española.

    >>> [syllables(word, "es") for word in ("poeta", "país", "ahora", "averiguáis", "guerra")]
    [3, 2, 3, 4, 2]
    >>> [syllables(word, "en") for word in ("table", "jumped", "wanted", "beautiful", "idea")]
    [2, 1, 2, 3, 3]
    """
    if language not in _COUNTERS:
        raise EvaluationError(f"language must be 'en' or 'es', got {language!r}")
    return max(1, _COUNTERS[language](unicodedata.normalize("NFC", word).lower()))


_VOWELS = regex.compile(r"[aeiouyàâäáèéêëíïóôöúûü]+")
_POSSESSIVE = regex.compile(r"(?<!s|x|z|[cs]h|[csgz]e)'s$")  # wife's; not horse's
_SILENT_U = regex.compile(r"(?<=q)u|(?<=[aeio]|on)gue(?=s?$)")  # unique; league, tongue
_Y_BETWEEN = regex.compile(r"(?<=[aeiou])y(?=[aeiou])(?!e[sd]?$)")  # beyond, player; not played

_SILENT = regex.compile(
    r"""
      (?<![aeiouy]|[^aeiouy]l|[bcgt]r)e$                            # made; not table, acre
    | (?<![aeiouy]|[sxzcg]|[cs]h|[^aeiouy]l|[bcgt]r)es$             # makes; not places, wishes
    | (?<![aeiouy]|[td]|[^aeiouylr]l|[cdt]r)ed$                     # walked; not wanted, settled
    | (?<=[aeiouy][^aeiouyl]{1,2})e(?=(?:ment|less|ful|ness|ly|some)(?:s|ly|ness)?$)  # lonely
    | (?<=^(?:som|ther|wher|hom|fir|lif|tim|not|car|wid|sid|fac|plac|her|mor|saf))
      e(?=[^aeiouyr][a-z]{2})                                       # something, therefore
    | (?<=^ev)e(?=r[yi]) | (?<=ic)a(?=lly$)                         # every, musically
    """,
    regex.VERBOSE,
)
_SPLIT = regex.compile(
    r"""
      (?<![a-z][cghlnstx]|av)i[aou](?!ge|ur)                        # piano, lion; not nation
    | (?<=[cst])ia(?=t)                                             # appreciate
    | iet | (?<![cgst])ien(?=[ct]) | ^scien                         # quiet, audience, science
    | (?<=[a-z]{2}[lprsv])ier(?=s?$) | (?<=[a-z]{3})iest$           # happier, happiest
    | [aeiouy]ing                                                   # being, studying
    | creat(?!u) | react | reali | theat | idea | [nr]ea$ | area    # create, idea, area
    | eo(?!u|ple|ns?$|rge|ne|v)                                     # video, theory
    | oe[mt] | chao | uou | linea | yone$                           # poem, chaos, linear, anyone
    | ruin | luid | tuit | suic                                     # ruin, fluid
    | [dflr]uel | luen                                              # cruel, influence
    | (?<![gq])ua(?!de)                                             # actual; not language
    | (?<=[dst])n't | (?<=s|th)ms?$                                 # didn't, prism, rhythm
    """,
    regex.VERBOSE,
)
_EXCEPTIONS = {
    "business": 2,
    "evening": 2,
    "maybe": 2,
    "wednesday": 2,
    "recipe": 3,
    "aisle": 1,
    "isle": 1,
    **dict.fromkeys(("naked", "wicked", "crooked", "ragged", "rugged", "wretched", "jagged"), 2),
}


@cache
def _english(word: str) -> int:
    word = _POSSESSIVE.sub("", word.replace("’", "'"))
    if word in _EXCEPTIONS:
        return _EXCEPTIONS[word]
    word = _Y_BETWEEN.sub("-", _SILENT_U.sub("", word))
    groups, silent, split = (
        sum(1 for _ in pattern.finditer(word)) for pattern in (_VOWELS, _SILENT, _SPLIT)
    )
    return max(1, groups - silent) + split


_COUNTERS = {"en": _english, "es": spanish_metre.syllables}
