"""The merges applied: from the bytes of a pretoken to the ids of its tokens."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise


class PretokenIds(dict[str, tuple[int, ...]]):
    """The ids of pretokens: worked out when first asked for, then remembered.

    Args:
        token_ids: the id of each token, by its bytes; every byte has one.
        merges: pairs of tokens, first learned first.
    """

    MAX_ENTRIES = 1 << 17
    MAX_CHARACTERS = 64  # a longer pretoken is hardly met again

    def __init__(
        self, token_ids: Mapping[bytes, int], merges: Sequence[tuple[bytes, bytes]]
    ) -> None:
        super().__init__()
        self._byte_ids = [token_ids[bytes([byte])] for byte in range(256)]
        self._merges = {
            (token_ids[left], token_ids[right]): (rank, token_ids[left + right])
            for rank, (left, right) in enumerate(merges)
        }

    def __missing__(self, pretoken: str) -> tuple[int, ...]:
        ids = self.merged([self._byte_ids[byte] for byte in pretoken.encode()])
        if len(pretoken) <= self.MAX_CHARACTERS:
            if len(self) >= self.MAX_ENTRIES:
                self.clear()  # so that memory is bounded, whatever the text
            self[pretoken] = ids
        return ids

    def merged(self, ids: list[int]) -> tuple[int, ...]:
        """Apply the merges: always the one that was learned first, leftmost first.

        The heap holds the pairs that can merge; the lists before and after link the tokens that are
        left, so that n ids take about n log n steps.

        Args:
            ids: ids of neighbouring tokens, at first one a byte; the list is changed.
        """
        after, before = list(range(1, len(ids) + 1)), list(range(-1, len(ids) - 1))
        merges, end = self._merges, len(ids)
        heap = [(*merges[p], at) for at, p in enumerate(pairwise(ids)) if p in merges]
        heapify(heap)
        gone = -1
        while heap:
            _, product, left = heappop(heap)
            right = after[left]
            if right == end or merges.get((ids[left], ids[right]), (0, gone))[1] != product:
                continue  # a neighbour was merged since
            ids[left], ids[right] = product, gone
            after[left] = after[right]
            if after[left] != end:
                before[after[left]] = left
            for at in (before[left], left):
                if at >= 0 and after[at] != end:
                    found = merges.get((ids[at], ids[after[at]]))
                    if found:
                        heappush(heap, (*found, at))
        return tuple(token for token in ids if token != gone)
