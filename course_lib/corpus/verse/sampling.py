"""Drawing documents: one number from the generator for each choice, in reading order."""

from bisect import bisect_right
from collections.abc import Iterator
from math import log

import numpy as np

from course_lib.corpus.verse.grammar import Choice, Node, Sequence

BLOCK = 4096


def uniforms(seed: int) -> Iterator[float]:
    """Numbers in [0, 1) that are the same on every platform for one seed.

    They are the top 53 bits of the raw stream of PCG64, which NumPy promises not to change.
    """
    bits = np.random.PCG64(seed)
    while True:
        yield from ((bits.random_raw(BLOCK) >> np.uint64(11)) * 2.0**-53).tolist()


def derive(root: Node, numbers: Iterator[float]) -> tuple[str, float]:
    """Draw one document.

    Args:
        root: the grammar.
        numbers: uniform in [0, 1), taken one a choice.

    Returns:
        The text, and the log-probability in nats of the derivation that made it.
    """
    said: list[str] = []
    log_p = 0.0
    to_say = [root]
    while to_say:
        node = to_say.pop()
        if isinstance(node, Sequence):
            to_say.extend(reversed(node.parts))
        elif isinstance(node, Choice):
            drawn = bisect_right(node.cumulative, next(numbers), hi=len(node.options) - 1)
            log_p += log(node.probabilities[drawn])
            to_say.append(node.options[drawn])
        else:
            said.append(node.text)
    return "".join(said), log_p
