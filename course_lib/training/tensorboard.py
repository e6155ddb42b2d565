"""A training run as TensorBoard shows it: curves, histograms, texts, embeddings (Keras callback).

Files are written by TensorFlow alone; only looking at them needs the package ``tensorboard``. So
tags, units and formats of the plugins are spelt out here.
"""

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import TrainingError
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.training.losses import cross_entropy
from course_lib.training.samples import GenerationSamples
from course_lib.whole_file import whole_file

BINS = 30
"""Bars of a histogram, as TensorBoard draws them."""


class TensorBoardLogger(keras.callbacks.Callback):
    """Write what happens in a run into a folder, for ``tensorboard --logdir FOLDER``.

    - training: every number in the logs of a step, each ``every`` steps, and the learning rate;
    - validation: every ``val_`` number, each epoch, without its prefix, so that the two curves
      stand in one picture;
    - histograms of weights, and of the gradients of one fixed batch, each epoch: another batch
      each time would mix chance into what should show change;
    - the texts of a ``GenerationSamples``;
    - the embedding with the names of its tokens, for the projector, at the end.

    Put it after the callbacks whose numbers it should show.

    Args:
        folder: of the run; two runs beside each other in one folder can be compared.
        tokenizer: names the rows of the embedding; without it they get numbers.
        every: steps from one training point to the next.
        batch: inputs and targets of shape (B, T), for the histograms of gradients.
        samples: whose texts to write.

    Raises:
        TrainingError: every is below 1, or the tokenizer has not one id for each row.
    """

    def __init__(
        self,
        folder: str | Path,
        tokenizer: Tokenizer | None = None,
        every: int = 100,
        batch: tuple[ArrayLike, ArrayLike] | None = None,
        samples: GenerationSamples | None = None,
    ) -> None:
        super().__init__()
        if every < 1:
            raise TrainingError(f"every must be at least 1, got {every}")
        self.folder, self.tokenizer, self.every = Path(folder), tokenizer, every
        self.batch, self.samples = batch, samples
        self._writers: dict[str, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to count where the optimiser is; older files stay, and a curve goes on."""
        self._step = int(self.model.optimizer.iterations)
        self._n_samples = len(self.samples.samples) if self.samples else 0
        self._gradients: Callable[..., Any] | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin to count the steps of an epoch."""
        self._batch = -1

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the numbers of a step, if it is time."""
        before, self._step = self._step, self._step + batch - self._batch
        self._batch = batch
        if self._step // self.every > before // self.every:
            rate = float(self.model.optimizer.learning_rate)
            self._write_scalars("train", {**(logs or {}), "learning_rate": rate})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write validation, histograms and texts."""
        validation = {
            name.removeprefix("val_"): value
            for name, value in (logs or {}).items()
            if name.startswith("val_")
        }
        if validation:
            self._write_scalars("validation", validation)
        with self._writer("train").as_default(self._step):
            for weight in self.model.trainable_weights:
                write_histogram(f"weights/{weight.path}", np.asarray(weight))
            if self.batch is not None:
                for name, gradient in self._batch_gradients().items():
                    write_histogram(f"gradients/{name}", gradient)
        self._write_samples()
        for writer in self._writers.values():
            writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Write the embedding, and close the files."""
        self._write_samples()
        table = embedding_of(self.model.language_model)
        if table is not None:
            write_projector(self.folder / "train", table, self.tokenizer)
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _writer(self, name: str) -> Any:
        if name not in self._writers:
            folder = self.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            self._writers[name] = tf.summary.create_file_writer(str(folder))
        return self._writers[name]

    def _write_scalars(self, run: str, numbers: Mapping[str, Any]) -> None:
        with self._writer(run).as_default(self._step):
            for name, value in numbers.items():
                write_scalar(name, float(value))

    def _write_samples(self) -> None:
        if self.samples is None:
            return
        for sample in self.samples.samples[self._n_samples :]:
            with self._writer("train").as_default(sample.step):
                write_text(f"samples/{sample.prompt or '(no prompt)'}", sample.prompt + sample.text)
        self._n_samples = len(self.samples.samples)

    def _batch_gradients(self) -> dict[str, NDArray[Any]]:
        """Gradients of the loss of the fixed batch, dropout off, by the name of the weight."""
        model, pad_id = self.model.language_model, getattr(self.model, "pad_id", None)
        weights = model.trainable_weights
        if self._gradients is None:

            def gradients(inputs: Any, targets: Any) -> Any:
                with tf.GradientTape() as tape:
                    loss = cross_entropy(model(inputs, training=False), targets, pad_id=pad_id)
                found = tape.gradient(loss, [weight.value for weight in weights])
                return [None if g is None else tf.convert_to_tensor(g) for g in found]

            self._gradients = tf.function(gradients, autograph=False)
        inputs, targets = map(tf.convert_to_tensor, self.batch or ())
        found = self._gradients(inputs, targets)
        return {w.path: g.numpy() for w, g in zip(weights, found, strict=True) if g is not None}


def write_scalar(tag: str, value: float) -> None:
    """Write a number to the writer and step at hand.

    Args:
        tag: the name of its curve.
        value: any number; one that is not finite leaves a gap.
    """
    tf.summary.write(tag, np.float32(value), metadata=_metadata("scalars", "SCALAR"))


def write_histogram(tag: str, values: NDArray[Any]) -> None:
    """Write how some numbers are spread to the writer and step at hand.

    Args:
        tag: the name of the picture.
        values: of any shape; those that are not finite are left out.
    """
    flat = np.asarray(values, np.float64).ravel()
    counts, edges = np.histogram(flat[np.isfinite(flat)], BINS)
    bars = np.stack([edges[:-1], edges[1:], counts], axis=1)  # (BINS, 3)
    tf.summary.write(tag, bars, metadata=_metadata("histograms", "TENSOR"))


def write_text(tag: str, text: str) -> None:
    """Write a text, letter for letter, to the writer and step at hand.

    Args:
        tag: the name of its box.
        text: shown as it is: TensorBoard would read it as Markdown, so each line is indented.
    """
    block = "\n".join(f"    {line}" for line in text.split("\n"))
    tf.summary.write(tag, block, metadata=_metadata("text", "TENSOR"))


def _metadata(plugin: str, data_class: str) -> Any:
    """Which plugin reads a value; version 0 of the three used here needs no more than its name."""
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = plugin
    field = metadata.DESCRIPTOR.fields_by_name["data_class"]
    number = field.enum_type.values_by_name[f"DATA_CLASS_{data_class}"].number
    setattr(metadata, field.name, number)
    return metadata


def embedding_of(model: Any) -> NDArray[np.float32] | None:
    """The embedding of a language model: its weight of V rows that is named so.

    Args:
        model: with ``vocab_size`` and ``trainable_weights``.

    Returns:
        Shape (V, D), or ``None`` where there is none.
    """
    for weight in model.trainable_weights:
        rows = len(weight.shape) == 2 and weight.shape[0] == model.vocab_size
        if rows and "embedding" in weight.path:
            return np.asarray(weight, np.float32)
    return None


def write_projector(
    folder: Path, table: NDArray[np.float32], tokenizer: Tokenizer | None = None
) -> None:
    """Write the files that TensorBoard's projector reads: rows, their names, and where both are.

    Args:
        folder: of the run; made if it is missing.
        table: the embedding, shape (V, D).
        tokenizer: names the rows.

    Raises:
        TrainingError: the tokenizer has another number of ids than the table has rows.
    """
    V = len(table)
    if tokenizer is not None and tokenizer.vocab_size != V:
        raise TrainingError(
            f"the embedding has {V} rows and the tokenizer {tokenizer.vocab_size} ids: is this the "
            "tokenizer that the model was trained with?"
        )
    names = [f"id {i}" if tokenizer is None else token_name(tokenizer, i) for i in range(V)]
    config = (
        'embeddings {\n  tensor_name: "token embedding"\n  tensor_path: "vectors.tsv"\n'
        '  metadata_path: "metadata.tsv"\n}\n'
    )
    rows = "".join("\t".join(f"{x:.6g}" for x in row) + "\n" for row in table.tolist())
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("vectors.tsv", rows),
        ("metadata.tsv", "".join(f"{name}\n" for name in names)),
        ("projector_config.pbtxt", config),
    ):
        with whole_file(folder / name) as file:
            file.write(text.encode())


def token_name(tokenizer: Tokenizer, token: int) -> str:
    """How a token is written in one line, where blanks and control characters show.

    Args:
        tokenizer: any of the course.
        token: its id.

    Returns:
        The text of the token. Bytes that are no text by themselves are written as such, where the
        tokenizer tells them, and else with the id.
    """
    text = tokenizer.decode([token])
    if "\ufffd" in text:
        if not hasattr(tokenizer, "token_bytes"):
            return f"part {token}"
        return "".join(f"\\x{byte:02x}" for byte in tokenizer.token_bytes(token))
    return visible(text) or f"id {token}"


def visible(text: str) -> str:
    """A text in which every blank and control character is a sign that prints.

    Args:
        text: any text.

    >>> visible(" a\\tb\\n") + visible("\\x7f\\u00a0")
    '␣a␉b␊␡\\\\u00a0'
    """
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    code = ord(character)
    if code <= 32:
        return "␣" if character == " " else chr(0x2400 + code)
    if code == 127:
        return "␡"
    hidden = unicodedata.category(character)[0] in "CZ"
    return f"\\u{code:04x}" if hidden else character
