"""Trade time for memory: compute activations again in the backward pass (TensorFlow).

A backward pass needs the activations of the forward pass, and keeping them is most of the memory
that training takes. A rematerialised call keeps its inputs alone. When its gradient is wanted, it
runs once more and the activations live for that moment only. Chen et al. (2016), "Training deep
nets with sublinear memory cost".

The second run must compute what the first did, chance included. Dropout that draws from a generator
draws another mask the second time: the gradient is then that of another network, and nothing says
so. Here seeds are drawn outside, once, and handed to both runs.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from course_lib.errors import ModelError


def rematerialised(layer_call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, with the same gradients, that keeps only its inputs for them.

    Args:
        layer_call: a function of tensors of floats, and of ``seeds`` if it is given any. It may
            use weights that exist already; they get their gradients. A layer is such a function.

    Returns:
        A function of the same tensors, and of ``seeds=``: one whole-number tensor or a structure of
        them, from ``draw_seeds``.

    Raises:
        ModelError: when it is called, if the function draws from a random generator or changes
            another variable. The second run would not repeat the first.

    >>> weight = tf.Variable(3.0)
    >>> square = rematerialised(lambda x: (weight * x) ** 2)
    >>> with tf.GradientTape() as tape:
    ...     y = square(tf.constant(2.0))
    >>> float(y), float(tape.gradient(y, weight))
    (36.0, 24.0)
    """

    def run(*tensors: Any, seeds: Any = None) -> Any:
        first = [True]

        def again(*inputs: Any) -> Any:
            chance = {} if seeds is None else {"seeds": seeds}
            if not first:
                return layer_call(*inputs, **chance)
            first.clear()
            with keras.StatelessScope() as scope:
                outputs = layer_call(*inputs, **chance)
            if scope.state_mapping:
                raise ModelError(
                    f"a rematerialised call changes {len(scope.state_mapping)} variable(s), such "
                    "as the state of a random generator, so its second run would differ from the "
                    "first; draw the seeds outside with draw_seeds and pass seeds="
                )
            return outputs

        return tf.recompute_grad(again)(*tensors)

    return run


def draw_seeds(generator: keras.random.SeedGenerator, count: int) -> Any:
    """Seeds for a forward pass, all from one draw of a generator.

    Args:
        generator: it moves on by one draw.
        count: how many.

    Returns:
        Whole numbers of shape (count, 2): each row is a seed for ``stateless_dropout``.
    """
    seed = tf.cast(generator.next() % tf.int32.max, tf.int32)
    return tf.random.stateless_uniform((count, 2), seed, minval=None, maxval=None, dtype=tf.int32)


def stateless_dropout(inputs: Any, rate: float, seed: Any) -> Any:
    """Dropout that depends on its seed alone: the same seed gives the same mask.

    Srivastava et al. (2014); what is kept is divided by ``1 - rate``, so the mean stays.

    Args:
        inputs: a tensor of floats, any shape.
        rate: the share that is set to 0, at least 0 and below 1; 0 changes nothing.
        seed: two whole numbers, shape (2,), or ``None``: no dropout.

    Returns:
        A tensor of the same shape and type.

    >>> ones, seed = tf.ones((2, 500)), tf.constant([1, 2])
    >>> first, again = (stateless_dropout(ones, 0.2, seed).numpy() for _ in range(2))
    >>> bool((first == again).all()), sorted(set(first.ravel().tolist()))
    (True, [0.0, 1.25])
    """
    if seed is None or rate == 0:
        return inputs
    kept = tf.random.stateless_uniform(tf.shape(inputs), seed) >= rate
    return tf.where(kept, inputs / tf.cast(1 - rate, inputs.dtype), tf.zeros((), inputs.dtype))
