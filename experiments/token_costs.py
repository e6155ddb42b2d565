"""What a tokenizer costs: tokens for the same text, in English and in Spanish, and what is unknown.

Three questions. How does the vocabulary size trade against the length of the sequence, and how much
of a text is unknown to words? What does the same sentence cost in English and in Spanish, with
GPT-2's vocabulary and with ours, trained on English, on Spanish, or on both? How long is each
corpus with each kind of tokenizer? Vocabularies are learned from training text and measured on
text that was held out. The parallel sentences of ``spa-eng`` and GPT-2's vocabulary are in the data
folder that ``COURSE_DATA`` names.

Run: ``python experiments/token_costs.py``. The quick run compares the languages on verse, which
are not translations, without GPT-2.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_lib import corpus, results
from course_lib.corpus import Corpus, verse
from course_lib.corpus.split import split
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.tokenizers.words import WordTokenizer

SIZES = (264, 512, 1024, 2048, 4096, 8192, 16384)
WORD_TYPES = (500, 1000, 2000, 5000, 10_000, 20_000, 30_000)
PARALLEL_VOCABULARY = 8192
ENGLISH, SPANISH = "en", "es"

Pairs = tuple[list[str], list[str]]


def cost(tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, float]:
    """Tokens for each word, character and byte of some texts, and how many ids they use."""
    ids = [tokenizer.encode(text) for text in texts]
    n = sum(map(len, ids))
    return {
        "vocab_size": tokenizer.vocab_size,
        "ids_used": len(set().union(*ids)),
        "tokens": n,
        "tokens_per_word": n / sum(len(text.split()) for text in texts),
        "tokens_per_character": n / sum(map(len, texts)),
        "bytes_per_token": sum(len(text.encode()) for text in texts) / n,
    }


def by_vocabulary(train: Corpus, test: Corpus, sizes: Sequence[int]) -> dict[str, Any]:
    """Length of the held-out text against the size of the vocabulary, for BPE and for words."""
    bpe = {str(size): cost(ByteBPETokenizer.train(train, size), test.documents) for size in sizes}
    return {"bpe": bpe, "words": unknown_words(train, test)}


def unknown_words(train: Corpus, test: Corpus) -> dict[str, Any]:
    """Share of held-out words that a vocabulary of training words does not have, by its size."""
    types = len({word for text in train for word in text.split()}) + 2  # <unk> and the line end
    held_out = Counter(word for text in test for word in text.split())
    found = {}
    for size in [*(size for size in WORD_TYPES if size < types), types]:
        tokenizer = WordTokenizer.from_texts(train, max_types=size)
        unknown = sum(
            n for word, n in held_out.items() if tokenizer.unk_id in tokenizer.encode(word)
        )
        found[str(size)] = {"unknown": unknown / held_out.total(), "all_types": size == types}
    return found


def by_kind(train: Corpus, test: Corpus) -> dict[str, Any]:
    """The same held-out text with each kind of tokenizer."""
    kinds: dict[str, Tokenizer] = {
        "characters": CharacterTokenizer.from_texts(train),
        "hybrid": HybridTokenizer.from_texts(train, vocab_size=1000),
        "bpe_1024": ByteBPETokenizer.train(train, 1024),
        "words": WordTokenizer.from_texts(train),
    }
    costs: dict[str, Any] = {kind: cost(t, test.documents) for kind, t in kinds.items()}
    n_bytes, n_words = test.n_bytes, sum(len(text.split()) for text in test)
    costs["bytes"] = {"vocab_size": 256, "tokens": n_bytes, "tokens_per_word": n_bytes / n_words}
    return costs


def tokenizers_by_language(train: Pairs, size: int) -> dict[str, Tokenizer]:
    """Ours, of one size, learned from English, from Spanish, and from half as much of both."""
    english, spanish = train
    both = [*english[::2], *spanish[1::2]]
    texts = {"english": english, "spanish": spanish, "both": both}
    found: dict[str, Tokenizer] = {
        name: ByteBPETokenizer.train(text, size) for name, text in texts.items()
    }
    if folder := os.environ.get("COURSE_DATA"):
        found["gpt2"] = ByteBPETokenizer.gpt2(Path(folder) / "gpt2")
    return found


def compare_languages(train: Pairs, test: Pairs, size: int) -> dict[str, Any]:
    """What both languages cost with each vocabulary, by word and for the whole of the text."""
    found = {}
    for name, tokenizer in tokenizers_by_language(train, size).items():
        english, spanish = (cost(tokenizer, texts) for texts in test)
        found[name] = {
            ENGLISH: english,
            SPANISH: spanish,
            "spanish_over_english": {
                key: spanish[key] / english[key]
                for key in ("tokens", "tokens_per_word", "tokens_per_character")
            },
        }
    return found


def lengths(texts: Pairs) -> dict[str, Any]:
    """Words, characters and bytes of both sides, and their ratios: what no tokenizer changes."""
    sides = {
        language: {
            "sentences": len(side),
            "words": sum(len(text.split()) for text in side),
            "characters": sum(map(len, side)),
            "bytes": sum(len(text.encode()) for text in side),
        }
        for language, side in zip((ENGLISH, SPANISH), texts, strict=True)
    }
    ratios = {key: sides[SPANISH][key] / sides[ENGLISH][key] for key in sides[ENGLISH]}
    return {**sides, "spanish_over_english": ratios}


def translations(documents: Corpus) -> Pairs:
    """The English sentences, each with its first translation."""
    first = [text.split("\n")[0].split("\t") for text in documents]
    return [pair[0] for pair in first], [pair[1] for pair in first]


def main() -> None:
    """Measure all three."""
    with results.experiment("token_costs", seeds=(0,)) as run:
        names = ["anthology" if run.quick else "docs"]
        full = bool(os.environ.get("COURSE_DATA")) and not run.quick
        if full:
            names += ["tinyshakespeare", "quijote"]
        sizes = SIZES if full else SIZES[: 2 if run.quick else 4]
        run.figures["by_vocabulary"], run.figures["by_kind"] = {}, {}
        for name in names:
            parts = split(run.use(corpus.load(name)), seed=0)
            run.figures["by_vocabulary"][name] = by_vocabulary(parts.train, parts.test, sizes)
            run.figures["by_kind"][name] = by_kind(parts.train, parts.test)
        n_poems = 200 if run.quick else 2000
        for language in verse.LANGUAGES:
            parts = split(run.use(corpus.load("verse", n=n_poems, language=language)), seed=0)
            run.figures["by_kind"][f"verse_{language}"] = by_kind(parts.train, parts.test)
        if full:
            parts = split(run.use(corpus.load("spa-eng")), seed=0)
            train, test = translations(parts.train), translations(parts.test)
            size = PARALLEL_VOCABULARY
        else:
            n_train = 100 if run.quick else 1000
            poems = [verse.sample(n_train + 200, seed=1, language=each) for each in verse.LANGUAGES]
            train = [*poems[0][:n_train]], [*poems[1][:n_train]]
            test = [*poems[0][n_train:]], [*poems[1][n_train:]]
            size = 1024
        run.figures["parallel"] = {
            "lengths": lengths(test),
            "with": compare_languages(train, test, size),
        }


if __name__ == "__main__":
    main()
