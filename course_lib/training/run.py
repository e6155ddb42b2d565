"""A training run from a corpus to a model in a folder, which can be interrupted (Keras).

The folder holds all of the run: ``settings.json``, the tokenizer, the ids, the checkpoints, what
TensorBoard shows, and the best model. Resuming needs nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from course_lib import corpus, tokenizers
from course_lib.batching.streams import IdStream, open_ids, write_ids
from course_lib.batching.tf_data import ordered_dataset
from course_lib.corpus.split import split
from course_lib.corpus.transfer import Progress
from course_lib.errors import TrainingError
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.training.callbacks import NaNGuard, Throughput
from course_lib.training.checkpoints import checkpoints, restore_checkpoint, save_checkpoint
from course_lib.training.device import prepare_device, strategy
from course_lib.training.progress import TerminalProgress
from course_lib.training.samples import GenerationSamples
from course_lib.training.schedules import EarlyStopping, ReduceOnPlateau, warmup_cosine
from course_lib.training.settings import MODELS, OPTIMIZERS, TOKENIZERS, TrainingSettings
from course_lib.training.tensorboard import TensorBoardLogger
from course_lib.training.trainer import Trainer
from course_lib.whole_file import whole_file

SETTINGS, MODEL, CHECKPOINTS = "settings.json", "model.npz", "checkpoints"
SAMPLE_LENGTH = 200
"""Ids of the text that the model writes after each epoch, for TensorBoard."""


@dataclass(frozen=True)
class TrainingRun:
    """A run that has ended.

    Args:
        folder: where it lies.
        model: with the weights of the best epoch.
        tokenizer: of its ids.
        history: figures of each epoch, by name.
    """

    folder: Path
    model: KerasLanguageModel
    tokenizer: Tokenizer
    history: dict[str, list[float]]


def train(
    settings: TrainingSettings,
    folder: str | Path,
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    show: Any = None,
    progress: Progress | None = None,
) -> TrainingRun:
    """Train a model from the beginning.

    Args:
        settings: what to train, on what, how.
        folder: for all of the run's files; made if it is not there.
        callbacks: more of Keras's callbacks.
        show: a Rich console to show decisions and progress on; None for silence.
        progress: called while a corpus is downloaded or harvested.

    Raises:
        TrainingError: the folder holds a run already, or training cannot go on.
        CorpusError: no such corpus, or one that is not here.
    """
    folder = Path(folder)
    if (folder / SETTINGS).exists():
        raise TrainingError(f"{folder} holds a run already; resume it, or choose another folder")
    _prepare(settings, folder, progress)
    return _go_on(settings, folder, callbacks, show)


def resume(
    folder: str | Path,
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    show: Any = None,
) -> TrainingRun:
    """Go on with a run from its newest checkpoint, as if it had not been interrupted.

    Args:
        folder: of the run.
        callbacks: more of Keras's callbacks.
        show: a Rich console to show decisions and progress on; None for silence.

    Raises:
        TrainingError: no run there, one whose files do not fit, or training cannot go on.
    """
    return _go_on(read_settings(folder), Path(folder), callbacks, show)


def read_settings(folder: str | Path) -> TrainingSettings:
    """The settings of a run.

    Args:
        folder: of the run.

    Raises:
        TrainingError: there is no run, or its settings cannot be read.
    """
    path = Path(folder) / SETTINGS
    try:
        return TrainingSettings(**json.loads(path.read_text("utf8")))
    except (FileNotFoundError, NotADirectoryError):
        raise TrainingError(
            f"{folder} holds no run: there is no {SETTINGS}; expected the folder of a run"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(f"{path} cannot be read: {error}") from error


def load_run(folder: str | Path) -> tuple[KerasLanguageModel, Tokenizer]:
    """The best model of a run, and its tokenizer.

    Args:
        folder: of the run.

    Raises:
        TrainingError: there is no run, it has no finished epoch yet, or model and tokenizer are
            not of one run.
    """
    settings, folder = read_settings(folder), Path(folder)
    if not (folder / MODEL).exists():
        raise TrainingError(f"{folder} has no {MODEL} yet: no epoch is finished; resume the run")
    model = MODELS[settings.model][0].load_model(folder / MODEL)
    tokenizer = tokenizers.load(folder / "tokenizer")
    if model.vocab_size != tokenizer.vocab_size:
        raise TrainingError(
            f"{folder} holds a model of {model.vocab_size} ids and a tokenizer of "
            f"{tokenizer.vocab_size}; expected those of one run: has a file been replaced?"
        )
    return model, tokenizer


def _prepare(settings: TrainingSettings, folder: Path, progress: Progress | None) -> None:
    """Texts to ids, in files; the settings last, so that a folder with them is complete."""
    parts = split(
        corpus.load(settings.corpus, progress=progress, **settings.options), seed=settings.seed
    )
    tokenizer = TOKENIZERS[settings.tokenizer](parts.train, settings.vocab_size)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save(folder / "tokenizer")
        for name, part in (("train", parts.train), ("valid", parts.valid)):
            ids = map(tokenizer.encode, part)
            stream = write_ids(folder / f"{name}.ids", ids, tokenizer.vocab_size, tokenizer.eos_id)
            if len(stream) <= settings.seq_len:
                raise TrainingError(
                    f"the {name} part of {settings.corpus} has {len(stream)} ids; windows of "
                    f"seq_len={settings.seq_len} need more: take a smaller seq_len or more text"
                )
        with whole_file(folder / SETTINGS) as file:
            file.write(json.dumps(asdict(settings), indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise TrainingError(f"{folder} cannot be written: {error.strerror or error}") from error


def _go_on(
    settings: TrainingSettings,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback],
    show: Any,
) -> TrainingRun:
    write = None if show is None else show.print
    policy = prepare_device(
        settings.model, settings.mixed_precision, memory_cap_gb=settings.memory_cap_gb, write=write
    )
    tokenizer = tokenizers.load(folder / "tokenizer")
    streams = {name: open_ids(folder / f"{name}.ids") for name in ("train", "valid")}
    keras.utils.set_random_seed(settings.seed)
    devices = strategy()
    if devices is None:
        trainer = _trainer(settings, tokenizer, streams["train"], policy.jit_compile)
    else:
        with devices.scope():
            trainer = _trainer(settings, tokenizer, streams["train"], policy.jit_compile)
    memory: list[Any] = [EarlyStopping(patience=settings.patience)]
    if settings.schedule == "plateau":
        memory.append(ReduceOnPlateau())
    done, history = 0, dict[str, list[float]]()
    if checkpoints(folder / CHECKPOINTS):
        restored = restore_checkpoint(folder / CHECKPOINTS, trainer, memory)
        done, history = restored.epochs, restored.history
        if write is not None:
            write(f"going on after epoch {done}")
    if done < settings.epochs and not _stopped(memory):
        positions = getattr(trainer.language_model.config, "max_len", 1 + SAMPLE_LENGTH)
        length = min(SAMPLE_LENGTH, positions - 1)  # the end id before the text takes one
        samples = GenerationSamples(tokenizer, [""], length=length, write=None)
        one_batch = next(iter(_windows(settings, streams["train"], shuffle=False)))
        data = _windows(settings, streams["train"], epoch=done)
        per_step = settings.batch_size * settings.seq_len
        shown = [] if show is None else [TerminalProgress(show, per_step, len(data))]
        trainer.fit(
            data,
            validation_data=_windows(settings, streams["valid"], shuffle=False),
            epochs=settings.epochs,
            initial_epoch=done,
            verbose=0,
            callbacks=[
                NaNGuard(),
                Throughput(per_step),
                *memory,
                samples,
                TensorBoardLogger(
                    folder / "tensorboard", tokenizer, batch=one_batch, samples=samples
                ),
                EpochEnd(folder, memory, history),
                *shown,
                *callbacks,
            ],
        )
    model = MODELS[settings.model][0].load_model(folder / MODEL)
    return TrainingRun(folder, model, tokenizer, history)


def _stopped(memory: Sequence[Any]) -> bool:
    """Whether early stopping had ended the run when it was interrupted."""
    state = memory[0].state_dict()
    return bool(state["wait"] >= memory[0].patience)


def _trainer(
    settings: TrainingSettings, tokenizer: Tokenizer, stream: IdStream, jit_compile: bool
) -> Trainer:
    kind, config = MODELS[settings.model]
    model = kind(config(tokenizer.vocab_size, **settings.sizes))
    carried = settings.batch_size if settings.carry_state else None
    trainer = Trainer(model, settings.smoothing, carried_rows=carried)
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        steps = settings.epochs * len(_windows(settings, stream))
        rate = warmup_cosine(rate, steps, steps // 20, rate / 20)
    optimizer = OPTIMIZERS[settings.optimizer](
        rate,
        weight_decay=settings.weight_decay,
        clip_norm=settings.clip_norm,
        accumulation_steps=settings.accumulation_steps,
    )
    trainer.compile(optimizer, jit_compile=jit_compile)
    trainer.build_optimizer()
    return trainer


def _windows(
    settings: TrainingSettings, stream: IdStream, epoch: int = 0, shuffle: bool = True
) -> Any:
    return ordered_dataset(
        stream,
        settings.seq_len + 1,
        settings.seq_len,
        settings.batch_size,
        shuffle_buffer=10_000 if shuffle else 1,
        seed=settings.seed,
        epoch=epoch,
        continued=shuffle and settings.carry_state,
    )


class EpochEnd(keras.callbacks.Callback):
    """After each epoch: the best model if it is this one, then a checkpoint.

    It stands behind the callbacks whose memory it writes down, so that they have seen the epoch.

    Args:
        folder: of the run.
        memory: callbacks whose state goes into the checkpoint; early stopping first.
        history: figures of the epochs before; those to come are added.
    """

    def __init__(
        self, folder: Path, memory: Sequence[Any], history: dict[str, list[float]]
    ) -> None:
        super().__init__()
        self.folder, self.memory, self.figures = folder, memory, history

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write.

        Args:
            epoch: number of the epoch, from 0.
            logs: its figures.

        Raises:
            TrainingError: a file cannot be written.
        """
        for name, value in (logs or {}).items():
            self.figures.setdefault(name, []).append(float(value))
        if self.memory[0].best_epoch == epoch:
            try:
                self.model.language_model.save_model(self.folder / MODEL)
            except OSError as error:
                raise TrainingError(
                    f"{self.folder / MODEL} cannot be written: {error.strerror or error}; the one "
                    "before is as it was"
                ) from error
        save_checkpoint(self.folder / CHECKPOINTS, self.model, epoch + 1, self.figures, self.memory)
