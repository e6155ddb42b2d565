"""Checks of exercise 12, questions 1 to 4: three texts, loops, breaks, and persons lost."""

import re

import numpy as np

from course_lib.grading.answer import Answer
from course_lib.grading.question import Question

TEXT_ERRORS = "course_lib.evaluation.text_errors"
VERSE_ERRORS = "course_lib.evaluation.verse_errors"

q1 = Question(
    "12.q1",
    "Predict: three texts without a fault",
    "predict",
    hint="Each of the three texts is good with the same chance, whatever the others are: multiply.",
    book="05_errors#three-samples",
)


@q1.case("three texts")
def _three(answer: Answer) -> None:
    answer().near(0.7**3, within=0.006)


q2 = Question(
    "12.q2",
    "Find the loop",
    "function",
    hint="Try each start, and at each start the shortest span first: is it there three times?",
    book="05_errors#finding-a-loop",
    withheld=(f"{TEXT_ERRORS}.repetition_loops", f"{TEXT_ERRORS}.loops_in"),
)


def _first_loop(tokens: list[str]) -> tuple[int, int] | None:
    """The reference: runs of tokens that are what stood a period before."""
    found = []
    for period in range(1, len(tokens) // 3 + 1):
        same = [a == b for a, b in zip(tokens, tokens[period:], strict=False)]
        run = 0
        for at, equal in enumerate(same):
            run = run + 1 if equal else 0
            if run == 2 * period:
                found.append((at + 1 - run, period))
                break
    return min(found, default=None)


def _loop(answer: Answer, text: str) -> None:
    tokens = text.split()
    answer(tokens).equals(_first_loop(tokens))


@q2.case("one word")
def _one_word(answer: Answer) -> None:
    _loop(answer, "now row row row your boat")


@q2.case("two words", hint="A span can have any length, and it can start anywhere.")
def _two_words(answer: Answer) -> None:
    _loop(answer, "a b c b c b c a")


@q2.case("a line", hint="The whole span has to come again, not only one of its words.")
def _a_line(answer: Answer) -> None:
    _loop(answer, "the sea is wide " * 3 + "now")


@q2.case("twice", hint="Twice is no loop here: three times, back to back.")
def _twice(answer: Answer) -> None:
    _loop(answer, "no no it goes on it goes on")


@q2.case("apart", hint="A word that comes often is no loop: nothing may stand between.")
def _apart(answer: Answer) -> None:
    _loop(answer, "the sea the sky the land")


@q2.case("the shorter span", hint="Six equal words are a loop of one word, not of two.")
def _shorter(answer: Answer) -> None:
    _loop(answer, "on on on on on on and")


@q2.case("the first one", hint="The loop that starts first is asked for, however short its span.")
def _the_first(answer: Answer) -> None:
    _loop(answer, "q z z z a b a b a b q")


@q2.case("at the end", hint="A loop may end with the text: look at the last start that can be.")
def _the_last(answer: Answer) -> None:
    _loop(answer, "it goes and goes and goes and")


@q2.case("nothing to repeat")
def _short(answer: Answer) -> None:
    answer([]).equals(None)


@q2.case("many")
def _many_loops(answer: Answer) -> None:
    rng = np.random.default_rng(1202)
    for _ in range(30):
        _loop(answer, " ".join("ab"[i] for i in rng.integers(0, 2, 9)))


q3 = Question(
    "12.q3",
    "Where a text stops being possible",
    "function",
    hint="Take one token more each time, and ask whether any sentence begins with all of them.",
    book="05_errors#where-it-breaks",
    withheld=(f"{VERSE_ERRORS}.grammar_break",),
)

SENTENCES = [["the", "cat", "sleeps", "."], ["the", "cats", "sleep", "."], ["she", "sleeps"]]


def _breaks_at(text: list[str], sentences: list[list[str]]) -> int | None:
    """The reference: the longest beginning that the text shares with a sentence."""
    if text in sentences:
        return None
    return max(
        next(
            (at for at, (a, b) in enumerate(zip(text, sentence, strict=False)) if a != b),
            min(len(text), len(sentence)),
        )
        for sentence in sentences
    )


def _broken(answer: Answer, text: str) -> None:
    answer(text.split(), SENTENCES).equals(_breaks_at(text.split(), SENTENCES))


@q3.case("a whole sentence", hint="A text that is a sentence breaks nowhere: None.")
def _whole(answer: Answer) -> None:
    _broken(answer, "the cats sleep .")


@q3.case("an unknown word")
def _unknown(answer: Answer) -> None:
    _broken(answer, "the dog sleeps .")


@q3.case("an agreement", hint="All words are known, at their places even. Which sentence has both?")
def _agreement(answer: Answer) -> None:
    _broken(answer, "the cats sleeps .")


@q3.case("without its end", hint="A sentence begins so, but none is so short: the text ends early.")
def _unfinished(answer: Answer) -> None:
    _broken(answer, "the cats")


@q3.case("a word too many", hint="A sentence was over, and the text goes on: it breaks there.")
def _too_many(answer: Answer) -> None:
    _broken(answer, "she sleeps .")


@q3.case("nothing yet", hint="The empty text is the beginning of every sentence, and is none.")
def _nothing(answer: Answer) -> None:
    _broken(answer, "")


@q3.case("many")
def _many_breaks(answer: Answer) -> None:
    rng = np.random.default_rng(1203)
    sentences = [["ab"[i] for i in rng.integers(0, 2, 4)] for _ in range(4)]
    sentences.append(["a", "b", "b"])
    for length in (1, 2, 3, 4, 4, 4, 4, 4, 5, 5):
        text = ["ab"[i] for i in rng.integers(0, 2, length)]
        answer(text, sentences).equals(_breaks_at(text, sentences))


q4 = Question(
    "12.q4",
    "Whom was it about?",
    "function",
    hint="List all names of the text in their order. The first is whom it is about; which of the "
    "others are not that one?",
    book="05_errors#who-is-forgotten",
    withheld=(f"{VERSE_ERRORS}.lost_person", f"{VERSE_ERRORS}.introduced"),
)


@q4.case("one person")
def _one_person(answer: Answer) -> None:
    answer("Ann waits. Ann sleeps.", {"Ann", "Anna"}).equals([])


@q4.case("another one")
def _another(answer: Answer) -> None:
    answer("Nora waits and Hugo sleeps", {"Nora", "Hugo"}).equals(["Hugo"])


@q4.case(
    "there and back",
    hint="The person of the text stays the first one named; each other name counts each time.",
)
def _there_and_back(answer: Answer) -> None:
    text = "Nora waits and Hugo sings and Nora sings and Hugo sleeps"
    answer(text, {"Nora", "Hugo"}).equals(["Hugo", "Hugo"])


@q4.case("beside marks", hint="A comma beside a name is no part of it.")
def _beside_marks(answer: Answer) -> None:
    answer("Good night, Nora! Good night, Hugo.", {"Nora", "Hugo"}).equals(["Hugo"])


@q4.case("a name in a name", hint="The letters of Ann stand in Anna, but the word is Anna.")
def _name_in_name(answer: Answer) -> None:
    answer("Anna waits. Anna sleeps.", {"Ann", "Anna"}).equals([])


@q4.case("nobody")
def _nobody(answer: Answer) -> None:
    answer("It rains.", {"Nora"}).equals([])


@q4.case("many")
def _many_names(answer: Answer) -> None:
    rng = np.random.default_rng(1204)
    people = ["Nora", "Hugo", "Lola"]
    for _ in range(4):
        text = ", ".join(people[i] for i in rng.integers(0, 3, 8)) + "."
        named = re.findall(r"\w+", text)
        answer(text, set(people)).equals([name for name in named if name != named[0]])
