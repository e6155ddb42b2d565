"""Attention against an explicit loop and against PyTorch; what the mask hides has no influence."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_lib.models.attention import (
    CausalSelfAttention,
    KeysValues,
    attention,
    causal_mask,
    merge_heads,
    split_heads,
)

B, H, T, S, d = 2, 3, 5, 7, 4


def tensors(*shapes, seed=0, scale=1.0, dtype="float32"):
    rng = np.random.default_rng(seed)
    return [tf.constant(rng.normal(0, scale, shape), dtype) for shape in shapes]


def by_hand(queries, keys, values, allowed):
    """One query, one key, one number at a time, in double precision."""
    means = np.zeros((len(queries), values.shape[1]))
    for t, query in enumerate(queries):
        seen = [s for s in range(len(keys)) if allowed(t, s)]
        scores = [
            sum(float(a) * float(b) for a, b in zip(query, keys[s], strict=True)) for s in seen
        ]
        exps = [math.exp(score / math.sqrt(len(query))) for score in scores]
        for s, e in zip(seen, exps, strict=True):
            means[t] += e / sum(exps) * values[s]
    return means


@pytest.mark.parametrize("n_queries", [1, T, S])
def test_it_is_the_sum_that_one_would_write_by_hand(n_queries):
    q, k, v = tensors((B, H, n_queries, d), (B, H, S, d), (B, H, S, 2))
    means, weights = attention(q, k, v, causal_mask(n_queries, S))
    first = S - n_queries
    for b in range(B):
        for h in range(H):
            wanted = by_hand(
                q[b, h].numpy(), k[b, h].numpy(), v[b, h].numpy(), lambda t, s: s <= first + t
            )
            np.testing.assert_allclose(means[b, h], wanted, atol=1e-6)
    np.testing.assert_allclose(tf.reduce_sum(weights, -1), 1, atol=1e-6)
    np.testing.assert_allclose(tf.matmul(weights, v), means, atol=1e-6)


def test_it_is_the_attention_of_pytorch():
    q, k, v = tensors((B, H, S, d), (B, H, S, d), (B, H, S, d), seed=1, scale=2.0)
    there = [torch.from_numpy(one.numpy()) for one in (q, k, v)]
    plain = torch.nn.functional.scaled_dot_product_attention(*there)
    causal = torch.nn.functional.scaled_dot_product_attention(*there, is_causal=True)
    np.testing.assert_allclose(attention(q, k, v)[0], plain, atol=2e-6)
    np.testing.assert_allclose(attention(q, k, v, causal_mask(S))[0], causal, atol=2e-6)


@pytest.mark.parametrize("n_queries", range(1, S + 1))
def test_the_queries_are_the_last_of_the_keys(n_queries):
    mask = causal_mask(n_queries, S).numpy()
    assert (mask == np.tril(np.ones((S, S), bool))[S - n_queries :]).all()


def test_what_is_hidden_weighs_exactly_nothing_however_well_it_fits():
    q, k, v = tensors((T, d), (T, d), (T, d))
    k = tf.concat([k[:-1], 100 * q[-2:-1]], 0)  # the last key is what the last but one asks for
    v = tf.concat([v[:-1], tf.fill((1, d), 1e6)], 0)
    with tf.GradientTape() as tape:
        tape.watch((k, v))
        means, weights = attention(q, k, v, causal_mask(T))
        before = tf.reduce_sum(means[:-1])
    assert (weights.numpy()[~causal_mask(T).numpy()] == 0).all()
    for gradient in tape.gradient(before, (k, v)):
        assert (gradient[-1].numpy() == 0).all()
        assert (gradient[0].numpy() != 0).any()
    assert attention(q, k, v)[1][-2, -1] > 0.9  # without the mask it would have looked there


def test_half_precision_neither_overflows_nor_gives_half_precise_weights():
    q = tf.fill((1, 2, 64), tf.cast(40.0, tf.float16))
    k = tf.concat([q[:, :1], 0.5 * q[:, :1]], 1)  # q k = 102,400, above the largest half 65,504
    means, weights = attention(q, k, tf.cast([[[1.0], [0.0]]], tf.float16))
    assert weights.dtype == tf.float32
    assert means.dtype == tf.float16
    assert np.isfinite(means.numpy()).all()
    np.testing.assert_allclose(weights, [[[1, 0], [1, 0]]], atol=1e-6)


def test_heads_are_neighbouring_columns_and_come_back_together():
    (x,) = tensors((B, T, H * d))
    heads = split_heads(x, H)
    assert heads.shape == (B, H, T, d)
    for h in range(H):
        assert (heads[:, h].numpy() == x[:, :, h * d : (h + 1) * d].numpy()).all()
    assert (merge_heads(heads).numpy() == x.numpy()).all()


@pytest.fixture
def layer():
    keras.utils.set_random_seed(0)
    made = CausalSelfAttention(12, H)
    made.build((None, None, 12))
    for weight in made.trainable_weights:
        weight.assign(np.random.default_rng(2).normal(0, 0.5, weight.shape))
    return made


def test_the_layer_is_multi_head_attention_of_pytorch_with_the_same_weights(layer):
    D = layer.width
    there = torch.nn.MultiheadAttention(D, H, batch_first=True)
    with torch.no_grad():
        there.in_proj_weight.copy_(torch.tensor(layer.to_heads.kernel.numpy().T))
        there.in_proj_bias.copy_(torch.tensor(layer.to_heads.bias.numpy()))
        there.out_proj.weight.copy_(torch.tensor(layer.to_output.kernel.numpy().T))
        there.out_proj.bias.copy_(torch.tensor(layer.to_output.bias.numpy()))
    (x,) = tensors((B, T, D), seed=3)
    hidden = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)  # true: may not look
    same = torch.from_numpy(x.numpy())
    wanted, _ = there(same, same, same, attn_mask=hidden)
    np.testing.assert_allclose(layer(x)[0], wanted.detach(), atol=1e-5)
    assert layer.count_params() == sum(p.numel() for p in there.parameters()) == 4 * D * D + 4 * D


@pytest.mark.parametrize("cut", [0, 1, 3, T - 1])
def test_the_past_can_come_first(layer, cut):
    (x,) = tensors((B, T, layer.width), seed=4)
    whole, all_of_it = layer(x)
    _, past = layer(x[:, :cut]) if cut else (None, KeysValues(*[tf.zeros((B, H, 0, 4))] * 2))
    rest, together = layer(x[:, cut:], past)
    np.testing.assert_allclose(rest, whole[:, cut:], atol=1e-5)
    for one, other in zip(together, all_of_it, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_graph_that_knows_no_lengths_gives_the_same(layer):
    one = tf.TensorSpec((None, H, None, 4))
    unknown = tf.function(
        lambda x, past: layer(x, past)[0],
        [tf.TensorSpec((None, None, 12)), KeysValues(one, one)],
        autograph=False,
    )
    x, keys, values = tensors((B, T, 12), (B, H, S, 4), (B, H, S, 4), seed=5)
    past = KeysValues(keys, values)
    np.testing.assert_allclose(unknown(x, past), layer(x, past)[0], atol=1e-5)


def test_the_first_output_matrix_can_start_smaller():
    layers = [CausalSelfAttention(128, 4, scale) for scale in (1.0, 0.25)]
    for layer in layers:
        layer.build((None, None, 128))
    whole, quarter = (np.std(layer.to_output.kernel) for layer in layers)
    assert whole == pytest.approx(1 / math.sqrt(128), rel=0.05)
    assert quarter == pytest.approx(whole / 4, rel=0.05)
    assert np.std(layers[1].to_heads.kernel) == pytest.approx(whole, rel=0.05)
