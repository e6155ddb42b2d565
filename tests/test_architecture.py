"""The rules of the package: who imports whom, what importing costs, what a docstring owes."""

import ast
import inspect
import json
import os
import subprocess
import sys
import textwrap
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "course_lib"
ROOMS = (
    "corpus",
    "tokenizers",
    "batching",
    "models",
    "training",
    "generation",
    "evaluation",
    "deployment",
    "grading",
)
# Imported by everyone, importing nobody else. whole_file: every room that keeps files needs it.
FOUNDATION = {"errors", "project", "whole_file"}
LIGHT = ("corpus", "tokenizers", "generation", "evaluation", "grading")
FRAMEWORKS = {"torch": "torch", "tensorflow": "keras", "keras": "keras"}
BASE = {"numpy", "regex", "course_lib"} | sys.stdlib_module_names
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def imports(source: str, top_level_only: bool = False) -> set[str]:
    """Dotted names of what a source imports."""
    tree = ast.parse(source)
    found = set()
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative import: write the full name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def broken_rules(room: str, source: str) -> list[str]:
    """The imports of a file of a room that the architecture forbids."""
    broken = []
    for name in imports(source):
        first, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if first != "course_lib" or not target or target in FOUNDATION:
            continue
        if target == "cli" and room not in ("__main__", "cli"):
            broken.append(f"{room} imports the command line")
        elif room in FOUNDATION:
            broken.append(f"{room} is foundation and imports {target}")
        elif room in ROOMS and target not in ROOMS:
            broken.append(f"{room} imports {target}, which is no room above it")
        elif room in ROOMS and ROOMS.index(target) > ROOMS.index(room):
            broken.append(f"{room} imports {target}, a room below it")
        elif (room, target) == ("grading", "models"):
            broken.append("grading imports a model")
    if (
        len({FRAMEWORKS[n.split(".")[0]] for n in imports(source) if n.split(".")[0] in FRAMEWORKS})
        > 1
    ):
        broken.append("two frameworks in one file")
    return broken


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above(path):
    assert broken_rules(room_of(path), path.read_text("utf8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("corpus", "from course_lib.tokenizers import bpe"),
        ("corpus", "import course_lib.results"),
        ("grading", "def f():\n    from course_lib.models.lstm import LSTM"),
        ("plots", "from course_lib import cli"),
        ("errors", "from course_lib import corpus"),
        ("models", "import torch\nimport keras"),
        ("evaluation", "from course_lib.grading import check"),
    ],
)
def test_the_rule_catches(room, source):
    assert broken_rules(room, source)


@pytest.mark.parametrize(
    "path", [p for p in FILES if room_of(p) in LIGHT], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_light_rooms_need_only_the_base_to_import(path):
    extra = {name.split(".")[0] for name in imports(path.read_text("utf8"), True)} - BASE
    assert extra == set()


BLOCKED = """
    import sys, importlib, json, time
    class Block:
        allowed = {"numpy", "regex", "course_lib"} | set(sys.stdlib_module_names)
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] not in self.allowed:
                raise ImportError(f"{name} is not in the base", name=name)
    sys.meta_path.insert(0, Block())
    started = time.process_time()
    for name in MODULES:
        importlib.import_module(name)
    print(json.dumps(time.process_time() - started))
"""


def import_seconds(modules: list[str], compiled: str) -> float:
    """Processor seconds that importing takes in a fresh process that has only the base.

    Bytecode is kept in the folder ``compiled``, so that of several runs the first alone compiles.
    """
    code = textwrap.dedent(BLOCKED).replace("MODULES", repr(modules))
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return float(json.loads(done.stdout))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_importing_the_package_is_instant(tmp_path):
    assert min(import_seconds(["course_lib"], str(tmp_path)) for _ in range(3)) < 0.3


@pytest.mark.parametrize("room", [room for room in LIGHT if (PACKAGE / room).exists()])
def test_a_light_room_imports_in_half_a_second_from_the_base_alone(room, tmp_path):
    modules = [module_name(path) for path in FILES if room_of(path) == room]
    assert min(import_seconds(modules, str(tmp_path)) for _ in range(3)) < 0.5


def public_callables():
    """Functions, classes and methods that a reader meets, each once, where it is defined."""
    for path in FILES:
        if path.name == "__main__.py" or room_of(path) == "cli":
            continue
        module = import_module(module_name(path))
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{module.__name__}.{name}", value
            if inspect.isclass(value):
                for method, body in vars(value).items():
                    if not method.startswith("_") and inspect.isfunction(body):
                        yield f"{module.__name__}.{name}.{method}", body


def documented_arguments(docstring: str) -> list[str]:
    """The names under ``Args:`` of a Google-style docstring."""
    lines = inspect.cleandoc(docstring).splitlines()
    if "Args:" not in lines:
        return []
    names = []
    for line in lines[lines.index("Args:") + 1 :]:
        if line and not line.startswith(" "):
            break
        if line.startswith("    ") and not line.startswith("     ") and ":" in line:
            names += [n.strip().lstrip("*") for n in line.split(":")[0].split(",")]
    return names


@pytest.mark.parametrize(("name", "value"), [pytest.param(*p, id=p[0]) for p in public_callables()])
def test_public_names_say_what_they_do_and_document_the_arguments_they_have(name, value):
    assert value.__doc__, f"{name} has no docstring"
    documented = documented_arguments(value.__doc__)
    if documented:
        actual = [p for p in inspect.signature(value).parameters if p not in ("self", "cls")]
        assert documented == actual


def test_documented_arguments_are_read_from_a_docstring():
    text = """Do.

    Args:
        a, b: two
            lines: more.
        *rest: c.

    Returns:
        d: e
    """
    assert documented_arguments(text) == ["a", "b", "rest"]


def described(source: str) -> list[int]:
    """Lines where Hypothesis would have to describe a lambda while it draws."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") in ("filter", "recursive")
        and any(isinstance(argument, ast.Lambda) for argument in call.args)
    ]


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_strategy_has_a_lambda_that_must_be_described(path):
    # To describe one, Hypothesis parses its source; CPython 3.11 can fail at that. Name it instead.
    assert described(path.read_text("utf8")) == []


def test_a_lambda_that_must_be_described_is_found():
    assert described("st.recursive(x,\n lambda inner: st.lists(inner))") == [1]
    assert described("x\nst.lists(y).filter(lambda rows: rows)") == [2]
    assert described("st.lists(y).map(lambda rows: rows)") == []
