"""Reading a text from left to right: what the grammar makes of a prefix, and what may follow.

A *state* is the set of derivations that agree with the text so far, with their log-probabilities.
A derivation is known by what it has still to say: a tuple of nodes. Derivations with one future are
one, and their probabilities add up (the forward algorithm), so that ``log_prob`` is right even for
a text that the grammar can make in more than one way.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import exp, inf, log, log1p

from course_lib.corpus.verse.grammar import Choice, Node, Sequence, Token, tokenize
from course_lib.errors import CorpusError

END = "<end>"

Future = tuple[Node, ...]
State = dict[Future, float]


def log_add(a: float, b: float) -> float:
    """log(exp(a) + exp(b)), without overflow.

    >>> round(log_add(log(0.25), log(0.5)), 6) == round(log(0.75), 6)
    True
    """
    high, low = (a, b) if a > b else (b, a)
    return high if low == -inf else high + log1p(exp(low - high))


def log_sum(values: list[float]) -> float:
    """log of the sum of exponentials; -inf for no values."""
    high = max(values, default=-inf)
    return high if high == -inf else high + log(sum(exp(v - high) for v in values))


@lru_cache(maxsize=50_000)
def first_tokens(node: Node) -> dict[str, float]:
    """The tokens that a node can start with, and the log-probability of each."""
    match node:
        case Token(text=text):
            return {text: 0.0}
        case Sequence(parts=parts):
            return first_tokens(parts[0])
        case Choice(options=options, probabilities=probabilities):
            ways: dict[str, list[float]] = {}
            for p, option in zip(probabilities, options, strict=True):
                for token, log_p in first_tokens(option).items():
                    ways.setdefault(token, []).append(log(p) + log_p)
            return {token: log_sum(found) for token, found in ways.items()}


@lru_cache(maxsize=50_000)
def _first_lengths(node: Node) -> tuple[int, ...]:
    return tuple(sorted({len(token) for token in first_tokens(node)}))


@lru_cache(maxsize=50_000)
def starters(node: Choice) -> dict[str, list[int]]:
    """For each first token of a choice, the options that can start with it."""
    found: dict[str, list[int]] = {}
    for index, option in enumerate(node.options):
        for token in first_tokens(option):
            found.setdefault(token, []).append(index)
    return found


def rests(node: Node, token: str) -> Iterator[tuple[float, Future]]:
    """The ways in which a node says a first token: log-probability, and what is left to say."""
    match node:
        case Token(text=text):
            if text == token:
                yield 0.0, ()
        case Sequence(parts=parts):
            for log_p, rest in rests(parts[0], token):
                yield log_p, rest + parts[1:]
        case Choice(options=options, probabilities=probabilities):
            for index in starters(node).get(token, ()):
                for log_p, rest in rests(options[index], token):
                    yield log(probabilities[index]) + log_p, rest


def start(root: Node) -> State:
    """The state before the first token."""
    return {(root,): 0.0}


def advance(state: State, token: str) -> State:
    """The state after one more token; empty if no derivation says it."""
    after: State = {}
    for future, log_w in state.items():
        if not future:
            continue
        for log_p, rest in rests(future[0], token):
            key = rest + future[1:]
            weight = log_w + log_p
            after[key] = log_add(after[key], weight) if key in after else weight
    return after


def next_tokens(state: State) -> dict[str, float]:
    """Joint log-probability of the text so far and each next token, ``END`` included."""
    found: dict[str, float] = {}
    for future, log_w in state.items():
        for token, log_p in (first_tokens(future[0]) if future else {END: 0.0}).items():
            found[token] = log_add(found.get(token, -inf), log_w + log_p)
    return found


def read(root: Node, text: str) -> dict[int, State]:
    """The states at each offset of the text where a token can end, for a text read so far.

    Returns:
        Character offset -> state; offset 0 always, offset ``len(text)`` if a token can end there.
    """
    states: dict[int, State] = {0: start(root)}
    for offset in range(len(text)):
        for future, log_w in states.get(offset, {}).items():
            if not future:
                continue
            for length in _first_lengths(future[0]):
                token = text[offset : offset + length]
                if len(token) == length and token in first_tokens(future[0]):
                    after = states.setdefault(offset + length, {})
                    for log_p, rest in rests(future[0], token):
                        key = rest + future[1:]
                        after[key] = log_add(after.get(key, -inf), log_w + log_p)
    return states


def log_prob(root: Node, text: str) -> float:
    """Log-probability of a whole document in nats, summed over derivations; -inf if impossible."""
    return read(root, text).get(len(text), {}).get((), -inf)


def prefix_log_probs(root: Node, text: str) -> list[float]:
    """Log-probability, in nats, that a document starts with each prefix of the text.

    Returns:
        ``len(text) + 1`` numbers, the first 0 (every document starts with the empty prefix).
    """
    ways: list[list[float]] = [[] for _ in range(len(text) + 1)]
    for offset, state in read(root, text).items():
        ways[offset].extend(state.values())
        for token, log_w in next_tokens(state).items():
            if token is not END:
                for length in range(1, _agreement(token, text, offset)):
                    ways[offset + length].append(log_w)
    return [log_sum(found) for found in ways]


def _agreement(token: str, text: str, offset: int) -> int:
    """One more than the number of the token's characters, its last excluded, that the text has."""
    most = min(len(token) - 1, len(text) - offset)
    for length in range(most):
        if token[length] != text[offset + length]:
            return length + 1
    return most + 1


def next_token_probs(root: Node, prefix: str) -> dict[str, float]:
    """Probability of each token, and of ``END``, after a prefix that ends where a token ends.

    Raises:
        CorpusError: no document starts so, or the prefix stops inside a token.
    """
    state = read(root, prefix).get(len(prefix))
    if not state:
        rest = sorted(_pending(root, prefix)) if possible_up_to(root, prefix) is None else []
        if not rest:
            raise impossible(root, prefix)
        raise CorpusError(
            f"the prefix stops inside a token at character {len(prefix)}: {prefix[-20:]!r}; "
            f"a token could end after {_listed(rest)}"
        )
    return _normalised(next_tokens(state))


def next_character_probs(root: Node, prefix: str) -> dict[str, float]:
    """Probability of each character, and of ``END``, after any prefix.

    Raises:
        CorpusError: no document starts so.
    """
    found: dict[str, float] = {}
    for rest, log_w in _pending(root, prefix).items():
        symbol = rest if rest is END else rest[0]
        found[symbol] = log_add(found.get(symbol, -inf), log_w)
    if not found:
        raise impossible(root, prefix)
    return _normalised(found)


def _pending(root: Node, prefix: str) -> dict[str, float]:
    """What is left to say of each token that may be under way at the end of a prefix."""
    found: dict[str, float] = {}
    for offset, state in read(root, prefix).items():
        said = prefix[offset:]
        for token, log_w in next_tokens(state).items():
            if token is END and said:
                continue
            if token is END or (len(token) > len(said) and token.startswith(said)):
                rest = token if token is END else token[len(said) :]
                found[rest] = log_add(found.get(rest, -inf), log_w)
    return found


def _normalised(log_weights: Mapping[str, float]) -> dict[str, float]:
    total = log_sum(list(log_weights.values()))
    ranked = sorted(log_weights.items(), key=lambda item: (-item[1], item[0]))
    return {symbol: exp(log_w - total) for symbol, log_w in ranked}


def possible_up_to(root: Node, text: str) -> int | None:
    """Offset of the first character that no document has there; None if the text can start one."""
    masses = prefix_log_probs(root, text)
    return next((offset - 1 for offset, mass in enumerate(masses) if mass == -inf), None)


def impossible(root: Node, text: str) -> CorpusError:
    """The error for a text that is no document: where it goes wrong, and what was possible."""
    offset = possible_up_to(root, text)
    if offset is None:
        expected = _listed(list(next_character_probs(root, text)))
        return CorpusError(
            f"the document is unfinished at character {len(text)}; expected {expected}"
        )
    expected = _listed(list(next_character_probs(root, text[:offset])))
    return CorpusError(
        f"no document of the grammar has {text[offset]!r} at character {offset}, "
        f"after {text[max(0, offset - 30) : offset]!r}; expected {expected}"
    )


def _listed(symbols: list[str], most: int = 12) -> str:
    shown = ", ".join(s if s is END else repr(s) for s in symbols[:most])
    return shown + (f" or {len(symbols) - most} more" if len(symbols) > most else "")


def token_log_probs(root: Node, text: str) -> list[tuple[str, float]]:
    """Each token of a document with its log-probability in nats, given those before it.

    The last entry is ``END``. The numbers add up to ``log_prob``.

    Raises:
        CorpusError: the grammar cannot make the text.
    """
    state, before, found = start(root), 0.0, []
    for token in tokenize(text):
        state = advance(state, token)
        now = log_sum(list(state.values()))
        found.append((token, now - before))
        before = now
    if () not in state:
        raise impossible(root, text)
    return [*found, (END, state[()] - before)]


def character_log_probs(root: Node, text: str) -> list[tuple[str, float]]:
    """Each character of a document with its log-probability in nats; see ``token_log_probs``."""
    total = log_prob(root, text)
    if total == -inf:
        raise impossible(root, text)
    masses = [*prefix_log_probs(root, text), total]
    return [
        (symbol, after - before)
        for symbol, before, after in zip([*text, END], masses, masses[1:], strict=False)
    ]
