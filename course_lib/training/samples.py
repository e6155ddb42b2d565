"""What a model writes, and how well it predicts, while it is being trained (Keras callbacks).

A text is drawn through the protocol of the course, one id at a time, by the probabilities of the
model and nothing else. Shapes: B rows, T ids in a row, V ids. Information is in nats.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from course_lib.errors import TrainingError
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.training.losses import counted, token_losses


class Sample(NamedTuple):
    """A text that a model wrote.

    Args:
        step: steps that were taken before.
        prompt: what it was given.
        text: what it wrote after that.
    """

    step: int
    prompt: str
    text: str


def draw_text(
    model: LanguageModel,
    tokenizer: Tokenizer,
    prompt: str,
    length: int,
    temperature: float = 1.0,
    seed: int = 0,
) -> str:
    """Let a model continue a prompt.

    It reads the end id, as at the beginning of a document, and the prompt; then it draws ids until
    it draws the end id, or has drawn enough.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with.
        prompt: may be empty.
        length: ids to draw at most.
        temperature: logits are divided by it; 1 leaves the model's probabilities as they are.
        seed: of the draws; the same model and seed give the same text.

    Returns:
        The text after the prompt.
    """
    rng = np.random.default_rng(seed)
    state, logits = model.start(1), np.zeros((1, 1), np.float32)
    for token in [tokenizer.eos_id, *tokenizer.encode(prompt)]:
        logits, state = model.step([token], state)
    drawn: list[int] = []
    while len(drawn) < length:
        token = _draw(logits[0], temperature, rng)
        if token == tokenizer.eos_id:
            break
        drawn.append(token)
        logits, state = model.step([token], state)
    return tokenizer.decode(drawn)


def _draw(logits: NDArray[np.float32], temperature: float, rng: np.random.Generator) -> int:
    """An id, drawn by the softmax of logits of shape (V,)."""
    scores = logits.astype(np.float64) / temperature
    chances = np.exp(scores - scores.max()).cumsum()
    # One draw a token, so that two models meet the same luck at the same place.
    return int(np.searchsorted(chances, rng.random() * chances[-1], side="right"))


class GenerationSamples(keras.callbacks.Callback):
    """Let the model write, every so many steps or epochs, always with the same luck.

    Args:
        tokenizer: the one of the data.
        prompts: beginnings; an empty one lets the model begin.
        every: how often.
        unit: ``"epochs"`` or ``"steps"``.
        length: ids to draw at most.
        temperature: 1 shows the model as it is; less hides what it does wrong.
        seed: of the draws. It is the same every time, so what changes is the model.
        write: called with each text; ``None`` for silence.

    Raises:
        TrainingError: no prompt, or a setting out of bounds.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        prompts: Sequence[str],
        every: int = 1,
        unit: str = "epochs",
        length: int = 60,
        temperature: float = 1.0,
        seed: int = 0,
        write: Callable[[str], Any] | None = print,
    ) -> None:
        super().__init__()
        if isinstance(prompts, str) or not prompts:
            raise TrainingError(f"prompts must be a list of one text or more, got {prompts!r}")
        if unit not in ("epochs", "steps") or every < 1 or length < 1 or not temperature > 0:
            raise TrainingError(
                "expected unit 'epochs' or 'steps', every and length at least 1 and temperature "
                f"above 0; got {unit!r}, {every}, {length}, {temperature}"
            )
        self.tokenizer, self.prompts, self.every, self.unit = tokenizer, list(prompts), every, unit
        self.length, self.temperature, self.seed, self.write = length, temperature, seed, write
        self.samples: list[Sample] = []
        """All texts so far, oldest first."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to count where the optimiser is."""
        self._step = int(self.model.optimizer.iterations)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin to count the steps of an epoch."""
        self._batch = -1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Write, if it is time."""
        before, self._step = self._step, self._step + batch - self._batch
        self._batch = batch
        if self.unit == "steps" and self._step // self.every > before // self.every:
            self.draw()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write, if it is time."""
        if self.unit == "epochs" and (epoch + 1) % self.every == 0:
            self.draw()

    def draw(self) -> list[Sample]:
        """One text for each prompt, now; keeps, writes and returns them."""
        model = self.model.language_model
        settings = (self.length, self.temperature)
        new = []
        for number, prompt in enumerate(self.prompts):
            text = draw_text(model, self.tokenizer, prompt, *settings, self.seed + number)
            new.append(Sample(self._step, prompt, text))
            if self.write is not None:
                self.write(f"step {self._step}: {prompt}|{text}")
        self.samples += new
        return new


class HeldOutPerplexity(keras.callbacks.Callback):
    """The perplexity of held-out batches every so many steps, within an epoch.

    Validation gives it once an epoch. An epoch of a large corpus is long, so this looks more often,
    at a few batches. It leaves the metrics of the running epoch alone. Perplexity is the
    exponential of the mean of all unsmoothed nats, padding left out.

    Args:
        batches: pairs of inputs and targets, shapes (B, T); a list, or a dataset that can be read
            again and again.
        every: steps from one to the next.
        pad_id: targets that do not count; that of the Trainer if not given.

    Raises:
        TrainingError: every is below 1, or, when it looks, no target counts.
    """

    def __init__(self, batches: Iterable[Any], every: int = 500, pad_id: int | None = None) -> None:
        super().__init__()
        if every < 1:
            raise TrainingError(f"every must be at least 1, got {every}")
        self.batches, self.every, self.pad_id = batches, every, pad_id
        self.history: list[tuple[int, float]] = []
        """Steps taken, and the perplexity then."""
        self._step = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to count where the optimiser is."""
        self._step = int(self.model.optimizer.iterations)
        self._nats = tf.function(self._summed, reduce_retracing=True)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin to count the steps of an epoch."""
        self._batch = -1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look, if it is time, and put ``held_out_perplexity`` into the logs."""
        before, self._step = self._step, self._step + batch - self._batch
        self._batch = batch
        if self._step // self.every > before // self.every:
            perplexity = self.evaluate()
            self.history.append((self._step, perplexity))
            if logs is not None:
                logs["held_out_perplexity"] = perplexity

    def evaluate(self) -> float:
        """The perplexity now."""
        nats = count = 0.0
        for inputs, targets in self.batches:
            some, counted = self._nats(tf.convert_to_tensor(inputs), tf.convert_to_tensor(targets))
            nats, count = nats + float(some), count + float(counted)
        if not count:
            raise TrainingError("no held-out target counts: the batches are empty or all padding")
        try:
            return math.exp(nats / count)
        except OverflowError:
            return math.inf

    def _summed(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        """Sum of nats over the targets that count, and their number."""
        logits = self.model.language_model(inputs, training=False)
        pad_id = getattr(self.model, "pad_id", None) if self.pad_id is None else self.pad_id
        counts = counted(targets, pad_id, logits.shape[-1])
        _, nats = token_losses(logits, tf.where(counts, targets, 0))
        counts = tf.cast(counts, nats.dtype)
        return tf.reduce_sum(nats * counts), tf.reduce_sum(counts)
