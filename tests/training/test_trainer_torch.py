"""PyTorch takes the same step: the same logits, gradients and weights after it."""

import math

import keras
import numpy as np
import pytest
import torch
from torch import nn

from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.training.optimizer import adamw
from course_lib.training.trainer import Trainer

V, E, H, B, T, PAD = 12, 5, 6, 4, 7, 0
RATE, EPSILON, BETA_2, DECAY = 0.05, 1e-7, 0.999, 0.2


class TorchModel(nn.Module):
    """Embedding, two LSTM layers, logits."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.lstm = nn.LSTM(E, H, num_layers=2, batch_first=True)
        self.output = nn.Linear(H, V)

    def forward(self, ids):
        return self.output(self.lstm(self.embedding(ids))[0])

    def as_keras(self, of=lambda parameter: parameter.detach().numpy()):
        """Arrays in the order and layout of Keras: of the weights, or of what ``of`` makes of them.

        The order of the gates is the same, i, f, cell, o. PyTorch writes the kernel transposed, and
        has two biases, of which only the sum matters.
        """
        arrays = [of(self.embedding.weight)]
        for n in range(2):
            W, U, b, also_b = (
                of(getattr(self.lstm, f"{name}_l{n}"))
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            arrays += [W.T, U.T, b, also_b]
        return [*arrays, of(self.output.weight).T, of(self.output.bias)]


def one_bias(arrays):
    """The arrays with the two biases of each layer summed."""
    table, W1, U1, b1, c1, W2, U2, b2, c2, out, bias = arrays
    return [table, W1, U1, b1 + c1, W2, U2, b2 + c2, out, bias]


def of_one_bias(arrays):
    """The same for gradients: each of the two has that of the sum."""
    table, W1, U1, b1, c1, W2, U2, b2, c2, out, bias = arrays
    np.testing.assert_allclose(b1, c1, atol=1e-7)
    np.testing.assert_allclose(b2, c2, atol=1e-7)
    return [table, W1, U1, b1, W2, U2, b2, out, bias]


@pytest.fixture
def pair():
    """The PyTorch model, and a Trainer of ours with the same weights."""
    torch.manual_seed(0)
    theirs = TorchModel()
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.4)
    with torch.no_grad():  # a second bias would be moved by the optimiser as well: keep one
        for n in range(2):
            getattr(theirs.lstm, f"bias_hh_l{n}").zero_()
    keras.utils.set_random_seed(0)
    ours = LSTMLanguageModel(LSTMConfig(V, E, H, 2, dropout=0.0))
    for weight, array in zip(ours.trainable_weights, one_bias(theirs.as_keras()), strict=True):
        weight.assign(array)
    return theirs, ours


def batch():
    ids = np.random.default_rng(0).integers(1, V, (B, T + 1))
    inputs, targets = ids[:, :-1], ids[:, 1:].copy()
    targets[0, 3:] = PAD
    targets[2, 5:] = PAD
    return inputs, targets


def loss_of(theirs, inputs, targets, smoothing):
    loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=smoothing)
    logits = theirs(torch.tensor(inputs))
    return loss(logits.flatten(0, 1), torch.tensor(targets).flatten())


def test_logits_are_equal(pair):
    theirs, ours = pair
    inputs, _ = batch()
    wanted = theirs(torch.tensor(inputs)).detach().numpy()
    np.testing.assert_allclose(ours(inputs.astype(np.int32)), wanted, atol=2e-6)


def test_both_biases_are_needed_only_as_a_sum(pair):
    theirs, ours = pair
    inputs, _ = batch()
    with torch.no_grad():
        for n in range(2):
            for name, change in (("bias_ih", 0.3), ("bias_hh", -0.3)):
                getattr(theirs.lstm, f"{name}_l{n}").add_(change)
    wanted = theirs(torch.tensor(inputs)).detach().numpy()
    np.testing.assert_allclose(ours(inputs.astype(np.int32)), wanted, atol=2e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_and_gradients_are_equal(pair, smoothing):
    theirs, ours = pair
    inputs, targets = batch()
    loss = loss_of(theirs, inputs, targets, smoothing)
    loss.backward()
    wanted = of_one_bias(theirs.as_keras(lambda parameter: parameter.grad.numpy()))
    trainer = Trainer(ours, smoothing, PAD)
    trainer.compile(adamw())
    found, parts = trainer.gradients(inputs.astype(np.int32), targets.astype(np.int32))
    kept = parts["loss"].numpy()[parts["counts"].numpy()]
    assert kept.mean() == pytest.approx(loss.item(), rel=1e-6)
    for mine, wish in zip(found, wanted, strict=True):
        np.testing.assert_allclose(mine, wish, atol=1e-6)


@pytest.mark.parametrize("clip_norm", [0.05, 100.0])
def test_one_step_with_clipping_smoothing_and_decay_ends_at_the_same_weights(pair, clip_norm):
    theirs, ours = pair
    inputs, targets = batch()
    for n in range(2):  # one bias learns, as in Keras
        getattr(theirs.lstm, f"bias_hh_l{n}").requires_grad_(False)
    parameters = [p for p in theirs.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": DECAY},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
    ]
    # PyTorch adds its eps after the second moment has been corrected, Keras before.
    eps = EPSILON / math.sqrt(1 - BETA_2)
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, BETA_2), eps=eps)
    loss_of(theirs, inputs, targets, 0.1).backward()
    norm = nn.utils.clip_grad_norm_(parameters, clip_norm).item()
    optimizer.step()

    before = [np.asarray(weight).copy() for weight in ours.trainable_weights]
    trainer = Trainer(ours, 0.1, PAD)
    trainer.compile(
        adamw(RATE, beta_2=BETA_2, epsilon=EPSILON, weight_decay=DECAY, clip_norm=clip_norm)
    )
    logs = trainer.train_step((inputs.astype(np.int32), targets.astype(np.int32)))
    assert float(logs["gradient_norm"]) == pytest.approx(norm, rel=1e-5)
    wanted = one_bias(theirs.as_keras())
    for weight, wish, first in zip(ours.trainable_weights, wanted, before, strict=True):
        # An update is about the rate in size, so this is a thousandth of one.
        np.testing.assert_allclose(weight, wish, atol=RATE / 1000)
        assert abs(np.asarray(weight) - first).max() > RATE / 2
