"""A share with its interval: how many of n texts have something, and what it could be of all texts.

The texts have to be drawn independently of one another. Tokens of one text are not: what goes wrong
in a text goes wrong at several of its tokens together, so their number says too much. Count texts.
"""

import math
from statistics import NormalDist

from course_lib.errors import EvaluationError
from course_lib.evaluation.bootstrap import Interval


def wilson_interval(n_with: int, n_all: int, confidence: float = 0.95) -> Interval:
    """Wilson's interval of a share: all shares from which the one seen is not surprisingly far.

    It never leaves 0 to 1, and it has a width even if none or all of the texts have it: no error in
    three texts does not mean that there is none.

    Args:
        n_with: texts that have it.
        n_all: texts that were looked at, at least 1.
        confidence: above 0 and below 1.

    Raises:
        EvaluationError: no text, more texts with it than there are, or a confidence out of bounds.

    Source: E. B. Wilson (1927), Probable Inference, the Law of Succession, and Statistical
    Inference, Journal of the American Statistical Association 22(158), 209-212.

    >>> str(wilson_interval(2, 10)), str(wilson_interval(0, 3))
    ('0.20 [0.06, 0.51]', '0.00 [0.00, 0.56]')
    """
    if n_all < 1 or not 0 <= n_with <= n_all:
        raise EvaluationError(
            f"a share of {n_with} in {n_all} texts cannot be; expected at least one text, and from "
            "0 to all of them with it"
        )
    if not 0 < confidence < 1:
        raise EvaluationError(f"confidence must be above 0 and below 1, got {confidence}")
    share, z = n_with / n_all, NormalDist().inv_cdf((1 + confidence) / 2)
    centre = share + z**2 / (2 * n_all)
    half = z * math.sqrt(share * (1 - share) / n_all + z**2 / (4 * n_all**2))
    scale = 1 + z**2 / n_all
    # Rounding may put an end a hair beyond the share at 0 and at 1.
    low = 0.0 if n_with == 0 else (centre - half) / scale
    high = 1.0 if n_with == n_all else (centre + half) / scale
    return Interval(share, low, high, n_all)
