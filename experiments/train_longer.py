"""How good the course's LSTM gets on Tiny Shakespeare when it may take its time.

The network, the text and the parts are those of ``train_shakespeare``; here the number of steps is
fixed instead of the time, the learning rate falls along them, and dropout keeps the network from
learning the text by heart.

Run: ``python experiments/train_longer.py``; other work on the machine makes it slower and not
worse. The quick run takes a few steps.
"""

import time
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras

import numpy as np
from train_shakespeare import PUBLISHED, characters, rates

from course_lib import results
from course_lib.batching.tf_data import ordered_dataset
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.training.muon import muon
from course_lib.training.schedules import warmup_cosine
from course_lib.training.trainer import Trainer

STEPS, BATCH, SEQ_LEN, RATE, DROPOUT = 5000, 16, 128, 0.05, 0.2


def longer(run: results.Experiment) -> dict[str, Any]:
    """A network after so many steps."""
    tokenizer, train, valid = characters(run)
    n_steps = 4 if run.quick else STEPS
    keras.utils.set_random_seed(0)
    config = LSTMConfig(tokenizer.vocab_size, 64, 256, 1, DROPOUT)
    trainer = Trainer(LSTMLanguageModel(config), smoothing=0.0)
    trainer.compile(muon(warmup_cosine(RATE, n_steps, 1 + n_steps // 50)), jit_compile=True)
    data = ordered_dataset(
        train, SEQ_LEN + 1, SEQ_LEN, BATCH, shuffle_buffer=len(train), drop_remainder=True
    )
    started = time.perf_counter()
    history = trainer.fit(data.repeat().take(n_steps), verbose=0).history
    seconds = time.perf_counter() - started
    model = trainer.language_model
    nats = -float(model.log_probs(valid[None]).sum())
    n_bytes = len(tokenizer.decode(valid[1:].tolist()).encode())
    return {
        "parameters": model.n_parameters,
        "steps": n_steps,
        "passes_over_the_text": n_steps * BATCH * SEQ_LEN / len(train),
        "training_seconds": seconds,
        "dropout": DROPOUT,
        "mean_train_nats_per_token": float(np.mean(history["nats"])),
        **rates(nats, len(valid) - 1, n_bytes),
    }


def main() -> None:
    """Measure."""
    with results.experiment("train_longer", seeds=(0,)) as run:
        run.figures.update(published=PUBLISHED, **longer(run))
        print(run.figures, flush=True)


if __name__ == "__main__":
    main()
