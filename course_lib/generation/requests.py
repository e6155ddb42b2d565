"""What somebody wants written: a strategy and all its settings, in one place, checked.

The command line, the dialogue and a server ask for texts in this form.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args

from course_lib.errors import GenerationError
from course_lib.generation.beam import beam_search
from course_lib.generation.decoding import MOST_IDS, drawn, likeliest
from course_lib.generation.exploration import Exploration
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import Written, continuation, pieces, prompt_ids, write
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer

STRATEGIES = {
    "sample": "draw each token by its probability, after the filters",
    "greedy": "take the likeliest token at each place, after the filters",
    "beam": "search for the likeliest text, keeping several beginnings",
}
"""The ways to write, and what each does."""


@dataclass(frozen=True)
class Request:
    """A wish for texts.

    Args:
        strategy: ``"sample"``, ``"greedy"`` or ``"beam"``.
        sampling: the filters; a beam search takes none.
        width: beginnings that a beam search keeps.
        length_penalty: of a beam search, see ``Hypothesis.score``.
        explore: standard deviation of noise on the model's state, see ``Exploration``.
        explore_share: how often there is noise.
        max_new_ids: tokens to write at most.
        n_samples: texts for each prompt; of a beam search, its best.
        seed: of the draws.
        stop: texts of one token each that end the writing; they are not part of it.
        ban: texts of one token each that must not be written.

    Raises:
        GenerationError: a value out of bounds, or settings that do not go together.
    """

    strategy: str = "sample"
    sampling: Sampling = field(default_factory=Sampling)
    width: int = 4
    length_penalty: float = 1.0
    explore: float = 0.0
    explore_share: float = 1.0
    max_new_ids: int = 128
    n_samples: int = 1
    seed: int = 0
    stop: tuple[str, ...] = ()
    ban: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise GenerationError(
                f"unknown strategy {self.strategy!r}; expected one of {', '.join(STRATEGIES)}"
            )
        for name, least in (("width", 1), ("n_samples", 1), ("seed", 0), ("max_new_ids", 1)):
            if getattr(self, name) < least:
                raise GenerationError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if self.max_new_ids > MOST_IDS:
            raise GenerationError(f"max_new_ids must be at most {MOST_IDS}, got {self.max_new_ids}")
        Exploration(self.explore, self.explore_share)
        if self.strategy == "beam":
            if self.n_samples > self.width:
                raise GenerationError(
                    f"a beam search of width {self.width} has no {self.n_samples} texts to give; "
                    "widen it or ask for fewer"
                )
            if self.sampling != Sampling() or self.ban or self.explore:
                raise GenerationError(
                    "a beam search draws nothing and takes no filters and no noise; leave them "
                    "out, or choose the strategy sample"
                )

    def changed(self, name: str, text: str) -> "Request":
        """The same wish but for one setting.

        Args:
            name: of a setting, of this class or of ``Sampling``.
            text: its value as somebody types it; ``none`` or ``off`` for the default. Texts of stop
                and ban are separated by spaces, see ``typed``.

        Raises:
            GenerationError: no such setting, or no value of it.

        >>> Request().changed("top_p", "0.9").sampling.top_p
        0.9
        """
        known = settings()
        if name not in known:
            raise GenerationError(f"unknown setting {name!r}; expected one of {', '.join(known)}")
        value = known[name].read(text)
        if known[name].of_sampling:
            return replace(self, sampling=replace(self.sampling, **{name: value}))
        return replace(self, **{name: value})

    def as_dict(self) -> dict[str, Any]:
        """Every setting by name, those of the filters among them; for JSON."""
        return {
            name: getattr(self.sampling if setting.of_sampling else self, name)
            for name, setting in settings().items()
        }


@dataclass(frozen=True)
class Setting:
    """A setting that can be typed.

    Args:
        name: as it is typed.
        kind: of its value: int, float or str.
        default: its value if nothing is said.
        of_sampling: whether it is a filter's.
    """

    name: str
    kind: type
    default: Any
    of_sampling: bool

    def read(self, text: str) -> Any:
        """The value that somebody has typed.

        Args:
            text: without spaces around it.

        Raises:
            GenerationError: it is no value of this setting.
        """
        if text.lower() in ("none", "off", "default"):
            return self.default
        if isinstance(self.default, tuple):
            return tuple(map(typed, text.split(" ")))
        try:
            return self.kind(text)
        except ValueError:
            what = {int: "a whole number", float: "a number"}[self.kind]
            raise GenerationError(f"{self.name} expects {what} or none, got {text!r}") from None


def typed(text: str) -> str:
    """What somebody means who types a line break or a space inside a word of a command.

    Args:
        text: with ``\\n`` for a line break and ``\\s`` for a space.

    >>> typed(r"one\\ntwo\\sthree")
    'one\\ntwo three'
    """
    return text.replace("\\n", "\n").replace("\\s", " ")


def settings() -> dict[str, Setting]:
    """Everything that can be set, by name.

    >>> settings()["top_k"].kind.__name__
    'int'
    """
    found = {}
    for owner, of_sampling in ((Request(), False), (Sampling(), True)):
        for each in fields(owner):
            if each.name in ("sampling", "banned_ids"):  # texts are typed, not ids
                continue
            default = getattr(owner, each.name)
            kind = _kind(type(owner), each.name, default)
            found[each.name] = Setting(each.name, kind, default, of_sampling)
    return found


def _kind(owner: type, name: str, default: Any) -> type:
    if default is not None:
        return type(default)
    annotation = owner.__annotations__[name]
    return next(kind for kind in get_args(annotation) if kind is not type(None))


def answer(
    model: LanguageModel, tokenizer: Tokenizer, prompts: Sequence[str], request: Request
) -> list[Written]:
    """The texts that were asked for, those of the first prompt first.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with.
        prompts: beginnings; an empty one lets the model begin.
        request: what is wanted.

    Raises:
        GenerationError: no prompt, or a stop or ban that is not one token.
    """
    if request.strategy != "beam":
        how = _how(tokenizer, request)
        return write(model, tokenizer, prompts, n_samples=request.n_samples, **how)
    stop_ids, texts = _stop_ids(tokenizer, request), []
    for prompt in prompts:
        read = prompt_ids(tokenizer, prompt)
        found = beam_search(
            model,
            read,
            width=request.width,
            max_new_ids=request.max_new_ids,
            stop_ids=[tokenizer.eos_id, *stop_ids],
            length_penalty=request.length_penalty,
        )
        for n, best in enumerate(found[: request.n_samples]):
            text = continuation(tokenizer, prompt, read, best.ids)
            texts.append(Written(prompt, text, len(best.ids), best.ended, request.seed, n))
    return texts


def answer_in_pieces(
    model: LanguageModel, tokenizer: Tokenizer, prompt: str, request: Request
) -> Generator[str, None, Written]:
    """The first text that was asked for, as it is written; a beam search gives it at once.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with.
        prompt: may be empty.
        request: what is wanted.

    Returns:
        The whole text, when it has ended.
    """
    if request.strategy == "beam":
        written = answer(model, tokenizer, [prompt], request)[0]
        yield written.text
        return written
    return (yield from pieces(model, tokenizer, prompt, **_how(tokenizer, request)))


def one_id(tokenizer: Tokenizer, text: str, name: str) -> int:
    """The id of a text that is one token.

    Args:
        tokenizer: of the model.
        text: what it stands for.
        name: of the setting, for the message.

    Raises:
        GenerationError: it is several tokens, or none.
    """
    ids = tokenizer.encode(text)
    if len(ids) != 1:
        raise GenerationError(
            f"{name} expects texts of one token each; {text!r} is {len(ids)} tokens of this model"
        )
    return int(ids[0])


def _stop_ids(tokenizer: Tokenizer, request: Request) -> list[int]:
    return [one_id(tokenizer, text, "stop") for text in request.stop]


def _how(tokenizer: Tokenizer, request: Request) -> dict[str, Any]:
    """A request as arguments of ``write`` and ``pieces``."""
    stop_ids = _stop_ids(tokenizer, request)
    banned = tuple(one_id(tokenizer, text, "ban") for text in request.ban)
    sampling = replace(request.sampling, banned_ids=banned)
    choose = likeliest if request.strategy == "greedy" else drawn
    return {
        "choose": choose(sampling, [tokenizer.eos_id, *stop_ids]),
        "max_new_ids": request.max_new_ids,
        "stop_ids": stop_ids,
        "seed": request.seed,
        "explore": Exploration(request.explore, request.explore_share),
    }
