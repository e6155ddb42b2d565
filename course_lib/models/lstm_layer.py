"""One LSTM layer that a processor runs fast, with the weights of ``keras.layers.LSTM`` (Keras).

At each time the layer adds what it reads to what it remembers, and four gates decide::

    z = x W + h U + b,  cut into four parts: i, f, g, o
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)

Only ``h U`` has to wait for the time before. The rest of this file follows from that: ``x W + b``
is one large product over all times, and so are the gradients of W and U, once the gradient of every
z is known. The two loops that remain are compiled by XLA, which keeps their small steps in the
cache.

Shapes: T times, B rows, D numbers read, H units. Time comes first: what the loop takes at one time
lies together in memory.

Source: S. Hochreiter and J. Schmidhuber (1997), Neural Computation 9(8); the forget gate of
F. Gers, J. Schmidhuber and F. Cummins (2000), Neural Computation 12(10).
"""

from typing import Any

import keras
import tensorflow as tf


class LSTMLayer(keras.layers.Layer):
    """An LSTM layer over sequences whose first axis is time.

    The weights are those of ``keras.layers.LSTM``: ``kernel`` (D, 4H), Glorot uniform;
    ``recurrent_kernel`` (H, 4H), orthogonal; ``bias`` (4H,), 0 but for 1 in the forget gate's part.
    The order of the gates is input, forget, cell, output.

    Args:
        units: numbers that the layer remembers, each for h and c (H).
        name: of the layer.
    """

    def __init__(self, units: int, name: str | None = None) -> None:
        super().__init__(name=name)
        self.units = units

    def build(self, shape: tuple[Any, ...]) -> None:
        """Make the weights for what has shape (T, B, D)."""
        H = self.units
        self.kernel = self.add_weight(
            shape=(shape[-1], 4 * H), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(H, 4 * H), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(4 * H,), initializer=forget_bias, name="bias")

    def call(self, x: Any, state: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        """Read a sequence on top of a state.

        Args:
            x: shape (T, B, D).
            state: h and c before the first time, shape (B, H) each.

        Returns:
            h at every time, shape (T, B, H), and the state after the last.
        """
        # One product of matrices: TensorFlow's product of a sequence with a matrix has a gradient
        # that keeps a matrix for every time.
        rows = tf.matmul(tf.reshape(x, (-1, x.shape[-1])), self.kernel) + self.bias
        shape = tf.concat([tf.shape(x)[:2], [4 * self.units]], 0)
        zx = tf.ensure_shape(tf.reshape(rows, shape), (*x.shape[:2], 4 * self.units))
        return self.run(zx, state)

    def run(self, zx: Any, state: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        """The recurrence alone, when what is read has already met the kernel.

        Args:
            zx: ``x W + b`` at every time, shape (T, B, 4H).
            state: h and c before the first time, shape (B, H) each.

        Returns:
            h at every time, shape (T, B, H), and the state after the last.
        """
        U = tf.cast(self.recurrent_kernel, zx.dtype)
        h, c = (tf.cast(part, zx.dtype) for part in state)
        if zx.shape[0] == 1:  # generation: one time needs no loop
            _, h, c = _cell(zx[0], h, c, U)
            return h[None], (h, c)
        hs, h, c = _scan(zx, U, h, c)
        return hs, (h, c)

    def compute_output_spec(self, x: Any, state: Any) -> Any:
        """Shapes of what ``call`` gives, for Keras.

        Args:
            x: a symbolic sequence.
            state: two symbolic tensors.
        """
        hs = keras.KerasTensor((*x.shape[:-1], self.units), dtype=self.compute_dtype)
        last = keras.KerasTensor((x.shape[1], self.units), dtype=self.compute_dtype)
        return hs, (last, last)

    def get_config(self) -> dict[str, Any]:
        """What the constructor needs to make an equal layer."""
        return {**super().get_config(), "units": self.units}


def forget_bias(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """The bias at first: 1 for the forget gate, so that a new layer keeps what it has; 0 elsewhere.

    Args:
        shape: (4H,).
        dtype: of the result.

    >>> forget_bias((8,)).numpy().tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]

    Source: R. Jozefowicz, W. Zaremba and I. Sutskever (2015), ICML.
    """
    H = shape[0] // 4
    parts = [tf.zeros((H,)), tf.ones((H,)), tf.zeros((2 * H,))]
    return tf.cast(tf.concat(parts, 0), dtype or "float32")


def _gates(z: Any) -> Any:
    """The four gates from their scores, in one pass: sigmoid(z) is (1 + tanh(z / 2)) / 2."""
    cell = _is_cell(z)
    half = 0.5 + 0.5 * cell  # 1 for the cell's part, 1/2 for the gates
    return tf.tanh(z * half) * half + 0.5 * (1 - cell)


def _is_cell(z: Any) -> Any:
    """1 at the places of g, 0 at those of i, f and o: shape (4H,)."""
    H = z.shape[-1] // 4
    return tf.concat(
        [tf.zeros((2 * H,), z.dtype), tf.ones((H,), z.dtype), tf.zeros((H,), z.dtype)], 0
    )


def _cell(zx: Any, h: Any, c: Any, U: Any) -> tuple[Any, Any, Any]:
    """One time: the gates, shape (B, 4H), and the new h and c."""
    gates = _gates(zx + tf.matmul(h, U))
    i, f, g, o = tf.split(gates, 4, axis=-1)
    c = f * c + i * g
    return gates, o * tf.tanh(c), c


@tf.custom_gradient
def _scan(zx: Any, U: Any, h: Any, c: Any) -> Any:
    """All times, with a gradient of its own."""
    zx, U, h, c = map(tf.stop_gradient, (zx, U, h, c))  # the gradient below is the whole one
    gates, hs, cs = _forward(zx, U, h, c)

    def gradient(d_hs: Any, d_h: Any, d_c: Any) -> tuple[Any, ...]:
        d_hs, d_h, d_c = map(tf.stop_gradient, (d_hs, d_h, d_c))
        dz, d_h, d_c = _backward(gates, cs, U, c, d_hs, d_h, d_c)
        before = tf.concat([h[None], hs[:-1]], 0)
        H = cs.shape[-1]
        rows = tf.reshape(before, (-1, H)), tf.reshape(dz, (-1, 4 * H))
        return dz, tf.matmul(*rows, transpose_a=True), d_h, d_c

    return (hs, hs[-1], cs[-1]), gradient


@tf.function(jit_compile=True, autograph=False)
def _forward(zx: Any, U: Any, h: Any, c: Any) -> tuple[Any, Any, Any]:
    """Gates (T, B, 4H), h (T, B, H) and c (T, B, H) at every time."""
    T, width, H = tf.shape(zx)[0], zx.shape[-1], zx.shape[-1] // 4
    read = _reader(zx)

    def body(t: Any, h: Any, c: Any, *kept: Any) -> tuple[Any, ...]:
        gates, h, c = _cell(read(t), h, c, U)
        return t + 1, h, c, *(a.write(t, v) for a, v in zip(kept, (gates, h, c), strict=True))

    kept = [tf.TensorArray(zx.dtype, T, element_shape=(zx.shape[1], n)) for n in (width, H, H)]
    _, _, _, *kept = tf.while_loop(
        lambda t, *_: t < T, body, (0, h, c, *kept), maximum_iterations=T
    )
    gates, hs, cs = (array.stack() for array in kept)
    return gates, hs, cs


@tf.function(jit_compile=True, autograph=False)
def _backward(
    gates: Any, cs: Any, U: Any, c_first: Any, d_hs: Any, d_h: Any, d_c: Any
) -> tuple[Any, Any, Any]:
    """The gradient of every z (T, B, 4H), and of h and c before the first time.

    Backwards in time, the gradient of h comes from the output at that time and from the next z.
    """
    T, H = tf.shape(gates)[0], cs.shape[-1]
    U_transposed = tf.transpose(U)
    is_cell = _is_cell(gates)
    read_gates, read_c, read_d = _reader(gates), _reader(cs), _reader(d_hs)

    def body(t: Any, d_h: Any, d_c: Any, c: Any, dz: Any) -> tuple[Any, ...]:
        d_h, at = d_h + read_d(t), read_gates(t)
        i, f, g, o = (at[:, n * H : (n + 1) * H] for n in range(4))
        c_before = tf.where(t > 0, read_c(tf.maximum(t - 1, 0)), c_first)
        squashed = tf.tanh(c)
        d_c += d_h * o * (1 - squashed * squashed)
        slope = is_cell + at * (1 - is_cell - at)  # 1 - a^2 of tanh, a (1 - a) of sigmoid
        d = tf.concat([d_c * g, d_c * c_before, d_c * i, d_h * squashed], -1) * slope
        return t - 1, tf.matmul(d, U_transposed), d_c * f, c_before, dz.write(t, d)

    dz = tf.TensorArray(gates.dtype, T, element_shape=(gates.shape[1], 4 * H))
    start = (T - 1, d_h, d_c, cs[-1], dz)
    _, d_h, d_c, _, dz = tf.while_loop(lambda t, *_: t >= 0, body, start, maximum_iterations=T)
    return dz.stack(), d_h, d_c


def _reader(sequence: Any) -> Any:
    """A function of t that gives what a sequence holds at that time."""
    array = tf.TensorArray(sequence.dtype, tf.shape(sequence)[0], element_shape=sequence.shape[1:])
    return array.unstack(sequence).read
