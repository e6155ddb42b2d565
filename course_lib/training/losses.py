"""What a wrong prediction costs: cross-entropy with label smoothing, without padding (TensorFlow).

Keras 3.15's sparse cross-entropy has no label smoothing, and a one-hot target would take as much
memory as the logits. Neither is needed. With smoothing e the target is q = (1 - e) onehot + e / V,
so with z the logits, y the target and lse the log-sum-exp of z

    smoothed = (1 - e) (lse - z_y) + e (lse - mean z) = nats + e (z_y - mean z)

where nats = lse - z_y is the unsmoothed loss. One log-sum-exp serves both.

Shapes: B rows, T ids in a row, V ids in the vocabulary. Losses are in nats.
"""

import math
from typing import Any

import tensorflow as tf

from course_lib.errors import TrainingError

IGNORE_ID = -100
"""A target that PyTorch's losses leave out, and ours; ``course_lib.batching.pairs`` writes it."""


def token_losses(logits: Any, targets: Any, smoothing: float = 0.0) -> tuple[Any, Any]:
    """The loss that training makes small and the nats that a report needs, for each token.

    Args:
        logits: shape (B, T, V), any floating type; they are read in single precision.
        targets: shape (B, T), whole numbers from 0 to V - 1. TensorFlow gives an error for others
            on a CPU and NaN on a GPU.
        smoothing: share e of the target that is spread over all V ids, the target's own included,
            as in PyTorch, in [0, 1).

    Returns:
        The smoothed loss and the unsmoothed nats, float32, shape (B, T) each. Without smoothing
        they are one and the same tensor.

    Raises:
        TrainingError: smoothing is out of bounds.

    Source: Szegedy et al., Rethinking the Inception Architecture for Computer Vision, section 7.

    >>> smoothed, nats = token_losses([[[2.0, 0.0, 0.0, 0.0]]], [[0]], smoothing=0.1)
    >>> print(smoothed.numpy().round(4), nats.numpy().round(4))
    [[0.4908]] [[0.3408]]
    """
    checked_smoothing(smoothing)
    scores, ids = tf.cast(logits, tf.float32), tf.cast(targets, tf.int32)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=scores)
    if smoothing == 0:
        return nats, nats
    of_target = tf.gather(scores, ids, axis=-1, batch_dims=ids.shape.rank)
    return nats + smoothing * (of_target - tf.reduce_mean(scores, axis=-1)), nats


def cross_entropy(
    logits: Any, targets: Any, smoothing: float = 0.0, pad_id: int | None = None
) -> Any:
    """The mean loss of the tokens that are not padding.

    A batch of padding only has no such mean. It costs 0 and has gradient 0, so that it does not
    ruin the weights; PyTorch gives NaN.

    Args:
        logits: shape (B, T, V), any floating type.
        targets: shape (B, T), whole numbers.
        smoothing: share of the target that is spread over all ids, in [0, 1).
        pad_id: target that counts for nothing: an id, or ``IGNORE_ID``. None if every target
            counts.

    Returns:
        Nats, a float32 scalar.

    Raises:
        TrainingError: smoothing or pad_id is out of bounds.

    >>> even = tf.zeros((1, 3, 4))
    >>> round(float(cross_entropy(even, [[1, 2, 0]], pad_id=0)), 4)  # ln 4
    1.3863
    >>> float(cross_entropy(even, [[0, 0, 0]], pad_id=0))
    0.0
    """
    targets = tf.cast(targets, tf.int32)
    V = tf.convert_to_tensor(logits).shape[-1]
    counts = counted(targets, pad_id, V)
    # An ignored target need not be an id, so any id stands in for it while its loss is computed.
    losses, _ = token_losses(logits, tf.where(counts, targets, 0), smoothing)
    return mean_where(losses, counts)


def counted(targets: Any, pad_id: int | None, vocab_size: int | None = None) -> Any:
    """Which targets are not padding.

    Args:
        targets: shape (B, T), whole numbers.
        pad_id: target that counts for nothing, or None.
        vocab_size: number of ids (V), to check pad_id with, or None.

    Returns:
        Booleans, shape (B, T).

    Raises:
        TrainingError: pad_id is neither an id nor ``IGNORE_ID``.

    >>> counted([[5, 0, 7]], pad_id=0).numpy().tolist()
    [[True, False, True]]
    """
    targets = tf.convert_to_tensor(targets)
    if pad_id is None:
        return tf.ones_like(targets, tf.bool)
    if pad_id != IGNORE_ID and not 0 <= pad_id < (vocab_size or math.inf):
        ids = f"from 0 to {vocab_size - 1}" if vocab_size else "at least 0"
        raise TrainingError(f"pad_id must be {ids} (or {IGNORE_ID}, or None), got {pad_id}")
    return tf.not_equal(targets, tf.cast(pad_id, targets.dtype))


def mean_where(values: Any, counts: Any) -> Any:
    """The mean of the values that count, and 0 if none does.

    Args:
        values: floats, of any shape.
        counts: booleans of the same shape.

    Returns:
        A scalar. What does not count has gradient 0, even where it is NaN or infinite.

    >>> float(mean_where([1.0, 3.0, float("nan")], [True, True, False]))
    2.0
    """
    values = tf.convert_to_tensor(values)
    kept = tf.where(counts, values, tf.zeros_like(values))
    return tf.math.divide_no_nan(tf.reduce_sum(kept), tf.reduce_sum(tf.cast(counts, values.dtype)))


def smoothing_floor(vocab_size: int, smoothing: float) -> float:
    """The smoothed loss of a perfect model: the entropy of the smoothed target.

    No model gets below it, so a smoothed loss of this size is no sign of a bad model, and exp of a
    smoothed loss is no perplexity.

    Args:
        vocab_size: number of ids (V).
        smoothing: share of the target that is spread over all ids, in [0, 1).

    Returns:
        Nats.

    Raises:
        TrainingError: no ids, or smoothing is out of bounds.

    >>> round(smoothing_floor(10_000, 0.1), 3)
    1.246
    >>> smoothing_floor(10_000, 0)
    0.0
    """
    checked_smoothing(smoothing)
    if vocab_size < 1:
        raise TrainingError(f"vocab_size must be at least 1, got {vocab_size}")
    if smoothing == 0 or vocab_size == 1:
        return 0.0
    other = smoothing / vocab_size
    right = 1 - smoothing + other
    return -right * math.log(right) - (vocab_size - 1) * other * math.log(other)


def checked_smoothing(smoothing: float) -> float:
    """A share of label smoothing, once it is known to be one.

    Args:
        smoothing: in [0, 1).

    Raises:
        TrainingError: it is not.
    """
    if isinstance(smoothing, bool) or not 0 <= smoothing < 1:
        raise TrainingError(
            f"smoothing must be in [0, 1), got {smoothing!r}; 0.1 spreads a tenth of the target"
        )
    return smoothing
