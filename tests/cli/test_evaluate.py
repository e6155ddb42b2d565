"""``course evaluate`` and ``course compare`` as a user meets them."""

import json

import pytest


def test_a_model_is_judged_beside_held_out_texts(course, run_folder, tmp_path):
    page = tmp_path / "report.html"
    words = (f"--run={run_folder}", "--samples=3", "--max-new-ids=5", f"--html={page}")
    done = course("evaluate", *words)
    assert done.returncode == 0, done.stderr
    for part in (
        "bits per byte",
        "held-out texts",
        "leaves the grammar",
        "Cut at that length: 3 of 3 of ",
        "whole",
    ):
        assert part in " ".join(done.stdout.split()), part
    report = page.read_text("utf8")
    assert "<svg" in report
    assert "Errors in the texts of lstm-verse" in report
    assert "leaves the grammar</td>" in report


def test_two_models_are_compared_on_the_same_prompts(course, run_folder, tmp_path):
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("The moon\nA bird\nWhat is\n", "utf8")
    words = ("--metrics=words,whole", "--max-new-ids=40", "--json", f"--prompts={prompts}")
    done = course("compare", str(run_folder), str(run_folder), *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {figure["metric"] for figure in found["figures"]} == {"words", "whole"}
    assert found["systems"] == [f"{run_folder}, A", f"{run_folder}, B"]
    texts = list(found["texts"].values())
    assert texts[0] == texts[1]  # the same model, prompts and luck
    assert [text["prompt"] for text in texts[0]] == ["The moon", "A bird", "What is"]
    assert {text["ended"] for text in texts[0]} <= {"stop", "length"}


def test_short_prompts_of_two_models_are_noted_once(course, run_folder, tmp_path):
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("A\n", "utf8")
    words = ("--metrics=words,words", "--max-new-ids=5", f"--prompts={prompts}")
    done = course("compare", str(run_folder), str(run_folder), *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("words of a text") == 1
    cut = "Cut at that length: 1 of 1 of "
    assert cut in " ".join(done.stdout.split())
    assert done.stderr.count("tokens in the prompt 'A': 1") == 1
    assert "texts.py" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("evaluate", "--metrics=bleu"), "unknown measure 'bleu'"),
        (("evaluate", "--temperature=0"), "temperature must be above 0"),
        (("evaluate", "--html=no/report.html"), "--html expects a file in a folder that there is"),
        (("evaluate",), "there is no run in runs/"),
        (("compare", "a", "b", "--prompts=none.txt"), "none.txt cannot be read"),
    ],
)
def test_mistakes_are_one_message(course, words, told, tmp_path):
    done = course(*words, cwd=tmp_path)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
