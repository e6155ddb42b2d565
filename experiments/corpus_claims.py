"""Lexical diversity, sentence length and vocabulary coverage of the course's corpora.

Settles the rows of the claims ledger on the "ideal" type/token ratio, the usual length of a
sentence and the share of a text that ten thousand words cover. Words are counted, case kept; marks
are not. Corpora of the data folder are measured where ``COURSE_DATA`` names it.

Run: ``python experiments/corpus_claims.py``. The quick run leaves those corpora out.
"""

import os
from typing import Any

import numpy as np

from course_lib import corpus, results
from course_lib.corpus import stats
from course_lib.corpus.split import cut_documents, split
from course_lib.corpus.words import words

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
BAND = (0.05, 0.15)
VOCABULARY = 10_000


def loaded(quick: bool) -> dict[str, corpus.Corpus]:
    """The corpora to measure, by the name they have in the results."""
    n_poems = 200 if quick else 10_000
    texts = {
        "anthology_en": corpus.load("anthology", language="en"),
        "anthology_es": corpus.load("anthology", language="es"),
        "verse_en": corpus.load("verse", n=n_poems, language="en"),
        "verse_es": corpus.load("verse", n=n_poems, language="es"),
    }
    if not quick:
        texts["docs"] = corpus.load("docs")
    if os.environ.get("COURSE_DATA") and not quick:
        for name in ("tinyshakespeare", "quijote", "wikitext2"):
            texts[name] = corpus.load(name)
    return texts


def type_token_ratios(running: list[str]) -> dict[str, Any]:
    """The ratio in full and at fixed lengths, and the lengths between which it is in the band."""
    n_tokens, n_types = stats.type_token_curve(running, points=400)
    ratios = n_types / n_tokens
    inside = n_tokens[(ratios >= BAND[0]) & (ratios <= BAND[1])]
    at = {f"at_{n}": len(set(running[:n])) / n if n <= len(running) else None for n in LENGTHS}
    return {
        "words": len(running),
        "full": len(set(running)) / len(running),
        **at,
        "in_band_from": int(inside[0]) if len(inside) else None,
        "in_band_to": int(inside[-1]) if len(inside) else None,
        "heaps_exponent": stats.heaps_fit((n_tokens, n_types), min_tokens=100).beta,
    }


def sentence_figures(text: corpus.Corpus) -> dict[str, float]:
    """Mean, median and quartiles of the sentence length, in words."""
    lengths = np.concatenate([stats.sentence_lengths(document, words) for document in text])
    quarter, median, three_quarters = np.percentile(lengths, [25, 50, 75])
    return {
        "mean": float(lengths.mean()),
        "quartile_1": float(quarter),
        "median": float(median),
        "quartile_3": float(three_quarters),
    }


def coverages(text: corpus.Corpus) -> dict[str, float]:
    """Share of running words that the commonest training words cover."""
    parts = split(text if len(text) >= 30 else cut_documents(text), seed=0)
    train, test = (
        stats.ngram_counts(stats.running_tokens(part, words)[0], 1)
        for part in (parts.train, parts.test)
    )
    return {
        "training_types": len(train),
        "training_text": float(stats.coverage(train, [VOCABULARY])[0]),
        "held_out_text": float(stats.coverage(train, [VOCABULARY], held_out=test)[0]),
    }


def main() -> None:
    """Measure every corpus."""
    with results.experiment("corpus_claims", seeds=(0,)) as run:
        for name, text in loaded(run.quick).items():
            run.use(text)
            running, _ = stats.running_tokens(text, words)
            run.figures[name] = {
                "type_token": type_token_ratios(running),
                "sentences": sentence_figures(text),
                "coverage": coverages(text),
            }
        means = [figures["sentences"]["mean"] for figures in run.figures.values()]
        shares = [figures["coverage"]["held_out_text"] for figures in run.figures.values()]
        run.figures["range"] = {
            "sentence_mean": {"lowest": min(means), "highest": max(means)},
            "held_out_coverage": {"lowest": min(shares), "highest": max(shares)},
        }


if __name__ == "__main__":
    main()
