"""A proof that every document has one derivation, so that exact entropies are exact.

The proof is by induction over the grammar. Say that a node is a *prefix code* if none of its token
strings begins another, and none has two derivations. A token is one. A sequence of prefix codes is
one: read from the left, each part says where it ends. A choice between prefix codes is one, if no
string of one option begins (or equals) a string of another. Only that last condition has to be
looked at, choice by choice: the two options are read in step until they differ. A piece that both
have next is skipped, since it is a prefix code already.

Tokens are strings of characters, and a text must also be cut into tokens in one way only. That is
so if ``tokenize`` finds the cut between any two tokens that the grammar can put side by side.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

from course_lib.corpus.verse.exact import in_order
from course_lib.corpus.verse.forward import Future, first_tokens, starters
from course_lib.corpus.verse.grammar import Choice, Node, Sequence, Token, tokenize


def find_clash(root: Node) -> Choice | None:
    """Look for a choice with two options of which one can begin (or equal) the other.

    Returns:
        The choice; None if the grammar is a prefix code.

    >>> from course_lib.corpus.verse.grammar import choice
    >>> find_clash(choice([(1, "sea"), (1, "shore")])) is None
    True
    >>> find_clash(choice([(1, "sea"), (2, "sea shore")])).probabilities
    (0.3333333333333333, 0.6666666666666666)
    """
    reader = _SideBySide()
    for node in in_order(root):
        if isinstance(node, Choice) and any(
            reader.remainders((one,), (other,)) for one, other in _rivals(node)
        ):
            return node
    return None


def _rivals(node: Choice) -> Iterator[tuple[Node, Node]]:
    """The pairs of options that have a first token in common."""
    pairs = {pair for indices in starters(node).values() for pair in combinations(indices, 2)}
    for one, other in sorted(pairs):
        yield node.options[one], node.options[other]


class _SideBySide:
    """Reads two futures in step, for as long as they say the same."""

    def __init__(self) -> None:
        self.known: dict[tuple[Node, Node], set[tuple[Future, Future]]] = {}

    def remainders(self, one: Future, other: Future) -> set[tuple[Future, Future]]:
        """What is left of both, in each way in which one ends while the other has said the same.

        An empty set means that no string of one future begins a string of the other.
        """
        one, other = _opened(one), _opened(other)
        while one and other and _same(one[0], other[0]):
            one, other = _opened(one[1:]), _opened(other[1:])
        if not one or not other:
            return {(one, other)}
        return {
            left
            for rest, other_rest in self.of_nodes(one[0], other[0])
            for left in self.remainders(rest + one[1:], other_rest + other[1:])
        }

    def of_nodes(self, one: Node, other: Node) -> set[tuple[Future, Future]]:
        """The remainders of two nodes; found once, whatever follows them."""
        if first_tokens(one).keys().isdisjoint(first_tokens(other)):
            return set()
        if (one, other) not in self.known:
            if isinstance(one, Choice):
                found = {
                    left
                    for option in _likely(one, other)
                    for left in self.remainders((option,), (other,))
                }
            else:
                found = {(rest, other_rest) for other_rest, rest in self.of_nodes(other, one)}
            self.known[one, other] = found
        return self.known[one, other]


def _likely(choice: Choice, other: Node) -> list[Node]:
    """The options of a choice that can start as the other node does."""
    begun = starters(choice)
    shared = begun.keys() & first_tokens(other).keys()
    return [choice.options[i] for i in sorted({i for token in shared for i in begun[token]})]


def _same(one: Node, other: Node) -> bool:
    return one is other or (
        isinstance(one, Token) and isinstance(other, Token) and one.text == other.text
    )


def _opened(future: Future) -> Future:
    """The same future, its first node taken apart if it is a sequence."""
    while future and isinstance(future[0], Sequence):
        future = future[0].parts + future[1:]
    return future


def find_unclear_cut(root: Node) -> tuple[str, str] | None:
    """Look for two tokens that can stand side by side and that ``tokenize`` does not cut apart.

    Returns:
        The two tokens, or None if every text of the grammar is cut in one way.
    """
    firsts: dict[Node, frozenset[str]] = {}
    lasts: dict[Node, frozenset[str]] = {}
    seen: set[tuple[str, str]] = set()
    for node in in_order(root):
        match node:
            case Token(text=text):
                firsts[node] = lasts[node] = frozenset({text})
            case Sequence(parts=parts):
                firsts[node], lasts[node] = firsts[parts[0]], lasts[parts[-1]]
                for before, after in pairwise(parts):
                    seen.update((a, b) for a in lasts[before] for b in firsts[after])
            case Choice(options=options):
                firsts[node] = frozenset().union(*(firsts[option] for option in options))
                lasts[node] = frozenset().union(*(lasts[option] for option in options))
    return next((pair for pair in sorted(seen) if tokenize("".join(pair)) != list(pair)), None)
