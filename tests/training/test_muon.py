import keras
import numpy as np
import pytest
import torch

from course_lib.errors import TrainingError
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel
from course_lib.training.muon import Muon, muon, orthogonalised
from course_lib.training.optimizer import adamw


def matrix(shape, seed=0, condition=30.0):
    """A matrix whose singular values lie evenly from 1 to its condition."""
    u, _, v = np.linalg.svd(np.random.default_rng(seed).normal(size=shape), full_matrices=False)
    return (u * np.linspace(condition, 1.0, len(v)) @ v).astype(np.float32)


@pytest.mark.parametrize("shape", [(8, 8), (6, 20), (20, 6)])
def test_singular_values_become_about_1_and_the_vectors_stay(shape):
    before = matrix(shape)
    after = np.asarray(orthogonalised(keras.ops.array(before)))
    u, _, v = np.linalg.svd(before, full_matrices=False)
    values = u.T @ after @ v.T
    assert np.abs(values - np.diag(np.diag(values))).max() < 1e-4
    assert np.diag(values).min() > 0.6
    assert np.diag(values).max() < 1.25


def test_matrices_that_lie_side_by_side_take_their_steps_apart():
    start, gradient = (matrix((6, 24), seed) for seed in (0, 1))
    layers = [keras.layers.Dense(24, name=name) for name in ("dense", "lstm_1")]
    steps = {}
    for layer in layers:
        layer.build((None, 6))
        layer.kernel.assign(start)
        optimizer = muon(0.01, weight_decay=0.0, clip_norm=None)
        optimizer.build([layer.kernel])
        optimizer.apply([keras.ops.array(gradient)], [layer.kernel])
        steps[layer.name] = np.asarray(layer.kernel) - start
    for gate in np.split(steps["lstm_1"], 4, axis=1):
        assert np.linalg.svd(gate / (0.01))[1].min() > 0.6
    whole = np.split(steps["dense"], 4, axis=1)[0]
    assert np.linalg.svd(whole / (0.01 * 2))[1].min() < 0.5


@pytest.mark.parametrize("shape", [(16, 16), (8, 32), (32, 8)])
def test_steps_are_those_of_pytorch(shape):
    start = matrix(shape, seed=1)
    ours = keras.Variable(start, name="kernel")
    theirs = torch.nn.Parameter(torch.tensor(start.T.copy()))  # (outputs, inputs)
    optimizer = muon(0.01, weight_decay=0.1, clip_norm=None)
    optimizer.build([ours])
    reference = torch.optim.Muon(
        [theirs], lr=0.01, weight_decay=0.1, momentum=0.95, adjust_lr_fn="original"
    )
    for seed in range(2, 6):
        gradient = matrix(shape, seed)
        optimizer.apply([keras.ops.array(gradient)], [ours])
        theirs.grad = torch.tensor(gradient.T.copy())
        reference.step()
    moved = np.asarray(ours) - start
    wanted = theirs.detach().numpy().T - start
    # PyTorch iterates in bfloat16, which has three digits.
    assert np.linalg.norm(moved - wanted) < 0.02 * np.linalg.norm(wanted)


@pytest.mark.parametrize(
    "model",
    [
        LSTMLanguageModel(LSTMConfig(11, 4, 6, 2, 0.0)),
        TransformerLanguageModel(
            TransformerConfig(11, width=8, num_heads=2, feed_forward=16, num_layers=2, max_len=8)
        ),
    ],
    ids=["lstm", "transformer"],
)
def test_embeddings_the_output_layer_and_vectors_take_the_steps_of_adamw(model):
    model.ensure_built()
    weights = model.trainable_weights
    gradients = [
        keras.ops.array(np.random.default_rng(n).normal(size=w.shape).astype(np.float32))
        for n, w in enumerate(weights)
    ]
    start, steps = model.get_weights(), {}
    for name, optimizer in (
        ("muon", muon(0.01, adam_share=1.0)),
        ("adamw", adamw(0.01, beta_2=0.99, weight_decay=0.0)),
    ):
        model.set_weights(start)
        optimizer.build(weights)
        optimizer.apply(gradients, weights)
        steps[name] = [np.asarray(w) - s for w, s in zip(weights, start, strict=True)]
    same = {
        weight.path
        for weight, a, b in zip(weights, *steps.values(), strict=True)
        if np.abs(a - b).max() < 1e-6
    }
    by_adam = {
        weight.path
        for weight in weights
        if len(weight.shape) < 2 or "embedding" in weight.path or "output" in weight.path
    }
    assert same == by_adam
    assert len(same) < len(weights)


def test_it_can_be_saved_and_made_anew():
    optimizer = muon(0.003, momentum=0.9)
    again = Muon.from_config(optimizer.get_config())
    assert (again.momentum, float(again.learning_rate)) == (0.9, pytest.approx(0.003))
    assert again.exclude_layers == ["output"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"momentum": 1.0}, "momentum"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"weight_decay": -1.0}, "weight_decay"),
        ({"clip_norm": float("nan")}, "clip_norm"),
        ({"accumulation_steps": 0}, "accumulation_steps"),
    ],
)
def test_a_value_out_of_bounds_is_named(settings, named):
    with pytest.raises(TrainingError, match=named):
        muon(**settings)
