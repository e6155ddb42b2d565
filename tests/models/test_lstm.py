"""The LSTM's layer is Keras's, and the model around it keeps the laws of every language model."""

import dataclasses
import math
from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import ModelError
from course_lib.evaluation.likelihood import evaluate
from course_lib.models import lstm as lstm_file
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel, lstm_parameters, stages
from course_lib.models.lstm_layer import LSTMLayer
from course_lib.models.transformer import TransformerLanguageModel
from course_lib.tokenizers.characters import CharacterTokenizer

V, T, B, D, H = 13, 6, 3, 4, 5
SMALL = LSTMConfig(V, embedding_size=D, hidden_size=H, num_layers=2, dropout=0.0)


def model_of(config=SMALL, seed=0, **settings):
    """A model with weights that are far from those at first, so that nothing is nearly 0."""
    keras.utils.set_random_seed(seed)
    model = LSTMLanguageModel(config, **settings)
    draw = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(draw.normal(scale=0.5, size=weight.shape))
    return model


def rows_of_ids(rows=B, length=T, seed=0):
    return np.random.default_rng(seed).integers(0, V, (rows, length)).astype(np.int32)


def close(some, others, atol=2e-6):
    for one, other in zip(some, others, strict=True):
        np.testing.assert_allclose(one, other, atol=atol, rtol=1e-5)


def sequence(seed=0, length=T):
    """What a layer reads, and a state to begin with: x (T, B, D), h and c (B, H)."""
    draw = np.random.default_rng(seed)
    shapes = (length, B, D), (B, H), (B, H)
    return [tf.constant(draw.normal(size=shape), tf.float32) for shape in shapes]


def with_gradients(run, weights, length, used):
    """What a layer gives, and the gradient of a sum of it by all that goes in."""
    inputs = sequence(length=length)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = run(*inputs)
        draw = np.random.default_rng(1)
        parts = {
            name: tf.reduce_sum(output * draw.normal(size=output.shape).astype(np.float32))
            for name, output in zip(("hs", "h", "c"), outputs, strict=True)
        }
        total = tf.add_n([parts[name] for name in used])
    return outputs, tape.gradient(total, [*inputs, *weights])


@pytest.mark.parametrize("used", [("hs", "h", "c"), ("hs",), ("h",), ("c",)], ids="+".join)
@pytest.mark.parametrize("length", [1, T])
def test_the_layer_and_all_its_gradients_are_those_of_keras(length, used):
    keras.utils.set_random_seed(1)
    ours = LSTMLayer(H)
    ours.build((None, None, D))
    theirs = keras.layers.LSTM(H, return_sequences=True, return_state=True, unroll=True)
    theirs.build((None, length, D))
    for mine, its in zip(ours.trainable_weights, theirs.trainable_weights, strict=True):
        assert mine.path.rsplit("/", 1)[1] == its.path.rsplit("/", 1)[1]
        assert mine.shape == its.shape
        mine.assign(np.random.default_rng(len(mine.shape)).normal(size=mine.shape))
        its.assign(mine)

    def run_ours(x, h, c):
        hs, (h, c) = ours(x, (h, c))
        return hs, h, c

    def run_theirs(x, h, c):
        hs, h, c = theirs(tf.transpose(x, (1, 0, 2)), initial_state=[h, c])
        return tf.transpose(hs, (1, 0, 2)), h, c

    found, slopes = with_gradients(
        run_ours, [w.value for w in ours.trainable_weights], length, used
    )
    wanted, expected = with_gradients(
        run_theirs, [w.value for w in theirs.trainable_weights], length, used
    )
    close(found, wanted)
    for slope, wish in zip(slopes, expected, strict=True):
        if wish is None:  # at length 1 the gates alone need it
            assert slope is None
        else:
            np.testing.assert_allclose(slope, wish, atol=2e-5, rtol=1e-4)


def test_one_time_by_hand():
    layer = LSTMLayer(1)
    layer.build((None, None, 1))
    for weight, values in zip(
        layer.trainable_weights, ([[1, 2, 3, 4]], [[5, 6, 7, 8]], [0.1, 0.2, 0.3, 0.4]), strict=True
    ):
        weight.assign(values)
    x, h, c = 0.5, -0.2, 0.7
    i, f, g, o = (n * x + (n + 4) * h + 0.1 * n for n in (1, 2, 3, 4))
    sigmoid = lambda z: 1 / (1 + math.exp(-z))  # noqa: E731 - as short as the equation
    after_c = sigmoid(f) * c + sigmoid(i) * math.tanh(g)
    after_h = sigmoid(o) * math.tanh(after_c)
    given = [tf.constant([[value]]) for value in (x, h, c)]
    hs, (new_h, new_c) = layer(given[0][None], (given[1], given[2]))
    assert float(new_c[0, 0]) == pytest.approx(after_c, rel=1e-6)
    assert float(new_h[0, 0]) == float(hs[0, 0, 0]) == pytest.approx(after_h, rel=1e-6)


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        LSTMConfig(V, 3, 7, 1, 0.5),
        LSTMConfig(V, 3, 7, 3, 0.5, remat=True),
        LSTMConfig(V, 3, 7, 1, 0.5, projection_size=2),
        LSTMConfig(10_000),
    ],
)
def test_the_formula_counts_the_weights_of_each_layer(config):
    model, counts = LSTMLanguageModel(config), lstm_parameters(config)
    found = {
        layer.name: sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
        for layer in model.layers
        if layer.trainable_weights
    }
    assert found == counts
    assert model.n_parameters == sum(counts.values())
    assert model.built  # counting needs no ids


def test_a_second_bias_vector_would_make_another_number():
    counts, H4 = lstm_parameters(LSTMConfig(10_000)), 4 * 256
    assert counts["lstm_1"] + H4 == 395_264  # PyTorch's nn.LSTM has two of them
    assert counts["lstm_2"] + H4 == 526_336


def test_each_stage_is_one_change_away_from_the_one_before():
    found = list(stages(65).values())
    assert found[-1] == LSTMConfig(65)
    for before, after in pairwise(found):
        changes = [
            field.name
            for field in dataclasses.fields(LSTMConfig)
            if getattr(before, field.name) != getattr(after, field.name)
        ]
        assert len(changes) == 1


def test_initial_weights():
    keras.utils.set_random_seed(3)
    model = LSTMLanguageModel(LSTMConfig(2000, 64, 32, 2))
    table = np.asarray(model.embedding.embeddings)
    assert table.std() == pytest.approx(0.01, rel=0.02)
    assert abs(table.mean()) < 2e-4
    for layer, reads in zip(model.recurrent, (64, 32), strict=True):
        kernel, U, bias = map(np.asarray, layer.trainable_weights)
        np.testing.assert_allclose(U @ U.T, np.eye(32), atol=1e-5)  # a state keeps its length
        limit = math.sqrt(6 / (reads + 4 * 32))
        assert abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / math.sqrt(3), rel=0.05)
        assert np.array_equal(bias, np.repeat([0, 1, 0, 0], 32))
    assert not np.asarray(model.output_layer.bias).any()


@pytest.mark.parametrize("projection_size", [None, 2])
def test_the_protocol(protocol_law, projection_size):
    protocol_law(model_of(dataclasses.replace(SMALL, projection_size=projection_size)))


def test_a_projection_is_one_matrix_between_the_outputs_and_the_logits():
    model, ids = model_of(dataclasses.replace(SMALL, projection_size=2)), rows_of_ids()
    *_, (name, projected), (_, logits) = model.trace(ids)
    assert (name, projected.shape[-1]) == ("projection", 2)
    close([model(ids)], [logits])
    weighted = np.reshape(logits - model.output_layer.bias, (-1, V))
    assert np.linalg.matrix_rank(weighted, tol=1e-5) == 2


def test_changing_an_id_changes_nothing_before_it_and_something_after():
    model, ids = model_of(), rows_of_ids()
    changed = ids.copy()
    changed[:, 3] = (ids[:, 3] + 1) % V
    before, after = model(ids).numpy(), model(changed).numpy()
    assert np.array_equal(before[:, :3], after[:, :3])
    assert abs(before[:, 3:] - after[:, 3:]).max(axis=(0, 2)).min() > 1e-3


def test_a_carried_state_is_as_good_as_reading_it_all():
    model, ids = model_of(), rows_of_ids(length=8)
    whole, last = model.read(ids, model.initial_state(B))
    first, state = model.read(ids[:, :5], model.initial_state(B))
    second, end = model.read(ids[:, 5:], state)
    close([tf.concat([first, second], 1)], [whole])
    close(tf.nest.flatten(end), tf.nest.flatten(last))
    again, _ = model.read(ids[:, 5:], state)  # the old state has not been touched
    assert np.array_equal(second, again)


def loss_and_gradients(model, ids, training=False):
    """Mean nats of the ids after the first, and the gradient by every weight."""
    with tf.GradientTape() as tape:
        logits = model(ids[:, :-1], training=training)
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits)
        loss = tf.reduce_mean(nats)
    found = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    return [loss, *(tf.convert_to_tensor(gradient) for gradient in found)]


def test_the_embedding_may_meet_the_kernel_once_an_id(monkeypatch):
    ids = rows_of_ids()
    merged = loss_and_gradients(model_of(), ids)
    monkeypatch.setattr(lstm_file, "SMALL_VOCABULARY", V - 1)
    model = model_of()
    looked_up = []
    monkeypatch.setattr(
        model, "embedding", lambda ids, table=model.embedding: looked_up.append(1) or table(ids)
    )
    close(merged, loss_and_gradients(model, ids))
    assert looked_up  # else both ways were the same one


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_rematerialising_changes_no_gradient(dropout):
    config = dataclasses.replace(SMALL, dropout=dropout)
    ids = rows_of_ids()
    plain = loss_and_gradients(model_of(config), ids, training=True)
    again = loss_and_gradients(
        model_of(dataclasses.replace(config, remat=True)), ids, training=True
    )
    close(plain, again)


def test_dropout_is_on_in_training_only_and_keeps_the_mean():
    model, ids = model_of(dataclasses.replace(SMALL, dropout=0.5)), rows_of_ids()
    assert np.array_equal(model(ids), model(ids))
    assert not np.array_equal(model(ids, training=True), model(ids, training=True))
    one = model_of(LSTMConfig(V, D, 64, 1, 0.5))
    kept, _ = one.features(ids, one.initial_state(B), training=True)
    plain, _ = one.features(ids, one.initial_state(B))
    assert set(np.unique(np.round(kept / plain, 4))) == {0.0, 2.0}


def test_the_layers_of_nvidia_are_the_same_layers():
    ids, model, other = rows_of_ids(), model_of(cudnn=False), model_of(cudnn=True)
    names = [[w.path.split("/", 1)[1] for w in m.trainable_weights] for m in (model, other)]
    assert len(names[0]) == len(names[1]) == 9
    assert [w.shape for w in model.trainable_weights] == [w.shape for w in other.trainable_weights]
    close(loss_and_gradients(model, ids), loss_and_gradients(other, ids), atol=1e-5)
    (_, state), (_, its) = (m.read(ids, m.initial_state(B)) for m in (model, other))
    close(tf.nest.flatten(state), tf.nest.flatten(its), atol=1e-5)
    keras.utils.set_random_seed(0)
    fresh = LSTMLanguageModel(SMALL, cudnn=True).recurrent[0].trainable_weights[2]
    assert np.array_equal(fresh, np.repeat([0, 1, 0, 0], H))


def test_log_probs_of_rows_longer_than_a_block():
    model, ids = model_of(), rows_of_ids(rows=2, length=21)
    whole = keras.ops.log_softmax(model(ids[:, :-1]), axis=-1)
    wanted = np.take_along_axis(np.asarray(whole), ids[:, 1:, None], -1)[..., 0]
    model.block, model.round_to = 8, 4
    close([model.log_probs(ids)], [wanted], atol=1e-5)


def test_it_is_evaluated_like_any_other_model():
    tokenizer = CharacterTokenizer.from_texts(["banana"], byte_fallback=False)
    model = model_of(dataclasses.replace(SMALL, vocab_size=tokenizer.vocab_size))
    texts = ["banana", "an", ""]
    paid = evaluate(model, tokenizer, texts)
    for text, nats in zip(texts, paid.document_nats, strict=True):
        row = [tokenizer.eos_id, *tokenizer.encode(text), tokenizer.eos_id]
        assert nats == pytest.approx(-model.log_probs([row]).sum(), abs=1e-5)
    for weight in model.output_layer.trainable_weights:
        weight.assign(np.zeros(weight.shape))
    even = evaluate(model, tokenizer, texts)
    assert even.perplexity_per_token == pytest.approx(tokenizer.vocab_size, rel=1e-6)


def test_a_saved_model_is_the_same_model(tmp_path):
    model, ids = model_of(dataclasses.replace(SMALL, remat=True)), rows_of_ids()
    model.save_model(tmp_path / "model.npz")
    again = LSTMLanguageModel.load_model(tmp_path / "model.npz")
    assert again.config == model.config
    assert np.array_equal(again.log_probs(ids), model.log_probs(ids))


def test_a_file_that_is_no_such_model_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    with pytest.raises(FileNotFoundError):
        LSTMLanguageModel.load_model(path)
    model_of().save_model(path)
    with pytest.raises(ModelError, match="holds a LSTMLanguageModel; read it with"):
        TransformerLanguageModel.load_model(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="damaged"):
        LSTMLanguageModel.load_model(path)
    np.savez(path, head=np.array('{"format": "something else"}'))
    with pytest.raises(ModelError, match="does not say"):
        LSTMLanguageModel.load_model(path)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("vocab_size", 0),
        ("embedding_size", -1),
        ("hidden_size", 0),
        ("num_layers", 0),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("projection_size", 0),
    ],
)
def test_sizes_that_make_no_model_are_refused_by_name(setting, value):
    with pytest.raises(ModelError, match=f"{setting} must be .* got {value}"):
        LSTMConfig(**{"vocab_size": V, setting: value})
