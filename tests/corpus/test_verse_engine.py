"""The engine of the verse corpus against exhaustive enumeration of small grammars."""

from collections import Counter, defaultdict
from itertools import product
from math import exp, fsum, inf, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus.verse import exact, forward, prefix_code, sampling
from course_lib.corpus.verse.forward import END
from course_lib.corpus.verse.grammar import (
    Choice,
    Node,
    Sequence,
    Token,
    choice,
    sequence,
    tokenize,
)
from course_lib.corpus.verse.stanza import Lines, Memory, Quatrain
from course_lib.errors import CorpusError


def derivations(node: Node) -> list[tuple[tuple[str, ...], float]]:
    """Every way to say a node: its tokens, and its probability."""
    if isinstance(node, Token):
        return [((node.text,), 1.0)]
    if isinstance(node, Choice):
        pairs = zip(node.options, node.probabilities, strict=True)
        return [(said, p * q) for option, p in pairs for said, q in derivations(option)]
    found: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for part in node.parts:
        found = [(a + b, p * q) for a, p in found for b, q in derivations(part)]
    return found


def nodes(root: Node) -> list[Node]:
    below = getattr(root, "options", getattr(root, "parts", ()))
    return [root] + [node for child in below for node in nodes(child)]


def distribution(pairs) -> dict:
    total: dict = defaultdict(float)
    for key, p in pairs:
        total[key] += p
    return dict(total)


# Tokens that begin one another, so that texts are cut and made in several ways.
leaves = st.sampled_from(["a", "b", "ab", "ba", "abb"]).map(Token)
weights = st.integers(1, 5)


# Named, as in every recursive strategy here: to describe a lambda, Hypothesis parses its source,
# which CPython 3.11 now and then answers with a SystemError.
def larger(children: st.SearchStrategy) -> st.SearchStrategy:
    parts = st.lists(children, min_size=1, max_size=3)
    options = st.lists(st.tuples(weights, children), min_size=1, max_size=3)
    return st.one_of(parts.map(as_sequence), options.map(choice))


def as_sequence(parts: list[Node]) -> Sequence:
    return sequence(*parts)


grammars = st.recursive(leaves, larger, max_leaves=8)
laws = settings(max_examples=150, deadline=None, derandomize=True)


@laws
@given(grammars)
def test_log_prob_is_the_sum_over_all_derivations(root):
    texts = distribution(("".join(said), p) for said, p in derivations(root))
    assert fsum(texts.values()) == pytest.approx(1)
    for text, p in texts.items():
        assert exp(forward.log_prob(root, text)) == pytest.approx(p)
    assert forward.log_prob(root, "a" * 99) == -inf
    assert forward.log_prob(root, "") == -inf


@laws
@given(grammars)
def test_next_characters_are_the_enumerated_conditionals(root):
    texts = distribution(("".join(said), p) for said, p in derivations(root))
    for prefix in {text[:end] for text in texts for end in range(len(text) + 1)}:
        following = distribution(
            (text[len(prefix) : len(prefix) + 1] or END, p)
            for text, p in texts.items()
            if text.startswith(prefix)
        )
        mass = fsum(following.values())
        expected = {symbol: p / mass for symbol, p in following.items()}
        assert forward.next_character_probs(root, prefix) == pytest.approx(expected)
        assert exp(forward.prefix_log_probs(root, prefix)[-1]) == pytest.approx(mass)


@laws
@given(grammars)
def test_next_tokens_are_the_enumerated_conditionals(root):
    following: dict = defaultdict(lambda: defaultdict(float))
    for said, p in derivations(root):
        for cut in range(len(said) + 1):
            following["".join(said[:cut])][(*said, END)[cut]] += p
    for prefix, counts in following.items():
        expected = {token: p / fsum(counts.values()) for token, p in counts.items()}
        assert forward.next_token_probs(root, prefix) == pytest.approx(expected)


@laws
@given(grammars)
def test_expected_lengths_and_visits_are_enumerated_means(root):
    said = derivations(root)
    length = fsum(len("".join(tokens)) * p for tokens, p in said)
    assert exact.expected(root, len) == pytest.approx(length)
    assert exact.expected(root, lambda token: token == "ab") == pytest.approx(
        fsum(tokens.count("ab") * p for tokens, p in said)
    )
    count = exact.visits(root)
    used = fsum(count[node] * len(node.text) for node in count if isinstance(node, Token))
    assert used == pytest.approx(length)


@laws
@given(grammars)
def test_a_grammar_without_clash_has_one_derivation_a_text_and_the_exact_entropy(root):
    said = derivations(root)
    strings = distribution(said)
    entropy = -fsum(p * log(p) for p in strings.values())
    assert exact.entropy(root) >= entropy - 1e-12
    if prefix_code.find_clash(root) is None:
        assert len(strings) == len(said)
        assert exact.entropy(root) == pytest.approx(entropy)


@laws
@given(grammars)
def test_a_clash_is_found_where_an_option_begins_another_and_only_there(root):
    def clashes(node: Node) -> bool:
        if not isinstance(node, Choice):
            return False
        said = [{tokens for tokens, _ in derivations(option)} for option in node.options]
        return any(
            long[: len(short)] == short
            for i, j in product(range(len(said)), repeat=2)
            if i != j
            for short in said[i]
            for long in said[j]
        )

    found = prefix_code.find_clash(root)
    assert (found is not None) == any(clashes(node) for node in nodes(root))
    assert found is None or clashes(found)


@laws
@given(grammars, st.integers(0, 1000))
def test_a_drawn_derivation_has_its_enumerated_probability(root, seed):
    text, log_p = sampling.derive(root, sampling.uniforms(seed))
    assert any(
        "".join(said) == text and p == pytest.approx(exp(log_p)) for said, p in derivations(root)
    )


def test_drawn_texts_have_their_frequencies():
    root = choice([(1, "a"), (2, sequence("b", choice([(1, " c"), (3, " d")])))])
    numbers = sampling.uniforms(3)
    counts = Counter(sampling.derive(root, numbers)[0] for _ in range(20_000))
    for text, p in {"a": 1 / 3, "b c": 1 / 6, "b d": 1 / 2}.items():
        assert abs(counts[text] / 20_000 - p) < 4 * (p * (1 - p) / 20_000) ** 0.5


def test_uniform_numbers_are_the_raw_bits_of_pcg64():
    numbers = sampling.uniforms(12345)
    # PCG64 with seed 12345: the values of NumPy's own documentation of default_rng(12345).random.
    assert [round(next(numbers), 8) for _ in range(3)] == [0.22733602, 0.31675834, 0.79736546]


def test_clash_by_hand():
    assert prefix_code.find_clash(choice([(1, "sea shore"), (1, "sea side")])) is None
    assert prefix_code.find_clash(choice([(1, "sea"), (1, "sea side")])) is not None
    twice = [(1, sequence("a", choice([(1, " b"), (1, " c")]))), (1, "a b")]
    assert prefix_code.find_clash(choice(twice)) is not None


def test_unclear_cuts_are_found():
    assert prefix_code.find_unclear_cut(sequence("The moon", ",", "\n", "Who?")) is None
    assert prefix_code.find_unclear_cut(Sequence((Token("moon"), Token("light")))) == (
        "moon",
        "light",
    )


def test_a_token_cannot_lose_a_space():
    with pytest.raises(ValueError, match="spaces that no token can carry"):
        tokenize("two  spaces")


def test_an_impossible_text_is_told_where_it_fails_and_what_was_possible():
    root = sequence("The", choice([(3, " sea"), (1, " sun")]), ".")
    with pytest.raises(CorpusError, match=r"has 'o' at character 5.*expected 'e', 'u'"):
        forward.next_character_probs(root, "The sox")
    with pytest.raises(CorpusError, match=r"inside a token at character 6.*could end after 'a'"):
        forward.next_token_probs(root, "The se")
    with pytest.raises(CorpusError, match=r"unfinished at character 7; expected '\.'"):
        forward.token_log_probs(root, "The sea")
    with pytest.raises(CorpusError, match=r"at character 8.*expected <end>"):
        forward.character_log_probs(root, "The sea.!")


def small_quatrain() -> Node:
    """Two rhymes, four words, two kinds of ending, and lines whose weights differ."""
    rhymes = {
        (0, 0): {"noun": sequence(" night")},
        (0, 1): {"noun": sequence(" light"), "verb": sequence(" bite")},
        (1, 0): {"noun": choice([(2, " day"), (1, " bay")])},
        (1, 1): {"verb": sequence(" play")},
        (2, 0): {"noun": sequence(" sea"), "verb": sequence(" flee")},
        (2, 1): {"noun": sequence(" tree")},
    }
    stop = sequence(".")
    lines = [Lines(2, "The", "noun", ".", stop), Lines(1, "Will", "verb", ".", stop)]
    return Quatrain("poem", "", rhymes, lambda _position, _carry: lines).lines(0, 4, Memory())


def test_the_small_quatrain_rhymes_in_the_three_schemes():
    rhyme = {"night": "A", "light": "A", "bite": "A", "day": "B", "bay": "B", "play": "B"}
    rhyme |= {"sea": "C", "flee": "C", "tree": "C"}
    schemes = set()
    for said, _ in derivations(small_quatrain()):
        ends = [line.rstrip(".").split()[-1] for line in "".join(said).split("\n")]
        sounds = [rhyme[word] for word in ends]
        schemes.add("".join("ABC"[sorted(set(sounds), key=sounds.index).index(s)] for s in sounds))
        assert len(set(ends)) == 4
    assert schemes == {"AABB", "ABAB", "ABBA"}


def test_price_of_forgetting_rhyme_is_the_total_correlation_of_the_lines():
    """Who forgets the rhymes can at best predict each line by itself: the price is KL to that."""
    root = small_quatrain()
    assert prefix_code.find_clash(root) is None
    poems = [(tuple("".join(said).split("\n")), p) for said, p in derivations(root)]
    alone = [distribution((lines[i], p) for lines, p in poems) for i in range(4)]
    price = fsum(
        p * (log(p) - fsum(log(alone[i][line]) for i, line in enumerate(lines)))
        for lines, p in poems
    )
    assert price > 1
    assert exact.price_of_forgetting(root)["rhyme"] == pytest.approx(price)


def test_price_of_forgetting_a_name_is_its_entropy():
    def poem(name: str) -> Node:
        middle = choice([(1, " sings"), (2, " waits")])
        return sequence(name, middle, choice([(1, f" {name}")], [name], {"name": "end"}))

    root = choice([(5, poem("Ann")), (3, poem("Bob")), (2, poem("Eve"))])
    price = -fsum(p * log(p) for p in (0.5, 0.3, 0.2))
    assert exact.price_of_forgetting(root) == {"name": pytest.approx(price)}
