"""Whether one system is better than another on the same texts, or luck could look so."""

import math


def sign_test(wins: int, losses: int) -> float:
    """Exact two-sided sign test: how surprising wins and losses are if both were as likely.

    Args:
        wins: at least 0.
        losses: at least 0.

    Returns:
        The p-value; 1 if there is neither.

    >>> sign_test(5, 0), sign_test(3, 3), sign_test(0, 0)
    (0.0625, 1.0, 1.0)
    """
    n = wins + losses
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**n)


def holm(p_values: list[float]) -> list[float]:
    """p-values corrected for their number, so that one false alarm among them stays unlikely.

    Args:
        p_values: of all the tests that were made.

    Source: S. Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = highest
    return corrected
