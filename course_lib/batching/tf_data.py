"""Windows of ids as a ``tf.data.Dataset``, read as they are needed (TensorFlow).

``tf.data.Dataset.from_tensor_slices(windows)`` copies every window into memory, length / stride
times the corpus. Here a generator reads the windows from the stream, a block at a time, so that a
corpus larger than memory can be trained on.
"""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.batching.order import WindowOrder, order_of
from course_lib.batching.streams import AnyIds, IdStream, window_view
from course_lib.errors import require

BLOCK_IDS = 1 << 18  # ids that the generator hands over at a time


def windows_dataset(
    source: ArrayLike | IdStream,
    length: int = 100,
    stride: int = 50,
    batch_size: int = 32,
    shuffle_buffer: int = 10_000,
    seed: int = 0,
    cache: bool | str = False,
    drop_remainder: bool = False,
) -> Any:
    """Batches of inputs and targets, shuffled by ``tf.data`` itself.

    The steps and their order: windows in the order of the text; cache, before the shuffle, or every
    epoch would repeat the first one's order; shuffle, before batching, or whole batches would be
    shuffled and the same windows would always meet; batch; split into inputs and targets; prefetch,
    last, so that the next batch is made while the model trains on this one.

    Args:
        source: a stream, or the ids, shape (n,). The ids of a generator go into a file first, with
            ``write_ids``, since windows that overlap are read more than once.
        length: ids in a window, at least 2.
        stride: ids from one start to the next, from 1 to length. With length - 1, every id but the
            first is a target once.
        batch_size: windows in a batch (B), at least 1.
        shuffle_buffer: windows that ``tf.data`` draws the next one from; 1 keeps the order of the
            text. They are held in memory.
        seed: of the shuffle; another order in each epoch, the same ones with the same seed.
        cache: True keeps every window in memory after the first epoch, a path keeps them in files
            of that name. Both take length / stride times the ids, so a corpus larger than memory
            wants neither: a memory map is kept in memory by the system as far as there is room.
        drop_remainder: leave out a last batch of fewer than batch_size windows.

    Returns:
        A ``tf.data.Dataset`` of (inputs, targets), 64-bit ids of shape (B, T) each, T = length - 1;
        the target at t is the input at t + 1.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        ValueError: a number out of bounds, or fewer ids than one window.
    """
    tf = require("tensorflow", "keras")
    view = window_view(source, length, stride)
    WindowOrder(len(view), seed, shuffle_buffer).n_batches(batch_size, drop_remainder)
    blocks = tf.data.Dataset.from_generator(
        lambda: _blocks(view),
        output_signature=tf.TensorSpec((None, length), view.dtype.newbyteorder("=")),
    )
    dataset = blocks.unbatch().apply(tf.data.experimental.assert_cardinality(len(view)))
    if cache is not False:
        dataset = dataset.cache("" if cache is True else str(cache))
    if shuffle_buffer > 1:
        dataset = dataset.shuffle(shuffle_buffer, seed, reshuffle_each_iteration=True)
    return _inputs_and_targets(dataset.batch(batch_size, drop_remainder))


def ordered_dataset(
    source: ArrayLike | IdStream,
    length: int = 100,
    stride: int = 50,
    batch_size: int = 32,
    shuffle_buffer: int = 10_000,
    seed: int = 0,
    drop_remainder: bool = False,
    epoch: int = 0,
    batch: int = 0,
    continued: bool = False,
) -> Any:
    """The same batches in the same order as ``torch_data.WindowLoader`` with the same arguments.

    ``order_of`` says which order instead of ``tf.data``. Each pass over the dataset is the next
    epoch, so looking at one batch uses an epoch up: make a dataset of its own to look. There is no
    cache: it would repeat the order of the first epoch in all.

    Args:
        source: a stream, or the ids, shape (n,).
        length: ids in a window, at least 2.
        stride: ids from one start to the next, from 1 to length.
        batch_size: windows in a batch (B), at least 1.
        shuffle_buffer: windows to draw the next one from; 1 keeps the order of the text. Only their
            numbers are held in memory.
        seed: of the order.
        drop_remainder: leave out a last batch of fewer than batch_size windows.
        epoch: number of the first pass, from 0.
        batch: the batch that the first pass begins with, from 0, to go on where a run stopped.
        continued: let each row of a batch go on where the same row of the batch before ended, for a
            model that carries its state; then nothing is shuffled, and every batch is full.

    Returns:
        A dataset of (inputs, targets) as of ``windows_dataset``.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        ValueError: a number out of bounds, or fewer ids than one window.
    """
    tf = require("tensorflow", "keras")
    view = window_view(source, length, stride)
    order = order_of(len(view), length, stride, batch_size, shuffle_buffer, seed, continued)
    n_batches = order.n_batches(batch_size, drop_remainder)
    if not 0 <= batch < n_batches or epoch < 0:
        raise ValueError(
            f"epoch must be at least 0 and batch from 0 to {n_batches - 1}, got {epoch}, {batch}"
        )
    passes = count(epoch)
    size = max(1, BLOCK_IDS // length)
    signature = tf.TensorSpec((None, length), view.dtype.newbyteorder("="))

    def blocks() -> Iterator[AnyIds]:
        now = next(passes)
        first = batch * batch_size if now == epoch else 0
        numbers = islice(order.indexes(now), first, None)
        while len(block := np.fromiter(islice(numbers, size), np.int64)):
            yield _native(view[block])

    rows = tf.data.Dataset.from_generator(blocks, output_signature=signature).unbatch()
    dataset = rows.batch(batch_size, drop_remainder)
    if batch == 0:  # else the first pass is shorter than the others
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(n_batches))
    return _inputs_and_targets(dataset)


def _blocks(view: AnyIds) -> Iterator[AnyIds]:
    """The windows in the order of the text, many at a time: a call into Python costs more."""
    size = max(1, BLOCK_IDS // view.shape[1])
    for first in range(0, len(view), size):
        yield _native(view[first : first + size])


def _native(rows: AnyIds) -> AnyIds:
    return np.ascontiguousarray(rows, rows.dtype.newbyteorder("="))


def _inputs_and_targets(windows: Any) -> Any:
    """Split windows of shape (B, L) in two: the targets stand one id later than the inputs."""
    tf = require("tensorflow", "keras")

    @tf.autograph.experimental.do_not_convert  # there is no branch or loop to convert
    def split(rows: Any) -> tuple[Any, Any]:
        rows = tf.cast(rows, tf.int64)
        return rows[:, :-1], rows[:, 1:]

    return windows.map(split).prefetch(tf.data.AUTOTUNE)
