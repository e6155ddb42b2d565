"""The true distribution of the next id of a tokenizer, along a poem of the course's verse.

The grammar speaks in tokens (a word with its space, a mark, a line break), a tokenizer in ids of
its own. Where it writes every token with ids of its own, whatever stands beside it, the one can be
told from the other: characters, words, and any mix of both.
"""

import math

import numpy as np
from numpy.typing import NDArray

from course_lib.corpus.verse import forward
from course_lib.corpus.verse.grammar import Node, tokenize
from course_lib.errors import EvaluationError
from course_lib.tokenizers.tokenizer import Tokenizer

Code = tuple[int, ...]
Candidate = tuple[str, Code, float]  # a token that may be under way, its ids, its log-probability


class TokenIds:
    """The ids of each token of verse, each token for itself.

    Args:
        tokenizer: what writes them.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.eos_id = tokenizer.eos_id
        self._known: dict[str, Code] = {forward.END: (tokenizer.eos_id,)}

    def of_token(self, token: str) -> Code:
        """The ids of a token; of ``END``, the end id.

        Args:
            token: of the grammar.

        Raises:
            EvaluationError: the ids do not give the token back.
        """
        if token not in self._known:
            code = tuple(self.tokenizer.encode(token))
            if self.tokenizer.decode(code) != token:
                raise EvaluationError(
                    f"the tokenizer writes {token!r} as {self.tokenizer.decode(code)!r}: its ids "
                    "do not tell the tokens of verse; use one of characters, or of words and "
                    "characters, that gives the text back"
                )
            self._known[token] = code
        return self._known[token]

    def of_poem(self, text: str, root: Node) -> list[int]:
        """The ids of a poem, checked to be those of its tokens one by one.

        Args:
            text: a whole poem.
            root: the grammar.

        Raises:
            EvaluationError: the text is no poem, or its tokens have no ids of their own.
        """
        if forward.log_prob(root, text) == -math.inf:
            raise EvaluationError(f"not a whole poem: {forward.impossible(root, text)}")
        tokens, ids = tokenize(text), list(self.tokenizer.encode(text))
        if ids != [i for token in tokens for i in self.of_token(token)]:
            pieces = [self.tokenizer.decode([i]) for i in ids]
            raise EvaluationError(
                f"the tokenizer cuts the poem into {pieces[:6]} ..., and the tokens of verse are "
                f"{tokens[:6]} ...; expected for each of these ids of its own"
            )
        return ids


class NextIds:
    """What the grammar says of the next id, read along the ids of one poem.

    A token may take several ids, and the ids of one may begin those of another (*a* and *an*). What
    is kept is every token that may be under way, with the number of its ids that are said, and the
    state before it: going one id further never reads the poem again.

    Args:
        root: the grammar.
        ids: of its tokens.

    >>> from course_lib.corpus.verse.grammar import choice
    >>> from course_lib.tokenizers.characters import CharacterTokenizer
    >>> letters = CharacterTokenizer(" aenst", byte_fallback=False)
    >>> reader = NextIds(choice([(1, "a nest"), (3, "an ant")]), TokenIds(letters))
    >>> reader.read(*letters.encode("a"))
    >>> ids, log_p = reader.distribution()
    >>> [(letters.decode([i]), round(float(p), 2)) for i, p in zip(ids, np.exp(log_p), strict=True)]
    [('n', 0.75), (' ', 0.25)]
    """

    def __init__(self, root: Node, ids: TokenIds) -> None:
        self._ids = ids
        self._under_way = [self._begun(forward.start(root))]

    def _begun(self, state: forward.State) -> tuple[forward.State, int, list[Candidate]]:
        tokens = forward.next_tokens(state)
        return state, 0, [(token, self._ids.of_token(token), w) for token, w in tokens.items()]

    def distribution(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The ids that may follow and their log-probabilities in nats: two arrays of one length."""
        ways: dict[int, list[float]] = {}
        for _, said, candidates in self._under_way:
            for _, code, log_w in candidates:
                ways.setdefault(code[said], []).append(log_w)
        joint = [forward.log_sum(found) for found in ways.values()]
        return np.array(list(ways), np.int64), np.array(joint) - forward.log_sum(joint)

    def read(self, symbol: int) -> None:
        """Go one id further.

        Args:
            symbol: one of the ids that may follow, not the end id.
        """
        after: forward.State = {}
        still = []
        for state, said, candidates in self._under_way:
            fitting = [c for c in candidates if c[1][said] == symbol]
            if longer := [c for c in fitting if len(c[1]) > said + 1]:
                still.append((state, said + 1, longer))
            for token, code, _ in fitting:
                if len(code) == said + 1:
                    for future, log_w in forward.advance(state, token).items():
                        after[future] = forward.log_add(after.get(future, -math.inf), log_w)
        self._under_way = [*still, self._begun(after)] if after else still
