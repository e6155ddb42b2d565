"""The course's LSTM layer against PyTorch's: the same numbers from the same weights."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
tf = pytest.importorskip("tensorflow")

from course_lib.models.lstm_layer import LSTMLayer  # noqa: E402

T, B, D, H = 9, 4, 5, 6


@pytest.fixture
def layers():
    """Ours and PyTorch's, with weights by chance, and what they read: x, h and c."""
    rng = np.random.default_rng(0)
    ours, theirs = LSTMLayer(H), torch.nn.LSTM(D, H)
    ours.build((None, None, D))
    for weight in ours.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    first, second = rng.normal(size=(2, 4 * H)).astype(np.float32)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(ours.kernel.numpy().T))
        theirs.weight_hh_l0.copy_(torch.tensor(ours.recurrent_kernel.numpy().T))
        theirs.bias_ih_l0.copy_(torch.tensor(first))
        theirs.bias_hh_l0.copy_(torch.tensor(second))
    ours.bias.assign(first + second)  # PyTorch adds its two biases
    given = [rng.normal(size=s).astype(np.float32) for s in ((T, B, D), (B, H), (B, H))]
    return ours, theirs, given


def test_outputs_and_state_are_those_of_pytorch(layers):
    ours, theirs, (x, h, c) = layers
    hs, (last_h, last_c) = ours(tf.constant(x), (tf.constant(h), tf.constant(c)))
    told, (their_h, their_c) = theirs(
        torch.tensor(x), (torch.tensor(h)[None], torch.tensor(c)[None])
    )
    np.testing.assert_allclose(hs, told.detach(), atol=1e-6)
    np.testing.assert_allclose(last_h, their_h.detach()[0], atol=1e-6)
    np.testing.assert_allclose(last_c, their_c.detach()[0], atol=1e-6)


def test_gradients_are_those_of_pytorch(layers):
    ours, theirs, (x, h, c) = layers
    with tf.GradientTape() as tape:
        hs, (_, last) = ours(tf.constant(x), (tf.constant(h), tf.constant(c)))
        loss = tf.reduce_sum(tf.sin(3 * hs)) + tf.reduce_sum(last**2)
    kernel, recurrent, bias = tape.gradient(loss, ours.trainable_weights)
    told, (_, last) = theirs(torch.tensor(x), (torch.tensor(h)[None], torch.tensor(c)[None]))
    (torch.sin(3 * told).sum() + (last**2).sum()).backward()
    for gradient, theirs_is in (
        (kernel, theirs.weight_ih_l0.grad.T),
        (recurrent, theirs.weight_hh_l0.grad.T),
        (bias, theirs.bias_ih_l0.grad),
        (bias, theirs.bias_hh_l0.grad),  # each of the two gets the gradient of the sum
    ):
        np.testing.assert_allclose(gradient, theirs_is, rtol=1e-4, atol=1e-4)


def test_pytorch_has_one_bias_more():
    counts = [sum(w.numel() for w in torch.nn.LSTM(D, 256).parameters()) for D in (128, 256)]
    assert counts == [395_264, 526_336]
