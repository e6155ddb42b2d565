"""Windows of ids as batches of PyTorch tensors, from a position that can be stored (PyTorch)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.batching.order import order_of
from course_lib.batching.streams import AnyIds, IdStream, window_view
from course_lib.errors import DatasetError, require

if TYPE_CHECKING:
    import torch


class WindowLoader:
    """Batches of inputs and targets, shapes (B, T) each with T = length - 1, 64-bit ids.

    Iterating gives one epoch: each window once, in the order of ``WindowOrder``
    or ``ContinuedOrder``, whatever the
    number of workers. Taking its last batch moves on to the next epoch, which has another order;
    iterating anew before that begins the same epoch again, so it costs nothing to look at a batch.

    ``state_dict`` is the position after the batch taken last, however many the workers have read
    ahead. A loader that is given it goes on there, and then has the batches that remained. The
    random state of PyTorch is neither read nor changed.

    Args:
        source: a stream, or the ids, shape (n,). A stream in a file is opened by each worker; other
            ids are copied to workers that do not share the memory of this process.
        length: ids in a window, at least 2.
        stride: ids from one start to the next, from 1 to length. With length - 1, every id but the
            first is a target once.
        batch_size: windows in a batch (B), at least 1.
        shuffle_buffer: windows to draw the next one from; 1 keeps the order of the text.
        seed: of the order.
        drop_remainder: leave out a last batch of fewer than batch_size windows.
        continued: let each row of a batch go on where the same row of the batch before ended, for a
            model that carries its state; then nothing is shuffled, and every batch is full.
        **options: of ``torch.utils.data.DataLoader``: ``num_workers``, ``pin_memory``,
            ``prefetch_factor``, ``multiprocessing_context`` and others.

    Raises:
        MissingExtraError: PyTorch is not installed.
        ValueError: a number out of bounds, or fewer ids than one window.
    """

    def __init__(
        self,
        source: ArrayLike | IdStream,
        length: int = 100,
        stride: int = 50,
        batch_size: int = 32,
        shuffle_buffer: int = 10_000,
        seed: int = 0,
        drop_remainder: bool = False,
        continued: bool = False,
        **options: Any,
    ) -> None:
        require("torch", "torch")
        self.rows = _Rows(source, length, stride)
        self.order = order_of(
            len(self.rows), length, stride, batch_size, shuffle_buffer, seed, continued
        )
        self.drawn = {"shuffle_buffer": shuffle_buffer, "seed": seed, "continued": continued}
        self.batch_size, self.drop_remainder = batch_size, drop_remainder
        self.n_batches = self.order.n_batches(batch_size, drop_remainder)
        self.options = options
        self.epoch = self.batch = self._begin = 0

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[tuple["torch.Tensor", "torch.Tensor"]]:
        first, self._begin = self._begin, 0
        return self._batches(self.epoch, first)

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is and what it loads: whole numbers and a boolean, ready for JSON.

        ``epoch`` and ``batch`` are the numbers of the next batch, from 0.
        """
        return {"epoch": self.epoch, "batch": self.batch, **self._identity()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another loader of the same windows stopped.

        Args:
            state: what its ``state_dict`` gave.

        Raises:
            DatasetError: the state lacks a field, is of other windows or another order, or names a
                batch that there is not.
        """
        expected = self._identity()
        if missing := {"epoch", "batch", *expected} - set(state):
            raise DatasetError(f"the loader's state lacks {', '.join(sorted(missing))}")
        for name, value in expected.items():
            if state[name] != value:
                raise DatasetError(
                    f"the state is of a loader with {name}={state[name]}, this one has {value}; "
                    "make the loader as it was, or start without a state"
                )
        epoch, batch = state["epoch"], state["batch"]
        if type(epoch) is not int or type(batch) is not int:
            raise DatasetError(f"epoch and batch must be whole numbers, got {epoch!r}, {batch!r}")
        if epoch < 0 or not 0 <= batch < self.n_batches:
            raise DatasetError(
                f"epoch must be at least 0 and batch from 0 to {self.n_batches - 1}, "
                f"the state has {epoch} and {batch}"
            )
        self.epoch, self.batch, self._begin = epoch, batch, batch

    def _identity(self) -> dict[str, Any]:
        return {
            "n_windows": len(self.rows),
            "length": self.rows.length,
            "stride": self.rows.stride,
            "batch_size": self.batch_size,
            **self.drawn,
            "drop_remainder": self.drop_remainder,
        }

    def _batches(self, epoch: int, first: int) -> Iterator[tuple["torch.Tensor", "torch.Tensor"]]:
        torch = require("torch", "torch")
        order = self.order.batches(self.batch_size, epoch, first, self.drop_remainder)
        loader = torch.utils.data.DataLoader(
            self.rows,
            batch_sampler=order,
            collate_fn=_tensors,
            generator=torch.Generator(),  # its own, so that the global one is left alone
            **self.options,
        )
        for number, batch in enumerate(loader, start=first + 1):
            self.epoch, self.batch = divmod(epoch * self.n_batches + number, self.n_batches)
            yield batch


class _Rows:
    """The windows as a map-style dataset, of which a batch is read at once."""

    def __init__(self, source: ArrayLike | IdStream, length: int, stride: int) -> None:
        self.source, self.length, self.stride = source, length, stride
        self.view = window_view(source, length, stride)

    def __len__(self) -> int:
        return len(self.view)

    def __getitem__(self, number: int) -> AnyIds:
        return self.view[number]

    def __getitems__(self, numbers: Sequence[int] | NDArray[np.int64]) -> AnyIds:
        return self.view[numbers]

    def __reduce__(self) -> tuple[Any, ...]:
        return _Rows, (self.source, self.length, self.stride)  # the view would carry its ids


def _tensors(rows: AnyIds) -> tuple["torch.Tensor", "torch.Tensor"]:
    torch = require("torch", "torch")
    inputs, targets = (np.array(part, np.int64, order="C") for part in (rows[:, :-1], rows[:, 1:]))
    return torch.from_numpy(inputs), torch.from_numpy(targets)
