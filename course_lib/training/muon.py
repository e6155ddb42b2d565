"""Muon: steps for matrices that are equally long in every direction (Keras).

Adam gives every *number* of a matrix a step of its own size. Muon looks at the matrix as a whole.
The mean gradient of a matrix has singular values of very different sizes: a few directions are
loud, and a step along it moves in these alone. Muon makes all singular values about 1 and leaves
the singular vectors, so that the faint directions are learned as well as the loud ones.

For each matrix between hidden layers, with gradient G:

1. m <- momentum * m + G, and M = G + momentum * m (Nesterov).
2. X <- M / ||M||, then five times X <- a X + (b A + c A^2) X with A = X X^T. The polynomial moves
   each singular value towards 1, to somewhere from 0.7 to 1.2, without a decomposition.
3. W <- W - learning_rate * sqrt(max(1, outputs / inputs)) * X.

Four gates of an LSTM lie side by side in one array. They are four matrices, and each takes a step
of its own.

Embeddings, the output layer and all vectors are trained by AdamW: a row of an embedding is one id's
own, and there is no reason why ids should move by the same length.

Source: K. Jordan and others (2024), Muon: an optimizer for hidden layers in neural networks.
"""

import re
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from course_lib.training.optimizer import DenseGradients, check_setting, common_settings

OUTPUT_LAYER = "output"
"""The name of the layer that gives logits, in every model of the course."""
A, B, C = 3.4445, -4.7750, 2.0315
"""Of the polynomial: it lifts small values fast, and need not end at exactly 1."""
SIDE_BY_SIDE = {r"lstm_\d+/": 4, "queries_keys_values/": 3}
"""Layers whose matrices lie side by side in one: the gates of an LSTM, the parts of attention."""


@keras.saving.register_keras_serializable(package="course_lib")
class Muon(DenseGradients, keras.optimizers.Muon):
    """Keras's Muon with dense gradients, clipped when added up, decaying matrices only.

    Matrices that lie side by side take their steps apart.
    """

    def build(self, variables: Sequence[Any]) -> None:
        """Make the moments, and find out which variables hold several matrices.

        Args:
            variables: what will be trained.
        """
        super().build(variables)
        parts = (
            next((n for name, n in SIDE_BY_SIDE.items() if re.search(name, v.path)), 1)
            for v in variables
        )
        self.parts = dict(zip(map(self._var_key, variables), parts, strict=True))

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign(m, self.momentum * m + gradient)
        mean = gradient + self.momentum * m
        matrices = tf.split(mean, self.parts[self._var_key(variable)], axis=1)
        steps = [orthogonalised(matrix, self.ns_steps) for matrix in matrices]
        rows, columns = matrices[0].shape
        size = max(1.0, columns / rows) ** 0.5
        self.assign_sub(variable, lr * size * tf.concat(steps, axis=1))


def orthogonalised(matrix: Any, n_steps: int = 5) -> Any:
    """A matrix with the same singular vectors, and all singular values about 1.

    Args:
        matrix: shape (rows, columns), any but 0.
        n_steps: how often the polynomial is applied.

    >>> long_and_short = tf.linalg.diag([30.0, 1.0])
    >>> values = tf.linalg.svd(orthogonalised(long_and_short), compute_uv=False)
    >>> bool(tf.reduce_all((values > 0.6) & (values < 1.25)))
    True
    """
    rows, columns = matrix.shape
    x = matrix if rows <= columns else tf.transpose(matrix)  # the smaller product X X^T
    x /= tf.norm(x) + 1e-7  # no singular value is above 1
    for _ in range(n_steps):
        product = tf.matmul(x, x, transpose_b=True)
        x = A * x + tf.matmul(B * product + C * tf.matmul(product, product), x)
    return x if rows <= columns else tf.transpose(x)


def muon(
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 0.05,
    adam_share: float = 0.16,
    momentum: float = 0.95,
    beta_2: float = 0.99,
    weight_decay: float = 0.0,
    clip_norm: float | None = 1.0,
    accumulation_steps: int | None = None,
) -> keras.optimizers.Muon:
    """Muon for the matrices between hidden layers, AdamW for the rest.

    A step costs five times three products of matrices, whatever the batch: little beside a large
    batch, and much beside a small one.

    Args:
        learning_rate: of the matrices: a positive number, or a schedule.
        adam_share: rate of AdamW as a share of that.
        momentum: how much of the mean gradient of a matrix is kept at each update, in [0, 1).
        beta_2: how much of the mean squared gradient AdamW keeps, in [0, 1).
        weight_decay: share of a matrix, times the learning rate, that each update takes away.
        clip_norm: largest norm of all gradients together; None leaves them alone.
        accumulation_steps: batches whose mean gradient makes one update; None or 1 for each batch.

    Raises:
        TrainingError: a value out of bounds; names it.

    >>> muon(4e-3).momentum
    0.95
    """
    check_setting("adam_share", adam_share, "a positive number", above=0)
    common = common_settings(learning_rate, weight_decay, clip_norm, accumulation_steps)
    for name, share in (("momentum", momentum), ("beta_2", beta_2)):
        check_setting(name, share, "in [0, 1)", least=0, below=1)
    return Muon(
        **common,
        adam_weight_decay=weight_decay,
        adam_beta_2=beta_2,
        adam_lr_ratio=adam_share,
        momentum=momentum,
        exclude_layers=[OUTPUT_LAYER],
        name="muon",
    )
