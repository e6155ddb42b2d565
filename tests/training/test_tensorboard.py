"""What TensorBoard will read: files are read back with TensorFlow's own definition of an event."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.util import event_pb2

from course_lib.errors import TrainingError
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.training.callbacks import GenerationSamples, Throughput
from course_lib.training.tensorboard import (
    TensorBoardLogger,
    token_name,
    visible,
    write_histogram,
    write_projector,
    write_scalar,
    write_text,
)

SCALAR, TENSOR = 1, 2  # summary.proto, DataClass


def events(folder):
    """All values in a folder: (tag, plugin, data class, step, array), as they were written."""
    found = []
    for path in sorted(Path(folder).glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = event_pb2.Event.FromString(record.numpy())
            found += [
                (
                    value.tag,
                    value.metadata.plugin_data.plugin_name,
                    value.metadata.data_class,
                    event.step,
                    tf.make_ndarray(value.tensor),
                )
                for value in event.summary.value
            ]
    return found


def written(tmp_path, write):
    with tf.summary.create_file_writer(str(tmp_path)).as_default(7):
        write()
    return events(tmp_path)


def test_a_number_is_a_scalar(tmp_path):
    [(tag, plugin, data_class, step, array)] = written(tmp_path, lambda: write_scalar("loss", 2.5))
    assert (tag, plugin, data_class, step) == ("loss", "scalars", SCALAR, 7)
    assert array.dtype == np.float32
    assert array.shape == ()
    assert array == 2.5


def test_a_histogram_counts_every_finite_number_once(tmp_path):
    values = np.array([[0.0, 1.0, 1.0, 3.0], [np.nan, np.inf, -2.0, 0.5]])
    [(_, plugin, data_class, _, bars)] = written(tmp_path, lambda: write_histogram("w", values))
    assert (plugin, data_class) == ("histograms", TENSOR)
    assert bars.shape[1] == 3
    assert bars[:, 2].sum() == 6
    assert (bars[0, 0], bars[-1, 1]) == (-2, 3)
    np.testing.assert_array_equal(bars[1:, 0], bars[:-1, 1])  # no gaps
    inside = [((values >= a) & (values < b)).sum() for a, b, _ in bars[:-1]]
    np.testing.assert_array_equal(inside, bars[:-1, 2])


def test_equal_numbers_and_no_numbers_have_a_histogram(tmp_path):
    values = [np.zeros(5), np.array([np.nan])]
    found = written(tmp_path, lambda: [write_histogram("w", v) for v in values])
    assert [bars[:, 2].sum() for *_, bars in found] == [5, 0]


def test_a_text_keeps_its_lines_and_signs(tmp_path):
    [(_, plugin, data_class, _, array)] = written(tmp_path, lambda: write_text("t", "*a*\n  # b"))
    assert (plugin, data_class) == ("text", TENSOR)
    lines = array.item().decode().split("\n")
    assert [line.removeprefix("    ") for line in lines] == ["*a*", "  # b"]
    assert all(line.startswith("    ") for line in lines)  # Markdown for: as it is


@pytest.fixture
def logged(stub_run, letters, tmp_path):
    samples = GenerationSamples(letters, ["A"], every=1, write=None, length=4)
    batch = (np.array([[1, 2], [3, 4]], np.int32), np.array([[2, 3], [4, 5]], np.int32))
    logger = TensorBoardLogger(tmp_path, letters, every=3, batch=batch, samples=samples)
    speed = Throughput(6, window=1, skip=0)
    trainer = stub_run([speed, samples, logger], epochs=2, validation=True)
    return trainer, samples, tmp_path


def test_training_numbers_come_every_so_many_steps(logged):
    _, _, folder = logged
    found = events(folder / "train")
    for name in ("loss", "nats", "gradient_norm", "learning_rate", "tokens_per_second"):
        assert [step for tag, _, _, step, _ in found if tag == name] == [3, 6, 9], name
    rates = [array.item() for tag, *_, array in found if tag == "learning_rate"]
    assert rates == [0.5] * 3


def test_validation_numbers_come_each_epoch_under_the_same_name(logged):
    trainer, _, folder = logged
    found = events(folder / "validation")
    assert [(tag, step) for tag, _, _, step, _ in found] == [("loss", 5), ("loss", 10)]
    losses = [array.item() for *_, array in found]
    assert losses == pytest.approx(trainer.history.history["val_loss"])


def test_every_weight_has_histograms_each_epoch(logged):
    trainer, _, folder = logged
    found = [e for e in events(folder / "train") if e[1] == "histograms"]
    for weight in trainer.trainable_weights:
        for kind in ("weights", "gradients"):
            steps = [e[3] for e in found if e[0] == f"{kind}/{weight.path}"]
            assert steps == [5, 10], (kind, weight.path)
    kernel = trainer.language_model.output_layer.kernel
    bars = [e[4] for e in found if e[0] == f"weights/{kernel.path}"][-1]
    assert bars[:, 2].sum() == np.size(kernel)
    assert bars[-1, 1] == pytest.approx(float(np.max(kernel)))


def test_gradients_are_those_of_the_fixed_batch(logged):
    trainer, _, folder = logged
    model = trainer.language_model
    inputs, targets = np.array([[1, 2], [3, 4]]), np.array([[2, 3], [4, 5]])
    with tf.GradientTape() as tape:
        loss = trainer.loss_of(inputs, targets)
    gradient = np.asarray(tape.gradient(loss, model.output_layer.kernel.value))
    tag = f"gradients/{model.output_layer.kernel.path}"
    bars = [e[4] for e in events(folder / "train") if e[0] == tag]
    assert (bars[-1][0, 0], bars[-1][-1, 1]) == pytest.approx((gradient.min(), gradient.max()))


def test_every_text_is_written_once(logged):
    _, samples, folder = logged
    texts = [e for e in events(folder / "train") if e[1] == "text"]
    assert [(e[0], e[3]) for e in texts] == [("samples/A", 5), ("samples/A", 10)]
    for event, sample in zip(texts, samples.samples, strict=True):
        shown = event[4].item().decode()
        assert "\n".join(line[4:] for line in shown.split("\n")) == sample.prompt + sample.text


def test_the_embedding_is_in_the_projector_when_training_ends(logged):
    trainer, _, folder = logged
    rows = np.loadtxt(folder / "train" / "vectors.tsv", delimiter="\t")
    table = np.asarray(trainer.language_model.embedding.embeddings)
    np.testing.assert_allclose(rows, table, rtol=1e-5)
    names = (folder / "train" / "metadata.tsv").read_text("utf8").splitlines()
    assert names == ["␊", *"ABCDE"]


def test_a_resumed_run_goes_on_where_it_stopped(stub_run, tmp_path):
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.iterations.assign(10)
    stub_run([TensorBoardLogger(tmp_path, every=4)], optimizer=optimizer)
    steps = [e[3] for e in events(tmp_path / "train") if e[0] == "loss"]
    assert steps == [12]


def test_blanks_and_control_characters_show():
    for code in [*range(0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x2028, 0x3000, 0xFEFF, 0xE000, 0x1F600]:
        text = visible(chr(code))
        assert text.isprintable(), hex(code)
        assert not any(c.isspace() for c in text)
        assert len(text.splitlines()) == 1
    assert visible("año 1") == "año␣1"
    shown = [visible(chr(code)) for code in range(0x2400)]
    assert len(set(shown)) == len(shown)


def test_names_of_tokens_are_one_line_each(tmp_path):
    texts = ["un año, otro año\n\tla mar", "¿Qué?\r\n"] * 20
    for tokenizer in (
        ByteBPETokenizer.train(texts, vocab_size=272),
        CharacterTokenizer.from_texts(texts),
    ):
        table = np.zeros((tokenizer.vocab_size, 2), np.float32)
        write_projector(tmp_path, table, tokenizer)
        names = (tmp_path / "metadata.tsv").read_text("utf8").split("\n")
        assert names.pop() == ""
        assert len(names) == tokenizer.vocab_size
        if isinstance(tokenizer, ByteBPETokenizer):  # the other has letters as bytes, too
            assert len(set(names)) == len(names)
        assert not any("\t" in name or "\r" in name for name in names)
        assert "\ufffd" not in "".join(names)
    assert token_name(tokenizer, tokenizer.encode("a")[0]) == "a"


def test_the_config_names_files_that_exist(tmp_path):
    write_projector(tmp_path, np.ones((3, 2), np.float32))
    text = (tmp_path / "projector_config.pbtxt").read_text("utf8")
    fields = dict(line.strip().split(": ") for line in text.splitlines() if ": " in line)
    for name in ("tensor_path", "metadata_path"):
        assert (tmp_path / fields[name].strip('"')).is_file()
    config = projector_config()
    text_format.Parse(text, config)
    assert [e.tensor_name for e in config.embeddings] == ["token embedding"]
    assert (tmp_path / "metadata.tsv").read_text("utf8") == "id 0\nid 1\nid 2\n"


def projector_config():
    """An empty ``ProjectorConfig``, from its fields in TensorBoard's projector_config.proto."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="projector.proto", package="t", syntax="proto3")
    info = file.message_type.add(name="EmbeddingInfo")
    for number, name in ((1, "tensor_name"), (2, "metadata_path"), (5, "tensor_path")):
        info.field.add(name=name, number=number, type=9, label=1)
    config = file.message_type.add(name="ProjectorConfig")
    config.field.add(name="embeddings", number=2, type=11, label=3, type_name=".t.EmbeddingInfo")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("t.ProjectorConfig")
    return message_factory.GetMessageClass(descriptor)()


def test_another_tokenizer_is_refused(tmp_path, letters):
    with pytest.raises(TrainingError, match="4 rows and the tokenizer 6 ids"):
        write_projector(tmp_path, np.ones((4, 2), np.float32), letters)
    assert list(tmp_path.iterdir()) == []
