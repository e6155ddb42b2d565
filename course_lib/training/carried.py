"""A state that each row of a batch takes over from the batch before (Keras).

A window of T ids is not where a text begins. A model that is given nothing but the window learns to
expect nothing from further back, and learns nothing about what a full memory is good for. Here the
state after a batch is kept and the next batch goes on from it. The gradient does not: it ends where
the batch begins, so a step costs what it cost before. This is truncated backpropagation through
time.

Source: R. Williams and J. Peng (1990), Neural Computation 2(4).
"""

from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.models.keras_model import KerasLanguageModel


class Carried(keras.callbacks.Callback):
    """The state of every row, from the end of one batch to the beginning of the next.

    As a callback it begins each epoch with nothing read, so that a run that resumes after an epoch
    goes on as if it had not stopped.

    Args:
        language_model: whose state does not grow with what it has read.
        rows: of every batch (B), at least 1.
        restarts: share of rows, drawn for each batch, that begin with nothing read, in [0, 1].
        seeds: of the draws.

    Raises:
        TrainingError: a value out of bounds, or a model whose state grows.
    """

    def __init__(
        self,
        language_model: KerasLanguageModel,
        rows: int,
        restarts: float,
        seeds: keras.random.SeedGenerator,
    ) -> None:
        super().__init__()
        if rows < 1 or not 0 <= restarts <= 1:
            raise TrainingError(
                f"carried_rows must be at least 1 and restarts from 0 to 1, got {rows}, {restarts}"
            )
        if not language_model.fixed_state:
            raise TrainingError(
                f"the state of a {type(language_model).__name__} grows with what it reads, so it "
                "is not carried from batch to batch; leave out carried_rows"
            )
        self.language_model, self.rows, self.restarts = language_model, rows, restarts
        self.seeds = seeds
        self.nothing = language_model.initial_state(rows)
        self.state = tf.nest.map_structure(
            lambda part: tf.Variable(part, trainable=False), self.nothing
        )

    def read(self, ids: Any) -> Any:
        """Logits of a training batch, shape (B, T, V); keeps the state after it.

        Args:
            ids: shape (B, T).
        """
        wrong = f"every batch must have carried_rows={self.rows} rows: continued batches do"
        with tf.control_dependencies(
            [tf.debugging.assert_equal(tf.shape(ids)[0], self.rows, wrong)]
        ):
            ids = tf.identity(ids)  # nothing is read before they are known to be right
        state = tf.nest.map_structure(tf.convert_to_tensor, self.state)
        logits, after = self.language_model.read(ids, state, training=True)
        kept = keras.random.uniform((self.rows, 1), seed=self.seeds) >= self.restarts

        def keep(variable: Any, new: Any, empty: Any) -> None:
            variable.assign(tf.where(kept, new, empty))

        tf.nest.map_structure(keep, self.state, after, self.nothing)
        return logits

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Forget what the epoch before has read.

        Args:
            epoch: not used.
            logs: not used.
        """
        tf.nest.map_structure(lambda part, empty: part.assign(empty), self.state, self.nothing)
