"""Tokens that stand for no text of their own: found in a text whole, the longest first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import regex

from course_lib.errors import TokenizerError
from course_lib.tokenizers.validation import Normalization, checked_text

GPT2_END = "<|endoftext|>"
END_TOKENS = ("<END>", GPT2_END)


class SpecialTokens:
    """Special tokens and their ids.

    Args:
        ids: the id of each, by its written form.

    >>> special = SpecialTokens({"<a>": 0, "<a><b>": 1})
    >>> [found[0] for found in special.found_in("x<a><b><a>")]
    ['<a><b>', '<a>']
    """

    def __init__(self, ids: Mapping[str, int]) -> None:
        self.ids = dict(ids)
        self.longest = max(map(len, self.ids), default=0)
        longest_first = sorted(self.ids, key=len, reverse=True)
        self._pattern = regex.compile("|".join(map(regex.escape, longest_first)))

    def found_in(self, text: str) -> Iterator[regex.Match[str]]:
        """Where they stand in a text, from left to right; at one place the longest.

        Args:
            text: any string.
        """
        if any(token in text for token in self.ids):  # far faster than the pattern
            yield from self._pattern.finditer(text)

    def between(self, text: str) -> Iterator[str]:
        """The stretches of a text that are not special tokens.

        Args:
            text: any string.
        """
        done = 0
        for found in self.found_in(text):
            yield text[done : found.start()]
            done = found.end()
        yield text[done:]


def check_distinct(tokens: Sequence[str]) -> None:
    """Refuse what is no list of different, written special tokens.

    Args:
        tokens: written forms of the special tokens.

    Raises:
        TokenizerError: one string in place of a list, an empty token, or one that is there twice.
    """
    if isinstance(tokens, str):
        raise TokenizerError(f"expected a list of special tokens, got {tokens!r}; write [text]")
    for place, token in enumerate(tokens):
        if not isinstance(token, str) or not token:
            raise TokenizerError(f"special token {place} is {token!r}; expected some text")
        if token in tokens[:place]:
            raise TokenizerError(f"special token {token!r} is there twice; expected it once")


def check_findable(
    tokens: Iterable[str], ordinary: Collection[str], normalization: Normalization
) -> None:
    """Refuse special tokens that no text could hold, or that files could not tell from others.

    Args:
        tokens: written forms of the special tokens.
        ordinary: the other tokens as ``vocab.json`` writes them.
        normalization: what is done to texts before special tokens are looked for.

    Raises:
        TokenizerError: a token that no normalised text holds, or that is written like another.
    """
    for token in tokens:
        if checked_text(token, normalization) != token:
            raise TokenizerError(
                f"special token {token!r} is not in normal form {normalization}; no text holds it"
            )
        if token in ordinary:
            raise TokenizerError(
                f"special token {token!r} is written like an ordinary token; choose a form that is "
                "none, like <END>"
            )


def end_token(tokens: Sequence[str], wanted: str | None = None) -> str:
    """The special token that ends a document.

    Args:
        tokens: written forms of the special tokens.
        wanted: one of them; if not given, ``<END>`` or ``<|endoftext|>``, whichever there is.

    Raises:
        TokenizerError: it is not among them.
    """
    choice = END_TOKENS if wanted is None else (wanted,)
    for token in choice:
        if token in tokens:
            return token
    raise TokenizerError(
        f"no {' or '.join(choice)} among the special tokens {list(tokens)} to end a document; add "
        "it, or name another one of them as eos_token"
    )
