"""AdamW as the course trains with it: one norm for all gradients, decay of matrices only (Keras).

What happens to the gradients of a batch, in this order (Keras 3.15, ``base_optimizer.py``):

1. Every gradient becomes a dense array. TensorFlow gives an embedding's gradient as one slice per
   token read. Keras squares those slices before it adds up the ones of the same id, which gives
   another norm and another second moment than the gradient has.
2. With ``accumulation_steps`` = k they are added to a store. k - 1 batches end here and change no
   weight. The k-th takes the sum divided by k: the MEAN of the k gradients. If each is the gradient
   of a mean over a batch, this is the gradient of the mean of means, which is that of the big batch
   only if all k hold the same number of tokens that count.
3. They are clipped: all of them are multiplied by min(1, clip_norm / norm), where norm is the norm
   of all gradients together. Their direction stays.
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


@keras.saving.register_keras_serializable(package="course_lib")
class AdamW(keras.optimizers.AdamW):
    """Keras's AdamW with right gradients of embeddings, decaying matrices only; see ``adamw``."""

    def build(self, variables: Sequence[Any]) -> None:
        """Make the moments, and settle which variables decay.

        Args:
            variables: what will be trained.
        """
        if not self.built:
            # Biases and the gains of norms are vectors. Pulling them to zero regularises nothing.
            self.exclude_from_weight_decay(var_list=[v for v in variables if len(v.shape) < 2])
        super().build(variables)

    def apply(self, grads: Iterable[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Change the weights, or add to the store of gradients.

        Args:
            grads: one gradient for each variable, dense or as slices; None for one without.
            trainable_variables: the variables, if the optimiser was not built with them.
        """
        dense = [None if g is None else tf.convert_to_tensor(g) for g in grads]
        super().apply(dense, trainable_variables)


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
    if not isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        _check("learning_rate", learning_rate, "a positive number or a schedule", above=0)
        learning_rate = float(learning_rate)
    for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
        _check(name, beta, "in [0, 1)", least=0, below=1)
    _check("epsilon", epsilon, "a positive number", above=0)
    _check("weight_decay", weight_decay, "at least 0; 0 switches it off", least=0)
    if clip_norm is not None:
        _check("clip_norm", clip_norm, "a positive number, or None to leave gradients", above=0)
    if accumulation_steps is not None and (
        type(accumulation_steps) is not int or accumulation_steps < 1
    ):
        raise TrainingError(
            "accumulation_steps must be a whole number of batches, at least 1, or None, "
            f"got {accumulation_steps!r}"
        )
    return AdamW(
        learning_rate=learning_rate,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        weight_decay=weight_decay,
        global_clipnorm=clip_norm,
        gradient_accumulation_steps=None if accumulation_steps == 1 else accumulation_steps,
        name="adamw",
    )


def _check(
    name: str,
    value: Any,
    wanted: str,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> None:
    """Raise unless a setting is a finite number within its bounds."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and value >= least and above < value < below):
        raise TrainingError(f"{name} must be {wanted}, got {value!r}")
