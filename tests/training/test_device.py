"""Decisions about devices, on machines that are made up, and what the real one says."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.errors import TrainingError
from course_lib.training.device import (
    Gpu,
    advice,
    device_memory,
    prepare_device,
    reset_device_peak,
    round_up_to_8,
    strategy,
)
from course_lib.training.machine import Machine

GB = 2**30
ADA = Gpu("NVIDIA RTX 2000 Ada Generation", (8, 9), 16 * GB)
SMALL = Gpu("NVIDIA RTX 2000 Ada Generation Laptop GPU", (8, 9), 8 * GB)
PASCAL = Gpu("NVIDIA GeForce GTX 1080", (6, 1), 8 * GB)
UNKNOWN = Gpu("a card", None, None)


class MadeUp:
    """A machine whose settings behave as TensorFlow's do: fixed once in use, growth or a cap."""

    def __init__(self, *cards, in_use=False):
        self.cards, self.in_use = list(cards), in_use
        self.grows, self.limit, self.policy, self.calls = False, None, None, []

    def gpus(self):
        return self.cards

    def memory_settings(self):
        return [(self.grows, self.limit) for _ in self.cards]

    def _change(self, call):
        if self.in_use:
            raise RuntimeError("Physical devices cannot be modified after being initialized")
        self.calls.append(call)

    def let_grow(self):
        if self.limit is not None:
            raise ValueError("Cannot set memory growth on device when virtual devices configured")
        self._change("grow")
        self.grows = True

    def cap(self, n_bytes):
        self._change("cap")
        self.limit = n_bytes

    def set_dtype_policy(self, name):
        self.policy = name


def decide(*cards, machine=None, **settings):
    return prepare_device(probe=machine or MadeUp(*cards), write=None, **settings)


@pytest.mark.parametrize(
    ("cards", "policy"),
    [
        ((), "float32"),
        ((ADA,), "mixed_float16"),
        ((PASCAL,), "float32"),
        ((UNKNOWN,), "float32"),
        ((ADA, PASCAL), "float32"),
        ((ADA, SMALL), "mixed_float16"),
    ],
)
def test_precision_follows_the_weakest_card(cards, policy):
    machine = MadeUp(*cards)
    assert decide(machine=machine).dtype_policy == policy
    assert machine.policy == policy


@pytest.mark.parametrize("cards", [(), (ADA,), (PASCAL,), (UNKNOWN, ADA)])
@pytest.mark.parametrize("model", ["lstm", "transformer"])
@pytest.mark.parametrize("xla", ["auto", True, False])
def test_never_xla_and_cudnn_and_never_bfloat16_unasked(cards, model, xla):
    decided = decide(*cards, model=model, xla=xla)
    assert not (decided.jit_compile and decided.use_cudnn)
    assert "bfloat16" not in decided.dtype_policy
    if xla != "auto":
        assert decided.jit_compile is xla


@pytest.mark.parametrize(
    ("cards", "model", "jit", "cudnn"),
    [
        ((), "lstm", False, False),
        ((), "transformer", False, False),
        ((ADA,), "lstm", False, True),
        ((ADA,), "transformer", True, False),
    ],
)
def test_the_compiler_by_itself(cards, model, jit, cudnn):
    decided = decide(*cards, model=model)
    assert (decided.jit_compile, decided.use_cudnn) == (jit, cudnn)


def test_a_wish_for_bfloat16_is_met_and_explained():
    decided = decide(PASCAL, mixed_precision="mixed_bfloat16")
    assert decided.dtype_policy == "mixed_bfloat16"
    assert "8 significant bits" in str(decided)
    assert "slower" in str(decided)
    assert "slower" not in str(decide(ADA, mixed_precision="mixed_bfloat16"))


def test_memory_grows_or_is_capped_but_never_both():
    growing = MadeUp(ADA)
    decided = decide(machine=growing)
    assert (decided.memory_growth, decided.memory_cap) == (True, None)
    assert growing.calls == ["grow"]
    capped = MadeUp(ADA)
    decided = decide(machine=capped, memory_cap_gb=8)
    assert (decided.memory_growth, decided.memory_cap) == (False, 8 * GB)
    assert capped.calls == ["cap"]
    assert capped.limit == 8 * GB


@pytest.mark.parametrize("cap", [None, 4])
def test_asking_again_changes_nothing_even_when_in_use(cap):
    machine = MadeUp(ADA)
    first = decide(machine=machine, memory_cap_gb=cap)
    machine.in_use = True
    assert decide(machine=machine, memory_cap_gb=cap) == first
    assert len(machine.calls) == 1


@pytest.mark.parametrize(("first", "second"), [(None, 4), (4, None), (4, 8)])
def test_another_wish_for_a_card_in_use_is_refused(first, second):
    machine = MadeUp(ADA)
    decide(machine=machine, memory_cap_gb=first)
    machine.in_use = True
    with pytest.raises(TrainingError, match="call prepare_device first"):
        decide(machine=machine, memory_cap_gb=second)


def test_a_cap_cannot_turn_into_growth_even_before_use():
    machine = MadeUp(ADA)
    decide(machine=machine, memory_cap_gb=4)
    with pytest.raises(TrainingError, match="virtual devices"):
        decide(machine=machine)


@pytest.mark.parametrize(
    ("cards", "cap", "reason"),
    [
        ((), 8, "no graphics card here to cap"),
        ((SMALL,), 8.5, "more than .* Laptop GPU has: 8.0 GB"),
        ((ADA, SMALL), 12, "more than .* Laptop GPU has: 8.0 GB"),
        ((ADA,), 0, "at least 0.25"),
        ((ADA,), float("nan"), "at least 0.25"),
    ],
)
def test_an_impossible_cap_is_refused_before_anything_is_set(cards, cap, reason):
    machine = MadeUp(*cards)
    with pytest.raises(TrainingError, match=reason):
        decide(machine=machine, memory_cap_gb=cap)
    assert machine.calls == []
    assert machine.policy is None


def test_the_cap_of_a_card_of_unknown_size_is_believed():
    assert decide(UNKNOWN, memory_cap_gb=8).memory_cap == 8 * GB


@pytest.mark.parametrize(
    "settings", [{"model": "rnn"}, {"mixed_precision": "float16"}, {"xla": "yes"}, {"xla": 1}]
)
def test_unknown_settings_are_refused(settings):
    with pytest.raises(TrainingError, match="must be one of"):
        decide(ADA, **settings)


def test_it_says_what_it_decided_and_why():
    said = []
    decided = prepare_device(
        probe=MadeUp(ADA, ADA), sizes={"vocab_size": 10_004}, write=said.append
    )
    assert said == [str(decided)]
    lines = said[0].split("\n")
    assert [line.split(":")[0] for line in lines] == [
        "device",
        "precision",
        "compiler",
        "memory",
        "sizes",
    ]
    assert "2 GPUs" in lines[0]
    assert "8.9" in lines[0]
    assert "10008" in lines[-1]
    assert all(line.endswith(".") for line in lines)


def test_round_up_to_8_is_the_least_multiple_not_below():
    for size in range(1, 200):
        assert round_up_to_8(size) == min(n for n in range(0, 300, 8) if n >= size)
    with pytest.raises(TrainingError, match="got 0"):
        round_up_to_8(0)


def test_advice_is_for_16_bit_sizes_that_are_off():
    sizes = {"vocab_size": 10_000, "width": 100}
    assert len(advice(sizes, "mixed_float16")) == 1
    assert "width 100" in advice(sizes, "mixed_bfloat16")[0]
    assert advice(sizes, "float32") == []


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="needs no GPU")
def test_this_machine_without_a_card():
    before = keras.config.dtype_policy()
    try:
        decided = prepare_device(write=None)
        assert decided == prepare_device(write=None)
        assert decided.gpus == ()
        assert decided.dtype_policy == keras.config.dtype_policy().name == "float32"
        assert prepare_device(mixed_precision="mixed_float16", write=None)
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy(before)
    assert Machine().memory_settings() == []
    assert strategy() is None


def test_one_device_needs_no_strategy():
    assert strategy(["CPU:0"]) is None


def test_memory_of_the_process_is_counted_and_its_peak_can_begin_anew():
    use = device_memory("CPU")
    assert 0 < use.current <= use.peak
    block = np.ones(60_000_000, np.int8).copy()
    with_block = device_memory("CPU")
    assert with_block.peak - use.current > 50_000_000
    del block
    reset_device_peak()
    assert device_memory("CPU").peak < with_block.peak - 30_000_000
