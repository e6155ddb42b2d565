"""The book's extension can be imported, and small books can be built."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSIONS = ROOT / "book" / "_ext"
sys.path.insert(0, str(EXTENSIONS))

CONF = """
extensions = ["myst_nb", "sphinx_design", "course_book"]
myst_enable_extensions = ["colon_fence", "dollarmath", "html_image"]
nb_execution_mode = "cache"
nb_execution_raise_on_error = False
nb_execution_show_tb = True
nb_output_stderr = "error"
nitpicky = True
exclude_patterns = ["_build"]
"""
INDEX = """# A small book

```{{toctree}}
{pages}
```
"""
NOTEBOOK = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""


@dataclass
class Build:
    """What a build said and did."""

    status: int
    log: str
    html: Path

    @property
    def executed(self) -> set[str]:
        """The pages whose cells were run."""
        lines = [line for line in self.log.splitlines() if "Executing notebook" in line]
        return {Path(line.split(": ")[0]).stem for line in lines}

    def text(self, page: str) -> str:
        return (self.html / f"{page}.html").read_text("utf8")


class SmallBook:
    """A book in a temporary folder, built by its own Sphinx process as `make book` builds ours."""

    def __init__(self, root: Path, pages: dict[str, str]) -> None:
        self.root = root
        for mark in ("course_lib", "solutions", "experiments/results"):
            (root / mark).mkdir(parents=True)
        (root / "_toc.yml").touch()
        (root / "conf.py").write_text(CONF, "utf8")
        (root / "index.md").write_text(INDEX.format(pages="\n".join(pages)), "utf8")
        for name, text in pages.items():
            head = NOTEBOOK if "{code-cell}" in text else ""
            (root / f"{name}.md").write_text(head + text, "utf8")

    def build(self) -> Build:
        path = os.pathsep.join([str(self.root), str(EXTENSIONS)])
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html"]
        done = subprocess.run(
            [*command, ".", "_build/html"],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return Build(done.returncode, done.stdout + done.stderr, self.root / "_build" / "html")


@pytest.fixture(scope="session")
def small_book(tmp_path_factory):
    """Makes a small book from page names and their sources."""
    return lambda **pages: SmallBook(tmp_path_factory.mktemp("book"), pages)
