"""Errors whose message is written for the person who meets them."""

from importlib import import_module
from types import ModuleType


class CourseError(Exception):
    """Something the user can mend; ``course`` prints its message without a traceback."""


class CorpusError(CourseError, ValueError):
    """A text, a folder of texts or a download that cannot be used; says what was expected."""


class TokenizerError(CourseError, ValueError):
    """A vocabulary, a merge list, an id or a text that a tokenizer cannot use; says which."""


class DatasetError(CourseError, ValueError):
    """Examples, or files of examples, that cannot be used for training; says what was expected."""


class ModelError(CourseError, ValueError):
    """Sizes that make no model, ids that a model does not know, or a file that holds another."""


class TrainingError(CourseError, ValueError):
    """A setting, a checkpoint or a device that training cannot use; says what was expected."""


class GenerationError(CourseError, ValueError):
    """Settings, logits or a prompt from which no text can be drawn; says what was expected."""


class EvaluationError(CourseError, ValueError):
    """Texts or ratings that cannot be judged; says which and why."""


class ResultError(CourseError, ValueError):
    """A result file that is missing, malformed, or from a quick run where a full one is needed."""


class MissingExtraError(CourseError, ImportError):
    """An optional library is not installed; the message names the extra that brings it."""


def require(module: str, extra: str) -> ModuleType:
    """Import an optional library, or say how to install it.

    Args:
        module: the module's import name, for instance ``"pooch"``.
        extra: the extra of ``course-lib`` that installs it, for instance ``"cli"``.

    Returns:
        The imported module.

    Raises:
        MissingExtraError: the module is not installed.

    >>> require("json", "cli").loads("[1]")
    [1]
    """
    try:
        return import_module(module)
    except ImportError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise
        raise MissingExtraError(
            f"{module} is not installed; it comes with: pip install 'course-lib[{extra}]'"
        ) from error
