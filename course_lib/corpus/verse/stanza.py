"""Quatrains: which line answers which rhyme.

Each rhyme has two shelves of words. The line that *leads* takes a word from one shelf, the line
that *answers* takes one from the other, so that a word never rhymes with itself and the poet only
has to remember which shelf to go to. A line either leads with a new rhyme or answers a pending one;
it must answer once there are as many rhymes pending as lines left. That rule alone gives the three
schemes AABB, ABAB and ABBA.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from course_lib.corpus.verse.grammar import Node, choice, sequence, zipf

Shelf = tuple[int, int]
Rhymes = Mapping[Shelf, Mapping[str, Node]]  # shelf -> kind of ending -> what can end a line so


@dataclass(frozen=True)
class Memory:
    """What the poet has to remember between two lines of a stanza.

    Args:
        pending: shelves from which a rhyme is still owed.
        used: rhymes that a new one must not repeat.
        carry: what the last line hands to the next, for instance the number of its subject.
    """

    pending: tuple[Shelf, ...] = ()
    used: frozenset[int] = frozenset()
    carry: Hashable = None


@dataclass(frozen=True)
class Lines:
    """Lines that end alike, and so leave the poet with the same things to remember.

    Args:
        weight: how often they are written, against the other lines of their place.
        head: the line up to its rhyme word.
        ending: kind of rhyme word.
        close: name of the marks after it.
        tail: the marks after it.
        carry: see ``Memory``.
    """

    weight: float
    head: Node | str | None
    ending: str
    close: str
    tail: Node | None
    carry: Hashable = None


Then = Callable[[Shelf], Node | None]
Ending = tuple[float, Shelf, tuple[Node | str | None, ...]]  # with what follows the line
LinesAt = Callable[[int, Hashable], list[Lines]]


class Quatrain:
    """The lines of one place in a poem.

    Args:
        place: a name for the place, to tell its sites from those of other stanzas.
        gender: of the person the poem is about; empty before there is one.
        rhymes: the words to rhyme with.
        lines_at: what can be written at a position (0 to 3), given what the line before carries.
        following: who writes the lines after the first; this quatrain itself if not given.
    """

    def __init__(
        self,
        place: Hashable,
        gender: str,
        rhymes: Rhymes,
        lines_at: LinesAt,
        following: "Quatrain | None" = None,
    ) -> None:
        self.place = place
        self.gender = gender
        self.rhymes = rhymes
        self.lines_at = lines_at
        self.following = following or self
        self._written: dict[Hashable, Node | None] = {}
        self._answers: dict[Hashable, Node | None] = {}

    def lines(self, position: int, end: int, memory: Memory) -> Node | None:
        """All lines from a position up to an end; None if the pending rhymes cannot be answered."""
        key = (position, end, memory)
        if key not in self._written:
            moves = list(self._moves(position, end, memory))
            self._written[key] = choice(
                [(weight, node) for weight, _, node in moves],
                # Who has forgotten the rhymes cannot tell an answer from a new rhyme: one label.
                labels=[carry for _, carry, _ in moves],
                sites={"rhyme": (self.place, self.gender, position, memory.carry)},
            )
        return self._written[key]

    def _moves(
        self, position: int, end: int, memory: Memory
    ) -> Iterator[tuple[float, Hashable, Node | None]]:
        """The ways to go on: answer a rhyme that is pending, or lead with a new one."""
        left = end - position
        for carry, weight in self._carries(position, memory.carry).items():
            if carry is not None and left == 1:
                continue  # there is no line left to hand it to
            for shelf in memory.pending:
                pending = tuple(other for other in memory.pending if other != shelf)
                used = frozenset({shelf[0]}) if left > 2 and not pending else frozenset[int]()
                line = self.answer(position, shelf, memory.carry, carry)
                if left > 1 and line is not None:
                    after = Memory(pending, used, carry)
                    line = sequence(line, "\n", self.following.lines(position + 1, end, after))
                yield weight, carry, line
            if len(memory.pending) + 2 <= left:
                yield 2 * weight, carry, self._new_rhyme(position, end, memory, carry)

    def _new_rhyme(self, position: int, end: int, memory: Memory, carry: Hashable) -> Node | None:
        def then(owed: Shelf) -> Node | None:
            after = Memory((*memory.pending, owed), carry=carry)
            return self.following.lines(position + 1, end, after)

        taken = memory.used | {rhyme for rhyme, _ in memory.pending}
        return self.lead(position, then, taken, memory.carry, carry)

    def lead(
        self,
        position: int,
        then: Then,
        taken: frozenset[int] = frozenset(),
        carried: Hashable = None,
        carry: Hashable = None,
    ) -> Node | None:
        """A line that starts a rhyme, and what follows it.

        Args:
            position: of the line, 0 to 3.
            then: the shelf that has to answer -> the lines after this one.
            taken: rhymes that must not be used.
            carried: what the line before hands to this one.
            carry: what this line hands to the next.
        """
        free = [shelf for shelf in self.rhymes if shelf[0] not in taken]
        options: list[Ending] = [
            (weight, shelf, ("\n", then((shelf[0], 1 - shelf[1]))))
            for weight, shelf in zip(zipf(len(free)), free, strict=True)
        ]
        return self._line(position, carried, carry, taken, options)

    def answer(
        self, position: int, shelf: Shelf, carried: Hashable = None, carry: Hashable = None
    ) -> Node | None:
        """A line that answers a rhyme from a shelf; the other arguments are those of ``lead``."""
        key = (position, shelf, carried, carry)
        if key not in self._answers:
            self._answers[key] = self._line(position, carried, carry, shelf, [(1.0, shelf, ())])
        return self._answers[key]

    def _carries(self, position: int, carried: Hashable) -> dict[Hashable, float]:
        weights: dict[Hashable, float] = {}
        for lines in self.lines_at(position, carried):
            weights[lines.carry] = weights.get(lines.carry, 0.0) + lines.weight
        return weights

    def _line(
        self,
        position: int,
        carried: Hashable,
        carry: Hashable,
        owing: Hashable,
        shelves: list[Ending],
    ) -> Node | None:
        """A line that ends on one of some shelves; ``owing`` is what is known of the rhymes."""
        options, labels = [], []
        here = (self.place, position, carried, carry)
        sites = {"rhyme": (*here, self.gender), "gender": (*here, owing)}
        for lines in self.lines_at(position, carried):
            if lines.carry == carry:
                label = (lines.ending, lines.close)
                ending = choice(
                    [
                        (weight, sequence(self.rhymes[shelf].get(lines.ending), lines.tail, *rest))
                        for weight, shelf, rest in shelves
                    ],
                    labels=[shelf for _, shelf, _ in shelves],
                    sites={memory: (*site, label) for memory, site in sites.items()},
                )
                options.append((lines.weight, sequence(lines.head, ending)))
                labels.append(label)
        return choice(options, labels, sites)
