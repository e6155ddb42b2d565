"""Checkpoints: all that a training run needs to go on exactly, one file an epoch (Keras).

What decides how training goes on is more than the weights: both moments of the optimiser, its
step and learning rate, the states of the random generators behind dropout, and what the callbacks
remember. All of it goes into one file, which replaces nothing until it is whole.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import TrainingError
from course_lib.training.trainer import Trainer
from course_lib.whole_file import whole_file

FORMAT = "course_lib checkpoint 1"
NAME = re.compile(r"epoch-(\d{5,})\.npz")


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint tells besides the arrays that it has put back.

    Args:
        epochs: epochs done.
        history: figures of each epoch, by name.
        callbacks: what each callback remembers, by its class's name.
        notes: whatever was stored with it.
    """

    epochs: int
    history: dict[str, list[float]]
    callbacks: dict[str, dict[str, Any]]
    notes: dict[str, Any]


def save_checkpoint(
    folder: str | Path,
    trainer: Trainer,
    epochs: int,
    history: Mapping[str, Sequence[float]] | None = None,
    callbacks: Sequence[Any] = (),
    notes: Mapping[str, Any] | None = None,
    keep: int = 2,
) -> Path:
    """Write a checkpoint, then remove those before the last ones.

    Args:
        folder: where the checkpoints of one run lie.
        trainer: its weights, random states and optimiser are written.
        epochs: epochs done; gives the file its name.
        history: figures of each epoch, by name.
        callbacks: those with a ``state_dict`` are written.
        notes: anything that JSON holds.
        keep: checkpoints that stay, this one included, at least 1.

    Returns:
        The file.

    Raises:
        TrainingError: the file cannot be written, for instance for want of space. The ones before
            are as they were.
    """
    if keep < 1:
        raise TrainingError(f"keep must be at least 1, got {keep}")
    folder = Path(folder)
    head = {
        "format": FORMAT,
        "model": _model_of(trainer),
        "epochs": epochs,
        "history": {name: list(map(float, values)) for name, values in (history or {}).items()},
        "callbacks": {type(c).__name__: c.state_dict() for c in callbacks if _has_state(c)},
        "notes": dict(notes or {}),
    }
    path = folder / f"epoch-{epochs:05d}.npz"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.glob(".epoch-*.part"):  # left by a process that was killed
            part.unlink()
        with whole_file(path) as file:
            np.savez(file, head=np.array(json.dumps(head)), **_arrays(trainer))
    except OSError as error:
        raise TrainingError(
            f"the checkpoint {path} cannot be written: {error.strerror or error}. Those before it "
            "are as they were: make room or choose another folder, then resume"
        ) from error
    for old in checkpoints(folder)[:-keep]:
        old.unlink()
    return path


def checkpoints(folder: str | Path) -> list[Path]:
    """The checkpoints in a folder, the oldest first.

    Args:
        folder: where they lie; none if there is no such folder.
    """
    found = [path for path in Path(folder).glob("epoch-*.npz") if NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.stem.removeprefix("epoch-")))


def restore_checkpoint(
    path: str | Path, trainer: Trainer, callbacks: Sequence[Any] = ()
) -> Checkpoint:
    """Put everything back as it was when a checkpoint was written.

    Nothing is changed before it is known that the checkpoint is whole and fits.

    Args:
        path: the file, or a folder whose newest checkpoint is meant.
        trainer: compiled, of the same model and with the same optimiser.
        callbacks: those with a ``load_state_dict`` get what one of the same class had stored.

    Raises:
        TrainingError: no checkpoint, a damaged one, or one of another configuration; names what
            differs.
    """
    path = _chosen(Path(path))
    head, arrays = _opened(path)
    differences = _differences(head["model"], _model_of(trainer))
    if differences:
        raise TrainingError(f"{path} is of another configuration: {'; '.join(differences)}")
    variables = _variables(trainer)
    wrong = [
        name
        for name, variable in variables.items()
        if name not in arrays or arrays[name].shape != tuple(variable.shape)
    ]
    if wrong or len(arrays) != len(variables):
        raise TrainingError(
            f"{path} does not fit: it holds {len(arrays)} arrays and {len(variables)} are needed"
            + (f"; the first that does not fit is {wrong[0]}" if wrong else "")
            + ". Was it written with another optimiser or version?"
        )
    for callback in callbacks:
        if hasattr(callback, "load_state_dict") and type(callback).__name__ in head["callbacks"]:
            callback.load_state_dict(head["callbacks"][type(callback).__name__])
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return Checkpoint(head["epochs"], head["history"], head["callbacks"], head["notes"])


def _has_state(callback: Any) -> bool:
    return hasattr(callback, "state_dict")


def _model_of(trainer: Trainer) -> dict[str, Any]:
    model = trainer.language_model
    return {
        "kind": type(model).__name__,
        **asdict(model.config),
        "smoothing": trainer.smoothing,
        "pad_id": trainer.pad_id,
        "optimizer": type(trainer.optimizer).__name__,
    }


def _variables(trainer: Trainer) -> dict[str, Any]:
    """All that training changes, by a name that a file can hold."""
    trainer.build_optimizer()
    named = [
        *((f"model_{n}", v) for n, v in enumerate(trainer.variables)),
        *((f"optimizer_{n}", v) for n, v in enumerate(trainer.optimizer.variables)),
    ]
    return dict(named)


def _arrays(trainer: Trainer) -> dict[str, Any]:
    return {name: np.asarray(variable) for name, variable in _variables(trainer).items()}


def _chosen(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise TrainingError(f"{path}: no such checkpoint")
        return path
    found = checkpoints(path)
    if not found:
        raise TrainingError(f"{path} holds no checkpoint; expected files as epoch-00001.npz")
    return found[-1]


def _opened(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(str(arrays.pop("head")))
        complete = head["format"] == FORMAT and isinstance(head["model"], dict)
    except Exception as error:  # a damaged archive can fail in any of zipfile, NumPy and JSON
        raise TrainingError(
            f"{path} is no checkpoint, or is damaged; remove it to go on from the one before"
        ) from error
    if not complete:
        raise TrainingError(f"{path} is no checkpoint of this version: it does not say {FORMAT!r}")
    return head, arrays


def _differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    names = dict.fromkeys([*stored, *wanted])
    return [
        f"{name} is {stored.get(name)!r} there and {wanted.get(name)!r} here"
        for name in names
        if stored.get(name) != wanted.get(name)
    ]
