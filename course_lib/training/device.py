"""What training does with the device at hand, decided once and said aloud (Keras on TensorFlow).

Memory is in bytes; a gigabyte (GB) of a setting is 2**30 bytes, as on the box of a graphics card.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.training.device_memory import MemoryUse, device_memory, reset_device_peak
from course_lib.training.machine import Gpu, Imagined, Machine, Probe

__all__ = [
    "DevicePolicy",
    "Gpu",
    "Imagined",
    "MemoryUse",
    "Probe",
    "advice",
    "device_memory",
    "prepare_device",
    "reset_device_peak",
    "round_up_to_8",
    "strategy",
]

GB = 2**30
SMALLEST_CAP = 0.25
"""Gigabytes. The libraries of a card take about as much before the first weight is there."""

FLOAT16_FROM, BFLOAT16_FROM = (7, 0), (8, 0)
"""Compute capability from which a card multiplies matrices of a type in its tensor cores."""


@dataclass(frozen=True)
class DevicePolicy:
    """How a model is trained on the devices at hand.

    Args:
        gpus: the cards; none means the processor.
        dtype_policy: the Keras policy that is now the default of new layers.
        jit_compile: what to pass to ``compile``: whether XLA compiles the step.
        use_cudnn: what to pass to ``LSTMLanguageModel``: whether it runs in cuDNN's kernel; never
            together with ``jit_compile``.
        memory_growth: whether memory is taken as needed.
        memory_cap: bytes of each card that are taken at most; ``None`` for all.
        reasons: a sentence for each decision.
    """

    gpus: tuple[Gpu, ...]
    dtype_policy: str
    jit_compile: bool
    use_cudnn: bool
    memory_growth: bool
    memory_cap: int | None
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.reasons)


def prepare_device(
    model: str = "lstm",
    mixed_precision: str = "auto",
    xla: str | bool = "auto",
    memory_cap_gb: float | None = None,
    *,
    sizes: dict[str, int] | None = None,
    probe: Probe | None = None,
    write: Callable[[str], Any] | None = print,
) -> DevicePolicy:
    """Decide how to use the devices, set it up, and say why.

    Call it before anything is computed, since memory settings cannot change afterwards, and before
    the model is made, since layers take the dtype policy of that moment. Calling it again with the
    same wishes changes nothing.

    Args:
        model: ``"lstm"`` or ``"transformer"``.
        mixed_precision: ``"auto"``, or a Keras policy: ``"float32"``, ``"mixed_float16"``,
            ``"mixed_bfloat16"`` (which ``"auto"`` never chooses: its numbers have 8 significant
            bits, and whoever wants that should know).
        xla: ``"auto"``, True or False.
        memory_cap_gb: gigabytes of each card to use at most, for instance 8 to try out what a small
            card can hold; ``None`` for no cap. TensorFlow takes a cap at once, so memory does not
            grow then.
        sizes: sizes of the model by name, for instance the vocabulary's and the layers', for advice
            on multiples of 8.
        probe: the machine; an ``Imagined`` one to ask what would be decided on it.
        write: called with the decisions; ``None`` for silence.

    Raises:
        TrainingError: an unknown setting, a cap that no card here can keep, or a device that is in
            use already with other memory settings.
    """
    machine = Machine() if probe is None else probe
    _check("model", model, ("lstm", "transformer"))
    precisions = ("auto", "float32", "mixed_float16", "mixed_bfloat16")
    _check("mixed_precision", mixed_precision, precisions)
    if xla is not True and xla is not False and xla != "auto":
        raise TrainingError(f"xla must be one of 'auto', True, False; got {xla!r}")
    cards = tuple(machine.gpus())
    cap = None if memory_cap_gb is None else _cap_bytes(memory_cap_gb, cards)
    dtype_policy, why_precision = _precision(mixed_precision, cards)
    jit_compile, use_cudnn, why_xla = _compiler(model, xla, bool(cards))
    why_memory = _set_memory(machine, cap, len(cards))
    machine.set_dtype_policy(dtype_policy)
    reasons = [_described(cards), why_precision, why_xla, why_memory]
    reasons += advice(sizes or {}, dtype_policy)
    decided = DevicePolicy(
        gpus=cards,
        dtype_policy=dtype_policy,
        jit_compile=jit_compile,
        use_cudnn=use_cudnn,
        memory_growth=bool(cards) and cap is None,
        memory_cap=cap,
        reasons=tuple(reasons),
    )
    if write is not None:
        write(str(decided))
    return decided


def _check(name: str, value: object, known: tuple[Any, ...]) -> None:
    if value not in known:
        raise TrainingError(f"{name} must be one of {', '.join(map(repr, known))}; got {value!r}")


def _cap_bytes(gigabytes: float, cards: Sequence[Gpu]) -> int:
    """Bytes of a cap, once it is known that it can be kept."""
    if not cards:
        raise TrainingError(
            f"memory_cap_gb={gigabytes}: there is no graphics card here to cap; leave it out. The "
            "memory of a process on a CPU is capped from outside, by ulimit or a container"
        )
    if not gigabytes >= SMALLEST_CAP:
        raise TrainingError(
            f"memory_cap_gb must be at least {SMALLEST_CAP}, the libraries of the card need that; "
            f"got {gigabytes}"
        )
    for card in cards:
        if card.memory is not None and gigabytes * GB > card.memory:
            raise TrainingError(
                f"memory_cap_gb={gigabytes} is more than {card.name} has: "
                f"{card.memory / GB:.1f} GB. Leave the cap out to use all of it"
            )
    return int(gigabytes * GB)


def _described(cards: Sequence[Gpu]) -> str:
    if not cards:
        return "device: CPU. TensorFlow sees no graphics card."
    return f"device: {len(cards)} GPU{'s' * (len(cards) > 1)}: {', '.join(map(_card, cards))}."


def _card(card: Gpu) -> str:
    capability = card.compute_capability
    told = "unknown" if capability is None else ".".join(map(str, capability))
    memory = "" if card.memory is None else f", {card.memory / GB:.1f} GB"
    return f"{card.name} (compute capability {told}{memory})"


def _all_from(cards: Sequence[Gpu], least: tuple[int, int]) -> bool:
    return bool(cards) and all((card.compute_capability or (0, 0)) >= least for card in cards)


def _precision(wish: str, cards: Sequence[Gpu]) -> tuple[str, str]:
    """The dtype policy, and why."""
    if wish == "auto":
        if _all_from(cards, FLOAT16_FROM):
            return "mixed_float16", (
                "precision: mixed_float16, since tensor cores multiply float16; weights stay in "
                "float32 and the loss is scaled."
            )
        why = "a card here has no tensor cores for float16" if cards else "a CPU gains nothing"
        return "float32", f"precision: float32, since {why}."
    reason = f"precision: {wish}, as you asked."
    fast_from = {"mixed_float16": FLOAT16_FROM, "mixed_bfloat16": BFLOAT16_FROM}.get(wish)
    if fast_from and not _all_from(cards, fast_from):
        reason += " This device has no unit for it: expect it to be slower than float32."
    if wish == "mixed_bfloat16":
        reason += " bfloat16 has 8 significant bits, float16 has 11."
    return wish, reason


def _compiler(model: str, wish: str | bool, on_gpu: bool) -> tuple[bool, bool, str]:
    """``jit_compile``, ``use_cudnn``, and why."""
    if model == "transformer":
        jit = on_gpu if wish == "auto" else bool(wish)
        why = {
            (True, "auto"): "it fuses the many small steps between matrix products",
            (False, "auto"): "on a CPU compiling takes longer than it saves in a short run",
        }.get((jit, str(wish)), "as you asked")
        return jit, False, f"compiler: {'XLA' if jit else 'no XLA'}, {why}."
    if wish is True:
        return True, False, "compiler: XLA, as you asked, so no cuDNN: its LSTM has no XLA kernel."
    if on_gpu:
        return False, True, "compiler: cuDNN's LSTM, so no XLA, which has no kernel for it."
    return False, False, "compiler: no XLA for the step; the LSTM's loop is compiled by itself."


def _set_memory(machine: Probe, cap: int | None, n_gpus: int) -> str:
    """Set growth or a cap, unless it is set already; say what was done."""
    if not n_gpus:
        return "memory: as the process needs it."
    wanted = (cap is None, cap)
    if any(settings != wanted for settings in machine.memory_settings()):
        try:
            if cap is None:
                machine.let_grow()
            else:
                machine.cap(cap)
        except (RuntimeError, ValueError) as error:
            raise TrainingError(
                "the memory settings of a graphics card cannot change any more, since it is in use "
                f"or was set up otherwise ({error}). Restart Python and call prepare_device first"
            ) from error
    if cap is None:
        return "memory: taken as it is needed (growth), so that what is taken tells something."
    return f"memory: at most {cap / GB:g} GB of each card, reserved at once, so no growth."


def round_up_to_8(size: int) -> int:
    """The next multiple of 8: the shape in which tensor cores take a matrix of float16.

    Args:
        size: a vocabulary, a width; at least 1.

    Raises:
        TrainingError: size is below 1.

    >>> [round_up_to_8(size) for size in (1, 8, 10_004)]
    [8, 8, 10008]
    """
    if size < 1:
        raise TrainingError(f"size must be at least 1, got {size}")
    return -(-size // 8) * 8


def advice(sizes: dict[str, int], dtype_policy: str) -> list[str]:
    """A sentence for each size that tensor cores do not like.

    Args:
        sizes: sizes by name.
        dtype_policy: advice is given for 16-bit policies only; others gain nothing by it.

    >>> advice({"vocab_size": 10_004, "width": 128}, "mixed_float16")
    ['sizes: vocab_size 10004 is no multiple of 8; 10008 lets tensor cores work at full speed.']
    """
    if not dtype_policy.startswith("mixed"):
        return []
    return [
        f"sizes: {name} {size} is no multiple of 8; {round_up_to_8(size)} lets tensor cores work "
        "at full speed."
        for name, size in sizes.items()
        if size % 8
    ]


def strategy(devices: Sequence[str] | None = None) -> Any:
    """How to train on several devices: each takes a part of the batch, and gradients are added.

    Make the model and compile it inside ``strategy().scope()``; ``fit`` does the rest. Every device
    takes the mean over its own part, so parts with unequal padding weigh what they should not. The
    course's optimisers add the gradients of all devices and clip the sum, so a step is that of one
    device; Keras's own clip each part by itself.

    Args:
        devices: names such as ``"GPU:0"``; all cards if not given.

    Returns:
        A ``tf.distribute.MirroredStrategy``, or ``None`` where one device is all there is.
    """
    names = list(devices or [])
    if devices is None:
        names = [f"GPU:{n}" for n in range(len(tf.config.list_logical_devices("GPU")))]
    return tf.distribute.MirroredStrategy(names) if len(names) > 1 else None
