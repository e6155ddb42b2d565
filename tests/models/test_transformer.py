"""The Transformer: causal, as large as its formula, the same by cache, by graph and by half."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import ModelError
from course_lib.evaluation.likelihood import evaluate
from course_lib.models.keras_model import log_probs_of
from course_lib.models.transformer import (
    TransformerConfig,
    TransformerLanguageModel,
    sinusoidal_positions,
    transformer_parameters,
)
from course_lib.tokenizers.characters import CharacterTokenizer

V, MAX_LEN = 11, 16
SMALL = {"width": 16, "num_heads": 4, "feed_forward": 24, "num_layers": 2, "max_len": MAX_LEN}


def made(seed=0, vocab_size=V, **settings):
    """A small model whose weights are large enough that everything depends on everything."""
    keras.utils.set_random_seed(seed)
    model = TransformerLanguageModel(TransformerConfig(vocab_size, **(SMALL | settings)))
    model.ensure_built()
    rng = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(weight + rng.normal(0, 0.2, weight.shape))
    return model


@pytest.fixture(scope="module")
def model():
    return made()


@pytest.fixture(scope="module")
def tied():
    return made(tied=True, max_len=15)


def ids_of(B=3, T=MAX_LEN, seed=0):
    return np.random.default_rng(seed).integers(0, V, (B, T)).astype(np.int32)


def by_steps(model, ids):
    state, logits = model.start(len(ids)), []
    for column in ids.T:
        after, state = model.step(column, state)
        logits.append(after)
    return np.stack(logits, axis=1), state


@pytest.mark.parametrize("fixture", ["model", "tied"])
def test_it_keeps_the_laws_of_the_protocol(fixture, protocol_law, request):
    protocol_law(request.getfixturevalue(fixture))


@pytest.mark.parametrize(
    "settings",
    [{}, {"tied": True}, {"num_layers": 1}, {"width": 8, "num_heads": 2, "feed_forward": 5}],
)
def test_the_formula_counts_what_is_there(settings):
    config = TransformerConfig(V, **(SMALL | settings))
    assert sum(transformer_parameters(config).values()) == (
        TransformerLanguageModel(config).n_parameters
    )


def test_the_formula_gives_the_known_sizes_at_ten_thousand_ids():
    untied, tied = (transformer_parameters(TransformerConfig(10_000, tied=t)) for t in (0, 1))
    assert sum(untied.values()) == 3_759_888
    assert sum(tied.values()) == 2_469_888
    assert sum(n for part, n in tied.items() if part != "embedding") == 1_189_888
    assert untied["layer norms"] == 6 * 2 * 2 * 128  # two in each block, and one at the end
    assert untied["final layer norm"] == 2 * 128


def test_no_output_depends_on_a_later_id_by_gradient():
    model = made(seed=1)
    ids = np.arange(8)[None].astype(np.int32)  # all different: a row of the table is a position
    for t in range(8):
        with tf.GradientTape() as tape:
            out = tf.reduce_sum(model(ids)[0, t] * tf.range(1.0, V + 1))
        table = tape.gradient(out, model.embedding.embeddings.value)
        moves = np.abs(tf.convert_to_tensor(table)).sum(axis=1)
        assert (moves[: t + 1] > 1e-4).all()
        assert (moves[t + 1 :] == 0).all()


def test_no_output_depends_on_a_later_id_by_change(model):
    ids = ids_of()
    before = model(ids).numpy()
    for t in range(1, MAX_LEN):
        changed = ids.copy()
        changed[:, t] = (ids[:, t] + 1) % V
        moved = np.abs(model(changed).numpy() - before).max(axis=(0, 2))
        assert (moved[:t] == 0).all()
        assert (moved[t:] > 1e-4).all()


def test_order_matters_only_through_the_positions(model):
    ids = ids_of(T=5)
    swapped = ids[:, [1, 0, 2, 3, 4]]
    assert np.abs(model(ids) - model(swapped))[:, 2:].max() > 1e-3
    positions = model.positions
    model.positions = np.zeros_like(positions)
    try:  # one layer sees a bag of ids; two see more, so ask only the first block
        first = [model.blocks[0](model._embed(i, 0, None))[0][:, 2:] for i in (ids, swapped)]
    finally:
        model.positions = positions
    np.testing.assert_allclose(first[0], first[1], atol=1e-5)


def test_steps_and_blocks_with_a_cache_are_the_full_pass(model):
    ids = ids_of()
    full = model(ids).numpy()
    np.testing.assert_allclose(by_steps(model, ids)[0], full, atol=1e-5)
    for cut in (1, 5, MAX_LEN - 1):
        first, state = model.read(ids[:, :cut], model.initial_state(3))
        rest, _ = model.read(ids[:, cut:], state)
        np.testing.assert_allclose(np.concatenate([first, rest], 1), full, atol=1e-5)


def test_looks_are_weights_of_the_past_that_explain_what_the_layer_gives(model):
    ids = ids_of(T=6)
    looks = model.looks(ids)
    assert [weights.shape for weights in looks] == [(3, 4, 6, 6)] * 2
    for weights in looks:
        np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)
        assert (weights[..., ~np.tri(6, dtype=bool)] == 0).all()
    block = model.blocks[0]
    x = block.attention_norm(model._embed(ids, 0, None))
    out, (_, values) = block.attention(x)
    means = (looks[0] @ values.numpy()).transpose(0, 2, 1, 3).reshape(3, 6, 16)
    np.testing.assert_allclose(block.attention.to_output(means), out, atol=1e-5)


def test_an_old_state_keeps_its_numbers(model):
    ids = ids_of(T=6)
    _, state = by_steps(model, ids)
    kept = [one.numpy().copy() for layer in state for one in layer]
    by_steps(model, ids_of(T=9, seed=1))
    model.step(ids[:, 0], state)
    for one, before in zip((one for layer in state for one in layer), kept, strict=True):
        assert (one.numpy() == before).all()
        assert one.shape == (3, 4, 6, 4)  # B, H, ids read, width of a head


def test_all_steps_and_rows_share_one_graph(monkeypatch):
    model, traced, read = made(), [], TransformerLanguageModel.read
    monkeypatch.setattr(
        TransformerLanguageModel, "read", lambda *args: traced.append(1) or read(*args)
    )
    by_steps(model, ids_of())
    by_steps(model, ids_of(B=1, T=3))
    model.log_probs(ids_of(B=2, T=16))
    assert len(traced) == 1
    model.log_probs(ids_of(B=2, T=40))
    model.log_probs(ids_of(B=1, T=30))
    assert len(traced) == 2  # windows that only remember make no logits


def test_more_ids_than_positions_are_refused(model):
    ids = ids_of(T=MAX_LEN + 1)
    _, full = by_steps(model, ids[:, :-1])
    for read in (
        lambda: model(ids),
        lambda: model.read(ids, model.initial_state(3)),
        lambda: model.read(ids[:, :1], full),
        lambda: model.step(ids[:, -1], full),
    ):
        with pytest.raises(ModelError, match=r"17 ids .* the 16 positions .*write fewer"):
            read()


@pytest.mark.parametrize(
    ("fixture", "T"), [("model", 2), ("model", 17), ("model", 18), ("model", 27), ("tied", 26)]
)
def test_scores_of_long_rows_are_those_of_overlapping_windows(fixture, T, request):
    model = request.getfixturevalue(fixture)
    ids, half = ids_of(T=T), model.config.max_len // 2
    scores = model.log_probs(ids)
    for t in range(T - 1):
        start = max(0, (t // half - 1) * half)
        assert start == 0 or t + 1 - start > half
        logits = model(ids[:, start : t + 1])[:, -1:]
        wanted = log_probs_of(logits, ids[:, t + 1 : t + 2])
        np.testing.assert_allclose(scores[:, t : t + 1], wanted, atol=2e-5)


def test_the_likelihood_of_documents_does_not_depend_on_the_batch():
    letters = CharacterTokenizer.from_texts(["abcdefg "])
    model = made(vocab_size=letters.vocab_size)
    texts = ["abba", "a bad egg faced a bee" * 2, "", "gag"]
    one, many = (evaluate(model, letters, texts, batch_size=size) for size in (1, 4))
    np.testing.assert_allclose(one.document_nats, many.document_nats, rtol=1e-5)
    ids = [[letters.eos_id, *letters.encode("gag"), letters.eos_id]]
    assert one.document_nats[3] == pytest.approx(-model.log_probs(ids).sum(), rel=1e-5)


def test_tied_logits_are_by_the_embedding(tied):
    ids = ids_of(T=4)
    before = tied(ids).numpy()
    table = tied.embedding.embeddings
    unseen = int(np.setdiff1d(np.arange(V), ids)[0])
    old = table.numpy()
    changed = old.copy()
    changed[unseen] *= 2  # read nowhere, so only its own logit moves: it doubles
    table.assign(changed)
    after = tied(ids).numpy()
    table.assign(old)
    before[..., unseen] *= 2
    np.testing.assert_allclose(after, before, atol=1e-5)
    assert len(tied.trainable_weights) == len(made().trainable_weights) - 2


def test_first_logits_are_near_zero_and_the_first_loss_near_that_of_guessing():
    for tied in (False, True):
        keras.utils.set_random_seed(0)
        model = TransformerLanguageModel(TransformerConfig(50, num_layers=2, tied=tied))
        ids = np.random.default_rng(0).integers(0, 50, (8, 33)).astype(np.int32)
        loss = -log_probs_of(model(ids[:, :-1]), ids[:, 1:]).mean()
        assert loss == pytest.approx(np.log(50), abs=0.15)


def gradients(model, ids, xla=False):
    """For the same seeds in each call."""

    def run():
        with tf.GradientTape() as tape:
            logits = model(ids[:, :-1], training=True)
            loss = -tf.reduce_mean(tf.gather(tf.nn.log_softmax(logits), ids[:, 1:], batch_dims=2))
        return tape.gradient(loss, [weight.value for weight in model.trainable_weights])

    model.seeds.state.assign([5, 0])
    grads = tf.function(run, jit_compile=True, autograph=False)() if xla else run()
    return [tf.convert_to_tensor(gradient).numpy() for gradient in grads]


@pytest.mark.parametrize("settings", [{}, {"tied": True}])
def test_remat_has_the_gradients_of_the_plain_model_for_the_same_seeds(settings):
    ids, settings = ids_of(), settings | {"dropout": 0.4}
    plain = gradients(made(**settings), ids)
    again = gradients(made(remat=True, **settings), ids)
    other = gradients(made(seed=0, **settings | {"dropout": 0.3}), ids)
    for one, two, three in zip(plain, again, other, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-6, atol=1e-6)
        assert np.abs(three - one).max() > 1e-3


def test_remat_works_without_dropout():
    plain, again = (gradients(made(remat=r, dropout=0.0), ids_of()) for r in (False, True))
    for one, two in zip(plain, again, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-6, atol=1e-6)


def test_dropout_is_new_in_each_training_pass_and_absent_otherwise(model):
    ids = ids_of()
    first, second = (model(ids, training=True).numpy() for _ in range(2))
    assert np.abs(first - second).max() > 1e-2
    assert (model(ids).numpy() == model(ids).numpy()).all()
    # In a pass there is a mask of its own for the embedding and for each part.
    seeds = tf.concat([tf.reshape(seed, (-1, 2)) for seed in model._draw_seeds(True)], 0)
    assert len({tuple(seed) for seed in seeds.numpy()}) == 1 + 2 * 2


def test_xla_computes_the_same():
    ids, settings = ids_of(), {"dropout": 0.0, "num_layers": 1}
    plain = gradients(made(**settings), ids)
    for compiled in (gradients(made(remat=r, **settings), ids, xla=True) for r in (False, True)):
        for one, two in zip(plain, compiled, strict=True):
            np.testing.assert_allclose(two, one, atol=1e-5)


@pytest.fixture
def half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("is_tied", [False, True])
def test_mixed_precision_is_close_and_gives_single_precision_logits(half_precision, is_tied):
    half, ids = made(tied=is_tied), ids_of()
    keras.config.set_dtype_policy("float32")
    whole = made(tied=is_tied)
    assert {weight.dtype for weight in half.trainable_weights} == {"float32"}
    logits = half(ids)
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, whole(ids), atol=0.05)
    steps, state = by_steps(half, ids)
    assert state[0].keys.dtype == tf.float16
    np.testing.assert_allclose(steps, logits, atol=0.02)
    for one, two in zip(gradients(half, ids), gradients(whole, ids), strict=True):
        assert np.isfinite(one).all()
        np.testing.assert_allclose(one, two, atol=0.02)


def test_a_saved_model_comes_back(model, tmp_path):
    path = tmp_path / "model.npz"
    model.save_model(path)
    back = TransformerLanguageModel.load_model(path)
    assert back.config == model.config
    assert (back(ids_of()).numpy() == model(ids_of()).numpy()).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"vocab_size": 0}, "vocab_size must be at least 1, got 0"),
        ({"num_layers": 0}, "num_layers must be at least 1"),
        ({"max_len": 1}, "max_len must be at least 2"),
        ({"width": 10, "num_heads": 4}, "width 10 and 4 heads"),
        ({"width": 9, "num_heads": 3}, "width must be even"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"dropout": -0.1}, "got -0.1"),
    ],
)
def test_sizes_that_make_no_model_are_refused(settings, said):
    with pytest.raises(ModelError, match=said):
        TransformerConfig(**{"vocab_size": V} | settings)


def test_positions_are_the_sines_and_cosines_of_the_paper():
    table = sinusoidal_positions(50, 6)
    for p in (0, 1, 49):
        for i in range(3):
            angle = p / 10_000 ** (2 * i / 6)
            assert table[p, 2 * i] == pytest.approx(np.sin(angle), abs=1e-6)
            assert table[p, 2 * i + 1] == pytest.approx(np.cos(angle), abs=1e-6)
    # A step is a rotation: the product of two positions depends on their distance alone.
    products = table @ table.T
    np.testing.assert_allclose(np.diag(products, 7), products[0, 7], atol=1e-4)


def test_it_learns_to_repeat_what_it_read_two_ids_before():
    keras.utils.set_random_seed(0)
    model = TransformerLanguageModel(
        TransformerConfig(V, **SMALL | {"dropout": 0.0, "num_layers": 1})
    )
    model.ensure_built()
    optimizer, rng = keras.optimizers.Adam(1e-2), np.random.default_rng(0)

    @tf.function(autograph=False)
    def train(ids):
        with tf.GradientTape() as tape:
            logits = model(ids, training=True)[:, 1:-1]
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 2:], logits)
            loss = tf.reduce_mean(losses)
        weights = model.trainable_weights
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    def pairs():
        return tf.constant(np.tile(rng.integers(0, V, (32, 2)), 4).astype(np.int32))

    losses = [float(train(pairs())) for _ in range(100)]
    assert losses[0] == pytest.approx(np.log(V), abs=0.2)
    assert losses[-1] < 0.05
