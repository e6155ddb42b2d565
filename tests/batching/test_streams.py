"""Rows of ids: documents come back, files are whole or refused, and reading costs little memory."""

import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching.streams import HEADER, join_ids, open_ids, window_view, write_ids
from course_lib.batching.windows import window_starts, windows
from course_lib.errors import DatasetError

DOCUMENTS = st.lists(st.lists(st.integers(0, 299), max_size=9), min_size=1, max_size=6).filter(any)


@settings(deadline=None)
@given(DOCUMENTS, st.sampled_from([None, 0, 7]))
def test_documents_come_back_from_memory_and_from_a_file(tmp_path_factory, documents, eos_id):
    path = tmp_path_factory.mktemp("rows") / "row.ids"
    written = write_ids(path, iter(documents), 300, eos_id)
    for stream in (join_ids(documents, 300, eos_id), written, open_ids(path)):
        found = [stream.document(i).tolist() for i in range(stream.n_documents)]
        assert found == documents
        assert (stream.vocab_size, stream.eos_id) == (300, eos_id)


@settings(deadline=None)
@given(DOCUMENTS)
def test_targets_of_the_row_are_every_id_and_every_end_once(documents):
    """n ids of a document are n + 1 predictions: its ids, and its end."""
    stream = join_ids(documents, 300, eos_id=7)
    expected = [token for ids in documents for token in (*ids, 7)]
    assert stream.ids[0] == 7
    assert stream.ids[1:].tolist() == expected


@pytest.mark.parametrize(("vocab_size", "width"), [(1, 2), (65_536, 2), (65_537, 4), (1 << 32, 4)])
def test_the_greatest_id_of_a_vocabulary_fits(tmp_path, vocab_size, width):
    document = [0, vocab_size - 1]
    stream = write_ids(tmp_path / "row", [document], vocab_size)
    assert stream.document(0).tolist() == document
    assert stream.ids.itemsize == width
    assert join_ids([document], vocab_size).ids.dtype == stream.ids.dtype


def test_long_documents_come_in_as_arrays_or_one_id_at_a_time(tmp_path):
    ids = np.random.default_rng(0).integers(0, 1000, 200_000)
    for document in (ids, ids.tolist(), (int(i) for i in ids)):
        stream = write_ids(tmp_path / "row", [[3], document, [4]], 1000, eos_id=9)
        assert (stream.document(1) == ids).all()
        assert stream.document(2).tolist() == [4]


@settings(deadline=None)
@given(
    st.integers(2, 80),
    st.integers(2, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))),
)
def test_windows_are_those_of_an_array(n, shape):
    length, stride = shape
    ids = np.arange(n) * 7
    if n < length:
        with pytest.raises(ValueError, match=f"{n} ids do not fill one window"):
            window_view(ids, length, stride)
        return
    view = join_ids([ids], 1000).windows(length, stride)
    assert (view == windows(ids, length, stride)).all()
    assert len(view) == len(window_starts(n, length, stride))


def test_windows_share_the_row_and_cannot_be_written(tmp_path):
    stream = write_ids(tmp_path / "row", [np.arange(1000)], 1000)
    view = stream.windows(length=100, stride=1)
    assert np.shares_memory(view, stream.ids)
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        stream.ids[0] = 1


def test_a_row_in_a_file_travels_as_its_path(tmp_path):
    stream = write_ids(tmp_path / "row", [np.arange(50_000)], 50_000, eos_id=1)
    packed = pickle.dumps(stream)
    assert len(packed) < 1000
    again = pickle.loads(packed)
    assert (again.ids == stream.ids).all()
    assert again.eos_id == 1
    in_memory = pickle.loads(pickle.dumps(join_ids([[1, 2], [3]], 9)))
    assert in_memory.document(0).tolist() == [1, 2]


def test_an_error_of_the_reader_is_not_taken_for_one_of_the_ids():
    with pytest.raises(KeyError, match="the reader's own"):
        join_ids([[1], (int({}["the reader's own"]) for _ in range(3))], 10)
    with pytest.raises(ValueError, match="invalid literal"):
        join_ids([[1], (int(word) for word in ("1", "x"))], 10)


def fails_after(n):
    yield from ([i] for i in range(n))
    raise RuntimeError("the reader broke")


@pytest.mark.parametrize(
    ("documents", "error"),
    [(fails_after(5), RuntimeError), ([[1], [999]], DatasetError), ([], DatasetError)],
)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, documents, error):
    path = tmp_path / "row"
    write_ids(path, [[1, 2, 3]], 10)
    with pytest.raises(error):
        write_ids(path, documents, 10)
    assert open_ids(path).ids.tolist() == [1, 2, 3]
    assert [p.name for p in tmp_path.iterdir()] == ["row"]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_file_that_lost_or_gained_bytes_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "row"
    write_ids(path, [[1, 2, 3], [4]], 10)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    for damaged in (whole[:cut], whole + whole[-1 - cut :]):
        path.write_bytes(damaged)
        with pytest.raises(DatasetError, match=r"not a file of ids|header announces"):
            open_ids(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda head: b"\x89IDS\n\n\x1a\n\n" + head[9:], "not a file of ids"),
        (lambda head: b"PK\x03\x04" + head[4:], "not a file of ids"),
        (lambda head: head[:8] + (2).to_bytes(4, "little") + head[12:], "version 2"),
        (lambda head: head[:12] + (3).to_bytes(4, "little") + head[16:], "3 bytes an id"),
        (lambda head: head[:32] + (0).to_bytes(8, "little") + head[40:], "0 ids"),
    ],
)
def test_a_foreign_header_is_refused(tmp_path, change, message):
    path = tmp_path / "row"
    write_ids(path, [[1, 2, 3], [4]], 10)
    whole = path.read_bytes()
    path.write_bytes(change(whole[: HEADER.size]) + whole[HEADER.size :])
    with pytest.raises(DatasetError, match=message):
        open_ids(path)


def test_documents_that_overlap_are_refused(tmp_path):
    path = tmp_path / "row"
    write_ids(path, [[1, 2], [3], [4]], 10)
    whole = path.read_bytes()
    starts = np.array([0, 3, 2], "<i8").tobytes()
    path.write_bytes(whole[: -len(starts)] + starts)
    with pytest.raises(DatasetError, match="do not follow each other"):
        open_ids(path)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: join_ids([[1], [2, 10]], 10), "document 1: id 10 is out of range.*0 to 9"),
        (lambda: join_ids([[1], [2, -1]], 10), "document 1: id -1 is out of range"),
        (lambda: join_ids([[1], [1.5]], 10), "document 1: expected one row of whole numbers"),
        (lambda: join_ids([[1], [True]], 10), "document 1: .*got bool"),
        (lambda: join_ids([[[1, 2]]], 10), r"document 0: .*\(1, 2\)"),
        (lambda: join_ids(["ab"], 10), "document 0: expected one row of whole numbers"),
        (
            lambda: join_ids([1, 2], 10),
            "document 0: expected a row of ids, got 1; give a list of doc",
        ),
        (lambda: join_ids([[1], [[1], [2, 3]]], 10), "document 1: expected one row of whole"),
        (lambda: join_ids(np.arange(3), 10), "document 0: expected a row of ids"),
        (lambda: join_ids([], 10), "no id to write"),
        (lambda: join_ids([], 10, eos_id=1), "no id to write"),
        (lambda: join_ids([[], []], 10), "no id to write"),
        (lambda: join_ids([[1]], 0), "vocab_size must be from 1"),
        (lambda: join_ids([[1]], (1 << 32) + 1), "vocab_size must be from 1"),
        (lambda: join_ids([[1]], 10, eos_id=10), "eos_id must be from 0 to 9, got 10"),
        (lambda: open_ids("no/such/file"), "no/such/file: no such file"),
    ],
)
def test_what_is_no_row_of_ids_is_refused(call, message):
    with pytest.raises(DatasetError, match=message):
        call()


@pytest.mark.parametrize("number", [-1, 2])
def test_a_document_that_is_not_there_is_refused(number):
    with pytest.raises(IndexError, match=f"0 to 1, got {number}"):
        join_ids([[1], [2]], 10).document(number)


@pytest.mark.parametrize("row", [[[1, 2, 3]], [1.5, 2.5, 3.5], [True, False, True]])
def test_windows_of_what_is_no_row_of_ids_are_refused(row):
    with pytest.raises(ValueError, match="one row of whole numbers"):
        window_view(row, length=2, stride=1)


LARGE = """
    import sys, numpy as np
    from course_lib.batching.streams import write_ids

    def own_bytes():  # memory that is no page of a file
        lines = open("/proc/self/status").read().split("RssAnon:")[1]
        return int(lines.split()[0]) * 1024

    def documents():
        document = np.arange(100_000) % 50_000
        for number in range(1000):
            seen.append(own_bytes())
            yield document

    seen = [own_bytes()]
    def one_by_one():  # one document, of which no more than a block may be in memory
        for number in range(5_000_000):
            if number % 100_000 == 0:
                seen.append(own_bytes())
            yield number % 50_000

    write_ids(sys.argv[1], [one_by_one()], 50_000)
    single = max(seen) - seen[0]
    stream = write_ids(sys.argv[1], documents(), 50_000)
    view, total = stream.windows(length=1001, stride=1000), 0
    for first in range(0, len(view), 200):
        total += int(view[first : first + 200].sum(dtype=np.int64))
        seen.append(own_bytes())
    assert total > 0
    streamed = max(seen) - seen[0]
    copy = np.array(stream.ids)  # what the measure says when the file does come into memory
    print(single, streamed, own_bytes() - seen[0], stream.ids.nbytes)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc tells the memory")
def test_writing_and_reading_a_large_row_takes_little_memory(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(LARGE), str(tmp_path / "row")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    single, streamed, loaded, size = map(int, done.stdout.split())
    assert size == 200_000_000
    assert single < 10_000_000  # 5 million ids: 40 MB as an array, more as a list
    assert loaded > 0.9 * size
    assert streamed < 0.1 * size
