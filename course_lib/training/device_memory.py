"""Memory in use: tensors of a card, or a whole process (TensorFlow). In bytes."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from course_lib.errors import TrainingError


class MemoryUse(NamedTuple):
    """Bytes in use.

    Args:
        device: ``"CPU"`` or the name of a card.
        current: bytes now.
        peak: bytes at most; of a card since the last reset, of a process since it began.
    """

    device: str
    current: int
    peak: int


def device_memory(device: str | None = None) -> MemoryUse:
    """Memory in use: tensors of a card, or all of this process where there is no card.

    What tensors take, not what TensorFlow's allocator reserved, which is all that ``nvidia-smi``
    can see.

    Args:
        device: for instance ``"GPU:0"`` or ``"CPU"``; the first card if there is one.

    Raises:
        TrainingError: the system does not tell.
    """
    if device is None:
        device = "GPU:0" if tf.config.list_logical_devices("GPU") else "CPU"
    if device.startswith("GPU"):
        info = tf.config.experimental.get_memory_info(device)
        return MemoryUse(device, int(info["current"]), int(info["peak"]))
    try:
        status = Path("/proc/self/status").read_text("utf8")
        now, most = (int(status.split(f"{key}:")[1].split()[0]) for key in ("VmRSS", "VmHWM"))
    except (OSError, IndexError, ValueError):
        return MemoryUse("CPU", *_resource_peak())
    return MemoryUse("CPU", now * 1024, most * 1024)


def _resource_peak() -> tuple[int, int]:
    """The peak of this process, twice, where a system does not tell what is in use now."""
    try:
        import resource
        import sys
    except ImportError as error:  # Windows
        raise TrainingError("this system does not tell how much memory a process uses") from error
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return peak, peak


def reset_device_peak() -> None:
    """Begin the peak anew; on a CPU only where the system allows it (Linux)."""
    if tf.config.list_logical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")
        return
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "utf8")
