"""What a machine tells about its graphics cards, and lets set up (Keras on TensorFlow)."""

import subprocess
from contextlib import suppress
from typing import NamedTuple, Protocol

import keras
import tensorflow as tf


class Gpu(NamedTuple):
    """A graphics card as its driver reports it.

    Args:
        name: for instance ``NVIDIA RTX 2000 Ada Generation``.
        compute_capability: major and minor number, ``None`` where the driver does not tell.
        memory: bytes of the card, ``None`` where the driver does not tell.
    """

    name: str
    compute_capability: tuple[int, int] | None
    memory: int | None


class Probe(Protocol):
    """What ``prepare_device`` asks of a machine, and does to it."""

    def gpus(self) -> list[Gpu]:
        """The cards, in the order of their numbers."""

    def memory_settings(self) -> list[tuple[bool, int | None]]:
        """For each card whether its memory grows, and its cap in bytes or ``None``."""

    def let_grow(self) -> None:
        """Take memory of all cards as it is needed; ``RuntimeError`` once they are in use."""

    def cap(self, n_bytes: int) -> None:
        """Take no more than so much of each card; ``RuntimeError`` once they are in use."""

    def set_dtype_policy(self, name: str) -> None:
        """Make a Keras dtype policy the one of all layers made from now on."""


class Machine:
    """The machine that runs this program."""

    def gpus(self) -> list[Gpu]:
        """The cards that TensorFlow sees."""
        found = tf.config.list_physical_devices("GPU")
        sizes = _memory_sizes() if found else []
        cards = []
        for number, device in enumerate(found):
            told = tf.config.experimental.get_device_details(device)
            # With CUDA_VISIBLE_DEVICES the driver's numbers are others, and so are its sizes.
            size = sizes[number] if len(sizes) == len(found) else None
            name = told.get("device_name", device.name)
            cards.append(Gpu(name, told.get("compute_capability"), size))
        return cards

    def memory_settings(self) -> list[tuple[bool, int | None]]:
        """For each card whether its memory grows, and its cap in bytes or ``None``."""
        settings = []
        for device in tf.config.list_physical_devices("GPU"):
            parts = tf.config.get_logical_device_configuration(device) or []
            limit = parts[0].memory_limit if len(parts) == 1 else None
            grows = limit is None and bool(tf.config.experimental.get_memory_growth(device))
            settings.append((grows, None if limit is None else int(limit) * 2**20))
        return settings

    def let_grow(self) -> None:
        """Take memory of all cards as it is needed."""
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)

    def cap(self, n_bytes: int) -> None:
        """Take no more than so many bytes of each card, all at once."""
        part = tf.config.LogicalDeviceConfiguration(memory_limit=n_bytes // 2**20)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.set_logical_device_configuration(device, [part])

    def set_dtype_policy(self, name: str) -> None:
        """Make a Keras dtype policy the one of all layers made from now on."""
        keras.config.set_dtype_policy(name)


class Imagined:
    """A machine that is not there, to ask what would be decided on it; nothing is changed here.

    Args:
        *cards: its graphics cards.
    """

    def __init__(self, *cards: Gpu) -> None:
        self.cards = cards
        self.grows: bool = False
        self.limit: int | None = None

    def gpus(self) -> list[Gpu]:
        """The cards."""
        return list(self.cards)

    def memory_settings(self) -> list[tuple[bool, int | None]]:
        """For each card whether its memory grows, and its cap in bytes or ``None``."""
        return [(self.grows, self.limit) for _ in self.cards]

    def let_grow(self) -> None:
        """Take memory as it is needed."""
        self.grows = True

    def cap(self, n_bytes: int) -> None:
        """Take no more than so many bytes of each card."""
        self.limit = n_bytes

    def set_dtype_policy(self, name: str) -> None:
        """Change nothing."""


def _memory_sizes() -> list[int]:
    """Bytes of each card by the driver's own tool; empty where there is none."""
    ask = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        done = subprocess.run(ask, capture_output=True, text=True, check=True, timeout=10)
        return [int(line) * 2**20 for line in done.stdout.split()]
    return []
