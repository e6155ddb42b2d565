"""A folder of one's own: everything is read, nothing is altered, every bad file is named."""

import os
import shlex
import shutil
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.corpus import folder
from course_lib.errors import CorpusError


def write(root, **files):
    for name, body in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return root


def error(path, **options):
    with pytest.raises(CorpusError) as caught:
        folder.load(path, **options)
    return str(caught.value)


def test_texts_are_read_recursively_in_the_order_of_their_paths(tmp_path):
    write(tmp_path, b_dot_txt="two", a__z_dot_md="one", b__c__d_dot_TXT="three", c_dot_txt="four")
    write(tmp_path, notes_dot_pdf="no", _dot_hidden_dot_txt="no", _dot_git__x_dot_txt="no")
    corpus = folder.load(tmp_path)
    assert corpus.ids == ("a/z.md", "b.txt", "b/c/d.TXT", "c.txt")
    assert corpus.documents == ("one", "two", "three", "four")
    assert corpus.name == tmp_path.name
    assert (corpus.language, corpus.licence) == ("und", "unknown")


def test_language_and_licence_are_what_the_owner_says(tmp_path):
    corpus = folder.load(write(tmp_path, a_dot_txt="hola"), language="es", licence="CC0-1.0")
    assert (corpus.language, corpus.licence) == ("es", "CC0-1.0")


def test_one_file_is_a_corpus_of_one_document(tmp_path):
    write(tmp_path, poem_dot_text="¿Sí?\r\n")
    corpus = folder.load(str(tmp_path / "poem.text"))
    assert (corpus.ids, corpus.documents) == (("poem.text",), ("¿Sí?\r\n",))


@given(
    st.lists(
        st.text(
            st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), min_size=1
        ).filter(str.strip),
        min_size=1,
        max_size=5,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was_written(tmp_path, texts):
    for path in tmp_path.iterdir():
        path.unlink()
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_bytes(text.encode())
    assert list(folder.load(tmp_path)) == texts


def test_a_utf8_byte_order_mark_is_no_part_of_the_text(tmp_path):
    assert folder.load(write(tmp_path, a_dot_txt="\ufeffhello")).documents == ("hello",)


def test_a_missing_path_is_named(tmp_path):
    assert "no folder or file" in (text := error(tmp_path / "absent"))
    assert str(tmp_path / "absent") in text


def test_a_folder_without_text_says_what_was_looked_for(tmp_path):
    text = error(write(tmp_path, a_dot_pdf="x"))
    assert "looked for *.txt and *.md" in text


def test_empty_files_are_listed_and_can_be_skipped(tmp_path):
    write(tmp_path, a_dot_txt="text", b_dot_txt="", c_dot_md=" \n\t\n")
    text = error(tmp_path)
    assert "2 file(s)" in text
    assert "b.txt: empty" in text
    assert "c.md: empty" in text
    assert "skip_empty=True" in text
    assert folder.load(tmp_path, skip_empty=True).ids == ("a.txt",)


def test_a_folder_of_empty_files_is_an_error_even_when_they_are_skipped(tmp_path):
    text = error(write(tmp_path, b_dot_txt=""), skip_empty=True)
    assert "is empty (1 read)" in text


def test_invalid_utf8_is_named_with_its_place_and_its_cure(tmp_path):
    text = error(write(tmp_path, a_dot_txt="fine", b_dot_txt="España".encode("latin-1")))
    assert "1 file(s)" in text
    assert "b.txt: not UTF-8: byte 0xf1 at offset 4" in text
    assert "iconv -f ISO-8859-1 -t UTF-8 b.txt" in text


def test_the_place_of_invalid_utf8_counts_the_byte_order_mark(tmp_path):
    assert "byte 0xff at offset 5" in error(write(tmp_path, a_dot_txt=b"\xef\xbb\xbfab\xff"))


def test_invalid_utf8_is_found_at_the_end_of_a_large_file(tmp_path):
    assert "offset 3000000" in error(write(tmp_path, a_dot_txt=b"a" * 3_000_000 + b"\xc3"))


@pytest.mark.skipif(not shutil.which("iconv"), reason="needs iconv")
@pytest.mark.parametrize("name", ["b.txt", "el mar.txt", "it's; touch $(x).txt", "-l.txt"])
def test_the_advice_can_be_followed_word_by_word(tmp_path, name):
    (tmp_path / name).write_bytes("España".encode("latin-1"))
    advice = error(tmp_path).split("convert it: ")[1]
    command, rest = advice.split(", then delete ")
    (source,) = shlex.split(rest.split(" or move it out of the folder")[0])
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    (tmp_path / source).unlink()
    corpus = folder.load(tmp_path)
    assert (corpus.ids, corpus.documents) == ((f"utf8_{name}",), ("España",))


@pytest.mark.parametrize("path", [None, 5, "x" * 5000, "~nobodyxyz"])
def test_what_cannot_be_a_path_is_refused(path):
    assert len(error(path)) < 200


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-32"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_other_byte_order_marks_are_explained(tmp_path, encoding, order):
    body = "\ufeffhola".encode(f"{encoding}-{order}")
    text = error(write(tmp_path, a_dot_txt=body))
    assert f"a.txt: {encoding}, not UTF-8; convert it: iconv -f {encoding}" in text


def test_nul_bytes_are_refused_with_their_place(tmp_path):
    assert "a.txt: has a NUL byte at offset 3" in error(write(tmp_path, a_dot_txt=b"abc\0def"))


def test_all_bad_files_are_counted_and_ten_are_shown(tmp_path):
    write(tmp_path, **{f"f{n:02}_dot_txt": b"\xff" for n in range(13)})
    text = error(tmp_path)
    assert "13 file(s)" in text
    assert text.count("not UTF-8") == 10
    assert text.endswith("and 3 more")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_broken_link_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "absent")
    text = error(tmp_path)
    assert "pipe.txt: not a regular file" in text
    assert "link.txt: not a regular file" in text


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of any bytes")
def test_a_file_name_that_is_not_utf8_is_refused(tmp_path):
    with open(os.fsencode(tmp_path) + b"/n\xff.txt", "w") as out:
        out.write("text")
    assert "its name is not valid UTF-8" in error(tmp_path)


def test_a_link_that_makes_a_circle_is_not_followed(tmp_path):
    write(tmp_path, a_dot_txt="text")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert folder.load(tmp_path).ids == ("a.txt",)


def test_more_text_than_fits_is_explained_before_it_is_read(tmp_path):
    write(tmp_path, a_dot_txt="12345", b_dot_txt="678")
    text = error(tmp_path, max_bytes=7)
    assert "have 8 bytes, more than max_bytes=7" in text
    assert len(folder.load(tmp_path, max_bytes=8)) == 2


def test_a_line_of_200_megabytes_is_read_in_bounded_memory(tmp_path):
    size = 200_000_000
    with (tmp_path / "line.txt").open("wb") as out:
        for _ in range(200):
            out.write(b"a" * 1_000_000)
    tracemalloc.start()
    try:
        (text,) = folder.load(tmp_path).documents
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(text), set(text[:1000])) == (size, {"a"})
    assert peak < 1.1 * size  # the text, and not its bytes beside it
