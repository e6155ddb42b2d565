"""Texts from a language model, one id at a time: greedy, or drawn by chance.

A batch holds prompts of any lengths. Every row reads its prompt and then what it wrote itself, at
its own pace, so there is nothing to fill up; a row that has ended leaves the batch. Each row has
luck of its own, so a text does not depend on its neighbours.

Shapes: B rows, V ids in the vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import GenerationError
from course_lib.generation.exploration import Exploration
from course_lib.generation.filters import Scores
from course_lib.generation.settings import Sampling, checked_logits
from course_lib.models.language_model import LanguageModel, longest

MOST_IDS = 512
"""Ids that may be asked for at once."""
Choose = Callable[[Scores, Sequence["Text"]], NDArray[np.int64]]
"""An id for each row, from its logits, shape (B, V), and the texts so far."""


@dataclass
class Text:
    """A text that is being written.

    ``ids`` holds what was written, without the id that ended it; ``ended`` is ``"stop"`` if the
    model ended it, ``"length"`` if it was cut, and empty while it grows.

    Args:
        prompt: ids that were given, what the model reads first among them.
        seed: of its draws.
        sample: number of this text among those of the same prompt.
    """

    prompt: tuple[int, ...]
    seed: int = 0
    sample: int = 0

    def __post_init__(self) -> None:
        self.ids: list[int] = []
        self.ended = ""
        # The prompt counts: with one luck for all, a model that forgets it repeats its texts.
        words = [token % 2**32 for token in self.prompt]  # the model says what it takes for an id
        self.rng = np.random.default_rng([self.seed, self.sample, 0, *words])
        self.noise = np.random.default_rng([self.seed, self.sample, 1, *words])

    @property
    def history(self) -> list[int]:
        """All ids so far."""
        return [*self.prompt, *self.ids]

    def at(self, place: int) -> int:
        """The id at a place of the history.

        Args:
            place: from 0.
        """
        written = place - len(self.prompt)
        return self.prompt[place] if written < 0 else self.ids[written]


def greedy(logits: Scores, texts: Sequence[Text]) -> NDArray[np.int64]:
    """The likeliest id of each row; of equally likely ones the first.

    Args:
        logits: shape (B, V).
        texts: not used.
    """
    return checked_logits(logits).argmax(axis=1)


def likeliest(sampling: Sampling, stop_ids: Sequence[int] = ()) -> Choose:
    """The likeliest id of logits that filters have reshaped.

    Temperature and the filters that cut off what is unlikely change nothing then; the others do.

    Args:
        sampling: the filters.
        stop_ids: what ends a text, for the shortest length.
    """

    def choose(logits: Scores, texts: Sequence[Text]) -> NDArray[np.int64]:
        return _reshaped(sampling, stop_ids, logits, texts).argmax(axis=1)

    return choose


def drawn(sampling: Sampling, stop_ids: Sequence[int] = ()) -> Choose:
    """Ids drawn by the softmax of logits that filters have reshaped.

    Args:
        sampling: the filters.
        stop_ids: what ends a text, for the shortest length.
    """

    def choose(logits: Scores, texts: Sequence[Text]) -> NDArray[np.int64]:
        scores = _reshaped(sampling, stop_ids, logits, texts).astype(np.float64)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True)).cumsum(axis=1)
        # One number a text and place, so that two settings meet the same luck.
        luck = np.array([text.rng.random() for text in texts])
        return (chances[:, :-1] <= (luck * chances[:, -1])[:, None]).sum(axis=1)

    return choose


def _reshaped(
    sampling: Sampling, stop_ids: Sequence[int], logits: Scores, texts: Sequence[Text]
) -> Scores:
    histories = [text.history for text in texts] if sampling.reads_history else ((),) * len(texts)
    return sampling.apply(logits, histories, [len(text.ids) for text in texts], stop_ids)


def generate(
    model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    choose: Choose | Sampling = greedy,
    *,
    max_new_ids: int = 128,
    stop_ids: Sequence[int] = (),
    n_samples: int = 1,
    seed: int = 0,
    explore: Exploration | None = None,
) -> list[Text]:
    """Write texts.

    Args:
        model: any language model of the course.
        prompts: ids to begin with, at least one each; the end id of the tokenizer stands for the
            beginning of a document.
        choose: ``greedy``, filters to draw with, or a function of your own.
        max_new_ids: ids to write at most for each text, from 1 to ``MOST_IDS``. A model that cannot
            read as many ends the text before.
        stop_ids: ids that end a text; they are not part of it.
        n_samples: texts for each prompt; they read it together.
        seed: of the draws. A text depends on its prompt, the seed and its number among the samples,
            and on no other text.
        explore: noise on the model's state while it writes.

    Returns:
        The texts, those of the first prompt first.

    Raises:
        GenerationError: no prompt, one that is empty or longer than the model can read, numbers
            out of bounds, noise where there is no state for it, or logits to which no softmax
            belongs.
    """
    texts = started(prompts, n_samples, seed)
    for _ in stream(
        model, texts, choose, max_new_ids=max_new_ids, stop_ids=stop_ids, explore=explore
    ):
        pass
    return texts


def started(prompts: Sequence[Sequence[int]], n_samples: int = 1, seed: int = 0) -> list[Text]:
    """Texts with nothing written yet.

    Args:
        prompts: ids to begin with.
        n_samples: texts for each.
        seed: of the draws.

    Raises:
        GenerationError: no prompt, an empty one, or no sample.
    """
    if not prompts or n_samples < 1:
        raise GenerationError(
            f"expected one prompt and one sample at least, got {len(prompts)} and {n_samples}"
        )
    for n, prompt in enumerate(prompts):
        if len(prompt) == 0:
            raise GenerationError(
                f"prompt {n} is empty: the model has to read something. Begin with the end id, "
                "which stands before every document"
            )
    return [Text(tuple(map(int, prompt)), seed, n) for prompt in prompts for n in range(n_samples)]


def check_length(prompt: Sequence[int], most: float) -> None:
    """Refuse a prompt that a model cannot read.

    Args:
        prompt: ids to begin with.
        most: ids that the model can read.

    Raises:
        GenerationError: the prompt is longer.
    """
    if len(prompt) > most:
        raise GenerationError(
            f"a prompt of {len(prompt)} ids is longer than the {most} that this model can read; "
            "shorten it"
        )


def stream(
    model: LanguageModel,
    texts: Sequence[Text],
    choose: Choose | Sampling = greedy,
    *,
    max_new_ids: int = 128,
    stop_ids: Sequence[int] = (),
    explore: Exploration | None = None,
) -> Iterator[list[tuple[int, int]]]:
    """Go on with texts, and tell after each step what was written.

    Args:
        model: any language model of the course.
        texts: they grow in place.
        choose: as for ``generate``.
        max_new_ids: ids to write at most for each, from 1 to ``MOST_IDS``. A model that cannot read
            as many ends a text before.
        stop_ids: ids that end a text.
        explore: noise on the model's state, before each id is read after which a text grows.

    Yields:
        For every text that grew its number and the new id.

    Raises:
        GenerationError: max_new_ids out of bounds, a prompt longer than the model can read, noise
            where there is no state for it, or logits to which no softmax belongs.
    """
    if not 1 <= max_new_ids <= MOST_IDS:
        raise GenerationError(f"max_new_ids must be from 1 to {MOST_IDS}, got {max_new_ids}")
    explore = explore or Exploration(0.0)
    explore.check(model)
    pick = drawn(choose, stop_ids) if isinstance(choose, Sampling) else choose
    stops, most = set(stop_ids), longest(model)
    for text in texts:
        check_length(text.prompt, most)
    rows = list(range(len(texts)))
    state, place = model.start(len(rows)), 0
    while rows:
        ids = [texts[row].at(place) for row in rows]
        place += 1
        writing = [n for n, row in enumerate(rows) if place >= len(texts[row].prompt)]
        noise = [texts[row].noise if place >= len(texts[row].prompt) else None for row in rows]
        logits, state = model.step(ids, explore.disturb(model, state, noise))
        if not writing:
            continue
        if len(writing) < len(rows):
            logits = logits[writing]
        chosen = pick(logits, [texts[rows[n]] for n in writing])
        grown, left = [], set(range(len(rows)))
        for n, token in zip(writing, chosen.tolist(), strict=True):
            text = texts[rows[n]]
            if token in stops:
                text.ended = "stop"
            else:
                text.ids.append(token)
                grown.append((rows[n], token))
                full = len(text.ids) == max_new_ids or len(text.prompt) + len(text.ids) > most
                text.ended = "length" if full else ""
            if text.ended:
                left.discard(n)
        if grown:
            yield grown
        if len(left) < len(rows):
            kept = sorted(left)
            rows = [rows[n] for n in kept]
            state = model.select(state, kept) if rows else state
