"""Pairs: what a window holds, no answer in the inputs, no input in both parts, checked files."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching.pair_files import SCHEMA, load_pairs, save_pairs
from course_lib.batching.pair_sets import PairSet, make_pairs, pairs_of_lines, split_pairs
from course_lib.batching.pairs import (
    IGNORE_ID,
    PairArrays,
    PairFormat,
    answers,
    encode_pairs,
    encode_prompts,
    lay_out,
    pair_format,
)
from course_lib.errors import DatasetError
from course_lib.tokenizers.characters import CharacterTokenizer

BLANKED = PairFormat(seq_len=12, vocab_size=50, sep_id=3, eos_id=1, pad_id=0)
MASKED = PairFormat(seq_len=12, vocab_size=50, sep_id=3, eos_id=1, pad_id=0, blank_id=2)
CAUSAL = PairFormat(seq_len=12, vocab_size=50, sep_id=3, eos_id=1, pad_id=0, layout="causal")
FORMATS = pytest.mark.parametrize(
    "form", [BLANKED, MASKED, CAUSAL], ids=["blanked", "masked", "causal"]
)

SIDE = st.lists(st.integers(4, 49), min_size=1, max_size=5).map(tuple)
PAIRS = st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=8)
TEXTS = st.text("abcd", min_size=1, max_size=5)


@dataclass
class Letters:
    """A letter is an id; 0 PAD, 1 EOS, 2 blank, 3 SEP."""

    letters: str
    pad_id: int | None = 0
    eos_id: int = 1
    sep_id: int | None = 3

    @property
    def vocab_size(self):
        return 4 + len(self.letters)

    def encode(self, text):
        return [4 + self.letters.index(letter) for letter in text]

    def decode(self, ids):
        return "".join(self.letters[i - 4] for i in ids)


LETTERS = Letters("abcd")


@FORMATS
@settings(deadline=None)
@given(pairs=PAIRS)
def test_answers_come_back_from_the_labels(form, pairs):
    arrays = lay_out(pairs, form)
    assert answers(arrays.labels, arrays.inputs, form) == [list(answer) for _, answer in pairs]
    for row, (question, _) in zip(arrays.inputs.tolist(), pairs, strict=True):
        assert row[: len(question) + 1] == [*question, form.sep_id]


@FORMATS
@settings(deadline=None)
@given(pairs=PAIRS)
def test_only_the_answer_and_its_end_are_labelled(form, pairs):
    _, labels = lay_out(pairs, form)
    for row, (_, answer) in zip(labels.tolist(), pairs, strict=True):
        assert [token for token in row if token != IGNORE_ID] == [*answer, form.eos_id]


@pytest.mark.parametrize("form", [BLANKED, MASKED], ids=["blanked", "masked"])
@settings(deadline=None)
@given(pairs=PAIRS, others=st.data())
def test_the_inputs_are_the_same_whatever_the_answers(form, pairs, others):
    """Neither the ids of an answer nor their number can be read from the inputs."""
    replaced = [(question, others.draw(SIDE)) for question, _ in pairs]
    assert lay_out(pairs, form).inputs.tobytes() == lay_out(replaced, form).inputs.tobytes()


@settings(deadline=None)
@given(SIDE, SIDE)
def test_a_causal_model_has_not_read_what_it_is_asked(question, answer):
    """Up to a labelled slot, the inputs hold the question and the labels before it alone."""
    inputs, labels = lay_out([(question, answer)], CAUSAL)
    seen, asked = inputs[0].tolist(), labels[0].tolist()
    for slot, label in enumerate(asked):
        if label != IGNORE_ID:
            before = [token for token in asked[:slot] if token != IGNORE_ID]
            assert seen[: slot + 1] == [*question, CAUSAL.sep_id, *before]


@settings(deadline=None)
@given(SIDE, SIDE)
def test_causal_labels_are_the_inputs_one_slot_earlier(question, answer):
    inputs, labels = lay_out([(question, answer)], CAUSAL)
    asked = labels[0, :-1] != IGNORE_ID
    assert (labels[0, :-1][asked] == inputs[0, 1:][asked]).all()


@FORMATS
@settings(deadline=None)
@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_a_question_is_laid_out_as_in_training(form, pairs):
    prompts = encode_prompts([question for question, _ in pairs], LETTERS, form)
    inputs = encode_pairs(pairs, LETTERS, form).inputs
    if form.layout == "causal":
        after = np.arange(form.seq_len) > (inputs == form.sep_id).argmax(axis=1)[:, None]
        inputs = np.where(after, form.pad_id, inputs)
    assert (prompts == inputs).all()


@FORMATS
def test_a_window_is_filled_to_its_last_slot_and_no_further(form):
    full = ((4,) * 5, (5,) * 5)
    inputs, labels = lay_out([full], form)
    assert answers(labels, inputs, form) == [[5] * 5]
    for question, answer in (((4,) * 6, (5,) * 5), ((4,) * 5, (5,) * 6)):
        with pytest.raises(
            DatasetError,
            match=f"pair 1: {len(question)} ids of input, {len(answer)} of output.*13 slots.*12",
        ):
            lay_out([full, (question, answer)], form)


def test_rows_by_hand():
    pairs = [((7, 8), (8, 7)), ((9,), (5, 6, 4))]
    short = {"seq_len": 7, "vocab_size": 50, "sep_id": 3, "eos_id": 1, "pad_id": 0}
    blanked = lay_out(pairs, PairFormat(**short, blank_id=2))
    assert blanked.inputs.tolist() == [[7, 8, 3, 2, 2, 2, 2], [9, 3, 2, 2, 2, 2, 2]]
    _ = IGNORE_ID
    assert blanked.labels.tolist() == [[_, _, _, 8, 7, 1, _], [_, _, 5, 6, 4, 1, _]]
    causal = lay_out(pairs, PairFormat(**short, layout="causal"))
    assert causal.inputs.tolist() == [[7, 8, 3, 8, 7, 1, 0], [9, 3, 5, 6, 4, 1, 0]]
    assert causal.labels.tolist() == [[_, _, 8, 7, 1, _, _], [_, 5, 6, 4, 1, _, _]]


def test_predictions_without_an_end_are_read_to_the_last_slot():
    inputs, labels = lay_out([((7, 8), (9,))], BLANKED)
    predicted = np.where(labels == BLANKED.eos_id, 5, labels)
    predicted[predicted == IGNORE_ID] = 6
    assert answers(predicted, inputs, BLANKED) == [[9, 5, 6, 6, 6, 6, 6, 6, 6]]


# Parts.


def has_two_keys(pairs):
    return len({key for key, _ in pairs}) > 1


KEYED = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=40).filter(
    has_two_keys
)


@settings(deadline=None)
@given(KEYED, st.integers(0, 5), st.floats(0.01, 0.99))
def test_no_input_is_in_both_parts_and_no_pair_is_lost(pairs, seed, fraction):
    train, test = split_pairs(pairs, seed, fraction)
    inputs = [{question for question, _ in part} for part in (train, test)]
    assert not inputs[0] & inputs[1]
    assert all(inputs)
    assert len(train) + len(test) == len(set(pairs))
    assert set(train) | set(test) == set(pairs)
    n = len(inputs[0]) + len(inputs[1])
    assert abs(len(inputs[1]) - fraction * n) <= 0.5 or len(inputs[1]) in (1, n - 1)
    assert split_pairs(pairs, seed, fraction) == (train, test)


def test_seeds_hold_out_different_inputs():
    pairs = [(i, i) for i in range(100)]
    held_out = {tuple(split_pairs(pairs, seed)[1]) for seed in range(10)}
    assert len(held_out) == 10


def test_five_pairs_written_out_200_times_are_five_pairs():
    """Split row by row, every one of the five would be in both parts."""
    pairs = [(letter, letter.upper()) for letter in "abcde"] * 200
    train, test = split_pairs(pairs, test_fraction=0.2)
    assert (len(train), len(test)) == (4, 1)


class Folding(Letters):
    """Small and capital letters have one id."""

    def encode(self, text):
        return super().encode(text.lower())


def test_two_texts_with_the_same_ids_are_one_input():
    pairs = [(text, "a") for word in ("ab", "cd", "bd", "ca") for text in (word, word.upper())]
    for seed in range(8):
        dataset = make_pairs(pairs, Folding("abcd"), 8, seed=seed, test_fraction=0.5)
        assert len(dataset.train.inputs) == len(dataset.test.inputs) == 2


def reversals(n, seed=0):
    """Words and the same words backwards."""
    draw = np.random.default_rng(seed)
    words = ["".join(draw.choice(list("abcd"), draw.integers(1, 6))) for _ in range(n)]
    return [(word, word[::-1]) for word in words]


@pytest.mark.parametrize("layout", ["blanked", "causal"])
def test_reversed_words_make_a_set_that_reads_back(tmp_path, layout):
    pairs = reversals(300)
    dataset = make_pairs(pairs, LETTERS, 16, layout, blank_id=2)
    found = []
    for part in (dataset.train, dataset.test):
        ends = (part.inputs == 3).argmax(axis=1)
        questions = [row[:end] for row, end in zip(part.inputs, ends, strict=True)]
        replies = answers(part.labels, part.inputs, dataset.form)
        found += [
            (LETTERS.decode(q), LETTERS.decode(r)) for q, r in zip(questions, replies, strict=True)
        ]
    assert sorted(found) == sorted(set(pairs))
    save_pairs(tmp_path / "new" / "set", dataset)
    again = load_pairs(tmp_path / "new" / "set")
    assert again.form.layout == layout
    assert again.form.blank == dataset.form.blank
    for ours, theirs in zip(
        (*again.train, *again.test), (*dataset.train, *dataset.test), strict=True
    ):
        assert ours.dtype == theirs.dtype
        assert (ours == theirs).all()


def test_the_spanish_of_english_sentences():
    folder = os.environ.get("COURSE_DATA")
    if not folder:
        pytest.skip("COURSE_DATA names no data folder")
    with (Path(folder) / "spa-eng" / "spa_20k_short.tsv").open(encoding="utf-8") as file:
        pairs = pairs_of_lines(file)
    assert len(pairs) == 20_000
    tokenizer = CharacterTokenizer.from_texts(text for pair in pairs for text in pair)
    seq_len = max(len(a) + len(b) for a, b in pairs) + 2
    dataset = make_pairs(pairs, tokenizer, seq_len)
    n_train, n_test = len(dataset.train.inputs), len(dataset.test.inputs)
    assert n_train + n_test == len(set(pairs))
    assert n_test == pytest.approx(0.1 * len(set(pairs)), rel=0.1)
    texts = [tokenizer.decode(ids) for ids in answers(*dataset.test[::-1], dataset.form)]
    assert set(texts) <= {answer for _, answer in pairs}
    assert any("¿" in text and "ñ" in text for text in texts)
    turned = list(zip([q for q, _ in pairs], [a for _, a in pairs[1:] + pairs[:1]], strict=True))
    longer = pair_format(tokenizer, 2 * seq_len)
    ours, theirs = (encode_pairs(p, tokenizer, longer).inputs for p in (pairs, turned))
    assert ours.tobytes() == theirs.tobytes()


# What is refused.


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "there is no pair"),
        ([((4,), (5,)), ((), (5,))], "pair 1: its input is empty"),
        ([((4,), ())], "pair 0: its output is empty"),
        ([((4, 3), (5,))], r"pair 0: id 3 at place 1 of its input.*marks \[0, 1, 2, 3\]"),
        ([((4,), (5, 1))], "pair 0: id 1 at place 1 of its output"),
        ([((4,), (0,))], "pair 0: id 0 at place 0 of its output"),
        ([((2,), (4,))], "pair 0: id 2 at place 0 of its input"),
        ([((4,), (50,))], "pair 0: id 50 .* from 0 to 49"),
        ([((-1,), (4,))], "pair 0: id -1"),
    ],
)
def test_pairs_that_cannot_be_laid_out_are_refused(pairs, message):
    with pytest.raises(DatasetError, match=message):
        lay_out(pairs, MASKED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layout": "leaky"}, "one of blanked, causal; got 'leaky'"),
        ({"seq_len": 3}, "seq_len must be at least 4.*got 3"),
        ({"sep_id": 50}, "sep_id must be from 0 to 49, got 50"),
        ({"pad_id": -1}, "pad_id must be from 0 to 49, got -1"),
        ({"blank_id": 50}, "blank_id must be from 0 to 49"),
        ({"eos_id": 3}, "SEP, EOS and PAD must differ"),
        ({"blank_id": 3}, "must differ"),
    ],
)
def test_a_format_that_does_not_fit_is_refused(change, message):
    fine = {"seq_len": 12, "vocab_size": 50, "sep_id": 3, "eos_id": 1, "pad_id": 0}
    with pytest.raises(DatasetError, match=message):
        PairFormat(**{**fine, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pair_format(Letters("ab", pad_id=None), 8), "sep_id=3 and pad_id=None"),
        (lambda: pair_format(Letters("ab", sep_id=None), 8), "sep_id=None and pad_id=0"),
        (lambda: encode_prompts(["a", ""], LETTERS, BLANKED), "pair 1: its input is empty"),
        (lambda: encode_prompts(["a" * 11], LETTERS, BLANKED), "pair 0: 11 ids of input"),
        (lambda: split_pairs([]), "0 different inputs"),
        (lambda: split_pairs([("a", "b"), ("a", "c")]), "1 different inputs"),
        (lambda: split_pairs([("a", "b"), ("b", "c")], 0, 1.0), "between 0 and 1, got 1.0"),
        (lambda: pairs_of_lines(["a\tb", "a"]), "line 2: expected input<TAB>output, got 'a'"),
        (lambda: pairs_of_lines(["a\tb\tc"]), "line 1"),
        (lambda: pairs_of_lines(["a\t \n"]), "line 1"),
        (lambda: make_pairs([("a", "b"), ("abc", "abc")], LETTERS, 7), "pair 1: 3 ids of input"),
    ],
)
def test_what_makes_no_pairs_is_refused(call, message):
    with pytest.raises(DatasetError, match=message):
        call()


def test_a_separator_can_be_given_to_a_tokenizer_without_one():
    assert pair_format(Letters("ab", sep_id=None), 8, sep_id=2).sep_id == 2


def with_row(arrays, part, row, slot, value):
    changed = PairArrays(*(rows.copy() for rows in arrays))
    changed[part][row, slot] = value
    return changed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((0, 1, 4, 9), "row 1: expected inputs after SEP as the layout blanked has them"),  # a leak
        ((0, 1, 11, 9), "inputs after SEP"),
        ((0, 0, 1, 3), "row 0: expected one SEP"),
        ((0, 0, 2, 4), "row 0: expected one SEP"),
        ((0, 0, 0, 50), "row 0: expected ids from 0 to 49"),
        ((1, 0, 3, 50), "row 0: expected ids from 0 to 49"),
        ((1, 0, 3, -7), "row 0: expected ids from 0 to 49"),
        ((1, 0, 3, IGNORE_ID), "row 0: expected labels in the answer's slots"),
        ((1, 0, 0, 5), "row 0: expected labels in the answer's slots"),
        ((1, 0, 6, 5), "row 0: expected labels in the answer's slots"),
        ((1, 0, 4, 6), "row 0: expected one EOS in the labels"),
    ],
)
def test_arrays_that_break_the_layout_are_refused(change, message):
    train = lay_out([((7, 8), (9,)), ((8, 7), (9,))], BLANKED)
    test = lay_out([((6,), (9,))], BLANKED)
    PairSet(BLANKED, train, test)
    with pytest.raises(DatasetError, match=message):
        PairSet(BLANKED, with_row(train, *change), test)


def test_causal_arrays_whose_labels_are_not_their_inputs_are_refused():
    train, test = lay_out([((7, 8), (9, 5))], CAUSAL), lay_out([((6,), (9,))], CAUSAL)
    PairSet(CAUSAL, train, test)
    for change in ((0, 0, 4, 6), (1, 0, 3, 6), (0, 0, 9, 6)):
        with pytest.raises(DatasetError, match="train, row 0: expected inputs after SEP"):
            PairSet(CAUSAL, with_row(train, *change), test)


@FORMATS
def test_a_set_with_one_input_in_both_parts_is_refused(form):
    train, test = lay_out([((7,), (9,)), ((8,), (5,))], form), lay_out([((8,), (4, 4))], form)
    with pytest.raises(DatasetError, match="test, row 0: its input is in train too"):
        PairSet(form, train, test)


def test_arrays_of_other_shapes_are_refused():
    arrays = lay_out([((7,), (9,))], BLANKED)
    inputs, labels = arrays
    for wrong, message in (
        ((inputs[:, :-1], labels), r"train inputs.*\(1, 11\)"),
        ((inputs, labels.astype(np.int32)), "train labels.*int32"),
        ((inputs, labels[:0]), "1 rows of inputs, 0 of labels"),
        ((inputs[:0], labels[:0]), "0 rows of inputs"),
    ):
        with pytest.raises(DatasetError, match=message):
            PairSet(BLANKED, PairArrays(*wrong), arrays)


# Files.


@pytest.fixture
def saved(tmp_path):
    save_pairs(tmp_path, make_pairs(reversals(40), LETTERS, 16))
    return tmp_path


def edit(folder, change):
    path = folder / "pairs.json"
    metadata = json.loads(path.read_text())
    change(metadata)
    path.write_text(json.dumps(metadata))


@pytest.mark.parametrize("key", json.loads(SCHEMA.read_text())["required"])
def test_metadata_without_a_key_are_refused(saved, key):
    edit(saved, lambda metadata: metadata.pop(key))
    with pytest.raises(DatasetError, match=f"pairs.json: '{key}' is a required property"):
        load_pairs(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(version=2), "version: 1 was expected"),
        (lambda m: m.update(format="other"), "format: 'course-lib pairs' was expected"),
        (lambda m: m.update(layout="leaky"), "layout: 'leaky' is not one of"),
        (lambda m: m.update(sep_id="3"), "sep_id: '3' is not of type 'integer'"),
        (lambda m: m.update(ignore_id=0), "ignore_id: -100 was expected"),
        (lambda m: m.update(extra=1), "'extra' was unexpected"),
        (lambda m: m["arrays"]["train_inputs"].update(sha256="x"), "arrays/train_inputs/sha256"),
        (lambda m: m["arrays"]["train_labels"].update(dtype="|O"), "arrays/train_labels/dtype"),
        (lambda m: m["arrays"].pop("test_labels"), "'test_labels' is a required property"),
        (
            lambda m: m["arrays"]["test_inputs"].update(sha256=64 * "0"),
            "test_inputs has sha256 .* metadata says 000",
        ),
        (lambda m: m["arrays"]["test_inputs"].update(shape=[1, 16]), "test_inputs has shape"),
        (lambda m: m.update(n_test=99), "test_inputs has n_test .* metadata says 99"),
        (lambda m: m.update(seq_len=17), "expected int64 rows of seq_len=17"),
        (lambda m: m.update(vocab_size=7), "ids from 0 to 6"),
        (lambda m: m.update(layout="causal"), "labels in the answer's slots"),
        (lambda m: m.update(blank_id=2), "inputs after SEP as the layout blanked"),
        (lambda m: m.update(sep_id=2), "one SEP in the inputs"),
        (lambda m: m.update(eos_id=2), "one EOS in the labels"),
    ],
)
def test_metadata_that_say_something_else_than_the_arrays_are_refused(saved, change, message):
    load_pairs(saved)
    edit(saved, change)
    with pytest.raises(DatasetError, match=message):
        load_pairs(saved)


class Explosive:
    """Says so if it is unpickled."""

    def __reduce__(self):
        return print, ("unpickled",)


def test_pickled_objects_are_refused_and_not_opened(saved, capsys):
    with np.load(saved / "pairs.npz") as archive:
        arrays = dict(archive)
    arrays["train_labels"] = np.array([Explosive()], object)
    np.savez(saved / "pairs.npz", **arrays)
    with pytest.raises(DatasetError, match=r"pairs\.npz: no archive of plain arrays.*pickle"):
        load_pairs(saved)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_file_cut_short_is_refused(saved, keep):
    for name, message in (("pairs.npz", "no archive"), ("pairs.json", "cannot be read as JSON")):
        whole = (saved / name).read_bytes()
        (saved / name).write_bytes(whole[: int(keep * len(whole))])
        with pytest.raises(DatasetError, match=message):
            load_pairs(saved)
        (saved / name).write_bytes(whole)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_changed_byte_never_changes_what_is_loaded(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("changed")
    dataset = make_pairs(reversals(40), LETTERS, 16)
    save_pairs(folder, dataset)
    changed = bytearray((folder / "pairs.npz").read_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    (folder / "pairs.npz").write_bytes(changed)
    try:
        again = load_pairs(folder)
    except DatasetError:
        return
    assert all(
        (a == b).all()
        for a, b in zip((*again.train, *again.test), (*dataset.train, *dataset.test), strict=True)
    )


def test_arrays_that_are_missing_or_too_many_are_refused(saved):
    with np.load(saved / "pairs.npz") as archive:
        arrays = dict(archive)
    for wrong in ({**arrays, "more": np.zeros(1)}, {"train_inputs": arrays["train_inputs"]}):
        np.savez(saved / "pairs.npz", **wrong)
        with pytest.raises(
            DatasetError, match="the metadata names test_inputs, test_labels, train"
        ):
            load_pairs(saved)


@pytest.mark.parametrize("name", ["pairs.npz", "pairs.json"])
def test_a_file_that_is_missing_is_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(DatasetError, match=name):
        load_pairs(saved)


def test_saving_again_replaces_the_set_and_leaves_nothing_else(saved):
    other = make_pairs(reversals(60, seed=1), LETTERS, 20, "causal")
    save_pairs(saved, other)
    assert load_pairs(saved).form == other.form
    assert sorted(p.name for p in saved.iterdir()) == ["pairs.json", "pairs.npz"]


NO_FRAMEWORK = """
import sys
from course_lib.batching import order, pair_files, pair_sets, pairs, streams, tf_data, torch_data
assert not {"tensorflow", "torch", "jsonschema"} & set(sys.modules)
from course_lib.errors import MissingExtraError
for name in ("tensorflow", "torch", "jsonschema"):
    sys.modules[name] = None
calls = {
    "keras": lambda: tf_data.windows_dataset(range(200)),
    "torch": lambda: torch_data.WindowLoader(range(200)),
    "cli": lambda: pair_files.load_pairs(sys.argv[1]),
}
for extra, call in calls.items():
    try:
        call()
    except MissingExtraError as error:
        assert f"course-lib[{extra}]" in str(error), error
    else:
        raise AssertionError(extra)
"""


def test_a_missing_library_is_named_with_its_extra(saved):
    subprocess.run([sys.executable, "-c", NO_FRAMEWORK, str(saved)], check=True)
