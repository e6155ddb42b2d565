"""Rhymed quatrains drawn from a written grammar whose exact entropy is known: the yardstick.

A poem sets a scene, names somebody, speaks of her or him for two or three stanzas, and ends by
recalling the name. Lines scan, they rhyme, and words agree. All of it is drawn from a probabilistic
grammar, so that everything a language model estimates can be computed here without error: the
entropy of a poem, the probability of any text, and the distribution of what comes next. No model
can have a lower cross entropy than ``entropy()``; what it has above that is its own.

All information is in nats unless the name says bits. The end of a document is a symbol, ``END``,
and its probability is counted.

>>> poem = sample(1, seed=7)[0]
>>> print(poem.split("\\n\\n")[0])
The tavern sleeps, the sky is brown,
While Rosa sings behind the clown.
O sturdy wagons of the night!
For she can sit behind the kite.
>>> round(sum(log_p for _, log_p in log_probs(poem)) - log_prob(poem), 9)
0.0
"""

from functools import cache
from math import exp, log
from typing import Literal

from course_lib.corpus.corpus import Corpus
from course_lib.corpus.verse import exact, forward, sampling
from course_lib.corpus.verse.forward import END
from course_lib.corpus.verse.grammar import Node
from course_lib.corpus.verse.poem import grammar as grammar_of
from course_lib.errors import CorpusError

LANGUAGES = ("en", "es")
Unit = Literal["character", "byte", "token", "word"]
"""A token is a word, a punctuation mark or a line break; a word is a token with a letter in it."""

__all__ = [
    "END",
    "LANGUAGES",
    "Unit",
    "as_corpus",
    "bits_per_byte",
    "bits_per_character",
    "entropy",
    "expected_length",
    "grammar",
    "log_prob",
    "log_probs",
    "next_character_distribution",
    "next_token_distribution",
    "perplexity",
    "price_of_forgetting",
    "sample",
]

_MEASURES = {
    "character": len,
    "byte": lambda token: len(token.encode()),
    "token": lambda token: 1,
    "word": lambda token: any(character.isalpha() for character in token),
}


@cache
def grammar(language: str = "en") -> Node:
    """The grammar of whole poems, built on first use (about a second).

    Raises:
        CorpusError: the language has no grammar.
    """
    if language == "en":
        from course_lib.corpus.verse.english import ENGLISH

        return grammar_of(ENGLISH)
    if language == "es":
        from course_lib.corpus.verse.spanish import SPANISH

        return grammar_of(SPANISH)
    raise CorpusError(f"no verse in language {language!r}; expected one of {', '.join(LANGUAGES)}")


@cache
def entropy(language: str = "en") -> float:
    """Exact entropy of a poem in nats: the cross entropy of the best possible model."""
    return exact.entropy(grammar(language))


@cache
def expected_length(language: str = "en", unit: Unit = "character") -> float:
    """Exact mean length of a poem; the end of the document is not counted as a unit.

    Args:
        language: ``"en"`` or ``"es"``.
        unit: ``"character"``, ``"byte"`` (of UTF-8), ``"token"`` or ``"word"``, see ``Unit``.
    """
    if unit not in _MEASURES:
        raise CorpusError(f"unknown unit {unit!r}; expected one of {', '.join(_MEASURES)}")
    return exact.expected(grammar(language), _MEASURES[unit])


def bits_per_character(language: str = "en") -> float:
    """Entropy of a poem in bits over its mean length in characters: a ratio of expectations.

    A model's figure on a test set tends to the same ratio if its total cross entropy is divided by
    the total number of characters; the mean of the poems' own ratios is another number.
    """
    return entropy(language) / log(2) / expected_length(language, "character")


def bits_per_byte(language: str = "en") -> float:
    """Entropy of a poem in bits over its mean length in bytes of UTF-8: a ratio as above."""
    return entropy(language) / log(2) / expected_length(language, "byte")


def perplexity(language: str = "en", unit: Unit = "token") -> float:
    """The lowest perplexity that a model can reach: exp(entropy / mean number of units)."""
    return exp(entropy(language) / expected_length(language, unit))


@cache
def _prices(language: str) -> dict[str, float]:
    return exact.price_of_forgetting(grammar(language))


def price_of_forgetting(language: str = "en") -> dict[str, float]:
    """Nats a poem that a predictor loses if it never remembers one thing, and all else is perfect.

    The memories are ``"name"`` (who is recalled in the last line, her or his gender being known),
    ``"gender"`` (of that person), ``"rhyme"`` (the sounds of the lines before in the stanza) and
    ``"agreement"`` (of words with the noun they belong to; where a rhyme word has to agree too, its
    form is decided with its rhyme and counted there). The forgetful predictor still knows the
    grammar and where in it the text is. Each price is an exact difference of cross entropy and
    entropy, see ``exact.price_of_forgetting``.
    """
    return dict(_prices(language))


def sample(n: int, seed: int, language: str = "en") -> tuple[str, ...]:
    """Draw poems.

    Args:
        n: number of poems.
        seed: any integer from 0; the first poems of a seed are the same for every ``n``.
        language: ``"en"`` or ``"es"``.

    >>> sample(3, seed=1)[:2] == sample(2, seed=1)
    True
    """
    if n < 0 or seed < 0:
        raise CorpusError(f"n and seed must not be negative, got n={n} and seed={seed}")
    numbers = sampling.uniforms(seed)
    return tuple(sampling.derive(grammar(language), numbers)[0] for _ in range(n))


def as_corpus(n: int, seed: int, language: str = "en") -> Corpus:
    """Draw poems as a corpus, with ids like ``verse-en-00042``; arguments as in ``sample``."""
    return Corpus(
        name="verse",
        documents=sample(n, seed, language),
        ids=tuple(f"verse-{language}-{index:05d}" for index in range(n)),
        language=language,
        licence="CC BY 4.0",
        source=f"drawn from the course's own grammar of verse, language {language}, seed {seed}",
    )


def log_prob(document: str, language: str = "en") -> float:
    """Log-probability of a text as a whole poem, in nats; -inf if it is not one.

    >>> log_prob("Roses are red.")
    -inf
    """
    return forward.log_prob(grammar(language), document)


def log_probs(
    document: str, language: str = "en", unit: Literal["character", "token"] = "token"
) -> list[tuple[str, float]]:
    """Each symbol of a poem with its log-probability given those before it, in nats.

    The last symbol is ``END``, and the numbers add up to ``log_prob``. Their negatives are the
    surprisals: where the information is.

    Raises:
        CorpusError: the text is not a poem of the grammar; says where it stops being one.
    """
    root = grammar(language)
    if unit == "token":
        return forward.token_log_probs(root, document)
    if unit == "character":
        return forward.character_log_probs(root, document)
    raise CorpusError(f"unknown unit {unit!r}; expected 'character' or 'token'")


def next_token_distribution(prefix: str, language: str = "en") -> dict[str, float]:
    """True probability of each next token, likeliest first, ``END`` among them.

    Args:
        prefix: the text so far, cut between two tokens.
        language: ``"en"`` or ``"es"``.

    Raises:
        CorpusError: no poem starts so (the message says where it goes wrong and what was possible
            there), or the prefix stops inside a token.

    >>> next_token_distribution("Good")
    Traceback (most recent call last):
    course_lib.errors.CorpusError: no document of the grammar has 'G' at character 0, ...
    """
    return forward.next_token_probs(grammar(language), prefix)


def next_character_distribution(prefix: str, language: str = "en") -> dict[str, float]:
    """True probability of each next character after any prefix, likeliest first; see above."""
    return forward.next_character_probs(grammar(language), prefix)
