"""How the learning rate goes down, and when training stops (Keras).

A callback of Keras forgets everything when ``fit`` begins. Those here can be written down with
``state_dict``, as JSON, and given back with ``load_state_dict`` before ``fit``; then a run that was
interrupted decides as if it had not been. The learning rate itself is kept with the optimiser.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from course_lib.errors import TrainingError


def warmup_cosine(
    peak: float, steps: int, warmup_steps: int = 0, floor: float = 0.0
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A rate that rises in a straight line to its peak and falls along a half cosine.

    Step s has peak (s + 1) / (warmup_steps + 1) before step ``warmup_steps``, where the peak is. So
    the first step is not lost on a rate of 0. From step ``steps`` on it is ``floor``.

    Args:
        peak: highest rate.
        steps: batches in all, warm-up included. Batches, not updates, if gradients are accumulated.
        warmup_steps: batches until the peak, from 0 to steps - 1.
        floor: rate at the end, from 0 to peak.

    Raises:
        TrainingError: a value out of bounds; names it.

    Source: Loshchilov and Hutter, SGDR, equation 5, with one period.

    >>> rate = warmup_cosine(peak=1.0, steps=9, warmup_steps=3, floor=0.1)
    >>> [round(float(rate(step)), 3) for step in (0, 1, 2, 3, 6, 9, 100)]
    [0.25, 0.5, 0.75, 1.0, 0.55, 0.1, 0.1]
    """
    if not peak > 0:
        raise TrainingError(f"peak must be a positive rate, got {peak!r}")
    if not 0 <= floor <= peak:
        raise TrainingError(f"floor must be a rate from 0 to peak = {peak}, got {floor!r}")
    if not 0 <= warmup_steps < steps:
        raise TrainingError(
            f"warmup_steps must be from 0 to steps - 1 = {steps - 1}, got {warmup_steps!r}"
        )
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / (warmup_steps + 1),
        decay_steps=steps - warmup_steps,
        alpha=floor / peak,
        warmup_target=peak if warmup_steps else None,
        warmup_steps=warmup_steps,
    )


class ReduceOnPlateau(keras.callbacks.ReduceLROnPlateau):
    """Lower the learning rate when a number has not improved for some epochs.

    The decisions are Keras's. Its cooldown is one shorter than it sounds: the first epoch after a
    reduction uses up one of it and is judged all the same. So 1 changes nothing, and 2 leaves out
    one epoch.

    Args:
        monitor: name in the logs, for instance ``val_perplexity``. Higher is better if it ends in
            ``accuracy``, else lower.
        factor: what the rate is multiplied by, in (0, 1).
        patience: epochs without improvement until the rate is lowered, at least 1.
        cooldown: see above, at least 0.
        min_lr: lowest rate.
        min_delta: smallest change that counts as an improvement.

    Raises:
        TrainingError: a value out of bounds; a rate that follows a schedule; a monitored number
            that is not in the logs.
    """

    def __init__(
        self,
        monitor: str = "val_perplexity",
        factor: float = 0.5,
        patience: int = 2,
        cooldown: int = 1,
        min_lr: float = 1e-6,
        min_delta: float = 1e-4,
    ) -> None:
        if not 0 < factor < 1:
            raise TrainingError(f"factor must be in (0, 1), got {factor!r}; 0.5 halves the rate")
        _check_patience(patience)
        if cooldown < 0 or min_lr < 0:
            raise TrainingError(
                f"cooldown and min_lr must be at least 0, got {cooldown!r} and {min_lr!r}"
            )
        super().__init__(
            monitor,
            factor=factor,
            patience=patience,
            mode=_mode(monitor),
            min_delta=min_delta,
            cooldown=cooldown,
            min_lr=min_lr,
        )
        self._loaded: dict[str, Any] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin afresh, or where ``load_state_dict`` says.

        Args:
            logs: not used.

        Raises:
            TrainingError: the learning rate follows a schedule, so nobody can lower it.
        """
        super().on_train_begin(logs)
        _take_up(self, self._loaded)
        self._loaded = None
        optimizer = self.model.optimizer
        try:
            optimizer.learning_rate = float(optimizer.learning_rate)
        except TypeError as error:
            raise TrainingError(
                "the learning rate follows a schedule, so it cannot be lowered on a plateau; "
                "leave out ReduceOnPlateau, or give adamw a number"
            ) from error

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the monitored number and lower the rate if it is time.

        Args:
            epoch: number of the epoch, from 0.
            logs: what was measured; the learning rate is added to it.

        Raises:
            TrainingError: the monitored number is not there.
        """
        _check_monitor(self.monitor, logs)
        with warnings.catch_warnings():  # Keras 3.15 turns the rate into an array in NumPy 1's way
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            super().on_epoch_end(epoch, logs)

    def state_dict(self) -> dict[str, Any]:
        """What it knows, for JSON."""
        return _state(self, ("best", "wait", "cooldown_counter"))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state when the next ``fit`` begins.

        Args:
            state: what ``state_dict`` gave.

        Raises:
            TrainingError: it lacks something, or is of a callback that monitors something else.
        """
        self._loaded = _checked_state(self, state, ("best", "wait", "cooldown_counter"))


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Stop when a number has not improved for some epochs.

    Args:
        monitor: name in the logs, for instance ``val_perplexity``. Higher is better if it ends in
            ``accuracy``, else lower.
        patience: epochs without improvement until training stops, at least 1.
        restore_best_weights: whether the model ends with the weights of its best epoch.
        min_delta: smallest change that counts as an improvement.

    Raises:
        TrainingError: a value out of bounds; a monitored number that is not in the logs.
    """

    def __init__(
        self,
        monitor: str = "val_perplexity",
        patience: int = 3,
        restore_best_weights: bool = False,
        min_delta: float = 0.0,
    ) -> None:
        _check_patience(patience)
        super().__init__(
            monitor,
            min_delta=min_delta,
            patience=patience,
            mode=_mode(monitor),
            restore_best_weights=restore_best_weights,
        )
        self._loaded: dict[str, Any] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin afresh, or where ``load_state_dict`` says.

        Args:
            logs: not used.
        """
        super().on_train_begin(logs)
        _take_up(self, self._loaded)
        self._loaded = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the monitored number and stop if it is time.

        Args:
            epoch: number of the epoch, from 0.
            logs: what was measured.

        Raises:
            TrainingError: the monitored number is not there.
        """
        _check_monitor(self.monitor, logs)
        super().on_epoch_end(epoch, logs)

    def state_dict(self) -> dict[str, Any]:
        """What it knows, for JSON. The best weights, if they are kept, are in ``best_weights``."""
        return _state(self, ("best", "wait", "best_epoch", "stopped_epoch"))

    def load_state_dict(
        self, state: Mapping[str, Any], best_weights: Sequence[NDArray[Any]] | None = None
    ) -> None:
        """Go on from a state when the next ``fit`` begins.

        Args:
            state: what ``state_dict`` gave.
            best_weights: the arrays of the best epoch, needed if they are to be restored.

        Raises:
            TrainingError: it lacks something, or is of a callback that monitors something else; or
                the best weights are needed and not given.
        """
        loaded = _checked_state(self, state, ("best", "wait", "best_epoch", "stopped_epoch"))
        if self.restore_best_weights and loaded["best"] is not None:
            if best_weights is None:
                raise TrainingError(
                    "restore_best_weights is on, so the weights of the best epoch are needed: give "
                    "best_weights, or make EarlyStopping without it"
                )
            loaded["best_weights"] = [np.asarray(array) for array in best_weights]
        self._loaded = loaded


def _mode(monitor: str) -> str:
    return "max" if monitor.endswith("accuracy") else "min"


def _check_patience(patience: int) -> None:
    if patience < 1:
        raise TrainingError(f"patience must be at least 1 epoch, got {patience!r}")


def _check_monitor(monitor: str, logs: Mapping[str, Any] | None) -> None:
    if monitor not in (logs or {}):
        raise TrainingError(
            f"{monitor!r} was not measured in this epoch; the logs hold {sorted(logs or {})}. "
            "Names with val_ need validation data"
        )


def _state(callback: Any, names: Sequence[str]) -> dict[str, Any]:
    values = callback._loaded or {name: getattr(callback, name, 0) for name in names}
    best = values["best"]
    counts = {name: int(values[name]) for name in names if name != "best"}
    return {"monitor": callback.monitor, "best": None if best is None else float(best), **counts}


def _checked_state(callback: Any, state: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    if missing := {"monitor", *names} - set(state):
        raise TrainingError(f"this is no state of {type(callback).__name__}: it lacks {missing}")
    if state["monitor"] != callback.monitor:
        raise TrainingError(
            f"the state is of a callback that monitors {state['monitor']!r}, this one monitors "
            f"{callback.monitor!r}"
        )
    return {name: state[name] for name in names}


def _take_up(callback: Any, loaded: Mapping[str, Any] | None) -> None:
    for name, value in (loaded or {}).items():
        setattr(callback, name, value)
