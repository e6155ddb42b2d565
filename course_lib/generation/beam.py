"""Beam search: keep the few likeliest beginnings, and make each one longer.

It looks for the likeliest text, which is another thing than a typical one: with a wider beam it
mostly finds likelier texts, and they get shorter and duller (the curse of the beam).

Shapes: B beginnings that are kept, V ids in the vocabulary. Probabilities are in nats.

Source: A. Graves (2012), arXiv:1211.3711; the penalty for length: Y. Wu and others (2016),
arXiv:1609.08144, section 7, with its constant 5 left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import GenerationError
from course_lib.generation.decoding import MOST_IDS, check_length
from course_lib.generation.filters import Scores
from course_lib.generation.settings import checked_logits
from course_lib.models.language_model import LanguageModel, longest


@dataclass(frozen=True)
class Hypothesis:
    """A text that the search has found.

    Args:
        ids: what was written, without the id that ended it.
        log_prob: of these ids and the one that ended them, given the prompt, in nats.
        ended: ``"stop"`` if it was ended by a stop id, ``"length"`` if it was cut.
    """

    ids: tuple[int, ...]
    log_prob: float
    ended: str

    def score(self, length_penalty: float) -> float:
        """What the search makes large: log probability over length to a power.

        Args:
            length_penalty: the power. 0 compares probabilities, 1 nats per id.

        >>> Hypothesis((5, 6, 7), -8.0, "stop").score(0.5)
        -4.0
        """
        length = len(self.ids) + (self.ended == "stop")
        return self.log_prob / length**length_penalty


def beam_search(
    model: LanguageModel,
    prompt: Sequence[int],
    *,
    width: int = 4,
    max_new_ids: int = 128,
    stop_ids: Sequence[int] = (),
    length_penalty: float = 1.0,
) -> list[Hypothesis]:
    """The best texts that were found, best first.

    Args:
        model: any language model of the course.
        prompt: ids to begin with, at least one.
        width: beginnings that are kept (B); as many texts are found at most. 1 is greedy decoding
            as long as nothing ends; a text that ends is kept, though another id was likelier.
        max_new_ids: ids to write at most, from 1 to ``MOST_IDS``. A model that cannot read as many
            ends a text before.
        stop_ids: ids that end a text.
        length_penalty: see ``Hypothesis.score``.

    Raises:
        GenerationError: a number out of bounds, a prompt that is empty or longer than the model can
            read, or logits without a softmax.
    """
    if width < 1 or not 1 <= max_new_ids <= MOST_IDS or not length_penalty >= 0:
        raise GenerationError(
            f"expected width at least 1, max_new_ids from 1 to {MOST_IDS} and length_penalty at "
            f"least 0; got {width}, {max_new_ids} and {length_penalty}"
        )
    if len(prompt) == 0:
        raise GenerationError("the prompt is empty: begin with the end id, as documents do")
    most = longest(model)
    check_length(prompt, most)
    max_new_ids = int(min(max_new_ids, most - len(prompt) + 1))  # the last need not be read
    state = model.start(1)
    for token in prompt:
        logits, state = model.step([token], state)
    stops, found = set(stop_ids), list[Hypothesis]()
    kept: list[tuple[int, ...]] = [()]
    totals = np.zeros(1)
    for length in range(1, max_new_ids + 1):
        scores = totals[:, None] + log_softmax(logits)  # (B, V)
        rows, tokens = best_places(scores, width * (1 + len(stops)))
        going: list[tuple[int, int, float]] = []
        for row, token in zip(rows.tolist(), tokens.tolist(), strict=True):
            total = float(scores[row, token])
            if token in stops:
                found.append(Hypothesis(kept[row], total, "stop"))
            elif len(going) < width:
                going.append((row, token, total))
        found = best(found, width, length_penalty)
        if not going:
            return found
        kept = [(*kept[row], token) for row, token, _ in going]
        totals = np.array([total for _, _, total in going])
        if len(found) == width and hopeless(totals.max(), max_new_ids, found[-1], length_penalty):
            return found
        if length < max_new_ids:
            chosen = [row for row, _, _ in going]
            logits, state = model.step([ids[-1] for ids in kept], model.select(state, chosen))
    cut = [Hypothesis(ids, float(t), "length") for ids, t in zip(kept, totals, strict=True)]
    return best([*found, *cut], width, length_penalty)


def hopeless(total: float, longest: int, worst: Hypothesis, length_penalty: float) -> bool:
    """Whether no beginning can become better than a text that was found.

    Args:
        total: log probability of the likeliest beginning; it can only fall.
        longest: ids that a text may have.
        worst: of the texts that were found.
        length_penalty: see ``Hypothesis.score``.
    """
    return total / longest**length_penalty <= worst.score(length_penalty)


def best(found: Sequence[Hypothesis], n: int, length_penalty: float) -> list[Hypothesis]:
    """The best n texts, best first.

    Args:
        found: texts.
        n: how many to keep.
        length_penalty: see ``Hypothesis.score``.
    """
    return sorted(found, key=lambda text: -text.score(length_penalty))[:n]


def best_places(scores: NDArray[np.float64], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the n largest finite numbers, largest first; of equal ones the first.

    Args:
        scores: shape (B, V).
        n: at least 1.
    """
    flat = scores.ravel()
    n = min(n, flat.size)
    near = np.flatnonzero(flat >= np.partition(flat, flat.size - n)[flat.size - n])
    near = near[np.isfinite(flat[near])]
    order = near[np.argsort(-flat[near], kind="stable")][:n]
    rows, columns = np.unravel_index(order, scores.shape)
    return rows, columns


def log_softmax(logits: Scores) -> NDArray[np.float64]:
    """Log probabilities in double precision.

    Args:
        logits: shape (B, V).

    Raises:
        GenerationError: no softmax belongs to them.
    """
    scores = checked_logits(logits).astype(np.float64)
    scores = scores - scores.max(axis=1, keepdims=True)
    found: NDArray[np.float64] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return found
