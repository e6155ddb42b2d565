"""What stops a build, and what is executed again: small books, built as ours is."""

import os

import pytest


def cell(code: str, *options: str) -> str:
    return "\n".join(["```{code-cell} ipython3", *options, code, "```", ""])


CHAIN = {
    "poems/__init__.py": "from poems.lines import line\n",
    "poems/lines.py": "def line():\n    from poems.words import WORD\n\n    return WORD\n",
    "poems/words.py": 'WORD = "spoon"\n',
}


def test_a_page_is_executed_again_when_something_far_behind_its_imports_changes(small_book):
    book = small_book(
        verse="# Verse\n\n" + cell("from poems import line\n\nprint(line())"),
        prose="# Prose\n\n" + cell("print('a' + 'b')"),
        plain="# Plain\n\nNo code.\n",
    )
    (book.root / "poems").mkdir()
    for name, text in CHAIN.items():
        (book.root / name).write_text(text, "utf8")
    first = book.build()
    assert first.status == 0, first.log
    assert first.executed == {"verse", "prose"}
    assert "spoon" in first.text("verse")

    second = book.build()
    assert (second.status, second.executed) == (0, set())

    words = book.root / "poems" / "words.py"
    stamp = words.stat()
    words.write_text('WORD = "cloud"\n', "utf8")
    # A copied or restored tree may keep its old time stamps: content decides.
    os.utime(words, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    third = book.build()
    assert (third.status, third.executed) == (0, {"verse"}), third.log
    assert "cloud" in third.text("verse")
    assert "spoon" not in third.text("verse")


def test_a_page_that_prints_a_result_is_read_again_and_not_executed_when_the_result_changes(
    small_book,
):
    cells = cell("print(1 + 1)")
    book = small_book(page="# Page\n\nIt took {result}`known:seconds:.1f`.\n\n" + cells)
    result = book.root / "experiments/results/known.json"
    result.write_text(KNOWN, "utf8")
    assert 'class="result">1.5</span>' in book.build().text("page")
    stamp = result.stat()
    result.write_text(KNOWN.replace("1.5", "2.5"), "utf8")
    os.utime(result, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    build = book.build()
    assert 'class="result">2.5</span>' in build.text("page")
    assert build.executed == set()
    assert "[100%] page" not in book.build().log  # and then it is left alone


KNOWN = '{"figures": {"seconds": 1.5}, "provenance": {"quick": false}}'
DEFECTS = {
    "link": ("# Link\n\nSee [there](nowhere.md).\n", "nowhere"),
    "target": ("# Target\n\nSee {ref}`nothing`.\n", "nothing"),
    "picture": ("# Picture\n\n![](dot.png)\n", "image without alt text"),
    "raw": ("# Raw\n\n```{raw} html\n<img src='dot.png'>\n```\n", "without alt text"),
    "drawn": (
        "# Drawn\n\n"
        + cell("from IPython.display import HTML\nHTML('<svg viewBox=\"0 0 1 1\"></svg>')"),
        "<svg> without aria-label",
    ),
    "failing": ("# Failing\n\n" + cell("1 / 0"), "Executing notebook failed"),
    "noisy": (
        "# Noisy\n\n" + cell("import sys\nprint('noise', file=sys.stderr)"),
        "stderr was found",
    ),
    "unmeasured": ("# Unmeasured\n\n{result}`speed:seconds`\n", "no result 'speed'"),
    "unkeyed": ("# Unkeyed\n\n{result}`known:minutes`\n", "no 'minutes'"),
    "uncosted": ("# Uncosted\n\n:::{cost}\n:::\n", "cost badge"),
}
HEALTHY = """# Healthy

It took {result}`known:seconds:.2f` of them, {given}`3.5` wished.

:::{predict} A *guess*
How many?
```{answer} Open
Two.
```
:::

:::{law} Sum
So.
:::

""" + cell("1 / 0", ":tags: [raises-exception]")


@pytest.fixture(scope="module")
def defective(small_book):
    pages = {name: source for name, (source, _) in DEFECTS.items()}
    book = small_book(**pages, healthy=HEALTHY)
    (book.root / "experiments/results/known.json").write_text(KNOWN, "utf8")
    (book.root / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return book, book.build()


@pytest.mark.parametrize("page", DEFECTS)
def test_a_defect_fails_the_build_and_is_named_with_its_page(defective, page):
    _, build = defective
    assert build.status != 0
    blamed = [line for line in build.log.splitlines() if f"/{page}.md" in line]
    assert any(DEFECTS[page][1] in line for line in blamed), "\n".join(blamed) or build.log


def test_a_page_without_defect_is_not_blamed_and_shows_its_parts(defective):
    _, build = defective
    assert not [line for line in build.log.splitlines() if "/healthy.md" in line and "WARN" in line]
    html = build.text("healthy")
    assert 'class="result">1.50</span>' in html
    assert 'class="given">3.5</span>' in html
    assert "Predict first: A <em>guess</em>" in html
    assert '<details class="answer"><summary>Open</summary>' in html
    assert "Law: Sum" in html


def test_a_second_build_does_not_forget_the_defects_of_the_first(defective):
    book, _ = defective
    again = book.build()
    assert again.status != 0
    for page, (_, message) in DEFECTS.items():
        assert message in again.log, page
    assert again.executed == {"failing"}  # what printed to stderr is remembered, and refused


def test_a_link_is_checked_again_when_only_its_target_changes(small_book):
    book = small_book(
        here="# Here\n\nSee {ref}`there`.\n", target="# Target\n\n(there)=\n## There\n\nText.\n"
    )
    assert book.build().status == 0
    (book.root / "target.md").write_text("# Target\n\nText.\n", "utf8")
    build = book.build()
    assert build.status != 0
    assert "there" in build.log


def test_a_change_of_the_style_alone_reaches_the_built_pages(small_book):
    book = small_book(page="# Page\n\nText.\n")
    conf, style = book.root / "conf.py", book.root / "own" / "own.css"
    conf.write_text(conf.read_text("utf8") + 'html_static_path = ["own"]\n', "utf8")
    style.parent.mkdir()
    style.write_text("p { color: red }\n", "utf8")
    assert book.build().status == 0
    style.write_text("p { color: blue }\n", "utf8")
    build = book.build()
    assert build.status == 0
    assert (build.html / "_static" / "own.css").read_text("utf8") == "p { color: blue }\n"
