"""Train for so many minutes: the learning rate falls with the clock (Keras)."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from course_lib.errors import TrainingError


class Clock(keras.callbacks.Callback):
    """Stop when the time is up, with a learning rate that has fallen along a half cosine by then.

    It makes machines and models comparable that take different times for a step. Two runs are not
    equal, since no two clocks are: for that, count steps with ``schedules.warmup_cosine``.

    Args:
        seconds: from the beginning of ``fit``, compiling included.
        peak: highest learning rate.
        rise: steps until the peak.
        floor: share of the peak that is left at the end.
        clock: seconds that only grow; another one for tests.

    Raises:
        TrainingError: a value out of bounds.
    """

    def __init__(
        self,
        seconds: float,
        peak: float,
        rise: int = 100,
        floor: float = 0.02,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        if not (seconds > 0 and peak > 0 and rise >= 1 and 0 <= floor <= 1):
            raise TrainingError(
                "seconds and peak must be above 0, rise at least 1 and floor from 0 to 1; got "
                f"{seconds}, {peak}, {rise}, {floor}"
            )
        self.seconds, self.peak, self.rise, self.floor, self.clock = (
            seconds,
            peak,
            rise,
            floor,
            clock,
        )
        self.steps = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the clock.

        Args:
            logs: not used.
        """
        self.started, self.steps = self.clock(), 0

    @property
    def elapsed(self) -> float:
        """Seconds since training began."""
        return self.clock() - self.started

    def rate(self) -> float:
        """The learning rate of the next step."""
        share = min(self.elapsed / self.seconds, 1.0)
        fall = self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * share))
        return self.peak * min((self.steps + 1) / self.rise, fall)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate.

        Args:
            batch: not used.
            logs: not used.
        """
        self.model.optimizer.learning_rate = self.rate()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the clock.

        Args:
            batch: not used.
            logs: not used.
        """
        self.steps += 1
        if self.elapsed >= self.seconds:
            self.model.stop_training = True
