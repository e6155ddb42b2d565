"""N-gram models on disk: NumPy archives, whole or not at all, marked as what they are."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = "course_lib n-gram model 1"

Arrays = dict[str, NDArray[Any]]


def write_model(path: Path, kind: str, arrays: Arrays) -> None:
    """Write a model's arrays; a file that is there is replaced only by a whole one.

    Args:
        path: the file.
        kind: name of the model's class.
        arrays: what to keep, by name.
    """
    contents: dict[str, Any] = {"format": np.array(FORMAT), "kind": np.array(kind), **arrays}
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            np.savez(file, **contents)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_model(path: Path, kind: str) -> Arrays:
    """Read the arrays that ``write_model`` wrote.

    Args:
        path: the file.
        kind: name of the class that wants them.

    Returns:
        The arrays by name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, is of something else, or of another class of model.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is not an n-gram model, or damaged: {error}") from error
    if arrays.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is not an n-gram model: it does not say {FORMAT!r}")
    found = str(arrays.pop("kind"))
    if found != kind:
        raise ValueError(f"{path} holds a {found}; read it with {found}.load")
    return arrays
