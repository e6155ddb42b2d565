"""Similarity of sentences, topics of halves: by hand, beside scikit-learn, what they miss."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import EvaluationError
from course_lib.evaluation import coherence
from course_lib.evaluation.coherence import adjacent_similarity, likeness, topic_consistency

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

SEA = ["boat", "sail", "wave", "harbour", "anchor", "tide", "gull", "salt", "net", "mast"]
TOWN = ["street", "tram", "market", "baker", "window", "crowd", "bridge", "lamp", "clock", "square"]


def written(vocabulary, n, seed):
    return " ".join(np.random.default_rng(seed).choice(vocabulary, n))


# ------------------------------------------------------------- adjacent sentences


def test_similarity_by_hand():
    # Three sentences; a is in two, b in two, c and d in one each.
    text = "A b. A c. B d."
    common, rare = math.log(4 / 3) + 1, math.log(4 / 2) + 1
    ab = np.array([common, common, 0, 0]) / math.hypot(common, common)
    ac = np.array([common, 0, rare, 0]) / math.hypot(common, rare)
    bd = np.array([0, common, 0, rare]) / math.hypot(common, rare)
    assert adjacent_similarity(text) == pytest.approx((ab @ ac + ac @ bd) / 2)


def test_with_a_reference_the_frequencies_are_its_own_and_unknown_words_are_left_out():
    reference = ["A b. A c. A d.", "B e."]
    # n = 4; a is in 3, b in 2, c in 1; z is unknown.
    a, b, c = (math.log(5 / (1 + df)) + 1 for df in (3, 2, 1))
    expected = a * a / (math.hypot(a, b) * math.hypot(a, c))
    assert adjacent_similarity("A b z. A c.", reference) == pytest.approx(expected)


@given(st.lists(st.sampled_from(["a", "b", "ñu", "y", "é"]), min_size=1, max_size=6), st.data())
def test_it_sees_neither_order_nor_that_a_text_repeats_itself(said, data):
    sentence = " ".join(["Yo", *said]) + "."
    shuffled = " ".join(["Yo", *data.draw(st.permutations(said))]) + "."
    assert adjacent_similarity(f"{sentence} {shuffled}") == pytest.approx(1)
    assert adjacent_similarity(f"{sentence}\n\n" * 4) == pytest.approx(1)
    assert 0 <= adjacent_similarity(f"{sentence} Otra cosa es a.") <= 1


@pytest.mark.parametrize("text", ["", "One sentence only.", "… ! —", "Yes. … !"])
def test_without_two_sentences_there_is_nothing_to_compare(text):
    assert adjacent_similarity(text) is None


def test_short_words_and_accents_count():
    assert adjacent_similarity("Él y yo. Tú y yo.") > 0
    assert adjacent_similarity("¿Qué es? ¡Él!") == 0


def test_a_reference_is_counted_once_for_all_texts(monkeypatch):
    reference = [f"A cat sleeps. Dog {n} barks." for n in range(20)]
    counted = []

    def sentences(text):
        counted.append(text)
        return text.split(". ")

    monkeypatch.setattr(coherence, "sentences", sentences)
    texts = [f"The cat sleeps. The cat eats {n}." for n in range(10)]
    found = [adjacent_similarity(text, reference) for text in texts]
    assert counted.count(reference[0]) == 1
    assert sorted(counted) == sorted([*reference, *texts])
    monkeypatch.undo()
    assert found == [adjacent_similarity(text, tuple(reference)) for text in texts]


def test_a_reference_without_words_is_refused():
    with pytest.raises(EvaluationError, match="reference texts have no words"):
        adjacent_similarity("One. Two.", ["…"])


# ------------------------------------------------------------------------- topics


def reference():
    return [written(vocabulary, 60, seed) for seed in range(20) for vocabulary in (SEA, TOWN)]


def test_texts_on_one_topic_are_consistent_and_patched_ones_are_not():
    texts = [written(v, 40, 100 + seed) for seed in range(6) for v in (SEA, TOWN)]
    found = topic_consistency(texts, reference(), n_topics=2, seed=1, max_share=1.0)
    assert found.within.shape == (12,)
    assert found.mean_within > 0.9
    # 12 * 11 pairs, of which 60 share the topic: the rest share next to nothing.
    assert found.between == pytest.approx(60 / 132, abs=0.1)
    assert found.lift == pytest.approx(found.mean_within - found.between)
    patched = [
        f"{written(one, 20, seed)} {written(other, 20, seed + 50)}"
        for seed in range(6)
        for one, other in ((SEA, TOWN), (TOWN, SEA))
    ]
    torn = topic_consistency(patched, reference(), n_topics=2, seed=1, max_share=1.0)
    assert torn.mean_within < 0.2
    assert torn.lift < 0


def test_one_sentence_again_and_again_is_no_worse_than_a_good_text():
    loops = [f"{words} " * 10 for words in ("boat sail wave", "street tram market")]
    found = topic_consistency(loops, reference(), n_topics=2, max_share=1.0)
    assert found.mean_within > 0.95


def test_the_seed_decides_and_order_does_not():
    texts = [written(v, 30, seed) for seed in range(4) for v in (SEA, TOWN)]
    one, again = (topic_consistency(texts, reference(), n_topics=3, seed=2) for _ in range(2))
    assert one.within.tolist() == again.within.tolist()
    turned = topic_consistency(texts[::-1], reference(), n_topics=3, seed=2)
    assert turned.within[::-1] == pytest.approx(one.within)
    assert turned.between == pytest.approx(one.between)


def test_words_that_are_everywhere_belong_to_no_topic():
    everywhere = [f"{text} the the the the" for text in reference()]
    texts = [written(v, 40, 7) for v in (SEA, TOWN)]
    plain = topic_consistency(texts, everywhere, n_topics=2, max_share=0.6)
    drowned = [text.replace(" ", " the ") for text in texts]
    assert topic_consistency(drowned, everywhere, n_topics=2, max_share=0.6).within == (
        pytest.approx(plain.within, abs=0.05)
    )


def test_texts_that_the_topics_do_not_know_are_left_out_and_counted():
    texts = [written(SEA, 20, 1), written(TOWN, 20, 2), "", "boat", "boat xyzzy", "uno dos tres"]
    found = topic_consistency(texts, reference(), n_topics=2)
    assert found.within.shape == (2,)
    assert found.n_left_out == 4


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(EvaluationError, match="0 of 0 texts"):
        topic_consistency([], reference())
    with pytest.raises(EvaluationError, match="1 of 1 texts"):
        topic_consistency([written(SEA, 20, 1)], reference())
    with pytest.raises(EvaluationError, match="the 0 reference texts leave no word"):
        topic_consistency(["a b", "c d"], [])
    with pytest.raises(EvaluationError, match="leave no word"):
        topic_consistency(["a b", "c d"], ["same", "same"])
    with pytest.raises(EvaluationError, match="n_topics=1"):
        topic_consistency(["a b", "c d"], reference(), n_topics=1)
    with pytest.raises(EvaluationError, match="max_share=0"):
        topic_consistency(["a b", "c d"], reference(), max_share=0)


# ----------------------------------------------------------------------- likeness

mixtures = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(np.array).filter(np.any)


@given(mixtures, mixtures)
def test_likeness_is_one_less_the_square_of_scipys_distance(one, other):
    distance = pytest.importorskip("scipy.spatial.distance", reason="SciPy is not installed")
    one, other = one / one.sum(), other / other.sum()
    squared = np.nan_to_num(distance.jensenshannon(one, other, base=2)) ** 2
    assert likeness(one, other) == pytest.approx(1 - squared, abs=1e-7)
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert likeness(one, one) == pytest.approx(1)
