"""Text in, text out: prompts that continue, whole or as they are written."""

import warnings
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from course_lib.generation.decoding import Choose, Text, generate, greedy, started, stream
from course_lib.generation.exploration import Exploration
from course_lib.generation.settings import Sampling
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer

SHORT_PROMPT = 3
"""Tokens below which a prompt says too little for the text to be about it."""
UNFINISHED = "\N{REPLACEMENT CHARACTER}"
"""What decoding shows of a character of which some bytes are still to come."""
MOST_BYTES = 4
"""Bytes of a character in UTF-8."""


class ShortPromptWarning(UserWarning):
    """A prompt of one or two tokens."""


@dataclass(frozen=True)
class Written:
    """A text that a model wrote.

    Args:
        prompt: what it was given.
        text: what came after it.
        n_ids: ids of the text.
        ended: ``"stop"`` if the model ended it, ``"length"`` if it was cut, ``"interrupted"`` if
            somebody stopped it, and then ``n_ids`` counts what its text makes.
        seed: of the draws.
        sample: number of the text among those of its prompt.
    """

    prompt: str
    text: str
    n_ids: int
    ended: str
    seed: int
    sample: int


def write(
    model: LanguageModel,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    choose: Choose | Sampling = greedy,
    *,
    max_new_ids: int = 128,
    stop_ids: Sequence[int] = (),
    n_samples: int = 1,
    seed: int = 0,
    explore: Exploration | None = None,
) -> list[Written]:
    """Let a model continue prompts, each as the beginning of a document.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with; its end id ends a text.
        prompts: beginnings. An empty one lets the model begin.
        choose: ``greedy``, filters to draw with, or a function of your own.
        max_new_ids: ids to write at most for each text.
        stop_ids: ids besides the end id that end a text.
        n_samples: texts for each prompt.
        seed: of the draws.
        explore: noise on the model's state while it writes.

    Returns:
        The texts, those of the first prompt first.

    Raises:
        GenerationError: no prompt, numbers out of bounds, or noise where there is no state for it.
    """
    ids = [prompt_ids(tokenizer, prompt) for prompt in prompts]
    texts = generate(
        model,
        ids,
        choose,
        max_new_ids=max_new_ids,
        stop_ids=[tokenizer.eos_id, *stop_ids],
        n_samples=n_samples,
        seed=seed,
        explore=explore,
    )
    of_prompts = [prompt for prompt in prompts for _ in range(n_samples)]
    return [
        _finished(tokenizer, text, prompt) for prompt, text in zip(of_prompts, texts, strict=True)
    ]


def pieces(
    model: LanguageModel,
    tokenizer: Tokenizer,
    prompt: str,
    choose: Choose | Sampling = greedy,
    *,
    max_new_ids: int = 128,
    stop_ids: Sequence[int] = (),
    seed: int = 0,
    explore: Exploration | None = None,
) -> Generator[str, None, Written]:
    """The same for one prompt, piece by piece as it is written.

    A character whose bytes come in several ids is held back until it is whole. The pieces together
    are the text that ``write`` gives.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with.
        prompt: may be empty.
        choose: as for ``write``.
        max_new_ids: ids to write at most.
        stop_ids: ids besides the end id that end the text.
        seed: of the draws.
        explore: noise on the model's state while it writes.

    Returns:
        The whole text, when it has ended.
    """
    texts = started([prompt_ids(tokenizer, prompt)], seed=seed)
    told = ""
    stops = [tokenizer.eos_id, *stop_ids]
    for _ in stream(model, texts, choose, max_new_ids=max_new_ids, stop_ids=stops, explore=explore):
        so_far = shown(tokenizer, texts[0], prompt)
        whole = so_far.rstrip(UNFINISHED)
        if len(so_far) - len(whole) >= MOST_BYTES:
            whole = so_far  # no character is that long: the model writes bytes that are none
        if len(whole) > len(told):
            yield whole[len(told) :]
            told = whole
    written = _finished(tokenizer, texts[0], prompt)
    if len(written.text) > len(told):
        yield written.text[len(told) :]
    return written


def _finished(tokenizer: Tokenizer, text: Text, prompt: str) -> Written:
    told = shown(tokenizer, text, prompt)
    return Written(prompt, told, len(text.ids), text.ended, text.seed, text.sample)


def prompt_ids(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """The end id, which stands before every document, and the ids of a prompt.

    Args:
        tokenizer: of the model.
        prompt: may be empty.
    """
    ids = tokenizer.encode(prompt)
    if 0 < len(ids) < SHORT_PROMPT:
        warnings.warn(
            f"tokens in the prompt {prompt!r}: {len(ids)}; below {SHORT_PROMPT} the text is hardly "
            "about it",
            ShortPromptWarning,
            stacklevel=3,
        )
    return [tokenizer.eos_id, *ids]


def shown(tokenizer: Tokenizer, text: Text, prompt: str) -> str:
    """What a person reads of a text: what was written, without special ids.

    Args:
        tokenizer: of the model.
        text: written or being written.
        prompt: as it was typed.
    """
    return continuation(tokenizer, prompt, text.prompt, text.ids)


def continuation(
    tokenizer: Tokenizer, prompt: str, prompt_ids: Sequence[int], ids: Sequence[int]
) -> str:
    """Ids as the text that goes on from a prompt, without special ids.

    A tokenizer of whole words writes a space between two of them; it belongs to what comes after
    the prompt, unless the prompt ends in one.

    Args:
        tokenizer: of the model.
        prompt: as it was typed.
        prompt_ids: what the model read.
        ids: what it wrote.
    """
    text = tokenizer.decode(list(ids), skip_special=True)
    if not text or not prompt or prompt[-1].isspace():
        return text
    before, first = tokenizer.decode(list(prompt_ids)), tokenizer.decode([ids[0]])
    both = tokenizer.decode([*prompt_ids, ids[0]])
    return f" {text}" if both == f"{before} {first}" else text
