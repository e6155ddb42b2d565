"""What a report says of predictions: perplexity and accuracies, without padding (Keras).

Each metric keeps a sum over tokens and their number, so batches of different sizes weigh what they
hold. The perplexity of a corpus is exp of its mean nats. It is not the mean of the batches'
perplexities, which is larger whenever they differ, since exp is convex.

Shapes: B rows, T ids in a row, V ids in the vocabulary. Information is in nats.
"""

from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.training.losses import counted, token_losses


def ranks(logits: Any, targets: Any) -> Any:
    """How many ids score higher than each target, without sorting.

    Of ids with equal scores the lower id comes first, so a model that scores all ids alike ranks
    id 0 first and gets no credit for the others. A score of NaN counts as higher than every other
    one: a broken model is never right.

    Args:
        logits: shape (B, T, V), any floating type.
        targets: shape (B, T), whole numbers from 0 to V - 1.

    Returns:
        int32, shape (B, T), from 0: rank 0 is the most likely id, ranks below 5 are the top 5. The
        rank is V where the target's own score is NaN.

    >>> ranks([[[1.0, 3.0, 3.0, 2.0]] * 4], [[0, 1, 2, 3]]).numpy().tolist()
    [[3, 0, 1, 2]]
    """
    scores, ids = tf.convert_to_tensor(logits), tf.cast(targets, tf.int32)
    own = tf.gather(scores, ids, axis=-1, batch_dims=ids.shape.rank)[..., None]
    before = tf.range(tf.shape(scores)[-1]) < ids[..., None]
    # "not below or equal", rather than "above", so that NaN is ahead.
    ahead = tf.logical_not(scores <= own) | ((scores == own) & before)
    return tf.reduce_sum(tf.cast(ahead, tf.int32), axis=-1)


class TokenMean(keras.metrics.Metric):
    """The mean of a number per token, over all batches since the last reset.

    Sums are kept in double precision: in single precision a count would stand still at 16.8
    million tokens.

    Args:
        name: under which Keras reports it.
        pad_id: target that counts for nothing, or None.
    """

    _direction = "down"  # what Keras's callbacks look at: lower is better

    def __init__(self, name: str = "token_mean", pad_id: int | None = None) -> None:
        super().__init__(name=name, dtype="float64")
        self.pad_id = pad_id
        self.total = self.add_weight(name="total", initializer="zeros", dtype=self.dtype)
        self.count = self.add_weight(name="count", initializer="zeros", dtype=self.dtype)

    def values(self, targets: Any, logits: Any) -> Any:
        """The number of each token, shape (B, T): here its nats.

        Args:
            targets: shape (B, T).
            logits: shape (B, T, V).
        """
        return token_losses(logits, targets)[1]

    def update_state(self, targets: Any, logits: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Args:
            targets: shape (B, T), whole numbers.
            logits: shape (B, T, V).
            sample_weight: how much each token counts, or each row: shape (B, T) or (B,); a mask of
                booleans will do. None if all count the same.
        """
        targets = tf.convert_to_tensor(targets)
        counts = counted(targets, self.pad_id, logits.shape[-1])
        weights = tf.cast(counts, tf.float64)
        if sample_weight is not None:
            given = tf.cast(sample_weight, tf.float64)
            weights *= given[:, None] if given.shape.rank < targets.shape.rank else given
        self.add(self.values(tf.where(counts, targets, 0), logits), weights)

    def add(self, values: Any, weights: Any = None) -> None:
        """Take in numbers that are known already, so that they need not be computed again.

        Args:
            values: the number of each token, shape (B, T).
            weights: how much each counts, shape (B, T); booleans will do. None if all count the
                same.
        """
        values = tf.cast(values, tf.float64)
        weights = tf.ones_like(values) if weights is None else tf.cast(weights, tf.float64)
        # 0 times NaN is NaN, so what counts nothing must not be multiplied.
        self.total.assign_add(tf.reduce_sum(tf.math.multiply_no_nan(values, weights)))
        self.count.assign_add(tf.reduce_sum(weights))

    def result(self) -> Any:
        """The mean, a float64 scalar; NaN if nothing was counted."""
        return self.total / self.count

    def get_config(self) -> dict[str, Any]:
        """What the constructor needs to make an equal metric."""
        return {"name": self.name, "pad_id": self.pad_id}


class Perplexity(TokenMean):
    """exp of the mean nats per token, without label smoothing and without padding.

    It compares models only if they have one and the same tokenizer.

    Args:
        name: under which Keras reports it.
        pad_id: target that counts for nothing, or None.

    >>> metric = Perplexity(pad_id=0)
    >>> metric.update_state([[3, 0]], tf.zeros((1, 2, 8)))
    >>> round(float(metric.result()), 4)  # uniform guessing among 8 ids
    8.0
    """

    def __init__(self, name: str = "perplexity", pad_id: int | None = None) -> None:
        super().__init__(name, pad_id)

    def result(self) -> Any:
        """exp of the mean nats, a float64 scalar; NaN if nothing was counted."""
        return tf.exp(super().result())


class TopKAccuracy(TokenMean):
    """The share of targets that are among the k most likely ids. Ties are settled as in ``ranks``.

    ``add`` takes ranks.

    Args:
        k: how many ids may be guessed, at least 1.
        name: under which Keras reports it; None for ``top5_accuracy`` if k is 5.
        pad_id: target that counts for nothing, or None.

    Raises:
        TrainingError: k is below 1.

    >>> metric = TopKAccuracy(k=2)
    >>> metric.update_state([[0, 1]], tf.constant([[[3.0, 1.0, 2.0], [3.0, 1.0, 2.0]]]))
    >>> float(metric.result())
    0.5
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = None, pad_id: int | None = None) -> None:
        if isinstance(k, bool) or k < 1:
            raise TrainingError(f"k must be at least 1, got {k!r}")
        super().__init__(name or f"top{k}_accuracy", pad_id)
        self.k = k

    def values(self, targets: Any, logits: Any) -> Any:
        """The rank of each target, shape (B, T).

        Args:
            targets: shape (B, T).
            logits: shape (B, T, V).
        """
        return ranks(logits, targets)

    def add(self, values: Any, weights: Any = None) -> None:
        """Take in ranks that are known already, so that they need not be computed again.

        Args:
            values: the rank of each target, shape (B, T).
            weights: how much each counts, shape (B, T); None if all count the same.
        """
        super().add(values < self.k, weights)

    def get_config(self) -> dict[str, Any]:
        """What the constructor needs to make an equal metric."""
        return super().get_config() | {"k": self.k}


class TokenAccuracy(TopKAccuracy):
    """The share of targets that are the most likely id. Ties are settled as in ``ranks``.

    Args:
        name: under which Keras reports it.
        pad_id: target that counts for nothing, or None.
    """

    def __init__(self, name: str = "accuracy", pad_id: int | None = None) -> None:
        super().__init__(1, name, pad_id)

    def get_config(self) -> dict[str, Any]:
        """What the constructor needs to make an equal metric."""
        return {"name": self.name, "pad_id": self.pad_id}
