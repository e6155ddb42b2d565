"""A line read with some of its words in another form: in how many places must it be changed?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from course_lib.corpus.verse.forward import State, advance

Edge = tuple[int, tuple[str, ...]]
"""A number of tokens of a line, and what is read in their place."""
Edges = Callable[[Sequence[str], int], Iterable[Edge]]


def fewest_changes(start: State, tokens: Sequence[str], edges: Edges) -> int | None:
    """How often the edges must read something else for the grammar to say it; None if in vain.

    Args:
        start: state of the grammar before the line.
        tokens: of the line.
        edges: what can be read in place of the tokens from a place on, themselves among it.
    """
    states: list[dict[int, State]] = [{0: start}, *({} for _ in tokens)]
    for at in range(len(tokens)):
        for changes, state in states[at].items():
            for length, said in edges(tokens, at):
                after = state
                for token in said:
                    after = advance(after, token)
                n = changes + (said != tuple(tokens[at : at + length]))
                states[at + length].setdefault(n, {}).update(after)
    return min((n for n, state in states[-1].items() if () in state), default=None)


def among(families: Mapping[str, frozenset[str]], token: str) -> Iterator[Edge]:
    """The token, and the forms of its word with the same space before it and the same capital.

    Args:
        families: word in lower case -> the forms that it can take, itself among them.
        token: a word with its space, or a mark.
    """
    word = token.removeprefix(" ")
    for form in families.get(word.lower(), ()):
        said = form[:1].upper() + form[1:] if word[0].isupper() else form
        yield 1, (token.removesuffix(word) + said,)
    if word.lower() not in families:
        yield 1, (token,)
