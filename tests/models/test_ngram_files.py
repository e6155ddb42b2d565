"""N-gram models on disk, their sizes, what they refuse, and the law on real text."""

import os
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import corpus
from course_lib.corpus.ngrams import to_ids
from course_lib.errors import DatasetError
from course_lib.models.ngram import AddKNgram, KneserNey, Unigram
from course_lib.models.ngram_counts import ABSENT, count_ngrams
from course_lib.models.ngram_model import MAX_ORDER

DOCUMENTS = [[1, 2, 3, 1, 2, 4], [2, 3, 3, 1], [4], []]


def models():
    return [
        Unigram(add_k=0.5),
        AddKNgram(order=3, k=0.25),
        KneserNey(order=4),
        KneserNey(order=2, discounts=0.75),
    ]


def fit(model, documents=DOCUMENTS):
    return model.fit(documents, vocab_size=6, eos_id=0)


@pytest.mark.parametrize("documents", [DOCUMENTS, [[1, 0, 2, 0, 1]]], ids=["lines", "stream"])
@pytest.mark.parametrize("number", range(4))
def test_a_saved_model_is_read_back_whole(number, documents, tmp_path):
    model, path = fit(models()[number], documents), tmp_path / "model.npz"
    model.save(path)
    copy = type(model).load(path)
    rows = np.random.default_rng(0).integers(0, 6, (20, 9))
    assert np.array_equal(copy.log_probs(rows), model.log_probs(rows))
    assert np.array_equal(copy.probabilities([0, 1]), model.probabilities([0, 1]))
    assert (copy.n_parameters, copy.memory_bytes) == (model.n_parameters, model.memory_bytes)
    assert copy._settings() == model._settings()
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]


@pytest.mark.parametrize(("module", "name"), [(np, "savez"), (os, "replace")])
def test_saving_that_fails_keeps_the_old_file_and_leaves_no_other(
    module, name, tmp_path, monkeypatch
):
    path = tmp_path / "model.npz"
    fit(KneserNey(2)).save(path)
    before = path.read_bytes()

    def full(*args, **arrays):
        raise OSError("no space left")

    monkeypatch.setattr(module, name, full)
    with pytest.raises(OSError, match="no space left"):
        fit(KneserNey(3)).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]


def test_files_of_something_else_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    fit(KneserNey(2)).save(path)
    whole = path.read_bytes()
    with pytest.raises(ValueError, match=r"holds a KneserNey; read it with KneserNey\.load"):
        AddKNgram.load(path)
    for wrong in (b"", b"To be, or not to be", whole[: len(whole) // 2], whole[:-10]):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=r"model\.npz is not an n-gram model, or damaged"):
            KneserNey.load(path)
    for name in ("array.npy", "others.npz"):
        (np.save if name.endswith("npy") else np.savez)(tmp_path / name, np.arange(3))
        with pytest.raises(ValueError, match="is not an n-gram model"):
            KneserNey.load(tmp_path / name)
    np.savez(tmp_path / "pickled.npz", format=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="is not an n-gram model"):
        KneserNey.load(tmp_path / "pickled.npz")
    with pytest.raises(FileNotFoundError):
        KneserNey.load(tmp_path / "none.npz")


def test_a_changed_byte_is_noticed(tmp_path):
    path = tmp_path / "model.npz"
    fit(KneserNey(2)).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not an n-gram model"):
        KneserNey.load(path)


def test_wherever_a_byte_is_changed_the_model_is_the_same_or_refused(tmp_path):
    path = tmp_path / "model.npz"
    model = fit(KneserNey(2))
    model.save(path)
    whole = path.read_bytes()
    refused = []
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            copy = KneserNey.load(path)
        except ValueError as error:
            refused.append(str(error))
        else:
            assert np.array_equal(copy.probabilities([0, 1]), model.probabilities([0, 1]))
    assert len(refused) > len(whole) // 2
    assert all("model.npz" in message for message in refused)


def test_an_archive_without_its_arrays_says_which(tmp_path):
    path = tmp_path / "model.npz"
    fit(KneserNey(2)).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    del arrays["codes_2"]
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"model\.npz is damaged: it lacks codes_2"):
        KneserNey.load(path)
    del arrays["kind"]
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="says nothing of its class"):
        KneserNey.load(path)


def test_sizes_by_hand():
    """0 1 2 1 0: four bigrams after three ids; all V unigrams; one empty history."""
    model = KneserNey(order=2, discounts=0.5).fit([[1, 2, 1]], vocab_size=3, eos_id=0)
    assert model.n_parameters == (3 + 4) + (1 + 3)
    keys, numbers, absent = 3 + 4, 3 + 4 + 1 + 3, 4
    assert model.memory_bytes == 8 * (keys + numbers + absent)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([], "there is no document to count; expected at least one"),
        ([[1], [2, 6, 3]], "document 1, position 1: id 6 is not from 0 to 5"),
        ([[1, 2, -1]], "document 0, position 2: id -1 is not from 0 to 5"),
        ([[1.0, 2.0]], "document 0: expected one row of whole numbers, got float64 (2,)"),
        ([[[1, 2]]], "document 0: expected one row of whole numbers, got int64 (1, 2)"),
        (["words"], "document 0: expected one row of whole numbers"),
        ([1, 2, 3], "document 0: expected one row of whole numbers, got int64 ()"),
    ],
)
def test_documents_that_cannot_be_counted_are_refused(documents, message):
    for model in models():
        with pytest.raises(DatasetError, match=re.escape(message)):
            fit(model, documents)


def test_settings_out_of_bounds_are_refused():
    for make in (KneserNey, AddKNgram):
        for order in (0, -1, MAX_ORDER + 1, 2.5):
            with pytest.raises(ValueError, match=f"from 1 to {MAX_ORDER}, got {order}"):
                make(order=order)
    for k in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"k must be above 0.*{k}"):
            AddKNgram(k=k)
    for discount in (0, -0.5, 1.1, float("nan")):
        with pytest.raises(ValueError, match=f"at most 1, got {discount}"):
            KneserNey(discounts=discount)
    for eos_id in (-1, 6):
        with pytest.raises(ValueError, match=f"eos_id must be from 0 to .* = 5, got {eos_id}"):
            KneserNey().fit(DOCUMENTS, vocab_size=6, eos_id=eos_id)


def test_a_model_that_was_not_fitted_says_so(tmp_path):
    for model in models():
        for use in (
            "model.vocab_size",
            "model.n_parameters",
            "model.memory_bytes",
            "model.start(1)",
            "model.log_probs([[0, 1]])",
            "model.probabilities([0])",
            "model.save(tmp_path / 'model.npz')",
        ):
            with pytest.raises(ValueError, match="has learned nothing yet; call fit first"):
                eval(use, {"model": model, "tmp_path": tmp_path})


def test_a_bad_document_leaves_a_fitted_model_as_it_was():
    model = fit(KneserNey(3))
    before = model.probabilities([0, 1])
    with pytest.raises(DatasetError):
        fit(model, [[1], [9]])
    assert np.array_equal(model.probabilities([0, 1]), before)


def documents_with_eos():
    return st.lists(st.lists(st.integers(0, 4), max_size=9), min_size=1, max_size=8)


@settings(deadline=None, max_examples=60)
@given(documents_with_eos(), st.integers(1, 5))
def test_ngrams_are_found_and_counted(documents, order):
    """Every window of the documents is found, its count is its number of places, no other is."""
    counts = count_ngrams(documents, order, vocab_size=5, eos_id=0)
    read = [[0, *ids, 0] for ids in documents]
    for k in range(1, order + 1):
        windows = [tuple(text[i : i + k]) for text in read for i in range(len(text) - k + 1)]
        if k == 1:
            windows = [(w,) for ids in documents for w in (*ids, 0)]  # the first id is only read
        for gram in {*windows, (4,) * k, (0,) * k}:
            number = np.array(0)
            for length, word in enumerate(gram, 1):
                number = counts.index.find(length, number, np.array(word))
            if number == ABSENT:
                assert gram not in windows
            else:
                assert counts.occurrences[k - 1][number] == windows.count(gram)


@pytest.mark.skipif(not corpus.info("wikitext2").present, reason="wikitext2 is not on this machine")
def test_probabilities_sum_to_one_on_real_text():
    words = " ".join(corpus.load("wikitext2").documents[:30]).split()
    ids, types = to_ids(words)
    model = KneserNey(order=5).fit([ids[:-1000] + 1], vocab_size=len(types) + 1, eos_id=0)
    rng = np.random.default_rng(0)
    histories = [ids[i : i + 6] + 1 for i in rng.integers(0, len(ids) - 6, 100)]
    histories += list(rng.integers(0, len(types) + 1, (100, 6)))
    for history in histories:
        p = model.probabilities(history)
        assert p.min() > 0
        assert abs(p.sum() - 1) < 1e-9
    uniform = np.log(len(types) + 1)
    assert -model.log_probs([ids[-1000:] + 1]).mean() < 0.8 * uniform
