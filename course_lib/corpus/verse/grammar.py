"""The three pieces a written probabilistic grammar is built from: token, sequence, choice.

A grammar is a graph without cycles. A ``Token`` says itself, a ``Sequence`` says its parts in turn,
a ``Choice`` says one of its options. Nodes are shared: a line that does not care about the name in
the poem exists once, however many names there are. That sharing is what makes exact sums cheap.

Memory is the argument of the Python function that builds a node. What the poet still has to
remember (the name, its gender, the rhymes to be answered) is passed down; what is no longer needed
is not, and the branches meet again.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

WORD_OR_MARK = re.compile(r" ?\w[\w’]*| ?[^\w\s]|\n")


@dataclass(frozen=True, eq=False, slots=True)
class Token:
    """A word with the space before it, a punctuation mark, or a line break."""

    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Sequence:
    """Its parts, one after the other."""

    parts: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"Sequence of {len(self.parts)} parts"


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """One of its options, drawn independently of everything that is not in this node.

    Args:
        options: what can be drawn.
        probabilities: one number in (0, 1] an option, summing to 1.
        labels: one name an option, by which the same option is known in sister choices.
        sites: for each memory that bears on this choice, the site it is made at. All choices with
            one site are the same decision, seen with different contents of that memory.
        cumulative: running sums of the probabilities, for sampling.
    """

    options: tuple[Node, ...]
    probabilities: tuple[float, ...]
    labels: tuple[Hashable, ...] = ()
    sites: Mapping[str, Hashable] = field(default_factory=dict)
    cumulative: tuple[float, ...] = ()

    def __repr__(self) -> str:
        return f"Choice of {len(self.options)} options"


Node = Token | Sequence | Choice


def tokenize(text: str) -> list[str]:
    r"""Split a text into the tokens of the grammars: words with their space, marks, line breaks.

    >>> tokenize("¿Quién canta?\nClara.")
    ['¿', 'Quién', ' canta', '?', '\n', 'Clara', '.']
    """
    tokens = WORD_OR_MARK.findall(text)
    if "".join(tokens) != text:
        raise ValueError(f"{text!r} has spaces that no token can carry; use one space before words")
    return tokens


@cache
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text as nodes, the same nodes each time."""
    return tuple(Token(token) for token in tokenize(text))


def sequence(*parts: Node | str | None) -> Node | None:
    """Join parts; strings become tokens, and an impossible part (None) makes the whole impossible.

    >>> sequence("The moon", ",").parts[1].text
    ' moon'
    """
    flat: list[Node] = []
    for part in parts:
        if part is None:
            return None
        if isinstance(part, str):
            flat.extend(tokens_of(part))
        elif isinstance(part, Sequence):
            flat.extend(part.parts)
        else:
            flat.append(part)
    if not flat:
        raise ValueError("a sequence needs at least one part: no piece of a grammar may be empty")
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))


def choice(
    options: Iterable[tuple[float, Node | str | None]],
    labels: SequenceOf[Hashable] = (),
    sites: Mapping[str, Hashable] | None = None,
) -> Node | None:
    """Draw one option with probability proportional to its weight.

    Options that are impossible (None) or weigh nothing drop out; with no option left, the choice
    itself is impossible. That is how a grammar avoids a rhyme for which it has no word.

    Args:
        options: pairs of a weight and what to say.
        labels: one label an option, needed where ``sites`` are given.
        sites: see ``Choice``.

    Returns:
        The choice, or its only option where there is one and no site needs to know of it.
    """
    named = list(zip(options, labels, strict=True)) if labels else [(o, None) for o in options]
    kept = [
        (weight, sequence(node), label)
        for (weight, node), label in named
        if node is not None and weight > 0
    ]
    if not kept:
        return None
    if len(kept) == 1 and not sites:
        return kept[0][1]
    total = sum(weight for weight, _, _ in kept)
    probabilities = tuple(weight / total for weight, _, _ in kept)
    return Choice(
        options=tuple(node for _, node, _ in kept if node is not None),
        probabilities=probabilities,
        labels=tuple(label for _, _, label in kept) if labels else (),
        sites=sites or {},
        cumulative=tuple(accumulate(probabilities)),
    )


def zipf(n: int, shift: float = 5.0) -> list[float]:
    """Weights of n ranked items, 1 / (rank + shift): the Zipf-Mandelbrot law with exponent 1.

    >>> zipf(2, shift=0)
    [1.0, 0.5]
    """
    return [1 / (rank + shift) for rank in range(1, n + 1)]
