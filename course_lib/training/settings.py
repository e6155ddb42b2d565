"""What decides what a training run computes, checked as soon as it is said (Keras)."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from course_lib.corpus import Corpus
from course_lib.errors import TrainingError
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.tokenizers.words import WordTokenizer
from course_lib.training.muon import muon
from course_lib.training.optimizer import adamw

MODELS: dict[str, tuple[type[KerasLanguageModel], type]] = {
    "lstm": (LSTMLanguageModel, LSTMConfig),
    "transformer": (TransformerLanguageModel, TransformerConfig),
}
TOKENIZERS: dict[str, Callable[[Corpus, int], Tokenizer]] = {
    "characters": lambda texts, _: CharacterTokenizer.from_texts(texts),
    "words": lambda texts, _: WordTokenizer.from_texts(texts),
    "hybrid": lambda texts, size: HybridTokenizer.from_texts(texts, vocab_size=size),
    "bpe": lambda texts, size: ByteBPETokenizer.train(texts, size),
}
OPTIMIZERS: dict[str, Callable[..., Any]] = {"adamw": adamw, "muon": muon}
SCHEDULES = ("plateau", "cosine", "constant")


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides what a run computes.

    Args:
        model: ``"lstm"`` or ``"transformer"``.
        corpus: a name of the catalogue, or the path of a folder or text file.
        tokenizer: ``"characters"``, ``"words"``, ``"hybrid"`` or ``"bpe"``.
        vocab_size: of the hybrid tokenizer and of BPE.
        sizes: sizes of the model that differ from its defaults, by name.
        options: what ``corpus.load`` takes for this corpus, for instance ``language``.
        seq_len: ids that a window predicts (T).
        batch_size: windows in a batch (B).
        epochs: most passes over the training text.
        optimizer: ``"adamw"``, or ``"muon"`` for the matrices between hidden layers.
        learning_rate: the peak, if the schedule has one.
        schedule: ``"plateau"`` halves the rate when validation stands still; ``"cosine"`` rises
            for a twentieth of the steps and falls to a twentieth of the peak; ``"constant"``.
        smoothing: label smoothing, in [0, 1).
        weight_decay: share of a matrix, times the rate, that each step takes away.
        clip_norm: largest norm of all gradients together.
        carry_state: let each row of a batch go on from the state that the same row of the batch
            before has left; for an LSTM.
        accumulation_steps: batches whose mean gradient makes one step.
        patience: epochs without a better validation perplexity until training stops.
        seed: of weights, dropout, the split and the order of the batches.
        mixed_precision: ``"auto"`` or a policy of Keras.
        memory_cap_gb: gigabytes of a graphics card to use at most.

    Raises:
        TrainingError: a value out of bounds or unknown; says what was expected.
    """

    model: str = "lstm"
    corpus: str = "verse"
    tokenizer: str = "characters"
    vocab_size: int = 2048
    sizes: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    seq_len: int = 100
    batch_size: int = 32
    epochs: int = 10
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    schedule: str = "plateau"
    smoothing: float = 0.1
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    carry_state: bool = False
    accumulation_steps: int = 1
    patience: int = 3
    seed: int = 42
    mixed_precision: str = "auto"
    memory_cap_gb: float | None = None

    def __post_init__(self) -> None:
        for name, known in (
            ("model", tuple(MODELS)),
            ("tokenizer", tuple(TOKENIZERS)),
            ("schedule", SCHEDULES),
            ("optimizer", tuple(OPTIMIZERS)),
        ):
            if getattr(self, name) not in known:
                raise TrainingError(
                    f"unknown {name} {getattr(self, name)!r}; expected one of {', '.join(known)}"
                )
        for name in ("seq_len", "batch_size", "epochs", "accumulation_steps", "patience"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.seed < 0:
            raise TrainingError(f"seed must be at least 0, got {self.seed}")
        if self.carry_state and not MODELS[self.model][0].fixed_state:
            raise TrainingError(
                f"carry_state is for a model whose state has one size; that of {self.model!r} "
                "grows with what it reads"
            )
        known_sizes = {f.name for f in fields(MODELS[self.model][1])} - {"vocab_size"}
        if strange := sorted(set(self.sizes) - known_sizes):
            raise TrainingError(
                f"a model {self.model!r} has no size {', '.join(strange)}; it has "
                f"{', '.join(sorted(known_sizes))}"
            )
        positions = self.sizes.get("max_len", TransformerConfig(1).max_len)
        if self.model == "transformer" and self.seq_len > positions:
            raise TrainingError(
                f"seq_len={self.seq_len} is more than the model's {positions} positions; shorten "
                "the windows or set max_len"
            )
