"""The Transformer beside one of PyTorch's own layers, with the same weights, for one AdamW step."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everybody calls it so

from course_lib.models.transformer import (
    TransformerConfig,
    TransformerLanguageModel,
    sinusoidal_positions,
)

V, D, H, LAYERS, T = 13, 16, 4, 3, 9
IDS = np.random.default_rng(0).integers(0, V, (4, T + 1)).astype(np.int32)


class Block(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(D, eps=1e-6) for _ in range(2)])
        self.heads, self.output = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.inner, self.outer = nn.Linear(D, inner), nn.Linear(inner, D)

    def forward(self, x):
        B, n, _ = x.shape
        three = self.heads(self.norms[0](x)).view(B, n, 3, H, D // H).permute(2, 0, 3, 1, 4)
        means = F.scaled_dot_product_attention(*three, is_causal=True)  # (B, H, T, d)
        x = x + self.output(means.transpose(1, 2).reshape(B, n, D))
        return x + self.outer(F.relu(self.inner(self.norms[1](x))))


class Transformer(nn.Module):
    def __init__(self, inner, tied):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.blocks = nn.ModuleList([Block(inner) for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(D, eps=1e-6)
        self.output = None if tied else nn.Linear(D, V)

    def forward(self, ids):
        positions = torch.from_numpy(sinusoidal_positions(ids.shape[1], D))
        x = self.embedding(ids) * math.sqrt(D) + positions
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return x @ self.embedding.weight.T if self.output is None else self.output(x)


def pairs(ours, theirs):
    """Our weights beside theirs, and whether theirs is transposed."""

    def layer(one, other):
        yield one.kernel, other.weight, True
        yield one.bias, other.bias, False

    def norm(one, other):
        yield one.gamma, other.weight, False
        yield one.beta, other.bias, False

    yield ours.embedding.embeddings, theirs.embedding.weight, False
    for one, other in zip(ours.blocks, theirs.blocks, strict=True):
        yield from norm(one.attention_norm, other.norms[0])
        yield from layer(one.attention.to_heads, other.heads)
        yield from layer(one.attention.to_output, other.output)
        yield from norm(one.feed_forward_norm, other.norms[1])
        yield from layer(one.inner, other.inner)
        yield from layer(one.outer, other.outer)
    yield from norm(ours.final_norm, theirs.norm)
    if theirs.output is not None:
        yield from layer(ours.output_layer, theirs.output)


def same(value, transposed):
    return torch.tensor(np.asarray(value).T if transposed else np.asarray(value))


@pytest.fixture(params=[False, True], ids=["untied", "tied"])
def twins(request):
    """Both models with the same weights."""
    sizes = {"width": D, "num_heads": H, "feed_forward": 24, "num_layers": LAYERS}
    ours = TransformerLanguageModel(
        TransformerConfig(V, **sizes, max_len=T, dropout=0.0, tied=request.param)
    )
    ours.ensure_built()
    theirs = Transformer(24, request.param)
    rng = np.random.default_rng(1)
    for weight, there, transposed in pairs(ours, theirs):
        weight.assign(weight + rng.normal(0, 0.2, weight.shape))
        with torch.no_grad():
            there.copy_(same(weight, transposed))
    assert len(list(pairs(ours, theirs))) == len(ours.trainable_weights)
    assert len(ours.trainable_weights) == len(list(theirs.parameters()))
    return ours, theirs


def our_gradients(ours):
    weights = ours.trainable_weights
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(IDS[:, 1:], ours(IDS[:, :-1]))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    by_weight = zip(weights, map(tf.convert_to_tensor, gradients), strict=True)
    return float(loss), {weight.path + str(id(weight)): g for weight, g in by_weight}


def their_loss(theirs):
    ids = torch.from_numpy(IDS.astype(np.int64))
    return F.cross_entropy(theirs(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())


def test_logits_are_equal(twins):
    ours, theirs = twins
    there = theirs(torch.from_numpy(IDS[:, :-1].astype(np.int64))).detach()
    assert there.std() > 0.5
    np.testing.assert_allclose(ours(IDS[:, :-1]), there, atol=1e-5)


def test_losses_and_gradients_are_equal(twins):
    ours, theirs = twins
    loss, gradients = our_gradients(ours)
    their = their_loss(theirs)
    their.backward()
    assert loss == pytest.approx(their.item(), abs=1e-6)
    for weight, there, transposed in pairs(ours, theirs):
        gradient = gradients[weight.path + str(id(weight))]
        np.testing.assert_allclose(same(gradient, transposed), there.grad, atol=1e-5)
        assert there.grad.abs().max() > 1e-4


def test_one_step_of_adamw_is_equal_once_epsilon_is_carried_over(twins):
    # Both first decay, w -= rate * decay * w. Then Keras divides the corrected mean of gradients by
    # sqrt(v) + epsilon and corrects the quotient by c = sqrt(1 - beta_2 ** t); PyTorch divides by
    # sqrt(v) / c + epsilon. So Keras's epsilon is PyTorch's times c, which at t = 1 is 0.0316.
    ours, theirs = twins
    rate, decay, beta_2, epsilon = 1e-2, 0.1, 0.999, 1e-3  # an epsilon large enough to be seen
    carried = epsilon * math.sqrt(1 - beta_2)
    before = {id(there): there.detach().clone() for _, there, _ in pairs(ours, theirs)}
    optimizer = keras.optimizers.AdamW(rate, weight_decay=decay, beta_2=beta_2, epsilon=carried)
    _, gradients = our_gradients(ours)
    weights = ours.trainable_weights
    optimizer.apply([gradients[w.path + str(id(w))] for w in weights], weights)
    their = torch.optim.AdamW(
        theirs.parameters(), lr=rate, weight_decay=decay, betas=(0.9, beta_2), eps=epsilon
    )
    their_loss(theirs).backward()
    their.step()
    for weight, there, transposed in pairs(ours, theirs):
        np.testing.assert_allclose(same(weight, transposed), there.detach(), rtol=0, atol=2e-6)
        assert (there.detach() - before[id(there)]).abs().max() > rate / 10
