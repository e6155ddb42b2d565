"""What the ratings of a blind study say: means, agreement, steady raters, and systems compared.

Of a text that raters saw twice only the first item counts, so that no text weighs double; the
repeat serves to see how steady the rater is. All intervals are over texts: they say what other
prompts could have given with these raters, not what other raters would have said.

Shapes: R raters, N items, P prompts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np

from course_lib.corpus.table import Table
from course_lib.errors import EvaluationError
from course_lib.evaluation.agreement import (
    Measure,
    RatingTable,
    agreement_interval,
    complete_counts,
)
from course_lib.evaluation.bootstrap import Floats, Interval, item_weights, percentile_interval
from course_lib.evaluation.paired_tests import holm, sign_test
from course_lib.evaluation.rating_labels import CRITERIA, SCALE
from course_lib.evaluation.ratings import Ratings


@dataclass(frozen=True)
class Agreement:
    """How far the raters agree on one criterion.

    Args:
        kappa: Fleiss' kappa, which takes a 4 and a 5 for as different as a 1 and a 5; over the
            items that all have rated, None if these are fewer than two.
        alpha: Krippendorff's alpha on an ordinal scale.
    """

    kappa: Interval | None
    alpha: Interval


@dataclass(frozen=True)
class SelfConsistency:
    """How a rater's two ratings of the same text differ, over hidden repeats and criteria.

    Args:
        n_pairs: pairs of ratings; with none the rest is None.
        same: share of pairs that are equal.
        within_one: share of pairs that differ by one at most.
        mean_difference: mean of the difference, whatever its sign.
    """

    n_pairs: int
    same: float | None
    within_one: float | None
    mean_difference: float | None


@dataclass(frozen=True)
class Comparison:
    """Two systems on the same prompts, by one criterion.

    Args:
        first: a system.
        second: another.
        criterion: a name in ``CRITERIA``.
        difference: mean of the first minus the second, with its paired bootstrap interval.
        wins: prompts on which the first has the higher mean rating.
        ties: prompts on which they are equal.
        losses: prompts on which the second has the higher.
        p_sign: chance of wins and losses as uneven as these or more if both were as likely; the
            exact sign test, two-sided, ties left out.
        p_holm: the same, corrected for all the comparisons of the summary (Holm's method). Read
            this one: of twenty comparisons without a difference, one has a ``p_sign`` below 0.05.
    """

    first: str
    second: str
    criterion: str
    difference: Interval
    wins: int
    ties: int
    losses: int
    p_sign: float
    p_holm: float


@dataclass(frozen=True)
class RatingSummary:
    """The results of a blind study.

    Args:
        n_raters: number of raters.
        n_prompts: number of prompts.
        n_missing: ratings that are missing, repeats included.
        means: system -> criterion -> mean rating.
        agreement: by criterion.
        consistency: by rater.
        comparisons: of each pair of systems by each criterion.
    """

    n_raters: int
    n_prompts: int
    n_missing: int
    means: Mapping[str, Mapping[str, Interval]]
    agreement: Mapping[str, Agreement]
    consistency: Mapping[str, SelfConsistency]
    comparisons: tuple[Comparison, ...]

    def as_dict(self) -> dict[str, object]:
        """All of it as JSON can hold it."""
        return asdict(self)

    def tables(self) -> dict[str, Table]:
        """Four tables: means, agreement, consistency and comparisons."""
        means = [(s, *(str(by[c]) for c in CRITERIA)) for s, by in self.means.items()]
        agreement = [
            (c, "—" if a.kappa is None else str(a.kappa), str(a.alpha))
            for c, a in self.agreement.items()
        ]
        consistency = [
            (
                rater,
                s.n_pairs,
                *("—" if f is None else f for f in (s.same, s.within_one, s.mean_difference)),
            )
            for rater, s in self.consistency.items()
        ]
        comparisons = [
            (c.first, c.second, c.criterion, str(c.difference), c.wins, c.ties, c.losses, c.p_holm)
            for c in self.comparisons
        ]
        compared = ("system", "other", "criterion", "difference", "wins", "ties", "losses", "p")
        return {
            "means": Table(("system", *CRITERIA), means),
            "agreement": Table(("criterion", "kappa", "alpha"), agreement),
            "consistency": Table(
                ("rater", "pairs", "same", "within one", "mean difference"), consistency
            ),
            "comparisons": Table(compared, comparisons),
        }

    def __str__(self) -> str:
        return "\n\n".join(str(table) for table in self.tables().values())


def summarise_ratings(
    ratings: Ratings, *, confidence: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> RatingSummary:
    """Means, agreement, self-consistency and comparisons of a blind study.

    Args:
        ratings: from ``read_ratings``.
        confidence: of all intervals, above 0 and below 1; see ``agreement_interval``.
        n_resamples: for each interval.
        seed: of the resamples. Systems are resampled on the same prompts.

    Raises:
        EvaluationError: so many ratings are missing that a system has fewer than two rated texts
            for a criterion, two systems share fewer than two, or no text has two ratings.
    """

    resampling = _Resampling(confidence, n_resamples, seed)
    by_system = _means_by_prompt(ratings)
    means = {
        system: {
            criterion: resampling.mean(figures[:, number], f"{criterion} of {system!r}")
            for number, criterion in enumerate(CRITERIA)
        }
        for system, figures in by_system.items()
    }
    return RatingSummary(
        n_raters=len(ratings.key.raters),
        n_prompts=len(ratings.key.prompts),
        n_missing=ratings.n_missing,
        means=means,
        agreement=_agreement(ratings, resampling),
        consistency=_consistency(ratings),
        comparisons=_comparisons(by_system, resampling),
    )


@dataclass(frozen=True)
class _Resampling:
    """How all intervals of a summary are made."""

    confidence: float
    n_resamples: int
    seed: int

    def mean(self, figures: Floats, about: str) -> Interval:
        """Of the mean over prompts; those without a rating are left out."""
        known = figures[~np.isnan(figures)]
        try:
            weights = item_weights(len(known), self.n_resamples, self.seed)
        except EvaluationError as error:
            raise EvaluationError(f"{about}: {error}") from error
        return percentile_interval(lambda w: w @ known / w.sum(), weights, self.confidence)

    def agreement(self, data: RatingTable, measure: Measure) -> Interval:
        """Of kappa or alpha."""
        return agreement_interval(
            data,
            measure,
            confidence=self.confidence,
            n_resamples=self.n_resamples,
            seed=self.seed,
        )


def _agreement(ratings: Ratings, resampling: _Resampling) -> dict[str, Agreement]:
    first = [n for n, name in enumerate(ratings.items) if not ratings.key.items[name].repeats]
    found = {}
    for number, criterion in enumerate(CRITERIA):
        table = ratings.values[:, first, number]
        counts = complete_counts(table, SCALE)
        kappa = resampling.agreement(counts, "fleiss") if len(counts) > 1 else None
        found[criterion] = Agreement(kappa, resampling.agreement(table, "ordinal"))
    return found


def _comparisons(
    by_system: Mapping[str, Floats], resampling: _Resampling
) -> tuple[Comparison, ...]:
    found = []
    for one, other in combinations(by_system, 2):
        for number, criterion in enumerate(CRITERIA):
            apart = by_system[one][:, number] - by_system[other][:, number]
            difference = resampling.mean(apart, f"{criterion} of {one!r} and {other!r}")
            found.append((one, other, criterion, difference, *_signs(apart)))
    p_signs = [sign_test(wins, losses) for *_, wins, _, losses in found]
    return tuple(
        Comparison(*entry, p, corrected)
        for entry, p, corrected in zip(found, p_signs, holm(p_signs), strict=True)
    )


def _means_by_prompt(ratings: Ratings) -> dict[str, Floats]:
    """System -> mean over the raters, shape (P, criteria); NaN where nobody rated."""
    rated = (~np.isnan(ratings.values)).sum(axis=0)
    sums = np.nansum(ratings.values, axis=0)
    means = np.where(rated > 0, sums / np.maximum(rated, 1), np.nan)
    shape = (len(ratings.key.prompts), len(CRITERIA))
    found = {system: np.full(shape, np.nan) for system in ratings.key.systems}
    for number, name in enumerate(ratings.items):
        item = ratings.key.items[name]
        if not item.repeats:
            found[item.system][item.prompt] = means[number]
    return found


def _signs(apart: Floats) -> tuple[int, int, int]:
    """How many differences are above, at and below 0; sums of the same ratings are equal here."""
    apart = np.round(apart[~np.isnan(apart)], 9)
    return int((apart > 0).sum()), int((apart == 0).sum()), int((apart < 0).sum())


def _consistency(ratings: Ratings) -> dict[str, SelfConsistency]:
    at = {name: number for number, name in enumerate(ratings.items)}
    pairs = [
        (at[item.repeats], at[name]) for name, item in ratings.key.items.items() if item.repeats
    ]
    found = {}
    for rater, values in zip(ratings.key.raters, ratings.values, strict=True):
        apart = np.abs([values[one] - values[other] for one, other in pairs])
        apart = apart[~np.isnan(apart)]
        found[rater] = (
            SelfConsistency(
                len(apart),
                float((apart == 0).mean()),
                float((apart <= 1).mean()),
                float(apart.mean()),
            )
            if len(apart)
            else SelfConsistency(0, None, None, None)
        )
    return found
