"""Exact sums over every document of a grammar, without listing one.

The chain rule does the work. The entropy of a sequence is the sum of its parts' entropies; that of
a choice is the entropy of the draw plus the mean entropy of the options. Lengths add up the same
way. Both are true sums over *documents* only if each document has one derivation, which
``prefix_code`` proves for the grammars of this package.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable
from math import fsum, log

from course_lib.corpus.verse.grammar import Choice, Node, Sequence, Token


def children(node: Node) -> tuple[Node, ...]:
    """The nodes a node is made of; none for a token."""
    match node:
        case Sequence(parts=parts):
            return parts
        case Choice(options=options):
            return options
    return ()


def in_order(root: Node) -> list[Node]:
    """Every node of the grammar once, each after all the nodes it is made of."""
    ordered: dict[Node, None] = {}
    stack = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            ordered.setdefault(node)
        elif node not in ordered:
            stack.append((node, True))
            stack.extend((child, False) for child in children(node) if child not in ordered)
    return list(ordered)


def expected(
    root: Node,
    of_token: Callable[[str], float],
    of_choice: Callable[[Choice], float] = lambda _: 0.0,
) -> float:
    """Mean, over documents, of a quantity that adds up over tokens and choices.

    Args:
        root: the grammar.
        of_token: what one token adds, for instance ``len``.
        of_choice: what one draw adds in the mean.

    >>> from course_lib.corpus.verse.grammar import choice
    >>> expected(choice([(1, "sea"), (1, "shore")]), len)
    4.0
    """
    value: dict[Node, float] = {}
    for node in in_order(root):
        match node:
            case Token(text=text):
                value[node] = of_token(text)
            case Sequence(parts=parts):
                value[node] = fsum(value[part] for part in parts)
            case Choice(options=options, probabilities=probabilities):
                mean = fsum(
                    p * value[option] for p, option in zip(probabilities, options, strict=True)
                )
                value[node] = of_choice(node) + mean
    return value[root]


def entropy(root: Node) -> float:
    """Entropy of the documents in nats, for a grammar in which each has one derivation.

    >>> from course_lib.corpus.verse.grammar import choice
    >>> round(entropy(choice([(1, "sea"), (1, "shore")])), 6)
    0.693147
    """
    return expected(
        root,
        of_token=lambda _: 0.0,
        of_choice=lambda node: -fsum(p * log(p) for p in node.probabilities),
    )


def visits(root: Node) -> dict[Node, float]:
    """How many times each node is used in a document, in the mean."""
    count: defaultdict[Node, float] = defaultdict(float, {root: 1.0})
    for node in reversed(in_order(root)):
        match node:
            case Sequence(parts=parts):
                for part in parts:
                    count[part] += count[node]
            case Choice(options=options, probabilities=probabilities):
                for p, option in zip(probabilities, options, strict=True):
                    count[option] += count[node] * p
    return dict(count)


def price_of_forgetting(root: Node) -> dict[str, float]:
    """Nats a document that a predictor loses by forgetting, for each memory of the grammar.

    The forgetful predictor knows the grammar and, at every choice that a memory bears on, the site:
    which choice this is. It does not know what the memory holds. The best it can do is the mixture
    q of the choices p that share the site, weighted by how often each is met, and it loses
    KL(p || q) there. The price is the sum of those losses, met as often as they are met. Put
    otherwise: it is the mutual information between the memory and the choices, given the sites.

    Returns:
        Memory -> nats per document, largest first.

    >>> from course_lib.corpus.verse.grammar import choice, sequence
    >>> def recall(name):
    ...     return choice([(1, " " + name)], labels=[name], sites={"name": "end"})
    >>> names = ("Ann", "Bob")
    >>> price = price_of_forgetting(choice([(1, sequence(n, recall(n))) for n in names]))
    >>> round(price["name"], 6)
    0.693147
    """
    count = visits(root)
    met = [node for node in count if isinstance(node, Choice) and node.sites]
    mixture: defaultdict[Hashable, float] = defaultdict(float)
    for node in met:
        for site in node.sites.items():
            mixture[site] += count[node]
            for p, label in zip(node.probabilities, node.labels, strict=True):
                mixture[site, label] += count[node] * p
    price: defaultdict[str, list[float]] = defaultdict(list)
    for node in met:
        for site in node.sites.items():
            price[site[0]].extend(
                count[node] * p * log(p * mixture[site] / mixture[site, label])
                for p, label in zip(node.probabilities, node.labels, strict=True)
            )
    totals = {memory: fsum(terms) for memory, terms in price.items()}
    return dict(sorted(totals.items(), key=lambda item: -item[1]))
