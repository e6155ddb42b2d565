"""The lines of the English verses, in iambic tetrameter, up to the rhyme word.

Each line has a weight, a text with slots, and the kind of ending that its last word makes. The
kinds are the letters of ``english_words.RHYMES``; ``1`` and ``2`` are places after a preposition of
one or two syllables, ``of`` is a wide place by itself.
"""

from course_lib.corpus.verse.templates import Line

OPENINGS = (
    Line(6, "The {place} {wakes|sleeps|shines|waits|rests|dreams|glows|hums}", "2 wide"),
    Line(4, "The {calm} {place} {wakes|sleeps|shines|waits|rests|dreams|glows|hums}", "w"),
    Line(4, "The {place} {wakes|sleeps|shines|waits|rests|dreams|glows|hums}", "a"),
    Line(3, "{Today|Tonight} the {place} smells of", "s"),
    Line(3, "The {place} {sleeps|wakes|waits|rests|glows}, the {sky|day|world} is", "k"),
    Line(2, "How {still} the {place}", "1 wide", "!"),
)
# What comes before the name, and what may come after it.
INTRODUCTIONS = (
    (
        Line(6, "{And|Where|While}", ""),
        (
            Line(6, "{walks}", "2"),
            Line(4, "{walks}", "a"),
            Line(5, "{keeps} {a_worn}", "t"),
            Line(3, "{keeps} the {worn}", "t"),
            Line(3, "{comes|loves|stops|stays|hopes|runs} to watch the", "v"),
            Line(3, "{walks} and {hums|sings|waits|dreams}", "w"),
        ),
    ),
    (
        Line(1, "{And|Where|While} {little|gentle|patient|clever|merry}", ""),
        (Line(1, "{longs|learns|wants|tries|hopes} to", "p"),),
    ),
)
STATEMENTS = (
    Line(3, "The {noun} {verb}", "2"),
    Line(3, "The {noun} {verb}", "a"),
    Line(3, "{Some|Two|Three} {nouns} {do}", "2"),
    Line(2, "{A_one} {does}", "2"),
    Line(6, "The {adjective} {noun} {verb}", "w"),
    Line(4, "{That|One|No|This} {adjective} {one} {does}", "w"),
    Line(2, "The {noun} {calls} to {her}", "w"),
    Line(2, "The {wind|air|breeze|light} is {mild}, the {sky|day|world} is", "k"),
    Line(2, "How {still} the {noun}", "1", "!"),
    Line(3, "Who {left|lost|hid|found|hung} {an_object}", "1", "?"),
    Line(2, "Who taught the {noun} how to", "d", "?"),
    Line(3, "{She} {keeps} {an_object}", "1"),
    Line(5, "{She} {walks}", "2 worn"),
    Line(2, "{She} {counts|hears|greets|paints|draws|loves|knows} the {nouns}", "1"),
    Line(4, "O {adjective} {noun} of the", "of", "!"),
    Line(5, "O {adjective} {one}, {worn}", "t"),
    Line(2, "At {dawn|dusk|night|noon} the {noun} {starts} to", "d"),
)
SEQUELS = (
    Line(3, "{And|For|But} {she} {will|may|must|can} {walk}", "2"),
    Line(3, "{And|While} in {her_own} {hand|house|room|bag|lap} {a_worn}", "t"),
    Line(4, "{And|For|But} {she} {will|may|must|can} {keep} the {worn}", "t"),
    Line(2, "{And|While|As} all the {nouns} {do}", "w"),
    Line(2, "{And|While|As} every {one} {does}", "w"),
    Line(3, "{While|And|As} {nouns} {do}", "2"),
    Line(4, "{While|And|As} {nouns} {do}", "a"),
    Line(2, "{Until|Before} the {thing} {begins} to", "d"),
    Line(2, "As {still} as {nouns}", "1"),
    Line(3, "Like {adjective} {nouns}", "1"),
    Line(4, "With {nouns} {by|near} {her_own} {worn}", "t"),
    Line(4, "With {nouns}, {objects} and the", "t"),
    Line(5, "And {worn} {objects}", "1"),
    Line(6, "{Where|While|As|And} {adjective} {nouns} {do}", "w"),
    Line(5, "{Her_own} {worn} {object} and {her_own}", "t"),
    Line(2, "{And|But} no one {finds|knows|keeps|wants|minds} the {worn}", "t"),
)
LAST_STANZAS = (
    Line(4, "Now {nouns} {do}", "2"),
    Line(4, "Now {nouns} {do}", "a"),
    Line(3, "Now {she} {will|may|must|can} {walk}", "2"),
    Line(5, "Now {adjective} {nouns} {do}", "w"),
    Line(2, "Now every {one} {does}", "w"),
    Line(3, "Now in {her_own} {hand|house|room|bag|lap} {a_worn}", "t"),
)
FAREWELLS = (
    Line(4, "{And|But|For} {name} {walks}", "2"),
    Line(3, "{And|But|For} {name} {walks}", "a"),
    Line(4, "{And|But|For} {name} {keeps} {a_worn}", "t"),
    Line(3, "{And|But|For} {name} {comes|stays|stops|wakes} to watch the", "v"),
    Line(2, "Good night, dear {name},", "1"),
    Line(2, "{And|But|For} {name} {walks} and {hums|sings|waits|dreams}", "w"),
    Line(2, "{And|For} none but {name} {finds|knows|keeps|wants|minds} the", "t"),
)
