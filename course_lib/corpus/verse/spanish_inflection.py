"""Number and gender of the Spanish words that the verses use."""

from collections.abc import Callable, Mapping

UNACCENTED = str.maketrans("áéíóú", "aeiou")


def plural(word: str) -> str:
    """The plural of a noun or an adjective.

    >>> [plural(word) for word in ("nube", "pez", "gorrión", "gris")]
    ['nubes', 'peces', 'gorriones', 'grises']
    """
    if word == "joven":
        return "jóvenes"
    if word[-1] in "aeoi":
        return word + "s"
    stem = word[:-1] + "c" if word.endswith("z") else word
    return (stem[:-2] + stem[-2:].translate(UNACCENTED) if stem[-1] in "ns" else stem) + "es"


def feminine(adjective: str) -> str:
    """The feminine of an adjective.

    >>> [feminine(word) for word in ("blanco", "verde", "soñador")]
    ['blanca', 'verde', 'soñadora']
    """
    if adjective.endswith("o"):
        return adjective[:-1] + "a"
    return adjective + "a" if adjective.endswith("dor") else adjective


def feminine_plural(adjective: str) -> str:
    """The feminine plural of an adjective."""
    return plural(feminine(adjective))


def capital_feminine(adjective: str) -> str:
    """The feminine of an adjective as it starts a line."""
    return capital(feminine(adjective))


def third_plural(verb: str) -> str:
    """The plural of a third person: of its first word, if it has two."""
    first, *rest = verb.split()
    return " ".join([first + "n", *rest])


def capital(word: str) -> str:
    """A word as it starts a line."""
    return word[0].upper() + word[1:]


def capital_plural(verb: str) -> str:
    """A third person plural as it starts a line."""
    return capital(third_plural(verb))


AGREEING: Mapping[str, Callable[[str], str]] = {
    "m": str,
    "f": feminine,
    "M": plural,
    "F": feminine_plural,
}
"""How an adjective agrees."""
