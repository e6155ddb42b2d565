"""A dialogue: prompts and commands in, pieces of text out, and nothing is lost."""

import json
from dataclasses import asdict

import pytest

from course_lib.corpus import verse
from course_lib.errors import GenerationError
from course_lib.generation.dialogue import COMMANDS, Dialogue
from course_lib.generation.requests import Request, answer, settings
from course_lib.generation.settings import Sampling
from course_lib.generation.texts import write
from course_lib.models.ngram import KneserNey
from course_lib.tokenizers.characters import CharacterTokenizer

POEMS = verse.sample(40, seed=3)


@pytest.fixture(scope="module")
def trained():
    tokenizer = CharacterTokenizer.from_texts([*POEMS, "/"])
    ids = [tokenizer.encode(poem) for poem in POEMS]
    model = KneserNey(4).fit(ids, vocab_size=tokenizer.vocab_size, eos_id=tokenizer.eos_id)
    return model, tokenizer


@pytest.fixture
def dialogue(trained):
    return Dialogue(*trained, Request(max_new_ids=30, seed=4))


def said(dialogue, line):
    return "".join(dialogue.respond(line))


def test_a_prompt_is_answered_as_the_request_says(dialogue, trained):
    expected = answer(*trained, ["The "], Request(max_new_ids=30, seed=4))[0].text
    assert said(dialogue, "The ") == expected
    said(dialogue, "/set strategy greedy")
    expected = answer(*trained, ["The "], Request("greedy", max_new_ids=30))[0].text
    assert said(dialogue, "The ") == expected
    assert [written.prompt for written, _ in dialogue.history] == ["The ", "The "]


def test_again_is_the_same_prompt_with_other_luck(dialogue):
    first, second = said(dialogue, "The "), said(dialogue, "/again")
    assert first != second
    assert [request.seed for _, request in dialogue.history] == [4, 5]
    assert {written.prompt for written, _ in dialogue.history} == {"The "}


def test_a_text_that_is_interrupted_is_kept_as_far_as_it_came(dialogue):
    pieces = dialogue.respond("The ")
    begun = next(pieces) + next(pieces)
    pieces.close()
    (written, _) = dialogue.history[-1]
    assert written.text == begun
    assert written.ended == "interrupted"
    assert said(dialogue, "The ").startswith(begun)  # the dialogue goes on


def test_lines_that_begin_with_a_slash_can_be_prompts(dialogue):
    said(dialogue, "//or/")
    said(dialogue, r"One\nTwo ")
    assert [written.prompt for written, _ in dialogue.history] == ["/or/", "One\nTwo "]


def test_show_and_help_tell_everything(dialogue):
    said(dialogue, "/set top_p 0.9")
    shown = said(dialogue, "/show")
    assert all(name in shown for name in settings() if name != "n_samples")
    assert next(line for line in shown.splitlines() if "top_p" in line).endswith("0.9  (changed)")
    told = said(dialogue, "/help")
    assert all(command in told for command in COMMANDS)
    assert said(dialogue, "/set top_p none") == "top_p = None"
    said(dialogue, "/set top_k 3")
    said(dialogue, "/reset")
    assert dialogue.request == Request(max_new_ids=30, seed=4)


def test_the_history_is_saved_with_the_settings_of_each_text(dialogue, tmp_path):
    assert said(dialogue, "/history") == "nothing was written yet"
    first = said(dialogue, "The ")
    said(dialogue, "/set temperature 0.5")
    said(dialogue, "/again")
    path = tmp_path / "texts.json"
    assert said(dialogue, f"/save {path}") == f"2 texts in {path}"
    entries = json.loads(path.read_text("utf8"))
    assert entries[0]["text"] == first
    assert [entry["settings"]["temperature"] for entry in entries] == [1.0, 0.5]
    assert repr(first) in said(dialogue, "/history")
    (same,) = write(
        dialogue.model, dialogue.tokenizer, ["The "], Sampling(), max_new_ids=30, seed=4
    )
    assert {name: entries[0][name] for name in asdict(same)} == asdict(same)


def test_a_file_of_somebody_else_is_not_overwritten(dialogue, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    said(dialogue, "The ")
    with pytest.raises(GenerationError, match="is not of this dialogue"):
        said(dialogue, f"/save {path}")
    assert path.read_text() == "mine"
    own = tmp_path / "own.json"
    assert said(dialogue, f"/save {own}") == said(dialogue, f"/save {own}")


def test_quit_ends_it(dialogue):
    assert not dialogue.ended
    assert said(dialogue, "/quit") == ""
    assert dialogue.ended


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/write", "unknown command /write; /help"),
        ("/__init__", "unknown command"),
        ("/set top_p", "expected /set NAME VALUE"),
        ("/set heat 3", "unknown setting 'heat'"),
        ("/set temperature 0", "temperature must be above 0"),
        ("/again", "nothing was written yet"),
        ("/save", "expected /save FILE"),
        ("/save /no/such/folder/x.json", "cannot be written"),
    ],
)
def test_mistakes_are_explained_and_change_nothing(dialogue, line, message):
    before = dialogue.request
    with pytest.raises(GenerationError, match=message):
        said(dialogue, line)
    assert dialogue.request == before
    assert dialogue.history == []


def test_a_stop_that_is_no_token_is_refused_at_once_and_leaves_no_trace(dialogue):
    before = dialogue.request
    for line in ("/set stop the", "/set ban the", "/set n_samples 3"):
        with pytest.raises(GenerationError, match=r"one token each|one text at a time"):
            said(dialogue, line)
    assert dialogue.request == before
    dialogue.request = before.changed("stop", "the")  # as the command line may begin with
    with pytest.raises(GenerationError, match="one token each"):
        said(dialogue, "The ")
    assert dialogue.history == []
