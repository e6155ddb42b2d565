"""An answer that reaches what it has to write is told so, by whatever way it goes there."""

import subprocess
import sys
import textwrap

import pytest

import course_lib.corpus.words as words_module
from course_lib.grading import Question, QuestionFailed, check, judge
from course_lib.grading.checking import OWN_WORK
from course_lib.grading.question import QUESTIONS
from course_lib.grading.reached import reached
from course_lib.grading.withheld import WithheldError, blocked, resolve
from course_lib.grading.workbench import run_text

NAME = "course_lib.corpus.words.words"
TEXT = "la rosa y la rosa"

# Found before anything runs: the names in the answer lead to the symbol.
READ = {
    "an import inside": """
        def mine(text):
            from course_lib.corpus.words import words
            return words(text)""",
    "an import under another name": """
        from course_lib.corpus.words import words as cut
        def mine(text):
            return cut(text)""",
    "an alias of the module": """
        import course_lib.corpus.words as w
        def mine(text):
            return w.words(text)""",
    "an alias inside": """
        from course_lib.corpus import words as w
        def mine(text):
            f = __import__("course_lib.corpus.words", fromlist=["words"]).words
            return f(text)""",
    "the full name": """
        import course_lib.corpus.words
        def mine(text):
            return course_lib.corpus.words.words(text)""",
    "getattr": """
        import course_lib.corpus.words as w
        def mine(text):
            return getattr(w, "words")(text)""",
    "a variable": """
        import course_lib.corpus.words as w
        cut = w.words
        def mine(text):
            return cut(text)""",
    "a helper": """
        import course_lib.corpus.words as w
        def helper(text):
            return [x for x in w.words(text)]
        def mine(text):
            return helper(text)""",
    "a lambda": """
        import course_lib.corpus.words as w
        mine = lambda text: w.words(text)""",
    "the thing itself": """
        from course_lib.corpus.words import words
        mine = words""",
    "a partial": """
        from functools import partial
        from course_lib.corpus.words import words
        mine = partial(words)""",
    "a default": """
        import course_lib.corpus.words as w
        def mine(text, cut=w.words):
            return cut(text)""",
    "a closure": """
        import course_lib.corpus.words as w
        def make(cut):
            def inner(text):
                return cut(text)
            return inner
        mine = make(w.words)""",
    "a table": """
        import course_lib.corpus.words as w
        TABLE = {"cut": [w.words]}
        def mine(text):
            return TABLE["cut"][0](text)""",
    "the module's own table": """
        import course_lib.corpus.words as w
        def mine(text):
            return vars(w)["words"](text)""",
    "importlib": """
        from importlib import import_module
        def mine(text):
            return import_module("course_lib.corpus.words").words(text)""",
    "eval": """
        import course_lib.corpus.words as w
        def mine(text):
            return eval("w.words")(text)""",
    "a method": """
        import course_lib.corpus.words as w
        class Cutter:
            def cut(self, text):
                return w.words(text)
        mine = Cutter().cut""",
    "a never taken branch": """
        import course_lib.corpus.words as w
        def mine(text):
            if len(text) > 10**9:
                return w.words(text)
            return text.split()""",
}

# Not to be seen in the names, and stopped while it runs.
RUN = {
    "pieces of the name": """
        import course_lib.corpus.words as w
        def mine(text):
            return getattr(w, "wo" + "rds")(text)""",
    "the module list": """
        import sys
        import course_lib.corpus.words
        def mine(text):
            return sys.modules[".".join(["course_lib", "corpus", "words"])].words(text)""",
    "eval of pieces": """
        import course_lib.corpus.words as w
        def mine(text):
            return eval("w." + "wor" + "ds")(text)""",
    "caught": """
        import course_lib.corpus.words as w
        def mine(text):
            try:
                return getattr(w, "wor" + "ds")(text)
            except Exception:
                return text.split()""",
    "caught, all of it": """
        import course_lib.corpus.words as w
        def mine(text):
            try:
                return getattr(w, "wor" + "ds")(text)
            except:
                return text.split()""",
    "later": """
        import course_lib.corpus.words as w
        def mine(text):
            yield from getattr(w, "wor" + "ds")(text)""",
    "an object": """
        import course_lib.corpus.words as w
        class Cutter:
            def __init__(self):
                self.cut = w.words
            def __call__(self, text):
                return self.cut(text)
        mine = Cutter()""",
    "an attribute kept elsewhere": """
        import types
        import course_lib.corpus.words as w
        box = types.SimpleNamespace(cut=w.words)
        def mine(text):
            return box.cut(text)""",
    "another thread": """
        from concurrent.futures import ThreadPoolExecutor
        import course_lib.corpus.words as w
        def mine(text):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(getattr(w, "wor" + "ds"), text).result()""",
}

# Innocent, though it looks like it.
INNOCENT = {
    "a function of the same name": """
        def words(text):
            return text.split()
        def mine(text):
            return words(text)""",
    "a variable of the same name": """
        from course_lib.corpus.words import words
        def mine(text):
            words = text.split()
            return words""",
    "a parameter of the same name": """
        from course_lib.corpus.words import words
        def mine(text, words=None):
            words = text.split()
            return [word for word in words]""",
    "another function of the module": """
        from course_lib.corpus.words import tokens
        def mine(text):
            return tokens(text)""",
    "the name in its documentation": '''
        def mine(text):
            """Like course_lib.corpus.words.words, getattr(words, "words")."""
            return text.split()''',
    "a given variable made with it": """
        from course_lib.corpus.words import words
        GIVEN = words("la rosa y la rosa")
        def mine(text):
            return list(GIVEN)""",
    "itself, again": """
        def mine(text, first=True):
            return mine(text, False) if first else text.split()""",
}


@pytest.fixture
def question():
    made = Question(
        "98.q1", "Words", "function", hint="Split.", book="page#words", withheld=(NAME,)
    )

    @made.case("small")
    def _small(answer):
        answer(TEXT).equals(words_module.words(TEXT))

    yield made
    del QUESTIONS["98.q1"]


def notebook(code: str) -> dict:
    namespace: dict = {"__name__": "a_notebook"}
    run_text(textwrap.dedent(code), "<a cell>", namespace)
    return namespace


@pytest.mark.parametrize("way", READ)
def test_a_withheld_symbol_is_found_in_the_names_of_an_answer(question, way):
    space = notebook(READ[way])
    assert reached(space["mine"], (resolve(NAME),)) == NAME
    assert judge(question, space["mine"], space).failed == (OWN_WORK,)


# What does not run cannot be blocked; the first net has it.
@pytest.mark.parametrize("way", [w for w in {**READ, **RUN} if w != "a never taken branch"])
def test_a_withheld_symbol_is_blocked_while_an_answer_runs(question, way, monkeypatch):
    """The second net alone holds every way that the first one knows, and more."""
    monkeypatch.setattr("course_lib.grading.checking.reached", lambda answer, symbols: None)
    space = notebook({**READ, **RUN}[way])
    assert space["mine"] is not None
    assert judge(question, space["mine"], space).failed == (OWN_WORK,)


@pytest.mark.parametrize("way", INNOCENT)
def test_innocent_answers_are_left_alone(question, way):
    space = notebook(INNOCENT[way])
    assert reached(space["mine"], (resolve(NAME),)) is None
    assert judge(question, space["mine"], space).passed


@pytest.mark.parametrize("way", ["a closure", "caught", "another thread"])
def test_afterwards_the_symbol_works_again_under_every_name(question, way):
    space = notebook({**READ, **RUN}[way] + "\n        from course_lib.corpus.words import words")
    judge(question, space["mine"], space)
    assert words_module.words(TEXT) == TEXT.split()
    assert space["words"] is words_module.words
    assert space["words"](TEXT) == TEXT.split()


def test_an_indirect_call_is_blocked(question, monkeypatch):
    """Another function of the package that uses the symbol is a way to it as well."""
    monkeypatch.setattr(
        words_module, "shouted", lambda text: words_module.words(text.upper()), raising=False
    )
    space = notebook("""
        import course_lib.corpus.words as w
        def mine(text):
            return [word.lower() for word in w.shouted(text)]""")
    assert judge(question, space["mine"], space).failed == (OWN_WORK,)


def test_it_is_told_what_it_used(question, capsys):
    space = notebook(READ["an import inside"])
    with pytest.raises(QuestionFailed) as caught:
        check("98.q1", space["mine"])
    assert f"your answer uses {NAME}" in caught.value.block
    assert "what this question asks you to write" in caught.value.block
    assert capsys.readouterr().out == ""


def test_a_class_is_blocked_by_its_name_wherever_it_is_bound():
    from course_lib.corpus.corpus import Corpus

    space = {"Renamed": Corpus}
    symbols = (resolve("course_lib.corpus.corpus.Corpus"),)
    with blocked(symbols, space) as called, pytest.raises(WithheldError):
        space["Renamed"]("name", ("text",), ("id",), "en", "none", "nowhere")
    assert called == ["course_lib.corpus.corpus.Corpus"]
    assert space["Renamed"] is Corpus


def test_a_symbol_that_does_not_exist_is_an_error_of_the_check():
    with pytest.raises(ValueError, match=r"'course_lib\.corpus\.words\.nothing' does not exist"):
        resolve("course_lib.corpus.words.nothing")


ASLEEP = """
import sys
from course_lib.grading.reached import reached
from course_lib.grading.withheld import WithheldError, blocked, resolve

NAME = "course_lib.models.lstm.LSTMLanguageModel"
symbol = resolve(NAME)
assert "keras" not in sys.modules and "course_lib.models.lstm" not in sys.modules
with blocked((symbol,), {}) as called:
    try:
        __import__("course_lib.models.lstm")
    except WithheldError:
        pass
assert called == [NAME], called
assert "keras" not in sys.modules and not [f for f in sys.meta_path if "Guard" in repr(f)]
assert reached(symbol.value, (symbol,)) == NAME
for way in (lambda: symbol.value, lambda: resolve(NAME).value):
    assert way() is symbol.value
try:
    resolve("course_lib.models.lstm.Nothing")
except ValueError as error:
    assert "does not exist" in str(error)
else:
    raise AssertionError("resolved what does not exist")
"""


def test_a_framework_is_not_loaded_for_a_check_and_not_by_an_answer():
    """In a process of its own, since others may have loaded the framework already."""
    done = subprocess.run(
        [sys.executable, "-c", ASLEEP], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_symbol_is_found_in_an_answer_that_loads_its_module(question):
    """Then the module is loaded, and the symbol is what it defines."""
    name = "course_lib.models.ngram.Unigram"
    space = notebook("""
        def mine(text):
            from course_lib.models.ngram import Unigram
            return Unigram""")
    assert reached(space["mine"], (resolve(name),)) == name
