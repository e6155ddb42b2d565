"""Noise on what a model remembers while it writes, instead of luck in the choice of the next id.

Before an id is read, independent Gaussian numbers are added to the state of its row; the model goes
on from there, and the noise stays in all that it remembers. Each row has noise of its own, which
does not touch the luck of its draws. What a standard deviation means depends on the model: see its
``disturb``. A model that remembers ids and no real numbers cannot be disturbed.

The strategy is that of one of the documents that this course grew out of, which gives a standard
deviation of 0.1 and a share of 0.3, and does not say of what.

Shapes: B rows, N numbers of a row that noise is added to.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.errors import GenerationError
from course_lib.models.language_model import Disturbable, LanguageModel, State

Generators = Sequence[np.random.Generator | None]


@dataclass(frozen=True)
class Exploration:
    """How much noise there is, and how often.

    Args:
        sigma: standard deviation, in the units of the model's state; 0 changes nothing.
        share: probability, at each id that is written and for each text by itself, that there is
            noise at all.

    Raises:
        GenerationError: a value out of bounds; names it.

    >>> Exploration(-0.1)
    Traceback (most recent call last):
    course_lib.errors.GenerationError: explore must be 0 (no noise) or above, got -0.1
    """

    sigma: float
    share: float = 1.0

    def __post_init__(self) -> None:
        if not (self.sigma >= 0 and math.isfinite(self.sigma)):
            raise GenerationError(f"explore must be 0 (no noise) or above, got {self.sigma}")
        if not 0 < self.share <= 1:
            raise GenerationError(f"explore_share must be above 0 and at most 1, got {self.share}")

    def check(self, model: LanguageModel) -> None:
        """Make sure that there is something in the model's state to add noise to.

        Args:
            model: any language model of the course.

        Raises:
            GenerationError: the model remembers no real numbers, and sigma is not 0.
        """
        if self.sigma and not isinstance(model, Disturbable):
            raise GenerationError(
                f"explore adds noise to a state of real numbers, and {type(model).__name__} keeps "
                "none that can be disturbed: expected a model with noise_size and disturb, as the "
                "LSTM and the Transformer are; leave explore at 0 and raise the temperature"
            )

    def disturb(self, model: LanguageModel, state: State, generators: Generators) -> State:
        """The state with noise on it.

        A generator gives its row's numbers in the same order in any batch.

        Args:
            model: it has passed ``check``.
            state: of B rows; it stays as it was.
            generators: of each row's noise; None for a row that gets none.

        Returns:
            A new state, or the same one if no row gets any noise.
        """
        if not self.sigma or not isinstance(model, Disturbable):
            return state
        noise = np.zeros((len(generators), model.noise_size), np.float32)  # (B, N)
        for row, rng in zip(noise, generators, strict=True):
            if rng is not None and (self.share == 1 or rng.random() < self.share):
                row[:] = self.sigma * rng.standard_normal(model.noise_size)
        return model.disturb(state, noise) if noise.any() else state
