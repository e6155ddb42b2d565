"""The line templates of the Spanish verses."""

from course_lib.corpus.verse.templates import Line

# Lines up to the rhyme word, with the kind of words that end them: L a place, G a wide one, E "de
# la" and a place, T a thing with its article, V a sight, H what can be smelled, W an adverb, D an
# infinitive, A an adjective that agrees with the noun of the line, P one that does with the person.
OPENINGS = (
    Line(6, "{The} {place} {wakes}", "G"),
    Line(3, "{The} {place} {wakes}", "W"),
    Line(3, "{The} {place} {wakes}", "A"),
    Line(3, "{Wakes} {the} {place}", "G"),
    Line(3, "{Hoy|Ya} {the} {place} huele a", "H"),
    Line(2, "{The} {place} huele a", "H"),
    Line(2, "¡Qué {bien|pronto} {wakes} {the} {place}", "G", "!"),
)
# What comes before the name, and what may come after it.
INTRODUCTIONS = (
    (
        Line(5, "Y", ""),
        (
            Line(4, "{walks}", "L"),
            Line(3, "{walks}", "P"),
            Line(2, "{walks}", "W"),
            Line(4, "{keeps}", "T"),
            Line(2, "{wants}", "D"),
            Line(2, "{mira|ve|espera}", "V"),
        ),
    ),
    (Line(5, "{Walks}", ""), (Line(4, "", "L"), Line(2, "", "P"), Line(2, "", "W"))),
)
STATEMENTS = (
    Line(4, "{The} {noun} {verb}", "L"),
    Line(3, "{Verb} {the} {noun}", "L"),
    Line(3, "{The} {noun} {verb}", "W"),
    Line(3, "{The} {noun} {adj} {verb}", "W"),
    Line(4, "{The} {noun} {verb}", "A"),
    Line(3, "{Verb} {nouns}", "A"),
    Line(3, "{Verb} {nouns}", "L"),
    Line(3, "{Dos|Tres|Mil} {nouns} {verb}", "L"),
    Line(3, "Hay {a} {one}", "L"),
    Line(3, "Hay {a} {one}", "A"),
    Line(2, "¡Ay, {one}", "E", "!"),
    Line(2, "¡Qué {adj} {the} {noun}", "L", "!"),
    Line(3, "¿Quién {perdió|dejó|halló|colgó} {a_thing}", "L", "?"),
    Line(2, "¿Quién {perdió|dejó|halló|ha_perdido|ha_olvidado|ha_encontrado}", "T", "?"),
    Line(2, "¿Quién {enseña|invita} {to_the} {wisher} a", "D", "?"),
    Line(3, "{She} {walks}", "L"),
    Line(3, "{She} {walks}", "P"),
    Line(3, "{She} {keeps}", "T"),
    Line(2, "{She} {mira|escucha} {the_seen} {noun}", "L"),
    Line(2, "{The} {wisher} {wants}", "D"),
)
SEQUELS = (
    Line(4, "Y {she} {walks}", "L"),
    Line(3, "Y {she} {walks}", "P"),
    Line(2, "Y {she} {walks}", "W"),
    Line(4, "Y {she} {keeps}", "T"),
    Line(3, "{Y|Pero} {she} {wants}", "D"),
    Line(3, "Y en su {mano|casa|bolsa|cuarto|mesa}", "T"),
    Line(3, "Y {verb} {the} {noun}", "L"),
    Line(3, "Y {the} {noun} {verb}", "A"),
    Line(3, "Y {the} {wisher} {wants}", "D"),
    Line(3, "Y {the} {noun} {verb}", "W"),
    Line(3, "Como {a} {one}", "L"),
    Line(3, "Como {a} {one}", "A"),
    Line(3, "Como {nouns}", "L"),
    Line(3, "Con {a_thing} y", "T"),
    Line(3, "Con {her_thing} y", "T"),
    Line(2, "{Y|Pero} nadie {busca|encuentra|quiere}", "V"),
    Line(2, "Mientras {she} {wants}", "D"),
    Line(3, "Entre {nouns}", "L"),
    Line(3, "{A_thing}, {other_thing} y", "T"),
    Line(3, "{Mood} y {look}", "L"),
    Line(2, "Tan {look} y {mood}", "W"),
    Line(2, "{Mood} y {look}", "W"),
    Line(2, "Mientras {she} {keeps}", "T"),
)
LAST_STANZAS = (
    Line(4, "Ya {verb} {the} {noun}", "L"),
    Line(3, "Ya {the} {noun} {verb}", "W"),
    Line(3, "Ya {the} {noun} {verb}", "A"),
    Line(3, "Ya {verb} {nouns}", "A"),
    Line(3, "Ahora {she} {walks}", "L"),
    Line(3, "Ya {she} {walks}", "P"),
    Line(3, "Ya {look} y {mood}", "L"),
    Line(3, "Ya {look} y {mood}", "W"),
    Line(3, "Ya hay en su {mano|casa|bolsa|cuarto|mesa}", "T"),
)
FAREWELLS = (
    Line(4, "Y {name} {walks}", "L"),
    Line(3, "Y {name} {walks}", "P"),
    Line(2, "Y {name} {walks}", "W"),
    Line(3, "Y {name} {keeps}", "T"),
    Line(3, "Y {name} {wants}", "D"),
    Line(2, "Solo {name} {ve|mira|espera}", "V"),
    Line(2, "Adiós, {name},", "L"),
    Line(2, "Adiós, {name},", "W"),
)
# Marks after the first line of a pair, after the second, and at the very end.
FIRST = ((6, ","), (2, ";"), (1, " —"))
SECOND = ((6, "."), (2, ";"), (1, "…"))
LAST = ((6, "."), (1, "…"))
