"""What a training step keeps in memory, by arithmetic alone.

Counted are the numbers that must be there at once, at the end of the forward pass: weights,
gradients, the two moments of Adam, what the backward pass needs of each layer, and logits with
their gradient. A framework keeps some numbers twice and reserves more than it uses, so this is a
floor, and what is measured lies above it.

Shapes: B rows, T ids in a row, V ids in the vocabulary, E and D widths, H units, F inner width.
Sizes are in bytes.
"""

from typing import NamedTuple

from course_lib.errors import TrainingError

FLOAT32, FLOAT16 = 4, 2


class MemoryBudget(NamedTuple):
    """Bytes of a training step.

    Args:
        weights: in float32, and once more in float16 under mixed precision.
        gradients: one for each weight.
        moments: two for each weight, of Adam.
        activations: what the backward pass needs of the layers.
        logits: with their gradient, in float32 under every policy.
    """

    weights: int
    gradients: int
    moments: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """Bytes of all of it."""
        return sum(self)


def memory_budget(
    n_parameters: int,
    activations: int,
    vocab_size: int,
    batch_size: int,
    seq_len: int,
    *,
    mixed: bool = False,
) -> MemoryBudget:
    """The floor of the memory of a training step.

    Args:
        n_parameters: numbers that training changes.
        activations: numbers that the backward pass needs for one place of the batch, from
            ``lstm_activations`` or ``transformer_activations``.
        vocab_size: V.
        batch_size: rows that are read at once (B); accumulation makes it smaller.
        seq_len: ids in a row (T).
        mixed: whether layers compute in float16.

    Raises:
        TrainingError: a size below 1.

    >>> budget = memory_budget(4_769_552, lstm_activations(128, 256, 2), 10_000, 32, 100)
    >>> [round(part / 1e6) for part in budget], round(budget.total / 1e6)
    ([19, 19, 38, 48, 256], 380)
    """
    sizes = (n_parameters, activations, vocab_size, batch_size, seq_len)
    if min(sizes) < 1:
        raise TrainingError(f"sizes must be at least 1, got {sizes}")
    places = batch_size * seq_len
    return MemoryBudget(
        weights=n_parameters * (FLOAT32 + FLOAT16 if mixed else FLOAT32),
        gradients=n_parameters * FLOAT32,
        moments=n_parameters * 2 * FLOAT32,
        activations=places * activations * (FLOAT16 if mixed else FLOAT32),
        logits=places * vocab_size * 2 * FLOAT32,
    )


def lstm_activations(embedding_size: int, hidden_size: int, num_layers: int) -> int:
    """Numbers that an LSTM keeps for one place: the embedding, and in each layer four gates, h, c
    and what dropout lets through.

    Args:
        embedding_size: E.
        hidden_size: H.
        num_layers: layers.

    >>> lstm_activations(128, 256, 2)  # 128 + 2 * 7 * 256
    3712
    """
    return embedding_size + num_layers * 7 * hidden_size


def transformer_activations(
    width: int, num_heads: int, feed_forward: int, num_layers: int, seq_len: int
) -> int:
    """Numbers that a Transformer keeps for one place.

    In each layer: inputs and outputs of two norms (4 D), queries, keys and values (3 D), what
    attention mixed and what the feed-forward part gives (2 D), its inner numbers before and after
    their function (2 F), and for each head the weights of all T places, before and after softmax
    (2 T): the part that grows with the square of the length.

    Args:
        width: D.
        num_heads: heads.
        feed_forward: F.
        num_layers: layers.
        seq_len: T.

    >>> [transformer_activations(128, 4, 512, 6, T) for T in (100, 1000)]
    [17856, 61056]
    """
    layer = 9 * width + 2 * feed_forward + 2 * num_heads * seq_len
    return num_layers * layer
