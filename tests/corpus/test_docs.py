"""The harvest of docstrings: what is prose, what is not, and that nothing is run or repeated."""

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter

import pytest
import regex

from course_lib.corpus import docs, harvest, prose
from course_lib.corpus.harvest import LIBRARIES, Library
from course_lib.errors import CorpusError

# From a docstring to prose: the expected text is written by hand.

CASES = {
    "one sentence": ("Return the sum of all the numbers.", ["Return the sum of all the numbers."]),
    "lines of a paragraph are joined, paragraphs are not": (
        """
        Return the sum of
        all the numbers.

        The empty sum is the number zero.
        """,
        ["Return the sum of all the numbers.", "The empty sum is the number zero."],
    ),
    "NumPy sections": (
        """
        Add the numbers of a list.

        Parameters
        ----------
        x : list
            The numbers that are to be added.

            They can be of any type.
        Returns
        -------
        float
            This is the sum of them.

        See Also
        --------
        product : This is the product of them.

        Notes
        -----
        The order of the numbers is not important.

        References
        ----------
        .. [1] This is the title of a book.
        """,
        ["Add the numbers of a list.", "The order of the numbers is not important."],
    ),
    "Google sections": (
        """
        Add the numbers of a list.

        Args:
            x: This is a list of numbers.
                It can be of any length.

            y: This is the other list.

        Returns:
            This is the sum of them.

        It is fast, and it is right.
        """,
        ["Add the numbers of a list.", "It is fast, and it is right."],
    ),
    "field lists": (
        """
        Add the numbers of a list.

        :param x: This is a list of numbers.
            It can be of any length.
        :returns: This is the sum of them.
        :rtype: float
        """,
        ["Add the numbers of a list."],
    ),
    "doctests": (
        """
        The result is easy to see in an example.

        >>> print("This is the first line.")
        This is the first line. It is in the output of it.

        In [1]: print("This is the first line.")
        This is the first line. It is in the output of it.

        Now it is clear to everyone.
        """,
        ["The result is easy to see in an example.", "Now it is clear to everyone."],
    ),
    "literal blocks": (
        """
        This is the way to do it. Write it like this::

            This is the text of the file.

            That is the end of the file.

        Then it is as it was before.
        """,
        ["This is the way to do it.", "Then it is as it was before."],
    ),
    "fences": (
        """
        This is the way to do it.

        ```python
        # This is a comment in the code.

        # This is the end of the code.
        ```
        Then it is as it was before.
        """,
        ["This is the way to do it.", "Then it is as it was before."],
    ),
    "directives": (
        """
        .. note:: The name of the file is kept.
           It is the name of the user.

        .. warning::

            The file is not kept for long.

        .. versionadded:: 1.2
           This is new in the latest version.

        .. code-block:: python

            This is not a sentence of ours.

        .. plot::
           This is not a sentence of ours.

        That is all there is to it.
        """,
        [
            "The name of the file is kept.",
            "It is the name of the user.",
            "The file is not kept for long.",
            "That is all there is to it.",
        ],
    ),
    "tables": (
        """
        The names and what they are for:

        ======  ======================
        name    This is the use of it.
        ======  ======================
        one     This is for the first.
                It is the best of them.
        ======  ======================

        +-----+-------------------------+
        | one | This is for the first.  |
        |     | It is the best of them. |
        |     | It is as good as it is. |
        +-----+-------------------------+

        That is all there is to it.
        """,
        ["That is all there is to it."],
    ),
    "lists": (
        """
        - This is the first of them,
          and it is the best.
        - This is the second of them.

        1. This is what you do at first.
        2) Then it is time for the rest.
        """,
        [
            "This is the first of them, and it is the best.",
            "This is the second of them.",
            "This is what you do at first.",
            "Then it is time for the rest.",
        ],
    ),
    "formulas": (
        r"""
        This is true for all of them. It is :math:`x^2` for the first of them. In the end it is
        $x$ that is the sum. This is what we have: \(y\) is the other one. And that is the end.
        """,
        ["This is true for all of them. And that is the end."],
    ),
    "inline markup": (
        """
        Use *this* and **not that** with ``axis`` or `order`, as the :func:`~numpy.linalg.norm` of
        it is in :class:`array`. See `the manual <https://x.org>`_ or [the page](https://y.org)
        for it. It is known [1]_ to be the best [Smith2001]_. It is shown in [2]_ that it is.
        """,
        [
            "Use this and not that with axis or order, as the norm of it is in array. See the "
            "manual or the page for it. It is known to be the best."
        ],
    ),
    "code in a sentence": (
        """
        The name ``np.float64`` is not a word of this text. The call ``f(x) + 1`` is not a word of
        it. The name of the ``axis`` is a word of it.
        """,
        ["The name of the axis is a word of it."],
    ),
    "abbreviations": (
        "It is for e.g. A and B, i.e. the first. Is it for all of them? Yes, it is for all!",
        ["It is for e.g. A and B, i.e. the first. Is it for all of them? Yes, it is for all!"],
    ),
    "rests": (
        """
        sum of x

        Default: None

        x : int, optional

        The sum of the list is

        Shape (N, C, H, W) of the input.

        Alpha, Beta, Gamma, Delta, Epsilon.

        The value of a_b is the sum of c_d and of e_f.

        It is a list.

        The value of the sum of all the numbers is.

        The name of it is in numpy.linalg for all of us.
        """
        + "\n\nThis is a sentence that is"
        + " the end of it and" * 20
        + " too long.",
        [],
    ),
}


@pytest.mark.parametrize(("docstring", "expected"), CASES.values(), ids=CASES.keys())
def test_the_prose_of_a_docstring(docstring, expected):
    assert prose.paragraphs(docstring) == expected


@pytest.mark.parametrize("docstring", ["", "\n \n", "::", "-----", "```", ".. x::", "Args:", ">>>"])
def test_markup_without_text_has_no_prose(docstring):
    assert prose.paragraphs(docstring) == []


# A harvest of small libraries.

ONE = "This is the first paragraph of the module, and it is here to be found."
TWO = "The class has a paragraph of its own, which is long enough to be kept by us."
THREE = "A method is the third place in which the words of a library are to be found."
FOUR = "In a function that comes after the class there is the last of the paragraphs."


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of libraries that this Python sees."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def install(site, package, version="1.0", **files):
    folder = site / package
    folder.mkdir()
    for name, body in {"__init__": "", **files}.items():
        path = folder / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else textwrap.dedent(body).encode())
    meta = site / f"{package}-{version}.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    return Library(package, package, "MIT")


REALLY_HARVEST = harvest.harvest


def gather(*libraries, chars=40, docstring=20):
    return REALLY_HARVEST(
        libraries, minimum_document_chars=chars, minimum_docstring_chars=docstring
    )


def quoted(*paragraphs):
    return '"""' + "\n\n".join(paragraphs) + '"""\n'


def test_docstrings_are_read_from_the_top_down_and_nothing_else_is(site):
    library = install(
        site,
        "fakeone",
        m=f"""
        '''{ONE}'''
        raise SystemExit("this library must not be run")
        text = '''This string is no docstring, and it is not to be found.'''
        class C:
            '''{TWO}'''
            def method(self):
                '''{THREE}'''
                x = '''This string is no docstring, and it is not to be found.'''
        async def function():
            '''{FOUR}'''
        """,
    )
    made = gather(library)
    assert made.ids == ("fakeone/m.py",)
    assert made.documents == ("\n\n".join([ONE, TWO, THREE, FOUR]),)
    assert "fakeone" not in sys.modules


def test_documents_follow_the_libraries_and_then_the_paths(site):
    b = install(site, "fakeb", z=quoted(ONE), a=quoted(TWO))
    a = install(site, "fakea", sub__in__m=quoted(THREE), sub=quoted(FOUR))
    assert gather(b, a).ids == ("fakeb/a.py", "fakeb/z.py", "fakea/sub/m.py", "fakea/sub.py")


def test_a_paragraph_that_repeats_eight_words_is_left_out(site):
    # The near copy has another beginning and another case, and shares eight words in a row.
    near = "Elsewhere: the first paragraph of the Module, and it is changed."
    seven = "Elsewhere: the first paragraph of the module, and that is another text."
    first = install(site, "fakefirst", a=quoted(ONE, ONE, TWO))
    second = install(site, "fakesecond", b=quoted(ONE, THREE, near, seven))
    assert gather(first, second).documents == (f"{ONE}\n\n{TWO}", f"{THREE}\n\n{seven}")


def test_short_docstrings_and_short_files_give_no_document(site):
    library = install(site, "fakeshort", a=quoted(ONE), b=quoted(TWO, THREE))
    assert gather(library, chars=100).ids == ("fakeshort/b.py",)
    assert gather(library, docstring=1000).ids == ()


def test_a_file_that_is_too_short_without_its_repetitions_gives_no_document(site):
    library = install(site, "fakecopy", a=quoted(ONE, TWO), b=quoted(ONE, TWO, THREE))
    assert gather(library, chars=100).ids == ("fakecopy/a.py",)


def test_a_file_that_is_too_short_takes_nothing_from_later_ones(site):
    library = install(site, "fakegreedy", a=quoted(ONE), b=quoted(ONE, TWO))
    assert gather(library, chars=100).documents == (f"{ONE}\n\n{TWO}",)


def test_tests_and_copies_of_other_libraries_are_not_read(site):
    library = install(
        site,
        "fakefull",
        tests__in__a=quoted(ONE),
        _vendor__in__a=quoted(ONE),
        test_a=quoted(ONE),
        a_test=quoted(ONE),
        a=quoted(TWO),
    )
    assert gather(library).ids == ("fakefull/a.py",)


def test_files_that_do_not_parse_are_listed_and_do_no_harm(site):
    library = install(
        site,
        "fakebroken",
        a="def (:",
        b=b"\xff\xfe",
        c="x = '\\d'\n",
        d=b"x = '\0'",
        e=quoted(ONE),
    )
    made = gather(library)
    assert made.documents == (ONE,)
    assert made.manifest["unreadable"] == [f"fakebroken/{name}.py" for name in "abd"]


def test_characters_are_composed(site):
    text = ONE.replace("first", "cafe\u0301")
    assert gather(install(site, "fakenfd", a=quoted(text))).documents == (
        ONE.replace("first", "caf\u00e9"),
    )


def test_the_manifest_counts_what_is_there(site):
    first = install(site, "fakemany", version="2.5", a=quoted(ONE), b=quoted("No."))
    absent = Library("fake-absent", "fakeabsent", "MIT")
    made = gather(first, absent)
    assert made.manifest == {
        "libraries": [
            {
                "name": "fakemany",
                "package": "fakemany",
                "licence": "MIT",
                "version": "2.5",
                "files": 3,
                "documents": 1,
                "bytes": len(ONE),
            }
        ],
        "missing": ["fake-absent"],
        "unreadable": [],
        "documents": 1,
        "bytes": len(ONE),
        "sha256": made.corpus().sha256,
    }
    corpus = made.corpus()
    assert (corpus.licence, corpus.source) == ("MIT", "docstrings of fakemany 2.5")


def test_progress_ends_at_the_bytes_of_all_sources(site):
    library = install(site, "fakeprogress", a=quoted(ONE), b=quoted(TWO))
    seen = []
    harvest.harvest([library], progress=lambda *at: seen.append(at))
    total = sum(path.stat().st_size for path in (site / "fakeprogress").glob("*.py"))
    assert seen[-1] == ("docs", total, total)
    assert len(seen) == 3


# The cache.


@pytest.fixture
def small(site, tmp_path, monkeypatch):
    """The corpus made of one small library, with a count of how often it is harvested."""
    library = install(site, "fakesmall", a=quoted(ONE, TWO))
    monkeypatch.setattr(docs, "LIBRARIES", (library,))
    made = []

    def counted(progress=None):
        made.append(1)
        return gather(library)

    monkeypatch.setattr(docs.harvest, "harvest", counted)
    return tmp_path / "cache", made


def test_the_second_load_reads_what_the_first_one_kept(small):
    cache, made = small
    assert docs.cached_manifest(cache) is None
    first = docs.load(0, cache=cache)
    second = docs.load(0, cache=cache)
    assert (first, len(made)) == (second, 1)
    assert docs.manifest(cache) == docs.cached_manifest(cache)
    assert docs.manifest(cache)["sha256"] == first.sha256
    assert len(list((cache / "docs").iterdir())) == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"ids": []}', "changed", "cut"])
def test_a_damaged_cache_is_made_again(small, damage):
    cache, made = small
    first = docs.load(0, cache=cache)
    (file,) = (cache / "docs").iterdir()
    kept = file.read_text(encoding="utf-8")
    text = {"changed": kept.replace("paragraph", "polygraph"), "cut": kept[:-9]}.get(damage, damage)
    file.write_text(text, encoding="utf-8")
    assert docs.load(0, cache=cache) == first
    assert len(made) == 2
    assert file.read_text(encoding="utf-8") == kept


def test_another_version_is_harvested_anew(small, site):
    cache, made = small
    docs.load(0, cache=cache)
    meta = site / "fakesmall-1.0.dist-info/METADATA"
    meta.write_text(meta.read_text().replace("1.0", "1.1"))
    docs.load(0, cache=cache)
    assert len(made) == 2


def test_a_cache_that_cannot_be_written_is_done_without(small, tmp_path):
    _, made = small
    (tmp_path / "in the way").write_text("")
    assert len(docs.load(0, cache=tmp_path / "in the way")) == 1
    assert len(made) == 1


def test_too_little_text_says_what_is_missing(small, monkeypatch):
    cache, _ = small
    with pytest.raises(CorpusError, match=r"expected at least 2,000,000; all its libraries are"):
        docs.load(cache=cache)
    absent = Library("fake-absent", "fakeabsent", "MIT")
    monkeypatch.setattr(docs, "LIBRARIES", (absent,))
    monkeypatch.setattr(docs.harvest, "harvest", lambda progress=None: gather(absent))
    for least in (0, 1):
        with pytest.raises(
            CorpusError, match=r"not installed: fake-absent \(pip install 'course-lib\[all\]'\)"
        ):
            docs.load(least, cache=cache)


# The installed libraries.


@pytest.fixture(scope="module")
def real():
    missing = [library.name for library in LIBRARIES if harvest.root_of(library) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    return docs.load()


def test_there_are_two_megabytes_of_many_documents(real):
    assert real.n_bytes >= 2_000_000
    assert len(real) >= 1000
    assert min(map(len, real)) >= harvest.MINIMUM_DOCUMENT_CHARS
    by_library = Counter(name.split("/")[0] for name in real.ids)
    assert set(by_library) == {library.package for library in LIBRARIES}
    assert docs.manifest()["sha256"] == real.sha256


def test_the_order_is_that_of_libraries_and_paths(real):
    packages = [library.package for library in LIBRARIES]
    keys = [(packages.index(name.split("/")[0]), name.split("/")) for name in real.ids]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "pattern",
    [
        r">>>",
        r":param",
        r"::",
        r"(?m)^[-=+ ]{3,}$",
        r"[`*_|\\{}<>=~^$#@\[\]]",
        r"https?:",
        r"\t|  ",
        r"(?m)^\s",
        r"(?m)(?<![.!?]|[.!?]['\")”])$",
    ],
)
def test_the_text_has_no_markup(real, pattern):
    for paragraph in real.text.split("\n\n"):
        assert not regex.search(pattern, paragraph), paragraph


def test_no_paragraph_and_no_eight_words_are_there_twice(real):
    paragraphs = real.text.split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs)
    where = {}
    for number, paragraph in enumerate(paragraphs):
        words = [word.strip(".,;:!?()'\"").lower() for word in paragraph.split()]
        for at in range(len(words) - 7):
            assert where.setdefault(tuple(words[at : at + 8]), number) == number


def test_it_reads_like_english(real):
    """Its letters and its commonest words are those of English prose."""
    text = real.text
    letters = sum(character.isalpha() or character == " " for character in text)
    assert letters / len(text) > 0.94
    words = Counter(regex.findall(r"[a-z]+", text.lower()))
    assert {word for word, _ in words.most_common(6)} >= {"the", "of", "to", "is"}
    # Heaps: prose of 3 MB has many words, a list of names would have many more.
    assert 10_000 < len(words) < 40_000


HARVEST_TWO = """
    import json, sys
    before = set(sys.modules)
    from course_lib.corpus import harvest
    libraries = [one for one in harvest.LIBRARIES if one.name in ("nltk", "networkx")]
    made = harvest.harvest(libraries)
    print(json.dumps([made.manifest, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_a_harvest_is_the_same_in_every_process_and_imports_no_library(real):
    results = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(HARVEST_TWO)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        results.append(json.loads(done.stdout))
    assert results[0] == results[1]
    manifest, modules = results[0]
    assert manifest["documents"] > 100
    assert not {library.package for library in LIBRARIES} & set(modules)
