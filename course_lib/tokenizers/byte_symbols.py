"""One printable character for each of the 256 bytes, as GPT-2's files write them.

``vocab.json`` and ``merges.txt`` are text files, and a token is any string of bytes: half a letter,
a line end, a space. GPT-2 therefore writes each byte as a character that prints and is not a space:
the printable characters of Latin-1 stand for themselves, and the other 68 bytes, in order, are
written with the characters from U+0100 on. A space becomes ``Ġ``, a line feed ``Ċ``.

Source: the tokenizer released with Radford et al., "Language Models are Unsupervised Multitask
Learners", 2019.
"""

PRINTABLE = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(0xAE, 0x100)]
OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]

BYTE_TO_SYMBOL: dict[int, str] = {byte: chr(byte) for byte in PRINTABLE} | {
    byte: chr(0x100 + place) for place, byte in enumerate(OTHERS)
}
"""The character that each byte is written with."""

SYMBOL_TO_BYTE: dict[str, int] = {symbol: byte for byte, symbol in BYTE_TO_SYMBOL.items()}
"""The byte that each of the 256 characters stands for."""


def to_symbols(token: bytes) -> str:
    """How a token is written in GPT-2's files.

    Args:
        token: any bytes.

    >>> to_symbols(" año".encode())
    'ĠaÃ±o'
    """
    return "".join(map(BYTE_TO_SYMBOL.__getitem__, token))


def from_symbols(symbols: str) -> bytes:
    """The bytes of a token as GPT-2's files write it.

    Args:
        symbols: characters of ``SYMBOL_TO_BYTE``.

    Raises:
        KeyError: a character that stands for no byte.

    >>> from_symbols("ĠaÃ±o").decode()
    ' año'
    """
    return bytes(map(SYMBOL_TO_BYTE.__getitem__, symbols))
