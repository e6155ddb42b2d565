"""Byte-pair encoding, trained: the most frequent pair of neighbours becomes one token, again.

A word is a string with one character for each token: bytes are the characters 0 to 255, the token
of the first merge is character 256, and so on. To merge a pair in a word is then one ``replace``.

Source: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units",
2016, section 3.2.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from operator import add

from course_lib.tokenizers.pretokenize import blocks, pretokens

Pair = str  # two tokens, a character each


def count_pretokens(texts: Iterable[str]) -> Counter[str]:
    """How often each pretoken occurs; none reaches from one text into the next.

    >>> count_pretokens(["no, no", "no"]).most_common(2)
    [('no', 2), (',', 1)]
    """
    counts: Counter[str] = Counter()
    for text in texts:
        for block in blocks([text]):
            counts.update(pretokens(block))
    return counts


def train_merges(pretoken_counts: Mapping[str, int], n_merges: int) -> list[tuple[bytes, bytes]]:
    """The merges of byte-pair encoding, in the order they are learned.

    Each merge joins the pair of neighbouring tokens that is most frequent within pretokens. Among
    equally frequent pairs it is the greatest, compared as two strings of bytes, so that the same
    counts always give the same merges. No two merges make the same string.

    A merge touches only the words that hold its pair, and in them only the pairs beside it. The
    heap holds each pair once, with its count when it was put there. That count can only have fallen
    since; if it has when the pair's turn comes, the pair goes back with the new one.

    Args:
        pretoken_counts: how often each pretoken occurs.
        n_merges: merges to learn; there are fewer if no pair is left before.

    >>> train_merges({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}, 3)
    [(b'u', b'g'), (b'u', b'n'), (b'h', b'ug')]
    """
    words = [pretoken.encode().decode("latin-1") for pretoken in pretoken_counts]
    counts = [max(0, count) for count in pretoken_counts.values()]
    pair_counts: defaultdict[Pair, int] = defaultdict(int)
    holders: defaultdict[Pair, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        for pair in neighbours(word):
            pair_counts[pair] += counts[index]
            holders[pair].append(index)

    tokens = {chr(byte): bytes([byte]) for byte in range(256)}
    order = {symbol: descending(token) for symbol, token in tokens.items()}
    heap = [(-count, order[pair[0]], order[pair[1]], pair) for pair, count in pair_counts.items()]
    heapify(heap)
    merges: list[tuple[bytes, bytes]] = []
    while heap and len(merges) < n_merges:
        negative_count, first, second, pair = heappop(heap)
        count = pair_counts[pair]
        if count < -negative_count:
            heappush(heap, (-count, first, second, pair))
            continue
        if count == 0:
            break
        merges.append((tokens[pair[0]], tokens[pair[1]]))
        new = chr(len(tokens))
        tokens[new] = b"".join(merges[-1])
        order[new] = descending(tokens[new])
        for made in merge_pair(pair, new, words, counts, pair_counts, holders):
            heappush(heap, (-pair_counts[made], order[made[0]], order[made[1]], made))
    return merges


def merge_pair(
    pair: Pair,
    new: str,
    words: list[str],
    counts: list[int],
    pair_counts: defaultdict[Pair, int],
    holders: defaultdict[Pair, list[int]],
) -> set[Pair]:
    """Write a new token for a pair in every word that holds it, and keep the counts true.

    Changes ``words``, ``pair_counts`` and ``holders`` in place; gives the pairs that came to be.
    """
    made = set()
    for index in holders.pop(pair):
        parts = words[index].split(pair)
        if len(parts) == 1:
            continue  # an earlier merge took the pair apart, or the word is listed twice
        words[index] = new.join(parts)
        parts[0], parts[-1] = parts[0][-1:], parts[-1][:1]  # nothing changes farther out
        for old in neighbours(pair.join(parts)):
            pair_counts[old] -= counts[index]
        for now in neighbours(new.join(parts)):
            pair_counts[now] += counts[index]
            if new in now:
                holders[now].append(index)
                made.add(now)
    del pair_counts[pair]
    return made


def neighbours(word: str) -> Iterator[Pair]:
    """The pairs of neighbouring tokens of a word."""
    return map(add, word, word[1:])


def descending(token: bytes) -> str:
    """A key that sorts greater strings of bytes first; its last sign puts prefixes last."""
    return "".join(chr(255 - byte) for byte in token) + "\u0100"
