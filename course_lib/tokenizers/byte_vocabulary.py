"""The tokens of a byte-level vocabulary and their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from course_lib.errors import TokenizerError


@dataclass(frozen=True)
class Vocabulary:
    """Tokens and merges.

    Args:
        token_ids: the id of each token that is not special, by its bytes.
        special_ids: the id of each special token, by its written form.
        merges: pairs of tokens, first learned first.
    """

    token_ids: dict[bytes, int]
    special_ids: dict[str, int]
    merges: list[tuple[bytes, bytes]]

    @classmethod
    def numbered(
        cls, special_tokens: Sequence[str], merges: Sequence[tuple[bytes, bytes]] = ()
    ) -> Self:
        """Special tokens first, then the 256 bytes, then what the merges make, in order.

        Args:
            special_tokens: written forms; the first gets id 0.
            merges: pairs of tokens, first learned first.

        >>> Vocabulary.numbered(["<END>"], [(b"a", b"b")]).token_ids[b"ab"]
        257
        """
        tokens = [bytes([byte]) for byte in range(256)] + [b"".join(pair) for pair in merges]
        return cls(
            {token: place for place, token in enumerate(tokens, len(special_tokens))},
            {token: place for place, token in enumerate(special_tokens)},
            list(merges),
        )


def merges_to_learn(vocab_size: int, n_special: int) -> int:
    """How many merges fill a vocabulary.

    Args:
        vocab_size: number of ids in all.
        n_special: number of special tokens.

    Raises:
        TokenizerError: the size is no multiple of 8, or too small for bytes and special tokens.

    >>> merges_to_learn(1000, n_special=4)
    740
    >>> merges_to_learn(1001, n_special=4)
    Traceback (most recent call last):
    course_lib.errors.TokenizerError: vocab_size 1001 is no multiple of 8; take 1000 or 1008
    """
    fixed = 256 + n_special
    smallest = -(-fixed // 8) * 8
    if vocab_size < fixed:
        raise TokenizerError(
            f"vocab_size {vocab_size} is too small for 256 bytes and {n_special} special tokens; "
            f"take at least {smallest}"
        )
    if vocab_size % 8:
        below = vocab_size // 8 * 8
        near = f"{below} or {below + 8}" if below >= smallest else f"{below + 8}"
        raise TokenizerError(f"vocab_size {vocab_size} is no multiple of 8; take {near}")
    return vocab_size - fixed
