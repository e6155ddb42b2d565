"""One step of training, and one of validation, for any Keras language model of the course (Keras).

``Trainer`` is what ``fit`` is called on. It owns the loss and what is reported of it; the language
model inside stays what it is. Shapes: B rows, T ids in a row, V ids in the vocabulary.
"""

from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.training.carried import Carried
from course_lib.training.losses import checked_smoothing, counted, mean_where, token_losses
from course_lib.training.metrics import Perplexity, TokenAccuracy, TokenMean, TopKAccuracy, ranks
from course_lib.training.optimizer import adamw


class Trainer(keras.Model):
    """Trains a language model on batches of (inputs, targets), shape (B, T) each.

    ``fit`` reports for each step ``loss``, which is what is made small, label smoothing included;
    ``nats`` per token without it; ``perplexity``, the exponential of the nats; and
    ``gradient_norm``, of all gradients together before they are clipped. Validation reports the
    first three, ``accuracy`` and ``top5_accuracy``. The figures of an epoch are means over its
    tokens, those of a step are that step's.

    Args:
        language_model: what to train.
        smoothing: share of the target that label smoothing spreads over all ids, in [0, 1).
        pad_id: target that counts for nothing, or None.
        carried_rows: rows of every training batch (B), each of which goes on from the state that
            the same row of the batch before has left, from the second batch of an epoch. The
            batches must be such (``ordered_dataset(..., continued=True)``). If None, every row
            begins with nothing read. The gradient ends where the batch begins in either case:
            truncated backpropagation through time.
        restarts: share of carried rows that begin with nothing read all the same, drawn for each
            batch, so that the model also learns to begin.

    Raises:
        TrainingError: a value out of bounds, or a model whose state cannot be carried.
    """

    def __init__(
        self,
        language_model: KerasLanguageModel,
        smoothing: float = 0.1,
        pad_id: int | None = None,
        carried_rows: int | None = None,
        restarts: float = 0.05,
    ) -> None:
        super().__init__()
        self.smoothing = checked_smoothing(smoothing)
        counted([[0]], pad_id, language_model.vocab_size)  # raises if it is no id
        self.pad_id = pad_id
        language_model.ensure_built()
        self.language_model = language_model
        self.carried: Carried | None = None
        if carried_rows is not None:
            self.restart_seeds = keras.random.SeedGenerator()  # here, so that checkpoints hold it
            self.carried = Carried(language_model, carried_rows, restarts, self.restart_seeds)
        self.of_training = {
            "loss": TokenMean("loss"),
            "nats": TokenMean("nats"),
            "perplexity": Perplexity(),
            "gradient_norm": keras.metrics.Mean("gradient_norm"),
        }
        self.of_validation = {
            **{name: self.of_training[name] for name in ("loss", "nats", "perplexity")},
            "accuracy": TokenAccuracy(),
            "top5_accuracy": TopKAccuracy(5),
        }
        self.validating = False
        self.built = True

    def compile(
        self, optimizer: Any = None, jit_compile: bool | str = False, **settings: Any
    ) -> None:
        """Set the optimiser, ``adamw()`` if none is given.

        Args:
            optimizer: of Keras.
            jit_compile: whether XLA compiles the whole step. The LSTM's loop is compiled anyway.
            **settings: others of ``keras.Model.compile``.
        """
        super().compile(optimizer=optimizer or adamw(), jit_compile=jit_compile, **settings)

    @property
    def metrics(self) -> list[Any]:
        """What is reported: of training, or of validation while it runs."""
        return list((self.of_validation if self.validating else self.of_training).values())

    def call(self, ids: Any, training: bool = False) -> Any:
        """The language model's logits, shape (B, T, V).

        Args:
            ids: shape (B, T).
            training: whether dropout is on.
        """
        return self.language_model(ids, training=training)

    def gradients(self, inputs: Any, targets: Any) -> tuple[list[Any], dict[str, Any]]:
        """The gradient of the mean loss over a batch, and what is known of the batch.

        Args:
            inputs: ids, shape (B, T).
            targets: ids, shape (B, T).

        Returns:
            A gradient for each trainable weight, times the optimiser's loss scale if it has one;
            and loss and nats of each token, shape (B, T), with the places that count.
        """
        inputs, counts, known = self._checked(inputs, targets)
        with tf.GradientTape() as tape:
            if self.carried is None:
                logits = self(inputs, training=True)
            else:
                logits = self.carried.read(inputs)
            losses, nats = token_losses(logits, known, self.smoothing)
            loss = self.optimizer.scale_loss(mean_where(losses, counts))
            loss /= tf.cast(self.distribute_strategy.num_replicas_in_sync, loss.dtype)
        gradients = [
            gradient if gradient is None else tf.convert_to_tensor(gradient)
            for gradient in tape.gradient(loss, self.trainable_weights)
        ]
        return gradients, {"loss": losses, "nats": nats, "counts": counts}

    def train_step(self, data: tuple[Any, Any]) -> dict[str, Any]:
        """Read a batch, go one step down, report.

        Args:
            data: inputs and targets.

        Returns:
            This step's figures.
        """
        gradients, batch = self.gradients(*data)
        norm = tf.linalg.global_norm(gradients) / self.loss_scale()
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self._report(self.of_training, batch)
        self.of_training["gradient_norm"].update_state(norm)
        nats = mean_where(batch["nats"], batch["counts"])
        return {
            "loss": mean_where(batch["loss"], batch["counts"]),
            "nats": nats,
            "perplexity": tf.exp(nats),
            "gradient_norm": norm,
        }

    def test_step(self, data: tuple[Any, Any]) -> dict[str, Any]:
        """Read a batch and report.

        Args:
            data: inputs and targets.

        Returns:
            The figures of all batches since validation began.
        """
        inputs, counts, known = self._checked(*data)
        logits = self(inputs, training=False)
        losses, nats = token_losses(logits, known, self.smoothing)
        self._report(self.of_validation, {"loss": losses, "nats": nats, "counts": counts})
        rank = ranks(logits, known)
        for name in ("accuracy", "top5_accuracy"):
            self.of_validation[name].add(rank, counts)
        return self.get_metrics_result()

    def _checked(self, inputs: Any, targets: Any) -> tuple[Any, Any, Any]:
        """The inputs, which targets count, and the targets with 0 where they do not."""
        counts = counted(targets, self.pad_id)
        known = tf.where(counts, targets, tf.zeros_like(targets))
        V, right = self.language_model.vocab_size, []
        for name, ids in (("input", inputs), ("target", known)):
            message = f"an {name} id is not from 0 to {V - 1}: are these the ids of the model?"
            least, most = tf.reduce_min(ids), tf.reduce_max(ids)
            within = (least >= 0) & (most < V)
            right.append(tf.debugging.assert_equal(within, True, message.replace("an t", "a t")))
        with tf.control_dependencies(right):  # nothing is read before they are known to be right
            return tf.identity(inputs), counts, tf.identity(known)

    def build_optimizer(self) -> None:
        """Make the optimiser's variables, if there are none; a step that has to is traced twice."""
        with self.distribute_strategy.scope():
            self.language_model.ensure_built()
            if not self.optimizer.built:
                self.optimizer.build(self.trainable_variables)

    def _report(self, metrics: dict[str, Any], batch: dict[str, Any]) -> None:
        for name, of_token in (("loss", "loss"), ("nats", "nats"), ("perplexity", "nats")):
            metrics[name].add(batch[of_token], batch["counts"])

    def loss_scale(self) -> Any:
        """What the optimiser multiplies losses by: 1, or more in half precision."""
        scale = getattr(self.optimizer, "dynamic_scale", 1.0)
        return tf.cast(scale, tf.float32)

    def evaluate(self, *args: Any, **settings: Any) -> Any:
        """Validate; see ``keras.Model.evaluate``.

        Args:
            *args: the data.
            **settings: others of ``keras.Model.evaluate``.
        """
        self.validating = True
        try:
            return super().evaluate(*args, **settings)
        finally:
            self.validating = False

    def fit(self, *args: Any, **settings: Any) -> Any:
        """Train; see ``keras.Model.fit``.

        Args:
            *args: the data.
            **settings: others of ``keras.Model.fit``.

        Raises:
            TrainingError: ``compile`` has not been called.
        """
        if not self.compiled:
            raise TrainingError("no optimiser yet: call compile() before fit")
        if self.carried is not None:
            if self.distribute_strategy.num_replicas_in_sync > 1:
                raise TrainingError("a state is not carried on more than one device")
            settings["callbacks"] = [self.carried, *(settings.get("callbacks") or ())]
        self.build_optimizer()
        return super().fit(*args, **{"shuffle": False, **settings})  # batches come in their order
