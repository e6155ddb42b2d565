"""Errors in the course's verse, which has a written grammar: where it is left, who is forgotten.

Nothing here is guessed: what could have stood at a place, and whom a line can be said of, is
computed from the grammar that the poems are drawn from.
"""

import re
from math import inf

from course_lib.corpus import verse
from course_lib.corpus.verse.forward import possible_up_to, read
from course_lib.corpus.verse.grammar import WORD_OR_MARK
from course_lib.corpus.verse.poem import BREAK
from course_lib.evaluation.text_errors import Finding
from course_lib.evaluation.verse_lines import WORD, line_reader

MOST_EXPECTED = 5
"""Tokens to name at most of those that could have stood at a place."""
_LINE = re.compile(r"[^\n]+")


def grammar_break(text: str, language: str = "en") -> Finding | None:
    """The first place at which no poem goes on as the text does.

    What comes after it is not judged: the grammar does not say how to go on from what it does not
    know.

    Args:
        text: from its first character on, its prompt included.
        language: ``"en"`` or ``"es"``.

    Returns:
        None for a whole poem. Kind ``"unfinished"``, at the end of the text, if a poem can begin so
        but not end so. Else kind ``"grammar"``: its ``start`` is the first character that no poem
        has there; ``found`` is the word around it, and ``expected`` holds the likeliest tokens of
        the grammar in place of that word, ``verse.END`` among them. Its size is the number of
        characters from there to the end.

    Raises:
        CorpusError: the language has no verse.

    >>> poem = verse.sample(1, seed=7)[0]
    >>> grammar_break(poem) is None
    True
    >>> wrong = grammar_break(poem.replace("sleeps", "sleep"))
    >>> wrong.start, wrong.found, " sleeps" in wrong.expected
    (16, ' sleep', True)
    """
    root = verse.grammar(language)
    offset = possible_up_to(root, text)
    if offset is None:
        if verse.log_prob(text, language) > -inf:
            return None
        pending = verse.next_character_distribution(text, language)
        return Finding("unfinished", len(text), len(text), "", tuple(pending)[:MOST_EXPECTED])
    start, end = _word_around(text, offset, set(read(root, text[:offset])))
    expected = tuple(verse.next_token_distribution(text[:start], language))[:MOST_EXPECTED]
    after, size = max(end, offset + 1), float(len(text) - offset)
    return Finding("grammar", offset, after, text[start:end], expected, size)


def _word_around(text: str, offset: int, readable: set[int]) -> tuple[int, int]:
    """The word of the text at a character, from the last cut at which the grammar can read on."""
    spans = [token.span() for token in WORD_OR_MARK.finditer(text)]
    cuts = {0, len(text)} | {cut for span in spans for cut in span}
    start = max(cut for cut in cuts if cut <= offset and cut in readable)
    ends = (cut for cut in sorted(cuts) if cut > start and cut >= offset)
    return start, next((cut for cut in ends if text[start:cut].strip()), len(text))


def introduced(text: str, language: str = "en") -> str | None:
    """The person whom the first stanza names first; None if it names nobody of the grammar.

    Args:
        text: a poem, or what a model wrote for one.
        language: ``"en"`` or ``"es"``.

    >>> introduced(verse.sample(1, seed=7)[0])
    'Rosa'
    """
    names = line_reader(language).names(text.strip().split(BREAK)[0])
    return names[0] if names else None


def lost_person(text: str, language: str = "en") -> list[Finding]:
    """Where a poem forgets whom it is about.

    Kind ``"other_name"``: another person of the grammar is named or addressed. Kind
    ``"other_gender"``: a line of the grammar that can only be said of a man after a woman was
    introduced, or the reverse; a line that the grammar does not know tells nothing. Both can only
    be judged if somebody is introduced, see ``introduced``.

    Args:
        text: a poem, or what a model wrote for one.
        language: ``"en"`` or ``"es"``.

    >>> poem = verse.sample(1, seed=7)[0]
    >>> lost_person(poem), lost_person(poem.replace("Rosa", "Hugo", 1))[-1].found
    ([], 'Rosa')
    """
    person = introduced(text, language)
    if person is None:
        return []
    reader = line_reader(language)
    found = [
        Finding("other_name", *word.span(), word[0], (person,))
        for word in WORD.finditer(text)
        if word[0] in reader.people and word[0] != person
    ]
    gender = reader.people[person].gender
    lines = list(_LINE.finditer(text))
    genders = {said: reader.genders(said) for said in {line[0] for line in lines}}  # loops repeat
    for line in lines:
        said_of = genders[line[0]]
        if said_of and gender not in said_of and not reader.names(line[0]):
            found.append(Finding("other_gender", *line.span(), line[0], (person,)))
    return sorted(found, key=lambda error: error.start)
