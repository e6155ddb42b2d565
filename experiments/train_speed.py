"""Training steps of the course's LSTM beside PyTorch's of the same sizes, and what data cost.

A step is all of it on both sides: embedding, layers, logits, loss, gradient, clipping, AdamW. Each
implementation has a process of its own, since the threads of one library slow the other down, and
they take turns: the course's step, the same compiled as a whole by XLA, PyTorch's, and, once,
Keras's own layer. Then the course's step with real batches beside its step on one batch in memory.

Run: ``python experiments/train_speed.py``, on a quiet machine. The quick run takes small sizes.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

import numpy as np

from course_lib import results

ROUNDS, STEPS = 5, 9


@dataclass(frozen=True)
class Sizes:
    """A model and its batches.

    Args:
        vocab_size: V.
        embedding_size: E.
        hidden_size: H.
        num_layers: LSTM layers.
        batch_size: B.
        seq_len: T.
    """

    vocab_size: int
    embedding_size: int
    hidden_size: int
    num_layers: int
    batch_size: int
    seq_len: int

    def batch(self) -> tuple[Any, Any]:
        """Inputs and targets, shape (B, T) each."""
        rows = np.random.default_rng(0).integers(
            0, self.vocab_size, (self.batch_size, self.seq_len + 1)
        )
        return rows[:, :-1].astype(np.int32), rows[:, 1:].astype(np.int32)


SIZES = {
    "characters, one layer, B = 8": Sizes(65, 64, 256, 1, 8, 64),
    "characters, one layer, B = 32": Sizes(65, 64, 256, 1, 32, 64),
    "characters, two layers, B = 64": Sizes(65, 128, 256, 2, 64, 100),
    "full generator, B = 32": Sizes(10_000, 128, 256, 2, 32, 100),
}
QUICK = {"tiny": Sizes(20, 8, 16, 1, 4, 8)}


def seconds_of(step: Callable[[], Any], n: int) -> float:
    """Median seconds of n steps."""
    taken = []
    for _ in range(n):
        started = time.perf_counter()
        step()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def course_step(sizes: Sizes, keras_layer: bool = False, whole: bool = False) -> Callable[[], Any]:
    """A training step of the course's model, or of the same with Keras's layer."""
    from course_lib.quiet import quiet

    with quiet():
        import tensorflow as tf

    from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
    from course_lib.training.optimizer import adamw
    from course_lib.training.trainer import Trainer

    config = LSTMConfig(
        sizes.vocab_size, sizes.embedding_size, sizes.hidden_size, sizes.num_layers, 0.0
    )
    # Keras's layer is the one that looks for cuDNN; on a processor it runs its own loop.
    trainer = Trainer(LSTMLanguageModel(config, cudnn=keras_layer), smoothing=0.0)
    trainer.compile(adamw())
    trainer.optimizer.build(trainer.trainable_variables)
    inputs, targets = map(tf.constant, sizes.batch())
    step = tf.function(
        lambda: trainer.train_step((inputs, targets))["nats"], autograph=False, jit_compile=whole
    )
    return lambda: float(step())


def torch_step(sizes: Sizes) -> Callable[[], Any]:
    """A training step of the same model made of PyTorch's layers."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            H = sizes.hidden_size
            self.embedding = nn.Embedding(sizes.vocab_size, sizes.embedding_size)
            self.lstm = nn.LSTM(sizes.embedding_size, H, sizes.num_layers, batch_first=True)
            self.output = nn.Linear(H, sizes.vocab_size)

        def forward(self, ids: Any) -> Any:
            return self.output(self.lstm(self.embedding(ids))[0])

    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    inputs, targets = (torch.tensor(ids, dtype=torch.long) for ids in sizes.batch())

    def step() -> float:
        optimizer.zero_grad()
        logits = model(inputs)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return float(loss)

    return step


STEP: dict[str, Callable[[Sizes], Callable[[], Any]]] = {
    "course": course_step,
    "compiled": lambda sizes: course_step(sizes, whole=True),
    "torch": torch_step,
    "keras": lambda sizes: course_step(sizes, keras_layer=True),
}
_made: dict[str, Callable[[], Any]] = {}  # what this process has made


def timed(name: str, sizes: Sizes, n: int) -> float:
    """Seconds of a step, in a process that does nothing else."""
    if name not in _made:
        _made[name] = STEP[name](sizes)
        seconds_of(_made[name], 3)
    return seconds_of(_made[name], n)


def beside(sizes: Sizes, rounds: int, n: int, n_processes: int) -> dict[str, Any]:
    """All implementations in turn, several times; with processes enough, each in its own."""
    taken: dict[str, list[float]] = {name: [] for name in STEP}
    spawned = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        made = [stack.enter_context(spawned.Pool(1)) for _ in range(n_processes)]
        pools = dict(zip(STEP, cycle(made)))
        for turn in range(rounds):
            for name in STEP:
                if name != "keras" or turn == 0:  # it takes several times as long
                    taken[name].append(pools[name].apply(timed, (name, sizes, n)))
    tokens = sizes.batch_size * sizes.seq_len
    median = {name: statistics.median(values) for name, values in taken.items()}

    def times_torch(name: str) -> float:
        pairs = zip(taken["torch"], taken[name], strict=True)
        return statistics.median(theirs / ours for theirs, ours in pairs)

    return {
        "sizes": asdict(sizes),
        "seconds": taken,
        "tokens_per_second": {name: tokens / value for name, value in median.items()},
        "over_torch": times_torch("course"),
        "compiled_over_torch": times_torch("compiled"),
        "over_keras": median["keras"] / median["course"],
    }


def pipeline(n_ids: int, n_steps: int, rounds: int) -> dict[str, Any]:
    """Seconds of a step through ``fit`` with real batches, and with one that lies in memory."""
    from course_lib.quiet import quiet

    with quiet():
        import tensorflow as tf

    from course_lib.batching.tf_data import ordered_dataset
    from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
    from course_lib.training.optimizer import adamw
    from course_lib.training.trainer import Trainer

    sizes = SIZES["characters, one layer, B = 8"]  # the shortest step: data weigh most
    ids = np.random.default_rng(0).integers(0, sizes.vocab_size, n_ids)
    real = ordered_dataset(ids, sizes.seq_len + 1, sizes.seq_len, sizes.batch_size, len(ids))
    one = tf.data.Dataset.from_tensors(next(iter(real.take(1)))).repeat()
    config = LSTMConfig(65, sizes.embedding_size, sizes.hidden_size, sizes.num_layers, 0.0)
    trainer = Trainer(LSTMLanguageModel(config), smoothing=0.0)
    trainer.compile(adamw())
    trainer.fit(one.take(5), verbose=0)
    taken: dict[str, list[float]] = {"repeated": [], "real": []}
    for _ in range(rounds):
        for name, data in (("repeated", one), ("real", real)):
            started = time.perf_counter()
            trainer.fit(data, steps_per_epoch=n_steps, verbose=0)
            taken[name].append((time.perf_counter() - started) / n_steps)
    ratios = [a / b for a, b in zip(taken["real"], taken["repeated"], strict=True)]
    return {
        "sizes": asdict(sizes),
        "seconds": taken,
        "real_over_repeated": statistics.median(ratios),
    }


def main() -> None:
    """Measure."""
    with results.experiment("train_speed", seeds=(0,)) as run:
        rounds, n = (1, 2) if run.quick else (ROUNDS, STEPS)
        found = {}
        for name, sizes in (QUICK if run.quick else SIZES).items():
            found[name] = beside(sizes, rounds, n, 1 if run.quick else len(STEP))
            print(name, found[name], flush=True)
        run.figures["steps"] = found
        data = (20_000, 10, 1) if run.quick else (2_000_000, 300, ROUNDS)
        run.figures["pipeline"] = pipeline(*data)
        print(run.figures["pipeline"]["real_over_repeated"], flush=True)


if __name__ == "__main__":
    main()
