"""A page's fingerprint changes with every input of its code cells, and with nothing else."""

from pathlib import Path

import pytest
from course_book.cells import code_cells, split_commands
from course_book.fingerprint import depended_on, fingerprint, with_fingerprint
from course_book.python_uses import uses

TREE = {
    "course_lib/__init__.py": "",
    "course_lib/room/__init__.py": "from course_lib.room.inner import f\n",
    "course_lib/room/inner.py": "def f():\n    from course_lib.far import g\n    return g()\n",
    "course_lib/room/poems/en/one.txt": "A poem.\n",
    "course_lib/far.py": "from . import near\n",
    "course_lib/near.py": "g = 1\n",
    "course_lib/lazy/__init__.py": "def __getattr__(name):\n    ...\n",
    "course_lib/lazy/part.py": "x = 1\n",
    "course_lib/results.py": "def load(name): ...\n",
    "course_lib/ledger.py": 'FILE = "claims.yaml"\n',
    "course_lib/named.py": 'CHECKS = "course_lib.alone"\n',
    "course_lib/alone.py": "y = 1\n",
    "experiments/claims.yaml": "claims: []\n",
    "experiments/fresh.py": "import course_lib.alone\n",
    "experiments/results/speed.json": "{}\n",
    "experiments/results/size.json": "{}\n",
    "book/own/text.txt": "My text.\n",
    "book/other.md": "# Another page\n",
    "requirements.lock": "numpy==1\n",
}
SPEED, SIZE = "experiments/results/speed.json", "experiments/results/size.json"


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    return tmp_path


def page(*cells: str) -> str:
    return "# Page\n\n" + "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells)


def changes_with(tree: Path, source: str) -> set[str]:
    """The files of the tree whose change changes the fingerprint, found by changing each."""
    path = tree / "book" / "page.md"
    before = fingerprint(tree, path, source)
    found = set()
    for name, text in TREE.items():
        (tree / name).write_text(text + "# changed\n", "utf8")
        if fingerprint(tree, path, source) != before:
            found.add(name)
        (tree / name).write_text(text, "utf8")
    assert fingerprint(tree, path, source) == before
    return found


LOCK = {"requirements.lock"}
PACKAGE = LOCK | {"course_lib/__init__.py"}
ROOM = PACKAGE | {
    "course_lib/room/__init__.py",
    "course_lib/room/inner.py",
    "course_lib/room/poems/en/one.txt",
    "course_lib/far.py",
    "course_lib/near.py",
}
EVERYTHING = set(TREE) - {"book/own/text.txt", "book/other.md"}


def library(*names: str) -> set[str]:
    """The lock, the package, and these of its modules."""
    return PACKAGE | {f"course_lib/{name}.py" for name in names}


READS_SIZE = library("results") | {SIZE}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("import math", LOCK),
        ("import course_lib.near", library("near")),
        ("import course_lib.near as n", library("near")),
        ("from course_lib import near, alone", library("near", "alone")),
        ("from course_lib.near import g", library("near")),
        ("from course_lib.room import f", ROOM),
        ("def show():\n    from course_lib import room", ROOM),
        ("from course_lib.lazy import x", library("lazy/__init__", "lazy/part")),
        ("from course_lib.named import CHECKS", library("named", "alone")),
        ("from course_lib.ledger import FILE", library("ledger") | {"experiments/claims.yaml"}),
        ("from course_lib import results\nresults.load('size')", READS_SIZE),
        ("import course_lib.results as r\nr.load('size')", READS_SIZE),
        ("from course_lib.results import figure as f\nf('size', 'n')", READS_SIZE),
        ("import course_lib.results\ncourse_lib.results.load('size')", READS_SIZE),
        ("from course_lib import results\nresults.load(name)", READS_SIZE | {SPEED}),
        (f"open('../{SPEED}')", LOCK | {SPEED}),
        (f"open('{SPEED}')", LOCK | {SPEED}),
        ("texts('own/')", LOCK | {"book/own/text.txt"}),
        (":tags: [hide-input]\n\nimport course_lib.near", library("near")),
        ("---\ntags: [hide-input]\n---\nimport course_lib.near", library("near")),
        ("%matplotlib inline\nimport course_lib.near", library("near")),
        ("!echo a\nimport course_lib.near", library("near")),
        ("%%time\nimport course_lib.near", library("near")),
        ("%run ../experiments/fresh.py", library("alone") | {"experiments/fresh.py"}),
        ("!course data list", EVERYTHING),
        ("!python -m course_lib.near", EVERYTHING),
        ("this does not parse", EVERYTHING),
        ("x = !ls\nimport course_lib.near", EVERYTHING),
    ],
)
def test_a_page_depends_on_what_its_cells_reach(tree, cell, expected):
    assert changes_with(tree, page(cell)) == expected


def test_a_link_to_another_page_is_no_input(tree):
    assert changes_with(tree, page('links = {"other": "other.md"}')) == LOCK


def test_an_import_in_one_cell_counts_in_the_next(tree):
    source = page("from course_lib import results as r", "r.load('speed')")
    assert SPEED in changes_with(tree, source)
    assert SIZE not in changes_with(tree, source)


def test_one_cell_that_does_not_parse_makes_the_page_depend_on_everything(tree):
    assert changes_with(tree, page("import math", "what is this?")) == EVERYTHING


def test_a_file_that_appears_is_a_change(tree):
    source = page("from course_lib import results\nresults.load('new')", "import course_lib.room")
    path = tree / "book" / "page.md"
    marks = [fingerprint(tree, path, source)]
    for name in ("experiments/results/new.json", "course_lib/room/poems/en/two.txt"):
        (tree / name).write_text("{}", "utf8")
        marks.append(fingerprint(tree, path, source))
    (tree / "course_lib/near.py").rename(tree / "course_lib/gone.py")
    marks.append(fingerprint(tree, path, source))
    assert len(set(marks)) == 4


def test_compiled_files_do_not_count(tree):
    source, path = page("import course_lib.room"), tree / "book" / "page.md"
    before = fingerprint(tree, path, source)
    cache = tree / "course_lib" / "room" / "__pycache__"
    cache.mkdir()
    (cache / "inner.cpython-311.pyc").write_bytes(b"\0")
    assert fingerprint(tree, path, source) == before


def test_a_page_without_code_has_no_fingerprint(tree):
    path = tree / "book" / "page.md"
    prose = "# Page\n\n```python\nimport course_lib\n```\n"
    assert with_fingerprint(tree, path, prose) == prose
    assert depended_on(tree, path, prose) == set()


def test_the_fingerprint_stands_in_a_last_hidden_cell(tree):
    path, source = tree / "book" / "page.md", page("import course_lib.near")
    marked = with_fingerprint(tree, path, source)
    assert marked.startswith(source)
    *first, last = code_cells(marked)
    assert first == code_cells(source)
    assert last == f":tags: [remove-cell]\n# inputs {fingerprint(tree, path, source)}\n"


@pytest.mark.parametrize("fence", ["```", "````", "~~~", ":::"])
def test_cells_are_found_behind_every_fence(fence):
    source = f"text\n\n{fence}{{code-cell}} ipython3\nx = 1\n{fence}\n\n{fence}python\ny\n{fence}\n"
    assert code_cells(source) == ["x = 1\n"]


def test_a_shorter_fence_inside_a_cell_does_not_end_it():
    assert code_cells('````{code-cell}\ns = """\n```\n"""\n````\n') == ['s = """\n```\n"""\n']


def test_options_are_taken_off_the_top_only():
    python, commands = split_commands(":tags: [a]\n:name: b\n\nx = d[1\n:2]\n%time x\n  !ls\n")
    assert python.split() == ["x", "=", "d[1", ":2]"]
    assert commands == ["%time x", "  !ls"]


def test_relative_imports_are_resolved_in_their_package():
    assert "a.b.c" in uses("from . import c", "a.b").modules
    assert "a.c.d" in uses("from ..c import d", "a.b").modules


def test_the_real_chapters_depend_on_what_they_import():
    root = Path(__file__).resolve().parents[2]
    path = root / "book" / "claims.md"
    files = {
        f.relative_to(root).as_posix() for f in depended_on(root, path, path.read_text("utf8"))
    }
    assert {"experiments/claims.yaml", "requirements.lock", "course_lib/__init__.py"} <= files
    assert any(name.startswith("course_lib/claims") for name in files)
