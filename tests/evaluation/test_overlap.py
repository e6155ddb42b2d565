"""BLEU is sacrebleu's for a corpus and NLTK's for a sentence, and right in cases worked by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpus.words import words
from course_lib.errors import EvaluationError
from course_lib.evaluation.overlap import CorpusBleu, corpus_bleu, sentence_bleu

sacrebleu = pytest.importorskip("sacrebleu")
nltk = pytest.importorskip("nltk.translate.bleu_score")

texts = st.lists(st.sampled_from(["the", "sea", "is", "calm", "today", "Sí."]), max_size=9).map(
    " ".join
)
references = texts.filter(bool)
cases = st.lists(
    st.tuples(texts, st.lists(references, min_size=1, max_size=3)), min_size=1, max_size=6
)


# -------------------------------------------------------------------------- corpus


@given(cases, st.booleans(), st.booleans(), st.sampled_from(["13a", "intl", "char", "none"]))
def test_a_corpus_scores_as_in_sacrebleu(pairs, lowercase, effective_order, tokenize):
    hypotheses, own = zip(*pairs, strict=True)
    places = max(map(len, own))
    streams = [[r[i] if i < len(r) else None for r in own] for i in range(places)]
    got = corpus_bleu(
        hypotheses, own, tokenize=tokenize, lowercase=lowercase, effective_order=effective_order
    )
    for order in range(1, 5):
        metric = sacrebleu.BLEU(
            tokenize=tokenize,
            lowercase=lowercase,
            effective_order=effective_order,
            max_ngram_order=order,
        )
        wanted = metric.corpus_score(hypotheses, streams)
        assert got.scores[order - 1] == wanted.score
    assert got.score == wanted.score
    assert got.precisions == tuple(wanted.precisions)
    assert got.brevity_penalty == wanted.bp
    assert (got.hypothesis_length, got.reference_length) == (wanted.sys_len, wanted.ref_len)
    assert got.signature == str(metric.get_signature())


def test_a_corpus_worked_by_hand():
    got = corpus_bleu(
        ["the cat sat on the mat", "it rained"],
        [["the cat is on the mat"], ["it rained all day long", "it rains"]],
    )
    # Lengths 6 + 2 and 6 + 2. Words: 5 of 6 and 2 of 2, since "rained" stands in a reference. Pairs
    # of words: 3 of 5 and 1 of 1; triples 1 of 4; no run of four of 3, which counts as half of one.
    assert got.precisions == pytest.approx((700 / 8, 400 / 6, 25, 100 / 6))
    assert (got.hypothesis_length, got.reference_length, got.brevity_penalty) == (8, 8, 1)
    means = [7 / 8, (7 / 8 * 4 / 6) ** (1 / 2), (7 / 8 * 4 / 6 / 4) ** (1 / 3)]
    means.append((7 / 8 * 4 / 6 / 4 / 6) ** (1 / 4))
    assert got.scores == pytest.approx([100 * mean for mean in means])


def test_a_word_is_matched_no_more_often_than_a_reference_has_it():
    # The example of the paper, section 2.1: 2 of 7, though each of the seven words is in both.
    got = corpus_bleu(["the " * 7], [["the cat is on the mat", "there is a cat on the mat"]])
    assert got.precisions[0] == pytest.approx(200 / 7)


def test_a_short_hypothesis_pays():
    got = corpus_bleu(["one two three four"], [["one two three four five six"]])
    assert got.precisions == (100,) * 4
    assert got.brevity_penalty == pytest.approx(math.exp(1 - 6 / 4))
    assert got.score == pytest.approx(100 * math.exp(-1 / 2))


def test_the_bleu_of_a_corpus_is_not_the_mean_of_its_sentences():
    hypotheses = ["the cat sat on the red mat", "yes it is so"]
    own = [["the dog sat on a red mat"], ["yes it is so"]]
    alone = [corpus_bleu([h], [r]).score for h, r in zip(hypotheses, own, strict=True)]
    together = corpus_bleu(hypotheses, own).score
    assert min(alone) < together < max(alone)
    assert abs(together - sum(alone) / 2) > 5


def test_right_answers_of_one_word_score_nothing_without_effective_order():
    answers = ["Hola", "Adiós", "Gracias"]
    own = [[answer] for answer in answers]
    assert corpus_bleu(answers, own).score == 0
    assert corpus_bleu(answers, own).scores[0] == pytest.approx(100)
    assert corpus_bleu(answers, own, effective_order=True).score == pytest.approx(100)


def test_the_standard_tokenizer_does_not_know_the_marks_of_spanish():
    hypothesis, own = "¿Quién vive?", [["Quién vive?"]]
    assert corpus_bleu([hypothesis], own).precisions[0] == pytest.approx(200 / 3)
    intl = corpus_bleu([hypothesis], own, tokenize="intl")
    assert intl.precisions[0] == pytest.approx(75)
    assert intl.hypothesis_length == 4


def test_the_signature_says_what_was_done():
    got = corpus_bleu(["a b"], [["a b"]], tokenize="intl", lowercase=True)
    parts = got.signature.split("|")
    assert {"nrefs:1", "case:lc", "eff:no", "tok:intl", "smooth:exp"} <= set(parts)
    assert any(part.startswith("version:") for part in parts)
    several = corpus_bleu(["a b", "c"], [["a b", "a"], ["c"]])
    assert "nrefs:var" in several.signature


def test_an_empty_hypothesis_scores_nothing():
    got = corpus_bleu([""], [["the sea"]])
    assert got == CorpusBleu((0.0,) * 4, (0.0,) * 4, 0.0, 0, 2, got.signature)


# ------------------------------------------------------------------------ sentence


@given(texts, st.lists(references, min_size=1, max_size=3), st.integers(1, 5))
def test_a_sentence_scores_as_in_nltk(hypothesis, own, max_order):
    smoothing = nltk.SmoothingFunction()
    for name, method in (("epsilon", smoothing.method1), ("add-one", smoothing.method2)):
        wanted = nltk.sentence_bleu(
            [words(reference) for reference in own],
            words(hypothesis),
            weights=[1 / max_order] * max_order,
            smoothing_function=method,
        )
        got = sentence_bleu(hypothesis, own, smoothing=name, max_order=max_order)
        assert got == pytest.approx(100 * wanted, abs=1e-12)


@given(texts, st.lists(references, min_size=1, max_size=3))
def test_an_unsmoothed_sentence_scores_as_in_sacrebleu_or_nothing(hypothesis, own):
    def cut(text):
        return " ".join(words(text))

    metric = sacrebleu.BLEU(tokenize="none", smooth_method="none", force=True)
    wanted = metric.corpus_score([cut(hypothesis)], [[cut(reference)] for reference in own])
    got = sentence_bleu(hypothesis, own, smoothing="none")
    assert got == pytest.approx(wanted.score, abs=1e-9)
    assert got == 0 or got > 1  # and never 1e-231


def test_a_sentence_by_hand_under_each_smoothing():
    hypothesis, own = "the cat sat on the mat", ["the cat is on the mat"]
    by_hand = {
        "none": 0,
        "epsilon": (5 / 6 * 3 / 5 * 1 / 4 * 0.1 / 3) ** (1 / 4),
        "add-one": (5 / 6 * 4 / 6 * 2 / 5 * 1 / 4) ** (1 / 4),
    }
    for smoothing, wanted in by_hand.items():
        got = sentence_bleu(hypothesis, own, smoothing=smoothing)
        assert got == pytest.approx(100 * wanted), smoothing


def test_words_are_told_apart_by_case_and_the_marks_do_not_count():
    assert sentence_bleu("The sea, the sea!", ["The sea the sea"]) == pytest.approx(100)
    assert sentence_bleu("the sea the sea", ["The sea the sea"]) < 90
    got = sentence_bleu(
        "the sea the sea", ["The Sea the sea"], tokenize=lambda t: t.lower().split()
    )
    assert got == pytest.approx(100)


@pytest.mark.parametrize("smoothing", ["none", "epsilon", "add-one"])
def test_a_text_without_a_word_scores_nothing(smoothing):
    assert sentence_bleu("…", ["the sea"], smoothing=smoothing) == 0
    assert sentence_bleu("", ["the sea"], smoothing=smoothing) == 0


# ------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("hypotheses", "own", "said"),
    [
        ([], [], "no hypothesis"),
        ("the sea", [["the sea"]], "hypotheses is one string"),
        (["the sea"], "the sea", "references is one string"),
        (["the sea"], ["the sea"], r"references of hypothesis 0 are one string.*\[reference\]"),
        (["a", "b"], [["a"]], "2 hypotheses and references for 1"),
        (["a", "b"], [["a"], []], "hypothesis 1 has no reference"),
        (["a", "b"], [["a"], ["b", " "]], "hypothesis 1 has an empty reference"),
    ],
)
def test_a_corpus_that_cannot_be_judged_is_refused(hypotheses, own, said):
    with pytest.raises(EvaluationError, match=said):
        corpus_bleu(hypotheses, own)


def test_settings_that_there_are_not_are_refused():
    with pytest.raises(EvaluationError, match=r"tokenize must be one of 13a, .*got 'spm'"):
        corpus_bleu(["a"], [["a"]], tokenize="spm")
    with pytest.raises(EvaluationError, match="none, epsilon, add-one, got 'laplace'"):
        sentence_bleu("a", ["a"], smoothing="laplace")
    with pytest.raises(EvaluationError, match="max_order must be at least 1, got 0"):
        sentence_bleu("a", ["a"], max_order=0)
    with pytest.raises(EvaluationError, match="the hypothesis has no reference"):
        sentence_bleu("a", [])
    with pytest.raises(EvaluationError, match="'…' has no word"):
        sentence_bleu("a", ["a", "…"])
    with pytest.raises(EvaluationError, match="one string"):
        sentence_bleu("a", "a")
