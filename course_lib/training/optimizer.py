"""AdamW as the course trains with it, and what its optimisers share (Keras).

What happens to the gradients of a batch, in this order (Keras 3.15, ``base_optimizer.py``):

1. Every gradient becomes a dense array. TensorFlow gives an embedding's gradient as one slice per
   token read. Keras squares those slices before it adds up the ones of the same id, which gives
   another norm and another second moment than the gradient has.
2. With ``accumulation_steps`` = k they are added to a store. k - 1 batches end here and change no
   weight. The k-th takes the sum divided by k: the MEAN of the k gradients. If each is the gradient
   of a mean over a batch, this is the gradient of the mean of means, which is that of the big batch
   only if all k hold the same number of tokens that count.
3. They are clipped: all of them are multiplied by min(1, clip_norm / norm), where norm is the norm
   of all gradients together. Their direction stays. On several devices the gradients are added up
   first: Keras alone would clip each device's part by itself.
4. Decay: w <- w - learning_rate * weight_decay * w, apart from the gradient (Loshchilov and Hutter,
   Decoupled Weight Decay Regularization, algorithm 2).
5. Adam's update.

Two counts differ when gradients are accumulated. Adam's bias correction counts updates, but a
learning-rate schedule is asked with the number of BATCHES: give its lengths in batches.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import TrainingError


class DenseGradients:
    """What the course's optimisers do to gradients before Keras does the rest, steps 1 to 3."""

    def build(self, variables: Sequence[Any]) -> None:
        """Make the moments, and settle which variables decay.

        Args:
            variables: what will be trained.
        """
        if not self.built:  # type: ignore[attr-defined]
            # Biases and the gains of norms are vectors. Pulling them to zero regularises nothing.
            vectors = [v for v in variables if len(v.shape) < 2]
            self.exclude_from_weight_decay(var_list=vectors)  # type: ignore[attr-defined]
        super().build(variables)  # type: ignore[misc]

    def apply(self, grads: Iterable[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Change the weights, or add to the store of gradients.

        Args:
            grads: one gradient for each variable, dense or as slices; None for one without.
            trainable_variables: the variables, if the optimiser was not built with them.
        """
        dense = [None if g is None else tf.convert_to_tensor(g) for g in grads]
        if _devices() > 1:  # Keras would clip each device's part, and add after that
            known = [n for n, gradient in enumerate(dense) if gradient is not None]
            replica = tf.distribute.get_replica_context()
            summed = replica.all_reduce(tf.distribute.ReduceOp.SUM, [dense[n] for n in known])
            for n, gradient in zip(known, summed, strict=True):
                dense[n] = gradient
        super().apply(dense, trainable_variables)  # type: ignore[misc]

    def _clip_gradients(self, grads: Sequence[Any]) -> list[Any]:
        """The clipped sum. Keras will add up what the devices hand over, so each hands its part."""
        clipped = super()._clip_gradients(grads)  # type: ignore[misc]
        n = _devices()
        return [g if g is None or n == 1 else g / n for g in clipped]


def _devices() -> int:
    """Devices that take this step together."""
    replica = tf.distribute.get_replica_context()
    return 1 if replica is None else int(replica.num_replicas_in_sync)


@keras.saving.register_keras_serializable(package="course_lib")
class AdamW(DenseGradients, keras.optimizers.AdamW):
    """Keras's AdamW with dense gradients, clipped when added up, decaying matrices only."""


def adamw(
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    weight_decay: float = 0.01,
    clip_norm: float | None = 1.0,
    accumulation_steps: int | None = None,
) -> keras.optimizers.AdamW:
    """The optimiser of the course; the module says what it does in which order.

    Args:
        learning_rate: a positive number, or a schedule such as ``schedules.warmup_cosine``. A
            schedule cannot be lowered by ``ReduceOnPlateau``: choose one of the two.
        beta_1: how much of the mean gradient is kept at each update, in [0, 1).
        beta_2: the same for the mean squared gradient.
        epsilon: keeps the division finite. It is added to the root of the second moment BEFORE its
            bias is corrected; PyTorch adds its eps after. At update t, Keras's epsilon equals
            PyTorch's eps = epsilon / sqrt(1 - beta_2 ** t): 32 times as much at the first update.
        weight_decay: share of a matrix, times the learning rate, that each update takes away.
            Biases and the gains of norms do not decay; embeddings do.
        clip_norm: largest norm of all gradients together; None leaves them alone.
        accumulation_steps: batches whose mean gradient makes one update; None or 1 for each batch.

    Raises:
        TrainingError: a value out of bounds; names it.

    >>> adamw(3e-4, clip_norm=None, accumulation_steps=4).gradient_accumulation_steps
    4
    """
    common = common_settings(learning_rate, weight_decay, clip_norm, accumulation_steps)
    for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
        check_setting(name, beta, "in [0, 1)", least=0, below=1)
    check_setting("epsilon", epsilon, "a positive number", above=0)
    return AdamW(**common, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name="adamw")


def common_settings(
    learning_rate: Any, weight_decay: float, clip_norm: float | None, accumulation_steps: int | None
) -> dict[str, Any]:
    """What every optimiser of Keras takes, under Keras's names, once it is known to be right.

    Args:
        learning_rate: a positive number, or a schedule.
        weight_decay: share of a matrix, times the learning rate, that each update takes away.
        clip_norm: largest norm of all gradients together, or None.
        accumulation_steps: batches whose mean gradient makes one update, or None.

    Raises:
        TrainingError: a value out of bounds; names it.
    """
    if not isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        check_setting("learning_rate", learning_rate, "a positive number or a schedule", above=0)
        learning_rate = float(learning_rate)
    check_setting("weight_decay", weight_decay, "at least 0; 0 switches it off", least=0)
    if clip_norm is not None:
        wanted = "a positive number, or None to leave gradients"
        check_setting("clip_norm", clip_norm, wanted, above=0)
    if accumulation_steps is not None and (
        type(accumulation_steps) is not int or accumulation_steps < 1
    ):
        raise TrainingError(
            "accumulation_steps must be a whole number of batches, at least 1, or None, "
            f"got {accumulation_steps!r}"
        )
    return {
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "global_clipnorm": clip_norm,
        "gradient_accumulation_steps": None if accumulation_steps == 1 else accumulation_steps,
    }


def check_setting(
    name: str,
    value: Any,
    wanted: str,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> None:
    """Raise unless a setting is a finite number within its bounds.

    Args:
        name: of the setting.
        value: what was given.
        wanted: what the error says was expected.
        least: smallest value.
        above: what it has to be above.
        below: what it has to be below.

    Raises:
        TrainingError: it is not.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and value >= least and above < value < below):
        raise TrainingError(f"{name} must be {wanted}, got {value!r}")
