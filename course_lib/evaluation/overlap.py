"""BLEU: how many n-grams a text shares with what a person wrote for the same input.

BLEU needs that reference: a translation, a summary, an answer. A poem or a story that goes on from
a prompt has none. A thousand good continuations share few n-grams, so a BLEU of open-ended text is
a number without a meaning; see ``diversity`` and ``likelihood`` for what can be said of it.

For each order n, the precision is the share of the hypothesis' n-grams that stand in a reference,
each counted no more often than the reference has it. BLEU-N is the geometric mean of the precisions
of the orders 1 to N, times a penalty for being shorter than the reference. Scores run from 0 to
100.

Source: K. Papineni and others (2002), BLEU: a Method for Automatic Evaluation of Machine
Translation, P02-1040.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from course_lib.corpus.words import words
from course_lib.errors import EvaluationError, require

Smoothing = Literal["none", "epsilon", "add-one"]
"""What becomes of an order without a match; see ``sentence_bleu``."""

EPSILON = 0.1
"""What "epsilon" takes for a count of 0; the value of NLTK."""

MAX_ORDER = 4
"""The longest n-grams that BLEU looks at unless told."""

TOKENIZERS = ("13a", "intl", "char", "none")
"""The tokenizers of sacrebleu that need neither a download nor another library."""

_NLTK_METHODS = {"none": "method0", "epsilon": "method1", "add-one": "method2"}


@dataclass(frozen=True)
class CorpusBleu:
    """The BLEU of a corpus and what it was made of.

    Args:
        scores: BLEU-1, BLEU-2, BLEU-3 and BLEU-4, from 0 to 100.
        precisions: of the orders 1 to 4, in percent, as smoothed.
        brevity_penalty: 1 if the hypotheses are together no shorter than the references.
        hypothesis_length: tokens of all hypotheses.
        reference_length: tokens of the references, of several the one nearest in length.
        signature: settings and version of sacrebleu; print it beside the score, for two BLEUs with
            different signatures cannot be compared.
    """

    scores: tuple[float, ...]
    precisions: tuple[float, ...]
    brevity_penalty: float
    hypothesis_length: int
    reference_length: int
    signature: str

    @property
    def score(self) -> float:
        """BLEU-4, which is what is meant by BLEU."""
        return self.scores[-1]


def corpus_bleu(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    tokenize: str = "13a",
    lowercase: bool = False,
    effective_order: bool = False,
) -> CorpusBleu:
    """BLEU of a whole corpus, as sacrebleu computes it.

    Matches and lengths are summed over the corpus and divided once. So it is not the mean of the
    BLEUs of its sentences: a long sentence weighs more than a short one, and a sentence that has no
    4-gram in common with its reference costs something, but not all.

    If no n-gram of some order matches in the whole corpus, its precision is smoothed (halved again
    for each such order), as is usual. If the corpus has no n-gram of some order at all, its BLEU is
    0: of a corpus of one-word answers, all right, BLEU is 0 unless ``effective_order`` is set.

    Args:
        hypotheses: the texts to judge, as people write them: sacrebleu cuts them into tokens.
        references: ``references[i]`` are those of ``hypotheses[i]``, one or more. Their numbers may
            differ.
        tokenize: "13a" (the standard; it knows the marks of ASCII alone, so *¿Qué* is one token),
            "intl" (all marks of Unicode: take it for Spanish), "char", or "none" to cut at spaces.
        lowercase: whether to ignore case.
        effective_order: use only the orders of which the corpus has n-grams.

    Returns:
        The scores, with their parts and the signature. An empty hypothesis is a text of length 0.

    Raises:
        EvaluationError: no hypothesis, a number of references other than that of hypotheses, a
            hypothesis without a reference, an empty reference, or an unknown tokenizer.

    Source: M. Post (2018), A Call for Clarity in Reporting BLEU Scores, W18-6319.

    >>> bleu = corpus_bleu(["the cat sat on the mat"], [["the cat is on the mat"]])
    >>> [round(p, 1) for p in bleu.precisions], round(bleu.score, 2)
    ([83.3, 60.0, 25.0, 16.7], 37.99)
    >>> corpus_bleu(["Hola"], [["Hola"]]).score
    0.0
    >>> round(corpus_bleu(["Hola"], [["Hola"]], effective_order=True).score, 6)
    100.0
    """
    _check_corpus(hypotheses, references)
    if tokenize not in TOKENIZERS:
        raise EvaluationError(f"tokenize must be one of {', '.join(TOKENIZERS)}, got {tokenize!r}")
    metric = require("sacrebleu", "evaluate").BLEU(
        tokenize=tokenize, lowercase=lowercase, effective_order=effective_order
    )
    # One list for each place among the references; None where a hypothesis has fewer.
    streams = [list(stream) for stream in zip_longest(*references)]
    found = metric.corpus_score(list(hypotheses), streams)
    return CorpusBleu(
        scores=tuple(
            metric.compute_bleu(
                list(found.counts[:order]),
                list(found.totals[:order]),
                found.sys_len,
                found.ref_len,
                smooth_method=metric.smooth_method,
                effective_order=effective_order,
                max_ngram_order=order,
            ).score
            for order in range(1, MAX_ORDER + 1)
        ),
        precisions=tuple(found.precisions),
        brevity_penalty=found.bp,
        hypothesis_length=found.sys_len,
        reference_length=found.ref_len,
        signature=str(metric.get_signature()),
    )


def sentence_bleu(
    hypothesis: str,
    references: Sequence[str],
    *,
    smoothing: Smoothing = "epsilon",
    max_order: int = MAX_ORDER,
    tokenize: Callable[[str], list[str]] = words,
) -> float:
    """BLEU of one text, as NLTK computes it.

    One text often has no 4-gram in common with its reference, and then its BLEU is 0 whatever else
    matches. Smoothing mends that, and decides what a short text scores, so say which was used:

    - ``"none"``: the BLEU is 0.
    - ``"epsilon"``: an order without a match counts 0.1 matches (NLTK's method 1).
    - ``"add-one"``: from order 2 on, one is added to the matches and to the n-grams (method 2).

    The mean over many texts is not their ``corpus_bleu``.

    Args:
        hypothesis: the text to judge.
        references: one or more.
        smoothing: see above.
        max_order: longest n-grams looked at. A text with fewer words cannot reach 100 under any
            smoothing: lower this for short answers.
        tokenize: from a text to its tokens; the words of the course, case kept, unless told.

    Returns:
        From 0 to 100; 0 for a text without a word.

    Raises:
        EvaluationError: no reference, a reference without a word, one string for the references,
            an unknown smoothing, or ``max_order`` below 1.

    Source: B. Chen and C. Cherry (2014), A Systematic Comparison of Smoothing Techniques for
    Sentence-Level BLEU, W14-3346.

    >>> for smoothing in ("none", "epsilon", "add-one"):
    ...     print(smoothing, round(sentence_bleu("Hola", ["Hola"], smoothing=smoothing), 1))
    none 0.0
    epsilon 17.8
    add-one 59.5
    >>> sentence_bleu("Hola", ["Hola"], max_order=1)
    100.0
    """
    check_smoothing(smoothing, max_order)
    _check_references(references, "the hypothesis")
    own, others = tokenize(hypothesis), [tokenize(reference) for reference in references]
    if not all(others):
        raise EvaluationError(
            f"reference {references[others.index([])]!r} has no word; leave it out, or give a "
            "tokenize that finds one"
        )
    nltk = require("nltk.translate.bleu_score", "evaluate")
    orders = range(1, max_order + 1)
    # NLTK would warn, and give a number near 1e-231 for what is 0.
    if smoothing == "none" and not all(
        nltk.modified_precision(others, own, n).numerator for n in orders
    ):
        return 0.0
    method = getattr(nltk.SmoothingFunction(epsilon=EPSILON), _NLTK_METHODS[smoothing])
    weights = (1 / max_order,) * max_order
    return 100.0 * nltk.sentence_bleu(others, own, weights, smoothing_function=method)


def check_smoothing(smoothing: str, max_order: int) -> None:
    """Refuse settings of a sentence's BLEU that there are not.

    Args:
        smoothing: one of ``Smoothing``.
        max_order: at least 1.

    Raises:
        EvaluationError: they are not.
    """
    if smoothing not in _NLTK_METHODS:
        raise EvaluationError(
            f"smoothing must be one of {', '.join(_NLTK_METHODS)}, got {smoothing!r}"
        )
    if max_order < 1:
        raise EvaluationError(f"max_order must be at least 1, got {max_order}")


def _check_corpus(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    for name, given in (("hypotheses", hypotheses), ("references", references)):
        if isinstance(given, str):
            raise EvaluationError(f"{name} is one string; expected a list, one entry for each text")
    if not hypotheses:
        raise EvaluationError("no hypothesis to judge; expected at least one")
    if len(hypotheses) != len(references):
        raise EvaluationError(
            f"{len(hypotheses)} hypotheses and references for {len(references)}; expected "
            "references[i] to be the list of references of hypotheses[i]"
        )
    for i, own in enumerate(references):
        _check_references(own, f"hypothesis {i}")


def _check_references(references: Sequence[str], whose: str) -> None:
    if isinstance(references, str):
        raise EvaluationError(
            f"the references of {whose} are one string; expected a list: [reference]"
        )
    if not references:
        raise EvaluationError(f"{whose} has no reference, and BLEU has no meaning without one")
    if not all(reference.strip() for reference in references):
        raise EvaluationError(f"{whose} has an empty reference; leave it out")
