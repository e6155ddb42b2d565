"""Start TensorFlow without the notices that it writes whatever one asks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Within this block, what libraries write to standard error while they load is not shown.

    Import TensorFlow in it. Its own setting for less talk is set as well, and stays.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    error, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(error, 2)
        os.close(error)
        os.close(nowhere)
