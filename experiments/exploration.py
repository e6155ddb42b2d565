"""Does noise on the hidden state vary a text at a better price than temperature does?

A small LSTM reads first stanzas of verse for 300 steps, a minute or two. It writes stanzas: drawn
at several temperatures, and with Gaussian noise on its hidden state, on top of greedy decoding and
of drawing. The grammar judges each without error: how many tokens are wrong, for each token that
still had a right one (a text is read up to its first wrong token, as what comes after has no right
or wrong; the end of a stanza is a blank line), and what is kept of lines and rhymes. Variety is
that of the set: distinct n-grams and self-BLEU of the first words of as many texts each. A strategy
that is more varied is also more often wrong, so each set with noise is held against drawing by
temperature at the same variety, between its measured points.

The noise is that of a document which this course examines: a standard deviation of 0.1, at 30 % of
the tokens, in units that it does not name. Here they are those of h, between -1 and 1.

Run: ``python experiments/exploration.py``. The number of steps is fixed, so other work on the
machine makes it slower and not worse. The quick run takes a few steps.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras

import numpy as np
from numpy.typing import NDArray
from train_verse import batches_by_length

from course_lib import results
from course_lib.corpus import verse
from course_lib.corpus.verse import forward
from course_lib.corpus.verse.grammar import WORD_OR_MARK, tokenize
from course_lib.corpus.verse.poem import BREAK
from course_lib.corpus.words import words
from course_lib.evaluation import diversity, wellformed
from course_lib.evaluation.likelihood import evaluate
from course_lib.generation.decoding import greedy
from course_lib.generation.exploration import Exploration
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import write
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.training.muon import muon
from course_lib.training.schedules import warmup_cosine
from course_lib.training.trainer import Trainer

STEPS, BATCH, RATE = 300, 32, 0.08
SIZES: dict[str, Any] = {"embedding_size": 64, "hidden_size": 128, "num_layers": 1, "dropout": 0.0}
SEEDS = (0, 1, 2)
N_TRAIN, N_TEST, N_TEXTS = 8_000, 100, 100
MOST_IDS = 64
LENGTH = 20  # words of each text that variety looks at
KEPT = 0.8  # share of the texts whose variety is measured: the first that are long enough
VARIETY = "distinct_2"
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2)
SIGMAS = (0.1, 0.2, 0.4)
DOCUMENT = Exploration(0.1, 0.3)


@dataclass(frozen=True)
class Strategy:
    """A way to write.

    Args:
        base: ``"greedy"``, or ``"drawn"`` for a draw at a temperature.
        temperature: of the draw.
        explore: noise.
    """

    base: str
    temperature: float = 1.0
    explore: Exploration | None = None

    @property
    def name(self) -> str:
        """As the figures name it."""
        name = "greedy" if self.base == "greedy" else f"t{self.temperature:g}"
        if self.explore is None:
            return name
        share = f"_share{self.explore.share:g}" if self.explore.share < 1 else ""
        return f"{name}_sigma{self.explore.sigma:g}{share}".replace(".", "p")


def strategies(quick: bool) -> list[Strategy]:
    """What is compared: temperatures, and noise on top of three ways to choose."""
    if quick:
        noisy = Strategy("greedy", explore=Exploration(0.4))
        return [Strategy("drawn", 0.5), Strategy("drawn"), noisy]
    bases = (
        Strategy("greedy"),
        Strategy("drawn", 0.7),
        Strategy("drawn"),
    )
    return [
        Strategy("greedy"),
        *(Strategy("drawn", t) for t in TEMPERATURES),
        *(Strategy(b.base, b.temperature, Exploration(s)) for b in bases for s in SIGMAS),
        Strategy("greedy", explore=DOCUMENT),
        Strategy("drawn", 1.0, DOCUMENT),
    ]


def first_stanza(poem: str) -> str:
    """A poem up to its first blank line."""
    return poem.split(BREAK)[0]


def floor_nats(stanza: str) -> float:
    """What a stanza costs the grammar itself, the blank line after it included."""
    state = forward.start(verse.grammar("en"))
    for token in tokenize(stanza + BREAK):
        state = forward.advance(state, token)
    return -forward.log_sum(list(state.values()))


def read_stanzas(
    tokenizer: Tokenizer, ids: Sequence[NDArray[np.int64]], steps: int, seed: int
) -> tuple[LSTMLanguageModel, dict[str, float]]:
    """A network after so many steps, and what they took."""
    keras.utils.set_random_seed(seed)
    trainer = Trainer(
        LSTMLanguageModel(LSTMConfig(tokenizer.vocab_size, **SIZES)), 0.0, tokenizer.pad_id
    )
    trainer.compile(muon(warmup_cosine(RATE, steps, 1 + steps // 10)))
    data = batches_by_length(ids, tokenizer, BATCH, seed).repeat().take(steps)
    started = time.perf_counter()
    trainer.fit(data, verbose=0)
    figures = {"seed": seed, "training_seconds": time.perf_counter() - started}
    model = trainer.language_model
    return model, {**figures, "parameters": model.n_parameters}


def until_wrong(text: str) -> tuple[int, bool]:
    """Tokens of a text that were judged, and whether the last of them was wrong.

    Each was judged where the grammar could still go on.
    """
    state, n, read = forward.start(verse.grammar("en")), 0, 0
    for n, found in enumerate(WORD_OR_MARK.finditer(text), start=1):
        state = forward.advance(state, found[0]) if found.start() == read else {}
        read = found.end()
        if not state:
            return n, True
    return n + (read < len(text)), read < len(text)  # a space that belongs to no token is wrong


def measured(texts: Sequence[str], ended: Sequence[bool]) -> dict[str, Any]:
    """Variety of a set of texts, and what the grammar says of them."""
    judged = [
        until_wrong(text + BREAK if end else text) for text, end in zip(texts, ended, strict=True)
    ]
    kept = wellformed.summarise(wellformed.judge(text) for text in texts)
    long = [found[:LENGTH] for text in texts if len(found := words(text)) >= LENGTH]
    cut = long[: round(KEPT * len(texts))]  # sets of one size
    figures: dict[str, Any] = {
        "n_texts": len(texts),
        "n_long": len(long),
        "ended": float(np.mean(ended)),
        "words": float(np.mean([len(words(text)) for text in texts])),
        "wrong_per_token": sum(wrong for _, wrong in judged) / sum(n for n, _ in judged),
        "right_to_the_end": sum(
            end and not wrong for (_, wrong), end in zip(judged, ended, strict=True)
        )
        / len(texts),
        "pairs_that_rhyme": kept.pairs.share,
        "lines_of_the_grammar": kept.lines.share,
        "different_texts": len(set(texts)) / len(texts),
    }
    if len(cut) == round(KEPT * len(texts)):
        figures["self_bleu"] = diversity.self_bleu(cut)
        for n in (2, 4):
            figures[f"distinct_{n}"] = diversity.distinct_n(cut, n)
        figures["repeated_4"] = float(np.mean([diversity.repeated_ngrams(row, 4) for row in cut]))
    return figures


def texts_of(
    model: LSTMLanguageModel, tokenizer: Tokenizer, strategy: Strategy, n: int, seed: int
) -> dict[str, Any]:
    """The figures of stanzas that a model wrote."""
    how = greedy if strategy.base == "greedy" else Sampling(strategy.temperature)
    found = write(
        model,
        tokenizer,
        [""],
        how,
        max_new_ids=MOST_IDS,
        n_samples=n,
        seed=seed,
        explore=strategy.explore,
    )
    return measured([text.text for text in found], [text.ended == "stop" for text in found])


def size_of_h(model: LSTMLanguageModel, tokenizer: Tokenizer, texts: Sequence[str]) -> float:
    """Root mean square of the numbers that noise is added to, over the places of texts."""
    squares = []
    for text in texts:
        state = model.start(1)
        for token in [tokenizer.eos_id, *tokenizer.encode(text)]:
            _, state = model.step([token], state)
            squares += [float(np.mean(np.square(h))) for h, _ in state]
    return float(np.sqrt(np.mean(squares)))


def at_equal_variety(sets: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """For each set with noise: wrong tokens, and those of a draw of the same variety.

    Drawing is known at some temperatures; between them the logarithm of its wrong tokens is taken
    to be straight in variety. A set that is more or less varied than all of them is left out.
    """
    drawn = [sets[Strategy("drawn", t).name] for t in TEMPERATURES]
    points = sorted((s[VARIETY], s["wrong_per_token"]) for s in drawn if VARIETY in s)
    if not points:
        return {}
    variety, wrong = (np.array(column) for column in zip(*points, strict=True))
    found = {}
    for name, each in sets.items():
        if "sigma" in name and VARIETY in each and variety[0] <= each[VARIETY] <= variety[-1]:
            same = float(np.exp(np.interp(each[VARIETY], variety, np.log(wrong))))
            found[name] = {
                VARIETY: each[VARIETY],
                "with_noise": each["wrong_per_token"],
                "by_temperature": same,
                "ratio": each["wrong_per_token"] / same,
            }
    return found


def over_seeds(runs: Sequence[dict[str, Any]], key: str) -> dict[str, dict[str, list[float]]]:
    """For each set that all seeds have, mean, least and greatest of its figures."""
    names = [name for name in runs[0][key] if all(name in run[key] for run in runs)]
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        each = [run[key][name] for run in runs]
        found[name] = {}
        for figure in each[0]:
            values = [one.get(figure) for one in each]
            if all(value is not None for value in values):
                row = {"mean": float(np.mean(values)), "least": min(values), "most": max(values)}
                found[name][figure] = row
    return found


def explored(run: results.Experiment) -> dict[str, Any]:
    """All sets of all seeds."""
    n_train, n_test, n_texts = (100, 3, 4) if run.quick else (N_TRAIN, N_TEST, N_TEXTS)
    train = run.use(verse.as_corpus(n_train, 7, "en"))
    test = run.use(verse.as_corpus(n_test, 2000, "en"))
    stanzas = [first_stanza(poem) for poem in train]
    unseen = [first_stanza(poem) for poem in test]
    tokenizer = HybridTokenizer.from_texts(stanzas, vocab_size=2000)
    ids = [np.asarray(tokenizer.encode(stanza)) for stanza in stanzas]
    floor = sum(map(floor_nats, unseen)) / np.log(2) / sum(len(text.encode()) for text in unseen)
    runs: list[dict[str, Any]] = []
    for seed in run.seeds[:1] if run.quick else run.seeds:
        model, figures = read_stanzas(tokenizer, ids, 3 if run.quick else STEPS, seed)
        bits = evaluate(model, tokenizer, unseen).bits_per_byte
        make = partial(texts_of, model, tokenizer, n=n_texts, seed=seed)
        sets = {each.name: make(each) for each in strategies(run.quick)}
        runs.append(
            {
                **figures,
                "bits_per_byte": bits,
                "over_floor": bits / floor,
                "rms_h": size_of_h(model, tokenizer, unseen[:20]),
                "sets": sets,
                "equal": {} if run.quick else at_equal_variety(sets),
            }
        )
        print(seed, {name: s["wrong_per_token"] for name, s in sets.items()}, flush=True)
    real = [first_stanza(poem) for poem in verse.sample(n_texts, seed=4000)]
    return {
        "n_train": n_train,
        "vocab_size": tokenizer.vocab_size,
        "length": LENGTH,
        "kept": KEPT,
        "variety": VARIETY,
        "floor": {"bits_per_byte": floor},
        "stanzas_of_the_grammar": measured(real, [True] * n_texts),
        "runs": runs,
        "sets": over_seeds(runs, "sets"),
        "equal": over_seeds(runs, "equal"),
    }


def main() -> None:
    """Measure."""
    with results.experiment("exploration", seeds=SEEDS) as run:
        run.figures.update(steps=STEPS, sizes=SIZES, **explored(run))


if __name__ == "__main__":
    main()
