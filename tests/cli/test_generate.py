"""``course generate`` as a user meets it."""

import io
import json

import pytest

from course_lib.cli import generate as command
from course_lib.corpus import verse
from course_lib.errors import CourseError
from course_lib.generation.dialogue import Dialogue
from course_lib.generation.requests import Request
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer

POEMS = verse.sample(20, seed=1)


def test_texts_as_json_from_the_newest_run(course, run_folder):
    words = ("The moon", "--top-p=0.9", "--samples=2", "--max-new-ids=20", "--seed=3", "--json")
    done = course("generate", *words, cwd=run_folder.parents[1])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [text["sample"] for text in found["texts"]] == [0, 1]
    assert found["texts"][0]["prompt"] == "The moon"
    assert found["texts"][0]["settings"]["top_p"] == 0.9
    assert found["texts"][0]["text"] != found["texts"][1]["text"]
    assert found["seconds"] > 0


def test_the_demonstration_shows_every_strategy(course, run_folder):
    done = course("generate", "Th", "--demo", f"--run={run_folder}", "--max-new-ids=12")
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in command.DEMO)
    assert "tokens in the prompt 'Th': 2; below 3" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--temperature=0",), "temperature must be above 0"),
        (("--strategy=nucleus",), "unknown strategy 'nucleus'"),
        (("--prompts=no.txt",), "expected a prompt or --prompts, got 'The' and no.txt"),
        (("--interactive", "--json"), "writes one text for each; leave out a prompt, --json"),
        (("--demo", "--top-k=5", "--samples=2"), "leave out n_samples, top_k, or leave out --demo"),
        ((), "there is no run in runs/; name a folder, or make one with: course train"),
    ],
)
def test_mistakes_are_one_message(course, words, told, tmp_path):
    done = course("generate", "The", *words, cwd=tmp_path)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_run_is_named(course, tmp_path):
    done = course("generate", f"--run={tmp_path}")
    assert done.returncode == 1
    assert "holds no run" in " ".join(done.stderr.split())


def test_a_file_of_prompts_that_is_not_there_is_named(course, tmp_path):
    done = course("generate", "--prompts=no.txt", cwd=tmp_path)
    assert done.returncode == 1
    assert "no.txt cannot be read: No such file or directory" in " ".join(done.stderr.split())


def test_a_file_of_prompts_is_utf_8_with_or_without_its_mark(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("El sue\u00f1o\n", "utf-8-sig")
    assert command.prompts_of("", file) == ["El sue\u00f1o"]
    file.write_text("El sue\u00f1o\n", "latin-1")
    with pytest.raises(CourseError, match="byte 6 is not UTF-8; save it as UTF-8"):
        command.prompts_of("", file)


def test_a_text_reaches_a_pipe_as_it_was_written(course, run_folder):
    words = (":moon: [bold] it is ", "--max-new-ids=300", "--min-length=300", r"--ban=\n")
    words = (*words, f"--run={run_folder}")
    (text,) = json.loads(course("generate", *words, "--json").stdout)["texts"]
    printed = course("generate", *words).stdout  # read with \r as a line break
    written = f"{text['prompt']}{text['text']}\n\n".replace("\r\n", "\n").replace("\r", "\n")
    assert printed == written


def test_prompts_come_from_a_file(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("One\\nTwo\n\nThree\n", "utf8")
    assert command.prompts_of("", file) == ["One\nTwo", "Three"]
    assert command.prompts_of(r"a\nb", None) == ["a\nb"]


class Keyboard:
    """Answers of a person: lines, or exceptions for keys."""

    def __init__(self, *lines):
        self.lines = list(lines)

    def __call__(self, prompt=""):
        line = self.lines.pop(0) if self.lines else EOFError()
        if isinstance(line, BaseException):
            raise line
        return line


@pytest.fixture
def talk(monkeypatch):
    """Talks with a model; gives what was printed, and the dialogue."""
    from rich.console import Console

    tokenizer = CharacterTokenizer.from_texts(POEMS)
    ids = [tokenizer.encode(poem) for poem in POEMS]
    model = KneserNey(4).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)

    def run(*lines, model=model):
        screen = io.StringIO()
        monkeypatch.setattr(command, "out", Console(file=screen, width=100))
        monkeypatch.setattr(command, "err", Console(file=screen, width=100))
        monkeypatch.setattr("builtins.input", Keyboard(*lines))
        dialogue = Dialogue(model, tokenizer, Request(max_new_ids=40))
        command._talk(dialogue, "runs/x")
        return screen.getvalue(), dialogue

    run.model = model
    return run


def test_a_dialogue_in_the_terminal(talk):
    shown, dialogue = talk("The ", "/set top_k many", "/set top_k 3", "/again", "/quit", "not read")
    assert "top_k expects a whole number" in shown
    assert "top_k = 3" in shown
    assert [written.text in shown for written, _ in dialogue.history] == [True, True]


def test_ctrl_c_at_the_prompt_does_not_leave_and_ctrl_d_does(talk):
    shown, dialogue = talk(KeyboardInterrupt(), "The ", EOFError(), "not read")
    assert "/quit or Ctrl-D leaves" in shown
    assert len(dialogue.history) == 1


def test_ctrl_c_stops_the_text_and_nothing_else(talk):
    class Interrupted:
        """The same model, but somebody presses Ctrl-C at the tenth step."""

        vocab_size = talk.model.vocab_size
        n = 0

        def __getattr__(self, name):
            return getattr(talk.model, name)

        def step(self, ids, state):
            self.n += 1
            if self.n == 10:
                raise KeyboardInterrupt
            return talk.model.step(ids, state)

    shown, dialogue = talk("The ", "/history", "The ", model=Interrupted())
    assert "(stopped; what was written is in /history)" in shown
    first, second = (written for written, _ in dialogue.history)
    assert first.ended == "interrupted"
    assert second.ended == "length"
    assert 0 < len(first.text) < len(second.text)
    assert second.text.startswith(first.text)


def test_what_a_model_writes_is_no_markup(talk):
    shown, _ = talk("[bold]The[/bold] ")
    assert "Traceback" not in shown
