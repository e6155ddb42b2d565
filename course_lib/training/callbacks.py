"""What watches a training run and tells: failure, speed, gradients, memory (Keras callbacks).

All of them read the logs of a step, which hold the loss, ``nats`` and ``gradient_norm``; none looks
into the model at each step. Texts are in :mod:`course_lib.training.samples`. Information is in
nats, memory in bytes, time in seconds.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from course_lib.errors import TrainingError
from course_lib.training.device_memory import device_memory, reset_device_peak
from course_lib.training.samples import GenerationSamples, HeldOutPerplexity, Sample

__all__ = [
    "DeviceMemory",
    "GenerationSamples",
    "GradientNorm",
    "HeldOutPerplexity",
    "NaNGuard",
    "Sample",
    "Throughput",
]

Logs = Mapping[str, Any] | None

REMEDIES = {
    "gradient_norm": "The gradient overflowed. Lower the learning rate, clip the global norm "
    "(adamw does, at clip_norm), and in float16 scale the loss.",
    "weights": "The update itself overflowed: lower the learning rate.",
    "loss": "Lower the learning rate or clip the gradient harder; look for ids that are no ids and "
    "for a division by a count that can be 0, such as that of a batch of padding alone.",
}


class NaNGuard(keras.callbacks.Callback):
    """Stop at the first number that is not finite, and say which, where, and what to do.

    The loss and the gradient's norm are looked at after each step, for the price of two
    comparisons; all weights once an epoch. Under loss scaling a few steps in a row with an infinite
    gradient are normal: the optimiser skips them and lowers the scale.

    Args:
        raises: whether to raise an error, so that nobody takes the end for an end; else training
            stops, and ``reason`` tells why.
        tolerated: under loss scaling, steps in a row whose gradient may be infinite.

    Raises:
        TrainingError: during training, if a number is not finite.
    """

    def __init__(self, raises: bool = True, tolerated: int = 20) -> None:
        super().__init__()
        self.raises = raises
        self.tolerated = tolerated
        self.reason: str | None = None
        self._last: dict[str, float] = {}
        self._step = self._epoch = self._in_a_row = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count where the optimiser is."""
        self.reason, self._last, self._in_a_row = None, {}, 0
        self._step = step_of(self.model)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember the epoch."""
        self._epoch, self._begun = epoch, -1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Look at the numbers of the step."""
        self._step += batch - self._begun
        self._begun = batch
        watched = ("loss", "nats", "gradient_norm")
        seen = {name: float(logs[name]) for name in watched if logs and name in logs}
        wrong = [name for name, value in seen.items() if not math.isfinite(value)]
        scaled = isinstance(self.model.optimizer, keras.optimizers.LossScaleOptimizer)
        if wrong == ["gradient_norm"] and scaled and self._in_a_row < self.tolerated:
            self._in_a_row += 1
        elif wrong:
            self._stop(wrong[0], f"{seen[wrong[0]]}")
        else:
            self._last, self._in_a_row = seen, 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Look at the weights."""
        for weight in self.model.trainable_weights:
            bad = int(keras.ops.sum(keras.ops.logical_not(keras.ops.isfinite(weight))))
            if bad and self.reason is None:
                self._stop("weights", f"{bad:,} of {np.prod(weight.shape):,} in {weight.path}")

    def _stop(self, quantity: str, what: str) -> None:
        last = ", ".join(f"{name} {value:.6g}" for name, value in self._last.items())
        remedy = REMEDIES["loss" if quantity == "nats" else quantity]
        self.reason = (
            f"{quantity} stopped being finite ({what}) at step {self._step} of epoch "
            f"{self._epoch + 1}. Last finite: {last or 'none, it began so'}; learning rate "
            f"{float(self.model.optimizer.learning_rate):.6g}. {remedy} Then go on from the last "
            "checkpoint, since the weights may be spoiled."
        )
        self.model.stop_training = True
        if self.raises:
            raise TrainingError(self.reason)


def step_of(model: Any) -> int:
    """Steps that the optimiser of a model has taken so far."""
    return int(model.optimizer.iterations)


class Throughput(keras.callbacks.Callback):
    """Tokens per second, by windows of steps and by epochs, compilation left out.

    Time runs within steps alone: neither validation nor what other callbacks do counts. Put into
    the logs as ``tokens_per_second``, for the callbacks after this one.

    Args:
        tokens_per_step: ids that are predicted in a step (B T).
        window: steps of a window.
        skip: first steps of a run that are not counted, since they compile.
        clock: seconds that only grow; another one for tests.

    Raises:
        TrainingError: a setting below 1, or below 0 for skip.
    """

    def __init__(
        self,
        tokens_per_step: int,
        window: int = 50,
        skip: int = 2,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        if tokens_per_step < 1 or window < 1 or skip < 0:
            raise TrainingError(
                "tokens_per_step and window must be at least 1 and skip at least 0; got "
                f"{tokens_per_step}, {window}, {skip}"
            )
        self.tokens_per_step, self.window, self.skip = tokens_per_step, window, skip
        self.windows: list[tuple[int, float]] = []
        """The last step of each window, counted from 1 in this run, and its tokens per second."""
        self.epochs: list[float] = []
        """Tokens per second of each epoch; NaN where every step was skipped."""
        self._clock = clock

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget an earlier run."""
        self.windows.clear()
        self.epochs.clear()
        self._steps = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin an epoch and a window."""
        self._epoch, self._window = [0, 0.0], [0, 0.0]  # steps, seconds

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Note the time."""
        self._begun, self._first = self._clock(), batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the step; the logs are numbers by now, so the device has finished it."""
        seconds = self._clock() - self._begun
        steps = batch - self._first + 1
        self._steps += steps
        if self._steps <= self.skip:
            return
        for total in (self._epoch, self._window):
            total[0] += steps
            total[1] += seconds
        if self._window[0] >= self.window:
            self.windows.append((self._steps, self._rate(self._window)))
            self._window = [0, 0.0]
        if self.windows and logs is not None:
            logs["tokens_per_second"] = self.windows[-1][1]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch's speed."""
        self.epochs.append(self._rate(self._epoch))
        if logs is not None and math.isfinite(self.epochs[-1]):
            logs["tokens_per_second"] = self.epochs[-1]

    def _rate(self, total: list[Any]) -> float:
        steps, seconds = total
        return self.tokens_per_step * steps / seconds if seconds else math.nan


class GradientNorm(keras.callbacks.Callback):
    """The global norm of the gradient before clipping, step by step.

    Args:
        limit: the norm at which the gradient is clipped; that of the optimiser if not given.
    """

    def __init__(self, limit: float | None = None) -> None:
        super().__init__()
        self.limit = limit
        self.norms: list[float] = []
        """One number a step, as logged."""
        self.n_clipped = 0
        """Steps whose norm was above the limit."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Ask the optimiser for its limit."""
        optimizer = self.model.optimizer
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        if self.limit is None:
            self.limit = getattr(inner, "global_clipnorm", None)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keep the norm of the step."""
        if not logs or "gradient_norm" not in logs:
            raise TrainingError("the logs hold no gradient_norm; train with course_lib's Trainer")
        norm = float(logs["gradient_norm"])
        self.norms.append(norm)
        self.n_clipped += self.limit is not None and norm > self.limit

    @property
    def share_clipped(self) -> float:
        """Share of the steps that were clipped; NaN before the first."""
        return self.n_clipped / len(self.norms) if self.norms else math.nan


class EpochMemory(NamedTuple):
    """Memory of an epoch.

    Args:
        epoch: counted from 0.
        device: ``"CPU"`` or a card.
        peak: bytes at most.
    """

    epoch: int
    device: str
    peak: int


class DeviceMemory(keras.callbacks.Callback):
    """The most bytes in use in each epoch: tensors of the card, or the process on a CPU.

    Args:
        device: for instance ``"GPU:0"`` or ``"CPU"``; the first card if there is one.
    """

    def __init__(self, device: str | None = None) -> None:
        super().__init__()
        self.device = device
        self.peaks: list[EpochMemory] = []
        """One entry an epoch; also in the logs, as ``peak_bytes``."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin the peak anew, where the system can."""
        reset_device_peak()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the peak."""
        use = device_memory(self.device)
        self.peaks.append(EpochMemory(epoch, use.device, use.peak))
        if logs is not None:
            logs["peak_bytes"] = use.peak
