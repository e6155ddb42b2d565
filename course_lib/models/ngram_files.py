"""N-gram models on disk: NumPy archives, whole or not at all, marked as what they are."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.whole_file import whole_file

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
    with whole_file(path) as file:
        np.savez(file, **contents)


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
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged archive can fail in any of zipfile and NumPy
        raise ValueError(f"{path} is not an n-gram model, or damaged: {error}") from error
    if arrays.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is not an n-gram model: it does not say {FORMAT!r}")
    if "kind" not in arrays:
        raise ValueError(f"{path} is damaged: it says nothing of its class")
    found = str(arrays.pop("kind"))
    if found != kind:
        raise ValueError(f"{path} holds a {found}; read it with {found}.load")
    return arrays
