"""Sets of input/output pairs in files.

A saved set is a folder with ``pairs.npz``, the arrays, and ``pairs.json``, what they mean: the
format of a window, the number of pairs, and type, shape and sha256 of each array. The JSON schema
``pairs.schema.json`` beside this file says what the metadata must hold.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.batching.pair_sets import PairSet
from course_lib.batching.pairs import IGNORE_ID, PairArrays, PairFormat
from course_lib.errors import DatasetError, require
from course_lib.whole_file import whole_file

VERSION = 1
SCHEMA = Path(__file__).with_name("pairs.schema.json")
MARKS = ("seq_len", "vocab_size", "sep_id", "eos_id", "pad_id", "blank_id", "layout", "tokenizer")


def save_pairs(folder: str | Path, pairs: PairSet) -> None:
    """Write ``pairs.npz`` and ``pairs.json``; older ones are replaced once the new ones are whole.

    Args:
        folder: where to; made if it is missing.
        pairs: the set.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = _named(pairs)
    form = pairs.form
    metadata = {
        "format": "course-lib pairs",
        "version": VERSION,
        "tokenizer": form.tokenizer,
        "layout": form.layout,
        "seq_len": form.seq_len,
        "vocab_size": form.vocab_size,
        "pad_id": form.pad_id,
        "sep_id": form.sep_id,
        "eos_id": form.eos_id,
        "blank_id": form.blank,
        "ignore_id": IGNORE_ID,
        "n_train": len(pairs.train.inputs),
        "n_test": len(pairs.test.inputs),
        "arrays": {name: _described(array) for name, array in arrays.items()},
    }
    with whole_file(folder / "pairs.npz") as file:
        np.savez_compressed(file, **arrays)
    with whole_file(folder / "pairs.json") as file:
        file.write((json.dumps(metadata, indent=2) + "\n").encode())


def load_pairs(folder: str | Path) -> PairSet:
    """Read what ``save_pairs`` wrote, and check it.

    Args:
        folder: with ``pairs.npz`` and ``pairs.json``.

    Raises:
        DatasetError: a file is missing, is damaged, or holds Python objects; the metadata breaks
            its schema or says something else than the arrays; or the arrays break their layout.
        MissingExtraError: the library jsonschema is not installed.
    """
    folder = Path(folder)
    metadata = _metadata(folder / "pairs.json")
    arrays = _arrays(folder / "pairs.npz")
    _check_agreement(folder, metadata, arrays)
    form = PairFormat(**{name: metadata[name] for name in MARKS})
    train = PairArrays(arrays["train_inputs"], arrays["train_labels"])
    test = PairArrays(arrays["test_inputs"], arrays["test_labels"])
    return PairSet(form, train, test)


def _check_agreement(
    folder: Path, metadata: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> None:
    if set(arrays) != set(metadata["arrays"]):
        raise DatasetError(
            f"{folder / 'pairs.npz'}: holds {', '.join(sorted(arrays)) or 'nothing'}; the metadata "
            f"names {', '.join(sorted(metadata['arrays']))}"
        )
    for name, array in arrays.items():
        described = metadata["arrays"][name]
        facts = [(key, found, described[key]) for key, found in _described(array).items()]
        count = "n_" + name.split("_")[0]
        facts.append((count, len(array), metadata[count]))
        for key, found, expected in facts:
            if found != expected:
                raise DatasetError(
                    f"{folder}: {name} has {key} {found}, the metadata says {expected}; the files "
                    "do not belong together or one is damaged: save the pairs again"
                )


def _named(pairs: PairSet) -> dict[str, NDArray[np.int64]]:
    return {
        "train_inputs": pairs.train.inputs,
        "train_labels": pairs.train.labels,
        "test_inputs": pairs.test.inputs,
        "test_labels": pairs.test.labels,
    }


def _described(array: NDArray[Any]) -> dict[str, Any]:
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "dtype": data.dtype.str,
        "shape": list(data.shape),
        "sha256": hashlib.sha256(data.tobytes()).hexdigest(),
    }


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; expected one that save_pairs wrote")


def _metadata(path: Path) -> dict[str, Any]:
    _check_there(path)
    try:
        metadata = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read as JSON: {error}") from error
    jsonschema = require("jsonschema", "cli")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(metadata)
    worst = jsonschema.exceptions.best_match(errors)
    if worst is not None:
        place = "/".join(map(str, worst.absolute_path))
        raise DatasetError(f"{path}: {place + ': ' if place else ''}{worst.message}")
    return dict(metadata)


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    _check_there(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive can fail in any of zlib, zipfile and NumPy
        raise DatasetError(f"{path}: no archive of plain arrays: {error}") from error
